package view

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// FairTimes are the times of one group of people who asked for help, against one promise.
type FairTimes struct {
	N      int   `json:"n" doc:"times that are known"`
	P50Ms  int64 `json:"p50Ms" doc:"from the first ring; 0 while there are fewer than 5"`
	P90Ms  int64 `json:"p90Ms" doc:"0 while there are fewer than 5"`
	Judged int   `json:"judged" doc:"those for whom it can be said whether the promise was kept"`
	InTime int   `json:"inTime"`
	// Lo and Hi are the 95 % interval of InTime ÷ Judged (Wilson).
	Lo      float64 `json:"lo"`
	Hi      float64 `json:"hi"`
	Verdict Verdict `json:"verdict" enum:",worse,alike,few" doc:"against all others of the same list; empty: nothing to judge"`
	// PlaceP50Ms is from the place known to the arrival: shown beside it, never judged.
	PlaceP50Ms int64 `json:"placeP50Ms"`
	Far        int   `json:"far" doc:"arrivals that were pressed somewhere else: counted, and marked"`
	Proved     int   `json:"proved" doc:"arrivals that a position shows"`
	NoArrival  int   `json:"noArrival" doc:"closed without anybody having come: not judged, not hidden"`

	times, places []int64
}

// Verdict says how a group is served beside the others.
type Verdict string

// The verdicts.
const (
	Worse Verdict = "worse" // clearly less often in time than the others
	Alike Verdict = "alike" // no clear difference
	Few   Verdict = "few"   // too few to tell
)

// FairGroup is one area, office, kind of line or language.
type FairGroup struct {
	Key    string    `json:"key" doc:"empty: not known"`
	Name   string    `json:"name" doc:"of an area or office; empty for lines and languages"`
	Answer FairTimes `json:"answer"`
	Arrive FairTimes `json:"arrive"`
}

// Fairness says whether all are served the same.
type Fairness struct {
	Office    office.ID   `json:"office"`
	From      string      `json:"from"`
	To        string      `json:"to"`
	All       FairGroup   `json:"all"`
	Areas     []FairGroup `json:"areas" nullable:"false" doc:"by the area in which the report's place lies"`
	Offices   []FairGroup `json:"offices" nullable:"false" doc:"by the Polres that had the report"`
	Lines     []FairGroup `json:"lines" nullable:"false" doc:"mobile, landline, payphone, withheld, foreign, none, other"`
	Languages []FairGroup `json:"languages" nullable:"false" doc:"codes of languages; known from reports only"`
	AnswerMs  int64       `json:"answerMs" doc:"an answer is in time within this"`
	Least     int         `json:"least" doc:"a group of fewer is too few to tell"`
	Gap       float64     `json:"gap" doc:"a smaller difference of the shares is never named"`
}

// FairAsk says what to count, and what the view doesn't know itself.
type FairAsk struct {
	Office      office.ID
	First, Last string // days of the first rings
	Now         time.Time
	// Area names the area of a place as it held then; empty: nobody's.
	Area func(office.Point, time.Time) string
	// Shared says that many people use a number: a payphone, a school.
	Shared func(office.Number) bool
}

const (
	// Payphone is the line of numbers that were marked as shared by many.
	Payphone office.Line = "payphone"

	fairLeast = 20   // fewer tell nothing
	fairGap   = 0.05 // what is too small to matter isn't named, however many calls prove it
	fairShown = 5    // fewer have no median
	// fairAlpha is how likely a list may name somebody although all are served alike.
	fairAlpha = 0.05
)

// asked is one call or emergency, with the groups that it belongs to.
type asked struct {
	area, areaName, office, line, language string
	hasArea, hasLine                       bool
}

// Fairness counts answers and arrivals of an office and those below it by area, office, line and language, and names who
// is served worse. It ends with ErrNotFound when reader may not read the office.
func (v *View) Fairness(ctx context.Context, reader office.ID, ask FairAsk) (Fairness, error) {
	f := Fairness{
		Office: ask.Office, From: ask.First, To: ask.Last, AnswerMs: answeredSoon, Least: fairLeast, Gap: fairGap,
		Areas: []FairGroup{}, Offices: []FairGroup{}, Lines: []FairGroup{}, Languages: []FairGroup{},
	}
	for _, day := range []string{ask.First, ask.Last} {
		if err := v.mayRead(ctx, reader, ask.Office, day); err != nil {
			return f, err
		}
	}
	t := tally{v: v, ask: ask, areas: map[string]*FairGroup{}, offices: map[string]*FairGroup{}, lines: map[string]*FairGroup{}, languages: map[string]*FairGroup{}}
	if err := t.answers(ctx); err != nil {
		return f, v.trouble(err, "count the answers of %s", ask.Office)
	}
	if err := t.arrivals(ctx); err != nil {
		return f, v.trouble(err, "count the arrivals of %s", ask.Office)
	}
	t.all.close()
	f.All = t.all
	f.Areas, f.Offices, f.Lines, f.Languages = judged(t.areas), judged(t.offices), judged(t.lines), judged(t.languages)
	return f, nil
}

