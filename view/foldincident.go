package view

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// incidentRow is a row of incidents: the state without its notes, which are lines.
type incidentRow struct {
	pos      uint64
	st       incident.State
	given    time.Time   // to its present holder
	senders  []office.ID // who sent it on: they go on seeing it
	lastWhat string
	lastWho  office.PersonID

	dirty bool
	shown bool // incident_office is as it must be
	words bool // incident_text is as it must be
}

const incidentColumns = `pos, id, call, origin, office, phase, no, rev, report, first_ring, place_known_at, sent_at,
	accept_by, escalated, accepted_at, accepted_by, unsure, closed_at, result, done`

// scanIncident reads incidentColumns, and more if asked.
func scanIncident(scan func(...any) error, more ...any) (pos uint64, st incident.State, err error) {
	var report []byte
	var first, known, sent, acceptBy, accepted, closed sql.NullInt64
	var done string
	err = scan(append([]any{
		&pos, &st.ID, &st.Call, &st.Origin, &st.Office, &st.Phase, &st.No, &st.Rev, &report, &first, &known, &sent,
		&acceptBy, &st.Escalated, &accepted, &st.AcceptedBy, &st.Unsure, &closed, &st.Result, &done,
	}, more...)...)
	if err != nil {
		return 0, incident.State{}, err
	}
	if err := json.Unmarshal(report, &st.Report); err != nil {
		return 0, incident.State{}, fmt.Errorf("read the report of incident %s: %w", st.ID, err)
	}
	st.FirstRing, st.PlaceKnownAt, st.SentAt, st.AcceptBy = when(first), when(known), when(sent), when(acceptBy)
	st.AcceptedAt, st.ClosedAt, st.Done = when(accepted), when(closed), office.Private(done)
	return pos, st, nil
}

func (b *batch) incident(id string) (*incidentRow, error) {
	if c, ok := b.incidents[id]; ok {
		return c, nil
	}
	c := &incidentRow{shown: true, words: true}
	var given sql.NullInt64
	var senders string
	var err error
	row := b.tx.QueryRowContext(b.ctx, `SELECT `+incidentColumns+`, given_at, senders, last_what, last_who FROM incidents WHERE id = ?`, id)
	c.pos, c.st, err = scanIncident(row.Scan, &given, &senders, &c.lastWhat, &c.lastWho)
	if errors.Is(err, sql.ErrNoRows) {
		b.incidents[id] = nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read incident %s: %w", id, err)
	}
	c.given = when(given)
	for s := range strings.FieldsSeq(senders) {
		c.senders = append(c.senders, office.ID(s))
	}
	b.incidents[id] = c
	return c, nil
}

func (b *batch) saveIncident(c *incidentRow) error {
	s := c.st
	report, err := json.Marshal(s.Report)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	senders := make([]string, len(c.senders))
	for i, o := range c.senders {
		senders[i] = string(o)
	}
	err = b.exec(`INSERT OR REPLACE INTO incidents (`+incidentColumns+`, given_at, senders, last_what, last_who, kind, priority, danger)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.pos, s.ID, s.Call, s.Origin, s.Office, s.Phase, s.No, s.Rev, string(report), s.FirstRing.UnixNano(), ns(s.PlaceKnownAt),
		ns(s.SentAt), ns(s.AcceptBy), s.Escalated, ns(s.AcceptedAt), s.AcceptedBy, s.Unsure, ns(s.ClosedAt), s.Result,
		string(s.Done), ns(c.given), strings.Join(senders, " "), c.lastWhat, c.lastWho, s.Report.Kind, s.Priority(), s.Report.InDanger())
	if err != nil {
		return err
	}
	if !c.shown {
		if err := b.showIncident(c); err != nil {
			return err
		}
	}
	if !c.words {
		if err := b.indexIncident(c); err != nil {
			return err
		}
	}
	c.dirty, c.shown, c.words = false, true, true
	return b.seen(incidentsTable, `SELECT office FROM incident_office WHERE incident = ?`, c.pos)
}

// showIncident writes who sees it: its holder, its origin, who sent it on, and everyone above these. An office that it
// was taken from again, and that never sent it, sees it no more.
func (b *batch) showIncident(c *incidentRow) error {
	if err := b.seen(incidentsTable, `SELECT office FROM incident_office WHERE incident = ?`, c.pos); err != nil {
		return err
	}
	if err := b.exec(`DELETE FROM incident_office WHERE incident = ?`, c.pos); err != nil {
		return err
	}
	for _, o := range append([]office.ID{c.st.Origin, c.st.Office}, c.senders...) {
		const q = `INSERT OR IGNORE INTO incident_office SELECT above, ?, ? FROM office_above WHERE office = ?`
		if err := b.exec(q, c.st.FirstRing.UnixNano(), c.pos, o); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) indexIncident(c *incidentRow) error {
	if err := b.exec(`DELETE FROM incident_text WHERE rowid = ?`, c.pos); err != nil {
		return err
	}
	r := c.st.Report
	return b.exec(`INSERT INTO incident_text (rowid, no, number, reporter, place, summary) VALUES (?, ?, ?, ?, ?, ?)`,
		c.pos, c.st.No, searchable(string(r.ReporterNumber)), findable(string(r.Reporter)), findable(string(r.Place)),
		findable(string(r.Summary)))
}

// dropIncident takes an incident out of every table.
func (b *batch) dropIncident(id string) error {
	c, err := b.incident(id)
	if c == nil || err != nil {
		return err
	}
	delete(b.incidents, id)
	if err := b.seen(incidentsTable, `SELECT office FROM incident_office WHERE incident = ?`, c.pos); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM incidents WHERE pos = ?`, `DELETE FROM incident_office WHERE incident = ?`,
		`DELETE FROM incident_line WHERE incident = ?`, `DELETE FROM acceptance WHERE incident = ?`,
		`DELETE FROM incident_text WHERE rowid = ?`,
	} {
		if err := b.exec(q, c.pos); err != nil {
			return fmt.Errorf("erase incident %s: %w", id, err)
		}
	}
	return nil
}

