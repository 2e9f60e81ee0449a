package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// SeatChoice is the seat that a person takes.
type SeatChoice struct {
	Seat  office.SeatID `json:"seat" maxLength:"100"`
	Phone bool          `json:"phone,omitempty" doc:"hear and speak by the desk phone of the seat"`
}

// PauseReason is why a person pauses.
type PauseReason struct {
	Reason string `json:"reason" enum:"istirahat,salat,toilet,pelatihan,administrasi,teknis"`
}

// OffReason is why a supervisor takes a seat off.
type OffReason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200"`
}

type seatOff struct {
	Office office.ID `path:"office" maxLength:"100"`
	N      int       `path:"n" minimum:"1" maximum:"10000" doc:"number of the seat, from 1"`
	Body   OffReason
}

func (s *Server) dutyOps() {
	register(s, operation(http.MethodPost, "/duty", "Begin duty at a seat", rule{roles: callTakers}),
		func(ctx context.Context, in *body[SeatChoice]) (*out[desk.SeatView], error) {
			return s.seat(ctx, desk.BeginDuty{Seat: in.Body.Seat, Phone: in.Body.Phone})
		})
	register(s, operation(http.MethodDelete, "/duty", "End duty", rule{roles: callTakers}),
		func(ctx context.Context, _ *none) (*none, error) {
			_, err := s.cfg.Desk.Do(ctx, who(ctx).desk(), desk.EndDuty{})
			return &none{}, err
		})
	register(s, operation(http.MethodPost, "/duty/ready", "Be ready for calls", rule{roles: callTakers}),
		func(ctx context.Context, _ *none) (*out[desk.SeatView], error) { return s.seat(ctx, desk.BeReady{}) })
	register(s, operation(http.MethodPost, "/duty/pause", "Pause", rule{roles: callTakers}),
		func(ctx context.Context, in *body[PauseReason]) (*out[desk.SeatView], error) {
			return s.seat(ctx, desk.Pause{Reason: in.Body.Reason})
		})
	register(s, operation(http.MethodPost, "/seats/{office}/{n}/off", "Take a seat off duty", rule{roles: supervisor, of: seatPath}),
		func(ctx context.Context, in *seatOff) (*out[desk.SeatView], error) {
			return s.seat(ctx, desk.ForceOff{Seat: office.Seat(in.Office, in.N), Reason: in.Body.Reason})
		})
}

// seat carries out a command and answers with the seat as it stands right after.
func (s *Server) seat(ctx context.Context, cmd desk.Command) (*out[desk.SeatView], error) {
	done, err := s.cfg.Desk.Do(ctx, who(ctx).desk(), cmd)
	if err != nil {
		return nil, err
	}
	if done.Seat == nil {
		return nil, problem(http.StatusConflict, "no_seat")
	}
	return &out[desk.SeatView]{*done.Seat}, nil
}
