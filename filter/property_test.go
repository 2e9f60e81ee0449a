package filter

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

const budi office.Number = "+6281234567890"

// outcomes that a call may end with, those that count among them often.
var outcomes = []string{
	"iseng", "iseng", "laporan_palsu", "kosong", "kosong", "kosong", "valid_polda", "valid_polres", "informasi",
	"salah_sambung", "putus_awal", "ditinggal_antrean", "tes", "no such outcome", "",
}

// weightsOf draws any weights that make sense.
func weightsOf(t *rapid.T) Weights {
	w := Default()
	f := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
	w.Prank, w.FalseReport, w.Empty, w.Valid = f("prank", 0.1, 10), f("false", 0, 10), f("empty", 0, 3), f("valid", -20, 0)
	w.HalfLifeDays = f("half", 1, 60)
	w.GoneDays = f("gone", w.HalfLifeDays, 365)
	w.Gate = f("gate", 3, 40)
	w.Chip = f("chip", 0.1, w.Gate)
	w.Low = f("low", w.Gate, 80)
	w.EmptyCap, w.SharedCap = f("emptyCap", 0, w.Gate-1), f("sharedCap", 0, w.Gate-1)
	return w
}

// fact is something that happened to Budi's number: a call's end, or an event.
type fact struct {
	ended *Ended
	event Event
	at    time.Time
}

// factsOf draws what happened over some months, many things in the same instant.
func factsOf(t *rapid.T, most int) []fact {
	var out []fact
	for i := range rapid.IntRange(1, most).Draw(t, "n") {
		at := noon.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "at")) * 3 * 24 * time.Hour)
		switch what := rapid.IntRange(0, 16).Draw(t, "what"); what {
		case 0:
			out = append(out, fact{event: Cleared{At: at, Number: office.Private(budi), By: "wati"}, at: at})
		case 1:
			out = append(out, fact{event: SharedMarked{At: at, Number: office.Private(budi), On: rapid.Bool().Draw(t, "on"), By: "wati"}, at: at})
		case 2:
			out = append(out, fact{event: Blocked{At: at, Number: office.Private(budi), Until: at.Add(5 * time.Hour), By: "wati"}, at: at})
		case 3:
			out = append(out, fact{event: Unblocked{At: at, Number: office.Private(budi), By: "wati"}, at: at})
		case 13, 14, 15, 16: // what happened at the gate, and a notice, are no evidence
			n, id := office.Private(budi), fmt.Sprintf("c%d", i)
			e := []Event{
				GateEntered{At: at, Call: id, Number: n, Level: Gate},
				GatePassed{At: at, Call: id, Number: n, Level: Gate},
				GateEnded{At: at, Call: id, How: LeftGate},
				Noticed{At: at, Number: n, By: "wati"},
			}[what-13]
			out = append(out, fact{event: e, at: at})
		default:
			id := fmt.Sprintf("c%d", i)
			out = append(out, fact{ended: &Ended{
				At: at, Call: id, Number: budi, Trunk: "telkom", Began: at.Add(-30 * time.Second), Spoke: true,
				Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome"),
			}, at: at})
		}
	}
	return out
}

func (l *Ledger) tell(f fact) {
	if f.ended != nil {
		l.Ended(*f.ended)
		return
	}
	l.Fold(f.event)
}

func withWeights(w Weights) *Ledger {
	l := NewLedger(0)
	l.Fold(WeightsSet{At: noon.Add(-time.Hour), Rev: 1, Weights: w, By: "kompol"})
	return l
}

