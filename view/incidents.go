package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Point is a place on the earth, WGS 84 degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// IncidentCard is an incident in a list.
type IncidentCard struct {
	ID             incident.ID     `json:"id"`
	No             string          `json:"no"`
	State          incident.Phase  `json:"state" enum:"DRAFT,VALID,NOT_VALID,SENT,ACCEPTED,ASSIGNED,EN_ROUTE,ON_SCENE,HANDLED,CLOSED,REOPENED,CANCELLED,LINKED"`
	Office         office.ID       `json:"office"`
	Origin         office.ID       `json:"origin"`
	Call           string          `json:"call"`
	Kind           string          `json:"kind"`
	Priority       int             `json:"priority"`
	Place          string          `json:"place"`
	At             *Point          `json:"at"`
	Reporter       string          `json:"reporter"`
	FirstRing      time.Time       `json:"firstRing"`
	PlaceKnownAt   *time.Time      `json:"placeKnownAt"`
	SentAt         *time.Time      `json:"sentAt"`
	AcceptBy       *time.Time      `json:"acceptBy"`
	AcceptedAt     *time.Time      `json:"acceptedAt"`
	AcceptedBy     office.PersonID `json:"acceptedBy"`
	AcceptedByName string          `json:"acceptedByName"`
	Escalated      incident.Level  `json:"escalated" enum:",chief,supervisor,mabes"`
	Unsure         bool            `json:"unsure"`
	ClosedAt       *time.Time      `json:"closedAt"`
	Result         incident.Result `json:"result"`
	Rev            int             `json:"rev"`
	Summary        string          `json:"summary"`
	Danger         bool            `json:"danger"`

	Whole incident.State `json:"-"` // without its notes
}

// Form is a report as screens show it.
type Form struct {
	Kind           string    `json:"kind"`
	Priority       int       `json:"priority"`
	Place          string    `json:"place"`
	At             *Point    `json:"at"`
	Reporter       string    `json:"reporter"`
	ReporterNumber string    `json:"reporterNumber"`
	Protect        bool      `json:"protect"`
	Danger         *bool     `json:"danger"`
	Weapons        string    `json:"weapons"`
	Injured        string    `json:"injured"`
	SuspectPresent *bool     `json:"suspectPresent"`
	People         int       `json:"people"`
	Vehicle        string    `json:"vehicle"`
	Office         office.ID `json:"office"`
	Summary        string    `json:"summary"`
}

// IncidentLine is one row of an incident's timeline.
type IncidentLine struct {
	At   time.Time       `json:"at"`
	Who  office.PersonID `json:"who"`
	Name string          `json:"name"`
	What string          `json:"what"` // name of the event: "sent", "accepted", "noted", …
	Text string          `json:"text"` // an Indonesian sentence, or what was noted
}

// IncidentFull is an incident with everything.
type IncidentFull struct {
	IncidentCard
	Form     Form           `json:"report"`
	Done     string         `json:"done"`
	Timeline []IncidentLine `json:"timeline" nullable:"false"`
}

// IncidentPage is a part of a list, newest first. Next is the cursor of the next part, empty at the end.
type IncidentPage struct {
	Items []IncidentCard `json:"items" nullable:"false"`
	Next  string         `json:"next"`
}

// IncidentQuery says which incidents. The zero IncidentQuery asks for all that the reader may see.
type IncidentQuery struct {
	Office office.ID       // seen by this office or below it
	Person office.PersonID // who asks: restricted incidents are listed for those named, or who handle them
	State  string          // "open", "closed" (with a result), "cancelled", "linked", "draft", "not_valid"; "" or "all"
	Class  incident.Class  // a queue of its own: emergency, service, information, complaint; empty: all
	Call   string          // made for this call
	Q      string          // free text over number, reporter, place, summary and report number
	Cursor string
	Limit  int // 0: 50; at most 200
}

