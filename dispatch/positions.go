package dispatch

import (
	"fmt"
	"math"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Fix is where a unit was, as one of its devices says.
type Fix struct {
	Unit     incident.UnitID
	At       office.Point
	Time     time.Time // of the device
	Accuracy office.Metres
	Speed    float64 // m/s, negative when not known
	Heading  float64 // degrees from north, negative when not known
	Battery  int     // percent of the device, 0 when not known
	Source   string  // "owntracks", "osmand", "page"
}

// PositionView is where a unit was last, always with when.
type PositionView struct {
	Unit     incident.UnitID `json:"unit"`
	At       PointView       `json:"at"`
	Time     time.Time       `json:"time" doc:"of the device: its age is the screen's clock less this"`
	Accuracy office.Metres   `json:"accuracy"`
	Speed    float64         `json:"speed" doc:"m/s, negative when not known"`
	Heading  float64         `json:"heading" doc:"degrees from north, negative when not known"`
	Battery  int             `json:"battery" doc:"percent of the device, 0 when not known"`
	Source   string          `json:"source" enum:"owntracks,osmand,page"`
}

func (f Fix) view() PositionView {
	return PositionView{
		Unit: f.Unit, At: PointView{Lat: f.At.Lat, Lng: f.At.Lng}, Time: f.Time.UTC(), Accuracy: f.Accuracy, Speed: f.Speed,
		Heading: f.Heading, Battery: f.Battery, Source: f.Source,
	}
}

const (
	fixFuture = 2 * time.Minute // a device's clock may be so far ahead
	fixOld    = 12 * time.Hour  // what an outbox held for longer says nothing
	fixFresh  = 2 * time.Minute // a position proves something for so long
)

// track is a unit's last position, in memory only, and since when it has been near its job.
type track struct {
	fix   Fix
	near  time.Time
	last  time.Time   // it was near, so far
	came  bool        // it was elsewhere since it has the job
	job   incident.ID // that these are about
	shown map[shelf]bool
	on    office.ID // whose boards show it; empty: none
}

// Position takes a unit's position. It is no record; but an arrival that it shows is. The error is an *incident.Refusal.
func (d *Dispatch) Position(f Fix) error {
	now := time.Now()
	switch {
	case math.IsNaN(f.At.Lat+f.At.Lng) || math.Abs(f.At.Lat) > 90 || math.Abs(f.At.Lng) > 180 || f.At == (office.Point{}):
		return &incident.Refusal{Code: "bad_position", Text: "latitude must be from -90 to 90 and longitude from -180 to 180", Unit: f.Unit}
	case f.Time.After(now.Add(fixFuture)):
		return &incident.Refusal{Code: "bad_time", Text: "the device's clock is ahead: set its time from the network", Unit: f.Unit}
	case now.Sub(f.Time) > fixOld:
		return nil // too old to say anything, and nobody's fault
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.units[f.Unit]
	if u == nil || u.state.Retired {
		return &incident.Refusal{Code: "unknown_unit", Text: "there is no such unit", Unit: f.Unit}
	}
	t := d.tracks[f.Unit]
	if t == nil {
		t = &track{shown: map[shelf]bool{}}
		d.tracks[f.Unit] = t
	}
	if !f.Time.After(t.fix.Time) {
		return nil // it came late; we know better
	}
	t.fix = f
	d.showPosition(u, t)
	d.arrives(u, t, now)
	return nil
}

// showPosition puts where a unit was last on the boards of its office and those above, and takes it off those of an
// office that it left. d.mu is held.
func (d *Dispatch) showPosition(u *unitEntry, t *track) {
	f, see := t.fix, map[shelf]any{}
	view := f.view()
	t.on = ""
	if !u.state.Retired {
		t.on = u.state.Vehicle.Home
	}
	for o := t.on; o != ""; {
		see[shelf{o, "position/" + string(f.Unit)}] = view
		of, _ := d.opts.Offices.Get(o)
		o = of.Parent
	}
	d.put(t.shown, see)
}

// arrives finds an arrival: within 100 m of the place for 15 s by the device's own clock, told of all the while. A crew that
// stood there when it got the job, and hasn't acknowledged it, may not have heard of it: that is no arrival. d.mu is held.
func (d *Dispatch) arrives(u *unitEntry, t *track, now time.Time) {
	j := u.state.Job
	if j == nil {
		t.near, t.came, t.job = time.Time{}, false, ""
		return
	}
	e := d.live[j.Incident]
	if t.job != j.Incident {
		t.near, t.came, t.job = time.Time{}, false, j.Incident
	}
	if e == nil || !e.known || now.Sub(t.fix.Time) > fixFresh || t.fix.Time.Before(j.At) {
		return
	}
	m := Straight(t.fix.At, e.at)
	if m > incident.NearBy || t.fix.Accuracy > incident.NearBy { // a vague position proves nothing
		t.near, t.came = time.Time{}, t.came || m > incident.NearBy+t.fix.Accuracy
		return
	}
	if t.near.IsZero() || t.fix.Time.Sub(t.last) > fixFresh {
		t.near = t.fix.Time
	}
	t.last = t.fix.Time
	if t.fix.Time.Sub(t.near) < incident.NearFor {
		return
	}
	a, ok := e.state.Unit(u.state.ID)
	if !ok || !a.Active() || !a.Proved.IsZero() || a.AckedAt.IsZero() && !t.came {
		return
	}
	if a.ArrivedAt.IsZero() {
		if err := d.step(u, "system", j.Incident, incident.StepArrive, incident.ByPosition, now); err != nil {
			d.opts.Log.Warn("an arrival that a position shows was refused", "unit", u.state.ID, "err", err)
			return
		}
	}
	if _, err := d.decide(e, incident.Prove{At: now, Unit: u.state.ID, Metres: m, Since: t.near}, "system"); err != nil {
		d.opts.Log.Warn("a proof of arrival was refused", "unit", u.state.ID, "err", err)
	}
}

// distance is how far a unit is from an incident, by its last position, if that is fresh and says so: one that is wrong by
// a kilometre tells nothing of 600 m. d.mu is held.
func (d *Dispatch) distance(u incident.UnitID, id incident.ID, now time.Time) (office.Metres, bool) {
	t, e := d.tracks[u], d.live[id]
	if t == nil || e == nil || !e.known || now.Sub(t.fix.Time) > fixFresh {
		return 0, false
	}
	m := Straight(t.fix.At, e.at)
	return m, t.fix.Accuracy <= incident.NearBy || m > incident.FarFrom+t.fix.Accuracy
}

// whereNow is a place for a panic: what the phone says, or the last position. d.mu is held.
func (d *Dispatch) whereNow(u incident.UnitID, at *PointView) office.Private {
	if t := d.tracks[u]; at == nil && t != nil {
		at = &PointView{Lat: t.fix.At.Lat, Lng: t.fix.At.Lng}
	}
	if at == nil {
		return ""
	}
	return office.Private(fmt.Sprintf("%.6f,%.6f", at.Lat, at.Lng))
}

// LastPosition is where a unit was last; false when that isn't known.
func (d *Dispatch) LastPosition(u incident.UnitID) (Fix, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tracks[u]
	if t == nil {
		return Fix{}, false
	}
	return t.fix, true
}
