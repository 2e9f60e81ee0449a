package incident

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/office"
)

// working is an incident that bpn has accepted, with a target of ten minutes.
func working(t *testing.T) *story {
	x := &story{t: t}
	x.do("", typedAt("Plaza", 0))
	x.do("", Send{At: noon, By: "sari", From: polda, To: bpn, No: "K/1"})
	x.do("", SetTarget{At: noon, Target: Target{Arrive: 10 * time.Minute}})
	x.do("", Accept{At: noon, By: "dwi", Office: bpn, Within: time.Minute})
	return x
}

func (x *story) phase(want Phase) {
	x.t.Helper()
	if x.s.Phase != want {
		x.t.Fatalf("phase %s, want %s", x.s.Phase, want)
	}
}

func (x *story) holds(o office.ID, p office.PersonID, u UnitID) {
	x.t.Helper()
	if h := x.s.Holder(); h.Office != o || h.Person != p || h.Unit != u {
		x.t.Fatalf("%+v holds the ball, want %s %s %s", h, o, p, u)
	}
}

func TestTwoUnits(t *testing.T) {
	x := working(t)
	x.holds(bpn, "dwi", "")
	x.do("not_yours", Assign{At: noon, By: "sari", Office: polda, Unit: "u1"})
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u1", Lead: "ari", Within: 30 * time.Second})
	x.do("unit_taken", Assign{At: noon, By: "eka", Office: bpn, Unit: "u1"})
	x.phase(Assigned)
	x.holds(bpn, "ari", "u1")
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u2", Lead: "budi", Within: 30 * time.Second})
	x.do("", Advance{At: noon.Add(20 * time.Second), By: "budi", Via: ByPhone, Unit: "u2", Step: StepAck, Within: 90 * time.Second})
	x.holds(bpn, "budi", "u2")
	events := x.do("", Advance{At: noon.Add(time.Minute), By: "ari", Via: ByRadio, Unit: "u1", Step: StepArrive, Metres: 640, Located: true, Within: 10 * time.Minute})
	if len(events) != 3 || !events[0].(Advanced).Skipped || !events[1].(Advanced).Skipped || events[2].(Advanced).Skipped || !events[2].(Advanced).Far {
		t.Fatalf("stages skipped in silence, or far away hidden: %+v", events)
	}
	x.phase(OnScene)
	a, _ := x.s.Unit("u1")
	if !a.Far || len(a.Skipped) != 2 || a.Metres != 640 || !x.s.ArrivedAt.Equal(noon.Add(time.Minute)) {
		t.Fatalf("%+v", a)
	}
	x.do("", Prove{At: noon.Add(2 * time.Minute), Unit: "u1", Metres: 40, Since: noon.Add(100 * time.Second)})
	if e := x.do("", Prove{At: noon.Add(3 * time.Minute), Unit: "u1", Metres: 10}); e != nil {
		t.Error("proved twice")
	}
	x.do("", Advance{At: noon.Add(5 * time.Minute), By: "ari", Via: ByPhone, Unit: "u1", Step: StepDone})
	x.phase(Assigned) // the other is on its way still
	x.do("", Take{At: noon.Add(6 * time.Minute), By: "dwi", Unit: "u2", Why: "released", Within: time.Minute})
	x.phase(Handled)
	x.holds(bpn, "dwi", "")
	x.do("", Close{At: noon.Add(7 * time.Minute), By: "dwi", Office: bpn, Result: Settled, Done: "didamaikan", Tell: true})
	x.do("why_needed", Reopen{At: noon, By: "dwi", Office: bpn})
	x.do("", Told{At: noon, By: "sari", Office: polda, How: "sudah"})
	x.do("not_owed", Told{At: noon, By: "sari", Office: polda, How: "lagi"})
	x.do("", Reopen{At: noon.Add(time.Hour), By: "sari", Office: polda, Why: "pelaku kembali", Within: time.Minute})
	x.phase(Reopened)
	x.holds(polda, "sari", "")
}

