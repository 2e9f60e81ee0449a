package dispatch

import (
	"cmp"
	"iter"
	"math"
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
	s := &e.state
	if s.Over() || s.Restricted() || s.Class() == incident.Complaint {
		return nil
	}
	type found struct {
		id  incident.ID
		far office.Metres
	}
	var list []found
	may := func(o *entry) bool { // asked last: a state is large
		return o != e && !o.state.Over() && !o.state.Restricted() && o.state.Class() != incident.Complaint
	}
	for _, o := range d.fresh.numbers[e.number] {
		if e.number != "" && s.FirstRing.Sub(o.state.FirstRing).Abs() <= incident.SameNumberFor && may(o) {
			list = append(list, found{o.state.ID, -1})
		}
	}
	for o := range d.fresh.around(e) {
		if s.FirstRing.Sub(o.state.FirstRing).Abs() > incident.SameFor || !near(e.at, o.at) || e.number != "" && e.number == o.number {
			continue
		}
		if m := Straight(e.at, o.at); m <= incident.SameWithin && incident.LikeKind(s.Report.Kind, o.state.Report.Kind) && may(o) {
			list = append(list, found{o.state.ID, m})
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
	return max(a.Lat-b.Lat, b.Lat-a.Lat) < cellSize && max(a.Lng-b.Lng, b.Lng-a.Lng) < cellSize
}

// cellSize is the side of a square of the ground, in degrees: what is near lies in the same one or beside it.
const cellSize = 0.01

type cell struct{ lat, lng int }

func cellOf(p office.Point) cell {
	return cell{int(math.Floor(p.Lat / cellSize)), int(math.Floor(p.Lng / cellSize))}
}

// fresh are the incidents that another may be the same as, found by place and by number.
type fresh struct {
	all     map[incident.ID]place
	cells   map[cell]map[incident.ID]*entry
	numbers map[office.Number]map[incident.ID]*entry
}

// place is where an entry was put.
type place struct {
	e      *entry
	cell   cell
	known  bool
	number office.Number
}

func newFresh() fresh {
	return fresh{all: map[incident.ID]place{}, cells: map[cell]map[incident.ID]*entry{}, numbers: map[office.Number]map[incident.ID]*entry{}}
}

// around are the entries of the squares that may hold something near.
func (f fresh) around(e *entry) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if !e.known {
			return
		}
		c := cellOf(e.at)
		for lat := c.lat - 1; lat <= c.lat+1; lat++ {
			for lng := c.lng - 1; lng <= c.lng+1; lng++ {
				for _, o := range f.cells[cell{lat, lng}] {
					if !yield(o) {
						return
					}
				}
			}
		}
	}
}

func (f fresh) put(e *entry) {
	id := e.state.ID
	f.drop(id)
	p := place{e: e, known: e.known, number: e.number}
	if p.known {
		p.cell = cellOf(e.at)
		if f.cells[p.cell] == nil {
			f.cells[p.cell] = map[incident.ID]*entry{}
		}
		f.cells[p.cell][id] = e
	}
	if p.number != "" {
		if f.numbers[p.number] == nil {
			f.numbers[p.number] = map[incident.ID]*entry{}
		}
		f.numbers[p.number][id] = e
	}
	f.all[id] = p
}

func (f fresh) drop(id incident.ID) {
	p, ok := f.all[id]
	if !ok {
		return
	}
	delete(f.all, id)
	if delete(f.cells[p.cell], id); len(f.cells[p.cell]) == 0 {
		delete(f.cells, p.cell)
	}
	if delete(f.numbers[p.number], id); len(f.numbers[p.number]) == 0 {
		delete(f.numbers, p.number)
	}
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
	if time.Since(e.state.FirstRing) <= 2*incident.SameNumberFor && !e.state.Over() {
		d.fresh.put(e)
	} else {
		d.fresh.drop(e.state.ID)
	}
	for id, p := range d.fresh.all { // a few at a time: the order of a map is a fair draw
		if time.Since(p.e.state.FirstRing) > 2*incident.SameNumberFor {
			d.fresh.drop(id)
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
