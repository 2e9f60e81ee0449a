package test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// country is an office file with two Poldas: what the demo's doesn't have.
const country = `[
  {"id": "mabes", "kind": "mabes", "name": "Mabes Polri", "short": "Mabes", "code": "MABES", "zone": "Asia/Jakarta", "seats": 1, "at": {"lat": -6.24, "lng": 106.8}, "settings": {}},
  {"id": "polda-kaltim", "kind": "polda", "parent": "mabes", "name": "Polda Kalimantan Timur", "short": "Polda Kaltim", "code": "KALTIM", "zone": "Asia/Makassar", "seats": 1, "at": {"lat": -1.243, "lng": 116.88}, "settings": {}},
  {"id": "polresta-balikpapan", "kind": "polres", "parent": "polda-kaltim", "name": "Polresta Balikpapan", "short": "Polresta Bpp", "code": "KALTIM-BPN", "zone": "Asia/Makassar", "seats": 1, "at": {"lat": -1.27, "lng": 116.82}, "words": ["balikpapan"], "settings": {}},
  {"id": "polda-kalsel", "kind": "polda", "parent": "mabes", "name": "Polda Kalimantan Selatan", "short": "Polda Kalsel", "code": "KALSEL", "zone": "Asia/Makassar", "seats": 1, "at": {"lat": -3.44, "lng": 114.83}, "settings": {}}
]`

// countrySite serves a site with the offices of country. The accounts are made by the first administrator, at Mabes.
func countrySite(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "offices.json"), []byte(country), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(siaga(t), "init", "--dir", dir, "--office", "mabes").CombinedOutput()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`One-time password: +(\S+)`).FindSubmatch(out)
	path := filepath.Join(dir, "siaga.toml")
	raw, err := os.ReadFile(path)
	if err != nil || m == nil {
		t.Fatal(err, string(out))
	}
	http, trunk := fmt.Sprintf("127.0.0.1:%d", freePort(t)), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	text := strings.NewReplacer(`":8443"`, `"`+http+`"`, `"0.0.0.0:5060"`, `"`+trunk+`"`, `"0.0.0.0:8444"`, `"127.0.0.1:0"`,
		`office = "mabes"`, `office = "polda-kaltim"`).Replace(string(raw)) +
		"\n[[trunk]]\nname = \"telkom\"\npeers = [\"127.0.0.0/8\"]\nfallback = \"+62542421110\"\ncontact = \"+622150001234\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, dir: dir, Console: "https://" + http, SIP: sipAddrs{UDP: trunk, TCP: trunk}, log: &logs{}}
	h.cmd = exec.Command(siaga(t), "serve", "--config", path)
	h.cmd.Stdout, h.cmd.Stderr = h.log, h.log
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h.done = make(chan struct{})
	go func() { _ = h.cmd.Wait(); close(h.done) }()
	t.Cleanup(func() {
		h.balances()
		h.stop()
		if t.Failed() {
			t.Logf("siaga said: %s", tail(h.log.String(), 4000))
		}
	})
	eventually(t, "the site serves", 15*time.Second, func() bool { return strings.Contains(h.log.String(), "siaga serves") })
	admin := h.signIn(account{User: "admin", Password: string(m[1])})
	admin.must("POST", "/session/password", map[string]string{"old": string(m[1]), "new": "kuda-laut-besar-110"}, nil)
	for user, of := range map[string]string{"sari": polda, "dwi": bpn, "budi": "polda-kalsel"} {
		var p struct {
			Password string `json:"oneTimePassword"`
		}
		admin.must("POST", "/people", map[string]string{"user": user, "name": user, "rank": "Bripka", "role": "operator", "office": of}, &p)
		who := h.signIn(account{User: user, Password: p.Password})
		who.must("POST", "/session/password", map[string]string{"old": p.Password, "new": "kuda-laut-kecil-110"}, nil)
		h.Accounts = append(h.Accounts, account{Office: of, Role: "operator", User: user, Password: "kuda-laut-kecil-110"})
	}
	return h
}

// TestTwoPoldas: by the keyboard alone a Polres holds, asks its Polda in and leaves the caller to it; a Polda passes a
// caller on to another, has them back, and passes them on again; and a paper sheet is entered.
func TestTwoPoldas(t *testing.T) {
	h := countrySite(t)
	sari, dwi := h.browses(t, "sari", mic), h.browses(t, "dwi", micRes)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	dwi.begins(h.account(bpn, "operator", 0), bpn+"/1")
	reader := h.signIn(h.account(polda, "operator", 0))
	t.Run("a Polres holds and asks in", func(t *testing.T) { polresHolds(t, h, sari, dwi, reader) })
	dwi.dies()
	budi := h.browses(t, "budi", micRes)
	budi.begins(h.account("polda-kalsel", "operator", 0), "polda-kalsel/1")
	t.Run("another Polda", func(t *testing.T) { otherPolda(t, h, sari, budi, reader) })
	t.Run("paper", func(t *testing.T) { paper(t, h, sari, reader) })
}

