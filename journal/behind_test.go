package journal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/journal"
)

// moody is a journal that can be made slow or refuse.
type moody struct {
	journal.Journal
	mu    sync.Mutex
	err   error
	delay time.Duration
	calls atomic.Int64
}

func (m *moody) Append(ctx context.Context, stream string, expect uint64, recs []journal.Record) (uint64, error) {
	m.calls.Add(1)
	m.mu.Lock()
	err, delay := m.err, m.delay
	m.mu.Unlock()
	if err != nil {
		return 0, err
	}
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return m.Journal.Append(ctx, stream, expect, recs)
}

func (m *moody) set(delay time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delay, m.err = delay, err
}

func note(n int) journal.Record {
	return journal.Record{Type: "test", Body: json.RawMessage(fmt.Sprint(n))}
}

func TestBehindKeepsOrder(t *testing.T) {
	j := openSQLite(t, t.TempDir())
	defer j.Close()
	b := journal.NewBehind(j, journal.BehindOptions{})
	const streams, n = 40, 50
	var wg sync.WaitGroup
	for s := range streams {
		wg.Go(func() {
			for i := range n {
				b.Post(fmt.Sprint("call/", s), note(i))
			}
			if err := b.Save(t.Context(), fmt.Sprint("call/", s), note(n)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for s := range streams {
		recs, err := j.Read(t.Context(), fmt.Sprint("call/", s), 1)
		if err != nil || len(recs) != n+1 {
			t.Fatalf("%d records, %v", len(recs), err)
		}
		for i, r := range recs {
			if string(r.Body) != fmt.Sprint(i) {
				t.Fatalf("record %d is %s", i, r.Body)
			}
		}
	}
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// counting counts appends.
type counting struct {
	journal.Journal
	mu sync.Mutex
	at []time.Time
}

func (c *counting) Append(ctx context.Context, stream string, expect uint64, recs []journal.Record) (uint64, error) {
	c.mu.Lock()
	c.at = append(c.at, time.Now())
	c.mu.Unlock()
	return c.Journal.Append(ctx, stream, expect, recs)
}

// What nobody waits for is gathered; what somebody waits for isn't.
func TestBehindGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counting{Journal: journal.NewMemory()}
		b := journal.NewBehind(c, journal.BehindOptions{})
		start := time.Now()
		for i := range 5 {
			b.Post(fmt.Sprint("call/", i), note(1))
			time.Sleep(time.Millisecond)
		}
		if err := b.Save(t.Context(), "call/s", note(1)); err != nil || time.Since(start) != 5*time.Millisecond {
			t.Errorf("a save took until %v: %v", time.Since(start), err)
		}
		if err := b.Wait(t.Context(), "call/3"); err != nil || time.Since(start) != 5*time.Millisecond {
			t.Errorf("a wait took until %v: %v", time.Since(start), err)
		}
		b.Post("call/2", note(2))
		time.Sleep(time.Second)
		c.mu.Lock()
		if len(c.at) != 6 {
			t.Errorf("%d appends", len(c.at))
		}
		for _, at := range c.at[2:] {
			if at.Sub(start) != 10*time.Millisecond {
				t.Errorf("an append after %v", at.Sub(start))
			}
		}
		c.mu.Unlock()
		b.Post("call/last", note(1))
		if err := b.Close(t.Context()); err != nil || time.Since(start) > 1010*time.Millisecond {
			t.Errorf("closing took until %v: %v", time.Since(start), err)
		}
		if recs, err := c.Read(t.Context(), "call/last", 1); err != nil || len(recs) != 1 {
			t.Errorf("the last post isn't written: %v", err)
		}
	})
}

func TestBehindAlarmsWhenSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moody{Journal: journal.NewMemory()}
		m.set(2*time.Second, nil)
		alarms := make(chan journal.Alarm, 10)
		b := journal.NewBehind(m, journal.BehindOptions{OnAlarm: func(a journal.Alarm) { alarms <- a }})
		start := time.Now()
		b.Post("call/a", note(1))
		if time.Since(start) != 0 {
			t.Error("a post waited")
		}
		a := <-alarms
		if got := time.Since(start); got != 500*time.Millisecond || a.Name != journal.AlarmSlow || a.Cleared || a.Backlog != 1 || !a.Since.Equal(start) {
			t.Errorf("after %v: %+v", got, a)
		}
		if b.Oldest() != 500*time.Millisecond || b.Backlog() != 1 {
			t.Errorf("oldest %v, backlog %d", b.Oldest(), b.Backlog())
		}
		a = <-alarms
		if got := time.Since(start); got != 2*time.Second+10*time.Millisecond || a.Name != journal.AlarmSlow || !a.Cleared {
			t.Errorf("after %v: %+v", got, a)
		}
		m.set(0, nil)
		b.Post("call/a", note(2))
		time.Sleep(time.Minute)
		if err := b.Close(t.Context()); err != nil || len(alarms) != 0 {
			t.Errorf("%v, %d more alarms", err, len(alarms))
		}
	})
}

func TestBehindTriesUntilTheDiskHasRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moody{Journal: journal.NewMemory()}
		m.set(0, fmt.Errorf("disk: %w", journal.ErrFull))
		var alarms []journal.Alarm
		b := journal.NewBehind(m, journal.BehindOptions{OnAlarm: func(a journal.Alarm) { alarms = append(alarms, a) }})
		for i := range 10 {
			b.Post(fmt.Sprint("call/", i%2), note(i))
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.Save(short, "call/1", note(10)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("save while the disk is full: %v", err)
		}
		time.Sleep(time.Hour)
		if n := m.calls.Load(); n > 2000 || n < 1000 {
			t.Errorf("%d tries in an hour", n)
		}
		m.set(0, nil)
		time.Sleep(10 * time.Second)
		for s, want := range []int{5, 6} {
			if recs, err := m.Read(t.Context(), fmt.Sprint("call/", s), 1); err != nil || len(recs) != want {
				t.Errorf("stream %d has %d records, not %d: %v", s, len(recs), want, err)
			}
		}
		if err := b.Close(t.Context()); err != nil {
			t.Error(err)
		}
		state := map[string]bool{}
		for _, a := range alarms {
			state[a.Name] = !a.Cleared
			if a.Name == journal.AlarmFailed && !errors.Is(a.Err, journal.ErrFull) {
				t.Errorf("alarm says %v", a.Err)
			}
		}
		if len(state) != 2 || state[journal.AlarmSlow] || state[journal.AlarmFailed] {
			t.Errorf("alarms %+v", alarms)
		}
	})
}

func TestBehindConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := journal.NewMemory()
		var lost []string
		b := journal.NewBehind(mem, journal.BehindOptions{OnConflict: func(stream string, err error) {
			if !errors.Is(err, journal.ErrConflict) {
				t.Error(err)
			}
			lost = append(lost, stream)
		}})
		ctx := t.Context()
		if err := b.Save(ctx, "call/a", note(1)); err != nil {
			t.Fatal(err)
		}
		// Our own node goes past Behind (an erasure): no conflict.
		if err := mem.Erase(ctx, "call/a", "siti", "asked"); err != nil {
			t.Fatal(err)
		}
		if err := b.Save(ctx, "call/a", note(2)); err != nil {
			t.Errorf("after an erasure: %v", err)
		}
		other := &foreign{mem}
		if _, err := other.Append(ctx, "call/b", 0, []journal.Record{note(1)}); err != nil {
			t.Fatal(err)
		}
		b2 := journal.NewBehind(other, journal.BehindOptions{OnConflict: func(stream string, _ error) { lost = append(lost, stream) }})
		if err := b2.Save(ctx, "call/b", note(2)); err != nil {
			t.Fatal(err)
		}
		if _, err := mem.Append(ctx, "call/b", 2, []journal.Record{note(3)}); err != nil { // written by "memory", b2 is "foreign"
			t.Fatal(err)
		}
		if err := b2.Save(ctx, "call/b", note(4)); !errors.Is(err, journal.ErrConflict) {
			t.Errorf("a stream that another node took: %v", err)
		}
		for _, b := range []*journal.Behind{b, b2} {
			if err := b.Close(ctx); err != nil {
				t.Error(err)
			}
		}
		if fmt.Sprint(lost) != "[call/b]" {
			t.Errorf("lost %v", lost)
		}
	})
}

// foreign is the same journal seen by another node.
type foreign struct{ *journal.Memory }

func (*foreign) Node() string { return "foreign" }

