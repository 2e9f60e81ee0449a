package board

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/office"
)

func TestWatch(t *testing.T) {
	b := New("run1")
	b.Set("o", "a", 1)
	w, snap := b.Watch("o", "", 0)
	defer w.Close()
	if snap == nil || snap.N != 1 || snap.Items["a"] != 1 {
		t.Fatalf("%+v", snap)
	}
	b.Set("o", "b", 2)
	b.Set("o", "b", 3)
	b.Set("o", "a", nil)
	b.Set("other", "b", 9)
	<-w.Wake()
	got, _ := w.Changes()
	is := func(c Change, n uint64, key string, v any) bool { return c.N == n && c.Key == key && c.Value == v }
	if len(got) != 2 || !is(got[0], 3, "b", 3) || !is(got[1], 4, "a", nil) {
		t.Fatalf("changes %v: a slow screen sees the newest of each thing, in order, and nothing of other offices", got)
	}
	// Away for a while: the missed changes, no snapshot. Of another run, or for too long: a snapshot.
	back, none := b.Watch("o", "run1", 2)
	defer back.Close()
	<-back.Wake()
	if missed, _ := back.Changes(); none != nil || len(missed) != 2 {
		t.Error("a short break needs a new snapshot")
	}
	if other, snap := b.Watch("o", "run0", 2); snap == nil {
		t.Error("a number of another run was believed")
	} else {
		other.Close()
	}
	for i := range 2 * goneMax {
		b.Set("o", "n", i)
	}
	if old, snap := b.Watch("o", "run1", 4); snap == nil {
		t.Error("changes that are forgotten were promised")
	} else {
		old.Close()
	}
}

// TestEveryScreenEndsEqual: whatever the interleaving, a screen that applies what it is told has what the board has.
func TestEveryScreenEndsEqual(t *testing.T) {
	b := New("x")
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			w, snap := b.Watch("o", "", 0)
			defer w.Close()
			have, n := snap.Items, snap.N
			take := func() {
				list, again := w.Changes()
				if again != nil {
					have, n = again.Items, again.N
				}
				for _, c := range list {
					if c.N <= n {
						t.Errorf("change %d after %d", c.N, n)
					}
					n = c.N
					if c.Value == nil {
						delete(have, c.Key)
					} else {
						have[c.Key] = c.Value
					}
				}
			}
			for done := false; !done; {
				select {
				case <-w.Wake():
				case <-stop:
					done = true
				}
				take()
			}
			for _, k := range []string{"a", "b", "c"} {
				want, _ := b.Get("o", k)
				if have[k] != want {
					t.Errorf("%s is %v here and %v on the board", k, have[k], want)
				}
			}
		})
	}
	for i := range 3 {
		writers.Go(func() {
			for n := range 2000 {
				var v any
				if n%7 != 0 {
					v = n
				}
				b.Set("o", string(rune('a'+i)), v)
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

// Whoever sits at a seat is told at once what concerns it; the others together, at their pace; a seat's own line nothing
// else. What an old look can't be told change by change comes as a snapshot.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New("x")
		const screens = 100
		var all []*Watch
		for i := range screens {
			w, _ := b.Watch("o", "", 0)
			if i == 0 {
				w.SitAt("o/1")
			}
			all = append(all, w)
		}
		line, _ := b.WatchSeat("o", "o/1")
		told := func() (n int) {
			for _, w := range append(all, line) {
				select {
				case <-w.Wake():
					n++
				default:
				}
			}
			return n
		}
		b.Set("o", "call/a", about{"o/2"})
		if n := told(); n != screens {
			t.Errorf("%d screens were told of a change after a rest", n)
		}
		b.Set("o", "call/a", about{"o/3"})
		if n := told(); n != 0 {
			t.Errorf("%d screens were told at once of the next change", n)
		}
		b.Set("o", "call/b", about{"o/1"})
		if n := told(); n != 2 {
			t.Errorf("%d were told at once of a call at their seat", n)
		}
		list, _ := all[0].Changes()
		if len(list) != 2 || list[0].Key != "call/a" || list[1].Key != "call/b" {
			t.Errorf("the seat's screen gets %v: in order, nothing left out", list)
		}
		if list, _ = line.Changes(); len(list) != 1 || list[0].Key != "call/b" {
			t.Errorf("the seat's line gets %v", list)
		}
		b.Set("o", "call/b", nil)
		if list, _ = line.Changes(); len(list) != 1 || list[0].Value != nil {
			t.Errorf("the seat's line isn't told what is gone: %v", list)
		}
		told()
		time.Sleep(Pace(screens))
		synctest.Wait()
		if n := told(); n != screens {
			t.Errorf("%d screens were told at their pace", n)
		}
		for i := range 2 * goneMax {
			b.Set("o", "call/"+strconv.Itoa(i), 1)
			b.Set("o", "call/"+strconv.Itoa(i), nil)
		}
		if list, snap := all[1].Changes(); list != nil || snap == nil || len(snap.Items) != 1 {
			t.Errorf("what is forgotten was promised: %d changes, %+v", len(list), snap)
		}
		for _, w := range append(all, line) {
			w.Close()
		}
		if s := b.offices["o"]; len(s.watch) != 0 || len(s.seats) != 0 {
			t.Error("closed looks are kept")
		}
		time.Sleep(paceMax) // a bell that was armed
	})
}

type about []office.SeatID

func (a about) Seats() []office.SeatID { return a }
