package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/view"
)

// Kind is a kind of report.
type Kind struct {
	Code     string         `json:"code"`
	ID       string         `json:"id" doc:"Indonesian"`
	EN       string         `json:"en" doc:"English"`
	Class    incident.Class `json:"class" enum:"emergency,service,information,complaint"`
	Priority int            `json:"priority" doc:"proposed"`
	Quick    string         `json:"quick" doc:"three letters to type"`
}

// Outcome is how a call may end.
type Outcome struct {
	Code  call.Outcome `json:"code"`
	ID    string       `json:"id" doc:"Indonesian"`
	EN    string       `json:"en" doc:"English"`
	By    string       `json:"by" enum:"operator,system" doc:"who may choose it"`
	Valid bool         `json:"valid" doc:"counts as a true call for help or information"`
}

type callsIn struct {
	OfficeIn
	Day     string       `query:"day" maxLength:"10" doc:"of the first ring, in the office's zone, like 2026-11-23"`
	Outcome call.Outcome `query:"outcome" maxLength:"40" doc:"live: those that have none yet"`
	Number  string       `query:"number" maxLength:"40" doc:"whole, or at least 3 digits of it"`
	ListIn
}

type incidentsIn struct {
	OfficeIn
	State string         `query:"state" enum:"open,closed,cancelled,linked,draft,not_valid,all"`
	Class incident.Class `query:"class" enum:"emergency,service,information,complaint" doc:"one queue; all when left out"`
	ListIn
}

type listIn struct {
	Q      string `query:"q" maxLength:"200" doc:"words of names, places, summaries, numbers"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next of the part before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"50 when left out"`
}

func (s *Server) listOps() {
	register(s, operation(http.MethodGet, "/kinds", "Kinds of reports", rule{roles: anybody}),
		func(context.Context, *none) (*out[[]Kind], error) {
			list := []Kind{}
			for _, k := range incident.Kinds() {
				list = append(list, Kind(k))
			}
			return &out[[]Kind]{list}, nil
		})
	register(s, operation(http.MethodGet, "/outcomes", "Outcomes of calls", rule{roles: everybody}),
		func(context.Context, *none) (*out[[]Outcome], error) {
			list := []Outcome{}
			for _, o := range call.Outcomes() {
				by := "system"
				if o.Operator {
					by = "operator"
				}
				list = append(list, Outcome{Code: o.Code, ID: o.ID, EN: o.EN, By: by, Valid: o.Valid})
			}
			return &out[[]Outcome]{list}, nil
		})
	register(s, operation(http.MethodGet, "/calls", "Calls, newest first", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *callsIn) (*out[view.CallPage], error) {
			s.noteSearch(ctx, "calls", in.Number, in.Q)
			page, err := s.cfg.View.Calls(ctx, officeOf(ctx), view.CallQuery{
				Office: in.Office, Day: in.Day, Outcome: in.Outcome, Number: in.Number, Q: in.Q, Cursor: in.Cursor, Limit: in.Limit,
			})
			return &out[view.CallPage]{page}, err
		})
	register(s, operation(http.MethodGet, "/calls/{id}", "A call with its timeline", rule{roles: workers, of: callPath}),
		func(ctx context.Context, in *idPath) (*out[view.CallFull], error) {
			s.noteRead(who(ctx), "call", in.ID, "")
			full, err := s.cfg.View.Call(ctx, officeOf(ctx), call.ID(in.ID))
			return &out[view.CallFull]{full}, err
		})
	register(s, operation(http.MethodGet, "/incidents", "Incidents, newest first", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *incidentsIn) (*out[IncidentList], error) {
			s.noteSearch(ctx, "incidents", in.Q)
			page, err := s.cfg.View.Incidents(ctx, officeOf(ctx), view.IncidentQuery{
				Office: in.Office, Person: who(ctx).Person.ID, State: in.State, Class: in.Class, Q: in.Q, Cursor: in.Cursor, Limit: in.Limit,
			})
			list := IncidentList{Items: []IncidentCard{}, Next: page.Next}
			for _, c := range page.Items {
				list.Items = append(list.Items, s.pastCard(c))
			}
			return &out[IncidentList]{list}, err
		})
}

// noteSearch writes down that a person looked for somebody.
func (s *Server) noteSearch(ctx context.Context, where string, words ...string) {
	for _, w := range words {
		if w != "" {
			s.noteRead(who(ctx), "search", where, w)
		}
	}
}
