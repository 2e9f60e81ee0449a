package fast

import (
	"cmp"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
)

// seat is one operator. The rules are those of the desk's floor: the longest idle is offered first, one at a time; from
// the second level on all who are ready ring.
type seat struct {
	ref   call.SeatRef
	n     int
	ready bool
	since time.Time // idle since
	call  *live
}

// onDuty: fewer at night.
func (w *world) onDuty(s *seat) bool {
	h := w.now.In(firstDay.Location()).Hour()
	return h >= 7 && h < 23 || s.n < w.b.Operators.Night
}

func (w *world) idle() []*seat {
	var out []*seat
	for _, s := range w.seats {
		if s.ready && s.call == nil && w.onDuty(s) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b *seat) int { return a.since.Compare(b.since) })
	return out
}

// serve offers idle seats to those who wait: the urgent, the others as they came, the low lane.
func (w *world) serve() {
	w.waiting = slices.DeleteFunc(w.waiting, func(l *live) bool { return !l.state.Waiting() })
	if len(w.waiting) == 0 {
		return
	}
	lane := func(l *live) int {
		switch {
		case l.state.Urgent:
			return 0
		case l.state.Low:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(w.waiting, func(a, b *live) int {
		return cmp.Or(lane(a)-lane(b), a.state.FirstRing.Compare(b.state.FirstRing))
	})
	for _, l := range slices.Clone(w.waiting) {
		idle := w.idle()
		if len(idle) == 0 {
			return
		}
		if !l.state.RingsAll() {
			if len(l.state.Offers) > 0 {
				continue
			}
			idle = idle[:1]
		}
		refs := make([]call.SeatRef, len(idle))
		for i, s := range idle {
			refs[i] = s.ref
		}
		w.do(l, call.Grant{At: w.now, Seats: refs})
	}
}

func (w *world) seat(r call.SeatRef) *seat {
	for _, s := range w.seats {
		if s.ref == r {
			return s
		}
	}
	return nil
}

func (w *world) rings(l *live, o call.Offer) {
	s := w.seat(o.To)
	s.call = l
	w.after(w.b.Operators.PickUp.draw(l.r), func() {
		if _, still := l.state.Offer(o.N); still && s.call == l {
			w.do(l, call.Answer{At: w.now, By: s.ref, N: o.N})
		}
	})
}

func (w *world) unrings(l *live, e call.Unoffered) {
	s := w.seat(e.To)
	s.call = nil
	if e.Why == call.Missed { // not ready, until the person is back and says so
		s.ready = false
		w.after(w.b.Operators.Away.draw(l.r), func() { s.ready, s.since = true, w.now })
	}
}

// talk is a person of ours with the caller, until the seat is ready again.
func (w *world) talk(l *live) {
	l.answered = w.now
	l.gate = l.gate.Answered()
	op := w.b.Operators
	s := w.seat(l.state.Holder)
	done := func(o call.Outcome, prank string) func() {
		return func() { w.finish(l, s, o, prank) }
	}
	outcome := call.Outcome(l.kind.Outcome)
	silent := l.kind.Silent || l.kind.Hold.Median > 0
	if !silent {
		l.spoke = true
		w.after(time.Second, func() { w.do(l, call.VoiceHeard{At: w.now}) })
		w.after(l.talk, done(outcome, l.prank))
		return
	}
	// Nobody speaks. The caller hangs up when they have had enough; the operator closes when they have.
	listen := op.Listen.draw(l.r)
	if w.filter {
		if l.told.IsZero() {
			listen = l.state.SilentAt.Sub(w.now) + sec(op.Prompt+op.AnswerPrompt) // the machine asks (call.SilentPrompted), and its answer is waited for
		} else {
			listen = op.ListenWarned.draw(l.r)
		}
	}
	if l.victim && w.filter && l.found {
		w.after(2*time.Minute, done(call.ValidPolda, "")) // darurat senyap: the operator listens
		return
	}
	w.after(l.hold, func() {
		if l.state.Phase == call.Talking {
			w.hangUp(l)
			w.finish(l, s, call.Empty, "")
		}
	})
	w.after(listen, func() {
		switch {
		case l.state.Phase != call.Talking:
		case l.found:
			w.after(2*time.Minute, done(call.ValidPolda, ""))
		default:
			w.finish(l, s, call.Empty, "")
		}
	})
}

// finish: the operator knows what it was, chooses the outcome, and is ready again.
func (w *world) finish(l *live, s *seat, o call.Outcome, prank string) {
	if l.state.Phase != call.Talking && l.state.Phase != call.Unfinished {
		return
	}
	op := w.b.Operators
	info, _ := o.Info()
	choose, ready := op.Choose.draw(l.r), op.Ready.draw(l.r)
	if w.filter && !info.Valid { // one key a kind, and no wrap-up
		choose, ready = op.OneKey.draw(l.r), 0
	}
	w.after(choose, func() {
		if l.state.Phase != call.Talking && l.state.Phase != call.Unfinished {
			return
		}
		l.gone = true
		l.busy = w.now.Sub(l.answered) + ready
		w.do(l, call.Close{At: w.now, By: s.ref, Outcome: o, Prank: call.Prank(prank)})
		w.after(ready, func() { s.call, s.since = nil, w.now })
	})
}
