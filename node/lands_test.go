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

const penajamEverywhere = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"polres":"Penajam Paser Utara","name":"semua"},"geometry":{"type":"Polygon","coordinates":[[[116,-2],[117.5,-2],[117.5,0],[116,0],[116,-2]]]}}]}`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Areas are imported while the site stands and while it runs, dated, and found again by the next process. A file that was
// changed afterwards is not used, and an alarm says so.
func TestAreaImport(t *testing.T) {
	dir, cfg := newSite(t)
	data := filepath.Join(dir, "data")
	plaza := office.Point{Lat: -1.2772, Lng: 116.8369}
	run := func(o ImportOptions) (string, error) {
		var said bytes.Buffer
		o.Dir = data
		err := ImportAreas(t.Context(), &said, o)
		return said.String(), err
	}
	count := func() int {
		entries, err := os.ReadDir(filepath.Join(data, importsName))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return len(entries)
	}
	good, bad := write(t, "a.geojson", penajamEverywhere), write(t, "b.geojson", strings.ReplaceAll(penajamEverywhere, "Penajam Paser Utara", "Penajem Pasir"))
	if said, err := run(ImportOptions{File: bad, Property: "polres"}); err == nil || !strings.Contains(said, `feature 1 ("semua")`) || !strings.Contains(said, "polres-ppu") || count() != 0 {
		t.Fatalf("%v: %s; %d files", err, said, count())
	}
	if said, err := run(ImportOptions{File: good, Property: "polres", DryRun: true}); err != nil || count() != 0 {
		t.Fatalf("%v: %s; %d files", err, said, count())
	}
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := func(n *Node, when time.Time) office.Found { return n.lands.at(when).areas.At(plaza) }
	if f := at(n, time.Now()); f.Office != "polresta-balikpapan" || n.lands.at(time.Now()).own {
		t.Errorf("the built-in drawing says %+v", f)
	}
	if said, err := run(ImportOptions{File: good, Property: "polres", From: time.Now().AddDate(0, 0, 30).Format("2006-01-02")}); err != nil {
		t.Fatalf("while it runs: %v: %s", err, said)
	}
	if f := at(n, time.Now()); f.Office != "polresta-balikpapan" {
		t.Errorf("next month's areas hold today: %+v", f)
	}
	if f := at(n, time.Now().AddDate(0, 0, 31)); f.Office != "polres-ppu" {
		t.Errorf("next month's areas don't hold then: %+v", f)
	}
	n.Close()

	if said, err := run(ImportOptions{File: good, Property: "polres"}); err != nil {
		t.Fatalf("while it stands: %v: %s", err, said)
	}
	if n, err = Start(t.Context(), cfg, Options{}); err != nil {
		t.Fatal(err)
	}
	if f := at(n, time.Now()); f.Office != "polres-ppu" || !n.lands.at(time.Now()).own {
		t.Errorf("after the restart: %+v", f)
	}
	if stands(n) {
		t.Error("an alarm about good files")
	}
	entries, err := os.ReadDir(filepath.Join(data, importsName))
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, e := range entries {
		path := filepath.Join(data, importsName, e.Name())
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.ReplaceAll(raw, []byte("semua"), []byte("salah")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n.lands.load()
	if f := at(n, time.Now()); f.Office != "polresta-balikpapan" || !stands(n) {
		t.Errorf("a changed file is used: %+v, alarm %v", f, stands(n))
	}
	n.Close()

	for name, o := range map[string]ImportOptions{
		"day": {File: good, Property: "polres", From: "besok"}, "file": {File: filepath.Join(dir, "none")}, "folder": {File: good, Config: filepath.Join(dir, "none.toml")},
	} {
		if _, err := run(o); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

// stands says whether the alarm about imported files is up.
func stands(n *Node) bool {
	n.alarms.mu.Lock()
	defer n.alarms.mu.Unlock()
	_, ok := n.alarms.now["imports"]
	return ok
}
