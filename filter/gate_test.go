package filter

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func enter(level Level, why ...Reason) GateState {
	g, _ := GateState{}.Do(Enter{At: noon, Call: "a", Number: budi, Verdict: Verdict{Level: level, Held: true, Low: level == Low, Why: why}, Weights: Default()})
	return g
}

func sec(s float64) time.Time { return noon.Add(time.Duration(s * float64(time.Second))) }

// Each row is what a caller does at the gate, and how it lets go of them.
func TestGate(t *testing.T) {
	for name, c := range map[string]struct {
		level Level
		why   []Reason
		do    []GateCommand
		how   How
		in    bool
		lane  bool
	}{
		"waits":                          {do: []GateCommand{GateTick{sec(3.9)}}, in: true},
		"presses 8":                      {do: []GateCommand{Key{sec(3), '8'}}, how: Key8},
		"presses another key":            {do: []GateCommand{Key{sec(3), '1'}, Key{sec(3), '5'}}, in: true},
		"can't speak: 5-5":               {do: []GateCommand{Key{sec(3), '5'}, Key{sec(5), '5'}}, how: SilentHelp},
		"5, and much later 5":            {do: []GateCommand{Key{sec(3), '5'}, Key{sec(10), '5'}}, in: true},
		"speaks":                         {do: []GateCommand{Voice{sec(2), true}, GateTick{sec(3.5)}}, how: Spoke},
		"speaks in pieces":               {do: []GateCommand{Voice{sec(2), true}, Voice{sec(2.8), false}, Voice{sec(5), true}, Voice{sec(5.8), false}}, how: Spoke},
		"coughs":                         {do: []GateCommand{Voice{sec(2), true}, Voice{sec(2.4), false}, GateTick{sec(3.9)}}, in: true},
		"is silent":                      {do: []GateCommand{GateTick{sec(4)}}, how: SilenceLow, in: true, lane: true},
		"begins to speak at the end":     {do: []GateCommand{Voice{sec(3.5), true}, GateTick{sec(4)}, GateTick{sec(5)}}, how: Spoke},
		"speaks in the low lane":         {do: []GateCommand{GateTick{sec(20)}, Voice{sec(30), true}, GateTick{sec(31.5)}}, how: Spoke},
		"presses 8 in the low lane":      {do: []GateCommand{GateTick{sec(20)}, Key{sec(30), '8'}}, how: Key8},
		"leaves":                         {do: []GateCommand{Leave{sec(4)}, Key{sec(5), '8'}}, how: LeftGate},
		"calls again":                    {do: []GateCommand{Again{sec(9)}}, how: Redialled},
		"a low number presses 8":         {level: Low, do: []GateCommand{Key{sec(3), '8'}}, how: Key8, lane: true},
		"a low number can't speak":       {level: Low, do: []GateCommand{Key{sec(3), '5'}, Key{sec(4), '5'}}, how: SilentHelp},
		"8 after it ended":               {do: []GateCommand{Key{sec(3), '8'}, Key{sec(4), '8'}, GateTick{sec(30)}, Leave{sec(40)}}, how: Key8},
		"voice off that never was on":    {do: []GateCommand{Voice{sec(3), false}}, in: true},
		"times that go back":             {do: []GateCommand{Voice{sec(3), true}, Voice{sec(1), false}, GateTick{sec(-5)}}, in: true},
		"is silent under a shield":       {why: []Reason{{Code: Shielded}}, do: []GateCommand{GateTick{sec(19.9)}}, in: true},
		"is silent though blocked":       {why: []Reason{{Code: IsBlocked}, {Code: Code(Prank)}}, do: []GateCommand{GateTick{sec(20)}}, how: SilenceLow, in: true, lane: true},
		"comes in twice":                 {do: []GateCommand{Enter{At: sec(5), Call: "b", Weights: Default()}}, in: true},
		"a tick that came much too late": {do: []GateCommand{Voice{sec(3), true}, Voice{sec(3.5), false}, GateTick{sec(300)}}, how: SilenceLow, in: true, lane: true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.level == None {
				c.level = Gate
			}
			g := enter(c.level, c.why...)
			for _, cmd := range c.do {
				g, _ = g.Do(cmd)
			}
			if g.How != c.how || g.In != c.in || g.LowLane() != c.lane {
				t.Errorf("%q, in %v, low lane %v: %+v", g.How, g.In, g.LowLane(), g)
			}
		})
	}
}

// Whatever happens at the gate, it ends within its time or waits for nobody but the caller, its events bring a new
// process to the same state, and it never hangs up.
func TestGateAlwaysEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := enter(rapid.SampledFrom([]Level{Gate, Low}).Draw(t, "level"))
		folded := GateState{}.Apply(GateEntered{At: noon, Call: "a", Level: Gate, Until: g.Until, Speech: g.Needed})
		if g.Low {
			folded.Low = true
		}
		at := noon
		do := func(cmd GateCommand) {
			var events []Event
			g, events = g.Do(cmd)
			for _, e := range events {
				ended, ok := e.(GateEnded)
				if !ok || ended.How == LeftGate && cmd != (Leave{at}) {
					t.Fatalf("%T brought %+v", cmd, e)
				}
				folded = folded.Apply(e)
			}
		}
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
			for d, ok := g.Deadline(); ok && !d.After(at); d, ok = g.Deadline() {
				before := g
				do(GateTick{d})
				if g == before {
					t.Fatalf("the deadline %v did nothing: %+v", d, g)
				}
			}
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				do(Key{at, rapid.SampledFrom([]rune("0123456789*#")).Draw(t, "key")})
			case 1:
				do(Again{at})
			case 2:
				do(Leave{at})
			default:
				do(Voice{at, rapid.Bool().Draw(t, "on")})
			}
		}
		if g.How != folded.How || g.In != folded.In || g.LowLane() != folded.LowLane() {
			t.Fatalf("%+v, from its events %+v", g, folded)
		}
		for n := 0; ; n++ {
			d, ok := g.Deadline()
			if !ok {
				break
			}
			if n > 2 {
				t.Fatalf("it doesn't come to an end: %+v", g)
			}
			do(GateTick{d})
		}
		if g.How == "" {
			t.Fatal("it waits for ever")
		}
	})
}
