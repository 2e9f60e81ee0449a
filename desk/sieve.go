package desk

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// sieve is what the desk knows of numbers: for each office a ledger of evidence, in memory, folded from the journal at
// start and then as things happen. It is asked once per call, and never waits for a disk.
type sieve struct {
	desk *Desk

	mu      sync.Mutex
	ledgers map[office.ID]*filter.Ledger
	meters  map[office.ID]*filter.Meter
	acts    map[office.ID][]filter.Event // what people did with numbers, to try other weights
}

func newSieve(d *Desk) *sieve {
	return &sieve{desk: d, ledgers: map[office.ID]*filter.Ledger{}, meters: map[office.ID]*filter.Meter{}, acts: map[office.ID][]filter.Event{}}
}

// ledger of an office; mu is held.
func (v *sieve) ledger(o office.ID) *filter.Ledger {
	l := v.ledgers[o]
	if l == nil {
		l = filter.NewLedger(0)
		v.ledgers[o] = l
	}
	return l
}

// meter of an office's gate; mu is held.
func (v *sieve) meter(o office.ID) *filter.Meter {
	m := v.meters[o]
	if m == nil {
		m = filter.NewMeter()
		v.meters[o] = m
	}
	return m
}

// filterStream is the journal's stream of an office's filter: its weights and shields. What a person does with a number
// has a stream of its own below it, so that one number can be erased alone.
func filterStream(o office.ID) string { return "filter/" + string(o) }

// unsure says whether a number has no past of its own: withheld, missing, or not vouched for by the carrier.
func unsure(p phone.Party) bool {
	return p.Number == "" || p.Withheld || p.Trust != phone.Asserted
}

func unsureCaller(c call.Caller) bool {
	return c.Number == "" || c.Number == office.Erased || c.Withheld || c.Trust != ""
}

// judge says how a call is received, and notes that it came. The dice are rolled here: the core has none.
func (v *sieve) judge(o office.ID, id call.ID, p phone.Party, at time.Time) (filter.Verdict, filter.Weights) {
	open, danger := v.desk.opts.Incidents.About(p.Number)
	facts := filter.Facts{
		Call: string(id), Trunk: p.Trunk, Unsure: unsure(p), Open: len(open) > 0,
		Danger: danger || v.desk.past.inDanger(p.Number), Owed: v.desk.past.owes(o, p.Number), Dice: rand.Float64(), //nolint:gosec // a sample, no secret
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	l := v.ledger(o)
	verdict := l.Judge(p.Number, facts, at)
	l.Came(filter.Came{At: at, Call: string(id), Number: p.Number, Unsure: facts.Unsure, Trunk: p.Trunk})
	w, _ := l.Weights()
	return verdict, w
}

// level is judge for the door: it notes nothing and rolls no dice.
func (v *sieve) level(o office.ID, p phone.Party, at time.Time) filter.Level {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ledger(o).Judge(p.Number, filter.Facts{Trunk: p.Trunk, Unsure: unsure(p), Dice: 1}, at).Level
}

// again is the verdict of a call that a new process took up: for its words only.
func (v *sieve) again(s call.State) filter.Verdict {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ledger(s.Office).Judge(office.Number(s.Caller.Number), filter.Facts{
		Call: string(s.ID), Trunk: s.Caller.Trunk, Unsure: unsureCaller(s.Caller), Dice: 1,
	}, s.FirstRing)
}

// ended notes what a call says about its number. heard tells whether the caller spoke.
func (v *sieve) ended(s call.State, e call.Closed, heard bool) {
	if s.Outbound != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ledger(s.Office).Ended(filter.Ended{
		At: e.At, Call: string(s.ID), Number: office.Number(s.Caller.Number), Unsure: unsureCaller(s.Caller), Trunk: s.Caller.Trunk,
		Began: s.FirstRing, Outcome: string(e.Outcome), Prank: string(e.Prank), Spoke: heard,
		AtGate: s.GatedBefore() && s.Answered.IsZero(), Danger: e.Callback == call.Danger,
	})
	v.meter(s.Office).Ended(string(s.ID), string(e.Outcome), talked(s, e.At))
}

// talked is how long a person had the caller.
func talked(s call.State, until time.Time) time.Duration {
	if s.Answered.IsZero() {
		return 0
	}
	return until.Sub(s.Answered)
}

// note takes what happened at the gate to a call.
func (v *sieve) note(o office.ID, events []filter.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range events {
		v.take(o, e)
	}
}

// meterKept is how long calls at the gate are kept in memory to measure it.
const meterKept = 100 * 24 * time.Hour

// actsMax are kept per office, the newest: people block a few numbers a day.
const actsMax = 10_000

// take folds one event; mu is held.
func (v *sieve) take(o office.ID, e filter.Event) {
	v.ledger(o).Fold(e)
	switch e.(type) {
	case filter.Blocked, filter.Unblocked, filter.Cleared, filter.SharedMarked:
		v.acts[o] = append(v.acts[o], e)
		v.acts[o] = v.acts[o][max(0, len(v.acts[o])-actsMax):]
	case filter.GateSampled, filter.GatePassed, filter.GateEntered, filter.GateEnded:
		v.meter(o).Fold(e)
	case filter.Noticed, filter.WeightsSet, filter.ShieldRaised, filter.ShieldLowered:
	}
}

// sieveEvery is how often shields are looked at: a flood is seen over a minute.
const sieveEvery = 2 * time.Second

// run raises and lowers shields, and forgets what counts nothing any more.
func (v *sieve) run(ctx context.Context) {
	ticker := time.NewTicker(sieveEvery)
	defer ticker.Stop()
	swept := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := time.Now()
		for _, o := range v.desk.opts.Offices.All() {
			v.shields(o.ID, now)
		}
		if now.Sub(swept) > time.Hour {
			swept = now
			v.mu.Lock()
			for _, l := range v.ledgers {
				l.Sweep(now)
			}
			for _, m := range v.meters {
				m.Forget(now.Add(-meterKept))
			}
			v.mu.Unlock()
		}
	}
}

