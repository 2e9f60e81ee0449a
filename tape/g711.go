package tape

// A-law of ITU-T G.711: one byte a sample, even bits inverted on the wire, 13 bits of sound in 16.

// silence is the A-law sample nearest to nothing.
const silence = 0xD5

var linear = func() (table [256]int16) {
	for i := range table {
		a := byte(i) ^ 0x55
		v := int(a&0x0f)<<4 + 8
		if e := int(a >> 4 & 7); e > 0 {
			v = (v + 0x100) << (e - 1)
		}
		if a&0x80 == 0 {
			v = -v
		}
		table[i] = int16(v)
	}
	return table
}()

// alaw is the encoded form of a linear sample: the code whose sound is nearest, loud ones clipped.
func alaw(v int) byte {
	sign := byte(0x80)
	if v < 0 {
		sign, v = 0, -v-1
	}
	v = min(v, 32767)
	e := 0
	for top := v >> 8; top > 0; top >>= 1 {
		e++
	}
	var low byte
	if e < 2 {
		low = byte(v >> 4 & 0x0f)
	} else {
		low = byte(v >> (e + 3) & 0x0f)
	}
	return (sign | byte(e)<<4 | low) ^ 0x55
}

// mix is two sounds at once on one side.
func mix(a, b byte) byte {
	if a == silence {
		return b
	}
	if b == silence {
		return a
	}
	return alaw(int(linear[a]) + int(linear[b]))
}
