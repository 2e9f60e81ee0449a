package view_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

func open(t testing.TB, dir string, j journal.Journal, opts view.Options) *view.View {
	t.Helper()
	v, err := view.Open(t.Context(), dir, j, kaltim(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// settle waits until the tables have all of the journal.
func settle(t testing.TB, v *view.View, j journal.Journal) {
	t.Helper()
	pos, _, err := j.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Wait(t.Context(), pos); err != nil {
		t.Fatal(err)
	}
}

func closed(t testing.TB, v *view.View) {
	t.Helper()
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
}

// dump writes every row of every table but SQLite's own, in order.
func dump(t testing.TB, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "view.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out strings.Builder
	for _, table := range []string{
		"meta", "office_above", "calls", "call_office", "call_line", "call_text", "incidents", "incident_office",
		"incident_line", "incident_text", "acceptance", "arrival", "response",
	} {
		rows, err := db.Query(`SELECT rowid, * FROM ` + table + ` ORDER BY rowid`)
		if err != nil { // WITHOUT ROWID
			rows, err = db.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3`)
		}
		if err != nil {
			rows, err = db.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2`)
		}
		if err != nil {
			t.Fatal(err)
		}
		cols, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			row := make([]any, len(cols))
			into := make([]any, len(cols))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %v\n", table, row)
			n++
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s: %d rows\n", table, n)
	}
	return out.String()
}

// month fills j with a seeded history.
func month(t testing.TB, j journal.Journal, seed uint64, steps int) *town {
	t.Helper()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 110))
	w := newTown(t, j, r.IntN)
	for range steps {
		w.step()
	}
	return w
}

// Deleting the files and opening again gives the same content, whatever the batches were.
func TestRebuildGivesTheSame(t *testing.T) {
	j := newMemory()
	dir := t.TempDir()
	v := open(t, dir, j, view.Options{BatchMax: 3})
	w := month(t, j, 7, 1500)
	for _, id := range []call.ID{w.order[3], w.live[0], w.live[1]} { // of the past, and in the middle of things
		if err := j.Erase(t.Context(), "call/"+string(id), "sari", "asked"); err != nil {
			t.Fatal(err)
		}
		if i := w.calls[id].Incident; i != "" {
			if err := j.Erase(t.Context(), "incident/"+i, "sari", "asked"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 1500 {
		w.step()
	}
	settle(t, v, j)
	agree(t, t, v, w)
	closed(t, v)
	before := dump(t, dir)
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, "view.db"+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	v = open(t, dir, j, view.Options{})
	settle(t, v, j)
	agree(t, t, v, w)
	closed(t, v)
	after := dump(t, dir)
	if before != after {
		t.Error(firstDifference(before, after))
	}
	if !strings.Contains(before, "(dihapus)") || strings.Count(before, "\n") < 1000 {
		t.Error("the history shows too little to prove anything")
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d\nbefore %s\nafter  %s", i, x[i], slices.Concat(y, []string{"", ""})[min(i, len(y))])
		}
	}
	return "after is longer"
}

// Each row says what call.State and incident.State say, and every day balances.
func TestRowsAgreeWithStates(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		j := newMemory()
		w := newTown(t, j, func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "pick") })
		for range rapid.IntRange(20, 120).Draw(rt, "steps") {
			w.step()
		}
		v := open(t, t.TempDir(), j, view.Options{BatchMax: 1 + rapid.IntRange(0, 20).Draw(rt, "batch")})
		defer closed(t, v)
		settle(t, v, j)
		agree(rt, t, v, w)
	})
}

const erased = string(office.Erased)

func agree(rt rapid.TB, t *testing.T, v *view.View, w *town) {
	for id, s := range w.calls {
		c, err := v.Call(t.Context(), "mabes", id)
		if err != nil {
			rt.Fatalf("call %s: %v", id, err)
		}
		answered := !s.Answered.IsZero()
		switch {
		case c.Office != s.Office, c.Number != string(s.Caller.Number) && c.Number != erased, c.Withheld != s.Caller.Withheld,
			!c.FirstRing.Equal(s.FirstRing), c.Outcome != s.Outcome, c.Prank != s.Prank, c.Callback != s.Callback,
			c.Chip != s.Chip, c.Incident != s.Incident, c.PolresTalked != s.PolresTalked,
			(c.AnsweredAt != nil) != answered, answered && !c.AnsweredAt.Equal(s.Answered),
			(c.EndedAt != nil) != (s.Phase == call.Ended), c.Tape != (s.Phase == call.Ended):
			rt.Fatalf("call %s\nrow   %+v\nstate %+v", id, c.CallRow, s)
		}
		for _, l := range c.Timeline {
			if l.Text == "" || l.Text == l.What {
				rt.Fatalf("call %s: no sentence for %s", id, l.What)
			}
		}
	}
	for id, s := range w.incidents {
		i, err := v.Incident(t.Context(), "mabes", "", id)
		if err != nil {
			rt.Fatalf("incident %s: %v", id, err)
		}
		switch {
		case i.State != s.Phase, i.Office != s.Office, i.Origin != s.Origin, i.No != s.No, i.Rev != s.Rev, i.Call != s.Call,
			i.Place != string(s.Report.Place) && i.Place != erased, i.Priority != s.Priority(), i.Escalated != s.Escalated, i.AcceptedBy != s.AcceptedBy,
			i.Result != s.Result, i.Done != string(s.Done) && i.Done != erased, (i.AcceptBy != nil) != !s.AcceptBy.IsZero(), i.Danger != s.Report.InDanger():
			rt.Fatalf("incident %s\nrow   %+v\nstate %+v", id, i, s)
		}
	}
	days := map[string]bool{}
	for _, s := range w.calls {
		days[s.FirstRing.UTC().Add(8*time.Hour).Format(time.DateOnly)] = true
		days[s.FirstRing.UTC().Add(7*time.Hour).Format(time.DateOnly)] = true
	}
	in := 0
	for day := range days {
		d, err := v.Day(t.Context(), "mabes", "mabes", day)
		if err != nil {
			rt.Fatal(err)
		}
		if !d.Balanced {
			rt.Fatalf("%s doesn't balance: %+v", day, d)
		}
		in += d.In
	}
	if in != len(w.calls) {
		rt.Fatalf("days count %d calls of %d", in, len(w.calls))
	}
}

