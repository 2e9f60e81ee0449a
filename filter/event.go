package filter

import (
	"reflect"
	"time"

	"github.com/siaga110/siaga/office"
)

// Event is what happened to the filter of an office. Events are the contract with the journal: their JSON is decoded
// for ever. What calls say about their numbers (Ended) is no event of the filter: the call's own records have it.
//
//sumtype:decl
type Event interface{ event() }

type (
	// Blocked: a supervisor sends all calls of a number to the gate for a while. 8 and speech still pass.
	Blocked struct {
		At     time.Time       `json:"at"`
		Number office.Private  `json:"number"`
		Until  time.Time       `json:"until"`
		Reason office.Private  `json:"reason"`
		By     office.PersonID `json:"by"`
	}
	// Unblocked: the block ended before its time.
	Unblocked struct {
		At     time.Time       `json:"at"`
		Number office.Private  `json:"number"`
		Reason office.Private  `json:"reason"`
		By     office.PersonID `json:"by"`
	}
	// Cleared: a person says that the past of this number says nothing. It is as new from then on.
	Cleared struct {
		At     time.Time       `json:"at"`
		Number office.Private  `json:"number"`
		Reason office.Private  `json:"reason"`
		By     office.PersonID `json:"by"`
	}
	// SharedMarked: many people use this phone, so its past may not hold the next one (or not any more).
	SharedMarked struct {
		At     time.Time       `json:"at"`
		Number office.Private  `json:"number"`
		On     bool            `json:"on"`
		What   office.Private  `json:"what"` // payphone, school, market …
		By     office.PersonID `json:"by"`
	}
	// Noticed: a notice was sent to a number that plays with 110 again and again.
	Noticed struct {
		At     time.Time       `json:"at"`
		Number office.Private  `json:"number"`
		By     office.PersonID `json:"by"`
	}
	// WeightsSet: the office counts otherwise from now on. Rev counts up.
	WeightsSet struct {
		At      time.Time       `json:"at"`
		Rev     int             `json:"rev"`
		Weights Weights         `json:"weights"`
		Reason  string          `json:"reason"`
		By      office.PersonID `json:"by"`
	}
	// GateSampled: the gate would have held this call; it passed as if ungated, so that we learn whom the gate holds.
	// No screen of an operator may show it while the call has no outcome.
	GateSampled struct {
		At     time.Time      `json:"at"`
		Call   string         `json:"call"`
		Number office.Private `json:"number"`
		Level  Level          `json:"level"`
		Shield string         `json:"shield,omitempty"` // the source, when a shield would have held it
	}
	// GatePassed: the number is at the gate, and this call went past it.
	GatePassed struct {
		At     time.Time      `json:"at"`
		Call   string         `json:"call"`
		Number office.Private `json:"number"`
		Level  Level          `json:"level"`
		Escape Escape         `json:"escape"`
	}
	// GateEntered: the call was answered by the gate.
	GateEntered struct {
		At     time.Time      `json:"at"`
		Call   string         `json:"call"`
		Number office.Private `json:"number"`
		Level  Level          `json:"level"`
		Why    []Reason       `json:"why"`
		Until  time.Time      `json:"until"`  // without key or speech, the low lane then
		Speech time.Duration  `json:"speech"` // that passes
	}
	// GateEnded: the gate let go of the call. After SilenceLow it still listens, and may end again.
	GateEnded struct {
		At   time.Time `json:"at"`
		Call string    `json:"call"`
		How  How       `json:"how"`
	}
	// ShieldRaised: a flood comes from this source; its calls meet the gate.
	ShieldRaised struct {
		At     time.Time `json:"at"`
		Source Source    `json:"source"`
		Short  int       `json:"short"` // short calls without speech in the window
		All    int       `json:"all"`
		Until  time.Time `json:"until"` // lowered then, unless the flood goes on
	}
	// ShieldLowered: the flood is over.
	ShieldLowered struct {
		At     time.Time `json:"at"`
		Source Source    `json:"source"`
	}
)

func (Blocked) event()       {}
func (Unblocked) event()     {}
func (Cleared) event()       {}
func (SharedMarked) event()  {}
func (Noticed) event()       {}
func (WeightsSet) event()    {}
func (GateSampled) event()   {}
func (GatePassed) event()    {}
func (GateEntered) event()   {}
func (GateEnded) event()     {}
func (ShieldRaised) event()  {}
func (ShieldLowered) event() {}

// Version is the version of the bodies that Codec writes.
const Version = 1

// Codec gives each event its name in the journal, for ever.
var Codec = office.NewCodec[Event]("filter", map[string]reflect.Type{
	"blocked":        reflect.TypeFor[Blocked](),
	"unblocked":      reflect.TypeFor[Unblocked](),
	"cleared":        reflect.TypeFor[Cleared](),
	"shared_marked":  reflect.TypeFor[SharedMarked](),
	"noticed":        reflect.TypeFor[Noticed](),
	"weights_set":    reflect.TypeFor[WeightsSet](),
	"gate_sampled":   reflect.TypeFor[GateSampled](),
	"gate_passed":    reflect.TypeFor[GatePassed](),
	"gate_entered":   reflect.TypeFor[GateEntered](),
	"gate_ended":     reflect.TypeFor[GateEnded](),
	"shield_raised":  reflect.TypeFor[ShieldRaised](),
	"shield_lowered": reflect.TypeFor[ShieldLowered](),
})
