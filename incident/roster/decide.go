package roster

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Refusal says why something isn't done. Code is for screens, which have it in Indonesian and English; Text for logs.
type Refusal struct{ Code, Text string }

func (r *Refusal) Error() string { return r.Text }

func refuse(code, text string) error { return &Refusal{Code: code, Text: text} }

// Who is the person who wants something.
type Who struct {
	Person office.PersonID
	Office office.ID
}

// Command is what a person wants of the roster. Each is decided with the time, who asks, and today where their office is.
//
//sumtype:decl
type Command interface{ rosterCommand() }

type (
	// Enter adds a person to an office.
	Enter struct {
		ID     ID
		Office office.ID
		Card   Card
	}
	// Change says anew what is known of a person.
	Change struct {
		ID   ID
		Card Card
	}
	// DoMove moves a person to another office from a day on.
	DoMove struct {
		ID    ID
		To    office.ID
		On    Day
		Order string
	}
	// TakeBack undoes a move whose day hasn't come.
	TakeBack struct {
		ID ID
		On Day
	}
	// Leave: the person serves no longer.
	Leave struct {
		ID  ID
		Why string
	}
	// Plan is who is to serve in a shift.
	Plan struct {
		Key      ShiftKey
		From, To time.Time
		Posts    []Post
	}
	// Attend: somebody of the plan came or didn't.
	Attend struct {
		Key  ShiftKey
		ID   ID
		Here bool
		Why  string
	}
	// HandOver: who leaves signs note and items. Hash covers them.
	HandOver struct {
		ID    string
		Key   ShiftKey
		Note  string
		Items []Item
		Hash  string
	}
	// Take: who takes over signs the same; Hash is of what they saw.
	Take struct {
		ID, Note, Hash string
	}
	// Withdraw makes a handover void that nobody has taken.
	Withdraw struct{ ID, Why string }
)

func (Enter) rosterCommand()    {}
func (Change) rosterCommand()   {}
func (DoMove) rosterCommand()   {}
func (TakeBack) rosterCommand() {}
func (Leave) rosterCommand()    {}
func (Plan) rosterCommand()     {}
func (Attend) rosterCommand()   {}
func (HandOver) rosterCommand() {}
func (Take) rosterCommand()     {}
func (Withdraw) rosterCommand() {}

// Decide says what happens. offices says who is above whom. An error is always a *Refusal.
func (s *State) Decide(cmd Command, who Who, now time.Time, offices *office.Directory) ([]Event, error) {
	d := decider{s: s, who: who, now: now, offices: offices, today: Today(now, who.Office, offices)}
	switch c := cmd.(type) {
	case Enter:
		return d.enter(c)
	case Change:
		return d.change(c)
	case DoMove:
		return d.move(c)
	case TakeBack:
		return d.takeBack(c)
	case Leave:
		if _, err := d.person(c.ID); err != nil {
			return nil, err
		}
		return []Event{Left{At: now, By: who.Person, ID: c.ID, Why: office.Private(c.Why)}}, nil
	case Plan:
		return d.plan(c)
	case Attend:
		return d.attend(c)
	case HandOver:
		return d.handOver(c)
	case Take:
		return d.take(c)
	case Withdraw:
		return d.withdraw(c)
	}
	return nil, refuse("not_now", "unknown command")
}

// Today is the day where an office is.
func Today(now time.Time, o office.ID, offices *office.Directory) Day {
	of, _ := offices.Get(o)
	return DayOf(now, of.Location())
}

type decider struct {
	s       *State
	who     Who
	now     time.Time
	today   Day
	offices *office.Directory
}

// person finds somebody whom the asker's office may touch: of its own, or below it, today.
func (d decider) person(id ID) (Person, error) {
	p, ok := d.s.People[id]
	if !ok || p.Left || !d.offices.CanRead(d.who.Office, p.Office(d.today)) {
		return p, refuse("unknown_person", "there is no such person in the roster")
	}
	return p, nil
}

func (d decider) enter(c Enter) ([]Event, error) {
	if _, ok := d.offices.Get(c.Office); !ok || !d.offices.CanRead(d.who.Office, c.Office) {
		return nil, refuse("unknown_office", "there is no office "+string(c.Office))
	}
	if _, had := d.s.People[c.ID]; had || c.ID == "" {
		return nil, refuse("bad_person", "a new person needs a new id")
	}
	card, err := d.check(c.ID, c.Card)
	if err != nil {
		return nil, err
	}
	return []Event{Entered{At: d.now, By: d.who.Person, ID: c.ID, Office: c.Office, Card: card}}, nil
}

func (d decider) change(c Change) ([]Event, error) {
	if _, err := d.person(c.ID); err != nil {
		return nil, err
	}
	card, err := d.check(c.ID, c.Card)
	if err != nil {
		return nil, err
	}
	return []Event{Changed{At: d.now, By: d.who.Person, ID: c.ID, Card: card}}, nil
}

// check brings a card into form; the error names the first thing that is wrong.
func (d decider) check(id ID, c Card) (Card, error) {
	c, fault := Tidy(c, d.today)
	if fault != nil {
		return c, refuse("bad_"+fault.Column, fault.EN)
	}
	if p, ok := d.s.ByNRP(c.NRP); ok && p.ID != id {
		return c, refuse("nrp_taken", "another person has this NRP")
	}
	if p, ok := d.s.ByAccount(c.Account); ok && p.ID != id {
		return c, refuse("account_taken", "this account belongs to another person of the roster")
	}
	return c, nil
}

// move: only an office that is above both may say so, as it is with the order on paper.
func (d decider) move(c DoMove) ([]Event, error) {
	p, err := d.person(c.ID)
	if err != nil {
		return nil, err
	}
	from := p.Office(c.On)
	_, ok := d.offices.Get(c.To)
	t, isDay := c.On.Time(time.UTC)
	switch {
	case !ok:
		return nil, refuse("unknown_office", "there is no office "+string(c.To))
	case !d.offices.CanRead(d.who.Office, c.To) || !d.offices.CanRead(d.who.Office, from):
		return nil, refuse("move_above", "an office that is above both offices enters the move")
	case !isDay || t.Year() < 1980:
		return nil, refuse("bad_day", "a move needs its day, like 2026-12-01")
	case c.On > d.today.Plus(366):
		return nil, refuse("bad_day", "the day of the move is more than a year ahead: check the year")
	case from == c.To:
		return nil, refuse("same_office", "the person belongs to that office on that day already")
	}
	return []Event{Moved{At: d.now, By: d.who.Person, ID: c.ID, Move: Move{From: from, To: c.To, On: c.On, Order: strings.TrimSpace(c.Order)}}}, nil
}

func (d decider) takeBack(c TakeBack) ([]Event, error) {
	p, err := d.person(c.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.Moves, func(m Move) bool { return m.On == c.On })
	switch {
	case i < 0:
		return nil, refuse("no_move", "there is no move on that day")
	case c.On <= d.today:
		return nil, refuse("moved_already", "the move's day has come: enter a move back")
	case !d.offices.CanRead(d.who.Office, p.Moves[i].To):
		return nil, refuse("move_above", "an office that is above both offices enters the move")
	}
	return []Event{Unmoved{At: d.now, By: d.who.Person, ID: c.ID, On: c.On}}, nil
}

func compare(a, b Day) int { return cmp.Compare(a, b) }
