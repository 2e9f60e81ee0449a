package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup copies the journal as it is at this moment into another folder, which must not hold one, while it is being
// written; it returns when the copy is on the disk and was verified. Open opens the copy. It holds the keys too, so it
// is as secret as the journal, and an erasure done later must be done again after it is restored.
func (s *SQLite) Backup(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	for _, name := range []string{"journal.db", "keys.db", "master.key"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("backup: %s holds a journal already", dir)
		}
	}
	for _, name := range []string{"journal.db", "keys.db"} {
		if err := ownersOnly(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	// Records first: their keys were made before them, so the keys copied after hold all of them.
	to := filepath.Join(dir, "journal.db")
	from, err := openDB(filepath.Join(s.dir, "journal.db"), "_pragma=wal_autocheckpoint(0)") // readers may not write, not even elsewhere
	if err == nil {
		_, err = from.ExecContext(ctx, `VACUUM INTO ?`, to)
		err = errors.Join(err, from.Close())
	}
	if err != nil {
		return fmt.Errorf("backup: %w", mapped(err))
	}
	to = filepath.Join(dir, "keys.db")
	s.keys.mu.Lock()
	_, err = s.keys.db.ExecContext(ctx, `VACUUM INTO ?`, to)
	s.keys.mu.Unlock()
	if err != nil {
		return fmt.Errorf("backup: %w", mapped(err))
	}
	master, err := os.ReadFile(filepath.Join(s.dir, "master.key"))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := writeSafely(filepath.Join(dir, "master.key"), master); err != nil {
		return fmt.Errorf("backup: %w", mapped(err))
	}
	for _, name := range []string{"journal.db", "keys.db"} { // VACUUM INTO doesn't sync
		if err := syncFile(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := VerifyFiles(ctx, dir); err != nil {
		return fmt.Errorf("backup: the copy isn't good: %w", err)
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
