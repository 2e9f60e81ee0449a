package dispatch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// keepClosed is how long a closed incident stays in memory for the history of its number.
const keepClosed = 90 * 24 * time.Hour

// keepDropped is how long a draft that came to nothing does: its call ended with it.
const keepDropped = 24 * time.Hour

// Fold takes one record of the journal, in order, before Start.
func (d *Dispatch) Fold(rec journal.Record) error {
	if id, ok := strings.CutPrefix(rec.Stream, "unit/"); ok {
		return d.foldUnit(id, rec)
	}
	if rec.Stream == roster.Stream && rec.Type == roster.UnitsType {
		return d.foldUnits(rec)
	}
	id, ok := strings.CutPrefix(rec.Stream, "incident/")
	if !ok || rec.Type != "incident" { // the tombstone of an erasure says nothing of the incident's life
		return nil
	}
	events, _, err := incident.Codec.Decode(rec.Body)
	if err != nil {
		return fmt.Errorf("recover %s: %w", rec.Stream, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[incident.ID(id)]
	if e == nil {
		e = &entry{shown: map[shelf]bool{}}
	}
	d.apply(e, events)
	e.seq = int(rec.Seq)
	return nil
}

// apply folds events onto the entry and keeps the indexes. d.mu is held.
func (d *Dispatch) apply(e *entry, events []incident.Event) {
	for _, ev := range events {
		old := e.state.Report.ReporterNumber
		e.state = e.state.Apply(ev)
		e.lines = append(e.lines, d.line(ev)...)
		if n, ok := ev.(incident.Numbered); ok {
			d.noteNo(n.No)
			d.byNo[n.No] = e.state.ID
		}
		if c, ok := ev.(incident.CallJoined); ok {
			d.byCall[c.Call] = e.state.ID
		}
		if n := e.state.Report.ReporterNumber; n != old && n != "" && n != office.Erased {
			if num, ok := office.ParseNumber(string(n)); ok {
				d.byNumber[num] = append(d.byNumber[num], e.state.ID)
			}
		}
	}
	d.live[e.state.ID] = e
	if e.state.Call != "" {
		d.byCall[e.state.Call] = e.state.ID
	}
	d.index(e)
	if at, ok := e.state.Deadline(); ok {
		d.due[e.state.ID] = at
	} else {
		delete(d.due, e.state.ID)
	}
	d.forget(e, time.Now())
}

// forget drops from memory what is long over: what closed, after keepClosed; a draft that came to nothing, after a day; what
// was linked, with what it went on in. view has them still. d.mu is held.
func (d *Dispatch) forget(e *entry, now time.Time) {
	s := &e.state
	switch {
	case s.Phase == incident.Linked && d.started && d.live[s.Linked] == nil:
	case s.Phase == incident.NotValid && now.Sub(s.ClosedAt) > keepDropped:
	case s.Phase != incident.Linked && !s.ClosedAt.IsZero() && now.Sub(s.ClosedAt) > keepClosed:
	default:
		return
	}
	delete(d.live, s.ID)
	d.fresh.drop(s.ID)
	for _, c := range s.Calls {
		if d.byCall[c] == s.ID {
			delete(d.byCall, c)
		}
	}
	delete(d.byNo, s.No)
	if list := slices.DeleteFunc(d.byNumber[e.number], func(id incident.ID) bool { return id == s.ID }); len(list) > 0 {
		d.byNumber[e.number] = list
	} else {
		delete(d.byNumber, e.number)
	}
}

// forgetOld looks through all that is over, once an hour.
func (d *Dispatch) forgetOld(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.forgot) < time.Hour {
		return
	}
	d.forgot = now
	for _, e := range d.live {
		d.forget(e, now)
	}
}

// line tells an event to people.
func (d *Dispatch) line(ev incident.Event) []Line {
	at, who, text := incident.Say(ev, incident.Names{Office: d.officeName, Person: d.opts.Name})
	if text == "" {
		return nil
	}
	return []Line{{At: at.UTC(), Who: who, What: incident.Codec.Name(ev), Text: text}}
}

func (d *Dispatch) officeName(id office.ID) string {
	o, _ := d.opts.Offices.Get(id)
	return o.Name
}

// show puts the incident on the boards of its holder, its origin and everyone above the holder while it is open, and of
// an office that it is offered to. What is restricted they see veiled, since a board is the whole office's: who has a hand in
// it reads it by itself when the veiled card changes. A complaint is never shown to the office that it is about.
func (d *Dispatch) show(e *entry) {
	s := e.state
	var offices []office.ID
	up := func(o office.ID) {
		for o != "" {
			offices = append(offices, o)
			of, _ := d.opts.Offices.Get(o)
			o = of.Parent
		}
	}
	switch {
	case s.Phase == incident.Draft:
		offices = append(offices, s.Origin)
	case s.Open() || s.Tell && s.ToldAt.IsZero() && s.Phase == incident.Closed:
		offices = append(offices, s.Origin)
		up(s.Office)
		if s.Offered != nil {
			up(s.Offered.To)
		}
	}
	see := map[shelf]any{}
	c := d.card(e)
	c.Same = append([]incident.ID{}, d.same(e)...)
	key := "incident/" + string(s.ID)
	for _, o := range offices {
		if s.HiddenFrom(d.opts.Offices, o) {
			continue
		}
		if s.Restricted() {
			c = c.veil()
		}
		see[shelf{o, key}] = c
	}
	d.put(e.shown, see)
}

// showJobs shows the crews what has changed about their job. d.mu is held.
func (d *Dispatch) showJobs(e *entry) {
	for _, a := range e.state.Units {
		if u := d.units[a.Unit]; a.Active() && u != nil && u.state.Job != nil && u.state.Job.Incident == e.state.ID {
			d.showUnit(u)
		}
	}
}

// Get gives an incident with everything; false when it isn't in memory (then view has it). Whether somebody may read it
// is for MayRead.
func (d *Dispatch) Get(id incident.ID) (Full, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[id]
	if e == nil {
		return Full{}, false
	}
	return Full{
		Card: d.card(e), Form: form(e.state.Report), Done: string(e.state.Done), Pictures: PicturesOf(e.state),
		Timeline: append([]Line{}, e.lines...),
	}, true
}

// MayRead says whether a person may read an incident, and whether they may know that there is one (then they see it
// veiled, and may accept it). known is false also when it isn't in memory.
func (d *Dispatch) MayRead(who Who, id incident.ID) (read, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[id]
	if e == nil {
		return false, false
	}
	s := e.state
	known = d.knows(s, who)
	return known && s.MaySee(who.Person), known
}

// reads says whether a person may read it. d.mu is held.
func (d *Dispatch) reads(s incident.State, who Who) bool {
	return d.knows(s, who) && s.MaySee(who.Person)
}

func (d *Dispatch) knows(s incident.State, who Who) bool {
	if d.hides(s, who) {
		return false
	}
	o, can := who.Office, d.opts.Offices.CanRead
	if s.Phase == incident.Draft || s.Phase == incident.NotValid {
		return can(o, s.Origin)
	}
	return can(o, s.Office) || can(o, s.Origin) || s.Offered != nil && can(o, s.Offered.To)
}

// card is what lists show. A number that isn't in the journal yet is left out. d.mu is held.
func (d *Dispatch) card(e *entry) Card {
	c := CardOf(e.state, d.opts.Name)
	if e.unwritten {
		c.No = ""
	}
	for _, a := range e.state.Asks {
		if a.Waits() && e.state.Open() {
			c.Asks = append(c.Asks, *d.ask(a, true))
		}
	}
	if skill, ok := incident.SkillFor(c.Kind); ok && e.state.Open() && !slices.ContainsFunc(e.state.Units, func(a incident.Assignment) bool {
		u := d.units[a.Unit]
		return a.EndedAt.IsZero() && u != nil && u.state.Can(skill)
	}) {
		c.Skill = skill
	}
	return c
}

func point(p office.Private) *PointView {
	lat, lng, ok := strings.Cut(string(p), ",")
	if !ok {
		return nil
	}
	a, err1 := strconv.ParseFloat(lat, 64)
	b, err2 := strconv.ParseFloat(lng, 64)
	if err1 != nil || err2 != nil {
		return nil
	}
	return &PointView{Lat: a, Lng: b}
}

func form(r incident.Report) Form {
	return Form{
		Kind: r.Kind, Priority: r.Priority, Place: string(r.Place), At: point(r.At), Reporter: string(r.Reporter),
		ReporterNumber: string(r.ReporterNumber), Protect: r.Protect, Danger: r.Danger, Weapons: string(r.Weapons),
		Injured: string(r.Injured), SuspectPresent: r.SuspectPresent, People: r.People, Vehicle: string(r.Vehicle),
		Office: r.Office, Summary: string(r.Summary), Against: r.Against, Language: string(r.Language),
	}
}

func (f Form) report() incident.Report {
	r := incident.Report{
		Kind: f.Kind, Priority: f.Priority, Place: office.Private(f.Place), Reporter: office.Private(f.Reporter),
		ReporterNumber: office.Private(f.ReporterNumber), Protect: f.Protect, Danger: f.Danger,
		Weapons: office.Private(f.Weapons), Injured: office.Private(f.Injured), SuspectPresent: f.SuspectPresent,
		People: f.People, Vehicle: office.Private(f.Vehicle), Office: f.Office, Summary: office.Private(f.Summary), Against: f.Against,
		Language: office.Private(f.Language),
	}
	if f.At != nil {
		r.At = office.Private(fmt.Sprintf("%.6f,%.6f", f.At.Lat, f.At.Lng))
	}
	return r
}
