package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// Live is one call that runs: one goroutine, one mailbox, one call.State. Whatever comes (keys, timers, the wire,
// the floors) goes through the mailbox, so that of two things in one instant exactly one wins.
type Live struct {
	desk *Desk
	id   call.ID
	leg  phone.Leg // nil: taken over from the journal after the leg had died
	box  *mailbox[liveMsg]

	// Owned by run.
	state    call.State
	seq      int // records written
	place    *phone.Place
	tape     Tape
	taping   bool // a tape is being made or sealed beside us
	legEnded bool
	ringing  bool               // Ring was sent
	answered bool               // Answer was sent
	nobody   bool               // the floor that is asked has nobody on duty
	wanted   want               // what the floor has been asked for
	shown    map[office.ID]bool // offices whose board shows the call
	program  programme          // what the waiting caller hears
	history  HistoryView
}

// liveMsg is one of: a command (with a reply if a person waits), an event of the leg, a tape that is ready or sealed.
type liveMsg struct {
	cmd   call.Command
	reply chan reply
	leg   phone.Event
	grant *grantMsg
	tape  Tape
	seal  *call.TapeSealed
	taped bool // the tape could not be made: nobody waits for it
	line  office.SeatID
}

// grantMsg: seats that a floor holds for this call. What the call doesn't take goes back.
type grantMsg struct {
	office office.ID
	seats  []call.SeatRef
	cmd    call.Command // Grant or NoSeat
}

func newLive(d *Desk, id call.ID, leg phone.Leg) *Live {
	return &Live{desk: d, id: id, leg: leg, box: newMailbox[liveMsg](), shown: map[office.ID]bool{}}
}

// dial posts the first command and starts to listen to the leg.
func (l *Live) dial(o office.Office) {
	p := l.leg.Party()
	c := call.Caller{
		Number: office.Private(p.Number), Name: office.Private(p.Name), Withheld: p.Withheld,
		Trunk: p.Trunk, Dialled: p.Dialled,
	}
	if p.Place != nil {
		l.place = p.Place
		c.Place = office.Private(fmt.Sprintf("%.6f,%.6f,%.0f", p.Place.At.Lat, p.Place.At.Lng, float64(p.Place.Radius)))
	}
	now := time.Now()
	l.box.post(liveMsg{cmd: call.Dial{At: now, ID: l.id, Office: o.ID, Caller: c, Times: call.TimesOf(l.desk.opts.Settings(o.ID))}})
	l.leg.Listen(func(e phone.Event) { l.box.post(liveMsg{leg: e}) })
	if l.desk.opts.Record == nil {
		return
	}
	l.taping = true
	l.desk.wg.Add(1)
	go func() { // opening a file may take as long as the disk likes: the call goes on
		defer l.desk.wg.Done()
		t, err := l.desk.opts.Record(l.id, now)
		if err != nil {
			l.desk.opts.Log.Error("tape could not be opened; the call goes on without it", "call", l.id, "err", err)
			l.box.post(liveMsg{taped: true})
			return
		}
		if !l.box.post(liveMsg{tape: t}) {
			_, _, _, _ = t.Close() // the call ended first: an empty tape is closed so that it can be played
		}
	}()
}

// run is the call's goroutine. It ends when the call has its outcome, its leg is gone and its tape is sealed.
func (l *Live) run(ctx context.Context) {
	defer func() {
		for _, m := range l.box.close() {
			if m.reply != nil {
				m.reply <- reply{err: &call.Refusal{Code: call.CodeEnded, Text: "the call has ended"}}
			}
			if m.grant != nil {
				l.giveBack(*m.grant, nil)
			}
			if m.tape != nil {
				_, _, _, _ = m.tape.Close()
			}
		}
	}()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for !l.over() {
		var due <-chan time.Time
		if at, ok := l.state.Deadline(); ok {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			l.suspend()
			return
		case <-due: // through the mailbox: what came before the timer is decided before it
			l.box.post(liveMsg{cmd: call.Tick{At: time.Now()}})
		case <-l.box.wake:
		}
		for _, m := range l.box.take() {
			l.handle(m)
		}
	}
}

func (l *Live) over() bool {
	return l.state.Phase == call.Ended && (l.leg == nil || l.legEnded) && !l.taping
}

// suspend: the process ends. The tape is closed; the call itself stays live in the journal for the next process.
func (l *Live) suspend() {
	if l.tape != nil {
		_, _, _, _ = l.tape.Close()
	}
}

