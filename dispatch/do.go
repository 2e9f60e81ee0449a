package dispatch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Do carries out what a person wants and returns the incident as it stands then. Everything but the saving of a
// form as it is typed waits for the journal's word. The error is an *incident.Refusal, or ctx's.
func (d *Dispatch) Do(ctx context.Context, who Who, cmd Command) (Full, error) {
	e, id, wait, err := d.do(who, cmd)
	if err != nil {
		return Full{}, err
	}
	if err := d.inJournal(ctx, wait); err != nil {
		return Full{}, err
	}
	if len(wait) > 0 {
		d.written(e)
	}
	full, _ := d.Get(id)
	return full, nil
}

// inJournal waits for the journal's word about streams.
func (d *Dispatch) inJournal(ctx context.Context, streams []string) error {
	for _, stream := range streams {
		if err := d.opts.Journal.Wait(ctx, stream); err != nil {
			return fmt.Errorf("dispatch: not yet in the journal: %w", err)
		}
	}
	return nil
}

// took gives the streams that the present command has written to, and forgets them: others write to theirs as soon as
// the lock is free. d.mu is held.
func (d *Dispatch) took() []string {
	list := slices.Collect(maps.Keys(d.touched))
	d.touched = map[string]bool{}
	return list
}

// do gives the streams that must be written before a screen says saved.
func (d *Dispatch) do(who Who, cmd Command) (e *entry, id incident.ID, wait []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.took()
	switch c := cmd.(type) {
	case SaveForm:
		if e, err = d.save(who, c, now); err != nil {
			return nil, "", nil, err
		}
		return e, e.state.ID, nil, nil
	case Open:
		e, err = d.open(who, c, now)
	case JoinCall:
		e, err = d.joinCall(who, c, now)
	case Link:
		e, err = d.link(who, c, now)
	case Unlink:
		e, err = d.unlink(who, c.ID, now)
	case Assign:
		e, err = d.assign(who, c, now)
	case Release:
		e, err = d.release(who, c, now)
	case Advance:
		e, err = d.advance(who, c, now)
	case Send, Accept, Note, Picture, AnswerCall, Cancel, Close, Told, Reopen, HandOver, TakeOver, RefuseOver, Restrict, Check,
		Wait, ShowReporter:
		e, err = d.simply(who, cmd, now)
	default:
		err = fmt.Errorf("dispatch: command %T is not known", cmd)
	}
	if err != nil {
		return nil, "", nil, err
	}
	d.touched[Stream(e.state.ID)] = true // what was pressed twice waits for the first press
	return e, e.state.ID, d.took(), nil
}

// simply carries out what concerns one incident only. d.mu is held.
func (d *Dispatch) simply(who Who, cmd Command, now time.Time) (*entry, error) {
	id, core := d.core(who, cmd, now)
	e, err := d.find(who, id, cmd)
	if err != nil {
		return nil, err
	}
	before := e.state.Office
	switch c := core.(type) {
	case incident.Send:
		_, err = d.send(e, who.Person, who.Office, c.To, now, false)
		return e, err
	case incident.Accept:
		c.Within = d.assignWithin(e.state, now)
		core = c
	case incident.TakeOver:
		c.Within = d.assignWithin(e.state, now)
		core = c
	case incident.Reopen:
		c.Within = d.assignWithin(e.state, now)
		core = c
	case incident.HandOver:
		if err := d.mayHold(e.state, c.To); err != nil {
			return nil, err
		}
		c.Within = d.acceptWithin(c.To, e.state, now)
		core = c
	case incident.Check:
		c.Within = d.target(e.state.Office, now).Check
		core = c
	case incident.Type, incident.Number, incident.SetTarget, incident.AddNote, incident.AddPicture, incident.AskCall, incident.AnswerCall, incident.JoinCall, incident.Drop,
		incident.Cancel, incident.Close, incident.Told, incident.RefuseOver, incident.Link, incident.Unlink, incident.Join,
		incident.Part, incident.Restrict, incident.ShowReporter, incident.Tick, incident.Assign, incident.Advance, incident.Prove,
		incident.Take, incident.Wait, incident.PhoneResult:
	}
	if _, err := d.decide(e, core, string(who.Person)); err != nil {
		return nil, err
	}
	if before != e.state.Office {
		d.retarget(e, now)
	}
	return e, nil
}

