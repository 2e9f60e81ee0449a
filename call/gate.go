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
type Gate struct {
	Why   GateWhy   `json:"why"`
	Until time.Time `json:"until"` // neither key nor voice until then: low lane
}

// GateHow says how a call got past the gate.
type GateHow string

// How a call got past the gate.
const (
	ByKey     GateHow = "tombol" // pressed 8
	ByVoice   GateHow = "suara"  // spoke for 1.5 s
	ByDanger5 GateHow = "senyap" // pressed 5 twice: a silent emergency
	BySilence GateHow = "diam"   // neither: low lane
	ByHand    GateHow = "petugas"
)

// lowWait is the longest that a call stays behind all others. Then it waits like them, and its ladder begins: the low
// lane costs patience, never help.
const lowWait = 60 * time.Second

// passGate lets a call from the gate into the queue. The ladder counts from here.
func passGate(s State, c PassGate) ([]Event, error) {
	if s.Phase != Gated {
		return nil, nil // it passed a moment ago
	}
	return []Event{ungate(s, c.At, c.How)}, nil
}

func ungate(s State, at time.Time, how GateHow) Ungated {
	e := Ungated{At: at, How: how, LevelAt: at.Add(waitOf(s.Route, 0, s.Times))}
	if how == BySilence {
		e.Low, e.LevelAt = true, at.Add(lowWait)
	}
	e.Urgent = how == ByDanger5
	return e
}

// GatedBefore says whether the call stood at the gate, now or before.
func (s State) GatedBefore() bool { return s.GateWhy != "" }
