package test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// goes opens a page by the command bar, as a person without a mouse does.
func (o *operator) goes(name string) {
	o.t.Helper()
	o.presses("/")
	o.types("command-input", name)
	o.presses(kb.Enter)
}

// refills replaces what stands in a field.
func (o *operator) refills(testid, text string) {
	o.t.Helper()
	o.sees(testid)
	o.run(chromedp.Focus(id(testid), chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector('`+id(testid)+`').select()`, nil),
		chromedp.SendKeys(id(testid), text, chromedp.ByQuery))
}

// TestFilterPages: a supervisor looks a prankster up, blocks and unblocks them, takes a case file and a CSV; a chief tries
// weights, is told which field makes no sense, and saves; an operator sees none of it.
func TestFilterPages(t *testing.T) {
	t.Parallel() // its pages are looked at, not timed: after the tests that measure
	h, sari, _, p := gateHouse(t)
	const number = "+6281200000811"
	for _, key := range []string{"1", "3"} {
		c := h.rings(t, p, number, nil, nil)
		sari.sees("answer")
		sari.presses("F2")
		sari.state("TALKING")
		sari.closesFast(key)
		<-c.Done()
	}
	if sari.has("sift-menu") {
		t.Error("an operator has the menu of the filter")
	}
	sari.run(chromedp.Navigate(h.Console + "/nomor"))
	sari.sees("list-noright")
	sari.dies()

	files := t.TempDir()
	budi := h.browses(t, "budi", mic)
	budi.run(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(files))
	budi.signsIn(h.account(polda, "supervisor", 0))
	budi.clicks("pages-without-seat")
	budi.sees("user-menu")
	budi.run(chromedp.Navigate(h.Console + "/lembar"))
	budi.reads("sheet-balance", "2 masuk = 2 selesai")
	budi.clicks("sheet-csv")
	if csv := string(file(t, files, ".csv")); !strings.Contains(csv, "seimbang") || !strings.Contains(csv, polda) {
		t.Errorf("the CSV says %q", csv)
	}

	budi.goes("Nomor")
	budi.sees("number-" + number)
	budi.presses(kb.ArrowDown)
	budi.reads("number-one", "2 kali iseng")
	budi.clicks("number-block")
	budi.types("why-reason", "mengganggu dua kali malam ini")
	budi.presses(kb.Enter)
	budi.reads("number-blocked", "mengganggu dua kali")
	budi.clicks("number-unblock")
	budi.types("why-reason", "cukup")
	budi.presses(kb.Enter)
	eventually(t, "the block is over", 5*time.Second, func() bool { return !budi.has("number-blocked") })
	budi.types("numbers-look", "bukan nomor")
	budi.presses(kb.Enter)
	budi.sees("notice")
	budi.presses(kb.Tab) // out of the field: "/" is a letter there

	budi.goes("Iseng")
	budi.clicks("prank-" + number)
	budi.clicks("case-file")
	budi.types("why-reason", "laporan LP/110/XI/2026")
	budi.presses(kb.Enter)
	budi.reads("case-said", "terunduh")
	raw := file(t, files, ".zip")
	z, err := zip.NewReader(strings.NewReader(string(raw)), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	inside := checked(t, z)
	table, err := csv.NewReader(strings.NewReader(inside["panggilan.csv"])).ReadAll()
	if err != nil || len(table) != 3 {
		t.Fatalf("the table has %d lines: %v", len(table), err)
	}
	for _, row := range table[1:] { // each tape, with the hash that the table and the list give it
		tape, hash, link := row[9], row[11], row[12]
		wav := inside["rekaman/"+tape+".wav"]
		if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(wav))); tape == "" || sum != hash {
			t.Errorf("tape %q has the hash %s, the table says %s", tape, sum, hash)
		}
		if last := lastLink(inside["rekaman/"+tape+".sum"], wav); last != link {
			t.Errorf("the chain of tape %q ends in %s, the table has %s from the journal", tape, last, link)
		}
	}
	budi.goes("Hasil gerbang")
	budi.sees("list-empty") // nobody was at the gate
	budi.dies()

	head := h.browses(t, "wibowo", mic)
	head.signsIn(h.account(polda, "chief", 0))
	head.sees("user-menu")
	head.goes("Bobot")
	head.refills("weight-gate", "2")
	head.clicks("weights-try")
	head.sees("wrong-chip") // the chip must come before the gate
	head.refills("weight-gate", "10")
	head.clicks("weights-try")
	head.reads("tried", "2 panggilan")
	head.types("weights-reason", "uji coba")
	head.presses(kb.Enter)
	var now struct {
		Weights struct {
			Gate float64 `json:"gate"`
		} `json:"weights"`
	}
	who := h.signIn(h.account(polda, "chief", 0))
	eventually(t, "the weights are saved", 5*time.Second, func() bool {
		who.must("GET", "/offices/"+polda+"/filter", nil, &now)
		return now.Weights.Gate == 10
	})
}

// checked reads a case file and reckons the hash of every file in it anew, as whoever gets it can by sha256sum -c.
func checked(t *testing.T, z *zip.Reader) map[string]string {
	t.Helper()
	inside := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		inside[f.Name] = string(raw)
	}
	n := 0
	for line := range strings.Lines(inside["SHA256SUMS"]) {
		n++
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(inside[name]))); got != sum {
			t.Errorf("%s has the hash %s, SHA256SUMS says %s", name, got, sum)
		}
	}
	if n != len(inside)-1 {
		t.Errorf("SHA256SUMS tells of %d files, the case file holds %d besides", n, len(inside)-1)
	}
	return inside
}

// lastLink reckons the chain of a tape anew, as BACA.txt says.
func lastLink(sums, wav string) string {
	first, _, _ := strings.Cut(sums, "\n")
	last := sha256.Sum256([]byte(first + "\n"))
	_, sound, _ := strings.Cut(wav, "data")
	sound = sound[4:] // the size
	for len(sound) > 0 {
		n := min(len(sound), 16_000)
		last = sha256.Sum256(append(last[:], sound[:n]...))
		sound = sound[n:]
	}
	return fmt.Sprintf("%x", last)
}

// file waits until a file of this kind is downloaded whole.
func file(t *testing.T, dir, ext string) []byte {
	t.Helper()
	var raw []byte
	eventually(t, "a "+ext+" is downloaded", 10*time.Second, func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, "*"+ext))
		if len(found) == 0 {
			return false
		}
		var err error
		raw, err = os.ReadFile(found[0])
		return err == nil && len(raw) > 0
	})
	return raw
}
