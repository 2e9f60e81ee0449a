package call

import (
	"slices"
	"time"
)

// closeCall: the holder ends the call, or gives an unfinished one its outcome.
func closeCall(s State, c Close) ([]Event, error) {
	beside := s.Leaving != nil && s.Leaving.Seat.Seat == c.By.Seat // the Polda closes while both are in the talk
	if s.Given != nil {                                            // the one who has the caller alone ends the call, from their seat as by putting a phone down
		if g, ok := s.Guest(s.Given.N); ok && g.Seat != nil && g.Seat.Seat == c.By.Seat {
			return guestGone(s, GuestGone{At: c.At, N: g.N, Why: GuestHungUp})
		}
	}
	if err := mustHold(s, c.By); err != nil && !beside {
		return nil, err
	}
	if s.Phase != Talking && s.Phase != Transferring && s.Phase != Unfinished && s.Phase != Dialling {
		return nil, refuse(CodeNotNow, "the call is not at a seat")
	}
	if s.Outbound != nil {
		return closeOutbound(s, c)
	}
	if c.By.Office == "" || s.Given != nil {
		return nil, refuse(CodeNotNow, "another has the caller")
	}
	if c.Outcome == "" || c.Outcome == ValidPolda {
		if o := defaultOutcome(s, c.By, beside); o != "" {
			c.Outcome = o
		}
	}
	if err := checkOutcome(s, c); err != nil {
		return nil, err
	}
	e := Closed{At: c.At, By: c.By, Outcome: c.Outcome, Prank: c.Prank, Agency: c.Agency}
	if c.Outcome == CallerBroke {
		e.Callback = s.owing(Owed)
		if c.Callback == Danger {
			e.Callback = Danger
		}
	}
	return append(append(unofferAll(s, c.At, 0, Withdrawn), guestsOut(s, c.At)...), e), nil
}

// defaultOutcome is the one that a talk has without being asked: a receiver's. Empty: the person must choose.
func defaultOutcome(s State, by SeatRef, beside bool) Outcome {
	switch {
	case !beside && by.Office == s.Office:
		return ""
	case s.MabesTalks:
		return AnsweredMabes
	case s.OtherPolda:
		return OtherPolda
	case s.PolresTalked:
		return ValidPolres
	}
	return ""
}

// closeOutbound ends a call of ours. It is no call for help: it counts by itself.
func closeOutbound(s State, c Close) ([]Event, error) {
	e := Closed{At: c.At, By: c.By, Outcome: OutgoingTalk}
	if s.Answered.IsZero() {
		e.Outcome = OutgoingFailed
	}
	return append(append(unofferAll(s, c.At, 0, Withdrawn), guestsOut(s, c.At)...), e), nil
}

// hungUp: somebody put the phone of their seat down. A receiver has ended the call by it; an operator of the queue
// hasn't said how it ended, so the caller is kept (CALL.md, Hang-ups, last row).
func hungUp(s State, c HungUp) ([]Event, error) {
	for _, g := range s.Guests {
		if g.Seat != nil && g.Seat.Seat == c.By.Seat {
			return guestGone(s, GuestGone{At: c.At, N: g.N, Why: GuestHungUp})
		}
	}
	if s.Holder.Seat == c.By.Seat && (s.Phase == Talking || s.Phase == Dialling) && s.Leaving == nil {
		if events, err := closeCall(s, Close{At: c.At, By: s.Holder}); err == nil {
			return events, nil
		}
	}
	return seatLost(s, SeatLost{At: c.At, Seat: c.By.Seat})
}

func checkOutcome(s State, c Close) error {
	if c.Outcome == "" {
		return refuse(CodeOutcomeNeeded, "choose how the call ended; the caller stays on the line")
	}
	info, ok := c.Outcome.Info()
	bad := func(text string) error { return refuse(CodeBadOutcome, text) }
	switch {
	case !ok:
		return bad("there is no outcome " + string(c.Outcome))
	case !info.Operator && !(c.Outcome == AnsweredMabes && s.MabesTalks):
		return bad(string(c.Outcome) + " is given by the system, not by a person")
	case c.Outcome == PrankCall && !slices.Contains(Pranks(), c.Prank):
		return bad("a prank needs its kind; silence is kosong")
	case c.Outcome != PrankCall && c.Prank != "":
		return bad("only a prank has a kind of prank")
	case c.Outcome == OtherAgency && !slices.Contains(Agencies(), c.Agency):
		return bad("say which agency")
	case c.Outcome == ValidPolres && !s.PolresTalked:
		return bad("no Polres has talked with the caller")
	case c.Outcome == ClosedSent && (len(s.Sent) == 0 || s.PolresTalked):
		return bad("only for a report that was sent to a Polres which did not answer")
	case c.Outcome == CallerBroke && s.Phase != Unfinished:
		return bad("the caller is still on the line")
	case c.Callback != NotOwed && c.Outcome != CallerBroke:
		return bad("an outcome that a person chose owes no callback")
	}
	return nil
}

