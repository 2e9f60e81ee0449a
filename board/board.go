// Package board is what is happening now, straight from memory: per office a set of named things (a seat, a call,
// the floor's figures) and their changes, numbered, for every screen that watches. What happened is view's.
package board

import (
	"sync"

	"github.com/siaga110/siaga/office"
)

// Change says that the thing named Key is now Value; nil means that it is gone. Values are never changed after
// they were set: they are read by many.
type Change struct {
	N     uint64
	Key   string
	Value any
	memo  *Memo
}

// Memo is what was made of something for one of its readers, kept for all others: hundreds of screens see the same.
type Memo struct {
	once sync.Once
	made []byte
	err  error
}

// Made gives what f makes; it is asked once, whoever reads.
func (m *Memo) Made(f func() ([]byte, error)) ([]byte, error) {
	m.once.Do(func() { m.made, m.err = f() })
	return m.made, m.err
}

// Made gives what f makes of the change.
func (c Change) Made(f func(Change) ([]byte, error)) ([]byte, error) {
	if c.memo == nil {
		return f(c)
	}
	return c.memo.Made(func() ([]byte, error) { return f(c) })
}

// Seated is a value that concerns some seats more than others: their screens are told of it in the same instant.
type Seated interface {
	Seats() []office.SeatID
}

// Shortened is a value of which screens need less when it doesn't concern their own seat. Short is nil for one that all
// need whole; else it has all that a screen could take for its own seat's, so that it may be laid over what is known.
type Shortened interface {
	Short() any
}

// shortens says whether a batch has less of a value than a screen of its own seat needs.
func shortens(v any) bool {
	s, ok := v.(Shortened)
	return ok && s.Short() != nil
}

// Board holds all offices' things. The zero Board isn't ready: use New.
type Board struct {
	boot string // names this run of the process: numbers of another run mean nothing

	mu      sync.Mutex // guards all that follows; held for a map operation at most, never over a send
	offices map[office.ID]*shelf
}

// shelf is one office. Its things hang in a ring in the order of their last change, with those that are gone: whoever
// knows the number that a screen has seen finds what the screen lacks by walking back from the newest.
type shelf struct {
	n      uint64
	items  map[string]*thing
	ring   thing // newest is ring.before
	gone   int   // things in the ring that are gone
	forgot uint64

	watch map[*Watch]struct{}
	seats map[office.SeatID]map[*Watch]struct{}
	bell  bell
}

type thing struct {
	Change
	before, after *thing
	// It was absent from the number lacked until born, when its last life began.
	lacked, born uint64
}

// unknown says that a screen which has seen n needn't be told: the thing came and went meanwhile.
func (t *thing) unknown(n uint64) bool { return t.Value == nil && t.lacked <= n && n < t.born }

// goneMax things that are gone are remembered, so that a short break needs no new snapshot.
const goneMax = 2048

// New makes an empty board. boot must differ from run to run.
func New(boot string) *Board { return &Board{boot: boot, offices: map[office.ID]*shelf{}} }

// Boot names this run.
func (b *Board) Boot() string { return b.boot }

func (b *Board) shelf(o office.ID) *shelf {
	s := b.offices[o]
	if s == nil {
		s = &shelf{items: map[string]*thing{}, watch: map[*Watch]struct{}{}, seats: map[office.SeatID]map[*Watch]struct{}{}}
		s.ring.before, s.ring.after = &s.ring, &s.ring
		b.offices[o] = s
	}
	return s
}

// Set shows value under key at the office; nil takes the thing away. It never blocks.
func (b *Board) Set(o office.ID, key string, value any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shelf(o)
	t := s.items[key]
	if value == nil && (t == nil || t.Value == nil) {
		return
	}
	s.n++
	var was any
	if t == nil {
		t = &thing{lacked: s.forgot, born: s.n}
		s.items[key] = t
	} else {
		was = t.Value
		t.unhook()
		if was == nil {
			s.gone--
			t.lacked, t.born = t.N, s.n
		}
	}
	t.Change = Change{N: s.n, Key: key, Value: value, memo: &Memo{}}
	t.hook(&s.ring)
	if value == nil {
		if s.gone++; s.gone > goneMax {
			s.forget()
		}
	}
	s.tellSeats(t.Change, was)
	b.toll(s)
}

func (t *thing) unhook() { t.before.after, t.after.before = t.after, t.before }

// hook makes t the newest.
func (t *thing) hook(ring *thing) {
	t.before, t.after = ring.before, ring
	ring.before.after, ring.before = t, t
}

// forget drops the older half of what is gone.
func (s *shelf) forget() {
	for t := s.ring.after; t != &s.ring && s.gone > goneMax/2; {
		next := t.after
		if t.Value == nil {
			s.forgot = t.N
			t.unhook()
			delete(s.items, t.Key)
			s.gone--
		}
		t = next
	}
}

// since lists what changed after n and up to a later number, oldest first; for all but those that come back without what
// came and went meanwhile.
func (s *shelf) since(n, to uint64, back bool) []Change {
	count := 0
	t := s.ring.before
	for ; t != &s.ring && t.N > n; t = t.before {
		count++
	}
	if count == 0 {
		return nil
	}
	out := make([]Change, 0, count)
	for t = t.after; t != &s.ring && t.N <= to; t = t.after {
		if back || !t.unknown(n) {
			out = append(out, t.Change)
		}
	}
	return out
}

// Get reads one thing.
func (b *Board) Get(o office.ID, key string) (any, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.shelf(o).items[key]
	if t == nil || t.Value == nil {
		return nil, false
	}
	return t.Value, true
}

// Snapshot is everything that an office shows at number N.
type Snapshot struct {
	Boot  string
	N     uint64
	Items map[string]any
}

func (b *Board) snapshot(s *shelf) *Snapshot {
	out := &Snapshot{Boot: b.boot, N: s.n, Items: make(map[string]any, len(s.items)-s.gone)}
	for k, t := range s.items {
		if t.Value != nil {
			out.Items[k] = t.Value
		}
	}
	return out
}
