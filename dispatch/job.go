package dispatch

import (
	"context"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// JobCard is what a crew sees of its job: where and what, and nothing of who reported it, until it is asked for.
type JobCard struct {
	Unit     incident.UnitID     `json:"unit"`
	Sign     string              `json:"sign"`
	Status   incident.UnitStatus `json:"status" enum:"OFF,READY,PATROL,ASSIGNED,ACKNOWLEDGED,EN_ROUTE,ON_SCENE,BUSY,BROKEN,RETURNING"`
	Panic    bool                `json:"panic"`
	Next     int                 `json:"next" doc:"jobs that wait after this one"`
	Incident *JobIncident        `json:"incident" doc:"null: no job"`
}

// JobIncident is the incident of a job.
type JobIncident struct {
	ID             incident.ID `json:"id"`
	No             string      `json:"no"`
	Kind           string      `json:"kind"`
	Priority       int         `json:"priority"`
	Place          string      `json:"place"`
	At             *PointView  `json:"at"`
	Summary        string      `json:"summary"`
	Danger         *bool       `json:"danger"`
	Weapons        string      `json:"weapons"`
	Injured        string      `json:"injured"`
	SuspectPresent *bool       `json:"suspectPresent"`
	People         int         `json:"people"`
	Vehicle        string      `json:"vehicle"`
	FirstRing      time.Time   `json:"firstRing"`
	AssignedAt     time.Time   `json:"assignedAt"`
	ArriveBy       *time.Time  `json:"arriveBy"`
	// CanAsk: the reporter may be shown, when the crew says why.
	CanAsk bool `json:"canAsk"`
}

// JobNews tells a crew's phone that there is something new to read: the job itself isn't for the whole office's board.
type JobNews struct {
	Unit     incident.UnitID     `json:"unit"`
	Status   incident.UnitStatus `json:"status"`
	Incident incident.ID         `json:"incident"`
	Rev      int                 `json:"rev" doc:"of the report"`
	Since    time.Time           `json:"since" doc:"of the status"`
}

// JobKey is where a unit's JobNews stand on the board of its office.
func JobKey(u incident.UnitID) string { return "job/" + string(u) }

func (d *Dispatch) jobNews(u *unitEntry) JobNews {
	n := JobNews{Unit: u.state.ID, Status: u.state.Status, Since: u.state.Since.UTC()}
	if j := u.state.Job; j != nil {
		n.Incident = j.Incident
		if e := d.live[j.Incident]; e != nil {
			n.Rev = e.state.Rev
		}
	}
	return n
}

// UnitOf is the unit whose crew a person is in, empty when there is none.
func (d *Dispatch) UnitOf(p office.PersonID) incident.UnitID {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u, err := d.ownCrew(p); err == nil {
		return u.state.ID
	}
	return ""
}

// Reporter is who reported, as it is shown to a crew that asks.
type Reporter struct {
	Name   string `json:"name"`
	Number string `json:"number"`
	Danger bool   `json:"danger" doc:"never call or text them"`
}

var errNoUnit = &incident.Refusal{Code: "no_unit", Text: "you are in the crew of no unit"}

// ownCrew finds the unit whose crew the person is in. d.mu is held.
func (d *Dispatch) ownCrew(p office.PersonID) (*unitEntry, error) {
	for _, u := range d.units {
		if !u.state.Retired && u.state.Aboard(p) {
			return u, nil
		}
	}
	return nil, errNoUnit
}

// Job gives what a crew sees, to one of it.
func (d *Dispatch) Job(p office.PersonID) (JobCard, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, err := d.ownCrew(p)
	if err != nil {
		return JobCard{}, err
	}
	return d.job(u), nil
}

func (d *Dispatch) job(u *unitEntry) JobCard {
	s := u.state
	c := JobCard{Unit: s.ID, Sign: s.Vehicle.Sign, Status: s.Status, Panic: s.Panic != nil, Next: len(s.Stack)}
	if s.Job == nil {
		return c
	}
	e := d.live[s.Job.Incident]
	if e == nil {
		return c
	}
	r := e.state.Report
	c.Incident = &JobIncident{
		ID: e.state.ID, No: d.card(e).No, Kind: r.Kind, Priority: e.state.Priority(), Place: string(r.Place), At: point(r.At),
		Summary: string(r.Summary), Danger: r.Danger, Weapons: string(r.Weapons), Injured: string(r.Injured),
		SuspectPresent: r.SuspectPresent, People: r.People, Vehicle: string(r.Vehicle), FirstRing: e.state.FirstRing.UTC(),
		AssignedAt: s.Job.At.UTC(), ArriveBy: orNil(e.state.Target.By), CanAsk: !r.Protect,
	}
	return c
}

// StepJob says how far the crew's own job has come: acknowledge, depart, arrive, done. Incident names the job that is
// meant, so that a press that comes late changes no other.
func (d *Dispatch) StepJob(ctx context.Context, p office.PersonID, id incident.ID, step incident.StepName) (JobCard, error) {
	return d.ofCrew(ctx, p, func(u *unitEntry, now time.Time) error {
		return d.step(u, p, id, step, incident.ByPhone, now)
	})
}

// NoteJob writes something down for the incident of the crew's own job.
func (d *Dispatch) NoteJob(ctx context.Context, p office.PersonID, id incident.ID, text string) (JobCard, error) {
	return d.ofJob(ctx, p, id, func(e *entry, u *unitEntry, now time.Time) error {
		_, err := d.decide(e, incident.AddNote{At: now, By: p, Office: u.state.Vehicle.Home, Text: office.Private(text)}, string(p))
		return err
	})
}

// PanicJob calls for help.
func (d *Dispatch) PanicJob(ctx context.Context, p office.PersonID, at *PointView) (JobCard, error) {
	return d.ofCrew(ctx, p, func(u *unitEntry, now time.Time) error {
		_, err := d.decideUnit(u, incident.Panic{At: now, By: p, Via: incident.ByPhone, Place: d.whereNow(u.state.ID, at)}, p)
		return err
	})
}

// ReporterJob shows the reporter of the own job to the crew, who says why. It is in the journal before it is shown.
func (d *Dispatch) ReporterJob(ctx context.Context, p office.PersonID, id incident.ID, why string) (Reporter, error) {
	var r incident.Report
	_, err := d.ofJob(ctx, p, id, func(e *entry, u *unitEntry, now time.Time) error {
		_, err := d.decide(e, incident.ShowReporter{At: now, By: p, Unit: u.state.ID, Why: office.Private(why)}, string(p))
		r = e.state.Report
		return err
	})
	if err != nil {
		return Reporter{}, err
	}
	return Reporter{Name: string(r.Reporter), Number: string(r.ReporterNumber), Danger: r.InDanger()}, nil
}

func (d *Dispatch) ofJob(ctx context.Context, p office.PersonID, id incident.ID, f func(*entry, *unitEntry, time.Time) error) (JobCard, error) {
	return d.ofCrew(ctx, p, func(u *unitEntry, now time.Time) error {
		e := d.live[id]
		if u.state.Job == nil || u.state.Job.Incident != id || e == nil {
			return &incident.Refusal{Code: "not_now", Text: "the unit doesn't have this job", Unit: u.state.ID}
		}
		return f(e, u, now)
	})
}

func (d *Dispatch) ofCrew(ctx context.Context, p office.PersonID, f func(*unitEntry, time.Time) error) (JobCard, error) {
	d.mu.Lock()
	d.took()
	u, err := d.ownCrew(p)
	if err == nil {
		err = f(u, time.Now())
	}
	wait := d.took()
	d.mu.Unlock()
	if err != nil {
		return JobCard{}, err
	}
	if err := d.inJournal(ctx, wait); err != nil {
		return JobCard{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.job(u), nil
}
