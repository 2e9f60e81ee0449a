package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// TryWeights says what a change would be tried on.
type TryWeights struct {
	Dir     string // data folder of the site
	Weights string // file; what it doesn't name keeps its default
	Office  string // empty: the one whose calls the site has
	JSON    bool
}

// tryDays of calls are looked at.
const tryDays = 30

// TryFilter prints what other weights would have done to the calls of the last 30 days. It changes nothing. A running
// site is asked by its control socket; of one that stands still the journal is read.
func TryFilter(ctx context.Context, out io.Writer, o TryWeights) error {
	raw, err := os.ReadFile(o.Weights)
	if err != nil {
		return fmt.Errorf("--weights: %w", err)
	}
	w, err := filter.ReadWeights(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("--weights %s: %w", o.Weights, err)
	}
	if !exists(filepath.Join(o.Dir, "journal")) {
		return fmt.Errorf("%s is no data folder of a site (it has no journal): name it with --dir", o.Dir)
	}
	t, running, err := askTry(ctx, o, w)
	if !running {
		t, err = readTry(ctx, o, w, time.Now())
	}
	if err != nil {
		return err
	}
	if o.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(t)
	}
	printTry(out, t)
	return nil
}

// askTry asks the running process; false when there is none.
func askTry(ctx context.Context, o TryWeights, w filter.Weights) (t filter.TryOut, running bool, err error) {
	body, err := json.Marshal(w)
	if err != nil {
		return t, true, err
	}
	q := url.Values{"office": {o.Office}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://siaga/filter/try?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return t, true, err
	}
	var cfg Config
	cfg.Site.Data = o.Dir
	res, err := controlClient(cfg).Do(req)
	if err != nil {
		return t, false, nil //nolint:nilerr // nobody answers: the site stands still
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return t, true, errors.New(strings.TrimSpace(string(text)))
	}
	return t, true, json.NewDecoder(res.Body).Decode(&t)
}

