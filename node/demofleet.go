package node

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// fleetMost is how many units a demo may have: more than any Polda puts on the road.
const fleetMost = 5000

// demoFleet makes so many units of the demo's city instead of its roster, each with a crew of one who is on patrol: for load.
func demoFleet(ctx context.Context, n *Node, units int) error {
	if units > fleetMost {
		return fmt.Errorf("--units %d: choose at most %d", units, fleetMost)
	}
	if len(n.dispatch.Units(demoCity)) > 0 { // a kept folder has them
		return nil
	}
	people := make([]staff.NewPerson, units)
	for i := range people {
		people[i] = staff.NewPerson{User: fmt.Sprintf("regu%04d", i), Name: fmt.Sprintf("Regu %04d", i), Office: demoCity, Role: office.Patrol}
	}
	if err := n.staff.CreateAll(ctx, people, demoPassword); err != nil {
		return fmt.Errorf("demo fleet: %w", err)
	}
	errs := make([]error, units)
	next := make(chan int)
	var wg sync.WaitGroup
	for range 64 { // the journal writes what comes together in one go
		wg.Go(func() {
			for i := range next {
				errs[i] = demoUnit(ctx, n, i)
			}
		})
	}
	for i := range units {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}

func demoUnit(ctx context.Context, n *Node, i int) error {
	p, ok := n.staff.ByUser(fmt.Sprintf("regu%04d", i))
	if !ok {
		return fmt.Errorf("demo fleet: account regu%04d is missing", i)
	}
	who := dispatch.Who{Person: staff.System, Office: demoCity}
	v := incident.Vehicle{Sign: fmt.Sprintf("Regu %04d", i), Kind: incident.Motorcycle, Plate: fmt.Sprintf("KT %04d XX", i), Home: demoCity}
	switch i % 5 {
	case 1, 2:
		v.Kind = incident.Car
	case 3:
		v.Skills = []incident.Skill{incident.Traffic}
	}
	u, err := n.dispatch.DoUnit(ctx, who, dispatch.SetUnit{Vehicle: v})
	if err != nil {
		return fmt.Errorf("demo fleet: %w", err)
	}
	if _, err = n.dispatch.DoUnit(ctx, who, dispatch.Man{ID: u.ID, Crew: []incident.Mate{{Person: p.ID, Lead: true}}}); err != nil {
		return fmt.Errorf("demo fleet: %w", err)
	}
	_, err = n.dispatch.DoUnit(ctx, who, dispatch.SetStatus{ID: u.ID, To: incident.UnitPatrol, Via: incident.ByScreen})
	return err
}
