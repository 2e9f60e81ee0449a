package board

import (
	"reflect"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/office"
)

// waitFor takes news until so many changes have come.
func waitFor(w *Watch, n int) (list []Change) {
	for len(list) < n {
		<-w.Wake()
		if b := w.News().Batch; b != nil {
			list = append(list, b.Changes...)
		}
	}
	return list
}

func TestWatch(t *testing.T) {
	synctest.Test(t, watches)
}

func watches(t *testing.T) {
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
	time.Sleep(paceMax)
	got := waitFor(w, 2)
	is := func(c Change, n uint64, key string, v any) bool { return c.N == n && c.Key == key && c.Value == v }
	if len(got) != 2 || !is(got[0], 3, "b", 3) || !is(got[1], 4, "a", nil) {
		t.Fatalf("changes %v: a slow screen sees the newest of each thing, in order, and nothing of other offices", got)
	}
	// Away for a while: the missed changes, no snapshot. Of another run, or for too long: a snapshot.
	back, none := b.Watch("o", "run1", 2)
	defer back.Close()
	if missed := waitFor(back, 2); none != nil || len(missed) != 2 {
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

// screen is what a page makes of its news.
type screen struct {
	have map[string]any
	n    uint64
}

func (s *screen) take(t *testing.T, news News) {
	t.Helper()
	if news.Snapshot != nil {
		s.have, s.n = news.Snapshot.Items, news.Snapshot.N
	}
	put := func(c Change) {
		if c.Value == nil {
			delete(s.have, c.Key)
		} else {
			s.have[c.Key] = c.Value
		}
	}
	if news.Batch != nil {
		for _, c := range news.Batch.Changes {
			if c.N <= s.n {
				t.Errorf("change %d after %d", c.N, s.n)
			}
			s.n = c.N
			put(c)
		}
		s.n = news.Batch.To
	}
	for _, c := range news.Mine {
		put(c)
	}
}

// TestEveryScreenEndsEqual: whatever the interleaving, whoever sits where, a screen that applies what it is told has
// what the board has.
func TestEveryScreenEndsEqual(t *testing.T) {
	synctest.Test(t, everyScreenEndsEqual)
}

func everyScreenEndsEqual(t *testing.T) {
	b := New("x")
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		readers.Go(func() {
			w, snap := b.Watch("o", "", 0)
			defer w.Close()
			if i > 0 {
				w.SitAt(office.SeatID(strconv.Itoa(i)))
			}
			page := screen{have: snap.Items, n: snap.N}
			for done := false; !done; {
				select {
				case <-w.Wake():
				case <-stop:
					done = true
				}
				page.take(t, w.News())
			}
			time.Sleep(paceMax) // the last batch
			page.take(t, w.News())
			for _, k := range []string{"a", "b", "c"} {
				want, _ := b.Get("o", k)
				if !reflect.DeepEqual(page.have[k], want) {
					t.Errorf("%s is %v here and %v on the board", k, page.have[k], want)
				}
			}
		})
	}
	for i := range 3 {
		writers.Go(func() {
			for n := range 2000 {
				var v any
				if n%7 != 0 {
					v = about{office.SeatID(strconv.Itoa(n % 5))}
				}
				b.Set("o", string(rune('a'+i)), v)
				if n%9 == i {
					time.Sleep(time.Duration(n%4) * time.Millisecond)
				}
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
		list := all[0].News().Mine
		all[1].News()
		if len(list) != 1 || list[0].Key != "call/b" {
			t.Errorf("the seat's screen gets %v ahead of the others", list)
		}
		if list = line.News().Mine; len(list) != 1 || list[0].Key != "call/b" {
			t.Errorf("the seat's line gets %v", list)
		}
		b.Set("o", "call/b", nil)
		if list = line.News().Mine; len(list) != 1 || list[0].Value != nil {
			t.Errorf("the seat's line isn't told what is gone: %v", list)
		}
		told()
		time.Sleep(Pace(screens))
		synctest.Wait()
		if n := told(); n != screens {
			t.Errorf("%d screens were told at their pace", n)
		}
		first := all[0].News()
		if first.Batch == nil || len(first.Batch.Changes) != 1 || first.Batch.Changes[0].Key != "call/a" {
			t.Errorf("the batch is %+v: call/b came and went", first.Batch)
		}
		if len(first.Mine) != 1 || first.Mine[0].Key != "call/b" || first.Mine[0].Value != nil {
			t.Errorf("who was told of call/b isn't told that it is gone: %v", first.Mine)
		}
		if second := all[1].News(); second.Batch != first.Batch || len(second.Mine) != 0 {
			t.Errorf("screens don't share a batch: %+v", second)
		}
		for i := range 2 * goneMax {
			b.Set("o", "call/"+strconv.Itoa(i), 1)
			b.Set("o", "call/"+strconv.Itoa(i), nil)
		}
		if news := all[1].News(); news.Batch != nil || news.Snapshot == nil || len(news.Snapshot.Items) != 1 {
			t.Errorf("what is forgotten was promised: %+v", news)
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
