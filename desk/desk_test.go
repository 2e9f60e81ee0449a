package desk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// run plays one story in virtual time and ends the desk.
func run(t *testing.T, name string, story func(t *testing.T, w *world)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.desk.Close()
			w.settle()
			story(t, w)
		})
	})
}

func (w *world) expect(l *fakeLeg, phase call.Phase, hears ...office.SeatID) {
	w.t.Helper()
	if c := w.call(l.id); c.Phase != phase {
		w.t.Fatalf("call is %s, want %s", c.Phase, phase)
	}
	if got := l.talk.hears(); !slices.Equal(got, hears) {
		w.t.Fatalf("the caller is with %v, want %v", got, hears)
	}
}

func (w *world) offerTo(l *fakeLeg, seat office.SeatID) int {
	w.t.Helper()
	for _, o := range w.call(l.id).Offers {
		if o.Seat == seat {
			return o.N
		}
	}
	w.t.Fatalf("nothing rings at %s: %+v", seat, w.call(l.id).Offers)
	return 0
}

func (w *world) answers(p office.PersonID, l *fakeLeg, seat office.SeatID) {
	w.t.Helper()
	w.must(p, Answer{Call: l.id, N: w.offerTo(l, seat)})
}

func TestTheMainJob(t *testing.T) {
	run(t, "valid, transferred, closed at the Polres", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.sits("ra", "polres/1")
		l := w.dials("+6281")
		if !l.rang || l.answered || l.talk.plays() != "welcome" {
			t.Fatalf("rang %v, answered %v, plays %q", l.rang, l.answered, l.talk.plays())
		}
		w.sleep(2 * time.Second)
		w.answers("pa", l, "polda/1")
		w.expect(l, call.Talking, "polda/1")
		w.refused("pa", Close{Call: l.id}, call.CodeOutcomeNeeded)
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.expect(l, call.Transferring, "polda/1")
		if s := w.seat("polda/1"); s.State != Reserved {
			t.Fatalf("the Polda seat is %s during its own offer", s.State)
		}
		w.sleep(time.Second)
		w.answers("ra", l, "polres/1")
		w.expect(l, call.Talking, "polres/1", "polda/1")
		w.sleep(5 * time.Second)
		w.expect(l, call.Talking, "polres/1")
		if s := w.seat("polda/1"); s.State != Ready {
			t.Fatalf("the Polda seat is %s after it left the talk", s.State)
		}
		w.must("ra", Close{Call: l.id})
		if c := w.closed(l.id); c.Outcome != call.ValidPolres || c.By.Person != "ra" || c.Callback != "" {
			t.Fatalf("%+v", c)
		}
		if !l.wasHungUp() || !slices.Equal(w.sent, []string{"polres"}) {
			t.Fatalf("hung up %v, incident sent to %v", l.wasHungUp(), w.sent)
		}
	})
	run(t, "not valid, closed at the Polda", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		l := w.dials("+6281")
		w.answers("pa", l, "polda/1")
		w.refused("pa", Close{Call: l.id, Outcome: call.PrankCall}, call.CodeBadOutcome)
		w.must("pa", Close{Call: l.id, Outcome: call.PrankCall, Prank: call.Children})
		if c := w.closed(l.id); c.Outcome != call.PrankCall {
			t.Fatalf("%+v", c)
		}
		again := w.dials("+6281")
		if h := w.call(again.id).History; h.Calls != 1 || h.Pranks != 1 || len(h.Last) != 1 {
			t.Fatalf("history at the ring: %+v", h)
		}
	})
}

