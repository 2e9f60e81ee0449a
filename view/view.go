// Package view answers what happened: lists, search, one call or incident with its timeline, figures of a day. Its
// tables are made by following the journal, and can be deleted at any time: they come back with the same content.
// Every query names the office that reads, and SQL checks what it may see.
package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// ErrNotFound: there is no such thing, or the office that asks may not read it. Nobody learns which.
var ErrNotFound = errors.New("view: not found")

// ErrQuery is wrapped by errors about a question that can't be answered: a day that is no date, a cursor of another list.
var ErrQuery = errors.New("view: bad query")

// Alarm is something that people must be told about the view. A later Alarm of the same Name with Over set takes it back.
type Alarm struct {
	Name     string // "journal_short", "journal_changed", "journal_damaged", "journal_newer", "journal_follow", "view_write"
	Bad      bool   // something may be lost; otherwise only a warning
	Over     bool
	ID, EN   string // what is wrong: Indonesian, English
	TodoID   string // what to do, Indonesian
	TodoEN   string
	Position uint64 // in the journal, 0 when it isn't about one
}

// Options of a View. The zero Options will do.
type Options struct {
	// Name gives a person's name for timelines; nil, or an empty answer: the id is shown. It is called at each reading,
	// by many goroutines, and must not wait.
	Name func(office.PersonID) string
	// OnAlarm is told what people must know. It is called by Open and by the follower, and must not wait.
	OnAlarm func(Alarm)
	// OnRows is told which offices see changed rows of which tables ("calls", "incidents"), at most four times a
	// second, both lists sorted. It is called by the follower and must not wait.
	OnRows func(tables []string, offices []office.ID)
	// BatchMax is how many records go into one transaction; 0: 1000.
	BatchMax int
}

// View is the tables and their follower. Its methods may be called by many goroutines.
type View struct {
	// constant after Open
	dir     string
	journal journal.Journal
	offices *office.Directory
	opts    Options
	cancel  context.CancelFunc
	done    chan struct{} // closed when the follower has ended

	files  atomic.Pointer[store] // replaced when the file is rebuilt
	pos    atomic.Uint64         // position of the newest record in the tables
	broken chan struct{}         // a query found the file damaged

	// owned by the follower
	raised map[string]bool // alarms that a success takes back
	newer  bool            // events of a newer Siaga were told of

	mu    sync.Mutex    // guards moved
	moved chan struct{} // closed at the next change of pos
}

