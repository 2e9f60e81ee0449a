package board

import (
	"sync"
	"testing"
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
	got := w.Changes()
	if len(got) != 2 || got[0] != (Change{3, "b", 3}) || got[1] != (Change{4, "a", nil}) {
		t.Fatalf("changes %v: a slow screen sees the newest of each thing, in order, and nothing of other offices", got)
	}
	// Away for a while: the missed changes, no snapshot. Of another run, or for too long: a snapshot.
	back, none := b.Watch("o", "run1", 2)
	defer back.Close()
	if none != nil || len(back.Changes()) != 2 {
		t.Error("a short break needs a new snapshot")
	}
	if other, snap := b.Watch("o", "run0", 2); snap == nil {
		t.Error("a number of another run was believed")
	} else {
		other.Close()
	}
	for i := range 2 * recentMax {
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
				for _, c := range w.Changes() {
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
