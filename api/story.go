package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/view"
)

// storyOps are what an incident's page needs beside the incident itself.
func (s *Server) storyOps() {
	register(s, operation(http.MethodGet, "/incidents/{id}/calls", "The calls about an incident that the office may read, in the order in which they came",
		rule{roles: workers, of: incidentPath}), s.callsOfIncident)
}

// callsOfIncident lists them with their tapes. A call that another office had, and never gave to this one, is left out: who may
// read a report may not listen to each talk about it.
func (s *Server) callsOfIncident(ctx context.Context, in *idPath) (*out[[]view.CallRow], error) {
	c := who(ctx)
	ids, ok := s.cfg.Dispatch.CallsOf(incident.ID(in.ID))
	if !ok {
		past, err := s.cfg.View.Incident(ctx, c.Person.Office, c.Person.ID, incident.ID(in.ID))
		if err != nil {
			return nil, err
		}
		ids = past.Whole.Calls
	}
	s.noteRead(c, "incident", in.ID, "")
	list := []view.CallRow{}
	for _, id := range ids {
		full, err := s.cfg.View.Call(ctx, c.Person.Office, call.ID(id))
		switch {
		case err == nil:
			list = append(list, full.CallRow)
		case !errors.Is(err, view.ErrNotFound):
			return nil, err
		}
	}
	return &out[[]view.CallRow]{list}, nil
}
