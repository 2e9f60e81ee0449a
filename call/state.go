// Package call is the life of one call, from the first INVITE to its one outcome: State, Command, Event, Decide,
// Apply and Deadline. It is pure: no clock, no wire, no disk. CALL.md §1 is its source.
//
// Order of duties for whoever runs it (desk.Live): apply the events, act on the wire, hand the events to the
// journal. The wire never waits for the disk.
package call

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// ID names a call, for example "01JD…": sortable by time, unique over restarts and nodes.
type ID string

// Phase is where a call stands.
type Phase string

// The phases. A live caller is heard by a person only in Talking and Transferring; in the others a program plays.
const (
	Gated        Phase = "GATED"        // answered by a program: press 8, or speak
	Queued       Phase = "QUEUED"       // waits for an operator
	Offered      Phase = "OFFERED"      // rings at one or more seats
	Dialling     Phase = "DIALLING"     // we call somebody: Holder hears it ring
	Talking      Phase = "TALKING"      // Holder has the caller
	Transferring Phase = "TRANSFERRING" // Holder (RESERVED) has the caller while Target rings
	Orphan       Phase = "ORPHAN"       // the holder's side was lost; it may come back until OrphanUntil
	Recovering   Phase = "RECOVERING"   // a new process took the call up and probes its leg
	Unfinished   Phase = "UNFINISHED"   // the caller hung up; Holder chooses the outcome until UnfinishedUntil
	Ended        Phase = "ENDED"        // exactly one outcome
)

// SeatRef is a seat with the person who sits there.
type SeatRef struct {
	Office office.ID       `json:"office"`
	Seat   office.SeatID   `json:"seat"`
	Person office.PersonID `json:"person"`
}

// OfferKind says what an offer is for.
type OfferKind string

// Kinds of offers.
const (
	ToQueue    OfferKind = "queue"    // a waiting caller rings at an operator
	ToTransfer OfferKind = "transfer" // a caller who talks with the Polda rings at the Polres
	ToGuest    OfferKind = "guest"    // the holder asks another office into the talk, or for advice
)