// A unit that is not there any more leaves the office with the ball, and its clock to find another.
func TestReleasedUnit(t *testing.T) {
	x := working(t)
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u1", Within: 30 * time.Second})
	x.do("", Take{At: noon.Add(time.Minute), By: "dwi", Unit: "u1", Why: "broken", Within: time.Minute})
	x.phase(Accepted)
	if at, _ := x.s.Deadline(); !at.Equal(noon.Add(2 * time.Minute)) {
		t.Fatalf("nobody asks for another unit: %v", at)
	}
	x.do("why_needed", Wait{At: noon, By: "dwi", Office: bpn})
	x.do("", Wait{At: noon.Add(time.Minute), By: "dwi", Office: bpn, Why: "semua bertugas", Within: 5 * time.Minute})
	if at, _ := x.s.Deadline(); !at.Equal(noon.Add(6 * time.Minute)) {
		t.Fatalf("%v", at)
	}
	x.do("", Assign{At: noon.Add(2 * time.Minute), By: "dwi", Office: bpn, Unit: "u2", Stacked: true})
	x.phase(Accepted)
	x.do("", Assign{At: noon.Add(3 * time.Minute), By: "dwi", Office: bpn, Unit: "u2", Within: 30 * time.Second})
	x.phase(Assigned)
	if !x.s.WaitingSince.IsZero() || len(x.s.Units) != 2 {
		t.Fatalf("%+v", x.s)
	}
}

// Every missed step asks chief, supervisor, Mabes by name, in turn; a safety check asks the dispatcher first.
func TestEveryStepEscalates(t *testing.T) {
	ask := func(x *story, step StepName, want ...Level) {
		t.Helper()
		for _, l := range want {
			at, ok := x.s.Deadline()
			if !ok {
				t.Fatalf("%s: no deadline before %s", step, l)
			}
			if e := x.do("", Tick{At: at.Add(-time.Nanosecond)}); e != nil {
				t.Fatalf("%s: too early", step)
			}
			var got *StepMissed
			for _, e := range x.do("", Tick{At: at, Chief: "kasat", Supervisor: "kabag", Mabes: "pusat"}) {
				if m, ok := e.(StepMissed); ok && m.Step == step {
					got = &m
				}
			}
			if got == nil || got.To != l || got.Person == "" {
				t.Fatalf("%s: %+v, want %s", step, got, l)
			}
			if h := x.s.Holder(); h.Person != got.Person || h.Level != l {
				t.Fatalf("%s: the ball is with %+v", step, h)
			}
		}
	}
	x := working(t)
	ask(x, StepAssign, ToChief, ToSupervisor, ToMabes)
	x = working(t)
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u1", Within: 30 * time.Second})
	ask(x, StepAck, ToChief, ToSupervisor, ToMabes)
	x.do("", Advance{At: noon, By: "ari", Unit: "u1", Step: StepAck, Within: 90 * time.Second})
	ask(x, StepDepart, ToChief, ToSupervisor)
	x.do("", Advance{At: noon, By: "ari", Unit: "u1", Step: StepDepart})
	ask(x, StepArrive, ToChief, ToSupervisor, ToMabes)
	x.do("", Advance{At: noon.Add(time.Hour), By: "ari", Unit: "u1", Step: StepArrive, Within: 10 * time.Minute})
	ask(x, StepCheck, ToDispatcher)
	x.do("", Check{At: noon.Add(time.Hour + 10*time.Minute), By: "dwi", Unit: "u1", Within: 10 * time.Minute})
	ask(x, StepCheck, ToDispatcher, ToChief, ToSupervisor, ToMabes)
	at, _ := x.s.Deadline()
	x.do("", Tick{At: at}) // Mabes is called by phone, at last
	if _, ok := x.s.Deadline(); ok {
		t.Error("there is somebody above Mabes")
	}
	x = working(t)
	x.do("why_needed", HandOver{At: noon, By: "dwi", Office: bpn, To: smd})
	x.do("", HandOver{At: noon, By: "dwi", Office: bpn, To: smd, Why: "wilayah"})
	x.holds(bpn, "dwi", "")
	ask(x, StepHandover, ToChief)
}

