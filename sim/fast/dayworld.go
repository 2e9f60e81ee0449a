package fast

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// report is one trouble as its Polres handles it.
type report struct {
	trouble
	state   incident.State // by the product's own core
	tick    time.Time      // set for its next deadline
	cannot  []*patrol      // that were asked and can't
	units   []*patrol      // that were sent and not taken off
	arrived time.Time      // first unit, really
	skilled time.Time      // first one with the skill that is needed
	missed  int            // steps that somebody was asked about
	waited  bool
	ended   time.Time
}

// dayWorld is one day under one policy.
type dayWorld struct {
	agenda
	file    *DayFile
	seed    uint64
	now     time.Time
	offices *office.Directory
	areas   *office.Areas // as the office has imported them: all the recommendation knows of the ground
	streets *streets
	beats   []office.ID // of each corner
	houses  map[office.ID]int
	policy  policy
	units   []*patrol
	reports []*report
	queue   []*report // wait for a unit
	last    int       // of round-robin
	fault   error
}

const holder = "polresta-balikpapan"

// newDay makes the town of a seed. Policies share what this draws: only what they do with it differs.
func newDay(f *DayFile, seed uint64, p policy) (*dayWorld, error) {
	d := &dayWorld{file: f, seed: seed, policy: p, houses: map[office.ID]int{}, last: -1}
	var err error
	if d.offices, err = f.offices(); err != nil {
		return nil, err
	}
	if d.areas, _, err = office.ReadAreas(bytes.NewReader(townFile), d.offices, office.AreaOptions{}); err != nil {
		return nil, fmt.Errorf("town.geojson: %w", err)
	}
	if d.streets, err = streetsOf(f, draw(seed, "streets")); err != nil {
		return nil, err
	}
	for _, n := range d.streets.nodes {
		d.beats = append(d.beats, d.areas.At(n).Office)
	}
	for _, h := range f.Houses {
		d.houses[h.ID] = d.streets.corner(office.Point{Lat: h.Lat, Lng: h.Lng})
	}
	for _, ro := range f.rosters(seed) {
		of, _ := d.offices.Get(ro.House)
		u := &patrol{roster: ro, house: of.At, home: d.houses[ro.House], dice: draw(seed, "patrol ", ro.n)}
		v := incident.Vehicle{Sign: ro.sign, Kind: incident.UnitKind(ro.Kind), Home: ro.House, Plate: fmt.Sprintf("KT %d", ro.n)}
		for _, s := range ro.Skills {
			v.Skills = append(v.Skills, incident.Skill(s))
		}
		d.unit(u, incident.Register{At: dayStart.Add(-24 * time.Hour), By: "roster", ID: incident.UnitID(fmt.Sprintf("u%02d", ro.n)), Vehicle: v})
		d.units = append(d.units, u)
	}
	return d, d.fault
}

// play runs the day until every report is closed.
func (d *dayWorld) play() error {
	for _, u := range d.units {
		for _, s := range u.shifts {
			d.agenda.set(s.from, func() { d.begin(u, s) })
		}
	}
	open := 0
	for _, t := range d.file.troubles(d.seed, d.streets) {
		r := &report{trouble: t}
		d.reports = append(d.reports, r)
		open++
		d.agenda.set(t.ring.Add(t.talk), func() { d.arrives(r) })
	}
	end := dayStart.Add(48 * time.Hour)
	for d.fault == nil && open > 0 {
		at, ok := d.agenda.first()
		if !ok || at.After(end) {
			return fmt.Errorf("%d reports never end", open)
		}
		it := d.agenda.next()
		d.now = it.at
		it.do()
		open = 0
		for _, r := range d.reports {
			if r.ended.IsZero() {
				open++
			}
		}
	}
	return d.fault
}

// do asks the product's core of an incident.
func (d *dayWorld) do(r *report, cmd incident.Command) {
	events, err := incident.Decide(r.state, cmd)
	if err != nil {
		d.fail("report %d refuses %T: %w", r.n, cmd, err)
		return
	}
	r.state = r.state.ApplyAll(events)
	for _, e := range events {
		if _, ok := e.(incident.StepMissed); ok {
			r.missed++
		}
	}
	if at, ok := r.state.Deadline(); ok && !at.Equal(r.tick) {
		r.tick = at
		d.agenda.set(maxTime(at, d.now), func() {
			if r.tick.Equal(at) {
				r.tick = time.Time{}
				d.do(r, incident.Tick{At: d.now, Chief: "chief", Supervisor: "supervisor", Mabes: "mabes"})
			}
		})
	}
}

func (d *dayWorld) fail(format string, args ...any) {
	if d.fault == nil {
		d.fault = fmt.Errorf(format, args...)
	}
}

