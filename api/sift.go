package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// Operations of the filter (CALL.md §4): what a number's past comes to, blocks, weights, and how well the gate does.

// NumberReason names a number and says why something is done with it.
type NumberReason struct {
	Number string `json:"number" minLength:"3" maxLength:"40"`
	Reason string `json:"reason" minLength:"3" maxLength:"500"`
}

// Blocking blocks a number for some hours.
type Blocking struct {
	NumberReason
	Hours float64 `json:"hours" exclusiveMinimum:"0" maximum:"24"`
}

// Sharing marks a phone that many people use.
type Sharing struct {
	Number string `json:"number" minLength:"3" maxLength:"40"`
	On     bool   `json:"on"`
	What   string `json:"what" minLength:"3" maxLength:"200" doc:"payphone, school, market"`
}

// Looking asks what is known of a number. (In the body: numbers don't belong into addresses that are logged.)
type Looking struct {
	Number string `json:"number" minLength:"3" maxLength:"40"`
}

// WeightsChange are weights that shall count from now on, or that are tried.
type WeightsChange struct {
	Rev     int            `json:"rev" minimum:"0"`
	Weights filter.Weights `json:"weights"`
	Reason  string         `json:"reason" maxLength:"500"`
}

// GateView is how the gate did, week by week of the last twelve, and in all of them together.
type GateView struct {
	All   filter.Figures   `json:"all"`
	Weeks []filter.Figures `json:"weeks" nullable:"false"`
}

// standingsMax numbers are listed at once.
const standingsMax = 200

func (s *Server) siftOps() {
	theirs := rule{roles: leaders, of: officePath}
	register(s, operation(http.MethodGet, "/offices/{id}/numbers", "Numbers whose past says something, the most evidence first", theirs),
		func(ctx context.Context, in *struct {
			ID    string       `path:"id" maxLength:"100"`
			Level filter.Level `query:"level" enum:"chip,gate,low" default:"chip"`
		},
		) (*out[[]desk.StandingView], error) {
			if err := s.cfg.Staff.Read(ctx, who(ctx).Person.ID, "numbers", in.ID, string(in.Level)); err != nil {
				return nil, err
			}
			list, err := s.cfg.Desk.Standings(office.ID(in.ID), "", in.Level, standingsMax)
			return &out[[]desk.StandingView]{list}, err
		})
	register(s, operation(http.MethodPost, "/offices/{id}/numbers/look", "What is known of one number", theirs),
		func(ctx context.Context, in *idBody[Looking]) (*out[desk.StandingView], error) {
			list, err := s.cfg.Desk.Standings(office.ID(in.ID), in.Body.Number, filter.None, 1)
			if err != nil {
				return nil, err
			}
			if err := s.cfg.Staff.Read(ctx, who(ctx).Person.ID, "number", list[0].Number, ""); err != nil {
				return nil, err
			}
			return &out[desk.StandingView]{list[0]}, nil
		})
	register(s, operation(http.MethodPost, "/offices/{id}/numbers/block", "Send a number to the gate for some hours; 8 and speech still pass", theirs),
		func(ctx context.Context, in *idBody[Blocking]) (*out[desk.StandingView], error) {
			until := s.cfg.Now().Add(time.Duration(in.Body.Hours * float64(time.Hour)))
			return s.sift(ctx, in.ID, in.Body.Number, desk.BlockNumber{
				Office: office.ID(in.ID), Number: in.Body.Number, Until: until, Reason: in.Body.Reason,
			})
		})
	register(s, operation(http.MethodPost, "/offices/{id}/numbers/unblock", "End a block before its time", theirs),
		func(ctx context.Context, in *idBody[NumberReason]) (*out[desk.StandingView], error) {
			return s.sift(ctx, in.ID, in.Body.Number, desk.UnblockNumber{Office: office.ID(in.ID), Number: in.Body.Number, Reason: in.Body.Reason})
		})
	register(s, operation(http.MethodPost, "/offices/{id}/numbers/clear", "Forget what a number did: it is as new", theirs),
		func(ctx context.Context, in *idBody[NumberReason]) (*out[desk.StandingView], error) {
			return s.sift(ctx, in.ID, in.Body.Number, desk.ClearNumber{Office: office.ID(in.ID), Number: in.Body.Number, Reason: in.Body.Reason})
		})
	register(s, operation(http.MethodPost, "/offices/{id}/numbers/shared", "Mark a phone that many people use, or not any more", theirs),
		func(ctx context.Context, in *idBody[Sharing]) (*out[desk.StandingView], error) {
			return s.sift(ctx, in.ID, in.Body.Number, desk.MarkShared{
				Office: office.ID(in.ID), Number: in.Body.Number, On: in.Body.On, What: in.Body.What,
			})
		})
	register(s, operation(http.MethodPost, "/offices/{id}/numbers/notice", "Send the site's notice to a number that plays again and again", theirs),
		func(ctx context.Context, in *idBody[Looking]) (*out[desk.StandingView], error) {
			return s.sift(ctx, in.ID, in.Body.Number, desk.SendNotice{Office: office.ID(in.ID), Number: in.Body.Number})
		})
	s.weightOps()
}

