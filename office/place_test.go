package office

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func demoPlaces(t testing.TB) *Gazetteer {
	t.Helper()
	places, notes, err := ReadPlaces(bytes.NewReader(BalikpapanPlaces()))
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	return NewGazetteer(places)
}

// What callers say, and what is meant.
func TestSearch(t *testing.T) {
	g := demoPlaces(t)
	bpn := Point{-1.2768, 116.8285}
	for said, want := range map[string]string{
		"dpn Plaza Balikpapan":          "Plaza Balikpapan",
		"depan plasa balikpapan":        "Plaza Balikpapan",
		"plaza bpp":                     "Plaza Balikpapan",
		"samping pasar klandasn":        "Pasar Klandasan",
		"psr klandasan":                 "Pasar Klandasan",
		"blkg rs pertamina":             "RS Pertamina Balikpapan",
		"rumah sakit pertamina":         "RS Pertamina Balikpapan",
		"RS Kanujoso":                   "RSUD Kanujoso Djatiwibowo",
		"jatiwibowo":                    "RSUD Kanujoso Djatiwibowo",
		"bandara sepingan":              "Bandara Sepinggan",
		"pelabuhan semayang":            "Pelabuhan Semayang",
		"semayng":                       "Pelabuhan Semayang",
		"e-walk":                        "Balikpapan Superblock",
		"pentasity":                     "Balikpapan Superblock",
		"pantai mangar":                 "Pantai Manggar Segara Sari",
		"pasar mang":                    "Pasar Manggar",
		"kemala":                        "Pantai Kemala",
		"feri penajam":                  "Pelabuhan Feri Kariangau",
		"km 5 soekarno hatta":           "Km 5 Jalan Soekarno-Hatta",
		"KM.15 jl sukarno-hatta":        "Km 15 Jalan Soekarno-Hatta",
		"kilometer 12 Soekarno-Hatta":   "Km 12 Jalan Soekarno-Hatta",
		"dekat km 12":                   "Km 12 Jalan Soekarno-Hatta",
		"jl. soekarno hatta km 7,5":     "Km 7.5 Jalan Soekarno-Hatta",
		"-1.2654, 116.8312":             "-1.26540, 116.83120",
		"seberang jl lapangan merdeka":  "Lapangan Merdeka",
		"ITK":                           "Institut Teknologi Kalimantan",
		"rs aws":                        "RSUD Abdoel Wahab Sjahranie",
		"abdul wahab syahrani":          "RSUD Abdoel Wahab Sjahranie",
		"di depan Polresta  Balikpapan": "Polresta Balikpapan",
	} {
		hits := g.Search(said, Where{Near: &bpn})
		if len(hits) == 0 || hits[0].Name != want {
			got := make([]string, len(hits))
			for i, h := range hits {
				got[i] = fmt.Sprintf("%s %.2f", h.Name, h.Score)
			}
			t.Errorf("%q finds %q, want %s", said, got, want)
		}
	}
	for _, said := range []string{"", "   ", "dpn", "qqqqzzzz", "km 900 soekarno hatta xyzzy", "!!!", "di depan"} {
		if hits := g.Search(said, Where{Near: &bpn}); len(hits) > 0 && said != "dpn" && !strings.HasPrefix(said, "km") {
			t.Errorf("%q finds %+v", said, hits[0])
		}
	}
	h := g.Search("km 10 soekarno hatta", Where{Near: &bpn})[0]
	if !h.Guess || h.Error < 1000 || math.Abs(h.At.Lat - -1.169) > 0.002 {
		t.Errorf("between two posts: %+v", h)
	}
	if hits := (*Gazetteer)(nil).Search("plaza", Where{}); hits != nil {
		t.Errorf("nobody's gazetteer finds %v", hits)
	}
}

