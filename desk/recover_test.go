package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// Dispatch hears of a call that a new process takes up: its form can be typed there, and its clock runs from the ring.
func TestRecoveredCallIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.desk.Close()
		w.sits("pa", "polda/1")
		w.dials("+6281234567890")
		rang := time.Now()
		w.settle()
		time.Sleep(time.Second)
		again := newWorld(t)
		defer again.desk.Close()
		r := again.desk.Recover()
		seqs := map[string]uint64{}
		w.mu.Lock()
		for _, rec := range w.records {
			seqs[rec.Stream]++
			rec.Seq = seqs[rec.Stream]
			if err := r.Fold(journal.Record(rec)); err != nil {
				t.Fatal(err)
			}
		}
		w.mu.Unlock()
		if live, _ := r.Done(func(id office.PersonID) (Person, bool) { return Person{ID: id}, true }, nil); live != 1 {
			t.Fatalf("%d live", live)
		}
		synctest.Wait()
		again.mu.Lock()
		defer again.mu.Unlock()
		if len(again.began) != 1 || again.began[0].number != "+6281234567890" || again.began[0].rang.Sub(rang).Abs() > time.Second {
			t.Fatalf("dispatch was told %+v", again.began)
		}
	})
}