// Incidents lists what reader may see. It ends with ErrQuery, ctx's error, or that of a file that can't be read.
func (v *View) Incidents(ctx context.Context, reader office.ID, q IncidentQuery) (IncidentPage, error) {
	page := IncidentPage{Items: []IncidentCard{}}
	from, err := cursorOf(q.Cursor)
	if err != nil {
		return page, err
	}
	w := where{}
	w.and(`r.office = ? AND (r.first_ring, r.incident) < (?, ?)`, reader, from.ring, from.pos)
	if q.Office != "" && q.Office != reader {
		w.and(`EXISTS (SELECT 1 FROM incident_office o WHERE o.incident = c.pos AND o.office = ?)`, q.Office)
	}
	switch q.State {
	case "", "all":
	case "open":
		w.and(`c.phase IN (` + openPhases + `)`)
	case "closed":
		w.and(`c.phase = ?`, incident.Closed)
	case "cancelled":
		w.and(`c.phase = ?`, incident.Cancelled)
	case "linked":
		w.and(`c.phase = ?`, incident.Linked)
	case "draft":
		w.and(`c.phase = ?`, incident.Draft)
	case "not_valid":
		w.and(`c.phase = ?`, incident.NotValid)
	default:
		return page, fmt.Errorf("%w: the state must be open, closed, cancelled, linked, draft, not_valid or all", ErrQuery)
	}
	if q.Call != "" {
		w.and(`c.call = ?`, q.Call)
	}
	if q.Q != "" {
		text, ok := match(q.Q)
		if !ok {
			return page, nil
		}
		w.and(`c.pos IN (SELECT rowid FROM incident_text WHERE incident_text MATCH ?)`, text)
	}
	if q.Class != "" {
		w.and(`c.class = ?`, q.Class)
	}
	w.and(`(NOT c.restricted OR EXISTS (SELECT 1 FROM incident_person h WHERE h.incident = c.pos AND h.person = ?))`, q.Person)
	limit := limitOf(q.Limit)
	rows, err := v.ask().QueryContext(ctx, `SELECT `+prefixed(incidentColumns)+`
		FROM incident_office r JOIN incidents c ON c.pos = r.incident
		WHERE `+w.String()+` ORDER BY r.first_ring DESC, r.incident DESC LIMIT ?`, append(w.args, limit+1)...)
	if err != nil {
		return page, v.trouble(err, "list incidents")
	}
	defer rows.Close()
	var last cursor
	for rows.Next() {
		pos, st, err := scanIncident(rows.Scan)
		if err != nil {
			return page, v.trouble(err, "list incidents")
		}
		if len(page.Items) == limit {
			page.Next = last.String()
			break
		}
		last = cursor{ring: st.FirstRing.UnixNano(), pos: pos}
		page.Items = append(page.Items, v.card(st))
	}
	if err := rows.Err(); err != nil {
		return page, v.trouble(err, "list incidents")
	}
	return page, nil
}

// prefixed makes each column one of c.
func prefixed(columns string) string {
	list := strings.Split(columns, ",")
	for i, c := range list {
		list[i] = "c." + strings.TrimSpace(c)
	}
	return strings.Join(list, ", ")
}

// openPhases are those in which somebody must still do something (incident.State.Open).
const openPhases = `'VALID', 'SENT', 'ACCEPTED', 'ASSIGNED', 'EN_ROUTE', 'ON_SCENE', 'HANDLED', 'REOPENED'`

