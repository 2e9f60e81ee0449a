package desk

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// past is what the desk remembers of calls: figures of today per office, and what each number did before. It is
// folded from call events, at start from the journal and then as they happen. In memory, asked once per call.
type past struct {
	offices *office.Directory

	mu       sync.Mutex
	live     map[call.ID]call.State // calls without an outcome
	byNumber map[office.Number]*record
	tallies  map[office.ID]*tally
	presence map[office.ID]PresenceView
	owing    map[call.ID]*owed
}

type record struct {
	calls, pranks int
	lastPrank     time.Time
	danger        bool                  // a person said: never call back
	silent        bool                  // a silent emergency goes on
	last          []lastCall            // newest first, at most lastMax
	owed          map[office.ID]call.ID // the call that each office owes this number
}

type lastCall struct {
	id      call.ID
	at      time.Time
	outcome call.Outcome
	prank   call.Prank
}

// lastMax calls of a number are shown at the ring.
const lastMax = 5

// tally counts one office since local midnight, and since the process knows.
type tally struct {
	day                      string // local date
	in, answered, answered10 int
	outcomes                 map[call.Outcome]int
	allIn, allOutcomes       int
	owed                     int
}

func newPast(d *office.Directory) *past {
	return &past{
		offices: d, live: map[call.ID]call.State{}, byNumber: map[office.Number]*record{},
		tallies: map[office.ID]*tally{}, presence: map[office.ID]PresenceView{}, owing: map[call.ID]*owed{},
	}
}

// tally of an office for the local day of at; mu is held.
func (p *past) tally(o office.ID, at time.Time) *tally {
	t := p.tallies[o]
	if t == nil {
		t = &tally{outcomes: map[call.Outcome]int{}}
		p.tallies[o] = t
	}
	of, _ := p.offices.Get(o)
	if day := at.In(of.Location()).Format(time.DateOnly); day > t.day {
		t.day, t.in, t.answered, t.answered10, t.outcomes = day, 0, 0, 0, map[call.Outcome]int{}
	}
	return t
}

func (p *past) record(n office.Number) *record {
	r := p.byNumber[n]
	if r == nil {
		r = &record{owed: map[office.ID]call.ID{}}
		p.byNumber[n] = r
	}
	return r
}

// fold takes the events of one command and the state after them. It tells a callback that is owed from now on, and
// those that are settled by these events and must be journalled so.
func (p *past) fold(s call.State, events []call.Event) (owing call.ID, settled []call.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := office.Number(s.Caller.Number)
	if s.Caller.Number == office.Erased {
		number = ""
	}
	for _, e := range events {
		switch e := e.(type) {
		case call.Dialled:
			if e.Outbound == nil {
				t := p.tally(e.Office, e.At)
				t.in++
				t.allIn++
			}
		case call.Unoffered:
			if s.Phase == call.Ended {
				p.rangLast(s.ID, e.To.Seat)
			}
		case call.WasAnswered:
			settled = append(settled, p.answered(s, e, number)...)
		case call.Reached:
			settled = append(settled, p.settles(s.Office, number)...)
		case call.Closed:
			if s.Outbound == nil {
				owing = p.closed(s, e, number)
			}
		case call.SilentEmergency:
			if number != "" {
				p.record(number).silent = true
			}
		case call.Tried, call.Settled:
			p.note(s.ID, e)
		case call.Ungated, call.Lifted, call.Rang, call.Requeued, call.Raised, call.TransferBegan, call.TakenBack, call.HeldAgain, call.Left,
			call.Orphaned, call.HolderGone, call.Reattached, call.CallerLeft, call.Linked, call.Adopted, call.Promised,
			call.HoldSet, call.CallerSpoke, call.SilentPrompted, call.MuteSet, call.GuestAsked, call.GuestJoined, call.GuestLeft, call.Merged, call.GaveAway, call.TapeSealed,
			call.DialogKept:
		}
	}
	if s.Phase == call.Ended {
		delete(p.live, s.ID)
	} else if s.ID != "" {
		p.live[s.ID] = s
	}
	return owing, settled
}

// rangLast remembers who rang when the caller left: that seat is asked first when they call again.
func (p *past) rangLast(id call.ID, seat office.SeatID) {
	if o := p.owing[id]; o != nil {
		o.view.Seat = seat
	}
}

// noted takes what was written onto a call that has ended, and tells whose it is.
func (p *past) noted(id call.ID, e call.Event) office.ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.note(id, e)
}

func (p *past) note(id call.ID, e call.Event) office.ID {
	o := p.owing[id]
	if o == nil {
		return ""
	}
	switch e := e.(type) { //nolint:gochecksumtype // the others say nothing of what is owed
	case call.Tried:
		if e.Reason == call.Began {
			o.view.Tries++
			o.view.TriedAt, o.view.By = ptr(e.At), e.By.Person
		}
	case call.Settled:
		if e.How == call.ByDanger {
			p.record(o.number).danger = true
		}
		p.forget(id)
	}
	return o.view.Office
}

// forget ends an obligation; mu is held.
func (p *past) forget(id call.ID) {
	o := p.owing[id]
	if o == nil {
		return
	}
	delete(p.owing, id)
	if r := p.byNumber[o.number]; r != nil && r.owed[o.view.Office] == id {
		delete(r.owed, o.view.Office)
	}
	if t := p.tallies[o.view.Office]; t != nil {
		t.owed--
	}
}

// owes says whether an office owes this number a call.
func (p *past) owes(o office.ID, n office.Number) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.byNumber[n]
	return n != "" && r != nil && r.owed[o] != ""
}

