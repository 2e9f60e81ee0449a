package media

import (
	"strings"
	"time"
)

// How long a key sounds and how long the pause to the next is: what slow exchanges want (RFC 4733 2.3.5, ITU-T Q.24).
const (
	keyFrames   = 8 // 160 ms
	pauseFrames = 4 // 80 ms
	endRepeats  = 3 // RFC 4733 2.5.1.4
)

const keyNames = "0123456789*#ABCD"

// Press sends keys to the far end as telephone-events (RFC 4733) and returns when the last was sent, or when stop
// closes. Meanwhile the far end hears no audio. Letters that are no keys are left out; so is everything when the far end
// takes no telephone-events.
func (p *Port) Press(keys string, stop <-chan struct{}) {
	if p.config.Load().DTMFPT == 0 {
		return
	}
	p.out.hush(true)
	defer p.out.hush(false)
	src := source{ssrc: runs.Add(1)}
	start, seq, n := time.Now(), uint16(0), 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	wait := func() bool { // until frame n is due
		timer.Reset(time.Until(start.Add(time.Duration(n) * frameTime)))
		select {
		case <-stop:
			return false
		case <-timer.C:
			return true
		}
	}
	for _, key := range strings.ToUpper(keys) {
		code := strings.IndexRune(keyNames, key)
		if code < 0 {
			continue
		}
		began := uint32(n * frameSamples)
		for i := 1; i <= keyFrames+endRepeats-1; i++ {
			if !wait() {
				return
			}
			held := min(i, keyFrames)
			end := byte(0)
			if i >= keyFrames {
				end = 0x80
			}
			duration := held * frameSamples
			f := frame{
				event: true, marker: i == 1, seq: seq, ts: began, at: time.Now(),
				payload: []byte{byte(code), end | 10, byte(duration >> 8), byte(duration)},
			}
			p.out.write(src, &f)
			seq++
			if i < keyFrames {
				n++
			}
		}
		n += pauseFrames
	}
	_ = wait()
}
