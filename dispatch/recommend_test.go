package dispatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
	"pgregory.net/rapid"
)

var (
	bpnHouse = office.Point{Lat: -1.2768, Lng: 116.8285}
	ppuHouse = office.Point{Lat: -1.295, Lng: 116.715}
	noonWITA = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("WITA", 8*3600))
)

func kaltimLand(t testing.TB) *office.Land {
	t.Helper()
	d, err := office.Read(bytes.NewReader(office.Kaltim()))
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := office.ReadAreas(bytes.NewReader(office.KaltimAreas()), d, office.AreaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return a.Land()
}

func unitAt(id, kind string, lat, lng float64, change func(*Candidate)) Candidate {
	u := Candidate{
		ID: id, Sign: strings.ToUpper(id), Kind: kind, Office: "polresta-balikpapan", At: &office.Point{Lat: lat, Lng: lng},
		SeenAt: noonWITA.Add(-10 * time.Second), Home: bpnHouse, Area: "Bpp Kota", Free: true, Moving: true,
	}
	if change != nil {
		change(&u)
	}
	return u
}

func order(list []Advice) string {
	var ids []string
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	return strings.Join(ids, " ")
}

func find(t *testing.T, list []Advice, id string) Advice {
	t.Helper()
	i := slices.IndexFunc(list, func(a Advice) bool { return a.ID == id })
	if i < 0 {
		t.Fatalf("%s isn't among %s", id, order(list))
	}
	return list[i]
}

func TestRecommend(t *testing.T) {
	land := kaltimLand(t)
	shore := office.Point{Lat: -1.262, Lng: 116.812} // Balikpapan's side of the bay
	scene := Scene{At: shore, Office: "polresta-balikpapan", Now: noonWITA}
	for name, c := range map[string]struct {
		scene func(*Scene)
		units []Candidate
		want  string
		say   string // of the first
	}{
		"nearest first": {nil, []Candidate{unitAt("far", "motor", -1.22, 116.93, nil), unitAt("near", "motor", -1.27, 116.82, nil), unitAt("mid", "motor", -1.25, 116.85, nil)}, "near mid far", "mnt, motor, tercepat"},
		"never across the bay": {nil, []Candidate{
			unitAt("opposite", "motor", -1.25, 116.775, func(u *Candidate) { u.Office, u.Home, u.Area = scene.Office, ppuHouse, "Penajam" }),
			unitAt("landward", "motor", -1.20, 116.86, nil), unitAt("second", "motor", -1.19, 116.86, nil),
		}, "landward second opposite", ""},
		"a boat may": {nil, []Candidate{
			unitAt("opposite", "perahu", -1.25, 116.775, func(u *Candidate) { u.Area = "teluk" }), unitAt("boat2", "perahu", -1.24, 116.775, func(u *Candidate) { u.Area = "teluk" }),
			unitAt("landward", "jalan_kaki", -1.20, 116.86, nil),
		}, "opposite boat2 landward", "perahu"},
		"a car stands where a motorcycle passes": {func(s *Scene) { s.Now = noonWITA.Add(5 * time.Hour) }, []Candidate{
			unitAt("car", "mobil", -1.25, 116.85, func(u *Candidate) { u.SeenAt = noonWITA.Add(5 * time.Hour) }), unitAt("bike", "motor", -1.248, 116.855, func(u *Candidate) { u.SeenAt = noonWITA.Add(5 * time.Hour) }),
		}, "bike car", "motor"},
		"skill before nearness": {func(s *Scene) { s.Needs = []string{"ppa"} }, []Candidate{
			unitAt("near", "motor", -1.264, 116.815, nil), unitAt("ppa", "mobil", -1.25, 116.86, func(u *Candidate) { u.Skills = []string{"ppa"} }), unitAt("x", "motor", -1.2, 116.86, nil),
		}, "ppa near x", "punya PPA"},
		"skill not at any price": {func(s *Scene) { s.Needs = []string{"ppa"} }, []Candidate{
			unitAt("ppa", "mobil", -0.5, 117.15, func(u *Candidate) { u.Skills = []string{"ppa"}; u.Area = "Samarinda" }), unitAt("near", "motor", -1.264, 116.815, nil),
		}, "near ppa", "tanpa PPA"},
		"busy after free": {nil, []Candidate{
			unitAt("busy", "motor", -1.262, 116.812, func(u *Candidate) { u.Free = false }), unitAt("free", "motor", -1.22, 116.86, nil),
			unitAt("stacked", "motor", -1.262, 116.812, func(u *Candidate) { u.Free, u.Stack = false, 2 }), unitAt("free2", "motor", -1.21, 116.86, nil),
		}, "free free2 busy stacked", ""},
		"soon free counts": {nil, []Candidate{
			unitAt("ends", "motor", -1.262, 116.812, func(u *Candidate) { u.Free, u.FreeIn = false, time.Minute }), unitAt("free", "motor", -1.10, 116.86, nil), unitAt("f", "motor", -1.09, 116.86, nil),
		}, "ends free f", "masih bertugas"},
		"an old position counts less": {nil, []Candidate{
			unitAt("old", "motor", -1.266, 116.816, func(u *Candidate) { u.SeenAt = noonWITA.Add(-12 * time.Minute) }), unitAt("fresh", "motor", -1.27, 116.82, nil),
		}, "fresh old", ""},
		"a very old one says nothing": {nil, []Candidate{
			unitAt("lost", "motor", -1.262, 116.812, func(u *Candidate) { u.SeenAt = noonWITA.Add(-time.Hour) }), unitAt("fresh", "motor", -1.272, 116.825, nil),
		}, "fresh lost", ""},
		"the last one of an area stays": {nil, []Candidate{
			unitAt("last", "motor", -1.250, 116.83, func(u *Candidate) { u.Area = "Bpp Utara" }), unitAt("one", "motor", -1.248, 116.832, nil), unitAt("two", "motor", -1.246, 116.834, nil),
		}, "one two last", "; Bpp Kota tinggal 1 unit"},
		"but goes when it is much nearer": {nil, []Candidate{
			unitAt("last", "motor", -1.262, 116.813, func(u *Candidate) { u.Area = "Bpp Utara" }), unitAt("one", "motor", -1.22, 116.86, nil), unitAt("two", "motor", -1.21, 116.86, nil),
		}, "last one two", "; Bpp Utara jadi kosong"},
		"no place, no house": {nil, []Candidate{unitAt("none", "motor", 0, 0, func(u *Candidate) { u.At, u.Home = nil, office.Point{} }), unitAt("a", "motor", -1.27, 116.82, nil)}, "a", ""},
		"nobody":             {nil, nil, "", ""},
	} {
		s := scene
		if c.scene != nil {
			c.scene(&s)
		}
		list := Recommend(s, c.units, Means{Land: land})
		if got := order(list); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
			for _, a := range list {
				t.Logf("   %s %v cost %v: %s", a.ID, a.Arrive.Round(time.Second), a.cost.Round(time.Second), a.Why.ID)
			}
			continue
		}
		if len(list) > 0 && !strings.Contains(list[0].Why.ID, c.say) {
			t.Errorf("%s: it says %q, want %q", name, list[0].Why.ID, c.say)
		}
		for _, a := range list {
			if a.Why.ID == "" || a.Why.EN == "" || a.Arrive <= 0 {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
	lost := unitAt("lost", "motor", -1.2, 116.8, func(u *Candidate) { u.SeenAt = noonWITA.Add(-time.Hour) })
	unknown := unitAt("unknown", "motor", 0, 0, func(u *Candidate) { u.At = nil })
	list := Recommend(scene, []Candidate{lost, unknown}, Means{})
	if w := find(t, list, "lost").Why.ID; !strings.Contains(w, "posisi 60 mnt lalu, dihitung dari kantor") {
		t.Error(w)
	}
	if w := find(t, list, "unknown").Why.EN; !strings.Contains(w, "position unknown, reckoned from its house") {
		t.Error(w)
	}
}

// Whatever the units: nobody is lost or named twice, the answer doesn't depend on their order, a free unit with all skills
// that is nearer, fresher and of the same area and office never comes after one that is worse in all.
func TestRecommendHolds(t *testing.T) {
	land := kaltimLand(t)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "units")
		units := make([]Candidate, n)
		for i := range units {
			units[i] = unitAt(fmt.Sprint("u", i), rapid.SampledFrom([]string{"motor", "mobil", "jalan_kaki", "perahu", "?"}).Draw(t, "kind"),
				rapid.Float64Range(-1.4, -1.0).Draw(t, "lat"), rapid.Float64Range(116.6, 117.1).Draw(t, "lng"), func(u *Candidate) {
					u.Free = rapid.Bool().Draw(t, "free")
					u.Area = rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "area")
					u.SeenAt = noonWITA.Add(-time.Duration(rapid.IntRange(-60, 3600).Draw(t, "age")) * time.Second)
				})
		}
		s := Scene{At: office.Point{Lat: rapid.Float64Range(-1.4, -1.0).Draw(t, "y"), Lng: rapid.Float64Range(116.6, 117.1).Draw(t, "x")}, Office: "polresta-balikpapan", Now: noonWITA}
		list := Recommend(s, units, Means{Land: land})
		if len(list) != n {
			t.Fatalf("%d of %d units", len(list), n)
		}
		seen := map[string]bool{}
		for i, a := range list {
			if seen[a.ID] || a.Arrive <= 0 || i > 0 && list[i-1].cost > a.cost {
				t.Fatalf("%s: %+v", order(list), a)
			}
			seen[a.ID] = true
		}
		mixed := slices.Clone(units)
		rand.New(rand.NewPCG(uint64(n), 1)).Shuffle(n, func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if again := Recommend(s, mixed, Means{Land: land}); order(again) != order(list) {
			t.Fatalf("the order of units changes the answer: %s, %s", order(list), order(again))
		}
		better, worse := units[0], units[0]
		better.ID, better.Free, better.Moving, better.SeenAt, better.Area = "better", true, true, noonWITA, "c"
		worse.ID, worse.Free, worse.SeenAt, worse.Area = "worse", false, noonWITA.Add(-10*time.Minute), "c"
		list = Recommend(s, append(mixed, better, worse), Means{Land: land})
		at := func(id string) int { return slices.IndexFunc(list, func(a Advice) bool { return a.ID == id }) }
		if at("better") > at("worse") {
			t.Fatalf("%s", order(list))
		}
	})
}

