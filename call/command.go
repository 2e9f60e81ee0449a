package call

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// Command is what somebody or something wants of a call. Each carries the time at which it was wanted.
//
//sumtype:decl
type Command interface{ command() }

type (
	// Dial starts the life of a call: an INVITE was admitted.
	Dial struct {
		At     time.Time
		ID     ID
		Office office.ID
		Caller Caller
		Times  Times
		Route  []office.Level // from the route plan; empty: Office alone
		Plan   string
		Low    bool  // low lane
		Gate   *Gate // stands before the queue
		Urgent bool  // priority lane: we owe this caller a call back, or they are in danger
	}
	// CallOut starts a call of ours: By hears it ring.
	CallOut struct { //nolint:revive // as people say it
		At       time.Time
		ID       ID
		Office   office.ID
		Caller   Caller // whom we call
		Times    Times
		Outbound Outbound
	}
	// PassGate lets a call from the gate into the queue, or out of the low lane.
	PassGate struct {
		At  time.Time
		How GateHow
		Low bool // behind all others
	}
	// CalleeUp: whom we call has answered.
	CalleeUp struct{ At time.Time }
	// Grant: a floor gives seats that are READY. For a waiting call they ring; in Transferring they ring as the target.
	Grant struct {
		At    time.Time
		Seats []SeatRef
		Piket bool // the one seat is a plain phone
	}
	// NoSeat: a floor has nobody to give. Why is Busy or Nobody.
	NoSeat struct {
		At     time.Time
		Office office.ID
		Why    Chip
	}
	// Answer: a person at a ringing seat takes the call.
	Answer struct {
		At   time.Time
		By   SeatRef
		N    int
		Kind office.Kind // of By's office
	}
	// Decline: a person at a ringing seat refuses the call.
	Decline struct {
		At time.Time
		By SeatRef
		N  int
		Up bool // a piket who wants the supervisor instead
	}
	// HungUp: the phone of a seat was put down, on purpose.
	HungUp struct {
		At time.Time
		By SeatRef
	}
	// Unrung: a seat that was offered the call didn't ring (not acknowledged in 700 ms, or its line was lost).
	Unrung struct {
		At time.Time
		N  int
	}
	// Transfer: the holder passes the live call to an office. The incident goes there in the same instant.
	Transfer struct {
		At    time.Time
		By    SeatRef
		To    office.ID
		Blind bool // the caller hears an announcement meanwhile
		Wait  bool // ring on although all are busy, for as long as a transfer may ring
	}
	// Hold parks the caller, or comes back.
	Hold struct {
		At time.Time
		By SeatRef
		On bool
	}
	// Invite asks an office or an outside number into the talk; Aside for advice, which the caller doesn't hear.
	Invite struct {
		At     time.Time
		By     SeatRef
		Office office.ID
		Number office.Private
		Name   string
		Aside  bool
	}
	// GuestUp: an outside number has answered.
	GuestUp struct {
		At time.Time
		N  int
	}
	// GuestGone: an outside number didn't answer, or has hung up.
	GuestGone struct {
		At  time.Time
		N   int
		Why GuestWhy
	}
	// Dismiss takes a guest out of the talk.
	Dismiss struct {
		At time.Time
		By SeatRef
		N  int
	}
	// Merge brings one who was asked for advice and the caller together.
	Merge struct {
		At time.Time
		By SeatRef
		N  int
	}
	// Give leaves the caller to a guest; the call counts with this outcome.
	Give struct {
		At      time.Time
		By      SeatRef
		N       int
		Outcome Outcome
		Agency  string
	}
	// TakeBack: the holder ends the running transfer. N is its number, 0 for whatever runs.
	TakeBack struct {
		At time.Time
		By SeatRef
		N  int
	}
	// LeaveTalk: a seat that is still in the talk beside the holder goes.
	LeaveTalk struct {
		At time.Time
		By SeatRef
	}
	// Close: the holder ends the call, or gives an unfinished one its outcome.
	Close struct {
		At       time.Time
		By       SeatRef
		Outcome  Outcome
		Prank    Prank
		Agency   string
		Callback Callback // only with CallerBroke: Owed or Danger
	}
	// CallerGone: the caller's leg has ended. Network tells that no BYE or CANCEL came: the line broke.
	CallerGone struct {
		At      time.Time
		Network bool
	}
	// SeatLost: a seat's line or browser is gone.
	SeatLost struct {
		At   time.Time
		Seat office.SeatID
	}
	// SeatBack: the seat of a person is there again.
	SeatBack struct {
		At time.Time
		By SeatRef
	}
	// Link: dispatch made an incident (a draft) for this call.
	Link struct {
		At       time.Time
		Incident string
	}
	// VoiceHeard: a voice was heard on the caller's side since the answer.
	VoiceHeard struct{ At time.Time }
	// SilentKeys: the caller pressed five twice.
	SilentKeys struct{ At time.Time }
	// MarkSilent: who has the caller hears that they can't speak.
	MarkSilent struct {
		At time.Time
		By SeatRef
	}
	// AskSilent asks the caller now to press five twice if they can't speak.
	AskSilent struct {
		At time.Time
		By SeatRef
	}
	// Mute: the caller hears nothing of us, or again.
	Mute struct {
		At time.Time
		By SeatRef
		On bool
	}
	// Adopt: a new process took up the call. Probing: its leg is asked whether it lives; else Alive tells.
	Adopt struct {
		At      time.Time
		Probing bool
		Alive   bool
	}
	// Tick: time has come to look at the deadlines. A tick that finds nothing due does nothing.
	Tick struct{ At time.Time }
)

