package desk

import (
	"maps"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

func ptr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}

// view is the call as screens see it.
func (l *Live) view() CallView {
	s := l.state
	v := CallView{
		ID: s.ID, Office: s.Office, Phase: s.Phase, Since: s.Since.UTC(), FirstRing: s.FirstRing.UTC(),
		AnsweredAt: ptr(s.Answered), Number: string(s.Caller.Number),
		NumberText: office.Number(s.Caller.Number).Display(), Withheld: s.Caller.Withheld,
		Trust: s.Caller.Trust, Dialled: s.Caller.Dialled,
		CallerName: string(s.Caller.Name), Trunk: s.Caller.Trunk, Urgent: s.Urgent, Low: s.Low, Level: s.Level,
		Offers: []OfferView{}, Target: s.Target, TargetUntil: ptr(s.TargetUntil), Try: s.Try,
		Sent: append([]office.ID{}, s.Sent...), PolresTalked: s.PolresTalked, Chip: s.Chip, ChipOffice: s.ChipOffice,
		Incident: s.Incident, Recording: l.tape != nil, Outcome: s.Outcome, History: l.history,
		OnHold: s.OnHold, Guests: []GuestView{}, Blind: s.Blind && s.Phase == call.Transferring, Promised: s.Promised,
		Silence: l.silence(), Digits: l.digits, CallerHolds: l.callerHolds, MediaLost: l.mediaLost,
	}
	if s.Given != nil {
		v.Given = s.Given.N
	}
	if s.Outbound != nil {
		v.Outbound = &OutboundView{Returns: s.Outbound.Returns, Incident: s.Outbound.About, Until: s.Outbound.Until.UTC()}
	}
	for _, g := range s.Guests {
		gv := GuestView{
			N: g.N, Office: g.Office, Number: string(g.Number), Name: g.Name, Aside: g.Aside, In: g.In, At: g.At.UTC(),
			Until: g.Until.UTC(),
		}
		if g.Seat != nil {
			gv.Seat, gv.Person = g.Seat.Seat, g.Seat.Person
		}
		v.Guests = append(v.Guests, gv)
	}
	if s.Phase != call.Gated && s.Phase != call.Queued && s.Phase != call.Offered {
		v.Seat, v.Person = s.Holder.Seat, s.Holder.Person
	}
	if s.Phase == call.Orphan {
		v.OrphanUntil = ptr(s.OrphanUntil)
	}
	if s.Phase == call.Unfinished {
		v.UnfinishedUntil = ptr(s.UnfinishedUntil)
	}
	if l.place != nil {
		v.Place = &PlaceView{Lat: l.place.At.Lat, Lng: l.place.At.Lng, Radius: float64(l.place.Radius)}
	}
	if s.Leaving != nil {
		v.Leaving = &LeavingView{Seat: s.Leaving.Seat.Seat, Until: s.Leaving.Until.UTC()}
	}
	for _, o := range s.Offers {
		v.Offers = append(v.Offers, OfferView{
			N: o.N, Kind: o.Kind, Piket: o.Piket, Office: o.To.Office, Seat: o.To.Seat, Person: o.To.Person, At: o.At.UTC(),
			Until: ptr(o.Until),
		})
	}
	return v
}

// show puts the call on the boards of the offices that take part in it now, and takes it from the others.
func (l *Live) show() {
	s := l.state
	see := map[office.ID]bool{}
	if s.Phase != call.Ended {
		see[s.Office] = true
		for _, o := range s.Offers {
			see[o.To.Office] = true
		}
		if s.Phase != call.Gated && s.Phase != call.Queued && s.Phase != call.Offered && s.Holder.Office != "" {
			see[s.Holder.Office] = true
		}
		if s.Leaving != nil {
			see[s.Leaving.Seat.Office] = true
		}
		for _, g := range s.Guests {
			if g.Seat != nil {
				see[g.Seat.Office] = true
			}
		}
	}
	key := "call/" + string(l.id)
	for o := range l.shown {
		if !see[o] {
			l.desk.opts.Board.Set(o, key, nil)
			delete(l.shown, o)
		}
	}
	if len(see) == 0 {
		return
	}
	v := l.view()
	for o := range see {
		l.desk.opts.Board.Set(o, key, v)
		l.shown[o] = true
	}
}

