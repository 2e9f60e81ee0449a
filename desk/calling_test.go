package desk

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// outLeg is a leg that was called: it rings, answers and hangs up when the test says so.
type outLeg struct {
	fakeLeg
	callee phone.Callee
	serial string
}

func (l *outLeg) ID() string          { return l.serial }
func (l *outLeg) Seat() office.SeatID { return l.callee.Seat }
func (l *outLeg) Alive() bool         { return true }

func (l *outLeg) tells(e phone.Event) {
	l.mu.Lock()
	sink := l.sink
	l.mu.Unlock()
	sink(e)
	l.world.settle()
}

func (l *outLeg) refuses(status int) {
	l.mu.Lock()
	was, sink := l.ended, l.sink
	l.ended = true
	l.mu.Unlock()
	if !was {
		sink(phone.Ended{Ending: phone.Ending{Fault: phone.ByFarEnd, Status: status}})
	}
	l.world.settle()
}

func (l *outLeg) isOver() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.ended }

// exchange remembers who was called.
type exchange struct {
	world *world
	mu    sync.Mutex
	out   []*outLeg
}

func (x *exchange) Dial(c phone.Callee) (phone.Outside, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	l := &outLeg{callee: c, serial: fmt.Sprintf("out-%d", len(x.out)+1)}
	l.fakeLeg = fakeLeg{world: x.world, party: phone.Party{Number: office.Number(c.Number), Trunk: "t"}, talk: &fakeTalk{}}
	x.out = append(x.out, l)
	return l, nil
}

func (x *exchange) last(t *testing.T) *outLeg {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.out) == 0 {
		t.Fatal("nobody was called")
	}
	return x.out[len(x.out)-1]
}

func (x *exchange) count() int { x.mu.Lock(); defer x.mu.Unlock(); return len(x.out) }

// beside remembers who advises whom.
type fakeAside struct {
	fakeTalk
	closed bool
}

func (a *fakeAside) Close() { a.closed = true }

// calling is a world whose site has a way out, a piket phone and a plan.
type calling struct {
	*world
	x     *exchange
	aside *fakeAside
}

func callingWorld(t *testing.T, plans office.Plans) *calling {
	t.Helper()
	offs, err := office.NewDirectory([]office.Office{
		{ID: "mabes", Kind: office.Mabes, Code: "M", Zone: "Asia/Jakarta", Seats: 1, Settings: office.Settings{TWrap: -1}},
		{ID: "polda", Kind: office.Polda, Parent: "mabes", Code: "K", Zone: "Asia/Makassar", Seats: 2, Settings: office.Settings{TWrap: -1, Piket: "+62542111111"}},
		{ID: "polres", Kind: office.Polres, Parent: "polda", Name: "Polres", Code: "K-1", Zone: "Asia/Makassar", Seats: 2, Prefixes: []string{"+62542"}, Settings: office.Settings{TWrap: -1, Piket: "+62542222222"}},
		{ID: "polda2", Kind: office.Polda, Parent: "mabes", Code: "L", Zone: "Asia/Makassar", Seats: 1, Settings: office.Settings{TWrap: -1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, offs: offs, observed: map[string][]float64{}, mute: map[office.SeatID]bool{}}
	c := &calling{world: w, x: &exchange{world: w}, aside: &fakeAside{}}
	w.desk, err = New(Options{
		Offices: offs, Default: "polda", Journal: w, Board: board.New("test"), Incidents: w, NewID: w.newID, Dialler: c.x, Plans: plans,
		CallerID: "110", Beside: func(phone.Line) phone.Aside { return c.aside },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func runCalling(t *testing.T, name string, plans office.Plans, f func(*testing.T, *calling)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := callingWorld(t, plans)
			defer w.desk.Close()
			w.settle()
			f(t, w)
		})
	})
}

func (w *calling) talks(t *testing.T, number office.Number) *fakeLeg {
	t.Helper()
	w.sits("pa", "polda/1")
	l := w.dials(number)
	w.answers("pa", l, "polda/1")
	return l
}

// TestPiket: a Polres with nobody on duty is reached by its plain phone; only a person who presses 1 takes the call.
func TestPiket(t *testing.T) {
	runCalling(t, "press 1", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		p := w.x.last(t)
		if p.callee.Number != "+62542222222" {
			t.Fatalf("called %q", p.callee.Number)
		}
		w.sleep(6 * time.Second) // longer than T_transfer: the Polda keeps talking
		w.expect(l, call.Transferring, "polda/1")
		p.tells(phone.Established{})
		if p.talk.plays() != "piket_offer" {
			t.Fatalf("the piket hears %q", p.talk.plays())
		}
		p.tells(phone.Digit{Key: '2'})
		if p.talk.plays() != "piket_report" {
			t.Fatalf("the piket hears %q", p.talk.plays())
		}
		w.expect(l, call.Transferring, "polda/1")
		p.tells(phone.Digit{Key: '1'})
		w.expect(l, call.Talking, "", "polda/1")
		w.sleep(5 * time.Second)
		w.expect(l, call.Talking, "")
		p.end(phone.ByFarEnd) // the officer puts the phone down: that is the end
		w.settle()
		if c := w.closed(l.id); c.Outcome != call.ValidPolres || c.Callback != "" {
			t.Fatalf("%+v", c)
		}
	})
	runCalling(t, "a voicemail can't take it", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		p := w.x.last(t)
		p.tells(phone.Established{})
		w.sleep(15 * time.Second)
		w.expect(l, call.Talking, "polda/1")
		if c := w.call(l.id); c.Chip != call.NoAnswer || !p.isOver() {
			t.Fatalf("chip %q, still ringing %v", c.Chip, !p.isOver())
		}
	})
	runCalling(t, "9 asks for the supervisor, busy is a decline", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.x.last(t).tells(phone.Established{})
		w.x.last(t).tells(phone.Digit{Key: '9'})
		if c := w.call(l.id); c.Chip != call.AskedUp || c.Phase != call.Talking {
			t.Fatalf("%s %q", c.Phase, c.Chip)
		}
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.x.last(t).refuses(486)
		if c := w.call(l.id); c.Chip != call.Declined || c.Try != 2 {
			t.Fatalf("%q, try %d", c.Chip, c.Try)
		}
	})
}

