package town

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// Sound is what a phone says: Frame fills 160 samples of A-law and is called every 20 ms by one goroutine. It reports
// false when it has ended; then silence goes out.
type Sound interface {
	Frame(out []byte) bool
}

// Clip plays A-law audio, Times times (0: for ever) with Pause between.
type Clip struct {
	Audio []byte
	Times int
	Pause time.Duration
	// Delay is silence before the first sample.
	Delay time.Duration

	at, played int
	started    bool
	rest       int // samples of silence still to go
}

// Frame implements Sound.
func (c *Clip) Frame(out []byte) bool {
	if !c.started {
		c.started, c.rest = true, int(c.Delay*rate/time.Second)
	}
	if len(c.Audio) == 0 || c.Times > 0 && c.played >= c.Times {
		return false
	}
	for i := range out {
		switch {
		case c.rest > 0:
			c.rest--
			out[i] = silence
		case c.at < len(c.Audio):
			out[i] = c.Audio[c.at]
			c.at++
			if c.at == len(c.Audio) {
				if c.played++; c.Times == 0 || c.played < c.Times {
					c.at, c.rest = 0, int(c.Pause*rate/time.Second)
				}
			}
		default:
			out[i] = silence
		}
	}
	return true
}

// Tone is a steady sine of freq Hz at an amplitude (1 is full scale): what tests measure.
func Tone(freq, amplitude float64) Sound {
	return &sine{step: 2 * math.Pi * freq / rate, amp: amplitude * 32767}
}

type sine struct{ step, phase, amp float64 }

func (s *sine) Frame(out []byte) bool {
	for i := range out {
		out[i] = toALaw(int16(s.amp * math.Sin(s.phase)))
		s.phase = math.Mod(s.phase+s.step, 2*math.Pi)
	}
	return true
}

// Live is a sound that somebody else feeds: a browser's microphone. It keeps at most 100 ms and drops the oldest.
type Live struct {
	mu  sync.Mutex
	buf []byte
}

const liveMax = 5 * frameSamples

// Feed gives A-law audio of any length.
func (l *Live) Feed(alaw []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, alaw...)
	if over := len(l.buf) - liveMax; over > 0 {
		l.buf = append(l.buf[:0], l.buf[over:]...)
	}
}

// Frame implements Sound. A hole in what was fed is silence; a live sound never ends.
func (l *Live) Frame(out []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := copy(out, l.buf)
	l.buf = append(l.buf[:0], l.buf[n:]...)
	for i := n; i < len(out); i++ {
		out[i] = silence
	}
	return true
}

// murmur is the voice of simulated operators: syllables of quiet noise around a low hum. It carries no words, so that
// nobody takes it for a person.
func murmur(r *rand.Rand) []byte {
	var out []byte
	pitch := 95 + 90*r.Float64()
	phase, low := 0.0, 0.0
	for range 9 + r.IntN(6) {
		n := rate * (110 + r.IntN(140)) / 1000
		bend := 0.9 + 0.25*r.Float64()
		for i := range n {
			shape := math.Sin(math.Pi * float64(i) / float64(n))
			phase += 2 * math.Pi * pitch * bend / rate
			low += 0.25 * (r.Float64()*2 - 1 - low)
			v := 0.5*math.Sin(phase) + 0.3*math.Sin(2*phase) + 0.15*math.Sin(5*phase) + 0.6*low
			out = append(out, toALaw(int16(32767*0.05*shape*v)))
		}
		for range rate * (20 + r.IntN(60)) / 1000 {
			out = append(out, silence)
		}
	}
	return out
}
