package call

import (
	"fmt"
	"time"
)

// kosongBefore: a caller who hangs up before this much ringing was never really there (CALL.md, Hang-ups).
const kosongBefore = time.Second

// Decide says what happens when cmd meets s. It has no side effects and reads no clock: cmd carries the time. No
// events and no error mean that nothing is to be done. An error is always a *Refusal, for the person who asked.
func Decide(s State, cmd Command) ([]Event, error) {
	if d, ok := cmd.(Dial); ok {
		return dial(s, d)
	}
	if s.Phase == "" {
		return nil, refuse(CodeNotNow, "the call has not begun")
	}
	if s.Phase == Ended {
		return afterEnd(cmd)
	}
	switch c := cmd.(type) {
	case Dial: // above
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
	case Answer, Decline, Transfer, TakeBack, LeaveTalk, Close, Grant:
		return nil, refuse(CodeEnded, "the call has ended")
	case Dial, NoSeat, Unrung, CallerGone, SeatLost, SeatBack, Link, Adopt, Tick:
	}
	return nil, nil
}

func dial(s State, c Dial) ([]Event, error) {
	if s.Phase != "" {
		return nil, refuse(CodeNotNow, "the call has begun already")
	}
	return []Event{Dialled{
		At: c.At, ID: c.ID, Office: c.Office, Caller: c.Caller, Times: c.Times, LevelAt: c.At.Add(c.Times.Level),
	}}, nil
}

// grant turns seats that a floor gives into offers. A refusal sends all of them back to their floor.
func grant(s State, c Grant) ([]Event, error) {
	kind, wanted, until := ToQueue, s.Queue, time.Time{}
	switch s.Phase {
	case Queued, Offered:
		switch {
		case s.Queue != s.Office: // an orphan of a Polres: all its seats ring, as in a transfer
			until = c.At.Add(s.Times.Transfer)
		case s.Level == 0:
			if len(s.Offers) > 0 {
				return nil, refuse(CodeNotNow, "one seat rings already")
			}
			until = c.At.Add(s.Times.Offer)
			c.Seats = c.Seats[:min(1, len(c.Seats))]
		}
	case Transferring:
		kind, wanted, until = ToTransfer, s.Target, s.TargetUntil
	case Talking, Orphan, Recovering, Unfinished, Ended:
		return nil, refuse(CodeNotNow, "the call does not wait")
	}
	var events []Event
	n := s.LastOffer
	for _, seat := range c.Seats {
		if _, rings := s.OfferTo(seat.Seat); rings || seat.Office != wanted {
			continue
		}
		n++
		events = append(events, Rang{Offer{N: n, Kind: kind, To: seat, At: c.At, Until: until}})
	}
	if len(events) == 0 {
		return nil, refuse(CodeNotNow, "no seat of the office that is asked")
	}
	return events, nil
}

func noSeat(s State, c NoSeat) ([]Event, error) {
	switch {
	case s.Phase == Transferring && c.Office == s.Target && len(s.Offers) == 0:
		return takeBack(s, c.At, c.Why), nil
	case s.Phase == Queued && c.Office == s.Queue && s.Queue != s.Office:
		return []Event{requeue(s, c.At)}, nil // the Polres has nobody: head of the Polda's queue
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
	e := WasAnswered{At: c.At, N: c.N, By: c.By}
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
	if s.Phase == Transferring { // at once, even if another seat of the Polres is ready
		events = append(events, unofferAll(s, c.At, o.N, Withdrawn)...)
		return append(events, takeBack(s, c.At, Declined)...), nil
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
		e = Requeued{At: at, Office: s.Office, Urgent: true, LevelAt: at.Add(s.Times.Level)}
	}
	return e
}

func transfer(s State, c Transfer) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	if s.Phase != Talking {
		return nil, refuse(CodeNotNow, "a transfer is running already, or the caller has left")
	}
	if c.To == "" || c.To == c.By.Office {
		return nil, refuse(CodeNotNow, "choose another office")
	}
	var events []Event
	if s.Leaving != nil {
		events = append(events, Left{At: c.At, Seat: s.Leaving.Seat})
	}
	return append(events, TransferBegan{
		At: c.At, By: c.By, To: c.To, Try: s.Try + 1, Until: c.At.Add(s.Times.Transfer),
	}), nil
}

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
	switch {
	case s.Phase == Unfinished:
		return nil, nil // a person, or its deadline, ends it
	case !c.Alive:
		return append(unofferAll(s, c.At, 0, Withdrawn),
			Closed{At: c.At, Outcome: BrokenBySystem, Callback: OwedFirst}), nil
	case s.Holder.Seat != "":
		return append(unofferAll(s, c.At, 0, Withdrawn),
			Orphaned{At: c.At, Seat: s.Holder, Until: c.At.Add(s.Times.Orphan)}), nil
	}
	return append(unofferAll(s, c.At, 0, Withdrawn),
		Requeued{At: c.At, Office: s.Office, Urgent: true, LevelAt: c.At.Add(s.Times.Level)}), nil
}
