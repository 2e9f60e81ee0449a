package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// Journal takes what happened, in order (journal.Behind).
type Journal interface {
	// Post hands records over and returns at once.
	Post(stream string, recs ...journal.Record)
	// Wait returns when everything posted to the stream so far would survive a power cut, or with ctx's error.
	Wait(ctx context.Context, stream string) error
}

// Options are what a Dispatch is made of. All but Log and Link are needed.
type Options struct {
	Offices *office.Directory
	Journal Journal
	Board   *board.Board
	// Link tells a call that it has an incident (desk.Link). It must not block.
	Link  func(call string, id incident.ID)
	NewID func() string // unique, sortable by time
	// Name is what a person is called; nil: their id.
	Name func(office.PersonID) string
	Log  *slog.Logger
}

// Dispatch runs all incidents of one node. An incident changes a few times a minute and nothing on the wire waits
// for it, so one lock, held for memory operations only, stands in for a goroutine per incident; one goroutine
// watches the deadlines.
type Dispatch struct {
	opts Options
	wake chan struct{}   // capacity 1: a deadline may have become earlier
	ctx  context.Context // ends when the dispatch closes
	stop context.CancelFunc
	// waits counts the goroutines that wait for the journal and the one that watches the deadlines.
	waits sync.WaitGroup

	mu       sync.Mutex // guards what follows
	live     map[incident.ID]*entry
	byCall   map[string]incident.ID
	calls    map[string]callInfo // calls that go on
	byNumber map[office.Number][]incident.ID
	issued   map[string]int // "KALTIM/2026/11/23" → last number given
}

type entry struct {
	state incident.State
	lines []Line
	seq   int
	shown map[office.ID]bool
	// unwritten: the report number is given but not yet in the journal. Nobody is shown a number that a crash could
	// give away a second time.
	unwritten bool
}

type callInfo struct {
	office    office.ID
	number    office.Number
	firstRing time.Time
}