// callerGone follows CALL.md, Hang-ups, row by row.
func callerGone(s State, c CallerGone) ([]Event, error) {
	events := append(unofferAll(s, c.At, 0, Withdrawn), guestsOut(s, c.At)...)
	closed := func(o Outcome, cb Callback) ([]Event, error) {
		return append(events, Closed{At: c.At, Outcome: o, Callback: s.owing(cb)}), nil
	}
	switch s.Phase {
	case Dialling:
		return closed(OutgoingFailed, NotOwed)
	case Gated: // nothing is owed (CALL.md, Hang-ups): the number has evidence, or its source is a flood
		if c.At.Sub(s.FirstRing) < kosongBefore {
			return closed(Empty, NotOwed)
		}
		return closed(LeftQueue, NotOwed)
	case Queued, Offered:
		switch {
		case s.Outbound != nil:
			return closed(OutgoingTalk, NotOwed)
		case s.Promised:
			return closed(LeftQueue, OwedFirst)
		case !s.Answered.IsZero(): // we had lost the operator's side
			return closed(CallerBroke, OwedFirst)
		case c.At.Sub(s.FirstRing) < kosongBefore && !s.Silent:
			return closed(Empty, NotOwed)
		case s.Low:
			return closed(LeftQueue, NotOwed)
		case s.Phase == Offered:
			return closed(LeftRinging, Owed)
		}
		return closed(LeftQueue, Owed)
	case Orphan, Recovering:
		switch {
		case s.Outbound != nil:
			return closed(OutgoingTalk, NotOwed)
		case s.Phase == Recovering: // their leg did not outlive our process
			return closed(BrokenBySystem, OwedFirst)
		}
		return closed(CallerBroke, OwedFirst)
	case Transferring:
		if s.Outbound != nil {
			return closed(OutgoingTalk, NotOwed)
		}
		if s.HolderLost {
			return closed(CallerBroke, OwedFirst)
		}
		return closed(CallerBroke, Owed)
	case Talking:
		if s.Leaving != nil {
			events = append(events, Left{At: c.At, Seat: s.Leaving.Seat})
		}
		if s.Given != nil {
			return append(events, Closed{At: c.At, By: s.Given.By, Outcome: s.Given.Outcome, Agency: s.Given.Agency}), nil
		}
		if s.Outbound != nil {
			return closed(OutgoingTalk, NotOwed)
		}
		return append(events, CallerLeft{At: c.At, Network: c.Network, Until: c.At.Add(s.Times.Unfinished)}), nil
	case Unfinished, Ended:
	}
	return nil, nil
}

// seatLost: a browser, a PC or a network went away. The caller is never dropped for it.
func seatLost(s State, c SeatLost) ([]Event, error) {
	if o, ok := s.OfferTo(c.Seat); ok {
		return endOffer(s, c.At, o, NotRung), nil
	}
	if s.Leaving != nil && s.Leaving.Seat.Seat == c.Seat {
		return []Event{Left{At: c.At, Seat: s.Leaving.Seat}}, nil
	}
	for _, g := range s.Guests {
		if g.Seat != nil && g.Seat.Seat == c.Seat {
			return guestGone(s, GuestGone{At: c.At, N: g.N, Why: GuestLost})
		}
	}
	if s.Holder.Seat != c.Seat {
		return nil, nil
	}
	switch s.Phase {
	case Dialling:
		return []Event{Closed{At: c.At, By: s.Holder, Outcome: OutgoingFailed}}, nil
	case Talking:
		if s.Leaving != nil {
			return []Event{HeldAgain{At: c.At, By: s.Leaving.Seat, Chip: LineLost}}, nil
		}
		return append(dropAllGuests(s, c.At), Orphaned{At: c.At, Seat: s.Holder, Until: c.At.Add(s.Times.Orphan)}), nil
	case Transferring:
		if s.HolderLost {
			return nil, nil
		}
		return []Event{HolderGone{At: c.At, Seat: s.Holder}}, nil
	case Gated, Queued, Offered, Orphan, Recovering, Unfinished, Ended:
	}
	return nil, nil
}

