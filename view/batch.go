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

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// The tables as OnRows names them.
const (
	callsTable     = "calls"
	incidentsTable = "incidents"
)

// batch folds records into the tables within one transaction. Rows that it touches are kept until flush.
type batch struct {
	v         *View
	ctx       context.Context
	tx        *sql.Tx
	stmts     map[string]*sql.Stmt
	calls     map[string]*callRow     // by id; nil: there is none
	incidents map[string]*incidentRow // by id; nil: there is none
	rows      map[string]map[office.ID]struct{}
	erased    bool // texts were erased: old pages must go too
}

// fold writes the records and how far the tables go then: all or nothing. It gives the offices that see a change, by table.
func (v *View) fold(ctx context.Context, s *store, items []item) (map[string]map[office.ID]struct{}, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin writing the view: %w", err)
	}
	defer tx.Rollback()
	b := &batch{
		v: v, ctx: ctx, tx: tx, stmts: map[string]*sql.Stmt{},
		calls: map[string]*callRow{}, incidents: map[string]*incidentRow{},
		rows: map[string]map[office.ID]struct{}{callsTable: {}, incidentsTable: {}},
	}
	pos, hash := s.pos, s.hash
	for _, it := range items {
		if it.damaged != nil {
			pos, hash = max(pos, it.damaged.Pos), [32]byte{}
			continue
		}
		if it.rec.Pos <= pos {
			continue // seen already
		}
		if err := b.record(it.rec); err != nil {
			return nil, fmt.Errorf("fold record %d of %s: %w", it.rec.Seq, it.rec.Stream, err)
		}
		pos, hash = it.rec.Pos, it.rec.Hash
	}
	if err := b.flush(); err != nil {
		return nil, err
	}
	if err := mark(ctx, tx, pos, hash); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("write the view: %w", err)
	}
	s.pos, s.hash = pos, hash
	if s.scrub = s.scrub || b.erased; s.scrub {
		if err := s.emptyLog(ctx); err != nil {
			return b.rows, fmt.Errorf("empty the view's log after an erasure: %w", err)
		}
	}
	return b.rows, nil
}

// record folds one record. Streams that aren't shown here are passed over.
func (b *batch) record(r journal.Record) error {
	if r.Stream == roster.Stream && r.Type == roster.UnitsType {
		return b.unitsBegin(r, "")
	}
	kind, id, ok := strings.Cut(r.Stream, "/")
	if !ok || kind != "call" && kind != "incident" && kind != "unit" {
		return nil
	}
	switch r.Type {
	case kind:
	case journal.Erased: // the journal's own word in our stream: its key was destroyed
		return b.again(kind, id, r)
	default: // what the gate did with a call
		return nil
	}
	return b.events(kind, id, r)
}

// events folds the events of one command. What can't be read is skipped, loudly: the journal keeps it.
func (b *batch) events(kind, id string, r journal.Record) error {
	var unknown int
	var err error
	switch kind {
	case "call":
		var events []call.Event
		if events, unknown, err = call.Codec.Decode(r.Body); err == nil {
			err = b.callEvents(id, r, events)
		}
	case "incident":
		var events []incident.Event
		if events, unknown, err = incident.Codec.Decode(r.Body); err == nil {
			err = b.incidentEvents(id, r, events)
		}
	case "unit":
		var events []incident.UnitEvent
		if events, unknown, err = incident.UnitCodec.Decode(r.Body); err == nil {
			err = b.unitEvents(id, r, events)
		}
	}
	if unknown > 0 && !b.v.newer {
		b.v.newer = true
		b.v.alarm(Alarm{
			Name: "journal_newer", Position: r.Pos,
			ID:     "Jurnal berisi kejadian dari versi Siaga yang lebih baru; sebagian tidak ditampilkan.",
			EN:     "The journal holds events of a newer Siaga; some aren't shown.",
			TodoID: "Perbarui Siaga di mesin ini.", TodoEN: "Update Siaga on this machine.",
		})
	}
	if unreadable(err) {
		b.v.damaged(r.Pos, fmt.Sprintf("%s/%s: %v", kind, id, err))
		return nil
	}
	return err
}

// errHeadless: the record belongs to a stream whose beginning couldn't be read.
var errHeadless = errors.New("its beginning is missing")

// unreadable tells what is wrong with a record from what is wrong with the file that it is to be written to.
func unreadable(err error) bool {
	if err == nil {
		return false
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var when *time.ParseError
	return errors.Is(err, errHeadless) || errors.As(err, &syntax) || errors.As(err, &kind) || errors.As(err, &when) ||
		strings.HasPrefix(err.Error(), "decode ")
}

// again makes the rows of a stream new from the journal, up to and with record r: its private texts read as erased now.
func (b *batch) again(kind, id string, r journal.Record) error {
	var recs []journal.Record
	for from := uint64(1); from <= r.Seq; {
		part, err := b.v.journal.Read(b.ctx, r.Stream, from)
		recs = append(recs, part...)
		damaged := (*journal.CorruptError)(nil)
		if err == nil {
			break
		}
		if !errors.As(err, &damaged) || damaged.Seq < from {
			return fmt.Errorf("read the stream again: %w", err)
		}
		from = damaged.Seq + 1 // named when it was followed: the rest is shown, as then
	}
	b.erased = true
	drop := b.dropCall
	switch kind {
	case "incident":
		drop = b.dropIncident
	case "unit":
		drop = b.dropUnit
	}
	if err := drop(id); err != nil {
		return err
	}
	if kind == "unit" {
		if err := b.begunElsewhere(id); err != nil {
			return err
		}
	}
	for _, old := range recs {
		if old.Seq > r.Seq || old.Type != kind {
			continue
		}
		if err := b.events(kind, id, old); err != nil {
			return err
		}
	}
	return nil
}

// flush writes the rows that were touched.
func (b *batch) flush() error {
	for _, id := range sortedKeys(b.calls) {
		if c := b.calls[id]; c != nil && c.dirty {
			if err := b.saveCall(c); err != nil {
				return fmt.Errorf("write call %s: %w", id, err)
			}
		}
	}
	for _, id := range sortedKeys(b.incidents) {
		if c := b.incidents[id]; c != nil && c.dirty {
			if err := b.saveIncident(c); err != nil {
				return fmt.Errorf("write incident %s: %w", id, err)
			}
		}
	}
	return nil
}

// prepared gives a statement that is prepared once a batch.
func (b *batch) prepared(query string) (*sql.Stmt, error) {
	st := b.stmts[query]
	if st == nil {
		var err error
		if st, err = b.tx.PrepareContext(b.ctx, query); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
		b.stmts[query] = st // closed with the transaction
	}
	return st, nil
}

func (b *batch) exec(query string, args ...any) error {
	st, err := b.prepared(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(b.ctx, args...)
	return err
}

// seen notes that every office of a query's answer sees a change in table.
func (b *batch) seen(table, query string, pos uint64) error {
	st, err := b.prepared(query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(b.ctx, int64(pos))
	if err != nil {
		return fmt.Errorf("find who sees it: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o office.ID
		if err := rows.Scan(&o); err != nil {
			return fmt.Errorf("find who sees it: %w", err)
		}
		b.rows[table][o] = struct{}{}
	}
	return rows.Err()
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// ns is a time in a column: NULL when it is zero.
func ns(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

// when reads such a column.
func when(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.Unix(0, v.Int64).UTC()
}

// whenOrNil is the same for JSON, where a time that hasn't come is null.
func whenOrNil(v sql.NullInt64) *time.Time {
	if !v.Valid {
		return nil
	}
	t := when(v)
	return &t
}
