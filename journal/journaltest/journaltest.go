// Package journaltest is what an engine of the journal must do, as tests: Run for every engine, RunDurable for those
// that keep what they are given.
package journaltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/journal"
)

// Opener opens the journal in a folder. The suite closes it.
type Opener func(t *testing.T, dir string) journal.Journal

// Run holds an engine to the contract of journal.Journal, as far as it can be seen without closing it.
func Run(t *testing.T, open Opener) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, journal.Journal)
	}{
		{"order", order},
		{"ids", ids},
		{"conflict", conflict},
		{"all or none", allOrNone},
		{"too large", tooLarge},
		{"streams", streams},
		{"follow", follow},
		{"follow live", followLive},
		{"private", private},
		{"erase", erase},
		{"concurrent", concurrent},
		{"closed", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := open(t, t.TempDir())
			defer j.Close() //nolint:errcheck // chapter closed looks at it
			c.run(t, j)
		})
	}
}

func rec(id, body string) journal.Record {
	return journal.Record{
		ID: id, Type: "test", Version: 3, Who: "siti", Epoch: 7, Body: json.RawMessage(body),
		Time: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
	}
}

func must(t *testing.T, j journal.Journal, stream string, expect uint64, recs ...journal.Record) uint64 {
	t.Helper()
	seq, err := j.Append(t.Context(), stream, expect, recs)
	if err != nil {
		t.Fatalf("append to %s: %v", stream, err)
	}
	return seq
}

func read(t *testing.T, j journal.Journal, stream string, from uint64) []journal.Record {
	t.Helper()
	recs, err := j.Read(t.Context(), stream, from)
	if err != nil {
		t.Fatalf("read %s: %v", stream, err)
	}
	return recs
}