func TestHandover(t *testing.T) {
	x := working(t)
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u1", Within: 30 * time.Second})
	x.do("hand_over", Send{At: noon, By: "sari", From: polda, To: smd, No: "x"})
	x.do("", HandOver{At: noon, By: "dwi", Office: bpn, To: smd, Why: "wilayah"})
	x.do("taken", HandOver{At: noon, By: "eka", Office: bpn, To: polda, Why: "wilayah"})
	x.do("not_yours", TakeOver{At: noon, By: "x", Office: polda})
	x.do("", RefuseOver{At: noon, By: "agus", Office: smd, Why: "bukan"})
	x.do("not_yours", TakeOver{At: noon, By: "agus", Office: smd})
	x.do("", HandOver{At: noon, By: "dwi", Office: bpn, To: smd, Why: "wilayah"})
	first := x.s.FirstRing
	x.do("", TakeOver{At: noon, By: "agus", Office: smd, Within: time.Minute})
	if x.s.Office != smd || x.s.No != "K/1" || !x.s.FirstRing.Equal(first) || x.s.Phase != Assigned {
		t.Fatalf("%+v", x.s)
	}
	x.do("not_yours", Close{At: noon, By: "dwi", Office: bpn, Result: Done, Done: "x"})
}

func TestLinks(t *testing.T) {
	a, b := working(t), working(t)
	b.s.ID, b.s.Calls = "j", []string{"d"}
	a.do("not_now", Link{At: noon, By: "dwi", Office: bpn, Into: "i"})
	a.do("", Link{At: noon, By: "dwi", Office: bpn, Into: "j"})
	b.do("", Join{At: noon, By: "dwi", Other: "i", Calls: a.s.Calls})
	a.phase(Linked)
	if !reflect.DeepEqual(b.s.Calls, []string{"d", "c"}) {
		t.Fatalf("calls %v", b.s.Calls)
	}
	a.do("closed", AddNote{At: noon, Text: "x"})
	b.do("has_linked", Link{At: noon, By: "dwi", Office: bpn, Into: "k"})
	a.do("", Unlink{At: noon, By: "dwi", Office: bpn})
	b.do("", Part{At: noon, By: "dwi", Other: "i"})
	a.phase(Accepted)
	a.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u1"})
	a.do("units_active", Link{At: noon, By: "dwi", Office: bpn, Into: "j"})
	if LikeKind("kdrt", "bakar") || !LikeKind("aniaya", "keroyok") || !LikeKind("lain", "bakar") {
		t.Error("which kinds are alike")
	}
}

func TestWhoMaySee(t *testing.T) {
	x := &story{t: t}
	c := typedAt("rumah", 0)
	c.Report.Kind = "kdrt"
	x.do("", c)
	x.do("", Send{At: noon, By: "sari", From: polda, To: bpn, No: "K/1"})
	if !x.s.MaySee("sari") || x.s.MaySee("dwi") || x.s.MaySee("") {
		t.Fatal("before it is accepted")
	}
	x.do("", Accept{At: noon, By: "dwi", Office: bpn})
	x.do("", Restrict{At: noon, By: "dwi", Office: bpn, Named: []office.PersonID{"rini"}})
	if !x.s.MaySee("dwi") || !x.s.MaySee("rini") || x.s.MaySee("eka") {
		t.Fatal("who handles it, and who is named")
	}
	d, err := office.NewDirectory([]office.Office{{ID: polda, Zone: "UTC"}, {ID: bpn, Parent: polda, Zone: "UTC", Code: "b"}, {ID: "sek", Parent: bpn, Zone: "UTC", Code: "s"}})
	if err != nil {
		t.Fatal(err)
	}
	s := State{Report: Report{Kind: "dumas", Against: bpn}}
	for o, want := range map[office.ID]bool{polda: false, bpn: true, "sek": true} {
		if s.HiddenFrom(d, o) != want {
			t.Errorf("hidden from %s: %v", o, !want)
		}
	}
}

func TestReporterIsProtected(t *testing.T) {
	x := working(t)
	x.do("why_needed", ShowReporter{At: noon, By: "ari", Unit: "u1"})
	x.do("", ShowReporter{At: noon, By: "ari", Unit: "u1", Why: "rumah tidak ditemukan"})
	x.s.Report.Protect = true
	x.do("protected", ShowReporter{At: noon, By: "ari", Unit: "u1", Why: "rumah tidak ditemukan"})
	x.s.Report.Danger = &yes
	x.do("in_danger", Close{At: noon, By: "dwi", Office: bpn, Result: Done, Done: "x", Tell: true})
}