func (f *Floor) view(s *seat) SeatView {
	v := SeatView{
		ID: s.id, Office: f.office.ID, State: s.state, Reason: s.reason, Since: s.since.UTC(), Until: ptr(s.until),
		Call: s.call, Line: s.line, Phone: s.byPhone,
	}
	if s.person != nil {
		p := *s.person
		v.Person = &p
	}
	return v
}

func (f *Floor) show(s *seat) { f.desk.opts.Board.Set(f.office.ID, "seat/"+string(s.id), f.view(s)) }

// presence counts who could take a call.
func (f *Floor) presence() PresenceView {
	p := PresenceView{Office: f.office.ID, Name: f.office.Name, Short: f.office.Short}
	for _, s := range f.all {
		switch s.state {
		case Ready, Ringing:
			p.Ready++
		case Talking, Reserved:
			p.Talking++
		case Off, NotReady, WrapUp:
		}
		if s.state != Off {
			p.OnDuty++
		}
	}
	return p
}

// publish shows the floor to its own office and to those above. A Polda's is shown to the other Poldas too: they may
// pass a call on to it, and should see whether anybody is there. It is three numbers, nothing of a person.
func (f *Floor) publish() {
	p := f.presence()
	if !f.desk.past.present(p) {
		return
	}
	for _, o := range f.peers {
		f.desk.opts.Board.Set(o, "presence/"+string(f.office.ID), p)
	}
	for o := f.office.Parent; o != ""; {
		f.desk.opts.Board.Set(o, "presence/"+string(f.office.ID), p)
		above, ok := f.desk.opts.Offices.Get(o)
		if !ok {
			break
		}
		o = above.Parent
	}
	f.desk.opts.Board.Set(f.office.ID, "presence/"+string(f.office.ID), p)
	f.desk.showFloor(f.office.ID)
}

// figuresEvery is how often an office's figures are put on its board at most. They count all its calls, and change
// with each step of each.
const figuresEvery = 100 * time.Millisecond

// figures is when an office's were shown last, and whether they are to be shown again.
type figures struct {
	at    time.Time
	armed bool
}

// showFloor puts an office's figures on its board, at once or as soon as figuresEvery allows.
func (d *Desk) showFloor(o office.ID) {
	d.showing.Lock()
	defer d.showing.Unlock()
	g := d.figures[o]
	if g == nil {
		g = &figures{}
		d.figures[o] = g
	}
	if g.armed {
		return
	}
	now := time.Now()
	if wait := figuresEvery - now.Sub(g.at); wait > 0 {
		g.armed = true
		time.AfterFunc(wait, func() {
			d.showing.Lock()
			defer d.showing.Unlock()
			g.armed = false
			d.putFloor(o, g, time.Now())
		})
		return
	}
	d.putFloor(o, g, now)
}

// putFloor does it; showing is held, so that older figures never come after newer ones.
func (d *Desk) putFloor(o office.ID, g *figures, now time.Time) {
	g.at = now
	d.opts.Board.Set(o, "floor/"+string(o), d.floorView(o))
}

func (d *Desk) floorView(o office.ID) FloorView {
	v := d.past.floor(o, time.Now())
	v.Shields = d.sieve.shieldViews(o)
	return v
}

// Floors gives every office's figures of now, for metrics and wallboards.
func (d *Desk) Floors() []FloorView {
	var out []FloorView
	for _, id := range slices.Sorted(maps.Keys(d.floors)) {
		out = append(out, d.floorView(id))
	}
	return out
}
