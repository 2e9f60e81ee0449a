package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
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
	ringing  bool                 // Ring was sent
	answered bool                 // Answer was sent
	wanted   map[office.ID]want   // what the floors have been asked for
	outs     map[string]*outsider // piket phones and outside guests, by what they are for
	aside    phone.Aside          // the holder and whoever advises, beside the caller
	tapeID   string               // the call's id; a part recorded by a later process has a number behind it
	digits   string               // keys that the caller pressed
	// What the wire says of the caller, for the screen.
	callerHolds, mediaLost bool
	voice                  phone.Voice   // of the caller, as last told
	voiceBefore            time.Duration // speech before the first answer
	fives                  fives
	missed                 time.Time          // when an offer ran out that is to go on to the next seat; zero: none did
	shown                  map[office.ID]bool // offices whose board shows the call
	program                programme          // what the waiting caller hears
	history                HistoryView
	verdict                filter.Verdict   // of the number, when it came
	gate                   filter.GateState // listens while the call is gated, and in the low lane
	parting                bool             // the farewell is spoken
	entered                []filter.Event   // to be journalled behind the call's beginning
	heard                  bool             // the caller spoke
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
	out   *outMsg
	// pikets: the ladder has come to its end; the plain phones ring too.
	pikets bool
	// bye: the farewell was spoken.
	bye   bool
	press *pressMsg
}

// grantMsg: seats that a floor holds for this call. What the call doesn't take goes back.
type grantMsg struct {
	office office.ID
	seats  []call.SeatRef
	cmd    call.Command // Grant or NoSeat
}

func newLive(d *Desk, id call.ID, leg phone.Leg) *Live {
	return &Live{desk: d, id: id, leg: leg, tapeID: string(id), box: newMailbox[liveMsg](), shown: map[office.ID]bool{}, outs: map[string]*outsider{}}
}

// dial posts the first command and starts to listen to the leg.
func (l *Live) dial(o office.Office, urgent bool) {
	p := l.leg.Party()
	now := time.Now()
	arriving := office.Arriving{Office: o.ID, Trunk: p.Trunk, Dialled: p.Dialled, From: p.Number, At: now}
	if p.Diverted != "" {
		arriving.Dialled = p.Diverted
	}
	if p.Place != nil {
		l.place = p.Place
		arriving.Place = &p.Place.At
	}
	route := l.desk.opts.Plans.Find(l.desk.opts.Offices, arriving)
	l.box.post(liveMsg{cmd: l.received(o, now, call.Dial{
		At: now, ID: l.id, Office: o.ID, Caller: callerOf(p), Times: call.TimesOf(l.desk.opts.Settings(o.ID)),
		Route: route.Levels, Plan: route.Plan, Urgent: urgent,
	})})
	l.listen(now)
}

func callerOf(p phone.Party) call.Caller {
	c := call.Caller{
		Number: office.Private(p.Number), Name: office.Private(p.Name), Withheld: p.Withheld,
		Trunk: p.Trunk, Dialled: p.Dialled, Diverted: p.Diverted, Trust: string(p.Trust),
	}
	if p.Place != nil {
		c.Place = office.Private(fmt.Sprintf("%.6f,%.6f,%.0f", p.Place.At.Lat, p.Place.At.Lng, float64(p.Place.Radius)))
	}
	return c
}

