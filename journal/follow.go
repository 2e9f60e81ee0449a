package journal

import (
	"context"
	"fmt"
	"time"
)

// followBatch is how many records a follower fetches at once. The database isn't held while they are looked at.
const followBatch = 256

// followPace is how often at most a follower that has read all is woken: each waking is a query, and what a
// follower makes of it a transaction, so with many writers most of the work would be the waking. Screens are told of
// changed lists four times a second at most.
const followPace = 250 * time.Millisecond

// Follow calls fn with each record from a position on: see Journal. It sleeps until something is written.
func (s *SQLite) Follow(ctx context.Context, from uint64, fn func(Record) error) error {
	from = max(from, 1)
	var woken time.Time
	rest := time.NewTimer(time.Hour)
	defer rest.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.lastMu.Lock()
		last, grown := s.last, s.grown
		s.lastMu.Unlock()
		if from > last {
			select {
			case <-grown:
			case <-ctx.Done():
				return ctx.Err()
			case <-s.ctx.Done():
				return ErrClosed
			}
			if wait := followPace - time.Since(woken); wait > 0 {
				rest.Reset(wait)
				select {
				case <-rest.C:
				case <-ctx.Done():
					return ctx.Err()
				case <-s.ctx.Done():
					return ErrClosed
				}
			}
			woken = time.Now()
			continue
		}
		rows, err := s.stretch(ctx, from, min(last, from+followBatch-1))
		for _, r := range rows {
			rec, err := s.opened(ctx, r)
			if err != nil {
				return err
			}
			if err := fn(rec); err != nil {
				return err
			}
			from = r.Pos + 1
		}
		if err != nil {
			return err
		}
	}
}

// stretch reads the records from one position to another, all of them, or those before the first damaged one.
func (s *SQLite) stretch(ctx context.Context, from, to uint64) ([]row, error) {
	found := make([]row, 0, to-from+1)
	rows, err := s.ro.QueryContext(ctx, `SELECT `+columns+` FROM records WHERE pos >= ? AND pos <= ? ORDER BY pos`, int64(from), int64(to))
	if err == nil {
		defer rows.Close() //nolint:errcheck // rows.Err tells
		for rows.Next() {
			var r row
			if r, err = scan(rows); err != nil || r.Pos != from+uint64(len(found)) || r.sound() != nil {
				break
			}
			found = append(found, r)
		}
		if err == nil {
			err = rows.Err()
		}
	}
	if uint64(len(found)) == to-from+1 {
		return found, nil
	}
	if ctx.Err() != nil {
		return found, ctx.Err()
	}
	if s.ctx.Err() != nil {
		return found, ErrClosed
	}
	return found, s.whatIsWrong(ctx, from+uint64(len(found)), err)
}

// whatIsWrong names the record at a position as well as can be.
func (s *SQLite) whatIsWrong(ctx context.Context, pos uint64, why error) error {
	r, err := scan(s.ro.QueryRowContext(ctx, `SELECT `+columns+` FROM records WHERE pos = ?`, int64(pos)))
	if err == nil {
		if why = r.sound(); why != nil {
			return s.named(ctx, pos, "it doesn't match its hash")
		}
		return s.named(ctx, pos, "it can be read only by itself: a page of the database is damaged")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if why == nil {
		why = err
	}
	return s.named(ctx, pos, fmt.Sprintf("it can't be read: %v", why))
}

// named finds in the index whose record stands at a position: what the record itself says may be the damage.
func (s *SQLite) named(ctx context.Context, pos uint64, why string) error {
	e := &CorruptError{Pos: pos, Why: why}
	//nolint:errcheck // without it the position alone names the record
	s.ro.QueryRowContext(ctx, `SELECT stream, seq FROM records INDEXED BY records_stream WHERE pos = ?`, int64(pos)).Scan(&e.Stream, &e.Seq)
	return e
}
