package call

import (
	"fmt"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// kosongBefore: a caller who hangs up before this much ringing was never really there (CALL.md, Hang-ups).
const kosongBefore = time.Second

// Decide says what happens when cmd meets s. It has no side effects and reads no clock: cmd carries the time. No
// events and no error mean that nothing is to be done. An error is always a *Refusal, for the person who asked.
func Decide(s State, cmd Command) ([]Event, error) {
	switch c := cmd.(type) { //nolint:gochecksumtype // the two that begin a call
	case Dial:
		return dial(s, c)
	case CallOut:
		return callOut(s, c)
	}
	if s.Phase == "" {
		return nil, refuse(CodeNotNow, "the call has not begun")
	}
	if s.Phase == Ended {
		return afterEnd(cmd)
	}
	if events, err, known := decideGuests(s, cmd); known {
		return events, err
	}
	if events, err, known := decideSilent(s, cmd); known {
		return events, err
	}
	switch c := cmd.(type) { //nolint:gochecksumtype // the others are decideGuests' and decideSilent's
	case PassGate:
		return passGate(s, c)
	case Grant:
		return grant(s, c)
	case NoSeat:
		return noSeat(s, c)
	case Answer:
		return answer(s, c)
	case Decline:
		return decline(s, c)
	case Unrung:
		return unrung(s, c)
	case Transfer:
		return transfer(s, c)
	case TakeBack:
		return takeBackByHand(s, c)
	case LeaveTalk:
		return leaveTalk(s, c)
	case Close:
		return closeCall(s, c)
	case CallerGone:
		return callerGone(s, c)
	case SeatLost:
		return seatLost(s, c)
	case SeatBack:
		return seatBack(s, c)
	case HungUp:
		return hungUp(s, c)
	case CalleeUp:
		return calleeUp(s, c)
	case Link:
		if s.Incident == c.Incident {
			return nil, nil
		}
		return []Event{Linked{At: c.At, Incident: c.Incident}}, nil
	case Adopt:
		return adopt(s, c)
	case Tick:
		return tick(s, c.At), nil
	}
	return nil, refuse(CodeNotNow, fmt.Sprintf("%T is not known", cmd))
}

func refuse(code, text string) *Refusal { return &Refusal{Code: code, Text: text} }

// afterEnd: what comes too late. People are told; what machines send is ignored.
func afterEnd(cmd Command) ([]Event, error) {
	switch cmd.(type) {
	case Answer, Decline, Transfer, TakeBack, LeaveTalk, Close, Grant, Hold, Invite, Dismiss, Merge, Give, MarkSilent, AskSilent,
		Mute:
		return nil, refuse(CodeEnded, "the call has ended")
	case Dial, CallOut, PassGate, CalleeUp, NoSeat, Unrung, CallerGone, SeatLost, SeatBack, HungUp, Link, Adopt, Tick, GuestUp, GuestGone,
		VoiceHeard, SilentKeys:
	}
	return nil, nil
}

func dial(s State, c Dial) ([]Event, error) {
	if s.Phase != "" {
		return nil, refuse(CodeNotNow, "the call has begun already")
	}
	e := Dialled{
		At: c.At, ID: c.ID, Office: c.Office, Caller: c.Caller, Times: c.Times, LevelAt: c.At.Add(waitOf(c.Route, 0, c.Times)),
		Route: c.Route, Plan: c.Plan, Urgent: c.Urgent,
	}
	switch {
	case c.Urgent: // whom we owe something meets no gate
	case c.Gate != nil:
		e.Gate = c.Gate
	case c.Low:
		e.Low, e.LevelAt = true, c.At.Add(lowWait)
	}
	return []Event{e}, nil
}

// waitOf is how long a level of the ladder has before the next is added.
func waitOf(route []office.Level, level int, t Times) time.Duration {
	if level < len(route) && route[level].Wait > 0 {
		return route[level].Wait
	}
	return t.Level
}

// grant turns seats that a floor gives into offers. A refusal sends all of them back to their floor.
func grant(s State, c Grant) ([]Event, error) {
	kind, wanted, until := ToQueue, s.Asks(), time.Time{}
	guest := s.ringingGuest(c.Seats)
	switch s.Phase {
	case Queued, Offered:
		switch {
		case c.Piket:
			until = c.At.Add(s.Times.Piket)
		case s.Queue != s.Office: // an orphan of a Polres: all its seats ring, as in a transfer
			until = c.At.Add(s.Times.Transfer)
		case !s.RingsAll():
			if len(s.Offers) > 0 {
				return nil, refuse(CodeNotNow, "one seat rings already")
			}
			until = c.At.Add(s.Times.Offer)
			c.Seats = c.Seats[:min(1, len(c.Seats))]
		}
	case Transferring:
		kind, wanted, until = ToTransfer, []office.ID{s.Target}, s.TargetUntil
		if c.Piket {
			until = c.At.Add(s.Times.Piket)
		}
	case Talking:
		if guest == nil {
			return nil, refuse(CodeNotNow, "the call does not wait")
		}
		kind, wanted, until = ToGuest, []office.ID{guest.Office}, guest.Until
		c.Seats = c.Seats[:min(1, len(c.Seats))]
	case Gated, Dialling, Orphan, Recovering, Unfinished, Ended:
		return nil, refuse(CodeNotNow, "the call does not wait")
	}
	var events []Event
	n := s.LastOffer
	for _, seat := range c.Seats {
		if _, rings := s.OfferTo(seat.Seat); rings || !slices.Contains(wanted, seat.Office) {
			continue
		}
		n++
		events = append(events, Rang{Offer{N: n, Kind: kind, To: seat, At: c.At, Until: until, Piket: c.Piket}})
	}
	if len(events) == 0 {
		return nil, refuse(CodeNotNow, "no seat of the office that is asked")
	}
	return events, nil
}

// ringingGuest is the guest for whom these seats could ring; nil when nobody waits for them.
func (s State) ringingGuest(seats []SeatRef) *Guest {
	for i, g := range s.Guests {
		if !g.In && g.Office != "" && len(seats) > 0 && seats[0].Office == g.Office {
			return &s.Guests[i]
		}
	}
	return nil
}

func noSeat(s State, c NoSeat) ([]Event, error) {
	switch {
	case s.Phase == Transferring && c.Office == s.Target && len(s.Offers) == 0:
		if s.KeepRinging && c.Why == Busy {
			return nil, nil // the holder chose to wait for a free seat
		}
		return takeBack(s, c.At, c.Why), nil
	case s.Phase == Queued && c.Office == s.Queue && s.Queue != s.Office:
		return []Event{requeue(s, c.At)}, nil // the Polres has nobody: head of the Polda's queue
	case s.Phase == Talking:
		why := GuestBusy
		if c.Why == Nobody {
			why = GuestNobody
		}
		if g := s.ringingGuest([]SeatRef{{Office: c.Office}}); g != nil && len(s.Offers) == 0 {
			return []Event{GuestLeft{At: c.At, N: g.N, Why: why}}, nil
		}
	}
	return nil, nil
}

func answer(s State, c Answer) ([]Event, error) {
	o, ok := s.Offer(c.N)
	if !ok || o.To.Seat != c.By.Seat {
		if s.Phase == Talking {
			return nil, &Refusal{Code: CodeTaken, By: s.Holder, Text: "somebody was faster"}
		}
		return nil, refuse(CodeStale, "this offer is over")
	}
	if o.Kind == ToGuest {
		g := s.ringingGuest([]SeatRef{o.To})
		if g == nil {
			return nil, refuse(CodeStale, "this offer is over")
		}
		return append([]Event{GuestJoined{At: c.At, N: g.N, Seat: &c.By}}, Unoffered{At: c.At, N: o.N, To: o.To, Why: WasTaken}), nil
	}
	e := WasAnswered{At: c.At, N: c.N, By: c.By, Kind: c.Kind}
	if o.Kind == ToTransfer && !s.HolderLost && s.Times.Leave > 0 {
		t := c.At.Add(s.Times.Leave)
		e.Leave = &t
	}
	return append([]Event{e}, unofferAll(s, c.At, c.N, WasFaster)...), nil
}

// unofferAll ends every offer but number except.
func unofferAll(s State, at time.Time, except int, why UnofferedBy) []Event {
	var events []Event
	for _, o := range s.Offers {
		if o.N != except {
			events = append(events, Unoffered{At: at, N: o.N, To: o.To, Why: why})
		}
	}
	return events
}

func decline(s State, c Decline) ([]Event, error) {
	o, ok := s.Offer(c.N)
	if !ok || o.To.Seat != c.By.Seat {
		return nil, refuse(CodeStale, "this offer is over")
	}
	events := []Event{Unoffered{At: c.At, N: o.N, To: o.To, Why: Refused}}
	switch {
	case o.Kind == ToGuest:
		return append(events, guestUnanswered(s, c.At, o, GuestBusy)...), nil
	case s.Phase == Transferring: // at once, even if another seat of the Polres is ready
		chip := Declined
		if c.Up {
			chip = AskedUp
		}
		events = append(events, unofferAll(s, c.At, o.N, Withdrawn)...)
		return append(events, takeBack(s, c.At, chip)...), nil
	}
	return append(events, requeueIfLast(s, c.At, 1)...), nil
}

func unrung(s State, c Unrung) ([]Event, error) {
	o, ok := s.Offer(c.N)
	if !ok {
		return nil, nil
	}
	return endOffer(s, c.At, o, NotRung), nil
}

// endOffer ends one offer by something that isn't a person's will.
func endOffer(s State, at time.Time, o Offer, why UnofferedBy) []Event {
	events := []Event{Unoffered{At: at, N: o.N, To: o.To, Why: why}}
	if o.Kind == ToGuest {
		return append(events, guestUnanswered(s, at, o, GuestLost)...)
	}
	if s.Phase == Transferring {
		if len(s.Offers) == 1 {
			events = append(events, takeBack(s, at, LineLost)...)
		}
		return events
	}
	return append(events, requeueIfLast(s, at, 1)...)
}

// requeueIfLast: when ended offers were all, the call waits again.
func requeueIfLast(s State, at time.Time, ended int) []Event {
	if len(s.Offers) > ended {
		return nil
	}
	return []Event{requeue(s, at)}
}

// requeue sends a waiting call back to the queue. A call that waited at a Polres goes to the Polda's head.
func requeue(s State, at time.Time) Requeued {
	e := Requeued{At: at, Office: s.Queue, Urgent: s.Urgent, Level: s.Level, LevelAt: s.LevelAt}
	if s.Queue != s.Office {
		e = requeueUrgent(s, at)
	}
	return e
}

// guestUnanswered: the one seat that rang for a guest will not answer.
func guestUnanswered(s State, at time.Time, o Offer, why GuestWhy) []Event {
	if g := s.ringingGuest([]SeatRef{o.To}); g != nil {
		return []Event{GuestLeft{At: at, N: g.N, Why: why}}
	}
	return nil
}

func transfer(s State, c Transfer) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	if s.Phase != Talking || s.Given != nil {
		return nil, refuse(CodeNotNow, "a transfer is running already, or the caller has left")
	}
	if c.To == "" || c.To == c.By.Office {
		return nil, refuse(CodeNotNow, "choose another office")
	}
	var events []Event
	if s.Leaving != nil {
		events = append(events, Left{At: c.At, Seat: s.Leaving.Seat})
	}
	for _, g := range s.Guests { // whoever rings, or only advises, is not passed on
		if !g.In || g.Aside {
			events = append(events, dropGuestOffers(s, c.At, g.N, Withdrawn)...)
			events = append(events, GuestLeft{At: c.At, N: g.N, Why: GuestDismissed})
		}
	}
	until := s.Times.Transfer
	if c.Wait {
		until = max(until, keepRinging)
	}
	return append(events, TransferBegan{
		At: c.At, By: c.By, To: c.To, Try: s.Try + 1, Until: c.At.Add(until), Blind: c.Blind, Wait: c.Wait,
	}), nil
}

