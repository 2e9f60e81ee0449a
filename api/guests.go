package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Parking puts the caller on hold, or comes back.
type Parking struct {
	On bool `json:"on"`
}

// Invitation asks an office, or an outside number, into a talk.
type Invitation struct {
	Office office.ID `json:"office,omitempty" maxLength:"100"`
	Number string    `json:"number,omitempty" maxLength:"40"`
	Name   string    `json:"name,omitempty" maxLength:"60" doc:"for screens, like Pemadam 113"`
	Aside  bool      `json:"aside,omitempty" doc:"for advice: the caller hears an announcement meanwhile"`
}

// GivingAway leaves the caller to a guest; the call counts with this outcome.
type GivingAway struct {
	Outcome call.Outcome `json:"outcome" maxLength:"40"`
	Agency  string       `json:"agency,omitempty" enum:",112,113,115,118,119,pln"`
}

// Keys are pressed for the far end (DTMF).
type Keys struct {
	Keys  string `json:"keys" minLength:"1" maxLength:"32" pattern:"^[0-9*#A-D]+$"`
	Guest int    `json:"guest,omitempty" minimum:"0" doc:"number of the guest; 0: the caller"`
}

// CallingOut is whom to call from the own seat.
type CallingOut struct {
	Number   string      `json:"number,omitempty" maxLength:"40"`
	Returns  call.ID     `json:"returns,omitempty" maxLength:"100" doc:"the call that is owed"`
	Incident incident.ID `json:"incident,omitempty" maxLength:"100"`
}

// Settling says why a callback is owed no longer.
type Settling struct {
	How  call.Settlement `json:"how" enum:"dua_kali,bahaya,diselesaikan"`
	Note string          `json:"note,omitempty" maxLength:"1000"`
}

type guestPath struct {
	ID string `path:"id" maxLength:"100"`
	N  int    `path:"n" minimum:"1" maximum:"1000" doc:"number of the guest"`
}

type guestBody[T any] struct {
	ID   string `path:"id" maxLength:"100"`
	N    int    `path:"n" minimum:"1" maximum:"1000" doc:"number of the guest"`
	Body T
}

func (s *Server) guestOps() {
	mine := rule{roles: callTakers, of: callPath}
	register(s, operation(http.MethodPost, "/calls/{id}/hold", "Put the caller on hold, or come back", mine),
		func(ctx context.Context, in *idBody[Parking]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Hold{Call: call.ID(in.ID), On: in.Body.On})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/silent", "Mark the caller as one who can't speak: a silent emergency", mine),
		func(ctx context.Context, in *idPath) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Silent{Call: call.ID(in.ID)})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/ask-silent", "Ask the caller now to press five twice", mine),
		func(ctx context.Context, in *idPath) (*out[desk.CallView], error) {
			return s.call(ctx, desk.AskSilent{Call: call.ID(in.ID)})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/mute", "Let the caller hear nothing of us, or lift that", mine),
		func(ctx context.Context, in *idBody[Parking]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Mute{Call: call.ID(in.ID), On: in.Body.On})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/guests", "Ask an office or a number into the talk", mine),
		func(ctx context.Context, in *idBody[Invitation]) (*out[desk.CallView], error) {
			b := in.Body
			return s.call(ctx, desk.Invite{Call: call.ID(in.ID), Office: b.Office, Number: b.Number, Name: b.Name, Aside: b.Aside})
		})
	register(s, operation(http.MethodDelete, "/calls/{id}/guests/{n}", "Take a guest out of the talk", mine),
		func(ctx context.Context, in *guestPath) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Dismiss{Call: call.ID(in.ID), Guest: in.N})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/guests/{n}/merge", "Let one who advises talk with the caller", mine),
		func(ctx context.Context, in *guestPath) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Merge{Call: call.ID(in.ID), Guest: in.N})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/guests/{n}/give", "Leave the caller to a guest", mine),
		func(ctx context.Context, in *guestBody[GivingAway]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Give{Call: call.ID(in.ID), Guest: in.N, Outcome: in.Body.Outcome, Agency: in.Body.Agency})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/keys", "Press keys for the far end", mine),
		func(ctx context.Context, in *idBody[Keys]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Press{Call: call.ID(in.ID), Keys: in.Body.Keys, Guest: in.Body.Guest})
		})
	register(s, operation(http.MethodPost, "/calls", "Call a number from the own seat", rule{roles: callTakers}),
		func(ctx context.Context, in *body[CallingOut]) (*out[desk.CallView], error) {
			b := in.Body
			if b.Incident != "" {
				p := s.mayCallAbout(who(ctx), &b)
				if p != nil {
					return nil, p
				}
			}
			return s.call(ctx, desk.CallOut{Number: b.Number, Returns: b.Returns, Incident: string(b.Incident)})
		})
	register(s, operation(http.MethodGet, "/callbacks", "Callers who are owed a call", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *officeIn) (*out[[]desk.OwedView], error) {
			o := in.Office
			if o == "" {
				o = who(ctx).Person.Office
			}
			return &out[[]desk.OwedView]{s.cfg.Desk.Owed(o)}, nil
		})
	register(s, operation(http.MethodPost, "/callbacks/{id}/settle", "Say why a callback is owed no longer", mine),
		func(ctx context.Context, in *idBody[Settling]) (*none, error) {
			_, err := s.cfg.Desk.Do(ctx, who(ctx).desk(), desk.Settle{Call: call.ID(in.ID), How: in.Body.How, Note: in.Body.Note})
			return &none{}, err
		})
}

// mayCallAbout: a call about an incident is for those who may read it, goes to its reporter when no number is given, and
// is never made when the reporter is in danger, whichever number was typed (CALL.md, Silent callers and danger).
func (s *Server) mayCallAbout(c *caller, b *CallingOut) *Problem {
	full, ok := s.cfg.Dispatch.Get(b.Incident)
	if read, _ := s.cfg.Dispatch.MayRead(c.dispatch(), b.Incident); !ok || !read {
		return problem(http.StatusNotFound, "not_found")
	}
	if full.Danger {
		return problem(http.StatusConflict, "in_danger")
	}
	if b.Number == "" {
		b.Number = full.Form.ReporterNumber
	}
	s.noteRead(c, "incident", string(b.Incident), "call the reporter")
	return nil
}
