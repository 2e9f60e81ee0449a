package fast

import (
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// patrol is one unit: what it really does, and what the house knows of it.
type patrol struct {
	*roster
	known incident.Unit // by the product's own core
	house office.Point
	home  int // corner of its house
	dice  *rand.Rand

	steps []step // where it was and will be: everything it does on the streets
	turn  int    // grows with each change of mind: what was set for an older one is void
	on    span   // the shift it works, zero when off
	job   *report
	next  []*report // told of, to be done after the present one
	rests bool      // on a break
	out   bool      // on the streets; else in its house
	said  time.Time // until when what it says is on its way: nothing overtakes
}

// at is where it really is.
func (u *patrol) at(s *streets, t time.Time) office.Point {
	i := sort.Search(len(u.steps), func(i int) bool { return u.steps[i].at.After(t) })
	switch {
	case len(u.steps) == 0:
		return s.nodes[u.home]
	case i == 0:
		return s.nodes[u.steps[0].node]
	case i == len(u.steps):
		return s.nodes[u.steps[i-1].node]
	}
	a, b := u.steps[i-1], u.steps[i]
	part := float64(t.Sub(a.at)) / float64(max(1, b.at.Sub(a.at)))
	p, q := s.nodes[a.node], s.nodes[b.node]
	return office.Point{Lat: p.Lat + part*(q.Lat-p.Lat), Lng: p.Lng + part*(q.Lng-p.Lng)}
}

// halt ends its way at the next corner, and tells which that is and when.
func (u *patrol) halt(t time.Time) step {
	if len(u.steps) == 0 {
		return step{u.home, t}
	}
	i := sort.Search(len(u.steps), func(i int) bool { return u.steps[i].at.After(t) })
	u.steps = u.steps[:min(i+1, len(u.steps))]
	last := u.steps[len(u.steps)-1]
	return step{last.node, maxTime(last.at, t)}
}

// ride goes from where it halted by a way, whose first corner is that one.
func (u *patrol) ride(way []step) time.Time {
	u.steps = append(u.steps, way...)
	return u.steps[len(u.steps)-1].at
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// fix is its last position, as the house has it.
func (d *dayWorld) fix(u *patrol) *dispatch.Fix {
	at, ok := u.posted(d.now, sec(d.file.Links.Every))
	if !ok {
		return nil
	}
	r := draw(d.seed, "noise ", u.n, at.UnixNano())
	p := moved(u.at(d.streets, at), d.file.Links.Noise*r.NormFloat64(), d.file.Links.Noise*r.NormFloat64())
	return &dispatch.Fix{Unit: u.known.ID, At: p, Time: at, Speed: -1, Heading: -1, Source: "page"}
}

// later sets something that holds only while the unit doesn't change its mind.
func (d *dayWorld) later(u *patrol, at time.Time, do func()) {
	turn := u.turn
	d.agenda.set(maxTime(at, d.now), func() {
		if u.turn == turn {
			do()
		}
	})
}

// say tells the house something after a while: by the phone when it is heard, else by radio when that comes first.
func (d *dayWorld) say(u *patrol, after time.Duration, do func()) {
	at := d.now.Add(after)
	heard := u.heard(at)
	if radio := at.Add(d.file.Links.RadioNews.draw(u.dice)); heard.After(radio) {
		heard = radio
	}
	u.said = maxTime(heard, u.said)
	d.agenda.set(u.said, do)
}

// begin starts a shift.
func (d *dayWorld) begin(u *patrol, s span) {
	if !u.on.from.IsZero() {
		return // still busy with the one before
	}
	u.turn++
	u.on, u.rests, u.out = s, false, false
	if len(u.steps) == 0 {
		u.steps = append(u.steps, step{u.home, d.now})
	}
	d.say(u, 0, func() {
		d.unit(u, incident.Man{At: d.now, By: "roster", Crew: []incident.Mate{{Person: office.PersonID(u.sign)}}, Until: s.to})
		d.status(u, incident.UnitReady)
	})
	d.idle(u)
}

// status tells the house what it does, as far as its core takes it.
func (d *dayWorld) status(u *patrol, to incident.UnitStatus) {
	_, err := incident.DecideUnit(u.known, incident.SetStatus{At: d.now, By: "crew", Via: incident.ByPhone, To: to})
	if err == nil { // it has a job by now: the job's steps say what it does
		d.unit(u, incident.SetStatus{At: d.now, By: "crew", Via: incident.ByPhone, To: to})
	}
}

// idle is what a crew does when it has nothing to do.
func (d *dayWorld) idle(u *patrol) {
	u.turn++
	if len(u.next) > 0 {
		r := u.next[0]
		u.next = u.next[1:]
		d.take(u, r)
		return
	}
	if !d.now.Before(u.on.to) {
		d.offDuty(u)
		return
	}
	for i, b := range u.breaks {
		if b.holds(d.now) {
			d.rest(u, b, u.told[i])
			return
		}
	}
	c := d.file.Crews
	if u.dice.Float64() < c.PatrolShare {
		if !u.out {
			d.say(u, 0, func() { d.status(u, incident.UnitPatrol) })
		}
		u.out = true
		d.drift(u, d.now.Add(c.Patrol.draw(u.dice)))
		return
	}
	stay := c.House.draw(u.dice)
	if !u.out {
		d.later(u, d.now.Add(stay), func() { d.idle(u) })
		return
	}
	d.later(u, d.goHome(u), func() {
		u.out = false
		d.say(u, 0, func() { d.status(u, incident.UnitReady) })
		d.later(u, d.now.Add(stay), func() { d.idle(u) })
	})
}

func (d *dayWorld) goHome(u *patrol) time.Time {
	from := u.halt(d.now)
	if from.node == u.home {
		return from.at
	}
	return u.ride(d.streets.way(from.node, u.home, u.Kind, from.at))
}

func (d *dayWorld) rest(u *patrol, b span, told bool) {
	u.rests = true
	if told {
		d.say(u, 0, func() { d.status(u, incident.UnitBusy) })
	}
	d.later(u, b.to, func() {
		u.rests = false
		if told {
			to := incident.UnitReady
			if u.out {
				to = incident.UnitPatrol
			}
			d.say(u, 0, func() { d.status(u, to) })
		}
		d.idle(u)
	})
}

func (d *dayWorld) offDuty(u *patrol) {
	u.turn++
	d.goHome(u)
	u.on, u.out, u.rests = span{}, false, false
	d.say(u, 0, func() {
		if _, err := incident.DecideUnit(u.known, incident.Man{At: d.now, By: "roster"}); err == nil {
			d.unit(u, incident.Man{At: d.now, By: "roster"})
		}
	})
	for _, s := range u.shifts {
		if s.holds(d.now) { // the next shift has waited for the vehicle
			d.agenda.set(d.now, func() { d.begin(u, s) })
			break
		}
	}
}

// drift is a round through its beat: some streets, perhaps a stop, and so on.
func (d *dayWorld) drift(u *patrol, until time.Time) {
	if !d.now.Before(until) || !d.now.Before(u.on.to) || slices.ContainsFunc(u.breaks, func(b span) bool { return b.holds(d.now) }) {
		d.idle(u)
		return
	}
	at, share := u.halt(d.now), 1.0
	if u.Kind != "jalan_kaki" {
		share = d.file.Crews.Cruise
	}
	if !d.inBeat(u, at.node) && at.node != u.home { // back from elsewhere
		if beat := d.beatOf(u); beat != at.node {
			way := d.streets.way(at.node, beat, u.Kind, at.at)
			cut := len(way)
			for i, s := range way {
				if d.inBeat(u, s.node) {
					cut = i + 1
					break
				}
			}
			d.later(u, u.ride(way[:cut]), func() { d.drift(u, until) })
			return
		}
	}
	from := -1
	if n := len(u.steps); n > 1 {
		from = u.steps[n-2].node
	}
	var way []step
	for len(way) < 6 {
		var go_ []street
		for _, e := range d.streets.out[at.node] {
			if e.to != from && (d.inBeat(u, e.to) || at.node == u.home) {
				go_ = append(go_, e)
			}
		}
		if len(go_) == 0 {
			go_ = d.streets.out[at.node]
		}
		e := go_[u.dice.IntN(len(go_))]
		from = at.node
		at = step{e.to, at.at.Add(d.streets.takes(e, u.Kind, at.at, share))}
		way = append(way, at)
	}
	end := u.ride(way)
	if u.dice.Float64() < d.file.Crews.StandShare {
		end = end.Add(d.file.Crews.Stand.draw(u.dice))
	}
	d.later(u, end, func() { d.drift(u, until) })
}

func (d *dayWorld) inBeat(u *patrol, node int) bool { return d.beats[node] == u.beat }

// beatOf is the corner of its beat's own house.
func (d *dayWorld) beatOf(u *patrol) int {
	if n, ok := d.houses[u.beat]; ok {
		return n
	}
	return u.home
}
