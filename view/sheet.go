package view

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// Unbalanced is a call that the conservation sheet of a day can't place.
type Unbalanced struct {
	Call  call.ID `json:"call"`
	Began int     `json:"began" doc:"how often its beginning is in the journal"`
	Ended int     `json:"ended" doc:"how often it has an outcome"`
}

// Sheet is the conservation sheet of one day: every call that came in has exactly one outcome, or is live. What doesn't
// add up is named call by call.
type Sheet struct {
	DaySheet
	Unbalanced []Unbalanced `json:"unbalanced" nullable:"false"`
}

// unbalancedMax calls are named at most: one is an alarm, a thousand tell no more.
const unbalancedMax = 100

// Sheet of an office and those below it, or ErrNotFound.
func (v *View) Sheet(ctx context.Context, reader, id office.ID, day string) (Sheet, error) {
	d, err := v.Day(ctx, reader, id, day)
	s := Sheet{DaySheet: d, Unbalanced: []Unbalanced{}}
	if err != nil {
		return s, err
	}
	rows, err := v.ask().QueryContext(ctx, `SELECT id, dialled, closed FROM calls
		WHERE office IN (SELECT office FROM office_above WHERE above = ?) AND day = ? AND NOT outbound AND (dialled <> 1 OR closed > 1)
		ORDER BY pos LIMIT ?`, id, day, unbalancedMax)
	if err != nil {
		return s, v.trouble(err, "look for calls of %s that don't add up", id)
	}
	defer rows.Close()
	for rows.Next() {
		var u Unbalanced
		if err := rows.Scan(&u.Call, &u.Began, &u.Ended); err != nil {
			return s, v.trouble(err, "look for calls of %s that don't add up", id)
		}
		s.Unbalanced = append(s.Unbalanced, u)
	}
	s.Balanced = s.Balanced && len(s.Unbalanced) == 0
	return s, v.trouble(rows.Err(), "look for calls of %s that don't add up", id)
}

// PrankNumber is one number's pranks in a time.
type PrankNumber struct {
	Number     string         `json:"number"`
	NumberText string         `json:"numberText"`
	Withheld   bool           `json:"withheld"`
	Count      int            `json:"count"`
	Kinds      map[string]int `json:"kinds" nullable:"false" doc:"by kind of prank; laporan_palsu is its own"`
	First      time.Time      `json:"first"`
	Last       time.Time      `json:"last"`
	TalkMs     int64          `json:"talkMs" doc:"that operators spent with it"`
	Calls      []call.ID      `json:"calls" nullable:"false" doc:"the newest first"`
}

// Pranks lists who played with the number between two times, the most first: the bulk view at the end of a shift.
func (v *View) Pranks(ctx context.Context, reader, id office.ID, from, to time.Time) ([]PrankNumber, error) {
	if err := v.mayRead(ctx, reader, id, v.DayOf(id, from)); err != nil {
		return nil, err
	}
	rows, err := v.ask().QueryContext(ctx, `SELECT id, number, withheld, prank, outcome, first_ring, talk_ms FROM calls
		WHERE office IN (SELECT office FROM office_above WHERE above = ?) AND first_ring BETWEEN ? AND ? AND outcome IN (?, ?)
		ORDER BY first_ring DESC LIMIT 5000`, id, from.UnixNano(), to.UnixNano(), call.PrankCall, call.FalseReport)
	if err != nil {
		return nil, v.trouble(err, "list the pranks of %s", id)
	}
	defer rows.Close()
	byNumber := map[string]*PrankNumber{}
	order := []*PrankNumber{}
	for rows.Next() {
		var c call.ID
		var number, prank, outcome string
		var withheld bool
		var first, talk int64
		if err := rows.Scan(&c, &number, &withheld, &prank, &outcome, &first, &talk); err != nil {
			return nil, v.trouble(err, "list the pranks of %s", id)
		}
		key := number
		if number == "" {
			key = string(c) // nobody knows whether two hidden callers are one
		}
		p := byNumber[key]
		at := time.Unix(0, first).UTC()
		if p == nil {
			p = &PrankNumber{Number: number, NumberText: numberText(number), Withheld: withheld, Kinds: map[string]int{}, Last: at, Calls: []call.ID{}}
			byNumber[key] = p
			order = append(order, p)
		}
		if outcome == string(call.FalseReport) {
			prank = outcome
		}
		p.Count++
		p.Kinds[prank]++
		p.First, p.TalkMs, p.Calls = at, p.TalkMs+talk, append(p.Calls, c)
	}
	slices.SortStableFunc(order, func(a, b *PrankNumber) int { return b.Count - a.Count })
	out := []PrankNumber{}
	for _, p := range order {
		out = append(out, *p)
	}
	return out, v.trouble(rows.Err(), "list the pranks of %s", id)
}