// TestLadder: nobody answers: each level is added, then the piket phones, then the caller is told the truth.
func TestLadder(t *testing.T) {
	runCalling(t, "plan A", nil, func(t *testing.T, w *calling) {
		w.people = map[office.PersonID]office.ID{"ma": "mabes"}
		l := w.dials("+6281234567890")
		w.sleep(9 * time.Second)
		if w.x.count() > 0 {
			t.Fatal("the piket rings too early")
		}
		w.sits("ma", "mabes/1")
		w.expect(l, call.Queued)
		w.sleep(time.Second)
		w.offerTo(l, "mabes/1")
		w.sleep(10 * time.Second)
		if w.x.count() == 0 || w.x.last(t).callee.Number != "+62542111111" {
			t.Fatal("the piket of the Polda doesn't ring")
		}
		w.sleep(30 * time.Second)
		if l.talk.plays() == "nobody" {
			t.Fatal("somebody still rings, and the caller was sent away")
		}
		w.answers("ma", l, "mabes/1")
		w.must("ma", Close{Call: l.id})
		if c := w.closed(l.id); c.Outcome != call.AnsweredMabes {
			t.Fatalf("%+v", c)
		}
	})
	b := office.PlanB()
	runCalling(t, "plan B: nearest first, each level added", office.Plans{b}, func(t *testing.T, w *calling) {
		w.sits("ra", "polres/1")
		w.sits("rb", "polres/2")
		w.sits("pa", "polda/1")
		l := w.dials("+62542333333")
		if c := w.call(l.id); len(c.Offers) != 2 || c.Offers[0].Office != "polres" {
			t.Fatalf("offers %+v", c.Offers)
		}
		w.sleep(10 * time.Second)
		if c := w.call(l.id); len(c.Offers) != 3 {
			t.Fatalf("the Polda isn't added: %+v", c.Offers)
		}
		w.must("rb", Answer{Call: l.id, N: w.offerN(l, "polres/2")})
		w.expect(l, call.Talking, "polres/2")
		if s := w.seat("polda/1"); s.State != Ready {
			t.Fatalf("the loser is %s", s.State)
		}
		w.must("rb", Close{Call: l.id})
		if c := w.closed(l.id); c.Outcome != call.ValidPolres {
			t.Fatalf("%+v", c)
		}
	})
	runCalling(t, "nobody anywhere: promised, and first in the list", nil, func(t *testing.T, w *calling) {
		l := w.dials("+6281234567890")
		w.sleep(25 * time.Second)
		w.x.last(t).refuses(480)
		w.sleep(6 * time.Second)
		if l.talk.plays() != "nobody" {
			t.Fatalf("the caller hears %q", l.talk.plays())
		}
		l.hangsUp()
		if c := w.closed(l.id); c.Callback != call.OwedFirst {
			t.Fatalf("%+v", c)
		}
	})
}