// keepRinging is the longest that T_transfer may be (CALL.md §1), for a holder who chose to wait for a busy Polres.
const keepRinging = 15 * time.Second

func mustHold(s State, by SeatRef) error {
	if s.Holder.Seat == "" || s.Holder.Seat != by.Seat {
		return &Refusal{Code: CodeNotYours, By: s.Holder, Text: "another seat has this call"}
	}
	return nil
}

func takeBackByHand(s State, c TakeBack) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	if s.Phase != Transferring || c.N != 0 && c.N != s.Try {
		return nil, refuse(CodeStale, "no such transfer is running")
	}
	return append(unofferAll(s, c.At, 0, Withdrawn), takeBack(s, c.At, ByOurSide)...), nil
}

// takeBack: the caller never left the holder, so nothing is heard; if the holder's side was lost meanwhile, the
// caller is an orphan at the Polda.
func takeBack(s State, at time.Time, chip Chip) []Event {
	events := []Event{TakenBack{At: at, Try: s.Try, From: s.Target, Chip: chip}}
	if s.HolderLost {
		events = append(events, Orphaned{At: at, Seat: s.Holder, Until: at.Add(s.Times.Orphan)})
	}
	return events
}

func leaveTalk(s State, c LeaveTalk) ([]Event, error) {
	if s.Leaving == nil || s.Leaving.Seat.Seat != c.By.Seat {
		return nil, refuse(CodeNotYours, "this seat can't leave the talk: nobody else has the caller")
	}
	return []Event{Left{At: c.At, Seat: s.Leaving.Seat}}, nil
}

func adopt(s State, c Adopt) ([]Event, error) {
	events := append(unofferAll(s, c.At, 0, Withdrawn), guestsOut(s, c.At)...)
	switch {
	case s.Phase == Unfinished:
		return nil, nil // a person, or its deadline, ends it
	case c.Probing:
		return append(events, Adopted{At: c.At, Until: c.At.Add(recoverWithin)}), nil
	case !c.Alive:
		return append(events, brokenBySystem(s, c.At)), nil
	case s.Holder.Seat != "":
		return append(events, Orphaned{At: c.At, Seat: s.Holder, Until: c.At.Add(s.Times.Orphan)}), nil
	}
	return append(events, requeueUrgent(s, c.At)), nil
}

// recoverWithin is T_recover.
const recoverWithin = 60 * time.Second

func brokenBySystem(s State, at time.Time) Closed {
	switch {
	case s.Outbound == nil:
		return Closed{At: at, Outcome: BrokenBySystem, Callback: s.owing(OwedFirst)}
	case s.Answered.IsZero():
		return Closed{At: at, Outcome: OutgoingFailed}
	}
	return Closed{At: at, Outcome: OutgoingTalk}
}
