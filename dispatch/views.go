package dispatch

import (
	"time"

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
	Against        office.ID  `json:"against" required:"false" doc:"office that a complaint is about: it never sees it"`
	Language       string     `json:"language" required:"false" enum:",id,bjn,jv,bug,vkt,day,mad,su,mak,min,ban,ace,bew,pmy,zh,en,sgn,lain" doc:"that the caller speaks best; empty: not noted"`
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
	Form     Form          `json:"report"`
	Done     string        `json:"done"`
	Pictures []PictureView `json:"pictures" nullable:"false"`
	Timeline []Line        `json:"timeline" nullable:"false"`
}
