package incident

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// FarFrom is how many metres from the place a pressed arrival is marked as far: more than what positions in a town are
// wrong by.
const FarFrom office.Metres = 200

// NearBy and NearFor: a unit that was so near for so long is there (CALL.md §3).
const (
	NearBy  office.Metres = 100
	NearFor               = 15 * time.Second
)

func assign(s State, c Assign) ([]Event, error) {
	if err := works(s, c.Office); err != nil {
		return nil, err
	}
	if a, ok := s.Unit(c.Unit); ok && a.EndedAt.IsZero() && (!a.Stacked || c.Stacked) {
		return nil, &Refusal{Code: "unit_taken", Text: "the unit was assigned to this incident already", By: a.By, Unit: c.Unit, Incident: s.ID}
	}
	e := WasAssigned{At: c.At, By: c.By, Office: c.Office, Unit: c.Unit, Sign: c.Sign, Lead: c.Lead, Stacked: c.Stacked}
	if !c.Stacked {
		e.Next = later(c.At, c.Within)
	}
	return []Event{e}, nil
}

// way is the order of a unit's steps.
var way = []StepName{StepAck, StepDepart, StepArrive, StepDone}

func advance(s State, c Advance) ([]Event, error) {
	a, ok := s.Unit(c.Unit)
	to := slices.Index(way, c.Step)
	switch {
	case s.Over():
		return nil, closed()
	case !ok || !a.Active():
		return nil, &Refusal{Code: "not_now", Text: "the unit doesn't work on this incident", Unit: c.Unit}
	case to < 0:
		return nil, &Refusal{Code: "bad_status", Text: "the step must be acknowledge, depart, arrive or done"}
	}
	var events []Event
	for i := a.rank() - 1; i <= to; i++ {
		e := Advanced{At: c.At, By: c.By, Via: c.Via, Unit: c.Unit, Step: way[i], Skipped: i < to}
		if !e.Skipped {
			e.Next = later(c.At, c.Within)
			if c.Step == StepArrive && c.Located {
				e.Metres, e.Far = &c.Metres, c.Metres > FarFrom
			}
		}
		events = append(events, e)
	}
	return events, nil // none when it was said before
}

func prove(s State, c Prove) []Event {
	a, ok := s.Unit(c.Unit)
	if !ok || !s.Open() || !a.Active() || a.ArrivedAt.IsZero() || !a.Proved.IsZero() {
		return nil
	}
	return []Event{Proved{At: c.At, Unit: c.Unit, Metres: c.Metres, Since: c.Since}}
}

func take(s State, c Take) []Event {
	a, ok := s.Unit(c.Unit)
	if !ok || !a.EndedAt.IsZero() {
		return nil
	}
	e := UnitTaken{At: c.At, By: c.By, Unit: c.Unit, Why: c.Why}
	if left := s.ActiveUnits(); len(left) == 0 || len(left) == 1 && left[0] == c.Unit {
		e.AssignBy = later(c.At, c.Within)
	}
	return []Event{e}
}

// takeAll takes every unit off, in the order they were assigned.
func takeAll(s State, at time.Time, by office.PersonID, why string) []Event {
	var events []Event
	for _, a := range s.Units {
		if a.EndedAt.IsZero() {
			events = append(events, UnitTaken{At: at, By: by, Unit: a.Unit, Why: why})
		}
	}
	return events
}

func check(s State, c Check) ([]Event, error) {
	a, ok := s.Unit(c.Unit)
	if !s.Open() || !ok || !a.Active() || a.ArrivedAt.IsZero() {
		return nil, &Refusal{Code: "not_now", Text: "the unit isn't on the scene", Unit: c.Unit}
	}
	return []Event{Checked{At: c.At, By: c.By, Unit: c.Unit, Next: c.At.Add(max(c.Within, time.Minute))}}, nil
}

