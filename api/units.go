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
	s.jobOps()
}

// JobStep says how far the own job has come.
type JobStep struct {
	Incident incident.ID       `json:"incident" minLength:"1" maxLength:"100" doc:"the job that is meant: a late press changes no other"`
	Step     incident.StepName `json:"step" enum:"acknowledge,depart,arrive,done"`
}

// JobNote is something to write down for the own job.
type JobNote struct {
	Incident incident.ID `json:"incident" minLength:"1" maxLength:"100"`
	Text     string      `json:"text" minLength:"1" maxLength:"4000"`
}

// JobAsk asks who the reporter is.
type JobAsk struct {
	Incident incident.ID `json:"incident" minLength:"1" maxLength:"100"`
	Why      string      `json:"why" maxLength:"1000"`
}

// JobPosition is where the phone is.
type JobPosition struct {
	At       dispatch.PointView `json:"at"`
	Time     time.Time          `json:"time" doc:"of the device"`
	Accuracy float64            `json:"accuracy" minimum:"0" doc:"metres"`
	Speed    *float64           `json:"speed,omitempty" doc:"m/s"`
	Heading  *float64           `json:"heading,omitempty" doc:"degrees from north"`
}

// jobOps are all that a patrol may do, besides signing in: what its own unit's job needs.
func (s *Server) jobOps() {
	own := rule{roles: patrol}
	register(s, operation(http.MethodGet, "/job", "The job of the own unit", own),
		func(ctx context.Context, _ *none) (*out[dispatch.JobCard], error) {
			j, err := s.cfg.Dispatch.Job(who(ctx).Person.ID)
			return &out[dispatch.JobCard]{j}, err
		})
	register(s, operation(http.MethodPost, "/job/step", "Say how far the own job has come", own),
		func(ctx context.Context, in *body[JobStep]) (*out[dispatch.JobCard], error) {
			j, err := s.cfg.Dispatch.StepJob(ctx, who(ctx).Person.ID, in.Body.Incident, in.Body.Step)
			return &out[dispatch.JobCard]{j}, err
		})
	register(s, operation(http.MethodPost, "/job/notes", "Write something down for the own job", own),
		func(ctx context.Context, in *body[JobNote]) (*out[dispatch.JobCard], error) {
			j, err := s.cfg.Dispatch.NoteJob(ctx, who(ctx).Person.ID, in.Body.Incident, in.Body.Text)
			return &out[dispatch.JobCard]{j}, err
		})
	register(s, operation(http.MethodPost, "/job/panic", "Call for help", own),
		func(ctx context.Context, in *body[PanicInput]) (*out[dispatch.JobCard], error) {
			j, err := s.cfg.Dispatch.PanicJob(ctx, who(ctx).Person.ID, in.Body.At)
			return &out[dispatch.JobCard]{j}, err
		})
	register(s, operation(http.MethodPost, "/job/reporter", "Ask who the reporter of the own job is; it is written down first", own),
		func(ctx context.Context, in *body[JobAsk]) (*out[dispatch.Reporter], error) {
			r, err := s.cfg.Dispatch.ReporterJob(ctx, who(ctx).Person.ID, in.Body.Incident, in.Body.Why)
			return &out[dispatch.Reporter]{r}, err
		})
	register(s, operation(http.MethodPost, "/job/position", "Say where the own unit is", own),
		func(ctx context.Context, in *body[JobPosition]) (*none, error) {
			b := in.Body
			f := dispatch.Fix{
				Unit: s.cfg.Dispatch.UnitOf(who(ctx).Person.ID), At: office.Point(b.At), Time: b.Time, Accuracy: office.Metres(b.Accuracy),
				Speed: -1, Heading: -1, Source: "page",
			}
			if b.Speed != nil {
				f.Speed = *b.Speed
			}
			if b.Heading != nil {
				f.Heading = *b.Heading
			}
			return &none{}, s.cfg.Dispatch.Position(f)
		})
}
