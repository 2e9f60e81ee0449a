package filter

import (
	"cmp"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// PastCall is a call that has ended, for Try.
type PastCall struct {
	Call    string
	Number  office.Number
	Unsure  bool
	Trunk   string
	Began   time.Time // first ring
	Ended   time.Time
	Outcome string        // call.Outcome
	Prank   string        // call.Prank
	Talked  time.Duration // with a person of ours
}

// Tally counts calls by how they would have been received.
type Tally struct {
	Chip int `json:"chip"`
	Gate int `json:"gate"` // held by the gate, not in Low
	Low  int `json:"low"`  // held by the gate, and the low lane after it

	TrueChip int `json:"trueChip"` // true calls among them
	TrueGate int `json:"trueGate"`
	TrueLow  int `json:"trueLow"`

	// HeldMinutes a person talked with callers of invalid calls whom the gate would have met: the most that it can save.
	HeldMinutes float64 `json:"heldMinutes"`
}

// TryOut is what a change of weights would have done to calls of the past.
type TryOut struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Calls  int       `json:"calls"`
	True   int       `json:"true"`
	Before Tally     `json:"before"`
	After  Tally     `json:"after"`
	// Newly and NoMore are the calls that only the new, or only the old weights hold: somebody may listen to them.
	Newly  []Moved `json:"newly"`
	NoMore []Moved `json:"noMore"`
}

// Moved is a call that the change would have received otherwise; at most movedMax of each are listed, true calls first.
type Moved struct {
	Call    string    `json:"call"`
	At      time.Time `json:"at"`
	Outcome string    `json:"outcome"`
	True    bool      `json:"true"`
	Before  Level     `json:"before"`
	After   Level     `json:"after"`
}

const movedMax = 50

// Try receives the calls of the past anew, with two sets of weights. Calls before from only bring evidence: give those
// of GoneDays before, too. Events are the filter's own (blocks, clearings, shared phones); weights and shields among
// them are left out, and no sample is drawn. What a caller would have done at the gate nobody knows, so none is hurt
// or saved here: only held. Bad weights are a *WeightsError.
func Try(calls []PastCall, events []Event, from, to time.Time, before, after Weights) (TryOut, error) {
	for _, w := range []Weights{before, after} {
		if err := w.Check(); err != nil {
			return TryOut{}, err
		}
	}
	out := TryOut{From: from, To: to, Newly: []Moved{}, NoMore: []Moved{}}
	first := receive(calls, events, before)
	second := receive(calls, events, after)
	for i, c := range calls {
		if c.Began.Before(from) || !c.Began.Before(to) {
			continue
		}
		isTrue := KindOf(c.Outcome) == Valid
		out.Calls++
		if isTrue {
			out.True++
		}
		out.Before.add(first[i], c, isTrue)
		out.After.add(second[i], c, isTrue)
		m := Moved{Call: c.Call, At: c.Began, Outcome: c.Outcome, True: isTrue, Before: first[i].Level, After: second[i].Level}
		switch {
		case second[i].Held && !first[i].Held:
			out.Newly = append(out.Newly, m)
		case first[i].Held && !second[i].Held:
			out.NoMore = append(out.NoMore, m)
		}
	}
	for _, list := range []*[]Moved{&out.Newly, &out.NoMore} {
		slices.SortStableFunc(*list, func(a, b Moved) int { return cmp.Or(bit(b.True)-bit(a.True), a.At.Compare(b.At)) })
		*list = (*list)[:min(len(*list), movedMax)]
	}
	return out, nil
}

func (t *Tally) add(v Verdict, c PastCall, isTrue bool) {
	n, trues := &t.Chip, &t.TrueChip
	switch {
	case v.Held && v.Low:
		n, trues = &t.Low, &t.TrueLow
	case v.Held:
		n, trues = &t.Gate, &t.TrueGate
	case !v.Level.AtLeast(Chip):
		return
	}
	*n++
	if isTrue {
		*trues++
	} else if v.Held {
		t.HeldMinutes += c.Talked.Minutes()
	}
}

// receive judges each call with what was known when it rang.
func receive(calls []PastCall, events []Event, w Weights) []Verdict {
	l := NewLedger(len(calls) + len(events) + 1)
	l.weights = w
	type moment struct {
		at   time.Time
		rank int // of one instant: what is known, then who rings
		i    int
	}
	var moments []moment
	for i, c := range calls {
		moments = append(moments, moment{c.Ended, 0, i}, moment{c.Began, 2, i})
	}
	for i, e := range events {
		if at, ok := ofPerson(e); ok {
			moments = append(moments, moment{at, 1, i})
		}
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return cmp.Or(a.at.Compare(b.at), a.rank-b.rank) })
	out := make([]Verdict, len(calls))
	for _, m := range moments {
		switch m.rank {
		case 0:
			c := calls[m.i]
			l.Ended(Ended{
				At: c.Ended, Call: c.Call, Number: c.Number, Unsure: c.Unsure, Began: c.Began, Outcome: c.Outcome, Prank: c.Prank,
				Spoke: true, // sources and their floods aren't tried
			})
		case 1:
			l.Fold(events[m.i])
		case 2:
			c := calls[m.i]
			out[m.i] = l.Judge(c.Number, Facts{Call: c.Call, Unsure: c.Unsure, Dice: 1}, c.Began)
			l.Came(Came{At: c.Began, Call: c.Call, Number: c.Number, Unsure: c.Unsure})
		}
	}
	return out
}

// ofPerson gives the time of an event that a person brought about, weights excepted.
func ofPerson(e Event) (time.Time, bool) {
	switch e := e.(type) {
	case Blocked:
		return e.At, true
	case Unblocked:
		return e.At, true
	case Cleared:
		return e.At, true
	case SharedMarked:
		return e.At, true
	case Noticed, WeightsSet, GateSampled, GatePassed, GateEntered, GateEnded, ShieldRaised, ShieldLowered:
	}
	return time.Time{}, false
}
