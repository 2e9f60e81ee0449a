package filter

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Kind is what a call was, as evidence.
type Kind string

// The kinds. Only people press Prank and FalseReport.
const (
	Prank       Kind = "iseng"
	FalseReport Kind = "laporan_palsu"
	Empty       Kind = "kosong"
	Valid       Kind = "valid"
)

// KindOf tells what a call's outcome (call.Outcome) is as evidence; "" when it is none: a wrong number, a test, a
// caller who left. All that call.OutcomeInfo calls valid is Valid.
func KindOf(outcome string) Kind {
	switch outcome {
	case "iseng":
		return Prank
	case "laporan_palsu":
		return FalseReport
	case "kosong":
		return Empty
	case "valid_polres", "valid_polda", "informasi", "dialihkan_instansi", "dialihkan_polda_lain", "duplikat",
		"ditutup_polda_diteruskan", "dijawab_mabes":
		return Valid
	}
	return ""
}

func (k Kind) points(w Weights) float64 {
	switch k {
	case Prank:
		return w.Prank
	case FalseReport:
		return w.FalseReport
	case Empty:
		return w.Empty
	case Valid:
		return w.Valid
	}
	return 0
}

// Step is one call that says something about its number. A person finds it by its call.
type Step struct {
	At    time.Time `json:"at"`
	Call  string    `json:"call"`
	Kind  Kind      `json:"kind"`
	Prank string    `json:"prank,omitempty"` // kind of prank: anak_anak, menggoda, …
}

// Weighed is a step with what it counted and what is left of that now. The sum of Left is the evidence, always.
type Weighed struct {
	Step
	Points float64 `json:"points"` // as the weights have it
	Left   float64 `json:"left"`   // after age, caps and true calls
}

// stepsMax is how many steps of one kind are kept for a number: the newest. One-ring calls can't push pranks out.
const stepsMax = 32

// before orders steps: by time, then what adds before what takes away, then by call. So the order in which events of
// one instant arrive doesn't matter.
func before(a, b Step) int {
	rank := func(s Step) int {
		if s.Kind == Valid {
			return 1
		}
		return 0
	}
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Call, b.Call), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Prank, b.Prank))
}

// past is what is remembered of one number. It is a set: the order in which it was told doesn't matter.
type past struct {
	steps   []Step    // in order of before
	cleared time.Time // steps up to here are gone
	block   Blocked   // the last one
	freed   time.Time // the last Unblocked
	shared  SharedMarked
	noticed time.Time // the last notice
	danger  bool      // a person said: never call back; such a number is never forgotten
}

func (p *past) add(s Step) {
	if !s.At.After(p.cleared) {
		return
	}
	if i := slices.IndexFunc(p.steps, func(o Step) bool { return o.Call == s.Call }); i >= 0 { // a call has one outcome
		if before(s, p.steps[i]) <= 0 {
			return
		}
		p.steps = slices.Delete(p.steps, i, i+1)
	}
	i, _ := slices.BinarySearchFunc(p.steps, s, before)
	p.steps = slices.Insert(p.steps, i, s)
	n, oldest := 0, -1
	for j, o := range p.steps {
		if o.Kind == s.Kind {
			if n++; oldest < 0 {
				oldest = j
			}
		}
	}
	if n <= stepsMax {
		return
	}
	if s.Kind == Valid { // what it took away must not come back
		p.wipe(p.steps[oldest].At)
		return
	}
	p.steps = slices.Delete(p.steps, oldest, oldest+1)
}

// wipe forgets all up to a time.
func (p *past) wipe(upTo time.Time) {
	if upTo.After(p.cleared) {
		p.cleared = upTo
	}
	p.steps = slices.DeleteFunc(p.steps, func(s Step) bool { return !s.At.After(upTo) })
}

// blocked tells a running block.
func (p *past) blocked(at time.Time) bool {
	b := p.block
	return at.Before(b.Until) && b.At.After(p.freed) && b.At.After(p.cleared)
}

// empty: nothing is remembered that would be missed.
func (p *past) empty(at time.Time) bool {
	return len(p.steps) == 0 && !p.kept(at) && !p.shared.On
}

// kept: never forgotten to save memory.
func (p *past) kept(at time.Time) bool { return p.danger || p.blocked(at) }

// weak: nothing but silence is known.
func (p *past) weak() bool {
	return !p.shared.On && !slices.ContainsFunc(p.steps, func(s Step) bool { return s.Kind != Empty })
}

// weigh gives each step's part of the evidence at a time, and their sum. It never rises as time goes by: what a true
// call took away is older than it, and so gone before it. A step of the future (a clock was wrong) counts as of now.
func (p *past) weigh(w Weights, at time.Time, shared bool) ([]Weighed, float64) {
	if n := len(p.steps); n > 0 && p.steps[n-1].At.After(at) {
		at = p.steps[n-1].At
	}
	out := make([]Weighed, 0, len(p.steps))
	var pranks, empties float64 // what is left of them, as of `then`
	var then time.Time
	fade := func(to time.Time) {
		if len(out) == 0 {
			then = to
			return
		}
		f := math.Exp2(-float64(to.Sub(then)) / float64(w.HalfLife()))
		for i := range out {
			out[i].Left *= f
		}
		pranks, empties, then = pranks*f, empties*f, to
	}
	take := func(of func(Kind) bool, much float64) float64 { // the oldest first
		for i := range out {
			if of(out[i].Kind) {
				n := min(much, out[i].Left)
				out[i].Left -= n
				much -= n
			}
		}
		return much
	}
	for _, s := range p.steps {
		if at.Sub(s.At) >= w.Gone() {
			continue
		}
		fade(s.At)
		v := Weighed{Step: s, Points: s.Kind.points(w)}
		switch s.Kind {
		case Prank, FalseReport:
			v.Left = v.Points
			pranks += v.Left
		case Empty:
			v.Left = max(min(v.Points, w.EmptyCap-empties), 0)
			empties += v.Left
		case Valid: // takes its points, and leaves at most a chip; silence goes first
			much := max(-v.Points, pranks+empties-w.Chip)
			take(isPrank, take(func(k Kind) bool { return k == Empty }, much))
			pranks, empties = 0, 0
			for _, o := range out {
				if isPrank(o.Kind) {
					pranks += o.Left
				} else {
					empties += o.Left
				}
			}
		}
		out = append(out, v)
	}
	fade(at)
	sum := 0.0
	for _, v := range out {
		sum += v.Left
	}
	if shared && sum > w.SharedCap {
		for i := range out {
			out[i].Left *= w.SharedCap / sum
		}
		sum = w.SharedCap
	}
	return out, sum
}

func isPrank(k Kind) bool { return k == Prank || k == FalseReport }

// readable says whether text can be a number that evidence may be kept for: E.164, or a short service number.
func readable(n office.Number) bool {
	s := string(n)
	if len(s) > 0 && s[0] == '+' {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 15 {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// service numbers ("112") are used by many.
func service(n office.Number) bool { return len(n) > 0 && n[0] != '+' }
