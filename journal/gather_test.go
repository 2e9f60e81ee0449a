package journal

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Alone a record is written after Linger; while many streams come together they are gathered for longer, so that a
// thousand records a second don't cost a hundred fsyncs. What somebody waits for never lingers.
func TestManyStreamsAreGatheredLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := NewMemory()
		b := NewBehind(j, BehindOptions{})
		defer b.Close(context.Background()) //nolint:errcheck // a memory takes all
		n := 0
		post := func() {
			n++
			b.Post(fmt.Sprint("call/", n), Record{Type: "x", Version: 1, Who: "w", Body: []byte("{}")})
		}
		written := func() uint64 {
			synctest.Wait()
			pos, _, err := j.Last(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return pos
		}
		post()
		time.Sleep(11 * time.Millisecond)
		if got := written(); got != 1 {
			t.Fatalf("%d of 1 after 11 ms", got)
		}
		for range 5 {
			post()
		}
		time.Sleep(11 * time.Millisecond)
		if got := written(); got != 6 {
			t.Fatalf("%d of 6 after 11 ms", got)
		}
		post()
		time.Sleep(11 * time.Millisecond)
		if got := written(); got != 6 {
			t.Errorf("in a crowd a record is written after 11 ms: %d", got)
		}
		if err := b.Save(t.Context(), "seat/1", Record{Type: "x", Version: 1, Who: "w", Body: []byte("{}")}); err != nil || written() != 7 {
			t.Errorf("who waits has to linger: %v", err)
		}
		time.Sleep(30 * time.Millisecond)
		if got := written(); got != 8 {
			t.Errorf("%d of 8 after 41 ms", got)
		}
		post()
		time.Sleep(11 * time.Millisecond)
		if got := written(); got != 9 {
			t.Errorf("the crowd is over, and a record still waits: %d", got)
		}
	})
}
