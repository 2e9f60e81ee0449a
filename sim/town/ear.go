package town

import (
	"time"

	"github.com/pion/rtp"
)

// earMemory is how much an ear remembers: 2 s.
const earMemory = 2 * rate

// Ear measures the audio that a phone or a seat receives.
type Ear struct {
	ring    [earMemory]byte
	filled  int // samples that came, at most earMemory
	pos     int
	figures Heard
	last    time.Time
	ssrc    uint32
	seq     uint16
}

// Heard are the figures of what was received so far.
type Heard struct {
	Packets     int
	First, Last time.Time     // arrival of the first and the last packet
	GapMax      time.Duration // widest time between two packets
	GapMaxAt    time.Time     // when that gap ended
	Gaps40      int           // gaps over 40 ms
	Sources     int           // SSRCs, one after the other
	Lost        int           // packets that never came, by sequence numbers
	Level       float64       // of the last 200 ms: root of mean square, 1 being full scale
	Loudest     float64       // the loudest packet so far
}

func (e *Ear) hear(p *rtp.Packet, at time.Time) {
	f := &e.figures
	switch f.Packets {
	case 0:
		f.First, f.Sources = at, 1
	default:
		if gap := at.Sub(e.last); gap > 40*time.Millisecond {
			f.Gaps40++
			if gap > f.GapMax {
				f.GapMax, f.GapMaxAt = gap, at
			}
		} else if gap > f.GapMax {
			f.GapMax, f.GapMaxAt = gap, at
		}
		if p.SSRC != e.ssrc {
			f.Sources++
		} else if missed := p.SequenceNumber - e.seq - 1; missed > 0 && missed < 1000 {
			f.Lost += int(missed)
		}
	}
	f.Packets++
	f.Last, f.Loudest = at, max(f.Loudest, level(p.Payload))
	e.last, e.ssrc, e.seq = at, p.SSRC, p.SequenceNumber
	for _, b := range p.Payload {
		e.ring[e.pos] = b
		e.pos = (e.pos + 1) % earMemory
	}
	e.filled = min(earMemory, e.filled+len(p.Payload))
}

// latest copies the last d of audio, less when less was heard.
func (e *Ear) latest(d time.Duration) []byte {
	n := min(int(d*rate/time.Second), e.filled)
	out := make([]byte, n)
	from := (e.pos - n + earMemory) % earMemory
	copied := copy(out, e.ring[from:min(from+n, earMemory)])
	copy(out[copied:], e.ring[:])
	return out
}

func (e *Ear) heard() Heard {
	f := e.figures
	f.Level = level(e.latest(200 * time.Millisecond))
	return f
}

// stale says whether nothing came for so long that what is remembered is no longer what is heard.
func (e *Ear) stale(now time.Time) bool { return now.Sub(e.last) > 300*time.Millisecond }

// forget starts the figures of gaps anew, so that a test can measure one moment.
func (e *Ear) forget() {
	e.figures.GapMax, e.figures.Gaps40, e.figures.GapMaxAt, e.figures.Loudest = 0, 0, time.Time{}, 0
}