func (w *calling) offerN(l *fakeLeg, seat office.SeatID) int {
	for _, o := range w.call(l.id).Offers {
		if o.Seat == seat {
			return o.N
		}
	}
	return -1
}

// TestGuests: hold, advice, three-party, and leaving the caller to somebody else.
func TestGuests(t *testing.T) {
	runCalling(t, "hold", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Hold{Call: l.id, On: true})
		w.expect(l, call.Talking)
		if l.talk.plays() != "hold" {
			t.Fatalf("the caller hears %q", l.talk.plays())
		}
		w.must("pa", Hold{Call: l.id})
		w.expect(l, call.Talking, "polda/1")
	})
	runCalling(t, "112 joins and takes the caller", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Invite{Call: l.id, Number: "112", Name: "Darurat 112"})
		g := w.x.last(t)
		if g.callee.Number != "112" || g.callee.From != "110" {
			t.Fatalf("%+v", g.callee)
		}
		w.expect(l, call.Talking, "polda/1")
		g.tells(phone.Established{})
		w.expect(l, call.Talking, "polda/1", "")
		w.must("pa", Press{Call: l.id, Guest: 1, Keys: "12#"})
		if g.pressed != "12#" {
			t.Errorf("pressed %q", g.pressed)
		}
		w.refused("pa", Give{Call: l.id, Guest: 1}, call.CodeOutcomeNeeded)
		w.must("pa", Give{Call: l.id, Guest: 1, Outcome: call.OtherAgency, Agency: "112"})
		w.expect(l, call.Talking, "")
		if s := w.seat("polda/1"); s.State != Ready {
			t.Fatalf("the seat is %s", s.State)
		}
		g.end(phone.ByFarEnd)
		w.settle()
		if c := w.closed(l.id); c.Outcome != call.OtherAgency || c.Agency != "112" || c.By.Person != "pa" {
			t.Fatalf("%+v", c)
		}
	})
	runCalling(t, "given away, and the line breaks: back in front", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Invite{Call: l.id, Number: "118"})
		w.x.last(t).tells(phone.Established{})
		w.must("pa", Give{Call: l.id, Guest: 1, Outcome: call.OtherAgency, Agency: "118"})
		w.x.last(t).end(phone.ByNet)
		w.settle()
		w.offerTo(l, "polda/1")
		if c := w.call(l.id); !c.Urgent {
			t.Fatal("not in the priority lane")
		}
	})
	runCalling(t, "advice: the caller waits, then both are brought together", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.sits("ra", "polres/1")
		w.must("pa", Invite{Call: l.id, Office: "polres", Aside: true})
		w.expect(l, call.Talking, "polda/1")
		w.must("ra", Answer{Call: l.id, N: w.offerN(l, "polres/1")})
		w.expect(l, call.Talking)
		if l.talk.plays() != "hold" || fmt.Sprint(w.aside.hears()) != "[polda/1]" {
			t.Fatalf("the caller hears %q, beside %v", l.talk.plays(), w.aside.hears())
		}
		w.must("pa", Merge{Call: l.id, Guest: 1})
		w.expect(l, call.Talking, "polda/1", "polres/1")
		if !w.aside.closed {
			t.Error("the talk beside goes on")
		}
		w.must("ra", Dismiss{Call: l.id, Guest: 1})
		w.expect(l, call.Talking, "polda/1")
		if s := w.seat("polres/1"); s.State != Ready {
			t.Fatalf("the guest's seat is %s", s.State)
		}
	})
	runCalling(t, "a guest who doesn't come", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		w.must("pa", Invite{Call: l.id, Number: "113"})
		w.x.last(t).refuses(486)
		w.must("pa", Invite{Call: l.id, Office: "polres"})
		if g := w.call(l.id).Guests; len(g) != 0 {
			t.Fatalf("guests %+v", g)
		}
		w.must("pa", Invite{Call: l.id, Number: "113"})
		w.sleep(16 * time.Second)
		if g := w.call(l.id).Guests; len(g) != 0 || !w.x.last(t).isOver() {
			t.Fatalf("guests %+v", g)
		}
		w.expect(l, call.Talking, "polda/1")
	})
}

