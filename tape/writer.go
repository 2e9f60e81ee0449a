package tape

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The two sides of a tape, as phone.Channel counts them (tape knows no phone; node puts them together).
const (
	Caller  = 0 // left
	Officer = 1 // right
)

// Writer records one call. Audio may be called from anywhere until Close.
type Writer struct {
	store *Store
	id    string
	start time.Time

	mu     sync.Mutex // held for moments only: never while the disk is asked
	reel   reel
	heard  time.Time // when sound came last
	closed bool

	disk    sync.Mutex // held while writing
	wav     *os.File
	sums    *os.File
	mark    *mark
	chain   *chain
	sumsAt  int64
	pending []byte // sound that was taken from the reel and could not be written yet
	headed  int64  // sound that the header tells of
	lines   []byte // sums that aren't written yet
	synced  time.Time
	failed  error // the last write failed
	sum     Sum
	over    bool
}

func create(s *Store, id string, start time.Time) (_ *Writer, err error) {
	now := s.opts.Now()
	if start.After(now) {
		start = now
	}
	w := &Writer{store: s, id: id, start: start, synced: now}
	path := filepath.Join(s.day(start), id)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.abandon() //nolint:errcheck // the first error tells
		}
	}()
	w.mark, err = s.mark(id, path[len(s.dir):])
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	if err != nil {
		return nil, err
	}
	if w.wav, err = os.OpenFile(path+".wav", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, err
	}
	if _, err = w.wav.WriteAt(header(0), 0); err != nil {
		return nil, err
	}
	if w.sums, err = os.OpenFile(path+".sum", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
		return nil, err
	}
	first := firstLine(id, start)
	w.chain = newChain(first)
	if _, err = w.sums.WriteAt([]byte(first), 0); err != nil {
		return nil, err
	}
	w.sumsAt = int64(len(first))
	s.named(path)
	return w, nil
}

// Audio lays sound on a side of the tape: A-law, 8000 bytes a second, at this offset from the tape's start. It never
// waits for the disk. Sound on the same side at the same time is mixed; where there is none it is silent. What comes
// more than 300 ms late, says it is over 10 s ahead of the clock, or comes while the disk owes 30 s, is dropped and
// counted.
func (w *Writer) Audio(side int, at time.Duration, alaw []byte) {
	now := w.store.opts.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.reel.put(side, at, now.Sub(w.start), alaw)
	w.heard = now
}

// flush writes what can't change any more, or all.
func (w *Writer) flush(all bool) {
	w.disk.Lock()
	defer w.disk.Unlock()
	if w.over {
		return
	}
	now := w.store.opts.Now()
	err := w.write(all, now)
	if err == nil && now.Sub(w.synced) >= w.store.opts.Sync {
		err = errors.Join(w.wav.Sync(), w.sums.Sync())
		w.synced = now
	}
	if (err == nil) != (w.failed == nil) {
		if err != nil {
			w.store.opts.Log.Error("tape can't be written; it is tried again", "tape", w.id, "err", err)
		} else {
			w.store.opts.Log.Info("tape can be written again", "tape", w.id)
		}
	}
	w.failed = err
}

// write brings sound, then header, then sums to the file, so that each is true of what is before it.
func (w *Writer) write(all bool, now time.Time) error {
	buf := blocks.Get().(*[second]byte) //nolint:errcheck // nothing else is put there
	defer blocks.Put(buf)
	for {
		sound := w.pending
		if len(sound) == 0 {
			sound = w.next(all, now, buf[:])
		}
		if len(sound) == 0 {
			break
		}
		if _, err := w.wav.WriteAt(sound, headerSize+w.chain.bytes); err != nil {
			if len(w.pending) == 0 {
				w.pending = bytes.Clone(sound)
			}
			return err
		}
		w.lines = append(w.lines, w.chain.add(sound)...)
		w.pending = nil
	}
	if w.chain.bytes != w.headed || w.failed != nil {
		if _, err := w.wav.WriteAt(header(w.chain.bytes), 0); err != nil {
			return err
		}
		w.headed = w.chain.bytes
	}
	if len(w.lines) > 0 {
		if _, err := w.sums.WriteAt(w.lines, w.sumsAt); err != nil {
			return err
		}
		w.sumsAt += int64(len(w.lines))
		w.lines = w.lines[:0]
	}
	return nil
}

// next takes sound from the reel. While sound comes, its newest 300 ms stay: pieces in wrong order find their place.
func (w *Writer) next(all bool, now time.Time, buf []byte) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	to := w.reel.high
	if !all && now.Sub(w.heard) < window {
		to -= windowed
	}
	return w.reel.take(to, buf)
}

// Close writes the rest, makes it safe from a power cut, and tells the sum that binds the tape to its call. Sound that
// comes later is passed over. When something could not be written the Sum is that of what was, and Recover tries the
// rest of the work at the next start. Closing twice gives the same sum.
func (w *Writer) Close() (Sum, error) {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.flush(true)
	w.disk.Lock()
	defer w.disk.Unlock()
	if w.over {
		return w.sum, nil
	}
	w.over = true
	w.store.forget(w)
	err := w.failed
	if err == nil {
		_, err = w.sums.WriteAt(w.chain.close(""), w.sumsAt)
	}
	w.mu.Lock()
	w.sum = w.chain.sum(w.reel.dropped)
	w.reel.clear() // who ended a call may know of it, and so of this tape, for a while
	w.mu.Unlock()
	if err == nil {
		err = w.store.safe(w.wav, w.sums)
	}
	if err == nil {
		err = w.store.unmark(w.mark)
		w.mark = nil
	}
	if err = errors.Join(err, w.closeFiles()); err != nil {
		return w.sum, fmt.Errorf("close tape %s: %w", w.id, err)
	}
	return w.sum, nil
}

// abandon undoes create.
func (w *Writer) abandon() error {
	var errs []error
	for _, f := range []*os.File{w.wav, w.sums} {
		if f != nil {
			errs = append(errs, os.Remove(f.Name()))
		}
	}
	if w.mark != nil {
		errs = append(errs, w.mark.remove())
		w.mark = nil
	}
	return errors.Join(append(errs, w.closeFiles())...)
}

func (w *Writer) closeFiles() error {
	var errs []error
	for _, f := range []*os.File{w.wav, w.sums} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if w.mark != nil {
		errs = append(errs, w.mark.file.Close())
	}
	return errors.Join(errs...)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
