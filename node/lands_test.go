package node

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
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

// A gazetteer in Windows-1252 with semicolons is taken while the site runs; one with faults isn't, and the one before goes on.
func TestPlaceImport(t *testing.T) {
	dir, cfg := newSite(t)
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	first := func(q string) string {
		if hits := n.lands.Search(q, office.Where{}); len(hits) > 0 {
			return hits[0].Name
		}
		return ""
	}
	if got := first("plasa balikpapan"); got != "Plaza Balikpapan" {
		t.Errorf("the built-in gazetteer finds %q", got)
	}
	run := func(text string) (string, error) {
		var said bytes.Buffer
		err := ImportPlaces(t.Context(), &said, ImportOptions{File: write(t, "tempat.csv", text), Dir: filepath.Join(dir, "data")})
		return said.String(), err
	}
	if said, err := run("nama;lat;lng\nKaf\xe9 Senja;-1,27;116,83\n"); err != nil || !strings.Contains(said, "Windows-1252") {
		t.Fatalf("%v %s", err, said)
	}
	if got := first("dpn kafe senj"); got != "Kafé Senja" {
		t.Errorf("after the import: %q", got)
	}
	said, err := run("nama;lat;lng\nBaru;-1,27;116,83\nSalah;116,83;-1,27\nRusak;x;116\n")
	if err == nil || !strings.Contains(said, "line 3") || !strings.Contains(said, "swapped") || !strings.Contains(said, "line 4") || !strings.Contains(err.Error(), "nothing was imported") {
		t.Errorf("%v %s", err, said)
	}
	if got := first("kafe senja"); got != "Kafé Senja" || first("baru") != "" {
		t.Errorf("half of a bad file is in force: %q %q", got, first("baru"))
	}
}

// pmtiles makes a small but whole archive: one tile, root directory packed by gzip.
func pmtiles(t *testing.T) []byte {
	t.Helper()
	var root bytes.Buffer
	z := gzip.NewWriter(&root)
	if _, err := z.Write([]byte{1, 0, 1, 4, 1}); err != nil { // one entry: id 0, run 1, 4 bytes, offset 0
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 127)
	copy(head, "PMTiles")
	head[7] = 3
	put := func(at, v int) { binary.LittleEndian.PutUint64(head[at:], uint64(v)) }
	put(8, 127)
	put(16, root.Len())
	put(24, 127+root.Len())
	put(32, 2)
	put(40, 127+root.Len()+2)
	put(56, 127+root.Len()+2)
	put(64, 4)
	put(72, 1)
	head[97], head[98], head[99], head[100], head[101] = 2, 2, 1, 0, 14
	for at, v := range map[int]float64{102: 113.8, 106: -2.5, 110: 119.1, 114: 2.6} {
		binary.LittleEndian.PutUint32(head[at:], uint32(int32(v*1e7)))
	}
	return slices.Concat(head, root.Bytes(), []byte("{}tile"))
}

func TestMapImport(t *testing.T) {
	dir, cfg := newSite(t)
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	run := func(raw []byte) (string, error) {
		var said bytes.Buffer
		err := ImportMap(t.Context(), &said, ImportOptions{File: write(t, "map", string(raw)), Dir: filepath.Join(dir, "data")})
		return said.String(), err
	}
	if n.lands.Map().Kind != "" {
		t.Error("a map from nowhere")
	}
	good := pmtiles(t)
	if said, err := run(good); err != nil || !strings.Contains(said, "zoom 0 to 14") {
		t.Fatalf("%v %s", err, said)
	}
	m := n.lands.Map()
	if m.Kind != "pmtiles" || m.TileType != "mvt" || m.MaxZoom != 14 || m.Min.Lat != -2.5 || m.Max.Lng != 119.1 {
		t.Errorf("%+v", m)
	}
	f, err := n.lands.OpenMap()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil || !bytes.Equal(raw, good) {
		t.Errorf("%d bytes of %d, %v", len(raw), len(good), err)
	}
	change := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(good)) }
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"cut off":    {good[:len(good)-3], "cut off"},
		"head only":  {good[:60], "header"},
		"version 2":  {change(func(b []byte) []byte { b[7] = 2; return b }), "version 2"},
		"old":        {[]byte("PM\x02\x00"), "old version"},
		"odd tiles":  {change(func(b []byte) []byte { b[99] = 9; return b }), "unknown kind 9"},
		"zooms":      {change(func(b []byte) []byte { b[100] = 20; return b }), "zooms"},
		"brotli":     {change(func(b []byte) []byte { b[97] = 3; return b }), "gzip"},
		"bad root":   {change(func(b []byte) []byte { b[130] ^= 0xff; b[140] ^= 0xff; return b }), "root directory"},
		"far entry":  {change(func(b []byte) []byte { binary.LittleEndian.PutUint64(b[64:], 2); return b }), "root directory is damaged"},
		"text":       {[]byte("hello"), "neither PMTiles nor GeoJSON"},
		"empty":      {nil, "neither PMTiles nor GeoJSON"},
		"no feature": {[]byte(`{"type":"FeatureCollection","features":[]}`), "with features"},
		"swapped":    {[]byte(`{"type":"FeatureCollection","features":[{"geometry":{"type":"LineString","coordinates":[[-1.2,116.8],[-1.1,116.8]]}}]}`), "feature 1: [-1.2, 116.8] looks like lat/lon swapped"},
		"metres":     {[]byte(`{"type":"FeatureCollection","features":[{"geometry":{"type":"LineString","coordinates":[[480000,9860000],[1,1]]}}]}`), "WGS 84"},
	} {
		if _, err := run(c.raw); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "nothing was imported") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if n.lands.Map() != m {
		t.Error("a bad map replaced the good one")
	}
	if said, err := run([]byte(`{"type":"FeatureCollection","features":[{"geometry":{"type":"LineString","coordinates":[[116.8,-1.2],[116.9,-1.1]]}}]}`)); err != nil || n.lands.Map().Kind != "geojson" {
		t.Errorf("%v %s", err, said)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "data", importsName))
	if err != nil || len(entries) != 2 {
		t.Errorf("%v: what was refused left files: %v", err, entries)
	}
}