// TestPolresHolds: a Polres that has the caller can do with them what a Polda can: hold, ask others in, and leave the
// caller to one of them, who then ends the call from their seat.
func TestPolresHolds(t *testing.T) {
	begin := func(t *testing.T, w *calling) *fakeLeg {
		l := w.talks(t, "+6281234567890")
		w.sits("ra", "polres/1")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.must("ra", Answer{Call: l.id, N: w.offerN(l, "polres/1")})
		w.must("pa", Leave{Call: l.id})
		w.expect(l, call.Talking, "polres/1")
		return l
	}
	runCalling(t, "hold and an ambulance", nil, func(t *testing.T, w *calling) {
		l := begin(t, w)
		w.refused("pa", Hold{Call: l.id, On: true}, call.CodeNotYours)
		w.must("ra", Hold{Call: l.id, On: true})
		w.expect(l, call.Talking)
		w.must("ra", Hold{Call: l.id})
		w.must("ra", Invite{Call: l.id, Number: "119", Name: "Ambulans 119"})
		w.x.last(t).tells(phone.Established{})
		w.expect(l, call.Talking, "polres/1", "")
		w.must("ra", Give{Call: l.id, Guest: 1, Outcome: call.OtherAgency, Agency: "119"})
		w.expect(l, call.Talking, "")
		w.x.last(t).end(phone.ByFarEnd)
		w.settle()
		if c := w.closed(l.id); c.Outcome != call.OtherAgency || c.By.Seat != "polres/1" {
			t.Fatalf("%+v", c)
		}
	})
	runCalling(t, "the Polda is asked back in, and left with the caller", nil, func(t *testing.T, w *calling) {
		l := begin(t, w)
		w.must("ra", Invite{Call: l.id, Office: "polda"})
		w.must("pa", Answer{Call: l.id, N: w.offerN(l, "polda/1")})
		w.expect(l, call.Talking, "polres/1", "polda/1")
		w.refused("pa", Close{Call: l.id}, call.CodeNotYours)
		w.must("ra", Give{Call: l.id, Guest: 1, Outcome: call.ValidPolres})
		w.expect(l, call.Talking, "polda/1")
		if s := w.seat("polres/1"); s.State != Ready {
			t.Fatalf("the seat is %s", s.State)
		}
		w.must("pa", Close{Call: l.id})
		if c := w.closed(l.id); c.Outcome != call.ValidPolres || c.By.Seat != "polres/1" {
			t.Fatalf("%+v", c)
		}
	})
	runCalling(t, "a call of ours is not left to others", nil, func(t *testing.T, w *calling) {
		w.sits("ra", "polres/1")
		id := w.must("ra", CallOut{Number: "+6281200000009"}).Call.ID
		w.x.last(t).tells(phone.Established{})
		w.must("ra", Invite{Call: id, Number: "112"})
		w.x.last(t).tells(phone.Established{})
		w.refused("ra", Give{Call: id, Guest: 1, Outcome: call.OtherAgency, Agency: "112"}, call.CodeNotNow)
		w.must("ra", Close{Call: id})
		if c := w.closed(id); c.Outcome != call.OutgoingTalk {
			t.Fatalf("%+v", c)
		}
	})
}

// TestOtherPolda: call and report go to another Polda, with take-back; it counts there where it came in.
func TestOtherPolda(t *testing.T) {
	runCalling(t, "silent, then answered", nil, func(t *testing.T, w *calling) {
		w.people = map[office.PersonID]office.ID{"xa": "polda2"}
		w.sits("xa", "polda2/1")
		v, ok := w.desk.opts.Board.Get("polda", "presence/polda2")
		if p, is := v.(PresenceView); !ok || !is || p.Ready != 1 {
			t.Errorf("the Polda sees %+v of the other", v)
		}
		if v, ok := w.desk.opts.Board.Get("polres", "presence/polda2"); ok {
			t.Errorf("a Polres sees %+v", v)
		}
		l := w.talks(t, "+6281234567890")
		w.must("pa", Transfer{Call: l.id, To: "polda2"})
		w.offerTo(l, "polda2/1")
		w.sleep(4 * time.Second)
		w.expect(l, call.Talking, "polda/1")
		if c := w.call(l.id); c.Chip != call.NoAnswer || c.ChipOffice != "polda2" {
			t.Fatalf("%+v", c)
		}
		w.must("pa", Transfer{Call: l.id, To: "polda2"})
		w.must("xa", Answer{Call: l.id, N: w.offerN(l, "polda2/1")})
		w.must("pa", Leave{Call: l.id})
		w.expect(l, call.Talking, "polda2/1")
		w.must("xa", Close{Call: l.id})
		if c := w.closed(l.id); c.Outcome != call.OtherPolda {
			t.Fatalf("%+v", c)
		}
	})
}

