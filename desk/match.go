package desk

import (
	"cmp"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
)

// noSeat tells a call that nobody can take it now: busy, or nobody is on duty at all.
func (f *Floor) noSeat(w want, now time.Time) {
	why := call.Nobody
	for _, s := range f.seats {
		if s.call != "" || s.state == WrapUp {
			why = call.Busy
		}
	}
	if l := f.desk.live(w.call); l != nil {
		l.box.post(liveMsg{grant: &grantMsg{office: f.office.ID, cmd: call.NoSeat{At: now, Office: f.office.ID, Why: why}}})
	}
}

// match gives READY seats to waiting calls: transfers first (a talk is going on), then the priority lane, then in
// order of the first ring, the low lane last. No call waits while a seat is READY.
func (f *Floor) match() {
	if len(f.wants) == 0 || len(f.idle) == 0 {
		return
	}
	now := time.Now()
	slices.SortStableFunc(f.wants, func(a, b want) int {
		rank := func(w want) int {
			switch {
			case w.transfer:
				return 0
			case w.urgent:
				return 1
			case w.low:
				return 3
			}
			return 2
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.since.Compare(b.since))
	})
	var left []want
	for _, w := range f.wants {
		n := min(1, len(f.idle))
		if w.all {
			n = len(f.idle)
		}
		if n == 0 {
			left = append(left, w)
			continue
		}
		l := f.desk.live(w.call)
		if l == nil {
			continue // it ended a moment ago
		}
		g := &grantMsg{office: f.office.ID}
		for _, id := range f.idle[:n] {
			s := f.seats[id]
			s.state, s.call, s.since, s.offer = Ringing, w.call, now, 0
			g.seats = append(g.seats, call.SeatRef{Office: f.office.ID, Seat: id, Person: s.person.ID})
			f.show(s)
		}
		f.idle = slices.Delete(f.idle, 0, n)
		g.cmd = call.Grant{At: now, Seats: g.seats}
		if !l.box.post(liveMsg{grant: g}) { // it ended a moment ago
			for _, ref := range slices.Backward(g.seats) {
				f.seats[ref.Seat].call = ""
				f.ready(f.seats[ref.Seat], now, true)
			}
			continue
		}
		if w.all {
			left = append(left, w)
		}
	}
	f.wants = left
}
