package api

import (
	"context"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

// View answers what happened (view.View). Each query names the office that reads and gives only what it may see.
type View interface {
	Calls(ctx context.Context, reader office.ID, q view.CallQuery) (view.CallPage, error)
	Call(ctx context.Context, reader office.ID, id call.ID) (view.CallFull, error)
	Incidents(ctx context.Context, reader office.ID, q view.IncidentQuery) (view.IncidentPage, error)
	Incident(ctx context.Context, reader office.ID, person office.PersonID, id incident.ID) (view.IncidentFull, error)
	Responses(ctx context.Context, reader, id office.ID, first, last string) ([]view.ResponseTimes, error)
	Fairness(ctx context.Context, reader office.ID, ask view.FairAsk) (view.Fairness, error)
	ByNo(ctx context.Context, reader office.ID, no string) (incident.State, error)
	UnitHistory(ctx context.Context, reader office.ID, unit incident.UnitID, limit int) ([]view.UnitLine, error)
	Wallboard(ctx context.Context, reader, id office.ID, day string) (view.Board, error)
	Sheet(ctx context.Context, reader, id office.ID, day string) (view.Sheet, error)
	Pranks(ctx context.Context, reader, id office.ID, from, to time.Time) ([]view.PrankNumber, error)
	Past(ctx context.Context, reader, id office.ID, from, to time.Time) ([]filter.PastCall, error)
	CaseCalls(ctx context.Context, reader, id office.ID, numbers []office.Number, from, to time.Time) ([]view.CallFull, error)
	DayOf(id office.ID, at time.Time) string
}
