package tape

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// mark is the file open/<id> of a tape that is being recorded, locked.
type mark struct {
	file *os.File
	path string
}

// idleMax is how many marks are kept for the next tapes.
const idleMax = 512

// mark makes the mark of a tape. It takes one that an ended tape left: a file system that has just deleted many files
// looks at each of them before it makes a new one (ext4 keeps their numbers back for half a minute), which at a hundred
// calls a second was most of what a tape cost.
func (s *Store) mark(id, text string) (*mark, error) {
	path := filepath.Join(s.dir, "open", id)
	s.mu.Lock()
	var m *mark
	if n := len(s.idle); n > 0 {
		m = s.idle[n-1]
		s.idle = s.idle[:n-1]
	}
	s.mu.Unlock()
	if m != nil {
		if m.move(path, text) == nil {
			return m, nil
		}
		_ = m.remove() // somebody cleaned up under us, or there is such a tape: the plain way tells
	}
	f, err := lock(path, text)
	if err != nil {
		return nil, err
	}
	return &mark{file: f, path: path}, nil
}

// move makes m the mark of another tape. Its lock goes with it.
func (m *mark) move(path, text string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("mark %s: %w", path, fs.ErrExist)
	}
	if err := m.file.Truncate(0); err != nil {
		return err
	}
	if _, err := m.file.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	if err := os.Rename(m.path, path); err != nil {
		return err
	}
	m.path = path
	return nil
}

func (m *mark) remove() error { return errors.Join(os.Remove(m.path), m.file.Close()) }

// unmark says that a tape is closed.
func (s *Store) unmark(m *mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && len(s.idle) < idleMax {
		s.marks++
		path := filepath.Join(s.dir, "idle", strconv.FormatUint(s.marks, 10)+"-"+strconv.Itoa(os.Getpid()))
		if os.Rename(m.path, path) == nil {
			m.path = path
			s.idle = append(s.idle, m)
			return nil
		}
	}
	return m.remove()
}

// forgetMarks removes what is kept.
func (s *Store) forgetMarks() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, m := range s.idle {
		errs = append(errs, m.remove())
	}
	s.idle = nil
	return errors.Join(errs...)
}

// makeIdle makes the folder of idle marks, without those of a process that died.
func makeIdle(dir string) error {
	dir = filepath.Join(dir, "idle")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	old, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range old {
		path := filepath.Join(dir, e.Name())
		f, err := lock(path, "")
		if errors.Is(err, errLocked) {
			continue // of another process that lives
		}
		if err != nil {
			return err
		}
		if err := errors.Join(os.Remove(path), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
