package town

import (
	"context"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
)

func kaltim(t *testing.T) []office.Office {
	t.Helper()
	d, err := office.Read(strings.NewReader(string(office.Kaltim())))
	if err != nil {
		t.Fatal(err)
	}
	return d.All()
}

func TestVoices(t *testing.T) {
	list, err := readVoices()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if len(v.Audio) < rate {
			t.Errorf("%s has %d samples: under a second", v.Name, len(v.Audio))
		}
	}
	for kind, h := range hows {
		for _, call := range h.voices {
			if !func() bool {
				for _, v := range list {
					if v.Call == call {
						return true
					}
				}
				return false
			}() {
				t.Errorf("%s says %s, and no voice does", kind, call)
			}
		}
		for _, name := range h.names {
			if _, ok := voiceNamed(name); !ok {
				t.Errorf("%s says %s, and there is no such voice", kind, name)
			}
		}
	}
}

func TestMixes(t *testing.T) {
	for _, m := range []Mix{Field, Lively} {
		sum := 0
		for _, s := range m.Shares {
			sum += s.Of
			if s.Source == "" {
				t.Errorf("%s: share of %s has no source", m.Name, s.Kind)
			}
			if _, ok := hows[s.Kind]; !ok {
				t.Errorf("%s: nobody knows how %s calls", m.Name, s.Kind)
			}
		}
		if sum != 10000 {
			t.Errorf("%s sums up to %d", m.Name, sum)
		}
		hours := 0.0
		for h := range 24 {
			hours += m.perHour(h)
		}
		if math.Abs(hours-m.PerDay) > 1e-6 {
			t.Errorf("%s: hours sum up to %v of %v", m.Name, hours, m.PerDay)
		}
	}
	if Field.Valid() != 200 {
		t.Errorf("field mix: %d of 10000 are valid, not 2 %%", Field.Valid())
	}
	if Lively.Valid() != 2500 {
		t.Errorf("demo mix: %d of 10000 are valid, not 25 %%", Lively.Valid())
	}
}

func take(t *testing.T, m Mix, speed float64, seed uint64, n int) []Citizen {
	t.Helper()
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	p, err := NewPlan(m, kaltim(t), start, speed, seed)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]Citizen, n)
	for i := range out {
		out[i] = p.Next()
	}
	return out
}

func TestPlanIsRepeatable(t *testing.T) {
	a, b := take(t, Lively, 1, 110, 300), take(t, Lively, 1, 110, 300)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gave other citizens")
	}
	if c := take(t, Lively, 1, 111, 300); reflect.DeepEqual(a, c) {
		t.Error("another seed gave the same citizens")
	}
	fast := take(t, Lively, 4, 110, 300)
	if d, f := a[299].At.Sub(a[0].At), fast[299].At.Sub(fast[0].At); math.Abs(float64(d)/float64(f)-4) > 0.01 {
		t.Errorf("speed 4 took %v, speed 1 %v", f, d)
	}
	if a[7].Kind != fast[7].Kind || a[7].Patience != fast[7].Patience {
		t.Error("speed changed the calls themselves")
	}
}

func TestPlanKeepsToTheMix(t *testing.T) {
	const n = 20000
	list := take(t, Field, 1, 1, n)
	kinds, numbersSeen := map[Kind]int{}, map[office.Number]int{}
	for _, c := range list {
		kinds[c.Kind]++
		numbersSeen[c.Number]++
		if num, ok := office.ParseNumber(string(c.Number)); !ok || num != c.Number {
			t.Fatalf("%s is no number", c.Number)
		}
		if c.Patience <= 0 || c.Kind == Emergency && c.Voice == "" {
			t.Fatalf("%+v", c)
		}
	}
	for _, s := range Field.Shares {
		want := float64(s.Of) / 10000 * n
		if got := float64(kinds[s.Kind]); math.Abs(got-want) > 5*math.Sqrt(want) {
			t.Errorf("%s: %v calls, not about %v", s.Kind, got, want)
		}
	}
	days := list[n-1].At.Sub(list[0].At).Hours() / 24
	if perDay := n / days; math.Abs(perDay-Field.PerDay) > 60 {
		t.Errorf("%.0f calls a day, not %v", perDay, Field.PerDay)
	}
	if numbersSeen[numberStem+"0000"] < 20*numbersSeen[numberStem+"5000"] {
		t.Error("nobody calls again and again")
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := NewPlan(Field, nil, time.Now(), bad, 1); err == nil {
			t.Errorf("speed %v is taken", bad)
		}
	}
}

// A few citizens call a real (tiny) station.
func TestTownCalls(t *testing.T) {
	st := newStation(t, func(s *station) { s.status = 486 })
	p, err := NewPlan(Lively, kaltim(t), time.Now(), 300, 5)
	if err != nil {
		t.Fatal(err)
	}
	town := &Town{Phone: newTestPhone(t), Trunk: st.trunk(), Plan: p, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	town.Run(ctx)
	f := town.Figures()
	if f.Calls < 3 || f.Live != 0 || f.Failed < f.Calls-2 {
		t.Errorf("%+v", f)
	}
}
