package api

import (
	"context"
	"net/http"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

// UnitInput is what is known of a unit besides its crew and its job.
type UnitInput struct {
	Sign   string            `json:"sign" minLength:"1" maxLength:"60" doc:"call sign"`
	Plate  string            `json:"plate" maxLength:"20" doc:"number plate; empty for a foot patrol"`
	Kind   incident.UnitKind `json:"kind" enum:"motor,mobil,jalan_kaki,perahu"`
	Skills []incident.Skill  `json:"skills" maxItems:"20" nullable:"false" enum:"ppa,gegana,lantas,reskrim,sabhara,brimob,negosiator,medis,polairud"`
	Home   office.ID         `json:"home" maxLength:"100" doc:"office that it belongs to: the own one, or one below"`
}

func (u UnitInput) vehicle() incident.Vehicle {
	return incident.Vehicle{Sign: u.Sign, Plate: u.Plate, Kind: u.Kind, Skills: u.Skills, Home: u.Home}
}

// CrewInput is who is aboard; nobody ends the duty.
type CrewInput struct {
	Crew  []MateInput `json:"crew" maxItems:"20" nullable:"false"`
	Shift string      `json:"shift" maxLength:"60"`
	Until *time.Time  `json:"until,omitempty"`
}

// MateInput is one of a crew.
type MateInput struct {
	Person office.PersonID  `json:"person" minLength:"1" maxLength:"100"`
	Lead   bool             `json:"lead,omitempty"`
	Skills []incident.Skill `json:"skills,omitempty" maxItems:"20" enum:"ppa,gegana,lantas,reskrim,sabhara,brimob,negosiator,medis,polairud"`
}

// StatusInput says what a unit does.
type StatusInput struct {
	Status incident.UnitStatus `json:"status" enum:"OFF,READY,PATROL,ACKNOWLEDGED,EN_ROUTE,ON_SCENE,BUSY,BROKEN,RETURNING"`
	Via    incident.Via        `json:"via" enum:"radio,phone,screen"`
}

// PanicInput is where the crew is, when that is known.
type PanicInput struct {
	At *dispatch.PointView `json:"at,omitempty"`
}

func unitCommand[B any](s *Server, method, path, summary string, r rule, cmd func(incident.UnitID, B) dispatch.UnitCommand) {
	register(s, operation(method, "/units/{id}"+path, summary, r),
		func(ctx context.Context, in *idBody[B]) (*out[dispatch.UnitCard], error) {
			return s.unit(ctx, cmd(incident.UnitID(in.ID), in.Body))
		})
}

func (s *Server) unit(ctx context.Context, cmd dispatch.UnitCommand) (*out[dispatch.UnitCard], error) {
	card, err := s.cfg.Dispatch.DoUnit(ctx, who(ctx).dispatch(), cmd)
	return &out[dispatch.UnitCard]{card}, err
}

func (s *Server) unitOps() {
	takers, all, heads := rule{roles: callTakers, of: unitPath}, rule{roles: workers, of: unitPath}, rule{roles: leaders, of: unitPath}
	register(s, operation(http.MethodGet, "/units", "Units of an office and those below it", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *officeIn) (*out[[]dispatch.UnitCard], error) {
			return &out[[]dispatch.UnitCard]{s.cfg.Dispatch.Units(in.or(officeOf(ctx)))}, nil
		})
	register(s, operation(http.MethodPost, "/units", "Make a unit", rule{roles: leaders}),
		func(ctx context.Context, in *body[UnitInput]) (*out[dispatch.UnitCard], error) {
			return s.unit(ctx, dispatch.SetUnit{Vehicle: in.Body.vehicle()}) // dispatch sees whose office it is
		})
	unitCommand(s, http.MethodPut, "", "Change what is known of a unit", heads, func(id incident.UnitID, b UnitInput) dispatch.UnitCommand {
		return dispatch.SetUnit{ID: id, Vehicle: b.vehicle()}
	})
	register(s, operation(http.MethodDelete, "/units/{id}", "Take a unit out of service for good", heads),
		func(ctx context.Context, in *idPath) (*out[dispatch.UnitCard], error) {
			return s.unit(ctx, dispatch.RetireUnit{ID: incident.UnitID(in.ID)})
		})
	register(s, operation(http.MethodPut, "/units/{id}/crew", "Say who is aboard", takers),
		func(ctx context.Context, in *idBody[CrewInput]) (*out[dispatch.UnitCard], error) {
			c := dispatch.Man{ID: incident.UnitID(in.ID), Shift: in.Body.Shift}
			if in.Body.Until != nil {
				c.Until = *in.Body.Until
			}
			for _, m := range in.Body.Crew {
				p, ok := s.cfg.Staff.Get(m.Person)
				if !ok || !p.Active || s.mayRead(who(ctx), p.Office) != nil {
					return nil, problem(http.StatusNotFound, "not_found")
				}
				c.Crew = append(c.Crew, incident.Mate{Person: m.Person, Lead: m.Lead, Skills: m.Skills})
			}
			return s.unit(ctx, c)
		})
	unitCommand(s, http.MethodPost, "/status", "Say what a unit does", takers, func(id incident.UnitID, b StatusInput) dispatch.UnitCommand {
		return dispatch.SetStatus{ID: id, To: b.Status, Via: b.Via}
	})
	unitCommand(s, http.MethodPost, "/panic", "A crew calls for help by radio", all, func(id incident.UnitID, b PanicInput) dispatch.UnitCommand {
		return dispatch.Panic{ID: id, Via: incident.ByRadio, At: b.At}
	})
	register(s, operation(http.MethodPost, "/units/{id}/panic/see", "Take up a crew's call for help", all),
		func(ctx context.Context, in *idPath) (*out[dispatch.UnitCard], error) {
			return s.unit(ctx, dispatch.SeePanic{ID: incident.UnitID(in.ID)})
		})
	unitCommand(s, http.MethodPost, "/panic/clear", "End a crew's call for help, with what was found", all, func(id incident.UnitID, b NoteText) dispatch.UnitCommand {
		return dispatch.ClearPanic{ID: id, Note: b.Text}
	})
	register(s, operation(http.MethodGet, "/units/{id}/history", "What a unit did, newest first", all),
		func(ctx context.Context, in *struct {
			ID    string `path:"id" maxLength:"100"`
			Limit int    `query:"limit" minimum:"1" maximum:"200" doc:"50 when left out"`
		},
		) (*out[[]view.UnitLine], error) {
			list, err := s.cfg.View.UnitHistory(ctx, officeOf(ctx), incident.UnitID(in.ID), in.Limit)
			return &out[[]view.UnitLine]{list}, err
		})
}
