package call

import (
	"reflect"
	"time"

	"github.com/siaga110/siaga/office"
)

// SeatEvent is what people did with a seat: enough to put everybody back where they were after a restart. What calls do
// with seats is in the calls' own events.
//
//sumtype:decl
type SeatEvent interface{ seatEvent() }

type (
	// DutyBegan: a person took a seat.
	DutyBegan struct {
		At     time.Time       `json:"at"`
		Seat   office.SeatID   `json:"seat"`
		Person office.PersonID `json:"person"`
		Phone  bool            `json:"phone,omitempty"` // heard by a desk phone
	}
	// DutyEnded: the seat is free.
	DutyEnded struct {
		At   time.Time     `json:"at"`
		Seat office.SeatID `json:"seat"`
	}
	// SeatReady: the person wants calls.
	SeatReady struct {
		At   time.Time     `json:"at"`
		Seat office.SeatID `json:"seat"`
	}
	// SeatPaused: the person, or what they missed, stopped the offers.
	SeatPaused struct {
		At     time.Time     `json:"at"`
		Seat   office.SeatID `json:"seat"`
		Reason string        `json:"reason"`
	}
)

func (DutyBegan) seatEvent()  {}
func (DutyEnded) seatEvent()  {}
func (SeatReady) seatEvent()  {}
func (SeatPaused) seatEvent() {}

// SeatCodec gives each event of a seat its name in the journal, for ever.
var SeatCodec = office.NewCodec[SeatEvent]("seat", map[string]reflect.Type{
	"duty_began":  reflect.TypeFor[DutyBegan](),
	"duty_ended":  reflect.TypeFor[DutyEnded](),
	"seat_ready":  reflect.TypeFor[SeatReady](),
	"seat_paused": reflect.TypeFor[SeatPaused](),
})
