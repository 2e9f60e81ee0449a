package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// This file is all that the phone of a patrol may do: what its own unit's job needs. Photos and spoken notes are in
// pictures.go.

// PhoneCode opens a phone: the code was read from a picture on the console, the PIN was said.
type PhoneCode struct {
	Code string `json:"code" minLength:"1" maxLength:"100"`
	PIN  string `json:"pin" minLength:"1" maxLength:"20"`
}

// PatrolSession is whose phone it is.
type PatrolSession struct {
	CSRF       string          `json:"csrf" doc:"for the header X-Siaga-Csrf of each command"`
	Person     office.PersonID `json:"person"`
	Name       string          `json:"name"`
	Unit       incident.UnitID `json:"unit"`
	Sign       string          `json:"sign" doc:"call sign"`
	Zone       string          `json:"zone" doc:"IANA name of the office's time zone"`
	Until      time.Time       `json:"until" doc:"the phone must be opened anew then"`
	ServerTime time.Time       `json:"serverTime"`
	PushKey    string          `json:"pushKey" doc:"of the server, for web push (RFC 8292); empty: there is none"`
	Version    string          `json:"version"`
}

type patrolOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      PatrolSession
}

// PressOf is what each press of a phone says of itself. It may come late: a phone keeps what it can't send.
type PressOf struct {
	Key       string     `json:"key,omitempty" maxLength:"64" doc:"made by the phone: the same again changes nothing, also days later"`
	PressedAt *time.Time `json:"pressedAt,omitempty" doc:"by the server's clock, as the phone knows it; now when left out, never in the future"`
}

func (p PressOf) press() dispatch.Press {
	out := dispatch.Press{Key: p.Key}
	if p.PressedAt != nil {
		out.At = *p.PressedAt
	}
	return out
}

// JobStep says how far the own job has come.
type JobStep struct {
	PressOf
	Incident incident.ID       `json:"incident" minLength:"1" maxLength:"100" doc:"the job that is meant: a late press changes no other"`
	Step     incident.StepName `json:"step" enum:"acknowledge,depart,arrive,done"`
	Where    *JobPosition      `json:"where,omitempty" doc:"where the phone was then"`
}

// JobNote is something to write down for the own job.
type JobNote struct {
	PressOf
	Incident incident.ID `json:"incident" minLength:"1" maxLength:"100"`
	Text     string      `json:"text" minLength:"1" maxLength:"4000"`
}

// JobPanic calls for help.
type JobPanic struct {
	PressOf
	At *dispatch.PointView `json:"at,omitempty" doc:"where the crew is; its last position when left out"`
}

// JobAsk asks who the reporter is.
type JobAsk struct {
	Incident incident.ID `json:"incident" minLength:"1" maxLength:"100"`
	Why      string      `json:"why" maxLength:"1000"`
}

// JobCall asks to be joined with the reporter by an operator.
type JobCall struct {
	PressOf
	Incident incident.ID `json:"incident" minLength:"1" maxLength:"100"`
	Number   string      `json:"number" minLength:"3" maxLength:"40" doc:"at which the crew is to be called"`
}

// JobPosition is where the phone is.
type JobPosition struct {
	At       dispatch.PointView `json:"at"`
	Time     time.Time          `json:"time" doc:"of the device"`
	Accuracy float64            `json:"accuracy" minimum:"0" doc:"metres"`
	Speed    *float64           `json:"speed,omitempty" doc:"m/s"`
	Heading  *float64           `json:"heading,omitempty" doc:"degrees from north"`
}

func (b JobPosition) fix() dispatch.Fix {
	f := dispatch.Fix{
		At: office.Point(b.At), Time: b.Time, Accuracy: office.Metres(b.Accuracy), Speed: -1, Heading: -1, Source: "page",
	}
	if b.Speed != nil {
		f.Speed = *b.Speed
	}
	if b.Heading != nil {
		f.Heading = *b.Heading
	}
	return f
}

func (s *Server) patrolOps() {
	signIn := operation(http.MethodPost, "/patrol/session", "Open the phone of a patrol with a code of the console and its PIN", rule{open: true, early: true, signIn: true})
	register(s, signIn, func(ctx context.Context, in *body[PhoneCode]) (*patrolOut, error) {
		if c := who(ctx); c != nil && c.Unit == "" { // else the console in this browser would be signed out unseen
			return nil, problem(http.StatusConflict, "console_here")
		}
		sess, token, err := s.cfg.Staff.SignInPhone(ctx, in.Body.Code, in.Body.PIN, addressOf(ctx))
		if errors.Is(err, staff.ErrWrong) {
			return nil, problem(http.StatusUnauthorized, "wrong_pin")
		}
		if err != nil {
			return nil, err
		}
		c := s.asCrew(&caller{Session: sess, token: token})
		if p := s.aboard(c); p != nil {
			s.cfg.Staff.SignOut(ctx, token)
			return nil, p
		}
		return &patrolOut{SetCookie: sessionCookie(token, sess.Until), Body: s.patrolSession(c)}, nil
	})
	own := rule{roles: patrol}
	register(s, operation(http.MethodGet, "/patrol/session", "Whose phone it is", own),
		func(ctx context.Context, _ *none) (*out[PatrolSession], error) {
			return &out[PatrolSession]{s.patrolSession(who(ctx))}, nil
		})
	s.jobOps()
	s.pushOps()
	s.leaderPushOps()
}

