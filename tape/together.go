package tape

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// gather is how long tapes that are closed wait for each other: the first fsync of a round writes the file system's
// own notes on all of them, so a round costs little more than one tape.
const gather = 20 * time.Millisecond

// syncing is a tape that wants to be safe from a power cut.
type syncing struct {
	files []*os.File
	done  chan error
}

// safe returns when the files of a tape, and their names in the folder, would survive a power cut.
func (s *Store) safe(files ...*os.File) error {
	one := &syncing{files: files, done: make(chan error, 1)}
	s.mu.Lock()
	s.syncing = append(s.syncing, one)
	if len(s.syncing) == 1 {
		go s.round() // it ends when all who called have their answer
	}
	s.mu.Unlock()
	return <-one.done
}

// round makes those that have gathered safe.
func (s *Store) round() {
	wait := time.NewTimer(gather)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-s.ctx.Done():
	}
	s.mu.Lock()
	all := s.syncing
	s.syncing = nil
	s.mu.Unlock()
	errs := make([]error, len(all))
	for i, one := range all {
		for _, f := range one.files {
			errs[i] = errors.Join(errs[i], f.Sync())
		}
	}
	dirs := s.syncDirs()
	for i, one := range all {
		one.done <- errors.Join(errs[i], dirs)
	}
}

// named notes that a folder has new names in it.
func (s *Store) named(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if dir := filepath.Dir(path); !slices.Contains(s.fresh, dir) {
		s.fresh = append(s.fresh, dir)
	}
}

// syncDirs makes the new names safe.
func (s *Store) syncDirs() error {
	s.mu.Lock()
	fresh := s.fresh
	s.fresh = nil
	s.mu.Unlock()
	var errs []error
	for _, dir := range fresh {
		if err := syncDir(dir); err != nil {
			errs = append(errs, err)
			s.named(filepath.Join(dir, "again"))
		}
	}
	return errors.Join(errs...)
}
