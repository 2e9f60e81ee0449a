package filter

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
)

// clopperPearson is the rival: exact, never under 95 %. It lives here because it lost.
func clopperPearson(x, n int) (lo, hi float64) {
	atLeast := func(p float64, k int) float64 { // P(X ≥ k)
		s := 0.0
		for i := k; i <= n; i++ {
			s += binomial(i, n, p)
		}
		return s
	}
	solve := func(f func(float64) float64) float64 {
		a, b := 0.0, 1.0
		for range 60 {
			if m := (a + b) / 2; f(m) < 0 {
				a = m
			} else {
				b = m
			}
		}
		return (a + b) / 2
	}
	hi = 1
	if x > 0 {
		lo = solve(func(p float64) float64 { return atLeast(p, x) - 0.025 })
	}
	if x < n {
		hi = solve(func(p float64) float64 { return 0.025 - (1 - atLeast(p, x+1)) })
	}
	return lo, hi
}

func binomial(k, n int, p float64) float64 {
	if p <= 0 || p >= 1 {
		return map[bool]float64{true: 1, false: 0}[p <= 0 && k == 0 || p >= 1 && k == n]
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return math.Exp(a - b - c + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

// The interval was chosen by its exact coverage, for as many sampled calls as a month brings, and shares that may be.
func TestIntervalCoverage(t *testing.T) {
	coverage := func(f func(x, n int) (float64, float64)) (mean, least float64) {
		least, n := 1, 0
		for _, sampled := range []int{10, 20, 40, 80} {
			var lo, hi [81]float64
			for x := range sampled + 1 {
				lo[x], hi[x] = f(x, sampled)
			}
			for share := 0.005; share <= 0.15; share += 0.0005 {
				c := 0.0
				for x := range sampled + 1 {
					if lo[x] <= share && share <= hi[x] {
						c += binomial(x, sampled, share)
					}
				}
				mean, least, n = mean+c, min(least, c), n+1
			}
		}
		return mean / float64(n), least
	}
	wilson, wilsonLeast := coverage(Interval)
	exact, exactLeast := coverage(clopperPearson)
	t.Logf("Wilson covers %.1f %% (least %.1f %%), Clopper-Pearson %.1f %% (least %.1f %%)", 100*wilson, 100*wilsonLeast, 100*exact, 100*exactLeast)
	if math.Abs(wilson-0.95) > math.Abs(exact-0.95) || wilson < 0.94 || wilsonLeast < 0.83 {
		t.Error("the other interval would be the better one")
	}
	for _, c := range []struct {
		x, n   int
		lo, hi float64
	}{{0, 0, 0, 1}, {0, 40, 0, 0.0876}, {2, 40, 0.0138, 0.1650}, {40, 40, 0.9124, 1}, {-3, 10, 0, 0.2775}, {99, 10, 0.7225, 1}} {
		if lo, hi := Interval(c.x, c.n); math.Abs(lo-c.lo) > 1e-4 || math.Abs(hi-c.hi) > 1e-4 {
			t.Errorf("%d of %d: %.4f to %.4f", c.x, c.n, lo, hi)
		}
	}
}

func TestMeasure(t *testing.T) {
	m := NewMeter()
	day := 24 * time.Hour
	call := func(i int) string { return fmt.Sprint("c", i) }
	for i := range 100 {
		at := noon.Add(time.Duration(i) * 6 * time.Hour)
		switch {
		case i%10 == 0:
			m.Fold(GateSampled{At: at, Call: call(i), Level: Gate})
			m.Ended(call(i), map[bool]string{true: "valid_polda", false: "iseng"}[i == 50], 30*time.Second)
		case i%10 == 1:
			m.Fold(GatePassed{At: at, Call: call(i), Level: Gate, Escape: ByOpen})
			m.Ended(call(i), "valid_polda", time.Minute)
		default:
			m.Fold(GateEntered{At: at, Call: call(i), Level: Gate})
			if i%10 == 2 {
				m.Fold(GateEnded{At: at, Call: call(i), How: SilenceLow})
				m.Fold(GateEnded{At: at, Call: call(i), How: Key8})
				m.Ended(call(i), "valid_polda", time.Minute)
			} else {
				m.Fold(GateEnded{At: at, Call: call(i), How: LeftGate})
				m.Ended(call(i), "ditinggal_antrean", 0)
			}
		}
	}
	m.Fold(GateSampled{At: noon, Call: "live", Level: Gate}) // no outcome yet
	m.Ended("never at the gate", "valid_polda", time.Hour)
	all := Measure(m.Calls(), noon, noon.Add(25*day), nil)
	if len(all) != 1 {
		t.Fatal(all)
	}
	f := all[0]
	if f.Calls != 101 || f.Held != 80 || f.Sampled != 10 || f.SampledTrue != 1 || f.Share != 0.1 || f.Lo <= 0 || f.Hi >= 0.5 ||
		f.Through[LeftGate] != 70 || f.Through[Key8] != 10 || f.Escaped[ByOpen] != 10 || f.HeldTrue != 10 || f.SavedMinutes != 35 {
		t.Errorf("%+v", f)
	}
	weeks := Measure(m.Calls(), noon, noon.Add(25*day), func(t time.Time) time.Time { return t.Add(7 * day) })
	if len(weeks) != 4 || !weeks[3].To.Equal(noon.Add(25*day)) {
		t.Fatalf("%d periods: %+v", len(weeks), weeks)
	}
	sum := 0
	for _, w := range weeks {
		sum += w.Calls
	}
	if sum != f.Calls {
		t.Errorf("weeks have %d calls, the whole %d", sum, f.Calls)
	}
	m.Forget(noon.Add(10 * day))
	if n := len(m.Calls()); n != 60 {
		t.Errorf("%d calls are left", n)
	}
}

func TestTry(t *testing.T) {
	const ani office.Number = "+628110000001"
	var calls []PastCall
	add := func(n office.Number, ago time.Duration, outcome string) {
		at := noon.Add(-ago)
		calls = append(calls, PastCall{
			Call: fmt.Sprint("c", len(calls)), Number: n, Began: at, Ended: at.Add(time.Minute), Outcome: outcome, Talked: 30 * time.Second,
		})
	}
	day := 24 * time.Hour
	for i := range 5 {
		add(budi, time.Duration(40-i)*day, "iseng") // before the month: only evidence
		add(budi, time.Duration(20-i)*day, "iseng")
		add(ani, time.Duration(20-i)*day, "iseng")
	}
	add(ani, 10*day, "valid_polda")
	add("", 5*day, "iseng")
	stricter := Default()
	stricter.Gate, stricter.SharedCap = 5, 4
	from := noon.Add(-30 * day)
	got, err := Try(calls, nil, from, noon, Default(), stricter)
	if err != nil {
		t.Fatal(err)
	}
	if got.Calls != 12 || got.True != 1 || got.Before.Gate+got.Before.Low != 8 || got.After.Gate+got.After.Low != 9 ||
		got.Before.TrueGate != 1 || got.After.TrueGate != 1 || len(got.Newly) != 1 || len(got.NoMore) != 0 || got.Before.HeldMinutes != 3.5 {
		t.Errorf("%+v", got)
	}
	cleared, err := Try(calls, []Event{Cleared{At: noon.Add(-11 * day), Number: office.Private(ani), By: "wati"}, WeightsSet{At: from, Rev: 9, Weights: stricter}}, from, noon, Default(), Default())
	if err != nil || cleared.Before.TrueGate != 0 || cleared.After != cleared.Before {
		t.Errorf("%+v %v", cleared, err)
	}
	stricter.EmptyCap = 9
	if _, err := Try(calls, nil, from, noon, Default(), stricter); err == nil {
		t.Error("senseless weights were tried")
	}
}
