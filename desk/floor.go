package desk

import (
	"context"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// Floor is the operators of one office: one goroutine, the only one that offers that office's seats.
type Floor struct {
	desk   *Desk
	office office.Office
	box    *mailbox[floorMsg]

	// Owned by run.
	seats map[office.SeatID]*seat
	all   []*seat         // in the office's order
	idle  []office.SeatID // READY seats, longest idle first
	wants []want          // calls that wait for a seat of this office

	registered map[office.SeatID]bool // desk phones that can be rung

	peers []office.ID // of a Polda: the other Poldas, who see whether anybody is here
}

type seat struct {
	id     office.SeatID
	state  SeatState
	reason string
	since  time.Time
	until  time.Time // end of WRAP_UP
	person *Person
	call   call.ID
	line   LineState
	lostAt time.Time // since when the line is lost
	offer  int       // number of the offer that rings here
	ackBy  time.Time // the screen must have rung by then; zero when it has
	misses int       // transfers that this seat let ring, in a row

	byPhone bool      // heard by its desk phone
	handset *handset  // while that rings or talks
	retune  time.Time // when the phone rings again for a talk whose receiver was put down
}

// want is a call that waits for a seat. Two wants are the same question when they are equal.
type want struct {
	office   office.ID
	call     call.ID
	all      bool // every READY seat rings
	urgent   bool
	low      bool // behind all others
	transfer bool
	since    time.Time
	round    int
}

type floorMsg struct {
	want   *want
	unwant call.ID
	bind   *bindMsg
	free   *freeMsg
	line   *lineMsg
	ask    *askMsg

	phone   *phoneMsg
	handset *handsetMsg
	restore *restoreMsg
}

// bindMsg: the seat now does this for the call.
type bindMsg struct {
	seat   office.SeatID
	call   call.ID
	state  SeatState
	offer  int
	person office.PersonID
}

// freeMsg: the seat no longer belongs to the call. why is empty when a talk is over.
type freeMsg struct {
	seat     office.SeatID
	call     call.ID
	why      call.UnofferedBy
	transfer bool
}

type lineMsg struct {
	seat office.SeatID
	up   bool
}

type askMsg struct {
	who   Who
	cmd   Command
	reply chan reply
}

func newFloor(d *Desk, o office.Office) *Floor {
	f := &Floor{
		desk: d, office: o, box: newMailbox[floorMsg](), seats: map[office.SeatID]*seat{},
		registered: map[office.SeatID]bool{},
	}
	for _, other := range d.opts.Offices.All() {
		if o.Kind == office.Polda && other.Kind == office.Polda && other.ID != o.ID {
			f.peers = append(f.peers, other.ID)
		}
	}
	now := time.Now()
	for _, id := range o.SeatIDs() {
		s := &seat{id: id, state: Off, since: now, line: LineNone}
		f.seats[id] = s
		f.all = append(f.all, s)
		f.show(s)
	}
	d.showFloor(o.ID)
	return f
}

func (f *Floor) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		var due <-chan time.Time
		at, ok := f.deadline()
		if ok {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return
		case <-due:
		case <-f.box.wake:
		}
		for _, m := range f.box.take() {
			f.handle(m)
		}
		if now := time.Now(); ok && !at.After(now) { // one that a message set is looked at in the next round
			f.tick(now)
		}
		f.match()
		f.publish()
	}
}

// deadline is the earliest moment at which a seat changes by itself.
func (f *Floor) deadline() (time.Time, bool) {
	var at time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, s := range f.all {
		sooner(s.until)
		sooner(s.ackBy)
		sooner(s.retune)
		sooner(f.offAt(s))
	}
	return at, !at.IsZero()
}

// openWithin is how long a person who took a seat has to open its audio line; then the seat is free for others.
const openWithin = 2 * time.Minute

// offAt is when a seat that can't be heard, and that has no call, is OFF.
func (f *Floor) offAt(s *seat) time.Time {
	switch {
	case s.call != "" || s.state == Off:
	case s.line == LineNone:
		return s.since.Add(openWithin)
	case !s.lostAt.IsZero():
		return s.lostAt.Add(f.desk.opts.LostAfter)
	}
	return time.Time{}
}

func (f *Floor) tick(now time.Time) {
	for _, s := range f.all {
		switch off := f.offAt(s); {
		case !s.ackBy.IsZero() && !s.ackBy.After(now):
			s.ackBy = time.Time{} // the call takes the offer away from this seat and tells us so
			f.post(s.call, call.Unrung{At: now, N: s.offer})
		case !s.retune.IsZero() && !s.retune.After(now):
			s.retune = time.Time{}
			f.tune(s)
		case s.state == WrapUp && !s.until.IsZero() && !s.until.After(now):
			f.rest(s, now)
		case !off.IsZero() && !off.After(now):
			f.leave(s, now)
		}
	}
}

func (f *Floor) post(id call.ID, cmd call.Command) {
	if l := f.desk.live(id); l != nil {
		l.box.post(liveMsg{cmd: cmd})
	}
}

