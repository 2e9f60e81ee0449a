// Package board is what is happening now, straight from memory: per office a set of named things (a seat, a call,
// the floor's figures) and their changes, numbered, for every screen that watches. What happened is view's.
package board

import (
	"maps"
	"slices"
	"sync"

	"github.com/siaga110/siaga/office"
)

// Change says that the thing named Key is now Value; nil means that it is gone. Values are never changed after
// they were set: they are read by many.
type Change struct {
	N     uint64
	Key   string
	Value any
}

// Board holds all offices' things. The zero Board isn't ready: use New.
type Board struct {
	boot string // names this run of the process: numbers of another run mean nothing

	mu      sync.Mutex // guards all that follows; held for a map operation at most, never over a send
	offices map[office.ID]*shelf
}

type shelf struct {
	n      uint64
	items  map[string]any
	recent []Change // the last changes, oldest first, so that a short break needs no new snapshot
	watch  map[*Watch]struct{}
}

// recentMax: a screen that was away for longer than this many changes gets a new snapshot.
const recentMax = 2048

// New makes an empty board. boot must differ from run to run.
func New(boot string) *Board { return &Board{boot: boot, offices: map[office.ID]*shelf{}} }

// Boot names this run.
func (b *Board) Boot() string { return b.boot }

func (b *Board) shelf(o office.ID) *shelf {
	s := b.offices[o]
	if s == nil {
		s = &shelf{items: map[string]any{}, watch: map[*Watch]struct{}{}}
		b.offices[o] = s
	}
	return s
}

// Set shows value under key at the office; nil takes the thing away. It never blocks.
func (b *Board) Set(o office.ID, key string, value any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shelf(o)
	if value == nil {
		if _, ok := s.items[key]; !ok {
			return
		}
		delete(s.items, key)
	} else {
		s.items[key] = value
	}
	s.n++
	c := Change{N: s.n, Key: key, Value: value}
	if len(s.recent) >= recentMax {
		s.recent = slices.Delete(s.recent, 0, recentMax/2)
	}
	s.recent = append(s.recent, c)
	for w := range s.watch {
		w.push(c)
	}
}

// Get reads one thing.
func (b *Board) Get(o office.ID, key string) (any, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.shelf(o).items[key]
	return v, ok
}

// Snapshot is everything that an office shows at number N.
type Snapshot struct {
	Boot  string
	N     uint64
	Items map[string]any
}

// Watch is one screen's look at one office. Changes to the same key that it hasn't fetched yet are merged: a slow
// screen sees the newest state, and costs nobody memory.
type Watch struct {
	board *Board
	shelf *shelf
	wake  chan struct{} // capacity 1

	mu    sync.Mutex
	next  map[string]Change
	order []string
}

// Watch begins to look at an office. If since is a number of this run that is still remembered, the snapshot is
// nil and the missed changes come first.
func (b *Board) Watch(o office.ID, boot string, since uint64) (*Watch, *Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shelf(o)
	w := &Watch{board: b, shelf: s, wake: make(chan struct{}, 1), next: map[string]Change{}}
	s.watch[w] = struct{}{}
	if boot == b.boot && since <= s.n && (since == s.n || len(s.recent) > 0 && s.recent[0].N <= since+1) {
		for _, c := range s.recent {
			if c.N > since {
				w.push(c)
			}
		}
		return w, nil
	}
	return w, &Snapshot{Boot: b.boot, N: s.n, Items: maps.Clone(s.items)}
}

func (w *Watch) push(c Change) {
	w.mu.Lock()
	if _, waits := w.next[c.Key]; !waits {
		w.order = append(w.order, c.Key)
	}
	w.next[c.Key] = c
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Wake is signalled when Changes has something.
func (w *Watch) Wake() <-chan struct{} { return w.wake }

// Changes takes what has changed since the last look, in order of the first change of each key.
func (w *Watch) Changes() []Change {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Change, 0, len(w.order))
	for _, k := range w.order {
		out = append(out, w.next[k])
	}
	clear(w.next)
	w.order = w.order[:0]
	slices.SortFunc(out, func(a, b Change) int { return int(int64(a.N) - int64(b.N)) })
	return out
}

// Close ends the look.
func (w *Watch) Close() {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	delete(w.shelf.watch, w)
}
