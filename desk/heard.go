package desk

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/phone"
)

// programme names what a waiting caller hears, so that it is begun anew only when it changes.
type programme string

const (
	progQueue      programme = "queue"
	progNobody     programme = "nobody"
	progLost       programme = "lost"
	progHold       programme = "hold"
	progConnecting programme = "connecting"
	progGate       programme = "gate"
)

// comfortEvery is how far announcements are apart (CALL.md: at 0, 15, 30 s…; a prompt takes about 4 s).
const comfortEvery = 11 * time.Second

// gateEvery: the prompt of the gate takes about 8 s, and goes on in the low lane, where the gate still listens.
const gateEvery = 4 * time.Second

// programmes are the prompts of each.
var programmes = map[programme]phone.Program{
	progQueue:      {First: []string{"welcome", "wait"}, Then: []string{"wait", "wait_long"}, Every: comfortEvery},
	progNobody:     {First: []string{"nobody"}, Then: []string{"nobody", "wait_long"}, Every: comfortEvery},
	progLost:       {First: []string{"reconnect"}, Then: []string{"wait", "reconnect"}, Every: comfortEvery},
	progHold:       {First: []string{"hold"}, Then: []string{"hold"}, Every: comfortEvery},
	progGate:       {First: []string{"gate"}, Then: []string{"gate"}, Every: gateEvery},
	progConnecting: {First: []string{"connecting"}, Then: []string{"connecting"}, Every: comfortEvery},
}

// play lets a caller who is with nobody hear why.
func (l *Live) play() {
	if l.leg == nil || l.legEnded {
		return
	}
	p := progQueue
	switch s := l.state; {
	case s.Phase == call.Gated || s.Waiting() && s.Low && s.GateHow == call.BySilence:
		p = progGate
	case s.OnHold || s.Aside() != nil:
		p = progHold
	case s.Phase == call.Transferring && s.Blind:
		p = progConnecting
	case !s.Answered.IsZero() || s.Phase == call.Orphan || s.Phase == call.Recovering:
		p = progLost
	case s.Promised:
		p = progNobody
	}
	if p == l.program {
		return
	}
	l.program = p
	l.leg.Talk().Program(programmes[p])
}
