package desk

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// act does on the wire and at the floors what the events mean. What follows from the state alone (who hears whom,
// which seats are bound, which floor is asked) is derived by comparing before with now, so that no path can
// forget it; the switch holds only what is an act of its own.
func (l *Live) act(before call.State, events []call.Event) {
	now := l.state
	why := map[office.SeatID]call.UnofferedBy{}
	for _, e := range events {
		switch e := e.(type) {
		case call.Dialled:
			l.history = l.desk.past.history(office.Number(now.Caller.Number), l.desk.opts.Incidents)
			l.desk.opts.Incidents.CallBegan(l.id, now.Office, office.Number(now.Caller.Number), now.FirstRing)
		case call.Unoffered:
			why[e.To.Seat] = e.Why
		case call.WasAnswered:
			if before.Answered.IsZero() {
				l.desk.opts.Observe("answer_wait", e.At.Sub(now.FirstRing).Seconds())
			}
			if e.By.Office != now.Office {
				l.desk.opts.Incidents.Answered(l.id, e.By)
			}
		case call.TransferBegan:
			l.desk.opts.Incidents.Sent(l.id, e.By, e.To)
		case call.TakenBack:
			l.desk.opts.Incidents.TakenBack(l.id, e.From, e.Chip)
			if e.Chip == call.NoAnswer {
				l.desk.opts.Observe("takeback_late", time.Since(before.TargetUntil).Seconds())
			}
		case call.Closed:
			l.desk.opts.Incidents.Ended(l.id, e.By, e.Outcome)
		case call.Rang, call.Requeued, call.Raised, call.HeldAgain, call.Left, call.Orphaned, call.HolderGone,
			call.Reattached, call.CallerLeft, call.Linked, call.Adopted, call.TapeSealed, call.DialogKept:
		}
	}
	l.desk.past.fold(now, events)
	l.wire()
	l.bind(before, why)
	l.ask()
	l.desk.showFloor(now.Office)
}

// wire brings the caller's leg to where the state is.
func (l *Live) wire() {
	if l.leg == nil || l.legEnded {
		return
	}
	s := l.state
	if s.Phase == call.Ended {
		l.leg.Hangup()
		return
	}
	if !s.Live() {
		return
	}
	if !l.ringing {
		l.ringing = true
		l.play()
		l.leg.Ring()
	}
	if !s.Answered.IsZero() && !l.answered {
		l.answered = true
		l.leg.Answer()
	}
	l.play()
	l.connect()
}

// connect makes the caller and the seats of the talk hear each other.
func (l *Live) connect() {
	if l.leg == nil || l.legEnded || !l.state.Live() {
		return
	}
	var lines []phone.Line
	for _, s := range l.state.Hears() {
		if line := l.desk.line(s.Seat); line != nil {
			lines = append(lines, line)
		}
	}
	l.leg.Talk().Connect(lines...)
}

// programme names what a waiting caller hears, so that it is begun anew only when it changes.
type programme string

const (
	progNone   programme = ""
	progQueue  programme = "queue"
	progNobody programme = "nobody"
	progLost   programme = "lost"
)

// comfortEvery is how far announcements are apart (CALL.md: at 0, 15, 30 s…; a prompt takes about 4 s).
const comfortEvery = 11 * time.Second

func (l *Live) play() {
	if l.leg == nil || l.legEnded {
		return
	}
	p := progQueue
	switch s := l.state; {
	case !s.Answered.IsZero() || s.Phase == call.Orphan || s.Phase == call.Recovering:
		p = progLost
	case l.nobody:
		p = progNobody
	}
	if p == l.program {
		return
	}
	l.program = p
	prog := phone.Program{First: []string{"welcome", "wait"}, Then: []string{"wait", "wait_long"}, Every: comfortEvery}
	switch p {
	case progNobody:
		prog = phone.Program{First: []string{"nobody"}, Then: []string{"nobody", "wait_long"}, Every: comfortEvery}
	case progLost:
		prog = phone.Program{First: []string{"reconnect"}, Then: []string{"wait", "reconnect"}, Every: comfortEvery}
	case progNone, progQueue:
	}
	l.leg.Talk().Program(prog)
}

// binding is what a seat does for a call.
type binding struct {
	state SeatState
	offer int
	ref   call.SeatRef
	kind  call.OfferKind
}

func bindings(s call.State) map[office.SeatID]binding {
	m := map[office.SeatID]binding{}
	switch s.Phase {
	case call.Talking, call.Orphan:
		m[s.Holder.Seat] = binding{state: Talking, ref: s.Holder}
	case call.Transferring:
		m[s.Holder.Seat] = binding{state: Reserved, ref: s.Holder}
	case call.Unfinished:
		m[s.Holder.Seat] = binding{state: WrapUp, ref: s.Holder}
	case call.Queued, call.Offered, call.Recovering, call.Ended:
	}
	if s.Leaving != nil {
		m[s.Leaving.Seat.Seat] = binding{state: Talking, ref: s.Leaving.Seat}
	}
	for _, o := range s.Offers {
		m[o.To.Seat] = binding{state: Ringing, offer: o.N, ref: o.To, kind: o.Kind}
	}
	return m
}

// bind tells the floors which of their seats belong to this call now, and which are free again, and why.
func (l *Live) bind(before call.State, why map[office.SeatID]call.UnofferedBy) {
	was, is := bindings(before), bindings(l.state)
	for seat, b := range is {
		if w, ok := was[seat]; !ok || w.state != b.state || w.offer != b.offer {
			l.desk.floors[b.ref.Office].box.post(floorMsg{bind: &bindMsg{
				seat: seat, call: l.id, state: b.state, offer: b.offer, person: b.ref.Person,
			}})
		}
	}
	for seat, w := range was {
		if _, ok := is[seat]; !ok {
			l.desk.floors[w.ref.Office].box.post(floorMsg{free: &freeMsg{
				seat: seat, call: l.id, why: why[seat], transfer: w.kind == call.ToTransfer,
			}})
		}
	}
}

// ask tells the floor that the call wants seats, or no longer does.
func (l *Live) ask() {
	s := l.state
	var w want
	switch s.Phase {
	case call.Queued, call.Offered:
		all := s.Level > 0 || s.Queue != s.Office
		if s.Phase == call.Queued || all {
			w = want{office: s.Queue, call: l.id, all: all, urgent: s.Urgent, since: s.FirstRing, round: s.LastOffer}
		}
	case call.Transferring:
		w = want{office: s.Target, call: l.id, all: true, transfer: true, since: s.FirstRing, round: s.Try}
	case call.Talking, call.Orphan, call.Recovering, call.Unfinished, call.Ended:
	}
	if all := w.all && l.wanted.all; all && !w.transfer {
		w.round = l.wanted.round // it stays asked: new READY seats join the ringing ones
		if s.Phase == call.Queued {
			w.round = s.LastOffer
		}
	}
	if w == l.wanted {
		return
	}
	if l.wanted.office != "" && l.wanted.office != w.office {
		l.desk.floors[l.wanted.office].box.post(floorMsg{unwant: l.id})
	}
	if w.office != "" {
		if f := l.desk.floors[w.office]; f != nil {
			f.box.post(floorMsg{want: &w})
		}
	}
	l.wanted = w
	if w.office == "" {
		l.nobody = false
	}
}
