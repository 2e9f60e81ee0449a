package view_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/view"
)

// alarms gathers what people would be told.
type alarms struct {
	mu   sync.Mutex
	list []view.Alarm
}

func (a *alarms) add(x view.Alarm) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, x)
}

func (a *alarms) has(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.list {
		if x.Name == name && !x.Over && x.ID != "" && x.EN != "" && x.TodoID != "" && x.TodoEN != "" {
			return true
		}
	}
	return false
}

func (a *alarms) wait(t *testing.T, name string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if a.has(name) {
			return
		}
	}
	t.Fatalf("no alarm %s", name)
}

func calls(t *testing.T, v *view.View) []view.CallRow {
	t.Helper()
	page, err := v.Calls(t.Context(), "mabes", view.CallQuery{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

// A journal that is shorter than it was seen is an alarm, not a shrug, and the view tells only what is there.
func TestShorterJournal(t *testing.T) {
	j := newMemory()
	month(t, j, 11, 400)
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{})
	settle(t, v, j)
	all := len(calls(t, v))
	closed(t, v)
	short := newMemory()
	list := records(t, j)
	for _, r := range list[:len(list)/2] {
		again(t, short, r)
	}
	var a alarms
	v = open(t, dir, short, view.Options{OnAlarm: a.add})
	defer closed(t, v)
	if !a.has("journal_short") {
		t.Error("no alarm")
	}
	settle(t, v, short)
	if n := len(calls(t, v)); n == 0 || n >= all {
		t.Errorf("%d calls of %d", n, all)
	}
}

// Another journal of the same length is noticed by its hash.
func TestOtherJournal(t *testing.T) {
	j, other := newMemory(), newMemory()
	month(t, j, 12, 300)
	month(t, other, 13, 600)
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{})
	settle(t, v, j)
	closed(t, v)
	var a alarms
	v = open(t, dir, other, view.Options{OnAlarm: a.add})
	settle(t, v, other)
	closed(t, v)
	if !a.has("journal_changed") {
		t.Error("no alarm")
	}
	clean := t.TempDir()
	v = open(t, clean, other, view.Options{})
	settle(t, v, other)
	closed(t, v)
	if x, y := dump(t, dir), dump(t, clean); x != y {
		t.Error(firstDifference(x, y))
	}
}

// A damaged record is named and passed over, also when the view starts again right behind it.
func TestDamagedRecord(t *testing.T) {
	j := newMemory()
	w := month(t, j, 14, 200)
	last := uint64(len(records(t, j)))
	j.damaged[last] = true
	j.damaged[10] = true
	var a alarms
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{OnAlarm: a.add})
	settle(t, v, j)
	if !a.has("journal_damaged") {
		t.Error("no alarm")
	}
	closed(t, v)
	var b alarms
	v = open(t, dir, j, view.Options{OnAlarm: b.add})
	defer closed(t, v)
	w.dial()
	settle(t, v, j)
	if b.has("journal_changed") || b.has("journal_short") {
		t.Error("a damaged end looks like another journal")
	}
	if _, err := v.Call(t.Context(), "mabes", w.order[len(w.order)-1]); err != nil {
		t.Error("what follows a damaged record isn't shown:", err)
	}
}

