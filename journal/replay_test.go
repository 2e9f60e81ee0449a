package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/siaga110/siaga/journal"
)

func TestReplayPassesOverDamage(t *testing.T) {
	dir := t.TempDir()
	j := openSQLite(t, dir)
	for i := range 20 {
		rec := journal.Record{Body: fmt.Appendf(nil, `"mark-%02d"`, i)}
		if _, err := j.Append(t.Context(), "call/a", journal.Any, []journal.Record{rec}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "journal.db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"mark-07", "mark-19"} {
		b[bytes.Index(b, []byte(mark))] ^= 2
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j = openSQLite(t, dir)
	defer j.Close()
	var got, bad []uint64
	next, err := journal.Replay(t.Context(), j, 3,
		func(r journal.Record) error { got = append(got, r.Pos); return nil },
		func(c *journal.CorruptError) { bad = append(bad, c.Pos) })
	if err != nil || next != 21 || fmt.Sprint(bad) != "[8 20]" || len(got) != 16 {
		t.Errorf("next %d, %v, %v, %v", next, got, bad, err)
	}
	if next, err := journal.Replay(t.Context(), j, next, nil, nil); err != nil || next != 21 {
		t.Errorf("at the end: %d, %v", next, err)
	}
	mine := errors.New("mine")
	if _, err := journal.Replay(t.Context(), j, 1, func(journal.Record) error { return mine }, nil); !errors.Is(err, mine) {
		t.Error(err)
	}
}

func TestBehindDropsWhatTheEngineCanNeverTake(t *testing.T) {
	m := &picky{Memory: journal.NewMemory()}
	alarms := make(chan journal.Alarm, 9)
	b := journal.NewBehind(m, journal.BehindOptions{OnAlarm: func(a journal.Alarm) { alarms <- a }})
	for i := range 5 {
		r := note(i)
		if i == 2 {
			r.ID = "bad"
		}
		b.Post("call/a", r)
	}
	if err := b.Save(t.Context(), "call/a", note(5)); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	recs, err := m.Read(t.Context(), "call/a", 1)
	got := ""
	for _, r := range recs {
		got += string(r.Body)
	}
	if err != nil || got != "01345" {
		t.Errorf("%s, %v", got, err)
	}
	if a := <-alarms; a.Name != journal.AlarmRefused || a.Err == nil || len(alarms) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestDamagedSpillFileStays(t *testing.T) {
	spill := filepath.Join(t.TempDir(), "spill")
	line := `{"stream":"call/a","id":"1","type":"t","time":"2026-01-01T00:00:00Z","body":1}` + "\n"
	if err := os.WriteFile(spill, []byte(line+"{rubbish\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := journal.NewMemory()
	alarms := make(chan journal.Alarm, 9)
	b := journal.NewBehind(m, journal.BehindOptions{Spill: spill, OnAlarm: func(a journal.Alarm) { alarms <- a }})
	if a := <-alarms; a.Name != journal.AlarmRefused {
		t.Errorf("%+v", a)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if recs, err := m.Read(t.Context(), "call/a", 1); err != nil || len(recs) != 1 || recs[0].ID != "1" {
		t.Errorf("%v, %v", recs, err)
	}
	if _, err := os.Stat(spill + ".damaged"); err != nil {
		t.Errorf("nobody can look at the damaged file: %v", err)
	}
}
