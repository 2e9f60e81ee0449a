package api

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
	"github.com/siaga110/siaga/view"
)

// Person is an account as screens see it.
type Person struct {
	ID     office.PersonID `json:"id"`
	User   string          `json:"user"`
	Name   string          `json:"name"`
	Rank   string          `json:"rank"`
	Office office.ID       `json:"office"`
	Role   office.Role     `json:"role" enum:"operator,supervisor,chief,administrator,patrol"`
	Active bool            `json:"active"`
}

func person(p staff.Person) Person {
	return Person{ID: p.ID, User: p.User, Name: p.Name, Rank: p.Rank, Office: p.Office, Role: p.Role, Active: p.Active}
}

// Office is a house of the police as screens see it.
type Office struct {
	ID       office.ID          `json:"id"`
	Kind     office.Kind        `json:"kind" enum:"mabes,polda,polres,polsek"`
	Parent   office.ID          `json:"parent" doc:"the office above; empty at the top"`
	Name     string             `json:"name"`
	Short    string             `json:"short"`
	Code     string             `json:"code"`
	Zone     string             `json:"zone" doc:"IANA name"`
	ZoneName string             `json:"zoneName" doc:"WIB, WITA or WIT"`
	Seats    []office.SeatID    `json:"seats" nullable:"false"`
	At       dispatch.PointView `json:"at"`
	Words    []string           `json:"words" nullable:"false" doc:"names of places, to propose an office for a typed place"`
}

func officeView(o office.Office, now time.Time) Office {
	return Office{
		ID: o.ID, Kind: o.Kind, Parent: o.Parent, Name: o.Name, Short: o.Short, Code: o.Code, Zone: o.Zone,
		ZoneName: o.ZoneName(now), Seats: o.SeatIDs(), At: dispatch.PointView{Lat: o.At.Lat, Lng: o.At.Lng},
		Words: append([]string{}, o.Words...),
	}
}

// Other is an office beside or above the own one: its name and nothing else.
type Other struct {
	ID     office.ID   `json:"id"`
	Kind   office.Kind `json:"kind" enum:"mabes,polda,polres,polsek"`
	Parent office.ID   `json:"parent"`
	Name   string      `json:"name"`
	Short  string      `json:"short"`
}

// Duty is where a person sits.
type Duty struct {
	Seat office.SeatID `json:"seat"`
}

// Session is who is signed in, and all that a screen needs to begin.
type Session struct {
	Person             Person    `json:"person"`
	Office             Office    `json:"office"`
	Offices            []Office  `json:"offices" nullable:"false" doc:"the own office and those below it"`
	Others             []Other   `json:"others" nullable:"false" doc:"all other offices: whom one may ask into a talk, or pass a call on to"`
	CSRF               string    `json:"csrf" doc:"for the header X-Siaga-Csrf of each command"`
	MustChangePassword bool      `json:"mustChangePassword" doc:"nothing else is allowed before"`
	Duty               *Duty     `json:"duty"`
	ServerTime         time.Time `json:"serverTime"`
	Until              time.Time `json:"until" doc:"the session ends then"`
	Boot               string    `json:"boot"`
	Version            string    `json:"version"`
}

// Settings are the times of an office, in milliseconds.
type Settings struct {
	TOfferMs      int64 `json:"tOfferMs" doc:"ring one operator, then the next"`
	TLevelMs      int64 `json:"tLevelMs" doc:"until the next level rings as well"`
	TTransferMs   int64 `json:"tTransferMs" doc:"ring the Polres, then take back"`
	TOrphanMs     int64 `json:"tOrphanMs" doc:"the own seat may come back"`
	TUnfinishedMs int64 `json:"tUnfinishedMs" doc:"to choose the outcome after the caller hung up"`
	TWrapMs       int64 `json:"tWrapMs" doc:"pause after a call; 0 means none"`
	TLeaveMs      int64 `json:"tLeaveMs" doc:"the Polda stays in the talk; 0 means it leaves at once"`
	TPiketMs      int64 `json:"tPiketMs" doc:"ring the piket phone"`
	TSilentMs     int64 `json:"tSilentMs" doc:"nobody speaks after the answer: the caller is asked to press five twice"`

	Piket string `json:"piket" doc:"number of the piket phone; empty: none"`
	Blind bool   `json:"blind" doc:"transfers from here: the caller hears an announcement until the answer"`
}

func settingsView(s office.Settings) Settings {
	ms := func(d time.Duration) int64 { return max(d.Milliseconds(), 0) }
	return Settings{
		TOfferMs: ms(s.TOffer), TLevelMs: ms(s.TLevel), TTransferMs: ms(s.TTransfer), TOrphanMs: ms(s.TOrphan),
		TUnfinishedMs: ms(s.TUnfinished), TWrapMs: ms(s.TWrap), TLeaveMs: ms(s.TLeave),
		TPiketMs: ms(s.TPiket), TSilentMs: ms(s.TSilent), Piket: s.Piket, Blind: s.Blind,
	}
}

