package node

import (
	"context"
	"errors"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// advisers recommends units to the api: what dispatch knows of units and incidents, on the site's ground.
type advisers struct{ node *Node }

// Recommend answers for one incident.
func (a advisers) Recommend(ctx context.Context, id incident.ID) (dispatch.Recommendation, error) {
	n := a.node
	full, ok := n.dispatch.Get(id)
	if !ok {
		return dispatch.Recommendation{}, &incident.Refusal{Code: "unknown_incident", Text: "there is no such open incident"}
	}
	rec := dispatch.Recommendation{}
	if full.Form.At == nil {
		return rec, nil
	}
	rec.Known = true
	of, _ := n.offices.Get(full.Card.Office)
	scene := dispatch.Scene{At: office.Point(*full.Form.At), Office: full.Card.Office, Now: time.Now().In(of.Location())}
	if skill, ok := incident.SkillFor(full.Form.Kind); ok {
		scene.Needs = []string{string(skill)}
	}
	var err error
	var land *office.Land
	if at := n.lands.at(scene.Now); at != nil {
		land = at.areas.Land()
	}
	rec.Units, err = n.adviser.Recommend(ctx, scene, n.candidates(of), land)
	switch {
	case errors.Is(err, dispatch.ErrRoads):
		rec.Router = "failed"
	case n.cfg.Roads.Router != "":
		rec.Router = "ok"
	}
	return rec, nil
}

// candidates are the manned units of an office and those below it, with where they are now.
func (n *Node) candidates(of office.Office) []dispatch.Candidate {
	var list []dispatch.Candidate
	now := time.Now()
	land := n.lands.at(now)
	for _, u := range n.dispatch.UnitStates() {
		if !u.Manned() || u.Status == incident.UnitOff || u.Status == incident.UnitBroken || !n.offices.CanRead(of.ID, u.Vehicle.Home) {
			continue
		}
		home, _ := n.offices.Get(u.Vehicle.Home)
		c := dispatch.Candidate{
			ID: string(u.ID), Sign: u.Vehicle.Sign, Kind: string(u.Vehicle.Kind), Office: u.Vehicle.Home, Home: home.At,
			Area: home.Short, Free: u.Status.Free(), Moving: u.Status == incident.UnitPatrol || u.Status == incident.UnitReturning,
			Stack: len(u.Stack),
		}
		for _, k := range incident.Skills() {
			if u.Can(k) {
				c.Skills = append(c.Skills, string(k))
			}
		}
		if fix, ok := n.dispatch.LastPosition(u.ID); ok {
			c.At, c.SeenAt = &fix.At, fix.Time
			if land != nil {
				if found := land.areas.At(fix.At); found.Area != "" {
					c.Area = found.Area
				}
			}
		}
		list = append(list, c)
	}
	return list
}

// onDuty is who is asked when a step was missed: the role that is named, else the other that leads.
func (n *Node) onDuty(o office.ID, role office.Role) office.PersonID {
	if p := n.staff.OnDuty(o, role); p != "" {
		return p
	}
	if role == office.Chief {
		return n.staff.OnDuty(o, office.Supervisor)
	}
	return n.staff.OnDuty(o, office.Chief)
}

// alert notes that somebody was asked. The screens show it by the incident's card; push and a phone call go out from here
// when they are there.
func (n *Node) alert(a dispatch.Alert) {
	n.log.Warn("a step of an incident was missed", "incident", a.Report.ID, "step", a.Step, "level", a.Level, "office", a.Office, "person", a.Person)
}
