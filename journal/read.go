package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const columns = `pos, stream, seq, id, type, version, time, who, node, epoch, body, prev, hash`

// row is a record as it stands on the disk.
type row struct {
	Record
	prev [32]byte
}

type scanner interface{ Scan(dest ...any) error }

func scan(from scanner) (row, error) {
	var r row
	var pos, seq, epoch, ns int64
	var body, prev, hash []byte
	err := from.Scan(&pos, &r.Stream, &seq, &r.ID, &r.Type, &r.Version, &ns, &r.Who, &r.Node, &epoch, &body, &prev, &hash)
	if err != nil {
		return r, err
	}
	r.Pos, r.Seq, r.Epoch = uint64(pos), uint64(seq), uint64(epoch)
	r.Time, r.Body = time.Unix(0, ns).UTC(), body
	if len(prev) != 32 || len(hash) != 32 {
		return r, errors.New("its hashes are cut")
	}
	copy(r.prev[:], prev)
	copy(r.Hash[:], hash)
	return r, nil
}

// sound says whether a row is what was hashed when it was written.
func (r row) sound() error {
	if chained(r.prev, r.Record, r.Body) != r.Hash {
		return r.corrupt("it doesn't match its hash")
	}
	return nil
}

func (r row) corrupt(why string) error {
	return &CorruptError{Stream: r.Stream, Seq: r.Seq, Pos: r.Pos, Why: why}
}

// opened gives the record with its private texts.
func (s *SQLite) opened(ctx context.Context, r row) (Record, error) {
	if len(find(r.Body, "sealed")) == 0 {
		return r.Record, nil
	}
	key, err := s.keys.open(ctx, r.Stream)
	if err != nil {
		if ctx.Err() != nil {
			return Record{}, ctx.Err()
		}
		return Record{}, r.corrupt(err.Error())
	}
	body, err := unseal(r.Body, key, r.Stream, r.ID)
	if err != nil {
		return Record{}, r.corrupt(err.Error())
	}
	r.Record.Body = body
	return r.Record, nil
}

// Read gives a stream's records from Seq from on: see Journal. With a *CorruptError it gives those before the damaged
// one; reading may go on behind it.
func (s *SQLite) Read(ctx context.Context, stream string, from uint64) ([]Record, error) {
	from = max(from, 1)
	rows, last, err := s.rows(ctx, stream, from)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("read %s: %w", stream, ctx.Err())
		}
		rows, err = s.oneByOne(ctx, stream, from, max(last, s.listed(ctx, stream)))
	}
	recs := make([]Record, 0, len(rows))
	next, prev := from, [32]byte{}
	for _, r := range rows {
		switch {
		case r.Stream != stream || r.Seq != next:
			return recs, &CorruptError{Stream: stream, Seq: next, Why: "it isn't where it was written"}
		case (from == 1 || next > from) && r.prev != prev:
			return recs, r.corrupt("the record before it isn't the one that was there")
		}
		if err := r.sound(); err != nil {
			return recs, err
		}
		rec, err := s.opened(ctx, r)
		if err != nil {
			return recs, err
		}
		recs = append(recs, rec)
		next, prev = next+1, r.Hash
	}
	if err == nil && next <= last {
		err = &CorruptError{Stream: stream, Seq: next, Pos: s.posOf(ctx, stream, next), Why: "it is missing"}
	}
	return recs, err
}

