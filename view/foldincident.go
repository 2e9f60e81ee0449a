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

const incidentColumns = `pos, state`

// scanIncident reads incidentColumns, and more if asked.
func scanIncident(scan func(...any) error, more ...any) (pos uint64, st incident.State, err error) {
	var state []byte
	if err = scan(append([]any{&pos, &state}, more...)...); err != nil {
		return 0, incident.State{}, err
	}
	//nolint:musttag // of this file only, which is made again when anything about it changes
	if err := json.Unmarshal(state, &st); err != nil {
		return 0, incident.State{}, fmt.Errorf("read the state of an incident: %w", err)
	}
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
	//nolint:musttag // as above
	state, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	senders := make([]string, len(c.senders))
	for i, o := range c.senders {
		senders[i] = string(o)
	}
	err = b.exec(`INSERT OR REPLACE INTO incidents (pos, state, id, call, origin, office, phase, no, rev, kind, class, priority, danger,
			restricted, first_ring, given_at, senders, last_what, last_who)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.pos, string(state), s.ID, s.Call, s.Origin, s.Office, s.Phase, s.No, s.Rev, s.Report.Kind, s.Class(), s.Priority(),
		s.Report.InDanger(), s.Restricted(), s.FirstRing.UnixNano(), ns(c.given), strings.Join(senders, " "), c.lastWhat, c.lastWho)
	if err != nil {
		return err
	}
	if err := b.saveParts(c); err != nil {
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
	see := append([]office.ID{c.st.Origin, c.st.Office}, c.senders...)
	if c.st.Offered != nil {
		see = append(see, c.st.Offered.To)
	}
	for _, o := range see {
		const q = `INSERT OR IGNORE INTO incident_office SELECT above, ?, ? FROM office_above WHERE office = ?`
		if err := b.exec(q, c.st.FirstRing.UnixNano(), c.pos, o); err != nil {
			return err
		}
	}
	if c.st.Class() == incident.Complaint && c.st.Report.Against != "" { // it passes by those whom it is about
		return b.exec(`DELETE FROM incident_office WHERE incident = ? AND office IN (SELECT office FROM office_above WHERE above = ?)`,
			c.pos, c.st.Report.Against)
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
		`DELETE FROM incident_text WHERE rowid = ?`, `DELETE FROM incident_person WHERE incident = ?`,
		`DELETE FROM assignment WHERE incident = ?`, `DELETE FROM arrival WHERE incident = ?`,
		`DELETE FROM response WHERE incident = ?`,
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
		c.words, c.shown = false, false // who sees a complaint hangs on what it is about
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
	case incident.HandoverTaken:
		c.given, c.shown = e.At, false
		if !slices.Contains(c.senders, e.From) {
			c.senders = append(c.senders, e.From)
		}
		return b.lineOf(c, r, i, e)
	case incident.HandoverOffered, incident.HandoverEnded, incident.WasRestricted:
		c.shown = false
		return b.lineOf(c, r, i, e)
	case incident.WasReopened, incident.TargetSet, incident.Pictured, incident.CallAsked, incident.CallAnswered, incident.CallJoined, incident.StepMissed,
		incident.WasCancelled, incident.WasTold, incident.WasLinked, incident.WasUnlinked, incident.WasJoined,
		incident.WasParted, incident.ReporterShown, incident.WasAssigned, incident.Advanced, incident.Proved,
		incident.UnitTaken, incident.Checked, incident.Waits, incident.PhoneAsked, incident.Phoned:
		return b.lineOf(c, r, i, e)
	}
	return b.writeLine(c, r, i, l)
}

// lineOf keeps an event as it is: its sentence is made when somebody reads it, with the names of that day.
func (b *batch) lineOf(c *incidentRow, r journal.Record, i int, e incident.Event) error {
	body, err := incident.Codec.Encode([]incident.Event{e})
	if err != nil {
		return err
	}
	at, who, _ := incident.Say(e, incident.Names{Office: func(office.ID) string { return "" }, Person: func(office.PersonID) string { return "" }})
	return b.writeLine(c, r, i, incidentLine{
		line: line{what: incident.Codec.Name(e), at: at, who: who, code: asEvent}, words: office.Private(body),
	})
}

// asEvent marks lines whose words are the event.
const asEvent = "event"

func (b *batch) writeLine(c *incidentRow, r journal.Record, i int, l incidentLine) error {
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
