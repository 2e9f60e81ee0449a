package media

// Codec is one of the two laws of G.711 that a far end may speak. Inside Siaga all audio is A-law.
type Codec uint8

// The codecs, with their static payload types (RFC 3551 6).
const (
	PCMA Codec = iota // A-law, payload type 8
	PCMU              // µ-law, payload type 0; turned into A-law at the door
)

// String gives the encoding name as SDP writes it.
func (c Codec) String() string {
	if c == PCMU {
		return "PCMU"
	}
	return "PCMA"
}

// PayloadType is the static payload type of RFC 3551.
func (c Codec) PayloadType() uint8 {
	if c == PCMU {
		return 0
	}
	return 8
}

// Silence is the A-law code of the smallest positive sample.
const Silence byte = 0xD5

// Rate is samples a second of all audio here.
const Rate = 8000

// frameSamples is 20 ms.
const frameSamples = 160

var (
	alawToLinear  [256]int16
	linearToALaw  [65536 >> 3]byte // by the upper 13 bits
	ulawToALaw    [256]byte
	alawToULaw    [256]byte
	ulawToLinears [256]int16
)

func init() {
	for i := range 256 {
		alawToLinear[i] = decodeALaw(byte(i))
		ulawToLinears[i] = decodeULaw(byte(i))
	}
	for i := range linearToALaw {
		linearToALaw[i] = encodeALaw(int16(uint16(i << 3)))
	}
	for i := range 256 {
		ulawToALaw[i] = encodeALaw(ulawToLinears[i])
		alawToULaw[i] = encodeULaw(alawToLinear[i])
	}
}

// ALaw encodes one 16-bit sample.
func ALaw(sample int16) byte { return linearToALaw[uint16(sample)>>3] }

// Linear decodes one A-law byte to 16 bits.
func Linear(alaw byte) int16 { return alawToLinear[alaw] }

// ULawToALaw writes the A-law of src to dst, which must be as long.
func ULawToALaw(dst, src []byte) {
	_ = dst[:len(src)]
	for i, b := range src {
		dst[i] = ulawToALaw[b]
	}
}

// ALawToULaw writes the µ-law of src to dst, which must be as long.
func ALawToULaw(dst, src []byte) {
	_ = dst[:len(src)]
	for i, b := range src {
		dst[i] = alawToULaw[b]
	}
}

// decodeALaw follows ITU-T G.711 table 1a; even bits are inverted on the line.
func decodeALaw(b byte) int16 {
	b ^= 0x55
	segment := (b >> 4) & 7
	v := int16(b&0x0F)<<4 + 8
	if segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return -v
	}
	return v
}

func encodeALaw(s int16) byte {
	v := int(s) >> 3 // 13 bits
	mask := byte(0xD5)
	if v < 0 {
		mask = 0x55
		v = -v - 1
	}
	segment := 0
	for limit := 0x1F; v > limit && segment < 8; limit = limit<<1 | 1 {
		segment++
	}
	if segment >= 8 {
		return 0x7F ^ mask
	}
	code := byte(segment << 4)
	if segment < 2 {
		code |= byte(v>>1) & 0x0F
	} else {
		code |= byte(v>>segment) & 0x0F
	}
	return code ^ mask
}

const ulawBias = 0x84

// decodeULaw follows ITU-T G.711 table 2a; all bits are inverted on the line.
func decodeULaw(b byte) int16 {
	b = ^b
	v := (int(b&0x0F)<<3 + ulawBias) << ((b >> 4) & 7)
	if b&0x80 != 0 {
		return int16(ulawBias - v)
	}
	return int16(v - ulawBias)
}

func encodeULaw(s int16) byte {
	v := int(s)
	mask := byte(0xFF)
	if v < 0 {
		v = -v
		mask = 0x7F
	}
	v = min(v, 32635) + ulawBias
	segment := 7
	for limit := 0x4000; v&limit == 0 && segment > 0; limit >>= 1 {
		segment--
	}
	return (byte(segment<<4) | byte(v>>(segment+3))&0x0F) ^ mask
}
