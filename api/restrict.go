package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// RestrictWish says who may see an incident.
type RestrictWish struct {
	Shut  bool              `json:"shut" doc:"seen only by those named and those who handle it; only a supervisor or chief opens it again"`
	Named []office.PersonID `json:"named" maxItems:"50" nullable:"false"`
}

// Reader is somebody who may read a restricted incident.
type Reader struct {
	ID   office.PersonID `json:"id"`
	Name string          `json:"name"`
	How  string          `json:"how" enum:"named,handles"`
}

// Colleague is somebody who can be named.
type Colleague struct {
	ID     office.PersonID `json:"id"`
	Name   string          `json:"name" doc:"rank and name"`
	Office office.ID       `json:"office"`
}

// restrictOps: who handles a restricted incident names those who may read it, such as the unit for women and children.
func (s *Server) restrictOps() {
	theirs := rule{roles: workers, of: incidentPath}
	register(s, operation(http.MethodPost, "/incidents/{id}/restrict", "Say who may see an incident", theirs),
		func(ctx context.Context, in *idBody[RestrictWish]) (*out[Incident], error) {
			c, wish := who(ctx), in.Body
			for _, p := range wish.Named {
				who, ok := s.cfg.Staff.Get(p)
				if !ok || !who.Active {
					return nil, problem(http.StatusUnprocessableEntity, "unknown_person")
				}
			}
			if c.Person.Role == office.Operator {
				wish.Shut = true // it is opened again by whoever answers for that
			}
			return s.dispatch(ctx, dispatch.Restrict{ID: incident.ID(in.ID), Shut: wish.Shut, Named: wish.Named})
		})
	register(s, operation(http.MethodGet, "/incidents/{id}/readers", "Who may read a restricted incident", theirs),
		func(_ context.Context, in *idPath) (*out[[]Reader], error) {
			list := []Reader{}
			named, hands := s.cfg.Dispatch.Readers(incident.ID(in.ID))
			for _, p := range named {
				list = append(list, Reader{ID: p, Name: s.name(p), How: "named"})
			}
			for _, p := range hands {
				if p != "system" {
					list = append(list, Reader{ID: p, Name: s.name(p), How: "handles"})
				}
			}
			return &out[[]Reader]{list}, nil
		})
	register(s, operation(http.MethodGet, "/colleagues", "Active people of the own office and those below it: who can be named", rule{roles: workers}),
		func(ctx context.Context, _ *none) (*out[[]Colleague], error) {
			list := []Colleague{}
			for _, o := range s.below(officeOf(ctx)) {
				for _, p := range s.cfg.Staff.People(o.ID) {
					if p.Active && p.Role != office.Administrator {
						list = append(list, Colleague{ID: p.ID, Name: s.name(p.ID), Office: p.Office})
					}
				}
			}
			return &out[[]Colleague]{list}, nil
		})
}
