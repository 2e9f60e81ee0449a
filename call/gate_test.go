package call

import (
	"testing"
	"time"
)

func gated(t *testing.T, gate *Gate) State {
	t.Helper()
	events, err := Decide(State{}, Dial{At: noon, ID: "c", Office: "polda-kaltim", Times: TimesOf(zeroSettings), Gate: gate})
	if err != nil {
		t.Fatal(err)
	}
	return (State{}).ApplyAll(events)
}

// TestGate: each way past the gate leads into the queue, silence into the low lane, and from there with patience to where all others wait.
func TestGate(t *testing.T) {
	gate := &Gate{Why: GateEvidence, Until: noon.Add(20 * time.Second)}
	do := func(s State, cmd Command) State {
		events, err := Decide(s, cmd)
		if err != nil {
			t.Fatal(err)
		}
		return s.ApplyAll(events)
	}
	at := noon.Add(3 * time.Second)
	for _, c := range []struct {
		name        string
		cmd         Command
		low, urgent bool
		level       time.Time
	}{
		{"key", PassGate{At: at, How: ByKey8}, false, false, at.Add(10 * time.Second)},
		{"voice", PassGate{At: at, How: BySpeech}, false, false, at.Add(10 * time.Second)},
		{"5-5", PassGate{At: at, How: ByFives}, false, true, at.Add(10 * time.Second)},
		{"silence", Tick{At: noon.Add(20 * time.Second)}, true, false, noon.Add(80 * time.Second)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := do(gated(t, gate), c.cmd)
			if s.Phase != Queued || s.Low != c.low || s.Urgent != c.urgent || !s.LevelAt.Equal(c.level) || !s.GatedBefore() {
				t.Errorf("after %s: %s low %v urgent %v until %v", c.name, s.Phase, s.Low, s.Urgent, s.LevelAt)
			}
			if again := do(s, PassGate{At: at, How: ByKey8}); !c.low && again.GateHow != s.GateHow {
				t.Error("it passed the gate twice")
			}
		})
	}
	low := do(gated(t, gate), Tick{At: noon.Add(20 * time.Second)})
	lifted := do(low, Tick{At: noon.Add(80 * time.Second)})
	if lifted.Low || lifted.Level != 0 || !lifted.LevelAt.Equal(noon.Add(90*time.Second)) {
		t.Errorf("after a minute in the low lane: low %v, level %d at %v", lifted.Low, lifted.Level, lifted.LevelAt)
	}
	spoke := do(low, PassGate{At: noon.Add(25 * time.Second), How: BySpeech})
	if spoke.Low || spoke.GateHow != BySpeech || !spoke.LevelAt.Equal(noon.Add(35*time.Second)) {
		t.Errorf("who speaks in the low lane: low %v, %s, level at %v", spoke.Low, spoke.GateHow, spoke.LevelAt)
	}
	early := do(gated(t, gate), Tick{At: noon.Add(19 * time.Second)})
	if early.Phase != Gated {
		t.Errorf("before its time the gate let it go: %s", early.Phase)
	}
}

// TestGateOwesNothing: who leaves at the gate or in the low lane is owed no callback; who is owed one meets no gate.
func TestGateOwesNothing(t *testing.T) {
	gate := &Gate{Why: GateBlock, Until: noon.Add(20 * time.Second)}
	low := gated(t, gate)
	low = low.Apply(Ungated{At: noon.Add(20 * time.Second), How: BySilence, Low: true, LevelAt: noon.Add(80 * time.Second)})
	for name, s := range map[string]State{"gate": gated(t, gate), "low lane": low} {
		events, err := Decide(s, CallerGone{At: noon.Add(30 * time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		if s = s.ApplyAll(events); s.Phase != Ended || s.Outcome != LeftQueue || s.Callback != NotOwed {
			t.Errorf("%s: %s, %s, owed %q", name, s.Phase, s.Outcome, s.Callback)
		}
	}
	events, err := Decide(State{}, Dial{At: noon, ID: "c", Office: "polda-kaltim", Gate: gate, Urgent: true})
	if err != nil {
		t.Fatal(err)
	}
	if s := (State{}).ApplyAll(events); s.Phase != Queued || s.GatedBefore() {
		t.Errorf("a caller whom we owe a call stands at the gate: %s", s.Phase)
	}
}
