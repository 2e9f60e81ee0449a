package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// rosterFile is 70 people as Excel writes them in Indonesia: Windows-1252 and semicolons. With faulty, three lines are wrong.
func rosterFile(t *testing.T, faulty bool) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("nama;pangkat;nrp;telepon;keahlian;latihan\n")
	for i := range 70 {
		name, rank, nrp := fmt.Sprintf("Andr\xe9 %c%c", 'A'+i/10, 'A'+i%10), "Bripka", fmt.Sprintf("87%02d%04d", 1+i%12, 5000+i)
		switch {
		case faulty && i == 9:
			rank = "Jendral Besar"
		case faulty && i == 20:
			nrp = "87015000" // of the first line
		case faulty && i == 40:
			name += " 2"
		}
		fmt.Fprintf(&b, "%s;%s;%s;0812-5400-%04d;lantas|medis;Pertolongan pertama s.d. 2020-01-01\n", name, rank, nrp, 1000+i)
	}
	path := filepath.Join(t.TempDir(), "personel.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRosterPages: a supervisor brings a file with three faults, is told which lines, mends them, and has 70 people; plans a shift
// and puts its crew aboard; two people sign its handover, each with their own password.
func TestRosterPages(t *testing.T) {
	t.Parallel() // its pages are looked at, not timed: after the tests that measure
	h := open(t)
	boss := h.browses(t, "rina", mic)
	boss.signsIn(h.account(bpn, "supervisor", 0))
	boss.clicks("pages-without-seat")
	boss.sees("user-menu")
	who := h.signIn(h.account(bpn, "supervisor", 0))
	count := func(of string) int {
		var list []any
		who.must("GET", of, nil, &list)
		return len(list)
	}
	before := count("/roster/people") // the demo's own

	boss.goes("Personel")
	boss.clicks("roster-import")
	boss.sees("import-file")
	boss.run(chromedp.SetUploadFiles(id("import-file"), []string{rosterFile(t, true)}, chromedp.ByQuery))
	boss.reads("import-faults", "3 baris salah")
	lines := boss.text("import-lines")
	for _, want := range []string{"11", "Jendral Besar", "22", "sudah ada di baris 2", "42", "berisi angka"} {
		if !strings.Contains(lines, want) {
			t.Errorf("the preview doesn't say %q: %s", want, lines)
		}
	}
	if boss.has("import-apply") || count("/roster/people") != before {
		t.Error("a file with faults can be imported")
	}
	boss.run(chromedp.SetUploadFiles(id("import-file"), []string{rosterFile(t, false)}, chromedp.ByQuery))
	boss.reads("import-good", "70 orang")
	boss.clicks("import-apply")
	boss.reads("import-applied", "70 orang")
	if got := count("/roster/people"); got != before+70 {
		t.Errorf("%d people, %d before", got, before)
	}
	boss.clicks("import-close")
	boss.reads("roster-ending", "latihan habis")
	boss.types("roster-search", "87015000")
	boss.clicks("nrp-87015000")
	boss.reads("roster-one", "André AA")

	// A shift from now on, with the first of them aboard a motorcycle.
	boss.goes("Jadwal")
	boss.clicks("shift-new")
	boss.sees("plan-day")
	var units []struct{ ID, Sign, Kind string }
	who.must("GET", "/units", nil, &units)
	var free struct{ ID, Sign string }
	for _, u := range units {
		if u.Sign == "Beruang 45" {
			free.ID, free.Sign = u.ID, u.Sign
		}
	}
	if free.ID == "" {
		t.Fatalf("the demo has no Beruang 45 among %d units", len(units))
	}
	boss.types("plan-search", "87015000")
	boss.sees("post-87015000")
	boss.run(chromedp.SetValue(id("post-87015000"), free.ID, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector('`+id("post-87015000")+`').dispatchEvent(new Event('change', {bubbles: true}))`, nil))
	boss.clicks("plan-save")
	eventually(t, "the plan is saved", 5*time.Second, func() bool { return !boss.has("plan-save") })
	var shifts []struct {
		Day, Name string
		Now       bool
		Present   int
		Posts     []struct{ Unit string }
	}
	who.must("GET", "/roster/shifts", nil, &shifts)
	planned := false
	for _, s := range shifts {
		for _, p := range s.Posts {
			planned = planned || p.Unit == free.ID
		}
	}
	if !planned {
		t.Fatalf("no shift has %s: %+v", free.Sign, shifts)
	}
	boss.sees("strength") // of the demo's present shift
	boss.clicks("shift-begin")
	boss.reads("shift-begun", "unit berawak sekarang")

	// Serah terima.
	boss.goes("Serah terima")
	boss.types("handover-note", "Hati-hati di Plaza.")
	boss.types("handover-password", "salah sekali")
	boss.presses(kb.Enter)
	boss.sees("notice")
	boss.types("handover-password", h.account(bpn, "supervisor", 0).Password)
	boss.presses(kb.Enter)
	boss.sees("handover-open")
	if boss.has("handover-take") {
		t.Error("who leaves can take over from themselves")
	}
	boss.dies()

	next := h.browses(t, "dwi", mic)
	next.begins(h.account(bpn, "operator", 1), bpn+"/1") // who comes begins their duty, and then takes over
	next.goes("Serah terima")
	next.reads("handover-open", "Hati-hati di Plaza.")
	next.types("handover-password", h.account(bpn, "operator", 1).Password)
	next.presses(kb.Enter)
	eventually(t, "it is taken", 5*time.Second, func() bool { return !next.has("handover-open") })
	var st struct {
		Open *struct{}
		Past []struct{ LeftByName, TakenByName, Hash, Note string }
	}
	who.must("GET", "/handovers", nil, &st)
	if len(st.Past) != 1 || st.Past[0].TakenByName == "" || st.Past[0].TakenByName == st.Past[0].LeftByName || len(st.Past[0].Hash) != 64 {
		t.Errorf("%+v", st)
	}
	next.run(chromedp.Navigate(h.Console + "/personel"))
	next.sees("list-noright")
}
