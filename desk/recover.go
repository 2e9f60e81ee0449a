package desk

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// Recovery folds the journal before the phone listens: figures, what each number did, who sat where, and the calls that
// were live when the last process ended.
type Recovery struct {
	desk   *Desk
	states map[call.ID]call.State
	seqs   map[call.ID]int
	blobs  map[call.ID][]byte // the dialog of each live call, as last kept
	seats  map[office.SeatID]*kept
	// Unknown counts events that a newer Siaga wrote. They stay in the journal; this process passes them over.
	Unknown int
}

// Recover begins to fold.
func (d *Desk) Recover() *Recovery {
	return &Recovery{
		desk: d, states: map[call.ID]call.State{}, seqs: map[call.ID]int{}, blobs: map[call.ID][]byte{},
		seats: map[office.SeatID]*kept{},
	}
}

// Fold takes one record of the journal, in order. Records of other streams are none of its business.
func (r *Recovery) Fold(rec journal.Record) error {
	if isSeatStream(rec.Stream) && rec.Type == "seat" {
		return r.foldSeat(rec)
	}
	name, ok := strings.CutPrefix(rec.Stream, "call/")
	if rec.Type == "filter" {
		unknown, err := r.desk.sieve.fold(rec, r.states[call.ID(name)].Office)
		r.Unknown += unknown
		if err != nil {
			return fmt.Errorf("recover %s: %w", rec.Stream, err)
		}
		return nil
	}
	if !ok || rec.Type != "call" { // the tombstone of an erasure says nothing of the call's life
		return nil
	}
	id := call.ID(name)
	events, unknown, err := call.Codec.Decode(rec.Body)
	if err != nil {
		return fmt.Errorf("recover %s: %w", rec.Stream, err)
	}
	r.Unknown += unknown
	s, known := r.states[id]
	if _, begins := first(events).(call.Dialled); !known && !begins {
		for _, e := range events { // what is written onto calls that have ended
			r.desk.past.noted(id, e)
		}
		return nil
	}
	s = s.ApplyAll(events)
	r.seqs[id] = int(rec.Seq)
	for _, e := range events {
		if k, ok := e.(call.DialogKept); ok {
			r.blobs[id] = []byte(k.Blob)
		}
	}
	r.desk.past.fold(s, events)
	for _, e := range events {
		if e, ok := e.(call.Closed); ok {
			r.desk.sieve.ended(s, e, true) // what a flood was is journalled by its shield
		}
	}
	if s.Phase == call.Ended {
		delete(r.states, id)
		delete(r.seqs, id)
		delete(r.blobs, id)
		return nil
	}
	r.states[id] = s
	return nil
}

func first(events []call.Event) call.Event {
	if len(events) == 0 {
		return nil
	}
	return events[0]
}

// People finds a person by id, for the seats that are taken again.
type People func(office.PersonID) (Person, bool)

// Done puts people back at their seats and takes up the calls that were live. A call whose leg can't be asked ends as
// terputus_sistem and stands first in the callback list; one whose caller had hung up before keeps its time for the
// outcome. It returns how many were live, and how many of them are asked whether they still are.
func (r *Recovery) Done(people People, adopter phone.Adopter) (live, asked int) {
	for _, id := range slices.Sorted(maps.Keys(r.seats)) {
		k := r.seats[id]
		f := r.desk.floorOf(id)
		if people == nil || f == nil {
			continue
		}
		if p, ok := people(k.person); ok {
			f.box.post(floorMsg{restore: &restoreMsg{seat: id, person: p, kept: *k}})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.states)) {
		s := r.states[id]
		leg, err := r.adopt(s, id, adopter)
		if err != nil {
			r.desk.opts.Log.Info("a call can't be taken up again", "call", id, "why", err)
		}
		l := newLive(r.desk, id, leg)
		l.state, l.seq = s, r.seqs[id]
		l.ringing, l.answered = true, leg != nil
		r.desk.opts.Incidents.CallBegan(id, s.Office, office.Number(s.Caller.Number), s.FirstRing) // dispatch is new too
		if s.Outbound == nil {
			l.verdict = r.desk.sieve.again(s)
			l.history = l.known()
		}
		for seat, b := range bindings(s) { // the floors are new too
			if f := r.desk.floors[b.ref.Office]; f != nil {
				f.box.post(floorMsg{bind: &bindMsg{seat: seat, call: id, state: b.state, person: b.ref.Person}})
			}
		}
		if leg == nil {
			l.box.post(liveMsg{cmd: call.Adopt{At: time.Now(), Alive: false}})
		} else {
			asked++
			l.tapeID = fmt.Sprintf("%s.%d", id, l.seq)
			l.box.post(liveMsg{cmd: call.Adopt{At: time.Now(), Probing: true}})
			l.listen(time.Now())
		}
		r.desk.start(l)
	}
	for id, k := range r.seats { // phones were told of before anybody sat at them, and calls have their seats by now
		if f := r.desk.floorOf(id); f != nil && k.byPhone {
			f.box.post(floorMsg{phone: &phoneMsg{seat: id, again: true}})
		}
	}
	for _, v := range r.desk.past.obligations() {
		r.desk.showOwed(v.Office, v.Call)
	}
	for _, f := range r.desk.floors {
		r.desk.showFloor(f.office.ID)
	}
	return len(r.states), asked
}

var errNoDialog = errors.New("nothing is known of its line")

func (r *Recovery) adopt(s call.State, id call.ID, adopter phone.Adopter) (phone.Leg, error) {
	blob := r.blobs[id]
	switch {
	case s.Phase == call.Unfinished:
		return nil, nil //nolint:nilnil // nobody is there, and nobody is missed
	case adopter == nil || len(blob) == 0:
		return nil, errNoDialog
	}
	return adopter.Adopt(blob)
}

// readopted: the caller of a process that died hears us again. Who had the call has it at once, if they are here.
func (l *Live) readopted() {
	now := time.Now()
	l.decide(call.Adopt{At: now, Alive: true}, nil)
	if h := l.state.Holder; l.state.Phase == call.Orphan && l.line(h.Seat) != nil {
		l.decide(call.SeatBack{At: now, By: h}, nil)
	}
}
