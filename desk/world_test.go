package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// world is a Polda with two seats and a Polres with two, a wire that remembers what was asked of it, and a journal
// in memory. It runs in virtual time.
type world struct {
	t    *testing.T
	desk *Desk
	offs *office.Directory

	mu       sync.Mutex
	records  []journal.Record
	sent     []string
	began    []begun
	silent   []string
	observed map[string][]float64
	ids      int
	mute     map[office.SeatID]bool // screens that don't acknowledge an offer
	people   map[office.PersonID]office.ID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	offs, err := office.NewDirectory([]office.Office{
		{ID: "polda", Kind: office.Polda, Code: "K", Zone: "Asia/Makassar", Seats: 2, Settings: office.Settings{TWrap: -1}},
		{ID: "polres", Kind: office.Polres, Parent: "polda", Name: "Polres", Code: "K-1", Zone: "Asia/Makassar", Seats: 2, Settings: office.Settings{TWrap: -1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, offs: offs, observed: map[string][]float64{}, mute: map[office.SeatID]bool{}}
	w.desk, err = New(Options{
		Offices: offs, Default: "polda", Journal: w, Board: board.New("test"), Incidents: w, NewID: w.newID,
		Observe: func(what string, s float64) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.observed[what] = append(w.observed[what], s)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("%06d", w.ids)
}

func (w *world) Post(stream string, recs ...journal.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range recs {
		r.Stream = stream
		w.records = append(w.records, r)
	}
}

func (w *world) CallBegan(_ call.ID, _ office.ID, n office.Number, rang time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began = append(w.began, begun{n, rang})
}

// begun is what dispatch is told of a call.
type begun struct {
	number office.Number
	rang   time.Time
}

func (w *world) Sent(_ call.ID, _ call.SeatRef, to office.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, string(to))
}
func (w *world) Answered(call.ID, call.SeatRef)          {}
func (w *world) TakenBack(call.ID, office.ID, call.Chip) {}
func (w *world) Silent(c call.ID, by call.SeatRef, at string, area office.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = append(w.silent, fmt.Sprintf("%s by %q at %q area %q", c, by.Person, at, area))
}
func (w *world) Ended(call.ID, call.SeatRef, call.Outcome)  {}
func (w *world) Words(call.ID) (string, string)             { return "", "" }
func (w *world) Number(call.ID) string                      { return "K/2026/11/23/0042" }
func (w *world) About(office.Number) ([]OpenIncident, bool) { return nil, false }

// settle lets everything that can happen now happen, acknowledges what rings, and checks the law.
func (w *world) settle() {
	for range 3 {
		synctest.Wait()
		for _, o := range w.offs.All() {
			for _, s := range o.SeatIDs() {
				v := w.seat(s)
				if v.State == Ringing && !w.mute[s] {
					c := w.call(v.Call)
					for _, of := range c.Offers {
						if of.Seat == s {
							_, _ = w.do(v.Person.ID, Rung{Call: v.Call, N: of.N})
						}
					}
				}
			}
		}
	}
	w.check()
}

func (w *world) sleep(d time.Duration) { time.Sleep(d); w.settle() }

func (w *world) who(p office.PersonID) Who {
	o := office.ID("polda")
	if p[0] == 'r' {
		o = "polres"
	}
	if of, ok := w.people[p]; ok {
		o = of
	}
	return Who{Person: Person{ID: p, Name: string(p)}, Office: o, Role: office.Operator}
}

func (w *world) do(p office.PersonID, c Command) (Done, error) {
	return w.desk.Do(context.Background(), w.who(p), c)
}

func (w *world) must(p office.PersonID, c Command) Done {
	w.t.Helper()
	d, err := w.do(p, c)
	if err != nil {
		w.t.Fatalf("%s: %T: %v", p, c, err)
	}
	w.settle()
	return d
}

func (w *world) refused(p office.PersonID, c Command, code string) {
	w.t.Helper()
	_, err := w.do(p, c)
	w.settle()
	if got := codeOf(err); got != code {
		w.t.Fatalf("%s: %T: refused with %q (%v), want %q", p, c, got, err, code)
	}
}

func codeOf(err error) string {
	var a *call.Refusal
	var b *Refusal
	switch {
	case errors.As(err, &a):
		return a.Code
	case errors.As(err, &b):
		return b.Code
	}
	return ""
}

// sits puts a person at a seat, heard and READY.
func (w *world) sits(p office.PersonID, seat office.SeatID) *fakeLine {
	w.t.Helper()
	w.must(p, BeginDuty{Seat: seat})
	l := w.lineUp(seat)
	w.must(p, BeReady{})
	return l
}

func (w *world) lineUp(seat office.SeatID) *fakeLine {
	l := &fakeLine{seat: seat, id: w.newID()}
	w.desk.LineUp(l)
	w.settle()
	return l
}

func (w *world) seat(s office.SeatID) SeatView {
	f := w.desk.floorOf(s)
	v, _ := w.desk.opts.Board.Get(f.office.ID, "seat/"+string(s))
	return v.(SeatView)
}

func (w *world) call(id call.ID) CallView {
	v, ok := w.desk.opts.Board.Get("polda", "call/"+string(id))
	if !ok {
		return CallView{Phase: call.Ended}
	}
	return v.(CallView)
}

// dials makes a call and returns its leg; its id is the desk's newest.
func (w *world) dials(number office.Number) *fakeLeg {
	l := &fakeLeg{world: w, party: phone.Party{Number: number, Trunk: "t", Dialled: "110"}, talk: &fakeTalk{}}
	synctest.Wait() // nobody else takes a number now
	w.mu.Lock()
	l.id = call.ID(fmt.Sprintf("%06d", w.ids+1))
	w.mu.Unlock()
	w.desk.Incoming(l)
	w.settle()
	return l
}

// events decodes what the journal has of a call.
func (w *world) events(id call.ID) []call.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []call.Event
	for _, r := range w.records {
		if r.Stream != Stream(id) || r.Type != "call" {
			continue
		}
		es, _, err := call.Codec.Decode(r.Body)
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, es...)
	}
	return out
}

func (w *world) closed(id call.ID) call.Closed {
	w.t.Helper()
	var got []call.Closed
	for _, e := range w.events(id) {
		if c, ok := e.(call.Closed); ok {
			got = append(got, c)
		}
	}
	if len(got) != 1 {
		w.t.Fatalf("call %s has %d outcomes, want exactly one: %v", id, len(got), got)
	}
	return got[0]
}

// check holds the law after every step: calls are conserved, and no call waits while a seat is READY.
func (w *world) check() {
	w.t.Helper()
	synctest.Wait()
	for _, o := range w.offs.All() {
		v, _ := w.desk.opts.Board.Get(o.ID, "floor/"+string(o.ID))
		f := w.desk.past.floor(o.ID, time.Now())
		if !f.Conservation.Balanced {
			w.t.Fatalf("%s: calls are lost: %+v", o.ID, f.Conservation)
		}
		_ = v
	}
	_, s := w.desk.opts.Board.Watch("polda", "", 0)
	ready := 0
	for _, id := range []office.SeatID{"polda/1", "polda/2"} {
		if w.seat(id).State == Ready {
			ready++
		}
	}
	for k, v := range s.Items {
		c, ok := v.(CallView)
		if ok && c.Phase == call.Queued && c.Urgent == false && ready > 0 {
			w.t.Fatalf("%s waits although %d seats are READY", k, ready)
		}
	}
}

type fakeLine struct {
	seat office.SeatID
	id   string
}

func (l *fakeLine) ID() string          { return l.id }
func (l *fakeLine) Seat() office.SeatID { return l.seat }
func (l *fakeLine) Alive() bool         { return true }

// fakeLeg is a caller's side that remembers what was asked of it.
type fakeLeg struct {
	world *world
	id    call.ID
	party phone.Party
	talk  *fakeTalk

	mu       sync.Mutex
	sink     func(phone.Event)
	rang     bool
	answered bool
	hungUp   bool // by us
	ended    bool
	pressed  string
}

func (l *fakeLeg) ID() string         { return "leg" }
func (l *fakeLeg) Party() phone.Party { return l.party }
func (l *fakeLeg) Talk() phone.Talk   { return l.talk }
func (l *fakeLeg) Listen(sink func(phone.Event)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink = sink
}
func (l *fakeLeg) Ring()              { l.mu.Lock(); l.rang = true; l.mu.Unlock() }
func (l *fakeLeg) Answer()            { l.mu.Lock(); l.answered = true; l.mu.Unlock() }
func (l *fakeLeg) Press(keys string)  { l.mu.Lock(); l.pressed += keys; l.mu.Unlock() }
func (l *fakeLeg) Refuse(int, string) { l.end(phone.ByUs) }
func (l *fakeLeg) wasHungUp() bool    { l.mu.Lock(); defer l.mu.Unlock(); return l.hungUp }
func (l *fakeLeg) Hangup()            { l.mu.Lock(); l.hungUp = true; l.mu.Unlock(); l.end(phone.ByUs) }

func (l *fakeLeg) end(f phone.Fault) {
	l.mu.Lock()
	was, sink := l.ended, l.sink
	l.ended = true
	l.mu.Unlock()
	if !was {
		sink(phone.Ended{Ending: phone.Ending{Fault: f}})
	}
}

// hangsUp: the citizen ends the call.
func (l *fakeLeg) hangsUp() { l.end(phone.ByFarEnd); l.world.settle() }

type fakeTalk struct {
	mu      sync.Mutex
	lines   []office.SeatID
	program phone.Program
	said    []string
	muted   bool
}

func (t *fakeTalk) Connect(lines ...phone.Line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = nil
	for _, l := range lines {
		t.lines = append(t.lines, l.Seat())
	}
}
func (t *fakeTalk) Program(p phone.Program) { t.mu.Lock(); t.program = p; t.mu.Unlock() }
func (t *fakeTalk) Say(prompt string)       { t.mu.Lock(); t.said = append(t.said, prompt); t.mu.Unlock() }
func (t *fakeTalk) Mute(on bool)            { t.mu.Lock(); t.muted = on; t.mu.Unlock() }
func (t *fakeTalk) Record(phone.Recorder)   {}
func (t *fakeTalk) Stats() phone.Stats      { return phone.Stats{} }

func (t *fakeTalk) hears() []office.SeatID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}

func (t *fakeTalk) plays() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.program.First) == 0 {
		return ""
	}
	return t.program.First[0]
}
