package tape

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Files keeps pictures and spoken notes of incidents under the hash of what they hold: ab/abcd….bin, and in open/ while they come. What was kept once
// never changes, and the same again is kept once.
type Files struct{ dir string }

// ErrTooLarge: the file is larger than what is kept.
var ErrTooLarge = errors.New("tape: the file is too large")

var goodHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// OpenFiles opens a folder of files, and makes it if it is absent. What a killed process left half written goes.
func OpenFiles(dir string) (*Files, error) {
	if err := os.MkdirAll(filepath.Join(dir, "open"), 0o700); err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	half, err := filepath.Glob(filepath.Join(dir, "open", "new-*"))
	for _, path := range half {
		if i, e := os.Stat(path); e == nil && time.Since(i.ModTime()) > time.Minute {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return &Files{dir}, err
}

// Put keeps what r has, at most most bytes, and gives its hex SHA-256 and its length. It returns when a power cut would
// leave it there. It ends with ErrTooLarge, r's error or the disk's.
func (f *Files) Put(r io.Reader, most int64) (hash string, n int64, err error) {
	tmp, err := os.CreateTemp(filepath.Join(f.dir, "open"), "new-*")
	if err != nil {
		return "", 0, fmt.Errorf("keep file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	sum := sha256.New()
	n, err = io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return "", 0, fmt.Errorf("keep file: %w", err)
	case n > most:
		return "", 0, ErrTooLarge
	}
	if err = tmp.Sync(); err != nil {
		return "", 0, fmt.Errorf("keep file: %w", err)
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	dir := filepath.Join(f.dir, hash[:2])
	if err = os.MkdirAll(dir, 0o700); err != nil {
		return "", 0, fmt.Errorf("keep file: %w", err)
	}
	if err = os.Rename(tmp.Name(), f.path(hash)); err != nil {
		return "", 0, fmt.Errorf("keep file: %w", err)
	}
	return hash, n, errors.Join(tmp.Close(), syncDir(dir), syncDir(f.dir))
}

func (f *Files) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash+".bin") }

// Read gives a file that still is what was kept; fs.ErrNotExist, or *DamageError when it isn't.
func (f *Files) Read(hash string) ([]byte, error) {
	if !goodHash.MatchString(hash) {
		return nil, fmt.Errorf("%q is no hash: %w", hash, fs.ErrNotExist)
	}
	raw, err := os.ReadFile(f.path(hash))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != hash {
		return nil, &DamageError{ID: hash, Why: "it isn't what was kept"}
	}
	return raw, nil
}
