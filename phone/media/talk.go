package media

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/phone"
)

// TalkOptions are the rarely needed settings of a Talk.
type TalkOptions struct {
	Log *slog.Logger // nil means slog.Default
}

// Talk is the audio around one caller. It implements phone.Talk.
//
// With no line connected, the caller hears the program. With one, packets are handed on as they come, by the goroutine
// that read them. With two or more, all are mixed every 20 ms and nobody hears themselves.
type Talk struct {
	caller  *Port
	prompts *Prompts
	log     *slog.Logger

	routes atomic.Pointer[routes]
	tape   atomic.Pointer[copier]
	saying atomic.Pointer[saying] // a prompt instead of all else; nil: none
	muted  atomic.Bool            // the caller hears silence
	wake   chan struct{}          // one slot: routes or program changed
	stop   chan struct{}
	done   chan struct{}

	mu      sync.Mutex // guards closed, program and its number, and changes of routes
	closed  bool
	program phone.Program
	told    int // counts programs

	clock clock // owned by the goroutine of run
}

var _ phone.Talk = (*Talk)(nil)

// routes is who hears whom now. It is never changed, only replaced.
type routes struct {
	lines []*Port
	mixer *mixer // when two or more lines are connected
}

func (r *routes) has(p *Port) bool { return slices.Contains(r.lines, p) }

// NewTalk stands around the caller's port until Close. prompts may be nil: then waiting callers hear the comfort tone.
// The caller hears nothing before the first Program or Connect.
func NewTalk(caller *Port, prompts *Prompts, opts TalkOptions) *Talk {
	if prompts == nil {
		prompts = noPrompts
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	t := &Talk{
		caller:  caller,
		prompts: prompts,
		log:     opts.Log.With("port", caller.ID()),
		wake:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	t.routes.Store(&routes{})
	caller.hearer.Store(t)
	go t.run()
	return t
}

// Connect makes the caller and exactly these lines hear each other from the next packet on. A line that another Talk
// has is taken from it. Lines without audio of ours are left out, with a line in the log.
func (t *Talk) Connect(lines ...phone.Line) {
	ports := make([]*Port, 0, len(lines))
	for _, l := range lines {
		ported, ok := l.(Ported)
		if !ok || ported.Port() == nil {
			t.log.Error("connect a line without audio", "line", l.ID())
			continue
		}
		if p := ported.Port(); !slices.Contains(ports, p) {
			ports = append(ports, p)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	was := t.routes.Load()
	if slices.Equal(was.lines, ports) && t.owns(ports) {
		return
	}
	now := &routes{lines: ports}
	if len(ports) > 1 {
		now.mixer = newMixer(t.caller, ports)
	}
	for _, p := range ports {
		p.hearer.Store(t)
	}
	t.routes.Store(now)
	for _, p := range was.lines {
		if !now.has(p) && p.hearer.CompareAndSwap(t, nil) {
			p.out.pause()
		}
	}
	t.poke()
}

func (t *Talk) owns(ports []*Port) bool {
	for _, p := range ports {
		if p.hearer.Load() != t {
			return false
		}
	}
	return true
}

// Program sets what the caller hears while no line is connected, from its beginning.
func (t *Talk) Program(p phone.Program) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.program = phone.Program{First: slices.Clone(p.First), Then: slices.Clone(p.Then), Every: p.Every}
	t.told++
	t.poke()
}

// Record copies all audio to r from now on, until Close. A second call does nothing.
func (t *Talk) Record(r phone.Recorder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.tape.Load() != nil {
		return
	}
	t.tape.Store(newCopier(r, time.Now()))
}

// Stats tells the leg's figures so far.
func (t *Talk) Stats() phone.Stats {
	s := t.caller.Stats()
	return phone.Stats{PacketsIn: s.PacketsIn, PacketsOut: s.PacketsOut, GapMax: s.GapMax, Gaps40: s.Gaps40}
}

// TapeDropped is how many milliseconds of audio the tape was too slow for.
func (t *Talk) TapeDropped() time.Duration {
	if c := t.tape.Load(); c != nil {
		return c.dropped()
	}
	return 0
}

// Close lets go of the caller and all lines, hands the last audio to the recorder and waits for both goroutines.
func (t *Talk) Close() {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		<-t.done
		return
	}
	t.closed = true
	was := t.routes.Swap(&routes{})
	t.caller.hearer.CompareAndSwap(t, nil)
	for _, p := range was.lines {
		if p.hearer.CompareAndSwap(t, nil) {
			p.out.pause()
		}
	}
	close(t.stop)
	t.mu.Unlock()
	<-t.done
	if c := t.tape.Load(); c != nil {
		c.close()
	}
}

// poke wakes run. Called with mu held or not.
func (t *Talk) poke() {
	select {
	case t.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// hear takes a frame that from has received. It runs on the goroutine that read the packet.
func (t *Talk) hear(from *Port, f *frame) {
	r := t.routes.Load()
	if from == t.caller {
		if c := t.tape.Load(); c != nil && !f.event {
			c.add(phone.Caller, f.ssrc, f.ts, f.payload, f.at)
		}
	} else if !r.has(from) || f.event {
		return // keys of a line are told to the desk, which presses them where they belong: passed on too, each would come twice
	}
	switch {
	case r.mixer != nil:
		if !f.event {
			r.mixer.put(from, f)
		}
	case len(r.lines) == 0:
	case from == t.caller:
		r.lines[0].hears(t, source{from, f.ssrc}, f)
	case t.saying.Load() != nil: // the caller hears the prompt now
	default:
		t.callerHears(source{from, f.ssrc}, f)
	}
}

// hears sends f to the far end of p, if p still belongs to t.
func (p *Port) hears(t *Talk, src source, f *frame) {
	if p.hearer.Load() == t {
		p.out.write(src, f)
	}
}

// callerHears sends f to the caller and to the officer's side of the tape. While muted the caller is sent silence, and
// the tape has what the officers say all the same.
func (t *Talk) callerHears(src source, f *frame) {
	if has := t.caller.hearer.Load(); has != t && has != nil {
		return // another talk has this far end as one of its lines
	}
	heard := *f
	if t.muted.Load() && !f.said {
		if f.event {
			return
		}
		heard.payload = silent[:len(f.payload)]
	}
	s := t.caller.out.write(src, &heard)
	if !s.ok || f.event {
		return
	}
	if c := t.tape.Load(); c != nil {
		c.add(phone.Officer, 0, s.ts, f.payload, f.at)
	}
}