// took follows from a position up to the newest record.
func took(t *testing.T, j journal.Journal, from uint64) []journal.Record {
	t.Helper()
	last, _, err := j.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if from > last {
		return nil
	}
	var recs []journal.Record
	enough := errors.New("enough")
	err = j.Follow(t.Context(), from, func(r journal.Record) error {
		recs = append(recs, r)
		if r.Pos == last {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatalf("follow: %v", err)
	}
	return recs
}

func order(t *testing.T, j journal.Journal) {
	if recs := read(t, j, "call/a", 1); len(recs) != 0 {
		t.Fatalf("an unknown stream has %d records", len(recs))
	}
	if seq := must(t, j, "call/a", 0, rec("1", `{"n": 1}`), rec("2", `{"n":2}`)); seq != 2 {
		t.Errorf("the stream ends at %d, not 2", seq)
	}
	must(t, j, "call/b", journal.Any, rec("1", `{"n":3}`)) // ids are the stream's own
	if seq := must(t, j, "call/a", 2, rec("3", `{"n":4}`)); seq != 3 {
		t.Errorf("the stream ends at %d, not 3", seq)
	}
	got := read(t, j, "call/a", 1)
	if len(got) != 3 {
		t.Fatalf("%d records, not 3", len(got))
	}
	want := rec("1", `{"n": 1}`)
	r := got[0]
	if r.ID != want.ID || r.Stream != "call/a" || r.Seq != 1 || r.Type != want.Type || r.Version != 3 || !r.Time.Equal(want.Time) ||
		r.Time.Location() != time.UTC || r.Who != "siti" || r.Epoch != 7 || string(r.Body) != `{"n": 1}` || r.Pos == 0 || r.Hash == [32]byte{} {
		t.Errorf("read back: %+v", r)
	}
	for i, r := range got {
		if r.Seq != uint64(i+1) || (i > 0 && r.Pos <= got[i-1].Pos) {
			t.Errorf("record %d has Seq %d and Pos %d", i, r.Seq, r.Pos)
		}
	}
	if tail := read(t, j, "call/a", 3); len(tail) != 1 || tail[0].ID != "3" {
		t.Errorf("from 3 on: %+v", tail)
	}
	if tail := read(t, j, "call/a", 4); len(tail) != 0 {
		t.Errorf("behind the end: %+v", tail)
	}
	pos, hash, err := j.Last(t.Context())
	if err != nil || pos != got[2].Pos || hash != got[2].Hash {
		t.Errorf("last is %d, %v", pos, err)
	}
	if hash, ok, err := j.At(t.Context(), got[1].Pos); err != nil || !ok || hash != got[1].Hash {
		t.Errorf("at %d: %v, %v", got[1].Pos, ok, err)
	}
	if _, ok, err := j.At(t.Context(), pos+1); err != nil || ok {
		t.Errorf("there is something behind the last: %v", err)
	}
	if seq := must(t, j, "call/a", journal.Any); seq != 3 {
		t.Errorf("an append of nothing says %d", seq)
	}
}

func ids(t *testing.T, j journal.Journal) {
	must(t, j, "call/a", 0, rec("1", `1`), rec("2", `2`))
	if seq := must(t, j, "call/a", 0, rec("1", `1`), rec("2", `2`)); seq != 2 {
		t.Errorf("a repeat says %d", seq)
	}
	if seq := must(t, j, "call/a", 0, rec("1", `1`), rec("2", `2`), rec("3", `3`)); seq != 3 {
		t.Errorf("a repeat with one more says %d", seq)
	}
	must(t, j, "call/a", journal.Any, rec("4", `4`), rec("4", `4`))
	must(t, j, "call/a", 1, rec("2", `2`)) // a repeat of what was at 1 then
	if n := len(read(t, j, "call/a", 1)); n != 4 {
		t.Errorf("%d records, not 4", n)
	}
}

func conflict(t *testing.T, j journal.Journal) {
	must(t, j, "call/a", 0, rec("1", `1`))
	for _, expect := range []uint64{0, 2, 1 << 40} {
		if _, err := j.Append(t.Context(), "call/a", expect, []journal.Record{rec("x", `0`)}); !errors.Is(err, journal.ErrConflict) {
			t.Errorf("expect %d: %v", expect, err)
		}
	}
	if _, err := j.Append(t.Context(), "call/b", 1, []journal.Record{rec("x", `0`)}); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("expect 1 of an unknown stream: %v", err)
	}
	if n := len(read(t, j, "call/a", 1)) + len(read(t, j, "call/b", 1)); n != 1 {
		t.Errorf("%d records, not 1", n)
	}
	var wg sync.WaitGroup
	won := make(chan int, 20)
	for i := range 20 {
		wg.Go(func() {
			if _, err := j.Append(t.Context(), "call/a", 1, []journal.Record{rec(fmt.Sprint("race", i), `0`)}); err == nil {
				won <- i
			} else if !errors.Is(err, journal.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Errorf("%d of 20 won the race for one place", len(won))
	}
}

func allOrNone(t *testing.T, j journal.Journal) {
	for _, bad := range []journal.Record{rec("bad", `{`), rec("bad", `{"sealed":"x"}`), rec("bad", `"`+strings.Repeat("x", journal.BodyMax)+`"`)} {
		var body *journal.BodyError
		if _, err := j.Append(t.Context(), "call/a", 0, []journal.Record{rec("1", `1`), bad, rec("3", `3`)}); !errors.As(err, &body) || body.ID != "bad" {
			t.Errorf("%.20s: %v", bad.Body, err)
		}
	}
	if n := len(read(t, j, "call/a", 1)); n != 0 {
		t.Errorf("%d records of an append that failed", n)
	}
}

func tooLarge(t *testing.T, j journal.Journal) {
	largest := `"` + strings.Repeat("x", journal.BodyMax-2) + `"`
	must(t, j, "call/a", 0, rec("1", largest))
	if got := read(t, j, "call/a", 1); len(got) != 1 || string(got[0].Body) != largest {
		t.Error("the largest body doesn't come back")
	}
	if _, err := j.Append(t.Context(), "call/a", 1, []journal.Record{rec("2", largest+" ")}); err == nil {
		t.Error("a body of one byte more was taken")
	}
}

func streams(t *testing.T, j journal.Journal) {
	for _, s := range []string{"staff", "call/b", "call/a", "callback", "call/b", "call/c"} {
		must(t, j, s, journal.Any, rec(journal.NewID(time.Now()), `1`))
	}
	got, err := j.Streams(t.Context(), "call/")
	if err != nil || strings.Join(got, " ") != "call/b call/a call/c" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := j.Streams(t.Context(), ""); err != nil || len(got) != 5 {
		t.Errorf("all: %v, %v", got, err)
	}
}

func follow(t *testing.T, j journal.Journal) {
	const n = 700
	for i := range n / 7 {
		var recs []journal.Record
		for k := range 7 {
			recs = append(recs, rec(fmt.Sprintf("%d-%d", i, k), `{"private":"x"}`))
		}
		must(t, j, fmt.Sprint("call/", i%5), journal.Any, recs...)
	}
	for _, from := range []uint64{0, 1, 2, 255, 256, 257, n} {
		recs := took(t, j, from)
		if len(recs) != n-int(max(from, 1))+1 {
			t.Fatalf("from %d: %d records", from, len(recs))
		}
		seqs := map[string]uint64{}
		for i, r := range recs {
			if r.Pos != max(from, 1)+uint64(i) {
				t.Fatalf("from %d: record %d is at %d", from, i, r.Pos)
			}
			if last, ok := seqs[r.Stream]; ok && r.Seq != last+1 {
				t.Fatalf("%s: %d after %d", r.Stream, r.Seq, last)
			}
			seqs[r.Stream] = r.Seq
			if hash, ok, err := j.At(t.Context(), r.Pos); err != nil || !ok || hash != r.Hash {
				t.Fatalf("at %d: %v %v", r.Pos, ok, err)
			}
		}
	}
	mine := errors.New("mine")
	if err := j.Follow(t.Context(), 3, func(journal.Record) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("the follower's error came back as %v", err)
	}
}

func followLive(t *testing.T, j journal.Journal) {
	must(t, j, "call/a", 0, rec("0", `0`))
	ctx, stop := context.WithCancel(t.Context())
	const followers, n = 3, 300
	var wg sync.WaitGroup
	seen := make([]chan uint64, followers)
	for i := range followers {
		seen[i] = make(chan uint64, n+10)
		wg.Go(func() {
			err := j.Follow(ctx, 1, func(r journal.Record) error { seen[i] <- r.Pos; return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("follow ended with %v", err)
			}
		})
	}
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for i := range n / 3 {
				if _, err := j.Append(ctx, fmt.Sprint("call/", w), journal.Any, []journal.Record{rec(fmt.Sprint(i), `1`)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for i := range followers {
		for want := uint64(1); want <= n+1; want++ {
			select {
			case got := <-seen[i]:
				if got != want {
					t.Fatalf("follower %d got position %d, not %d", i, got, want)
				}
			case <-time.After(5 * time.Second):
				t.Fatalf("follower %d never got position %d", i, want)
			}
		}
	}
	stop()
	wg.Wait()
}

func concurrent(t *testing.T, j journal.Journal) {
	var wg sync.WaitGroup
	for i := range 256 {
		wg.Go(func() {
			stream := fmt.Sprint("call/", i%64)
			for k := range 3 {
				id := fmt.Sprintf("%d-%d", i, k)
				if _, err := j.Append(t.Context(), stream, journal.Any, []journal.Record{rec(id, `{"private":"x"}`), rec(id+"b", `1`)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(took(t, j, 1)); n != 256*3*2 {
		t.Errorf("%d records, not %d", n, 256*3*2)
	}
	for i := range 64 {
		got := read(t, j, fmt.Sprint("call/", i), 1)
		for k := 0; k+1 < len(got); k += 2 {
			if got[k].ID+"b" != got[k+1].ID {
				t.Fatalf("%s was torn from %s", got[k].ID, got[k+1].ID)
			}
		}
	}
}

func closed(t *testing.T, j journal.Journal) {
	must(t, j, "call/a", 0, rec("1", `1`))
	ended := make(chan error, 1)
	go func() { ended <- j.Follow(t.Context(), 1, func(journal.Record) error { return nil }) }()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Append(gone, "call/a", journal.Any, []journal.Record{rec("2", `2`)}); !errors.Is(err, context.Canceled) {
		t.Errorf("an append whose ctx is over: %v", err)
	}
	for range 2 {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("follow ended without an error")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("follow outlives Close")
	}
	if _, err := j.Append(t.Context(), "call/a", journal.Any, []journal.Record{rec("3", `3`)}); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("append after Close: %v", err)
	}
}
