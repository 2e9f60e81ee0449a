package api

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// This file is the one place that says who may do what. Each operation has a rule; one without is refused.

// rule is who may use an operation, and on what.
type rule struct {
	roles []office.Role
	// of finds the office that the object of the request belongs to, or proves otherwise that the caller may touch it.
	// nil: the operation is about the caller's own things only.
	of object
	// open: no session is needed. What is shown is for everybody, or guarded by a signature.
	open bool
	// early is allowed while the one-time password must still be changed.
	early bool
	// signIn: no CSRF token can be there yet.
	signIn bool
}

// object is a check of what a request is about. Its name stands in the OpenAPI file.
type object struct {
	name  string
	check func(s *Server, r *http.Request, c *caller) *Problem
}

// Roles that take part in the work.
var (
	everybody  = []office.Role{office.Operator, office.Supervisor, office.Chief, office.Administrator}
	anybody    = []office.Role{office.Operator, office.Supervisor, office.Chief, office.Administrator, office.Patrol}
	patrol     = []office.Role{office.Patrol}
	workers    = []office.Role{office.Operator, office.Supervisor, office.Chief}
	callTakers = []office.Role{office.Operator, office.Supervisor}
	leaders    = []office.Role{office.Supervisor, office.Chief}
	supervisor = []office.Role{office.Supervisor}
	chief      = []office.Role{office.Chief}
	admin      = []office.Role{office.Administrator}
)

// What requests are about. An office reads itself and what is below it, plus the incidents that it sent; what it may
// not read looks as if it weren't there.
var (
	ownThings = object{name: "own"}
	// officePath: the office named in the path.
	officePath = object{"office", func(s *Server, r *http.Request, c *caller) *Problem {
		return s.mayRead(c, office.ID(r.PathValue("id")))
	}}
	// officeQuery: the office asked for, the own one when none is.
	officeQuery = object{"office", func(s *Server, r *http.Request, c *caller) *Problem {
		if o := r.URL.Query().Get("office"); o != "" {
			return s.mayRead(c, office.ID(o))
		}
		return nil
	}}
	// seatPath: a seat of the office in the path.
	seatPath = object{"office", func(s *Server, r *http.Request, c *caller) *Problem {
		return s.mayRead(c, office.ID(r.PathValue("office")))
	}}
	// personPath: an account of the own office or one below.
	personPath = object{"person", func(s *Server, r *http.Request, c *caller) *Problem {
		p, ok := s.cfg.Staff.Get(office.PersonID(r.PathValue("id")))
		if !ok {
			return problem(http.StatusNotFound, "not_found")
		}
		return s.mayRead(c, p.Office)
	}}
	// callPath: a call that the office takes part in now, or may read.
	callPath = object{"call", func(s *Server, r *http.Request, c *caller) *Problem {
		return s.mayReadCall(r.Context(), c, r.PathValue("id"))
	}}
	// incidentPath: an incident of the office or one below, or that one of these sent. A restricted one is there only for
	// those named, or who handle it; a complaint never for the office that it is about.
	incidentPath = object{"incident", func(s *Server, r *http.Request, c *caller) *Problem {
		return s.mayReadIncident(r.Context(), c, incident.ID(r.PathValue("id")))
	}}
	// incidentOffered: one that the office may know of, so that it can accept it and read it then.
	incidentOffered = object{"incident", func(s *Server, r *http.Request, c *caller) *Problem {
		if _, known := s.cfg.Dispatch.MayRead(c.dispatch(), incident.ID(r.PathValue("id"))); known {
			return nil
		}
		return problem(http.StatusNotFound, "not_found")
	}}
	// unitPath: a unit of the office or one below.
	unitPath = object{"unit", func(s *Server, r *http.Request, c *caller) *Problem {
		u, ok := s.cfg.Dispatch.Unit(incident.UnitID(r.PathValue("id")))
		if !ok || u.Retired {
			return problem(http.StatusNotFound, "not_found")
		}
		return s.mayRead(c, u.Home)
	}}
)

func (s *Server) mayRead(c *caller, o office.ID) *Problem {
	if s.cfg.Directory.CanRead(c.Person.Office, o) {
		return nil
	}
	return problem(http.StatusNotFound, "not_found")
}

func (s *Server) mayReadCall(ctx context.Context, c *caller, id string) *Problem {
	if _, now := s.cfg.Board.Get(c.Person.Office, "call/"+id); now {
		return nil
	}
	_, err := s.cfg.View.Call(ctx, c.Person.Office, call.ID(id))
	return s.problemOf(err)
}

