// Package roster says who serves where: people with rank, skills, orders and training, their moves between offices, the
// plan of each shift against who is present, and the handover between two shifts. It is pure: it reads no clock and no file.
package roster

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// ID names a person of the roster for ever, for example "rk3x9…". It tells nothing of them.
type ID string

// Day is a day of the calendar where the office is: "2026-11-23". Days compare as texts.
type Day string

// DayOf is the day of an instant at a place.
func DayOf(t time.Time, at *time.Location) Day { return Day(t.In(at).Format(time.DateOnly)) }

// Time is midnight, with which the day begins, at a place; false when it is no day.
func (d Day) Time(at *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, string(d), at)
	return t, err == nil
}

// Plus is so many days later; the day itself when it is no day.
func (d Day) Plus(days int) Day {
	t, ok := d.Time(time.UTC)
	if !ok {
		return d
	}
	return Day(t.AddDate(0, 0, days).Format(time.DateOnly))
}

// Order is a surat perintah: what it is called, and of which day.
type Order struct {
	No string `json:"no"` // "Sprin/1123/XI/HUK.6.6./2026"
	On Day    `json:"on,omitempty"`
}

// Mark is a training that somebody passed. Until is the last day on which it counts; empty: for ever.
type Mark struct {
	What  string `json:"what"`
	Until Day    `json:"until,omitempty"`
}

// Card is what is known of a person.
type Card struct {
	Name    office.Private   `json:"name"`
	Rank    string           `json:"rank"`
	NRP     office.Private   `json:"nrp"` // 8 digits of the Polri, 18 of civil servants
	Phone   office.Private   `json:"phone"`
	Skills  []incident.Skill `json:"skills,omitempty"`
	Sprin   []Order          `json:"sprin,omitempty"`
	Marks   []Mark           `json:"marks,omitempty"`
	Account office.PersonID  `json:"account,omitempty"` // with which they sign in, if they do
}

// Move is a mutasi: from the day on they belong to the other office.
type Move struct {
	From  office.ID `json:"from"`
	To    office.ID `json:"to"`
	On    Day       `json:"on"`
	Order string    `json:"order,omitempty"`
}

// Person is one of the roster.
type Person struct {
	ID     ID
	Home   office.ID // where they were entered
	Card   Card
	Moves  []Move // by day
	Left   bool
	LeftAt time.Time
}

// Office is where they belong on a day: the moves decide, also those that were entered before their day.
func (p Person) Office(d Day) office.ID {
	o := p.Home
	for _, m := range p.Moves {
		if m.On <= d {
			o = m.To
		}
	}
	return o
}

// Next is the first move after a day.
func (p Person) Next(d Day) (Move, bool) {
	for _, m := range p.Moves {
		if m.On > d {
			return m, true
		}
	}
	return Move{}, false
}

// Title is how people are called: "Bripka Sari".
func (p Person) Title() string { return strings.TrimSpace(p.Card.Rank + " " + string(p.Card.Name)) }

// Aboard is who a crew's list names for this person: the account, so that their phone shows the job, or else the roster's id.
func (p Person) Aboard() office.PersonID {
	if p.Card.Account != "" {
		return p.Card.Account
	}
	return office.PersonID(p.ID)
}

// Ending are the marks that end within so many days of a day, or have ended.
func (p Person) Ending(d Day, within int) []Mark {
	var list []Mark
	for _, m := range p.Card.Marks {
		if m.Until != "" && m.Until <= d.Plus(within) {
			list = append(list, m)
		}
	}
	return list
}

// Post is what some of a shift do: the crew of a unit, or, without one, the desks.
type Post struct {
	Unit   incident.UnitID `json:"unit,omitempty"`
	Lead   ID              `json:"lead,omitempty"`
	People []ID            `json:"people"`
}

// ShiftKey names a shift of an office.
type ShiftKey struct {
	Office office.ID
	Day    Day    // on which it begins
	Name   string // "pagi"
}