// IncidentCard is an incident in a list.
type IncidentCard struct {
	dispatch.Card
	AcceptedByName string `json:"acceptedByName,omitempty" doc:"not in the stream"`
}

// IncidentLine is one row of an incident's timeline.
type IncidentLine struct {
	At   time.Time       `json:"at"`
	Who  office.PersonID `json:"who"`
	Name string          `json:"name"`
	What string          `json:"what"`
	Text string          `json:"text"`
}

// Incident is an incident with everything.
type Incident struct {
	IncidentCard
	Report   dispatch.Form          `json:"report"`
	Done     string                 `json:"done"`
	Pictures []dispatch.PictureView `json:"pictures" nullable:"false"`
	Timeline []IncidentLine         `json:"timeline" nullable:"false"`
}

func (s *Server) incident(f dispatch.Full) Incident {
	i := Incident{
		IncidentCard: IncidentCard{Card: f.Card, AcceptedByName: s.cfg.Staff.Name(f.AcceptedBy)},
		Report:       f.Form, Done: f.Done, Pictures: f.Pictures, Timeline: []IncidentLine{},
	}
	for _, l := range f.Timeline {
		i.Timeline = append(i.Timeline, IncidentLine{At: l.At, Who: l.Who, Name: s.name(l.Who), What: l.What, Text: l.Text})
	}
	return i
}

func (s *Server) name(id office.PersonID) string {
	if n := s.cfg.Staff.Name(id); n != "" {
		return n
	}
	return string(id)
}

func (s *Server) pastCard(c view.IncidentCard) IncidentCard {
	card := dispatch.CardOf(c.Whole, s.name)
	card.Summary = c.Summary
	return IncidentCard{AcceptedByName: c.AcceptedByName, Card: card}
}

func pastPoint(p *view.Point) *dispatch.PointView {
	if p == nil {
		return nil
	}
	return &dispatch.PointView{Lat: p.Lat, Lng: p.Lng}
}

func (s *Server) pastIncident(f view.IncidentFull) Incident {
	r := f.Form
	i := Incident{
		IncidentCard: s.pastCard(f.IncidentCard), Done: f.Done, Timeline: []IncidentLine{},
		Report: dispatch.Form{
			Kind: r.Kind, Priority: r.Priority, Place: r.Place, At: pastPoint(r.At), Reporter: r.Reporter,
			ReporterNumber: r.ReporterNumber, Protect: r.Protect, Danger: r.Danger, Weapons: r.Weapons, Injured: r.Injured,
			SuspectPresent: r.SuspectPresent, People: r.People, Vehicle: r.Vehicle, Office: r.Office, Summary: r.Summary,
			Against: f.Whole.Report.Against, Language: string(f.Whole.Report.Language),
		},
		Pictures: dispatch.PicturesOf(f.Whole),
	}
	for _, l := range f.Timeline {
		i.Timeline = append(i.Timeline, IncidentLine(l))
	}
	return i
}

// IncidentList is a part of a list, newest first. Next is the cursor of the next part, empty at the end.
type IncidentList struct {
	Items []IncidentCard `json:"items" nullable:"false"`
	Next  string         `json:"next"`
}

// Text is a sentence in both languages of the screens.
type Text struct {
	ID string `json:"id"`
	EN string `json:"en"`
}

// Alarm is something wrong with the machine. It says what to do.
type Alarm struct {
	Name  string    `json:"name"`
	Level string    `json:"level" enum:"warn,bad"`
	Since time.Time `json:"since"`
	Text  Text      `json:"text"`
	Todo  Text      `json:"todo"`
}

// OfficeFigures is one office's line on the wallboard.
type OfficeFigures struct {
	view.OfficeFigures
	PastTarget  int         `json:"pastTarget" doc:"emergencies beyond the promised arrival to which nobody has come"`
	OldestSince *time.Time  `json:"oldestSince" doc:"first ring of the emergency that has waited longest for somebody to come; null: none waits"`
	Target      PromiseView `json:"target" doc:"the office's own promise of today"`
}

// Wallboard are figures without names or numbers.
type Wallboard struct {
	desk.FloorView
	Name       string          `json:"name"`
	ServerTime time.Time       `json:"serverTime"`
	PerOffice  []OfficeFigures `json:"perOffice" nullable:"false"`
}

// below lists an office and those under it, in the directory's order.
func (s *Server) below(id office.ID) []office.Office {
	return slices.DeleteFunc(s.cfg.Directory.All(), func(o office.Office) bool { return !s.cfg.Directory.CanRead(id, o.ID) })
}
