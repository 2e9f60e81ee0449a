package fast

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

const (
	polda office.ID = "polda-kaltim"
	trunk           = "telkom"
)

// world is one month with the filter, or without it.
type world struct {
	b       *Behaviour
	filter  bool
	now     time.Time
	agenda  agenda
	times   call.Times
	ledger  *filter.Ledger
	meter   *filter.Meter
	seats   []*seat
	waiting []*live
	begins  time.Time // what came before is warm-up
	seen    []*live   // of the month
	open    int
	err     error
}

// live is one call while it lives, and what is remembered of it.
type live struct {
	*intent
	state    call.State
	gate     filter.GateState
	verdict  filter.Verdict
	r        *rand.Rand // of its operators
	atGate   time.Time
	through  time.Time
	leftGate bool
	answered time.Time
	told     time.Time // of 5-5
	spoke    bool
	busy     time.Duration // a person of ours
	outcome  call.Outcome
	found    bool // pressed 5-5
	gone     bool // the caller has hung up
}

// run plays the calls; without weights there is no filter.
func run(b *Behaviour, calls []*intent, shared []office.Number, weights *filter.Weights) (*world, error) {
	w := &world{
		b: b, filter: weights != nil, times: call.TimesOf(office.Settings{}), ledger: filter.NewLedger(0), meter: filter.NewMeter(),
		begins: firstDay,
	}
	if weights == nil { // an operator alone with the silence
		w.times.Silent = 0
	} else {
		w.ledger.Fold(filter.WeightsSet{At: calls[0].at, Rev: 1, Weights: *weights, Reason: "months", By: "wati"})
	}
	for i := range b.Operators.Day {
		w.seats = append(w.seats, &seat{ref: call.SeatRef{
			Office: polda, Seat: office.SeatID(fmt.Sprintf("%s/%d", polda, i+1)), Person: office.PersonID(fmt.Sprintf("op%d", i+1)),
		}, n: i, ready: true})
	}
	for _, n := range shared {
		w.ledger.Fold(filter.SharedMarked{At: calls[0].at, Number: office.Private(n), On: true, What: "wartel", By: "wati"})
	}
	for w.err == nil {
		next, ok := w.agenda.first()
		switch {
		case len(calls) > 0 && (!ok || calls[0].at.Before(next)):
			c := calls[0]
			calls, w.now = calls[1:], c.at
			w.arrive(&live{intent: c, r: rand.New(rand.NewPCG(c.seed, 1))}) //nolint:gosec // a simulation repeats itself by its seed
		case ok:
			it := w.agenda.next()
			w.now = it.at
			it.do()
		default:
			if w.open != 0 {
				return nil, fmt.Errorf("%d calls never ended", w.open)
			}
			return w, nil
		}
		w.serve()
	}
	return nil, w.err
}
func (w *world) after(d time.Duration, do func()) { w.agenda.set(w.now.Add(d), do) }

func sec(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// arrive is what the desk does with an INVITE: judge, dial, note.
func (w *world) arrive(l *live) {
	w.open++
	if !l.at.Before(w.begins) {
		w.seen = append(w.seen, l)
	}
	unsure := l.number == ""
	dial := call.Dial{At: w.now, ID: call.ID(l.id), Office: polda, Times: w.times, Caller: call.Caller{
		Number: office.Private(l.number), Withheld: unsure, Trunk: trunk, Dialled: "110",
	}}
	weights, _ := w.ledger.Weights()
	if w.filter {
		l.verdict = w.ledger.Judge(l.number, filter.Facts{Call: l.id, Trunk: trunk, Unsure: unsure, Dice: l.dice}, w.now)
		w.ledger.Came(filter.Came{At: w.now, Call: l.id, Number: l.number, Unsure: unsure, Trunk: trunk})
		if e := l.verdict.Passed(w.now, l.id, l.number); e != nil {
			w.meter.Fold(e)
		}
		if l.verdict.Held {
			dial.Gate = &call.Gate{Why: call.GateEvidence, Until: w.now.Add(weights.Silence(l.verdict))}
		}
	}
	w.do(l, dial)
	if l.verdict.Held {
		w.atTheGate(l, weights)
	}
	w.after(l.patience, func() {
		if l.answered.IsZero() && l.state.Phase != call.Gated {
			w.hangUp(l)
		}
	})
}

// do gives a call a command, and sees to what follows.
func (w *world) do(l *live, cmd call.Command) {
	if w.err != nil {
		return
	}
	events, err := call.Decide(l.state, cmd)
	if err != nil {
		w.err = fmt.Errorf("%s (%s), %T: %w", l.id, l.kind.Name, cmd, err)
		return
	}
	was := l.state.Phase
	l.state = l.state.ApplyAll(events)
	for _, e := range events {
		switch e := e.(type) { //nolint:gochecksumtype // the others ask nothing of people
		case call.Rang:
			w.rings(l, e.Offer)
		case call.Unoffered:
			w.unrings(l, e)
		case call.WasAnswered:
			w.talk(l)
		case call.Ungated:
			if e.Low && l.patience < w.now.Sub(l.at)+time.Second { // had no patience left; waits a moment more
				w.after(5*time.Second, func() {
					if l.answered.IsZero() {
						w.hangUp(l)
					}
				})
			}
		case call.SilentPrompted:
			w.tell(l, sec(w.b.Operators.Prompt))
		case call.SilentEmergency:
			l.found = true
		case call.Closed:
			w.closed(l, e)
		}
	}
	if l.state.Waiting() && was != l.state.Phase && was != call.Offered && was != call.Queued {
		w.waiting = append(w.waiting, l)
	}
	if at, ok := l.state.Deadline(); ok && len(events) > 0 {
		w.agenda.set(at, func() {
			if d, ok := l.state.Deadline(); ok && !d.After(w.now) {
				w.do(l, call.Tick{At: w.now})
			}
		})
	}
}

func (w *world) hangUp(l *live) {
	if l.gone || l.state.Phase == call.Ended {
		return
	}
	l.gone = true
	if l.gate.In {
		w.gateDo(l, filter.Leave{At: w.now})
	}
	w.do(l, call.CallerGone{At: w.now})
}

func (w *world) closed(l *live, e call.Closed) {
	w.open--
	l.outcome = e.Outcome
	l.gate = l.gate.Answered()
	if !w.filter {
		return
	}
	w.meter.Ended(l.id, string(e.Outcome), l.busy)
	w.ledger.Ended(filter.Ended{
		At: w.now, Call: l.id, Number: l.number, Unsure: l.number == "", Trunk: trunk, Began: l.at, Outcome: string(e.Outcome),
		Prank: string(e.Prank), Spoke: l.spoke, AtGate: l.leftGate,
	})
	w.shields()
}

// shields raises and lowers what is due.
func (w *world) shields() {
	for _, e := range w.ledger.Due(w.now) {
		w.ledger.Fold(e)
	}
	if at, ok := w.ledger.Deadline(); ok {
		w.agenda.set(at, func() {
			for _, e := range w.ledger.Due(w.now) {
				w.ledger.Fold(e)
			}
		})
	}
}
