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

// NewIncident is a report that no call brought.
type NewIncident struct {
	Source   incident.Source `json:"source" enum:"walk_in,radio,callback"`
	Reported *time.Time      `json:"reported,omitempty" doc:"when it was reported, at most a day ago: the judged clock runs from then; now when left out"`
	Report   dispatch.Form   `json:"report"`
}

// UnitsWish says which units go. All of them or none.
type UnitsWish struct {
	Units []incident.UnitID `json:"units" minItems:"1" maxItems:"20" nullable:"false"`
	Stack bool              `json:"stack,omitempty" doc:"a unit that has a job does this one next"`
	Move  bool              `json:"move,omitempty" doc:"a unit that has a job leaves it for this one"`
}

// UnitRef names a unit.
type UnitRef struct {
	Unit incident.UnitID `json:"unit" minLength:"1" maxLength:"100"`
}

// UnitStep says how far a unit has come.
type UnitStep struct {
	Unit incident.UnitID   `json:"unit" minLength:"1" maxLength:"100"`
	Step incident.StepName `json:"step" enum:"acknowledge,depart,arrive,done"`
	Via  incident.Via      `json:"via" enum:"radio,phone,screen" doc:"how it was said"`
}

// Why is a reason.
type Why struct {
	Why string `json:"why" maxLength:"1000"`
}

// HandoverWish offers an incident to another office.
type HandoverWish struct {
	Office office.ID `json:"office" maxLength:"100"`
	Why    string    `json:"why" maxLength:"1000"`
}

// LinkWish says what an incident is the same as.
type LinkWish struct {
	Into incident.ID `json:"into" maxLength:"100"`
}

// CallRef names a call.
type CallRef struct {
	Call string `json:"call" minLength:"1" maxLength:"100"`
}

// Answer is what was said.
type Answer struct {
	How string `json:"how" maxLength:"1000"`
}

type responsesIn struct {
	OfficeIn
	From string `query:"from" maxLength:"10" required:"true" doc:"first day of the first rings, like 2026-11-23"`
	To   string `query:"to" maxLength:"10" required:"true"`
}

func incidentCommand[B any](s *Server, path, summary string, r rule, cmd func(incident.ID, B) dispatch.Command) {
	register(s, operation(http.MethodPost, "/incidents/{id}/"+path, summary, r),
		func(ctx context.Context, in *idBody[B]) (*out[Incident], error) {
			return s.dispatch(ctx, cmd(incident.ID(in.ID), in.Body))
		})
}

func (s *Server) dispatchOps() {
	takers, all := rule{roles: callTakers, of: incidentPath}, rule{roles: workers, of: incidentPath}
	register(s, operation(http.MethodPost, "/incidents", "Make an incident without a call, at the own office", rule{roles: callTakers}),
		func(ctx context.Context, in *body[NewIncident]) (*out[Incident], error) {
			c := dispatch.Open{Source: in.Body.Source, Form: in.Body.Report}
			if in.Body.Reported != nil {
				c.Reported = *in.Body.Reported
			}
			return s.dispatch(ctx, c)
		})
	incidentCommand(s, "assign", "Send units", takers, func(id incident.ID, b UnitsWish) dispatch.Command {
		return dispatch.Assign{ID: id, Units: b.Units, Stack: b.Stack, Move: b.Move}
	})
	incidentCommand(s, "release", "Take a unit off", takers, func(id incident.ID, b UnitRef) dispatch.Command {
		return dispatch.Release{ID: id, Unit: b.Unit}
	})
	incidentCommand(s, "step", "Say how far a unit has come", takers, func(id incident.ID, b UnitStep) dispatch.Command {
		return dispatch.Advance{ID: id, Unit: b.Unit, Step: b.Step, Via: b.Via}
	})
	incidentCommand(s, "check", "Say that a unit on the scene is well", takers, func(id incident.ID, b UnitRef) dispatch.Command {
		return dispatch.Check{ID: id, Unit: b.Unit}
	})
	incidentCommand(s, "wait", "Say that no unit can go now", takers, func(id incident.ID, b Why) dispatch.Command {
		return dispatch.Wait{ID: id, Why: b.Why}
	})
	incidentCommand(s, "cancel", "Cancel an incident", all, func(id incident.ID, b Why) dispatch.Command {
		return dispatch.Cancel{ID: id, Why: b.Why}
	})
	incidentCommand(s, "reopen", "Go on with an incident that was closed or cancelled", all, func(id incident.ID, b Why) dispatch.Command {
		return dispatch.Reopen{ID: id, Why: b.Why}
	})
	incidentCommand(s, "told", "Say that the reporter was told of the result", all, func(id incident.ID, b Answer) dispatch.Command {
		return dispatch.Told{ID: id, How: b.How}
	})
	incidentCommand(s, "hand-over", "Offer an incident to another office, which must take it", all, func(id incident.ID, b HandoverWish) dispatch.Command {
		return dispatch.HandOver{ID: id, To: b.Office, Why: b.Why}
	})
	offered := rule{roles: workers, of: incidentOffered}
	register(s, operation(http.MethodPost, "/incidents/{id}/take-over", "Take an incident that is offered to the own office", offered),
		func(ctx context.Context, in *idPath) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.TakeOver{ID: incident.ID(in.ID)})
		})
	register(s, operation(http.MethodPost, "/incidents/{id}/refuse-over", "Refuse an incident that is offered, or take the own offer back", offered),
		func(ctx context.Context, in *idBody[Why]) (*none, error) { // who refuses it has no hand in it
			_, err := s.cfg.Dispatch.Do(ctx, who(ctx).dispatch(), dispatch.RefuseOver{ID: incident.ID(in.ID), Why: in.Body.Why})
			return &none{}, err
		})
	incidentCommand(s, "link", "Say that it is the same as another, which goes on for both", takers, func(id incident.ID, b LinkWish) dispatch.Command {
		return dispatch.Link{ID: id, Into: b.Into}
	})
	register(s, operation(http.MethodPost, "/incidents/{id}/unlink", "Take a link back", takers),
		func(ctx context.Context, in *idPath) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.Unlink{ID: incident.ID(in.ID)})
		})
	register(s, operation(http.MethodPost, "/incidents/{id}/calls", "Note one more call about it", takers),
		func(ctx context.Context, in *idBody[CallRef]) (*out[Incident], error) {
			if p := s.mayReadCall(ctx, who(ctx), in.Body.Call); p != nil { // the call is in the body, which the rule doesn't see
				return nil, p
			}
			return s.dispatch(ctx, dispatch.JoinCall{ID: incident.ID(in.ID), Call: in.Body.Call})
		})
	register(s, operation(http.MethodGet, "/incidents/{id}/same", "Incidents that may be the same, the likeliest first", all),
		func(ctx context.Context, in *idPath) (*out[[]IncidentCard], error) {
			list := []IncidentCard{}
			for _, c := range s.cfg.Dispatch.Duplicates(who(ctx).dispatch(), incident.ID(in.ID)) {
				list = append(list, IncidentCard{Card: c, AcceptedByName: s.cfg.Staff.Name(c.AcceptedBy)})
			}
			return &out[[]IncidentCard]{list}, nil
		})
	register(s, operation(http.MethodGet, "/responses", "Arrivals at emergencies, judged from the first ring, per office", rule{roles: leaders, of: officeQuery}),
		func(ctx context.Context, in *responsesIn) (*out[[]view.ResponseTimes], error) {
			list, err := s.cfg.View.Responses(ctx, officeOf(ctx), in.or(officeOf(ctx)), in.From, in.To)
			return &out[[]view.ResponseTimes]{list}, err
		})
}
