package call

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/office"
)

var zeroSettings office.Settings

// decider is Decide, or Decide with a planted fault.
type decider func(State, Command) ([]Event, error)

// life drives one call by chance in virtual time and holds it to the invariants of the model after every step.
type life struct {
	t      *rapid.T
	decide decider
	state  State
	log    []Event
	now    time.Time
	gone   bool // the caller has hung up

	forgets func(Event) bool           // planted: such events are not journalled
	spoils  func(State, Command) State // planted: the state changes without an event
}

var (
	poldaSeats  = []SeatRef{sari, {Office: "polda-kaltim", Seat: "polda-kaltim/1", Person: "budi"}}
	polresSeats = []SeatRef{dwi, {Office: "polresta-balikpapan", Seat: "polresta-balikpapan/2", Person: "hasan"}}
)

// broken stops a life: an invariant didn't hold.
type broken struct{ what string }

func (l *life) fail(what string) { panic(broken{what}) }

func (l *life) do(cmd Command) error {
	before := l.state
	events, err := l.decide(l.state, cmd)
	refusal := (*Refusal)(nil)
	if err != nil && !errors.As(err, &refusal) {
		l.fail("a refusal is no *Refusal")
	}
	if err != nil && len(events) > 0 {
		l.fail("refused, and yet something happened")
	}
	l.state = l.state.ApplyAll(events)
	if l.spoils != nil {
		l.state = l.spoils(l.state, cmd)
	}
	for _, e := range events {
		if l.forgets == nil || !l.forgets(e) {
			l.log = append(l.log, e)
		}
	}
	l.check(before, cmd, events)
	return err
}

func (l *life) check(before State, cmd Command, events []Event) {
	s := l.state
	outcomes := 0
	for _, e := range l.log {
		if _, ok := e.(Closed); ok {
			outcomes++
		}
	}
	if ended := s.Phase == Ended; outcomes > 1 || ended != (outcomes == 1) {
		l.fail("I6 not exactly one outcome")
	}
	if before.Live() && !s.Live() {
		_, byHand := cmd.(Close)
		_, left := cmd.(CallerGone)
		g, guest := cmd.(GuestGone) // the guest who was given the caller has hung up
		_, phone := cmd.(HungUp)    // a receiver put the phone down
		guest = guest && g.Why == GuestHungUp && before.Given != nil
		phone = phone && (before.PolresTalked || before.Given != nil)
		if !byHand && !left && !guest && !phone {
			l.fail("I1 a live caller was dropped by us")
		}
	}
	if s.Phase == Ended && l.gone && s.Outcome != Empty && before.Phase != Ended {
		behind := before.Phase == Gated || before.Low // the gate lane owes nothing (CALL.md, Hang-ups)
		if c, ok := events[len(events)-1].(Closed); ok && c.By.Seat == "" && c.Callback == NotOwed && !behind {
			l.fail("I6 broke off, and nobody owes a callback")
		}
	}
	_, deadline := s.Deadline()
	if s.Live() && s.Phase != Talking && !deadline {
		l.fail("I10 nobody and no deadline looks after the call")
	}
	if s.Phase == Transferring && !s.HolderLost && !slices.Contains(s.Hears(), s.Holder) {
		if !s.Blind {
			l.fail("I3 the caller isn't with the Polda during the offer")
		}
	}
	alone := s.OnHold || s.Aside() != nil || s.Given != nil
	if s.Phase == Talking && len(s.Hears()) == 0 && !alone {
		l.fail("I1 a caller who talks hears nobody")
	}
	if before.GatedBefore() && before.Phase != Gated && s.Phase == Gated {
		l.fail("I11 a call stands at the gate twice")
	}
	if s.Phase == Gated && (len(s.Offers) > 0 || s.Gate == nil) {
		l.fail("I11 a seat rings for a call at the gate")
	}
	l.checkTalk(before, cmd)
	l.checkSilent(before, cmd, events)
	for _, o := range before.Sent {
		if !slices.Contains(s.Sent, o) {
			l.fail("I8 a sent incident was withdrawn")
		}
	}
	if t, ok := cmd.(Tick); ok && before.Phase == Transferring && !t.At.Before(before.TargetUntil) && s.Phase == Transferring {
		l.fail("I4 the take-back did not land")
	}
	if a, ok := cmd.(Answer); ok {
		if _, rings := before.Offer(a.N); !rings && len(events) > 0 {
			l.fail("I5 an offer that is over was answered")
		}
	}
	if again := (State{}).ApplyAll(l.replayed()); again.Phase != s.Phase || again.Muted != s.Muted || !again.SilentAt.Equal(s.SilentAt) {
		l.fail("I9 the journal leads elsewhere")
	}
}

