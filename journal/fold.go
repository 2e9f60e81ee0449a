package journal

import (
	"context"
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
)

// folder puts requests into transactions. Only the writer uses it.
type folder struct {
	s          *SQLite
	heads      map[string]*place
	insert     *sql.Stmt
	move       *sql.Stmt
	byID       *sql.Stmt
	headOf     *sql.Stmt
	lastOf     *sql.Stmt
	statements []*sql.Stmt
}

// place is where a stream is.
type place struct {
	first uint64
	seq   uint64
	hash  [32]byte

	// While a batch is made:
	stored uint64          // seq in the database
	ids    map[string]bool // records of this batch
}

// headsMax is of how many streams the writer keeps at hand where they are.
const headsMax = 20000

func newFolder(ctx context.Context, s *SQLite) (*folder, error) {
	f := &folder{s: s, heads: map[string]*place{}}
	var err error
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&f.insert, `INSERT INTO records (pos, stream, seq, id, type, version, time, who, node, epoch, body, prev, hash)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&f.move, `INSERT INTO streams (stream, first, seq, hash) VALUES (?, ?, ?, ?)
			ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`},
		{&f.byID, `SELECT 1 FROM records WHERE stream = ? AND id = ?`},
		{&f.headOf, `SELECT first, seq, hash FROM streams WHERE stream = ?`},
		{&f.lastOf, `SELECT seq, hash FROM records WHERE stream = ? ORDER BY seq DESC LIMIT 1`},
	} {
		if *p.to, err = s.db.PrepareContext(ctx, p.text); err != nil { //nolint:sqlclosecheck // close does
			return nil, err
		}
		f.statements = append(f.statements, *p.to)
	}
	return f, nil
}

func (f *folder) close() {
	for _, stmt := range f.statements {
		stmt.Close() //nolint:errcheck // the database is closed next
	}
}

// write puts a batch into one transaction. With an error nothing of it is written; without, each request has its result.
func (f *folder) write(ctx context.Context, batch []*request) (int, error) {
	if len(f.heads) > headsMax {
		clear(f.heads)
	}
	staged := map[string]*place{}
	streamKeys := map[string]cipher.AEAD{}
	var plan []Record
	var erase []string
	for _, r := range batch {
		recs, err := f.plan(ctx, staged, r)
		if err != nil {
			return 0, err
		}
		if r.erase && r.result.err == nil {
			erase = append(erase, r.stream)
		}
		for _, rec := range recs {
			if len(find(rec.Body, "private")) > 0 {
				streamKeys[rec.Stream] = nil
			}
		}
		plan = append(plan, recs...)
	}
	now := f.s.opts.Now().UnixNano()
	if len(plan) > 0 {
		if err := f.s.keys.ensure(ctx, streamKeys, now); err != nil {
			return 0, mapped(err)
		}
		if err := f.commit(ctx, plan, staged, streamKeys); err != nil {
			return 0, mapped(fmt.Errorf("append: %w", err))
		}
		for stream, p := range staged {
			f.heads[stream] = &place{first: p.first, seq: p.seq, hash: p.hash}
		}
	}
	for _, stream := range erase {
		if err := f.s.keys.destroy(ctx, stream, now); err != nil {
			return len(plan), err // the tombstone stands; who asks again, or the next Open, destroys the key
		}
	}
	return len(plan), nil
}

// plan finds what of a request is new, and where it goes. It sets the request's result.
func (f *folder) plan(ctx context.Context, staged map[string]*place, r *request) ([]Record, error) {
	at := staged[r.stream]
	if at == nil {
		known, err := f.find(ctx, r.stream)
		if err != nil {
			return nil, err
		}
		at = &place{first: known.first, seq: known.seq, hash: known.hash, stored: known.seq, ids: map[string]bool{}}
		staged[r.stream] = at
	}
	if r.erase {
		if at.seq == 0 {
			r.result = answer{err: fmt.Errorf("erase %s: it has no records", r.stream)}
			return nil, nil
		}
		if key, err := f.s.keys.open(ctx, r.stream); err == nil && key == nil {
			r.result = answer{seq: at.seq} // was erased before
			return nil, nil
		}
	}
	var fresh []Record
	seen := map[string]bool{}
	for _, rec := range r.recs {
		if seen[rec.ID] {
			continue
		}
		seen[rec.ID] = true
		old, err := f.has(ctx, at, rec)
		if err != nil {
			return nil, err
		}
		if !old {
			fresh = append(fresh, rec)
		}
	}
	if !fits(r.expect, at.seq, len(seen)-len(fresh), len(seen)) {
		r.result = answer{err: fmt.Errorf("append to %s at %d, which is at %d: %w", r.stream, r.expect, at.seq, ErrConflict)}
		return nil, nil
	}
	for i := range fresh {
		at.seq++
		fresh[i].Seq = at.seq
		at.ids[fresh[i].ID] = true
	}
	r.result = answer{seq: at.seq}
	return fresh, nil
}

// find tells where a stream is. What the database says in two places must agree; if it doesn't, the records win.
func (f *folder) find(ctx context.Context, stream string) (*place, error) {
	if p := f.heads[stream]; p != nil {
		return p, nil
	}
	var p, tail place
	var hash, tailHash []byte
	err := f.headOf.QueryRowContext(ctx, stream).Scan(&p.first, &p.seq, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("append: where is %s: %w", stream, err)
	}
	err = f.lastOf.QueryRowContext(ctx, stream).Scan(&tail.seq, &tailHash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("append: where is %s: %w", stream, err)
	}
	copy(p.hash[:], hash)
	copy(tail.hash[:], tailHash)
	if p.seq != tail.seq || p.hash != tail.hash {
		f.s.opts.Log.Error("journal: the list of streams and the records disagree", "stream", stream, "listed", p.seq, "recorded", tail.seq)
		if tail.seq >= p.seq {
			p.seq, p.hash = tail.seq, tail.hash
		}
	}
	f.heads[stream] = &p
	return &p, nil
}

// has says whether a stream has a record of this id, in the database or earlier in this batch.
func (f *folder) has(ctx context.Context, at *place, rec Record) (bool, error) {
	if at.ids[rec.ID] {
		return true, nil
	}
	if at.stored == 0 {
		return false, nil
	}
	var one int
	err := f.byID.QueryRowContext(ctx, rec.Stream, rec.ID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("append: look for %s: %w", rec.ID, err)
	}
	return true, nil
}

// commit writes a plan in one transaction and tells the followers.
func (f *folder) commit(ctx context.Context, plan []Record, staged map[string]*place, streamKeys map[string]cipher.AEAD) error {
	tx, err := f.s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	pos, lastHash, _ := f.s.Last(ctx)
	hashes := map[string][32]byte{}
	insert := tx.StmtContext(ctx, f.insert) //nolint:sqlclosecheck // ends with the transaction
	for _, r := range plan {
		prev, ok := hashes[r.Stream]
		if !ok {
			prev = staged[r.Stream].hash
		}
		body := seal(r.Body, streamKeys[r.Stream], r.Stream, r.ID)
		lastHash = chained(prev, r, body)
		hashes[r.Stream] = lastHash
		pos++
		if staged[r.Stream].first == 0 {
			staged[r.Stream].first = pos
		}
		_, err := insert.ExecContext(ctx, int64(pos), r.Stream, int64(r.Seq), r.ID, r.Type, r.Version, r.Time.UnixNano(),
			r.Who, r.Node, int64(r.Epoch), body, prev[:], lastHash[:])
		if err != nil {
			return err
		}
	}
	move := tx.StmtContext(ctx, f.move) //nolint:sqlclosecheck // ends with the transaction
	for stream, hash := range hashes {
		p := staged[stream]
		p.hash = hash
		if _, err := move.ExecContext(ctx, stream, int64(p.first), int64(p.seq), hash[:]); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	f.s.stats.syncs.Add(1)
	f.s.stats.records.Add(uint64(len(plan)))
	f.s.grew(pos, lastHash)
	return nil
}

// grew tells that the journal is durable up to a position.
func (s *SQLite) grew(pos uint64, hash [32]byte) {
	s.writeHead(pos, hash)
	s.lastMu.Lock()
	defer s.lastMu.Unlock()
	s.last, s.lastHash = pos, hash
	close(s.grown)
	s.grown = make(chan struct{})
}
