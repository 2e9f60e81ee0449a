package town

import "math"

// Audio of the town is A-law, 8000 samples a second, in frames of 20 ms.
const (
	rate         = 8000
	frameSamples = 160
	silence      = byte(0xD5) // the A-law code of the smallest positive sample
)

var linear = func() (t [256]int16) {
	for i := range t {
		t[i] = fromALaw(byte(i))
	}
	return t
}()

// fromALaw is the decoder of G.711 table 1a, with 16 bits out.
func fromALaw(a byte) int16 {
	a ^= 0x55
	v := int16(a&0x0F)<<4 + 8
	if exp := a >> 4 & 7; exp > 0 {
		v = (v + 0x100) << (exp - 1)
	}
	if a&0x80 == 0 {
		return -v
	}
	return v
}

// toALaw is the encoder of G.711 table 1a for 16 bits in.
func toALaw(s int16) byte {
	v, sign := int(s), byte(0x80)
	if v < 0 {
		v, sign = -v-1, 0
	}
	exp := 0
	for limit := 0xFF; exp < 7 && v > limit; exp++ {
		limit = limit<<1 | 1
	}
	m := v >> (max(exp, 1) + 3)
	return (sign | byte(exp)<<4 | byte(m&0x0F)) ^ 0x55
}

// level is how loud A-law audio is: the root of its mean square, 1 being full scale.
func level(alaw []byte) float64 {
	if len(alaw) == 0 {
		return 0
	}
	var sum float64
	for _, b := range alaw {
		v := float64(linear[b]) / 32768
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(alaw)))
}

// goertzel is the amplitude of the sine of freq Hz in A-law audio, 1 being full scale.
func goertzel(alaw []byte, freq float64) float64 {
	if len(alaw) == 0 {
		return 0
	}
	coeff := 2 * math.Cos(2*math.Pi*freq/rate)
	var s1, s2 float64
	for _, b := range alaw {
		s1, s2 = float64(linear[b])/32768+coeff*s1-s2, s1
	}
	return 2 * math.Sqrt(max(0, s1*s1+s2*s2-coeff*s1*s2)) / float64(len(alaw))
}
