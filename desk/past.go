package desk

import (
	"maps"
	"sync"
	"time"

	"github.com/siaga110/siaga/call"
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
}

type record struct {
	calls, pranks int
	lastPrank     time.Time
	last          []lastCall // newest first, at most lastMax
	owed          map[office.ID]call.Callback
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
		tallies: map[office.ID]*tally{}, presence: map[office.ID]PresenceView{},
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
		r = &record{owed: map[office.ID]call.Callback{}}
		p.byNumber[n] = r
	}
	return r
}

// fold takes the events of one command and the state after them.
func (p *past) fold(s call.State, events []call.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := office.Number(s.Caller.Number)
	if s.Caller.Number == office.Erased {
		number = ""
	}
	for _, e := range events {
		switch e := e.(type) {
		case call.Dialled:
			t := p.tally(e.Office, e.At)
			t.in++
			t.allIn++
		case call.WasAnswered:
			p.answered(s, e, number)
		case call.Closed:
			p.closed(s, e, number)
		case call.Rang, call.Unoffered, call.Requeued, call.Raised, call.TransferBegan, call.TakenBack, call.HeldAgain,
			call.Left, call.Orphaned, call.HolderGone, call.Reattached, call.CallerLeft, call.Linked, call.Adopted,
			call.TapeSealed, call.DialogKept:
		}
	}
	if s.Phase == call.Ended {
		delete(p.live, s.ID)
	} else if s.ID != "" {
		p.live[s.ID] = s
	}
}

func (p *past) answered(s call.State, e call.WasAnswered, number office.Number) {
	if s.Answered.Equal(e.At) { // the first answer of the call
		t := p.tally(s.Office, s.FirstRing)
		t.answered++
		if e.At.Sub(s.FirstRing) <= 10*time.Second {
			t.answered10++
		}
	}
	if number == "" {
		return
	}
	if r := p.record(number); r.owed[s.Office] != "" { // any later answered call from a number settles what is owed
		delete(r.owed, s.Office)
		p.tally(s.Office, e.At).owed--
	}
}

func (p *past) closed(s call.State, e call.Closed, number office.Number) {
	t := p.tally(s.Office, e.At)
	if e.Outcome != call.Test { // tes counts in no figure but its own
		t.outcomes[e.Outcome]++
	}
	t.allOutcomes++
	if number == "" {
		return
	}
	r := p.record(number)
	r.calls++
	if e.Outcome == call.PrankCall || e.Outcome == call.FalseReport {
		r.pranks++
		r.lastPrank = e.At
	}
	r.last = append([]lastCall{{id: s.ID, at: s.FirstRing, outcome: e.Outcome, prank: e.Prank}}, r.last...)
	r.last = r.last[:min(len(r.last), lastMax)]
	if (e.Callback == call.Owed || e.Callback == call.OwedFirst) && r.owed[s.Office] == "" {
		r.owed[s.Office] = e.Callback
		t.owed++
	}
}

// history is what the operator sees before the answer.
func (p *past) history(n office.Number, inc Incidents) HistoryView {
	v := HistoryView{Last: []PastCall{}, Open: []OpenIncident{}}
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
	v.Danger = danger
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
		if s.Office != o {
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