func (v *sieve) shields(o office.ID, now time.Time) {
	v.mu.Lock()
	l := v.ledgers[o]
	if l == nil {
		v.mu.Unlock()
		return
	}
	events := l.Due(now)
	for _, e := range events {
		v.take(o, e)
	}
	v.mu.Unlock()
	if len(events) == 0 {
		return
	}
	v.post(filterStream(o), events, "system")
	for _, e := range events {
		switch e := e.(type) { //nolint:gochecksumtype // Due gives these two
		case filter.ShieldRaised:
			v.desk.opts.Log.Warn("a flood: its source meets the gate", "office", o, "kind", e.Source.Kind, "short", e.Short, "all", e.All)
		case filter.ShieldLowered:
			v.desk.opts.Log.Info("the flood is over", "office", o, "kind", e.Source.Kind)
		}
	}
	v.desk.showFloor(o)
}

// post hands events to the journal.
func (v *sieve) post(stream string, events []filter.Event, who string) {
	body, err := filter.Codec.Encode(events)
	if err != nil {
		v.desk.opts.Log.Error("filter events could not be encoded", "stream", stream, "err", err)
		return
	}
	v.desk.opts.Journal.Post(stream, journal.Record{
		ID: "filter-" + v.desk.opts.NewID(), Type: "filter", Version: filter.Version, Time: time.Now().UTC(), Who: who, Body: body,
	})
}

// fold takes a record of the journal at start: of a call's gate (office is its owner), or of an office's filter.
func (v *sieve) fold(rec journal.Record, owner office.ID) (unknown int, err error) {
	events, unknown, err := filter.Codec.Decode(rec.Body)
	if err != nil {
		return unknown, err
	}
	if name, ok := strings.CutPrefix(rec.Stream, "filter/"); ok {
		o, _, _ := strings.Cut(name, "/")
		owner = office.ID(o)
	}
	if owner != "" {
		v.note(owner, events)
	}
	return unknown, nil
}

// shieldViews are the floods of an office's board.
func (v *sieve) shieldViews(o office.ID) []ShieldView {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := []ShieldView{}
	if l := v.ledgers[o]; l != nil {
		for _, s := range l.Shields() {
			out = append(out, ShieldView{Kind: s.Source.Kind, Text: s.Source.Words().ID, Since: s.Since.UTC()})
		}
	}
	return out
}