func (f *Floor) handle(m floorMsg) {
	now := time.Now()
	switch {
	case m.want != nil:
		f.wants = slices.DeleteFunc(f.wants, func(w want) bool { return w.call == m.want.call })
		f.wants = append(f.wants, *m.want)
		if len(f.idle) == 0 {
			f.noSeat(*m.want, now)
		}
	case m.unwant != "":
		f.wants = slices.DeleteFunc(f.wants, func(w want) bool { return w.call == m.unwant })
	case m.bind != nil:
		f.bind(*m.bind, now)
	case m.free != nil:
		f.free(*m.free, now)
	case m.line != nil:
		f.lineChanged(*m.line, now)
	case m.phone != nil:
		f.phoneChanged(*m.phone, now)
	case m.handset != nil:
		f.fromHandset(*m.handset, now)
	case m.restore != nil:
		f.restore(*m.restore, now)
	case m.ask != nil:
		s, err := f.ask(*m.ask, now)
		r := reply{err: err}
		if s != nil && err == nil {
			f.match() // the answer shows what the seat really became
			v := f.view(s)
			r.done.Seat = &v
		}
		m.ask.reply <- r
	}
}

// bind: the call says what the seat does for it.
func (f *Floor) bind(m bindMsg, now time.Time) {
	s := f.seats[m.seat]
	if s == nil {
		return
	}
	f.unidle(s.id)
	s.state, s.call, s.since, s.until, s.offer, s.ackBy = m.state, m.call, now, time.Time{}, m.offer, time.Time{}
	switch m.state {
	case Ringing:
		s.ackBy = now.Add(f.desk.opts.AckWithin)
	case Talking, Reserved:
		s.misses, s.reason = 0, ""
	case Off, NotReady, Ready, WrapUp:
	}
	f.tune(s)
	f.show(s)
}

// free: the call is done with the seat. What it becomes depends on whose fault that was (CALL.md §2).
func (f *Floor) free(m freeMsg, now time.Time) {
	s := f.seats[m.seat]
	if s == nil || s.call != m.call {
		return
	}
	s.call, s.offer, s.ackBy, s.since, s.retune = "", 0, time.Time{}, now, time.Time{}
	f.tune(s)
	switch m.why {
	case call.Withdrawn, call.WasFaster, call.WasTaken: // not the seat's fault: it keeps its place
		f.ready(s, now, true)
	case call.Missed:
		s.misses++
		if m.transfer && s.misses < 2 {
			f.ready(s, now, false)
			break
		}
		f.stop(s, now, "tidak_menjawab")
	case call.Refused:
		f.stop(s, now, "menolak")
	case call.NotRung:
		f.stop(s, now, "layar_tidak_berdering")
	default: // a talk is over
		wrap := f.desk.opts.Settings(f.office.ID).TWrap
		if wrap <= 0 || s.line != LineUp {
			f.rest(s, now)
			break
		}
		s.state, s.until = WrapUp, now.Add(wrap)
	}
	f.show(s)
}

// rest ends WRAP_UP.
func (f *Floor) rest(s *seat, now time.Time) {
	s.until = time.Time{}
	f.ready(s, now, false)
	f.show(s)
}

// ready puts the seat on the idle line; a seat that can't be heard is NOT_READY instead.
func (f *Floor) ready(s *seat, now time.Time, first bool) {
	if s.line != LineUp {
		f.notReady(s, now, "sambungan")
		return
	}
	s.state, s.reason, s.since, s.until = Ready, "", now, time.Time{}
	f.unidle(s.id)
	if first {
		f.idle = slices.Insert(f.idle, 0, s.id)
		return
	}
	f.idle = append(f.idle, s.id)
}

func (f *Floor) notReady(s *seat, now time.Time, reason string) {
	f.unidle(s.id)
	s.state, s.reason, s.since, s.until = NotReady, reason, now, time.Time{}
}

// stop is notReady for something that holds over a restart.
func (f *Floor) stop(s *seat, now time.Time, reason string) {
	f.notReady(s, now, reason)
	f.keep(call.SeatPaused{At: now, Seat: s.id, Reason: reason}, "")
}

func (f *Floor) unidle(id office.SeatID) {
	f.idle = slices.DeleteFunc(f.idle, func(x office.SeatID) bool { return x == id })
}

// leave ends the duty of whoever sits there.
func (f *Floor) leave(s *seat, now time.Time) {
	f.unidle(s.id)
	if s.person != nil {
		f.desk.sit(s.person.ID, "")
		f.keep(call.DutyEnded{At: now, Seat: s.id}, s.person.ID)
	}
	if s.handset != nil {
		f.putDown(s)
	}
	*s = seat{id: s.id, state: Off, since: now, line: LineNone}
	f.show(s)
}

func (f *Floor) lineChanged(m lineMsg, now time.Time) {
	s := f.seats[m.seat]
	if s == nil || s.person == nil {
		return
	}
	if m.up {
		s.line, s.lostAt = LineUp, time.Time{}
		if s.state == NotReady && s.reason == "sambungan" && s.call == "" {
			f.ready(s, now, false) // it was READY when the line broke
		}
		if s.call != "" {
			f.post(s.call, call.SeatBack{At: now, By: call.SeatRef{Office: f.office.ID, Seat: s.id, Person: s.person.ID}})
			if l := f.desk.live(s.call); l != nil {
				l.box.post(liveMsg{line: s.id}) // a new line in the place of the old one
			}
		}
		f.show(s)
		return
	}
	s.line, s.lostAt = LineLost, now
	switch {
	case s.call != "":
		f.post(s.call, call.SeatLost{At: now, Seat: s.id})
	case s.state == Ready, s.state == WrapUp:
		f.notReady(s, now, "sambungan")
	}
	f.show(s)
}
