package call

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// Event is what happened to a call. Events are the contract with the journal: their JSON is decoded for ever.
//
//sumtype:decl
type Event interface{ event() }

type (
	// Dialled: the call was admitted and waits at its office.
	Dialled struct {
		At      time.Time `json:"at"`
		ID      ID        `json:"id"`
		Office  office.ID `json:"office"`
		Caller  Caller    `json:"caller"`
		Times   Times     `json:"times"`
		LevelAt time.Time `json:"levelAt"`

		Route    []office.Level `json:"route,omitempty"`
		Plan     string         `json:"plan,omitempty"` // name and version of the route plan
		Urgent   bool           `json:"urgent,omitempty"`
		Low      bool           `json:"low,omitempty"`
		Gate     *Gate          `json:"gate,omitempty"`
		Outbound *Outbound      `json:"outbound,omitempty"`
	}
	// Rang: a seat rings.
	Rang struct {
		Offer Offer `json:"offer"`
	}
	// Unoffered: an offer ended without an answer. Missed tells that the person was there and didn't react.
	Unoffered struct {
		At  time.Time   `json:"at"`
		N   int         `json:"n"`
		To  SeatRef     `json:"to"`
		Why UnofferedBy `json:"why"`
	}
	// Ungated: the call got past the gate and waits in the queue.
	Ungated struct {
		At      time.Time `json:"at"`
		How     GateHow   `json:"how"`
		Low     bool      `json:"low,omitempty"`
		Urgent  bool      `json:"urgent,omitempty"`
		LevelAt time.Time `json:"levelAt"`
	}
	// Lifted: the call leaves the low lane and waits like others from now on. How is empty when it had waited long enough.
	Lifted struct {
		At      time.Time `json:"at"`
		How     GateHow   `json:"how,omitempty"`
		Urgent  bool      `json:"urgent,omitempty"`
		LevelAt time.Time `json:"levelAt"`
	}
	// Requeued: the call waits (again) for a seat of the office.
	Requeued struct {
		At      time.Time `json:"at"`
		Office  office.ID `json:"office"`
		Urgent  bool      `json:"urgent"`
		Level   int       `json:"level"`
		LevelAt time.Time `json:"levelAt"`
	}
	// Raised: nobody answered on this level; from now on all READY seats ring.
	Raised struct {
		At      time.Time `json:"at"`
		Level   int       `json:"level"`
		LevelAt time.Time `json:"levelAt"`
	}
	// WasAnswered: a person has the caller.
	WasAnswered struct {
		At    time.Time  `json:"at"`
		N     int        `json:"n"`
		By    SeatRef    `json:"by"`
		Leave *time.Time `json:"leave,omitempty"` // until when the former holder stays in the talk

		Kind office.Kind `json:"kind,omitempty"` // of By's office
	}
	// TransferBegan: the target's floor is asked; Holder keeps the caller meanwhile.
	TransferBegan struct {
		At    time.Time `json:"at"`
		By    SeatRef   `json:"by"`
		To    office.ID `json:"to"`
		Try   int       `json:"try"`
		Until time.Time `json:"until"`
		Blind bool      `json:"blind,omitempty"`
		Wait  bool      `json:"wait,omitempty"` // rings on although the target is busy
	}
	// TakenBack: the transfer ended without an answer; Holder has the caller as before.
	TakenBack struct {
		At   time.Time `json:"at"`
		Try  int       `json:"try"`
		From office.ID `json:"from"`
		Chip Chip      `json:"chip"`
	}
	// HeldAgain: the second talker has the call, since the holder's line was lost while both were in the talk.
	HeldAgain struct {
		At   time.Time `json:"at"`
		By   SeatRef   `json:"by"`
		Chip Chip      `json:"chip"`
	}
	// Left: a seat is no longer in the talk.
	Left struct {
		At   time.Time `json:"at"`
		Seat SeatRef   `json:"seat"`
	}
	// Orphaned: the holder's side was lost; the caller hears an announcement.
	Orphaned struct {
		At    time.Time `json:"at"`
		Seat  SeatRef   `json:"seat"`
		Until time.Time `json:"until"`
	}
	// HolderGone: the holder's side was lost while the target rings; the offer goes on.
	HolderGone struct {
		At   time.Time `json:"at"`
		Seat SeatRef   `json:"seat"`
	}
	// Reattached: the holder is back with the caller.
	Reattached struct {
		At time.Time `json:"at"`
		By SeatRef   `json:"by"`
	}
	// CallerLeft: the caller hung up, or their line broke, while a person had the call.
	CallerLeft struct {
		At      time.Time `json:"at"`
		Network bool      `json:"network,omitempty"`
		Until   time.Time `json:"until"`
	}
	// Linked: the call has an incident.
	Linked struct {
		At       time.Time `json:"at"`
		Incident string    `json:"incident"`
	}
	// Adopted: a new process took the call up after the old one died.
	Adopted struct {
		At    time.Time `json:"at"`
		Until time.Time `json:"until"`
	}
	// Promised: nobody could answer; the caller hears so, and that we will call back.
	Promised struct {
		At time.Time `json:"at"`
	}
	// HoldSet: the holder parked the caller, or came back.
	HoldSet struct {
		At time.Time `json:"at"`
		By SeatRef   `json:"by"`
		On bool      `json:"on"`
	}
	// GuestAsked: somebody is asked into the talk, or for advice.
	GuestAsked struct {
		At    time.Time `json:"at"`
		Guest Guest     `json:"guest"`
	}
	// GuestJoined: the guest has answered.
	GuestJoined struct {
		At   time.Time `json:"at"`
		N    int       `json:"n"`
		Seat *SeatRef  `json:"seat,omitempty"`
	}
	// GuestLeft: the guest is gone, or never came.
	GuestLeft struct {
		At  time.Time `json:"at"`
		N   int       `json:"n"`
		Why GuestWhy  `json:"why"`
	}
	// Merged: one who was asked for advice talks with the caller now.
	Merged struct {
		At time.Time `json:"at"`
		N  int       `json:"n"`
	}
	// GaveAway: the holder left the caller to a guest.
	GaveAway struct {
		At    time.Time `json:"at"`
		Given Given     `json:"given"`
	}
	// Reached: whom we called has answered.
	Reached struct {
		At time.Time `json:"at"`
	}
	// CallerSpoke: a voice was heard for the first time after the answer.
	CallerSpoke struct {
		At time.Time `json:"at"`
	}
	// SilentPrompted: nobody has spoken; the caller is asked, for the Nth time, to press five twice.
	SilentPrompted struct {
		At time.Time `json:"at"`
		N  int       `json:"n"`
		By SeatRef   `json:"by"` // who asked; empty: T_silent passed
	}
	// SilentEmergency: the caller pressed five twice, or the operator By heard that they can't speak. From now on they
	// hear nothing of us.
	SilentEmergency struct {
		At time.Time `json:"at"`
		By SeatRef   `json:"by"`
	}
	// MuteSet: a person let the caller hear us again, or not.
	MuteSet struct {
		At time.Time `json:"at"`
		By SeatRef   `json:"by"`
		On bool      `json:"on"`
	}
	// Tried: a person called back and how that went (written to the call that is owed).
	Tried struct {
		At     time.Time `json:"at"`
		By     SeatRef   `json:"by"`
		Call   ID        `json:"call,omitempty"` // the call back itself
		Reason Reason    `json:"reason"`
	}
	// Settled: nothing is owed any more. (Written to the call that was owed.)
	Settled struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		How  Settlement      `json:"how"`
		Call ID              `json:"call,omitempty"` // the answered call that settled it
		Note office.Private  `json:"note,omitempty"`
	}
	// Closed: the call has its outcome. Nothing follows.
	Closed struct {
		At       time.Time `json:"at"`
		By       SeatRef   `json:"by"` // empty: the system or the caller
		Outcome  Outcome   `json:"outcome"`
		Prank    Prank     `json:"prank,omitempty"`
		Agency   string    `json:"agency,omitempty"`
		Callback Callback  `json:"callback,omitempty"`
	}
	// TapeSealed: the recording is closed; its last chunk hash binds it to this chain. (Written by the desk.)
	TapeSealed struct {
		At      time.Time `json:"at"`
		Tape    string    `json:"tape"`
		Hash    string    `json:"hash"` // hex SHA-256
		Seconds float64   `json:"seconds"`
		Dropped uint64    `json:"dropped"` // 20 ms pieces lost to a slow disk
	}
	// DialogKept is what a later process needs to take the leg up again, sealed. (Written by the desk.)
	DialogKept struct {
		At   time.Time      `json:"at"`
		Blob office.Private `json:"blob"`
	}
)