// Evidence goes up only when something happens that a person can read: as time goes by it only falls, and what a call
// adds is at most its own points.
func TestEvidenceOnlyRisesWithAnEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := weightsOf(t)
		l := withWeights(w)
		facts := factsOf(t, 60)
		slices.SortFunc(facts, func(a, b fact) int { return a.at.Compare(b.at) })
		last := 0.0
		at := noon
		for i, f := range facts {
			for at.Before(f.at) { // nothing happens until then
				at = at.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
				if at.After(f.at) {
					at = f.at
				}
				if s := l.Standing(budi, at).Score; s > last+1e-9 {
					t.Fatalf("evidence rose from %v to %v by itself", last, s)
				} else {
					last = s
				}
			}
			l.tell(f)
			s := l.Standing(budi, at)
			rise := s.Score - last
			last = s.Score
			if rise <= 1e-9 {
				continue
			}
			switch {
			case f.ended == nil:
				if m, ok := f.event.(SharedMarked); !ok || m.On {
					t.Fatalf("fact %d, %T, raised the evidence by %v", i, f.event, rise)
				}
			case rise > map[string]float64{"iseng": w.Prank, "laporan_palsu": w.FalseReport, "kosong": w.Empty, "putus_awal": w.Empty}[f.ended.Outcome]+1e-9:
				t.Fatalf("one %s raised the evidence by %v", f.ended.Outcome, rise)
			case !slices.ContainsFunc(s.Steps, func(v Weighed) bool { return v.Call == f.ended.Call && v.Kind == KindOf(f.ended.Outcome) }):
				t.Fatalf("the evidence rose by %v, and no step tells why", rise)
			}
		}
		for range 30 {
			at = at.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
			if s := l.Standing(budi, at).Score; s > last+1e-9 {
				t.Fatalf("evidence rose from %v to %v by itself", last, s)
			} else {
				last = s
			}
		}
		if at = at.Add(w.Gone()); l.Standing(budi, at).Score != 0 {
			t.Fatal("evidence outlived its time")
		}
	})
}

// The steps that a person reads add up to the score, caps hold, and silence alone holds nobody.
func TestStepsAreTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := weightsOf(t)
		l := withWeights(w)
		for _, f := range factsOf(t, 80) {
			l.tell(f)
		}
		at := noon.Add(time.Duration(rapid.IntRange(0, 200*24).Draw(t, "later")) * time.Hour)
		s := l.Standing(budi, at)
		sum, empties, presses := 0.0, 0.0, 0
		for _, v := range s.Steps {
			if v.Left < 0 || math.IsNaN(v.Left) {
				t.Fatalf("a step has %v left", v.Left)
			}
			sum += v.Left
			if v.Kind == Empty {
				empties += v.Left
			}
			if isPrank(v.Kind) {
				presses++
			}
		}
		if math.Abs(sum-s.Score) > 1e-9 {
			t.Fatalf("steps add up to %v, the score is %v", sum, s.Score)
		}
		if empties > w.EmptyCap+1e-9 {
			t.Fatalf("empty calls came to %v, over their cap %v", empties, w.EmptyCap)
		}
		if s.Shared != nil && s.Score > w.SharedCap+1e-9 {
			t.Fatalf("a shared phone came to %v, over its cap %v", s.Score, w.SharedCap)
		}
		v := l.Judge(budi, Facts{Dice: 0.9}, at)
		if v.Held && s.Block == nil && (presses < 2 || s.Shared != nil) {
			t.Fatalf("held with %d presses, shared %v", presses, s.Shared != nil)
		}
		if len(s.Steps) > 3*stepsMax {
			t.Fatalf("%d steps are kept", len(s.Steps))
		}
	})
}

// A cleared number is treated as new: by what was known before, and by what comes after.
func TestClearedIsNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, fresh := NewLedger(0), NewLedger(0)
		for _, f := range factsOf(t, 60) {
			if m, ok := f.event.(SharedMarked); ok && m.On {
				continue // that says something of the phone, not of its past
			}
			l.tell(f)
		}
		at := noon.Add(130 * 24 * time.Hour)
		l.Fold(Cleared{At: at, Number: office.Private(budi), By: "wati", Reason: "nomor ganti pemilik"})
		later := at
		for i := range rapid.IntRange(0, 10).Draw(t, "after") {
			later = later.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour)
			e := Ended{At: later, Call: fmt.Sprintf("d%d", i), Number: budi, Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome")}
			l.Ended(e)
			fresh.Ended(e)
		}
		f := Facts{Call: "x", Dice: rapid.Float64Range(0, 1).Draw(t, "dice")}
		if got, want := l.Judge(budi, f, later), fresh.Judge(budi, f, later); !reflect.DeepEqual(got, want) {
			t.Fatalf("cleared %+v, new %+v", got, want)
		}
	})
}

