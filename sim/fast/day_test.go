package fast

import (
	"go/parser"
	"go/token"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

func readDay(t *testing.T) *DayFile {
	t.Helper()
	f, err := ReadDay()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A few days: the recommendation is no worse than the nearest idle unit in the middle, and better at the end (all seeds:
// docs/BENCHMARKS.md). The bounds leave room for few days.
func TestDispatchDays(t *testing.T) {
	r, err := MeasureDispatch(t.Context(), readDay(t), DispatchOptions{Seed: 1, Seeds: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", r)
	switch {
	case r.Incidents != 2*120 || r.Units != 60:
		t.Errorf("%d incidents, %d units", r.Incidents, r.Units)
	case r.P50Ratio > 1.05 || r.P90Ratio > 1:
		t.Errorf("p50 is %.3f and p90 %.3f of the nearest idle unit's", r.P50Ratio, r.P90Ratio)
	case r.P50RatioRound > 0.7:
		t.Errorf("p50 is %.3f of round-robin's", r.P50RatioRound)
	case r.Skilled < r.NearSkilled:
		t.Errorf("skills come less often (%.1f %%) than by chance (%.1f %%)", r.Skilled, r.NearSkilled)
	}
}

// What holds whatever the policy: every incident ends with somebody there, nobody drives where no street is or faster than it
// allows, all happens in the order of a life, and the same seed is the same day.
func TestDayHolds(t *testing.T) {
	f := readDay(t)
	for _, p := range policies {
		d, err := newDay(f, 7, p.do)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.play(); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		for _, r := range d.reports {
			if r.ended.IsZero() || r.state.Phase != incident.Closed || r.arrived.Before(r.ring.Add(r.talk)) || r.ended.Before(r.arrived) {
				t.Errorf("%s: report %d: ring %v, arrived %v, ended %v, %s", p.name, r.n, r.ring, r.arrived, r.ended, r.state.Phase)
			}
		}
		moved := 0
		for _, u := range d.units {
			moved += legal(t, d, u)
		}
		if moved < 1000 {
			t.Errorf("%s: the units drove along %d streets only", p.name, moved)
		}
		if p.name != "recommended" {
			continue
		}
		again, err := newDay(f, 7, p.do)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.play(); err != nil {
			t.Fatal(err)
		}
		for i, r := range again.reports {
			if !r.arrived.Equal(d.reports[i].arrived) || !r.ended.Equal(d.reports[i].ended) {
				t.Fatalf("%s: report %d differs in the same day", p.name, i)
			}
		}
	}
}

// legal looks at all that a unit drove.
func legal(t *testing.T, d *dayWorld, u *patrol) (moved int) {
	t.Helper()
	for i := 1; i < len(u.steps); i++ {
		a, b := u.steps[i-1], u.steps[i]
		took := b.at.Sub(a.at)
		if took < 0 {
			t.Fatalf("%s goes back in time by %v", u.sign, took)
		}
		if a.node == b.node {
			continue
		}
		moved++
		best := time.Duration(math.MaxInt64)
		for _, e := range d.streets.out[a.node] {
			kmh := min(f64(d.file.Roads.Most, u.Kind), d.file.Roads.Kmh[e.class]*e.own)
			if u.Kind == "jalan_kaki" {
				kmh = d.file.Roads.Walk
			}
			if e.to == b.node {
				best = min(best, sec(e.metres/(kmh/3.6)))
			}
		}
		if took < best-time.Millisecond {
			t.Fatalf("%s (%s) takes %v from corner %d to %d, which can't be done in less than %v", u.sign, u.Kind, took, a.node, b.node, best)
		}
	}
	return moved
}

func f64(m map[string]float64, k string) float64 {
	if v, ok := m[k]; ok {
		return v
	}
	return math.Inf(1)
}

// The measure can fail: a policy that sends who is farthest is seen.
func TestTheDaySees(t *testing.T) {
	f := readDay(t)
	farthest := func(d *dayWorld, r *report) (*patrol, bool) {
		var best *patrol
		var by office.Metres
		for _, u := range idleOf(d, r) {
			if m := office.Between(u.at(d.streets, d.now), r.at); best == nil || m > by {
				best, by = u, m
			}
		}
		return best, false
	}
	p50 := func(p policy) time.Duration {
		d, err := newDay(f, 3, p)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.play(); err != nil {
			t.Fatal(err)
		}
		var figures dayFigures
		figures.add(d)
		return quantile(figures.arrivals, 0.5)
	}
	if far, near := p50(farthest), p50(nearestIdle); far < 2*near {
		t.Errorf("the farthest is there after %v, the nearest after %v", far, near)
	}
}

// Nothing that draws the day knows the product's recommendation; what the house may know goes through policy.go alone.
func TestTheDayKnowsNoRecommendation(t *testing.T) {
	for _, file := range []string{"dayfile.go", "dayplan.go", "streets.go", "dayworld.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "siaga/dispatch") {
				t.Errorf("%s imports %s", file, i.Path.Value)
			}
		}
	}
}

// A file that makes no sense is refused with its fault.
func TestDayFileIsChecked(t *testing.T) {
	for name, breaks := range map[string]func(*DayFile){
		"source":  func(f *DayFile) { f.UnitSource = nil },
		"listed":  func(f *DayFile) { f.Day.Source = []string{"hearsay"} },
		"add up":  func(f *DayFile) { f.Kinds[0].Share = 0.9 },
		"share":   func(f *DayFile) { f.Crews.Forget = 2 },
		"hours":   func(f *DayFile) { f.Day.ByHour = nil },
		"class":   func(f *DayFile) { delete(f.Roads.Kmh, "primary") },
		"0 spots": func(f *DayFile) { f.Spots = nil },
	} {
		f := readDay(t)
		breaks(f)
		if err := f.check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