// anyCommand is something that somebody, somewhere, may try at any time.
func anyCommand(t *rapid.T, at time.Time, s State) Command {
	offices := rapid.SampledFrom([]office.ID{polda, bpn, smd})
	o, to := offices.Draw(t, "office"), offices.Draw(t, "to")
	by := rapid.SampledFrom([]office.PersonID{"sari", "dwi", "agus"}).Draw(t, "by")
	u := rapid.SampledFrom([]UnitID{"u1", "u2", "u3"}).Draw(t, "unit")
	words := rapid.SampledFrom([]office.Private{"", "x"}).Draw(t, "words")
	other := rapid.SampledFrom([]ID{"j", "k"}).Draw(t, "other")
	w := time.Minute
	list := []Command{
		Type{At: at, ID: "i", Call: "c", FirstRing: noon, By: by, Office: o, Rev: s.Rev, Report: Report{Kind: "curas", Place: words, Summary: words, People: s.Rev % 3}},
		Number{At: at, By: by, No: "K/0"},
		Send{At: at, By: by, From: o, To: to, No: "K/1"},
		Accept{At: at, By: by, Office: o, Within: w},
		SetTarget{At: at, Target: Target{Arrive: 10 * time.Minute}},
		AddNote{At: at, By: by, Office: o, Text: words},
		JoinCall{At: at, By: by, Call: "c2"},
		Drop{At: at, By: by},
		Cancel{At: at, By: by, Office: o, Why: words},
		Close{At: at, By: by, Office: o, Result: Done, Done: words},
		Told{At: at, By: by, Office: o, How: words},
		Reopen{At: at, By: by, Office: o, Why: words, Within: w},
		HandOver{At: at, By: by, Office: o, To: to, Why: words},
		TakeOver{At: at, By: by, Office: o, Within: w},
		RefuseOver{At: at, By: by, Office: o, Why: words},
		Link{At: at, By: by, Office: o, Into: other},
		Unlink{At: at, By: by, Office: o},
		Join{At: at, By: by, Other: other},
		Part{At: at, By: by, Other: other},
		Restrict{At: at, By: by, Office: o, Shut: true},
		ShowReporter{At: at, By: by, Unit: u, Why: words},
		Assign{At: at, By: by, Office: o, Unit: u, Lead: by, Within: w, Stacked: rapid.Bool().Draw(t, "stacked")},
		Assign{At: at, By: by, Office: o, Unit: u, Lead: by, Within: w},
		Advance{At: at, By: by, Via: ByPhone, Unit: u, Step: rapid.SampledFrom(way).Draw(t, "step"), Within: w},
		Prove{At: at, Unit: u, Since: at},
		Take{At: at, By: by, Unit: u, Why: "released", Within: w},
		Check{At: at, By: by, Unit: u, Within: w},
		Wait{At: at, By: by, Office: o, Why: words, Within: w},
		Tick{At: at, Chief: "kasat"},
		PhoneResult{
			At: at, Step: rapid.SampledFrom([]StepName{StepAccept, StepAssign, StepAck, StepArrive}).Draw(t, "missed"),
			Level: rapid.SampledFrom(ladder[2:]).Draw(t, "level"), Unit: rapid.SampledFrom([]UnitID{"", u}).Draw(t, "of"), Name: "AKP Budi",
			Outcome: rapid.SampledFrom(PhoneOutcomes()).Draw(t, "outcome"),
		},
	}
	i := rapid.IntRange(0, len(list)-1).Draw(t, "what")
	if s.Phase == "" {
		i = 0
	}
	return list[i]
}

func TestIncidentProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s State
		var past []Event
		at := noon
		for range rapid.IntRange(1, 80).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second)
			c := anyCommand(t, at, s)
			events, err := Decide(s, c)
			if err != nil && (len(events) > 0 || code(err) == "") {
				t.Fatalf("%T: %v with %v", c, err, events)
			}
			was := s
			s = s.ApplyAll(events)
			past = append(past, events...)
			checkState(t, was, s, c)
		}
		body, err := Codec.Encode(past)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := Codec.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		if again := (State{}).ApplyAll(back); !reflect.DeepEqual(again, s) {
			t.Fatalf("the journal gives\n%+v\nmemory has\n%+v", again, s)
		}
	})
}