// obligation finds what is owed to a call.
func (p *past) obligation(id call.ID) (owed, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o := p.owing[id]; o != nil {
		return *o, true
	}
	return owed{}, false
}

// inDanger says whether a person marked the number: calling it would harm somebody.
func (p *past) inDanger(n office.Number) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.byNumber[n]
	return r != nil && (r.danger || r.silent)
}

// obligations lists all that is owed.
func (p *past) obligations() []OwedView {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []OwedView
	for _, o := range p.owing {
		out = append(out, o.view)
	}
	return out
}

// settles are the obligations that a talk with this number settles; mu is held.
func (p *past) settles(o office.ID, number office.Number) []call.ID {
	if number == "" {
		return nil
	}
	if r := p.byNumber[number]; r != nil && r.owed[o] != "" {
		return []call.ID{r.owed[o]}
	}
	return nil
}

func (p *past) answered(s call.State, e call.WasAnswered, number office.Number) []call.ID {
	if s.Answered.Equal(e.At) { // the first answer of the call
		t := p.tally(s.Office, s.FirstRing)
		t.answered++
		if e.At.Sub(s.FirstRing) <= 10*time.Second {
			t.answered10++
		}
	}
	return p.settles(s.Office, number) // any later answered call from a number settles what is owed
}

func (p *past) closed(s call.State, e call.Closed, number office.Number) (owing call.ID) {
	t := p.tally(s.Office, e.At)
	if e.Outcome != call.Test { // tes counts in no figure but its own
		t.outcomes[e.Outcome]++
	}
	t.allOutcomes++
	if number == "" {
		return ""
	}
	r := p.record(number)
	r.calls++
	if e.Outcome == call.PrankCall || e.Outcome == call.FalseReport {
		r.pranks++
		r.lastPrank = e.At
	}
	r.last = append([]lastCall{{id: s.ID, at: s.FirstRing, outcome: e.Outcome, prank: e.Prank}}, r.last...)
	r.last = r.last[:min(len(r.last), lastMax)]
	if s.Silent { // a person who heard it may say that nobody was in danger; else it stands
		r.silent = false
		r.danger = r.danger || e.By.Person == "" || !harmless(e.Outcome)
	}
	r.danger = r.danger || e.Callback == call.Danger
	if e.Callback != call.Owed && e.Callback != call.OwedFirst {
		return ""
	}
	first := e.Callback == call.OwedFirst
	if has := p.owing[r.owed[s.Office]]; has != nil { // one open obligation per number
		has.view.First = has.view.First || first
		return has.view.Call
	}
	r.owed[s.Office] = s.ID
	t.owed++
	p.owing[s.ID] = &owed{number: number, view: OwedView{
		Call: s.ID, Office: s.Office, Number: string(number), NumberText: number.Display(), Name: string(s.Caller.Name),
		Since: e.At.UTC(), Outcome: e.Outcome, First: first, Pranks: r.pranks, Incident: s.Incident,
	}}
	return s.ID
}

// harmless outcomes, given by a person, say that whoever pressed five twice was in no danger.
func harmless(o call.Outcome) bool {
	return slices.Contains([]call.Outcome{call.Empty, call.WrongNumber, call.PrankCall, call.FalseReport, call.Test}, o)
}

// history is what the operator sees before the answer.
func (p *past) history(n office.Number, inc Incidents) HistoryView {
	v := HistoryView{Last: []PastCall{}, Open: []OpenIncident{}, Why: []filter.Words{}}
	if n == "" {
		return v
	}
	p.mu.Lock()
	if r := p.byNumber[n]; r != nil {
		v.Calls, v.Pranks, v.LastPrankAt = r.calls, r.pranks, ptr(r.lastPrank)
		for _, c := range r.last {
			v.Last = append(v.Last, PastCall{At: c.at.UTC(), Outcome: c.outcome, Prank: c.prank, Kind: string(c.id)})
		}
	}
	p.mu.Unlock()
	for i, c := range v.Last {
		v.Last[i].Kind, v.Last[i].Summary = inc.Words(call.ID(c.Kind))
	}
	open, danger := inc.About(n)
	v.Open = append(v.Open, open...)
	v.Danger = danger || p.inDanger(n)
	return v
}

// present remembers an office's presence and says whether it changed.
func (p *past) present(v PresenceView) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.presence[v.Office] == v {
		return false
	}
	p.presence[v.Office] = v
	return true
}

// floor makes an office's figures.
func (p *past) floor(o office.ID, now time.Time) FloorView {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tally(o, now)
	pr := p.presence[o]
	v := FloorView{
		Office: o, Ready: pr.Ready, Talking: pr.Talking, OnDuty: pr.OnDuty,
		Today: TodayView{
			In: t.in, Answered: t.answered, Answered10s: t.answered10, Outcomes: maps.Clone(t.outcomes), Callbacks: t.owed,
		},
		Conservation: ConservationView{In: t.allIn, Outcomes: t.allOutcomes},
	}
	for _, s := range p.live {
		if s.Office != o || s.Outbound != nil {
			continue
		}
		v.Conservation.Live++
		if s.Live() {
			v.Live++
		}
		if s.Waiting() || s.Phase == call.Orphan {
			v.Queue++
			if v.LongestSince == nil || s.FirstRing.Before(*v.LongestSince) {
				v.LongestSince = ptr(s.FirstRing)
			}
		}
	}
	v.Conservation.Balanced = v.Conservation.In == v.Conservation.Outcomes+v.Conservation.Live
	return v
}
