package desk

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// ask carries out a person's command at the floor.
func (f *Floor) ask(m askMsg, now time.Time) (*seat, error) {
	switch c := m.cmd.(type) {
	case BeginDuty:
		return f.begin(c, m.who, now)
	case ForceOff:
		return f.forceOff(c, m.who, now)
	case EndDuty, BeReady, Pause, Rung, reserve:
		s := f.seatOf(m.who.Person.ID)
		if s == nil {
			return nil, &Refusal{Code: "no_seat", Text: "not on duty at a seat"}
		}
		return s, f.askSeat(s, m.cmd, now)
	case Answer, Decline, Transfer, TakeBack, Leave, Close, Hold, Invite, Dismiss, Merge, Give, Press, CallOut, Settle: // asked of a Live or of the Desk
	}
	return nil, &Refusal{Code: "not_allowed", Text: "a floor can't do that"}
}

func (f *Floor) askSeat(s *seat, cmd Command, now time.Time) error {
	busy := &Refusal{Code: "busy", Text: "a call is at this seat: end it first"}
	switch c := cmd.(type) {
	case Rung:
		if s.call == c.Call && s.offer == c.N {
			s.ackBy = time.Time{}
			f.desk.opts.Observe("offer_acknowledged", now.Sub(s.since).Seconds())
		}
		return nil
	case reserve: // the person calls out
		if s.call != "" {
			return busy
		}
		if s.line != LineUp {
			return &Refusal{Code: "line_down", Text: "the audio line is not up"}
		}
		f.unidle(s.id)
		s.state, s.call, s.since, s.until = Talking, c.call, now, time.Time{}
		f.tune(s)
	case EndDuty:
		if s.call != "" {
			return busy
		}
		f.leave(s, now)
	case BeReady:
		switch {
		case s.call != "":
			return busy
		case s.line != LineUp:
			return &Refusal{Code: "line_down", Text: "the audio line is not up"}
		case s.state != Ready:
			s.misses = 0
			f.ready(s, now, false)
			f.keep(call.SeatReady{At: now, Seat: s.id}, s.person.ID)
		}
	case Pause:
		if s.call != "" {
			return busy
		}
		if !slices.Contains(Reasons(), c.Reason) {
			return &Refusal{Code: "bad_reason", Text: "choose one of the reasons"}
		}
		f.notReady(s, now, c.Reason)
		f.keep(call.SeatPaused{At: now, Seat: s.id, Reason: c.Reason}, s.person.ID)
	case BeginDuty, ForceOff, Answer, Decline, Transfer, TakeBack, Leave, Close, Hold, Invite, Dismiss, Merge, Give, Press,
		CallOut, Settle:
	}
	f.show(s)
	return nil
}

func (f *Floor) seatOf(p office.PersonID) *seat {
	for _, s := range f.all {
		if s.person != nil && s.person.ID == p {
			return s
		}
	}
	return nil
}

// begin: one person, one seat. The same person at the same seat comes back to what is there (a reload).
func (f *Floor) begin(c BeginDuty, who Who, now time.Time) (*seat, error) {
	id := c.Seat
	s := f.seats[id]
	switch {
	case s != nil && c.Phone && !f.registered[id]:
		return nil, &Refusal{Code: "phone_not_registered", Text: "the desk phone of this seat is not registered"}
	case s == nil:
		return nil, &Refusal{Code: "no_seat", Text: "there is no such seat"}
	case who.Office != f.office.ID:
		return nil, &Refusal{Code: "not_allowed", Text: "that seat belongs to another office"}
	case who.Role != office.Operator && who.Role != office.Supervisor:
		return nil, &Refusal{Code: "not_allowed", Text: "only operators and supervisors sit at a seat"}
	case s.person != nil && s.person.ID == who.Person.ID:
		return s, nil
	case s.person != nil:
		return nil, &Refusal{Code: "seat_taken", By: s.person, Text: "somebody sits there"}
	}
	if old := f.seatOf(who.Person.ID); old != nil {
		if old.call != "" {
			return nil, &Refusal{Code: "busy", Text: "a call is at your other seat: end it first"}
		}
		f.leave(old, now)
	}
	p := who.Person
	*s = seat{id: id, state: NotReady, reason: "mulai_dinas", since: now, line: LineNone, person: &p, byPhone: c.Phone}
	if c.Phone {
		s.line = LineUp
	}
	f.desk.sit(p.ID, id)
	f.keep(call.DutyBegan{At: now, Seat: id, Person: p.ID, Phone: c.Phone}, p.ID)
	f.show(s)
	return s, nil
}

func (f *Floor) forceOff(c ForceOff, who Who, now time.Time) (*seat, error) {
	s := f.seats[c.Seat]
	switch {
	case s == nil:
		return nil, &Refusal{Code: "no_seat", Text: "there is no such seat"}
	case who.Role != office.Supervisor || !f.desk.opts.Offices.CanRead(who.Office, f.office.ID):
		return nil, &Refusal{Code: "not_allowed", Text: "only a supervisor of this office or above may do that"}
	case s.call != "":
		return nil, &Refusal{Code: "busy", Text: "a call is at this seat: end it first"}
	case s.person != nil:
		f.desk.opts.Log.Info("seat forced off", "seat", s.id, "by", who.Person.ID, "reason", c.Reason)
		f.leave(s, now)
	}
	return s, nil
}
