package call

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Guest is somebody whom the holder asked into the talk, or for advice while the caller waits: a seat of another
// office, or an outside number (112, an interpreter).
type Guest struct {
	N      int            `json:"n"`
	Office office.ID      `json:"office,omitempty"` // whose floor is asked; empty: Number is called
	Number office.Private `json:"number,omitempty"`
	Name   string         `json:"name,omitempty"`  // "Pemadam 113", for screens
	Aside  bool           `json:"aside,omitempty"` // advice: the caller doesn't hear it
	By     SeatRef        `json:"by"`
	At     time.Time      `json:"at"`
	Until  time.Time      `json:"until"` // rings until then
	In     bool           `json:"in,omitempty"`
	Seat   *SeatRef       `json:"seat,omitempty"` // who answered, of Office
}

// Given says that a guest has the caller alone, and how the call then counts.
type Given struct {
	N       int     `json:"n"`
	By      SeatRef `json:"by"`
	Outcome Outcome `json:"outcome"`
	Agency  string  `json:"agency,omitempty"`
}

// GuestWhy says why a guest is not in the talk, or no longer.
type GuestWhy string

// Why a guest left, or never came.
const (
	GuestHungUp    GuestWhy = "selesai"
	GuestBusy      GuestWhy = "sibuk"
	GuestNoAnswer  GuestWhy = "tidak_menjawab"
	GuestNobody    GuestWhy = "tidak_ada_petugas"
	GuestLost      GuestWhy = "sambungan_putus"
	GuestDismissed GuestWhy = "dikeluarkan"
)

// maxGuests beside the holder and the caller: the mixer takes 8 legs.
const maxGuests = 5

// Guest finds guest n.
func (s State) Guest(n int) (Guest, bool) {
	i := slices.IndexFunc(s.Guests, func(g Guest) bool { return g.N == n })
	if i < 0 {
		return Guest{}, false
	}
	return s.Guests[i], true
}

// Aside is the guest with whom the holder talks while the caller waits; nil when there is none.
func (s State) Aside() *Guest {
	for i, g := range s.Guests {
		if g.Aside && g.In {
			return &s.Guests[i]
		}
	}
	return nil
}

// decideGuests decides what concerns others than the two who talk.
func decideGuests(s State, cmd Command) (events []Event, err error, known bool) {
	switch c := cmd.(type) { //nolint:gochecksumtype // the others are Decide's
	case Hold:
		events, err = hold(s, c)
	case Invite:
		events, err = invite(s, c)
	case GuestUp:
		events, err = guestUp(s, c)
	case GuestGone:
		events, err = guestGone(s, c)
	case Dismiss:
		events, err = dismiss(s, c)
	case Merge:
		events, err = merge(s, c)
	case Give:
		events, err = give(s, c)
	default:
		return nil, nil, false
	}
	return events, err, true
}

func (s State) lastGuest() int {
	n := s.GuestsAsked
	for _, g := range s.Guests {
		n = max(n, g.N)
	}
	return n
}

func invite(s State, c Invite) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	switch {
	case s.Phase != Talking || s.Given != nil:
		return nil, refuse(CodeNotNow, "nobody can be asked in now")
	case len(s.Guests) >= maxGuests:
		return nil, refuse(CodeNotNow, "too many are in the talk")
	case (c.Office == "") == (c.Number == ""):
		return nil, refuse(CodeNotNow, "choose an office or a number")
	case c.Office == c.By.Office && c.Number == "" && !c.Aside:
		return nil, refuse(CodeNotNow, "choose another office")
	}
	within := s.Times.guest()
	return []Event{GuestAsked{At: c.At, Guest: Guest{
		N: s.lastGuest() + 1, Office: c.Office, Number: c.Number, Name: c.Name, Aside: c.Aside, By: c.By, At: c.At,
		Until: c.At.Add(within),
	}}}, nil
}

// guest is how long one who is asked into the talk rings.
func (t Times) guest() time.Duration { return max(t.Piket, 15*time.Second) }

