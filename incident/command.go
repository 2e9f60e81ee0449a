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
		FirstRing time.Time
		By        office.PersonID
		Office    office.ID // of the person
		Rev       int
		Report    Report
	}
	// Send gives the incident to an office. No is the report number to issue if it has none yet.
	Send struct {
		At     time.Time
		By     office.PersonID
		From   office.ID
		To     office.ID
		No     string
		Unsure bool
	}
	// Accept: a person of the holding office takes it.
	Accept struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
	}
	// AddNote writes something down.
	AddNote struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Text   office.Private
	}
	// Drop: the call of this draft was not valid.
	Drop struct {
		At time.Time
		By office.PersonID
	}
	// Close ends it with a result and what was done.
	Close struct {
		At     time.Time
		By     office.PersonID
		Office office.ID
		Result Result
		Done   office.Private
	}
	// Tick looks at the deadline.
	Tick struct{ At time.Time }
)

func (Type) command()    {}
func (Send) command()    {}
func (Accept) command()  {}
func (AddNote) command() {}
func (Drop) command()    {}
func (Close) command()   {}
func (Tick) command()    {}

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
	// WasAccepted: the office works on it.
	WasAccepted struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Office office.ID       `json:"office"`
	}
	// Noted: something was written down.
	Noted struct {
		Note Note `json:"note"`
	}
	// Escalated: nobody accepted it in time; the level named is asked.
	Escalated struct {
		At    time.Time `json:"at"`
		To    Level     `json:"to"`
		Until time.Time `json:"until"` // the next level is asked then; zero at the top
	}
	// Dropped: the draft's call was not valid.
	Dropped struct {
		At time.Time       `json:"at"`
		By office.PersonID `json:"by"`
	}
	// WasClosed: it has a result.
	WasClosed struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Result Result          `json:"result"`
		Done   office.Private  `json:"done"`
	}
)

func (Typed) event()       {}
func (Numbered) event()    {}
func (WasSent) event()     {}
func (WasAccepted) event() {}
func (Noted) event()       {}
func (Escalated) event()   {}
func (Dropped) event()     {}
func (WasClosed) event()   {}

// Refusal is why a command was not done.
type Refusal struct {
	Code string // "not_yours", "closed", "result_needed", "changed", "not_now", "unit_taken", …
	Text string

	By       office.PersonID // who was first, when somebody was
	Incident ID              // what stands in the way, when something does
	Unit     UnitID
}

func (r *Refusal) Error() string { return r.Text }