func (s *Server) patrolSession(c *caller) PatrolSession {
	p := PatrolSession{
		CSRF: c.CSRF, Person: c.Person.ID, Name: s.name(c.Person.ID), Until: c.Until.UTC(), ServerTime: s.cfg.Now().UTC(),
		Version: s.cfg.Version,
	}
	if u, ok := s.cfg.Dispatch.Unit(s.cfg.Dispatch.UnitOf(c.Person.ID)); ok {
		o, _ := s.cfg.Directory.Get(u.Home)
		p.Unit, p.Sign, p.Zone, p.Name = u.ID, u.Sign, o.Zone, s.mateName(u, c.Person.ID)
	}
	if s.cfg.Push != nil {
		p.PushKey = s.cfg.Push.Key()
	}
	return p
}

// mateName is what one of a crew is called, who may stand in the roster only.
func (s *Server) mateName(u dispatch.UnitCard, id office.PersonID) string {
	for _, m := range u.Crew {
		if m.Person == id {
			return m.Name
		}
	}
	return s.name(id)
}

// asCrew gives the phone of a unit its unit's office.
func (s *Server) asCrew(c *caller) *caller {
	if u, ok := s.cfg.Dispatch.Unit(incident.UnitID(c.Unit)); ok && c.Unit != "" {
		c.Person.Office = u.Home
	}
	return c
}

// aboard refuses a phone whose person is no longer in the crew that it was opened for.
func (s *Server) aboard(c *caller) *Problem {
	if c.Unit != "" && s.cfg.Dispatch.UnitOf(c.Person.ID) != incident.UnitID(c.Unit) {
		return problem(http.StatusUnauthorized, "not_aboard")
	}
	return nil
}

func job[B any](s *Server, path, summary string, do func(context.Context, office.PersonID, B) (dispatch.JobCard, error)) {
	register(s, operation(http.MethodPost, "/job/"+path, summary, rule{roles: patrol}),
		func(ctx context.Context, in *body[B]) (*out[dispatch.JobCard], error) {
			j, err := do(ctx, who(ctx).Person.ID, in.Body)
			return &out[dispatch.JobCard]{j}, err
		})
}

func (s *Server) jobOps() {
	d, own := s.cfg.Dispatch, rule{roles: patrol}
	register(s, operation(http.MethodGet, "/job", "The job of the own unit", own),
		func(ctx context.Context, _ *none) (*out[dispatch.JobCard], error) {
			j, err := d.Job(who(ctx).Person.ID)
			return &out[dispatch.JobCard]{j}, err
		})
	job(s, "step", "Say how far the own job has come", func(ctx context.Context, p office.PersonID, b JobStep) (dispatch.JobCard, error) {
		var at *dispatch.Fix
		if b.Where != nil {
			f := b.Where.fix()
			at = &f
		}
		return d.StepJob(ctx, p, b.Incident, b.Step, b.press(), at)
	})
	job(s, "notes", "Write something down for the own job", func(ctx context.Context, p office.PersonID, b JobNote) (dispatch.JobCard, error) {
		return d.NoteJob(ctx, p, b.Incident, b.Text, b.press())
	})
	job(s, "panic", "Call for help", func(ctx context.Context, p office.PersonID, b JobPanic) (dispatch.JobCard, error) {
		return d.PanicJob(ctx, p, b.At, b.press())
	})
	job(s, "call", "Ask an operator to call the reporter and the crew, and join them", func(ctx context.Context, p office.PersonID, b JobCall) (dispatch.JobCard, error) {
		n, ok := office.ParseNumber(b.Number)
		if !ok {
			return dispatch.JobCard{}, problem(http.StatusUnprocessableEntity, "bad_number")
		}
		return d.AskCallJob(ctx, p, b.Incident, n, b.press())
	})
	register(s, operation(http.MethodPost, "/job/reporter", "Ask who the reporter of the own job is; it is written down first", own),
		func(ctx context.Context, in *body[JobAsk]) (*out[dispatch.Reporter], error) {
			r, err := d.ReporterJob(ctx, who(ctx).Person.ID, in.Body.Incident, in.Body.Why)
			return &out[dispatch.Reporter]{r}, err
		})
	register(s, operation(http.MethodPost, "/job/position", "Say where the own unit is", own),
		func(ctx context.Context, in *body[JobPosition]) (*none, error) {
			f := in.Body.fix()
			f.Unit = d.UnitOf(who(ctx).Person.ID)
			return &none{}, d.Position(f)
		})
}
