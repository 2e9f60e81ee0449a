package desk

import (
	"maps"
	"slices"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

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
	case call.Talking, call.Orphan, call.Dialling, call.Recovering:
		if s.Holder.Seat != "" {
			m[s.Holder.Seat] = binding{state: Talking, ref: s.Holder}
		}
	case call.Transferring:
		m[s.Holder.Seat] = binding{state: Reserved, ref: s.Holder}
	case call.Unfinished:
		m[s.Holder.Seat] = binding{state: WrapUp, ref: s.Holder}
	case call.Gated, call.Queued, call.Offered, call.Ended:
	}
	for _, g := range s.Guests {
		if g.Seat != nil {
			m[g.Seat.Seat] = binding{state: Talking, ref: *g.Seat}
		}
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

// wants are the questions that the state puts to floors.
func (l *Live) wants() map[office.ID]want {
	s := l.state
	out := map[office.ID]want{}
	switch s.Phase {
	case call.Queued, call.Offered:
		all := s.RingsAll()
		if s.Phase == call.Offered && !all {
			break
		}
		for _, o := range s.Asks() {
			w := want{office: o, call: l.id, all: all, urgent: s.Urgent, low: s.Low, since: s.FirstRing, round: s.LastOffer}
			if was, asked := l.wanted[o]; all && asked && was.all && s.Phase == call.Offered {
				w.round = was.round // it stays asked: new READY seats join the ringing ones
			}
			out[o] = w
		}
	case call.Transferring:
		out[s.Target] = want{office: s.Target, call: l.id, all: true, transfer: true, since: s.FirstRing, round: s.Try}
	case call.Talking:
		for _, g := range s.Guests {
			rings := slices.ContainsFunc(s.Offers, func(o call.Offer) bool { return o.Kind == call.ToGuest && o.To.Office == g.Office })
			if g.Office != "" && !g.In && !rings {
				out[g.Office] = want{office: g.Office, call: l.id, transfer: true, since: s.FirstRing, round: -g.N}
			}
		}
	case call.Gated, call.Dialling, call.Orphan, call.Recovering, call.Unfinished, call.Ended:
	}
	return out
}

// ask tells the floors what the call wants of them, and what it no longer wants.
func (l *Live) ask() {
	wants := l.wants()
	for o := range l.wanted {
		if _, still := wants[o]; !still {
			if f := l.desk.floors[o]; f != nil {
				f.box.post(floorMsg{unwant: l.id})
			}
		}
	}
	for _, o := range slices.Sorted(maps.Keys(wants)) {
		w := wants[o]
		if f := l.desk.floors[o]; f != nil && w != l.wanted[o] {
			f.box.post(floorMsg{want: &w})
		}
	}
	l.wanted = wants
}
