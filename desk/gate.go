package desk

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// gateLate is how much later than the gate's own word the call passes by itself: the state of the gate is lost with its
// process, and whoever is speaking when the time is over is heard out.
const gateLate = 10 * time.Second

// received judges the number before the first command, and says what stands before the queue. What the filter has to
// journal of it waits for the call's own first record.
func (l *Live) received(o office.Office, at time.Time, dial call.Dial) call.Dial {
	verdict, weights := l.desk.sieve.judge(o.ID, l.id, l.leg.Party(), at)
	l.verdict = verdict
	if verdict.Held && !dial.Urgent {
		why := call.GateEvidence
		switch verdict.Why[0].Code {
		case filter.IsBlocked:
			why = call.GateBlock
		case filter.Shielded:
			why = call.GateFlood
		}
		number := office.Number(dial.Caller.Number)
		state, events := l.gate.Do(filter.Enter{At: at, Call: string(l.id), Number: number, Verdict: verdict, Weights: weights})
		l.gate, l.entered = state, events
		dial.Gate = &call.Gate{Why: why, Until: state.Until.Add(gateLate)}
		return dial
	}
	if e := verdict.Passed(at, string(l.id), office.Number(dial.Caller.Number)); e != nil && !dial.Urgent {
		l.entered = []filter.Event{e}
	}
	return dial
}

// atGate tells the gate what the caller did, and lets the call pass when that is enough.
func (l *Live) atGate(cmd filter.GateCommand) {
	state, events := l.gate.Do(cmd)
	l.gate = state
	l.writeGate(l.state.Office, events)
	for _, e := range events {
		if end, ok := e.(filter.GateEnded); ok && end.How != filter.LeftGate {
			l.decide(call.PassGate{At: end.At, How: call.GateHow(end.How), Low: l.gate.LowLane()}, nil)
		}
	}
}

// writeGate journals what happened at the gate with the call itself: erasing the call erases it too.
func (l *Live) writeGate(o office.ID, events []filter.Event) {
	if len(events) == 0 {
		return
	}
	l.desk.sieve.note(o, events)
	l.desk.sieve.post(Stream(l.id), events, "system")
}

// deadline is when the call wants to be woken: its own, or the gate's.
func (l *Live) deadline() (time.Time, bool) {
	at, ok := l.state.Deadline()
	if gate, listens := l.gate.Deadline(); listens && (!ok || gate.Before(at)) {
		return gate, true
	}
	return at, ok
}
