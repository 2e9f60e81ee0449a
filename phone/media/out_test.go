package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

// TestOutIsOneStream feeds an out from sources that come and go, lose, repeat, reorder and restart, and demands of the
// far end's stream: one SSRC, no number used twice, new sources marked and after all before, time never running back.
func TestOutIsOneStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		port := NewPort("far", PortConfig{DTMFPT: 101})
		var got []rtp.Header
		port.SetSend(func(p *rtp.Packet) error { got = append(got, p.Header); return nil })
		sources := []*Port{nil, NewPort("a", PortConfig{}), NewPort("b", PortConfig{})}
		type state struct {
			ssrc uint32
			seq  uint16
			ts   uint32
		}
		states := make([]state, len(sources))
		for i := range states {
			states[i] = state{uint32(i), rapid.Uint16().Draw(t, "seq"), rapid.Uint32().Draw(t, "ts")}
		}
		now, switches, last := epoch, 0, -1
		seen := map[uint16]int{}
		payload := make([]byte, frameSamples)
		for range rapid.IntRange(1, 300).Draw(t, "packets") {
			i := last
			if i < 0 || rapid.IntRange(0, 20).Draw(t, "change") == 0 {
				i = rapid.IntRange(0, len(sources)-1).Draw(t, "source")
			}
			s := &states[i]
			late := false
			pause := frameTime
			switch rapid.IntRange(0, 30).Draw(t, "fault") {
			case 0: // loss
				s.seq, s.ts = s.seq+3, s.ts+480
			case 1: // silence suppressed
				pause = time.Duration(rapid.IntRange(1, 5000).Draw(t, "ms")) * time.Millisecond
				s.ts += uint32(samples(pause)) - frameSamples
			case 2:
				late = true
			case 3: // restarted without a word
				s.seq += rapid.Uint16Range(4000, 64000).Draw(t, "jump") // nearer ones can't be told from loss and lateness
				s.ts = rapid.Uint32().Draw(t, "ts")
			}
			now = now.Add(pause)
			s.seq, s.ts = s.seq+1, s.ts+frameSamples
			f := frame{ssrc: s.ssrc, seq: s.seq, ts: s.ts, payload: payload, at: now}
			if late {
				f.seq, f.ts = f.seq-2, f.ts-2*frameSamples
			}
			before := len(got)
			sent := port.out.write(source{sources[i], s.ssrc}, &f)
			if sent.ok != (len(got) == before+1) {
				t.Fatal("says one thing and does another")
			}
			if !sent.ok {
				if !late {
					t.Fatal("a packet in order was not sent")
				}
				continue
			}
			h := got[len(got)-1]
			if h.SSRC != got[0].SSRC {
				t.Fatal("SSRC changed")
			}
			if i != last {
				switches++
				if !h.Marker {
					t.Fatal("change of source without marker")
				}
				if last >= 0 {
					for _, was := range got[:len(got)-1] {
						if int16(h.SequenceNumber-was.SequenceNumber) <= 0 || int32(h.Timestamp-was.Timestamp) < frameSamples {
							t.Fatalf("new source at %d/%d, but %d/%d was before",
								h.SequenceNumber, h.Timestamp, was.SequenceNumber, was.Timestamp)
						}
					}
				}
				last = i
			}
			if seen[h.SequenceNumber]++; seen[h.SequenceNumber] > 2 { // twice at most: our late ones may be repeats
				t.Fatalf("sequence number %d used %d times", h.SequenceNumber, seen[h.SequenceNumber])
			}
		}
	})
}

// TestElapsedTimeAtChange is TELEPHONY.md's rule: ts = last + max(160, elapsed samples).
func TestElapsedTimeAtChange(t *testing.T) {
	port := NewPort("far", PortConfig{})
	var got rtp.Header
	port.SetSend(func(p *rtp.Packet) error { got = p.Header; return nil })
	send := func(ssrc uint32, ts uint32, at time.Duration) uint32 {
		port.out.write(source{nil, ssrc}, &frame{ssrc: ssrc, seq: 7, ts: ts, payload: make([]byte, 160), at: epoch.Add(at)})
		return got.Timestamp
	}
	first := send(1, 5_000, 0)
	if step := send(2, 900_000_000, 3*time.Millisecond) - first; step != 160 {
		t.Errorf("after 3 ms: %d", step)
	}
	first = got.Timestamp
	if step := send(3, 1, 1003*time.Millisecond) - first; step != 8000 {
		t.Errorf("after 1 s: %d", step)
	}
}

func TestQuality(t *testing.T) {
	var q quality
	seq := uint16(65000)
	for i := range 2000 {
		seq++
		if i%10 == 5 { // one in ten is lost
			continue
		}
		jitter := time.Duration(i%2) * 4 * time.Millisecond
		q.count(&frame{seq: seq, ts: uint32(i * 160), at: epoch.Add(time.Duration(i)*frameTime + jitter)})
	}
	if n := q.lost(); n != 200 {
		t.Errorf("lost %d", n)
	}
	if j := q.jitterTime(); j < 2*time.Millisecond || j > 5*time.Millisecond {
		t.Errorf("jitter %v", j)
	}
	q.count(&frame{seq: 9, ssrc: 2, at: epoch})
	if n := q.lost(); n != 200 {
		t.Errorf("a new stream: lost %d", n)
	}
}