// An office reads itself, what is below it and what was offered or sent to it; never sideways.
func TestWhoMayRead(t *testing.T) {
	j := newMemory()
	w := month(t, j, 3, 1500)
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	above := map[office.ID][]office.ID{
		"mabes": {"mabes"}, "kaltim": {"kaltim", "mabes"}, "bpn": {"bpn", "kaltim", "mabes"}, "smd": {"smd", "kaltim", "mabes"},
		"ppu": {"ppu", "kaltim", "mabes"}, "metro": {"metro", "mabes"}, "jaksel": {"jaksel", "metro", "mabes"},
	}
	shown, hidden := 0, 0
	for id, s := range w.calls {
		may := slices.Clone(above[s.Office])
		for _, o := range s.Sent {
			may = append(may, above[o]...)
		}
		for reader := range above {
			_, err := v.Call(t.Context(), reader, id)
			switch want := slices.Contains(may, reader); {
			case want && err == nil:
				shown++
			case !want && errors.Is(err, view.ErrNotFound):
				hidden++
			default:
				t.Errorf("%s reads call %s of %s (sent %v): %v", reader, id, s.Office, s.Sent, err)
			}
		}
	}
	for id, s := range w.incidents {
		for reader := range above {
			_, err := v.Incident(t.Context(), reader, "", id)
			must := slices.Contains(above[s.Office], reader) || slices.Contains(above[s.Origin], reader)
			if must && err != nil {
				t.Errorf("%s can't read incident %s of %s: %v", reader, id, s.Office, err)
			}
			if !must && err == nil && (reader == "metro" || reader == "jaksel") {
				t.Errorf("%s reads incident %s of %s", reader, id, s.Office)
			}
		}
	}
	for reader := range above {
		for id := range above {
			_, err := v.Wallboard(t.Context(), reader, id, "2026-11-01")
			if may := slices.Contains(above[id], reader); may != (err == nil) || !may && !errors.Is(err, view.ErrNotFound) {
				t.Errorf("%s reads the wallboard of %s: %v", reader, id, err)
			}
		}
	}
	if shown < 100 || hidden < 100 {
		t.Errorf("%d shown, %d hidden: too few to prove anything", shown, hidden)
	}
}

// Pages neither repeat nor miss a call while others come in.
func TestPagesAreStable(t *testing.T) {
	j := newMemory()
	w := month(t, j, 5, 600)
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	want := len(w.order)
	var got []call.ID
	cursor := ""
	for {
		page, err := v.Calls(t.Context(), "mabes", view.CallQuery{Cursor: cursor, Limit: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			got = append(got, c.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
		w.dial()
		settle(t, v, j)
	}
	if len(got) != want || want < 30 {
		t.Errorf("pages held %d calls, %d were there", len(got), want)
	}
	if slices.Sort(got); len(slices.Compact(got)) != want {
		t.Error("a call came twice")
	}
	if _, err := v.Calls(t.Context(), "mabes", view.CallQuery{Cursor: "x"}); !errors.Is(err, view.ErrQuery) {
		t.Errorf("a foreign cursor: %v", err)
	}
}

// What is told of changes: the right offices, and at most four times a second.
func TestRowsAreTold(t *testing.T) {
	j := newMemory()
	var mu sync.Mutex
	var times []time.Time
	all := map[office.ID]bool{}
	v := open(t, t.TempDir(), j, view.Options{OnRows: func(tables []string, offices []office.ID) {
		mu.Lock()
		defer mu.Unlock()
		times = append(times, time.Now())
		if !slices.IsSorted(offices) || len(tables) == 0 {
			t.Errorf("told %v %v", tables, offices)
		}
		for _, o := range offices {
			all[o] = true
		}
	}})
	defer closed(t, v)
	w := newTown(t, j, func(int) int { return 1 })
	begin := time.Now()
	for time.Since(begin) < 900*time.Millisecond {
		w.dial() // at kaltim: pick gives 1
		settle(t, v, j)
	}
	deadline := time.After(time.Second)
	for {
		mu.Lock()
		n := len(times)
		mu.Unlock()
		if n >= 4 {
			break
		}
		select {
		case <-deadline:
			t.Fatalf("told only %d times", n)
		case <-time.After(10 * time.Millisecond):
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for i := 1; i < len(times); i++ {
		if d := times[i].Sub(times[i-1]); d < 240*time.Millisecond {
			t.Errorf("told twice within %v", d)
		}
	}
	if !all["kaltim"] || !all["mabes"] || all["metro"] || all["bpn"] {
		t.Errorf("told %v", all)
	}
}