// New makes a Dispatch. Fold the journal with Fold, then Start.
func New(opts Options) (*Dispatch, error) {
	if opts.Offices == nil || opts.Journal == nil || opts.Board == nil || opts.NewID == nil {
		return nil, errors.New("dispatch: offices, journal, board and NewID are needed")
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Link == nil {
		opts.Link = func(string, incident.ID) {}
	}
	if opts.Name == nil {
		opts.Name = func(p office.PersonID) string { return string(p) }
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Dispatch{
		opts: opts, wake: make(chan struct{}, 1), ctx: ctx, stop: stop,
		live: map[incident.ID]*entry{}, byCall: map[string]incident.ID{}, calls: map[string]callInfo{},
		byNumber: map[office.Number][]incident.ID{}, issued: map[string]int{},
	}, nil
}

// SetLink wires the calls in after the desk was made.
func (d *Dispatch) SetLink(link func(call string, id incident.ID)) { d.opts.Link = link }

// Start shows the open incidents and watches the deadlines.
func (d *Dispatch) Start() {
	d.mu.Lock()
	for _, e := range d.live {
		d.show(e)
	}
	d.mu.Unlock()
	d.waits.Go(d.run)
}

// Close ends the watch over deadlines; they are derived from the state, so the next process goes on with them.
func (d *Dispatch) Close() {
	d.stop()
	d.waits.Wait()
}

func (d *Dispatch) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next := time.Hour
		d.mu.Lock()
		for _, e := range d.live {
			if at, ok := e.state.Deadline(); ok {
				next = min(next, time.Until(at))
			}
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
		now := time.Now()
		d.mu.Lock()
		for _, e := range d.live {
			if at, ok := e.state.Deadline(); ok && !at.After(now) {
				_, _ = d.decide(e, incident.Tick{At: now}, "system")
			}
		}
		d.mu.Unlock()
	}
}

// Do carries out what a person wants and returns the incident as it stands then. Everything but the saving of a
// form as it is typed waits for the journal's word. The error is an *incident.Refusal, or ctx's.
func (d *Dispatch) Do(ctx context.Context, who Who, cmd Command) (Full, error) {
	e, waits, err := d.do(who, cmd)
	if err != nil {
		return Full{}, err
	}
	if waits {
		if err := d.opts.Journal.Wait(ctx, Stream(e.state.ID)); err != nil {
			return Full{}, fmt.Errorf("dispatch: not yet in the journal: %w", err)
		}
		d.written(e)
	}
	full, _ := d.Get(e.state.ID)
	return full, nil
}

func (d *Dispatch) do(who Who, cmd Command) (e *entry, waits bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	find := func(id incident.ID) (*entry, error) {
		e := d.live[id]
		if e == nil {
			return nil, &incident.Refusal{Code: "unknown_incident", Text: "there is no such open incident"}
		}
		return e, nil
	}
	switch c := cmd.(type) {
	case SaveForm:
		e, err = d.save(who, c, now)
		return e, false, err
	case Send:
		if e, err = find(c.ID); err == nil {
			_, err = d.send(e, who.Person, who.Office, c.To, now, false)
		}
	case Accept:
		if e, err = find(c.ID); err == nil {
			_, err = d.decide(e, incident.Accept{At: now, By: who.Person, Office: who.Office}, string(who.Person))
		}
	case Note:
		if e, err = find(c.ID); err == nil {
			if !d.takesPart(e, who.Office) {
				return nil, false, &incident.Refusal{Code: "not_yours", Text: "another office has this incident"}
			}
			_, err = d.decide(e, incident.AddNote{
				At: now, By: who.Person, Office: who.Office, Text: office.Private(c.Text),
			}, string(who.Person))
		}
	case Close:
		if e, err = find(c.ID); err == nil {
			_, err = d.decide(e, incident.Close{
				At: now, By: who.Person, Office: who.Office, Result: c.Result, Done: office.Private(c.Done),
			}, string(who.Person))
		}
	default:
		err = fmt.Errorf("dispatch: command %T is not known", cmd)
	}
	return e, true, err
}

func (d *Dispatch) takesPart(e *entry, o office.ID) bool {
	return e.state.Office == o || e.state.Origin == o
}

func (d *Dispatch) save(who Who, c SaveForm, now time.Time) (*entry, error) {
	id := c.ID
	if id == "" {
		id = d.byCall[c.Call]
	}
	t := incident.Type{At: now, ID: id, By: who.Person, Office: who.Office, Rev: c.Rev, Report: c.Form.report()}
	if e := d.live[id]; e != nil {
		_, err := d.decide(e, t, string(who.Person))
		return e, err
	}
	info, ok := d.calls[c.Call]
	if !ok || id != "" {
		return nil, &incident.Refusal{Code: "unknown_incident", Text: "there is no such open incident or call"}
	}
	t.Call, t.FirstRing = c.Call, info.firstRing
	return d.begin(t, info.number)
}

// begin makes the incident of a call, with the caller's number as where to reach them.
func (d *Dispatch) begin(t incident.Type, number office.Number) (*entry, error) {
	t.ID = incident.ID(d.opts.NewID())
	if t.Report.ReporterNumber == "" {
		t.Report.ReporterNumber = office.Private(number)
	}
	if t.Report.Empty() { // a caller without a number: the incident must exist all the same
		t.Report.Kind = "lain"
	}
	e := &entry{shown: map[office.ID]bool{}}
	if _, err := d.decide(e, t, string(t.By)); err != nil {
		return nil, err
	}
	return e, nil
}

// send issues the number if there is none yet, and gives the incident to an office.
func (d *Dispatch) send(e *entry, by office.PersonID, from, to office.ID, now time.Time, unsure bool) ([]incident.Event, error) {
	if _, ok := d.opts.Offices.Get(to); !ok {
		return nil, &incident.Refusal{Code: "unknown_office", Text: "there is no office " + string(to)}
	}
	cmd := incident.Send{At: now, By: by, From: from, To: to, Unsure: unsure, No: d.nextNo(from, now)}
	return d.decide(e, cmd, string(by))
}

// decide asks the core, applies, hands to the journal and shows. d.mu is held.
func (d *Dispatch) decide(e *entry, cmd incident.Command, who string) ([]incident.Event, error) {
	events, err := incident.Decide(e.state, cmd)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	body, err := incident.Codec.Encode(events)
	if err != nil {
		return nil, err
	}
	isNew := e.state.ID == ""
	d.apply(e, events)
	e.seq++
	id := e.state.ID
	d.opts.Journal.Post(Stream(id), journal.Record{
		ID: fmt.Sprintf("%s-%d-%s", id, e.seq, d.opts.NewID()), Type: "incident", Version: incident.Version,
		Time: time.Now().UTC(), Who: who, Body: body,
	})
	if isNew && e.state.Call != "" {
		d.opts.Link(e.state.Call, id)
	}
	if slices.ContainsFunc(events, func(ev incident.Event) bool { _, ok := ev.(incident.Numbered); return ok }) {
		e.unwritten = true
		d.waits.Go(func() { d.numberWritten(e, id) })
	}
	d.show(e)
	select {
	case d.wake <- struct{}{}:
	default:
	}
	return events, nil
}

// numberWritten shows the report number once the journal has it.
func (d *Dispatch) numberWritten(e *entry, id incident.ID) {
	if err := d.opts.Journal.Wait(d.ctx, Stream(id)); err != nil {
		return // shutting down: the next process shows what the journal has
	}
	d.written(e)
}

func (d *Dispatch) written(e *entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.unwritten {
		e.unwritten = false
		d.show(e)
	}
}

// Stream is the journal's stream of an incident.
func Stream(id incident.ID) string { return "incident/" + string(id) }