// checkTalk holds what the model says of who has the caller.
func (l *life) checkTalk(before State, cmd Command) {
	s := l.state
	if t, ok := cmd.(Transfer); ok && before.Phase == Talking && s.Phase == Transferring && (s.Holder != before.Holder || s.Blind != t.Blind) {
		l.fail("I3 the holder lost the caller by beginning a transfer")
	}
	if !before.Answered.IsZero() && !s.Answered.Equal(before.Answered) {
		l.fail("I7 a second answer is counted again")
	}
	if t, ok := cmd.(Tick); ok {
		at, runs := before.Deadline()
		if (!runs || t.At.Before(at)) && s.Phase != before.Phase {
			l.fail("I5 a timer that isn't due has an effect")
		}
		if runs && !t.At.Before(at) && before.Phase == Orphan && s.Phase == Orphan && !t.At.Before(before.OrphanUntil) {
			l.fail("I10 the orphan waits for ever")
		}
		if next, again := s.Deadline(); again && !next.After(t.At) {
			l.fail("I10 a deadline that has passed still stands")
		}
	}
	if s.Given != nil && s.Live() {
		if g, ok := s.Guest(s.Given.N); !ok || !g.In {
			l.fail("I1 the caller was left to a guest who isn't there")
		}
	}
	for _, g := range s.Guests {
		if !g.In && g.Until.IsZero() {
			l.fail("I10 a guest rings for ever")
		}
	}
	for _, o := range s.Offers {
		if o.N > s.LastOffer {
			l.fail("I5 an offer without a number of its own")
		}
	}
	if before.Phase != Ended && s.Phase == Ended && len(s.Offers)+len(s.Guests) > 0 {
		l.fail("I2 a seat still rings for a call that has ended")
	}
}

// checkSilent: a caller in danger is never called back, hears nothing until a person lifts that, and is first in line;
// nobody is asked twice too often, nor while nobody listens.
func (l *life) checkSilent(before State, cmd Command, events []Event) {
	s := l.state
	if before.Silent && !s.Silent {
		l.fail("S1 a silent emergency was forgotten")
	}
	if _, lifts := cmd.(Mute); before.Muted && !s.Muted && !lifts {
		l.fail("S2 the caller hears us, and nobody lifted that")
	}
	if s.Silent && !before.Silent && !s.Muted {
		l.fail("S2 a silent caller hears us")
	}
	if s.Silent && s.Phase == Ended && (s.Callback == Owed || s.Callback == OwedFirst) {
		l.fail("S3 somebody would call a silent victim back")
	}
	if s.Silent && s.Waiting() && !s.Urgent {
		l.fail("S4 a silent victim waits like all others")
	}
	for _, e := range events {
		p, ok := e.(SilentPrompted)
		if !ok {
			continue
		}
		_, byHand := cmd.(AskSilent)
		if !byHand && (before.Spoke || p.N > silentAsks || p.At.Sub(before.Answered) < before.Times.Silent) {
			l.fail("S5 a caller was asked too often, too early, or after they spoke")
		}
		if !before.listens() {
			l.fail("S5 a caller was asked while nobody listens")
		}
	}
}

// replayed is the log as it comes back from the journal.
func (l *life) replayed() []Event {
	body, err := Codec.Encode(l.log)
	if err != nil {
		l.fail("encode: " + err.Error())
	}
	events, _, err := Codec.Decode(body)
	if err != nil {
		l.fail("decode: " + err.Error())
	}
	return events
}

