package dispatch

import (
	"context"
	"slices"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// JobCard is what a crew sees of its job: where and what, and nothing of who reported it, until it is asked for.
type JobCard struct {
	Unit     incident.UnitID     `json:"unit"`
	Sign     string              `json:"sign"`
	Status   incident.UnitStatus `json:"status" enum:"OFF,READY,PATROL,ASSIGNED,ACKNOWLEDGED,EN_ROUTE,ON_SCENE,BUSY,BROKEN,RETURNING"`
	Crew     []MateView          `json:"crew" nullable:"false"`
	Until    *time.Time          `json:"until" doc:"end of the crew's shift"`
	Panic    *PanicView          `json:"panic" doc:"its call for help, while that goes on"`
	Place    *PositionView       `json:"place" doc:"where the unit was last"`
	Now      time.Time           `json:"now" doc:"of the server: a phone's clock may be wrong"`
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
	// CanCall: 110 may call the reporter for the crew.
	CanCall  bool          `json:"canCall"`
	Ask      *CallAskView  `json:"ask" doc:"the crew wants to talk with the reporter"`
	Notes    []JobNoteView `json:"notes" nullable:"false" doc:"the newest first, 30 at most"`
	Pictures int           `json:"pictures" doc:"pictures and spoken notes that were kept"`
}

// JobNoteView is something that was written down.
type JobNoteView struct {
	At   time.Time `json:"at"`
	By   string    `json:"by" doc:"name"`
	Text string    `json:"text"`
}

// jobNotes is how many a crew sees.
const jobNotes = 30

// JobNews tells a crew's phone that there is something new to read: the job itself isn't for the whole office's board.
type JobNews struct {
	Unit     incident.UnitID     `json:"unit"`
	Status   incident.UnitStatus `json:"status"`
	Incident incident.ID         `json:"incident"`
	Rev      int                 `json:"rev" doc:"of the report"`
	Since    time.Time           `json:"since" doc:"of the status"`
	Seq      int                 `json:"seq" doc:"grows with whatever happens to the unit or its incident"`
}

// JobKey is where a unit's JobNews stand on the board of its office.
func JobKey(u incident.UnitID) string { return "job/" + string(u) }

func (d *Dispatch) jobNews(u *unitEntry) JobNews {
	n := JobNews{Unit: u.state.ID, Status: u.state.Status, Since: u.state.Since.UTC(), Seq: u.seq}
	if j := u.state.Job; j != nil {
		n.Incident = j.Incident
		if e := d.live[j.Incident]; e != nil {
			n.Rev, n.Seq = e.state.Rev, u.seq+e.seq
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
	card := d.unitCard(u)
	c := JobCard{
		Unit: s.ID, Sign: s.Vehicle.Sign, Status: s.Status, Crew: card.Crew, Until: card.Until, Panic: card.Panic, Next: len(s.Stack),
		Now: time.Now().UTC(),
	}
	if t := d.tracks[s.ID]; t != nil {
		at := t.fix.view()
		c.Place = &at
	}
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
		CanCall: r.ReporterNumber != "" && !r.InDanger(), Notes: []JobNoteView{}, Pictures: len(e.state.Pictures),
	}
	for _, a := range e.state.Asks {
		if a.Unit == s.ID {
			c.Incident.Ask = d.ask(a, false)
		}
	}
	for _, n := range slices.Backward(e.state.Notes) {
		if len(c.Incident.Notes) == jobNotes {
			break
		}
		c.Incident.Notes = append(c.Incident.Notes, JobNoteView{At: n.At.UTC(), By: d.opts.Name(n.By), Text: string(n.Text)})
	}
	return c
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
	}, id)
}

func (d *Dispatch) ofCrew(ctx context.Context, p office.PersonID, f func(*unitEntry, time.Time) error, streams ...incident.ID) (JobCard, error) {
	d.mu.Lock()
	d.took()
	u, err := d.ownCrew(p)
	if err == nil {
		err = f(u, time.Now())
	}
	wait := d.took()
	if err == nil { // a press that was sent twice writes nothing, and yet isn't saved before the first one is
		wait = append(wait, UnitStream(u.state.ID))
		for _, id := range streams {
			wait = append(wait, Stream(id))
		}
	}
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
