package desk

import (
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// outsider is somebody who was called by phone into a call: a guest, or the officer on watch at a plain phone.
type outsider struct {
	key   string
	leg   phone.Outside
	guest int // of the call; 0: a piket phone
	offer int // that the piket phone rings for
	ref   call.SeatRef
	up    bool
}

// outMsg is an event of an outsider's leg.
type outMsg struct {
	key   string
	leg   phone.Outside
	event phone.Event
}

// piketSeat is the seat that an office's plain phone stands for.
func piketSeat(o office.ID) office.SeatID { return office.SeatID(string(o) + "/piket") }

const piketPerson office.PersonID = "piket"

func piketKey(seat office.SeatID) string {
	if strings.HasSuffix(string(seat), "/piket") {
		return string(seat)
	}
	return ""
}

func guestKey(n int) string { return "guest/" + strconv.Itoa(n) }

// ringPiket rings the plain phone of an office that has nobody to give, when the call may go that far: a transfer to an
// office with nobody on duty, or a ladder that has come to its end.
func (l *Live) ringPiket(ns call.NoSeat) bool {
	s := l.state
	transfer := s.Phase == call.Transferring && ns.Office == s.Target && ns.Why == call.Nobody && len(s.Offers) == 0
	if !transfer && !(s.Waiting() && s.RingsPiket()) {
		return false
	}
	return l.dialPiket(ns.Office)
}

// piketsOfLadder rings the plain phones of all offices that are asked.
func (l *Live) piketsOfLadder() {
	if !l.state.Waiting() || !l.state.RingsPiket() {
		return
	}
	for _, o := range l.state.Asks() {
		l.dialPiket(o)
	}
}

// dialPiket offers the call to an office's plain phone; false when it has none, or it can't be rung now.
func (l *Live) dialPiket(o office.ID) bool {
	number := l.desk.opts.Settings(o).Piket
	if number == "" || l.desk.opts.Dialler == nil {
		return false
	}
	key := piketKey(piketSeat(o))
	if _, rings := l.outs[key]; rings {
		return false
	}
	if !l.desk.takePiket(o, l.id) {
		return false // it talks about another call
	}
	ref := call.SeatRef{Office: o, Seat: piketSeat(o), Person: piketPerson}
	n, _ := office.ParseNumber(number)
	within := l.state.Times.Piket
	leg, err := l.desk.opts.Dialler.Dial(phone.Callee{Number: string(n), From: l.desk.opts.CallerID, Within: within})
	if err != nil {
		l.desk.opts.Log.Warn("piket phone can't be called", "office", o, "err", err)
		l.desk.freePiket(o, l.id)
		return false
	}
	out := &outsider{key: key, leg: leg, ref: ref}
	l.outs[key] = out
	l.decide(call.Grant{At: time.Now(), Seats: []call.SeatRef{ref}, Piket: true}, nil)
	of, ok := l.state.OfferTo(ref.Seat)
	if !ok { // it was answered in the same instant
		l.letGo(out)
		return false
	}
	out.offer = of.N
	l.listenTo(out)
	return true
}

func (l *Live) listenTo(o *outsider) {
	o.leg.Listen(func(e phone.Event) { l.box.post(liveMsg{out: &outMsg{key: o.key, leg: o.leg, event: e}}) })
}

// dialGuest calls an outside number into the talk.
func (l *Live) dialGuest(g call.Guest) {
	out := &outsider{key: guestKey(g.N), guest: g.N}
	gone := func(why call.GuestWhy) {
		l.box.post(liveMsg{cmd: call.GuestGone{At: time.Now(), N: g.N, Why: why}})
	}
	if l.desk.opts.Dialler == nil {
		gone(call.GuestLost)
		return
	}
	leg, err := l.desk.opts.Dialler.Dial(phone.Callee{Number: string(g.Number), From: l.desk.opts.CallerID, Within: time.Until(g.Until)})
	if err != nil {
		l.desk.opts.Log.Warn("a guest can't be called", "call", l.id, "err", err)
		gone(call.GuestLost)
		return
	}
	out.leg = leg
	l.outs[out.key] = out
	l.listenTo(out)
}

// outsiders calls who was asked and hangs up on who is no longer wanted.
func (l *Live) outsiders() {
	want := map[string]bool{}
	for _, g := range l.state.Guests {
		if g.Number == "" {
			continue
		}
		want[guestKey(g.N)] = true
		if l.outs[guestKey(g.N)] == nil && !g.In {
			l.dialGuest(g)
		}
	}
	for _, o := range l.state.Offers {
		if o.Piket {
			want[piketKey(o.To.Seat)] = true
		}
	}
	if s := l.state; s.Live() && piketKey(s.Holder.Seat) != "" {
		want[piketKey(s.Holder.Seat)] = true
	}
	if s := l.state; s.Live() && s.Leaving != nil && piketKey(s.Leaving.Seat.Seat) != "" {
		want[piketKey(s.Leaving.Seat.Seat)] = true
	}
	for key, o := range l.outs {
		if !want[key] && (o.guest > 0 || o.offer > 0) {
			l.letGo(o)
		}
	}
}

func (l *Live) letGo(o *outsider) {
	o.leg.Hangup()
	delete(l.outs, o.key)
	if o.guest == 0 {
		l.desk.freePiket(o.ref.Office, l.id)
	}
}

// guestLines are the outside guests whom the caller hears.
func (l *Live) guestLines() []phone.Line {
	var lines []phone.Line
	if l.state.OnHold || l.state.Aside() != nil {
		return nil
	}
	for _, g := range l.state.Guests {
		if o := l.outs[guestKey(g.N)]; o != nil && g.In {
			lines = append(lines, o.leg)
		}
	}
	return lines
}

// advise makes the holder and whoever advises hear each other while the caller waits.
func (l *Live) advise() {
	g := l.state.Aside()
	if g == nil || l.desk.opts.Beside == nil {
		if l.aside != nil {
			l.aside.Close()
			l.aside = nil
		}
		return
	}
	var other phone.Line
	if o := l.outs[guestKey(g.N)]; o != nil {
		other = o.leg
	} else if g.Seat != nil {
		other = l.line(g.Seat.Seat)
	}
	holder := l.line(l.state.Holder.Seat)
	if other == nil || holder == nil {
		return
	}
	if l.aside == nil {
		if l.aside = l.desk.opts.Beside(other); l.aside == nil {
			return
		}
	}
	l.aside.Connect(holder)
}

// fromOutside takes what a called phone tells.
func (l *Live) fromOutside(m outMsg) {
	o := l.outs[m.key]
	if o == nil || o.leg != m.leg {
		return // of one that was let go
	}
	now := time.Now()
	switch e := m.event.(type) {
	case phone.Established:
		o.up = true
		if o.guest > 0 {
			l.decide(call.GuestUp{At: now, N: o.guest}, nil)
			return
		}
		o.leg.Talk().Program(piketMenu)
	case phone.Digit:
		if o.guest == 0 {
			l.piketPressed(o, e.Key, now)
		}
	case phone.Ended:
		delete(l.outs, o.key)
		if o.guest > 0 {
			l.decide(call.GuestGone{At: now, N: o.guest, Why: guestWhy(o.up, e.Ending)}, nil)
			return
		}
		l.desk.freePiket(o.ref.Office, l.id)
		l.piketEnded(o, e.Ending, now)
	case phone.Ringing, phone.Held, phone.MediaLost, phone.MediaBack, phone.Voice, phone.DialogChanged, phone.Readopted:
	}
}

func guestWhy(up bool, e phone.Ending) call.GuestWhy {
	switch {
	case up && e.Fault != phone.ByNet:
		return call.GuestHungUp
	case up:
		return call.GuestLost
	case e.Status == 486 || e.Status == 600 || e.Status == 603:
		return call.GuestBusy
	case e.Status == 408 || e.Status == 480 || e.Status == 487:
		return call.GuestNoAnswer
	}
	return call.GuestLost
}

// piketMenu asks the officer on watch; a voicemail can't press 1.
var piketMenu = phone.Program{First: []string{"piket_offer"}, Then: []string{"piket_offer"}, Every: 2 * time.Second}

// piketPressed: 1 accepts, 2 reads the report, 9 asks for the supervisor.
func (l *Live) piketPressed(o *outsider, key rune, now time.Time) {
	if _, rings := l.state.Offer(o.offer); !rings {
		return
	}
	switch key {
	case '1':
		l.decide(call.Answer{At: now, By: o.ref, N: o.offer, Kind: l.desk.kind(o.ref.Office)}, nil)
	case '2':
		o.leg.Talk().Program(phone.Program{First: l.report(), Then: []string{"piket_offer"}, Every: 2 * time.Second})
	case '9':
		l.decide(call.Decline{At: now, By: o.ref, N: o.offer, Up: true}, nil)
	}
}

// report is the call's report as prompts: its number digit by digit, its kind, and the caller's number.
func (l *Live) report() []string {
	out := []string{"piket_report"}
	kind, _ := l.desk.opts.Incidents.Words(l.id)
	if no := l.desk.opts.Incidents.Number(l.id); no != "" {
		out = append(out, spoken(no[strings.LastIndexByte(no, '/')+1:])...)
	}
	if kind != "" {
		out = append(out, "kind_"+kind)
	}
	if n := l.state.Caller.Number; n != "" && n != office.Erased {
		out = append(out, "piket_caller")
		out = append(out, spoken(string(n))...)
	}
	return append(out, "piket_offer")
}

// spoken gives the prompts of a number's digits.
func spoken(s string) []string {
	var out []string
	for _, r := range s {
		if r >= '0' && r <= '9' {
			out = append(out, "digit_"+string(r))
		}
	}
	return out
}

func (l *Live) piketEnded(o *outsider, e phone.Ending, now time.Time) {
	if _, rings := l.state.Offer(o.offer); rings {
		if e.Status == 486 || e.Status == 600 || e.Status == 603 {
			l.decide(call.Decline{At: now, By: o.ref, N: o.offer}, nil)
			return
		}
		l.decide(call.Unrung{At: now, N: o.offer}, nil)
		return
	}
	if e.Fault == phone.ByFarEnd {
		l.decide(call.HungUp{At: now, By: o.ref}, nil)
		return
	}
	l.decide(call.SeatLost{At: now, Seat: o.ref.Seat}, nil)
}

// takePiket reserves an office's plain phone for a call.
func (d *Desk) takePiket(o office.ID, id call.ID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if has := d.pikets[o]; has != "" && has != id {
		return false
	}
	d.pikets[o] = id
	return true
}

func (d *Desk) freePiket(o office.ID, id call.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pikets[o] == id {
		delete(d.pikets, o)
	}
}

func (d *Desk) kind(o office.ID) office.Kind {
	of, _ := d.opts.Offices.Get(o)
	return of.Kind
}
