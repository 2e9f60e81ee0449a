// Package incident is the life of one incident, from the first key press to its closing, with its clocks and
// escalation: State, Command, Event, Decide, Apply and Deadline. It is pure. CALL.md §3 is its source.
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
	Draft    Phase = "DRAFT"     // typed at the Polda, nobody else sees it
	NotValid Phase = "NOT_VALID" // closed with the call that it was typed for
	Sent     Phase = "SENT"      // at an office that hasn't accepted it yet: AcceptBy runs
	Accepted Phase = "ACCEPTED"  // an office works on it
	Closed   Phase = "CLOSED"    // with a result
)

// Level says who is asked to accept an incident that nobody accepted.
type Level string

// The levels of escalation, in order.
const (
	NotEscalated Level = ""
	ToChief      Level = "chief"      // duty chief of the Polres
	ToSupervisor Level = "supervisor" // supervisor of the Polda
	ToMabes      Level = "mabes"
)

// Report is what was typed. All words of people are private.
type Report struct {
	Kind           string         `json:"kind"`           // code of a Kind
	Priority       int            `json:"priority"`       // 1 (life) … 4; 0 not chosen: the kind's own
	Place          office.Private `json:"place"`          // as the caller says it
	At             office.Private `json:"at"`             // "lat,lng", empty when unknown
	Reporter       office.Private `json:"reporter"`       // name
	ReporterNumber office.Private `json:"reporterNumber"` // where to reach them
	Protect        bool           `json:"protect"`        // hide name and number from units
	Danger         *bool          `json:"danger"`         // in danger now; nil: not asked
	Weapons        office.Private `json:"weapons"`
	Injured        office.Private `json:"injured"`
	SuspectPresent *bool          `json:"suspectPresent"`
	People         int            `json:"people"` // how many people, 0 unknown
	Vehicle        office.Private `json:"vehicle"`
	Office         office.ID      `json:"office"`  // proposed Polres
	Summary        office.Private `json:"summary"` // free words
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

// Note is something that was written down with its time.
type Note struct {
	At   time.Time       `json:"at"`
	By   office.PersonID `json:"by"`
	Text office.Private  `json:"text"`
}

// Result is how an incident was closed.
type Result string

// The results.
const (
	Handled   Result = "ditangani"
	Arrested  Result = "penangkapan"
	Settled   Result = "didamaikan"
	Filed     Result = "laporan_polisi"
	NotFound  Result = "tidak_ditemukan"
	Untrue    Result = "tidak_benar"
	Informed  Result = "informasi_diberikan"
	Forwarded Result = "dirujuk"
)

// Results lists them.
func Results() []Result {
	return []Result{Handled, Arrested, Settled, Filed, NotFound, Untrue, Informed, Forwarded}
}

// State is one incident, a value.
type State struct {
	ID     ID
	Call   string    // the call it was typed for, empty when there was none
	Origin office.ID // office that typed it
	Office office.ID // office that has it now: the holder of the ball
	Phase  Phase
	No     string // report number, empty for a draft
	Rev    int    // grows with every change of Report
	Report Report
	Notes  []Note

	FirstRing    time.Time // the judged clock, never reset
	PlaceKnownAt time.Time // zero while unknown
	SentAt       time.Time
	AcceptBy     time.Time // escalates then
	Escalated    Level
	AcceptedAt   time.Time
	AcceptedBy   office.PersonID
	Unsure       bool // sent by the system from an unfinished call: belum dipastikan
	ClosedAt     time.Time
	Result       Result
	Done         office.Private
}

// Open says whether somebody must still do something.
func (s State) Open() bool { return s.Phase == Sent || s.Phase == Accepted }

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

// Deadline is when the state wants a Tick: while nobody has accepted it.
func (s State) Deadline() (time.Time, bool) {
	return s.AcceptBy, s.Phase == Sent && !s.AcceptBy.IsZero()
}

// acceptWithin is T_accept: P1 30 s, others 60 s (CALL.md §1, 4; §3).
func acceptWithin(priority int) time.Duration {
	if priority == 1 {
		return 30 * time.Second
	}
	return 60 * time.Second
}

// next is the level above l, or l itself at the top.
func (l Level) next() Level {
	ladder := []Level{NotEscalated, ToChief, ToSupervisor, ToMabes}
	i := slices.Index(ladder, l)
	return ladder[min(i+1, len(ladder)-1)]
}
