package dispatch

import (
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// PointView is a place on the earth, WGS 84 degrees.
type PointView struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Form is a report as screens type and show it.
type Form struct {
	Kind           string     `json:"kind" maxLength:"40"`
	Priority       int        `json:"priority" minimum:"0" maximum:"4"`
	Place          string     `json:"place" maxLength:"500"`
	At             *PointView `json:"at" required:"false"`
	Reporter       string     `json:"reporter" maxLength:"200"`
	ReporterNumber string     `json:"reporterNumber" maxLength:"40"`
	Protect        bool       `json:"protect"`
	Danger         *bool      `json:"danger" required:"false"`
	Weapons        string     `json:"weapons" maxLength:"200"`
	Injured        string     `json:"injured" maxLength:"200"`
	SuspectPresent *bool      `json:"suspectPresent" required:"false"`
	People         int        `json:"people" minimum:"0" maximum:"100000"`
	Vehicle        string     `json:"vehicle" maxLength:"200"`
	Office         office.ID  `json:"office"`
	Summary        string     `json:"summary" maxLength:"8000"`
}

// Card is an incident in a list: what its holder and its sender see.
type Card struct {
	ID           incident.ID     `json:"id"`
	No           string          `json:"no"`
	State        incident.Phase  `json:"state" enum:"DRAFT,SENT,ACCEPTED,CLOSED,NOT_VALID"`
	Office       office.ID       `json:"office"`
	Origin       office.ID       `json:"origin"`
	Call         string          `json:"call"`
	Kind         string          `json:"kind"`
	Priority     int             `json:"priority"`
	Place        string          `json:"place"`
	At           *PointView      `json:"at"`
	Reporter     string          `json:"reporter"`
	FirstRing    time.Time       `json:"firstRing"`
	PlaceKnownAt *time.Time      `json:"placeKnownAt"`
	SentAt       *time.Time      `json:"sentAt"`
	AcceptBy     *time.Time      `json:"acceptBy"`
	AcceptedAt   *time.Time      `json:"acceptedAt"`
	AcceptedBy   office.PersonID `json:"acceptedBy"`
	Escalated    incident.Level  `json:"escalated" enum:",chief,supervisor,mabes"`
	Unsure       bool            `json:"unsure"`
	ClosedAt     *time.Time      `json:"closedAt"`
	Result       incident.Result `json:"result"`
	Rev          int             `json:"rev"`
	Summary      string          `json:"summary"`
	Danger       bool            `json:"danger"`
}

// Line is one row of an incident's timeline.
type Line struct {
	At   time.Time       `json:"at"`
	Who  office.PersonID `json:"who"`
	What string          `json:"what"` // name of the event: "sent", "accepted", "noted", …
	Text string          `json:"text"`
}

// Full is an incident with everything.
type Full struct {
	Card
	Form     Form   `json:"report"`
	Done     string `json:"done"`
	Timeline []Line `json:"timeline" nullable:"false"`
}

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
	// Close ends it.
	Close struct {
		ID     incident.ID
		Result incident.Result
		Done   string
	}
)

func (SaveForm) dispatchCommand() {}
func (Send) dispatchCommand()     {}
func (Accept) dispatchCommand()   {}
func (Note) dispatchCommand()     {}
func (Close) dispatchCommand()    {}
