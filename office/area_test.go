package office

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func kaltimOffices(t testing.TB) *Directory {
	t.Helper()
	d, err := Read(bytes.NewReader(Kaltim()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func demoAreas(t testing.TB) *Areas {
	t.Helper()
	a, notes, err := ReadAreas(bytes.NewReader(KaltimAreas()), kaltimOffices(t), AreaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) > 0 {
		t.Errorf("the built-in drawing is odd: %q", notes)
	}
	return a
}

// field opens a file of the field's data, which is not in this repository.
func field(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", name))
	if err != nil {
		raw, err = os.ReadFile(filepath.Join("..", "..", "shared", "data", name))
	}
	if err != nil {
		if os.Getenv("SIAGA_CI") != "" {
			t.Fatalf("%s is needed: %v", name, err)
		}
		t.Skipf("without ../shared/data/%s", name)
	}
	return raw
}

type landmark struct {
	name, kabupaten, kecamatan string
	at                         Point
}

func landmarks(t testing.TB) []landmark {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(field(t, "landmarks-balikpapan.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []landmark
	for _, r := range rows[1:] {
		lat, err1 := strconv.ParseFloat(r[1], 64)
		lng, err2 := strconv.ParseFloat(r[2], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(r)
		}
		list = append(list, landmark{name: r[0], kabupaten: r[4], kecamatan: r[5], at: Point{Lat: lat, Lng: lng}})
	}
	if len(list) < 50 {
		t.Fatalf("only %d landmarks", len(list))
	}
	return list
}

// Each landmark of the field's list falls into its Polres, by the real districts, and into the kecamatan of the list.
func TestLandmarksByRealPolygons(t *testing.T) {
	d := kaltimOffices(t)
	a, notes, err := ReadAreas(bytes.NewReader(field(t, "kabupaten-kaltim.geojson")), d, AreaOptions{Property: "name"})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(strings.Join(notes, "\n"))
	if n := len(a.Of()); n != 10 {
		t.Errorf("%d offices have an area, want the ten Polres", n)
	}
	want := map[string]ID{"Kota Balikpapan": "polresta-balikpapan", "Kota Samarinda": "polresta-samarinda"}
	k, _, err := ReadAreas(bytes.NewReader(field(t, "kecamatan-kaltim.geojson")), d, AreaOptions{Property: "kabupaten"})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range landmarks(t) {
		if f := a.At(l.at); f.Office != want[l.kabupaten] || f.How != Inside {
			t.Errorf("%s: %+v, want %s", l.name, f, want[l.kabupaten])
		}
		if f := k.At(l.at); f.Area != l.kecamatan || f.Office != want[l.kabupaten] || f.How != Inside {
			t.Errorf("%s: %+v, want kecamatan %s", l.name, f, l.kecamatan)
		}
	}
}

// A million look-ups, timed: over the box around Kaltim's towns, so that most fall into an area and some into the sea.
func TestMillionLookups(t *testing.T) {
	a, _, err := ReadAreas(bytes.NewReader(field(t, "kecamatan-kaltim.geojson")), kaltimOffices(t), AreaOptions{Property: "kabupaten"})
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	points := make([]Point, 1_000_000)
	for i := range points {
		points[i] = Point{Lat: -1.0 + 1.2*rnd.Float64(), Lng: 116.3 + 0.8*rnd.Float64()}
	}
	inside, began := 0, time.Now()
	for _, p := range points {
		if a.At(p).How == Inside {
			inside++
		}
	}
	took := time.Since(began)
	t.Logf("1,000,000 look-ups in %v: %v each, %d inside", took, took/1_000_000, inside)
	if inside < 900_000 {
		t.Errorf("only %d of a million points of inland Kaltim lie in an area", inside)
	}
	if took > 60*time.Second {
		t.Errorf("a million look-ups took %v", took)
	}
}

// The built-in drawing is coarse, but it must not send anybody to the wrong Polres at the landmarks, and its water must not
// lie on land.
func TestDemoAreas(t *testing.T) {
	a := demoAreas(t)
	for _, o := range kaltimOffices(t).All() {
		if o.Kind != Polres {
			continue
		}
		if f := a.At(o.At); f.Office != o.ID || f.How != Inside {
			t.Errorf("the house of %s lies in %+v", o.ID, f)
		}
		if a.Land().Afloat(o.At) {
			t.Errorf("the house of %s swims", o.ID)
		}
	}
	want := map[string]ID{"Kota Balikpapan": "polresta-balikpapan", "Kota Samarinda": "polresta-samarinda"}
	for _, l := range landmarks(t) {
		if f := a.At(l.at); f.Office != want[l.kabupaten] || f.How != Inside {
			t.Errorf("%s: %+v, want %s", l.name, f, want[l.kabupaten])
		}
		if a.Land().Afloat(l.at) {
			t.Errorf("%s lies on drawn water", l.name)
		}
	}
	real, _, err := ReadAreas(bytes.NewReader(field(t, "kabupaten-kaltim.geojson")), kaltimOffices(t), AreaOptions{Property: "name"})
	if err != nil {
		t.Fatal(err)
	}
	rnd, wet, same, dry := rand.New(rand.NewPCG(1, 2)), 0, 0, 0
	for range 5_000 {
		p := Point{Lat: -2.3 + 4.7*rnd.Float64(), Lng: 115.3 + 3.5*rnd.Float64()}
		f := real.At(p)
		if f.How != Inside {
			continue
		}
		dry++
		if a.Land().Afloat(p) {
			wet++
			t.Logf("%.2f %.2f %s is wet", p.Lng, p.Lat, f.Area)
		}
		if a.At(p).Office == f.Office {
			same++
		}
	}
	t.Logf("of %d points on land %d lie on drawn water, %d in the same Polres", dry, wet, same)
	if wet*100 > dry || same*100 < 93*dry {
		t.Errorf("the drawing is too coarse: of %d points on land %d lie on its water, %d in the same Polres", dry, wet, same)
	}
}

// Across the bay lies another Polres, nearer as the crow flies. It is not the one to send.
func TestWaterIsRespected(t *testing.T) {
	a := demoAreas(t)
	balikpapan, penajam := Point{-1.2768, 116.8285}, Point{-1.295, 116.715}
	crow, land := Between(balikpapan, penajam), a.Land().From(balikpapan).To(penajam)
	t.Logf("Balikpapan to Penajam: %.1f km by crow, %.1f km by land", crow/1000, land/1000)
	if crow > 14_000 || land < 40_000 || land > 90_000 {
		t.Errorf("Balikpapan to Penajam: %.1f km by crow, %.1f km by land", crow/1000, land/1000)
	}
	if back := a.Land().From(penajam).To(balikpapan); back/land > 1.01 || land/back > 1.01 {
		t.Errorf("there %.0f m, back %.0f m", land, back)
	}
	seberang, tepian := Point{-0.5155, 117.148}, Point{-0.4995, 117.1425} // both banks of the Mahakam
	crow, land = Between(seberang, tepian), a.Land().From(seberang).To(tepian)
	t.Logf("across the Mahakam: %.1f km by crow, %.1f km over a bridge", crow/1000, land/1000)
	if land < 2*crow || land > 12_000 {
		t.Errorf("across the Mahakam: %.1f km by crow, %.1f km over a bridge", crow/1000, land/1000)
	}
	if d := a.Land().From(balikpapan).To(Point{-1.2495, 116.8515}); d > 1.01*Between(balikpapan, Point{-1.2495, 116.8515}) {
		t.Errorf("a way over dry land goes round: %v", d)
	}

	// Two shores, a strait between them, a spit of no man's land that hangs on the western shore and reaches far over.
	d, err := NewDirectory([]Office{
		{ID: "barat", Kind: Polres, Name: "Polres Barat", Code: "B", Zone: "UTC"}, {ID: "timur", Kind: Polres, Name: "Polres Timur", Code: "T", Zone: "UTC"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"office":"barat"},"geometry":{"type":"Polygon","coordinates":[[[116,0],[116.1,0],[116.1,0.2],[116,0.2],[116,0]]]}},
		{"type":"Feature","properties":{"office":"timur"},"geometry":{"type":"Polygon","coordinates":[[[116.2,0],[116.3,0],[116.3,0.2],[116.2,0.2],[116.2,0]]]}},
		{"type":"Feature","properties":{"siaga":"water"},"geometry":{"type":"Polygon","coordinates":[[
			[116.102,-2],[116.198,-2],[116.198,2],[116.102,2],[116.102,0.104],[116.19,0.104],[116.19,0.096],[116.102,0.096],[116.102,-2]]]}}]}`
	two, _, err := ReadAreas(strings.NewReader(file), d, AreaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	spit := Point{0.1, 116.185}
	f := two.At(spit)
	if crowE, crowW := Between(spit, Point{0.1, 116.2}), Between(spit, Point{0.1, 116.1}); crowE > crowW {
		t.Fatal("the test's spit is drawn wrongly")
	}
	if f.Office != "barat" || f.How != Nearest {
		t.Errorf("the spit belongs to %+v, want barat: the other shore is nearer, but over water", f)
	}
	if f := two.At(Point{0.05, 116.19}); f.Office != "timur" || f.How != Afloat {
		t.Errorf("a boat near the eastern shore: %+v", f)
	}
}

func TestNearestHouse(t *testing.T) {
	a := demoAreas(t)
	if f := a.At(Point{-3.3, 114.6}); f.How != ByHouse || f.Office != "polres-paser" { // Banjarmasin, another Polda's
		t.Errorf("%+v", f)
	}
	if f := a.At(Point{200, 400}); f.How != Nowhere {
		t.Errorf("%+v", f)
	}
	if f := (*Areas)(nil).At(Point{}); f.How != Nowhere {
		t.Errorf("%+v", f)
	}
}

const square = `[[116.8,-1.2],[116.9,-1.2],[116.9,-1.1],[116.8,-1.1],[116.8,-1.2]]`

func featureOf(office, name, kind, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"office":%q,"name":%q},"geometry":{"type":%q,"coordinates":%s}}`, office, name, kind, coordinates)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

// What is wrong is named: which feature, what, and what to do.
func TestBadAreas(t *testing.T) {
	d := kaltimOffices(t)
	ok := featureOf("polresta-balikpapan", "Kota", "Polygon", "["+square+"]")
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"no JSON":        {"{\"type\":\"FeatureCollection\",\n\"features\":[\n{,", []string{"line 3", "GeoJSON"}},
		"not features":   {`{"type":"Topology"}`, []string{`"Topology"`, "FeatureCollection"}},
		"empty":          {collection(), []string{"no features"}},
		"no geometry":    {`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"office":"polres-ppu"},"geometry":null}]}`, []string{"feature 1", "no geometry"}},
		"line":           {collection(featureOf("polres-ppu", "Garis", "LineString", "[[116,-1],[117,-1]]")), []string{`feature 1 ("Garis")`, "LineString", "close"}},
		"swapped":        {collection(ok, featureOf("polres-ppu", "PPU", "Polygon", "[[[-1.2,116.8],[-1.2,116.9],[-1.1,116.9],[-1.2,116.8]]]")), []string{`feature 2 ("PPU")`, "looks like lat/lon swapped"}},
		"metres":         {collection(featureOf("polres-ppu", "PPU", "Polygon", "[[[480000,9860000],[490000,9860000],[490000,9870000],[480000,9860000]]]")), []string{"WGS 84"}},
		"elsewhere":      {collection(featureOf("polres-ppu", "PPU", "Polygon", "[[[4.8,52.3],[4.9,52.3],[4.9,52.4],[4.8,52.3]]]")), []string{"outside Indonesia"}},
		"open":           {collection(featureOf("polres-ppu", "PPU", "Polygon", "[[[116.8,-1.2],[116.9,-1.2],[116.9,-1.1],[116.8,-1.1]]]")), []string{"isn't closed", "repeat the first point"}},
		"three":          {collection(featureOf("polres-ppu", "PPU", "Polygon", "[[[116.8,-1.2],[116.9,-1.2],[116.8,-1.2]]]")), []string{"at least four"}},
		"bow tie":        {collection(featureOf("polres-ppu", "PPU", "Polygon", "[[[116.8,-1.2],[116.9,-1.1],[116.9,-1.2],[116.8,-1.1],[116.8,-1.2]]]")), []string{"crosses itself near [116.85", "PPU"}},
		"eight":          {collection(featureOf("polres-ppu", "PPU", "Polygon", "[[[116.8,-1.2],[116.95,-1.1],[116.9,-1.2],[116.8,-1.1],[116.8,-1.2]]]")), []string{"crosses itself"}},
		"hole outside":   {collection(featureOf("polres-ppu", "PPU", "Polygon", "["+square+",[[117,-1],[117.1,-1],[117.1,-0.9],[117,-1]]]")), []string{"hole 1", "outside its border"}},
		"overlap":        {collection(ok, featureOf("polres-ppu", "PPU", "Polygon", "[[[116.85,-1.2],[116.95,-1.2],[116.95,-1.1],[116.85,-1.1],[116.85,-1.2]]]")), []string{`feature 2 ("PPU")`, `feature 1 ("Kota")`, "50 %"}},
		"twice":          {collection(ok, featureOf("polres-ppu", "PPU", "Polygon", "["+square+"]")), []string{"feature 2", "same border", "feature 1"}},
		"unknown office": {collection(featureOf("polres-pppu", "X", "Polygon", "["+square+"]")), []string{`no office "polres-pppu"`, `"polres-ppu"`}},
		"no office":      {collection(featureOf("", "X", "Polygon", "["+square+"]")), []string{"--office-property", "name, office"}},
		"one number":     {collection(featureOf("polres-ppu", "X", "Polygon", "[[[116.8],[116.9,-1.2],[116.9,-1.1],[116.8]]]")), []string{"feature 1", "coordinates"}},
		"words":          {collection(featureOf("polres-ppu", "X", "Polygon", `[[["a","b"]]]`)), []string{"feature 1", "coordinates"}},
		"odd kind":       {`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"siaga":"sea"},"geometry":{"type":"Polygon","coordinates":[` + square + `]}}]}`, []string{`"sea"`, "water"}},
	} {
		a, _, err := ReadAreas(strings.NewReader(c.file), d, AreaOptions{})
		if err == nil || a != nil {
			t.Errorf("%s: was taken", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q doesn't say %q", name, err, w)
			}
		}
	}
	many := make([]string, 200)
	for i := range many {
		many[i] = featureOf("nobody", fmt.Sprint(i), "Polygon", fmt.Sprintf("[[[116.8,-1.2],[116.9,-1.2],[116.9,-1.%d],[116.8,-1.2]]]", i+1))
	}
	var faults Faults
	if _, _, err := ReadAreas(strings.NewReader(collection(many...)), d, AreaOptions{}); !errors.As(err, &faults) || len(faults) != faultsMax {
		t.Errorf("%d faults are told, want the first %d", len(faults), faultsMax)
	}
}

// Names of districts find their Polres; a part of a shape inside a hole of another is no overlap; a code will do.
func TestOfficeNames(t *testing.T) {
	d := kaltimOffices(t)
	for name, want := range map[string]ID{
		"Kota Balikpapan": "polresta-balikpapan", "Kabupaten Penajam Paser Utara": "polres-ppu", "KALTIM-BPN": "polresta-balikpapan", "POLRES PASER": "polres-paser",
	} {
		a, _, err := ReadAreas(strings.NewReader(collection(featureOf(name, name, "Polygon", "["+square+"]"))), d, AreaOptions{})
		if err != nil || a.list[0].office != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, way := range []string{square, `[[116.8,-1.2],[116.8,-1.1],[116.9,-1.1],[116.9,-1.2],[116.8,-1.2]]`} { // either way round
		a, _, err := ReadAreas(strings.NewReader(collection(featureOf("polres-ppu", "x", "Polygon", "["+way+"]"))), d, AreaOptions{})
		if err != nil || a.At(Point{-1.15, 116.85}).How != Inside {
			t.Errorf("%v", err)
		}
	}
}

func FuzzReadAreas(f *testing.F) {
	d := kaltimOffices(f)
	f.Add([]byte(KaltimAreas()))
	f.Add([]byte(collection(featureOf("polres-ppu", "x", "Polygon", "["+square+"]"))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, _, err := ReadAreas(bytes.NewReader(raw), d, AreaOptions{}); err == nil {
			a.At(Point{-1.15, 116.85})
			a.GeoJSON(100)
		}
	})
}