// unit asks the product's core of a unit, and tells the incidents what its events mean, as dispatch does.
func (d *dayWorld) unit(u *patrol, cmd incident.UnitCommand) {
	events, err := incident.DecideUnit(u.known, cmd)
	if err != nil {
		d.fail("%s refuses %T at %v: %w", u.sign, cmd, d.now, err)
		return
	}
	u.known = u.known.ApplyAll(events)
	for _, e := range events {
		switch e := e.(type) {
		case incident.UnitSent:
			d.do(d.of(e.Incident), incident.Assign{At: e.At, By: e.By, Office: holder, Unit: u.known.ID, Sign: u.sign, Lead: u.known.Lead(), Within: 30 * time.Second})
		case incident.UnitStacked:
			d.do(d.of(e.Incident), incident.Assign{At: e.At, By: e.By, Office: holder, Unit: u.known.ID, Sign: u.sign, Lead: u.known.Lead(), Stacked: true})
		case incident.UnitReleased:
			d.do(d.of(e.Incident), incident.Take{At: e.At, By: e.By, Unit: u.known.ID, Why: e.Why, Within: time.Minute})
		case incident.UnitFinished:
			d.do(d.of(e.Incident), incident.Advance{At: e.At, By: e.By, Via: e.Via, Unit: u.known.ID, Step: incident.StepDone})
		case incident.UnitStatusSet:
			steps := map[incident.UnitStatus]incident.StepName{incident.UnitAcked: incident.StepAck, incident.UnitEnRoute: incident.StepDepart, incident.UnitOnScene: incident.StepArrive}
			if step, ok := steps[e.To]; ok && !e.Skipped && u.known.Job != nil {
				d.do(d.of(u.known.Job.Incident), incident.Advance{At: e.At, By: e.By, Via: e.Via, Unit: u.known.ID, Step: step, Within: 90 * time.Second})
			}
		case incident.UnitRegistered, incident.UnitRetired, incident.UnitManned, incident.UnitPanicked, incident.PanicSeen, incident.PanicCleared:
		}
	}
	if u.known.Status.Free() && len(d.queue) > 0 {
		d.agenda.set(d.now, d.serve)
	}
}

func (r *report) id() incident.ID { return incident.ID(fmt.Sprintf("i%03d", r.n)) }

func (d *dayWorld) of(id incident.ID) *report {
	return d.reports[slices.IndexFunc(d.reports, func(r *report) bool { return r.id() == id })]
}

// arrives: the Polda has heard the caller and sends the report to the Polres, which takes it and looks for units.
func (d *dayWorld) arrives(r *report) {
	d.do(r, incident.Type{
		At: d.now, ID: r.id(), Call: fmt.Sprintf("c%03d", r.n), FirstRing: r.ring, By: "operator", Office: "polda",
		Report: incident.Report{Kind: r.kind, Place: "somewhere", At: office.Private(fmt.Sprintf("%.6f,%.6f", r.told.Lat, r.told.Lng))},
	})
	d.do(r, incident.Send{At: d.now, By: "operator", From: "polda", To: holder, No: fmt.Sprintf("SIM/%03d", r.n), Within: time.Minute})
	d.agenda.set(d.now.Add(r.accept), func() {
		d.do(r, incident.Accept{At: d.now, By: "dispatcher", Office: holder, Within: time.Minute})
		d.agenda.set(d.now.Add(r.assign), func() {
			d.queue = append(d.queue, r)
			d.serve()
		})
	})
}

// serve gives units to those who wait, the most urgent first, then who has waited longest.
func (d *dayWorld) serve() {
	slices.SortStableFunc(d.queue, func(a, b *report) int {
		if c := a.state.Priority() - b.state.Priority(); c != 0 {
			return c
		}
		return a.ring.Compare(b.ring)
	})
	for _, r := range slices.Clone(d.queue) {
		for want := r.trouble.units; len(r.units) < want; {
			u, more := d.policy(d, r)
			if u == nil {
				break
			}
			if more && len(r.units) == 0 {
				want = max(want, 2)
			}
			d.assign(u, r)
		}
		if len(r.units) > 0 { // a second one that isn't to be had isn't waited for
			d.queue = slices.DeleteFunc(d.queue, func(x *report) bool { return x == r })
		} else {
			r.waited = true
		}
	}
	if len(d.queue) > 0 {
		d.agenda.set(d.now.Add(30*time.Second), d.serve)
	}
}