// core translates a command that concerns one incident only.
func (d *Dispatch) core(who Who, cmd Command, now time.Time) (incident.ID, incident.Command) {
	by, o := who.Person, who.Office
	switch c := cmd.(type) {
	case Send:
		return c.ID, incident.Send{At: now, By: by, From: o, To: c.To}
	case Accept:
		return c.ID, incident.Accept{At: now, By: by, Office: o}
	case Note:
		return c.ID, incident.AddNote{At: now, By: by, Office: o, Text: office.Private(c.Text)}
	case Picture:
		return c.ID, incident.AddPicture{At: now, Picture: incident.Picture{
			By: by, Unit: c.Unit, Hash: c.Hash, Ref: c.Ref, Type: c.Type, Bytes: c.Bytes, Caption: office.Private(c.Caption),
		}}
	case AnswerCall:
		return c.ID, incident.AnswerCall{At: now, By: by, Unit: c.Unit, How: office.Private(c.How)}
	case Cancel:
		return c.ID, incident.Cancel{At: now, By: by, Office: o, Why: office.Private(c.Why)}
	case Close:
		return c.ID, incident.Close{At: now, By: by, Office: o, Result: c.Result, Done: office.Private(c.Done), Tell: c.Tell}
	case Told:
		return c.ID, incident.Told{At: now, By: by, Office: o, How: office.Private(c.How)}
	case Reopen:
		return c.ID, incident.Reopen{At: now, By: by, Office: o, Why: office.Private(c.Why)}
	case HandOver:
		return c.ID, incident.HandOver{At: now, By: by, Office: o, To: c.To, Why: office.Private(c.Why)}
	case TakeOver:
		return c.ID, incident.TakeOver{At: now, By: by, Office: o}
	case RefuseOver:
		return c.ID, incident.RefuseOver{At: now, By: by, Office: o, Why: office.Private(c.Why)}
	case Restrict:
		return c.ID, incident.Restrict{At: now, By: by, Office: o, Shut: c.Shut, Named: c.Named}
	case Check:
		return c.ID, incident.Check{At: now, By: by, Unit: c.Unit}
	case Wait:
		return c.ID, incident.Wait{At: now, By: by, Office: o, Why: office.Private(c.Why), Within: waitAgain}
	case ShowReporter:
		return c.ID, incident.ShowReporter{At: now, By: by, Unit: c.Unit, Why: office.Private(c.Why)}
	case SaveForm, Open, JoinCall, Link, Unlink, Assign, Release, Advance: // not simply
	}
	return "", nil
}

// waitAgain is when an incident that waits for a unit is looked at again.
const waitAgain = 5 * time.Minute

var errUnknown = &incident.Refusal{Code: "unknown_incident", Text: "there is no such open incident"}

// find gives an incident that the person may act on: of their office, or sent by it, or offered to it. What is
// restricted is opened by accepting it. d.mu is held.
func (d *Dispatch) find(who Who, id incident.ID, cmd Command) (*entry, error) {
	e := d.live[id]
	if e == nil || d.hides(e.state, who) {
		return nil, errUnknown
	}
	s := e.state
	switch cmd.(type) {
	case Accept, TakeOver, RefuseOver: // the office that it comes to hasn't had a hand in it yet
		return e, nil
	case SaveForm, Open, Send, Note, Picture, AnswerCall, JoinCall, Cancel, Close, Told, Reopen, HandOver, Link, Unlink, Restrict, Assign,
		Release, Advance, Check, Wait, ShowReporter:
	}
	if !s.MaySee(who.Person) {
		return nil, &incident.Refusal{Code: "restricted", Text: "only those named, or who handle it, may do that"}
	}
	if !d.takesPart(s, who) {
		return nil, &incident.Refusal{Code: "not_yours", Text: "another office has this incident"}
	}
	return e, nil
}

// hides says whether a person may not know of a complaint. Who types it about the own house knows it, until it has gone
// above that.
func (d *Dispatch) hides(s incident.State, who Who) bool {
	return s.HiddenFrom(d.opts.Offices, who.Office) && (s.Phase != incident.Draft || s.Author != who.Person)
}

// takesPart says whether a person's office has it, sent it, is offered it, or stands above (to advise).
func (d *Dispatch) takesPart(s incident.State, who Who) bool {
	for _, o := range []office.ID{s.Office, s.Origin} {
		if d.opts.Offices.CanRead(who.Office, o) {
			return true
		}
	}
	return s.Offered != nil && d.opts.Offices.CanRead(who.Office, s.Offered.To)
}

func (d *Dispatch) save(who Who, c SaveForm, now time.Time) (*entry, error) {
	id := c.ID
	if id == "" {
		id = d.byCall[c.Call]
	}
	if c.Form.Against != "" {
		if _, ok := d.opts.Offices.Get(c.Form.Against); !ok {
			return nil, &incident.Refusal{Code: "unknown_office", Text: "there is no office " + string(c.Form.Against)}
		}
	}
	t := incident.Type{At: now, ID: id, By: who.Person, Office: who.Office, Rev: c.Rev, Report: c.Form.report()}
	if e := d.live[id]; e != nil {
		if _, err := d.find(who, id, c); err != nil {
			return nil, err
		}
		was := e.state.Report
		if err := d.mayAccuse(e.state, t); err != nil {
			return nil, err
		}
		_, err := d.decide(e, t, string(who.Person))
		if err == nil && e.state.Open() && e.state.HiddenFrom(d.opts.Offices, e.state.Office) {
			_, err = d.send(e, who.Person, e.state.Office, e.state.Office, t.At, false) // it passes on to the office above
		}
		if now := e.state.Report; was.At != now.At || was.Kind != now.Kind {
			d.retarget(e, t.At)
		}
		return e, err
	}
	info, ok := d.calls[c.Call]
	if !ok || id != "" {
		return nil, &incident.Refusal{Code: "unknown_incident", Text: "there is no such open incident or call"}
	}
	t.Call, t.FirstRing = c.Call, info.firstRing
	return d.begin(t, info.number)
}