func TestBehindRefusesWhatCanNeverBeWritten(t *testing.T) {
	b := journal.NewBehind(journal.NewMemory(), journal.BehindOptions{})
	var body *journal.BodyError
	if err := b.Save(t.Context(), "call/a", journal.Record{Body: []byte("{")}); !errors.As(err, &body) {
		t.Error(err)
	}
	if err := b.Save(t.Context(), "call/a", note(1)); err != nil {
		t.Error(err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestBehindSpills(t *testing.T) {
	dir := t.TempDir()
	spill := filepath.Join(dir, "spill")
	j := openSQLite(t, filepath.Join(dir, "journal"))
	defer j.Close()
	m := &sealing{moody{Journal: j}, j.(*journal.SQLite)}
	m.set(0, errors.New("the disk is away"))
	b := journal.NewBehind(m, journal.BehindOptions{Spill: spill})
	for i := range 20 {
		b.Post(fmt.Sprint("call/", i%3), journal.Record{Type: "test", Who: "siti", Epoch: 4, Body: json.RawMessage(fmt.Sprintf(`[%d,{"private":"Melati"}]`, i))})
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Close(soon); err == nil {
		t.Error("Close doesn't say that records wait")
	}
	info, err := os.Stat(spill)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("spill file: %v, %v", info.Mode(), err)
	}
	if text, err := os.ReadFile(spill); err != nil || bytes.Contains(text, []byte("Melati")) || len(text) == 0 {
		t.Errorf("the spill file tells a name, or nothing: %d bytes, %v", len(text), err)
	}
	b = journal.NewBehind(j, journal.BehindOptions{Spill: spill})
	if err := b.Save(t.Context(), "call/0", note(100)); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(spill); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the spill file is still there: %v", err)
	}
	for s, want := range []string{"0 3 6 9 12 15 18 100", "1 4 7 10 13 16 19", "2 5 8 11 14 17"} {
		recs, err := j.Read(t.Context(), fmt.Sprint("call/", s), 1)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, r := range recs {
			var n int
			if json.Unmarshal(r.Body, &n) != nil {
				var pair []json.RawMessage
				if err := json.Unmarshal(r.Body, &pair); err != nil {
					t.Fatal(err)
				}
				n = 0
				json.Unmarshal(pair[0], &n) //nolint:errcheck // shows as 0
				if r.Who != "siti" || r.Epoch != 4 {
					t.Errorf("%+v", r)
				}
			}
			if i > 0 {
				got += " "
			}
			got += fmt.Sprint(n)
		}
		if got != want {
			t.Errorf("stream %d: %s, not %s", s, got, want)
		}
	}
}

// sealing is moody and seals as SQLite does.
type sealing struct {
	moody
	*journal.SQLite
}

func (s *sealing) Append(ctx context.Context, stream string, expect uint64, recs []journal.Record) (uint64, error) {
	return s.moody.Append(ctx, stream, expect, recs)
}

func (s *sealing) At(ctx context.Context, pos uint64) ([32]byte, bool, error) {
	return s.SQLite.At(ctx, pos)
}
func (s *sealing) Close() error { return s.SQLite.Close() }
func (s *sealing) Erase(ctx context.Context, a, b, c string) error {
	return s.SQLite.Erase(ctx, a, b, c)
}

func (s *sealing) Follow(ctx context.Context, p uint64, f func(journal.Record) error) error {
	return s.SQLite.Follow(ctx, p, f)
}
func (s *sealing) Last(ctx context.Context) (uint64, [32]byte, error) { return s.SQLite.Last(ctx) }
func (s *sealing) Read(ctx context.Context, a string, n uint64) ([]journal.Record, error) {
	return s.SQLite.Read(ctx, a, n)
}

func (s *sealing) Streams(ctx context.Context, p string) ([]string, error) {
	return s.SQLite.Streams(ctx, p)
}

// picky is an engine that never takes one record.
type picky struct{ *journal.Memory }

func (p *picky) Append(ctx context.Context, stream string, expect uint64, recs []journal.Record) (uint64, error) {
	for _, r := range recs {
		if r.ID == "bad" {
			return 0, &journal.BodyError{ID: r.ID, Why: "never"}
		}
	}
	return p.Memory.Append(ctx, stream, expect, recs)
}
