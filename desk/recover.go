package desk

import (
	"fmt"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// Recovery folds the journal before the phone listens: figures, what each number did, and the calls that were live
// when the last process ended.
type Recovery struct {
	desk   *Desk
	states map[call.ID]call.State
	seqs   map[call.ID]int
}

// Recover begins to fold.
func (d *Desk) Recover() *Recovery {
	return &Recovery{desk: d, states: map[call.ID]call.State{}, seqs: map[call.ID]int{}}
}

// Fold takes one record of the journal, in order. Records of other streams are none of its business.
func (r *Recovery) Fold(rec journal.Record) error {
	id, ok := strings.CutPrefix(rec.Stream, "call/")
	if !ok || rec.Type != "call" { // the tombstone of an erasure says nothing of the call's life
		return nil
	}
	events, _, err := call.Codec.Decode(rec.Body)
	if err != nil {
		return fmt.Errorf("recover %s: %w", rec.Stream, err)
	}
	s := r.states[call.ID(id)].ApplyAll(events)
	r.seqs[call.ID(id)] = int(rec.Seq)
	r.desk.past.fold(s, events)
	if s.Phase == call.Ended {
		delete(r.states, call.ID(id))
		delete(r.seqs, call.ID(id))
		return nil
	}
	r.states[call.ID(id)] = s
	return nil
}

// Done settles the calls that were live: their callers' legs died with the process, so they end as
// terputus_sistem and stand first in the callback list. One whose caller had hung up before keeps its time for
// the outcome. It returns how many were live.
func (r *Recovery) Done() int {
	for id, s := range r.states {
		l := newLive(r.desk, id, nil)
		l.state, l.seq = s, r.seqs[id]
		l.history = r.desk.past.history(office.Number(s.Caller.Number), r.desk.opts.Incidents)
		r.desk.start(l)
		l.box.post(liveMsg{cmd: call.Adopt{At: time.Now(), Alive: false}})
	}
	for _, f := range r.desk.floors {
		r.desk.showFloor(f.office.ID)
	}
	return len(r.states)
}