// The same name in two towns: the one near the office comes first.
func TestNearComesFirst(t *testing.T) {
	g := NewGazetteer([]Place{
		{Name: "Masjid Al-Ikhlas", At: Point{-0.5, 117.15}, In: "Samarinda Ulu"}, {Name: "Masjid Al Ikhlas", At: Point{-1.27, 116.83}, In: "Balikpapan Kota"},
	})
	for _, c := range []struct{ near, want Point }{{Point{-1.28, 116.8}, Point{-1.27, 116.83}}, {Point{-0.49, 117.1}, Point{-0.5, 117.15}}} {
		if hits := g.Search("mesjid al ikhlas", Where{Near: &c.near}); len(hits) != 2 || hits[0].At != c.want {
			t.Errorf("%+v", hits)
		}
	}
	if hits := g.Search("masjid ikhlas samarinda", Where{Near: &Point{-1.28, 116.8}}); len(hits) == 0 || hits[0].In != "Samarinda Ulu" {
		t.Errorf("the town that was said doesn't count: %+v", hits)
	}
}

// hundredThousand is a province's worth of made-up names.
func hundredThousand() []Place {
	rnd := rand.New(rand.NewPCG(3, 4))
	kinds := []string{"Masjid", "Toko", "Warung", "Gang", "Jalan", "SDN", "Kantor", "Pasar", "Gereja", "Bengkel", "Hotel", "Klinik", "Apotek", "Perumahan"}
	parts := []string{"ba", "li", "su", "ka", "ri", "mo", "nu", "ta", "we", "ngi", "pa", "du", "jo", "se", "ra", "hi", "lan", "tan", "sar", "man", "dra", "wi"}
	word := func() string {
		var b strings.Builder
		for range 2 + rnd.IntN(3) {
			b.WriteString(parts[rnd.IntN(len(parts))])
		}
		return b.String()
	}
	list := make([]Place, 100_000)
	for i := range list {
		list[i] = Place{Name: kinds[rnd.IntN(len(kinds))] + " " + word() + " " + word(), In: "Balikpapan Utara", At: Point{-1.3 + rnd.Float64(), 116.5 + rnd.Float64()}}
	}
	return list
}

// 20 ms for 100,000 names, with a letter wrong in each search.
func TestSearchIsFast(t *testing.T) {
	places := hundredThousand()
	began := time.Now()
	g := NewGazetteer(places)
	t.Logf("index of %d names, %d words in %v", g.Len(), len(g.words), time.Since(began))
	rnd := rand.New(rand.NewPCG(5, 6))
	near := Point{-1.27, 116.83}
	var times []time.Duration
	found := 0
	for range 300 {
		p := places[rnd.IntN(len(places))]
		q := []byte("dpn " + p.Name)
		q[len(q)-2-rnd.IntN(3)] = 'e'
		began := time.Now()
		hits := g.Search(string(q), Where{Near: &near})
		times = append(times, time.Since(began))
		if slices.ContainsFunc(hits, func(h Hit) bool { return h.Name == p.Name }) {
			found++
		}
	}
	slices.Sort(times)
	t.Logf("search: p50 %v, p99 %v, worst %v; %d of 300 names found among the first eight with a letter wrong", times[150], times[297], times[299], found)
	if found < 250 {
		t.Errorf("only %d of 300 names are found with a letter wrong", found)
	}
	if times[150] > 20*time.Millisecond { // the worst is the machine's affair
		t.Errorf("half of the searches take over %v", times[150])
	}
}

