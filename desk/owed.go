package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// OwedView is a callback that an office owes. One number has at most one.
type OwedView struct {
	Call       call.ID         `json:"call" doc:"the call that is owed"`
	Office     office.ID       `json:"office"`
	Number     string          `json:"number"`
	NumberText string          `json:"numberText"`
	Name       string          `json:"name"`
	Since      time.Time       `json:"since"`
	Outcome    call.Outcome    `json:"outcome" doc:"why it is owed"`
	First      bool            `json:"first" doc:"we lost the line, or promised: before all others"`
	Danger     bool            `json:"danger" doc:"never call back, it would harm them"`
	Pranks     int             `json:"pranks" doc:"of this number before; such numbers come last"`
	Tries      int             `json:"tries" doc:"after two a note is asked for"`
	TriedAt    *time.Time      `json:"triedAt"`
	By         office.PersonID `json:"by" doc:"who tried last"`
	Seat       office.SeatID   `json:"seat" doc:"who wins if they call again: the seat that rang when they left"`
	Incident   string          `json:"incident"`
}

// owed is one obligation as the desk keeps it.
type owed struct {
	view   OwedView
	number office.Number
}

// outWithin is how long a call of ours rings.
const outWithin = 45 * time.Second

// callOut calls a number from the person's seat. In danger: never.
func (d *Desk) callOut(ctx context.Context, who Who, ref call.SeatRef, c CallOut) (Done, error) {
	if ref.Seat == "" {
		return Done{}, &Refusal{Code: "no_seat", Text: "not on duty at a seat"}
	}
	if d.opts.Dialler == nil {
		return Done{}, &Refusal{Code: "no_trunk_out", Text: "no trunk of this site carries outgoing calls"}
	}
	number, ok := office.ParseNumber(c.Number)
	if c.Returns != "" {
		o, found := d.past.obligation(c.Returns)
		if !found || !d.opts.Offices.CanRead(ref.Office, o.view.Office) {
			return Done{}, &Refusal{Code: "not_owed", Text: "this callback is owed no longer"}
		}
		number, ok = o.number, o.number != ""
	}
	if !ok {
		return Done{}, &Refusal{Code: "bad_number", Text: "that is no phone number"}
	}
	if d.inDanger(number) {
		return Done{}, &Refusal{Code: "in_danger", Text: "this caller is in danger: a call would harm them; send a unit"}
	}
	id := call.ID(d.opts.NewID())
	if done, err := d.askFloor(ctx, d.floorOf(ref.Seat), who, reserve{call: id}); err != nil {
		return done, err
	}
	leg, err := d.opts.Dialler.Dial(phone.Callee{Number: string(number), From: d.opts.CallerID, Within: outWithin})
	if err != nil {
		d.floorOf(ref.Seat).box.post(floorMsg{free: &freeMsg{seat: ref.Seat, call: id, why: call.Withdrawn}})
		return Done{}, &Refusal{Code: "no_trunk_out", Text: err.Error()}
	}
	now := time.Now()
	l := newLive(d, id, leg)
	ch := make(chan reply, 1)
	of, _ := d.opts.Offices.Get(ref.Office)
	l.box.post(liveMsg{cmd: call.CallOut{
		At: now, ID: id, Office: of.ID, Times: call.TimesOf(d.opts.Settings(of.ID)),
		Caller:   call.Caller{Number: office.Private(number), Dialled: string(number), Trunk: leg.Party().Trunk},
		Outbound: call.Outbound{By: ref, Returns: c.Returns, About: c.Incident, Until: now.Add(outWithin)},
	}, reply: ch})
	if c.Returns != "" {
		d.note(c.Returns, call.Tried{At: now, By: ref, Call: id, Reason: call.Began}, string(ref.Person))
	}
	l.listen(now)
	d.start(l)
	return wait(ctx, d.ctx, ch)
}

// settle ends an obligation by a person's word.
func (d *Desk) settle(who Who, c Settle) (Done, error) {
	o, found := d.past.obligation(c.Call)
	if !found || !d.opts.Offices.CanRead(who.Office, o.view.Office) {
		return Done{}, &Refusal{Code: "not_owed", Text: "this callback is owed no longer"}
	}
	switch c.How {
	case call.ByDanger, call.ByPerson:
	case call.ByTrying:
		if o.view.Tries < 2 {
			return Done{}, &Refusal{Code: "try_again", Text: "try twice before giving up"}
		}
	case call.BySpeaking, call.ByCalling:
		return Done{}, &Refusal{Code: "bad_settlement", Text: "that is found out by itself"}
	default:
		return Done{}, &Refusal{Code: "bad_settlement", Text: "say why nothing is owed any more"}
	}
	if c.How != call.ByDanger && c.Note == "" {
		return Done{}, &Refusal{Code: "note_needed", Text: "write what was done"}
	}
	d.note(c.Call, call.Settled{
		At: time.Now(), By: who.Person.ID, How: c.How, Note: office.Private(c.Note),
	}, string(who.Person.ID))
	return Done{}, nil
}

// note writes an event onto a call that has ended, and keeps the list of what is owed true.
func (d *Desk) note(id call.ID, e call.Event, who string) {
	body, err := call.Codec.Encode([]call.Event{e})
	if err != nil {
		d.opts.Log.Error("call events could not be encoded", "call", id, "err", err)
		return
	}
	d.opts.Journal.Post(Stream(id), journal.Record{
		ID: fmt.Sprintf("%s-n-%s", id, d.opts.NewID()), Type: "call", Version: call.Version, Time: time.Now().UTC(), Who: who, Body: body,
	})
	o := d.past.noted(id, e)
	d.showOwed(o, id)
}

// fold tells the past what happened, and journals what that settles.
func (d *Desk) fold(s call.State, events []call.Event) {
	owing, settled := d.past.fold(s, events)
	for _, id := range settled {
		how := call.ByCalling
		if s.Outbound != nil {
			how = call.BySpeaking
		}
		d.note(id, call.Settled{At: time.Now(), How: how, Call: s.ID}, "system")
	}
	if owing != "" {
		d.showOwed(s.Office, owing)
	}
}

// showOwed puts an obligation on its office's board, or takes it off.
func (d *Desk) showOwed(o office.ID, id call.ID) {
	key := "owed/" + string(id)
	v, ok := d.past.obligation(id)
	if !ok {
		if o != "" {
			d.opts.Board.Set(o, key, nil)
			d.showFloor(o)
		}
		return
	}
	view := v.view
	view.Danger = d.inDanger(v.number)
	d.opts.Board.Set(view.Office, key, view)
	d.showFloor(view.Office)
}

// Owed lists the callbacks of an office and those below it: first the promised and broken ones, then the oldest; numbers
// with pranks last, or one-ring pranks would bury the list.
func (d *Desk) Owed(o office.ID) []OwedView {
	list := []OwedView{}
	for _, v := range d.past.obligations() {
		if d.opts.Offices.CanRead(o, v.Office) {
			v.Danger = d.inDanger(office.Number(v.Number))
			list = append(list, v)
		}
	}
	rank := func(v OwedView) int {
		switch {
		case v.First:
			return 0
		case v.Pranks > 0:
			return 2
		}
		return 1
	}
	slices.SortFunc(list, func(a, b OwedView) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.Since.Compare(b.Since), cmp.Compare(a.Call, b.Call))
	})
	return list
}
