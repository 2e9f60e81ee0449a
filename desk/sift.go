package desk

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// What people want of an office's filter. Offices of the numbers and weights are the caller's to check (api does).
type (
	// BlockNumber sends a number to the gate for a while; 8 and speech still pass.
	BlockNumber struct {
		Office office.ID
		Number string
		Until  time.Time
		Reason string
	}
	// UnblockNumber ends a block before its time.
	UnblockNumber struct {
		Office office.ID
		Number string
		Reason string
	}
	// ClearNumber makes a number as new.
	ClearNumber struct {
		Office office.ID
		Number string
		Reason string
	}
	// MarkShared says that many people use a phone, or not any more.
	MarkShared struct {
		Office office.ID
		Number string
		On     bool
		What   string
	}
	// SendNotice sends the site's text to a number that plays again and again.
	SendNotice struct {
		Office office.ID
		Number string
	}
	// SetWeights edits what counts. Rev is the revision that the person saw.
	SetWeights struct {
		Office  office.ID
		Rev     int
		Weights filter.Weights
		Reason  string
	}
)

func (BlockNumber) deskCommand()   {}
func (UnblockNumber) deskCommand() {}
func (ClearNumber) deskCommand()   {}
func (MarkShared) deskCommand()    {}
func (SendNotice) deskCommand()    {}
func (SetWeights) deskCommand()    {}

// sift carries out a command of the filter. The error is a *filter.Refusal, a *filter.WeightsError or a *Refusal.
func (d *Desk) sift(who Who, cmd Command, now time.Time) error {
	by := who.Person.ID
	var o office.ID
	var text string
	var inner func(office.Number) filter.Command
	switch c := cmd.(type) { //nolint:gochecksumtype // the others are Do's
	case BlockNumber:
		o, text = c.Office, c.Number
		inner = func(n office.Number) filter.Command {
			open, danger := d.opts.Incidents.About(n)
			return filter.Block{
				At: now, By: by, Number: n, Until: c.Until, Reason: c.Reason, Open: len(open) > 0, Danger: danger || d.past.inDanger(n),
			}
		}
	case UnblockNumber:
		o, text = c.Office, c.Number
		inner = func(n office.Number) filter.Command {
			return filter.Unblock{At: now, By: by, Number: n, Reason: c.Reason}
		}
	case ClearNumber:
		o, text = c.Office, c.Number
		inner = func(n office.Number) filter.Command {
			return filter.Clear{At: now, By: by, Number: n, Reason: c.Reason}
		}
	case MarkShared:
		o, text = c.Office, c.Number
		inner = func(n office.Number) filter.Command {
			return filter.MarkShared{At: now, By: by, Number: n, On: c.On, What: c.What}
		}
	case SendNotice:
		return d.sendNotice(c, by, now)
	case SetWeights:
		return d.sieve.do(c.Office, filterStream(c.Office), filter.SetWeights{At: now, By: by, Rev: c.Rev, Weights: c.Weights, Reason: c.Reason}, by)
	}
	n, ok := office.ParseNumber(text)
	if !ok {
		return &Refusal{Code: "bad_number", Text: "that is no phone number"}
	}
	return d.sieve.do(o, filterStream(o)+"/"+d.opts.NewID(), inner(n), by)
}

// sendNotice journals the notice, then hands it to the site's hook.
func (d *Desk) sendNotice(c SendNotice, by office.PersonID, now time.Time) error {
	n, ok := office.ParseNumber(c.Number)
	switch {
	case !ok:
		return &Refusal{Code: "bad_number", Text: "that is no phone number"}
	case d.opts.Notice == nil:
		return &Refusal{Code: "no_notice_hook", Text: "this site has no hook for notices: [notice] in siaga.toml"}
	}
	if err := d.sieve.do(c.Office, filterStream(c.Office)+"/"+d.opts.NewID(), d.notice(n, by, now), by); err != nil {
		return err
	}
	d.opts.Notice(c.Office, n)
	return nil
}

// notice is the command to send one, with what others know of the number.
func (d *Desk) notice(n office.Number, by office.PersonID, now time.Time) filter.Notice {
	open, danger := d.opts.Incidents.About(n)
	return filter.Notice{At: now, By: by, Number: n, Open: len(open) > 0, Danger: danger || d.past.inDanger(n)}
}

// NoticeView is the site's notice to a number, and why it can't be sent to it now.
type NoticeView struct {
	Text string     `json:"text" doc:"what the number gets"`
	Not  string     `json:"not" enum:",in_need,no_number,not_habitual,too_soon" doc:"why it gets none now; empty: it may"`
	Last *time.Time `json:"last" doc:"the last one"`
}

