package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
)

// ReportInput is the form as it is typed. Rev is the one that the screen has seen last.
type ReportInput struct {
	Rev int `json:"rev" minimum:"0"`
	dispatch.Form
}

// NoteText is something to write down.
type NoteText struct {
	Text string `json:"text" minLength:"1" maxLength:"4000"`
}

// Ending is how an incident is closed.
type Ending struct {
	Result incident.Result `json:"result" enum:"ditangani,penangkapan,didamaikan,laporan_polisi,tidak_ditemukan,tidak_benar,informasi_diberikan,dirujuk"`
	Done   string          `json:"done" maxLength:"4000" doc:"what was done"`
	Tell   bool            `json:"tell,omitempty" doc:"the reporter is to be called with the result"`
}

func (s *Server) incidentOps() {
	register(s, operation(http.MethodPut, "/calls/{id}/report", "Save the report of a call as it is typed", rule{roles: callTakers, of: callPath}),
		func(ctx context.Context, in *idBody[ReportInput]) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.SaveForm{Call: in.ID, Rev: in.Body.Rev, Form: in.Body.Form})
		})
	takers, all := rule{roles: callTakers, of: incidentPath}, rule{roles: workers, of: incidentPath}
	register(s, operation(http.MethodPut, "/incidents/{id}/report", "Save a report as it is typed", takers),
		func(ctx context.Context, in *idBody[ReportInput]) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.SaveForm{ID: incident.ID(in.ID), Rev: in.Body.Rev, Form: in.Body.Form})
		})
	register(s, operation(http.MethodPost, "/incidents/{id}/send", "Give an incident to an office, without a call", takers),
		func(ctx context.Context, in *idBody[OfficeRef]) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.Send{ID: incident.ID(in.ID), To: in.Body.Office})
		})
	register(s, operation(http.MethodPost, "/incidents/{id}/notes", "Write something down", all),
		func(ctx context.Context, in *idBody[NoteText]) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.Note{ID: incident.ID(in.ID), Text: in.Body.Text})
		})
	register(s, operation(http.MethodPost, "/incidents/{id}/accept", "Take an incident for the own office", rule{roles: workers, of: incidentOffered}),
		func(ctx context.Context, in *idPath) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.Accept{ID: incident.ID(in.ID)})
		})
	register(s, operation(http.MethodPost, "/incidents/{id}/close", "Close an incident with its result", all),
		func(ctx context.Context, in *idBody[Ending]) (*out[Incident], error) {
			return s.dispatch(ctx, dispatch.Close{ID: incident.ID(in.ID), Result: in.Body.Result, Done: in.Body.Done, Tell: in.Body.Tell})
		})
	register(s, operation(http.MethodGet, "/incidents/{id}", "An incident with everything", all),
		func(ctx context.Context, in *idPath) (*out[Incident], error) {
			c := who(ctx)
			s.noteRead(c, "incident", in.ID, "")
			if full, ok := s.cfg.Dispatch.Get(incident.ID(in.ID)); ok { // the rule has seen that they may read it
				return &out[Incident]{s.incident(full)}, nil
			}
			past, err := s.cfg.View.Incident(ctx, c.Person.Office, c.Person.ID, incident.ID(in.ID))
			return &out[Incident]{s.pastIncident(past)}, err
		})
}

// dispatch carries out a command and answers with the incident as it stands right after. When somebody else changed the
// report meanwhile, the refusal holds it as it is now, so that nothing typed is lost.
func (s *Server) dispatch(ctx context.Context, cmd dispatch.Command) (*out[Incident], error) {
	full, err := s.cfg.Dispatch.Do(ctx, who(ctx).dispatch(), cmd)
	if err == nil {
		return &out[Incident]{s.incident(full)}, nil
	}
	var refused *incident.Refusal
	if save, ok := cmd.(dispatch.SaveForm); ok && errors.As(err, &refused) && refused.Code == "changed" {
		read, _ := s.cfg.Dispatch.MayRead(who(ctx).dispatch(), save.ID)
		if now, ok := s.cfg.Dispatch.Get(save.ID); ok && read {
			p := s.problemOf(err)
			p.Incident = ptr(s.incident(now))
			return nil, p
		}
	}
	return nil, err
}