// Open opens or makes the tables in dir/view.db (mode 0600) and starts to follow j. A file of another schema, of
// other offices, damaged, or that has seen what the journal doesn't have, is deleted and made again. It returns as
// soon as queries can be answered; Wait tells when the tables have a position. It ends with an error when the file
// can't be made or the journal can't be asked.
func Open(ctx context.Context, dir string, j journal.Journal, offices *office.Directory, opts Options) (*View, error) {
	if opts.BatchMax <= 0 {
		opts.BatchMax = 1000
	}
	v := &View{
		dir: dir, journal: j, offices: offices, opts: opts,
		done: make(chan struct{}), moved: make(chan struct{}), broken: make(chan struct{}, 1), raised: map[string]bool{},
	}
	s, err := openStore(ctx, dir, offices)
	if err != nil {
		return nil, err
	}
	fits, err := v.guard(ctx, s)
	if err == nil && !fits {
		err = s.close()
		if err == nil {
			s, err = rebuildStore(ctx, dir, offices)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open view in %s: %w", dir, err), s.close())
	}
	v.use(s)
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	v.cancel = cancel
	go v.run(run)
	return v, nil
}

// guard says whether the tables were made from this journal (STORAGE.md, start-up guard).
func (v *View) guard(ctx context.Context, s *store) (bool, error) {
	if s.pos == 0 {
		return true, nil
	}
	last, _, err := v.journal.Last(ctx)
	if err != nil {
		return false, fmt.Errorf("ask the journal for its end: %w", err)
	}
	if last < s.pos {
		v.alarm(Alarm{
			Name: "journal_short", Bad: true, Position: last,
			ID:     fmt.Sprintf("Jurnal lebih pendek daripada yang pernah terlihat: sampai %d, seharusnya %d.", last, s.pos),
			EN:     fmt.Sprintf("The journal is shorter than it was seen before: it ends at %d, it had %d.", last, s.pos),
			TodoID: "Jangan hapus apa pun. Periksa cadangan jurnal dan jalankan siaga verify.",
			TodoEN: "Delete nothing. Check the journal's backup and run siaga verify.",
		})
		return false, nil
	}
	if s.hash == [32]byte{} { // the newest record seen was damaged, so it has no hash to compare
		return true, nil
	}
	hash, ok, err := v.journal.At(ctx, s.pos)
	if damaged := (*journal.CorruptError)(nil); errors.As(err, &damaged) {
		return true, nil // there, but damaged since: following tells if it matters
	}
	if err != nil {
		return false, fmt.Errorf("ask the journal for position %d: %w", s.pos, err)
	}
	if !ok || hash != s.hash {
		v.alarm(Alarm{
			Name: "journal_changed", Bad: true, Position: s.pos,
			ID:     fmt.Sprintf("Jurnal ini bukan jurnal yang terakhir dibaca (posisi %d berbeda).", s.pos),
			EN:     fmt.Sprintf("This isn't the journal that was read last (position %d differs).", s.pos),
			TodoID: "Bila cadangan baru dipulihkan, ini wajar. Bila tidak, jalankan siaga verify.",
			TodoEN: "Expected after a restore from a backup. Otherwise run siaga verify.",
		})
		return false, nil
	}
	return true, nil
}

// use makes s the tables that queries see.
func (v *View) use(s *store) {
	v.files.Store(s)
	v.setPos(s.pos)
}

func (v *View) setPos(pos uint64) {
	v.pos.Store(pos)
	v.mu.Lock()
	close(v.moved)
	v.moved = make(chan struct{})
	v.mu.Unlock()
}

func (v *View) alarm(a Alarm) {
	if v.opts.OnAlarm != nil {
		v.opts.OnAlarm(a)
	}
}

// Close ends the follower, waits for it, and closes the file. Queries end with an error from then on.
func (v *View) Close() error {
	v.cancel()
	<-v.done
	return v.files.Load().close()
}

// Position is the journal position up to which the tables tell.
func (v *View) Position() uint64 { return v.pos.Load() }

// Lag is how many records the tables are behind the journal.
func (v *View) Lag(ctx context.Context) (uint64, error) {
	last, _, err := v.journal.Last(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask the journal for its end: %w", err)
	}
	return last - min(last, v.pos.Load()), nil
}

// Wait returns when the tables have what the journal has at pos, or with ctx's error.
func (v *View) Wait(ctx context.Context, pos uint64) error {
	for {
		v.mu.Lock()
		moved := v.moved
		v.mu.Unlock()
		if v.pos.Load() >= pos {
			return nil
		}
		select {
		case <-moved:
		case <-v.done:
			return fmt.Errorf("view: closed while waiting for position %d", pos)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// name is how timelines call a person.
func (v *View) name(p office.PersonID) string {
	if p != "" && v.opts.Name != nil {
		if n := v.opts.Name(p); n != "" {
			return n
		}
	}
	return string(p)
}

// officeName is how timelines call an office.
func (v *View) officeName(id office.ID) string {
	if o, ok := v.offices.Get(id); ok {
		return o.Name
	}
	return string(id)
}

// DayOf is the date of an instant in an office's zone, "2026-11-23"; in UTC when the office is unknown.
func (v *View) DayOf(id office.ID, at time.Time) string {
	o, _ := v.offices.Get(id)
	return at.In(o.Location()).Format(time.DateOnly)
}

// ask gives the readers' side of the file.
func (v *View) ask() *sql.DB { return v.files.Load().read }

// trouble wraps an error of a query, and has the file made again when the error says that it is damaged.
func (v *View) trouble(err error, what string, args ...any) error {
	if err == nil {
		return nil
	}
	if isCorrupt(err) {
		select {
		case v.broken <- struct{}{}:
		default: // known already
		}
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(what, args...), err)
}
