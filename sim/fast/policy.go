package fast

import (
	"context"
	"slices"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// policy chooses a unit for a report, nil when it wants to wait. more: another should come too.
type policy func(d *dayWorld, r *report) (u *patrol, more bool)

// free says whether a unit may still be asked.
func (r *report) free(u *patrol) bool {
	return !slices.Contains(r.units, u) && !slices.Contains(r.cannot, u)
}

// recommended follows the first line of the product's own recommendation, dispatch.Recommend, which is told what the house
// knows; and the second, when that one says to be sent too.
func recommended(d *dayWorld, r *report) (*patrol, bool) { return follow(d, r, &dispatch.Adviser{}) }

// routed is the same on a site that has a router: it knows the map and the speeds of an empty street, not the traffic.
func routed(d *dayWorld, r *report) (*patrol, bool) {
	return follow(d, r, &dispatch.Adviser{Roads: router{d.streets}})
}

func follow(d *dayWorld, r *report, a *dispatch.Adviser) (*patrol, bool) {
	var list []dispatch.Candidate
	for _, u := range d.units {
		if !r.free(u) || len(u.known.Stack) > 2 {
			continue
		}
		home, _ := d.offices.Get(u.House)
		if c, ok := dispatch.CandidateOf(u.known, holder, home, d.fix(u), d.areas); ok {
			list = append(list, c)
		}
	}
	s := dispatch.Scene{At: r.told, Office: holder, Now: d.now}
	if skill, ok := incident.SkillFor(r.kind); ok {
		if !slices.ContainsFunc(r.units, func(u *patrol) bool { return u.known.Can(skill) }) {
			s.Needs, s.Follow = []string{string(skill)}, dispatch.SkillFollows(r.state.Priority(), r.state.Restricted())
		}
	}
	advice, err := a.Recommend(context.Background(), s, list, d.areas.Land())
	if err != nil {
		d.fail("the router: %w", err)
	}
	if len(advice) == 0 {
		return nil, false
	}
	more := len(advice) > 1 && advice[1].Also
	if len(r.units) > 0 && more { // the first was sent: this is the one that was to come too
		return d.named(advice[1].ID), false
	}
	return d.named(advice[0].ID), more
}

func (d *dayWorld) named(id string) *patrol {
	return d.units[slices.IndexFunc(d.units, func(u *patrol) bool { return string(u.known.ID) == id })]
}

// idleOf are the units that the house believes to be idle.
func idleOf(d *dayWorld, r *report) (list []*patrol) {
	for _, u := range d.units {
		if r.free(u) && u.known.Manned() && u.known.Status.Free() {
			list = append(list, u)
		}
	}
	return list
}

// nearestIdle takes the idle unit whose last position, or else its house, is nearest by the straight line.
func nearestIdle(d *dayWorld, r *report) (*patrol, bool) {
	return nearestOf(d, r, idleOf(d, r)), false
}

// nearestVehicle is the same by somebody who knows better than to send walkers.
func nearestVehicle(d *dayWorld, r *report) (*patrol, bool) {
	list := slices.DeleteFunc(idleOf(d, r), func(u *patrol) bool { return u.Kind == string(incident.Foot) })
	return nearestOf(d, r, list), false
}

func nearestOf(d *dayWorld, r *report, list []*patrol) (best *patrol) {
	var by office.Metres
	for _, u := range list {
		at := u.house
		if f := d.fix(u); f != nil {
			at = f.At
		}
		if m := office.Between(at, r.told); best == nil || m < by {
			best, by = u, m
		}
	}
	return best
}

// roundRobin takes the next idle unit in turn.
func roundRobin(d *dayWorld, r *report) (*patrol, bool) {
	list := idleOf(d, r)
	if len(list) == 0 {
		return nil, false
	}
	best := list[0]
	for _, u := range list {
		if u.n > d.last {
			best = u
			break
		}
	}
	d.last = best.n
	return best, false
}

// router answers as OSRM does for a car, on the town's map.
type router struct{ streets *streets }

// Times is dispatch.Roads'.
func (r router) Times(_ context.Context, from []office.Point, to office.Point) ([]time.Duration, error) {
	times := r.streets.empty(r.streets.corner(to))
	out := make([]time.Duration, len(from))
	for i, p := range from {
		if out[i] = times[r.streets.corner(p)]; out[i] == never {
			out[i] = -1
		}
	}
	return out, nil
}
