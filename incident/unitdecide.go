package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// DecideUnit says what happens when cmd meets u. It reads no clock. An error is always a *Refusal.
func DecideUnit(u Unit, cmd UnitCommand) ([]UnitEvent, error) {
	if _, first := cmd.(Register); !first && (u.ID == "" || u.Retired) {
		return nil, &Refusal{Code: "unknown_unit", Text: "there is no such unit"}
	}
	switch c := cmd.(type) {
	case Register:
		return register(u, c)
	case Retire:
		if u.Job != nil || u.Panic != nil {
			return nil, hasJob(u)
		}
		return []UnitEvent{UnitRetired{At: c.At, By: c.By}}, nil
	case Man:
		return man(u, c)
	case SetStatus:
		return setStatus(u, c)
	case GiveJob:
		return giveJob(u, c)
	case StepTo:
		return stepTo(u, c)
	case EndJob:
		if u.Job == nil || u.Job.Incident != c.Incident {
			return nil, &Refusal{Code: "not_now", Text: "the unit doesn't have this job"}
		}
		done := []UnitEvent{UnitFinished{At: c.At, By: c.By, Via: c.Via, Incident: c.Incident}}
		return append(done, next(u, c.At, c.By)...), nil
	case TakeJob:
		return takeJob(u, c)
	case Panic:
		if u.Panic != nil || c.Key != "" && c.Key == u.PanicKey {
			return nil, nil // it rings already, or did
		}
		return []UnitEvent{UnitPanicked{At: c.At, By: c.By, Via: c.Via, Place: c.Place, Key: c.Key}}, nil
	case SeePanic:
		if u.Panic == nil || u.Panic.Seen != "" {
			return nil, nil
		}
		return []UnitEvent{PanicSeen{At: c.At, By: c.By}}, nil
	case ClearPanic:
		if u.Panic == nil {
			return nil, nil
		}
		if strings.TrimSpace(string(c.Note)) == "" {
			return nil, &Refusal{Code: "why_needed", Text: "write what was found before the alarm is ended"}
		}
		return []UnitEvent{PanicCleared{At: c.At, By: c.By, Note: c.Note}}, nil
	}
	return nil, &Refusal{Code: "not_now", Text: "unknown command"}
}

func hasJob(u Unit) *Refusal {
	r := &Refusal{Code: "unit_has_job", Text: "the unit has a job: end or release it first", Unit: u.ID}
	if u.Job != nil {
		r.By, r.Incident = u.Job.By, u.Job.Incident
	}
	return r
}

func register(u Unit, c Register) ([]UnitEvent, error) {
	v := c.Vehicle
	v.Sign, v.Plate = strings.TrimSpace(v.Sign), strings.TrimSpace(v.Plate)
	switch {
	case c.ID == "" || u.ID != "" && u.ID != c.ID:
		return nil, &Refusal{Code: "bad_unit", Text: "a unit needs its id"}
	case u.Retired:
		return nil, &Refusal{Code: "unknown_unit", Text: "this unit is out of service for good: make a new one"}
	case v.Sign == "" || v.Home == "":
		return nil, &Refusal{Code: "bad_unit", Text: "a unit needs a call sign and the office that it belongs to"}
	case !slices.Contains(UnitKinds(), v.Kind):
		return nil, &Refusal{Code: "bad_unit", Text: "the kind of unit must be motor, mobil, jalan_kaki or perahu"}
	case v.Kind != Foot && v.Kind != Boat && v.Plate == "":
		return nil, &Refusal{Code: "bad_unit", Text: "a vehicle needs its number plate"}
	case u.Job != nil && v.Home != u.Vehicle.Home:
		return nil, hasJob(u)
	}
	for _, s := range v.Skills {
		if !slices.Contains(Skills(), s) {
			return nil, &Refusal{Code: "bad_unit", Text: "the skill " + string(s) + " is not known"}
		}
	}
	if u.ID != "" && same(u.Vehicle, v) {
		return nil, nil
	}
	return []UnitEvent{UnitRegistered{At: c.At, By: c.By, ID: c.ID, Vehicle: v}}, nil
}

func same(a, b Vehicle) bool {
	return a.Sign == b.Sign && a.Plate == b.Plate && a.Kind == b.Kind && a.Home == b.Home && slices.Equal(a.Skills, b.Skills)
}

