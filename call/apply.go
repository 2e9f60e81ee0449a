package call

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Apply gives the state after e. It is total: an event that was once decided can always be applied, also ten
// years later. s is not changed.
func (s State) Apply(e Event) State {
	switch e := e.(type) {
	case Dialled:
		s = State{
			ID: e.ID, Office: e.Office, Caller: e.Caller, Times: e.Times, FirstRing: e.At,
			Queue: e.Office, LevelAt: e.LevelAt, Route: e.Route, Urgent: e.Urgent, Low: e.Low, Outbound: e.Outbound,
		}
		s.enter(Queued, e.At)
		if e.Gate != nil {
			s.Gate, s.GateWhy = e.Gate, e.Gate.Why
			s.enter(Gated, e.At)
		}
		if e.Outbound != nil {
			s.Holder = e.Outbound.By
			s.enter(Dialling, e.At)
		}
	case Ungated:
		s.Gate, s.GateHow, s.Low, s.LevelAt = nil, e.How, e.Low, e.LevelAt
		s.Urgent = s.Urgent || e.Urgent
		s.enter(Queued, e.At)
	case Lifted:
		s.Low, s.LevelAt = false, e.LevelAt
		s.Urgent = s.Urgent || e.Urgent
		if e.How != "" {
			s.GateHow = e.How
		}
	case Rang:
		s.Offers = append(slices.Clone(s.Offers), e.Offer)
		s.LastOffer = max(s.LastOffer, e.Offer.N)
		if s.Phase == Queued {
			s.enter(Offered, e.Offer.At)
		}
		if s.Phase == Transferring && e.Offer.Piket {
			s.TargetUntil = e.Offer.Until // T_transfer doesn't apply to a plain phone
		}
	case Unoffered:
		s.Offers = slices.DeleteFunc(slices.Clone(s.Offers), func(o Offer) bool { return o.N == e.N })
	case Requeued:
		s.Queue, s.Urgent, s.Level, s.LevelAt = e.Office, e.Urgent, e.Level, e.LevelAt
		s.Offers, s.OrphanUntil, s.Guests, s.Given, s.OnHold = nil, time.Time{}, nil, nil, false
		s.enter(Queued, e.At)
	case Raised:
		s.Level, s.LevelAt = e.Level, e.LevelAt
		s.Offers = slices.Clone(s.Offers)
		for i := range s.Offers {
			if !s.Offers[i].Piket {
				s.Offers[i].Until = time.Time{} // T_offer doesn't apply from the next level on
			}
		}
	case WasAnswered:
		s.answered(e)
	case TransferBegan:
		s.Target, s.TargetUntil, s.Try, s.Chip, s.ChipOffice = e.To, e.Until, e.Try, "", ""
		s.Blind, s.KeepRinging, s.OnHold = e.Blind, e.Wait, false
		if !slices.Contains(s.Sent, e.To) {
			s.Sent = append(slices.Clone(s.Sent), e.To)
		}
		s.enter(Transferring, e.At)
	case TakenBack:
		announced := s.Blind
		s.Target, s.TargetUntil, s.Offers, s.Blind, s.KeepRinging = "", time.Time{}, nil, false, false
		s.Chip, s.ChipOffice = e.Chip, e.From
		s.enter(Talking, e.At)
		if announced { // the caller was with nobody meanwhile
			s.waitForVoice(e.At)
		}
	case HeldAgain:
		s.Chip, s.ChipOffice = e.Chip, s.Holder.Office
		s.Holder, s.Leaving, s.HolderLost = e.By, nil, false
		s.enter(Talking, e.At)
	case Left:
		if s.Leaving != nil && s.Leaving.Seat.Seat == e.Seat.Seat {
			s.Leaving = nil
		}
	case Orphaned:
		s.Holder, s.HolderLost, s.Leaving, s.Offers = e.Seat, false, nil, nil
		s.Target, s.TargetUntil, s.Blind, s.KeepRinging = "", time.Time{}, false, false
		s.Guests, s.Given, s.OnHold = nil, nil, false
		s.OrphanUntil, s.Urgent = e.Until, true
		s.enter(Orphan, e.At)
	case HolderGone:
		s.HolderLost = true
	case Reattached:
		s.Holder, s.HolderLost, s.OrphanUntil = e.By, false, time.Time{}
		if s.Phase != Transferring {
			s.Offers = nil
			s.enter(Talking, e.At)
			s.waitForVoice(e.At)
		}
	case CallerLeft:
		s.UnfinishedUntil, s.Leaving, s.Offers, s.Guests, s.OnHold = e.Until, nil, nil, nil, false
		s.enter(Unfinished, e.At)
	case Linked:
		s.Incident = e.Incident
	case Adopted:
		s.OrphanUntil, s.Offers, s.Leaving, s.Target, s.TargetUntil = e.Until, nil, nil, "", time.Time{}
		s.Gate, s.Low = nil, false
		s.Guests, s.Given, s.OnHold, s.Blind = nil, nil, false, false
		s.enter(Recovering, e.At)
	case Promised:
		s.Promised = true
	case HoldSet:
		s.OnHold = e.On
		if !e.On {
			s.waitForVoice(e.At)
		}
	case CallerSpoke, SilentPrompted, SilentEmergency, MuteSet:
		s.applySilent(e)
	case Reached:
		s.Answered = e.At
		s.enter(Talking, e.At)
	case Tried:
		if e.Reason == Began {
			s.Tries++
		}
	case Settled:
		s.Settlement = e.How
	case GuestAsked, GuestJoined, GuestLeft, Merged, GaveAway:
		s.applyGuest(e)
	case Closed:
		s.Outcome, s.Prank, s.Agency, s.Callback, s.EndedAt = e.Outcome, e.Prank, e.Agency, e.Callback, e.At
		s.Offers, s.Leaving, s.Guests, s.Given = nil, nil, nil, nil
		s.enter(Ended, e.At)
	case TapeSealed, DialogKept: // kept for others: the state of the call doesn't depend on them
	}
	return s
}

