package dispatch

import (
	"fmt"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// A unit's own state is the judge of who has it: two dispatchers who want the same unit meet there, one after the other,
// and the second is told who was first. What the unit's events say is then told to the incidents, so that both always
// say the same.

// assign sends units to an incident: all of them or none. d.mu is held.
func (d *Dispatch) assign(who Who, c Assign, now time.Time) (*entry, error) {
	e, err := d.find(who, c.ID, c)
	if err != nil {
		return nil, err
	}
	if len(c.Units) == 0 {
		return nil, &incident.Refusal{Code: "no_unit", Text: "say which unit"}
	}
	give := incident.GiveJob{At: now, By: who.Person, Incident: c.ID, No: e.state.No, Stack: c.Stack, Move: c.Move}
	s := e.state
	for _, id := range c.Units { // first see whether all of it can be done
		u, err := d.ownUnit(who, id)
		if err != nil {
			return nil, err
		}
		unitEvents, err := incident.DecideUnit(u.state, give)
		if err != nil {
			return nil, err
		}
		if len(unitEvents) == 0 {
			continue // it has the job already, by the same person
		}
		_, stacked := unitEvents[len(unitEvents)-1].(incident.UnitStacked)
		events, err := incident.Decide(s, incident.Assign{At: now, By: who.Person, Office: who.Office, Unit: id, Stacked: stacked})
		if err != nil {
			return nil, err
		}
		s = s.ApplyAll(events)
	}
	for _, id := range c.Units {
		if _, err := d.decideUnit(d.units[id], give, who.Person); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (d *Dispatch) release(who Who, c Release, now time.Time) (*entry, error) {
	e, err := d.find(who, c.ID, c)
	if err != nil {
		return nil, err
	}
	u := d.units[c.Unit]
	if u == nil || !u.state.Has(c.ID) {
		return nil, &incident.Refusal{Code: "not_now", Text: "the unit doesn't work on this incident", Unit: c.Unit}
	}
	if e.state.Office != who.Office && !d.opts.Offices.Below(who.Office, u.state.Vehicle.Home) {
		return nil, &incident.Refusal{Code: "not_yours", Text: "another office has this incident"}
	}
	_, err = d.decideUnit(u, incident.TakeJob{At: now, By: who.Person, Incident: c.ID, Why: "released"}, who.Person)
	return e, err
}

func (d *Dispatch) advance(who Who, c Advance, now time.Time) (*entry, error) {
	e, err := d.find(who, c.ID, c)
	if err != nil {
		return nil, err
	}
	u := d.units[c.Unit]
	if u == nil || e.state.Office != who.Office && !d.opts.Offices.Below(who.Office, u.state.Vehicle.Home) {
		return nil, &incident.Refusal{Code: "not_yours", Text: "another office has this unit", Unit: c.Unit}
	}
	return e, d.step(u, who.Person, c.ID, c.Step, c.Via, now)
}

// step says how far a unit has come with its job. d.mu is held.
func (d *Dispatch) step(u *unitEntry, by office.PersonID, id incident.ID, step incident.StepName, via incident.Via, now time.Time) error {
	var cmd incident.UnitCommand
	switch step {
	case incident.StepAck:
		cmd = incident.StepTo{At: now, By: by, Via: via, Incident: id, To: incident.UnitAcked}
	case incident.StepDepart:
		cmd = incident.StepTo{At: now, By: by, Via: via, Incident: id, To: incident.UnitEnRoute}
	case incident.StepArrive:
		cmd = incident.StepTo{At: now, By: by, Via: via, Incident: id, To: incident.UnitOnScene}
	case incident.StepDone:
		cmd = incident.EndJob{At: now, By: by, Via: via, Incident: id}
	case incident.StepAccept, incident.StepAssign, incident.StepWait, incident.StepHandover, incident.StepCheck:
		return &incident.Refusal{Code: "bad_status", Text: "the step must be acknowledge, depart, arrive or done"}
	}
	_, err := d.decideUnit(u, cmd, by)
	return err
}

// ownUnit finds a unit of the person's office, or of one below it. d.mu is held.
func (d *Dispatch) ownUnit(who Who, id incident.UnitID) (*unitEntry, error) {
	u := d.units[id]
	if u == nil || u.state.Retired || !d.opts.Offices.CanRead(who.Office, u.state.Vehicle.Home) {
		return nil, &incident.Refusal{Code: "unknown_unit", Text: "there is no such unit", Unit: id}
	}
	return u, nil
}

// tell tells the incidents what a unit's events mean for them. d.mu is held.
func (d *Dispatch) tell(u *unitEntry, events []incident.UnitEvent) {
	id := u.state.ID
	for _, ev := range events {
		switch ev := ev.(type) {
		case incident.UnitSent:
			d.tellOf(ev.Incident, ev.By, func(s incident.State) incident.Command {
				return incident.Assign{
					At: ev.At, By: ev.By, Office: s.Office, Unit: id, Sign: u.state.Vehicle.Sign, Lead: u.state.Lead(),
					Within: d.stepWithin(s, incident.StepAssign, ev.At),
				}
			})
		case incident.UnitStacked:
			d.tellOf(ev.Incident, ev.By, func(s incident.State) incident.Command {
				return incident.Assign{
					At: ev.At, By: ev.By, Office: s.Office, Unit: id, Sign: u.state.Vehicle.Sign, Lead: u.state.Lead(), Stacked: true,
				}
			})
		case incident.UnitReleased:
			d.tellOf(ev.Incident, ev.By, func(s incident.State) incident.Command {
				return incident.Take{At: ev.At, By: ev.By, Unit: id, Why: ev.Why, Within: d.assignWithin(s, ev.At)}
			})
		case incident.UnitFinished:
			d.tellOf(ev.Incident, ev.By, func(incident.State) incident.Command {
				return incident.Advance{At: ev.At, By: ev.By, Via: ev.Via, Unit: id, Step: incident.StepDone}
			})
		case incident.UnitStatusSet:
			if step, ok := stepOf(ev.To); ok && !ev.Skipped && u.state.Job != nil {
				d.tellOf(u.state.Job.Incident, ev.By, func(s incident.State) incident.Command {
					c := incident.Advance{At: ev.At, By: ev.By, Via: ev.Via, Unit: id, Step: step, Within: d.stepWithin(s, step, ev.At)}
					if step == incident.StepArrive {
						c.Metres, c.Located = d.distance(id, s.ID, ev.At)
					}
					return c
				})
			}
		case incident.UnitRegistered, incident.UnitRetired, incident.UnitManned, incident.UnitPanicked, incident.PanicSeen, incident.PanicCleared:
		}
	}
}

func stepOf(s incident.UnitStatus) (incident.StepName, bool) {
	switch s {
	case incident.UnitAcked:
		return incident.StepAck, true
	case incident.UnitEnRoute:
		return incident.StepDepart, true
	case incident.UnitOnScene:
		return incident.StepArrive, true
	case incident.UnitOff, incident.UnitReady, incident.UnitPatrol, incident.UnitAssigned, incident.UnitBusy, incident.UnitBroken, incident.UnitReturning:
	}
	return "", false
}

func (d *Dispatch) tellOf(id incident.ID, by office.PersonID, cmd func(incident.State) incident.Command) {
	e := d.live[id]
	if e == nil {
		return
	}
	if _, err := d.decide(e, cmd(e.state), string(by)); err != nil {
		d.opts.Log.Warn("an incident didn't take what its unit does", "incident", id, "err", err)
	}
}

// freed tells units that an incident took off for good. d.mu is held.
func (d *Dispatch) freed(id incident.ID, events []incident.Event) {
	for _, ev := range events {
		t, ok := ev.(incident.UnitTaken)
		if !ok {
			continue
		}
		if u := d.units[t.Unit]; u != nil && u.state.Has(id) {
			if _, err := d.decideUnit(u, incident.TakeJob{At: t.At, By: t.By, Incident: id, Why: t.Why}, t.By); err != nil {
				d.opts.Log.Error("a unit could not be freed", "unit", t.Unit, "err", err)
			}
		}
	}
}

// agree makes units and incidents say the same after a restart: a power cut may have taken what was last written of one
// of them. Nobody was told that it was saved. d.mu is held.
func (d *Dispatch) agree(now time.Time) {
	for _, e := range d.live {
		s := e.state
		if into := d.live[s.Linked]; s.Phase == incident.Linked && into != nil {
			_, _ = d.decide(into, incident.Join{At: now, By: "system", Other: s.ID, Calls: s.Calls}, "system")
		}
		for _, other := range s.Joined {
			if o := d.live[other]; o != nil && o.state.Linked != s.ID {
				_, _ = d.decide(e, incident.Part{At: now, By: "system", Other: other}, "system")
			}
		}
	}
	for _, u := range d.units {
		d.agreeUnit(u, now)
	}
	for _, e := range d.live {
		for _, a := range e.state.Units {
			if u := d.units[a.Unit]; a.EndedAt.IsZero() && (u == nil || !u.state.Has(e.state.ID)) {
				d.tellOf(e.state.ID, "system", func(s incident.State) incident.Command {
					return incident.Take{At: now, By: "system", Unit: a.Unit, Why: "restart", Within: d.assignWithin(s, now)}
				})
			}
		}
	}
}

// agreeUnit brings a unit's jobs and the incidents' words of it together: the unit's own word counts.
func (d *Dispatch) agreeUnit(u *unitEntry, now time.Time) {
	for _, id := range u.state.JobIDs() {
		e := d.live[id]
		if e == nil || !e.state.Working() {
			_, _ = d.decideUnit(u, incident.TakeJob{At: now, By: "system", Incident: id, Why: "restart"}, "system")
			continue
		}
		j, current := u.state.Job, u.state.Job != nil && u.state.Job.Incident == id
		if a, ok := e.state.Unit(u.state.ID); !ok || !a.EndedAt.IsZero() || a.Stacked == current {
			by := office.PersonID("system")
			if current {
				by = j.By
			}
			_, _ = d.decide(e, incident.Assign{
				At: now, By: by, Office: e.state.Office, Unit: u.state.ID, Sign: u.state.Vehicle.Sign, Lead: u.state.Lead(),
				Stacked: !current, Within: d.stepWithin(e.state, incident.StepAssign, now),
			}, "system")
		}
		if step, ok := stepOf(u.state.Status); ok && current {
			_, _ = d.decide(e, incident.Advance{
				At: u.state.Since, By: "system", Via: u.state.Via, Unit: u.state.ID, Step: step, Within: d.stepWithin(e.state, step, now),
			}, "system")
		}
		if a, ok := e.state.Unit(u.state.ID); ok && current && a.Active() { // or the incident knows more
			for _, s := range []struct {
				at time.Time
				to incident.UnitStatus
			}{{a.AckedAt, incident.UnitAcked}, {a.DepartedAt, incident.UnitEnRoute}, {a.ArrivedAt, incident.UnitOnScene}} {
				if !s.at.IsZero() {
					_, _ = d.decideUnit(u, incident.StepTo{At: s.at, By: "system", Via: a.Via, Incident: id, To: s.to}, "system")
				}
			}
		}
	}
}

// UnitStream is the journal's stream of a unit.
func UnitStream(id incident.UnitID) string { return fmt.Sprintf("unit/%s", id) }