// UnofferedBy says why an offer ended.
type UnofferedBy string

// Why an offer ended.
const (
	Missed    UnofferedBy = "missed"    // T_offer or T_transfer passed
	WasFaster UnofferedBy = "faster"    // another seat answered
	WasTaken  UnofferedBy = "taken"     // this seat answered, as a guest
	Refused   UnofferedBy = "declined"  // the person declined
	NotRung   UnofferedBy = "not_rung"  // the seat's screen didn't ring, or its line was lost
	Withdrawn UnofferedBy = "withdrawn" // the caller left, or F8: not the seat's fault
)

func (Dialled) event()         {}
func (Ungated) event()         {}
func (Lifted) event()          {}
func (Rang) event()            {}
func (Unoffered) event()       {}
func (Requeued) event()        {}
func (Raised) event()          {}
func (WasAnswered) event()     {}
func (TransferBegan) event()   {}
func (TakenBack) event()       {}
func (HeldAgain) event()       {}
func (Left) event()            {}
func (Orphaned) event()        {}
func (HolderGone) event()      {}
func (Reattached) event()      {}
func (CallerLeft) event()      {}
func (Linked) event()          {}
func (Adopted) event()         {}
func (Closed) event()          {}
func (Promised) event()        {}
func (HoldSet) event()         {}
func (GuestAsked) event()      {}
func (GuestJoined) event()     {}
func (GuestLeft) event()       {}
func (Merged) event()          {}
func (GaveAway) event()        {}
func (Reached) event()         {}
func (CallerSpoke) event()     {}
func (SilentPrompted) event()  {}
func (SilentEmergency) event() {}
func (MuteSet) event()         {}
func (Tried) event()           {}
func (Settled) event()         {}
func (TapeSealed) event()      {}
func (DialogKept) event()      {}
