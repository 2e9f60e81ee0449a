package view

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

//go:embed schema.sql
var schema string

// foldVersion is raised when the same events are to give other rows.
const foldVersion = 2

// store is one SQLite file, open for one writer and several readers.
type store struct {
	write *sql.DB // one connection
	read  *sql.DB // can't write

	// owned by whoever writes: the follower, and Open before it starts
	pos  uint64   // of the newest record in the tables
	hash [32]byte // of that record; zero when it was damaged

	scrub bool // the write-ahead log may hold texts that were erased
}

// fingerprint names everything but the journal that the tables' content depends on. What was made under another
// fingerprint is made again.
func fingerprint(offices *office.Directory) [32]byte {
	text := fmt.Sprintln(foldVersion, schema, slices.Sorted(maps.Keys(call.Codec.Names())), slices.Sorted(maps.Keys(incident.Codec.Names())),
		slices.Sorted(maps.Keys(incident.UnitCodec.Names())))
	for _, o := range offices.All() {
		text += fmt.Sprintf("%q %q %q\n", o.ID, o.Parent, o.Zone)
	}
	return sha256.Sum256([]byte(text))
}

// openStore opens the file in dir, making it when there is none that can be used.
func openStore(ctx context.Context, dir string, offices *office.Directory) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of the view: %w", err)
	}
	s, err := tryStore(ctx, dir, offices)
	if err == nil {
		return s, nil
	}
	if ctx.Err() != nil || !errors.Is(err, errOther) && !isCorrupt(err) {
		return nil, err
	}
	return rebuildStore(ctx, dir, offices)
}

// rebuildStore deletes the file and makes an empty one.
func rebuildStore(ctx context.Context, dir string, offices *office.Directory) (*store, error) {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(filepath.Join(dir, "view.db"+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("delete the view: %w", err)
		}
	}
	return tryStore(ctx, dir, offices)
}

// errOther: the file was made by another Siaga, or for other offices.
var errOther = errors.New("view: file of another schema")

// isCorrupt says whether SQLite finds the file damaged, or no database at all.
func isCorrupt(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff // without the extension
	return code == sqlitelib.SQLITE_CORRUPT || code == sqlitelib.SQLITE_NOTADB
}

func tryStore(ctx context.Context, dir string, offices *office.Directory) (_ *store, err error) {
	path := filepath.Join(dir, "view.db")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite gives its -wal and -shm the same mode
	if err != nil {
		return nil, fmt.Errorf("make the view's file: %w", err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, fmt.Errorf("make the view's file: %w", err)
	}
	// synchronous=NORMAL: a power cut may take the last transactions, position and rows together; following brings
	// them back. secure_delete: what is erased is overwritten.
	const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=secure_delete(ON)"
	uri := "file:" + (&url.URL{Path: path}).EscapedPath() + pragmas
	s := &store{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.write, err = sql.Open("sqlite", uri+"&_txlock=immediate&_pragma=cache_size(-32000)"); err != nil {
		return nil, fmt.Errorf("open the view's file: %w", err)
	}
	s.write.SetMaxOpenConns(1)
	if err := s.prepare(ctx, offices); err != nil {
		return nil, err
	}
	if err := s.emptyLog(ctx); err != nil { // a process that was killed may have left erased texts there
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", uri+"&_pragma=query_only(1)"); err != nil {
		return nil, fmt.Errorf("open the view's file for reading: %w", err)
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	return s, nil
}

// prepare makes the tables in an empty file, or checks that those of a full one are ours and reads how far they go.
func (s *store) prepare(ctx context.Context, offices *office.Directory) error {
	want := fingerprint(offices)
	var tables int
	if err := s.write.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return fmt.Errorf("read the view's file: %w", err)
	}
	if tables == 0 {
		return s.create(ctx, want, offices)
	}
	rows, err := s.write.QueryContext(ctx, `SELECT key, value FROM meta`)
	if err != nil {
		return errors.Join(errOther, err)
	}
	defer rows.Close()
	var have []byte
	for rows.Next() {
		var key string
		var value []byte
		if err := rows.Scan(&key, &value); err != nil {
			return fmt.Errorf("read how far the view goes: %w", err)
		}
		switch key {
		case "fingerprint":
			have = value
		case "position":
			if len(value) != 8 {
				return errOther
			}
			s.pos = binary.BigEndian.Uint64(value)
		case "hash":
			copy(s.hash[:], value)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read how far the view goes: %w", err)
	}
	if !slices.Equal(have, want[:]) {
		return errOther
	}
	return nil
}

func (s *store) create(ctx context.Context, want [32]byte, offices *office.Directory) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("make the view's tables: %w", err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("make the view's tables: %w", err)
	}
	for _, o := range offices.All() {
		for above, ok := o, true; ok; above, ok = offices.Get(above.Parent) {
			if _, err := tx.ExecContext(ctx, `INSERT INTO office_above VALUES (?, ?)`, o.ID, above.ID); err != nil {
				return fmt.Errorf("write who is above %s: %w", o.ID, err)
			}
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO meta VALUES ('fingerprint', ?)`, want[:]); err != nil {
		return fmt.Errorf("write the view's fingerprint: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("make the view's tables: %w", err)
	}
	return nil
}

// mark writes how far the tables go, in the transaction that brings them there.
func mark(ctx context.Context, tx *sql.Tx, pos uint64, hash [32]byte) error {
	const q = `INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	if _, err := tx.ExecContext(ctx, q, "position", binary.BigEndian.AppendUint64(nil, pos)); err != nil {
		return fmt.Errorf("write the view's position: %w", err)
	}
	if _, err := tx.ExecContext(ctx, q, "hash", hash[:]); err != nil {
		return fmt.Errorf("write the view's hash: %w", err)
	}
	return nil
}

// emptyLog moves all of the write-ahead log into the file and cuts it. While a query reads it stays, to be tried again
// with the next batch.
func (s *store) emptyLog(ctx context.Context) error {
	var busy, frames, moved int
	if err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("empty the view's log: %w", err)
	}
	s.scrub = busy != 0
	return nil
}

// close may be called on a nil or half open store.
func (s *store) close() error {
	if s == nil {
		return nil
	}
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
