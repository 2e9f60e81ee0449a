package incident

import (
	"slices"
	"strings"

	"github.com/siaga110/siaga/office"
)

// Report is what was typed. All words of people are private.
type Report struct {
	Kind           string         `json:"kind"`           // code of a Kind
	Priority       int            `json:"priority"`       // 1 (life) … 4; 0 not chosen: the kind's own
	Place          office.Private `json:"place"`          // as the caller says it
	At             office.Private `json:"at"`             // "lat,lng", empty when unknown
	Reporter       office.Private `json:"reporter"`       // name
	ReporterNumber office.Private `json:"reporterNumber"` // where to reach them
	Protect        bool           `json:"protect"`        // hide name and number from units, also on request
	Danger         *bool          `json:"danger"`         // in danger now; nil: not asked
	Weapons        office.Private `json:"weapons"`
	Injured        office.Private `json:"injured"`
	SuspectPresent *bool          `json:"suspectPresent"`
	People         int            `json:"people"` // how many people, 0 unknown
	Vehicle        office.Private `json:"vehicle"`
	Office         office.ID      `json:"office"`             // proposed Polres
	Summary        office.Private `json:"summary"`            // free words
	Against        office.ID      `json:"against,omitempty"`  // office that a complaint is about: it never sees it
	Language       office.Private `json:"language,omitempty"` // that the caller speaks best, a code of Languages; empty: not noted
}

// Empty says that nothing was typed.
func (r Report) Empty() bool { return r == Report{} }

// Equal says whether both say the same.
func (r Report) Equal(o Report) bool {
	same := func(a, b *bool) bool { return a == b || a != nil && b != nil && *a == *b }
	if !same(r.Danger, o.Danger) || !same(r.SuspectPresent, o.SuspectPresent) {
		return false
	}
	r.Danger, r.SuspectPresent, o.Danger, o.SuspectPresent = nil, nil, nil, nil
	return r == o
}

// PlaceKnown says whether a unit could be sent.
func (r Report) PlaceKnown() bool { return r.Place != "" || r.At != "" }

// InDanger says whether the caller said so: then nobody calls or texts them back.
func (r Report) InDanger() bool { return r.Danger != nil && *r.Danger }

// Restricted says whether the incident is seen only by those named and those who handle it: violence at home and
// sexual violence (UU 12/2022 69), and what a person has shut.
func (s State) Restricted() bool {
	return s.Shut || s.Report.Kind == "kdrt" || s.Report.Kind == "asusila"
}

// MaySee says whether a person may read a restricted incident. Others see that there is one, and its clocks.
func (s State) MaySee(p office.PersonID) bool {
	return !s.Restricted() || p != "" && (slices.Contains(s.Named, p) || slices.Contains(s.Hands, p))
}

// HiddenFrom says whether an office may not know of it: a complaint passes by the office that it is about, and all
// below that.
func (s State) HiddenFrom(offices *office.Directory, o office.ID) bool {
	return s.Class() == Complaint && s.Report.Against != "" && offices.Below(s.Report.Against, o)
}

// Standing is what a caller hears who gives the report number: no word of what was reported.
func (s State) Standing() string {
	switch s.Phase {
	case Draft, NotValid, "":
		return ""
	case Valid, Sent:
		return "diteruskan"
	case Accepted, Reopened:
		if !s.WaitingSince.IsZero() {
			return "menunggu_unit"
		}
		return "diterima"
	case Assigned:
		return "unit_ditugaskan"
	case EnRoute:
		return "unit_berangkat"
	case OnScene:
		return "unit_di_tempat"
	case Handled:
		return "ditangani"
	case Closed:
		return "selesai"
	case Cancelled:
		return "dibatalkan"
	case Linked:
		return "digabung"
	}
	return strings.ToLower(string(s.Phase))
}