func TestTakeBack(t *testing.T) {
	talk := func(w *world) *fakeLeg {
		w.sits("pa", "polda/1")
		l := w.dials("+6281")
		w.answers("pa", l, "polda/1")
		return l
	}
	back := func(t *testing.T, w *world, l *fakeLeg, chip call.Chip) {
		t.Helper()
		w.expect(l, call.Talking, "polda/1")
		if c := w.call(l.id); c.Chip != chip || c.ChipOffice != "polres" {
			t.Fatalf("chip %q of %q, want %q", c.Chip, c.ChipOffice, chip)
		}
		if s := w.seat("polda/1"); s.State != Talking {
			t.Fatalf("the Polda seat is %s", s.State)
		}
		w.must("pa", Close{Call: l.id, Outcome: call.ClosedSent})
		if c := w.closed(l.id); c.Outcome != call.ClosedSent {
			t.Fatalf("%+v", c)
		}
	}
	run(t, "no answer in 4 s", func(t *testing.T, w *world) {
		l := talk(w)
		w.sits("ra", "polres/1")
		w.sits("rb", "polres/2")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		if n := len(w.call(l.id).Offers); n != 2 {
			t.Fatalf("%d seats of the Polres ring, want all 2", n)
		}
		w.sleep(4*time.Second - time.Nanosecond)
		w.expect(l, call.Transferring, "polda/1")
		w.sleep(time.Nanosecond)
		back(t, w, l, call.NoAnswer)
		if s := w.seat("polres/1"); s.State != Ready {
			t.Fatalf("a seat that missed once is %s, want READY", s.State)
		}
		if late := w.observed["takeback_late"]; len(late) != 1 || late[0] != 0 {
			t.Fatalf("lateness %v", late)
		}
	})
	run(t, "missed twice running", func(t *testing.T, w *world) {
		l := talk(w)
		w.sits("ra", "polres/1")
		for range 2 {
			w.must("pa", Transfer{Call: l.id, To: "polres"})
			w.sleep(4 * time.Second)
		}
		if s := w.seat("polres/1"); s.State != NotReady || s.Reason != "tidak_menjawab" {
			t.Fatalf("%+v", s)
		}
		back(t, w, l, call.NoAnswer)
	})
	run(t, "declined", func(t *testing.T, w *world) {
		l := talk(w)
		w.sits("ra", "polres/1")
		w.sits("rb", "polres/2")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.must("ra", Decline{Call: l.id, N: w.offerTo(l, "polres/1")})
		if s := w.seat("polres/2"); s.State != Ready {
			t.Fatalf("the other seat is %s", s.State)
		}
		back(t, w, l, call.Declined)
	})
	run(t, "nobody on duty", func(t *testing.T, w *world) {
		l := talk(w)
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		back(t, w, l, call.Nobody)
	})
	run(t, "busy, at once", func(t *testing.T, w *world) {
		w.sits("ra", "polres/1")
		w.sits("pb", "polda/2")
		first := w.dials("+6280")
		w.answers("pb", first, "polda/2")
		w.must("pb", Transfer{Call: first.id, To: "polres"})
		w.answers("ra", first, "polres/1")
		l := talk(w)
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		back(t, w, l, call.Busy)
	})
	run(t, "by hand", func(t *testing.T, w *world) {
		l := talk(w)
		w.sits("ra", "polres/1")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.must("pa", TakeBack{Call: l.id})
		w.refused("ra", Answer{Call: l.id, N: 2}, call.CodeTaken)
		back(t, w, l, call.ByOurSide)
	})
	run(t, "the Polres' screen doesn't ring", func(t *testing.T, w *world) {
		l := talk(w)
		w.sits("ra", "polres/1")
		w.mute["polres/1"] = true
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.sleep(700 * time.Millisecond)
		back(t, w, l, call.LineLost)
	})
	run(t, "the Polda's browser dies meanwhile", func(t *testing.T, w *world) {
		l := talk(w)
		w.sits("ra", "polres/1")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.desk.LineLost("polda/1", "")
		w.settle()
		w.expect(l, call.Transferring)
		if l.talk.plays() != "reconnect" {
			t.Fatalf("the caller hears %q", l.talk.plays())
		}
		w.sleep(4 * time.Second)
		w.expect(l, call.Orphan)
		w.lineUp("polda/1")
		w.expect(l, call.Talking, "polda/1")
	})
}

func TestHangUps(t *testing.T) {
	type story func(w *world) *fakeLeg
	queue := func(w *world) *fakeLeg { l := w.dials("+6281"); w.sleep(2 * time.Second); return l }
	offered := func(w *world) *fakeLeg { w.sits("pa", "polda/1"); return queue(w) }
	talking := func(w *world) *fakeLeg { l := offered(w); w.answers("pa", l, "polda/1"); return l }
	moving := func(w *world) *fakeLeg {
		l := talking(w)
		w.sits("ra", "polres/1")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		return l
	}
	for _, c := range []struct {
		when     string
		story    story
		outcome  call.Outcome
		callback call.Callback
	}{
		{"within the first second", func(w *world) *fakeLeg { l := w.dials("+6281"); w.sleep(time.Second / 2); return l }, call.Empty, ""},
		{"in the queue", queue, call.LeftQueue, call.Owed},
		{"while offered", offered, call.LeftRinging, call.Owed},
		{"during the transfer", moving, call.CallerBroke, call.Owed},
	} {
		run(t, c.when, func(t *testing.T, w *world) {
			l := c.story(w)
			l.hangsUp()
			if got := w.closed(l.id); got.Outcome != c.outcome || got.Callback != c.callback {
				t.Fatalf("outcome %q, callback %q, want %q, %q", got.Outcome, got.Callback, c.outcome, c.callback)
			}
			for _, s := range []office.SeatID{"polda/1", "polres/1"} {
				if v := w.seat(s); v.Call != "" {
					t.Errorf("%s still belongs to the call", s)
				}
			}
		})
	}
	run(t, "while talking: the operator chooses", func(t *testing.T, w *world) {
		l := talking(w)
		l.hangsUp()
		if c := w.call(l.id); c.Phase != call.Unfinished {
			t.Fatalf("call is %s", c.Phase)
		}
		w.must("pa", Close{Call: l.id, Outcome: call.Information})
		if c := w.closed(l.id); c.Outcome != call.Information || c.Callback != "" {
			t.Fatalf("%+v", c)
		}
	})
	run(t, "while talking: nobody chooses", func(t *testing.T, w *world) {
		l := talking(w)
		l.hangsUp()
		w.sleep(60 * time.Second)
		if c := w.closed(l.id); c.Outcome != call.CallerBroke || c.Callback != call.Owed {
			t.Fatalf("%+v", c)
		}
		if f := w.desk.past.floor("polda", time.Now()); f.Today.Callbacks != 1 {
			t.Fatalf("callbacks owed: %d", f.Today.Callbacks)
		}
	})
}

