package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/dispatch"
)

type standingIn struct {
	No string `query:"no" maxLength:"60" required:"true" doc:"report number as the caller says it: of today its last number will do"`
}

// standingOps: the reporter is told. A caller who gives the number of a report hears how it stands.
func (s *Server) standingOps() {
	register(s, operation(http.MethodGet, "/standing", "How a report stands, for a caller who gives its number", rule{roles: workers}),
		func(ctx context.Context, in *standingIn) (*out[dispatch.Standing], error) {
			c, now := who(ctx), s.cfg.Now()
			whole := s.cfg.Dispatch.WholeNo(c.Person.Office, in.No, now)
			s.noteRead(c, "standing", whole, "") // also one that isn't there: who tries numbers is seen
			if st, ok := s.cfg.Dispatch.Standing(c.dispatch(), in.No, now); ok {
				return &out[dispatch.Standing]{st}, nil
			}
			state, err := s.cfg.View.ByNo(ctx, c.Person.Office, whole) // of long ago
			if err != nil {
				return nil, problem(http.StatusNotFound, "not_found")
			}
			return &out[dispatch.Standing]{dispatch.StandingOf(state.No, state, c.Person.ID)}, nil
		})
}
