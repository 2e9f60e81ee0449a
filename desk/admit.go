package desk

import (
	"fmt"
	"sync"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// door lets in as many calls as the machine can look after: refused are those at the door, never those inside.
type door struct {
	mu     sync.Mutex
	rate   float64 // set-ups a second, as measured (docs/BENCHMARKS.md)
	tokens float64
	last   time.Time
	lag    time.Duration // how late the house is, smoothed
}

// defaultSetUps a second: what two cores take with every promise kept (docs/BENCHMARKS.md).
const defaultSetUps = 200

// burst is how many seconds' worth of set-ups may come at once; spared is the part of it kept for the priority lane.
const (
	burst   = 0.25
	spared  = 0.2
	lateLag = 60 * time.Millisecond
)

func (o *door) init(setUps int) {
	o.rate = defaultSetUps
	if setUps > 0 {
		o.rate = float64(setUps)
	}
	o.tokens = o.rate * burst
}

// class is who stands at the door: when it gets narrow, those of the low lane are refused first, then those whom the gate
// holds, then the newest; the priority lane never (CALL.md, Overload).
type class int

const (
	ofLowLane class = iota
	ofGate
	ofOthers
	ofPriority
)

// keeps is which part of a burst is kept for better classes.
func (c class) keeps() float64 {
	switch c {
	case ofLowLane:
		return 3 * spared
	case ofGate:
		return 2 * spared
	case ofOthers:
		return spared
	case ofPriority:
	}
	return 0
}

// enter says whether one more may come in. The priority lane always may.
func (o *door) enter(now time.Time, c class) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	rate := o.rate
	if o.lag > lateLag { // the house is late: fewer come in until it has caught up
		rate *= float64(lateLag) / float64(o.lag)
	}
	if !o.last.IsZero() {
		o.tokens = min(o.tokens+now.Sub(o.last).Seconds()*rate, o.rate*burst)
	}
	o.last = now
	if c != ofPriority && o.tokens < 1+o.rate*burst*c.keeps() {
		return false
	}
	o.tokens = max(o.tokens-1, 0)
	return true
}

// late tells how long something waited that should have been done at once.
func (o *door) late(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lag += (d - o.lag) / 8
}

// Admit says whether a new call may come in; the phone asks before it opens anything for it. Refused are the newest;
// never somebody to whom we owe a call, or who is in danger. A refused call is journalled with its outcome.
func (d *Desk) Admit(p phone.Party) bool {
	if d.door.enter(time.Now(), d.class(p)) {
		return true
	}
	d.refused(p)
	return false
}

// class says before whom a call goes at the door.
func (d *Desk) class(p phone.Party) class {
	if d.priority(p.Number) {
		return ofPriority
	}
	if of, ok := d.officeOf(p.Trunk); ok {
		switch d.sieve.level(of.ID, p, time.Now()) {
		case filter.Low:
			return ofLowLane
		case filter.Gate:
			return ofGate
		case filter.Chip, filter.None:
		}
	}
	return ofOthers
}

// Full takes note of a call that the phone itself refused: a trunk's limit, or no free ports.
func (d *Desk) Full(p phone.Party) { d.refused(p) }

// priority says whether a number goes before others: we promised it a call, lost its line, or it is in danger.
func (d *Desk) priority(n office.Number) bool {
	if n == "" {
		return false
	}
	if d.past.owesFirst(n) {
		return true
	}
	return d.inDanger(n)
}

// inDanger says whether calling or texting a number would harm somebody.
func (d *Desk) inDanger(n office.Number) bool {
	_, danger := d.opts.Incidents.About(n)
	return danger || d.past.inDanger(n)
}

// refused writes down a call that was turned away at the door.
func (d *Desk) refused(p phone.Party) {
	of, ok := d.officeOf(p.Trunk)
	if !ok {
		return
	}
	now := time.Now()
	id := call.ID(d.opts.NewID())
	events := []call.Event{
		call.Dialled{At: now, ID: id, Office: of.ID, Caller: callerOf(p), Times: call.TimesOf(d.opts.Settings(of.ID)), LevelAt: now},
		call.Closed{At: now, Outcome: call.RefusedFull},
	}
	body, err := call.Codec.Encode(events)
	if err != nil {
		d.opts.Log.Error("call events could not be encoded", "call", id, "err", err)
		return
	}
	d.opts.Journal.Post(Stream(id), journal.Record{
		ID: fmt.Sprintf("%s-1-%s", id, d.opts.NewID()), Type: "call", Version: call.Version, Time: now.UTC(), Who: "system", Body: body,
	})
	d.fold((call.State{}).ApplyAll(events), events)
	d.opts.Observe("refused_full", 1)
}

// officeOf is the office that a trunk leads to.
func (d *Desk) officeOf(trunk string) (office.Office, bool) {
	o, ok := d.opts.Trunks[trunk]
	if !ok {
		o = d.opts.Default
	}
	return d.opts.Offices.Get(o)
}

// owesFirst says whether some office owes this number a call before all others.
func (p *past) owesFirst(n office.Number) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.byNumber[n]
	if r == nil {
		return false
	}
	for _, id := range r.owed {
		if o := p.owing[id]; o != nil && o.view.First {
			return true
		}
	}
	return false
}
