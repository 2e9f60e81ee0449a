package filter

import (
	"cmp"
	"container/list"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// SourceKind is how wide a source of calls is.
type SourceKind string

// The sources, from narrow to wide.
const (
	Range  SourceKind = "range"  // a thousand neighbouring numbers
	Prefix SourceKind = "prefix" // a million of them
	Trunk  SourceKind = "trunk"  // all that comes over one trunk
)

// Source is where calls come from.
type Source struct {
	Kind  SourceKind `json:"kind"`
	Value string     `json:"value"` // the digits that they have in common, or the trunk's name
}

// Words says it to people: "+6281234567xxx".
func (s Source) Words() Words {
	switch s.Kind {
	case Range:
		return Words{s.Value + "xxx", s.Value + "xxx"}
	case Prefix:
		return Words{s.Value + "xxxxxx", s.Value + "xxxxxx"}
	case Trunk:
		return Words{"trunk " + s.Value, "trunk " + s.Value}
	}
	return Words{s.Value, s.Value}
}

func sourcesOf(trunk string, n office.Number) []Source {
	var out []Source
	if len(n) >= 9 {
		out = append(out, Source{Range, string(n[:len(n)-3])}, Source{Prefix, string(n[:len(n)-6])})
	}
	if trunk != "" {
		out = append(out, Source{Trunk, trunk})
	}
	return out
}

// Shield is one that is up.
type Shield struct {
	Source Source    `json:"source"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"` // lowered then, unless the flood goes on
}

const (
	shortCall  = 10 * time.Second // a call that ends sooner, without speech
	slot       = 5 * time.Second
	slots      = 12 // the window is a minute
	floodShare = 0.8
	shieldHold = 2 * time.Minute // after the last time that the flood was at half its strength
	sourcesMax = 4096            // windows kept; the longest quiet is forgotten
	shieldsFew = 8               // more narrow shields than this are one wide flood
)

// flood watches sources. Windows are of this process alone; shields are journalled.
type flood struct {
	windows map[Source]*window
	order   *list.List // of Source, the longest quiet first
	up      map[Source]Shield
	due     []ShieldRaised // seen, and not yet folded
	lowered map[Source]time.Time
}

type window struct {
	at         *list.Element
	slot       [slots]int64 // which five seconds since 1970 the counts are of
	short, all [slots]int
}

func newFlood() flood {
	return flood{windows: map[Source]*window{}, order: list.New(), up: map[Source]Shield{}, lowered: map[Source]time.Time{}}
}

func (w *window) add(at time.Time, short bool) {
	n := at.Unix() / int64(slot/time.Second)
	i := int(((n % slots) + slots) % slots)
	if w.slot[i] > n {
		return // older than the window
	}
	if w.slot[i] != n {
		w.slot[i], w.short[i], w.all[i] = n, 0, 0
	}
	w.all[i]++
	if short {
		w.short[i]++
	}
}

func (w *window) count(at time.Time) (short, all int) {
	n := at.Unix() / int64(slot/time.Second)
	for i := range slots {
		if w.slot[i] > n-slots && w.slot[i] <= n {
			short, all = short+w.short[i], all+w.all[i]
		}
	}
	return short, all
}

// note counts a call that has ended. What a narrower shield holds already doesn't count for wider sources: the rest of
// the trunk keeps its answer time. Only a flood that jumps from range to range raises the wider ones in the end.
func (f *flood) note(trunk string, n office.Number, at time.Time, short bool, w Weights) {
	sources := sourcesOf(trunk, n)
	isUp := func(s Source) bool { _, ok := f.up[s]; return ok }
	held := false
	for i, s := range sources {
		if held && !isUp(s) && len(f.up) <= shieldsFew {
			continue
		}
		count, all := f.count(s, at, short)
		limit := limitOf(w, s.Kind)
		if up, ok := f.up[s]; ok {
			if until := at.Add(shieldHold); float64(count) >= limit/2 && until.After(up.Until) {
				up.Until = until
				f.up[s] = up
			}
			held = true
			continue
		}
		if slices.ContainsFunc(sources[i+1:], isUp) {
			continue // a wider one holds it
		}
		waiting := slices.ContainsFunc(f.due, func(r ShieldRaised) bool { return r.Source == s })
		if !waiting && float64(count) >= limit && float64(count) >= floodShare*float64(all) {
			f.due = append(f.due, ShieldRaised{At: at, Source: s, Short: count, All: all, Until: at.Add(shieldHold)})
			waiting = true
		}
		held = held || waiting
	}
}

// count adds a call to the window of a source, and tells what is in it.
func (f *flood) count(s Source, at time.Time, short bool) (shorts, all int) {
	win := f.windows[s]
	if win == nil {
		win = &window{at: f.order.PushBack(s)}
		f.windows[s] = win
		if f.order.Len() > sourcesMax {
			oldest := f.order.Front()
			f.order.Remove(oldest)
			if gone, ok := oldest.Value.(Source); ok {
				delete(f.windows, gone)
			}
		}
	} else {
		f.order.MoveToBack(win.at)
	}
	win.add(at, short)
	return win.count(at)
}

func limitOf(w Weights, k SourceKind) float64 {
	switch k {
	case Range:
		return w.FloodRange
	case Prefix:
		return w.FloodPrefix
	case Trunk:
		return w.FloodTrunk
	}
	return w.FloodTrunk
}

func (f *flood) raise(e ShieldRaised) {
	f.due = slices.DeleteFunc(f.due, func(r ShieldRaised) bool { return r.Source == e.Source })
	if !e.At.After(f.lowered[e.Source]) {
		return // lowered since
	}
	if up, ok := f.up[e.Source]; !ok || e.At.After(up.Since) {
		if up.Until.After(e.Until) {
			e.Until = up.Until
		}
		f.up[e.Source] = Shield{Source: e.Source, Since: e.At, Until: e.Until}
	}
}

func (f *flood) lower(e ShieldLowered) {
	if up, ok := f.up[e.Source]; ok && !up.Since.After(e.At) {
		delete(f.up, e.Source)
	}
	for s, at := range f.lowered { // only needed while records of one moment come in any order
		if e.At.Sub(at) > time.Hour {
			delete(f.lowered, s)
		}
	}
	if e.At.After(f.lowered[e.Source]) {
		f.lowered[e.Source] = e.At
	}
}

// over finds the shield that a call from there meets: the narrowest.
func (f *flood) over(trunk string, n office.Number, at time.Time) (Source, bool) {
	for _, s := range sourcesOf(trunk, n) {
		if up, ok := f.up[s]; ok && at.Before(up.Until) {
			return s, true
		}
	}
	return Source{}, false
}

// Shields lists those that are up, the oldest first, for the wallboard.
func (l *Ledger) Shields() []Shield {
	var out []Shield
	for _, s := range l.flood.up {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Shield) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Source.Kind, b.Source.Kind), cmp.Compare(a.Source.Value, b.Source.Value))
	})
	return out
}

// Due gives the events that time and calls have brought: shields to raise or to lower. Fold and journal them.
func (l *Ledger) Due(at time.Time) []Event {
	var out []Event
	for _, r := range l.flood.due {
		out = append(out, r)
	}
	var over []Source
	for _, s := range l.flood.up {
		if !at.Before(s.Until) {
			over = append(over, s.Source)
		}
	}
	slices.SortFunc(over, func(a, b Source) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value)) })
	for _, s := range over {
		out = append(out, ShieldLowered{At: at, Source: s})
	}
	return out
}

// Deadline is when Due should be asked again: the next shield that comes down. False: none is up.
func (l *Ledger) Deadline() (time.Time, bool) {
	var at time.Time
	if len(l.flood.due) > 0 {
		return l.flood.due[0].At, true
	}
	for _, s := range l.flood.up {
		if at.IsZero() || s.Until.Before(at) {
			at = s.Until
		}
	}
	return at, !at.IsZero()
}
