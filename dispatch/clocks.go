package dispatch

import (
	"math"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// run watches the deadlines.
func (d *Dispatch) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next := time.Hour
		d.mu.Lock()
		for _, at := range d.due {
			next = min(next, time.Until(at))
		}
		d.mu.Unlock()
		timer.Reset(next)
		select {
		case <-d.ctx.Done():
			return
		case <-d.wake:
			continue
		case <-timer.C:
		}
		d.ticks(time.Now())
		d.forgetOld(time.Now())
	}
}

func (d *Dispatch) ticks(now time.Time) {
	var alerts []Alert
	d.mu.Lock()
	d.took()
	for id, at := range d.due {
		if at.After(now) {
			continue
		}
		e := d.live[id]
		chief, supervisor, mabes := d.above(e.state)
		events, err := d.decide(e, incident.Tick{
			At: now, Chief: d.opts.OnDuty(chief, office.Chief), Supervisor: d.opts.OnDuty(supervisor, office.Supervisor),
			Mabes: d.opts.OnDuty(mabes, office.Supervisor),
		}, "system")
		if err != nil {
			d.opts.Log.Error("a deadline of an incident could not be kept", "incident", id, "err", err)
			delete(d.due, id) // else it would be tried without end
		}
		report := d.card(e)
		if e.state.Restricted() {
			report = report.veil()
		}
		for _, ev := range events {
			switch ev := ev.(type) { //nolint:exhaustive // the others ask nobody
			case incident.Escalated:
				alerts = append(alerts, Alert{ev.Person, d.officeOf(e.state, ev.To), ev.To, incident.StepAccept, report})
			case incident.StepMissed:
				alerts = append(alerts, Alert{ev.Person, d.officeOf(e.state, ev.To), ev.To, ev.Step, report})
			}
		}
	}
	d.mu.Unlock()
	for _, a := range alerts {
		d.opts.Notifier.Notify(a)
	}
}

// above names the offices of the three levels: that of the duty chief, the Polda, and the highest. An office that may
// not know of the incident is passed over.
func (d *Dispatch) above(s incident.State) (chief, supervisor, mabes office.ID) {
	chief, supervisor, mabes = s.Office, s.Office, s.Office
	for o := s.Office; o != ""; {
		of, ok := d.opts.Offices.Get(o)
		if !ok {
			break
		}
		if of.Kind == office.Polda {
			supervisor = o
		}
		mabes = o
		o = of.Parent
	}
	return chief, supervisor, mabes
}

// officeOf is the office of a level.
func (d *Dispatch) officeOf(s incident.State, l incident.Level) office.ID {
	chief, supervisor, mabes := d.above(s)
	switch l {
	case incident.ToChief:
		return chief
	case incident.ToSupervisor:
		return supervisor
	case incident.ToMabes:
		return mabes
	case incident.ToDispatcher, incident.NotEscalated:
	}
	return s.Office
}

// target is what the office promises on this day.
func (d *Dispatch) target(o office.ID, now time.Time) office.Target {
	of, _ := d.opts.Offices.Get(o)
	return d.opts.Settings(o).TargetOn(now.In(of.Location()).Format(time.DateOnly))
}

func (d *Dispatch) acceptWithin(o office.ID, s incident.State, now time.Time) time.Duration {
	t := d.target(o, now)
	if s.Priority() == 1 {
		return t.AcceptLife
	}
	return t.Accept
}

// assignWithin is T_assign; none for what needs no unit at once.
func (d *Dispatch) assignWithin(s incident.State, now time.Time) time.Duration {
	if s.Class() != incident.Emergency {
		return 0
	}
	return d.target(s.Office, now).Assign
}

// stepWithin is how long the step after this one may take; zero when no clock of its own runs.
func (d *Dispatch) stepWithin(s incident.State, step incident.StepName, now time.Time) time.Duration {
	t := d.target(s.Office, now)
	switch step {
	case incident.StepAssign:
		return t.Ack
	case incident.StepAck:
		return t.Depart
	case incident.StepArrive:
		return t.Check
	case incident.StepAccept, incident.StepWait, incident.StepHandover, incident.StepDepart, incident.StepCheck, incident.StepDone:
	}
	return 0
}

// retarget says by when somebody must be there: when the incident comes to an office, or its place becomes known. d.mu
// is held.
func (d *Dispatch) retarget(e *entry, now time.Time) {
	s := e.state
	if !s.Open() || s.Class() != incident.Emergency || !s.ArrivedAt.IsZero() {
		return
	}
	promised := d.target(s.Office, s.FirstRing) // of the day of the first ring
	t := incident.Target{From: s.Office, Since: promised.From}
	if e.known {
		t.From, t.Distance = d.opts.Nearest(s.Office, e.at)
		t.Known = t.From != ""
	}
	if !t.Known {
		t.From, t.Distance = "", 0
	}
	band := promised.Band(t.Distance, t.Known)
	t.Band, t.Arrive = band.UpTo, band.Arrive
	if _, err := d.decide(e, incident.SetTarget{At: now, Target: t}, "system"); err != nil {
		d.opts.Log.Error("the target of an incident could not be set", "incident", s.ID, "err", err)
	}
}

// nearest is the office nearest to a place, of one and those below it, with the distance by road as it is guessed: 1.35
// times the line through the air. Whether an office is manned is for whoever knows: Options.Nearest.
func (d *Dispatch) nearest(o office.ID, at office.Point) (office.ID, office.Metres) {
	var best office.ID
	var least office.Metres
	for _, of := range d.opts.Offices.All() {
		if !d.opts.Offices.Below(o, of.ID) || of.At == (office.Point{}) {
			continue
		}
		if m := Straight(of.At, at) * 1.35; best == "" || m < least {
			best, least = of.ID, m
		}
	}
	return best, least
}

// Straight is the distance through the air, in metres, on a round earth: within 0.5 % (haversine).
func Straight(a, b office.Point) office.Metres {
	const radius = 6371008.8
	rad := math.Pi / 180
	lat, lng := (b.Lat-a.Lat)*rad/2, (b.Lng-a.Lng)*rad/2
	h := math.Sin(lat)*math.Sin(lat) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Sin(lng)*math.Sin(lng)
	return office.Metres(2 * radius * math.Asin(math.Sqrt(min(1, h))))
}
