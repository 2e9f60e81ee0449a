package media

const eventKeys = "0123456789*#ABCD" // RFC 4733 3.2, table 7

// digits turns the packets of a telephone-event into one key a press. A press is known by its RTP timestamp: all its
// packets carry the same one (RFC 4733 2.5.1.1).
type digits struct {
	known bool
	ssrc  uint32
	ts    uint32
	code  byte
	ended bool
}

// press tells the key when f is the first packet of a new press.
func (d *digits) press(f *frame) (rune, bool) {
	if len(f.payload) < 4 {
		return 0, false
	}
	code, ended := f.payload[0], f.payload[1]&0x80 != 0
	if d.known && d.ssrc == f.ssrc {
		switch age := int32(f.ts - d.ts); {
		case age == 0:
			d.ended = d.ended || ended
			return 0, false
		case age < 0:
			return 0, false // a repeated end of an older press
		case age == 0xFFFF && code == d.code && !d.ended:
			// A press longer than 8 s goes on in a new segment (RFC 4733 2.5.1.3).
			d.ts, d.ended = f.ts, ended
			return 0, false
		}
	}
	*d = digits{known: true, ssrc: f.ssrc, ts: f.ts, code: code, ended: ended}
	if int(code) >= len(eventKeys) {
		return 0, false // flash, tones of modems
	}
	return rune(eventKeys[code]), true
}