func (b *batch) incidentEvents(id string, r journal.Record, events []incident.Event) error {
	for i, e := range events {
		c, err := b.incident(id)
		if err != nil {
			return err
		}
		if _, ok := e.(incident.Typed); ok && c == nil {
			c = &incidentRow{pos: r.Pos}
			b.incidents[id] = c
		}
		if c == nil {
			return errHeadless
		}
		if err := b.incidentEvent(c, r, i, e); err != nil {
			return err
		}
	}
	return nil
}

// incidentEvent changes the row and adds a line.
func (b *batch) incidentEvent(c *incidentRow, r journal.Record, i int, e incident.Event) error {
	c.st = c.st.Apply(e)
	c.st.Notes = nil
	if _, typed := e.(incident.Typed); typed {
		c.st.ID = incident.ID(strings.TrimPrefix(r.Stream, "incident/")) // the stream's name is the truth
	}
	c.dirty = true
	l := incidentLine{line: line{what: incident.Codec.Name(e)}}
	switch e := e.(type) {
	case incident.Typed:
		c.words = false
		l.at, l.who, l.office = e.At, e.By, e.Office
		if c.lastWhat == l.what && c.lastWho == l.who {
			return nil // the same person goes on typing
		}
		if c.lastWhat == "" {
			l.code = "first"
		}
	case incident.Numbered:
		c.words = false
		l.at, l.code = e.At, e.No
	case incident.WasSent:
		c.given, c.shown = e.At, false
		if e.From != "" && !slices.Contains(c.senders, e.From) {
			c.senders = append(c.senders, e.From)
		}
		l.at, l.who, l.office = e.At, e.By, e.To
		if e.Unsure {
			l.code = "unsure"
		}
	case incident.WasAccepted:
		l.at, l.who, l.office = e.At, e.By, e.Office
		if !c.given.IsZero() {
			const q = `INSERT OR REPLACE INTO acceptance (office, day, incident, seq, ms) VALUES (?, ?, ?, ?, ?)`
			if err := b.exec(q, e.Office, b.v.DayOf(e.Office, e.At), c.pos, r.Seq, max(0, e.At.Sub(c.given)).Milliseconds()); err != nil {
				return fmt.Errorf("write when %s accepted: %w", e.Office, err)
			}
		}
	case incident.Noted:
		l.at, l.who, l.words = e.Note.At, e.Note.By, e.Note.Text
	case incident.Escalated:
		l.at, l.code = e.At, string(e.To)
	case incident.Dropped:
		l.at, l.who = e.At, e.By
	case incident.WasClosed:
		l.at, l.who, l.code, l.words = e.At, e.By, string(e.Result), e.Done
	}
	c.lastWhat, c.lastWho = l.what, l.who
	const q = `INSERT OR REPLACE INTO incident_line (incident, seq, i, at, what, who, office, code, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	if err := b.exec(q, c.pos, r.Seq, i, l.at.UnixNano(), l.what, l.who, l.office, l.code, string(l.words)); err != nil {
		return fmt.Errorf("write a line of incident %s: %w", c.st.ID, err)
	}
	return nil
}

// incidentLine is a line with words of people.
type incidentLine struct {
	line
	words office.Private
}
