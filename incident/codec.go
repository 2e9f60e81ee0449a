package incident

import (
	"reflect"

	"github.com/siaga110/siaga/office"
)

// Version is the version of the bodies that Codec writes.
const Version = 1

// Codec gives each event its name in the journal, for ever.
var Codec = office.NewCodec[Event]("incident", map[string]reflect.Type{
	"typed":            reflect.TypeFor[Typed](),
	"numbered":         reflect.TypeFor[Numbered](),
	"sent":             reflect.TypeFor[WasSent](),
	"accepted":         reflect.TypeFor[WasAccepted](),
	"target":           reflect.TypeFor[TargetSet](),
	"noted":            reflect.TypeFor[Noted](),
	"pictured":         reflect.TypeFor[Pictured](),
	"call_asked":       reflect.TypeFor[CallAsked](),
	"call_answered":    reflect.TypeFor[CallAnswered](),
	"call_joined":      reflect.TypeFor[CallJoined](),
	"escalated":        reflect.TypeFor[Escalated](),
	"step_missed":      reflect.TypeFor[StepMissed](),
	"dropped":          reflect.TypeFor[Dropped](),
	"cancelled":        reflect.TypeFor[WasCancelled](),
	"closed":           reflect.TypeFor[WasClosed](),
	"told":             reflect.TypeFor[WasTold](),
	"reopened":         reflect.TypeFor[WasReopened](),
	"handover_offered": reflect.TypeFor[HandoverOffered](),
	"handover_taken":   reflect.TypeFor[HandoverTaken](),
	"handover_ended":   reflect.TypeFor[HandoverEnded](),
	"linked":           reflect.TypeFor[WasLinked](),
	"unlinked":         reflect.TypeFor[WasUnlinked](),
	"joined":           reflect.TypeFor[WasJoined](),
	"parted":           reflect.TypeFor[WasParted](),
	"restricted":       reflect.TypeFor[WasRestricted](),
	"reporter_shown":   reflect.TypeFor[ReporterShown](),
	"assigned":         reflect.TypeFor[WasAssigned](),
	"advanced":         reflect.TypeFor[Advanced](),
	"proved":           reflect.TypeFor[Proved](),
	"unit_taken":       reflect.TypeFor[UnitTaken](),
	"checked":          reflect.TypeFor[Checked](),
	"waits":            reflect.TypeFor[Waits](),
	"phone_asked":      reflect.TypeFor[PhoneAsked](),
	"phoned":           reflect.TypeFor[Phoned](),
})

// UnitCodec gives each event of units its name in the journal, for ever.
var UnitCodec = office.NewCodec[UnitEvent]("unit", map[string]reflect.Type{
	"registered":    reflect.TypeFor[UnitRegistered](),
	"retired":       reflect.TypeFor[UnitRetired](),
	"manned":        reflect.TypeFor[UnitManned](),
	"status":        reflect.TypeFor[UnitStatusSet](),
	"assigned":      reflect.TypeFor[UnitSent](),
	"stacked":       reflect.TypeFor[UnitStacked](),
	"finished":      reflect.TypeFor[UnitFinished](),
	"released":      reflect.TypeFor[UnitReleased](),
	"panicked":      reflect.TypeFor[UnitPanicked](),
	"panic_seen":    reflect.TypeFor[PanicSeen](),
	"panic_cleared": reflect.TypeFor[PanicCleared](),
})