// tally gathers the groups.
type tally struct {
	v                                *View
	ask                              FairAsk
	all                              FairGroup
	areas, offices, lines, languages map[string]*FairGroup
}

func (t *tally) answers(ctx context.Context) error {
	rows, err := t.v.ask().QueryContext(ctx, `SELECT c.first_ring, c.wait_ms, c.answered IS NOT NULL, c.number, c.line,
			coalesce(i.office, c.polres), coalesce(json_extract(i.state, '$.Report.at.private'), ''), coalesce(json_extract(i.state, '$.Report.language.private'), ''),
			i.pos IS NOT NULL
		FROM calls c LEFT JOIN incidents i ON i.id = c.incident AND c.incident <> ''
		WHERE c.office IN (SELECT office FROM office_above WHERE above = ?) AND c.day BETWEEN ? AND ? AND NOT c.outbound AND c.outcome <> 'tes'
			AND (c.answered IS NOT NULL OR c.outcome IN (?, ?, ?))`,
		t.ask.Office, t.ask.First, t.ask.Last, call.LeftQueue, call.LeftRinging, call.RefusedFull)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var first, wait int64
		var answered, reported bool
		var number, line, of, at, language string
		if err := rows.Scan(&first, &wait, &answered, &number, &line, &of, &at, &language, &reported); err != nil {
			return err
		}
		for _, g := range t.groups(t.about(first, number, line, of, at, language, reported, true)) {
			g.Answer.Judged++
			if answered {
				g.Answer.times = append(g.Answer.times, wait)
				count(&g.Answer.InTime, wait <= answeredSoon)
			}
		}
	}
	return rows.Err()
}

// arrivals judges emergencies: one that is open beyond its target is late, whoever may still come.
func (t *tally) arrivals(ctx context.Context) error {
	rows, err := t.v.ask().QueryContext(ctx, `SELECT r.office, i.phase, i.first_ring, r.target_ms, a.ring_ms, a.place_ms,
			coalesce(a.far, 0), coalesce(a.proved, 0), coalesce(json_extract(i.state, '$.Report.at.private'), ''),
			coalesce(json_extract(i.state, '$.Report.language.private'), ''), coalesce(c.number, ''), coalesce(c.line, '')
		FROM response r JOIN incidents i ON i.pos = r.incident LEFT JOIN arrival a ON a.incident = r.incident
			LEFT JOIN calls c ON c.id = i.call AND i.call <> ''
		WHERE r.office IN (SELECT office FROM office_above WHERE above = ?) AND r.day BETWEEN ? AND ? AND i.class = ?
			AND i.phase NOT IN (?, ?)`,
		t.ask.Office, t.ask.First, t.ask.Last, incident.Emergency, incident.Cancelled, incident.Linked)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of, at, language, number, line string
		var phase incident.Phase
		var first, target int64
		var ring, place sql.NullInt64
		var far, proved bool
		if err := rows.Scan(&of, &phase, &first, &target, &ring, &place, &far, &proved, &at, &language, &number, &line); err != nil {
			return err
		}
		overdue := !ring.Valid && phase != incident.Closed && target > 0 && t.ask.Now.Sub(time.Unix(0, first)).Milliseconds() > target
		for _, g := range t.groups(t.about(first, number, line, of, at, language, true, line != "")) {
			x := &g.Arrive
			switch {
			case ring.Valid:
				x.times = append(x.times, ring.Int64)
				if place.Valid {
					x.places = append(x.places, place.Int64)
				}
				count(&x.Far, far)
				count(&x.Proved, proved)
				count(&x.Judged, target > 0)
				count(&x.InTime, target > 0 && ring.Int64 <= target)
			case overdue:
				x.Judged++
			case phase == incident.Closed:
				x.NoArrival++
			}
		}
	}
	return rows.Err()
}

