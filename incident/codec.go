package incident

import (
	"reflect"

	"github.com/siaga110/siaga/office"
)

// Version is the version of the bodies that Codec writes.
const Version = 1

// Codec gives each event its name in the journal, for ever.
var Codec = office.NewCodec[Event]("incident", map[string]reflect.Type{
	"typed":     reflect.TypeFor[Typed](),
	"numbered":  reflect.TypeFor[Numbered](),
	"sent":      reflect.TypeFor[WasSent](),
	"accepted":  reflect.TypeFor[WasAccepted](),
	"noted":     reflect.TypeFor[Noted](),
	"escalated": reflect.TypeFor[Escalated](),
	"dropped":   reflect.TypeFor[Dropped](),
	"closed":    reflect.TypeFor[WasClosed](),
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