// enter sets the phase and when it began. (s is Apply's own copy.)
func (s *State) enter(p Phase, at time.Time) { s.Phase, s.Since = p, at }

// applyGuest changes who else is in the talk. (s is Apply's own copy.)
func (s *State) applyGuest(e Event) {
	s.Guests = slices.Clone(s.Guests)
	change := func(n int, f func(*Guest)) {
		for i := range s.Guests {
			if s.Guests[i].N == n {
				f(&s.Guests[i])
			}
		}
	}
	switch e := e.(type) { //nolint:gochecksumtype // the others are Apply's
	case GuestAsked:
		s.Guests, s.GuestsAsked = append(s.Guests, e.Guest), max(s.GuestsAsked, e.Guest.N)
	case GuestJoined:
		change(e.N, func(g *Guest) { g.In, g.Seat = true, e.Seat })
	case GuestLeft:
		s.Guests = slices.DeleteFunc(s.Guests, func(g Guest) bool { return g.N == e.N })
		if s.Given != nil && s.Given.N == e.N && s.Phase == Talking {
			s.Given = nil
		}
	case Merged:
		change(e.N, func(g *Guest) { g.Aside = false })
	case GaveAway:
		given := e.Given
		s.Given, s.Holder, s.OnHold = &given, SeatRef{}, false
		change(given.N, func(g *Guest) { g.Aside = false })
	}
}

func (s *State) answered(e WasAnswered) {
	old := s.Holder
	s.Blind, s.KeepRinging, s.Low = false, false, false
	s.Holder, s.HolderLost, s.Leaving = e.By, false, nil
	if e.Leave != nil {
		s.Leaving = &Leave{Seat: old, Until: *e.Leave}
	}
	if s.Answered.IsZero() {
		s.Answered = e.At
	}
	if e.By.Office != s.Office {
		s.OtherPolda, s.MabesTalks = e.Kind == office.Polda, e.Kind == office.Mabes
		s.PolresTalked = s.PolresTalked || !s.OtherPolda && !s.MabesTalks
	}
	s.Offers = slices.DeleteFunc(slices.Clone(s.Offers), func(o Offer) bool { return o.N == e.N })
	s.Target, s.TargetUntil, s.OrphanUntil, s.Chip, s.ChipOffice = "", time.Time{}, time.Time{}, "", office.ID("")
	s.enter(Talking, e.At)
	s.askFirst(e.At)
}

// ApplyAll folds events onto s in order.
func (s State) ApplyAll(events []Event) State {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}
