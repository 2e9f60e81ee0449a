package filter

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// How the gate let go of a call.
type How string

// The ways. There is none by which the gate hangs up.
const (
	Key8       How = "key8"
	Spoke      How = "speech"
	SilentHelp How = "silent_help"      // 5-5: cannot speak; goes on as darurat senyap, before all others
	SilenceLow How = "silence_low_lane" // nothing came: the call waits in the low lane, and the gate still listens
	LeftGate   How = "hung_up"
	Redialled  How = "second_call" // the same number calls again: this call goes on as well
)

// Through says whether the caller showed that somebody is there: the call waits among the others then.
func (h How) Through() bool { return h == Key8 || h == Spoke || h == SilentHelp || h == Redialled }

// GateState is one call at the gate. It is a value: Apply returns a new one. The one who runs the call plays the prompt
// ("tekan 8, atau bicaralah; tidak bisa bicara? tekan 5 dua kali") and asks Deadline when to say GateTick.
type GateState struct {
	Call   string
	Low    bool          // by its number's past: even when through, it waits in the low lane
	In     bool          // the gate listens
	How    How           // how it ended, the last time
	Until  time.Time     // silence ends then
	Needed time.Duration // of speech
	Speech time.Duration // heard so far, without what is being heard
	Since  time.Time     // speech is being heard since; zero: none
	Fives  time.Time     // a first 5 was pressed
}

// fivesApart is within what time the second 5 must follow.
const fivesApart = 6 * time.Second

// GateCommand is what happens to a call at the gate.
//
//sumtype:decl
type GateCommand interface{ gateCommand() }

type (
	// Enter brings a call whose Verdict is Held. Weights are those of its Ledger.
	Enter struct {
		At      time.Time
		Call    string
		Number  office.Number
		Verdict Verdict
		Weights Weights
	}
	// Key is a DTMF key.
	Key struct {
		At  time.Time
		Key rune
	}
	// Voice tells that speech of the caller began or ended, as the detector on the wire has it.
	Voice struct {
		At time.Time
		On bool
	}
	// Again tells that the same number has called a second time, from a number without prank evidence.
	Again struct{ At time.Time }
	// Leave tells that the caller has hung up.
	Leave struct{ At time.Time }
	// GateTick looks at the deadline.
	GateTick struct{ At time.Time }
)

func (Enter) gateCommand()    {}
func (Key) gateCommand()      {}
func (Voice) gateCommand()    {}
func (Again) gateCommand()    {}
func (Leave) gateCommand()    {}
func (GateTick) gateCommand() {}

// Do is one command at the gate: the state after it, and what is to be journalled. Whoever runs the call acts on
// GateEnded.How. (Voice and a lone 5 change the state and bring no event: they needn't outlive a restart.)
func (g GateState) Do(cmd GateCommand) (GateState, []Event) {
	switch c := cmd.(type) {
	case Enter:
		if g.Call != "" {
			return g, nil
		}
		g = GateState{
			Call: c.Call, Low: c.Verdict.Low, In: true, Until: c.At.Add(c.Weights.Silence(c.Verdict)), Needed: c.Weights.Speech(),
		}
		return g, []Event{GateEntered{
			At: c.At, Call: c.Call, Number: office.Private(c.Number), Level: c.Verdict.Level, Why: c.Verdict.Why,
			Until: g.Until, Speech: g.Needed,
		}}
	case Key:
		switch {
		case !g.In:
		case c.Key == '8':
			return g.end(c.At, Key8)
		case c.Key == '5' && !g.Fives.IsZero() && c.At.Sub(g.Fives) <= fivesApart:
			return g.end(c.At, SilentHelp)
		case c.Key == '5':
			g.Fives = c.At
		}
	case Voice:
		if !g.In {
			return g, nil
		}
		g = g.heard(c.At)
		if c.On {
			g.Since = c.At
		} else {
			g.Since = time.Time{}
		}
		return g.look(c.At)
	case Again:
		if g.In {
			return g.end(c.At, Redialled)
		}
	case Leave:
		if g.In {
			return g.end(c.At, LeftGate)
		}
	case GateTick:
		if g.In {
			return g.heard(c.At).look(c.At)
		}
	}
	return g, nil
}

// heard adds what is being heard up to now.
func (g GateState) heard(at time.Time) GateState {
	if !g.Since.IsZero() && at.After(g.Since) {
		g.Speech, g.Since = g.Speech+at.Sub(g.Since), at
	}
	return g
}

// look ends the gate if enough was heard, or nothing for long enough. Somebody who is speaking is heard out.
func (g GateState) look(at time.Time) (GateState, []Event) {
	switch {
	case g.Speech >= g.Needed:
		return g.end(at, Spoke)
	case g.How != SilenceLow && g.Since.IsZero() && !at.Before(g.Until):
		return g.end(at, SilenceLow)
	}
	return g, nil
}

func (g GateState) end(at time.Time, how How) (GateState, []Event) {
	g.How = how
	g.In = how == SilenceLow // there it still listens: 8 or a word brings the caller before those who are silent
	return g, []Event{GateEnded{At: at, Call: g.Call, How: how}}
}

// Answered ends the listening: a person has the call.
func (g GateState) Answered() GateState {
	g.In = false
	return g
}

// LowLane says whether the call waits behind all others.
func (g GateState) LowLane() bool {
	return g.How == SilenceLow || g.Low && g.How.Through() && g.How != SilentHelp
}

// Deadline is when the state wants a GateTick. False: only the caller can change it.
func (g GateState) Deadline() (time.Time, bool) {
	if !g.In {
		return time.Time{}, false
	}
	if !g.Since.IsZero() {
		return g.Since.Add(g.Needed - g.Speech), true
	}
	return g.Until, g.How != SilenceLow
}

// Apply is for a process that starts anew and reads its journal. It is total.
func (g GateState) Apply(e Event) GateState {
	switch e := e.(type) {
	case GateEntered:
		return GateState{Call: e.Call, Low: e.Level == Low, In: true, Until: e.Until, Needed: e.Speech}
	case GateEnded:
		if e.Call == g.Call {
			g.How, g.In = e.How, e.How == SilenceLow
		}
	case Blocked, Unblocked, Cleared, SharedMarked, Noticed, WeightsSet, GateSampled, GatePassed, ShieldRaised, ShieldLowered:
	}
	return g
}

// Passed is the event of a call that was judged and isn't held although its number is at the gate; nil for others.
func (v Verdict) Passed(at time.Time, callID string, n office.Number) Event {
	switch v.Escape {
	case "":
		return nil
	case BySample:
		e := GateSampled{At: at, Call: callID, Number: office.Private(n), Level: v.Level}
		for _, r := range v.Why {
			if r.Code == Shielded && r.Source != nil {
				e.Shield = string(r.Source.Kind) + " " + r.Source.Value
			}
		}
		return e
	case ByDanger, ByOpen, ByOwed, ByAgain, ByKnown:
		return GatePassed{At: at, Call: callID, Number: office.Private(n), Level: v.Level, Escape: v.Escape}
	}
	return nil
}
