package incident

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// Command is what somebody wants of an incident. Each carries its time.
//
//sumtype:decl
type Command interface{ command() }

type (
	// Type saves what was typed. It makes the draft at the first key press. Rev is what the screen had last seen.
	Type struct {
		At        time.Time
		ID        ID
		Call      string
		Source    Source
		FirstRing time.Time // or when it was reported, without a call
		By        office.PersonID
		Office    office.ID // of the person
		Rev       int
		Report    Report
	}
	// Number gives a valid draft its report number, and nobody yet.
	Number struct {
		At time.Time
		By office.PersonID
		No string
	}
	// Send gives the incident to an office. No is the report number to issue if it has none yet. Within is T_accept;
	// zero: the national one.
	Send struct {
		At     time.Time
		By     office.PersonID
		From   office.ID
		To     office.ID
		No     string
		Unsure bool
		Within time.Duration
	}
	// Accept: a person of the holding office takes it. Within is T_assign, zero when no unit is asked for.
	Accept struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Within time.Duration
	}
	// SetTarget says by when somebody must be there.
	SetTarget struct {
		At     time.Time
		Target Target
	}
	// AddNote writes something down.
	AddNote struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Text   office.Private
		// Key is made by the phone that sends it, so that a lost answer doesn't write it twice. What has one may come late:
		// written before the incident ended, it still belongs to it.
		Key string
	}
	// AddPicture keeps one.
	AddPicture struct {
		At      time.Time
		Picture Picture
	}
	// AskCall: a crew wants to talk with the reporter through 110.
	AskCall struct {
		At     time.Time
		By     office.PersonID
		Unit   UnitID
		Number office.Private // at which the crew is to be called
		Key    string
	}
	// AnswerCall: an operator saw to it, How says with what result.
	AnswerCall struct {
		At   time.Time
		By   office.PersonID
		Unit UnitID
		How  office.Private
	}
	// JoinCall: one more call about it.
	JoinCall struct {
		At   time.Time
		By   office.PersonID
		Call string
	}
	// Drop: the call of this draft was not valid.
	Drop struct {
		At time.Time
		By office.PersonID
	}
	// Cancel ends it with a reason before anything was done.
	Cancel struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Why    office.Private
	}
	// Close ends it with a result and what was done. Tell: the reporter is to hear of it.
	Close struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Result Result
		Done   office.Private
		Tell   bool
	}
	// Told: the reporter heard of the result, or can't be reached.
	Told struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		How    office.Private
	}
	// Reopen goes on with what was closed or cancelled.
	Reopen struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Why    office.Private
		Within time.Duration // T_assign
	}
	// HandOver offers it to another office, which must take it.
	HandOver struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		To     office.ID
		Why    office.Private
		Within time.Duration // T_accept
	}
	// TakeOver takes what was offered.
	TakeOver struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Within time.Duration // T_assign
	}
	// RefuseOver refuses what was offered; the giver takes its offer back in the same way.
	RefuseOver struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Why    office.Private
	}
	// Link says that this incident is the same as Into, which goes on for both.
	Link struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Into   ID
	}
	// Unlink takes that back.
	Unlink struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
	}
	// Join tells the other side of Link: this one goes on for Other too, with its calls.
	Join struct {
		At    time.Time
		By    office.PersonID
		Other ID
		Calls []string
	}
	// Part tells the other side of Unlink.
	Part struct {
		At    time.Time
		By    office.PersonID
		Other ID
	}
	// Restrict shuts it, or opens it again, and names who may see it.
	Restrict struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Shut   bool
		Named  []office.PersonID
	}
	// ShowReporter shows a unit the reporter's name and number.
	ShowReporter struct {
		At   time.Time
		By   office.PersonID
		Unit UnitID
		Why  office.Private
	}
	// Tick looks at the deadlines. It carries who would be asked at each level, empty when nobody of it is on duty.
	Tick struct {
		At         time.Time
		Chief      office.PersonID
		Supervisor office.PersonID
		Mabes      office.PersonID
	}
)

// Of units, see assign.go.
type (
	// Assign sends a unit, or puts it on its stack. Within is how long it may take to acknowledge.
	Assign struct {
		At      time.Time
		By      office.PersonID
		Office  office.ID
		Unit    UnitID
		Sign    string
		Lead    office.PersonID
		Stacked bool
		Within  time.Duration
	}
	// Advance says how far a unit has come: StepAck, StepDepart, StepArrive, StepDone.
	Advance struct {
		At   time.Time
		By   office.PersonID
		Via  Via
		Unit UnitID
		Step StepName
		// Metres is how far from the place it is by its last position, when Located.
		Metres  office.Metres
		Located bool
		Within  time.Duration // for the next step
	}
	// Prove: the unit's position was at the place. Metres and Since say how near, from when on.
	Prove struct {
		At     time.Time
		Unit   UnitID
		Metres office.Metres
		Since  time.Time
	}
	// Take takes a unit off.
	Take struct {
		At     time.Time
		By     office.PersonID
		Unit   UnitID
		Why    string
		Within time.Duration // to assign another, when none is left
	}
	// Check: the unit on the scene is well. Within is when it is asked again.
	Check struct {
		At     time.Time
		By     office.PersonID
		Unit   UnitID
		Within time.Duration
	}
	// Wait: no unit is free. It is looked at again then.
	Wait struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Why    office.Private
		Within time.Duration
	}
)

func (Type) command()         {}
func (Number) command()       {}
func (Send) command()         {}
func (Accept) command()       {}
func (SetTarget) command()    {}
func (AddNote) command()      {}
func (AddPicture) command()   {}
func (AskCall) command()      {}
func (AnswerCall) command()   {}
func (JoinCall) command()     {}
func (Drop) command()         {}
func (Cancel) command()       {}
func (Close) command()        {}
func (Told) command()         {}
func (Reopen) command()       {}
func (HandOver) command()     {}
func (TakeOver) command()     {}
func (RefuseOver) command()   {}
func (Link) command()         {}
func (Unlink) command()       {}
func (Join) command()         {}
func (Part) command()         {}
func (Restrict) command()     {}
func (ShowReporter) command() {}
func (Tick) command()         {}
func (Assign) command()       {}
func (Advance) command()      {}
func (Prove) command()        {}
func (Take) command()         {}
func (Check) command()        {}
func (Wait) command()         {}

// Refusal is why a command was not done.
type Refusal struct {
	Code string // "not_yours", "closed", "result_needed", "changed", "not_now", "unit_taken", …
	Text string

	By       office.PersonID // who was first, when somebody was
	Incident ID              // what stands in the way, when something does
	Unit     UnitID
}

func (r *Refusal) Error() string { return r.Text }
