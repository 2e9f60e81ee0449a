package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// Operations of the roster: people, their moves, and files of them. Who leads writes; names on duty are read by all who work
// (shifts.go).

// RosterPerson is a person of the roster, as their office's leaders see them.
type RosterPerson struct {
	ID     roster.ID        `json:"id"`
	Name   string           `json:"name"`
	Rank   string           `json:"rank"`
	NRP    string           `json:"nrp"`
	Phone  string           `json:"phone"`
	Skills []incident.Skill `json:"skills" nullable:"false"`
	Sprin  []roster.Order   `json:"sprin" nullable:"false"`
	Marks  []RosterMark     `json:"marks" nullable:"false"`
	User   string           `json:"user" doc:"of their account; empty: they don't sign in"`
	// AccountOffice differs from Office when the account stayed behind at a move.
	AccountOffice office.ID     `json:"accountOffice"`
	Office        office.ID     `json:"office" doc:"today"`
	Next          *roster.Move  `json:"next" doc:"a move that is still to come"`
	Moves         []roster.Move `json:"moves" nullable:"false"`
}

// RosterMark is a training. State is what a leader has to know.
type RosterMark struct {
	What  string     `json:"what"`
	Until roster.Day `json:"until" doc:"last day; empty: for ever"`
	State string     `json:"state" enum:"ok,soon,over" doc:"soon: within 60 days"`
}

// markSoon is how long before its end a training is to be renewed, in days.
const markSoon = 60

// RosterInput is what is known of a person. A new one belongs to Office.
type RosterInput struct {
	Office office.ID        `json:"office" maxLength:"100"`
	Name   string           `json:"name" maxLength:"200"`
	Rank   string           `json:"rank" maxLength:"40"`
	NRP    string           `json:"nrp" maxLength:"40"`
	Phone  string           `json:"phone" maxLength:"40"`
	Skills []incident.Skill `json:"skills" maxItems:"20" nullable:"false" enum:"ppa,gegana,lantas,reskrim,sabhara,brimob,negosiator,medis,polairud"`
	Sprin  []roster.Order   `json:"sprin" maxItems:"20" nullable:"false"`
	Marks  []roster.Mark    `json:"marks" maxItems:"40" nullable:"false"`
	User   string           `json:"user" maxLength:"40" doc:"of their account, if they have one"`
}

// MoveInput is a mutasi. An office that is above both offices enters it.
type MoveInput struct {
	To    office.ID  `json:"to" minLength:"1" maxLength:"100"`
	On    roster.Day `json:"on" minLength:"10" maxLength:"10" doc:"first day at the new office, like 2026-12-01"`
	Order string     `json:"order" maxLength:"120" doc:"number of the order"`
}

// WhyText says why.
type WhyText struct {
	Why string `json:"why" minLength:"1" maxLength:"500"`
}

func (c *caller) roster() roster.Who {
	return roster.Who{Person: c.Person.ID, Office: c.Person.Office}
}

// memberPath: a person of the roster who belongs to the office, or one below, today.
var memberPath = object{"member", func(s *Server, r *http.Request, c *caller) *Problem {
	p, ok := s.member(roster.ID(r.PathValue("id")))
	if !ok {
		return problem(http.StatusNotFound, "not_found")
	}
	return s.mayRead(c, p.Office(s.rosterDay(c.Person.Office)))
}}

func (s *Server) member(id roster.ID) (p roster.Person, ok bool) {
	s.cfg.Roster.See(func(st *roster.State) { p, ok = st.People[id] })
	return p, ok && !p.Left
}

// rosterDay is today where an office is.
func (s *Server) rosterDay(o office.ID) roster.Day {
	return roster.Today(s.cfg.Now(), o, s.cfg.Directory)
}

