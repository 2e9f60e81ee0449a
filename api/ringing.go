package api

import (
	"maps"
	"slices"
	"strings"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// ringing derives from the board what one seat's page must be told. It is a pure fold: news is the difference between
// what the page was told and what is so.
type ringing struct {
	seat office.SeatID

	state *desk.SeatView
	calls map[call.ID]desk.CallView // those that ring at the seat, or rang there
	told  map[ring]bool
	mic   bool
	greet bool // a line was opened: who begins duty hears the test tone as soon as it is up
}

// ring is one offer of a call to the seat.
type ring struct {
	call  call.ID
	offer int
}

func (r *ringing) fold(c board.Change) {
	if r.calls == nil {
		r.calls, r.told = map[call.ID]desk.CallView{}, map[ring]bool{}
	}
	if c.Key == "seat/"+string(r.seat) {
		r.state = nil
		if v, ok := c.Value.(desk.SeatView); ok {
			r.state = &v
		}
		return
	}
	id, ok := strings.CutPrefix(c.Key, "call/")
	if !ok {
		return
	}
	v, ok := c.Value.(desk.CallView)
	switch {
	case !ok:
		delete(r.calls, call.ID(id))
	case r.concerns(v) || r.rang(call.ID(id)):
		r.calls[call.ID(id)] = v
	default:
		delete(r.calls, call.ID(id))
	}
}

// concerns says whether a call rings at the seat, or is there.
func (r *ringing) concerns(v desk.CallView) bool {
	return r.offered(v) != nil || v.Seat == r.seat || v.Leaving != nil && v.Leaving.Seat == r.seat
}

func (r *ringing) rang(id call.ID) bool {
	for t := range r.told {
		if t.call == id {
			return true
		}
	}
	return false
}

func (r *ringing) offered(v desk.CallView) *desk.OfferView {
	i := slices.IndexFunc(v.Offers, func(o desk.OfferView) bool { return o.Seat == r.seat })
	if i < 0 {
		return nil
	}
	return &v.Offers[i]
}

// left says that the person sits there no longer.
func (r *ringing) left(p office.PersonID) bool {
	return r.state != nil && (r.state.Person == nil || r.state.Person.ID != p)
}

// news are the messages that bring the page from what it was told to what is so.
func (r *ringing) news() []toPage {
	var list []toPage
	now := map[ring]bool{}
	for _, id := range slices.Sorted(maps.Keys(r.calls)) {
		if o := r.offered(r.calls[id]); o != nil {
			k := ring{id, o.N}
			now[k] = true
			if !r.told[k] {
				list = append(list, toPage{"t": "ring", "call": id, "offer": o.N, "kind": o.Kind, "until": o.Until})
			}
		}
	}
	for k := range r.told {
		if !now[k] {
			list = append(list, toPage{"t": "stop", "call": k.call, "offer": k.offer, "why": r.why(k)})
			if v, ok := r.calls[k.call]; ok && !r.concerns(v) {
				delete(r.calls, k.call)
			}
		}
	}
	r.told = now
	if r.greet && r.state != nil && r.state.Line == desk.LineUp {
		r.greet = false
		if r.state.State == desk.NotReady && r.state.Call == "" {
			list = append(list, toPage{"t": "tone"})
		}
	}
	if mic := r.talks(); mic != r.mic {
		r.mic = mic
		list = append(list, toPage{"t": "mic", "on": mic})
	}
	return list
}

// why tells what ended a ring, as far as the board shows it.
func (r *ringing) why(k ring) string {
	v, ok := r.calls[k.call]
	switch {
	case !ok:
		return "gone"
	case v.Seat == r.seat:
		return "answered"
	case v.Phase == call.Talking && v.Chip != "":
		return string(v.Chip)
	case v.Phase == call.Talking:
		return "taken"
	case r.state != nil && r.state.State == desk.NotReady && r.state.Reason != "":
		return r.state.Reason
	}
	return "withdrawn"
}

// talks says whether the seat's microphone must be on.
func (r *ringing) talks() bool {
	if r.state == nil {
		return false
	}
	if r.state.State == desk.Talking || r.state.State == desk.Reserved {
		return true
	}
	for _, v := range r.calls {
		if v.Leaving != nil && v.Leaving.Seat == r.seat {
			return true
		}
	}
	return false
}
