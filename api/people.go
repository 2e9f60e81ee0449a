package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// PersonInput is who gets an account.
type PersonInput struct {
	User   string      `json:"user" minLength:"2" maxLength:"40" doc:"small letters, digits, dots, dashes"`
	Name   string      `json:"name" minLength:"1" maxLength:"100"`
	Rank   string      `json:"rank" maxLength:"40"`
	Office office.ID   `json:"office"`
	Role   office.Role `json:"role" enum:"operator,supervisor,chief,administrator,patrol"`
}

// PersonChange is what is to be different; what is left out stays.
type PersonChange struct {
	Name   *string      `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Rank   *string      `json:"rank,omitempty" maxLength:"40"`
	Role   *office.Role `json:"role,omitempty" enum:"operator,supervisor,chief,administrator,patrol"`
	Active *bool        `json:"active,omitempty"`
}

// NewPerson is an account with the password that is shown once.
type NewPerson struct {
	Person          Person `json:"person"`
	OneTimePassword string `json:"oneTimePassword"`
}

// OneTimePassword is shown once.
type OneTimePassword struct {
	OneTimePassword string `json:"oneTimePassword"`
}

type officeIn struct {
	Office office.ID `query:"office" maxLength:"100" doc:"the own office when left out"`
}

// huma reads what is embedded in an input only when its name is exported.
type (
	OfficeIn = officeIn
	ListIn   = listIn
)

// or gives the office that is asked for, the own one when none is.
func (i officeIn) or(own office.ID) office.ID {
	if i.Office != "" {
		return i.Office
	}
	return own
}

// takeOff frees the seat of somebody whose account was closed. Their socket has ended; a call that is there becomes an
// orphan and is offered to others, and the seat is freed by hand later.
func (s *Server) takeOff(ctx context.Context, p staff.Person) {
	seat := s.cfg.Desk.SeatOf(p.ID)
	if seat == "" {
		return
	}
	by := who(ctx).desk()
	by.Office, by.Role = p.Office, office.Supervisor // the desk knows no administrators
	if _, err := s.cfg.Desk.Do(ctx, by, desk.ForceOff{Seat: seat, Reason: "akun_ditutup"}); err != nil {
		s.cfg.Log.Warn("the seat of a closed account could not be freed", "seat", seat, "err", err)
	}
}

func (s *Server) peopleOps() {
	register(s, operation(http.MethodGet, "/people", "Accounts of an office", rule{roles: admin, of: officeQuery}),
		func(ctx context.Context, in *officeIn) (*out[[]Person], error) {
			o := in.or(officeOf(ctx))
			list := []Person{}
			for _, p := range s.cfg.Staff.People(o) {
				list = append(list, person(p))
			}
			s.noteRead(who(ctx), "people", string(o), "")
			return &out[[]Person]{list}, nil
		})
	register(s, operation(http.MethodPost, "/people", "Make an account", rule{roles: admin}),
		func(ctx context.Context, in *body[PersonInput]) (*out[NewPerson], error) {
			b := in.Body
			if p := s.mayRead(who(ctx), b.Office); p != nil { // the office is in the body, which the rule doesn't see
				return nil, p
			}
			p, password, err := s.cfg.Staff.Create(ctx, who(ctx).Person.ID, staff.NewPerson{
				User: b.User, Name: b.Name, Rank: b.Rank, Office: b.Office, Role: b.Role,
			})
			return &out[NewPerson]{NewPerson{Person: person(p), OneTimePassword: password}}, err
		})
	register(s, operation(http.MethodPatch, "/people/{id}", "Change an account", rule{roles: admin, of: personPath}),
		func(ctx context.Context, in *idBody[PersonChange]) (*out[Person], error) {
			b := in.Body
			p, err := s.cfg.Staff.Update(ctx, who(ctx).Person.ID, office.PersonID(in.ID), staff.Change{
				Name: b.Name, Rank: b.Rank, Role: b.Role, Active: b.Active,
			})
			if err == nil && !p.Active {
				s.takeOff(ctx, p)
			}
			return &out[Person]{person(p)}, err
		})
	register(s, operation(http.MethodPost, "/people/{id}/password", "Give a new one-time password", rule{roles: admin, of: personPath}),
		func(ctx context.Context, in *idPath) (*out[OneTimePassword], error) {
			password, err := s.cfg.Staff.ResetPassword(ctx, who(ctx).Person.ID, office.PersonID(in.ID))
			return &out[OneTimePassword]{OneTimePassword{password}}, err
		})
}