// dropAllGuests ends what the holder had begun with others, their ringing too.
func dropAllGuests(s State, at time.Time) []Event {
	return append(unofferAll(s, at, 0, Withdrawn), guestsOut(s, at)...)
}

// seatBack: the person who had the caller is there again, at this or another seat.
func seatBack(s State, c SeatBack) ([]Event, error) {
	if s.Holder.Person == "" || s.Holder.Person != c.By.Person {
		return nil, nil
	}
	lost := s.Phase == Orphan || s.Phase == Transferring && s.HolderLost ||
		(s.Phase == Queued || s.Phase == Offered) && !s.Answered.IsZero()
	if !lost {
		return nil, nil
	}
	events := []Event{Reattached{At: c.At, By: c.By}}
	if s.Phase == Offered {
		events = append(events, unofferAll(s, c.At, 0, WasFaster)...)
	}
	return events, nil
}

// seatRings says whether anybody but a plain phone rings.
func seatRings(s State) bool {
	return slices.ContainsFunc(s.Offers, func(o Offer) bool { return !o.Piket })
}

// tick looks at every deadline that has passed.
func tick(s State, at time.Time) []Event {
	due := func(t time.Time) bool { return !t.IsZero() && !t.After(at) }
	var events []Event
	if s.Leaving != nil && due(s.Leaving.Until) {
		events = append(events, Left{At: at, Seat: s.Leaving.Seat})
	}
	for _, g := range s.Guests {
		if !g.In && due(g.Until) {
			events = append(events, dropGuestOffers(s, at, g.N, Missed)...)
			events = append(events, GuestLeft{At: at, N: g.N, Why: GuestNoAnswer})
		}
	}
	events = append(events, askAgain(s, at)...)
	switch s.Phase {
	case Dialling:
		if due(s.Outbound.Until) {
			events = append(events, Closed{At: at, By: s.Holder, Outcome: OutgoingFailed})
		}
	case Gated:
		if due(s.Gate.Until) {
			events = append(events, Ungated{At: at, How: BySilence, Low: true, LevelAt: at.Add(lowWait)})
		}
	case Queued, Offered:
		missed := 0
		for _, o := range s.Offers {
			if due(o.Until) {
				missed++
				events = append(events, Unoffered{At: at, N: o.N, To: o.To, Why: Missed})
			}
		}
		rings := len(s.Offers) > missed
		switch {
		case s.Queue != s.Office && !rings && (missed > 0 || due(s.LevelAt)):
			events = append(events, requeue(s, at))
		case s.Low && due(s.LevelAt):
			if missed > 0 && !rings {
				events = append(events, requeue(s, at))
			}
			events = append(events, Lifted{At: at, LevelAt: at.Add(waitOf(s.Route, 0, s.Times))})
		case s.Queue == s.Office && due(s.LevelAt): // never cuts off an offer that is ringing
			if missed > 0 && !rings {
				events = append(events, requeue(s, at))
			}
			events = append(events, Raised{At: at, Level: s.Level + 1, LevelAt: at.Add(waitOf(s.Route, s.Level+1, s.Times))})
			if s.Level+1 > max(len(s.Route), 1) && !s.Promised && !seatRings(s) {
				events = append(events, Promised{At: at}) // the piket phones have rung a level long too
			}
		case missed > 0 && !rings:
			events = append(events, requeue(s, at))
		}
	case Transferring:
		if due(s.TargetUntil) {
			events = append(events, unofferAll(s, at, 0, Missed)...)
			events = append(events, takeBack(s, at, NoAnswer)...)
		}
	case Orphan:
		if due(s.OrphanUntil) {
			wait := s.Times.Level
			if s.Holder.Office != s.Office {
				wait = s.Times.Transfer
			}
			events = append(events, Requeued{At: at, Office: s.Holder.Office, Urgent: true, LevelAt: at.Add(wait)})
		}
	case Recovering:
		if due(s.OrphanUntil) {
			events = append(events, brokenBySystem(s, at))
		}
	case Unfinished:
		if due(s.UnfinishedUntil) {
			events = append(events, Closed{At: at, Outcome: CallerBroke, Callback: s.owing(Owed)})
		}
	case Talking, Ended:
	}
	return events
}
