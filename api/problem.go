package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch/push"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
	"github.com/siaga110/siaga/view"
)

// Problem is why something was not done (RFC 9457), with a code for machines and a sentence for people.
type Problem struct {
	Title  string              `json:"title"`
	Status int                 `json:"status"`
	Detail string              `json:"detail,omitempty" doc:"for developers, English"`
	Code   string              `json:"code" doc:"for machines"`
	Text   Text                `json:"text" doc:"for people"`
	Errors []*huma.ErrorDetail `json:"errors,omitempty" doc:"what is wrong with the request, one by one"`
	// Fields says to people what is wrong with single fields.
	Fields []FieldProblem `json:"fields,omitempty"`
	// By is who was faster, or who has it.
	By *desk.Person `json:"by,omitempty"`
	// RetryAfterS is when to try again.
	RetryAfterS int `json:"retryAfterS,omitempty"`
	// Stands is the incident that stands in the way.
	Stands incident.ID `json:"stands,omitempty"`
	// Incident is how the report stands, when somebody else changed it meanwhile.
	Incident *Incident `json:"incident,omitempty"`
}

// FieldProblem is what is wrong with one field, for people.
type FieldProblem struct {
	Field string `json:"field"`
	Text  Text   `json:"text"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType marks it as a problem (RFC 9457 3).
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders tells machines when to come again (RFC 9110 10.2.3).
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfterS > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfterS))
	}
	return h
}

func problem(status int, code string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Text: textOf(code)}
}

// write sends a problem where huma doesn't.
func write(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	for k, v := range p.GetHeaders() {
		h[k] = v
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the browser went away: nothing to do
}

// speakOurProblems makes huma's own errors (bad JSON, a field out of range) problems of ours. huma knows only one way
// of error for the whole process.
var speakOurProblems = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false // lists are never null
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		code := "bad_input"
		switch {
		case status == http.StatusRequestEntityTooLarge:
			code = "too_large"
		case status == http.StatusRequestTimeout:
			code = "slow"
		case status == http.StatusUnsupportedMediaType, status == http.StatusNotAcceptable:
			code = "bad_type"
		case status >= http.StatusInternalServerError:
			code = "internal"
		}
		p := problem(status, code)
		p.Detail = msg
		for _, err := range errs {
			if d, ok := err.(huma.ErrorDetailer); ok {
				detail := *d.ErrorDetail()
				detail.Value = nil // what was typed goes into no log of whoever sees the answer
				p.Errors = append(p.Errors, &detail)
			} else if err != nil && status < http.StatusInternalServerError {
				p.Errors = append(p.Errors, &huma.ErrorDetail{Message: err.Error()})
			}
		}
		return p
	}
})

// problemOf tells an error of a room to people; nil for nil. What nobody can do anything about is logged here.
func (s *Server) problemOf(err error) *Problem {
	if err == nil {
		return nil
	}
	if p := (*Problem)(nil); errors.As(err, &p) {
		return p
	}
	if p := s.refusal(err); p != nil {
		return p
	}
	if p := siftRefusal(err); p != nil {
		return p
	}
	if p := rosterProblem(err); p != nil {
		return p
	}
	if p := staffProblem(err, s.cfg.Now()); p != nil {
		return p
	}
	if e := (*push.EndpointError)(nil); errors.As(err, &e) {
		p := problem(http.StatusUnprocessableEntity, "bad_endpoint")
		p.Detail = e.Why
		return p
	}
	switch {
	case errors.Is(err, view.ErrNotFound), errors.Is(err, office.ErrUnknown):
		return problem(http.StatusNotFound, "not_found")
	case errors.Is(err, view.ErrQuery):
		p := problem(http.StatusUnprocessableEntity, "bad_query")
		p.Detail = err.Error()
		return p
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return problem(http.StatusServiceUnavailable, "slow")
	}
	s.cfg.Log.Error("a request failed", "err", err)
	return problem(http.StatusInternalServerError, "internal")
}

// refusal tells what the rooms refuse: 409 with the room's code.
func (s *Server) refusal(err error) *Problem {
	var byDesk *desk.Refusal
	var byCall *call.Refusal
	var byIncident *incident.Refusal
	switch {
	case errors.As(err, &byDesk):
		p := problem(http.StatusConflict, byDesk.Code)
		if byDesk.Code == "not_allowed" {
			p.Status = http.StatusForbidden
		}
		p.Detail, p.By = byDesk.Text, byDesk.By
		return p
	case errors.As(err, &byCall):
		p := problem(http.StatusConflict, byCall.Code)
		p.Detail, p.By = byCall.Text, s.deskPerson(byCall.By.Person)
		return p
	case errors.As(err, &byIncident):
		p := problem(http.StatusConflict, byIncident.Code)
		if byIncident.Code == "unknown_incident" {
			p.Status = http.StatusNotFound
		}
		switch byIncident.Code {
		case "unknown_unit":
			p.Status = http.StatusNotFound
		case "restricted":
			p.Status = http.StatusForbidden
		}
		p.Detail = byIncident.Text
		p.By, p.Stands = s.deskPerson(byIncident.By), byIncident.Incident
		return p
	}
	return nil
}

func (s *Server) deskPerson(id office.PersonID) *desk.Person {
	p, ok := s.cfg.Staff.Get(id)
	if !ok {
		return nil
	}
	return &desk.Person{ID: p.ID, Name: p.Name, Rank: p.Rank}
}

func staffProblem(err error, now time.Time) *Problem {
	var locked *staff.LockedError
	var password *staff.PasswordError
	switch {
	case errors.As(err, &locked):
		p := problem(http.StatusTooManyRequests, "locked")
		p.RetryAfterS = max(1, int(locked.Until.Sub(now).Seconds()+0.999))
		return p
	case errors.As(err, &password):
		return problem(http.StatusUnprocessableEntity, "password_"+password.Why)
	case errors.Is(err, staff.ErrInvite):
		return problem(http.StatusUnauthorized, "bad_invite")
	case errors.Is(err, staff.ErrWrong):
		return problem(http.StatusUnauthorized, "wrong_password")
	case errors.Is(err, staff.ErrNoSession):
		return problem(http.StatusUnauthorized, "no_session")
	case errors.Is(err, staff.ErrBusy):
		p := problem(http.StatusServiceUnavailable, "busy_sign_in")
		p.RetryAfterS = 2
		return p
	case errors.Is(err, staff.ErrUserTaken):
		return problem(http.StatusConflict, "user_taken")
	case errors.Is(err, staff.ErrLastAdmin):
		return problem(http.StatusConflict, "last_administrator")
	case errors.Is(err, staff.ErrUnknown):
		return problem(http.StatusNotFound, "not_found")
	case errors.Is(err, staff.ErrInput):
		p := problem(http.StatusUnprocessableEntity, "bad_input")
		p.Detail = err.Error()
		return p
	}
	return nil
}

func stack() string { return string(debug.Stack()) }