func TestQueue(t *testing.T) {
	run(t, "longest idle first, then the next", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.sleep(time.Second)
		w.sits("pb", "polda/2")
		l := w.dials("+6281")
		w.offerTo(l, "polda/1")
		w.sleep(5 * time.Second)
		w.offerTo(l, "polda/2")
		if s := w.seat("polda/1"); s.State != NotReady || s.Reason != "tidak_menjawab" {
			t.Fatalf("%+v", s)
		}
		w.must("pa", BeReady{})
		w.sleep(5 * time.Second) // the level passes: all READY seats ring
		w.offerTo(l, "polda/1")
		w.answers("pa", l, "polda/1")
		w.expect(l, call.Talking, "polda/1")
	})
	run(t, "a seat that doesn't ring is passed over after 700 ms", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.sits("pb", "polda/2")
		w.mute["polda/1"] = true
		l := w.dials("+6281")
		w.sleep(700 * time.Millisecond)
		w.offerTo(l, "polda/2")
	})
	run(t, "nobody on duty: told honestly, first come first served when somebody comes", func(t *testing.T, w *world) {
		a := w.dials("+6281")
		w.sleep(time.Second)
		b := w.dials("+6282")
		w.sleep(20 * time.Second) // the ladder's end
		if a.talk.plays() != "nobody" {
			t.Fatalf("the caller hears %q", a.talk.plays())
		}
		w.sits("pa", "polda/1")
		w.answers("pa", a, "polda/1")
		w.expect(b, call.Queued)
		w.must("pa", Close{Call: a.id, Outcome: call.Information})
		w.answers("pa", b, "polda/1")
	})
}

func TestOrphans(t *testing.T) {
	talking := func(w *world) (*fakeLeg, *fakeLine) {
		line := w.sits("pa", "polda/1")
		l := w.dials("+6281")
		w.answers("pa", l, "polda/1")
		return l, line
	}
	run(t, "reload: the own seat re-attaches", func(t *testing.T, w *world) {
		l, line := talking(w)
		w.sits("pb", "polda/2")
		w.desk.LineLost("polda/1", line.id)
		w.settle()
		w.expect(l, call.Orphan)
		if l.talk.plays() != "reconnect" {
			t.Fatalf("the caller hears %q", l.talk.plays())
		}
		w.sleep(2 * time.Second)
		w.lineUp("polda/1")
		w.expect(l, call.Talking, "polda/1")
	})
	run(t, "a new line before the old one's end", func(t *testing.T, w *world) {
		l, line := talking(w)
		w.lineUp("polda/1")
		w.desk.LineLost("polda/1", line.id) // too late: it names the old line
		w.settle()
		w.expect(l, call.Talking, "polda/1")
	})
	run(t, "gone for good: others from 5 s on", func(t *testing.T, w *world) {
		l, _ := talking(w)
		w.sits("pb", "polda/2")
		w.desk.LineLost("polda/1", "")
		w.sleep(5 * time.Second)
		w.answers("pb", l, "polda/2")
		w.expect(l, call.Talking, "polda/2")
		w.sleep(10 * time.Second)
		if s := w.seat("polda/1"); s.State != Off {
			t.Fatalf("the dead seat is %s", s.State)
		}
	})
	run(t, "at the Polres: another seat there, then the Polda", func(t *testing.T, w *world) {
		l, _ := talking(w)
		w.sits("ra", "polres/1")
		w.sits("rb", "polres/2")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.answers("ra", l, "polres/1")
		w.must("pa", Leave{Call: l.id})
		w.desk.LineLost("polres/1", "")
		w.sleep(5 * time.Second)
		w.offerTo(l, "polres/2")
		w.sleep(4 * time.Second)
		w.answers("pa", l, "polda/1")
		w.expect(l, call.Talking, "polda/1")
	})
	run(t, "at the Polres while both are in the talk: the Polda has the call", func(t *testing.T, w *world) {
		l, _ := talking(w)
		w.sits("ra", "polres/1")
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.answers("ra", l, "polres/1")
		w.desk.LineLost("polres/1", "")
		w.settle()
		w.expect(l, call.Talking, "polda/1")
	})
}

