package incident

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Who was asked by screen to see to a missed step and did nothing within their time is called by phone, and after them
// whoever else the office names, until somebody presses 1. Meanwhile the next level is asked by screen.

// PhoneOutcome is how it went to call somebody.
type PhoneOutcome string

// The outcomes.
const (
	PhoneTaken  PhoneOutcome = "acknowledged" // pressed 1
	PhoneNoKey  PhoneOutcome = "no_key"       // answered and nobody pressed 1: perhaps a voicemail
	PhoneSilent PhoneOutcome = "no_answer"
	PhoneBusy   PhoneOutcome = "busy"   // or refused
	PhoneFailed PhoneOutcome = "failed" // no trunk carried the call
	PhoneNobody PhoneOutcome = "nobody" // nobody is left to call, or no number is set
)

// PhoneOutcomes lists them.
func PhoneOutcomes() []PhoneOutcome {
	return []PhoneOutcome{PhoneTaken, PhoneNoKey, PhoneSilent, PhoneBusy, PhoneFailed, PhoneNobody}
}

// Phoning is the calling about one missed step at one level.
type Phoning struct {
	Step   StepName
	Unit   UnitID
	Level  Level
	Person office.PersonID // whom the screen had asked
	Since  time.Time
	Tries  int             // phones that were rung
	To     office.Private  // name of who was called last
	By     office.PersonID // their account, when they have one
	Last   PhoneOutcome    // empty: the first is being called
	At     time.Time       // of Last
}

// Over says whether nobody is called any more.
func (p Phoning) Over() bool { return p.Last == PhoneTaken || p.Last == PhoneNobody }

// PhoneResult tells how it went to call somebody. One that comes too late changes nothing.
type PhoneResult struct {
	At      time.Time
	Step    StepName
	Unit    UnitID
	Level   Level
	Person  office.PersonID // who was called, when they have an account
	Name    office.Private
	Outcome PhoneOutcome
}

func (PhoneResult) command() {}

type (
	// PhoneAsked: the persons of the level are called by phone from now on.
	PhoneAsked struct {
		At     time.Time       `json:"at"`
		Step   StepName        `json:"step"`
		Unit   UnitID          `json:"unit,omitempty"`
		Level  Level           `json:"level"`
		Person office.PersonID `json:"person,omitempty"` // whom the screen had asked
	}
	// Phoned: how it went with one of them. Until is when the next level is asked although somebody took it.
	Phoned struct {
		At      time.Time       `json:"at"`
		Step    StepName        `json:"step"`
		Unit    UnitID          `json:"unit,omitempty"`
		Level   Level           `json:"level"`
		Person  office.PersonID `json:"person,omitempty"`
		Name    office.Private  `json:"name"`
		Outcome PhoneOutcome    `json:"outcome"`
		Until   time.Time       `json:"until,omitzero"`
	}
)

func (PhoneAsked) event() {}
func (Phoned) event()     {}

// askByPhone is what follows when a level has let its time pass. The dispatcher sits at a screen: there the next level
// is the remedy.
func (s State) askByPhone(step Step, at time.Time) []Event {
	if step.Level == NotEscalated || step.Level == ToDispatcher {
		return nil
	}
	if p, ok := s.phoning(step.Name, step.Unit, step.Level); ok && (step.Level != ToMabes || !p.Over()) {
		return nil
	}
	return []Event{PhoneAsked{At: at, Step: step.Name, Unit: step.Unit, Level: step.Level, Person: step.Person}}
}

func (s State) phoning(step StepName, unit UnitID, l Level) (Phoning, bool) {
	i := slices.IndexFunc(s.Phoning, func(p Phoning) bool { return p.Step == step && p.Unit == unit && p.Level == l })
	if i < 0 {
		return Phoning{}, false
	}
	return s.Phoning[i], true
}

func phoneResult(s State, c PhoneResult) []Event {
	p, ok := s.phoning(c.Step, c.Unit, c.Level)
	if !ok || p.Over() || !slices.Contains(PhoneOutcomes(), c.Outcome) {
		return nil
	}
	e := Phoned{At: c.At, Step: c.Step, Unit: c.Unit, Level: c.Level, Person: c.Person, Name: c.Name, Outcome: c.Outcome}
	if c.Outcome == PhoneTaken {
		e.Until = c.At.Add(s.againAfter(c.Step))
	}
	return []Event{e}
}

func (s State) phoneAsked(e PhoneAsked) State {
	s.Phoning = slices.DeleteFunc(slices.Clone(s.Phoning), func(p Phoning) bool {
		return p.Step == e.Step && p.Unit == e.Unit && p.Level == e.Level
	})
	s.Phoning = append(s.Phoning, Phoning{Step: e.Step, Unit: e.Unit, Level: e.Level, Person: e.Person, Since: e.At})
	if e.Level == ToMabes {
		return s.next(e.Step, e.Unit, time.Time{})
	}
	return s
}

func (s State) phoned(e Phoned) State {
	s.Phoning = slices.Clone(s.Phoning)
	for i, p := range s.Phoning {
		if p.Step != e.Step || p.Unit != e.Unit || p.Level != e.Level {
			continue
		}
		p.Last, p.At, p.By, p.To = e.Outcome, e.At, e.Person, e.Name
		if e.Outcome != PhoneNobody {
			p.Tries++
		}
		s.Phoning[i] = p
	}
	if e.Outcome == PhoneTaken {
		s = s.next(e.Step, e.Unit, e.Until).hand(e.Person)
	}
	return s
}

// next says when a step asks further.
func (s State) next(name StepName, unit UnitID, at time.Time) State {
	if name == StepAccept {
		s.AcceptBy = at
		return s
	}
	s.Steps = slices.Clone(s.Steps)
	for i, x := range s.Steps {
		if x.Name == name && x.Unit == unit {
			s.Steps[i].Next = at
		}
	}
	return s
}

// hush ends the calling about steps that were taken, or that nobody needs to take any more.
func (s State) hush() State {
	if len(s.Phoning) == 0 {
		return s
	}
	running := s.Running()
	s.Phoning = slices.DeleteFunc(slices.Clone(s.Phoning), func(p Phoning) bool {
		return !slices.ContainsFunc(running, func(x Step) bool { return x.Name == p.Step && x.Unit == p.Unit && rankOf(x.Level) >= rankOf(p.Level) })
	})
	if len(s.Phoning) == 0 {
		s.Phoning = nil
	}
	return s
}

// TakenBy is who pressed 1 last for a step that still runs; false when nobody did.
func (s State) TakenBy() (Phoning, bool) {
	var last Phoning
	for _, p := range s.Phoning {
		if p.Last == PhoneTaken && !p.At.Before(last.At) {
			last = p
		}
	}
	return last, last.Last == PhoneTaken
}
