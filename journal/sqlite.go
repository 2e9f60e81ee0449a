package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite" // also registers the driver
)

// Options of the SQLite engine.
type Options struct {
	Node string           // name of this node, written into each record
	Log  *slog.Logger     // nil: slog.Default()
	Now  func() time.Time // nil: time.Now
}

// SQLite is the journal of one machine: journal.db (records, never changed), keys.db and master.key (what opens their
// private texts), head (how far it was, so that a journal that got shorter is noticed). WAL with synchronous=FULL: an
// append is answered after its fsync. What waits together is written together, with one fsync (group commit).
type SQLite struct {
	opts Options
	dir  string
	db   *sql.DB // one connection: the writer's
	ro   *sql.DB // for readers
	keys *keys
	fold *folder
	head *os.File

	damage error // what Open found
	stats  counters

	mu      sync.Mutex
	waiting []*request
	closed  bool
	bell    chan struct{} // rings when something waits

	lastMu   sync.Mutex
	last     uint64
	lastHash [32]byte
	grown    chan struct{} // closed when last grows, then another one

	checkpoint chan struct{}
	ctx        context.Context // ends when Close has written all
	cancel     context.CancelFunc
	wg         sync.WaitGroup
}

// ErrClosed: the journal takes no more.
var ErrClosed = errors.New("journal: closed")

// The name of a stream stands in two places (records_stream and streams), so that a damaged page of one can't make a
// stream look unknown or short: see Read. prev makes each record checkable by itself.
const schema = `
CREATE TABLE IF NOT EXISTS records (
	pos     INTEGER PRIMARY KEY,
	stream  TEXT    NOT NULL,
	seq     INTEGER NOT NULL,
	id      TEXT    NOT NULL,
	type    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	time    INTEGER NOT NULL, -- UTC, nanoseconds since 1970
	who     TEXT    NOT NULL,
	node    TEXT    NOT NULL,
	epoch   INTEGER NOT NULL,
	body    BLOB    NOT NULL, -- JSON, private texts sealed
	prev    BLOB    NOT NULL, -- hash of the stream's record before this
	hash    BLOB    NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS records_stream ON records (stream, seq);
CREATE UNIQUE INDEX IF NOT EXISTS records_id ON records (stream, id);
CREATE INDEX IF NOT EXISTS records_first ON records (stream) WHERE seq = 1;
CREATE INDEX IF NOT EXISTS records_erased ON records (stream) WHERE type = 'erased';
CREATE TABLE IF NOT EXISTS streams (
	stream TEXT PRIMARY KEY,
	first  INTEGER NOT NULL, -- position of its first record
	seq    INTEGER NOT NULL, -- of its last record
	hash   BLOB    NOT NULL  -- of its last record
) WITHOUT ROWID;
`

// Open opens the journal in a folder, which is made if it is absent. A journal in which something is damaged opens
// (calls must come in): Damage tells what was found. It fails when another process has it open, and when the files
// can't be read as a journal at all.
func Open(dir string, opts Options) (*SQLite, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &SQLite{
		opts: opts, dir: dir, bell: make(chan struct{}, 1),
		grown: make(chan struct{}), checkpoint: make(chan struct{}, 1),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		s.shut() //nolint:errcheck // the first error tells
		return nil, fmt.Errorf("open journal: %w", err)
	}
	s.wg.Go(s.writer)
	s.wg.Go(s.checkpointer)
	return s, nil
}