// TestBlindTransfer: the setting of small offices. The caller hears an announcement; the take-back brings the operator.
func TestBlindTransfer(t *testing.T) {
	runCalling(t, "blind", nil, func(t *testing.T, w *calling) {
		w.sits("ra", "polres/1")
		w.desk.opts.Settings = func(o office.ID) office.Settings {
			of, _ := w.offs.Get(o)
			of.Settings.Blind = true
			return of.Settings
		}
		l := w.talks(t, "+6281234567890")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.expect(l, call.Transferring)
		if l.talk.plays() != "connecting" || w.seat("polda/1").State != Reserved {
			t.Fatalf("the caller hears %q, the seat is %s", l.talk.plays(), w.seat("polda/1").State)
		}
		w.sleep(4 * time.Second)
		w.expect(l, call.Talking, "polda/1")
	})
}

// TestCallbacks: what is owed, called back by one key, tried twice, settled; never to somebody in danger.
func TestCallbacks(t *testing.T) {
	owedTo := func(w *calling, n office.Number) *fakeLeg {
		l := w.dials(n)
		w.sleep(2 * time.Second)
		l.hangsUp()
		return l
	}
	runCalling(t, "spoken to", nil, func(t *testing.T, w *calling) {
		a := owedTo(w, "+6281234567890")
		owedTo(w, "+6281234567890") // one obligation per number
		list := w.desk.Owed("polda")
		if len(list) != 1 || list[0].Call != a.id || list[0].Outcome != call.LeftQueue {
			t.Fatalf("%+v", list)
		}
		w.sits("pa", "polda/1")
		d := w.must("pa", CallOut{Returns: a.id})
		g := w.x.last(t)
		if d.Call.Phase != call.Dialling || g.callee.Number != "+6281234567890" || g.callee.From != "110" {
			t.Fatalf("%s %+v", d.Call.Phase, g.callee)
		}
		if s := w.seat("polda/1"); s.State != Talking {
			t.Fatalf("the seat is %s", s.State)
		}
		g.tells(phone.Established{})
		if len(w.desk.Owed("polda")) != 0 {
			t.Fatal("still owed")
		}
		w.must("pa", Close{Call: d.Call.ID})
		if c := w.closed(d.Call.ID); c.Outcome != call.OutgoingTalk {
			t.Fatalf("%+v", c)
		}
		if f := w.desk.past.floor("polda", time.Now()); f.Today.In != 2 || !f.Conservation.Balanced {
			t.Fatalf("a call of ours is counted: %+v", f)
		}
	})
	runCalling(t, "two tries, then a note", nil, func(t *testing.T, w *calling) {
		a := owedTo(w, "+6281234567890")
		w.sits("pa", "polda/1")
		w.refused("pa", Settle{Call: a.id, How: call.ByTrying, Note: "x"}, "try_again")
		for range 2 {
			w.must("pa", CallOut{Returns: a.id})
			w.x.last(t).refuses(480)
		}
		w.refused("pa", Settle{Call: a.id, How: call.ByTrying}, "note_needed")
		w.must("pa", Settle{Call: a.id, How: call.ByTrying, Note: "tidak aktif"})
		if len(w.desk.Owed("polda")) != 0 {
			t.Fatal("still owed")
		}
		w.refused("pa", CallOut{Returns: a.id}, "not_owed")
	})
	runCalling(t, "in danger: never", nil, func(t *testing.T, w *calling) {
		l := w.talks(t, "+6281234567890")
		l.hangsUp()
		w.must("pa", Close{Call: l.id, Outcome: call.CallerBroke, Callback: call.Danger})
		w.refused("pa", CallOut{Number: "+6281234567890"}, "in_danger")
		if w.x.count() != 0 {
			t.Fatal("somebody in danger was called")
		}
		again := w.dials("+6281234567890")
		if c := w.call(again.id); !c.Urgent || !c.History.Danger {
			t.Fatalf("urgent %v, danger %v", c.Urgent, c.History.Danger)
		}
	})
	runCalling(t, "they call again themselves", nil, func(t *testing.T, w *calling) {
		owedTo(w, "+6281234567890")
		w.talks(t, "+6281234567890")
		if len(w.desk.Owed("polda")) != 0 {
			t.Fatal("still owed")
		}
	})
}

