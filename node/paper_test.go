package node

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
)

// TestPaper: the sheets hold the site's own offices, numbers and settings, and numbers that the system can't give.
func TestPaper(t *testing.T) {
	dir := t.TempDir()
	offices := filepath.Join(dir, "offices.json")
	raw := strings.Replace(string(office.Kaltim()), `"settings": {}`, `"settings": {"piket": "+62542421110"}`, 2)
	if err := os.WriteFile(offices, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := defaults()
	cfg.Site.Offices, cfg.Site.Office, cfg.Site.Data = offices, "polda-kaltim", filepath.Join(dir, "data")
	cfg.Trunks = []Trunk{{Name: "telkom", Fallback: "+62542999888", Contact: "+622150001234"}}
	var said bytes.Buffer
	o := PaperOptions{Dir: filepath.Join(dir, "out"), From: 98, Sheets: 3, Now: time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)}
	if err := Paper(t.Context(), &said, cfg, o); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(o.Dir, "kertas.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"KALTIM / ____ / __ / __ / K-98", "/ K-100", "Polres Mahakam Ulu", office.Number("+62542421110").Display(),
		office.Number("+62542999888").Display(), office.Number("+622150001234").Display(), "<b>crs</b>Pencurian dengan kekerasan",
		"25.11.2026 11.00 WITA", "siaga paper --from 101", "Nomor diambil dari berkas kantor",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the sheets don't say %q", want)
		}
	}
	if _, err := os.Stat(cfg.Site.Data); err == nil {
		t.Error("a journal was made where none was")
	}
	if !strings.Contains(said.String(), "settings could not be read") {
		t.Errorf("it says %q", said.String())
	}
	for _, bad := range []PaperOptions{{From: 0, Sheets: 1}, {From: 990, Sheets: 11}, {From: 1, Sheets: 1, Office: "polda-x"}} {
		bad.Dir = o.Dir
		if err := Paper(t.Context(), &said, cfg, bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