// What happened is a set: whichever way it is told, and so also things of one instant, it means the same.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := factsOf(t, 60)
		for i := range 2 { // one instant for many of them
			for j := range facts {
				if j%3 == i {
					facts[j] = facts[j].moved(noon.Add(time.Duration(i) * 9 * 24 * time.Hour))
				}
			}
		}
		w1 := WeightsSet{At: noon, Rev: 1, Weights: weightsOf(t), By: "a"}
		w2 := WeightsSet{At: noon, Rev: 2, Weights: weightsOf(t), By: "b"}
		facts = append(facts, fact{event: w1}, fact{event: w2},
			fact{event: ShieldRaised{At: noon, Source: Source{Trunk, "telkom"}, Until: noon.Add(time.Minute)}},
			fact{event: ShieldLowered{At: noon, Source: Source{Trunk, "telkom"}}})
		facts = append(facts, facts[rapid.IntRange(0, len(facts)-1).Draw(t, "twice")]) // told again
		mixed := rapid.Permutation(facts).Draw(t, "order")
		a, b := NewLedger(0), NewLedger(0)
		for i := range facts {
			a.tell(facts[i])
			b.tell(mixed[i])
		}
		for day := range 140 {
			at := noon.Add(time.Duration(day)*24*time.Hour + time.Second)
			f := Facts{Call: "x", Trunk: "telkom", Dice: 0.5}
			if x, y := a.Judge(budi, f, at), b.Judge(budi, f, at); !reflect.DeepEqual(x, y) {
				t.Fatalf("on day %d: %+v or %+v", day, x, y)
			}
			if x, y := a.Standing(budi, at), b.Standing(budi, at); !reflect.DeepEqual(x, y) {
				t.Fatalf("on day %d: %+v or %+v", day, x, y)
			}
		}
	})
}

func (f fact) moved(at time.Time) fact {
	if f.ended != nil {
		e := *f.ended
		e.At = at
		return fact{ended: &e, at: at}
	}
	switch e := f.event.(type) { //nolint:gochecksumtype // those that factsOf draws
	case Cleared:
		e.At = at
		f.event = e
	case SharedMarked:
		e.At = at
		f.event = e
	case Blocked:
		e.At, e.Until = at, at.Add(5*time.Hour)
		f.event = e
	case Unblocked:
		e.At = at
		f.event = e
	}
	f.at = at
	return f
}

// Nothing that the filter can say drops a call; danger, open reports and owed calls always pass; what nobody can know
// is no reason to hold anybody.
func TestNobodyIsDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := withWeights(weightsOf(t))
		for _, f := range factsOf(t, 40) {
			l.tell(f)
		}
		if rapid.Bool().Draw(t, "flood") {
			l.Fold(ShieldRaised{At: noon, Source: Source{Trunk, "telkom"}, Until: noon.Add(1e6 * time.Hour)})
		}
		f := Facts{
			Call: "x", Trunk: "telkom", Unsure: rapid.Bool().Draw(t, "unsure"), Open: rapid.Bool().Draw(t, "open"),
			Danger: rapid.Bool().Draw(t, "danger"), Owed: rapid.Bool().Draw(t, "owed"), Dice: rapid.Float64().Draw(t, "dice"),
		}
		n := rapid.SampledFrom([]office.Number{budi, "", "112", "+", "abc", "+99999999999999999999999", "+62\x00", office.Number(office.Erased)}).Draw(t, "number")
		v := l.Judge(n, f, noon.Add(time.Duration(rapid.IntRange(-100, 4000).Draw(t, "h"))*time.Hour))
		if !slices.Contains([]Level{None, Chip, Gate, Low}, v.Level) {
			t.Fatalf("level %q", v.Level)
		}
		if v.Held && (f.Open || f.Danger || f.Owed) {
			t.Fatalf("held in need: %+v", v)
		}
		if v.Held != (v.Level.AtLeast(Gate) && v.Escape == "") || v.Low && !v.Held {
			t.Fatalf("%+v", v)
		}
		if v.Level.AtLeast(Chip) && len(v.Why) == 0 {
			t.Fatalf("no words for %+v", v)
		}
		for _, words := range v.Words(noon, nil) {
			if words.ID == "" || words.EN == "" {
				t.Fatal("a reason without words")
			}
		}
		o := v.ForOperator()
		if v.Sampled() && (o.Level.AtLeast(Gate) || o.Escape != "" || o.Low || o.Score != 0) {
			t.Fatalf("an operator can tell the sample: %+v", o)
		}
	})
}

