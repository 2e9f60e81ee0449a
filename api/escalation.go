package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// EscalationContact is somebody who is called by phone when a step of an incident was missed and nobody acted on it.
type EscalationContact struct {
	Name   string `json:"name" minLength:"1" maxLength:"100" doc:"with rank"`
	Number string `json:"number" minLength:"3" maxLength:"40" doc:"of their own phone"`
}

// Escalation is who is called, in order.
type Escalation struct {
	Contacts []EscalationContact `json:"contacts" nullable:"false" maxItems:"10"`
}

func escalationView(s office.Settings) Escalation {
	e := Escalation{Contacts: []EscalationContact{}}
	for _, c := range s.Escalation {
		e.Contacts = append(e.Contacts, EscalationContact{Name: string(c.Name), Number: string(c.Number)})
	}
	return e
}

// escalationOps are apart from the other settings: these are people's own numbers, which operators needn't see.
func (s *Server) escalationOps() {
	theirs := rule{roles: chief, of: officePath}
	register(s, operation(http.MethodGet, "/offices/{id}/escalation", "Who of an office is called when a step was missed", theirs),
		func(_ context.Context, in *idPath) (*out[Escalation], error) {
			set, _ := s.cfg.Staff.Settings(office.ID(in.ID)) // the rule has seen that it is there
			return &out[Escalation]{escalationView(set)}, nil
		})
	register(s, operation(http.MethodPut, "/offices/{id}/escalation", "Say who of an office is called when a step was missed", theirs),
		func(ctx context.Context, in *idBody[Escalation]) (*out[Escalation], error) {
			id := office.ID(in.ID)
			set, _ := s.cfg.Staff.Settings(id)
			set.Escalation = nil
			for _, c := range in.Body.Contacts {
				set.Escalation = append(set.Escalation, office.Contact{Name: office.Private(c.Name), Number: office.Private(c.Number)})
			}
			list, err := office.CheckContacts(set.Escalation)
			if err != nil {
				return nil, s.problemOf(fmt.Errorf("%w: %w", staff.ErrInput, err))
			}
			set.Escalation = list
			if set, err = s.cfg.Staff.SetSettings(ctx, who(ctx).Person.ID, id, set); err != nil {
				return nil, s.problemOf(err)
			}
			if s.cfg.OnSettings != nil {
				s.cfg.OnSettings(id, set)
			}
			return &out[Escalation]{escalationView(set)}, nil
		})
}
