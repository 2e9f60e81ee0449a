package desk

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// TestSimulation lets a whole floor live under chance: callers come and go, people answer, decline, pass on and
// close, browsers die and come back. After every step the law holds; then the faults stop, and every call must
// reach its one outcome. A failure prints its seed; SIAGA_SEED repeats it alone.
func TestSimulation(t *testing.T) {
	first, n := uint64(1), uint64(150)
	if s := os.Getenv("SIAGA_SEED"); s != "" {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first, n = v, 1
	}
	seen := map[string]int{}
	for seed := first; seed < first+n; seed++ {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.desk.Close()
			w.settle()
			s := &simulation{world: w, rnd: rand.New(rand.NewPCG(seed, 4)), seen: seen, seats: map[office.SeatID]office.PersonID{
				"polda/1": "pa", "polda/2": "pb", "polres/1": "ra", "polres/2": "rb",
			}}
			defer func() {
				if t.Failed() {
					t.Logf("seed %d: SIAGA_SEED=%d go test ./desk -run TestSimulation", seed, seed)
				}
			}()
			for range 120 {
				s.step()
				s.law()
			}
			s.heal()
		})
	}
	for _, must := range []string{"answer", "transfer", "orphan", "taken_back", "unfinished", "polres", "declined"} {
		if first == 1 && seen[must] == 0 {
			t.Errorf("%q never happened: the simulation tests nothing of it (%v)", must, seen)
		}
	}
	t.Logf("what happened: %v", seen)
}

type simulation struct {
	*world
	rnd   *rand.Rand
	seen  map[string]int
	seats map[office.SeatID]office.PersonID
	legs  []*fakeLeg
}

func (s *simulation) anySeat() office.SeatID {
	ids := []office.SeatID{"polda/1", "polda/2", "polres/1", "polres/2"}
	return ids[s.rnd.IntN(len(ids))]
}

// step does one thing at random. Refusals are part of life.
func (s *simulation) step() {
	seat := s.anySeat()
	p := s.seats[seat]
	v := s.seat(seat)
	c := CallView{}
	if v.Call != "" {
		c = s.call(v.Call)
	}
	switch k := s.rnd.IntN(100); {
	case k < 12:
		if len(s.live()) < 4 {
			s.legs = append(s.legs, s.dials(office.Number(fmt.Sprintf("+628%d", s.rnd.IntN(5)))))
		}
	case k < 18:
		if live := s.live(); len(live) > 0 {
			live[s.rnd.IntN(len(live))].hangsUp()
		}
	case k < 28:
		_, _ = s.do(p, BeginDuty{Seat: seat})
		if v.Line != LineUp {
			s.lineUp(seat)
		}
		_, _ = s.do(p, BeReady{})
	case k < 32:
		s.desk.LineLost(seat, "")
	case k < 36:
		s.mute[seat] = !s.mute[seat]
	case k < 58:
		s.takes(p, seat, c)
	case k < 68:
		if c.Phase == call.Talking {
			s.seen["transfer"]++
			_, _ = s.do(p, Transfer{Call: c.ID, To: "polres"})
		}
	case k < 71:
		_, _ = s.do(p, TakeBack{Call: c.ID, N: s.rnd.IntN(3)})
	case k < 74:
		_, _ = s.do(p, Leave{Call: c.ID})
	case k < 82:
		os := call.Outcomes()
		_, _ = s.do(p, Close{Call: c.ID, Outcome: os[s.rnd.IntN(len(os))].Code, Prank: call.Children})
		_, _ = s.do(p, Close{Call: c.ID, Outcome: call.Information})
	case k < 84:
		_, _ = s.do(p, Pause{Reason: "salat"})
	case k < 85:
		_, _ = s.do(p, EndDuty{})
	default:
		time.Sleep(time.Duration(s.rnd.IntN(6000)) * time.Millisecond)
	}
	s.settle()
}

func (s *simulation) takes(p office.PersonID, seat office.SeatID, c CallView) {
	for _, o := range c.Offers {
		if o.Seat != seat {
			continue
		}
		n := o.N
		if s.rnd.IntN(8) == 0 {
			n-- // a late message of an older offer
		}
		if s.rnd.IntN(4) == 0 {
			s.seen["declined"]++
			_, _ = s.do(p, Decline{Call: c.ID, N: n})
			return
		}
		if _, err := s.do(p, Answer{Call: c.ID, N: n}); err == nil {
			s.seen["answer"]++
			if o.Office == "polres" {
				s.seen["polres"]++
			}
		}
	}
}

