package dispatch

import (
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Card is an incident in a list: what its holder and its sender see.
type Card struct {
	ID           incident.ID     `json:"id"`
	No           string          `json:"no"`
	State        incident.Phase  `json:"state" enum:"DRAFT,VALID,NOT_VALID,SENT,ACCEPTED,ASSIGNED,EN_ROUTE,ON_SCENE,HANDLED,CLOSED,REOPENED,CANCELLED,LINKED"`
	Office       office.ID       `json:"office"`
	Origin       office.ID       `json:"origin"`
	Source       incident.Source `json:"source" enum:",walk_in,radio,callback,paper" doc:"empty: a call"`
	Call         string          `json:"call"`
	Calls        int             `json:"calls" doc:"how many calls are about it"`
	Kind         string          `json:"kind"`
	Class        incident.Class  `json:"class" enum:"emergency,service,information,complaint" doc:"its queue"`
	Priority     int             `json:"priority"`
	Place        string          `json:"place"`
	At           *PointView      `json:"at"`
	Reporter     string          `json:"reporter"`
	FirstRing    time.Time       `json:"firstRing" doc:"the judged clock runs from here"`
	PlaceKnownAt *time.Time      `json:"placeKnownAt" doc:"the shown clock runs from here; null: the place is not known yet"`
	SentAt       *time.Time      `json:"sentAt"`
	AcceptBy     *time.Time      `json:"acceptBy"`
	AcceptedAt   *time.Time      `json:"acceptedAt"`
	AcceptedBy   office.PersonID `json:"acceptedBy"`
	ArrivedAt    *time.Time      `json:"arrivedAt" doc:"first unit"`
	Escalated    incident.Level  `json:"escalated" enum:",dispatcher,chief,supervisor,mabes" doc:"the highest level that was asked"`
	Unsure       bool            `json:"unsure"`
	ClosedAt     *time.Time      `json:"closedAt"`
	Result       incident.Result `json:"result"`
	Rev          int             `json:"rev"`
	Summary      string          `json:"summary"`
	Danger       bool            `json:"danger"`

	Holder       HolderView       `json:"holder" doc:"who has the ball"`
	Steps        []StepView       `json:"steps" nullable:"false" doc:"steps that run, the next to be missed first"`
	Target       *TargetView      `json:"target" doc:"promised arrival; null while there is none"`
	Units        []AssignmentView `json:"units" nullable:"false"`
	Skill        incident.Skill   `json:"skill" doc:"that the kind of report asks for, and no unit of it has; empty: none lacks"`
	WaitingSince *time.Time       `json:"waitingSince" doc:"no unit is free"`
	Handover     *HandoverView    `json:"handover" doc:"offered to another office, not taken yet"`
	Linked       incident.ID      `json:"linked" doc:"goes on in that one"`
	Joined       []incident.ID    `json:"joined" nullable:"false" doc:"that go on in this one"`
	Same         []incident.ID    `json:"same" nullable:"false" doc:"may be the same: proposed, one key links. Only in the stream"`
	Restricted   bool             `json:"restricted"`
	Veiled       bool             `json:"veiled" doc:"what was reported is not shown: it is restricted, and the reader has no hand in it"`
	Asks         []CallAskView    `json:"asks" nullable:"false" doc:"crews that wait to talk with the reporter"`
	Tell         bool             `json:"tell" doc:"the reporter is to be called with the result"`
}

// HolderView is who has the ball.
type HolderView struct {
	Office office.ID       `json:"office"`
	Person office.PersonID `json:"person"`
	Name   string          `json:"name" doc:"empty: nobody is named"`
	Unit   incident.UnitID `json:"unit"`
	Level  incident.Level  `json:"level" enum:",dispatcher,chief,supervisor,mabes"`
}

// StepView is a step that runs.
type StepView struct {
	Step  incident.StepName `json:"step" enum:"accept,assign,wait,handover,acknowledge,depart,arrive,check"`
	Unit  incident.UnitID   `json:"unit"`
	Since time.Time         `json:"since"`
	By    time.Time         `json:"by" doc:"target; in the past: missed"`
	Level incident.Level    `json:"level" enum:",dispatcher,chief,supervisor,mabes" doc:"who was asked last"`
	// Person of that level, empty when nobody of it is on duty.
	Person office.PersonID `json:"person"`
	Phone  *PhoneView      `json:"phone" doc:"somebody is called about it by phone, or was; null: not yet"`
	Name   string          `json:"name" doc:"of that person"`
}

// TargetView is the promised arrival.
type TargetView struct {
	By       time.Time     `json:"by"`
	Minutes  int           `json:"minutes" doc:"from the first ring"`
	Distance office.Metres `json:"distance" doc:"by road from the nearest manned office"`
	Known    bool          `json:"known" doc:"the distance is known; else the nearest band holds"`
	From     office.ID     `json:"from"`
	Since    string        `json:"since" doc:"promised from this day on; empty: the national target"`
}

// AssignmentView is one unit's part.
type AssignmentView struct {
	Unit       incident.UnitID     `json:"unit"`
	Sign       string              `json:"sign"`
	Lead       office.PersonID     `json:"lead"`
	By         office.PersonID     `json:"by"`
	At         time.Time           `json:"at"`
	Stacked    bool                `json:"stacked" doc:"it has another job before this one"`
	AckedAt    *time.Time          `json:"ackedAt"`
	DepartedAt *time.Time          `json:"departedAt"`
	ArrivedAt  *time.Time          `json:"arrivedAt"`
	EndedAt    *time.Time          `json:"endedAt"`
	Released   string              `json:"released" doc:"why it was taken off; empty: it was done, or goes on"`
	Far        bool                `json:"far" doc:"arrival was pressed somewhere else"`
	Metres     *office.Metres      `json:"metres" doc:"from the place when it arrived"`
	Proved     bool                `json:"proved" doc:"its position was at the place"`
	Skipped    []incident.StepName `json:"skipped" nullable:"false" doc:"stages that nobody told of"`
}

// HandoverView is an offer to another office.
type HandoverView struct {
	To  office.ID       `json:"to"`
	By  office.PersonID `json:"by"`
	At  time.Time       `json:"at"`
	Why string          `json:"why"`
}

// PictureView is one picture.
type PictureView struct {
	At      time.Time       `json:"at"`
	By      office.PersonID `json:"by"`
	Unit    incident.UnitID `json:"unit"`
	Hash    string          `json:"hash" doc:"SHA-256, hex"`
	Ref     string          `json:"ref"`
	Type    string          `json:"type"`
	Bytes   int64           `json:"bytes"`
	Caption string          `json:"caption"`
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// CardOf shows a state. name tells what a person is called.
func CardOf(s incident.State, name func(office.PersonID) string) Card {
	c := Card{
		ID: s.ID, No: s.No, State: s.Phase, Office: s.Office, Origin: s.Origin, Source: s.Source, Call: s.Call,
		Calls: len(s.Calls), Kind: s.Report.Kind, Class: s.Class(), Priority: s.Priority(), Place: string(s.Report.Place),
		At: point(s.Report.At), Reporter: string(s.Report.Reporter), FirstRing: s.FirstRing.UTC(),
		PlaceKnownAt: orNil(s.PlaceKnownAt), SentAt: orNil(s.SentAt), AcceptBy: orNil(s.AcceptBy),
		AcceptedAt: orNil(s.AcceptedAt), AcceptedBy: s.AcceptedBy, ArrivedAt: orNil(s.ArrivedAt), Escalated: s.Escalated,
		Unsure: s.Unsure, ClosedAt: orNil(s.ClosedAt), Result: s.Result, Rev: s.Rev, Summary: lastWords(s),
		Danger: s.Report.InDanger(), WaitingSince: orNil(s.WaitingSince), Linked: s.Linked, Restricted: s.Restricted(),
		Tell: s.Tell && s.ToldAt.IsZero(), Steps: []StepView{}, Units: []AssignmentView{}, Same: []incident.ID{}, Asks: []CallAskView{},
		Joined: append([]incident.ID{}, s.Joined...),
	}
	h := s.Holder()
	c.Holder = HolderView{Office: h.Office, Person: h.Person, Unit: h.Unit, Level: h.Level}
	if h.Person != "" {
		c.Holder.Name = name(h.Person)
	}
	if c.Holder.Name == "" {
		c.Holder.Name = string(h.Name)
	}
	if h.Level != "" {
		c.Escalated = h.Level
	}
	for _, x := range s.Running() {
		step := StepView{Step: x.Name, Unit: x.Unit, Since: x.Since.UTC(), By: x.By.UTC(), Level: x.Level, Person: x.Person, Phone: phoneOf(s, x)}
		if x.Person != "" {
			step.Name = name(x.Person)
		}
		c.Steps = append(c.Steps, step)
	}
	if t := s.Target; t.Arrive > 0 {
		c.Target = &TargetView{By: t.By.UTC(), Minutes: int(t.Arrive.Minutes()), Distance: t.Distance, Known: t.Known, From: t.From, Since: t.Since}
	}
	for _, a := range s.Units {
		c.Units = append(c.Units, assignmentView(a))
	}
	if o := s.Offered; o != nil {
		c.Handover = &HandoverView{To: o.To, By: o.By, At: o.At.UTC(), Why: string(o.Why)}
	}
	return c
}

func assignmentView(a incident.Assignment) AssignmentView {
	v := AssignmentView{
		Unit: a.Unit, Sign: a.Sign, Lead: a.Lead, By: a.By, At: a.At.UTC(), Stacked: a.Stacked, AckedAt: orNil(a.AckedAt),
		DepartedAt: orNil(a.DepartedAt), ArrivedAt: orNil(a.ArrivedAt), EndedAt: orNil(a.EndedAt), Released: a.Released,
		Far: a.Far, Proved: !a.Proved.IsZero(), Skipped: append([]incident.StepName{}, a.Skipped...),
	}
	if a.Metres >= 0 && !a.ArrivedAt.IsZero() {
		v.Metres = &a.Metres
	}
	return v
}

// veil leaves of a restricted incident that there is one, who has the ball, and its clocks.
func (c Card) veil() Card {
	c.Veiled = true
	c.Call, c.Kind, c.Place, c.At, c.Reporter, c.Summary, c.Skill = "", "", "", nil, "", "", ""
	c.Joined, c.Same, c.Asks = []incident.ID{}, []incident.ID{}, []CallAskView{}
	if c.Handover != nil {
		h := *c.Handover
		h.Why = ""
		c.Handover = &h
	}
	return c
}

// PicturesOf lists the pictures of a state.
func PicturesOf(s incident.State) []PictureView {
	list := []PictureView{}
	for _, p := range s.Pictures {
		list = append(list, PictureView{
			At: p.At.UTC(), By: p.By, Unit: p.Unit, Hash: p.Hash, Ref: p.Ref, Type: p.Type, Bytes: p.Bytes, Caption: string(p.Caption),
		})
	}
	return list
}
