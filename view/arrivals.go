package view

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// saveParts writes who may see a restricted incident, its units, and the first arrival.
func (b *batch) saveParts(c *incidentRow) error {
	s := c.st
	if s.Restricted() {
		for _, p := range append(slices.Clone(s.Named), s.Hands...) {
			if err := b.exec(`INSERT OR IGNORE INTO incident_person (incident, person) VALUES (?, ?)`, c.pos, p); err != nil {
				return err
			}
		}
	}
	for i, a := range s.Units {
		skipped := make([]string, len(a.Skipped))
		for j, step := range a.Skipped {
			skipped[j] = string(step)
		}
		err := b.exec(`INSERT OR REPLACE INTO assignment (incident, i, office, unit, sign, lead, by, at, acked, departed, arrived, ended,
				released, via, metres, far, proved, skipped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.pos, i, s.Office, a.Unit, a.Sign, a.Lead, a.By, a.At.UnixNano(), ns(a.AckedAt), ns(a.DepartedAt), ns(a.ArrivedAt),
			ns(a.EndedAt), a.Released, a.Via, metres(a.Metres, a.Metres >= 0 && !a.ArrivedAt.IsZero()), a.Far, ns(a.Proved), strings.Join(skipped, " "))
		if err != nil {
			return fmt.Errorf("write the units of incident %s: %w", s.ID, err)
		}
	}
	if err := b.saveResponse(c); err != nil {
		return err
	}
	if s.ArrivedAt.IsZero() {
		return nil
	}
	var first incident.Assignment
	for _, a := range s.Units {
		if a.ArrivedAt.Equal(s.ArrivedAt) {
			first = a
			break
		}
	}
	var known any
	if !s.PlaceKnownAt.IsZero() {
		known = max(0, s.ArrivedAt.Sub(s.PlaceKnownAt)).Milliseconds()
	}
	err := b.exec(`INSERT OR REPLACE INTO arrival (incident, office, day, class, ring_ms, place_ms, target_ms, metres, via, proved, far)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.pos, s.Office, b.v.DayOf(s.Office, s.FirstRing), s.Class(),
		max(0, s.ArrivedAt.Sub(s.FirstRing)).Milliseconds(), known, s.Target.Arrive.Milliseconds(),
		metres(s.Target.Distance, s.Target.Known), first.Via, !first.Proved.IsZero(), first.Far)
	if err != nil {
		return fmt.Errorf("write the arrival at incident %s: %w", s.ID, err)
	}
	return nil
}

func metres(m office.Metres, known bool) any {
	if !known {
		return nil
	}
	return float64(m)
}

// saveResponse writes what was promised.
func (b *batch) saveResponse(c *incidentRow) error {
	s := c.st
	if s.Phase == incident.Draft || s.Phase == incident.NotValid {
		return nil
	}
	var assign any
	if len(s.Units) > 0 && !s.AcceptedAt.IsZero() {
		assign = max(0, s.Units[0].At.Sub(s.AcceptedAt)).Milliseconds()
	}
	err := b.exec(`INSERT OR REPLACE INTO response (incident, office, day, assign_ms, target_ms, since) VALUES (?, ?, ?, ?, ?, ?)`,
		c.pos, s.Office, b.v.DayOf(s.Office, s.FirstRing), assign, s.Target.Arrive.Milliseconds(), s.Target.Since)
	if err != nil {
		return fmt.Errorf("write what was promised for incident %s: %w", s.ID, err)
	}
	return nil
}

// unitEvents folds what a unit did.
func (b *batch) unitEvents(id string, r journal.Record, events []incident.UnitEvent) error {
	var u incident.Unit
	var state []byte
	err := b.tx.QueryRowContext(b.ctx, `SELECT state FROM units WHERE id = ?`, id).Scan(&state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return fmt.Errorf("read unit %s: %w", id, err)
	default:
		//nolint:musttag // of this file only, which is made again when anything about it changes
		if err := json.Unmarshal(state, &u); err != nil {
			return fmt.Errorf("read unit %s: %w", id, err)
		}
	}
	for i, e := range events {
		if _, first := e.(incident.UnitRegistered); u.ID == "" && !first {
			return errHeadless
		}
		u = u.Apply(e)
		at, who, job := unitLine(e)
		err := b.exec(`INSERT OR REPLACE INTO unit_line (unit, seq, i, at, what, who, status, incident, home) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, r.Seq, i, at.UnixNano(), incident.UnitCodec.Name(e), who, u.Status, job, u.Vehicle.Home)
		if err != nil {
			return fmt.Errorf("write a line of unit %s: %w", id, err)
		}
	}
	//nolint:musttag // as above
	if state, err = json.Marshal(u); err != nil {
		return fmt.Errorf("write unit %s: %w", id, err)
	}
	return b.exec(`INSERT OR REPLACE INTO units (id, state) VALUES (?, ?)`, id, string(state))
}

// unitsBegin folds the vehicles of an imported file, or one of them. Their line has the number 0: in the unit's own stream numbers
// begin with 1.
func (b *batch) unitsBegin(r journal.Record, only string) error {
	events, _, err := incident.UnitCodec.Decode(r.Body)
	if err != nil {
		b.v.damaged(r.Pos, fmt.Sprintf("%s: %v", r.Stream, err))
		return nil
	}
	r.Seq = 0
	for _, e := range events {
		if u, ok := e.(incident.UnitRegistered); ok && (only == "" || only == string(u.ID)) {
			if err := b.unitEvents(string(u.ID), r, []incident.UnitEvent{e}); err != nil {
				return err
			}
		}
	}
	return nil
}

// begunElsewhere folds the beginning of a unit that came with an imported file.
func (b *batch) begunElsewhere(id string) error {
	recs, err := b.v.journal.Read(b.ctx, roster.Stream, 1)
	if damaged := (*journal.CorruptError)(nil); err != nil && !errors.As(err, &damaged) {
		return fmt.Errorf("read imported units: %w", err)
	}
	for _, r := range recs {
		if r.Type == roster.UnitsType {
			if err := b.unitsBegin(r, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func unitLine(e incident.UnitEvent) (at time.Time, who office.PersonID, job incident.ID) {
	switch e := e.(type) {
	case incident.UnitRegistered:
		return e.At, e.By, ""
	case incident.UnitRetired:
		return e.At, e.By, ""
	case incident.UnitManned:
		return e.At, e.By, ""
	case incident.UnitStatusSet:
		return e.At, e.By, ""
	case incident.UnitSent:
		return e.At, e.By, e.Incident
	case incident.UnitStacked:
		return e.At, e.By, e.Incident
	case incident.UnitFinished:
		return e.At, e.By, e.Incident
	case incident.UnitReleased:
		return e.At, e.By, e.Incident
	case incident.UnitPanicked:
		return e.At, e.By, ""
	case incident.PanicSeen:
		return e.At, e.By, ""
	case incident.PanicCleared:
		return e.At, e.By, ""
	}
	return at, who, job
}

// dropUnit takes a unit out of every table.
func (b *batch) dropUnit(id string) error {
	for _, q := range []string{`DELETE FROM units WHERE id = ?`, `DELETE FROM unit_line WHERE unit = ?`} {
		if err := b.exec(q, id); err != nil {
			return fmt.Errorf("erase unit %s: %w", id, err)
		}
	}
	return nil
}

// ResponseTimes are one office's arrivals at emergencies, judged from the first ring.
type ResponseTimes struct {
	Office   office.ID `json:"office"`
	Arrived  int       `json:"arrived"`
	InTarget int       `json:"inTarget" doc:"within the target that held on that day"`
	In10Min  int       `json:"in10Min"`
	P50Ms    int64     `json:"p50Ms" doc:"from the first ring"`
	P90Ms    int64     `json:"p90Ms"`
	PlaceP50 int64     `json:"placeP50Ms" doc:"from the place known: shown beside it, never judged"`
	Proved   int       `json:"proved" doc:"the unit's position was at the place"`
	Far      int       `json:"far" doc:"pressed somewhere else"`
}

// Responses counts the arrivals of an office and each below it, on the days from first to last. It ends with ErrNotFound
// when reader may not read the office.
func (v *View) Responses(ctx context.Context, reader, id office.ID, first, last string) ([]ResponseTimes, error) {
	list := []ResponseTimes{}
	for _, day := range []string{first, last} {
		if err := v.mayRead(ctx, reader, id, day); err != nil {
			return list, err
		}
	}
	rows, err := v.ask().QueryContext(ctx, `SELECT office, ring_ms, place_ms, target_ms, proved, far FROM arrival
		WHERE office IN (SELECT office FROM office_above WHERE above = ?) AND day BETWEEN ? AND ? AND class = ?
		ORDER BY office, ring_ms`, id, first, last, incident.Emergency)
	if err != nil {
		return list, v.trouble(err, "count the arrivals of %s", id)
	}
	defer rows.Close()
	ring, place := map[office.ID][]int64{}, map[office.ID][]int64{}
	by := map[office.ID]*ResponseTimes{}
	for rows.Next() {
		var o office.ID
		var ms, target int64
		var known sql.NullInt64
		var proved, far bool
		if err := rows.Scan(&o, &ms, &known, &target, &proved, &far); err != nil {
			return list, v.trouble(err, "count the arrivals of %s", id)
		}
		f := by[o]
		if f == nil {
			f = &ResponseTimes{Office: o}
			by[o] = f
		}
		f.Arrived++
		count(&f.InTarget, target > 0 && ms <= target)
		count(&f.In10Min, ms <= 600_000)
		count(&f.Proved, proved)
		count(&f.Far, far)
		ring[o] = append(ring[o], ms)
		if known.Valid {
			place[o] = append(place[o], known.Int64)
		}
	}
	for _, o := range v.offices.All() {
		f := by[o.ID]
		if f == nil {
			continue
		}
		slices.Sort(place[o.ID])
		f.P50Ms, f.P90Ms, f.PlaceP50 = quantile(ring[o.ID], 0.5), quantile(ring[o.ID], 0.9), quantile(place[o.ID], 0.5)
		list = append(list, *f)
	}
	return list, v.trouble(rows.Err(), "count the arrivals of %s", id)
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// quantile of a sorted list, by nearest rank.
func quantile(sorted []int64, q float64) int64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// UnitLine is one row of what a unit did.
type UnitLine struct {
	At       time.Time           `json:"at"`
	Who      office.PersonID     `json:"who"`
	Name     string              `json:"name"`
	What     string              `json:"what" doc:"name of the event: assigned, status, finished, manned, …"`
	Status   incident.UnitStatus `json:"status" doc:"of the unit after it"`
	Incident incident.ID         `json:"incident"`
}

// UnitHistory lists what a unit did, newest first, for an office that may read the unit's home of then.
func (v *View) UnitHistory(ctx context.Context, reader office.ID, unit incident.UnitID, limit int) ([]UnitLine, error) {
	list := []UnitLine{}
	rows, err := v.ask().QueryContext(ctx, `SELECT at, who, what, status, incident FROM unit_line
		WHERE unit = ? AND home IN (SELECT office FROM office_above WHERE above = ?) ORDER BY seq DESC, i DESC LIMIT ?`,
		unit, reader, limitOf(limit))
	if err != nil {
		return list, v.trouble(err, "read what unit %s did", unit)
	}
	defer rows.Close()
	for rows.Next() {
		var l UnitLine
		var at sql.NullInt64
		if err := rows.Scan(&at, &l.Who, &l.What, &l.Status, &l.Incident); err != nil {
			return list, v.trouble(err, "read what unit %s did", unit)
		}
		l.At, l.Name = when(at), v.name(l.Who)
		list = append(list, l)
	}
	return list, v.trouble(rows.Err(), "read what unit %s did", unit)
}
