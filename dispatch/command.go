package dispatch

import (
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Who is the person who gives a command.
type Who struct {
	Person office.PersonID
	Office office.ID
	Role   office.Role
}

// Command is what a person wants of an incident.
//
//sumtype:decl
type Command interface{ dispatchCommand() }

type (
	// SaveForm saves the form as it is typed. With Call set and no ID it makes the call's draft.
	SaveForm struct {
		ID   incident.ID
		Call string
		Rev  int
		Form Form
	}
	// Open makes an incident without a call, at the person's office, with its number. Reported is when it was reported:
	// zero is now; the judged clock runs from then.
	Open struct {
		Source   incident.Source
		Reported time.Time
		Form     Form
	}
	// Send gives an incident to an office without a live call.
	Send struct {
		ID incident.ID
		To office.ID
	}
	// Accept takes it for the person's office.
	Accept struct{ ID incident.ID }
	// Note writes something down.
	Note struct {
		ID   incident.ID
		Text string
	}
	// Picture keeps one that lies in the store already.
	Picture struct {
		ID      incident.ID
		Unit    incident.UnitID
		Hash    string
		Ref     string
		Type    string
		Bytes   int64
		Caption string
	}
	// AnswerCall: an operator saw to it that a crew talks with the reporter, or why not.
	AnswerCall struct {
		ID   incident.ID
		Unit incident.UnitID
		How  string
	}
	// JoinCall notes one more call about it.
	JoinCall struct {
		ID   incident.ID
		Call string
	}
	// Cancel ends it with a reason.
	Cancel struct {
		ID  incident.ID
		Why string
	}
	// Close ends it. Tell: the reporter is to be called with the result.
	Close struct {
		ID     incident.ID
		Result incident.Result
		Done   string
		Tell   bool
	}
	// Told: the reporter heard of the result.
	Told struct {
		ID  incident.ID
		How string
	}
	// Reopen goes on with it.
	Reopen struct {
		ID  incident.ID
		Why string
	}
	// HandOver offers it to another office, which must take it.
	HandOver struct {
		ID  incident.ID
		To  office.ID
		Why string
	}
	// TakeOver takes what was offered to the person's office.
	TakeOver struct{ ID incident.ID }
	// RefuseOver refuses that, or takes the own offer back.
	RefuseOver struct {
		ID  incident.ID
		Why string
	}
	// Link says that ID is the same as Into, which goes on for both.
	Link struct {
		ID   incident.ID
		Into incident.ID
	}
	// Unlink takes that back.
	Unlink struct{ ID incident.ID }
	// Restrict shuts it, or opens it again, and names who may see it.
	Restrict struct {
		ID    incident.ID
		Shut  bool
		Named []office.PersonID
	}
	// Assign sends units: all of them or none. Stack: those that have a job do this one next. Move: they leave it.
	Assign struct {
		ID    incident.ID
		Units []incident.UnitID
		Stack bool
		Move  bool
	}
	// Release takes a unit off.
	Release struct {
		ID   incident.ID
		Unit incident.UnitID
	}
	// Advance says how far a unit has come, as said by radio, phone or seen on a screen.
	Advance struct {
		ID   incident.ID
		Unit incident.UnitID
		Step incident.StepName
		Via  incident.Via
	}
	// Check: the unit on the scene is well.
	Check struct {
		ID   incident.ID
		Unit incident.UnitID
	}
	// Wait: no unit is free.
	Wait struct {
		ID  incident.ID
		Why string
	}
	// ShowReporter shows the reporter to a unit of the incident.
	ShowReporter struct {
		ID   incident.ID
		Unit incident.UnitID
		Why  string
	}
)

func (SaveForm) dispatchCommand()     {}
func (Open) dispatchCommand()         {}
func (Send) dispatchCommand()         {}
func (Accept) dispatchCommand()       {}
func (Note) dispatchCommand()         {}
func (Picture) dispatchCommand()      {}
func (AnswerCall) dispatchCommand()   {}
func (JoinCall) dispatchCommand()     {}
func (Cancel) dispatchCommand()       {}
func (Close) dispatchCommand()        {}
func (Told) dispatchCommand()         {}
func (Reopen) dispatchCommand()       {}
func (HandOver) dispatchCommand()     {}
func (TakeOver) dispatchCommand()     {}
func (RefuseOver) dispatchCommand()   {}
func (Link) dispatchCommand()         {}
func (Unlink) dispatchCommand()       {}
func (Restrict) dispatchCommand()     {}
func (Assign) dispatchCommand()       {}
func (Release) dispatchCommand()      {}
func (Advance) dispatchCommand()      {}
func (Check) dispatchCommand()        {}
func (Wait) dispatchCommand()         {}
func (ShowReporter) dispatchCommand() {}
