package board

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/office"
)

// rich concerns a seat, and has more than others need.
type rich struct {
	seat  office.SeatID
	story int
}

func (r rich) Seats() []office.SeatID { return []office.SeatID{r.seat} }

func (r rich) Short() any {
	if r.story%5 == 0 {
		return nil // for all, as a call that waits
	}
	return brief{r.seat}
}

type brief struct{ seat office.SeatID }

// takeShort is what a page makes of its news, some of them in short. Ahead: only the batch arrived before a break.
func (s *screen) takeShort(news News, ahead bool) {
	if news.Snapshot != nil {
		s.have, s.n = news.Snapshot.Items, news.Snapshot.N
	}
	put := func(c Change, whole bool) {
		r, ok := c.Value.(rich)
		if !ok {
			delete(s.have, c.Key)
			return
		}
		if short, ok := r.Short().(brief); ok && !whole {
			old, _ := s.have[c.Key].(rich)
			r = rich{short.seat, old.story}
		}
		s.have[c.Key] = r
	}
	for _, c := range news.Mine {
		if c.Value == nil {
			delete(s.have, c.Key)
		}
	}
	if b := news.Batch; b != nil {
		for _, c := range b.Changes {
			put(c, b.Whole)
		}
		s.n = b.To
	}
	if ahead {
		return
	}
	for _, c := range news.Mine {
		put(c, true)
	}
}

// TestShortIsEnough: whatever the interleaving, whoever moves from seat to seat, whatever a break swallows: a screen has
// all of what concerns its own seat, and of the rest at least whose it is.
func TestShortIsEnough(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { shortIsEnough(t, seed) })
		})
	}
}

func shortIsEnough(t *testing.T, seed uint64) {
	b := New("x")
	seatOf := func(r *rand.Rand) office.SeatID { return office.SeatID(strconv.Itoa(r.IntN(4))) }
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 6 {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			seat := seatOf(r)
			w, snap := b.Watch("o", "", 0)
			w.SitAt(seat)
			page := screen{have: snap.Items, n: snap.N}
			for done := false; !done; {
				select {
				case <-w.Wake():
				case <-stop:
					done = true
				}
				time.Sleep(time.Duration(r.IntN(60)) * time.Millisecond) // as a stream waits for what belongs together
				cut := r.IntN(6) == 0
				if news := w.News(); !cut || r.IntN(2) == 0 {
					page.takeShort(news, cut)
				}
				if r.IntN(12) == 0 { // another seat, as the server finds it after some news
					seat = seatOf(r)
					w.SitAt(seat)
				}
				if cut {
					w.Close()
					time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
					if w, snap = b.Watch("o", "x", page.n); snap != nil {
						page.have, page.n = snap.Items, snap.N
					}
					w.SitAt(seat)
				}
			}
			defer func() { w.Close() }()
			for range 2 {
				page.takeShort(w.News(), false)
				time.Sleep(2 * paceMax) // the last batch
			}
			page.takeShort(w.News(), false)
			for _, k := range []string{"a", "b", "c", "d"} {
				v, _ := b.Get("o", k)
				want, there := v.(rich)
				got, shown := page.have[k].(rich)
				if there != shown || got.seat != want.seat || want.seat == seat && got != want {
					t.Errorf("screen %d at seat %s has %v of %s, the board %v", i, seat, page.have[k], k, v)
				}
			}
		})
	}
	for i := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(100+i)))
			for n := range 400 {
				var v any
				if r.IntN(7) != 0 {
					v = rich{seatOf(r), n + 1}
				}
				b.Set("o", string(rune('a'+2*i+r.IntN(2))), v)
				if r.IntN(5) == 0 {
					time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}