func TestSeats(t *testing.T) {
	run(t, "a seat whose line is never opened is free again", func(t *testing.T, w *world) {
		w.must("pa", BeginDuty{Seat: "polda/1"})
		w.refused("pb", BeginDuty{Seat: "polda/1"}, "seat_taken")
		w.refused("pa", BeReady{}, "line_down")
		w.sleep(openWithin)
		w.must("pb", BeginDuty{Seat: "polda/1"})
		w.refused("pa", BeReady{}, "no_seat")
	})
	run(t, "one person, one seat", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.must("pa", BeginDuty{Seat: "polda/2"})
		if s := w.seat("polda/1"); s.State != Off {
			t.Fatalf("the first seat is %s", s.State)
		}
	})
	run(t, "nobody leaves a call behind", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		l := w.dials("+6281")
		w.answers("pa", l, "polda/1")
		w.refused("pa", EndDuty{}, "busy")
		w.refused("pa", Pause{Reason: "salat"}, "busy")
		w.must("pa", Close{Call: l.id, Outcome: call.Information})
		w.refused("pa", Pause{Reason: "bosan"}, "bad_reason")
		w.must("pa", Pause{Reason: "salat"})
	})
}

// TestSameInstant: answer and take-back timer in the same instant, 1,000 seeds: exactly one wins, the other is
// told, and the caller is with exactly one set of people.
func TestSameInstant(t *testing.T) {
	wins := map[string]int{}
	for seed := range uint64(1000) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 110))
			w := newWorld(t)
			defer w.desk.Close()
			w.settle()
			w.sits("pa", "polda/1")
			w.sits("ra", "polres/1")
			l := w.dials("+6281")
			w.answers("pa", l, "polda/1")
			w.must("pa", Transfer{Call: l.id, To: "polres"})
			n, until := w.offerTo(l, "polres/1"), *w.call(l.id).TargetUntil
			// Three rivals in one instant, in an order that the seed and the scheduler choose.
			rivals := []func() error{
				func() error { _, err := w.do("ra", Answer{Call: l.id, N: n}); return err },
			}
			if rnd.IntN(2) == 0 {
				rivals = append(rivals, func() error { _, err := w.do("pa", TakeBack{Call: l.id}); return err })
			}
			rnd.Shuffle(len(rivals), func(i, j int) { rivals[i], rivals[j] = rivals[j], rivals[i] })
			errs := make(chan error, len(rivals))
			early := time.Duration(rnd.IntN(2)) // at the instant, or 1 ns before it
			for _, r := range rivals {
				go func() { time.Sleep(time.Until(until) - early); errs <- r() }()
			}
			w.sleep(time.Until(until))
			refused := 0
			for range rivals {
				if err := <-errs; err != nil {
					if codeOf(err) == "" {
						t.Fatalf("seed %d: the loser is told %v", seed, err)
					}
					refused++
				}
			}
			answered, back := 0, 0
			for _, e := range w.events(l.id) {
				if a, ok := e.(call.WasAnswered); ok && a.By.Office == "polres" {
					answered++
				}
				if _, ok := e.(call.TakenBack); ok {
					back++
				}
			}
			if answered+back != 1 || refused < len(rivals)-1 {
				t.Fatalf("seed %d: %d answers, %d take-backs, %d of %d refused", seed, answered, back, refused, len(rivals))
			}
			hears := l.talk.hears()
			if answered == 1 && !slices.Equal(hears, []office.SeatID{"polres/1", "polda/1"}) ||
				back == 1 && !slices.Equal(hears, []office.SeatID{"polda/1"}) {
				t.Fatalf("seed %d: the caller is with %v", seed, hears)
			}
			wins[fmt.Sprintf("answered %d", answered)]++
		})
	}
	t.Logf("winners: %v", wins)
	if len(wins) != 2 {
		t.Errorf("both sides must win sometimes, else nothing was tested: %v", wins)
	}
}

var _ phone.Leg = (*fakeLeg)(nil)
