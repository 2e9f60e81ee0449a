package dispatch

import (
	"context"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Press is one press on a crew's phone. It may come late: the phone keeps what it can't send, and sends it in order.
type Press struct {
	// Key was made by the phone: the same again changes nothing, also after a restart of the server. May be empty.
	Key string
	// At is when it was pressed; zero is now.
	At time.Time
}

const (
	pressFuture = 2 * time.Minute // a phone's clock may be so far ahead
	pressOld    = 24 * time.Hour  // what lay in a phone for longer belongs to another shift
)

// time is when something was pressed, never in the future; a refusal when that makes no sense.
func (p Press) time(now time.Time) (time.Time, error) {
	switch {
	case p.At.IsZero():
		return now, nil
	case p.At.After(now.Add(pressFuture)):
		return now, &incident.Refusal{Code: "bad_time", Text: "it can't have been pressed in the future: set the phone's clock from the network"}
	case now.Sub(p.At) > pressOld:
		return now, &incident.Refusal{Code: "too_late", Text: "it was pressed more than a day ago: write a note with the time"}
	case p.At.After(now):
		return now, nil
	}
	return p.At, nil
}

// StepJob says how far the crew's own job has come: acknowledge, depart, arrive, done. Incident names the job that is
// meant, so that a press that comes late changes no other; at is where the phone was then, nil when it doesn't know. What
// was said already changes nothing, and what happened on the way isn't put before what is known of it.
func (d *Dispatch) StepJob(ctx context.Context, p office.PersonID, id incident.ID, step incident.StepName, press Press, at *Fix) (JobCard, error) {
	if at != nil { // so that the arrival is judged by where the phone was
		at.Unit = d.UnitOf(p)
		if err := d.Position(*at); err != nil {
			d.opts.Log.Warn("the place of a press makes no sense; the press counts without it", "unit", at.Unit, "err", err)
		}
	}
	return d.ofCrew(ctx, p, func(u *unitEntry, now time.Time) error {
		when, err := press.time(now)
		if err != nil {
			return err
		}
		if j := u.state.Job; j == nil || j.Incident != id {
			if d.said(u.state.ID, id, step) {
				return nil
			}
		} else if when.Before(u.state.Since) {
			when = u.state.Since
		}
		return d.step(u, p, id, step, incident.ByPhone, when)
	}, id)
}

// said says whether a unit told of a step already, in a job that it no longer has. d.mu is held.
func (d *Dispatch) said(u incident.UnitID, id incident.ID, step incident.StepName) bool {
	e := d.live[id]
	if e == nil {
		return false
	}
	a, ok := e.state.Unit(u)
	if !ok || a.EndedAt.IsZero() {
		return false
	}
	switch step {
	case incident.StepAck:
		return !a.AckedAt.IsZero()
	case incident.StepDepart:
		return !a.DepartedAt.IsZero()
	case incident.StepArrive:
		return !a.ArrivedAt.IsZero()
	case incident.StepDone:
		return a.Released == ""
	case incident.StepAccept, incident.StepAssign, incident.StepWait, incident.StepHandover, incident.StepCheck:
	}
	return false
}

// NoteJob writes something down for an incident that the crew works on, or worked on when it was written.
func (d *Dispatch) NoteJob(ctx context.Context, p office.PersonID, id incident.ID, text string, press Press) (JobCard, error) {
	return d.ofWork(ctx, p, id, press, func(e *entry, u *unitEntry, at time.Time) error {
		_, err := d.decide(e, incident.AddNote{At: at, By: p, Office: u.state.Vehicle.Home, Text: office.Private(text), Key: press.Key}, string(p))
		return err
	})
}

// PictureJob keeps a picture or a spoken note that lies in the store already, for an incident that the crew works on, or
// worked on when it was taken.
func (d *Dispatch) PictureJob(ctx context.Context, p office.PersonID, c Picture, press Press) (JobCard, error) {
	return d.ofWork(ctx, p, c.ID, press, func(e *entry, u *unitEntry, at time.Time) error {
		_, err := d.decide(e, incident.AddPicture{At: at, Picture: incident.Picture{
			By: p, Unit: u.state.ID, Hash: c.Hash, Ref: c.Ref, Type: c.Type, Bytes: c.Bytes, Caption: office.Private(c.Caption), Key: press.Key,
		}}, string(p))
		return err
	})
}

// AskCallJob asks an operator to call the reporter of the own job and the crew at number, and join them.
func (d *Dispatch) AskCallJob(ctx context.Context, p office.PersonID, id incident.ID, number office.Number, press Press) (JobCard, error) {
	return d.ofWork(ctx, p, id, press, func(e *entry, u *unitEntry, at time.Time) error {
		_, err := d.decide(e, incident.AskCall{At: at, By: p, Unit: u.state.ID, Number: office.Private(number), Key: press.Key}, string(p))
		return err
	})
}

// PanicJob calls for help. The alarm has the time of the press, and rings whatever that is.
func (d *Dispatch) PanicJob(ctx context.Context, p office.PersonID, at *PointView, press Press) (JobCard, error) {
	return d.ofCrew(ctx, p, func(u *unitEntry, now time.Time) error {
		when, err := press.time(now)
		if err != nil {
			when = now // whatever the phone's clock says: somebody calls for help
		}
		_, err = d.decideUnit(u, incident.Panic{
			At: when, By: p, Via: incident.ByPhone, Place: d.whereNow(u.state.ID, at), Key: press.Key,
		}, p)
		return err
	})
}

// ofWork finds an incident that the crew works on, or worked on at the time of the press.
func (d *Dispatch) ofWork(ctx context.Context, p office.PersonID, id incident.ID, press Press, f func(*entry, *unitEntry, time.Time) error) (JobCard, error) {
	return d.ofCrew(ctx, p, func(u *unitEntry, now time.Time) error {
		at, err := press.time(now)
		if err != nil {
			return err
		}
		if e := d.live[id]; e != nil {
			if a, ok := e.state.Unit(u.state.ID); ok && (a.EndedAt.IsZero() || !at.After(a.EndedAt)) {
				if into := d.live[e.state.Linked]; e.state.Phase == incident.Linked && into != nil {
					e = into
				}
				return f(e, u, at)
			}
		}
		return &incident.Refusal{Code: "not_your_job", Text: "the unit doesn't have this job, and didn't then", Unit: u.state.ID}
	}, id)
}

// CallAskView is a crew that wants to talk with the reporter.
type CallAskView struct {
	Unit   incident.UnitID `json:"unit"`
	Sign   string          `json:"sign"`
	By     office.PersonID `json:"by"`
	Name   string          `json:"name"`
	At     time.Time       `json:"at"`
	Number string          `json:"number" doc:"at which the crew is to be called; empty where that isn't the reader's business"`
	Done   *time.Time      `json:"done" doc:"when an operator saw to it"`
}

// ask shows one. d.mu is held.
func (d *Dispatch) ask(a incident.CallAsk, number bool) *CallAskView {
	v := &CallAskView{Unit: a.Unit, By: a.By, Name: d.opts.Name(a.By), At: a.At.UTC(), Done: orNil(a.Done)}
	if u := d.units[a.Unit]; u != nil {
		v.Sign = u.state.Vehicle.Sign
	}
	if number {
		v.Number = string(a.Number)
	}
	return v
}

// CrewNews is what a crew's phones are told when nobody looks at them. It has no word of what was reported and where: it
// stands on a locked screen.
type CrewNews struct {
	What     string      `json:"what"` // "job", "next", "gone", "panic_seen"
	Incident incident.ID `json:"incident,omitempty"`
	Kind     string      `json:"kind,omitempty"`
	Priority int         `json:"priority,omitempty"`
}

// push tells the crew's phones. d.mu is held.
func (d *Dispatch) push(u *unitEntry, events []incident.UnitEvent) {
	for _, ev := range events {
		n := CrewNews{}
		switch ev := ev.(type) {
		case incident.UnitSent:
			n.What, n.Incident = "job", ev.Incident
		case incident.UnitStacked:
			n.What, n.Incident = "next", ev.Incident
		case incident.UnitReleased:
			n.What, n.Incident = "gone", ev.Incident
		case incident.PanicSeen:
			n.What = "panic_seen"
		case incident.UnitRegistered, incident.UnitRetired, incident.UnitManned, incident.UnitStatusSet, incident.UnitFinished,
			incident.UnitPanicked, incident.PanicCleared:
			continue
		}
		if e := d.live[n.Incident]; e != nil && !e.state.Restricted() {
			n.Kind, n.Priority = e.state.Report.Kind, e.state.Priority()
		}
		d.opts.Push(u.state.ID, n)
	}
}