func (d *dayWorld) assign(u *patrol, r *report) {
	r.units = append(r.units, u)
	d.unit(u, incident.GiveJob{At: d.now, By: "dispatcher", Incident: r.id(), No: r.state.No, Stack: true})
	told := d.now.Add(2 * time.Second)
	if heard := u.heard(told); heard.After(told) { // nobody says that they heard: somebody asks by radio
		told = minTime(heard, d.now.Add(30*time.Second+d.file.Desk.Radio.draw(draw(d.seed, "radio ", r.n, " ", u.n))))
	}
	d.agenda.set(told, func() { d.hears(u, r) })
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// hears: the crew learns of a job.
func (d *dayWorld) hears(u *patrol, r *report) {
	if u.on.from.IsZero() || draw(d.seed, "cannot ", r.n, " ", u.n).Float64() < d.file.Crews.Cannot {
		d.agenda.set(d.now.Add(10*time.Second), func() { d.turnsDown(u, r) })
		return
	}
	if u.job != nil {
		u.next = append(u.next, r)
		return
	}
	d.take(u, r)
}

// turnsDown: they can't come, and nobody knew. Another must.
func (d *dayWorld) turnsDown(u *patrol, r *report) {
	r.cannot = append(r.cannot, u)
	r.units = slices.DeleteFunc(r.units, func(x *patrol) bool { return x == u })
	if u.known.Has(r.id()) {
		d.unit(u, incident.TakeJob{At: d.now, By: "dispatcher", Incident: r.id(), Why: "released"})
	}
	if len(r.units) == 0 && r.arrived.IsZero() && !slices.Contains(d.queue, r) {
		d.agenda.set(d.now.Add(r.trouble.assign), func() {
			d.queue = append(d.queue, r)
			d.serve()
		})
	}
}

// take: they have heard and go.
func (d *dayWorld) take(u *patrol, r *report) {
	u.turn++
	c, dice := d.file.Crews, draw(d.seed, "goes ", r.n, " ", u.n)
	u.job = r
	ack, depart := c.AckHouse.draw(dice), c.DepartHouse.draw(dice)
	if u.out && !u.rests {
		ack, depart = c.AckOut.draw(dice), c.DepartOut.draw(dice)
	}
	if u.rests {
		depart = c.DepartBreak.draw(dice)
	}
	u.rests = false
	d.later(u, d.now.Add(ack), func() {
		d.say(u, 0, func() { d.step(u, r, incident.UnitAcked) })
		d.later(u, d.now.Add(depart), func() {
			u.out = true
			from := u.halt(d.now)
			d.say(u, 0, func() { d.step(u, r, incident.UnitEnRoute) })
			to := d.streets.corner(r.at)
			at := from.at
			if from.node != to {
				at = u.ride(d.streets.way(from.node, to, u.Kind, from.at))
			}
			d.later(u, at, func() { d.there(u, r) })
		})
	})
}

func (d *dayWorld) step(u *patrol, r *report, to incident.UnitStatus) {
	if u.known.Job == nil || u.known.Job.Incident != r.id() {
		return // it was taken off meanwhile
	}
	d.unit(u, incident.StepTo{At: d.now, By: "crew", Via: incident.ByPhone, Incident: r.id(), To: to})
}

// there: they have arrived.
func (d *dayWorld) there(u *patrol, r *report) {
	if r.arrived.IsZero() {
		r.arrived = d.now
	}
	if skill, ok := incident.SkillFor(r.kind); ok && u.known.Can(skill) && r.skilled.IsZero() {
		r.skilled = d.now
	}
	d.say(u, 0, func() { d.step(u, r, incident.UnitOnScene) })
	d.later(u, d.now.Add(r.onScene), func() {
		u.job = nil
		late, dice := time.Duration(0), draw(d.seed, "ends ", r.n, " ", u.n)
		if dice.Float64() < d.file.Crews.Forget {
			late = d.file.Crews.Forgets.draw(dice)
		}
		d.say(u, late, func() { d.done(u, r) })
		d.idle(u)
	})
}

// done: the house hears that they are free.
func (d *dayWorld) done(u *patrol, r *report) {
	r.units = slices.DeleteFunc(r.units, func(x *patrol) bool { return x == u })
	if u.known.Job != nil && u.known.Job.Incident == r.id() {
		d.unit(u, incident.EndJob{At: d.now, By: "crew", Via: incident.ByPhone, Incident: r.id()})
	}
	if len(r.units) == 0 && r.state.Phase == incident.Handled {
		d.agenda.set(d.now.Add(r.trouble.close), func() {
			if r.ended.IsZero() {
				d.do(r, incident.Close{At: d.now, By: "dispatcher", Office: holder, Result: incident.Done, Done: "seen to"})
				r.ended = d.now
			}
		})
	}
	if u.known.Status == incident.UnitReturning && u.on.from.IsZero() {
		d.unit(u, incident.Man{At: d.now, By: "roster"})
	}
}