func (l *life) live() {
	l.now = noon
	dial := Dial{At: l.now, ID: "c", Office: "polda-kaltim", Times: TimesOf(zeroSettings)}
	switch rapid.IntRange(0, 2).Draw(l.t, "plan") {
	case 1:
		dial.Route = []office.Level{{Offices: []office.ID{"polda-kaltim"}}, {Offices: []office.ID{"mabes"}, All: true}}
	case 2:
		dial.Route = []office.Level{
			{Offices: []office.ID{"polresta-balikpapan"}, All: true, Wait: 5 * time.Second}, {Offices: []office.ID{"polda-kaltim"}, All: true},
		}
	}
	switch rapid.IntRange(0, 5).Draw(l.t, "gate") {
	case 0:
		dial.Gate = &Gate{Why: GateEvidence, Until: l.now.Add(20 * time.Second)}
	case 1:
		dial.Low = true
	}
	_ = l.do(dial)
	seats := slices.Concat(poldaSeats, polresSeats)
	seat := rapid.SampledFrom(seats)
	for range rapid.IntRange(5, 60).Draw(l.t, "steps") {
		l.now = l.now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(l.t, "ms")) * time.Millisecond)
		by := seat.Draw(l.t, "who")
		n := l.state.LastOffer - rapid.IntRange(0, 1).Draw(l.t, "late")
		guest := rapid.IntRange(0, 2).Draw(l.t, "guest")
		switch rapid.IntRange(0, 25).Draw(l.t, "what") {
		case 0, 1:
			_ = l.do(Grant{At: l.now, Seats: poldaSeats})
		case 2:
			_ = l.do(Grant{At: l.now, Seats: polresSeats})
		case 3, 4, 5:
			if o, ok := l.state.Offer(n); ok {
				by = o.To
			}
			_ = l.do(Answer{At: l.now, By: by, N: n})
		case 6:
			_ = l.do(Decline{At: l.now, By: by, N: n})
		case 7, 8:
			_ = l.do(Transfer{
				At: l.now, By: l.state.Holder, To: "polresta-balikpapan", Blind: guest == 1, Wait: guest == 2,
			})
		case 9:
			_ = l.do(TakeBack{At: l.now, By: by})
		case 10:
			_ = l.do(SeatLost{At: l.now, Seat: by.Seat})
		case 11:
			_ = l.do(SeatBack{At: l.now, By: by})
		case 12:
			_ = l.do(Close{At: l.now, By: by, Outcome: Information})
		case 13:
			if !l.gone && rapid.IntRange(0, 3).Draw(l.t, "hangs up") == 0 {
				l.gone = true
				_ = l.do(CallerGone{At: l.now})
			}
		case 14:
			_ = l.do(NoSeat{At: l.now, Office: by.Office, Why: Nobody})
		case 15:
			_ = l.do(Invite{At: l.now, By: l.state.Holder, Number: "112", Aside: guest == 1})
		case 16:
			_ = l.do(Invite{At: l.now, By: l.state.Holder, Office: by.Office, Aside: guest == 1})
		case 17:
			_ = l.do(GuestUp{At: l.now, N: guest})
			_ = l.do(Merge{At: l.now, By: l.state.Holder, N: guest})
		case 18:
			_ = l.do(GuestGone{At: l.now, N: guest, Why: []GuestWhy{GuestHungUp, GuestLost, GuestNoAnswer}[guest]})
		case 19:
			_ = l.do(Give{At: l.now, By: l.state.Holder, N: guest, Outcome: OtherAgency, Agency: "112"})
			_ = l.do(Dismiss{At: l.now, By: by, N: guest})
		case 20:
			_ = l.do(Hold{At: l.now, By: l.state.Holder, On: guest == 1})
		case 22:
			_ = l.do(VoiceHeard{At: l.now})
		case 23:
			if guest == 0 {
				_ = l.do(SilentKeys{At: l.now})
			} else {
				_ = l.do(MarkSilent{At: l.now, By: by})
			}
		case 24:
			_ = l.do(Mute{At: l.now, By: by, On: guest == 1})
			_ = l.do(AskSilent{At: l.now, By: by})
		case 21:
			_ = l.do(HungUp{At: l.now, By: by})
			_ = l.do(Grant{At: l.now, Piket: true, Seats: []SeatRef{{Office: l.state.Queue, Seat: "piket", Person: "piket"}}})
			if guest == 0 {
				_ = l.do(Adopt{At: l.now, Probing: true})
				_ = l.do(Adopt{At: l.now, Alive: true})
			}
		case 25:
			_ = l.do(PassGate{At: l.now, How: []GateHow{ByKey8, BySpeech, ByFives}[guest], Low: guest == 1})
		}
		if at, ok := l.state.Deadline(); ok && (!at.After(l.now) || rapid.IntRange(0, 9).Draw(l.t, "early") == 0) {
			_ = l.do(Tick{At: l.now})
		}
	}
}

