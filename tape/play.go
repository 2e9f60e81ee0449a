package tape

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Open gives a tape as a WAV file and its size in bytes, also one that is being recorded (as it is at this moment).
// It ends with fs.ErrNotExist.
func (s *Store) Open(id string) (io.ReadSeekCloser, int64, error) {
	path, err := s.find(id)
	if err != nil {
		return nil, 0, fmt.Errorf("open tape %s: %w", id, err)
	}
	f, err := os.Open(path + ".wav")
	if err != nil {
		return nil, 0, fmt.Errorf("open tape %s: %w", id, err)
	}
	head := make([]byte, headerSize)
	n, _ := f.ReadAt(head, 0)
	data, err := dataSize(head[:n])
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open tape %s: %w", id, err), f.Close())
	}
	p := &playback{file: f, head: head}
	p.SectionReader = io.NewSectionReader(p, 0, headerSize+data)
	return p, headerSize + data, nil
}

// Chain opens the .sum file of a tape, so that whoever gets the tape can reckon its hash anew.
func (s *Store) Chain(id string) (io.ReadCloser, error) {
	path, err := s.find(id)
	if err != nil {
		return nil, fmt.Errorf("open the chain of tape %s: %w", id, err)
	}
	f, err := os.Open(path + ".sum")
	if err != nil {
		return nil, fmt.Errorf("open the chain of tape %s: %w", id, err)
	}
	return f, nil
}

// playback is a tape with the header that it had when it was opened.
type playback struct {
	*io.SectionReader

	file *os.File
	head []byte
}

func (p *playback) ReadAt(b []byte, at int64) (int, error) {
	n, err := p.file.ReadAt(b, at)
	if at < headerSize {
		copy(b[:n], p.head[at:])
	}
	return n, err
}

func (p *playback) Close() error { return p.file.Close() }

// Verify compares a tape with its sums: a *DamageError names the first second that isn't what was recorded. That the
// sums themselves are those of that time is known by comparing Sum with the journal.
func (s *Store) Verify(id string) error {
	path, err := s.find(id)
	if err != nil {
		return fmt.Errorf("verify tape %s: %w", id, err)
	}
	said, err := readSums(path + ".sum")
	if err != nil {
		return &DamageError{ID: id, Second: len(said.seconds), Why: err.Error()}
	}
	f, err := os.Open(path + ".wav")
	if err != nil {
		return fmt.Errorf("verify tape %s: %w", id, err)
	}
	defer f.Close() //nolint:errcheck // only read
	head := make([]byte, headerSize)
	n, _ := f.ReadAt(head, 0)
	data, err := dataSize(head[:n])
	if err != nil {
		return &DamageError{ID: id, Why: err.Error()}
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("verify tape %s: %w", id, err)
	}
	if _, err := said.check(id, io.NewSectionReader(f, headerSize, info.Size()-headerSize)); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dir, "open", id)); !said.ended && errors.Is(err, fs.ErrNotExist) {
		return &DamageError{ID: id, Second: len(said.seconds), Why: "its sums have no end"}
	}
	if said.ended && data != said.bytes {
		return &DamageError{ID: id, Why: fmt.Sprintf("the header tells of %d bytes of sound, not %d", data, said.bytes)}
	}
	return nil
}

// Sum is what the sums of a closed tape say: to be compared with the journal. What was dropped isn't known any more.
func (s *Store) Sum(id string) (Sum, error) {
	path, err := s.find(id)
	if err != nil {
		return Sum{}, fmt.Errorf("sum of tape %s: %w", id, err)
	}
	said, err := readSums(path + ".sum")
	if err != nil {
		return Sum{}, fmt.Errorf("sum of tape %s: %w", id, err)
	}
	if !said.ended {
		return Sum{}, fmt.Errorf("sum of tape %s: it isn't closed", id)
	}
	return Sum{Hash: said.last, Seconds: float64(said.bytes) / second, Bytes: said.bytes}, nil
}

// Remove deletes a closed tape: its time is over, or its call is erased. It ends with fs.ErrNotExist.
func (s *Store) Remove(id string) error {
	s.mu.Lock()
	_, recording := s.writers[id]
	s.mu.Unlock()
	if recording {
		return fmt.Errorf("remove tape %s: it is being recorded", id)
	}
	path, err := s.find(id)
	if err == nil {
		err = errors.Join(os.Remove(path+".wav"), os.Remove(path+".sum"))
	}
	if err != nil {
		return fmt.Errorf("remove tape %s: %w", id, err)
	}
	return nil
}
