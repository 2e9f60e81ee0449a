package dispatch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// NewUnits are vehicles that are about to be written. Until Done or Drop their signs and plates are taken.
type NewUnits struct {
	d      *Dispatch
	events []incident.UnitEvent
	// Records belong to roster.Stream, to be appended together with whatever comes with them.
	Records []journal.Record
}

// unitsEach is how many registrations a record holds, far below the largest record.
const unitsEach = 100

// PrepareUnits checks vehicles and takes their call signs and number plates; nothing is a unit before Done. The error is an
// *incident.Refusal of the first that can't be.
func (d *Dispatch) PrepareUnits(who Who, vehicles []incident.Vehicle, now time.Time) (*NewUnits, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := &NewUnits{d: d}
	drop := func(err error) (*NewUnits, error) {
		n.forget()
		return nil, err
	}
	for _, v := range vehicles {
		if _, ok := d.opts.Offices.Get(v.Home); !ok || !d.opts.Offices.CanRead(who.Office, v.Home) {
			return drop(&incident.Refusal{Code: "unknown_office", Text: "there is no office " + string(v.Home)})
		}
		if err := d.unique("", v); err != nil {
			return drop(err)
		}
		id := incident.UnitID(d.opts.NewID())
		events, err := incident.DecideUnit(incident.Unit{}, incident.Register{At: now, By: who.Person, ID: id, Vehicle: v})
		if err != nil {
			return drop(err)
		}
		n.events = append(n.events, events...)
		d.coming[id] = v
	}
	for chunk := range slices.Chunk(n.events, unitsEach) {
		body, err := incident.UnitCodec.Encode(chunk)
		if err != nil {
			return drop(fmt.Errorf("encode units: %w", err))
		}
		n.Records = append(n.Records, journal.Record{
			ID: "units-" + d.opts.NewID(), Type: roster.UnitsType, Version: incident.Version, Time: now.UTC(), Who: string(who.Person), Body: body,
		})
	}
	return n, nil
}

// Done: the records are in the journal. The units are there from now on.
func (n *NewUnits) Done() {
	n.d.mu.Lock()
	defer n.d.mu.Unlock()
	n.forget()
	for _, u := range n.d.register(n.events) {
		n.d.showUnit(u)
	}
}

// Drop: they were not written.
func (n *NewUnits) Drop() {
	n.d.mu.Lock()
	defer n.d.mu.Unlock()
	n.forget()
}

func (n *NewUnits) forget() {
	for _, e := range n.events {
		if r, ok := e.(incident.UnitRegistered); ok {
			delete(n.d.coming, r.ID)
		}
	}
}

// register folds the beginnings of units. d.mu is held.
func (d *Dispatch) register(events []incident.UnitEvent) []*unitEntry {
	var list []*unitEntry
	for _, e := range events {
		r, ok := e.(incident.UnitRegistered)
		if !ok {
			continue
		}
		u := d.units[r.ID]
		if u == nil {
			u = &unitEntry{shown: map[shelf]bool{}}
			d.units[r.ID] = u
		}
		u.state = u.state.Apply(e)
		list = append(list, u)
	}
	return list
}

// foldUnits takes the vehicles of one import, in order, before Start.
func (d *Dispatch) foldUnits(rec journal.Record) error {
	events, _, err := incident.UnitCodec.Decode(rec.Body)
	if err != nil {
		return fmt.Errorf("recover units of %s: %w", rec.Stream, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.register(events)
	return nil
}

// unique says whether call sign and number plate are free, but for unit id. d.mu is held.
func (d *Dispatch) unique(id incident.UnitID, v incident.Vehicle) error {
	against := func(other incident.UnitID, o incident.Vehicle) error {
		if strings.EqualFold(o.Sign, strings.TrimSpace(v.Sign)) && o.Home == v.Home {
			return &incident.Refusal{Code: "sign_taken", Text: "another unit has this call sign", Unit: other}
		}
		if p := incident.PlainPlate(v.Plate); p != "" && incident.PlainPlate(o.Plate) == p {
			return &incident.Refusal{Code: "plate_taken", Text: "another unit has this number plate", Unit: other}
		}
		return nil
	}
	for other, u := range d.units {
		if other == id || u.state.Retired {
			continue
		}
		if err := against(other, u.state.Vehicle); err != nil {
			return err
		}
	}
	for other, o := range d.coming {
		if err := against(other, o); err != nil {
			return err
		}
	}
	return nil
}

// Taken says which units have a call sign at an office, and a number plate, by their call signs; empty: none.
func (d *Dispatch) Taken() (sign func(office.ID, string) string, plate func(string) string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	signs, plates := map[string]string{}, map[string]string{}
	take := func(v incident.Vehicle) {
		signs[string(v.Home)+"/"+strings.ToLower(v.Sign)] = v.Sign
		if p := incident.PlainPlate(v.Plate); p != "" {
			plates[p] = v.Sign
		}
	}
	for _, u := range d.units {
		if !u.state.Retired {
			take(u.state.Vehicle)
		}
	}
	for _, v := range d.coming {
		take(v)
	}
	return func(o office.ID, s string) string { return signs[string(o)+"/"+strings.ToLower(strings.TrimSpace(s))] },
		func(p string) string { return plates[incident.PlainPlate(p)] }
}