// tryHere answers askTry in the running process.
func (n *Node) tryHere(w http.ResponseWriter, r *http.Request) {
	after, err := filter.ReadWeights(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	id := office.ID(r.URL.Query().Get("office"))
	if id == "" {
		id = office.ID(n.cfg.Site.Office)
	}
	if _, ok := n.offices.Get(id); !ok {
		http.Error(w, fmt.Sprintf("--office: %q is not in the office file", id), http.StatusNotFound)
		return
	}
	now := time.Now()
	from := now.AddDate(0, 0, -tryDays)
	before := n.desk.Weights(id).Weights
	calls, err := n.view.Past(r.Context(), id, id, from.Add(-max(before.Gone(), after.Gone())), now)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	t, err := filter.Try(calls, n.desk.FilterActs(id), from, now, before, after)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	_ = json.NewEncoder(w).Encode(t)
}

// readTry folds the journal of a site that stands still.
func readTry(ctx context.Context, o TryWeights, after filter.Weights, now time.Time) (t filter.TryOut, err error) {
	j, err := journal.Open(filepath.Join(o.Dir, "journal"), journal.Options{Node: "filter-try"})
	if err != nil {
		return t, fmt.Errorf("no running siaga answers, and the journal can't be opened: %w", err)
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	p := pastOfJournal{calls: map[call.ID]*pastCall{}, acts: map[office.ID][]filter.Event{}}
	if _, err := journal.Replay(ctx, j, 1, p.fold, func(*journal.CorruptError) {}); err != nil {
		return t, err
	}
	id, err := p.office(office.ID(o.Office))
	if err != nil {
		return t, err
	}
	before := filter.NewLedger(1)
	for _, e := range p.acts[id] {
		before.Fold(e)
	}
	old, _ := before.Weights()
	return filter.Try(p.of(id), p.acts[id], now.AddDate(0, 0, -tryDays), now, old, after)
}

// pastOfJournal gathers ended calls, and what people did with numbers.
type pastOfJournal struct {
	calls map[call.ID]*pastCall
	order []*pastCall
	acts  map[office.ID][]filter.Event
}

type pastCall struct {
	filter.PastCall
	office   office.ID
	outbound bool
	answered time.Time
}

func (p *pastOfJournal) fold(r journal.Record) error {
	if name, ok := strings.CutPrefix(r.Stream, "filter/"); ok && r.Type == "filter" {
		events, _, err := filter.Codec.Decode(r.Body)
		id, _, _ := strings.Cut(name, "/")
		p.acts[office.ID(id)] = append(p.acts[office.ID(id)], events...)
		return err
	}
	if !strings.HasPrefix(r.Stream, "call/") || r.Type != "call" {
		return nil
	}
	events, _, err := call.Codec.Decode(r.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Stream, err)
	}
	id := call.ID(strings.TrimPrefix(r.Stream, "call/"))
	c := p.calls[id]
	for _, e := range events {
		switch e := e.(type) { //nolint:gochecksumtype // the others say nothing of the number
		case call.Dialled:
			n := e.Caller.Number
			c = &pastCall{office: e.Office, outbound: e.Outbound != nil, PastCall: filter.PastCall{
				Call: string(id), Number: office.Number(n), Trunk: e.Caller.Trunk, Began: e.At,
				Unsure: n == "" || n == office.Erased || e.Caller.Withheld || e.Caller.Trust != "",
			}}
			p.calls[id] = c
			p.order = append(p.order, c)
		case call.WasAnswered:
			if c != nil && c.answered.IsZero() {
				c.answered = e.At
			}
		case call.CallerLeft:
			if c != nil && !c.answered.IsZero() && c.Talked == 0 {
				c.Talked = e.At.Sub(c.answered)
			}
		case call.Closed:
			if c == nil {
				continue
			}
			c.Ended, c.Outcome, c.Prank = e.At, string(e.Outcome), string(e.Prank)
			if !c.answered.IsZero() && c.Talked == 0 {
				c.Talked = e.At.Sub(c.answered)
			}
		}
	}
	return nil
}

// office is the one that was named, or the one that all calls are of.
func (p *pastOfJournal) office(named office.ID) (office.ID, error) {
	var has []office.ID
	count := map[office.ID]int{}
	for _, c := range p.order {
		if count[c.office]++; count[c.office] == 1 {
			has = append(has, c.office)
		}
	}
	switch {
	case named != "" && count[named] == 0:
		return "", fmt.Errorf("--office %s: the journal has no call of it; it has calls of %v", named, has)
	case named != "":
		return named, nil
	case len(has) == 0:
		return "", errors.New("the journal has no calls")
	case len(has) > 1:
		return "", fmt.Errorf("the journal has calls of %v: name one with --office", has)
	}
	return has[0], nil
}

func (p *pastOfJournal) of(id office.ID) []filter.PastCall {
	var out []filter.PastCall
	for _, c := range p.order {
		if c.office == id && !c.outbound && c.Outcome != "" {
			out = append(out, c.PastCall)
		}
	}
	return out
}

func printTry(out io.Writer, t filter.TryOut) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("%s to %s: %d calls, %d of them true", t.From.Format(time.DateOnly), t.To.Format(time.DateOnly), t.Calls, t.True)
	say("%-34s %10s %10s", "", "now", "then")
	for _, l := range []struct {
		what          string
		before, after any
	}{
		{"chip", t.Before.Chip, t.After.Chip},
		{"  true calls among them", t.Before.TrueChip, t.After.TrueChip},
		{"gate", t.Before.Gate, t.After.Gate},
		{"  true calls among them", t.Before.TrueGate, t.After.TrueGate},
		{"gate and low lane", t.Before.Low, t.After.Low},
		{"  true calls among them", t.Before.TrueLow, t.After.TrueLow},
		{"minutes talked that the gate meets", fmt.Sprintf("%.0f", t.Before.HeldMinutes), fmt.Sprintf("%.0f", t.After.HeldMinutes)},
	} {
		say("%-34s %10v %10v", l.what, l.before, l.after)
	}
	for what, list := range map[string][]filter.Moved{"newly held": t.Newly, "held no more": t.NoMore} {
		for _, m := range list {
			if m.True {
				say("%s, and a true call: %s, %s, %s", what, m.Call, m.At.Format(time.RFC3339), m.Outcome)
			}
		}
	}
}