func man(u Unit, c Man) ([]UnitEvent, error) {
	if len(c.Crew) == 0 && (u.Job != nil || u.Panic != nil) {
		return nil, hasJob(u)
	}
	seen := map[string]bool{}
	for _, m := range c.Crew {
		if m.Person == "" || seen[string(m.Person)] {
			return nil, &Refusal{Code: "bad_crew", Text: "each of the crew must be named, once"}
		}
		seen[string(m.Person)] = true
	}
	events := []UnitEvent{UnitManned{At: c.At, By: c.By, Crew: slices.Clone(c.Crew), Shift: c.Shift, Until: c.Until}}
	switch {
	case len(c.Crew) == 0 && u.Status != UnitOff:
		events = append(events, UnitStatusSet{At: c.At, By: c.By, Via: BySystem, To: UnitOff})
	case len(c.Crew) > 0 && u.Status == UnitOff:
		events = append(events, UnitStatusSet{At: c.At, By: c.By, Via: BySystem, To: UnitReady})
	}
	return events, nil
}

func setStatus(u Unit, c SetStatus) ([]UnitEvent, error) {
	set := UnitStatusSet{At: c.At, By: c.By, Via: c.Via, To: c.To}
	switch c.To {
	case UnitOff, UnitReady, UnitPatrol, UnitBusy, UnitReturning:
		if u.Job != nil {
			return nil, hasJob(u)
		}
		if u.Status == c.To {
			return nil, nil
		}
		return []UnitEvent{set}, nil
	case UnitBroken:
		if u.Status == UnitBroken {
			return nil, nil
		}
		var events []UnitEvent
		for _, j := range u.jobs() {
			events = append(events, UnitReleased{At: c.At, By: c.By, Incident: j.Incident, Why: "broken"})
		}
		return append(events, set), nil
	case UnitAssigned, UnitAcked, UnitEnRoute, UnitOnScene:
		return nil, &Refusal{Code: "not_now", Text: "this status belongs to a job: say which", Unit: u.ID}
	}
	return nil, &Refusal{Code: "bad_status", Text: "there is no such status of a unit"}
}

// jobs are the present one and the stack.
func (u Unit) jobs() []Job {
	if u.Job == nil {
		return u.Stack
	}
	return append([]Job{*u.Job}, u.Stack...)
}

// Has says whether the incident is the present job or one of the stack.
func (u Unit) Has(id ID) bool {
	return slices.ContainsFunc(u.jobs(), func(j Job) bool { return j.Incident == id })
}

func giveJob(u Unit, c GiveJob) ([]UnitEvent, error) {
	for _, j := range u.jobs() {
		if j.Incident == c.Incident {
			if j.By == c.By && c.Stack == (u.Job == nil || u.Job.Incident != c.Incident) {
				return nil, nil // pressed twice
			}
			return nil, &Refusal{Code: "unit_taken", Text: "the unit was assigned to this incident already", By: j.By, Incident: j.Incident, Unit: u.ID}
		}
	}
	switch {
	case u.Status == UnitOff:
		return nil, &Refusal{Code: "unit_off", Text: "the unit is not on duty", Unit: u.ID}
	case u.Status == UnitBroken:
		return nil, &Refusal{Code: "unit_broken", Text: "the unit is out of order", Unit: u.ID}
	case u.Job != nil && c.Move:
		return []UnitEvent{
			UnitReleased{At: c.At, By: c.By, Incident: u.Job.Incident, Why: "reassigned"},
			UnitSent{At: c.At, By: c.By, Incident: c.Incident, No: c.No},
		}, nil
	case u.Job != nil && c.Stack:
		if len(u.Stack) >= maxStack {
			return nil, &Refusal{Code: "stack_full", Text: "the unit has too many jobs waiting already", Unit: u.ID}
		}
		return []UnitEvent{UnitStacked{At: c.At, By: c.By, Incident: c.Incident, No: c.No}}, nil
	case u.Job != nil:
		return nil, &Refusal{Code: "unit_taken", Text: "the unit was assigned to another incident", By: u.Job.By, Incident: u.Job.Incident, Unit: u.ID}
	}
	return []UnitEvent{UnitSent{At: c.At, By: c.By, Incident: c.Incident, No: c.No}}, nil
}

