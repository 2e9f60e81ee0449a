package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// OfferRef names an offer of a call by its number; a transfer's number is its try, 0 whatever runs.
type OfferRef struct {
	Offer int `json:"offer" minimum:"0"`
}

// OfficeRef names an office.
type OfficeRef struct {
	Office office.ID `json:"office" minLength:"1" maxLength:"100"`
}

// TransferTo names the office that shall take the live call.
type TransferTo struct {
	Office office.ID `json:"office" minLength:"1" maxLength:"100"`
	Wait   bool      `json:"wait,omitempty" doc:"ring on although all its seats are busy, up to 15 s"`
}

// Closing is how a call ended. Without an outcome the answer is 409 outcome_needed and the caller stays on the line.
type Closing struct {
	Outcome  call.Outcome `json:"outcome,omitempty" maxLength:"40"`
	Prank    call.Prank   `json:"prank,omitempty" enum:",anak_anak,menggoda,melecehkan,palsu"`
	Agency   string       `json:"agency,omitempty" enum:",112,113,115,118,119,pln"`
	Callback bool         `json:"callback,omitempty" doc:"the caller broke off: call them back"`
	Danger   bool         `json:"danger,omitempty" doc:"the caller broke off: never call them back, it would harm them"`
}

func (s *Server) callOps() {
	mine := rule{roles: callTakers, of: callPath}
	register(s, operation(http.MethodPost, "/calls/{id}/answer", "Answer a ringing call", mine),
		func(ctx context.Context, in *idBody[OfferRef]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Answer{Call: call.ID(in.ID), N: in.Body.Offer})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/decline", "Decline a ringing call", mine),
		func(ctx context.Context, in *idBody[OfferRef]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Decline{Call: call.ID(in.ID), N: in.Body.Offer})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/transfer", "Offer the live call to an office, and send it the report", mine),
		func(ctx context.Context, in *idBody[TransferTo]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Transfer{Call: call.ID(in.ID), To: in.Body.Office, Wait: in.Body.Wait})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/take-back", "End the running transfer", mine),
		func(ctx context.Context, in *idBody[OfferRef]) (*out[desk.CallView], error) {
			return s.call(ctx, desk.TakeBack{Call: call.ID(in.ID), N: in.Body.Offer})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/leave", "Leave the talk that another seat has now", mine),
		func(ctx context.Context, in *idPath) (*out[desk.CallView], error) {
			return s.call(ctx, desk.Leave{Call: call.ID(in.ID)})
		})
	register(s, operation(http.MethodPost, "/calls/{id}/close", "End the call with its outcome", mine),
		func(ctx context.Context, in *idBody[Closing]) (*out[desk.CallView], error) {
			b := in.Body
			owed := call.NotOwed
			switch {
			case b.Danger:
				owed = call.Danger
			case b.Callback:
				owed = call.Owed
			}
			return s.call(ctx, desk.Close{Call: call.ID(in.ID), Outcome: b.Outcome, Prank: b.Prank, Agency: b.Agency, Callback: owed})
		})
}

// call carries out a command and answers with the call as it stands right after.
func (s *Server) call(ctx context.Context, cmd desk.Command) (*out[desk.CallView], error) {
	done, err := s.cfg.Desk.Do(ctx, who(ctx).desk(), cmd)
	if err != nil {
		return nil, err
	}
	if done.Call == nil {
		return nil, problem(http.StatusConflict, call.CodeEnded)
	}
	return &out[desk.CallView]{*done.Call}, nil
}
