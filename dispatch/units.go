package dispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

type unitEntry struct {
	state incident.Unit
	seq   int
	shown map[shelf]bool
}

// UnitCommand is what a person wants of a unit.
//
//sumtype:decl
type UnitCommand interface{ unitCommand() }

type (
	// SetUnit makes a unit or changes what is known of it. Without an ID it is a new one.
	SetUnit struct {
		ID      incident.UnitID
		Vehicle incident.Vehicle
	}
	// RetireUnit takes it out of service for good.
	RetireUnit struct{ ID incident.UnitID }
	// Man puts a crew aboard; an empty one ends the duty.
	Man struct {
		ID    incident.UnitID
		Crew  []incident.Mate
		Shift string
		Until time.Time
	}
	// SetStatus says what a unit does: one key for each. A status of a job means the present job.
	SetStatus struct {
		ID  incident.UnitID
		To  incident.UnitStatus
		Via incident.Via
	}
	// Panic: the crew calls for help. At is where, when that is known.
	Panic struct {
		ID  incident.UnitID
		Via incident.Via
		At  *PointView
	}
	// SeePanic: the person takes it up.
	SeePanic struct{ ID incident.UnitID }
	// ClearPanic ends it with what was found.
	ClearPanic struct {
		ID   incident.UnitID
		Note string
	}
)

func (SetUnit) unitCommand()    {}
func (RetireUnit) unitCommand() {}
func (Man) unitCommand()        {}
func (SetStatus) unitCommand()  {}
func (Panic) unitCommand()      {}
func (SeePanic) unitCommand()   {}
func (ClearPanic) unitCommand() {}

// UnitCard is a unit as screens see it. Where it is comes beside it, under position/<id>.
type UnitCard struct {
	ID      incident.UnitID     `json:"id"`
	Sign    string              `json:"sign" doc:"call sign"`
	Plate   string              `json:"plate"`
	Kind    incident.UnitKind   `json:"kind" enum:"motor,mobil,jalan_kaki,perahu"`
	Skills  []incident.Skill    `json:"skills" nullable:"false" doc:"of the unit and its crew"`
	Home    office.ID           `json:"home"`
	Status  incident.UnitStatus `json:"status" enum:"OFF,READY,PATROL,ASSIGNED,ACKNOWLEDGED,EN_ROUTE,ON_SCENE,BUSY,BROKEN,RETURNING"`
	Since   time.Time           `json:"since"`
	Via     incident.Via        `json:"via" enum:"radio,phone,screen,position,system"`
	Crew    []MateView          `json:"crew" nullable:"false"`
	Shift   string              `json:"shift"`
	Until   *time.Time          `json:"until"`
	Job     *JobRef             `json:"job"`
	Stack   []JobRef            `json:"stack" nullable:"false"`
	Panic   *PanicView          `json:"panic" doc:"the crew calls for help"`
	Retired bool                `json:"retired"`
}

// MateView is one of a crew.
type MateView struct {
	Person office.PersonID `json:"person"`
	Name   string          `json:"name"`
	Lead   bool            `json:"lead"`
}

// JobRef is a job of a unit.
type JobRef struct {
	Incident incident.ID     `json:"incident"`
	No       string          `json:"no"`
	By       office.PersonID `json:"by"`
	Name     string          `json:"name" doc:"of who sent it"`
	At       time.Time       `json:"at"`
}

// PanicView is a crew that calls for help.
type PanicView struct {
	At     time.Time       `json:"at"`
	By     office.PersonID `json:"by"`
	Via    incident.Via    `json:"via"`
	Place  *PointView      `json:"place" doc:"where it was then"`
	Seen   office.PersonID `json:"seen" doc:"who took it up; empty: nobody yet"`
	SeenBy string          `json:"seenBy" doc:"name of that person"`
	SeenAt *time.Time      `json:"seenAt"`
}

