package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/dispatch"
)

// paperOps: what was written on paper while all was down is entered afterwards.
func (s *Server) paperOps() {
	register(s, operation(http.MethodPost, "/incidents/paper", "Enter a report that was written on paper, with its number and times", rule{roles: callTakers}),
		func(ctx context.Context, in *body[dispatch.Paper]) (*out[Incident], error) {
			full, err := s.cfg.Dispatch.FromPaper(ctx, who(ctx).dispatch(), in.Body)
			if err != nil {
				return nil, err
			}
			return &out[Incident]{s.incident(full)}, nil
		})
}
