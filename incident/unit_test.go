package incident

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/office"
)

func beruang() Unit {
	u := Unit{}
	events, err := DecideUnit(u, Register{At: noon, By: "adm", ID: "u1", Vehicle: Vehicle{Sign: "Beruang 1", Plate: "KT 1 X", Kind: Motorcycle, Home: bpn, Skills: []Skill{Traffic}}})
	if err != nil {
		panic(err)
	}
	return u.ApplyAll(events)
}

type shift struct {
	t *testing.T
	u Unit
}

func (x *shift) do(want string, c UnitCommand) []UnitEvent {
	x.t.Helper()
	events, err := DecideUnit(x.u, c)
	if code(err) != want {
		x.t.Fatalf("%T: refused with %q (%v), want %q", c, code(err), err, want)
	}
	x.u = x.u.ApplyAll(events)
	return events
}

func TestUnitShift(t *testing.T) {
	x := &shift{t, beruang()}
	x.do("unit_off", GiveJob{At: noon, By: "dwi", Incident: "i"})
	x.do("bad_crew", Man{At: noon, Crew: []Mate{{Person: "ari"}, {Person: "ari"}}})
	x.do("", Man{At: noon, By: "dwi", Crew: []Mate{{Person: "ari"}, {Person: "budi", Lead: true, Skills: []Skill{PPA}}}, Shift: "pagi"})
	if x.u.Status != UnitReady || x.u.Lead() != "budi" || !x.u.Can(PPA) || !x.u.Can(Traffic) || x.u.Can(Bomb) {
		t.Fatalf("%+v", x.u)
	}
	x.do("", SetStatus{At: noon, By: "dwi", Via: ByRadio, To: UnitPatrol})
	x.do("", GiveJob{At: noon, By: "dwi", Incident: "i", No: "K/1"})
	err := refusal(x, GiveJob{At: noon, By: "eka", Incident: "j"})
	if err.Code != "unit_taken" || err.By != "dwi" || err.Incident != "i" {
		t.Fatalf("the second dispatcher isn't told who was first: %+v", err)
	}
	x.do("unit_has_job", SetStatus{At: noon, To: UnitPatrol})
	x.do("unit_has_job", Man{At: noon})
	x.do("", GiveJob{At: noon, By: "eka", Incident: "j", Stack: true})
	x.do("not_now", StepTo{At: noon, Incident: "j", To: UnitEnRoute})
	events := x.do("", StepTo{At: noon, By: "ari", Via: ByPhone, Incident: "i", To: UnitOnScene})
	if len(events) != 3 {
		t.Fatalf("a stage was passed over in silence: %+v", events)
	}
	for i, e := range events {
		if set := e.(UnitStatusSet); set.Skipped != (i < 2) {
			t.Errorf("%+v", set)
		}
	}
	if e := x.do("", StepTo{At: noon, Incident: "i", To: UnitEnRoute}); e != nil {
		t.Error("a job goes backwards")
	}
	x.do("", EndJob{At: noon, By: "ari", Via: ByPhone, Incident: "i"})
	if x.u.Job == nil || x.u.Job.Incident != "j" || x.u.Status != UnitAssigned || len(x.u.Stack) != 0 {
		t.Fatalf("the next of the stack doesn't begin: %+v", x.u)
	}
	x.do("", SetStatus{At: noon, By: "ari", Via: ByRadio, To: UnitBroken})
	if x.u.Job != nil || x.u.Status != UnitBroken {
		t.Fatalf("a broken unit keeps its job: %+v", x.u)
	}
	x.do("unit_broken", GiveJob{At: noon, Incident: "k"})
	x.do("", Panic{At: noon, By: "ari", Via: ByPhone, Place: "-1.2,116.8"})
	x.do("unit_has_job", Man{At: noon})
	x.do("", SeePanic{At: noon, By: "dwi"})
	x.do("why_needed", ClearPanic{At: noon, By: "dwi"})
	x.do("", ClearPanic{At: noon, By: "dwi", Note: "aman"})
	x.do("", Man{At: noon, By: "dwi"})
	if x.u.Status != UnitOff || x.u.Manned() {
		t.Fatalf("%+v", x.u)
	}
	x.do("", Retire{At: noon, By: "adm"})
	x.do("unknown_unit", Man{At: noon, Crew: []Mate{{Person: "ari"}}})
}

func refusal(x *shift, c UnitCommand) *Refusal {
	_, err := DecideUnit(x.u, c)
	r := &Refusal{}
	errors.As(err, &r)
	return r
}