func polresHolds(t *testing.T, h *house, sari, dwi *operator, reader *client) {
	sari, dwi, reader = sari.as(t), dwi.as(t), reader.as(t)
	c := answered(t, h, sari, "+6281200000701", "90000")
	sari.types("field-place", "Balikpapan")
	sari.saved()
	sari.presses("F4")
	dwi.sees("answer")
	dwi.presses("F2")
	dwi.state("TALKING")
	sari.presses("F6")
	c.ear.expectTones(t, "the citizen, with the Polres", polresTone)
	dwi.unfocus()
	dwi.presses("h")
	c.ear.expectSpeech(t, "the citizen, on hold")
	dwi.expectTones()
	dwi.presses("h")
	c.ear.expectTones(t, "the citizen, no longer on hold", polresTone)
	sari.readied()
	dwi.presses("F7")
	dwi.sees("invite-field")
	dwi.presses("Polda Kaltim")
	dwi.presses(kb.Enter)
	sari.reads("ring", "mengajak Anda ikut bicara")
	sari.presses("F2")
	sari.reads("as-guest", "diajak")
	c.ear.expectTones(t, "the citizen, with both", polresTone, poldaTone)
	dwi.clicks("give")
	c.ear.expectTones(t, "the citizen, left to the Polda", poldaTone)
	sari.reads("as-guest", "diserahkan")
	sari.presses("F9")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Outcome != "valid_polres" {
		t.Errorf("the list says %+v", r)
	}
	sari.readied()
}

func otherPolda(t *testing.T, h *house, sari, budi *operator, reader *client) {
	sari, budi, reader = sari.as(t), budi.as(t), reader.as(t)
	c := answered(t, h, sari, "+6281200000702", "90000")
	sari.types("field-place", "Banjarmasin")
	sari.saved()
	pick := func() {
		sari.presses("F4", 8) // shift
		sari.focused("office-search")
		sari.presses("kalsel")
		sari.presses(kb.Enter)
		budi.sees("answer")
	}
	pick()
	sari.reads("transfer-bar", "Polda Kalimantan Selatan")
	eventually(t, "the take-back", 10*time.Second, func() bool { return sari.attr("chip", "chip") == "tidak_menjawab" })
	sari.reads("say", "Polda Kalimantan Selatan")
	c.ear.expectTones(t, "the citizen, back with the Polda", poldaTone)
	budi.readied()
	pick()
	budi.presses("F2")
	budi.state("TALKING")
	sari.presses("F6")
	c.ear.expectTones(t, "the citizen, with the other Polda", polresTone)
	if v := budi.value("field-place"); v != "Banjarmasin" {
		t.Errorf("the other Polda reads the place %q", v)
	}
	budi.presses("F9")
	c.ends(10 * time.Second)
	if r := reader.ended(c.number, 1); r.Outcome != "dialihkan_polda_lain" || !strings.HasPrefix(r.IncidentNo, "KALTIM/") {
		t.Errorf("the list says %+v", r)
	}
	sari.readied()
}

func paper(t *testing.T, h *house, sari *operator, reader *client) {
	sari, reader = sari.as(t), reader.as(t)
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	if now.Hour() == 0 {
		t.Skip("an hour ago is yesterday")
	}
	rang := now.Add(-10 * time.Minute)
	sari.run(chromedp.Navigate(h.Console + "/laporan"))
	sari.clicks("from-paper")
	sari.types("paper-n", "7")
	sari.types("paper-rang", rang.Format("1504"))
	sari.types("paper-told", rang.Add(2*time.Minute).Format("15.04"))
	sari.types("paper-accepted", rang.Add(3*time.Minute).Format("15:04"))
	sari.types("field-kind", "crs")
	sari.presses(kb.Enter)
	sari.types("paper-place", "dpn Plaza Balikpapan")
	sari.types("paper-by", "Bripka Hasan")
	sari.run(chromedp.SetValue(id("paper-to"), bpn, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector('`+id("paper-to")+`').dispatchEvent(new Event('change', {bubbles: true}))`, nil))
	sari.clicks("paper-save")
	no := "KALTIM/" + rang.Format("2006/01/02") + "/K-07"
	sari.reads("incident", no)
	sari.reads("incident", "oleh Bripka Hasan")
	out, err := exec.Command(siaga(t), "paper", "--config", filepath.Join(h.dir, "siaga.toml"), "--dir", filepath.Join(h.dir, "kertas")).CombinedOutput()
	if err != nil || strings.Contains(string(out), "note:") {
		t.Fatalf("siaga paper: %v\n%s", err, out)
	}
	sari.run(chromedp.Navigate("file://"+filepath.Join(h.dir, "kertas", "kertas.html")), chromedp.ActionFunc(func(ctx context.Context) error {
		pdf, _, err := page.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).Do(ctx)
		if n := len(regexp.MustCompile(`/Type /Page\b`).FindAll(pdf, -1)); err == nil && n != 33 {
			t.Errorf("the printer gets %d pages: want what to do, 30 call sheets, the list and the phone numbers, one page each", n)
		}
		return err
	}))
}

// unfocus leaves the fields, so that letters are keys.
func (o *operator) unfocus() {
	o.t.Helper()
	o.run(chromedp.Evaluate(`document.activeElement?.blur()`, nil))
}
