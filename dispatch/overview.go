package dispatch

import (
	"cmp"
	"slices"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// OfficeNow is what an office has in hand now.
type OfficeNow struct {
	Office      office.ID `json:"office"`
	Open        int       `json:"open" doc:"incidents that it has to accept or works on"`
	Waiting     int       `json:"waiting" doc:"of these, not accepted yet"`
	Emergencies int       `json:"emergencies"`
	Services    int       `json:"services"`
	Information int       `json:"information"`
	Complaints  int       `json:"complaints"`
	PastTarget  int       `json:"pastTarget" doc:"emergencies beyond the promised arrival to which nobody has come"`
	// Oldest is the open emergency that has waited longest for somebody to come; null: none waits.
	Oldest *OldestClock `json:"oldest"`
	Late   []LateStep   `json:"late" nullable:"false" doc:"steps that were missed, the longest first"`
	Units  UnitsNow     `json:"units"`
}

// OldestClock is the emergency that has waited longest.
type OldestClock struct {
	Incident  incident.ID `json:"incident"`
	No        string      `json:"no"`
	FirstRing time.Time   `json:"firstRing"`
	By        *time.Time  `json:"by" doc:"promised arrival; null while there is none"`
}

// LateStep is one that was missed, with who has the ball.
type LateStep struct {
	Incident incident.ID       `json:"incident"`
	No       string            `json:"no"`
	Step     incident.StepName `json:"step" enum:"accept,assign,wait,handover,acknowledge,depart,arrive,check"`
	Unit     string            `json:"unit" doc:"call sign; empty: it is the office's step"`
	By       time.Time         `json:"by" doc:"target: it was missed then"`
	Level    incident.Level    `json:"level" enum:",dispatcher,chief,supervisor,mabes" doc:"who was asked last"`
	Person   office.PersonID   `json:"person"`
	Name     string            `json:"name" doc:"who was asked, or holds it; empty: nobody is named"`
}

// UnitsNow counts the units of an office.
type UnitsNow struct {
	Manned int `json:"manned" doc:"with a crew, whatever it does"`
	Free   int `json:"free" doc:"of these, that could be sent"`
	Busy   int `json:"busy" doc:"of these, that have a job"`
	All    int `json:"all" doc:"vehicles and foot patrols that the office has"`
}

// Overview tells what the reader's office and those below it have in hand, in the directory's order. A restricted incident
// counts and has its clocks; nothing of what was reported is in here. What an office may not know of isn't counted for it.
func (d *Dispatch) Overview(reader, of office.ID, now time.Time) []OfficeNow {
	d.mu.Lock()
	defer d.mu.Unlock()
	by := map[office.ID]*OfficeNow{}
	list := []OfficeNow{}
	for _, o := range d.opts.Offices.All() {
		if d.opts.Offices.Below(of, o.ID) {
			list = append(list, OfficeNow{Office: o.ID, Late: []LateStep{}})
		}
	}
	for i := range list {
		by[list[i].Office] = &list[i]
	}
	for _, e := range d.live {
		s := e.state
		if o := by[s.Office]; o != nil && s.Open() && !s.HiddenFrom(d.opts.Offices, reader) {
			d.count(o, e, now)
		}
	}
	for _, u := range d.units {
		o := by[u.state.Vehicle.Home]
		if o == nil || u.state.Retired {
			continue
		}
		o.Units.All++
		switch {
		case u.state.Status == incident.UnitOff || u.state.Status == incident.UnitBroken:
		case u.state.Job != nil:
			o.Units.Manned++
			o.Units.Busy++
		case u.state.Status.Free():
			o.Units.Manned++
			o.Units.Free++
		default:
			o.Units.Manned++
		}
	}
	for i := range list {
		slices.SortFunc(list[i].Late, func(a, b LateStep) int {
			return cmp.Or(a.By.Compare(b.By), cmp.Compare(a.Incident, b.Incident))
		})
	}
	return list
}

// count adds an open incident. d.mu is held.
func (d *Dispatch) count(o *OfficeNow, e *entry, now time.Time) {
	s := e.state
	no := s.No
	if e.unwritten {
		no = ""
	}
	o.Open++
	if s.Phase == incident.Sent || s.Phase == incident.Valid {
		o.Waiting++
	}
	switch s.Class() {
	case incident.Emergency:
		o.Emergencies++
	case incident.Service:
		o.Services++
	case incident.Information:
		o.Information++
	case incident.Complaint:
		o.Complaints++
	}
	if s.Class() == incident.Emergency && s.ArrivedAt.IsZero() {
		if s.Target.Arrive > 0 && s.Target.By.Before(now) {
			o.PastTarget++
		}
		if o.Oldest == nil || s.FirstRing.Before(o.Oldest.FirstRing) {
			o.Oldest = &OldestClock{Incident: s.ID, No: no, FirstRing: s.FirstRing.UTC()}
			if s.Target.Arrive > 0 {
				o.Oldest.By = orNil(s.Target.By)
			}
		}
	}
	for _, x := range s.Running() {
		if x.By.After(now) {
			continue
		}
		l := LateStep{Incident: s.ID, No: no, Step: x.Name, By: x.By.UTC(), Level: x.Level, Person: x.Person}
		if a, ok := s.Unit(x.Unit); ok {
			l.Unit = a.Sign
			l.Person = cmp.Or(l.Person, a.Lead)
		}
		if l.Person == "" && x.Level == incident.NotEscalated {
			l.Person = s.AcceptedBy
		}
		if l.Person != "" {
			l.Name = d.opts.Name(l.Person)
		}
		o.Late = append(o.Late, l)
	}
}
