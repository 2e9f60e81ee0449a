// Package incident is the life of one incident, from the first key press to its closing, with its clocks and
// escalation, and the life of one unit with its crew and jobs: State, Command, Event, Decide, Apply and Deadline, each.
// It is pure. CALL.md §3 is its source.
package incident

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// ID names an incident. It is not the report number: a draft has only an id.
type ID string

// Phase is where an incident stands.
type Phase string

// The phases.
const (
	Draft     Phase = "DRAFT"     // typed, nobody else sees it
	Valid     Phase = "VALID"     // it has its number and goes to nobody yet
	NotValid  Phase = "NOT_VALID" // closed with the call that it was typed for
	Sent      Phase = "SENT"      // at an office that hasn't accepted it yet: AcceptBy runs
	Accepted  Phase = "ACCEPTED"  // an office works on it
	Assigned  Phase = "ASSIGNED"  // at least one unit was sent
	EnRoute   Phase = "EN_ROUTE"  // at least one departed
	OnScene   Phase = "ON_SCENE"  // at least one is there
	Handled   Phase = "HANDLED"   // the units are done; the office must close it
	Closed    Phase = "CLOSED"    // with a result
	Reopened  Phase = "REOPENED"  // as Accepted, again
	Cancelled Phase = "CANCELLED" // with a reason
	Linked    Phase = "LINKED"    // the same as another: that one goes on for both
)

// Phases lists them in the order of a life.
func Phases() []Phase {
	return []Phase{Draft, Valid, NotValid, Sent, Accepted, Assigned, EnRoute, OnScene, Handled, Closed, Reopened, Cancelled, Linked}
}

// Source is how an incident became known.
type Source string

// The sources.
const (
	FromCall     Source = ""
	FromWalkIn   Source = "walk_in"  // somebody came to the office
	FromRadio    Source = "radio"    // an officer saw it
	FromCallback Source = "callback" // learnt when calling somebody back
	FromPaper    Source = "paper"    // written on paper while all was down
)

// Sources lists those that have no call of their own.
func Sources() []Source { return []Source{FromWalkIn, FromRadio, FromCallback, FromPaper} }

// Note is something that was written down with its time.
type Note struct {
	At   time.Time       `json:"at"`
	By   office.PersonID `json:"by"`
	Text office.Private  `json:"text"`
	// Key was made by the phone that sent it: the same again changes nothing.
	Key string `json:"key,omitempty"`
}

// Picture is one that was taken for an incident: what it is lies in the store under Ref, and is proved by Hash.
type Picture struct {
	At      time.Time       `json:"at"`
	By      office.PersonID `json:"by"`
	Unit    UnitID          `json:"unit,omitempty"`
	Hash    string          `json:"hash"` // SHA-256, hex
	Ref     string          `json:"ref"`
	Type    string          `json:"type"` // "image/jpeg"
	Bytes   int64           `json:"bytes"`
	Caption office.Private  `json:"caption"`
	Key     string          `json:"key,omitempty"` // as Note's
}

// CallAsk is a crew that wants to talk with the reporter through 110: an operator calls both.
type CallAsk struct {
	At     time.Time
	By     office.PersonID
	Unit   UnitID
	Number office.Private // at which the crew is to be called
	Key    string
	// Done is when an operator saw to it; zero while it waits.
	Done time.Time
}

// Result is how an incident was closed.
type Result string

// The results.
const (
	Settled   Result = "didamaikan"
	Done      Result = "ditangani"
	Arrested  Result = "penangkapan"
	Filed     Result = "laporan_polisi"
	NotFound  Result = "tidak_ditemukan"
	Untrue    Result = "tidak_benar"
	Informed  Result = "informasi_diberikan"
	Forwarded Result = "dirujuk"
)

// Results lists them.
func Results() []Result {
	return []Result{Done, Arrested, Settled, Filed, NotFound, Untrue, Informed, Forwarded}
}

// Assignment is one unit's part in an incident. Times are zero until it comes to that.
type Assignment struct {
	Unit    UnitID
	Sign    string // call sign of that day
	Lead    office.PersonID
	By      office.PersonID
	At      time.Time
	Stacked bool // it has another job before this one

	AckedAt    time.Time
	DepartedAt time.Time
	ArrivedAt  time.Time
	EndedAt    time.Time // done or released
	Released   string    // why it was taken away; empty when it was done, or goes on

	Via     Via           // how its arrival is known
	Metres  office.Metres // from the place when it arrived, -1 when not known
	Far     bool          // arrival was pressed and it was somewhere else
	Proved  time.Time     // its position was at the place, first
	Skipped []StepName    // stages that nobody told of
}

// Active says whether the unit works on the incident now.
func (a Assignment) Active() bool { return a.EndedAt.IsZero() && !a.Stacked }

// rank is how far it has come.
func (a Assignment) rank() int {
	switch {
	case !a.Active():
		return 0
	case !a.ArrivedAt.IsZero():
		return 4
	case !a.DepartedAt.IsZero():
		return 3
	case !a.AckedAt.IsZero():
		return 2
	}
	return 1
}