func lives(t *testing.T, d decider, plant ...func(*life)) (found string) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		if found != "" {
			return
		}
		defer func() {
			if b, ok := recover().(broken); ok {
				found = b.what
			}
		}()
		l := &life{t: rt, decide: d}
		for _, p := range plant {
			p(l)
		}
		l.live()
	})
	return found
}

// patient looks for a planted fault until it is found: some need a long way to show.
func patient(t *testing.T, d decider, plant ...func(*life)) (found string) {
	t.Helper()
	for range 50 {
		if found = lives(t, d, plant...); found != "" {
			return found
		}
	}
	return ""
}

// TestInvariants: whatever comes in whatever order, the invariants of the model hold.
func TestInvariants(t *testing.T) {
	if found := lives(t, Decide); found != "" {
		t.Fatal(found)
	}
}

// TestPlantedFaults: the invariants find the faults that they are there for. A property that can't fail is none.
func TestPlantedFaults(t *testing.T) {
	lives := patient

	without := func(drop func(Event) bool) decider {
		return func(s State, c Command) ([]Event, error) {
			events, err := Decide(s, c)
			return slices.DeleteFunc(slices.Clone(events), drop), err
		}
	}
	is := func(want Event) func(Event) bool {
		return func(e Event) bool { return reflect.TypeOf(e) == reflect.TypeOf(want) }
	}
	instead := func(change func(State, Command, Event) Event) decider {
		return func(s State, c Command) ([]Event, error) {
			events, err := Decide(s, c)
			out := make([]Event, len(events))
			for i, e := range events {
				out[i] = change(s, c, e)
			}
			return out, err
		}
	}
	for name, d := range map[string]decider{
		"no_take_back": without(is(TakenBack{})),
		"orphan_dropped": instead(func(_ State, _ Command, e Event) Event {
			if o, ok := e.(Orphaned); ok {
				return Closed{At: o.At, Outcome: BrokenBySystem, Callback: OwedFirst}
			}
			return e
		}),
		"no_callback": instead(func(_ State, _ Command, e Event) Event {
			if c, ok := e.(Closed); ok && c.By.Seat == "" {
				c.Callback = NotOwed
				return c
			}
			return e
		}),
		"double_outcome": func(s State, c Command) ([]Event, error) {
			if t, ok := c.(Tick); ok && s.Phase == Ended {
				return []Event{Closed{At: t.At, Outcome: CallerBroke, Callback: Owed}}, nil
			}
			if a, ok := c.(Close); ok && s.Phase == Ended {
				return []Event{Closed{At: a.At, Outcome: a.Outcome}}, nil
			}
			return Decide(s, c)
		},
		"both_win": func(s State, c Command) ([]Event, error) {
			if a, ok := c.(Answer); ok && s.Phase == Talking {
				return []Event{WasAnswered{At: a.At, N: a.N, By: a.By}}, nil
			}
			return Decide(s, c)
		},
		"no_escalation": instead(func(_ State, _ Command, e Event) Event {
			switch e := e.(type) { //nolint:gochecksumtype // two of many
			case Dialled:
				e.LevelAt = time.Time{}
				return e
			case Requeued:
				e.LevelAt = time.Time{}
				return e
			}
			return e
		}),
		"blind_transfer": instead(func(_ State, _ Command, e Event) Event {
			if b, ok := e.(TransferBegan); ok {
				b.Blind = true
				return b
			}
			return e
		}),
		"orphan_loop": instead(func(s State, c Command, e Event) Event {
			if r, ok := e.(Requeued); ok && s.Phase == Orphan {
				return Orphaned{At: r.At, Seat: s.Holder, Until: r.At.Add(5 * time.Second)}
			}
			return e
		}),
		"stale_timer": func(s State, c Command) ([]Event, error) {
			if at, runs := s.Deadline(); runs {
				if tick, ok := c.(Tick); ok && tick.At.Before(at) {
					return Decide(s, Tick{At: at})
				}
			}
			return Decide(s, c)
		},
		"gate_for_ever": instead(func(_ State, _ Command, e Event) Event {
			if d, ok := e.(Dialled); ok && d.Gate != nil {
				d.Gate = &Gate{Why: d.Gate.Why}
				return d
			}
			return e
		}),
		"gate_drops": instead(func(_ State, _ Command, e Event) Event {
			if u, ok := e.(Ungated); ok && u.Low {
				return Closed{At: u.At, Outcome: LeftQueue}
			}
			return e
		}),
		"given_to_nobody": without(is(GuestJoined{})),
		"silent_called_back": instead(func(s State, _ Command, e Event) Event {
			if c, ok := e.(Closed); ok && s.Silent && c.Callback == Danger {
				c.Callback = Owed
				return c
			}
			return e
		}),
		"asked_for_ever": func(s State, c Command) ([]Event, error) {
			if t, ok := c.(Tick); ok && !s.SilentAt.IsZero() && !s.SilentAt.After(t.At) && s.listens() {
				return []Event{SilentPrompted{At: t.At, N: 1}}, nil
			}
			return Decide(s, c)
		},
		"guest_for_ever": instead(func(_ State, _ Command, e Event) Event {
			if g, ok := e.(GuestAsked); ok {
				g.Guest.Until = time.Time{}
				return g
			}
			return e
		}),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "given_to_nobody" { // then nobody can be given the caller: plant the other half too
				inner := d
				d = func(s State, c Command) ([]Event, error) {
					if g, ok := c.(Give); ok && s.Phase == Talking && s.Given == nil && len(s.Guests) > 0 {
						return []Event{GaveAway{At: g.At, Given: Given{N: s.Guests[0].N, By: g.By, Outcome: g.Outcome}}}, nil
					}
					return inner(s, c)
				}
			}
			if found := lives(t, d); found == "" {
				t.Error("not found")
			} else {
				t.Logf("found by %s", found)
			}
		})
	}
}

