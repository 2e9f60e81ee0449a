package incident

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// UnitCommand is what somebody wants of a unit. Each carries its time.
//
//sumtype:decl
type UnitCommand interface{ unitCommand() }

type (
	// Register makes a unit, or changes what is known of it.
	Register struct {
		At      time.Time
		By      office.PersonID
		ID      UnitID
		Vehicle Vehicle
	}
	// Retire takes a unit out of service for good.
	Retire struct {
		At time.Time
		By office.PersonID
	}
	// Man puts a crew aboard; an empty one ends the duty.
	Man struct {
		At    time.Time
		By    office.PersonID
		Crew  []Mate
		Shift string
		Until time.Time
	}
	// SetStatus says what the unit does when it has no job: Off, Ready, Patrol, Busy, Broken, Returning. Broken also
	// ends its job, which must go to another.
	SetStatus struct {
		At  time.Time
		By  office.PersonID
		Via Via
		To  UnitStatus
	}
	// GiveJob sends the unit to an incident. With Stack it may be the next one after the present job; with Move it leaves
	// the present job for this one.
	GiveJob struct {
		At       time.Time
		By       office.PersonID
		Incident ID
		No       string
		Stack    bool
		Move     bool
	}
	// StepTo says how far the present job has come: Acked, EnRoute or OnScene.
	StepTo struct {
		At       time.Time
		By       office.PersonID
		Via      Via
		Incident ID // the job that is meant
		To       UnitStatus
	}
	// EndJob says that the present job is done; the next of the stack begins.
	EndJob struct {
		At       time.Time
		By       office.PersonID
		Via      Via
		Incident ID
	}
	// TakeJob takes a job from the unit, the present one or one of the stack.
	TakeJob struct {
		At       time.Time
		By       office.PersonID
		Incident ID
		Why      string // "released", "reassigned", "closed", "cancelled", "broken", "restart"
	}
	// Panic calls for help.
	Panic struct {
		At    time.Time
		By    office.PersonID
		Via   Via
		Place office.Private
		Key   string // made by the phone that sends it
	}
	// SeePanic: a person at a console has taken it up.
	SeePanic struct {
		At time.Time
		By office.PersonID
	}
	// ClearPanic ends it, with what was found.
	ClearPanic struct {
		At   time.Time
		By   office.PersonID
		Note office.Private
	}
)

func (Register) unitCommand()   {}
func (Retire) unitCommand()     {}
func (Man) unitCommand()        {}
func (SetStatus) unitCommand()  {}
func (GiveJob) unitCommand()    {}
func (StepTo) unitCommand()     {}
func (EndJob) unitCommand()     {}
func (TakeJob) unitCommand()    {}
func (Panic) unitCommand()      {}
func (SeePanic) unitCommand()   {}
func (ClearPanic) unitCommand() {}

// UnitEvent is what happened to a unit; decoded for ever.
//
//sumtype:decl
type UnitEvent interface{ unitEvent() }

type (
	// UnitRegistered: what is known of it.
	UnitRegistered struct {
		At      time.Time       `json:"at"`
		By      office.PersonID `json:"by"`
		ID      UnitID          `json:"id"`
		Vehicle Vehicle         `json:"vehicle"`
	}
	// UnitRetired: out of service for good.
	UnitRetired struct {
		At time.Time       `json:"at"`
		By office.PersonID `json:"by"`
	}
	// UnitManned: who is aboard from now on.
	UnitManned struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		Crew  []Mate          `json:"crew"`
		Shift string          `json:"shift,omitempty"`
		Until time.Time       `json:"until,omitzero"`
	}
	// UnitStatusSet: it does this now. Skipped: nobody said so, it follows from what was said next.
	UnitStatusSet struct {
		At      time.Time       `json:"at"`
		By      office.PersonID `json:"by"`
		Via     Via             `json:"via"`
		To      UnitStatus      `json:"to"`
		Skipped bool            `json:"skipped,omitempty"`
	}
	// UnitSent: it has this job now.
	UnitSent struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Incident ID              `json:"incident"`
		No       string          `json:"no,omitempty"`
	}
	// UnitStacked: this job is its next.
	UnitStacked struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Incident ID              `json:"incident"`
		No       string          `json:"no,omitempty"`
	}
	// UnitFinished: the job is done.
	UnitFinished struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Via      Via             `json:"via"`
		Incident ID              `json:"incident"`
	}
	// UnitReleased: the job was taken from it.
	UnitReleased struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Incident ID              `json:"incident"`
		Why      string          `json:"why"`
	}
	// UnitPanicked: the crew calls for help.
	UnitPanicked struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		Via   Via             `json:"via"`
		Place office.Private  `json:"place"`
		Key   string          `json:"key,omitempty"`
	}
	// PanicSeen: a person has taken it up.
	PanicSeen struct {
		At time.Time       `json:"at"`
		By office.PersonID `json:"by"`
	}
	// PanicCleared: it is over.
	PanicCleared struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		Note office.Private  `json:"note"`
	}
)

func (UnitRegistered) unitEvent() {}
func (UnitRetired) unitEvent()    {}
func (UnitManned) unitEvent()     {}
func (UnitStatusSet) unitEvent()  {}
func (UnitSent) unitEvent()       {}
func (UnitStacked) unitEvent()    {}
func (UnitFinished) unitEvent()   {}
func (UnitReleased) unitEvent()   {}
func (UnitPanicked) unitEvent()   {}
func (PanicSeen) unitEvent()      {}
func (PanicCleared) unitEvent()   {}