// maxStack is how many jobs may wait for one unit: more is a list that nobody will ever come to the end of.
const maxStack = 5

func stepTo(u Unit, c StepTo) ([]UnitEvent, error) {
	if u.Job == nil || u.Job.Incident != c.Incident {
		return nil, &Refusal{Code: "not_now", Text: "the unit doesn't have this job", Unit: u.ID}
	}
	to := c.To.stage()
	if to <= UnitAssigned.stage() {
		return nil, &Refusal{Code: "bad_status", Text: "a job goes on with ACKNOWLEDGED, EN_ROUTE or ON_SCENE", Unit: u.ID}
	}
	var events []UnitEvent
	for _, s := range []UnitStatus{UnitAcked, UnitEnRoute, UnitOnScene} {
		if s.stage() > u.Status.stage() && s.stage() <= to {
			events = append(events, UnitStatusSet{At: c.At, By: c.By, Via: c.Via, To: s, Skipped: s != c.To})
		}
	}
	return events, nil // none when it was said before
}

func takeJob(u Unit, c TakeJob) ([]UnitEvent, error) {
	if !u.Has(c.Incident) {
		return nil, nil
	}
	events := []UnitEvent{UnitReleased{At: c.At, By: c.By, Incident: c.Incident, Why: c.Why}}
	if u.Job != nil && u.Job.Incident == c.Incident {
		events = append(events, next(u, c.At, c.By)...)
	}
	return events, nil
}

// next begins the first job of the stack.
func next(u Unit, at time.Time, by office.PersonID) []UnitEvent {
	if len(u.Stack) == 0 {
		return nil
	}
	j := u.Stack[0]
	return []UnitEvent{UnitSent{At: at, By: by, Incident: j.Incident, No: j.No}}
}

// Apply gives the state after e. It is total and doesn't change u.
func (u Unit) Apply(e UnitEvent) Unit {
	switch e := e.(type) {
	case UnitRegistered:
		if u.ID == "" {
			u.ID, u.Status, u.Since, u.Via = e.ID, UnitOff, e.At, BySystem
		}
		u.Vehicle = e.Vehicle
	case UnitRetired:
		u.Retired, u.Status, u.Since = true, UnitOff, e.At
	case UnitManned:
		u.Crew, u.Shift, u.Until = e.Crew, e.Shift, e.Until
	case UnitStatusSet:
		u.Status, u.Since, u.Via = e.To, e.At, e.Via
	case UnitSent:
		u.Job = &Job{Incident: e.Incident, No: e.No, By: e.By, At: e.At}
		u.Stack = without(u.Stack, e.Incident)
		u.Status, u.Since, u.Via = UnitAssigned, e.At, BySystem
	case UnitStacked:
		u.Stack = append(without(u.Stack, e.Incident), Job{Incident: e.Incident, No: e.No, By: e.By, At: e.At})
	case UnitFinished:
		u = u.free(e.Incident, e.At, e.Via)
	case UnitReleased:
		u = u.free(e.Incident, e.At, BySystem)
	case UnitPanicked:
		u.Panic = &Alarm{At: e.At, By: e.By, Via: e.Via, Place: e.Place}
		u.PanicKey = e.Key
	case PanicSeen:
		if u.Panic != nil {
			p := *u.Panic
			p.Seen, p.SeenAt = e.By, e.At
			u.Panic = &p
		}
	case PanicCleared:
		u.Panic = nil
	}
	return u
}

func (u Unit) free(id ID, at time.Time, via Via) Unit {
	u.Stack = without(u.Stack, id)
	if u.Job != nil && u.Job.Incident == id {
		u.Job = nil
		u.Status, u.Since, u.Via = UnitReturning, at, via
	}
	return u
}

func without(jobs []Job, id ID) []Job {
	return slices.DeleteFunc(slices.Clone(jobs), func(j Job) bool { return j.Incident == id })
}

// ApplyAll folds events onto u in order.
func (u Unit) ApplyAll(events []UnitEvent) Unit {
	for _, e := range events {
		u = u.Apply(e)
	}
	return u
}

// JobIDs are the incidents of the present job and the stack, in order.
func (u Unit) JobIDs() []ID {
	var ids []ID
	for _, j := range u.jobs() {
		ids = append(ids, j.Incident)
	}
	return ids
}
