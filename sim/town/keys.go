package town

import (
	"encoding/binary"
	"strings"

	"github.com/pion/rtp"
)

const keyNames = "0123456789*#ABCD" // in the order of their events, RFC 4733 3.2

func eventCode(key rune) (byte, bool) {
	i := strings.IndexRune(keyNames, key)
	return byte(max(i, 0)), i >= 0
}

// A key sounds 120 ms and is followed by 60 ms of rest; its end is sent three times (RFC 4733 2.5.1.4).
const (
	keyFrames  = 6
	endFrames  = 3
	restFrames = 3
)

// dtmfSender writes one key press, a packet every frame.
type dtmfSender struct {
	code byte
	at   uint32 // RTP timestamp of its beginning
	left int    // frames still to come, the rest included
}

func (d *dtmfSender) start(code byte, at uint32) {
	*d = dtmfSender{code: code, at: at, left: keyFrames + endFrames + restFrames}
}

func (d *dtmfSender) busy() bool { return d.left > 0 }

func (d *dtmfSender) step() {
	if d.left > 0 {
		d.left--
	}
}

// packet sets payload, type and marker of the frame's packet; the payload is empty during the rest.
func (d *dtmfSender) packet(p *rtp.Packet) {
	n := keyFrames + endFrames + restFrames - d.left // frames already sent
	if d.left <= restFrames {
		p.Payload = nil
		return
	}
	body := []byte{d.code, 10, 0, 0}
	if n >= keyFrames {
		body[1] |= 0x80
	}
	binary.BigEndian.PutUint16(body[2:], uint16(min(n+1, keyFrames)*frameSamples))
	p.Payload, p.PayloadType, p.Marker = body, typeEvent, n == 0
}

// eventReader tells each key press once: the packets of one press share a timestamp.
type eventReader struct {
	last uint32
	any  bool
}

func (e *eventReader) read(p *rtp.Packet) (rune, bool) {
	if len(p.Payload) < 4 || e.any && p.Timestamp == e.last || int(p.Payload[0]) >= len(keyNames) {
		return 0, false
	}
	e.last, e.any = p.Timestamp, true
	return rune(keyNames[p.Payload[0]]), true
}
