package board

import (
	"slices"
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
	seen uint64
	back bool              // has come back: it may have been told of things ahead that are gone by now, or only in short
	mine []Change          // what concerns the seat and wasn't taken yet
	told map[string]uint64 // numbers of what was taken so since the last batch
}

// News is what a screen has to be told, in this order.
type News struct {
	Snapshot *Snapshot // everything, after a look that was too long ago; nil: what follows
	Batch    *Batch    // what changed at the office; nil: it isn't time to tell
	// Mine is what concerns the seat, ahead of its batch: a batch to come has it again, or what came after. What is gone is
	// to be told before the Batch too: for others it came and went, and a screen whose line breaks after the Batch would
	// never know.
	Mine []Change
}

// Batch is what screens of an office that have seen From are told together: the changes up to To, in the order of their
// numbers, each thing once. Its memos are for what is made of it. Values may be told in short (Shortened), unless it is
// Whole: that is for one screen that comes back, and may have missed what concerned its seat.
type Batch struct {
	From, To      uint64
	Whole         bool
	Changes       []Change
	Plain, Packed Memo
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
		w.back = true
		if w.seen = since; s.n > since {
			w.ring()
		}
		return w, nil
	}
	w.seen = s.n
	return w, b.snapshot(s)
}

// WatchSeat looks at nothing but what concerns one seat: itself, and the calls that are there, ring there, or did
// until this change. The snapshot is the whole office's, and News has Mine alone.
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

// SitAt tells which seat's changes wake the Watch from now on: a person may take a seat while they watch. What concerns
// a seat that is new to the Watch comes as Mine: it may have been told in short before.
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
		for _, t := range w.shelf.items {
			if about, ok := t.Value.(Seated); ok && shortens(t.Value) && slices.Contains(about.Seats(), seat) {
				w.tell(t.Change)
			}
		}
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
				w.tell(c)
			}
		}
	}
}

func (w *Watch) tell(c Change) {
	for i := range w.mine {
		if w.mine[i].Key == c.Key {
			w.mine = append(w.mine[:i], w.mine[i+1:]...)
			break
		}
	}
	w.mine = append(w.mine, c)
	w.ring()
}

func (w *Watch) ring() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Wake is signalled when there may be News.
func (w *Watch) Wake() <-chan struct{} { return w.wake }

// News takes what the screen wasn't told yet.
func (w *Watch) News() News {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	s := w.shelf
	n := News{Mine: w.mine}
	w.mine = nil
	if w.only {
		return n
	}
	last := s.bell.batch
	switch {
	case w.seen < s.forgot:
		w.seen = s.n
		w.told, w.back = nil, false
		return News{Snapshot: w.board.snapshot(s)}
	case w.seen < s.bell.n && last != nil && last.From == w.seen && !w.back:
		n.Batch = last
	case w.seen < s.bell.n || w.back:
		w.catchUp(&n)
	}
	// A thing may have changed again without concerning the seat any more. What counts is what it is now.
	for i, c := range n.Mine {
		n.Mine[i] = s.now(c.Key, c.N)
	}
	if n.Batch != nil {
		n.Mine = slices.DeleteFunc(w.after(n.Mine), func(c Change) bool { return s.in(n.Batch, c) })
		w.seen, w.told = n.Batch.To, nil
	}
	for _, c := range n.Mine {
		if w.told == nil {
			w.told = map[string]uint64{}
		}
		w.told[c.Key] = c.N
	}
	return n
}

// catchUp makes a batch for this screen alone. What has changed again since the bell rang is told ahead: a batch to come
// may pass it over, if it is gone by then, as what came and went.
func (w *Watch) catchUp(n *News) {
	s := w.shelf
	b := &Batch{From: w.seen, To: max(w.seen, s.bell.n), Whole: true}
	for _, c := range s.since(w.seen, s.n, true) {
		switch {
		case c.N <= b.To:
			b.Changes = append(b.Changes, c)
		case !slices.ContainsFunc(n.Mine, func(m Change) bool { return m.Key == c.Key }):
			n.Mine = append(n.Mine, c)
		}
	}
	n.Batch, w.back = b, false
}

// in says whether a batch made just now has all of this change.
func (s *shelf) in(b *Batch, c Change) bool {
	if !b.Whole && shortens(c.Value) {
		return false
	}
	t := s.items[c.Key]
	return t != nil && t.N == c.N && b.From < c.N && c.N <= b.To && (b.Whole || !t.unknown(b.From))
}

// now is a thing that was told of as number n, as it is by now.
func (s *shelf) now(key string, n uint64) Change {
	if t := s.items[key]; t != nil {
		return t.Change
	}
	return Change{N: n + 1, Key: key} // forgotten: gone long ago
}

// after adds to mine what became of things that were told ahead of a batch and changed again, but concern the seat no
// longer: the batch may pass them over, since for other screens they came and went.
func (w *Watch) after(mine []Change) []Change {
	for key, n := range w.told {
		now := w.shelf.now(key, n)
		if now.N > n && !slices.ContainsFunc(mine, func(c Change) bool { return c.Key == key }) {
			mine = append(mine, now)
		}
	}
	return mine
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
	n     uint64 // all screens may know what happened up to here
	batch *Batch // the newest; nil: there is none
}

// Pace is how long the screens of an office that has so many may lag behind what doesn't concern their own seat. One
// change alone is always told at once.
func Pace(screens int) time.Duration {
	return min(paceMax, time.Duration(screens)*paceEach)
}

const (
	paceEach = 5 * time.Millisecond
	paceMax  = 2 * time.Second
)

// toll rings the bell now or as soon as the pace allows; mu is held.
func (b *Board) toll(s *shelf) {
	if s.bell.armed {
		return
	}
	if len(s.watch) == 0 {
		s.bell.n, s.bell.batch = s.n, nil
		return
	}
	now := time.Now()
	if wait := Pace(len(s.watch)) - now.Sub(s.bell.rang); wait > 0 {
		s.bell.armed = true
		time.AfterFunc(wait, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			s.bell.armed = false
			s.bell.peal(s, time.Now())
		})
		return
	}
	s.bell.peal(s, now)
}

func (b *bell) peal(s *shelf, now time.Time) {
	b.rang = now
	if b.n < s.n {
		b.batch = nil
		if len(s.watch) > 0 && b.n >= s.forgot {
			b.batch = &Batch{From: b.n, To: s.n, Changes: s.since(b.n, s.n, false)}
		}
		b.n = s.n
	}
	for w := range s.watch {
		if w.seen < s.n {
			w.ring()
		}
	}
}

// Pace is that of the screen's office now.
func (w *Watch) Pace() time.Duration {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	return Pace(len(w.shelf.watch))
}
