package fast

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
)

// atTheGate plays a caller's plan at the gate.
func (w *world) atTheGate(l *live, weights filter.Weights) {
	l.atGate = w.now
	w.gateDo(l, filter.Enter{At: w.now, Call: l.id, Number: l.number, Verdict: l.verdict, Weights: weights})
	p := l.intent.gate
	if p.leave > 0 {
		w.after(p.leave, func() {
			if l.answered.IsZero() {
				w.hangUp(l)
			}
		})
	}
	if p.key > 0 {
		w.after(p.key, func() { w.gateDo(l, filter.Key{At: w.now, Key: '8'}) })
	}
	if p.onset > 0 {
		w.after(p.onset, func() { w.speak(l, p.speech) })
	}
	// The prompt names 5-5 too, for those who can't speak.
	w.after(sec(w.b.Operators.GateFives), func() {
		if l.answered.IsZero() && l.gate.In {
			w.tell(l, 0)
		}
	})
}

// speak is what the detector on the wire hears.
func (w *world) speak(l *live, long time.Duration) {
	if !l.gate.In {
		return
	}
	w.gateDo(l, filter.Voice{At: w.now, On: true})
	w.after(long, func() {
		w.gateDo(l, filter.Voice{At: w.now, On: false})
		if l.kind.Gate.Insists {
			w.after(2*time.Second, func() { w.speak(l, long) })
		}
	})
}

// tell is the machine's word of 5-5, which takes a while to say.
func (w *world) tell(l *live, long time.Duration) {
	if l.gone || !l.told.IsZero() {
		return
	}
	l.told = w.now
	if l.fives <= 0 {
		return
	}
	for _, d := range []time.Duration{0, 600 * time.Millisecond} {
		w.after(long+l.fives+d, func() {
			if l.gate.In {
				w.gateDo(l, filter.Key{At: w.now, Key: '5'})
			} else if d > 0 && l.state.Phase == call.Talking && !l.gone {
				w.do(l, call.SilentKeys{At: w.now})
			}
		})
	}
}

// gateDo is what the desk does with a key, a voice or a timer at the gate.
func (w *world) gateDo(l *live, cmd filter.GateCommand) {
	if !l.answered.IsZero() {
		return
	}
	var events []filter.Event
	l.gate, events = l.gate.Do(cmd)
	for _, e := range events {
		w.meter.Fold(e)
		ended, ok := e.(filter.GateEnded)
		if !ok {
			continue
		}
		switch {
		case ended.How == filter.LeftGate:
			l.leftGate = l.state.Phase == call.Gated
		case ended.How.Through():
			l.through = w.now
			l.spoke = l.spoke || ended.How == filter.Spoke
			if ended.How == filter.SilentHelp {
				w.do(l, call.SilentKeys{At: w.now}) // also lets it through
			}
			w.do(l, call.PassGate{At: w.now, How: call.GateHow(ended.How), Low: l.gate.LowLane()})
		case ended.How == filter.SilenceLow:
			w.do(l, call.PassGate{At: w.now, How: call.GateHow(ended.How), Low: true})
		}
	}
	if at, ok := l.gate.Deadline(); ok {
		w.agenda.set(at, func() {
			if d, ok := l.gate.Deadline(); ok && !d.After(w.now) {
				w.gateDo(l, filter.GateTick{At: w.now})
			}
		})
	}
}