func (s *Server) rosterOps() {
	theirs := rule{roles: leaders, of: memberPath}
	register(s, operation(http.MethodGet, "/roster/people", "People of an office, the highest rank first", rule{roles: leaders, of: officeQuery}),
		func(ctx context.Context, in *officeIn) (*out[[]RosterPerson], error) {
			o := in.or(officeOf(ctx))
			s.noteRead(who(ctx), "roster", string(o), "")
			day := s.rosterDay(o)
			var people []roster.Person
			s.cfg.Roster.See(func(st *roster.State) { people = st.Of(o, day) })
			list := make([]RosterPerson, 0, len(people))
			for _, p := range people {
				list = append(list, s.rosterPerson(p))
			}
			return &out[[]RosterPerson]{list}, nil
		})
	register(s, operation(http.MethodPost, "/roster/people", "Enter a person", rule{roles: leaders}),
		func(ctx context.Context, in *body[RosterInput]) (*out[RosterPerson], error) {
			id := staff.NewRosterID()
			card, err := s.rosterCard(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return s.rosterDo(ctx, id, roster.Enter{ID: id, Office: in.Body.Office, Card: card}) // the roster sees whose office it is
		})
	register(s, operation(http.MethodPut, "/roster/people/{id}", "Change what is known of a person", theirs),
		func(ctx context.Context, in *idBody[RosterInput]) (*out[RosterPerson], error) {
			card, err := s.rosterCard(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return s.rosterDo(ctx, roster.ID(in.ID), roster.Change{ID: roster.ID(in.ID), Card: card})
		})
	register(s, operation(http.MethodPost, "/roster/people/{id}/move", "Move a person to another office from a day on", theirs),
		func(ctx context.Context, in *idBody[MoveInput]) (*out[RosterPerson], error) {
			return s.rosterDo(ctx, roster.ID(in.ID), roster.DoMove{ID: roster.ID(in.ID), To: in.Body.To, On: in.Body.On, Order: in.Body.Order})
		})
	register(s, operation(http.MethodDelete, "/roster/people/{id}/moves/{day}", "Take back a move whose day hasn't come", theirs),
		func(ctx context.Context, in *struct {
			ID  string     `path:"id" maxLength:"100"`
			Day roster.Day `path:"day" maxLength:"10"`
		},
		) (*out[RosterPerson], error) {
			return s.rosterDo(ctx, roster.ID(in.ID), roster.TakeBack{ID: roster.ID(in.ID), On: in.Day})
		})
	register(s, operation(http.MethodPost, "/roster/people/{id}/leave", "A person serves no longer", theirs),
		func(ctx context.Context, in *idBody[WhyText]) (*none, error) {
			return &none{}, s.cfg.Roster.Do(ctx, who(ctx).roster(), roster.Leave{ID: roster.ID(in.ID), Why: in.Body.Why})
		})
	s.rosterFileOps()
	s.shiftOps()
	s.handoverOps()
}

// rosterDo carries out a command about a person and answers with how they stand then.
func (s *Server) rosterDo(ctx context.Context, id roster.ID, cmd roster.Command) (*out[RosterPerson], error) {
	if err := s.cfg.Roster.Do(ctx, who(ctx).roster(), cmd); err != nil {
		return nil, err
	}
	p, _ := s.member(id)
	return &out[RosterPerson]{s.rosterPerson(p)}, nil
}

func (s *Server) rosterCard(ctx context.Context, in RosterInput) (roster.Card, error) {
	c := roster.Card{
		Name: office.Private(in.Name), Rank: in.Rank, NRP: office.Private(in.NRP), Phone: office.Private(in.Phone), Skills: in.Skills,
		Sprin: in.Sprin, Marks: in.Marks,
	}
	if in.User == "" {
		return c, nil
	}
	p, ok := s.cfg.Staff.ByUser(in.User)
	if !ok || !p.Active || s.mayRead(who(ctx), p.Office) != nil {
		return c, &roster.Refusal{Code: "unknown_account", Text: "there is no such account"}
	}
	c.Account = p.ID
	return c, nil
}

func (s *Server) rosterPerson(p roster.Person) RosterPerson {
	day := s.rosterDay(p.Home)
	v := RosterPerson{
		ID: p.ID, Name: string(p.Card.Name), Rank: p.Card.Rank, NRP: string(p.Card.NRP), Phone: string(p.Card.Phone),
		Skills: append([]incident.Skill{}, p.Card.Skills...), Sprin: append([]roster.Order{}, p.Card.Sprin...), Marks: []RosterMark{},
		Office: p.Office(day), Moves: append([]roster.Move{}, p.Moves...),
	}
	if v.Phone != "" && p.Card.Phone != office.Erased {
		v.Phone = office.Number(p.Card.Phone).Display()
	}
	if a, ok := s.cfg.Staff.Get(p.Card.Account); ok {
		v.User, v.AccountOffice = a.User, a.Office
	}
	for _, m := range p.Card.Marks {
		state := "ok"
		switch {
		case m.Until != "" && m.Until < day:
			state = "over"
		case m.Until != "" && m.Until <= day.Plus(markSoon):
			state = "soon"
		}
		v.Marks = append(v.Marks, RosterMark{What: m.What, Until: m.Until, State: state})
	}
	if m, ok := p.Next(day); ok {
		v.Next = &m
	}
	return v
}

// rosterProblem tells what the roster refuses.
func rosterProblem(err error) *Problem {
	var refused *roster.Refusal
	switch {
	case errors.Is(err, staff.ErrImportStale):
		p := problem(http.StatusConflict, "roster_changed")
		p.Detail = err.Error()
		return p
	case errors.As(err, &refused):
		p := problem(http.StatusConflict, "roster_"+refused.Code)
		switch refused.Code {
		case "unknown_person", "unknown_handover", "unknown_office":
			p = problem(http.StatusNotFound, "not_found")
		}
		p.Detail = refused.Text
		return p
	}
	return nil
}
