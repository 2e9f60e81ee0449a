package view_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/view"
)

func openJournal(t *testing.T, dir string) *journal.SQLite {
	t.Helper()
	j, err := journal.Open(dir, journal.Options{Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// The real journal: followed while it is written, started again, erased from, damaged by a changed byte. The tables are
// each time what a view that begins anew would make of it.
func TestRealJournal(t *testing.T) {
	where, dir := t.TempDir(), t.TempDir()
	j := openJournal(t, where)
	v := open(t, dir, j, view.Options{})
	w := month(t, j, 31, 250)
	settle(t, v, j)
	closed(t, v)
	for range 50 { // written while nobody followed
		w.step()
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	j = openJournal(t, where)
	w.j = j
	var quiet alarms
	v = open(t, dir, j, view.Options{OnAlarm: quiet.add})
	for range 50 {
		w.step()
	}
	for _, id := range w.order[:4] {
		if err := j.Erase(t.Context(), "call/"+string(id), "sari", "asked"); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, v, j)
	if len(quiet.list) != 0 {
		t.Errorf("alarms without a reason: %+v", quiet.list)
	}
	number := string(w.calls[w.order[1]].Caller.Number)
	if c, err := v.Call(t.Context(), "mabes", w.order[1]); err != nil || number != "" && c.Number != "(dihapus)" {
		t.Errorf("%+v %v", c.CallRow, err)
	}
	closed(t, v)
	sameAnew(t, dir, j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := sql.Open("sqlite", "file:"+filepath.Join(where, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE records SET who = 'x' WHERE pos IN (20, 30)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	j = openJournal(t, where)
	defer j.Close()
	if err := os.Remove(filepath.Join(dir, "view.db")); err != nil {
		t.Fatal(err)
	}
	var a alarms
	v = open(t, dir, j, view.Options{OnAlarm: a.add, BatchMax: 7})
	settle(t, v, j)
	a.wait(t, "journal_damaged")
	if n := len(calls(t, v)); n < len(w.order)-2 {
		t.Errorf("%d of %d calls are shown beside two damaged records", n, len(w.order))
	}
	closed(t, v)
	sameAnew(t, dir, j)
}

// sameAnew holds the tables in dir to those of a view that begins now.
func sameAnew(t *testing.T, dir string, j journal.Journal) {
	t.Helper()
	clean := t.TempDir()
	v := open(t, clean, j, view.Options{})
	settle(t, v, j)
	closed(t, v)
	old, anew := dump(t, dir), dump(t, clean)
	if old != anew {
		t.Error(firstDifference(old, anew))
	}
	if strings.Count(old, "\n") < 200 {
		t.Error("too little to prove anything")
	}
}
