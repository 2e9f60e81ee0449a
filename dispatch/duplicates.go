package dispatch

import (
	"cmp"
	"slices"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// sameMax is how many are proposed: more than a person looks at.
const sameMax = 8

// same lists the incidents that may be the same thing as e, the likeliest first: within 300 m and 30 min and of like
// kind, or from the same number within 60 min (CALL.md §3). What is restricted, or a complaint, is proposed to nobody:
// that two reports are alike says something of both. d.mu is held.
func (d *Dispatch) same(e *entry) []incident.ID {
	s := e.state
	if s.Over() || s.Restricted() || s.Class() == incident.Complaint {
		return nil
	}
	type found struct {
		id  incident.ID
		far office.Metres
	}
	var list []found
	for id, o := range d.fresh {
		t := o.state
		if id == s.ID || t.Phase == incident.Linked || t.Restricted() || t.Class() == incident.Complaint {
			continue
		}
		apart := s.FirstRing.Sub(t.FirstRing).Abs()
		switch {
		case apart > incident.SameNumberFor:
		case e.number != "" && e.number == o.number:
			list = append(list, found{id, -1})
		case apart > incident.SameFor || !e.known || !o.known || !near(e.at, o.at) || !incident.LikeKind(s.Report.Kind, t.Report.Kind):
		default:
			if m := Straight(e.at, o.at); m <= incident.SameWithin {
				list = append(list, found{id, m})
			}
		}
	}
	slices.SortFunc(list, func(a, b found) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.id, b.id)) })
	ids := []incident.ID{}
	for _, f := range list[:min(len(list), sameMax)] {
		ids = append(ids, f.id)
	}
	return ids
}

// near is a quick look before the sines: 300 m are less than 0.01 degrees, up to 70 degrees north or south.
func near(a, b office.Point) bool {
	return max(a.Lat-b.Lat, b.Lat-a.Lat) < 0.01 && max(a.Lng-b.Lng, b.Lng-a.Lng) < 0.01
}

// Duplicates lists what may be the same as an incident, as far as the person may read it.
func (d *Dispatch) Duplicates(who Who, id incident.ID) []Card {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []Card{}
	e := d.live[id]
	if e == nil || !d.reads(e.state, who) {
		return list
	}
	for _, other := range d.same(e) {
		if o := d.live[other]; d.reads(o.state, who) {
			list = append(list, d.card(o))
		}
	}
	return list
}

// index keeps what looking for duplicates needs. d.mu is held.
func (d *Dispatch) index(e *entry) {
	e.known = false
	if p := point(e.state.Report.At); p != nil {
		e.at, e.known = office.Point{Lat: p.Lat, Lng: p.Lng}, true
	}
	e.number, _ = office.ParseNumber(string(e.state.Report.ReporterNumber))
	if time.Since(e.state.FirstRing) <= 2*incident.SameNumberFor && e.state.Phase != incident.NotValid {
		d.fresh[e.state.ID] = e
	} else {
		delete(d.fresh, e.state.ID)
	}
	for id, o := range d.fresh { // a few at a time: the order of a map is a fair draw
		if time.Since(o.state.FirstRing) > 2*incident.SameNumberFor {
			delete(d.fresh, id)
			continue
		}
		break
	}
}

// link joins two incidents: a person's word, in one stroke.
func (d *Dispatch) link(who Who, c Link, now time.Time) (*entry, error) {
	e, err := d.find(who, c.ID, c)
	if err != nil {
		return nil, err
	}
	into, err := d.find(who, c.Into, c)
	if err != nil {
		return nil, err
	}
	join := incident.Join{At: now, By: who.Person, Other: c.ID, Calls: e.state.Calls}
	if _, err := incident.Decide(into.state, join); err != nil { // both or none
		return nil, err
	}
	if _, err := d.decide(e, incident.Link{At: now, By: who.Person, Office: who.Office, Into: c.Into}, string(who.Person)); err != nil {
		return nil, err
	}
	if _, err := d.decide(into, join, string(who.Person)); err != nil {
		return nil, err
	}
	return into, nil
}

// joinCall notes one more call about an incident. What its operator has begun to type goes on there.
func (d *Dispatch) joinCall(who Who, c JoinCall, now time.Time) (*entry, error) {
	e, err := d.find(who, c.ID, c)
	if err != nil {
		return nil, err
	}
	if own := d.live[d.byCall[c.Call]]; own != nil && own != e && own.state.Phase == incident.Draft {
		return d.link(who, Link{ID: own.state.ID, Into: c.ID}, now)
	}
	_, err = d.decide(e, incident.JoinCall{At: now, By: who.Person, Call: c.Call}, string(who.Person))
	return e, err
}

func (d *Dispatch) unlink(who Who, id incident.ID, now time.Time) (*entry, error) {
	e, err := d.find(who, id, Unlink{ID: id})
	if err != nil {
		return nil, err
	}
	into := d.live[e.state.Linked]
	if _, err := d.decide(e, incident.Unlink{At: now, By: who.Person, Office: who.Office}, string(who.Person)); err != nil {
		return nil, err
	}
	if into != nil {
		if _, err := d.decide(into, incident.Part{At: now, By: who.Person, Other: id}, string(who.Person)); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// follow is the incident that goes on for a call: what its own was linked to. d.mu is held.
func (d *Dispatch) follow(call string) *entry {
	e := d.live[d.byCall[call]]
	if e != nil && e.state.Phase == incident.Linked {
		if into := d.live[e.state.Linked]; into != nil {
			return into
		}
	}
	return e
}