// mayAccuse refuses what would leave a complaint with the office that it is about.
func (d *Dispatch) mayAccuse(s incident.State, t incident.Type) error {
	events, err := incident.Decide(s, t)
	if err != nil {
		return err
	}
	if s = s.ApplyAll(events); !s.Open() || !s.HiddenFrom(d.opts.Offices, s.Office) {
		return nil
	}
	to := d.passBy(s, s.Office)
	if err := d.mayHold(s, to); err != nil {
		return err
	}
	_, err = incident.Decide(s, incident.Send{At: t.At, By: t.By, From: s.Office, To: to})
	return err
}

// open makes an incident that no call brought, and accepts it: whoever writes it down has it.
func (d *Dispatch) open(who Who, c Open, now time.Time) (*entry, error) {
	at := c.Reported
	switch {
	case c.Source != incident.FromWalkIn && c.Source != incident.FromRadio && c.Source != incident.FromCallback:
		return nil, &incident.Refusal{Code: "bad_source", Text: "say how it became known: walk_in, radio or callback; a paper sheet has its own way"}
	case at.IsZero():
		at = now
	case at.After(now.Add(time.Minute)):
		return nil, &incident.Refusal{Code: "bad_time", Text: "it can't have been reported in the future"}
	case now.Sub(at) > oldest:
		return nil, &incident.Refusal{Code: "bad_time", Text: "it was reported more than a day ago: write a note with the time"}
	}
	e, err := d.begin(incident.Type{
		At: now, By: who.Person, Office: who.Office, Source: c.Source, FirstRing: at, Report: c.Form.report(),
	}, "")
	if err != nil {
		return nil, err
	}
	if _, err := d.send(e, who.Person, who.Office, who.Office, now, false); err != nil {
		return nil, err
	}
	if e.state.Office == who.Office { // a complaint about the own house goes above it
		_, err = d.decide(e, incident.Accept{At: now, By: who.Person, Office: who.Office, Within: d.assignWithin(e.state, now)}, string(who.Person))
	}
	return e, err
}

// oldest is how far back the time of a report without a call may lie.
const oldest = 24 * time.Hour

// begin makes an incident, with the caller's number as where to reach them.
func (d *Dispatch) begin(t incident.Type, number office.Number) (*entry, error) {
	t.ID = incident.ID(d.opts.NewID())
	if t.Report.ReporterNumber == "" {
		t.Report.ReporterNumber = office.Private(number)
	}
	if t.Report.Empty() { // a caller without a number: the incident must exist all the same
		t.Report.Kind = "lain"
	}
	e := &entry{shown: map[shelf]bool{}}
	if _, err := d.decide(e, t, string(t.By)); err != nil {
		return nil, err
	}
	return e, nil
}

// send issues the number if there is none yet, and gives the incident to an office. A complaint passes by the office
// that it is about. d.mu is held.
func (d *Dispatch) send(e *entry, by office.PersonID, from, to office.ID, now time.Time, unsure bool) ([]incident.Event, error) {
	if _, ok := d.opts.Offices.Get(to); !ok {
		return nil, &incident.Refusal{Code: "unknown_office", Text: "there is no office " + string(to)}
	}
	to = d.passBy(e.state, to)
	if err := d.mayHold(e.state, to); err != nil {
		return nil, err
	}
	cmd := incident.Send{
		At: now, By: by, From: from, To: to, Unsure: unsure, No: d.nextNo(from, now), Within: d.acceptWithin(to, e.state, now),
	}
	events, err := d.decide(e, cmd, string(by))
	if err == nil {
		d.retarget(e, now)
	}
	return events, err
}

// passBy is the office above the one that a complaint is about, when it would go there or below.
func (d *Dispatch) passBy(s incident.State, to office.ID) office.ID {
	if !s.HiddenFrom(d.opts.Offices, to) {
		return to
	}
	accused, _ := d.opts.Offices.Get(s.Report.Against)
	return accused.Parent
}

// mayHold refuses an office that may not know of it.
func (d *Dispatch) mayHold(s incident.State, to office.ID) error {
	if _, ok := d.opts.Offices.Get(to); !ok {
		if s.Class() == incident.Complaint && to == "" {
			return &incident.Refusal{Code: "no_office_above", Text: "the complaint is about the highest office of this site: write it on paper for the office above"}
		}
		return &incident.Refusal{Code: "unknown_office", Text: "there is no office " + string(to)}
	}
	if s.HiddenFrom(d.opts.Offices, to) {
		return &incident.Refusal{Code: "accused", Text: "the complaint is about that office: send it to the one above"}
	}
	return nil
}
