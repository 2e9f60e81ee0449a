// Package filter is what a number's past tells us: evidence and reputation, the gate, the shield against floods, and
// how well the gate does. It is pure: no clock, no dice, no disk. CALL.md §4 is its source. There is nothing in it
// that drops a call.
package filter

import (
	"cmp"
	"container/list"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// NumbersMax is how many numbers a Ledger remembers unless told otherwise. A number with some steps takes about half
// a kilobyte.
const NumbersMax = 100_000

// Ledger is what one office knows of the numbers that called it. It is used by one goroutine at a time. Each office
// has its own: what another office's operators pressed is not its business, nor its evidence.
type Ledger struct {
	weights Weights
	set     WeightsSet // where they come from; Rev 0: the defaults
	limit   int
	numbers map[office.Number]*entry
	weak    *list.List // of office.Number: only silence is known; the longest unheard first
	strong  *list.List // the others
	recent  recent
	flood   flood
	forgot  int // numbers that were forgotten to save memory
}

type entry struct {
	past past
	at   *list.Element
	in   *list.List
}

// NewLedger makes an empty one that remembers at most limit numbers (0: NumbersMax).
func NewLedger(limit int) *Ledger {
	if limit <= 0 {
		limit = NumbersMax
	}
	return &Ledger{
		weights: Default(), limit: limit, numbers: map[office.Number]*entry{}, weak: list.New(), strong: list.New(),
		recent: newRecent(), flood: newFlood(),
	}
}

// Weights are what counts now, and the revision that SetWeights must name.
func (l *Ledger) Weights() (Weights, int) { return l.weights, l.set.Rev }

// Came is a call that begins. Ended is its end.
type Came struct {
	At     time.Time
	Call   string
	Number office.Number
	Unsure bool
	Trunk  string
}

// Ended is a call that has its outcome. Calls of ours (outgoing) are not told.
type Ended struct {
	At      time.Time
	Call    string
	Number  office.Number
	Unsure  bool // see Facts
	Trunk   string
	Began   time.Time // first ring
	Outcome string    // call.Outcome
	Prank   string    // call.Prank
	Spoke   bool      // speech of the caller was heard
	AtGate  bool      // the caller left at the gate
	Danger  bool      // a person said: never call back
}

// Came notes a call that begins, for the rule of the second call.
func (l *Ledger) Came(c Came) {
	if !c.Unsure && readable(c.Number) {
		l.recent.add(c.Number, c.Call, c.At)
	}
}

// Ended notes what a call says about its number, and about its source. It may raise a shield: ask Due.
func (l *Ledger) Ended(e Ended) {
	kind := KindOf(e.Outcome)
	known := !e.Unsure && readable(e.Number)
	number := e.Number
	if !known {
		number = ""
	}
	silent := !e.Spoke && (kind == Empty || e.AtGate || e.At.Sub(e.Began) < shortCall)
	l.flood.note(e.Trunk, number, e.At, silent && kind != Valid, l.weights)
	if !known || kind == "" && !e.Danger {
		return
	}
	l.change(e.Number, e.At, func(p *past) {
		if kind != "" {
			p.add(Step{At: e.At, Call: e.Call, Kind: kind, Prank: e.Prank})
		}
		p.danger = p.danger || e.Danger
	})
}

// Fold takes an event of the filter, at start from the journal and then as it happens. It is total.
func (l *Ledger) Fold(e Event) {
	switch e := e.(type) {
	case Blocked:
		l.change(office.Number(e.Number), e.At, func(p *past) {
			if cmp.Or(e.At.Compare(p.block.At), e.Until.Compare(p.block.Until), cmp.Compare(e.By, p.block.By), cmp.Compare(e.Reason, p.block.Reason)) > 0 {
				p.block = e
			}
		})
	case Unblocked:
		l.change(office.Number(e.Number), e.At, func(p *past) {
			if e.At.After(p.freed) {
				p.freed = e.At
			}
		})
	case Cleared:
		l.change(office.Number(e.Number), e.At, func(p *past) { p.wipe(e.At) })
	case Noticed:
		l.change(office.Number(e.Number), e.At, func(p *past) {
			if e.At.After(p.noticed) {
				p.noticed = e.At
			}
		})
	case SharedMarked:
		l.change(office.Number(e.Number), e.At, func(p *past) {
			o := p.shared
			if cmp.Or(e.At.Compare(o.At), cmp.Compare(bit(e.On), bit(o.On)), cmp.Compare(e.By, o.By), cmp.Compare(e.What, o.What)) > 0 {
				p.shared = e
			}
		})
	case WeightsSet:
		e.Weights = e.Weights.filled()
		if e.Weights.Check() == nil && cmp.Or(e.Rev-l.set.Rev, e.At.Compare(l.set.At), cmp.Compare(e.By, l.set.By)) > 0 {
			l.set, l.weights = e, e.Weights
		}
	case ShieldRaised:
		l.flood.raise(e)
	case ShieldLowered:
		l.flood.lower(e)
	case GateSampled, GatePassed, GateEntered, GateEnded: // of a call; a Meter counts them
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// change alters what is known of a number, and keeps the ledger within its limit.
func (l *Ledger) change(n office.Number, at time.Time, f func(*past)) {
	if !readable(n) {
		return // erased, or never was one
	}
	e := l.numbers[n]
	if e == nil {
		e = &entry{}
		l.numbers[n] = e
	}
	f(&e.past)
	in := l.strong
	if e.past.weak() && !e.past.kept(at) {
		in = l.weak
	}
	if e.in != nil {
		e.in.Remove(e.at)
	}
	e.in, e.at = in, in.PushBack(n)
	l.shrink(at)
}

// shrink forgets the longest unheard: first of those of whom only silence is known. Numbers in danger and running
// blocks are passed over: those were set by people, one at a time.
func (l *Ledger) shrink(at time.Time) {
	for _, in := range []*list.List{l.weak, l.strong} {
		for n := in.Len(); len(l.numbers) > l.limit && n > 0; n-- {
			front := in.Front()
			number, ok := front.Value.(office.Number)
			if ok && l.numbers[number].past.kept(at) {
				in.MoveToBack(front)
				continue
			}
			in.Remove(front)
			delete(l.numbers, number)
			l.forgot++
		}
	}
}

// Sweep forgets what counts nothing any more. Call it each hour or so.
func (l *Ledger) Sweep(at time.Time) {
	for n, e := range l.numbers {
		e.past.wipe(at.Add(-l.weights.Gone()))
		if e.past.empty(at) {
			e.in.Remove(e.at)
			delete(l.numbers, n)
		}
	}
}

// Size tells how many numbers are remembered, and how many were forgotten to save memory.
func (l *Ledger) Size() (numbers, forgotten int) { return len(l.numbers), l.forgot }

// Standing is what is known of a number, for the page of a supervisor.
type Standing struct {
	Number office.Number `json:"-"` // personal: the api shows it by its own rules
	Level  Level         `json:"level"`
	Score  float64       `json:"score"`
	Why    []Reason      `json:"why"`
	Steps  []Weighed     `json:"steps"` // their Left sums up to Score
	Block  *Blocked      `json:"block,omitempty"`
	Shared *SharedMarked `json:"shared,omitempty"`

	Noticed *time.Time `json:"noticed,omitempty"` // when it got its last notice
}

// Standing of one number.
func (l *Ledger) Standing(n office.Number, at time.Time) Standing {
	s := Standing{Number: n}
	var p past
	if e := l.numbers[n]; e != nil {
		p = e.past
	}
	s.Steps, s.Score = p.weigh(l.weights, at, p.shared.On || service(n))
	s.Level = levelOf(l.weights, s.Steps, s.Score)
	s.Why = reasonsOf(s.Steps, p)
	if p.blocked(at) {
		s.Block = &p.block
		if !s.Level.AtLeast(Gate) {
			s.Level = Gate
		}
	}
	if p.shared.On {
		s.Shared = &p.shared
	}
	if !p.noticed.IsZero() {
		s.Noticed = &p.noticed
	}
	return s
}

// Standings lists the numbers of at least a level, the most evidence first, at most n of them.
func (l *Ledger) Standings(at time.Time, least Level, n int) []Standing {
	var out []Standing
	for number := range l.numbers {
		if s := l.Standing(number, at); s.Level.AtLeast(least) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Number, b.Number))
	})
	return out[:min(len(out), max(n, 0))]
}