func (Dial) command()       {}
func (CallOut) command()    {}
func (PassGate) command()   {}
func (CalleeUp) command()   {}
func (HungUp) command()     {}
func (Hold) command()       {}
func (Invite) command()     {}
func (GuestUp) command()    {}
func (GuestGone) command()  {}
func (Dismiss) command()    {}
func (Merge) command()      {}
func (Give) command()       {}
func (Grant) command()      {}
func (NoSeat) command()     {}
func (Answer) command()     {}
func (Decline) command()    {}
func (Unrung) command()     {}
func (Transfer) command()   {}
func (TakeBack) command()   {}
func (LeaveTalk) command()  {}
func (Close) command()      {}
func (CallerGone) command() {}
func (SeatLost) command()   {}
func (SeatBack) command()   {}
func (Link) command()       {}
func (VoiceHeard) command() {}
func (SilentKeys) command() {}
func (MarkSilent) command() {}
func (AskSilent) command()  {}
func (Mute) command()       {}
func (Adopt) command()      {}
func (Tick) command()       {}

// Refusal is why a command was not done, for a person to read.
type Refusal struct {
	Code string  // for machines: "taken", "stale_offer", "not_your_call", "outcome_needed", "call_ended", …
	By   SeatRef // who was faster, when Code is "taken"
	Text string  // for the log and for developers, English
}

func (r *Refusal) Error() string { return r.Text }

// The codes of refusals.
const (
	CodeTaken         = "taken"
	CodeStale         = "stale_offer"
	CodeNotYours      = "not_your_call"
	CodeOutcomeNeeded = "outcome_needed"
	CodeBadOutcome    = "outcome_not_possible"
	CodeEnded         = "call_ended"
	CodeNotNow        = "not_now"
)

// By is who gave a command, empty when it was no person.
func By(cmd Command) SeatRef {
	switch c := cmd.(type) {
	case CallOut:
		return c.Outbound.By
	case Answer:
		return c.By
	case Decline:
		return c.By
	case Transfer:
		return c.By
	case TakeBack:
		return c.By
	case LeaveTalk:
		return c.By
	case Close:
		return c.By
	case HungUp:
		return c.By
	case Hold:
		return c.By
	case Invite:
		return c.By
	case Dismiss:
		return c.By
	case Merge:
		return c.By
	case Give:
		return c.By
	case MarkSilent:
		return c.By
	case AskSilent:
		return c.By
	case Mute:
		return c.By
	case Dial, CalleeUp, Grant, NoSeat, Unrung, CallerGone, SeatLost, SeatBack, Link, Adopt, Tick, GuestUp, GuestGone,
		VoiceHeard, SilentKeys:
	}
	return SeatRef{}
}
