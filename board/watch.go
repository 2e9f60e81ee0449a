package board

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// Watch is one screen's look at one office. Changes to the same key that it hasn't fetched yet are merged: a slow
// screen sees the newest state, and costs nobody memory.
type Watch struct {
	board *Board
	shelf *shelf
	seat  office.SeatID
	only  bool          // nothing but what concerns the seat
	wake  chan struct{} // capacity 1

	// Guarded by board.mu.
	seen   uint64
	queued []Change // of a Watch of one seat only
}

// Watch begins to look at an office. If since is a number of this run that is still remembered, the snapshot is
// nil and the missed changes come first. It wakes as soon as the office's screens can be told together (Pace), and at
// once for what concerns the seat that SitAt named.
func (b *Board) Watch(o office.ID, boot string, since uint64) (*Watch, *Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shelf(o)
	w := b.enter(s, "")
	s.watch[w] = struct{}{}
	if boot == b.boot && since <= s.n && since >= s.forgot && s.n-since <= goneMax {
		if w.seen = since; s.n > since {
			w.ring()
		}
		return w, nil
	}
	w.seen = s.n
	return w, b.snapshot(s)
}

// WatchSeat looks at nothing but what concerns one seat: itself, and the calls that are there, ring there, or did
// until this change. The snapshot is the whole office's.
func (b *Board) WatchSeat(o office.ID, seat office.SeatID) (*Watch, *Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shelf(o)
	w := b.enter(s, seat)
	w.only = true
	return w, b.snapshot(s)
}

// enter makes a Watch that its seat's changes wake; mu is held.
func (b *Board) enter(s *shelf, seat office.SeatID) *Watch {
	w := &Watch{board: b, shelf: s, seat: seat, wake: make(chan struct{}, 1)}
	if seat != "" {
		if s.seats[seat] == nil {
			s.seats[seat] = map[*Watch]struct{}{}
		}
		s.seats[seat][w] = struct{}{}
	}
	return w
}

// SitAt tells which seat's changes wake the Watch from now on: a person may take a seat while they watch.
func (w *Watch) SitAt(seat office.SeatID) {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	if w.seat == seat {
		return
	}
	w.unseat()
	w.seat = seat
	if seat != "" {
		if w.shelf.seats[seat] == nil {
			w.shelf.seats[seat] = map[*Watch]struct{}{}
		}
		w.shelf.seats[seat][w] = struct{}{}
	}
}

func (w *Watch) unseat() {
	if m := w.shelf.seats[w.seat]; m != nil {
		delete(m, w)
		if len(m) == 0 {
			delete(w.shelf.seats, w.seat)
		}
	}
}

// tellSeats wakes the screens of the seats that a change concerns, now or until now.
func (s *shelf) tellSeats(c Change, was any) {
	if len(s.seats) == 0 {
		return
	}
	for _, v := range []any{c.Value, was} {
		about, ok := v.(Seated)
		if !ok {
			continue
		}
		for _, seat := range about.Seats() {
			for w := range s.seats[seat] {
				w.told(c)
			}
		}
	}
}

func (w *Watch) told(c Change) {
	if w.only {
		for i := range w.queued {
			if w.queued[i].Key == c.Key {
				w.queued = append(w.queued[:i], w.queued[i+1:]...)
				break
			}
		}
		w.queued = append(w.queued, c)
	}
	w.ring()
}

func (w *Watch) ring() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Wake is signalled when Changes has something.
func (w *Watch) Wake() <-chan struct{} { return w.wake }

// Changes takes what has changed since the last look, in the order of its numbers. After a look that was too long ago it is
// everything instead, as a snapshot.
func (w *Watch) Changes() ([]Change, *Snapshot) {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	s := w.shelf
	if w.only {
		out := w.queued
		w.queued = nil
		return out, nil
	}
	seen := w.seen
	w.seen = s.n
	if seen < s.forgot {
		return nil, w.board.snapshot(s)
	}
	return s.since(seen), nil
}

// Close ends the look.
func (w *Watch) Close() {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	delete(w.shelf.watch, w)
	w.unseat()
}

// bell wakes all screens of an office together: each of them is told of each change, so with many screens and many
// changes the telling would be most of the work.
type bell struct {
	rang  time.Time
	armed bool
}

// Pace is how long the screens of an office that has so many may lag behind what doesn't concern their own seat. One
// change alone is always told at once.
func Pace(screens int) time.Duration {
	return min(paceMax, time.Duration(screens)*paceEach)
}

const (
	paceEach = 5 * time.Millisecond
	paceMax  = time.Second
)

// toll rings the bell now or as soon as the pace allows; mu is held.
func (b *Board) toll(s *shelf) {
	if s.bell.armed || len(s.watch) == 0 {
		return
	}
	now := time.Now()
	if wait := Pace(len(s.watch)) - now.Sub(s.bell.rang); wait > 0 {
		s.bell.armed = true
		time.AfterFunc(wait, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			s.bell.armed = false
			s.peal(time.Now())
		})
		return
	}
	s.peal(now)
}

func (s *shelf) peal(now time.Time) {
	s.bell.rang = now
	for w := range s.watch {
		if w.seen < s.n {
			w.ring()
		}
	}
}