// TestDeskPhones: the same states, by the receiver.
func TestDeskPhones(t *testing.T) {
	runCalling(t, "rings, answers, is put down", nil, func(t *testing.T, w *calling) {
		w.refused("ra", BeginDuty{Seat: "polres/1", Phone: true}, "phone_not_registered")
		w.desk.PhoneUp("polres/1", true)
		w.settle()
		w.must("ra", BeginDuty{Seat: "polres/1", Phone: true})
		w.must("ra", BeReady{})
		w.mute["polres/1"] = true // no screen acknowledges
		l := w.talks(t, "+6281234567890")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		p := w.x.last(t)
		if p.callee.Seat != "polres/1" {
			t.Fatalf("%+v", p.callee)
		}
		p.tells(phone.Ringing{})
		w.sleep(2 * time.Second)
		w.expect(l, call.Transferring, "polda/1")
		p.tells(phone.Established{})
		w.expect(l, call.Talking, "polres/1", "polda/1")
		w.sleep(5 * time.Second)
		p.end(phone.ByFarEnd)
		w.settle()
		if c := w.closed(l.id); c.Outcome != call.ValidPolres || c.By.Person != "ra" {
			t.Fatalf("%+v", c)
		}
	})
	runCalling(t, "the Polda's receiver falls: the caller is kept, it rings again", nil, func(t *testing.T, w *calling) {
		w.desk.PhoneUp("polda/1", true)
		w.settle()
		w.must("pa", BeginDuty{Seat: "polda/1", Phone: true})
		w.must("pa", BeReady{})
		l := w.dials("+6281234567890")
		w.x.last(t).tells(phone.Ringing{})
		w.x.last(t).tells(phone.Established{})
		w.expect(l, call.Talking, "polda/1")
		w.x.last(t).end(phone.ByFarEnd)
		w.settle()
		w.expect(l, call.Orphan)
		w.sleep(time.Second)
		if w.x.count() != 2 {
			t.Fatalf("rung %d times", w.x.count())
		}
		w.x.last(t).tells(phone.Established{})
		w.expect(l, call.Talking, "polda/1")
	})
	runCalling(t, "busy is a decline, a dead phone goes on to the next", nil, func(t *testing.T, w *calling) {
		w.desk.PhoneUp("polda/1", true)
		w.settle()
		w.must("pa", BeginDuty{Seat: "polda/1", Phone: true})
		w.must("pa", BeReady{})
		w.sits("pb", "polda/2")
		l := w.dials("+6281234567890")
		w.x.last(t).refuses(486)
		w.offerTo(l, "polda/2")
		if s := w.seat("polda/1"); s.State != NotReady || s.Reason != "menolak" {
			t.Fatalf("%s %s", s.State, s.Reason)
		}
	})
}

// TestDoor: refused are the newest, at the door; the priority lane never; and the sheet balances.
func TestDoor(t *testing.T) {
	runCalling(t, "flood", nil, func(t *testing.T, w *calling) {
		in, out := 0, 0
		for i := range 400 {
			if w.desk.Admit(phone.Party{Number: office.Number(fmt.Sprintf("+6282%d", i)), Trunk: "t"}) {
				in++
			} else {
				out++
			}
		}
		if in == 0 || out == 0 || in > 60 {
			t.Fatalf("%d in, %d refused in one instant", in, out)
		}
		time.Sleep(time.Second)
		more := 0
		for i := range 400 {
			if w.desk.Admit(phone.Party{Number: office.Number(fmt.Sprintf("+6283%d", i)), Trunk: "t"}) {
				more++
			}
			time.Sleep(2500 * time.Microsecond) // 400 a second
		}
		if more < 150 || more > 260 {
			t.Errorf("%d of 400 in a second", more)
		}
		f := w.desk.past.floor("polda", time.Now())
		if !f.Conservation.Balanced || f.Today.Outcomes[call.RefusedFull] != out+400-more {
			t.Errorf("%+v", f)
		}
	})
}
