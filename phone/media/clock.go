package media

import (
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/phone"
)

const frameTime = 20 * time.Millisecond

// behindMax is how late the clock may be before it leaves frames out instead of sending them in a burst: more than
// this overflows small jitter buffers.
const behindMax = 100 * time.Millisecond

// deadLine is how long connected lines may be silent before the caller is sent silence: carriers end calls
// that carry no RTP, and the desk needs that time to be told, not the caller's call.
const deadLine = time.Second

// silenceEvery is how far the packets of that silence lie apart. Their timestamps go on and their sequence has no hole, so
// the far end takes what is between for suppressed silence (RFC 3551 4.1, hence a marker on each) and not for loss.
// Networks look for a packet in some seconds.
const silenceEvery = 200 * time.Millisecond

// runs numbers the streams of players and mixers, each a source of its own.
var runs atomic.Uint32

// clock is the state of run: what plays now, and the absolute deadlines by which it is sent.
type clock struct {
	ticking bool
	src     source
	start   time.Time // when frame 0 was due
	n       int64     // frames sent since start
	routes  *routes   // for which the clock was started
	told    int       // number of the program in player
	player  player
	buf     [frameSamples]byte
}

// run plays, mixes and keeps dead lines from becoming dead streams. It lives from NewTalk to Close. It sleeps while
// packets are only handed on.
func (t *Talk) run() {
	defer close(t.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-t.wake:
		case <-timer.C:
		}
		timer.Reset(t.tick(time.Now()))
	}
}

// tick does what is due at now and says when it wants to be called again.
func (t *Talk) tick(now time.Time) time.Duration {
	c := &t.clock
	t.mu.Lock()
	r, told := t.routes.Load(), t.told
	if told != c.told {
		c.told = told
		c.player = player{program: t.program, prompts: t.prompts}
	}
	t.mu.Unlock()

	t.caller.hearer.CompareAndSwap(nil, t) // another talk had it as a line, and let it go
	if r != c.routes {
		if len(r.lines) > 0 {
			c.player.interrupt()
		}
		c.routes, c.ticking = r, false
	}
	if tape := t.tape.Load(); tape != nil {
		tape.flushOld(now)
	}
	says := t.saying.Load() != nil
	switch {
	case len(r.lines) == 0 && told == 0 && !says:
		return time.Hour // nobody said yet what to play
	case len(r.lines) < 2 && !t.caller.out.open():
		c.ticking = false
		return time.Hour // the far end can't hear: the welcome waits until it can
	case len(r.lines) == 1 && !says:
		return t.keepAlive(now)
	}
	if !c.ticking {
		t.startClock(now)
	}
	if now.Sub(c.due()) > behindMax {
		t.startClock(now)
	}
	for !c.due().After(now) {
		t.sendFrame(r, now)
		c.n++
		if !c.ticking { // the prompt is over, and one line is heard again
			return 0
		}
	}
	return max(0, c.due().Sub(now))
}

func (c *clock) due() time.Time { return c.start.Add(time.Duration(c.n) * frameTime) }

// startClock begins a new run of frames, 20 ms after what the caller heard last, or now.
func (t *Talk) startClock(now time.Time) {
	c := &t.clock
	c.ticking, c.n, c.start = true, 0, now
	c.src = source{ssrc: runs.Add(1)}
	last, _ := t.caller.out.lastSend()
	if next := last.Add(frameTime); next.After(now) && next.Sub(now) <= frameTime {
		c.start = next
	}
}

// sendFrame sends the frame due now: of the program, or of the mix, to each party.
func (t *Talk) sendFrame(r *routes, now time.Time) {
	c := &t.clock
	f := frame{seq: uint16(c.n), ts: uint32(c.n * frameSamples), at: now}
	if r.mixer != nil {
		r.mixer.step()
		for i, p := range r.lines {
			f.payload = r.mixer.heardBy(i+1, c.buf[:])
			p.hears(t, c.src, &f)
		}
		if !t.sayFrame(&f, c.buf[:]) {
			f.payload = r.mixer.heardBy(0, c.buf[:])
		}
		t.callerHears(c.src, &f)
		return
	}
	if t.sayFrame(&f, c.buf[:]) {
		t.callerHears(c.src, &f)
		return
	}
	if len(r.lines) == 1 {
		c.ticking = false // the prompt was taken back
		return
	}
	c.player.next(c.buf[:])
	if t.routes.Load() != r {
		return // a line was connected just now; its packets are already on the way
	}
	f.payload = c.buf[:]
	t.callerHears(c.src, &f)
}

// keepAlive sends silence to a caller whose one line has sent nothing for a while.
func (t *Talk) keepAlive(now time.Time) time.Duration {
	c := &t.clock
	last, by := t.caller.out.lastSend()
	if c.ticking && c.n > 0 && by != c.src {
		c.ticking = false // the line speaks again
	}
	if !c.ticking {
		if quiet := now.Sub(last); !last.IsZero() && quiet < deadLine {
			return deadLine - quiet
		}
		t.startClock(now)
	}
	due := func() time.Time { return c.start.Add(time.Duration(c.n) * silenceEvery) }
	if now.Sub(due()) > behindMax {
		t.startClock(now)
	}
	for !due().After(now) {
		for i := range c.buf {
			c.buf[i] = Silence
		}
		ts := uint32(time.Duration(c.n) * silenceEvery * Rate / time.Second)
		t.callerHears(c.src, &frame{marker: true, seq: uint16(c.n), ts: ts, at: now, payload: c.buf[:]})
		t.caller.out.pause() // the time to the next one is no gap
		c.n++
	}
	return max(0, due().Sub(now))
}

// player turns a program into frames.
type player struct {
	program phone.Program
	prompts *Prompts
	begun   bool
	audio   []byte // rest of the prompt now heard
	first   int    // next of program.First
	then    int    // next of program.Then, counted on
	rest    int    // samples of comfort tone until the next of Then
	comfort int    // place in the comfort tone
}

// everyUsual is phone.Program's default.
const everyUsual = 12 * time.Second

// interrupt says that a line was connected: what was being said is not taken up again, nor is it repeated.
func (p *player) interrupt() {
	if !p.begun {
		return
	}
	p.audio, p.first = nil, len(p.program.First)
	p.pause()
}

func (p *player) pause() {
	every := p.program.Every
	if every <= 0 {
		every = everyUsual
	}
	p.rest, p.comfort = max(samples(every), frameSamples), 0
}

// next fills one frame.
func (p *player) next(buf []byte) {
	p.begun = true
	for len(buf) > 0 {
		if len(p.audio) > 0 {
			n := copy(buf, p.audio)
			p.audio, buf = p.audio[n:], buf[n:]
			if len(p.audio) == 0 && p.first >= len(p.program.First) {
				p.pause()
			}
			continue
		}
		if p.first < len(p.program.First) {
			p.audio = p.prompts.get(p.program.First[p.first])
			p.first++
			continue
		}
		if p.rest <= 0 && len(p.program.Then) > 0 {
			p.audio = p.prompts.get(p.program.Then[p.then%len(p.program.Then)])
			p.then++
			if len(p.audio) == 0 {
				p.pause() // no such prompt: the comfort tone goes on
			}
			continue
		}
		tone := p.prompts.comfort
		n := len(buf)
		if len(p.program.Then) > 0 {
			n = min(n, p.rest)
		}
		n = copy(buf[:n], tone[p.comfort:])
		p.comfort = (p.comfort + n) % len(tone)
		p.rest -= n
		buf = buf[n:]
	}
}