// Past gives an office's own calls that came in between two times and have ended, oldest first, as filter.Try takes them.
func (v *View) Past(ctx context.Context, reader, id office.ID, from, to time.Time) ([]filter.PastCall, error) {
	if err := v.mayRead(ctx, reader, id, v.DayOf(id, from)); err != nil {
		return nil, err
	}
	rows, err := v.ask().QueryContext(ctx, `SELECT id, number, withheld OR unsure, trunk, first_ring, ended, outcome, prank, talk_ms FROM calls
		WHERE office = ? AND first_ring BETWEEN ? AND ? AND NOT outbound AND outcome <> '' ORDER BY first_ring`, id, from.UnixNano(), to.UnixNano())
	if err != nil {
		return nil, v.trouble(err, "read the calls of %s", id)
	}
	defer rows.Close()
	var out []filter.PastCall
	for rows.Next() {
		var c filter.PastCall
		var first, ended sql.NullInt64
		var talk int64
		if err := rows.Scan(&c.Call, &c.Number, &c.Unsure, &c.Trunk, &first, &ended, &c.Outcome, &c.Prank, &talk); err != nil {
			return nil, v.trouble(err, "read the calls of %s", id)
		}
		c.Began, c.Ended, c.Talked = when(first), when(ended), time.Duration(talk)*time.Millisecond
		c.Unsure = c.Unsure || c.Number == "" || c.Number == office.Number(office.Erased)
		out = append(out, c)
	}
	return out, v.trouble(rows.Err(), "read the calls of %s", id)
}

// CaseCalls gives the pranks and false reports of some numbers between two times, oldest first, for a case file. At
// most caseMax calls; more is ErrQuery.
func (v *View) CaseCalls(ctx context.Context, reader, id office.ID, numbers []office.Number, from, to time.Time) ([]CallFull, error) {
	if err := v.mayRead(ctx, reader, id, v.DayOf(id, from)); err != nil {
		return nil, err
	}
	if len(numbers) == 0 || len(numbers) > 50 {
		return nil, fmt.Errorf("%w: name 1 to 50 numbers", ErrQuery)
	}
	out := []CallFull{}
	for _, n := range numbers {
		rows, err := v.ask().QueryContext(ctx, `SELECT `+rowColumns+` FROM calls c LEFT JOIN incidents i ON i.id = c.incident AND c.incident <> ''
			WHERE c.office IN (SELECT office FROM office_above WHERE above = ?) AND c.number = ? AND c.first_ring BETWEEN ? AND ?
				AND c.outcome IN (?, ?) ORDER BY c.first_ring LIMIT ?`,
			id, n, from.UnixNano(), to.UnixNano(), call.PrankCall, call.FalseReport, caseMax+1)
		if err != nil {
			return nil, v.trouble(err, "read the calls of a case of %s", id)
		}
		for rows.Next() {
			_, c, err := v.scanCall(rows.Scan)
			if err != nil {
				rows.Close() //nolint:errcheck,sqlclosecheck // the first error tells
				return nil, v.trouble(err, "read the calls of a case of %s", id)
			}
			out = append(out, c)
		}
		err = rows.Err()
		rows.Close() //nolint:errcheck,sqlclosecheck // read to its end
		if err != nil {
			return nil, v.trouble(err, "read the calls of a case of %s", id)
		}
	}
	if len(out) > caseMax {
		return nil, fmt.Errorf("%w: more than %d calls: choose fewer numbers or a shorter time", ErrQuery, caseMax)
	}
	slices.SortFunc(out, func(a, b CallFull) int { return a.FirstRing.Compare(b.FirstRing) })
	return out, nil
}

// caseMax calls fit a case file: their tapes are several hundred megabytes then.
const caseMax = 500
