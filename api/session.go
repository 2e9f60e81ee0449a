package api

import (
	"context"
	"net/http"
	"time"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// Credentials open a session.
type Credentials struct {
	User     string `json:"user" maxLength:"100"`
	Password string `json:"password" maxLength:"800"`
}

// PasswordChange is a person's own.
type PasswordChange struct {
	Old string `json:"old" maxLength:"800"`
	New string `json:"new" maxLength:"800"`
}

type sessionOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Session
}

type cookieOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) sessionOps() {
	register(s, operation(http.MethodPost, "/session", "Sign in", rule{open: true, early: true, signIn: true}),
		func(ctx context.Context, in *body[Credentials]) (*sessionOut, error) {
			sess, token, err := s.cfg.Staff.SignIn(ctx, in.Body.User, in.Body.Password, addressOf(ctx))
			if err != nil {
				return nil, err
			}
			return &sessionOut{SetCookie: sessionCookie(token, sess.Until), Body: s.session(&caller{Session: sess, token: token})}, nil
		})
	register(s, operation(http.MethodGet, "/session", "Who is signed in", rule{roles: anybody, early: true}),
		func(ctx context.Context, _ *none) (*out[Session], error) {
			return &out[Session]{s.session(who(ctx))}, nil
		})
	signOut := operation(http.MethodDelete, "/session", "Sign out; it ends duty, and is refused (busy) while a call is at the own seat",
		rule{roles: anybody, early: true})
	signOut.DefaultStatus = http.StatusNoContent
	register(s, signOut, func(ctx context.Context, _ *none) (*cookieOut, error) {
		c := who(ctx)
		if s.cfg.Desk.SeatOf(c.Person.ID) != "" { // else the seat would be taken by somebody who isn't there
			if _, err := s.cfg.Desk.Do(ctx, c.desk(), desk.EndDuty{}); err != nil {
				return nil, err
			}
		}
		s.cfg.Staff.SignOut(ctx, c.token)
		gone := sessionCookie("", time.Time{}) //nolint:gosec // it has what the living one has
		gone.MaxAge = -1
		return &cookieOut{SetCookie: gone}, nil
	})
	register(s, operation(http.MethodPost, "/session/password", "Change the own password", rule{roles: anybody, early: true}),
		func(ctx context.Context, in *body[PasswordChange]) (*none, error) {
			return &none{}, s.cfg.Staff.ChangePassword(ctx, who(ctx).token, in.Body.Old, in.Body.New, addressOf(ctx))
		})
}

func sessionCookie(token string, until time.Time) http.Cookie {
	return http.Cookie{
		Name: cookie, Value: token, Path: "/", Expires: until, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}

func (s *Server) session(c *caller) Session {
	now := s.cfg.Now().UTC()
	own, _ := s.cfg.Directory.Get(c.Person.Office)
	out := Session{
		Person: person(c.Person), Office: officeView(own, now), Offices: []Office{}, Others: []Other{}, CSRF: c.CSRF,
		MustChangePassword: c.MustChange, ServerTime: now, Until: c.Until, Boot: s.cfg.Board.Boot(), Version: s.cfg.Version,
	}
	for _, o := range s.below(c.Person.Office) {
		out.Offices = append(out.Offices, officeView(o, now))
	}
	for _, o := range s.cfg.Directory.All() {
		if !s.cfg.Directory.CanRead(c.Person.Office, o.ID) {
			out.Others = append(out.Others, Other{ID: o.ID, Kind: o.Kind, Parent: o.Parent, Name: o.Name, Short: o.Short})
		}
	}
	if seat := s.cfg.Desk.SeatOf(c.Person.ID); seat != "" {
		out.Duty = &Duty{Seat: seat}
	}
	return out
}

type addressKey struct{}

// hostKey is how the browser calls this server.
type hostKey struct{}

// addressOf is where a request came from.
func addressOf(ctx context.Context) string {
	a, _ := ctx.Value(addressKey{}).(string)
	return a
}

// officeOf is the office of the caller.
func officeOf(ctx context.Context) office.ID { return who(ctx).Person.Office }