// noticeOf is nil when the site sends none. The sieve's mu is held.
func (d *Desk) noticeOf(l *filter.Ledger, s filter.Standing, now time.Time) *NoticeView {
	if d.opts.Notice == nil {
		return nil
	}
	v := &NoticeView{Text: d.opts.NoticeText, Last: s.Noticed}
	_, err := filter.Decide(l, d.notice(s.Number, "somebody", now))
	var refused *filter.Refusal
	if errors.As(err, &refused) {
		v.Not = refused.Code
	}
	return v
}

// do decides a command, folds what it brings and journals it.
func (v *sieve) do(o office.ID, stream string, cmd filter.Command, by office.PersonID) error {
	v.mu.Lock()
	l := v.ledger(o)
	events, err := filter.Decide(l, cmd)
	if err != nil {
		v.mu.Unlock()
		return err
	}
	for _, e := range events {
		v.take(o, e)
	}
	v.mu.Unlock()
	v.post(stream, events, string(by))
	return nil
}

// WeightsView is what an office's filter counts.
type WeightsView struct {
	Rev     int            `json:"rev" doc:"name it when you change them"`
	Weights filter.Weights `json:"weights"`
}

// Weights of an office's filter.
func (d *Desk) Weights(o office.ID) WeightsView {
	d.sieve.mu.Lock()
	defer d.sieve.mu.Unlock()
	w, rev := d.sieve.ledger(o).Weights()
	return WeightsView{Rev: rev, Weights: w}
}

// StandingView is what is known of a number, for a supervisor.
type StandingView struct {
	Number     string           `json:"number"`
	NumberText string           `json:"numberText"`
	Level      filter.Level     `json:"level" enum:",chip,gate,low"`
	Score      float64          `json:"score" doc:"sum of what is left of the steps"`
	Why        []filter.Words   `json:"why" nullable:"false"`
	Steps      []filter.Weighed `json:"steps" nullable:"false"`
	Block      *BlockView       `json:"block"`
	Shared     bool             `json:"shared" doc:"many people use this phone"`
	Notice     *NoticeView      `json:"notice" doc:"null: this site sends none"`
}

// Standings are the numbers with at least some evidence, most first; only one number when it is named.
func (d *Desk) Standings(o office.ID, number string, least filter.Level, most int) ([]StandingView, error) {
	of, ok := d.opts.Offices.Get(o)
	if !ok {
		return nil, fmt.Errorf("%s: %w", o, office.ErrUnknown)
	}
	now := time.Now()
	d.sieve.mu.Lock()
	defer d.sieve.mu.Unlock()
	l := d.sieve.ledger(o)
	var list []filter.Standing
	if number != "" {
		n, ok := office.ParseNumber(number)
		if !ok {
			return nil, &Refusal{Code: "bad_number", Text: "that is no phone number"}
		}
		list = []filter.Standing{l.Standing(n, now)}
	} else {
		list = l.Standings(now, least, most)
	}
	out := []StandingView{}
	for _, s := range list {
		v := standingView(s, now, of.Location())
		v.Notice = d.noticeOf(l, s, now)
		out = append(out, v)
	}
	return out, nil
}

func standingView(s filter.Standing, now time.Time, zone *time.Location) StandingView {
	v := StandingView{
		Number: string(s.Number), NumberText: s.Number.Display(), Level: s.Level, Score: s.Score,
		Why: []filter.Words{}, Steps: append([]filter.Weighed{}, s.Steps...), Shared: s.Shared != nil,
	}
	for _, r := range s.Why {
		v.Why = append(v.Why, r.Words(now, zone))
	}
	if s.Block != nil {
		v.Block = &BlockView{At: s.Block.At, Until: s.Block.Until, Reason: string(s.Block.Reason), By: s.Block.By}
	}
	return v
}

// BlockView is a running block.
type BlockView struct {
	At     time.Time       `json:"at"`
	Until  time.Time       `json:"until"`
	Reason string          `json:"reason"`
	By     office.PersonID `json:"by"`
}

// GateFigures tells how an office's gate did between two times.
func (d *Desk) GateFigures(o office.ID, from, to time.Time) []filter.Figures {
	d.sieve.mu.Lock()
	calls := d.sieve.meter(o).Calls()
	d.sieve.mu.Unlock()
	return filter.Measure(calls, from, to, nil)
}

// FilterActs are what people did with numbers of an office, oldest first.
func (d *Desk) FilterActs(o office.ID) []filter.Event {
	d.sieve.mu.Lock()
	defer d.sieve.mu.Unlock()
	return slices.Clone(d.sieve.acts[o])
}