func TestBadUnits(t *testing.T) {
	for name, v := range map[string]Vehicle{
		"no sign":       {Kind: Foot, Home: bpn},
		"no home":       {Sign: "a", Kind: Foot},
		"no plate":      {Sign: "a", Kind: Car, Home: bpn},
		"unknown kind":  {Sign: "a", Kind: "naga", Plate: "x", Home: bpn},
		"unknown skill": {Sign: "a", Kind: Foot, Home: bpn, Skills: []Skill{"sulap"}},
	} {
		if _, err := DecideUnit(Unit{}, Register{At: noon, ID: "u", Vehicle: v}); code(err) != "bad_unit" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever people do: a status of a job exactly when there is a job, one job at a time, none twice in the stack, a job
// never goes backwards, and what was decided is what a fold of the journal gives.
func TestUnitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := beruang()
		var past []UnitEvent
		ids := rapid.SampledFrom([]ID{"a", "b", "c"})
		at := noon
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			at = at.Add(time.Second)
			id := ids.Draw(t, "incident")
			by := rapid.SampledFrom([]office.PersonID{"dwi", "eka"}).Draw(t, "by")
			var c UnitCommand
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				c = Man{At: at, By: by, Crew: []Mate{{Person: "ari"}}}
			case 1:
				c = Man{At: at, By: by}
			case 2:
				c = SetStatus{At: at, By: by, Via: ByRadio, To: rapid.SampledFrom(UnitStatuses()).Draw(t, "to")}
			case 3, 4:
				c = GiveJob{At: at, By: by, Incident: id, Stack: rapid.Bool().Draw(t, "stack"), Move: rapid.Bool().Draw(t, "move")}
			case 5, 6:
				c = StepTo{At: at, By: by, Via: ByPhone, Incident: id, To: rapid.SampledFrom(UnitStatuses()).Draw(t, "to")}
			case 7:
				c = EndJob{At: at, By: by, Incident: id}
			case 8:
				c = TakeJob{At: at, By: by, Incident: id, Why: "released"}
			case 9:
				c = Panic{At: at, By: by}
			}
			events, err := DecideUnit(u, c)
			if err != nil && len(events) > 0 {
				t.Fatal("refused and done")
			}
			was := u
			u = u.ApplyAll(events)
			past = append(past, events...)
			if (u.Job != nil) != (u.Status.stage() > 0) {
				t.Fatalf("%T: job %v with status %s", c, u.Job, u.Status)
			}
			if u.Job == nil && len(u.Stack) > 0 {
				t.Fatalf("%T: the stack waits and there is no job", c)
			}
			seen := map[ID]bool{}
			for _, j := range u.jobs() {
				if seen[j.Incident] {
					t.Fatalf("%s twice", j.Incident)
				}
				seen[j.Incident] = true
			}
			if was.Job != nil && u.Job != nil && *was.Job == *u.Job && u.Status.stage() < was.Status.stage() {
				t.Fatalf("from %s back to %s", was.Status, u.Status)
			}
			if was.Job != nil && u.Job != nil && was.Job.Incident != u.Job.Incident {
				g, gives := c.(GiveJob)
				_, ends := c.(EndJob)
				_, takes := c.(TakeJob)
				if !ends && !takes && !(gives && g.Move) {
					t.Fatalf("%T takes the job %s away in silence", c, was.Job.Incident)
				}
			}
		}
		body, err := UnitCodec.Encode(past)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := UnitCodec.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		if again := beruang().ApplyAll(back); fmt.Sprintf("%+v %+v %+v", again.Job, again.Stack, again.Status) != fmt.Sprintf("%+v %+v %+v", u.Job, u.Stack, u.Status) {
			t.Fatalf("the journal gives %+v, memory has %+v", again, u)
		}
	})
}

var unitExamples = []UnitEvent{
	UnitRegistered{At: noon, By: "adm", ID: "u1", Vehicle: Vehicle{Sign: "Beruang 1", Plate: "KT 1234 AB", Kind: Motorcycle, Skills: []Skill{Traffic}, Home: bpn}},
	UnitRetired{At: noon, By: "adm"},
	UnitManned{At: noon, By: "dwi", Crew: []Mate{{Person: "ari", Lead: true, Skills: []Skill{PPA}}}, Shift: "pagi", Until: noon.Add(8 * time.Hour)},
	UnitStatusSet{At: noon, By: "dwi", Via: ByRadio, To: UnitEnRoute, Skipped: true},
	UnitSent{At: noon, By: "dwi", Incident: "01b3", No: "KALTIM/2026/11/23/0042"},
	UnitStacked{At: noon, By: "dwi", Incident: "01b3", No: "KALTIM/2026/11/23/0042"},
	UnitFinished{At: noon, By: "ari", Via: ByPhone, Incident: "01b3"},
	UnitReleased{At: noon, By: "dwi", Incident: "01b3", Why: "reassigned"},
	UnitPanicked{At: noon, By: "ari", Via: ByPhone, Place: "-1.265400,116.831200"},
	PanicSeen{At: noon, By: "dwi"},
	PanicCleared{At: noon, By: "dwi", Note: "aman"},
}

// TestUnitEventsForEver: each event has a golden file, and every golden file decodes to what it was.
func TestUnitEventsForEver(t *testing.T) { golden(t, "unit-", UnitCodec, unitExamples) }

func golden[E any](t *testing.T, prefix string, codec office.Codec[E], examples []E) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range examples {
		name := codec.Name(e)
		seen[name] = true
		body, err := codec.Encode([]E{e})
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		path := filepath.Join("testdata", "golden", prefix+name+".json")
		want, err := os.ReadFile(path)
		if os.IsNotExist(err) && *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			want = pretty.Bytes()
			err = os.WriteFile(path, want, 0o600)
		}
		if err != nil {
			t.Fatalf("%s has no golden file: %v (go test ./incident -update)", name, err)
		}
		if !bytes.Equal(want, pretty.Bytes()) {
			t.Errorf("%s is written otherwise than the journals of the past have it:\n%s\nnow\n%s", name, want, pretty.Bytes())
		}
		back, unknown, err := codec.Decode(want)
		if err != nil || unknown != 0 || !reflect.DeepEqual(back, []E{e}) {
			t.Errorf("%s decodes to %+v (%d unknown, %v)", name, back, unknown, err)
		}
	}
	for name := range codec.Names() {
		if !seen[name] {
			t.Errorf("event %s has no example here", name)
		}
	}
}
