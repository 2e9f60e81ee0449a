package dispatch

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// keepClosed is how long a closed incident stays in memory for the history of its number.
const keepClosed = 90 * 24 * time.Hour

// Fold takes one record of the journal, in order, before Start.
func (d *Dispatch) Fold(rec journal.Record) error {
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
		e = &entry{shown: map[office.ID]bool{}}
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
	if s := e.state; !s.ClosedAt.IsZero() && time.Since(s.ClosedAt) > keepClosed {
		delete(d.live, s.ID)
		delete(d.byCall, s.Call)
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

// show puts the incident on the boards of its holder, its origin and everyone above the holder while it is open.
func (d *Dispatch) show(e *entry) {
	s := e.state
	see := map[office.ID]bool{}
	switch {
	case s.Phase == incident.Draft:
		see[s.Origin] = true
	case s.Open():
		see[s.Origin] = true
		for o := s.Office; o != ""; {
			see[o] = true
			of, _ := d.opts.Offices.Get(o)
			o = of.Parent
		}
	}
	key := "incident/" + string(s.ID)
	for o := range e.shown {
		if !see[o] {
			d.opts.Board.Set(o, key, nil)
			delete(e.shown, o)
		}
	}
	c := e.card()
	for o := range see {
		d.opts.Board.Set(o, key, c)
		e.shown[o] = true
	}
}

// Get gives an incident with everything; false when it isn't in memory (then view has it).
func (d *Dispatch) Get(id incident.ID) (Full, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[id]
	if e == nil {
		return Full{}, false
	}
	return Full{
		Card: e.card(), Form: form(e.state.Report), Done: string(e.state.Done),
		Timeline: append([]Line{}, e.lines...),
	}, true
}

// card is what lists show. A number that isn't in the journal yet is left out.
func (e *entry) card() Card {
	c := card(e.state)
	if e.unwritten {
		c.No = ""
	}
	return c
}

func card(s incident.State) Card {
	ptr := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	return Card{
		ID: s.ID, No: s.No, State: s.Phase, Office: s.Office, Origin: s.Origin, Call: s.Call, Kind: s.Report.Kind,
		Priority: s.Priority(), Place: string(s.Report.Place), At: point(s.Report.At), Reporter: string(s.Report.Reporter),
		FirstRing: s.FirstRing.UTC(), PlaceKnownAt: ptr(s.PlaceKnownAt), SentAt: ptr(s.SentAt), AcceptBy: ptr(s.AcceptBy),
		AcceptedAt: ptr(s.AcceptedAt), AcceptedBy: s.AcceptedBy, Escalated: s.Escalated, Unsure: s.Unsure,
		ClosedAt: ptr(s.ClosedAt), Result: s.Result, Rev: s.Rev, Summary: lastWords(s), Danger: s.Report.InDanger(),
	}
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
		Office: r.Office, Summary: string(r.Summary),
	}
}

func (f Form) report() incident.Report {
	r := incident.Report{
		Kind: f.Kind, Priority: f.Priority, Place: office.Private(f.Place), Reporter: office.Private(f.Reporter),
		ReporterNumber: office.Private(f.ReporterNumber), Protect: f.Protect, Danger: f.Danger,
		Weapons: office.Private(f.Weapons), Injured: office.Private(f.Injured), SuspectPresent: f.SuspectPresent,
		People: f.People, Vehicle: office.Private(f.Vehicle), Office: f.Office, Summary: office.Private(f.Summary),
	}
	if f.At != nil {
		r.At = office.Private(fmt.Sprintf("%.6f,%.6f", f.At.Lat, f.At.Lng))
	}
	return r
}