// Offer is one seat that rings. Offers are numbered within the call; whatever names an older number is refused.
type Offer struct {
	N     int       `json:"n"`
	Kind  OfferKind `json:"kind"`
	To    SeatRef   `json:"to"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	// Piket: a plain phone rings, for T_piket; only a person who presses 1 takes the call.
	Piket bool `json:"piket,omitempty"`
}

// Chip says why the Polda has the caller back.
type Chip string

// The chips of a take-back (CALL.md, the warm transfer, 3).
const (
	Busy      Chip = "sibuk"
	NoAnswer  Chip = "tidak_menjawab"
	Declined  Chip = "menolak"
	Nobody    Chip = "tidak_ada_petugas"
	LineLost  Chip = "sambungan_putus"
	ByOurSide Chip = "diambil_kembali"
	AskedUp   Chip = "minta_pengawas" // the piket pressed 9: wants the supervisor
)

// Callback says what is owed to a caller who was not served.
type Callback string

// What is owed. Only a person may settle it.
const (
	NotOwed   Callback = ""
	Owed      Callback = "owed"
	OwedFirst Callback = "owed_first" // we lost the line: first in the list
	Danger    Callback = "danger"     // never call back: it would harm the caller
)

// Leave is a seat that is still in the talk after the call went to another one.
type Leave struct {
	Seat  SeatRef   `json:"seat"`
	Until time.Time `json:"until"`
}

// Times are the office's settings as they were when the call came.
type Times struct {
	Offer      time.Duration `json:"offer"`
	Level      time.Duration `json:"level"`
	Transfer   time.Duration `json:"transfer"`
	Orphan     time.Duration `json:"orphan"`
	Unfinished time.Duration `json:"unfinished"`
	Leave      time.Duration `json:"leave"`
	Piket      time.Duration `json:"piket,omitempty"`
	Silent     time.Duration `json:"silent,omitempty"` // 0: the caller is never asked by the clock
}

// TimesOf takes what a call needs from an office's settings.
func TimesOf(s office.Settings) Times {
	s = s.WithDefaults()
	return Times{
		Offer: s.TOffer, Level: s.TLevel, Transfer: s.TTransfer, Orphan: s.TOrphan,
		Unfinished: s.TUnfinished, Leave: s.TLeave, Piket: s.TPiket, Silent: s.TSilent,
	}
}

// Caller says who calls, as the trunk told it.
type Caller struct {
	Number   office.Private `json:"number"` // E.164, empty when withheld or missing
	Name     office.Private `json:"name,omitempty"`
	Withheld bool           `json:"withheld,omitempty"`
	Trunk    string         `json:"trunk"`
	Dialled  string         `json:"dialled"`
	Diverted string         `json:"diverted,omitempty"` // number that was dialled first
	Trust    string         `json:"trust,omitempty"`    // empty: the carrier answers for the number; claimed, missing, spoofed, sim_less
	Place    office.Private `json:"place,omitempty"`    // "lat,lng,radius" from the network, empty when none came
}

// State is one call. It is a value: Apply returns a new one and never changes the old.
type State struct {
	ID        ID
	Office    office.ID // the Polda that owns the call
	Caller    Caller
	Times     Times
	Phase     Phase
	FirstRing time.Time // the clock that is never reset
	Since     time.Time // when the present phase began
	Answered  time.Time // first answer by a person; zero before

	Queue    office.ID      // Office: the route is followed; else the office whose orphan this is
	Route    []office.Level // the ladder of offices, as it was when the call came; empty: Office alone
	Urgent   bool           // priority lane
	Low      bool           // low lane: behind all others until LevelAt
	Level    int            // how often LevelAt has passed: from 1 on all READY seats ring
	LevelAt  time.Time      // absolute: going back to the queue doesn't restart it
	Promised bool           // the caller was told that nobody can answer and that we will call back

	Gate    *Gate   // while Gated
	GateWhy GateWhy // why it was gated; empty: it never was
	GateHow GateHow // how it got past the gate

	Outbound *Outbound // we called: nil for calls that came in

	Offers    []Offer // who rings now
	LastOffer int     // highest offer number given so far

	Holder     SeatRef // who has the caller, or may re-attach (Orphan), or chooses the outcome (Unfinished)
	HolderLost bool    // in Transferring: the holder's side is lost, the caller hears an announcement
	Leaving    *Leave  // still in the talk beside Holder

	OnHold bool    // the holder has parked the caller
	Guests []Guest // others who were asked into the talk

	GuestsAsked int    // highest number of a guest so far
	Given       *Given // the holder has left the caller to a guest

	Target      office.ID // office that rings in Transferring
	TargetUntil time.Time // take-back comes then
	Blind       bool      // the caller hears an announcement while the target rings
	KeepRinging bool      // a busy target doesn't bring the caller back before TargetUntil
	Try         int       // number of the present or last transfer
	Chip        Chip      // why the last transfer ended without an answer
	ChipOffice  office.ID

	Spoke    bool      // a voice was heard after the answer
	Prompted int       // how often the caller was asked to press five twice
	SilentAt time.Time // the caller is asked then; zero: not any more, or not yet
	Silent   bool      // silent emergency: in danger, never called back
	SilentBy SeatRef   // who marked it; empty: the caller, by keys
	// PromptedAt is when the caller was asked last.
	PromptedAt time.Time
	Muted      bool // nothing of us reaches the caller

	OrphanUntil     time.Time
	UnfinishedUntil time.Time

	Incident     string      // id of the incident, empty until somebody typed
	Sent         []office.ID // offices that the incident was sent to
	PolresTalked bool        // a seat of another office than Office has talked with the caller
	OtherPolda   bool        // that office is another Polda
	MabesTalks   bool        // Mabes has the caller, up the ladder

	Outcome  Outcome
	Prank    Prank
	Agency   string
	Callback Callback
	EndedAt  time.Time

	Tries      int // how often a person called back
	Settlement Settlement
}

// Live says whether the caller is still on the line.
func (s State) Live() bool { return s.Phase != Ended && s.Phase != Unfinished && s.Phase != "" }

// Asks lists the offices whose floors are asked while the call waits.
func (s State) Asks() []office.ID {
	if s.Queue != s.Office || len(s.Route) == 0 {
		return []office.ID{s.Queue}
	}
	var out []office.ID
	for _, l := range s.Route[:min(s.Level+1, len(s.Route))] { // each level is added: nobody who rings is taken off
		for _, o := range l.Offices {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

// RingsAll says whether all READY seats of the offices that are asked ring at once. So they do for a caller who showed
// at the gate that somebody is there: they have lost seconds to it already (docs/DECISIONS/0026).
func (s State) RingsAll() bool {
	return s.Level > 0 || s.Queue != s.Office || len(s.Route) > 0 && s.Route[0].All || s.Answered.IsZero() && s.GateHow.through()
}

// RingsPiket says whether the piket phones of the offices that are asked ring too: the ladder has come to its end.
func (s State) RingsPiket() bool { return s.Queue == s.Office && s.Level >= max(len(s.Route), 1) }

// Waiting says whether the call asks a floor for a seat.
func (s State) Waiting() bool { return s.Phase == Queued || s.Phase == Offered }

// Offer finds the running offer with number n.
func (s State) Offer(n int) (Offer, bool) {
	i := slices.IndexFunc(s.Offers, func(o Offer) bool { return o.N == n })
	if i < 0 {
		return Offer{}, false
	}
	return s.Offers[i], true
}

// OfferTo finds the running offer to a seat.
func (s State) OfferTo(seat office.SeatID) (Offer, bool) {
	i := slices.IndexFunc(s.Offers, func(o Offer) bool { return o.To.Seat == seat })
	if i < 0 {
		return Offer{}, false
	}
	return s.Offers[i], true
}

// Hears lists the seats that talk with the caller now. With none, and no guest, the caller hears a program (or has
// left).
func (s State) Hears() []SeatRef {
	if s.OnHold || s.Aside() != nil || s.Phase == Transferring && s.Blind {
		return nil
	}
	switch s.Phase {
	case Talking, Transferring:
		var out []SeatRef
		if !s.HolderLost && s.Given == nil {
			out = append(out, s.Holder)
		}
		if s.Leaving != nil {
			out = append(out, s.Leaving.Seat)
		}
		for _, g := range s.Guests {
			if g.In && g.Seat != nil {
				out = append(out, *g.Seat)
			}
		}
		return out
	case Gated, Queued, Offered, Dialling, Orphan, Recovering, Unfinished, Ended:
	}
	return nil
}

// Deadline is when the state wants a Tick: the earliest of the times that run in its phase. False: a person has
// the call, or it has ended.
func (s State) Deadline() (time.Time, bool) {
	var at time.Time
	earliest := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	switch s.Phase {
	case Gated:
		earliest(s.Gate.Until)
	case Queued, Offered:
		if s.Queue == s.Office || len(s.Offers) == 0 { // what rings for an orphan of a Polres has its own end
			earliest(s.LevelAt)
		}
		for _, o := range s.Offers { // from the first level on those of seats have none: all ring until one answers
			earliest(o.Until)
		}
	case Dialling:
		earliest(s.Outbound.Until)
	case Transferring:
		earliest(s.TargetUntil)
	case Orphan, Recovering:
		earliest(s.OrphanUntil)
	case Unfinished:
		earliest(s.UnfinishedUntil)
	case Talking, Ended:
	}
	if s.listens() {
		earliest(s.SilentAt)
	}
	if s.Leaving != nil {
		earliest(s.Leaving.Until)
	}
	for _, g := range s.Guests {
		if !g.In {
			earliest(g.Until)
		}
	}
	return at, !at.IsZero()
}