// Handover is an incident on its way to another office. Until it is taken the giver holds it.
type Handover struct {
	To  office.ID
	By  office.PersonID
	At  time.Time
	Why office.Private
}

// Brought are the calls that came with an incident that was linked to this one: they leave with it.
type Brought struct {
	By    ID
	Calls []string
}

// State is one incident, a value.
type State struct {
	ID     ID
	Call   string   // the call it was typed for, empty when there was none
	Calls  []string // all its calls, in order
	Source Source
	Origin office.ID // office that typed it
	Office office.ID // office that has it now
	Author office.PersonID
	Phase  Phase
	No     string // report number, empty for a draft
	Rev    int    // grows with every change of Report
	Report Report
	Notes  []Note

	Pictures []Picture

	FirstRing    time.Time // the judged clock, never reset
	PlaceKnownAt time.Time // zero while unknown
	SentAt       time.Time
	AcceptDue    time.Time // the target, zero once accepted
	AcceptBy     time.Time // escalates then, or further
	Escalated    Level
	EscalatedTo  office.PersonID
	AcceptedAt   time.Time
	AcceptedBy   office.PersonID
	Unsure       bool // sent by the system from an unfinished call: belum dipastikan
	ClosedAt     time.Time
	Result       Result
	Done         office.Private

	Steps []Step // that run now, besides the acceptance
	// Phoning is the calling about those that were missed, by when it began.
	Phoning []Phoning
	Target  Target // of the arrival
	Units   []Assignment
	// ArrivedAt is when the first unit was there.
	ArrivedAt time.Time

	WaitingSince time.Time // no unit is free; zero when it doesn't wait
	Offered      *Handover
	Linked       ID    // goes on in that one
	Before       Phase // the phase before it was linked
	Joined       []ID  // that go on in this one
	Brought      []Brought
	Shut         bool // restricted by a person's word
	Named        []office.PersonID
	Hands        []office.PersonID // who had a hand in it, in order
	ReopenedAt   time.Time         // last
	Tell         bool              // the reporter is to be told of the result
	ToldAt       time.Time
	Asks         []CallAsk // crews that want to talk with the reporter, in order
}

// Open says whether somebody must still do something.
func (s State) Open() bool {
	switch s.Phase {
	case Valid, Sent, Accepted, Assigned, EnRoute, OnScene, Handled, Reopened:
		return true
	case Draft, NotValid, Closed, Cancelled, Linked:
	}
	return false
}

// Over says whether it has ended for itself: what is written to it then needs reopening first.
func (s State) Over() bool { return s.Phase != "" && s.Phase != Draft && !s.Open() }

// Working says whether its office has accepted it and works on it.
func (s State) Working() bool { return s.Open() && s.Phase != Valid && s.Phase != Sent }

// Priority is the chosen one, or the kind's.
func (s State) Priority() int {
	if s.Report.Priority != 0 {
		return s.Report.Priority
	}
	if k, ok := KindOf(s.Report.Kind); ok {
		return k.Priority
	}
	return 3
}

// Class is the sort of service that is asked for. What nobody has named yet is an emergency.
func (s State) Class() Class {
	if k, ok := KindOf(s.Report.Kind); ok {
		return k.Class
	}
	return Emergency
}

// Unit finds a unit's newest assignment.
func (s State) Unit(id UnitID) (Assignment, bool) {
	for _, a := range slices.Backward(s.Units) {
		if a.Unit == id {
			return a, true
		}
	}
	return Assignment{}, false
}

// ActiveUnits are the units that work on it now.
func (s State) ActiveUnits() []UnitID {
	var list []UnitID
	for _, a := range s.Units {
		if a.Active() {
			list = append(list, a.Unit)
		}
	}
	return list
}

// Holder is who holds the ball: exactly one office, and who of it, as far as that is known.
type Holder struct {
	Office office.ID
	Person office.PersonID // who must act: the lead of the unit, who accepted it, or whom it was escalated to
	Unit   UnitID
	Level  Level // of escalation, when somebody above was asked
	// Name is who took it by phone and has no account.
	Name office.Private
}

// Holder is zero when nobody has to do anything.
func (s State) Holder() Holder {
	if s.Phase == Draft {
		return Holder{Office: s.Origin, Person: s.Author}
	}
	if !s.Open() {
		return Holder{}
	}
	h := Holder{Office: s.Office}
	if s.Phase == Sent {
		h.Person, h.Level = s.EscalatedTo, s.Escalated
		return s.byPhone(h)
	}
	h.Person = s.AcceptedBy
	best := 0
	for _, a := range s.Units {
		if a.rank() > best {
			best, h.Unit, h.Person = a.rank(), a.Unit, a.Lead
		}
	}
	for _, step := range s.Steps {
		if rankOf(step.Level) > rankOf(h.Level) {
			h.Level, h.Person, h.Unit = step.Level, step.Person, step.Unit
		}
	}
	return s.byPhone(h)
}

// byPhone: who pressed 1 has the ball.
func (s State) byPhone(h Holder) Holder {
	if p, ok := s.TakenBy(); ok {
		h.Level, h.Person, h.Name, h.Unit = p.Level, p.By, p.To, p.Unit
	}
	return h
}
