package fast

import (
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A few months hold what the filter promises (all 20: docs/BENCHMARKS.md). The bounds leave room for few months.
func TestMonths(t *testing.T) {
	b, err := ReadBehaviour()
	if err != nil {
		t.Fatal(err)
	}
	r, err := MeasureFilter(t.Context(), b, FilterOptions{Seed: 1, Seeds: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", r)
	switch {
	case r.Calls != 3*15_000 || r.True != 3*300 || r.TrueAtGate < 3*180:
		t.Errorf("the months aren't those of the field: %d calls, %d true, %d at the gate", r.Calls, r.True, r.TrueAtGate)
	case r.OperatorMinutesRatio > 1.0/3:
		t.Errorf("operators need %.3f of the minutes", r.OperatorMinutesRatio)
	case r.TrueP95Ratio > 1.05:
		t.Errorf("true callers wait %.3f times as long", r.TrueP95Ratio)
	case r.HurtPct > 0.5:
		t.Errorf("the gate hurts %.2f %% of true callers", r.HurtPct)
	case r.PromptedPct != 100:
		t.Errorf("%.1f %% of the silent victims were asked", r.PromptedPct)
	case r.CoversPct < 50:
		t.Errorf("the interval covers %.0f %%", r.CoversPct)
	}
}

// The measurement can fail: callers who leave at machines, victims at prank numbers, and operators without keys of
// their own for invalid calls are seen in its figures.
func TestTheMeasureSees(t *testing.T) {
	patient := []byte(`{"silenceSeconds": 20}`) // with 4 s nearly nobody is hurt, whatever else is wrong
	figures := func(change func(*Behaviour)) FilterReport {
		t.Helper()
		b, err := ReadBehaviour()
		if err != nil {
			t.Fatal(err)
		}
		b.Month.Days, b.Month.Floods = 8, 0
		b.Month.Victims, b.Month.VictimsPrank, b.Month.TrueFromPrank = 8, 0, 60
		change(b)
		r, err := MeasureFilter(t.Context(), b, FilterOptions{Seed: 1, Seeds: 1, Weights: patient})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain := figures(func(*Behaviour) {})
	if r := figures(func(b *Behaviour) { b.True.Gate.GiveUp = 1 }); r.LeftPct < 40 || r.HurtPct < 40 || plain.LeftPct > 5 {
		t.Errorf("all true callers leave at the gate: %.1f %%, else %.1f %%", r.LeftPct, plain.LeftPct)
	}
	if r := figures(func(b *Behaviour) { b.Operators.Invites, b.Operators.Eight = 12, 15 }); r.LostPct < 10 || r.TrueP95Ratio < 1.2 {
		t.Errorf("a prompt of a quarter of a minute costs nobody anything: %+v", r)
	}
	if r := figures(func(b *Behaviour) { b.Operators.OneKey = Time{Median: 17, Spread: 0.1, Most: 40} }); r.OperatorMinutesRatio < plain.OperatorMinutesRatio+0.2 {
		t.Errorf("keys of their own save nothing: %.2f and %.2f", r.OperatorMinutesRatio, plain.OperatorMinutesRatio)
	}
}

// The same seed is the same month.
func TestSeedsRepeat(t *testing.T) {
	b, err := ReadBehaviour()
	if err != nil {
		t.Fatal(err)
	}
	b.Month.Days, b.Month.WarmUp = 3, 10
	b.Month.Victims, b.Month.VictimsPrank, b.Month.TrueFromPrank, b.Month.Floods = 3, 1, 20, 1
	a, err := Play(b, 7)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Play(b, 7)
	if err != nil {
		t.Fatal(err)
	}
	a.Took, again.Took = 0, 0
	if !reflect.DeepEqual(a, again) {
		t.Errorf("%+v\n%+v", a, again)
	}
	if other, err := Play(b, 8); err != nil || other.MinutesWithout == a.MinutesWithout {
		t.Errorf("another seed is the same month (%v)", err)
	}
}

// Callers don't read the filter's rules: what draws them knows nothing of the filter.
func TestCallersKnowNoRules(t *testing.T) {
	for _, file := range []string{"behave.go", "plan.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "filter") || strings.Contains(i.Path.Value, "siaga/call") {
				t.Errorf("%s imports %s", file, i.Path.Value)
			}
		}
	}
	text := string(behaviourFile)
	for _, word := range []string{"weight", "threshold", "halfLife", "score", "evidence"} {
		if strings.Contains(strings.ReplaceAll(text, "its weights;", ""), `"`+word) {
			t.Errorf("behaviour.json speaks of %s", word)
		}
	}
}

// A file that makes no sense is refused with its fault.
func TestBehaviourIsChecked(t *testing.T) {
	for name, breaks := range map[string]func(*Behaviour){
		"source": func(b *Behaviour) { b.Callers[0].Source = nil },
		"listed": func(b *Behaviour) { b.True.Source = []string{"hearsay"} },
		"share":  func(b *Behaviour) { b.Callers[0].Share = 2 },
		"hours":  func(b *Behaviour) { b.Month.ByHour = nil },
	} {
		b, err := ReadBehaviour()
		if err != nil {
			t.Fatal(err)
		}
		breaks(b)
		if err := b.check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQuantile(t *testing.T) {
	d := []time.Duration{5, 1, 4, 2, 3}
	if quantile(d, 0.5) != 3 || quantile(d, 0.95) != 5 || quantile(nil, 0.5) != 0 {
		t.Error(quantile(d, 0.5), quantile(d, 0.95))
	}
}
