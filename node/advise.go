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

// candidates are the manned units of an office and those below it, with where they are now. Dispatch keeps no units yet: there
// are none to propose, and the answer says so by an empty list.
func (n *Node) candidates(office.Office) []dispatch.Candidate { return nil }
