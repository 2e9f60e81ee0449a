package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// deskReport is a report that somebody brings to the counter.
func (c *client) deskReport(kind, place string) (id, no string) {
	c.t.Helper()
	var i struct {
		ID string `json:"id"`
		No string `json:"no"`
	}
	c.must("POST", "/incidents", map[string]any{"source": "walk_in", "report": map[string]any{
		"kind": kind, "priority": 1, "place": place, "reporter": "Siti Aminah", "reporterNumber": "0812-1111-2222", "protect": false,
		"weapons": "", "injured": "", "people": 0, "vehicle": "", "office": "", "summary": "diceritakan di loket",
	}}, &i)
	return i.ID, i.No
}

// page is all that a person can read on the screen.
func (o *operator) page() string {
	o.t.Helper()
	var s string
	o.run(chromedp.Evaluate(`document.body.innerText`, &s))
	return s
}

// TestPoldaPages: a caller who gives a number is told how it stands by one key; a restricted report is on no page of another
// operator; a result is told and noted; the overview shows the late step; a supervisor sees whether all are served alike.
func TestPoldaPages(t *testing.T) {
	t.Parallel() // its pages are looked at, not timed: after the tests that measure
	h := open(t)
	axe, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v: npm --prefix web ci installs it", err)
	}
	hers := h.signIn(h.account(polda, "operator", 0))
	robbery, robberyNo := hers.deskReport("curas", "Pasar Klandasan")
	hers.must("POST", "/incidents/"+robbery+"/send", map[string]any{"office": bpn}, nil)
	hidden, hiddenNo := hers.deskReport("kdrt", "Jalan Melati 5")
	told, _ := hers.deskReport("hilang_barang", "Terminal Batu Ampar")
	hers.must("POST", "/incidents/"+told+"/close", map[string]any{"result": "ditangani", "done": "tas ditemukan", "tell": true}, nil)
	nobody, _ := hers.deskReport("curat", "Terminal Batu Ampar")
	hers.must("POST", "/incidents/"+nobody+"/close", map[string]any{"result": "tidak_ditemukan", "done": "selesai lewat telepon"}, nil)

	sari := h.browses(t, "sari", mic)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	sari.presses("r")
	sari.types("standing-no", strings.ToLower(strings.ReplaceAll(robberyNo, "/", " ")))
	sari.presses(kb.Enter)
	sari.reads("standing-say", "menunggu diterima")
	sari.accessible(t, "standing", string(axe))
	sari.presses(kb.Escape)

	sari.presses("b")
	sari.sees("tell-" + told)
	sari.clicks("tell-told")
	sari.types("tell-how", "sudah dikabari, berterima kasih")
	sari.presses(kb.Enter)
	eventually(t, "the reporter was told", 5*time.Second, func() bool { return !sari.has("tell-" + told) })
	sari.presses(kb.Escape)

	sari.goes("Ikhtisar")
	sari.reads("over-"+bpn, robberyNo)
	sari.accessible(t, "overview", string(axe))
	sari.dies()

	rina := h.browses(t, "rina", mic)
	rina.begins(h.account(polda, "operator", 1), polda+"/2")
	secret := func(where string) {
		t.Helper()
		for _, word := range []string{"Melati", "Aminah", "rumah tangga"} {
			if text := rina.page(); strings.Contains(text, word) {
				t.Errorf("%s shows another operator %q:\n%s", where, word, text)
			}
		}
	}
	secret("the desk")
	rina.presses("r")
	rina.types("standing-no", hiddenNo)
	rina.presses(kb.Enter)
	rina.sees("standing-guarded")
	secret("the standing")
	rina.presses(kb.Escape)
	for _, path := range []string{"/laporan", "/laporan?class=emergency", "/panggilan", "/ikhtisar", "/wallboard"} {
		rina.run(chromedp.Navigate(h.Console + path))
		rina.sees("user-menu")
		time.Sleep(700 * time.Millisecond) // what comes late would show a secret late
		secret(path)
	}
	rina.run(chromedp.Navigate(h.Console + "/laporan/" + hidden))
	rina.sees("list-noright")
	secret("its own page")
	rina.dies()

	files := t.TempDir()
	budi := h.browses(t, "budi", mic)
	budi.run(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(files))
	budi.signsIn(h.account(polda, "supervisor", 0))
	budi.clicks("pages-without-seat")
	budi.sees("user-menu")
	budi.goes("Pemerataan")
	budi.reads("fair-named", "Belum cukup")
	budi.reads("fair-row-all", "1 tanpa kedatangan")
	budi.clicks("fair-lines")
	budi.clicks("fair-areas")
	budi.accessible(t, "fairness", string(axe))
	budi.clicks("fair-csv")
	if csv := string(file(t, files, ".csv")); !strings.Contains(csv, "putusan") || !strings.Contains(csv, polda) {
		t.Errorf("the CSV says %q", csv)
	}
}
