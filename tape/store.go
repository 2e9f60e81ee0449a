// Package tape keeps recordings: a stereo A-law WAV file for each call, which every player opens at any moment, also
// after the process was killed, and a chain of hashes beside it, which shows the first second that was changed.
//
// Tapes are plain files, not blobs: their header is patched while they grow, which no blob store can do. What is closed
// never changes again, so a closed tape can be copied to a blob store.
package tape

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Options of a Store. All may be left out.
type Options struct {
	Log   *slog.Logger
	Now   func() time.Time // time.Now
	Flush time.Duration    // how often sound is written; 400 ms, with the window of 300 ms less than a second is ever lost
	Sync  time.Duration    // how often a growing tape is made safe from a power cut; 5 s
}

// Store is a folder of tapes: YYYY/MM/DD/<id>.wav and .sum by the UTC date of their start, and open/<id> for each that
// is being recorded. In idle/ lie marks for later use, which mean nothing.
type Store struct {
	dir  string
	opts Options

	mu      sync.Mutex
	writers map[string]*Writer
	closed  bool
	syncing []*syncing // tapes that are being closed
	fresh   []string   // folders with new names that a power cut might take
	idle    []*mark    // of tapes that have ended
	marks   uint64     // counts them

	ctx    context.Context // ends with the store
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// ErrClosed: the store takes no more.
var ErrClosed = errors.New("tape: store is closed")

var goodID = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// flushers is how many tapes are written at the same time.
const flushers = 4

// OpenStore opens a folder of tapes, and makes it if it is absent. Recover should be called next.
func OpenStore(dir string, opts Options) (*Store, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Flush <= 0 {
		opts.Flush = 400 * time.Millisecond
	}
	if opts.Sync <= 0 {
		opts.Sync = 5 * time.Second
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "open"), 0o700), makeIdle(dir)); err != nil {
		return nil, fmt.Errorf("open tapes: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Store{dir: dir, opts: opts, writers: map[string]*Writer{}, ctx: ctx, cancel: cancel}
	s.wg.Go(func() { s.flushAll(ctx) })
	return s, nil
}

// Create begins a tape. The id names it for ever: letters, digits, dot, dash and underscore, at most 128. It ends with
// fs.ErrExist when there is such a tape. start is what offsets in Audio count from.
func (s *Store) Create(id string, start time.Time) (*Writer, error) {
	if !goodID.MatchString(id) {
		return nil, fmt.Errorf("create tape: %q is no id", id)
	}
	if start.IsZero() {
		start = s.opts.Now()
	}
	w, err := create(s, id, start)
	if err != nil {
		return nil, fmt.Errorf("create tape %s: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.Join(ErrClosed, w.abandon())
	}
	s.writers[id] = w
	return w, nil
}

// flushAll writes what writers hold, again and again, until ctx ends.
func (s *Store) flushAll(ctx context.Context) {
	ticker := time.NewTicker(s.opts.Flush)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		s.flushOnce()
	}
}

func (s *Store) flushOnce() {
	work := make(chan *Writer)
	var wg sync.WaitGroup
	all := s.all()
	for range min(flushers, len(all)) {
		wg.Go(func() {
			for w := range work {
				w.flush(false)
			}
		})
	}
	for _, w := range all {
		work <- w
	}
	close(work)
	wg.Wait()
	if err := s.syncDirs(); err != nil {
		s.opts.Log.Error("tapes: new names can't be made safe; it is tried again", "err", err)
	}
}

func (s *Store) all() []*Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Writer, 0, len(s.writers))
	for _, w := range s.writers {
		all = append(all, w)
	}
	return all
}

func (s *Store) forget(w *Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writers[w.id] == w {
		delete(s.writers, w.id)
	}
}

// Recording is how many tapes are being recorded.
func (s *Store) Recording() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.writers)
}

// Close closes all tapes that are being recorded.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
	var errs []error
	for _, w := range s.all() {
		_, err := w.Close()
		errs = append(errs, err)
	}
	return errors.Join(append(errs, s.forgetMarks())...)
}

// day is where the tapes of a time lie.
func (s *Store) day(start time.Time) string {
	return filepath.Join(s.dir, start.UTC().Format("2006/01/02"))
}

// find gives the path of a tape without its extension, looking at the newest days first; fs.ErrNotExist.
func (s *Store) find(id string) (string, error) {
	if !goodID.MatchString(id) {
		return "", fmt.Errorf("%q is no id: %w", id, fs.ErrNotExist)
	}
	days, err := fs.Glob(os.DirFS(s.dir), "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]")
	if err != nil {
		return "", err
	}
	for _, day := range slices.Backward(days) {
		path := filepath.Join(s.dir, filepath.FromSlash(day), id)
		if _, err := os.Stat(path + ".wav"); err == nil {
			return path, nil
		}
	}
	return "", fs.ErrNotExist
}