// TestPlantedInState: faults that no event tells of.
func TestPlantedInState(t *testing.T) {
	lives := patient

	for name, plant := range map[string]func(*life){
		"unjournalled": func(l *life) { l.forgets = func(e Event) bool { _, ok := e.(Reattached); return ok } },
		"incident_withdrawn": func(l *life) {
			l.spoils = func(s State, _ Command) State {
				if s.Chip != "" {
					s.Sent = nil
				}
				return s
			}
		},
		"counted_twice": func(l *life) {
			l.spoils = func(s State, c Command) State {
				if a, ok := c.(Answer); ok && s.Phase == Talking {
					s.Answered = a.At
				}
				return s
			}
		},
		"heard_again": func(l *life) {
			l.spoils = func(s State, c Command) State {
				if _, ok := c.(Answer); ok && s.Phase == Talking {
					s.Muted = false
				}
				return s
			}
		},
		"not_reserved": func(l *life) {
			l.spoils = func(s State, c Command) State {
				if _, ok := c.(Transfer); ok && s.Phase == Transferring {
					s.Holder = SeatRef{}
				}
				return s
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if found := lives(t, Decide, plant); found == "" {
				t.Error("not found")
			} else {
				t.Logf("found by %s", found)
			}
		})
	}
}

// TestDecideIsPure: the same question has the same answer, and asking changes nothing.
func TestDecideIsPure(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &life{t: rt}
		l.decide = func(s State, c Command) ([]Event, error) {
			offers := slices.Clone(s.Offers)
			a, err1 := Decide(s, c)
			b, err2 := Decide(s, c)
			if !reflect.DeepEqual(a, b) || (err1 == nil) != (err2 == nil) || !slices.Equal(offers, s.Offers) {
				rt.Fatalf("%T: %v, then %v", c, a, b)
			}
			_ = s.ApplyAll(a)
			if !slices.Equal(offers, s.Offers) {
				rt.Fatalf("%T: Apply changed the old state", c)
			}
			return a, err1
		}
		l.live()
	})
}