func (l *Live) handle(m liveMsg) {
	switch {
	case m.cmd != nil:
		l.decide(m.cmd, m.reply)
	case m.leg != nil:
		l.fromLeg(m.leg)
	case m.grant != nil:
		before := l.state.LastOffer
		l.decide(m.grant.cmd, nil)
		taken := map[office.SeatID]bool{}
		for _, o := range l.state.Offers {
			if o.N > before {
				taken[o.To.Seat] = true
			}
		}
		l.giveBack(*m.grant, taken)
		if ns, ok := m.grant.cmd.(call.NoSeat); ok && ns.Office == l.state.Queue {
			l.nobody = ns.Why == call.Nobody
			l.play()
		}
	case m.tape != nil:
		l.taping = false
		l.tape = m.tape
		if l.legEnded || l.leg == nil {
			l.sealTape()
			return
		}
		l.leg.Talk().Record(m.tape)
		l.show()
	case m.taped:
		l.taping = false
	case m.seal != nil:
		l.taping = false
		l.write([]call.Event{*m.seal}, "system")
	case m.line != "":
		l.connect()
	}
}

// giveBack returns seats of a grant that the call didn't take.
func (l *Live) giveBack(g grantMsg, taken map[office.SeatID]bool) {
	for _, s := range g.seats {
		if !taken[s.Seat] {
			l.desk.floors[g.office].box.post(floorMsg{free: &freeMsg{seat: s.Seat, call: l.id, why: call.Withdrawn}})
		}
	}
}

// decide asks the core, then: apply, act on the wire, hand to the journal, show. In that order.
func (l *Live) decide(cmd call.Command, re chan reply) {
	before := l.state
	events, err := call.Decide(l.state, cmd)
	if err != nil {
		if re != nil {
			re <- reply{err: err}
		} else if r := (*call.Refusal)(nil); errors.As(err, &r) {
			l.desk.opts.Log.Debug("not done", "call", l.id, "code", r.Code)
		}
		return
	}
	l.state = l.state.ApplyAll(events)
	if len(events) > 0 {
		l.act(before, events)
		l.write(events, whoOf(cmd))
		l.show()
	}
	if re != nil {
		v := l.view()
		re <- reply{done: Done{Call: &v}}
	}
}

// write hands the events of one command to the journal, which writes behind.
func (l *Live) write(events []call.Event, who string) {
	body, err := call.Codec.Encode(events)
	if err != nil {
		l.desk.opts.Log.Error("call events could not be encoded", "call", l.id, "err", err)
		return
	}
	l.seq++
	l.desk.opts.Journal.Post(Stream(l.id), journal.Record{
		ID: fmt.Sprintf("%s-%d-%s", l.id, l.seq, l.desk.opts.NewID()), Type: "call", Version: call.Version,
		Time: time.Now().UTC(), Who: who, Body: body,
	})
}

// Stream is the journal's stream of a call.
func Stream(id call.ID) string { return "call/" + string(id) }

func whoOf(cmd call.Command) string {
	var p office.PersonID
	switch c := cmd.(type) {
	case call.Answer:
		p = c.By.Person
	case call.Decline:
		p = c.By.Person
	case call.Transfer:
		p = c.By.Person
	case call.TakeBack:
		p = c.By.Person
	case call.LeaveTalk:
		p = c.By.Person
	case call.Close:
		p = c.By.Person
	case call.CallerGone:
		return "caller"
	case call.Dial, call.Grant, call.NoSeat, call.Unrung, call.SeatLost, call.SeatBack, call.Link, call.Adopt, call.Tick:
	}
	if p == "" {
		return "system"
	}
	return string(p)
}

func (l *Live) fromLeg(e phone.Event) {
	switch e := e.(type) {
	case phone.Ended:
		l.legEnded = true
		if st := l.leg.Talk().Stats(); st.PacketsOut > 0 {
			l.desk.opts.Observe("caller_gap_max", st.GapMax.Seconds())
		}
		l.decide(call.CallerGone{At: time.Now(), Network: e.Ending.Fault == phone.ByNet}, nil)
		if l.tape != nil {
			l.sealTape()
		}
		l.show()
	case phone.DialogChanged:
		l.write([]call.Event{call.DialogKept{At: time.Now(), Blob: office.Private(e.Blob)}}, "system")
	case phone.Established, phone.Digit, phone.Held, phone.MediaLost, phone.MediaBack, phone.Ringing, phone.Readopted:
	}
}

// sealTape closes the tape beside the call and journals what binds it to the call.
func (l *Live) sealTape() {
	t := l.tape
	l.tape, l.taping = nil, true
	l.desk.wg.Add(1)
	go func() {
		defer l.desk.wg.Done()
		hash, seconds, dropped, err := t.Close()
		if err != nil {
			l.desk.opts.Log.Error("tape could not be closed", "call", l.id, "err", err)
			l.box.post(liveMsg{taped: true})
			return
		}
		l.box.post(liveMsg{seal: &call.TapeSealed{
			At: time.Now(), Tape: string(l.id), Hash: hash, Seconds: seconds, Dropped: dropped,
		}})
	}()
}
