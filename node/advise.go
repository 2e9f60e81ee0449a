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
		scene.Needs, scene.Follow = []string{string(skill)}, dispatch.SkillFollows(full.Card.Priority, full.Card.Restricted)
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
	var areas *office.Areas
	if land := n.lands.at(time.Now()); land != nil {
		areas = land.areas
	}
	for _, u := range n.dispatch.UnitStates() {
		if !n.offices.CanRead(of.ID, u.Vehicle.Home) {
			continue
		}
		home, _ := n.offices.Get(u.Vehicle.Home)
		var seen *dispatch.Fix
		if fix, ok := n.dispatch.LastPosition(u.ID); ok {
			seen = &fix
		}
		if c, ok := dispatch.CandidateOf(u, of.ID, home, seen, areas); ok {
			list = append(list, c)
		}
	}
	return list
}