func checkState(t *rapid.T, was, s State, c Command) {
	if was.Phase != "" && !s.FirstRing.Equal(was.FirstRing) || !was.PlaceKnownAt.IsZero() && !s.PlaceKnownAt.Equal(was.PlaceKnownAt) {
		t.Fatalf("%T resets a clock", c)
	}
	if !was.ArrivedAt.IsZero() && !s.ArrivedAt.Equal(was.ArrivedAt) {
		t.Fatalf("%T changes when they arrived", c)
	}
	if was.No != "" && s.No != was.No {
		t.Fatalf("%T changes the number", c)
	}
	h := s.Holder()
	if holds := h.Office != ""; holds != (s.Open() || s.Phase == Draft) {
		t.Fatalf("%s: %+v holds the ball", s.Phase, h)
	}
	if s.Phase == Closed && (s.Result == "" || s.Done == "") {
		t.Fatal("closed without a result")
	}
	if s.Open() && s.No == "" {
		t.Fatalf("%s without a number", s.Phase)
	}
	open := map[UnitID]int{}
	for _, a := range s.Units {
		if a.EndedAt.IsZero() {
			open[a.Unit]++
		}
		if a.rank() > 2 && a.AckedAt.IsZero() || a.rank() > 3 && a.DepartedAt.IsZero() {
			t.Fatalf("a stage is missing: %+v", a)
		}
	}
	for u, n := range open {
		if n > 1 {
			t.Fatalf("%T: %s works twice on it", c, u)
		}
		if s.Over() && s.Phase != Linked {
			t.Fatalf("%T: %s works on what is over", c, u)
		}
	}
	active := len(s.ActiveUnits()) > 0
	if working := s.Phase == Assigned || s.Phase == EnRoute || s.Phase == OnScene; active && !s.Over() != working {
		t.Fatalf("%T: %s with units %v", c, s.Phase, s.ActiveUnits())
	}
	for _, step := range s.Steps {
		if a, ok := s.Unit(step.Unit); step.Unit != "" && (!ok || !a.EndedAt.IsZero()) {
			t.Fatalf("%T: the step %s waits for %s, who is gone", c, step.Name, step.Unit)
		}
		if step.Name == StepArrive && !s.ArrivedAt.IsZero() {
			t.Fatalf("%T: they are there and the clock goes on", c)
		}
	}
	for _, p := range s.Phoning {
		if !slices.ContainsFunc(s.Running(), func(x Step) bool { return x.Name == p.Step && x.Unit == p.Unit }) {
			t.Fatalf("%T: a phone rings for what was done: %+v", c, p)
		}
	}
	// What waits has a deadline, until everyone was asked.
	if _, ok := s.Deadline(); !ok && s.Phase == Sent && s.Escalated != ToMabes {
		t.Fatalf("%T: nobody ever asks whether it was accepted", c)
	}
	if tick, ok := c.(Tick); ok {
		if at, left := s.Deadline(); left && !at.After(tick.At) {
			t.Fatalf("a tick at %v leaves a deadline at %v", tick.At, at)
		}
	}
}

// A unit that says "done" and never told of its arrival ends its own part, not the clock of the arrival: nobody has said
// that somebody was there, and another may still be on its way.
func TestSkippedArrivalStopsNoClock(t *testing.T) {
	x := working(t)
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u1", Within: 30 * time.Second})
	x.do("", Assign{At: noon, By: "dwi", Office: bpn, Unit: "u2", Within: 30 * time.Second})
	x.do("", Advance{At: noon.Add(time.Minute), By: "budi", Via: ByPhone, Unit: "u2", Step: StepDepart})
	x.do("", Advance{At: noon.Add(2 * time.Minute), By: "ari", Via: ByRadio, Unit: "u1", Step: StepDone})
	if at, ok := x.s.Deadline(); !ok || !at.Equal(x.s.Target.By) {
		t.Fatalf("nobody asks where they are: %v %v", at, ok)
	}
	x.do("", Advance{At: noon.Add(3 * time.Minute), By: "budi", Via: ByPhone, Unit: "u2", Step: StepArrive})
	if !x.s.ArrivedAt.Equal(noon.Add(3 * time.Minute)) {
		t.Fatalf("arrived %v", x.s.ArrivedAt)
	}
	for _, s := range x.s.Steps {
		if s.Name == StepArrive {
			t.Fatal("they are there and the clock goes on")
		}
	}
}

