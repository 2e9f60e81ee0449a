package office

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Target is what an office promises from a day on: how long each step from the report to the door may take
// (CALL.md §3). What is zero is the default.
type Target struct {
	From       string        `json:"from"`                 // first day, in the office's zone: "2021-05-20"
	AcceptLife time.Duration `json:"acceptLife,omitempty"` // an incident of priority 1 is accepted; 30 s
	Accept     time.Duration `json:"accept,omitempty"`     // any other; 60 s
	Assign     time.Duration `json:"assign,omitempty"`     // a unit is assigned after that; 60 s
	Ack        time.Duration `json:"ack,omitempty"`        // the unit says that it heard; 30 s
	Depart     time.Duration `json:"depart,omitempty"`     // and departs; 90 s
	Check      time.Duration `json:"check,omitempty"`      // a unit on the scene is asked whether all is well; 10 min
	// Bands say when somebody is there, counted from the first ring, nearest first.
	Bands []Band `json:"bands,omitempty"`
}

// Band is the time to be at a place that is no further than UpTo by road from the nearest manned office.
type Band struct {
	UpTo   Metres        `json:"upTo,omitempty"` // 0: any distance
	Arrive time.Duration `json:"arrive"`
}

// DefaultTarget is the national one.
func DefaultTarget() Target {
	return Target{
		AcceptLife: 30 * time.Second, Accept: 60 * time.Second, Assign: 60 * time.Second, Ack: 30 * time.Second,
		Depart: 90 * time.Second, Check: 10 * time.Minute,
		Bands: []Band{
			{UpTo: 5000, Arrive: 10 * time.Minute}, {UpTo: 10000, Arrive: 20 * time.Minute}, {Arrive: 25 * time.Minute},
		},
	}
}

// TargetOn is the target that holds on a day ("2026-11-23", in the office's zone), whole.
func (s Settings) TargetOn(day string) Target {
	t := DefaultTarget()
	for _, o := range s.Targets { // Check has seen that they are in order
		if o.From > day {
			break
		}
		t = Target{
			From: o.From, AcceptLife: cmp.Or(o.AcceptLife, t.AcceptLife), Accept: cmp.Or(o.Accept, t.Accept),
			Assign: cmp.Or(o.Assign, t.Assign), Ack: cmp.Or(o.Ack, t.Ack), Depart: cmp.Or(o.Depart, t.Depart),
			Check: cmp.Or(o.Check, t.Check), Bands: t.Bands,
		}
		if len(o.Bands) > 0 {
			t.Bands = o.Bands
		}
	}
	return t
}

// Band is the one of a distance. A distance that isn't known gets the first: the promise is not made longer by not
// knowing.
func (t Target) Band(distance Metres, known bool) Band {
	if !known {
		distance = 0
	}
	i := slices.IndexFunc(t.Bands, func(b Band) bool { return b.UpTo == 0 || distance <= b.UpTo })
	if i < 0 {
		return Band{Arrive: DefaultTarget().Bands[2].Arrive}
	}
	return t.Bands[i]
}

func checkTargets(list []Target) error {
	day := ""
	for _, t := range list {
		if _, err := time.Parse(time.DateOnly, t.From); err != nil {
			return fmt.Errorf("targets: from is %q: write the first day like \"2021-05-20\"", t.From)
		}
		if t.From <= day {
			return fmt.Errorf("targets: %s comes after %s: each day once, the oldest first", t.From, day)
		}
		day = t.From
		for name, d := range map[string]time.Duration{
			"acceptLife": t.AcceptLife, "accept": t.Accept, "assign": t.Assign, "ack": t.Ack, "depart": t.Depart, "check": t.Check,
		} {
			if d != 0 && (d < 5*time.Second || d > time.Hour) {
				return fmt.Errorf("targets from %s: %s is %v: choose between 5s and 1h", t.From, name, d)
			}
		}
		var last Metres
		for i, b := range t.Bands {
			switch {
			case b.Arrive < time.Minute || b.Arrive > 24*time.Hour:
				return fmt.Errorf("targets from %s: arrive is %v: choose between 1 minute and a day", t.From, b.Arrive)
			case b.UpTo == 0 && i < len(t.Bands)-1, b.UpTo != 0 && b.UpTo <= last:
				return fmt.Errorf("targets from %s: the bands must go from near to far; only the last is for any distance", t.From)
			}
			last = b.UpTo
		}
		if n := len(t.Bands); n > 0 && t.Bands[n-1].UpTo != 0 {
			return fmt.Errorf("targets from %s: the last band must be for any distance (upTo 0)", t.From)
		}
	}
	return nil
}
