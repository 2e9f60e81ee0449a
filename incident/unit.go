package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// UnitID names a unit for ever: a vehicle or a foot patrol. Its call sign may change, this doesn't.
type UnitID string

// UnitKind is what a unit moves with.
type UnitKind string

// The kinds of units.
const (
	Motorcycle UnitKind = "motor"
	Car        UnitKind = "mobil"
	Foot       UnitKind = "jalan_kaki"
	Boat       UnitKind = "perahu" // rivers and the bay
)

// UnitKinds lists them.
func UnitKinds() []UnitKind { return []UnitKind{Motorcycle, Car, Foot, Boat} }

// Skill is something that not every crew can do.
type Skill string

// The skills, in the police's own short words.
const (
	PPA     Skill = "ppa"     // women and children: domestic and sexual violence
	Bomb    Skill = "gegana"  // explosives
	Traffic Skill = "lantas"  // accidents, traffic
	Detect  Skill = "reskrim" // detectives, scene of crime
	Crowd   Skill = "sabhara" // crowds
	Armed   Skill = "brimob"  // armed incidents
	Talker  Skill = "negosiator"
	Medic   Skill = "medis"
	Water   Skill = "polairud"
)

// Skills lists them.
func Skills() []Skill {
	return []Skill{PPA, Bomb, Traffic, Detect, Crowd, Armed, Talker, Medic, Water}
}

// SkillFor is the skill that a kind of report asks for; false when any crew will do.
func SkillFor(kind string) (Skill, bool) {
	switch kind {
	case "kdrt", "asusila":
		return PPA, true
	case "laka", "macet":
		return Traffic, true
	case "sandera", "bundiri":
		return Talker, true
	}
	return "", false
}

// UnitStatus is what a unit is doing.
type UnitStatus string

// The statuses. Those from Assigned to OnScene belong to a job.
const (
	UnitOff       UnitStatus = "OFF" // no crew, not on duty
	UnitReady     UnitStatus = "READY"
	UnitPatrol    UnitStatus = "PATROL"
	UnitAssigned  UnitStatus = "ASSIGNED"
	UnitAcked     UnitStatus = "ACKNOWLEDGED"
	UnitEnRoute   UnitStatus = "EN_ROUTE"
	UnitOnScene   UnitStatus = "ON_SCENE"
	UnitBusy      UnitStatus = "BUSY" // something else, not a report
	UnitBroken    UnitStatus = "BROKEN"
	UnitReturning UnitStatus = "RETURNING" // done, on the way back: may get the next job
)

// UnitStatuses lists them in the order of a shift.
func UnitStatuses() []UnitStatus {
	return []UnitStatus{
		UnitOff, UnitReady, UnitPatrol, UnitAssigned, UnitAcked, UnitEnRoute, UnitOnScene, UnitBusy, UnitBroken, UnitReturning,
	}
}

// Free says whether a unit with this status can be given a job at once.
func (s UnitStatus) Free() bool { return s == UnitReady || s == UnitPatrol || s == UnitReturning }

// stage is how far a job has come: 0 when the status belongs to none.
func (s UnitStatus) stage() int {
	return 1 + slices.Index([]UnitStatus{UnitAssigned, UnitAcked, UnitEnRoute, UnitOnScene}, s)
}

// Via is how somebody told something of a unit.
type Via string

// The ways.
const (
	ByRadio    Via = "radio" // said by radio, entered by the operator
	ByPhone    Via = "phone" // pressed on the unit's phone
	ByScreen   Via = "screen"
	ByPosition Via = "position" // found from where the unit is
	BySystem   Via = "system"
)

// Vias lists the ways that a person may name.
func Vias() []Via { return []Via{ByRadio, ByPhone, ByScreen} }

// Vehicle is what is known of a unit besides its crew and its job.
type Vehicle struct {
	Sign   string    `json:"sign"`            // call sign, "Beruang 3"
	Plate  string    `json:"plate,omitempty"` // empty for a foot patrol
	Kind   UnitKind  `json:"kind"`
	Skills []Skill   `json:"skills,omitempty"` // of vehicle and usual crew
	Home   office.ID `json:"home"`             // office that it belongs to
}

// PlainPlate is a number plate without what people write differently.
func PlainPlate(plate string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ".", "").Replace(plate))
}

// Mate is one of a crew.
type Mate struct {
	Person office.PersonID `json:"person"`
	Lead   bool            `json:"lead,omitempty"`
	Skills []Skill         `json:"skills,omitempty"`
}

// Job is what a unit was sent to.
type Job struct {
	Incident ID
	No       string // report number, for the call sign's ear
	By       office.PersonID
	At       time.Time
}

// Alarm is a crew that calls for help.
type Alarm struct {
	At    time.Time
	By    office.PersonID
	Via   Via
	Place office.Private // "lat,lng" or words; empty when unknown
	// Seen is who took it up on a console, empty while nobody did.
	Seen   office.PersonID
	SeenAt time.Time
}

// Unit is the state of one unit, a value. Where it is isn't part of it: positions live in memory only.
type Unit struct {
	ID      UnitID
	Vehicle Vehicle
	Retired bool

	Status UnitStatus
	Since  time.Time
	Via    Via

	Crew  []Mate
	Shift string    // "pagi", "2026-11-23/1": the roster's word for it
	Until time.Time // end of the crew's shift, zero when not known

	Job   *Job
	Stack []Job // next ones, in order
	Panic *Alarm
	// PanicKey is of the last alarm: the phone that sends it again, since the answer was lost, raises no second one.
	PanicKey string
}

// Can says whether the unit or one of its crew has the skill.
func (u Unit) Can(skill Skill) bool {
	return slices.Contains(u.Vehicle.Skills, skill) ||
		slices.ContainsFunc(u.Crew, func(m Mate) bool { return slices.Contains(m.Skills, skill) })
}

// Manned says whether a crew is aboard.
func (u Unit) Manned() bool { return len(u.Crew) > 0 }

// Aboard says whether the person is in the crew.
func (u Unit) Aboard(p office.PersonID) bool {
	return slices.ContainsFunc(u.Crew, func(m Mate) bool { return m.Person == p })
}

// Lead is who answers for the crew: who is marked, or else the first; empty without a crew.
func (u Unit) Lead() office.PersonID {
	for _, m := range u.Crew {
		if m.Lead {
			return m.Person
		}
	}
	if len(u.Crew) > 0 {
		return u.Crew[0].Person
	}
	return ""
}
