package filter

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Level is what a number's past, a block or a shield come to. There is no level at which a call is dropped.
type Level string

// The levels, from nothing to most.
const (
	None Level = ""
	Chip Level = "chip" // a mark on the operator's screen
	Gate Level = "gate" // the gate answers first
	Low  Level = "low"  // the gate answers first, and the call waits behind all others
)

// AtLeast compares levels.
func (l Level) AtLeast(o Level) bool {
	order := []Level{None, Chip, Gate, Low}
	return slices.Index(order, l) >= slices.Index(order, o)
}

// Escape is why a call that the gate would hold goes straight through.
type Escape string

// The escapes at the door. Those at the gate itself (8, speech) are How.
const (
	ByDanger Escape = "danger"        // somebody there is in danger
	ByOpen   Escape = "open_incident" // a report from this number is being worked on
	ByOwed   Escape = "owed"          // we owe this number a call
	ByAgain  Escape = "second_call"   // called twice within AgainSeconds, and never pranked
	ByKnown  Escape = "known"         // under a shield only: has called for help before
	BySample Escape = "sample"        // to learn whom the gate holds; hidden, see ForOperator
)

// Facts are what others know of a call when it comes.
type Facts struct {
	Call   string
	Trunk  string
	Unsure bool    // withheld, missing, or a number that the carrier doesn't answer for: it has no past of its own
	Open   bool    // an incident of this number is open
	Danger bool    // somebody at this number is in danger
	Owed   bool    // we owe this number a call
	Dice   float64 // in [0,1), rolled by the caller for this call: below Weights.Sample a gated call passes
}

// Verdict is how a call is received.
type Verdict struct {
	Level  Level    `json:"level"`
	Held   bool     `json:"held"` // the gate answers
	Low    bool     `json:"low"`  // after the gate the call waits in the low lane
	Why    []Reason `json:"why"`
	Score  float64  `json:"score"`            // for supervisors, beside the words
	Escape Escape   `json:"escape,omitempty"` // why it isn't held though Level says Gate or Low
}

// Sampled says whether the call passes only so that we learn whom the gate holds.
func (v Verdict) Sampled() bool { return v.Escape == BySample }

// ForOperator is what an operator may see of it before the call has an outcome. A sampled call looks like one of a
// number that was never near the gate: who knows of the sample listens otherwise, and the measurement is worth nothing.
func (v Verdict) ForOperator() Verdict {
	v.Score = 0
	if !v.Sampled() {
		return v
	}
	v.Why = slices.DeleteFunc(slices.Clone(v.Why), func(r Reason) bool { return r.Code == Shielded })
	v.Level, v.Low, v.Escape = None, false, ""
	if slices.ContainsFunc(v.Why, func(r Reason) bool { return isPrank(Kind(r.Code)) }) {
		v.Level = Chip
	}
	return v
}

// Judge says how a call from a number is received at a time. It changes nothing. Order of duties: Judge, then Came.
func (l *Ledger) Judge(number office.Number, f Facts, at time.Time) Verdict {
	w := l.weights
	var v Verdict
	var p past
	if f.Unsure || !readable(number) {
		v.Why = append(v.Why, Reason{Code: Unsure})
		number = ""
	} else if e := l.numbers[number]; e != nil {
		p = e.past
	}
	steps, score := p.weigh(w, at, p.shared.On || service(number))
	v.Score, v.Level = score, levelOf(w, steps, score)
	v.Why = append(v.Why, reasonsOf(steps, p)...)
	blocked := p.blocked(at)
	if blocked {
		v.Why = append([]Reason{{Code: IsBlocked, Last: p.block.At, Until: p.block.Until}}, v.Why...)
	}
	shield, shielded := l.flood.over(f.Trunk, number, at)
	if shielded {
		v.Why = append([]Reason{{Code: Shielded, Source: &shield}}, v.Why...)
	}
	own := v.Level
	if (blocked || shielded) && !v.Level.AtLeast(Gate) {
		v.Level = Gate
	}
	if !v.Level.AtLeast(Gate) {
		return v
	}
	pranked := slices.ContainsFunc(steps, func(s Weighed) bool { return isPrank(s.Kind) })
	helped := slices.ContainsFunc(steps, func(s Weighed) bool { return s.Kind == Valid })
	switch {
	case f.Danger || p.danger:
		v.Escape = ByDanger
	case f.Open:
		v.Escape = ByOpen
	case f.Owed:
		v.Escape = ByOwed
	case !blocked && !pranked && l.recent.again(number, f.Call, at, w.Again()):
		v.Escape = ByAgain
	case !blocked && !own.AtLeast(Gate) && helped:
		v.Escape = ByKnown
	case !blocked && f.Dice >= 0 && f.Dice < w.Sample:
		v.Escape = BySample
	default:
		v.Held, v.Low = true, v.Level == Low
	}
	return v
}

// levelOf: from Gate on, two presses on two calls are needed. One slip of one finger, with any amount of silence, holds
// nobody.
func levelOf(w Weights, steps []Weighed, score float64) Level {
	presses := 0
	for _, s := range steps {
		if isPrank(s.Kind) && s.Left > 0 {
			presses++
		}
	}
	score = rounded(score)
	switch {
	case score >= w.Low && presses >= 2:
		return Low
	case score >= w.Gate && presses >= 2:
		return Gate
	case score >= w.Chip:
		return Chip
	}
	return None
}
