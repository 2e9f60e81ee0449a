package desk

import (
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// The types in this file are what the board shows and what api sends: their JSON names are the API's.

// SeatState is what a seat does (CALL.md §2).
type SeatState string

// The states of a seat.
const (
	Off      SeatState = "OFF"
	NotReady SeatState = "NOT_READY"
	Ready    SeatState = "READY"
	Ringing  SeatState = "OFFERED"
	Talking  SeatState = "TALKING"
	Reserved SeatState = "RESERVED"
	WrapUp   SeatState = "WRAP_UP"
)

// LineState is whether a seat can be heard.
type LineState string

// The states of a seat's audio line.
const (
	LineNone LineState = "none" // never opened in this duty
	LineUp   LineState = "up"
	LineLost LineState = "lost"
)

// Person is who sits at a seat.
type Person struct {
	ID   office.PersonID `json:"id"`
	Name string          `json:"name"`
	Rank string          `json:"rank"`
}

// SeatView is one desk as everybody of the office sees it.
type SeatView struct {
	ID     office.SeatID `json:"id"`
	Office office.ID     `json:"office"`
	State  SeatState     `json:"state" enum:"OFF,NOT_READY,READY,OFFERED,TALKING,RESERVED,WRAP_UP"`
	Reason string        `json:"reason"` // why NOT_READY: istirahat, salat, …, tidak_menjawab, mulai_dinas
	Since  time.Time     `json:"since"`
	Until  *time.Time    `json:"until"` // end of WRAP_UP
	Person *Person       `json:"person"`
	Call   call.ID       `json:"call"`
	Line   LineState     `json:"line" enum:"none,up,lost"`
	Phone  bool          `json:"phone" doc:"heard by its desk phone instead of the browser"`
}

// Seats is the seat itself, for the board.
func (v SeatView) Seats() []office.SeatID { return []office.SeatID{v.ID} }

// Seats are those that take part in the call, or ring: their screens are told first.
func (v CallView) Seats() []office.SeatID {
	var out []office.SeatID
	add := func(s office.SeatID) {
		if s != "" {
			out = append(out, s)
		}
	}
	add(v.Seat)
	for _, o := range v.Offers {
		add(o.Seat)
	}
	for _, g := range v.Guests {
		add(g.Seat)
	}
	if v.Leaving != nil {
		add(v.Leaving.Seat)
	}
	return out
}

// ShortCall is what seats need of a call that others have: who is on what, since when. It has all by which a screen
// tells whether a call is at its own seat.
type ShortCall struct {
	ID      call.ID         `json:"id"`
	Office  office.ID       `json:"office"`
	Phase   call.Phase      `json:"phase"`
	Since   time.Time       `json:"since"`
	Seat    office.SeatID   `json:"seat"`
	Person  office.PersonID `json:"person"`
	Chip    call.Chip       `json:"chip"`
	Leaving *LeavingView    `json:"leaving"`
	Offers  []OfferView     `json:"offers"`
	Guests  []GuestView     `json:"guests"`
}

// Short is nil while a call waits: every screen of the office shows its queue.
func (v CallView) Short() any {
	switch v.Phase {
	case call.Talking, call.Transferring, call.Dialling, call.Orphan, call.Recovering, call.Unfinished:
	case call.Gated, call.Queued, call.Offered, call.Ended:
		return nil
	}
	return ShortCall{
		ID: v.ID, Office: v.Office, Phase: v.Phase, Since: v.Since, Seat: v.Seat, Person: v.Person, Chip: v.Chip, Leaving: v.Leaving,
		Offers: v.Offers, Guests: v.Guests,
	}
}

// OfferView is one ringing seat of a call.
type OfferView struct {
	N      int             `json:"n"`
	Kind   call.OfferKind  `json:"kind" enum:"queue,transfer,guest"`
	Piket  bool            `json:"piket" doc:"a plain phone rings"`
	Office office.ID       `json:"office"`
	Seat   office.SeatID   `json:"seat"`
	Person office.PersonID `json:"person"`
	At     time.Time       `json:"at"`
	Until  *time.Time      `json:"until"`
}

// PlaceView is a circle from the network.
type PlaceView struct {
	Lat    float64 `json:"lat"`
	Lng    float64 `json:"lng"`
	Radius float64 `json:"radius" doc:"metres"`
}

// LeavingView is a seat that is still in the talk beside the holder.
type LeavingView struct {
	Seat  office.SeatID `json:"seat"`
	Until time.Time     `json:"until"`
}

// PastCall is one earlier call of a number.
type PastCall struct {
	At      time.Time    `json:"at"`
	Outcome call.Outcome `json:"outcome"`
	Prank   call.Prank   `json:"prank"`
	Kind    string       `json:"kind"`    // of its incident
	Summary string       `json:"summary"` // last words
}

// OpenIncident is one that is still open for a number.
type OpenIncident struct {
	ID     string    `json:"id"`
	No     string    `json:"no"`
	Kind   string    `json:"kind"`
	Office office.ID `json:"office"`
}

// HistoryView is what is known of a number before the answer.
type HistoryView struct {
	Calls       int            `json:"calls"`
	Pranks      int            `json:"pranks"`
	LastPrankAt *time.Time     `json:"lastPrankAt"`
	Last        []PastCall     `json:"last" nullable:"false"`
	Open        []OpenIncident `json:"open" nullable:"false"`
	Danger      bool           `json:"danger" doc:"never call back, never send a message"`
	Level       filter.Level   `json:"level" enum:",chip,gate,low" doc:"what the number's past comes to"`
	Why         []filter.Words `json:"why" nullable:"false" doc:"the same in words: never only a score"`
	Likely      office.ID      `json:"likely" doc:"the Polres that it probably concerns, by place, number or its last report"`
}

// CallView is a live call as the offices that take part in it see it.
type CallView struct {
	ID              call.ID         `json:"id"`
	Office          office.ID       `json:"office"`
	Phase           call.Phase      `json:"phase" enum:"GATED,QUEUED,OFFERED,DIALLING,TALKING,TRANSFERRING,ORPHAN,RECOVERING,UNFINISHED,ENDED"`
	Since           time.Time       `json:"since"`
	FirstRing       time.Time       `json:"firstRing"`
	AnsweredAt      *time.Time      `json:"answeredAt"`
	Number          string          `json:"number"`
	NumberText      string          `json:"numberText"`
	Withheld        bool            `json:"withheld"`
	Trust           string          `json:"trust" enum:",claimed,missing,spoofed,sim_less" doc:"empty: the carrier answers for the number"`
	Dialled         string          `json:"dialled"`
	CallerName      string          `json:"callerName"`
	Place           *PlaceView      `json:"place"`
	Trunk           string          `json:"trunk"`
	Urgent          bool            `json:"urgent"`
	Low             bool            `json:"low" doc:"low lane: behind all others for a minute"`
	Level           int             `json:"level"`
	Offers          []OfferView     `json:"offers" nullable:"false"`
	Seat            office.SeatID   `json:"seat"`
	Person          office.PersonID `json:"person"`
	Leaving         *LeavingView    `json:"leaving"`
	Target          office.ID       `json:"target"`
	TargetUntil     *time.Time      `json:"targetUntil"`
	Try             int             `json:"try"`
	Sent            []office.ID     `json:"sent" nullable:"false"`
	PolresTalked    bool            `json:"polresTalked"`
	Chip            call.Chip       `json:"chip"`
	ChipOffice      office.ID       `json:"chipOffice"`
	OrphanUntil     *time.Time      `json:"orphanUntil"`
	UnfinishedUntil *time.Time      `json:"unfinishedUntil"`
	Incident        string          `json:"incident"`
	Recording       bool            `json:"recording"`
	OnHold          bool            `json:"onHold" doc:"the holder has parked the caller"`
	Guests          []GuestView     `json:"guests" nullable:"false"`
	Given           int             `json:"given" doc:"number of the guest who has the caller alone; 0: none"`
	Blind           bool            `json:"blind" doc:"the caller hears an announcement during the transfer"`
	Promised        bool            `json:"promised" doc:"the caller was told that we will call back"`
	Digits          string          `json:"digits" doc:"keys that the caller pressed, the last 32"`
	CallerHolds     bool            `json:"callerHolds" doc:"the caller's side has put us on hold"`
	MediaLost       bool            `json:"mediaLost" doc:"nothing is heard from the caller's side"`
	Silence         SilenceView     `json:"silence"`
	Outbound        *OutboundView   `json:"outbound" doc:"a call of ours; null for those that came in"`
	Outcome         call.Outcome    `json:"outcome"`
	History         HistoryView     `json:"history"`
}

// GuestView is somebody whom the holder asked into the talk, or for advice.
type GuestView struct {
	N      int             `json:"n"`
	Office office.ID       `json:"office"`
	Number string          `json:"number"`
	Name   string          `json:"name"`
	Aside  bool            `json:"aside" doc:"the caller doesn't hear it"`
	In     bool            `json:"in" doc:"has answered"`
	Seat   office.SeatID   `json:"seat"`
	Person office.PersonID `json:"person"`
	At     time.Time       `json:"at"`
	Until  time.Time       `json:"until" doc:"rings until then"`
}

// OutboundView tells what a call of ours is for.
type OutboundView struct {
	Returns  call.ID   `json:"returns" doc:"the call that is owed"`
	Incident string    `json:"incident"`
	Until    time.Time `json:"until" doc:"rings until then"`
}

// TodayView are the figures since local midnight.
type TodayView struct {
	In          int                  `json:"in"`
	Answered    int                  `json:"answered"`
	Answered10s int                  `json:"answered10s"`
	Outcomes    map[call.Outcome]int `json:"outcomes"`
	Callbacks   int                  `json:"callbacks" doc:"still owed"`
}

// ConservationView is the law: calls in = sum of outcomes + live.
type ConservationView struct {
	In       int  `json:"in"`
	Outcomes int  `json:"outcomes"`
	Live     int  `json:"live"`
	Balanced bool `json:"balanced"`
}

// FloorView are an office's figures of now and today.
type FloorView struct {
	Office       office.ID        `json:"office"`
	Queue        int              `json:"queue"`
	LongestSince *time.Time       `json:"longestSince"`
	Live         int              `json:"live"`
	Ready        int              `json:"ready"`
	Talking      int              `json:"talking"`
	OnDuty       int              `json:"onDuty"`
	Today        TodayView        `json:"today"`
	Conservation ConservationView `json:"conservation"`
	Shields      []ShieldView     `json:"shields" nullable:"false" doc:"floods whose source meets the gate now"`
}

// ShieldView is a flood whose source meets the gate; others keep their answer time.
type ShieldView struct {
	Kind  filter.SourceKind `json:"kind" enum:"range,prefix,trunk"`
	Text  string            `json:"text" doc:"the source, as people read it, the last digits left out"`
	Since time.Time         `json:"since"`
}

// PresenceView is how many people of an office could take a call, for those above it.
type PresenceView struct {
	Office  office.ID `json:"office"`
	Name    string    `json:"name"`
	Short   string    `json:"short"`
	Ready   int       `json:"ready"`
	Talking int       `json:"talking"`
	OnDuty  int       `json:"onDuty"`
}