func (s *simulation) live() []*fakeLeg {
	var out []*fakeLeg
	for _, l := range s.legs {
		l.mu.Lock()
		if !l.ended {
			out = append(out, l)
		}
		l.mu.Unlock()
	}
	return out
}

// law is what must hold after every step, whatever happened (model I1-I10).
func (s *simulation) law() {
	s.t.Helper()
	s.check()
	for _, l := range s.legs {
		c, hears := s.call(l.id), l.talk.hears()
		l.mu.Lock()
		ended, hungUp, answered := l.ended, l.hungUp, l.answered
		l.mu.Unlock()
		switch c.Phase {
		case call.Queued, call.Offered, call.Orphan:
			if len(hears) > 0 {
				s.t.Fatalf("I1 call %s is %s and hears %v", l.id, c.Phase, hears)
			}
			if l.talk.plays() == "" {
				s.t.Fatalf("I1 call %s waits in silence", l.id)
			}
			if c.Phase == call.Orphan {
				s.seen["orphan"]++
			}
		case call.Talking:
			if s.seat(c.Seat).Call != l.id {
				s.t.Fatalf("I2 call %s talks with %s, which has %s", l.id, c.Seat, s.seat(c.Seat).Call)
			}
			if !answered {
				s.t.Fatalf("call %s talks and was never answered on the wire", l.id)
			}
			if c.Chip != "" {
				s.seen["taken_back"]++
			}
		case call.Unfinished:
			s.seen["unfinished"]++
		case call.Transferring:
			if c.TargetUntil == nil {
				s.t.Fatalf("I4 call %s: no take-back would come", l.id)
			}
			if v := s.seat(c.Seat); v.Call == l.id && v.State != Reserved {
				s.t.Fatalf("I2 the seat of call %s is %s during its own offer", l.id, v.State)
			}
		case call.Ended:
			if !ended {
				s.t.Fatalf("call %s has ended, its caller is still there", l.id)
			}
			o := s.closed(l.id)
			if hungUp && o.By.Seat == "" {
				s.t.Fatalf("I1 call %s was dropped by us: %+v", l.id, o)
			}
		case call.Recovering:
		}
		if ended && c.Phase != call.Ended && c.Phase != call.Unfinished {
			s.t.Fatalf("the caller of %s is gone, the call is %s", l.id, c.Phase)
		}
		// What the journal has leads to what is.
		if got := (call.State{}).ApplyAll(s.events(l.id)); got.Phase != c.Phase {
			s.t.Fatalf("I9 call %s is %s, the journal leads to %s", l.id, c.Phase, got.Phase)
		}
	}
	for id := range s.seats {
		v := s.seat(id)
		if v.Call == "" {
			if slices.Contains([]SeatState{Ringing, Talking, Reserved}, v.State) {
				s.t.Fatalf("I2 %s is %s without a call", id, v.State)
			}
			continue
		}
		if c := s.call(v.Call); c.Phase == call.Ended {
			s.t.Fatalf("I2 %s still has call %s, which ended", id, v.Call)
		}
	}
}

// heal stops the faults, lets people work, and demands that every call reaches its end.
func (s *simulation) heal() {
	clear(s.mute)
	for round := range 60 {
		for seat, p := range s.seats {
			_, _ = s.do(p, BeginDuty{Seat: seat})
			if s.seat(seat).Line != LineUp {
				s.lineUp(seat)
			}
			_, _ = s.do(p, BeReady{})
			s.settle()
			v := s.seat(seat)
			if v.Call == "" {
				continue
			}
			c := s.call(v.Call)
			for _, o := range c.Offers {
				if o.Seat == seat {
					_, _ = s.do(p, Answer{Call: c.ID, N: o.N})
				}
			}
			_, _ = s.do(p, Close{Call: c.ID, Outcome: call.Information})
			s.settle()
			s.law()
		}
		if s.desk.Live() == 0 {
			return
		}
		_ = round
		s.sleep(2 * time.Second)
	}
	s.t.Fatalf("after the faults stopped %d calls never ended", s.desk.Live())
}
