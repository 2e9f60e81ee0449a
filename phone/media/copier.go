package media

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/phone"
)

const (
	chunkSamples = Rate / 5 // 200 ms go to the recorder at once
	chunksMax    = 64       // over 6 s of both sides may wait for a slow recorder
)

// copier hands copies of a talk's audio to the recorder. The media path only copies into a chunk and posts it to a
// bounded queue; when that is full the chunk is dropped and counted.
type copier struct {
	recorder phone.Recorder
	begun    time.Time
	queue    chan chunk
	done     chan struct{}
	lost     atomic.Int64 // samples

	mu     sync.Mutex // guards all below
	closed bool
	sides  [2]side
}

// chunk is audio of one side without a hole.
type chunk struct {
	side  phone.Channel
	at    int64 // samples since the recording began
	audio []byte
}

type side struct {
	line timeline
	open chunk
	born time.Time // of the open chunk
}

func newCopier(r phone.Recorder, now time.Time) *copier {
	c := &copier{
		recorder: r,
		begun:    now,
		queue:    make(chan chunk, chunksMax),
		done:     make(chan struct{}),
	}
	go c.run()
	return c
}

func (c *copier) run() {
	defer close(c.done)
	for k := range c.queue {
		c.recorder.Audio(k.side, duration(k.at), k.audio)
	}
}

// add copies audio that stands at RTP timestamp ts of stream ssrc and came at.
func (c *copier) add(ch phone.Channel, ssrc, ts uint32, alaw []byte, came time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	s := &c.sides[ch]
	at, ok := s.line.place(ssrc, ts, len(alaw), int64(came.Sub(c.begun)*Rate/time.Second))
	if !ok {
		return
	}
	if n := len(s.open.audio); n > 0 && (s.open.at+int64(n) != at || n+len(alaw) > chunkSamples) {
		c.post(s)
	}
	if s.open.audio == nil {
		s.open = chunk{side: ch, at: at, audio: make([]byte, 0, max(chunkSamples, len(alaw)))}
		s.born = came
	}
	s.open.audio = append(s.open.audio, alaw...)
}

// post queues the open chunk of s. Called with mu held.
func (c *copier) post(s *side) {
	if len(s.open.audio) == 0 {
		return
	}
	select {
	case c.queue <- s.open:
	default:
		c.lost.Add(int64(len(s.open.audio)))
	}
	s.open = chunk{}
}

// flushOld posts chunks that wait for more audio than comes.
func (c *copier) flushOld(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	for i := range c.sides {
		if s := &c.sides[i]; now.Sub(s.born) > time.Second {
			c.post(s)
		}
	}
}

func (c *copier) dropped() time.Duration { return duration(c.lost.Load()) }

// close posts the rest and waits until the recorder has it all.
func (c *copier) close() {
	c.mu.Lock()
	if !c.closed {
		for i := range c.sides {
			c.post(&c.sides[i])
		}
		c.closed = true
		close(c.queue)
	}
	c.mu.Unlock()
	<-c.done
}

// timeline turns RTP timestamps into places on the tape. A place is anchored at the arrival of the first packet and
// follows the timestamps, so jitter leaves no mark. A sender's clock that is fast or slow would let the sides drift
// apart; so the least delay of each 5 s is compared with the anchor and the anchor moved along.
type timeline struct {
	known bool
	ssrc  uint32
	ts    uint32 // highest seen
	pos   int64  // its place
	end   int64  // first sample after all that was placed

	delay   int64 // least of this window: samples that arrival was after place
	samples int64 // in this window
}

const (
	driftWindow = 5 * Rate
	driftMax    = Rate / 25 // 40 ms
)

// place gives where audio of n samples stands, in samples; false when there is already newer audio there.
func (l *timeline) place(ssrc, ts uint32, n int, came int64) (int64, bool) {
	step := int64(int32(ts - l.ts))
	if !l.known || ssrc != l.ssrc || came-(l.pos+step) > Rate || came-(l.pos+step) < -Rate {
		// A first packet, a new stream, or a break of over a second: anchor anew. The tape doesn't go back.
		pos := max(came, l.end, 0)
		*l = timeline{known: true, ssrc: ssrc, ts: ts, pos: pos, end: pos + int64(n), delay: came - pos}
		return pos, true
	}
	pos := l.pos + step
	l.delay = min(l.delay, came-pos)
	l.samples += int64(n)
	if l.samples >= driftWindow {
		if l.delay > driftMax || l.delay < -driftMax {
			l.pos += l.delay
			pos += l.delay
		}
		l.samples, l.delay = 0, came-pos
	}
	if step > 0 {
		l.ts, l.pos = ts, pos
	} else if step == 0 && l.end > pos {
		return 0, false // the same packet twice
	}
	if pos < 0 || (step > 0 && pos < l.end) {
		return 0, false // a fast sender's surplus
	}
	l.end = max(l.end, pos+int64(n))
	return pos, true
}