// Events of a newer Siaga and bodies that make no sense are passed over, and all the rest is shown.
func TestUnknownFuture(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 1 })
	w.dial()
	id := w.order[0]
	w.append("call/"+string(id), "call", json.RawMessage(`{"events":[{"type":"teleported","data":{"at":"2031-01-01T00:00:00Z"}}]}`), "x")
	w.append("call/"+string(id), "call", json.RawMessage(`{"events":[{"type":"closed","data":{"at":"yesterday"}}]}`), "x")
	w.append("call/headless", "call", json.RawMessage(`{"events":[{"type":"raised","data":{"at":"2031-01-01T00:00:00Z"}}]}`), "x")
	w.append("incident/headless", "incident", json.RawMessage(`{"events":[{"type":"numbered","data":{"at":"2031-01-01T00:00:00Z","no":"1"}}]}`), "x")
	w.append("incident/odd", "incident", json.RawMessage(`{"events":7}`), "x")
	w.append("staff", "staff", json.RawMessage(`{"what":"else"}`), "x")
	w.append("weather/1", "weather", json.RawMessage(`{}`), "x")
	w.do(id, call.CallerGone{At: w.now.Add(3 * time.Second)})
	var a alarms
	v := open(t, t.TempDir(), j, view.Options{OnAlarm: a.add})
	defer closed(t, v)
	settle(t, v, j)
	if !a.has("journal_newer") || !a.has("journal_damaged") {
		t.Error("nobody was told")
	}
	list := calls(t, v)
	if len(list) != 1 || list[0].Outcome != call.LeftQueue {
		t.Errorf("shown: %+v", list)
	}
	if lag, err := v.Lag(t.Context()); lag != 0 || err != nil {
		t.Errorf("lag %d, %v", lag, err)
	}
}

// What a kill leaves at any moment (a copy of the files as they are) opens and comes to the same content.
func TestKilled(t *testing.T) {
	j := newMemory()
	w := month(t, j, 15, 300)
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{BatchMax: 2})
	var copies []string
	for range 8 {
		for range 40 {
			w.step()
		}
		to := t.TempDir()
		for _, f := range []string{"view.db", "view.db-wal"} {
			copyFile(t, filepath.Join(dir, f), filepath.Join(to, f))
		}
		copies = append(copies, to)
	}
	settle(t, v, j)
	closed(t, v)
	want := dump(t, dir)
	for _, c := range copies {
		v := open(t, c, j, view.Options{})
		settle(t, v, j)
		closed(t, v)
		if got := dump(t, c); got != want {
			t.Error(firstDifference(want, got))
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// A file that is no database, or of other offices, is made again.
func TestUselessFile(t *testing.T) {
	j := newMemory()
	month(t, j, 16, 100)
	dir := t.TempDir()
	path := filepath.Join(dir, "view.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	v := open(t, dir, j, view.Options{})
	settle(t, v, j)
	if len(calls(t, v)) == 0 {
		t.Error("nothing shown")
	}
	for _, f := range []string{"view.db", "view.db-wal", "view.db-shm"} {
		if info, err := os.Stat(filepath.Join(dir, f)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
	closed(t, v)
}

// A file that is damaged while it is in use is made again: the first query or batch that meets the damage starts it.
func TestDamagedWhileOpen(t *testing.T) {
	j := newMemory()
	w := month(t, j, 17, 1500)
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{})
	settle(t, v, j)
	want := len(calls(t, v))
	closed(t, v) // empties the log into the file
	path := filepath.Join(dir, "view.db")
	page := rootPage(t, path, "calls")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 4096)), (page-1)*4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var a alarms
	v = open(t, dir, j, view.Options{OnAlarm: a.add})
	defer closed(t, v)
	if _, err := v.Calls(t.Context(), "mabes", view.CallQuery{}); err == nil {
		t.Fatal("the damage wasn't met: this test proves nothing")
	}
	a.wait(t, "view_write")
	w.dial()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		page, err := v.Calls(t.Context(), "mabes", view.CallQuery{Limit: 200})
		if err == nil && len(page.Items) == min(200, want+1) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not made again: %d of %d calls, %v", len(page.Items), want+1, err)
		}
	}
}