// mayReadIncident asks dispatch, which has what is open and what was closed lately, then the view. What dispatch refuses
// the view isn't asked.
func (s *Server) mayReadIncident(ctx context.Context, c *caller, id incident.ID) *Problem {
	if _, here := s.cfg.Dispatch.Get(id); here {
		if read, _ := s.cfg.Dispatch.MayRead(c.dispatch(), id); read {
			return nil
		}
		return problem(http.StatusNotFound, "not_found")
	}
	_, err := s.cfg.View.Incident(ctx, c.Person.Office, c.Person.ID, id)
	return s.problemOf(err)
}

// caller is the person behind a request.
type caller struct {
	staff.Session
	token string
}

func (c *caller) desk() desk.Who {
	p := c.Person
	return desk.Who{Person: desk.Person{ID: p.ID, Name: p.Name, Rank: p.Rank}, Office: p.Office, Role: p.Role}
}

func (c *caller) dispatch() dispatch.Who {
	return dispatch.Who{Person: c.Person.ID, Office: c.Person.Office, Role: c.Person.Role}
}

type callerKey struct{}

// who is the caller of an operation that isn't open.
func who(ctx context.Context) *caller {
	c, _ := ctx.Value(callerKey{}).(*caller)
	return c
}

// cookie of the session. The prefix makes browsers hold it to Secure, Path=/ and this host (RFC 6265bis 4.1.3.2).
const cookie = "__Host-siaga"

// admit finds out who asks, and whether they may. The caller is nil for open operations without a session.
func (s *Server) admit(r *http.Request, rule *rule) (*caller, *Problem) {
	if rule == nil || !rule.open && len(rule.roles) == 0 {
		return nil, problem(http.StatusForbidden, "not_allowed") // an operation that nobody thought about
	}
	if s.origins.Check(r) != nil { // a browser says that another site's page sends this
		return nil, problem(http.StatusForbidden, "origin")
	}
	c := s.callerOf(r)
	if c == nil {
		if !s.limits.stranger(remote(r), s.cfg.Now()) {
			return nil, tooMany()
		}
		if rule.open {
			return nil, nil
		}
		return nil, problem(http.StatusUnauthorized, "no_session")
	}
	if !s.limits.person(string(c.Person.ID), s.cfg.Now()) {
		return nil, tooMany()
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && !rule.signIn {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Siaga-Csrf")), []byte(c.CSRF)) != 1 {
			return nil, problem(http.StatusForbidden, "csrf")
		}
	}
	switch {
	case rule.open:
		return c, nil
	case c.MustChange && !rule.early:
		return nil, problem(http.StatusForbidden, "must_change_password")
	case !slices.Contains(rule.roles, c.Person.Role):
		return nil, problem(http.StatusForbidden, "not_allowed")
	case !rule.early && s.aboard(c) != nil:
		return nil, s.aboard(c)
	case rule.of.check != nil:
		if p := rule.of.check(s, r, c); p != nil {
			return nil, p
		}
	}
	return c, nil
}

func tooMany() *Problem {
	p := problem(http.StatusTooManyRequests, "too_many")
	p.RetryAfterS = 1
	return p
}

func (s *Server) callerOf(r *http.Request) *caller {
	k, err := r.Cookie(cookie)
	if err != nil {
		return nil
	}
	sess, err := s.cfg.Staff.Session(k.Value)
	if err != nil {
		return nil
	}
	return s.asCrew(&caller{Session: sess, token: k.Value})
}

// opTimeout is how long an operation may take. Commands are decided in milliseconds; lists may have to wait for a
// rebuilt view.
const opTimeout = 20 * time.Second

// guard is the middleware of all operations that huma runs.
func (s *Server) guard(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	rule, _ := ctx.Operation().Metadata["rule"].(*rule)
	c, p := s.admit(r, rule)
	if p != nil {
		write(w, p)
		return
	}
	base := context.WithValue(context.WithValue(ctx.Context(), callerKey{}, c), addressKey{}, remote(r))
	timed, stop := context.WithTimeout(context.WithValue(base, hostKey{}, r.Host), opTimeout)
	defer stop()
	next(huma.WithContext(ctx, timed))
}

// guarded is the same for what huma can't run: streams, sockets and files.
func (s *Server) guarded(rule *rule, f func(http.ResponseWriter, *http.Request, *caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, p := s.admit(r, rule)
		if p != nil {
			write(w, p)
			return
		}
		f(w, r, c)
	}
}

// remote is the address that a request comes from. We are the door itself: headers of proxies are not believed.
func remote(r *http.Request) string {
	h, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return h
}

// loopback says whether a request comes from this machine.
func loopback(r *http.Request) bool {
	ip := net.ParseIP(strings.Trim(remote(r), "[]"))
	return ip != nil && ip.IsLoopback()
}
