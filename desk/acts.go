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
			l.history = l.known()
			l.desk.door.late(time.Since(e.At))
			l.desk.opts.Incidents.CallBegan(l.id, now.Office, office.Number(now.Caller.Number), now.FirstRing)
		case call.Unoffered:
			why[e.To.Seat] = e.Why
			if o, was := before.Offer(e.N); was && e.Why == call.Missed && o.Kind == call.ToQueue && !o.Piket {
				l.missed = o.Until
			}
		case call.Rang:
			if !l.missed.IsZero() && e.Offer.Kind == call.ToQueue {
				l.desk.opts.Observe("next_offer", time.Since(l.missed).Seconds())
			}
			l.missed = time.Time{}
		case call.WasAnswered:
			l.gate = l.gate.Answered()
			if before.Answered.IsZero() {
				l.voiceBefore = l.voice.Total
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
			l.desk.sieve.ended(now, e, l.heard)
			l.desk.opts.Incidents.Ended(l.id, e.By, e.Outcome)
		case call.CallerSpoke, call.SilentPrompted, call.SilentEmergency:
			l.silent(e)
		case call.Reached:
			l.desk.opts.Observe("answer_wait_out", e.At.Sub(now.FirstRing).Seconds())
		case call.Raised:
			if now.RingsPiket() {
				l.box.post(liveMsg{pikets: true})
			}
		case call.Ungated, call.Lifted, call.Requeued, call.HeldAgain, call.Left, call.Orphaned, call.HolderGone, call.Reattached, call.CallerLeft,
			call.MuteSet, call.Linked, call.Adopted, call.Promised, call.HoldSet, call.GuestAsked, call.GuestJoined, call.GuestLeft,
			call.Merged, call.GaveAway, call.Tried, call.Settled, call.TapeSealed, call.DialogKept:
		}
	}
	l.desk.fold(now, events)
	l.outsiders()
	l.wire()
	l.advise()
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
		if !l.farewell() {
			l.leg.Hangup()
		}
		return
	}
	if !s.Live() {
		return
	}
	l.hush()
	if s.Outbound != nil {
		l.connect()
		l.play()
		return
	}
	if !l.ringing {
		l.ringing = true
		l.play()
		l.leg.Ring()
	}
	if (!s.Answered.IsZero() || s.GatedBefore()) && !l.answered { // keys need an answered call
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
	for _, s := range l.hears() {
		if line := l.line(s.Seat); line != nil {
			lines = append(lines, line)
		}
	}
	lines = append(lines, l.guestLines()...)
	l.leg.Talk().Connect(lines...)
}

// hears are the seats that talk with the caller; the one who calls out hears the far end's ringing already.
func (l *Live) hears() []call.SeatRef {
	if l.state.Phase == call.Dialling {
		return []call.SeatRef{l.state.Holder}
	}
	return l.state.Hears()
}

// line is a seat's audio: its browser or desk phone, or the piket phone that answered.
func (l *Live) line(seat office.SeatID) phone.Line {
	if o := l.outs[piketKey(seat)]; o != nil {
		return o.leg
	}
	return l.desk.line(seat)
}