func (s *Server) weightOps() {
	theirs := rule{roles: leaders, of: officePath}
	register(s, operation(http.MethodGet, "/offices/{id}/filter", "What the filter of an office counts", theirs),
		func(_ context.Context, in *idPath) (*out[desk.WeightsView], error) {
			return &out[desk.WeightsView]{s.cfg.Desk.Weights(office.ID(in.ID))}, nil
		})
	register(s, operation(http.MethodPut, "/offices/{id}/filter", "Change what the filter of an office counts", rule{roles: chief, of: officePath}),
		func(ctx context.Context, in *idBody[WeightsChange]) (*out[desk.WeightsView], error) {
			_, err := s.cfg.Desk.Do(ctx, who(ctx).desk(), desk.SetWeights{
				Office: office.ID(in.ID), Rev: in.Body.Rev, Weights: in.Body.Weights, Reason: in.Body.Reason,
			})
			if err != nil {
				return nil, err
			}
			return &out[desk.WeightsView]{s.cfg.Desk.Weights(office.ID(in.ID))}, nil
		})
	register(s, operation(http.MethodPost, "/offices/{id}/filter/try", "What other weights would have done to the calls of the last 30 days", theirs),
		func(ctx context.Context, in *idBody[WeightsChange]) (*out[filter.TryOut], error) {
			id, now := office.ID(in.ID), s.cfg.Now()
			old := s.cfg.Desk.Weights(id).Weights
			if err := in.Body.Weights.Check(); err != nil {
				return nil, err
			}
			gone := max(old.Gone(), in.Body.Weights.Gone())
			calls, err := s.cfg.View.Past(ctx, who(ctx).Person.Office, id, now.Add(-tryFor-gone), now)
			if err != nil {
				return nil, err
			}
			t, err := filter.Try(calls, s.cfg.Desk.FilterActs(id), now.Add(-tryFor), now, old, in.Body.Weights)
			return &out[filter.TryOut]{t}, err
		})
	register(s, operation(http.MethodGet, "/offices/{id}/gate", "How the gate did: true calls that it would have held, time saved, escapes", theirs),
		func(_ context.Context, in *idPath) (*out[GateView], error) {
			id, now := office.ID(in.ID), s.cfg.Now()
			from := now.Add(-gateWeeks * 7 * 24 * time.Hour)
			v := GateView{Weeks: []filter.Figures{}}
			for w := range gateWeeks {
				start := from.Add(time.Duration(w) * 7 * 24 * time.Hour)
				v.Weeks = append(v.Weeks, s.cfg.Desk.GateFigures(id, start, start.Add(7*24*time.Hour))...)
			}
			if all := s.cfg.Desk.GateFigures(id, from, now); len(all) > 0 {
				v.All = all[0]
			}
			return &out[GateView]{v}, nil
		})
}

const (
	tryFor    = 30 * 24 * time.Hour
	gateWeeks = 12
)

// sift carries out a command about a number, and answers with what is known of it then.
func (s *Server) sift(ctx context.Context, id, number string, cmd desk.Command) (*out[desk.StandingView], error) {
	if _, err := s.cfg.Desk.Do(ctx, who(ctx).desk(), cmd); err != nil {
		return nil, err
	}
	list, err := s.cfg.Desk.Standings(office.ID(id), number, filter.None, 1)
	if err != nil {
		return nil, err
	}
	return &out[desk.StandingView]{list[0]}, nil
}

// siftRefusal tells what the filter refuses: 409 with its code; weights that make no sense 422 with every field.
func siftRefusal(err error) *Problem {
	var refused *filter.Refusal
	var weights *filter.WeightsError
	switch {
	case errors.As(err, &refused):
		p := problem(http.StatusConflict, "filter_"+refused.Code)
		p.Detail = refused.Text
		return p
	case errors.As(err, &weights):
		p := problem(http.StatusUnprocessableEntity, "weights")
		p.Detail = weights.Error()
		for _, f := range weights.Problems {
			p.Fields = append(p.Fields, FieldProblem{Field: f.Field, Text: Text{ID: f.ID, EN: f.EN}})
		}
		return p
	}
	return nil
}