// DoUnit carries out what a person wants of a unit, waits for the journal, and returns the unit as it stands then. The
// error is an *incident.Refusal, or ctx's.
func (d *Dispatch) DoUnit(ctx context.Context, who Who, cmd UnitCommand) (UnitCard, error) {
	d.mu.Lock()
	d.took()
	u, err := d.doUnit(who, cmd, time.Now())
	wait := d.took()
	d.mu.Unlock()
	if err != nil {
		return UnitCard{}, err
	}
	if err := d.inJournal(ctx, wait); err != nil {
		return UnitCard{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unitCard(u), nil
}

func (d *Dispatch) doUnit(who Who, cmd UnitCommand, now time.Time) (*unitEntry, error) {
	by := who.Person
	var id incident.UnitID
	var core incident.UnitCommand
	switch c := cmd.(type) {
	case SetUnit:
		return d.setUnit(who, c, now)
	case RetireUnit:
		id, core = c.ID, incident.Retire{At: now, By: by}
	case Man:
		if err := d.free(c); err != nil {
			return nil, err
		}
		id, core = c.ID, incident.Man{At: now, By: by, Crew: c.Crew, Shift: c.Shift, Until: c.Until}
	case SetStatus:
		u, err := d.ownUnit(who, c.ID)
		if err != nil {
			return nil, err
		}
		id, core = c.ID, incident.SetStatus{At: now, By: by, Via: c.Via, To: c.To}
		if step, ok := stepOf(c.To); ok && u.state.Job != nil {
			return u, d.step(u, by, u.state.Job.Incident, step, c.Via, now)
		}
	case Panic:
		id, core = c.ID, incident.Panic{At: now, By: by, Via: c.Via, Place: d.whereNow(c.ID, c.At)}
	case SeePanic:
		id, core = c.ID, incident.SeePanic{At: now, By: by}
	case ClearPanic:
		id, core = c.ID, incident.ClearPanic{At: now, By: by, Note: office.Private(c.Note)}
	}
	u, err := d.ownUnit(who, id)
	if err != nil {
		return nil, err
	}
	_, err = d.decideUnit(u, core, by)
	return u, err
}

// setUnit makes a unit or changes it. Call signs and number plates are each once on a site.
func (d *Dispatch) setUnit(who Who, c SetUnit, now time.Time) (*unitEntry, error) {
	if _, ok := d.opts.Offices.Get(c.Vehicle.Home); !ok || !d.opts.Offices.CanRead(who.Office, c.Vehicle.Home) {
		return nil, &incident.Refusal{Code: "unknown_office", Text: "there is no office " + string(c.Vehicle.Home)}
	}
	u := &unitEntry{shown: map[shelf]bool{}}
	if c.ID != "" {
		own, err := d.ownUnit(who, c.ID)
		if err != nil {
			return nil, err
		}
		u = own
	} else {
		c.ID = incident.UnitID(d.opts.NewID())
	}
	if err := d.unique(c.ID, c.Vehicle); err != nil {
		return nil, err
	}
	_, err := d.decideUnit(u, incident.Register{At: now, By: who.Person, ID: c.ID, Vehicle: c.Vehicle}, who.Person)
	return u, err
}

// free says whether each of a crew is in no other unit.
func (d *Dispatch) free(c Man) error {
	for _, m := range c.Crew {
		for id, o := range d.units {
			if id != c.ID && !o.state.Retired && o.state.Aboard(m.Person) {
				return &incident.Refusal{Code: "person_taken", Text: "this person is in the crew of another unit", By: m.Person, Unit: id}
			}
		}
	}
	return nil
}

// decideUnit asks the core, applies, hands to the journal, tells the incidents, and shows. d.mu is held.
func (d *Dispatch) decideUnit(u *unitEntry, cmd incident.UnitCommand, by office.PersonID) ([]incident.UnitEvent, error) {
	events, err := incident.DecideUnit(u.state, cmd)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	body, err := incident.UnitCodec.Encode(events)
	if err != nil {
		return nil, err
	}
	u.state = u.state.ApplyAll(events)
	id := u.state.ID
	d.units[id] = u
	u.seq++
	stream := UnitStream(id)
	d.touched[stream] = true
	d.opts.Journal.Post(stream, journal.Record{
		ID: fmt.Sprintf("%s-%d-%s", id, u.seq, d.opts.NewID()), Type: "unit", Version: incident.Version, Time: time.Now().UTC(),
		Who: string(by), Body: body,
	})
	d.tell(u, events)
	d.showUnit(u)
	d.push(u, events)
	return events, nil
}

// foldUnit takes one record of the journal, in order, before Start.
func (d *Dispatch) foldUnit(id string, rec journal.Record) error {
	if rec.Type != "unit" {
		return nil
	}
	events, _, err := incident.UnitCodec.Decode(rec.Body)
	if err != nil {
		return fmt.Errorf("recover %s: %w", rec.Stream, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.units[incident.UnitID(id)]
	if u == nil {
		u = &unitEntry{shown: map[shelf]bool{}}
		d.units[incident.UnitID(id)] = u
	}
	u.state = u.state.ApplyAll(events)
	u.seq = int(rec.Seq)
	return nil
}

// showUnit puts the unit on the boards of its office and those above; a crew that calls for help on every board of the
// Polda that it belongs to. Its crew is told that its job has changed. d.mu is held.
func (d *Dispatch) showUnit(u *unitEntry) {
	see := map[shelf]any{}
	card := d.unitCard(u)
	key := "unit/" + string(u.state.ID)
	if !u.state.Retired {
		for o := u.state.Vehicle.Home; o != ""; {
			see[shelf{o, key}] = card
			of, _ := d.opts.Offices.Get(o)
			if of.Kind == office.Polda && u.state.Panic != nil {
				for _, below := range d.opts.Offices.All() {
					if d.opts.Offices.Below(o, below.ID) {
						see[shelf{below.ID, key}] = card
					}
				}
			}
			o = of.Parent
		}
		see[shelf{u.state.Vehicle.Home, JobKey(u.state.ID)}] = d.jobNews(u)
	}
	d.put(u.shown, see)
	if t := d.tracks[u.state.ID]; t != nil && (u.state.Retired || t.on != u.state.Vehicle.Home) && (t.on != "" || !u.state.Retired) {
		d.showPosition(u, t)
	}
}

// shelf is a thing on an office's board.
type shelf struct {
	office office.ID
	key    string
}

// put shows what is to be seen and takes away the rest of what was shown.
func (d *Dispatch) put(shown map[shelf]bool, see map[shelf]any) {
	for s := range shown {
		if _, ok := see[s]; !ok {
			d.opts.Board.Set(s.office, s.key, nil)
			delete(shown, s)
		}
	}
	for s, v := range see {
		d.opts.Board.Set(s.office, s.key, v)
		shown[s] = true
	}
}

// Units lists the units of an office and those below it, by call sign.
func (d *Dispatch) Units(reader office.ID) []UnitCard {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []UnitCard{}
	for _, u := range d.units {
		if !u.state.Retired && d.opts.Offices.CanRead(reader, u.state.Vehicle.Home) {
			list = append(list, d.unitCard(u))
		}
	}
	slices.SortFunc(list, func(a, b UnitCard) int {
		return strings.Compare(a.Sign+" "+string(a.ID), b.Sign+" "+string(b.ID))
	})
	return list
}

// Unit gives one unit; false when there is none.
func (d *Dispatch) Unit(id incident.UnitID) (UnitCard, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.units[id]
	if u == nil {
		return UnitCard{}, false
	}
	return d.unitCard(u), true
}

// UnitStates are the states of all units that are in service, for a recommendation.
func (d *Dispatch) UnitStates() []incident.Unit {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]incident.Unit, 0, len(d.units))
	for _, u := range d.units {
		if !u.state.Retired {
			list = append(list, u.state)
		}
	}
	return list
}

func (d *Dispatch) unitCard(u *unitEntry) UnitCard {
	s := u.state
	c := UnitCard{
		ID: s.ID, Sign: s.Vehicle.Sign, Plate: s.Vehicle.Plate, Kind: s.Vehicle.Kind, Skills: []incident.Skill{}, Home: s.Vehicle.Home,
		Status: s.Status, Since: s.Since.UTC(), Via: s.Via, Crew: []MateView{}, Shift: s.Shift, Until: orNil(s.Until),
		Stack: []JobRef{}, Retired: s.Retired,
	}
	for _, k := range incident.Skills() {
		if s.Can(k) {
			c.Skills = append(c.Skills, k)
		}
	}
	lead := s.Lead()
	for _, m := range s.Crew {
		c.Crew = append(c.Crew, MateView{Person: m.Person, Name: d.opts.Name(m.Person), Lead: m.Person == lead})
	}
	ref := func(j incident.Job) JobRef {
		return JobRef{Incident: j.Incident, No: j.No, By: j.By, Name: d.opts.Name(j.By), At: j.At.UTC()}
	}
	if s.Job != nil {
		j := ref(*s.Job)
		c.Job = &j
	}
	for _, j := range s.Stack {
		c.Stack = append(c.Stack, ref(j))
	}
	if p := s.Panic; p != nil {
		c.Panic = &PanicView{At: p.At.UTC(), By: p.By, Via: p.Via, Place: point(p.Place), Seen: p.Seen, SeenAt: orNil(p.SeenAt)}
		if p.Seen != "" {
			c.Panic.SeenBy = d.opts.Name(p.Seen)
		}
	}
	return c
}