func rootPage(t *testing.T, path, table string) (page int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = ?`, table).Scan(&page); err != nil {
		t.Fatal(err)
	}
	return page
}

// A person asks to be forgotten: nothing of them is left, in rows, search, or the bytes of the files.
func TestErased(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 1 })
	w.dial()
	id := w.order[0]
	seat := call.SeatRef{Office: "kaltim", Seat: "kaltim/1", Person: "sari"}
	w.do(id, call.Grant{At: w.now, Seats: []call.SeatRef{seat}})
	w.do(id, call.Answer{At: w.now, By: seat, N: 1})
	w.form(id, w.calls[id])
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	number := string(w.calls[id].Caller.Number)
	find := func() (int, int) {
		c, err := v.Calls(t.Context(), "kaltim", view.CallQuery{Q: number})
		if err != nil {
			t.Fatal(err)
		}
		i, err := v.Incidents(t.Context(), "kaltim", view.IncidentQuery{Q: "klandasan"})
		if err != nil {
			t.Fatal(err)
		}
		return len(c.Items), len(i.Items)
	}
	if c, i := find(); c != 1 || i != 1 {
		t.Fatalf("found %d calls, %d incidents before", c, i)
	}
	for _, stream := range []string{"call/" + string(id), "incident/" + w.calls[id].Incident} {
		if err := j.Erase(t.Context(), stream, "sari", "asked"); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, v, j)
	if c, i := find(); c != 0 || i != 0 {
		t.Errorf("found %d calls, %d incidents after", c, i)
	}
	full, err := v.Call(t.Context(), "kaltim", id)
	if err != nil || full.Number != "(dihapus)" || full.NumberText != "(dihapus)" || full.Operator != "sari" {
		t.Errorf("call %+v, %v", full.CallRow, err)
	}
	inc, err := v.Incident(t.Context(), "kaltim", "", "i00000")
	if err != nil || inc.Place != "(dihapus)" || inc.At != nil || inc.Form.Reporter != "(dihapus)" {
		t.Errorf("incident %+v, %v", inc.IncidentCard, err)
	}
	for _, f := range []string{"view.db", "view.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{number, number[1:], "Klandasan", "klandasan", "Budi", "budi"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%s still holds %q", f, word)
			}
		}
	}
}

// Screens read while the town goes on: no query fails, and none sees half a command.
func TestReadersWhileWriting(t *testing.T) {
	j := newMemory()
	w := month(t, j, 18, 100)
	v := open(t, t.TempDir(), j, view.Options{BatchMax: 5})
	defer closed(t, v)
	settle(t, v, j)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				page, err := v.Calls(t.Context(), "kaltim", view.CallQuery{Limit: 5, Q: "0812"})
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range page.Items {
					full, err := v.Call(t.Context(), "kaltim", c.ID)
					if err != nil || (full.EndedAt != nil) != (full.Outcome != "") {
						t.Errorf("%+v, %v", full, err)
						return
					}
				}
				if d, err := v.Day(t.Context(), "mabes", "mabes", "2026-11-01"); err != nil || !d.Balanced {
					t.Errorf("%+v, %v", d, err)
					return
				}
			}
		})
	}
	for range 600 {
		w.step()
	}
	settle(t, v, j)
	stop()
	readers.Wait()
}

// Closing while the journal goes on leaves nothing behind, and a closed journal is an alarm, not an end.
func TestJournalGone(t *testing.T) {
	j := &ending{damageable: newMemory()}
	w := newTown(t, j, func(int) int { return 1 })
	w.dial()
	var a alarms
	v := open(t, t.TempDir(), j, view.Options{OnAlarm: a.add})
	a.wait(t, "journal_follow")
	closed(t, v)
	if _, err := v.Calls(t.Context(), "mabes", view.CallQuery{}); err == nil {
		t.Error("a closed view answers")
	}
	if err := v.Wait(t.Context(), 1<<40); err == nil {
		t.Error("waiting for a closed view ends well")
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if i := strings.Index(string(stacks), "view.(*View)"); i >= 0 {
		t.Errorf("still running after Close:\n%s", stacks)
	}
}

// ending is a journal that gives up.
type ending struct{ *damageable }

func (e *ending) Follow(_ context.Context, _ uint64, _ func(journal.Record) error) error {
	return errStop
}