func guestUp(s State, c GuestUp) ([]Event, error) {
	g, ok := s.Guest(c.N)
	if !ok {
		return nil, refuse(CodeStale, "nobody waits for this guest")
	}
	if g.In {
		return nil, nil
	}
	return []Event{GuestJoined{At: c.At, N: c.N}}, nil
}

// guestGone: a guest who has the caller alone and hangs up has ended the call; one whose line broke leaves the caller
// to us.
func guestGone(s State, c GuestGone) ([]Event, error) {
	if _, ok := s.Guest(c.N); !ok {
		return nil, nil
	}
	events := []Event{GuestLeft{At: c.At, N: c.N, Why: c.Why}}
	if s.Given == nil || s.Given.N != c.N {
		return events, nil
	}
	if c.Why == GuestHungUp {
		return append(events, Closed{At: c.At, By: s.Given.By, Outcome: s.Given.Outcome, Agency: s.Given.Agency}), nil
	}
	return append(events, requeueUrgent(s, c.At)), nil
}

// requeueUrgent puts the call at the head of its own office's queue.
func requeueUrgent(s State, at time.Time) Requeued {
	return Requeued{At: at, Office: s.Office, Urgent: true, LevelAt: at.Add(s.Times.Level)}
}

func dismiss(s State, c Dismiss) ([]Event, error) {
	g, ok := s.Guest(c.N)
	if !ok {
		return nil, refuse(CodeStale, "nobody is there with this number")
	}
	own := g.Seat != nil && g.Seat.Seat == c.By.Seat // a guest at a seat may leave
	if err := mustHold(s, c.By); err != nil && !own {
		return nil, err
	}
	if s.Given != nil && s.Given.N == c.N {
		return nil, refuse(CodeNotNow, "this guest has the caller")
	}
	events := dropGuestOffers(s, c.At, c.N, Withdrawn)
	return append(events, GuestLeft{At: c.At, N: c.N, Why: GuestDismissed}), nil
}

// dropGuestOffers ends the offers that ring for a guest.
func dropGuestOffers(s State, at time.Time, n int, why UnofferedBy) []Event {
	var events []Event
	for _, o := range s.Offers {
		if g, ok := s.Guest(n); ok && o.Kind == ToGuest && o.To.Office == g.Office {
			events = append(events, Unoffered{At: at, N: o.N, To: o.To, Why: why})
		}
	}
	return events
}

func merge(s State, c Merge) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	g, ok := s.Guest(c.N)
	if !ok || !g.In || !g.Aside {
		return nil, refuse(CodeStale, "nobody is asked for advice")
	}
	return []Event{Merged{At: c.At, N: c.N}}, nil
}

// give leaves the caller to a guest.
func give(s State, c Give) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	g, ok := s.Guest(c.N)
	switch {
	case s.Phase != Talking || s.Given != nil:
		return nil, refuse(CodeNotNow, "the caller can't be left to somebody now")
	case !ok || !g.In:
		return nil, refuse(CodeStale, "this guest is not in the talk")
	case s.Leaving != nil:
		return nil, refuse(CodeNotNow, "another seat is still in the talk")
	case s.Outbound != nil: // it would count as a call for help, which it isn't
		return nil, refuse(CodeNotNow, "a call of ours is not left to others: close it")
	}
	if err := checkOutcome(s, Close{By: c.By, Outcome: c.Outcome, Agency: c.Agency}); err != nil {
		return nil, err
	}
	return []Event{GaveAway{At: c.At, Given: Given{N: c.N, By: c.By, Outcome: c.Outcome, Agency: c.Agency}}}, nil
}

func hold(s State, c Hold) ([]Event, error) {
	if err := mustHold(s, c.By); err != nil {
		return nil, err
	}
	if s.Phase != Talking || s.Given != nil {
		return nil, refuse(CodeNotNow, "the caller can't be put on hold now")
	}
	if s.OnHold == c.On {
		return nil, nil
	}
	return []Event{HoldSet{At: c.At, By: c.By, On: c.On}}, nil
}

// guestsOut ends all guests, when the talk that they were asked into ends.
func guestsOut(s State, at time.Time) []Event {
	var events []Event
	for _, g := range s.Guests {
		events = append(events, GuestLeft{At: at, N: g.N, Why: GuestDismissed})
	}
	return events
}
