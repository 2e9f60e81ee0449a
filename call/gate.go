package call

import "time"

// GateWhy says why a call meets the gate before the queue (CALL.md §4).
type GateWhy string

// Why a call is gated.
const (
	GateEvidence GateWhy = "bukti"    // what the number did before
	GateBlock    GateWhy = "blokir"   // a supervisor's block, 24 h at most
	GateFlood    GateWhy = "serangan" // the shield against a flood from its source
)

// Gate is the prompt before the queue: "tekan 8, atau bicaralah". The call is answered for it, since keys need that.
// Whatever happens the caller gets into the queue; the gate never ends a call.
//
// What is heard at the gate is weighed by filter.GateState, whose word comes as PassGate. Until is the latest that
// this word may come: it holds when that state was lost with its process.
type Gate struct {
	Why   GateWhy   `json:"why"`
	Until time.Time `json:"until"`
}

// GateHow says how a call got past the gate, in the words of filter.How.
type GateHow string

// How a call got past the gate.
const (
	ByKey8      GateHow = "key8"
	BySpeech    GateHow = "speech"
	ByFives     GateHow = "silent_help"      // pressed 5 twice: a silent emergency, before all others
	BySilence   GateHow = "silence_low_lane" // neither key nor speech: behind all others
	ByRedialled GateHow = "second_call"      // the same number calls again
)

// through says whether somebody showed at the gate that they are there.
func (h GateHow) through() bool {
	return h == ByKey8 || h == BySpeech || h == ByFives || h == ByRedialled
}

// lowWait is the longest that a call stays behind all others. Then it waits like them, and its ladder begins: the low
// lane costs patience, never help.
const lowWait = 60 * time.Second

// passGate lets a call from the gate into the queue, where its ladder begins; or from the low lane to the others, when
// somebody who had been silent speaks or presses 8.
func passGate(s State, c PassGate) ([]Event, error) {
	levelAt := c.At.Add(waitOf(s.Route, 0, s.Times))
	switch {
	case s.Phase == Gated:
		e := Ungated{At: c.At, How: c.How, Low: c.Low, LevelAt: levelAt, Urgent: c.How == ByFives}
		if c.Low {
			e.LevelAt = c.At.Add(lowWait)
		}
		return []Event{e}, nil
	case s.Waiting() && s.Low && !c.Low:
		return []Event{Lifted{At: c.At, How: c.How, LevelAt: levelAt, Urgent: c.How == ByFives}}, nil
	}
	return nil, nil // it passed a moment ago
}

// GatedBefore says whether the call stood at the gate, now or before.
func (s State) GatedBefore() bool { return s.GateWhy != "" }