// What was closed or cancelled before anybody arrived, and goes on, is judged from the first ring still.
func TestReopenedKeepsItsClock(t *testing.T) {
	for _, end := range []Command{
		Close{At: noon.Add(time.Minute), By: "dwi", Office: bpn, Result: NotFound, Done: "tidak ada"},
		Cancel{At: noon.Add(time.Minute), By: "dwi", Office: bpn, Why: "salah"},
	} {
		x := working(t)
		target := x.s.Target.By
		x.do("", end)
		if _, ok := x.s.Deadline(); ok {
			t.Fatal("what is over has a deadline")
		}
		x.do("", Reopen{At: noon.Add(2 * time.Minute), By: "dwi", Office: bpn, Why: "pelaku kembali", Within: time.Minute})
		found := false
		for _, s := range x.s.Running() {
			found = found || s.Name == StepArrive && s.By.Equal(target)
		}
		if !found {
			t.Fatalf("%T: nobody must arrive any more: %+v", end, x.s.Running())
		}
	}
}

// Who lets their time pass is called by phone while the next is asked by screen. Who presses 1 has the ball for as long
// as the step gives them; then it goes on. What was done meanwhile stops the phones.
func TestAskedByPhone(t *testing.T) {
	x := &story{t: t}
	x.do("", typedAt("Plaza", 0))
	x.do("", Send{At: noon, By: "sari", From: polda, To: bpn, No: "K/1"})
	tick := func() []Event {
		t.Helper()
		at, ok := x.s.Deadline()
		if !ok {
			t.Fatal("no deadline")
		}
		return x.do("", Tick{At: at, Chief: "kasat", Supervisor: "kabag", Mabes: "pusat"})
	}
	if e := tick(); len(e) != 1 { // 30 s: the chief, by screen
		t.Fatalf("%+v", e)
	}
	e := tick() // 60 s: the chief by phone, the supervisor by screen
	if len(e) != 2 || e[0].(PhoneAsked).Level != ToChief || e[0].(PhoneAsked).Person != "kasat" || e[1].(Escalated).To != ToSupervisor {
		t.Fatalf("%+v", e)
	}
	late := PhoneResult{At: noon.Add(70 * time.Second), Step: StepAccept, Level: ToSupervisor, Outcome: PhoneTaken}
	if e := x.do("", late); e != nil {
		t.Fatalf("somebody took what nobody was called for: %+v", e)
	}
	x.do("", PhoneResult{At: noon.Add(70 * time.Second), Step: StepAccept, Level: ToChief, Name: "AKP Budi", Outcome: PhoneNoKey})
	x.holds(bpn, "kabag", "")
	x.do("", PhoneResult{At: noon.Add(80 * time.Second), Step: StepAccept, Level: ToChief, Name: "AKP Budi", Outcome: PhoneTaken})
	if h := x.s.Holder(); h.Name != "AKP Budi" || h.Level != ToChief {
		t.Fatalf("%+v has the ball", h)
	}
	if at, _ := x.s.Deadline(); !at.Equal(noon.Add(110 * time.Second)) {
		t.Fatalf("who took it has until %v", at)
	}
	if e := x.do("", PhoneResult{At: noon.Add(81 * time.Second), Step: StepAccept, Level: ToChief, Outcome: PhoneTaken}); e != nil {
		t.Fatal("taken twice")
	}
	e = tick() // nothing came of it: the supervisor by phone, Mabes by screen
	if len(e) != 2 || e[0].(PhoneAsked).Level != ToSupervisor || e[1].(Escalated).To != ToMabes {
		t.Fatalf("%+v", e)
	}
	x.do("", PhoneResult{At: noon.Add(2 * time.Minute), Step: StepAccept, Level: ToSupervisor, Outcome: PhoneNobody})
	e = tick()
	if len(e) != 1 || e[0].(PhoneAsked).Level != ToMabes {
		t.Fatalf("%+v", e)
	}
	x.do("", Accept{At: noon.Add(3 * time.Minute), By: "dwi", Office: bpn})
	if len(x.s.Phoning) != 0 {
		t.Fatalf("phones ring for what was accepted: %+v", x.s.Phoning)
	}
	x.holds(bpn, "dwi", "")
	if e := x.do("", PhoneResult{At: noon.Add(3 * time.Minute), Step: StepAccept, Level: ToMabes, Outcome: PhoneTaken}); e != nil {
		t.Fatal("what was done is taken")
	}
}