// Shift is the plan of one shift and who came.
type Shift struct {
	ShiftKey
	From, To time.Time
	Posts    []Post
	By       office.PersonID
	At       time.Time
	Came     map[ID]Came
}

// Came is that somebody came or didn't, as a person wrote it down.
type Came struct {
	Here bool
	Why  string // "sakit", "izin", …
	By   office.PersonID
	At   time.Time
}

// People are all whom the plan names, once.
func (s Shift) People() []ID {
	var list []ID
	for _, p := range s.Posts {
		for _, id := range p.People {
			if !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	return list
}

// Item is something open that goes over to the next shift.
type Item struct {
	Kind string         `json:"kind"` // "incident", "callback", "unit"
	Ref  string         `json:"ref"`  // its id
	No   string         `json:"no,omitempty"`
	Text office.Private `json:"text"`
}

// Handover is serah terima: who leaves signs, then who takes signs.
type Handover struct {
	ID     string
	Office office.ID
	Day    Day
	Shift  string
	Items  []Item
	More   int    // open items that were too many for the list
	Hash   string // hex SHA-256 over note and items, as both signed them
	Note   office.Private

	LeftBy  office.PersonID
	LeftAt  time.Time
	TakenBy office.PersonID // empty while nobody has
	TakenAt time.Time
	Reply   office.Private
	Over    string // why it was withdrawn
	OverAt  time.Time
}

// Open says whether somebody must still take it.
func (h Handover) Open() bool { return h.TakenBy == "" && h.Over == "" }

// State is the whole roster of a site.
type State struct {
	People    map[ID]Person
	Shifts    map[ShiftKey]Shift
	Handovers map[string]Handover
	byNRP     map[office.Private]ID
	byAccount map[office.PersonID]ID
}

// New is an empty roster.
func New() *State {
	return &State{
		People: map[ID]Person{}, Shifts: map[ShiftKey]Shift{}, Handovers: map[string]Handover{},
		byNRP: map[office.Private]ID{}, byAccount: map[office.PersonID]ID{},
	}
}

// ByNRP finds who has a number and serves still.
func (s *State) ByNRP(nrp office.Private) (Person, bool) {
	p, ok := s.People[s.byNRP[nrp]]
	return p, ok && !p.Left
}

// ByAccount finds whose account it is.
func (s *State) ByAccount(a office.PersonID) (Person, bool) {
	p, ok := s.People[s.byAccount[a]]
	return p, ok && !p.Left
}

// Of lists who belongs to an office on a day, by rank, the highest first, and name.
func (s *State) Of(o office.ID, d Day) []Person {
	var list []Person
	for _, p := range s.People {
		if !p.Left && p.Office(d) == o {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Person) int {
		return cmp.Or(cmp.Compare(rankOf(b.Card.Rank), rankOf(a.Card.Rank)), cmp.Compare(a.Card.Name, b.Card.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// ShiftsOf lists the shifts of an office that begin on one of some days, by their beginning.
func (s *State) ShiftsOf(o office.ID, from, to Day) []Shift {
	var list []Shift
	for k, sh := range s.Shifts {
		if k.Office == o && k.Day >= from && k.Day <= to && len(sh.Posts) > 0 {
			list = append(list, sh)
		}
	}
	slices.SortFunc(list, func(a, b Shift) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Name, b.Name)) })
	return list
}

// Now finds the shift of an office that an instant falls into, the one that began last.
func (s *State) Now(o office.ID, t time.Time) (Shift, bool) {
	var found Shift
	for k, sh := range s.Shifts {
		if k.Office == o && len(sh.Posts) > 0 && !sh.From.After(t) && sh.To.After(t) && (found.Name == "" || sh.From.After(found.From)) {
			found = sh
		}
	}
	return found, found.Name != ""
}

// Copy is the same people for trying something out; plans and handovers are shared with s, and not to be changed in it.
func (s *State) Copy() *State {
	return &State{
		People: maps.Clone(s.People), Shifts: s.Shifts, Handovers: s.Handovers, byNRP: maps.Clone(s.byNRP), byAccount: maps.Clone(s.byAccount),
	}
}
