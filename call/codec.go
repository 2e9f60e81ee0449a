package call

import (
	"reflect"

	"github.com/siaga110/siaga/office"
)

// Version is the version of the bodies that Codec writes.
const Version = 1

// Codec gives each event its name in the journal, for ever.
var Codec = office.NewCodec[Event]("call", map[string]reflect.Type{
	"dialled":          reflect.TypeFor[Dialled](),
	"ungated":          reflect.TypeFor[Ungated](),
	"lifted":           reflect.TypeFor[Lifted](),
	"rang":             reflect.TypeFor[Rang](),
	"unoffered":        reflect.TypeFor[Unoffered](),
	"requeued":         reflect.TypeFor[Requeued](),
	"raised":           reflect.TypeFor[Raised](),
	"answered":         reflect.TypeFor[WasAnswered](),
	"transfer_began":   reflect.TypeFor[TransferBegan](),
	"taken_back":       reflect.TypeFor[TakenBack](),
	"held_again":       reflect.TypeFor[HeldAgain](),
	"left":             reflect.TypeFor[Left](),
	"orphaned":         reflect.TypeFor[Orphaned](),
	"holder_gone":      reflect.TypeFor[HolderGone](),
	"reattached":       reflect.TypeFor[Reattached](),
	"caller_left":      reflect.TypeFor[CallerLeft](),
	"linked":           reflect.TypeFor[Linked](),
	"adopted":          reflect.TypeFor[Adopted](),
	"promised":         reflect.TypeFor[Promised](),
	"hold_set":         reflect.TypeFor[HoldSet](),
	"guest_asked":      reflect.TypeFor[GuestAsked](),
	"guest_joined":     reflect.TypeFor[GuestJoined](),
	"guest_left":       reflect.TypeFor[GuestLeft](),
	"merged":           reflect.TypeFor[Merged](),
	"gave_away":        reflect.TypeFor[GaveAway](),
	"reached":          reflect.TypeFor[Reached](),
	"caller_spoke":     reflect.TypeFor[CallerSpoke](),
	"silent_prompted":  reflect.TypeFor[SilentPrompted](),
	"silent_emergency": reflect.TypeFor[SilentEmergency](),
	"mute_set":         reflect.TypeFor[MuteSet](),
	"tried":            reflect.TypeFor[Tried](),
	"settled":          reflect.TypeFor[Settled](),
	"closed":           reflect.TypeFor[Closed](),
	"tape_sealed":      reflect.TypeFor[TapeSealed](),
	"dialog_kept":      reflect.TypeFor[DialogKept](),
})
