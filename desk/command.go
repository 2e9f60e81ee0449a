package desk

import (
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// Who is the person who gives a command, as staff vouches for them.
type Who struct {
	Person Person
	Office office.ID
	Role   office.Role
}

// Command is what a person wants of a seat or a call.
//
//sumtype:decl
type Command interface{ deskCommand() }

type (
	// BeginDuty takes a seat. The seat is NOT_READY (mulai_dinas) until Ready.
	BeginDuty struct {
		Seat office.SeatID
		// Phone: the seat is heard by its registered desk phone instead of the browser.
		Phone bool
	}
	// EndDuty leaves the person's seat; refused while a call is there.
	EndDuty struct{}
	// BeReady asks for calls, and ends WRAP_UP early. Refused while the line isn't up.
	BeReady struct{}
	// Pause stops offers for a reason.
	Pause struct{ Reason string }
	// ForceOff ends the duty of another seat of the same office or below (supervisor).
	ForceOff struct {
		Seat   office.SeatID
		Reason string
	}
	// Rung acknowledges that the seat's screen rings.
	Rung struct {
		Call call.ID
		N    int
	}
	// Answer takes a ringing call.
	Answer struct {
		Call call.ID
		N    int
	}
	// Decline refuses a ringing call.
	Decline struct {
		Call call.ID
		N    int
	}
	// Transfer passes the live call to an office, its incident too.
	Transfer struct {
		Call call.ID
		To   office.ID
		Wait bool // ring on although all are busy
	}
	// Hold parks the caller under an announcement, or comes back.
	Hold struct {
		Call call.ID
		On   bool
	}
	// Invite asks an office or an outside number into the talk; Aside for advice that the caller doesn't hear.
	Invite struct {
		Call   call.ID
		Office office.ID
		Number string
		Name   string
		Aside  bool
	}
	// Dismiss takes a guest out of the talk; a guest at a seat leaves by it.
	Dismiss struct {
		Call  call.ID
		Guest int
	}
	// Merge lets one who advises talk with the caller.
	Merge struct {
		Call  call.ID
		Guest int
	}
	// Give leaves the caller to a guest, with the outcome that the call then has.
	Give struct {
		Call    call.ID
		Guest   int
		Outcome call.Outcome
		Agency  string
	}
	// Press sends keys (DTMF) to the caller, or to guest number Guest.
	Press struct {
		Call  call.ID
		Guest int
		Keys  string
	}
	// Silent marks the caller as one who can't speak, by the operator's ear.
	Silent struct{ Call call.ID }
	// AskSilent asks the caller now to press five twice if they can't speak.
	AskSilent struct{ Call call.ID }
	// Mute lets the caller hear nothing of us, or lifts that.
	Mute struct {
		Call call.ID
		On   bool
	}
	// CallOut calls a number from the person's seat: back to a call that is owed one, about an incident, or any other.
	CallOut struct {
		Number   string  // not needed with Returns
		Returns  call.ID // the call that is owed
		Incident string
	}
	// Settle says that a callback is owed no longer, and why.
	Settle struct {
		Call call.ID
		How  call.Settlement
		Note string
	}
	// TakeBack ends the running transfer; N 0 means whatever runs.
	TakeBack struct {
		Call call.ID
		N    int
	}
	// Leave leaves the talk that another seat has now (F6).
	Leave struct{ Call call.ID }
	// Close ends the call with its outcome, or gives an unfinished one its outcome.
	Close struct {
		Call     call.ID
		Outcome  call.Outcome
		Prank    call.Prank
		Agency   string
		Callback call.Callback
	}
)

func (BeginDuty) deskCommand() {}
func (EndDuty) deskCommand()   {}
func (BeReady) deskCommand()   {}
func (Pause) deskCommand()     {}
func (ForceOff) deskCommand()  {}
func (Rung) deskCommand()      {}
func (Answer) deskCommand()    {}
func (Decline) deskCommand()   {}
func (Transfer) deskCommand()  {}
func (TakeBack) deskCommand()  {}
func (Leave) deskCommand()     {}
func (Close) deskCommand()     {}
func (reserve) deskCommand()   {}
func (Hold) deskCommand()      {}
func (Invite) deskCommand()    {}
func (Dismiss) deskCommand()   {}
func (Merge) deskCommand()     {}
func (Give) deskCommand()      {}
func (Press) deskCommand()     {}
func (Silent) deskCommand()    {}
func (AskSilent) deskCommand() {}
func (Mute) deskCommand()      {}
func (CallOut) deskCommand()   {}
func (Settle) deskCommand()    {}

// reserve takes the person's seat for a call of ours. (The Desk asks it of the Floor.)
type reserve struct{ call call.ID }

// Done is what a command led to: the seat or the call as it stands right after, nil when it has none.
type Done struct {
	Seat *SeatView
	Call *CallView
}

// Reasons are those that a person may give for a pause.
func Reasons() []string {
	return []string{"istirahat", "salat", "toilet", "pelatihan", "administrasi", "teknis"}
}

// Refusal is why a person's command was not done, beside *call.Refusal.
type Refusal struct {
	Code string // "seat_taken", "no_seat", "line_down", "busy", "not_allowed", "bad_reason", "unknown_call"
	By   *Person
	Text string
}

func (r *Refusal) Error() string { return r.Text }
