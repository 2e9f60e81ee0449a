package incident

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// Event is what happened to an incident; decoded for ever.
//
//sumtype:decl
type Event interface{ event() }

type (
	// Typed: the report was written or changed.
	Typed struct {
		At        time.Time       `json:"at"`
		ID        ID              `json:"id"`
		Call      string          `json:"call,omitempty"`
		Source    Source          `json:"source,omitempty"`
		FirstRing time.Time       `json:"firstRing"`
		Office    office.ID       `json:"office"`
		By        office.PersonID `json:"by"`
		Rev       int             `json:"rev"`
		Report    Report          `json:"report"`
	}
	// Numbered: the report number was issued. It never changes.
	Numbered struct {
		At time.Time `json:"at"`
		No string    `json:"no"`
	}
	// WasSent: the office has it now and must accept it by AcceptBy.
	WasSent struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		From     office.ID       `json:"from"`
		To       office.ID       `json:"to"`
		AcceptBy time.Time       `json:"acceptBy"`
		Unsure   bool            `json:"unsure,omitempty"`
	}
	// WasAccepted: the office works on it, and has a unit assigned by AssignBy.
	WasAccepted struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Office   office.ID       `json:"office"`
		AssignBy time.Time       `json:"assignBy,omitzero"`
	}
	// TargetSet: somebody must be there by ArriveBy.
	TargetSet struct {
		At       time.Time     `json:"at"`
		ArriveBy time.Time     `json:"arriveBy"`
		Arrive   time.Duration `json:"arrive"`
		Band     office.Metres `json:"band,omitempty"`
		Distance office.Metres `json:"distance,omitempty"`
		Known    bool          `json:"known,omitempty"`
		From     office.ID     `json:"from,omitempty"`
		Since    string        `json:"since,omitempty"`
	}
	// Noted: something was written down.
	Noted struct {
		Note Note `json:"note"`
	}
	// Pictured: a picture was kept.
	Pictured struct {
		Picture Picture `json:"picture"`
	}
	// CallAsked: a crew wants to talk with the reporter.
	CallAsked struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Unit   UnitID          `json:"unit"`
		Number office.Private  `json:"number"`
		Key    string          `json:"key,omitempty"`
	}
	// CallAnswered: an operator saw to it.
	CallAnswered struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		Unit UnitID          `json:"unit"`
		How  office.Private  `json:"how"`
	}
	// CallJoined: one more call about it.
	CallJoined struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		Call string          `json:"call"`
	}
	// Escalated: nobody accepted it in time; the level named is asked.
	Escalated struct {
		At     time.Time       `json:"at"`
		To     Level           `json:"to"`
		Until  time.Time       `json:"until"` // the next level is asked then; zero at the top
		Person office.PersonID `json:"person,omitempty"`
	}
	// StepMissed: a later step wasn't taken in time; the level named is asked.
	StepMissed struct {
		At     time.Time       `json:"at"`
		Step   StepName        `json:"step"`
		Unit   UnitID          `json:"unit,omitempty"`
		To     Level           `json:"to"`
		Person office.PersonID `json:"person,omitempty"`
		Until  time.Time       `json:"until,omitzero"`
	}
	// Dropped: the draft's call was not valid.
	Dropped struct {
		At time.Time       `json:"at"`
		By office.PersonID `json:"by"`
	}
	// WasCancelled: nothing more is done.
	WasCancelled struct {
		At  time.Time       `json:"at"`
		By  office.PersonID `json:"by"`
		Why office.Private  `json:"why"`
	}
	// WasClosed: it has a result.
	WasClosed struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Result Result          `json:"result"`
		Done   office.Private  `json:"done"`
		Tell   bool            `json:"tell,omitempty"` // the reporter is to hear of it
	}
	// WasTold: the reporter was told.
	WasTold struct {
		At  time.Time       `json:"at"`
		By  office.PersonID `json:"by"`
		How office.Private  `json:"how"`
	}
	// WasReopened: it goes on.
	WasReopened struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Office   office.ID       `json:"office"`
		Why      office.Private  `json:"why"`
		AssignBy time.Time       `json:"assignBy,omitzero"`
	}
	// HandoverOffered: another office is asked to take it; the giver holds it until then.
	HandoverOffered struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		From   office.ID       `json:"from"`
		To     office.ID       `json:"to"`
		Why    office.Private  `json:"why"`
		TakeBy time.Time       `json:"takeBy"`
	}
	// HandoverTaken: the other office has it.
	HandoverTaken struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		From     office.ID       `json:"from"`
		To       office.ID       `json:"to"`
		AssignBy time.Time       `json:"assignBy,omitzero"`
	}
	// HandoverEnded: refused, or taken back by its giver.
	HandoverEnded struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Office office.ID       `json:"office"` // of that person
		Why    office.Private  `json:"why"`
	}
	// WasLinked: it goes on in another.
	WasLinked struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		Into ID              `json:"into"`
	}
	// WasUnlinked: it goes on by itself.
	WasUnlinked struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		From ID              `json:"from"`
	}
	// WasJoined: this one goes on for another too.
	WasJoined struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		Other ID              `json:"other"`
		Calls []string        `json:"calls,omitempty"`
	}
	// WasParted: no more.
	WasParted struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		Other ID              `json:"other"`
	}
	// WasRestricted: who may see it.
	WasRestricted struct {
		At    time.Time         `json:"at"`
		By    office.PersonID   `json:"by"`
		Shut  bool              `json:"shut"`
		Named []office.PersonID `json:"named,omitempty"`
	}
	// ReporterShown: a unit was shown who the reporter is.
	ReporterShown struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		Unit UnitID          `json:"unit,omitempty"`
		Why  office.Private  `json:"why"`
	}
	// WasAssigned: a unit was sent, or it is the next on the unit's stack.
	WasAssigned struct {
		At      time.Time       `json:"at"`
		By      office.PersonID `json:"by"`
		Office  office.ID       `json:"office"`
		Unit    UnitID          `json:"unit"`
		Sign    string          `json:"sign,omitempty"`
		Lead    office.PersonID `json:"lead,omitempty"`
		Stacked bool            `json:"stacked,omitempty"`
		Next    time.Time       `json:"next,omitzero"` // it acknowledges by then
	}
	// Advanced: a unit took a step. Skipped: nobody said so, it follows from the step after.
	Advanced struct {
		At      time.Time       `json:"at"`
		By      office.PersonID `json:"by"`
		Via     Via             `json:"via"`
		Unit    UnitID          `json:"unit"`
		Step    StepName        `json:"step"`
		Skipped bool            `json:"skipped,omitempty"`
		Metres  *office.Metres  `json:"metres,omitempty"` // from the place, by its last position; nil: not known
		Far     bool            `json:"far,omitempty"`    // arrival was pressed somewhere else
		Next    time.Time       `json:"next,omitzero"`    // the step after is to be taken by then
	}
	// Proved: the unit's position was at the place.
	Proved struct {
		At     time.Time     `json:"at"`
		Unit   UnitID        `json:"unit"`
		Metres office.Metres `json:"metres"`
		Since  time.Time     `json:"since"`
	}
	// UnitTaken: a unit was taken off.
	UnitTaken struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Unit     UnitID          `json:"unit"`
		Why      string          `json:"why"`
		AssignBy time.Time       `json:"assignBy,omitzero"` // when no other is left
	}
	// Checked: the unit is well, and is asked again.
	Checked struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		Unit UnitID          `json:"unit"`
		Next time.Time       `json:"next"`
	}
	// Waits: no unit is free.
	Waits struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		Why   office.Private  `json:"why"`
		Until time.Time       `json:"until"`
	}
)

func (Typed) event()           {}
func (Numbered) event()        {}
func (WasSent) event()         {}
func (WasAccepted) event()     {}
func (TargetSet) event()       {}
func (Noted) event()           {}
func (Pictured) event()        {}
func (CallAsked) event()       {}
func (CallAnswered) event()    {}
func (CallJoined) event()      {}
func (Escalated) event()       {}
func (StepMissed) event()      {}
func (Dropped) event()         {}
func (WasCancelled) event()    {}
func (WasClosed) event()       {}
func (WasTold) event()         {}
func (WasReopened) event()     {}
func (HandoverOffered) event() {}
func (HandoverTaken) event()   {}
func (HandoverEnded) event()   {}
func (WasLinked) event()       {}
func (WasUnlinked) event()     {}
func (WasJoined) event()       {}
func (WasParted) event()       {}
func (WasRestricted) event()   {}
func (ReporterShown) event()   {}
func (WasAssigned) event()     {}
func (Advanced) event()        {}
func (Proved) event()          {}
func (UnitTaken) event()       {}
func (Checked) event()         {}
func (Waits) event()           {}
