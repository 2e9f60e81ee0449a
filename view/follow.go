package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

const (
	rowsEvery  = 250 * time.Millisecond // OnRows at most four times a second: lists need no more
	retryAfter = time.Second            // after a failed write: a full disk doesn't empty faster
)

// item is a record, or the place of one that is damaged.
type item struct {
	rec     journal.Record
	damaged *journal.CorruptError
}

// run follows the journal until ctx ends: one goroutine reads, this one writes.
func (v *View) run(ctx context.Context) {
	defer close(v.done)
	damaged := false // the file, until it could be made again
	for ctx.Err() == nil {
		var err error
		if damaged {
			err = v.rebuild(ctx)
			damaged = err != nil
		} else {
			err = v.follow(ctx)
			damaged = errors.Is(err, errBroken) || isCorrupt(err)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err == nil: // made again
			continue
		case damaged:
			slog.WarnContext(ctx, "view is damaged and is made again", "err", err)
		}
		v.failing(err)
		if !pause(ctx, retryAfter) {
			return
		}
	}
}

// follow folds what the journal has after the tables' position, in batches, until ctx ends or something fails that
// only a new beginning can mend.
func (v *View) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	s := v.files.Load()
	items := make(chan item, v.opts.BatchMax)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cancel(v.pump(ctx, s.pos+1, items))
	}()
	defer func() {
		cancel(nil)
		<-ended
	}()

	told := newTeller(v.opts.OnRows)
	defer told.stop()
	list := make([]item, 0, v.opts.BatchMax)
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-v.broken:
			return errBroken
		case <-told.due():
			told.tell()
		case it := <-items:
			list = collect(append(list[:0], it), items, v.opts.BatchMax)
			rows, err := v.write(ctx, s, list)
			if err != nil {
				return err
			}
			v.setPos(s.pos)
			told.add(rows)
		}
	}
}

// collect adds what waits already, up to size.
func collect(list []item, items <-chan item, size int) []item {
	for len(list) < size {
		select {
		case it := <-items:
			list = append(list, it)
		default:
			return list
		}
	}
	return list
}

// write folds a batch, again and again until the disk takes it.
func (v *View) write(ctx context.Context, s *store, list []item) (map[string]map[office.ID]struct{}, error) {
	for {
		rows, err := v.fold(ctx, s, list)
		switch {
		case rows != nil: // written, even if the log couldn't be emptied
			if err != nil {
				slog.WarnContext(ctx, "view", "err", err)
			}
			for _, name := range slices.Sorted(maps.Keys(v.raised)) {
				v.alarm(Alarm{Name: name, Over: true})
			}
			clear(v.raised)
			return rows, nil
		case ctx.Err() != nil || isCorrupt(err):
			return nil, err
		}
		v.failing(err)
		if !pause(ctx, retryAfter) {
			return nil, ctx.Err()
		}
	}
}

// pump sends the journal's records, passing over damaged ones.
func (v *View) pump(ctx context.Context, from uint64, items chan<- item) error {
	send := func(it item) error {
		select {
		case items <- it:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for {
		err := v.journal.Follow(ctx, from, func(r journal.Record) error {
			from = r.Pos + 1
			return send(item{rec: r})
		})
		var damaged *journal.CorruptError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &damaged):
			v.damaged(damaged.Pos, damaged.Error())
			if damaged.Pos < from { // never twice the same
				return fmt.Errorf("%w: it names a damaged record that lies before %d: %w", errFollow, from, err)
			}
			from = damaged.Pos + 1
			if err := send(item{damaged: damaged}); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("%w from %d: %w", errFollow, from, err)
		default:
			return fmt.Errorf("%w from %d: it ended without a reason", errFollow, from)
		}
	}
}

// rebuild throws the file away and begins again.
func (v *View) rebuild(ctx context.Context) error {
	old := v.files.Load()
	if err := old.close(); err != nil {
		slog.WarnContext(ctx, "close damaged view", "err", err)
	}
	s, err := rebuildStore(ctx, v.dir, v.offices)
	if err != nil {
		return err
	}
	select {
	case <-v.broken: // of the old file
	default:
	}
	v.use(s)
	return nil
}

var (
	errFollow = errors.New("follow the journal")
	errBroken = errors.New("view: a query found the file damaged")
)

// failing tells people; the next batch that is written takes it back.
func (v *View) failing(err error) {
	if errors.Is(err, errFollow) {
		v.raised["journal_follow"] = true
		v.alarm(Alarm{
			Name: "journal_follow", Bad: true,
			ID:     fmt.Sprintf("Daftar dan pencarian tertinggal, jurnal tidak dapat dibaca: %v", err),
			EN:     fmt.Sprintf("Lists and search are falling behind, the journal can't be read: %v", err),
			TodoID: "Periksa disk jurnal dan jalankan siaga verify. Panggilan berjalan terus.",
			TodoEN: "Check the journal's disk and run siaga verify. Calls go on.",
		})
		return
	}
	v.raised["view_write"] = true
	v.alarm(Alarm{
		Name: "view_write", Bad: true,
		ID:     fmt.Sprintf("Daftar dan pencarian tertinggal: %v", err),
		EN:     fmt.Sprintf("Lists and search are falling behind: %v", err),
		TodoID: "Periksa ruang dan kesehatan disk. Panggilan berjalan terus.",
		TodoEN: "Check the disk's space and health. Calls go on.",
	})
}

func (v *View) damaged(pos uint64, why string) {
	v.alarm(Alarm{
		Name: "journal_damaged", Bad: true, Position: pos,
		ID:     fmt.Sprintf("Satu catatan jurnal rusak (posisi %d) dan tidak ditampilkan: %s", pos, why),
		EN:     fmt.Sprintf("A record of the journal is damaged (position %d) and isn't shown: %s", pos, why),
		TodoID: "Jalankan siaga verify dan simpan salinan jurnal.",
		TodoEN: "Run siaga verify and keep a copy of the journal.",
	})
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// teller gathers whose rows changed and says so, not too often.
type teller struct {
	say    func(tables []string, offices []office.ID)
	timer  *time.Timer // nil: nothing waits
	last   time.Time
	tables map[string]struct{}
	who    map[office.ID]struct{}
}

func newTeller(say func([]string, []office.ID)) *teller {
	return &teller{say: say, tables: map[string]struct{}{}, who: map[office.ID]struct{}{}}
}

func (t *teller) due() <-chan time.Time {
	if t.timer == nil {
		return nil
	}
	return t.timer.C
}

// add notes changes: they are told at once, or when rowsEvery has passed since the last telling.
func (t *teller) add(rows map[string]map[office.ID]struct{}) {
	for table, offices := range rows {
		if len(offices) > 0 {
			t.tables[table] = struct{}{}
			maps.Copy(t.who, offices)
		}
	}
	if t.say == nil || len(t.tables) == 0 || t.timer != nil {
		return
	}
	if wait := rowsEvery - time.Since(t.last); wait > 0 {
		t.timer = time.NewTimer(wait)
		return
	}
	t.tell()
}

func (t *teller) tell() {
	t.stop()
	t.last = time.Now()
	t.say(slices.Sorted(maps.Keys(t.tables)), slices.Sorted(maps.Keys(t.who)))
	clear(t.tables)
	clear(t.who)
}

func (t *teller) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}