// listen hears the leg from now on, and has it recorded.
func (l *Live) listen(now time.Time) {
	if l.desk.opts.OnLeg != nil {
		l.desk.opts.OnLeg(l.id, l.leg.ID())
	}
	l.leg.Listen(func(e phone.Event) { l.box.post(liveMsg{leg: e}) })
	if l.desk.opts.Record == nil {
		return
	}
	l.taping = true
	l.desk.wg.Add(1)
	go func() { // opening a file may take as long as the disk likes: the call goes on
		defer l.desk.wg.Done()
		t, err := l.desk.opts.Record(l.tapeID, now)
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
		if at, ok := l.deadline(); ok {
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
		if tick, ok := m.cmd.(call.Tick); ok {
			l.atGate(filter.GateTick{At: tick.At})
		}
	case m.leg != nil:
		l.fromLeg(m.leg)
	case m.grant != nil:
		before := l.state.LastOffer
		if ns, ok := m.grant.cmd.(call.NoSeat); ok {
			if l.ringPiket(ns) {
				return
			}
		}
		l.decide(m.grant.cmd, nil)
		taken := map[office.SeatID]bool{}
		for _, o := range l.state.Offers {
			if o.N > before {
				taken[o.To.Seat] = true
			}
		}
		l.giveBack(*m.grant, taken)
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
	case m.out != nil:
		l.fromOutside(*m.out)
	case m.press != nil:
		m.reply <- l.press(*m.press)
	case m.bye:
		if l.leg != nil && !l.legEnded {
			l.leg.Hangup()
		}
	case m.pikets:
		l.piketsOfLadder()
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
		l.writeGate(l.state.Office, l.entered)
		l.entered = nil
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
	if _, ok := cmd.(call.CallerGone); ok {
		return "caller"
	}
	if by := call.By(cmd); by.Person != "" {
		return string(by.Person)
	}
	return "system"
}

func (l *Live) fromLeg(e phone.Event) {
	switch e := e.(type) {
	case phone.Ended:
		l.legEnded = true
		if st := l.leg.Talk().Stats(); st.PacketsOut > 0 {
			l.desk.opts.Observe("caller_gap_max", st.GapMax.Seconds())
		}
		l.atGate(filter.Leave{At: time.Now()})
		l.decide(call.CallerGone{At: time.Now(), Network: e.Ending.Fault == phone.ByNet}, nil)
		if l.tape != nil {
			l.sealTape()
		}
		l.show()
	case phone.DialogChanged:
		l.write([]call.Event{call.DialogKept{At: time.Now(), Blob: office.Private(e.Blob)}}, "system")
	case phone.Established:
		if l.state.Phase == call.Dialling {
			l.decide(call.CalleeUp{At: time.Now()}, nil)
		}
	case phone.Digit:
		if l.fives.press(e.Key, time.Now()) {
			l.decide(call.SilentKeys{At: time.Now()}, nil)
		}
		l.digits += string(e.Key)
		l.digits = l.digits[max(0, len(l.digits)-32):]
		l.atGate(filter.Key{At: time.Now(), Key: e.Key})
		l.show()
	case phone.Readopted:
		l.readopted()
	case phone.Held:
		l.callerHolds = e.On
		l.show()
	case phone.MediaLost:
		l.mediaLost = true
		l.show()
	case phone.MediaBack:
		l.mediaLost = false
		l.show()
	case phone.Voice:
		l.voiced(e)
	case phone.Ringing:
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
			At: time.Now(), Tape: l.tapeID, Hash: hash, Seconds: seconds, Dropped: dropped,
		}})
	}()
}

// pressMsg: a person sends keys.
type pressMsg struct {
	by    call.SeatRef
	keys  string
	guest int
}

func (l *Live) press(m pressMsg) reply {
	if l.state.Holder.Seat != m.by.Seat || l.leg == nil {
		return reply{err: &call.Refusal{Code: call.CodeNotYours, By: l.state.Holder, Text: "another seat has this call"}}
	}
	to := l.leg
	if m.guest > 0 {
		o := l.outs[guestKey(m.guest)]
		if o == nil {
			return reply{err: &call.Refusal{Code: call.CodeStale, Text: "nobody is there with this number"}}
		}
		to = o.leg
	} else if l.state.Muted {
		return reply{err: &call.Refusal{Code: call.CodeNotNow, Text: "the caller may hear nothing of us: lift the mute first"}}
	}
	to.Press(m.keys)
	v := l.view()
	return reply{done: Done{Call: &v}}
}