// Incident gives one incident with its timeline to a person of office reader, or ErrNotFound. A restricted one is there
// only for those named, or who handle it.
func (v *View) Incident(ctx context.Context, reader office.ID, person office.PersonID, id incident.ID) (IncidentFull, error) {
	tx, err := v.ask().BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // row and timeline of one moment
	if err != nil {
		return IncidentFull{}, v.trouble(err, "read incident %s", id)
	}
	defer tx.Rollback()
	pos, st, err := scanIncident(tx.QueryRowContext(ctx, `SELECT `+prefixed(incidentColumns)+`
		FROM incidents c JOIN incident_office r ON r.incident = c.pos AND r.office = ? WHERE c.id = ?`, reader, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return IncidentFull{}, ErrNotFound
	}
	if err != nil {
		return IncidentFull{}, v.trouble(err, "read incident %s", id)
	}
	if !st.MaySee(person) {
		return IncidentFull{}, ErrNotFound
	}
	full := IncidentFull{IncidentCard: v.card(st), Form: form(st.Report), Done: string(st.Done), Timeline: []IncidentLine{}}
	rows, err := tx.QueryContext(ctx, `SELECT at, what, who, office, code, words FROM incident_line WHERE incident = ? ORDER BY seq, i`, pos)
	if err != nil {
		return IncidentFull{}, v.trouble(err, "read the timeline of incident %s", id)
	}
	defer rows.Close()
	for rows.Next() {
		var l incidentLine
		var at sql.NullInt64
		if err := rows.Scan(&at, &l.what, &l.who, &l.office, &l.code, &l.words); err != nil {
			return IncidentFull{}, v.trouble(err, "read the timeline of incident %s", id)
		}
		full.Timeline = append(full.Timeline, IncidentLine{
			At: when(at), Who: l.who, Name: v.name(l.who), What: l.what, Text: v.incidentText(l),
		})
	}
	if err := rows.Err(); err != nil {
		return IncidentFull{}, v.trouble(err, "read the timeline of incident %s", id)
	}
	return full, nil
}

// ByNo gives the state of an incident by its report number to an office that may know of it, or ErrNotFound. Whether a
// person may read a restricted one is for the caller to ask.
func (v *View) ByNo(ctx context.Context, reader office.ID, no string) (incident.State, error) {
	_, st, err := scanIncident(v.ask().QueryRowContext(ctx, `SELECT `+prefixed(incidentColumns)+`
		FROM incidents c JOIN incident_office r ON r.incident = c.pos AND r.office = ? WHERE c.no = ? AND c.no <> '' LIMIT 1`, reader, no).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return st, ErrNotFound
	}
	return st, v.trouble(err, "find report %s", no)
}

func (v *View) card(s incident.State) IncidentCard {
	return IncidentCard{
		ID: s.ID, No: s.No, State: s.Phase, Office: s.Office, Origin: s.Origin, Call: s.Call,
		Kind: s.Report.Kind, Priority: s.Priority(), Place: string(s.Report.Place), At: point(s.Report.At),
		Reporter: string(s.Report.Reporter), FirstRing: s.FirstRing, PlaceKnownAt: orNil(s.PlaceKnownAt),
		SentAt: orNil(s.SentAt), AcceptBy: orNil(s.AcceptBy), AcceptedAt: orNil(s.AcceptedAt), AcceptedBy: s.AcceptedBy,
		AcceptedByName: v.name(s.AcceptedBy), Escalated: s.Escalated, Unsure: s.Unsure, ClosedAt: orNil(s.ClosedAt),
		Result: s.Result, Rev: s.Rev, Summary: string(s.Report.Summary), Danger: s.Report.InDanger(), Whole: s,
	}
}

func form(r incident.Report) Form {
	return Form{
		Kind: r.Kind, Priority: r.Priority, Place: string(r.Place), At: point(r.At), Reporter: string(r.Reporter),
		ReporterNumber: string(r.ReporterNumber), Protect: r.Protect, Danger: r.Danger, Weapons: string(r.Weapons),
		Injured: string(r.Injured), SuspectPresent: r.SuspectPresent, People: r.People, Vehicle: string(r.Vehicle),
		Office: r.Office, Summary: string(r.Summary),
	}
}

// point reads "lat,lng"; nil when it is unknown or erased.
func point(p office.Private) *Point {
	lat, lng, _ := strings.Cut(string(p), ",")
	a, err := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if err != nil {
		return nil
	}
	b, err := strconv.ParseFloat(strings.TrimSpace(lng), 64)
	if err != nil {
		return nil
	}
	return &Point{Lat: a, Lng: b}
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
