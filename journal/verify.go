package journal

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
)

// Verify looks at every record, every chain and every list, and names the first damaged record by position in a
// *CorruptError; nil when all is as it was written. It reads the whole journal, beside the writer.
func (s *SQLite) Verify(ctx context.Context) error {
	last, _, _ := s.Last(ctx)
	if err := verify(ctx, s.ro, last); err != nil {
		return err
	}
	at, hash, ok := s.readHead()
	if !ok {
		return nil
	}
	got, found, err := s.At(ctx, at)
	if err == nil && at > 0 && (!found || got != hash) {
		err = &CorruptError{Pos: at, Why: "it isn't the record that was written there"}
	}
	return err
}

// VerifyFiles is Verify for a journal that isn't open, or that another process has open, or a backup.
func VerifyFiles(ctx context.Context, dir string) error {
	db, err := openReader(filepath.Join(dir, "journal.db"))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read
	var last sql.Null[uint64]
	if err := db.QueryRowContext(ctx, `SELECT max(pos) FROM records`).Scan(&last); err != nil {
		return fmt.Errorf("verify journal: %w", err)
	}
	return verify(ctx, db, last.V)
}

func verify(ctx context.Context, db *sql.DB, last uint64) error {
	s := &SQLite{ro: db, ctx: ctx}
	for from := uint64(1); from <= last; from += followBatch {
		if _, err := s.stretch(ctx, from, min(last, from+followBatch-1)); err != nil {
			return err
		}
	}
	if err := s.verifyChains(ctx, last); err != nil {
		return err
	}
	var found string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
		return fmt.Errorf("verify journal: %w", err)
	}
	if found != "ok" {
		return &CorruptError{Why: "the database: " + found}
	}
	return nil
}

// verifyChains walks all streams, each in its order, and compares their ends with the list of streams.
func (s *SQLite) verifyChains(ctx context.Context, upTo uint64) error {
	rows, err := s.ro.QueryContext(ctx, `SELECT r.pos, r.stream, r.seq, r.prev, r.hash, s.first, s.seq, s.hash FROM records r
		LEFT JOIN streams s ON s.stream = r.stream WHERE r.pos <= ? ORDER BY r.stream, r.seq`, int64(upTo))
	if err != nil {
		return fmt.Errorf("verify chains: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var now, before link
	for rows.Next() {
		if err := rows.Scan(&now.pos, &now.stream, &now.seq, &now.prev, &now.hash, &now.first, &now.lastSeq, &now.lastHash); err != nil {
			return fmt.Errorf("verify chains: %w", err)
		}
		if err := now.follows(before); err != nil {
			return err
		}
		before = now
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("verify chains: %w", err)
	}
	var lost sql.Null[string]
	err = s.ro.QueryRowContext(ctx, `SELECT min(stream) FROM streams WHERE first <= ? AND NOT EXISTS
		(SELECT 1 FROM records r WHERE r.stream = streams.stream AND r.seq = 1 AND r.pos = streams.first)`, int64(upTo)).Scan(&lost)
	if err != nil {
		return fmt.Errorf("verify chains: %w", err)
	}
	if lost.Valid {
		return &CorruptError{Stream: lost.V, Seq: 1, Why: "it is missing"}
	}
	return nil
}

// link is a record in its chain, with what the list of streams says of the stream.
type link struct {
	pos, seq       uint64
	stream         string
	prev, hash     []byte
	first, lastSeq sql.Null[uint64]
	lastHash       []byte
}

func (l link) follows(before link) error {
	why := ""
	begins := l.stream != before.stream
	switch {
	case begins && l.seq != 1, !begins && l.seq != before.seq+1:
		why = "the record before it is missing"
	case begins && string(l.prev) != string(make([]byte, 32)), !begins && string(l.prev) != string(before.hash):
		why = "the record before it isn't the one that was there"
	case !l.lastSeq.Valid:
		why = "its stream isn't in the list of streams"
	case l.seq == 1 && l.first.V != l.pos:
		why = "the list of streams has another first position"
	case l.seq > l.lastSeq.V:
		why = "the list of streams ends before it"
	case l.seq == l.lastSeq.V && string(l.hash) != string(l.lastHash):
		why = "the list of streams has another hash"
	}
	if why == "" {
		return nil
	}
	return &CorruptError{Stream: l.stream, Seq: l.seq, Pos: l.pos, Why: why}
}