// 10,000 numbers in a minute from one trunk cost a bounded amount of memory, and push out no number in danger, no
// block, and no prank.
func TestMemoryIsBounded(t *testing.T) {
	l := NewLedger(2000)
	l.Fold(Blocked{At: noon, Number: "+628110000001", Until: noon.Add(time.Hour), By: "wati"})
	l.Ended(Ended{At: noon, Call: "v", Number: "+628130000003", Outcome: "valid_polda", Danger: true})
	for i := range 3 {
		l.Ended(Ended{At: noon, Call: fmt.Sprint("p", i), Number: budi, Outcome: "iseng", Spoke: true})
	}
	for i := range 30_000 {
		at := noon.Add(time.Duration(i) * 2 * time.Millisecond)
		n := office.Number(fmt.Sprintf("+62813%07d", i*37))
		id := fmt.Sprint("f", i)
		l.Judge(n, Facts{Call: id, Trunk: "telkom"}, at)
		l.Came(Came{At: at, Call: id, Number: n, Trunk: "telkom"})
		l.Ended(Ended{At: at, Call: id, Number: n, Trunk: "telkom", Began: at, Outcome: "kosong"})
		for _, e := range l.Due(at) {
			l.Fold(e)
		}
	}
	if n, forgot := l.Size(); n > 2000 || forgot == 0 || l.weak.Len()+l.strong.Len() != n {
		t.Errorf("%d numbers, %d forgotten, lists of %d and %d", n, forgot, l.weak.Len(), l.strong.Len())
	}
	if len(l.flood.windows) > sourcesMax || l.flood.order.Len() != len(l.flood.windows) {
		t.Errorf("%d windows, %d in order", len(l.flood.windows), l.flood.order.Len())
	}
	if len(l.recent.order) > recentMax || len(l.recent.calls) > recentMax {
		t.Errorf("%d recent calls of %d numbers", len(l.recent.order), len(l.recent.calls))
	}
	at := noon.Add(time.Minute)
	if s := l.Standing("+628110000001", at); s.Block == nil {
		t.Error("a block was forgotten")
	}
	if v := l.Judge(budi, Facts{Dice: 0.5}, at); !v.Held {
		t.Errorf("pranks were forgotten: %+v", v)
	}
	if v := l.Judge("+628130000003", Facts{Trunk: "telkom", Dice: 0.5}, at); v.Held || v.Escape != ByDanger {
		t.Errorf("danger was forgotten: %+v", v)
	}
	l.Sweep(noon.Add(100 * 24 * time.Hour))
	if n, _ := l.Size(); n != 1 { // the one in danger
		t.Errorf("%d numbers after all has gone", n)
	}
}

// Weights are read as they stand, or refused with words; a changed copy of the defaults is enough.
func TestSenselessWeights(t *testing.T) {
	if err := Default().Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Weights){
		"prank":          func(w *Weights) { w.Prank = math.NaN() },
		"falseReport":    func(w *Weights) { w.FalseReport = math.Inf(1) },
		"empty":          func(w *Weights) { w.Empty = -0.1 },
		"valid":          func(w *Weights) { w.Valid = 5 },
		"halfLifeDays":   func(w *Weights) { w.HalfLifeDays = 91 },
		"goneDays":       func(w *Weights) { w.GoneDays = 1e9 },
		"chip":           func(w *Weights) { w.Chip = 9 },
		"gate":           func(w *Weights) { w.Gate = 16 },
		"emptyCap":       func(w *Weights) { w.EmptyCap = 8 },
		"sharedCap":      func(w *Weights) { w.SharedCap = 8 },
		"sample":         func(w *Weights) { w.Sample = 0 },
		"silenceSeconds": func(w *Weights) { w.SilenceSeconds = 0 },
		"heldSeconds":    func(w *Weights) { w.HeldSeconds = 3 }, // less than at the gate
		"speechSeconds":  func(w *Weights) { w.SpeechSeconds = 60 },
		"againSeconds":   func(w *Weights) { w.AgainSeconds = -1 },
		"blockMaxHours":  func(w *Weights) { w.BlockMaxHours = 25 },
		"floodRange":     func(w *Weights) { w.FloodRange = 0 },
		"floodPrefix":    func(w *Weights) { w.FloodPrefix = 100 },
	} {
		w := Default()
		change(&w)
		err := w.Check()
		var bad *WeightsError
		if !errorsAs(err, &bad) || !slices.ContainsFunc(bad.Problems, func(p Problem) bool { return p.Field == name && p.ID != "" && p.EN != "" }) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// All that a call's outcome calls valid is valid here, and nothing else.
func TestKindsFollowOutcomes(t *testing.T) {
	for _, o := range call.Outcomes() {
		if got := KindOf(string(o.Code)) == Valid; got != o.Valid {
			t.Errorf("%s: valid %v", o.Code, got)
		}
	}
	for o, k := range map[call.Outcome]Kind{call.PrankCall: Prank, call.FalseReport: FalseReport, call.Empty: Empty, call.Test: ""} {
		if KindOf(string(o)) != k {
			t.Errorf("%s is %q", o, KindOf(string(o)))
		}
	}
}
