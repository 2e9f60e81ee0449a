package journal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// keys holds a key for each stream that has private texts, in a database of its own: destroying a key erases the
// texts, while the journal, which is never changed, keeps its hashes (UU PDP 27/2022). Each key is wrapped with the
// master key, so the file alone opens nothing. One process at a time can have it open (exclusive lock); that is also
// what keeps two processes from writing one journal.
type keys struct {
	db     *sql.DB
	master cipher.AEAD
	syncs  atomic.Uint64

	mu    sync.Mutex
	known map[string]cipher.AEAD // nil: erased
}

const keysSchema = `CREATE TABLE IF NOT EXISTS keys (
	stream  TEXT PRIMARY KEY,
	wrapped BLOB, -- nonce and AES-256-GCM of the key; NULL when it was destroyed
	made    INTEGER NOT NULL
) WITHOUT ROWID;`

// keysKnownMax is how many opened keys are kept at hand.
const keysKnownMax = 8192

var errNoKey = errors.New("its key is missing")

func openKeys(ctx context.Context, dir string) (*keys, error) {
	master, err := masterKey(filepath.Join(dir, "master.key"))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "keys.db")
	if err := ownersOnly(path); err != nil {
		return nil, err
	}
	// secure_delete writes zeros where a key was.
	db, err := openDB(path, "_pragma=locking_mode(EXCLUSIVE)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=secure_delete(1)", "_txlock=exclusive")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, keysSchema); err != nil {
		db.Close() //nolint:errcheck // the first error tells
		return nil, fmt.Errorf("open %s (is another siaga running here?): %w", path, err)
	}
	return &keys{db: db, master: master, known: map[string]cipher.AEAD{}}, nil
}

// masterKey reads the key that wraps the others, and makes it the first time.
func masterKey(path string) (cipher.AEAD, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "keys.db")); err == nil {
			return nil, fmt.Errorf("%s is missing, but there are keys that only it opens: put it back", path)
		}
		key = make([]byte, 32)
		rand.Read(key)
		err = writeSafely(path, key)
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("master key %s has %d bytes, not 32", path, len(key))
	}
	return newAEAD(key)
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// writeSafely makes a file that is there wholly or not at all, also after a power cut. Only its owner may read it.
func writeSafely(path string, data []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// open gives the key of a stream: nil when it was destroyed, errNoKey when there never was one.
func (k *keys) open(ctx context.Context, stream string) (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.openLocked(ctx, k.db, stream)
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (k *keys) openLocked(ctx context.Context, q querier, stream string) (cipher.AEAD, error) {
	if key, ok := k.known[stream]; ok {
		return key, nil
	}
	var wrapped []byte
	err := q.QueryRowContext(ctx, `SELECT wrapped FROM keys WHERE stream = ?`, stream).Scan(&wrapped)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, errNoKey
	case err != nil:
		return nil, fmt.Errorf("read key: %w", err)
	case wrapped == nil:
		k.keep(stream, nil)
		return nil, nil
	}
	raw, err := k.unwrap(wrapped, []byte(stream))
	if err != nil {
		return nil, errors.New("its key is damaged, or was made with another master.key")
	}
	key, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	k.keep(stream, key)
	return key, nil
}

func (k *keys) wrap(text, about []byte) []byte {
	nonce := make([]byte, k.master.NonceSize(), k.master.NonceSize()+len(text)+k.master.Overhead())
	rand.Read(nonce)
	return k.master.Seal(nonce, nonce, text, about)
}

func (k *keys) unwrap(wrapped, about []byte) ([]byte, error) {
	n := k.master.NonceSize()
	if len(wrapped) < n {
		return nil, errors.New("too short to be sealed")
	}
	return k.master.Open(nil, wrapped[:n], wrapped[n:], about)
}

func (k *keys) keep(stream string, key cipher.AEAD) {
	if len(k.known) >= keysKnownMax {
		clear(k.known)
	}
	k.known[stream] = key
}

// ensure gives the keys of streams, and makes those that aren't there: they are on the disk when it returns, since a
// record that outlives its key could never be read.
func (k *keys) ensure(ctx context.Context, streams map[string]cipher.AEAD, now int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var missing []string
	for stream := range streams {
		key, err := k.openLocked(ctx, k.db, stream)
		switch {
		case errors.Is(err, errNoKey):
			missing = append(missing, stream)
		case err != nil:
			return fmt.Errorf("key of %s: %w", stream, err)
		default:
			streams[stream] = key
		}
	}
	if len(missing) == 0 {
		return nil
	}
	tx, err := k.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	defer tx.Rollback()
	for _, stream := range missing {
		raw := make([]byte, 32)
		rand.Read(raw)
		if streams[stream], err = newAEAD(raw); err != nil {
			return err
		}
		wrapped := k.wrap(raw, []byte(stream))
		if _, err := tx.ExecContext(ctx, `INSERT INTO keys (stream, wrapped, made) VALUES (?, ?, ?)`, stream, wrapped, now); err != nil {
			return fmt.Errorf("make keys: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	k.syncs.Add(1)
	for _, stream := range missing {
		k.keep(stream, streams[stream])
	}
	return nil
}

// destroy makes a stream's private texts unreadable for ever, and leaves no copy of the key in the files: zeros where
// it was, and an empty write-ahead log.
func (k *keys) destroy(ctx context.Context, stream string, now int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, err := k.openLocked(ctx, k.db, stream); err == nil && key == nil {
		return nil // was destroyed before
	}
	delete(k.known, stream)
	_, err := k.db.ExecContext(ctx, `INSERT INTO keys (stream, wrapped, made) VALUES (?, NULL, ?)
		ON CONFLICT (stream) DO UPDATE SET wrapped = NULL`, stream, now)
	if err != nil {
		return fmt.Errorf("destroy key of %s: %w", stream, err)
	}
	var busy, pages, moved int
	if err := k.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("destroy key of %s: %w", stream, err)
	}
	k.syncs.Add(2)
	if busy != 0 {
		return fmt.Errorf("destroy key of %s: the key file is busy", stream)
	}
	k.keep(stream, nil)
	return nil
}

func (k *keys) close() error { return k.db.Close() }