// rows reads a stream the quick way, and where it ends by the list of streams, both at one moment.
func (s *SQLite) rows(ctx context.Context, stream string, from uint64) (found []row, last uint64, err error) {
	tx, err := s.ro.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, 0, err
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, `SELECT seq FROM streams WHERE stream = ?`, stream).Scan(&last)
	listed := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, 0, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM records WHERE stream = ? AND seq >= ? ORDER BY seq`, stream, int64(from))
	if err != nil {
		return nil, last, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, last, err
		}
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return nil, last, err
	}
	if end := from + uint64(len(found)) - 1; len(found) > 0 && (!listed || last < end) {
		// The list is damaged: whether more is missing can't be known.
		return nil, end, errors.New("not in the list of streams")
	}
	if from > 1 && !listed {
		var one int
		if err := tx.QueryRowContext(ctx, `SELECT 1 FROM records WHERE stream = ? LIMIT 1`, stream).Scan(&one); !errors.Is(err, sql.ErrNoRows) {
			return nil, 0, errors.Join(err, errors.New("not in the list of streams"))
		}
	}
	return found, last, nil
}

// oneByOne reads what a damaged database still gives of a stream, up to its first damaged record.
func (s *SQLite) oneByOne(ctx context.Context, stream string, from, last uint64) ([]row, error) {
	var found []row
	for seq := from; seq <= last; seq++ {
		r, err := scan(s.ro.QueryRowContext(ctx, `SELECT `+columns+` FROM records WHERE stream = ? AND seq = ?`, stream, int64(seq)))
		if err != nil {
			return found, &CorruptError{Stream: stream, Seq: seq, Pos: s.posOf(ctx, stream, seq), Why: err.Error()}
		}
		found = append(found, r)
	}
	return found, &CorruptError{Stream: stream, Seq: last + 1, Why: "its place in the list of streams is damaged: more may be missing"}
}

// listed is the last Seq of a stream by any of the places that know; 0 when none does.
func (s *SQLite) listed(ctx context.Context, stream string) (last uint64) {
	for _, text := range []string{
		`SELECT seq FROM streams WHERE stream = ?`,
		`SELECT max(seq) FROM records INDEXED BY records_stream WHERE stream = ?`,
	} {
		var n sql.Null[uint64]
		if s.ro.QueryRowContext(ctx, text, stream).Scan(&n) == nil {
			last = max(last, n.V)
		}
	}
	return last
}

// posOf asks the index, which may know a position when the record itself can't be read.
func (s *SQLite) posOf(ctx context.Context, stream string, seq uint64) uint64 {
	var pos uint64
	err := s.ro.QueryRowContext(ctx, `SELECT pos FROM records INDEXED BY records_stream WHERE stream = ? AND seq = ?`, stream, int64(seq)).Scan(&pos)
	if err != nil {
		return 0
	}
	return pos
}

// Streams lists streams whose name starts with prefix, in order of their first record.
func (s *SQLite) Streams(ctx context.Context, prefix string) ([]string, error) {
	// Both lists must agree, else a damaged page could hide a stream.
	var lists [2][]string
	for i, text := range []string{
		`SELECT stream, first FROM streams WHERE stream >= ?1 AND stream < ?2 ORDER BY first`,
		`SELECT stream, pos FROM records INDEXED BY records_first WHERE seq = 1 AND stream >= ?1 AND stream < ?2 ORDER BY pos`,
	} {
		rows, err := s.ro.QueryContext(ctx, text, prefix, prefix+"\U0010ffff")
		if err != nil {
			return nil, fmt.Errorf("list streams: %w", err)
		}
		defer rows.Close() //nolint:errcheck // rows.Err tells
		for rows.Next() {
			var name string
			var pos uint64
			if err := rows.Scan(&name, &pos); err != nil {
				return nil, fmt.Errorf("list streams: %w", err)
			}
			lists[i] = append(lists[i], name)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("list streams: %w", err)
		}
	}
	for i := range max(len(lists[0]), len(lists[1])) {
		switch {
		case i >= len(lists[0]):
			return lists[0], &CorruptError{Stream: lists[1][i], Seq: 1, Why: "it isn't in the list of streams"}
		case i >= len(lists[1]) || lists[0][i] != lists[1][i]:
			return lists[0], &CorruptError{Stream: lists[0][i], Seq: 1, Why: "the list of streams and the records disagree"}
		}
	}
	return lists[0], nil
}

// At gives the hash of the record at a position.
func (s *SQLite) At(ctx context.Context, pos uint64) (hash [32]byte, ok bool, err error) {
	var b []byte
	err = s.ro.QueryRowContext(ctx, `SELECT hash FROM records WHERE pos = ?`, int64(pos)).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return hash, false, nil
	}
	if err != nil {
		return hash, false, fmt.Errorf("look at position %d: %w", pos, err)
	}
	copy(hash[:], b)
	return hash, true, nil
}