func wait(s State, c Wait) ([]Event, error) {
	if err := works(s, c.Office); err != nil {
		return nil, err
	}
	switch {
	case len(s.ActiveUnits()) > 0:
		return nil, &Refusal{Code: "not_now", Text: "a unit works on it"}
	case blank(c.Why):
		return nil, &Refusal{Code: "why_needed", Text: "write why no unit can go"}
	}
	return []Event{Waits{At: c.At, By: c.By, Why: c.Why, Until: c.At.Add(max(c.Within, time.Minute))}}, nil
}

// unit changes the newest assignment of a unit.
func (s State) unit(id UnitID, change func(*Assignment)) State {
	s.Units = slices.Clone(s.Units)
	for i := len(s.Units) - 1; i >= 0; i-- {
		if s.Units[i].Unit == id {
			change(&s.Units[i])
			break
		}
	}
	return s.rephase()
}

// rephase finds the phase from what the units do.
func (s State) rephase() State {
	best, done := 0, false
	for _, a := range s.Units {
		best = max(best, a.rank())
		done = done || !a.EndedAt.IsZero() && a.Released == "" && a.EndedAt.After(s.ReopenedAt)
	}
	switch {
	case !s.Working():
	case best == 4:
		s.Phase = OnScene
	case best == 3:
		s.Phase = EnRoute
	case best > 0:
		s.Phase = Assigned
	case done:
		s.Phase = Handled
	case s.ReopenedAt.IsZero():
		s.Phase = Accepted
	default:
		s.Phase = Reopened
	}
	return s
}

func (s State) assigned(e WasAssigned) State {
	if a, ok := s.Unit(e.Unit); ok && a.EndedAt.IsZero() { // it was stacked, and its turn has come
		s = s.unit(e.Unit, func(a *Assignment) { a.At, a.By, a.Stacked, a.Lead = e.At, e.By, e.Stacked, e.Lead })
	} else {
		s.Units = append(slices.Clone(s.Units), Assignment{
			Unit: e.Unit, Sign: e.Sign, Lead: e.Lead, By: e.By, At: e.At, Stacked: e.Stacked, Metres: -1,
		})
		s = s.rephase()
	}
	if e.Stacked {
		return s
	}
	s.WaitingSince = time.Time{}
	s = s.end(StepAssign, "").end(StepWait, "")
	return s.begin(Step{Name: StepAck, Unit: e.Unit, Since: e.At, By: e.Next})
}

func (s State) advanced(e Advanced) State {
	s = s.unit(e.Unit, func(a *Assignment) {
		if e.Skipped {
			a.Skipped = append(slices.Clone(a.Skipped), e.Step)
		}
		switch e.Step {
		case StepAck:
			a.AckedAt = e.At
		case StepDepart:
			a.DepartedAt = e.At
		case StepArrive:
			a.ArrivedAt, a.Via, a.Far = e.At, e.Via, e.Far
			if e.Metres != nil {
				a.Metres = *e.Metres
			}
		case StepDone:
			a.EndedAt = e.At
		case StepAccept, StepAssign, StepWait, StepHandover, StepCheck:
		}
	})
	s = s.endOf(e.Unit)
	switch e.Step {
	case StepAck:
		return s.begin(Step{Name: StepDepart, Unit: e.Unit, Since: e.At, By: e.Next})
	case StepArrive:
		if e.Skipped {
			return s // nobody said that somebody was there: that clock runs on
		}
		if s.ArrivedAt.IsZero() {
			s.ArrivedAt = e.At
		}
		s = s.end(StepArrive, "")
		return s.begin(Step{Name: StepCheck, Unit: e.Unit, Since: e.At, By: e.Next})
	case StepDepart, StepDone, StepAccept, StepAssign, StepWait, StepHandover, StepCheck:
	}
	return s
}

func (s State) taken(e UnitTaken) State {
	s = s.unit(e.Unit, func(a *Assignment) { a.EndedAt, a.Released, a.Stacked = e.At, e.Why, false })
	s = s.endOf(e.Unit)
	if s.Phase == Accepted || s.Phase == Reopened {
		s = s.begin(Step{Name: StepAssign, Since: e.At, By: e.AssignBy})
	}
	return s
}
