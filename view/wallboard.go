package view

import (
	"context"
	"fmt"
	"slices"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// DaySheet are the figures of one day: calls whose first ring fell on it, in the zone of their office. The law is
// In = sum of Outcomes + Live (CALL.md, Outcomes). Each is counted from events of its own, so that a call that was
// lost or counted twice shows.
type DaySheet struct {
	Office      office.ID            `json:"office"`
	Day         string               `json:"day"`
	In          int                  `json:"in" doc:"calls that began"`
	Outcomes    map[call.Outcome]int `json:"outcomes" nullable:"false" doc:"calls that ended, by outcome"`
	Ended       int                  `json:"ended" doc:"sum of outcomes"`
	Live        int                  `json:"live"`
	Balanced    bool                 `json:"balanced"`
	Answered    int                  `json:"answered"`
	Answered10s int                  `json:"answered10s" doc:"within 10 s of the first ring"`
	WaitMaxMs   int64                `json:"waitMaxMs" doc:"longest wait for an answer that came"`
	Callbacks   int                  `json:"callbacks" doc:"numbers of that day to whom a call back is owed still"`
}

// answeredSoon: the goal that wallboards show, ms.
const answeredSoon = 10_000

// Day counts the calls of an office and those below it, or ends with ErrNotFound when reader may not read the office.
func (v *View) Day(ctx context.Context, reader, id office.ID, day string) (DaySheet, error) {
	d := DaySheet{Office: id, Day: day, Outcomes: map[call.Outcome]int{}}
	if err := v.mayRead(ctx, reader, id, day); err != nil {
		return d, err
	}
	rows, err := v.ask().QueryContext(ctx, `SELECT outcome, sum(dialled), sum(closed), sum(closed = 0),
			sum(answered IS NOT NULL AND outcome <> 'tes'), sum(answered IS NOT NULL AND wait_ms <= ? AND outcome <> 'tes'),
			coalesce(max(CASE WHEN answered IS NOT NULL THEN wait_ms END), 0)
		FROM calls WHERE office IN (SELECT office FROM office_above WHERE above = ?) AND day = ? AND NOT outbound GROUP BY outcome`,
		answeredSoon, id, day)
	if err != nil {
		return d, v.trouble(err, "count the calls of %s on %s", id, day)
	}
	defer rows.Close()
	for rows.Next() {
		var o call.Outcome
		var in, ended, live, answered, soon int
		var longest int64
		if err := rows.Scan(&o, &in, &ended, &live, &answered, &soon, &longest); err != nil {
			return d, v.trouble(err, "count the calls of %s on %s", id, day)
		}
		d.In, d.Live, d.Ended = d.In+in, d.Live+live, d.Ended+ended
		d.Answered, d.Answered10s = d.Answered+answered, d.Answered10s+soon
		d.WaitMaxMs = max(d.WaitMaxMs, longest)
		if ended > 0 {
			d.Outcomes[o] = ended
		}
	}
	if err := rows.Err(); err != nil {
		return d, v.trouble(err, "count the calls of %s on %s", id, day)
	}
	d.Balanced = d.In == d.Ended+d.Live
	// One open obligation per number, closed by any later answered call from it (CALL.md §1).
	err = v.ask().QueryRowContext(ctx, `SELECT count(DISTINCT c.number) FROM calls c
		WHERE c.office IN (SELECT office FROM office_above WHERE above = ?) AND c.day = ? AND NOT c.outbound AND c.callback IN (?, ?)
			AND c.number NOT IN ('', ?)
			AND NOT EXISTS (SELECT 1 FROM calls l WHERE l.number = c.number AND l.first_ring > c.first_ring AND l.answered IS NOT NULL)`,
		id, day, call.Owed, call.OwedFirst, office.Erased).Scan(&d.Callbacks)
	if err != nil {
		return d, v.trouble(err, "count the call backs of %s on %s", id, day)
	}
	return d, nil
}

// OfficeFigures is one office's line on the wallboard.
type OfficeFigures struct {
	Office         office.ID `json:"office"`
	Name           string    `json:"name"`
	Open           int       `json:"open" doc:"incidents that it has to accept or works on"`
	Waiting        int       `json:"waiting" doc:"of these, not accepted yet"`
	Accepted       int       `json:"accepted" doc:"on that day"`
	AcceptMedianMs int64     `json:"acceptMedianMs" doc:"from being given it to accepting it; 0 when none was"`
	Pace           Pace      `json:"pace" doc:"of the last 7 days"`
}

// Board are the wallboard's figures of what happened; those of now come from memory.
type Board struct {
	DaySheet
	PerOffice []OfficeFigures `json:"perOffice" nullable:"false"`
}

// Wallboard gives the day of an office, with a line for it and each below it in the directory's order, or ErrNotFound
// when reader may not read the office.
func (v *View) Wallboard(ctx context.Context, reader, id office.ID, day string) (Board, error) {
	sheet, err := v.Day(ctx, reader, id, day)
	b := Board{DaySheet: sheet, PerOffice: []OfficeFigures{}}
	if err != nil {
		return b, err
	}
	lines := map[office.ID]*OfficeFigures{}
	for _, o := range v.offices.All() {
		if v.offices.CanRead(id, o.ID) {
			lines[o.ID] = &OfficeFigures{Office: o.ID, Name: o.Name}
		}
	}
	if err := v.open(ctx, id, lines); err != nil {
		return b, err
	}
	if err := v.accepted(ctx, id, day, lines); err != nil {
		return b, err
	}
	if err := v.pace(ctx, id, day, lines); err != nil {
		return b, err
	}
	for _, o := range v.offices.All() {
		if l := lines[o.ID]; l != nil {
			b.PerOffice = append(b.PerOffice, *l)
		}
	}
	return b, nil
}

func (v *View) open(ctx context.Context, id office.ID, lines map[office.ID]*OfficeFigures) error {
	rows, err := v.ask().QueryContext(ctx, `SELECT office, count(*), sum(phase = ?) FROM incidents
		WHERE phase IN (`+openPhases+`) AND office IN (SELECT office FROM office_above WHERE above = ?) GROUP BY office`,
		incident.Sent, id)
	if err != nil {
		return v.trouble(err, "count the open incidents of %s", id)
	}
	defer rows.Close()
	for rows.Next() {
		var o office.ID
		var open, waiting int
		if err := rows.Scan(&o, &open, &waiting); err != nil {
			return v.trouble(err, "count the open incidents of %s", id)
		}
		if l := lines[o]; l != nil {
			l.Open, l.Waiting = open, waiting
		}
	}
	return v.trouble(rows.Err(), "count for %s", id)
}

func (v *View) accepted(ctx context.Context, id office.ID, day string, lines map[office.ID]*OfficeFigures) error {
	rows, err := v.ask().QueryContext(ctx, `SELECT office, ms FROM acceptance
		WHERE office IN (SELECT office FROM office_above WHERE above = ?) AND day = ?`, id, day)
	if err != nil {
		return v.trouble(err, "read how soon %s accepted", id)
	}
	defer rows.Close()
	times := map[office.ID][]int64{}
	for rows.Next() {
		var o office.ID
		var ms int64
		if err := rows.Scan(&o, &ms); err != nil {
			return v.trouble(err, "read how soon %s accepted", id)
		}
		times[o] = append(times[o], ms)
	}
	for o, list := range times {
		if l := lines[o]; l != nil {
			l.Accepted, l.AcceptMedianMs = len(list), median(list)
		}
	}
	return v.trouble(rows.Err(), "count for %s", id)
}

// median sorts the list; of an even number it is the mean of the middle two.
func median(list []int64) int64 {
	slices.Sort(list)
	n := len(list)
	if n == 0 {
		return 0
	}
	return (list[(n-1)/2] + list[n/2]) / 2
}

// mayRead ends with ErrNotFound unless the office is the reader or below it.
func (v *View) mayRead(ctx context.Context, reader, id office.ID, day string) error {
	if day == "" {
		return fmt.Errorf("%w: say which day", ErrQuery)
	}
	if err := checkDay(day); err != nil {
		return err
	}
	var may bool
	err := v.ask().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM office_above WHERE office = ? AND above = ?)`,
		id, reader).Scan(&may)
	if err != nil {
		return v.trouble(err, "ask who is above %s", id)
	}
	if !may {
		return ErrNotFound
	}
	return nil
}
