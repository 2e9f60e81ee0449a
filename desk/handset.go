package desk

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// handset is the desk phone of a seat while it rings or talks. The Floor owns it: what a person does with the receiver
// becomes the same commands as keys on the screen.
type handset struct {
	leg   phone.Outside
	call  call.ID
	offer int
	up    bool // the receiver is off the hook
}

// handsetMsg is an event of a seat's phone.
type handsetMsg struct {
	seat  office.SeatID
	leg   phone.Outside
	event phone.Event
}

// phoneMsg: a seat's desk phone is registered, or no longer.
type phoneMsg struct {
	seat  office.SeatID
	up    bool
	again bool // as it was told last: who sits there was not known then
}

// PhoneUp tells that a seat's desk phone is registered, or no longer.
func (d *Desk) PhoneUp(seat office.SeatID, up bool) {
	if f := d.floorOf(seat); f != nil {
		f.box.post(floorMsg{phone: &phoneMsg{seat: seat, up: up}})
	}
}

// phoneChanged: only a seat whose person chose the phone is touched by it.
func (f *Floor) phoneChanged(m phoneMsg, now time.Time) {
	s := f.seats[m.seat]
	if s == nil {
		return
	}
	if m.again {
		m.up = f.registered[m.seat]
	}
	f.registered[m.seat] = m.up
	switch {
	case !s.byPhone || s.person == nil:
	case m.up && s.call != "": // the receiver says when they are back in the talk, not the registration
		s.line, s.lostAt = LineUp, time.Time{}
		f.show(s)
	case m.up || s.handset == nil && !m.again: // a talk goes on although the registration ran out
		f.lineChanged(lineMsg{seat: s.id, up: m.up}, now)
	}
}

// tune makes the seat's phone do what the seat does: ring for an offer, or for a talk whose receiver was put down.
func (f *Floor) tune(s *seat) {
	if !s.byPhone {
		return
	}
	want := s.call != "" && (s.state == Ringing && s.offer > 0 || s.state == Talking || s.state == Reserved)
	if h := s.handset; h != nil {
		if want && h.call == s.call {
			if s.state == Ringing {
				h.offer = s.offer
			}
			return
		}
		f.putDown(s)
	}
	if !want || f.desk.opts.Dialler == nil {
		return
	}
	leg, err := f.desk.opts.Dialler.Dial(phone.Callee{Seat: s.id, From: f.desk.opts.CallerID, Name: "110", Within: 2 * time.Minute})
	if err != nil {
		f.desk.opts.Log.Warn("desk phone can't be rung", "seat", s.id, "err", err)
		if s.state == Ringing {
			s.ackBy = time.Time{}
			f.post(s.call, call.Unrung{At: time.Now(), N: s.offer})
		}
		return
	}
	s.handset = &handset{leg: leg, call: s.call, offer: s.offer}
	id := s.id
	leg.Listen(func(e phone.Event) { f.box.post(floorMsg{handset: &handsetMsg{seat: id, leg: leg, event: e}}) })
}

// putDown ends the seat's phone call.
func (f *Floor) putDown(s *seat) {
	s.handset.leg.Hangup()
	f.desk.dropLine(s.id, s.handset.leg)
	s.handset = nil
}

// fromHandset takes what a person did with the receiver.
func (f *Floor) fromHandset(m handsetMsg, now time.Time) {
	s := f.seats[m.seat]
	if s == nil || s.handset == nil || s.handset.leg != m.leg {
		return
	}
	ref := call.SeatRef{Office: f.office.ID, Seat: s.id}
	if s.person != nil {
		ref.Person = s.person.ID
	}
	switch e := m.event.(type) {
	case phone.Ringing:
		if s.state == Ringing {
			s.ackBy = time.Time{}
		}
	case phone.Established:
		s.handset.up = true
		f.desk.setLine(s.id, m.leg)
		if s.state == Ringing {
			f.post(s.call, call.Answer{At: now, By: ref, N: s.handset.offer, Kind: f.office.Kind})
			return
		}
		f.post(s.call, call.SeatBack{At: now, By: ref})
		if l := f.desk.live(s.call); l != nil {
			l.box.post(liveMsg{line: s.id})
		}
	case phone.Digit:
		if l := f.desk.live(s.call); l != nil { // keys of the officer go on to whom they talk with
			l.box.post(liveMsg{press: &pressMsg{by: ref, keys: string(e.Key)}, reply: make(chan reply, 1)})
		}
	case phone.Ended:
		h := s.handset
		s.handset = nil
		f.desk.dropLine(s.id, m.leg)
		f.handsetEnded(s, h, ref, e.Ending, now)
	case phone.Held, phone.MediaLost, phone.MediaBack, phone.Voice, phone.DialogChanged, phone.Readopted:
	}
}

func (f *Floor) handsetEnded(s *seat, h *handset, ref call.SeatRef, e phone.Ending, now time.Time) {
	if s.call == "" || s.call != h.call {
		return
	}
	switch {
	case s.state == Ringing && (e.Status == 486 || e.Status == 600 || e.Status == 603):
		f.post(s.call, call.Decline{At: now, By: ref, N: h.offer})
	case s.state == Ringing:
		s.ackBy = time.Time{}
		f.post(s.call, call.Unrung{At: now, N: h.offer})
	case h.up && e.Fault == phone.ByFarEnd:
		f.post(s.call, call.HungUp{At: now, By: ref})
		s.retune = now.Add(ringAgain) // if the caller is kept, the phone rings again
	default:
		f.post(s.call, call.SeatLost{At: now, Seat: s.id})
		s.retune = now.Add(ringAgain)
	}
}

// ringAgain is the pause before a phone that was put down too early rings again: a receiver needs it to settle.
const ringAgain = 500 * time.Millisecond

// setLine makes the phone the seat's line; dropLine ends that, if it still is.
func (d *Desk) setLine(seat office.SeatID, l phone.Line) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines[seat] = l
}

func (d *Desk) dropLine(seat office.SeatID, l phone.Line) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lines[seat] == l {
		delete(d.lines, seat)
	}
}
