package incident

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Level says who is asked when a step was missed.
type Level string

// The levels of escalation, in order.
const (
	NotEscalated Level = ""
	ToDispatcher Level = "dispatcher" // who assigned the unit: asks whether all is well on the scene
	ToChief      Level = "chief"      // duty chief of the Polres
	ToSupervisor Level = "supervisor" // supervisor of the Polda
	ToMabes      Level = "mabes"
)

var ladder = []Level{NotEscalated, ToDispatcher, ToChief, ToSupervisor, ToMabes}

func rankOf(l Level) int { return slices.Index(ladder, l) }

// next is the level above l, or l itself at the top. Only a safety check asks the dispatcher first.
func (l Level) next(step StepName) Level {
	if l == NotEscalated && step != StepCheck {
		return ToChief
	}
	return ladder[min(rankOf(l)+1, len(ladder)-1)]
}

// StepName is a step from the report to the door that somebody must take in time.
type StepName string

// The steps.
const (
	StepAccept   StepName = "accept"      // the office takes it
	StepAssign   StepName = "assign"      // a unit is sent
	StepWait     StepName = "wait"        // no unit was free: look again
	StepHandover StepName = "handover"    // the other office takes it
	StepAck      StepName = "acknowledge" // the unit heard
	StepDepart   StepName = "depart"
	StepArrive   StepName = "arrive" // the first unit is there: judged from the first ring
	StepCheck    StepName = "check"  // a unit on the scene is well
	StepDone     StepName = "done"   // the unit is finished
)

// Step is one that runs: By is its target, Next when somebody is asked, or asked further up, or called by phone. Next is
// zero once everyone was asked.
type Step struct {
	Name   StepName
	Unit   UnitID // empty when it is the office's
	Since  time.Time
	By     time.Time
	Next   time.Time
	Level  Level
	Person office.PersonID // of that level
}

// Target is what was promised for the arrival.
type Target struct {
	Band     office.Metres // up to this distance by road; 0: any
	Distance office.Metres // by road from From
	Known    bool          // the distance is known; else the first band holds
	From     office.ID     // nearest manned office
	Since    string        // day from which the office promises it, empty: the national target
	Arrive   time.Duration
	By       time.Time // first ring + Arrive
}

// Deadline is when the state wants a Tick: when the next step is missed or climbs further.
func (s State) Deadline() (time.Time, bool) {
	var at time.Time
	if s.Phase == Sent {
		at = s.AcceptBy
	}
	if s.Open() {
		for _, step := range s.Steps {
			if !step.Next.IsZero() && (at.IsZero() || step.Next.Before(at)) {
				at = step.Next
			}
		}
	}
	return at, !at.IsZero()
}

// Running lists all steps that run, the acceptance with them, the next to be missed first.
func (s State) Running() []Step {
	if !s.Open() {
		return nil
	}
	list := s.ticking()
	slices.SortStableFunc(list, func(a, b Step) int { return a.By.Compare(b.By) })
	return list
}

// ticking lists the steps that run, the acceptance first.
func (s State) ticking() []Step {
	if s.Phase != Sent {
		return slices.Clone(s.Steps)
	}
	accept := Step{
		Name: StepAccept, Since: s.SentAt, By: s.AcceptDue, Next: s.AcceptBy, Level: s.Escalated, Person: s.EscalatedTo,
	}
	return append([]Step{accept}, s.Steps...)
}

// againAfter is how long each level has before the next is asked.
func (s State) againAfter(step StepName) time.Duration {
	switch step {
	case StepAccept, StepHandover:
		return acceptWithin(s.Priority())
	case StepAssign, StepAck, StepDepart:
		return 60 * time.Second
	case StepWait, StepArrive:
		return 5 * time.Minute
	case StepCheck:
		return 10 * time.Minute
	case StepDone:
	}
	return time.Minute
}

// acceptWithin is T_accept: P1 30 s, others 60 s (CALL.md §1, 4; §3).
func acceptWithin(priority int) time.Duration {
	if priority == 1 {
		return 30 * time.Second
	}
	return 60 * time.Second
}

// tick asks the next person of each step that was missed, and calls the one before by phone. None is passed over: after a long stop of the process each
// level is asked in turn, the next when its time has come.
func tick(s State, c Tick) []Event {
	who := func(l Level) office.PersonID {
		switch l {
		case ToChief:
			return c.Chief
		case ToSupervisor:
			return c.Supervisor
		case ToMabes:
			return c.Mabes
		case ToDispatcher, NotEscalated:
		}
		return ""
	}
	if !s.Open() {
		return nil
	}
	var events []Event
	for _, step := range s.ticking() {
		if step.Next.IsZero() || step.Next.After(c.At) {
			continue
		}
		events = append(events, s.askByPhone(step, c.At)...)
		if step.Level == ToMabes {
			continue
		}
		if step.Name == StepAccept {
			to := step.Level.next(StepAccept)
			events = append(events, Escalated{At: c.At, To: to, Person: who(to), Until: c.At.Add(s.againAfter(StepAccept))})
			continue
		}
		e := StepMissed{At: c.At, Step: step.Name, Unit: step.Unit, To: step.Level.next(step.Name)}
		if e.Person = who(e.To); e.To == ToDispatcher {
			a, _ := s.Unit(step.Unit)
			e.Person = a.By
		}
		e.Until = c.At.Add(s.againAfter(step.Name))
		events = append(events, e)
	}
	return events
}

// begin starts a step, or starts it anew.
func (s State) begin(step Step) State {
	s = s.end(step.Name, step.Unit)
	if step.By.IsZero() {
		return s
	}
	step.Next = step.By
	s.Steps = append(s.Steps, step)
	return s
}

// end stops a step: it was taken, or nobody needs to any more.
func (s State) end(name StepName, unit UnitID) State {
	s.Steps = slices.DeleteFunc(slices.Clone(s.Steps), func(x Step) bool { return x.Name == name && x.Unit == unit })
	return s.hush()
}

// endOf stops all steps of a unit.
func (s State) endOf(unit UnitID) State {
	s.Steps = slices.DeleteFunc(slices.Clone(s.Steps), func(x Step) bool { return unit != "" && x.Unit == unit })
	return s.hush()
}

// missed notes who was asked.
func (s State) missed(e StepMissed) State {
	s.Steps = slices.Clone(s.Steps)
	for i, x := range s.Steps {
		if x.Name == e.Step && x.Unit == e.Unit {
			s.Steps[i].Level, s.Steps[i].Person, s.Steps[i].Next = e.To, e.Person, e.Until
		}
	}
	return s
}