// thousand units over the town and the country around it.
func thousand(n int) []Candidate {
	rnd := rand.New(rand.NewPCG(7, 8))
	kinds := []string{"motor", "motor", "mobil", "jalan_kaki", "perahu"}
	units := make([]Candidate, n)
	for i := range units {
		units[i] = unitAt(fmt.Sprintf("u%04d", i), kinds[rnd.IntN(len(kinds))], -1.35+0.9*rnd.Float64(), 116.6+0.7*rnd.Float64(), func(u *Candidate) {
			u.Free = rnd.IntN(3) > 0
			u.Area = fmt.Sprint("area ", rnd.IntN(30))
			u.SeenAt = noonWITA.Add(-time.Duration(rnd.IntN(1200)) * time.Second)
		})
	}
	return units
}

// RecommendP99 is the figure recommend_p99_ms_1000_units: CPU of one question about 1,000 units, many of them across the bay.
func BenchmarkRecommend1000(b *testing.B) {
	land, units := kaltimLand(b), thousand(1000)
	rnd := rand.New(rand.NewPCG(9, 9))
	var times []time.Duration
	for b.Loop() {
		s := Scene{At: office.Point{Lat: -1.28 + 0.1*rnd.Float64(), Lng: 116.8 + 0.2*rnd.Float64()}, Office: "polresta-balikpapan", Now: noonWITA, Needs: []string{"ppa"}}
		began := time.Now()
		Recommend(s, units, Means{Land: land})
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}

func TestRecommendIsFast(t *testing.T) {
	land, units := kaltimLand(t), thousand(1000)
	best := time.Hour
	for i := range 10 {
		began := time.Now()
		Recommend(Scene{At: office.Point{Lat: -1.27, Lng: 116.80 + float64(i)/100}, Office: "polresta-balikpapan", Now: noonWITA}, units, Means{Land: land})
		best = min(best, time.Since(began))
	}
	t.Logf("1,000 units in %v at best of ten", best)
	if best > 100*time.Millisecond {
		t.Errorf("1,000 units take %v", best)
	}
}

// router answers like OSRM's table service.
func router(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, sources int)) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	asked := new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if !strings.HasPrefix(r.URL.Path, "/table/v1/driving/116.8") || !strings.Contains(r.URL.RawQuery, "annotations=duration&destinations=0&sources=") {
			t.Errorf("the router is asked %s", r.URL)
		}
		_, sources, _ := strings.Cut(r.URL.RawQuery, "sources=") // with semicolons, as OSRM reads them; url.Values would refuse them
		n := len(strings.Split(sources, ";"))
		if got := len(strings.Split(strings.TrimPrefix(r.URL.Path, "/table/v1/driving/"), ";")); got != n+1 {
			t.Errorf("%d sources among %d places", n, got)
		}
		answer(w, r, n)
	}))
	t.Cleanup(s.Close)
	return s, asked
}