// about says which groups somebody belongs to. A call without a report has no place and no language.
func (t *tally) about(first int64, number, line, of, at, language string, reported, called bool) asked {
	a := asked{office: t.polres(office.ID(of)), line: line, hasArea: reported, hasLine: called}
	if called && number != "" && t.ask.Shared != nil && t.ask.Shared(office.Number(number)) {
		a.line = string(Payphone)
	}
	if reported && language != string(office.Erased) {
		a.language = language
	}
	if p := point(office.Private(at)); reported && p != nil && t.ask.Area != nil {
		a.area = t.ask.Area(office.Point{Lat: p.Lat, Lng: p.Lng}, time.Unix(0, first))
	}
	a.areaName = a.area
	return a
}

// polres climbs from a Polsek to its Polres: it is the Polres that promises.
func (t *tally) polres(o office.ID) string {
	of, ok := t.v.offices.Get(o)
	if ok && of.Kind == office.Polsek && of.Parent != "" {
		return string(of.Parent)
	}
	return string(o)
}

func (t *tally) groups(a asked) []*FairGroup {
	list := []*FairGroup{&t.all}
	add := func(m map[string]*FairGroup, key, name string) {
		g := m[key]
		if g == nil {
			g = &FairGroup{Key: key, Name: name}
			m[key] = g
		}
		list = append(list, g)
	}
	if a.hasArea {
		add(t.areas, a.area, a.areaName)
		add(t.languages, a.language, "")
	}
	if a.hasArea || a.office != "" {
		of, _ := t.v.offices.Get(office.ID(a.office))
		add(t.offices, a.office, of.Name)
	}
	if a.hasLine {
		add(t.lines, a.line, "")
	}
	return list
}

// close makes the figures of what was gathered.
func (g *FairGroup) close() {
	for _, x := range []*FairTimes{&g.Answer, &g.Arrive} {
		x.N = len(x.times)
		x.Lo, x.Hi = filter.Interval(x.InTime, x.Judged)
		if x.N >= fairShown {
			slices.Sort(x.times)
			x.P50Ms, x.P90Ms = quantile(x.times, 0.5), quantile(x.times, 0.9)
		}
		if len(x.places) >= fairShown {
			slices.Sort(x.places)
			x.PlaceP50Ms = quantile(x.places, 0.5)
		}
	}
}

// judged closes the groups of one list and says which are served worse, those first.
func judged(groups map[string]*FairGroup) []FairGroup {
	list := make([]FairGroup, 0, len(groups))
	for _, g := range groups {
		g.close()
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b FairGroup) int { return cmp.Compare(a.Key, b.Key) })
	judge(list, func(g *FairGroup) *FairTimes { return &g.Answer })
	judge(list, func(g *FairGroup) *FairTimes { return &g.Arrive })
	rank := func(g FairGroup) int {
		switch {
		case g.Arrive.Verdict == Worse:
			return 0
		case g.Answer.Verdict == Worse:
			return 1
		case g.Key == "":
			return 3
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b FairGroup) int {
		return cmp.Or(rank(a)-rank(b), (b.Arrive.Judged+b.Answer.Judged)-(a.Arrive.Judged+a.Answer.Judged))
	})
	return list
}

// judge compares each group with all the others of its list together. It is named when its interval lies below theirs and
// the difference matters. The intervals are so wide that a list which treats everybody alike names anybody in at most one
// of twenty cases, however many groups it has (Bonferroni). What isn't known is no group of people and is never named.
func judge(list []FairGroup, of func(*FairGroup) *FairTimes) {
	var judged, inTime, groups int
	for i := range list {
		x := of(&list[i])
		judged, inTime = judged+x.Judged, inTime+x.InTime
		if list[i].Key != "" && x.Judged >= fairLeast {
			groups++
		}
	}
	z := math.Sqrt2 * math.Erfinv(1-2*fairAlpha/float64(max(groups, 1)))
	for i := range list {
		x := of(&list[i])
		others, theirs := judged-x.Judged, inTime-x.InTime
		switch {
		case x.Judged == 0 || list[i].Key == "":
			continue
		case x.Judged < fairLeast || others < fairLeast:
			x.Verdict = Few
			continue
		}
		x.Verdict = Alike
		_, hi := filter.Wilson(x.InTime, x.Judged, z)
		lo, _ := filter.Wilson(theirs, others, z)
		gap := float64(theirs)/float64(others) - float64(x.InTime)/float64(x.Judged)
		if hi < lo && gap >= fairGap {
			x.Verdict = Worse
		}
	}
}
