package view

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Pace says how fast an office was over some days, from the report to the door.
type Pace struct {
	Accept StepPace `json:"accept" doc:"from being given an incident to accepting it"`
	Assign StepPace `json:"assign" doc:"from accepting an emergency to sending the first unit"`
	Arrive StepPace `json:"arrive" doc:"from the first ring of an emergency to the first unit at the place"`
	Judged int      `json:"judged" doc:"emergencies for which it can be said whether the promise was kept: somebody came, or it is open beyond it"`
	InTime int      `json:"inTime" doc:"of these, those within the promise of their day"`
	Far    int      `json:"far" doc:"arrivals that were pressed somewhere else"`
}

// StepPace are the times of one step.
type StepPace struct {
	N     int   `json:"n"`
	P50Ms int64 `json:"p50Ms" doc:"0 while there are fewer than 5"`
	P90Ms int64 `json:"p90Ms" doc:"0 while there are fewer than 5"`
}

// PaceDays is over how many days a wallboard counts, the last being the day that it shows: on one day most offices have
// too few cases for a median.
const PaceDays = 7

// pace reads the times of an office and those below it up to a day.
func (v *View) pace(ctx context.Context, id office.ID, day string, lines map[office.ID]*OfficeFigures) error {
	last, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err // checked before
	}
	first := last.AddDate(0, 0, 1-PaceDays).Format(time.DateOnly)
	gathered := map[office.ID]*[3][]int64{}
	at := func(o office.ID) *[3][]int64 {
		if gathered[o] == nil {
			gathered[o] = new([3][]int64)
		}
		return gathered[o]
	}
	rows, err := v.ask().QueryContext(ctx, `SELECT office, ms FROM acceptance
		WHERE office IN (SELECT office FROM office_above WHERE above = ?) AND day BETWEEN ? AND ?`, id, first, day)
	if err != nil {
		return v.trouble(err, "read how soon %s accepted", id)
	}
	defer rows.Close()
	for rows.Next() {
		var o office.ID
		var ms int64
		if err := rows.Scan(&o, &ms); err != nil {
			return v.trouble(err, "read how soon %s accepted", id)
		}
		x := at(o)
		x[0] = append(x[0], ms)
	}
	if err := rows.Err(); err != nil {
		return v.trouble(err, "read how soon %s accepted", id)
	}
	if err := v.paceOfArrivals(ctx, id, first, day, lines, at); err != nil {
		return v.trouble(err, "read how soon %s arrived", id)
	}
	for o, x := range gathered {
		if l := lines[o]; l != nil {
			l.Pace.Accept, l.Pace.Assign, l.Pace.Arrive = stepPace(x[0]), stepPace(x[1]), stepPace(x[2])
		}
	}
	return nil
}

func (v *View) paceOfArrivals(ctx context.Context, id office.ID, first, day string, lines map[office.ID]*OfficeFigures, at func(office.ID) *[3][]int64) error {
	rows, err := v.ask().QueryContext(ctx, `SELECT r.office, i.phase, i.first_ring, r.assign_ms, r.target_ms, a.ring_ms, coalesce(a.far, 0)
		FROM response r JOIN incidents i ON i.pos = r.incident LEFT JOIN arrival a ON a.incident = r.incident
		WHERE r.office IN (SELECT office FROM office_above WHERE above = ?) AND r.day BETWEEN ? AND ? AND i.class = ? AND i.phase NOT IN (?, ?)`,
		id, first, day, incident.Emergency, incident.Cancelled, incident.Linked)
	if err != nil {
		return err
	}
	defer rows.Close()
	now := time.Now()
	for rows.Next() {
		var o office.ID
		var phase incident.Phase
		var ringAt, target int64
		var assign, ring sql.NullInt64
		var far bool
		if err := rows.Scan(&o, &phase, &ringAt, &assign, &target, &ring, &far); err != nil {
			return err
		}
		l, x := lines[o], at(o)
		if l == nil {
			continue
		}
		if assign.Valid {
			x[1] = append(x[1], assign.Int64)
		}
		switch {
		case ring.Valid:
			x[2] = append(x[2], ring.Int64)
			count(&l.Pace.Far, far)
			count(&l.Pace.Judged, target > 0)
			count(&l.Pace.InTime, target > 0 && ring.Int64 <= target)
		case phase != incident.Closed && target > 0 && now.Sub(time.Unix(0, ringAt)).Milliseconds() > target:
			l.Pace.Judged++
		}
	}
	return rows.Err()
}

func stepPace(times []int64) StepPace {
	p := StepPace{N: len(times)}
	if p.N >= fairShown {
		slices.Sort(times)
		p.P50Ms, p.P90Ms = quantile(times, 0.5), quantile(times, 0.9)
	}
	return p
}