func TestRoads(t *testing.T) {
	land := kaltimLand(t)
	units := []Candidate{unitAt("near", "motor", -1.27, 116.82, nil), unitAt("far", "mobil", -1.23, 116.87, nil), unitAt("foot", "jalan_kaki", -1.263, 116.813, nil)}
	scene := Scene{At: office.Point{Lat: -1.262, Lng: 116.812}, Office: "polresta-balikpapan", Now: noonWITA}
	estimate := order(Recommend(scene, units, Means{Land: land}))
	advise := func(t *testing.T, kind, base string) ([]Advice, error, time.Duration) {
		t.Helper()
		roads, err := NewRoads(kind, base)
		if err != nil {
			t.Fatal(err)
		}
		a := &Adviser{Roads: roads}
		began := time.Now()
		list, err := a.Recommend(t.Context(), scene, units, land)
		return list, err, time.Since(began)
	}
	t.Run("it knows better", func(t *testing.T) { // a closed road: the near one takes an hour
		s, _ := router(t, func(w http.ResponseWriter, _ *http.Request, n int) {
			if n != 2 {
				t.Errorf("%d units are asked for: walkers don't take the car's way", n)
			}
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[3600],[120.5]]}`))
		})
		list, err, _ := advise(t, "osrm", s.URL)
		if err != nil {
			t.Fatal(err)
		}
		first := "near"
		if strings.Index(estimate, "far") < strings.Index(estimate, "near") {
			first = "far" // the nearest by the estimate is asked for first
		}
		if near := find(t, list, first); !near.ByRoad || near.Arrive < 40*time.Minute {
			t.Errorf("%+v", near)
		}
		if find(t, list, "foot").ByRoad {
			t.Error("a walker is timed by car")
		}
	})
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request, int){
		"no way": func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[null],[null]]}`))
		},
		"broken": func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = w.Write([]byte(`{"code":"Ok","durat`)) },
		"refuses": func(w http.ResponseWriter, _ *http.Request, _ int) {
			http.Error(w, `{"code":"TooBig"}`, http.StatusBadRequest)
		},
		"says no": func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(`{"code":"NoTable","message":"none"}`))
		},
		"too few": func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[1]]}`))
		},
		"odd rows": func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[],[1,2]]}`))
		},
		"mad numbers": func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[-5],[1e300]]}`))
		},
		"hangs up": func(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) },
		"sends away": func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := router(t, answer)
			list, err, _ := advise(t, "osrm", s.URL)
			if order(list) != estimate {
				t.Errorf("%s, want the estimate's %s", order(list), estimate)
			}
			if quiet := name == "no way" || name == "mad numbers"; quiet != (err == nil) || err != nil && !errors.Is(err, ErrRoads) {
				t.Errorf("it says %v", err)
			}
		})
	}
	t.Run("slow", func(t *testing.T) {
		stop := make(chan struct{})
		s, asked := router(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		})
		defer close(stop)
		list, err, took := advise(t, "osrm", s.URL)
		if order(list) != estimate || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s, %v", order(list), err)
		}
		if took < RoadLimit || took > RoadLimit+time.Second {
			t.Errorf("it took %v", took)
		}
		roads, err := NewRoads("osrm", s.URL)
		if err != nil {
			t.Fatal(err)
		}
		a := &Adviser{Roads: roads}
		asked.Store(0)
		for range 6 {
			if list, _ := a.Recommend(t.Context(), scene, units, land); order(list) != estimate {
				t.Error(order(list))
			}
		}
		if asked.Load() != roadFaults {
			t.Errorf("a router that fails is asked %d times of six, want %d", asked.Load(), roadFaults)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		if list, err, _ := advise(t, "osrm", "http://127.0.0.1:1"); order(list) != estimate || err == nil {
			t.Errorf("%s %v", order(list), err)
		}
	})
	t.Run("valhalla", func(t *testing.T) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/sources_to_targets" || r.Method != http.MethodPost {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			_, _ = w.Write([]byte(`{"sources_to_targets":[[{"time":600,"distance":5}],[{"time":null}]]}`))
		}))
		defer s.Close()
		list, err, _ := advise(t, "valhalla", s.URL)
		if err != nil || !slices.ContainsFunc(list, func(a Advice) bool { return a.ByRoad }) {
			t.Errorf("%+v %v", list, err)
		}
	})
	for _, bad := range [][2]string{{"osrm", "here"}, {"osrm", "ftp://x"}, {"maps", "http://x"}} {
		if _, err := NewRoads(bad[0], bad[1]); !errors.Is(err, ErrRoads) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// Where the skill may follow, whoever is soonest goes first and the best with the skill comes right after; where it may not, it
// comes first.
func TestSkillFollows(t *testing.T) {
	units := []Candidate{
		unitAt("near", "motor", -1.264, 116.815, nil), unitAt("next", "motor", -1.266, 116.818, nil),
		unitAt("busy", "mobil", -1.264, 116.816, func(u *Candidate) { u.Skills, u.Free = []string{"lantas"}, false }),
		unitAt("lantas", "mobil", -1.25, 116.86, func(u *Candidate) { u.Skills = []string{"lantas"} }),
	}
	s := Scene{At: office.Point{Lat: -1.262, Lng: 116.812}, Office: "polresta-balikpapan", Now: noonWITA, Needs: []string{"lantas"}}
	if got := order(Recommend(s, units, Means{})); got != "lantas near next busy" {
		t.Errorf("the skill first: %s", got)
	}
	s.Follow = true
	list := Recommend(s, units, Means{})
	if got := order(list); got != "near lantas next busy" || list[0].Also || !list[1].Also || list[2].Also {
		t.Errorf("the skill follows: %s %+v", got, list)
	}
	if !strings.Contains(list[1].Why.ID, "kirim juga") {
		t.Error(list[1].Why.ID)
	}
	if got := order(Recommend(s, units[:3], Means{})); got != "near next busy" {
		t.Errorf("who has the skill is busy: %s", got)
	}
	units[0].Skills = []string{"lantas"}
	if list := Recommend(s, units, Means{}); list[0].ID != "near" || list[1].Also {
		t.Errorf("the first has the skill: %s", order(list))
	}
}