func (s *SQLite) open() (err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	_, noKeys := os.Stat(filepath.Join(s.dir, "keys.db"))
	if s.keys, err = openKeys(s.ctx, s.dir); err != nil {
		return err
	}
	path := filepath.Join(s.dir, "journal.db")
	if err := ownersOnly(path); err != nil {
		return err
	}
	s.db, err = openDB(path, "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=busy_timeout(5000)",
		"_pragma=wal_autocheckpoint(0)", "_txlock=immediate")
	if err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	if _, err := s.db.ExecContext(s.ctx, schema); err != nil {
		return fmt.Errorf("%s can't be read as a journal (restore a backup, or move it away to begin a new one): %w", path, err)
	}
	if s.ro, err = openReader(path); err != nil {
		return err
	}
	if s.fold, err = newFolder(s.ctx, s); err != nil {
		return err
	}
	if s.head, err = os.OpenFile(filepath.Join(s.dir, "head"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if err := s.guard(); err != nil {
		return err
	}
	if noKeys != nil && s.last > 0 {
		s.found(errors.New("keys.db was missing: private texts that were written before can't be read"))
	}
	return s.eraseAgain()
}

func openDB(path string, params ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "file", Path: abs, RawQuery: strings.Join(params, "&")}
	return sql.Open("sqlite", u.String())
}

// ownersOnly makes a database file that only its owner may read; SQLite gives its logs the same mode.
func ownersOnly(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func openReader(path string) (*sql.DB, error) {
	db, err := openDB(path, "mode=ro", "_pragma=query_only(1)", "_pragma=busy_timeout(5000)")
	if err == nil {
		db.SetMaxOpenConns(8)
		db.SetMaxIdleConns(8)
	}
	return db, err
}

// eraseAgain destroys the keys of streams that were erased, should the process have died between the tombstone and the
// key, or the key file come from an older backup than the journal.
func (s *SQLite) eraseAgain() error {
	rows, err := s.ro.QueryContext(s.ctx, `SELECT DISTINCT stream FROM records WHERE type = 'erased'`)
	if err != nil {
		s.found(fmt.Errorf("list of erased streams: %w", err))
		return nil
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var stream string
		if err := rows.Scan(&stream); err != nil {
			return err
		}
		key, err := s.keys.open(s.ctx, stream)
		if err == nil && key == nil {
			continue
		}
		if err := s.keys.destroy(s.ctx, stream, s.opts.Now().UnixNano()); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		s.found(fmt.Errorf("list of erased streams: %w", err))
	}
	return nil
}

func (s *SQLite) found(err error) {
	s.opts.Log.Error("the journal is damaged; it goes on, restore what is missing from a backup", "err", err)
	s.damage = errors.Join(s.damage, err)
}

// Damage is what Open found wrong, nil as a rule. Verify looks at everything and takes longer.
func (s *SQLite) Damage() error { return s.damage }

// Node is the name that this engine writes into records.
func (s *SQLite) Node() string { return s.opts.Node }

// Last is the position of the newest record, and its hash.
func (s *SQLite) Last(context.Context) (uint64, [32]byte, error) {
	s.lastMu.Lock()
	defer s.lastMu.Unlock()
	return s.last, s.lastHash, nil
}

// Close writes what waits, and ends Follow.
func (s *SQLite) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.ring()
	s.wg.Wait()
	return s.shut()
}

func (s *SQLite) shut() error {
	s.cancel()
	var errs []error
	if s.ro != nil {
		errs = append(errs, s.ro.Close())
	}
	if s.fold != nil {
		s.fold.close()
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.keys != nil {
		errs = append(errs, s.keys.close())
	}
	if s.head != nil {
		errs = append(errs, s.head.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// checkpointer moves what is in the write-ahead log into the database, beside the writer, so that no append waits for it.
func (s *SQLite) checkpointer() {
	for range s.checkpoint {
		var busy, pages, moved int
		conn, err := openDB(filepath.Join(s.dir, "journal.db"), "_pragma=synchronous(FULL)", "_pragma=wal_autocheckpoint(0)")
		if err == nil {
			err = conn.QueryRowContext(s.ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &moved)
			err = errors.Join(err, conn.Close())
		}
		if err != nil {
			s.opts.Log.Warn("journal: moving the write-ahead log failed; it grows until it works", "err", err)
		}
	}
}

// sqliteCode is the primary result code of SQLite, 0 when the error is none of its.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// Primary result codes of SQLite.
const (
	codeCorrupt = 11
	codeFull    = 13
	codeNotADB  = 26
)

// damaged says whether SQLite couldn't make sense of a page, as against a ctx that ended or a disk that is away.
func damaged(err error) bool {
	c := sqliteCode(err)
	return c == codeCorrupt || c == codeNotADB
}

// mapped makes the errors of a write those of the contract.
func mapped(err error) error {
	if sqliteCode(err) == codeFull || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