func TestParseSpot(t *testing.T) {
	near := Point{-1.2768, 116.8285}
	for s, want := range map[string]Point{
		"-1.2654, 116.8312":                          {-1.2654, 116.8312},
		"-1.2654 116.8312":                           {-1.2654, 116.8312},
		"-1,2654; 116,8312":                          {-1.2654, 116.8312},
		"1.2654 LS, 116.8312 BT":                     {-1.2654, 116.8312},
		"1,2654 LS 116,8312 BT":                      {-1.2654, 116.8312},
		"1.2654S 116.8312E":                          {-1.2654, 116.8312},
		"0.5 LU 117.5 BT":                            {0.5, 117.5},
		"116.8312 BT 1.2654 LS":                      {-1.2654, 116.8312},
		`1°15'55"S 116°49'52"E`:                      {-1.265278, 116.831111},
		`1°15′55″ LS, 116°49′52″ BT`:                 {-1.265278, 116.831111},
		"1 15 55 S 116 49 52 E":                      {-1.265278, 116.831111},
		"1°15.92'S 116°49.87'E":                      {-1.265333, 116.831167},
		"lat -1.2654 lng 116.8312":                   {-1.2654, 116.8312},
		"(-1.2654, 116.8312)":                        {-1.2654, 116.8312},
		"geo:-1.2654,116.8312?z=17":                  {-1.2654, 116.8312},
		"−1.2654, 116.8312":                          {-1.2654, 116.8312},
		"116.8312, -1.2654":                          {-1.2654, 116.8312},
		"https://maps.example/@-1.2654,116.8312,17z": {-1.2654, 116.8312},
	} {
		got, ok := ParseSpot(s, nil)
		if !ok || Between(got.At, want) > 5 {
			t.Errorf("%q: %+v %v, want %v", s, got, ok, want)
		}
		if got.Swapped != (s == "116.8312, -1.2654") {
			t.Errorf("%q: swapped is %v", s, got.Swapped)
		}
	}
	for _, s := range []string{
		"", "12", "12 5", "km 12", "Jl. A. Yani 12, 14", "0812 3456 7890", "1°75'S 116°49'E", "91, 181", "-1.26", "1.2 LS 1.3 LS", "7+", "999.1,999.1",
		strings.Repeat("1", 5000), "RPRH+2J",
	} {
		if got, ok := ParseSpot(s, nil); ok {
			t.Errorf("%q is taken for %+v", s, got)
		}
	}
	// Examples of the specification's own test data (google/open-location-code, test_data/decoding.csv).
	for code, want := range map[string]Point{
		"7FG49QCJ+2V": {20.3700625, 2.7821875}, "7FG49Q00+": {}, "8FVC2222+22": {47.0000625, 8.0000625}, "4VCPPQGP+Q9": {-41.2730625, 174.7859375},
		"62G20000+": {}, "22222222+22": {-89.9999375, -179.9999375}, "8FVC2222+22GCCCC": {47.000062496, 8.00006250000001},
	} {
		got, ok := ParseSpot(code, nil)
		if want == (Point{}) {
			continue // padded ones are districts, not places
		}
		if !ok || Between(got.At, want) > 1 {
			t.Errorf("%s: %+v %v, want %v", code, got, ok, want)
		}
	}
	full := encodePlus(near)
	for _, cut := range []int{4, 6} {
		got, ok := ParseSpot(full[cut:8]+"+"+full[8:], &Point{near.Lat + 0.02, near.Lng - 0.02})
		if cut == 4 && (!ok || Between(got.At, near) > 15) {
			t.Errorf("short code %s: %+v %v", full[cut:8]+"+"+full[8:], got, ok)
		}
	}
	if h := demoPlaces(t).Search(full[4:8]+"+"+full[8:]+" Balikpapan", Where{}); len(h) != 1 || Between(h[0].At, near) > 15 {
		t.Errorf("a short code with its town: %+v", h)
	}
}

// A plus code that we write is read as the same place.
func TestPlusCodesGoRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Point{rapid.Float64Range(-89, 89).Draw(t, "lat"), rapid.Float64Range(-179, 179).Draw(t, "lng")}
		code := encodePlus(p)
		if s, ok := ParseSpot(code[:8]+"+"+code[8:], nil); !ok || Between(s.At, p) > 20 {
			t.Fatalf("%v is %s is %+v", p, code, s)
		}
		off := Point{p.Lat + rapid.Float64Range(-0.1, 0.1).Draw(t, "dy"), p.Lng + rapid.Float64Range(-0.1, 0.1).Draw(t, "dx")}
		if s, ok := ParseSpot(code[4:8]+"+"+code[8:], &off); !ok || Between(s.At, p) > 20 {
			t.Fatalf("%v is short %s near %v is %+v", p, code[4:], off, s)
		}
	})
}

func TestReadPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		file, want, note string
	}{
		"semicolons":   {"nama;lintang;bujur;kecamatan\nKafé Ñoño;-1,27;116,83;Kota\n", "Kafé Ñoño", ""},
		"Windows-1252": {"name,lat,lng\nKaf\xe9 \x93Senja\x94,-1.27,116.83\n", "Kafé “Senja”", "Windows-1252"},
		"mark":         {"\xef\xbb\xbfname,lat,lng\nPlaza,-1.27,116.83\n", "Plaza", ""},
		"tabs":         {"name\tlat\tlon\nPlaza\t-1.27\t116.83\n", "Plaza", ""},
		"quotes":       {"name,lat,lng,also\n\"Plaza, Balikpapan\",-1.27,116.83,BP|Plasa\n", "Plaza, Balikpapan", ""},
		"GeoJSON":      {`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nama":"Plaza"},"geometry":{"type":"Point","coordinates":[116.83,-1.27]}}]}`, "Plaza", ""},
	} {
		places, notes, err := ReadPlaces(strings.NewReader(c.file))
		if err != nil || len(places) != 1 || places[0].Name != c.want || Between(places[0].At, Point{-1.27, 116.83}) > 1 {
			t.Errorf("%s: %+v %v", name, places, err)
		}
		if c.note != "" && !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, c.note) }) {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
	bad := "name,lat,lng,error_m\n" +
		"Baik,-1.27,116.83,10\n" + // 2
		",-1.27,116.83,10\n" + // 3
		"Terbalik,116.83,-1.27,\n" + // 4
		"Jauh,52.3,4.9,\n" + // 5
		"Aneh,912,4000,\n" + // 6
		"Huruf,satu,116.83,\n" + // 7
		"Kurang,-1.27\n" + // 8
		"Baik,-1.27001,116.83,\n" + // 9
		"Kira,-1.2,116.8,-5\n" + // 10
		"Baik,-1.5,116.83,\n" // far away: another one
	_, _, err := ReadPlaces(strings.NewReader(bad))
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 8 {
		t.Fatalf("%d faults: %v", len(faults), err)
	}
	for i, want := range []string{"line 3: it has no name", `line 4 ("Terbalik"): 116.83, -1.27 looks like lat/lon swapped`, "outside Indonesia", "no degrees", `line 7 ("Huruf"): lat is "satu"`, "line 8: it has 2 fields", "line 9 (\"Baik\"): the same place stands in line 2", "line 10"} {
		if !strings.Contains(faults[i], want) {
			t.Errorf("fault %d is %q, want %q", i, faults[i], want)
		}
	}
	for name, c := range map[string][2]string{
		"empty":   {"", "first line"},
		"heads":   {"Plaza,-1.27,116.83\n", `no column "name"`},
		"nothing": {"name,lat,lng\n", "no places"},
		"UTF-16":  {"\xff\xfen\x00a\x00", "UTF-16"},
		"quote":   {"name,lat,lng\n\"Plaza,-1.27,116.83\n", "quotation"},
		"broken":  {"{\"type\":\n\"FeatureCollection\",,", "line 2"},
		"polygon": {`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},"geometry":{"type":"Polygon","coordinates":[]}}]}`, "feature 1"},
	} {
		if _, _, err := ReadPlaces(strings.NewReader(c[0])); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadPlaces(f *testing.F) {
	f.Add(BalikpapanPlaces())
	f.Add([]byte("nama;lintang;bujur\nKaf\xe9;-1,27;116,83\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if places, _, err := ReadPlaces(bytes.NewReader(raw)); err == nil && len(places) < 1000 {
			NewGazetteer(places).Search(places[0].Name, Where{})
		}
	})
}

func FuzzSearch(f *testing.F) {
	g := demoPlaces(f)
	f.Add("dpn Plaza Balikpapan")
	f.Add("6PFJPRPH+2J")
	f.Add("km 12 soekarno")
	f.Fuzz(func(_ *testing.T, q string) { g.Search(q, Where{Near: &Point{-1.2, 116.8}}) })
}
