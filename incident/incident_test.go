package incident

import (
	"errors"
	"flag"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
)

var update = flag.Bool("update", false, "write the golden files of new events; never of old ones")

var (
	noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	yes  = true
)

const (
	polda = office.ID("polda-kaltim")
	bpn   = office.ID("polresta-balikpapan")
	smd   = office.ID("polresta-samarinda")
)

func code(err error) string {
	r := (*Refusal)(nil)
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// story plays commands and expects a refusal's code, or none.
type story struct {
	t *testing.T
	s State
}

func (x *story) do(want string, c Command) []Event {
	x.t.Helper()
	events, err := Decide(x.s, c)
	if code(err) != want {
		x.t.Fatalf("%T: refused with %q (%v), want %q", c, code(err), err, want)
	}
	x.s = x.s.ApplyAll(events)
	return events
}

func typedAt(place office.Private, rev int) Type {
	return Type{At: noon, ID: "i", Call: "c", FirstRing: noon.Add(-time.Minute), By: "sari", Office: polda, Rev: rev, Report: Report{Kind: "curas", Place: place}}
}

func TestLife(t *testing.T) {
	x := &story{t: t}
	if e := x.do("", Type{At: noon, ID: "i", Office: polda}); e != nil {
		t.Fatal("an untouched form is an incident")
	}
	x.do("", typedAt("", 0))
	if !x.s.PlaceKnownAt.IsZero() || x.s.Phase != Draft || x.s.Priority() != 1 {
		t.Fatalf("%+v", x.s)
	}
	x.do("", typedAt("Plaza", 1))
	if !x.s.PlaceKnownAt.Equal(noon) {
		t.Fatal("the second clock doesn't run")
	}
	if e := x.do("", typedAt("Plaza", 1)); e != nil {
		t.Fatal("the same words are saved twice")
	}
	x.do("not_yours", Accept{At: noon, By: "dwi", Office: bpn})
	x.do("", Send{At: noon, By: "sari", From: polda, To: bpn, No: "KALTIM/2026/11/23/0042"})
	if x.s.No == "" || x.s.Office != bpn || !x.s.AcceptBy.Equal(noon.Add(30*time.Second)) {
		t.Fatalf("P1 must be accepted in 30 s: %+v", x.s)
	}
	x.do("not_yours", Send{At: noon, By: "x", From: smd, To: smd, No: "OTHER/1"})
	if e := x.do("", Send{At: noon, By: "sari", From: polda, To: bpn, No: "KALTIM/2026/11/23/0043"}); e != nil {
		t.Fatalf("a second try sends it again: %v", e)
	}
	x.do("", Send{At: noon, By: "sari", From: polda, To: smd, No: "KALTIM/2026/11/23/0043"})
	if x.s.No != "KALTIM/2026/11/23/0042" {
		t.Fatal("the number changed")
	}
	x.do("not_yours", Accept{At: noon, By: "dwi", Office: bpn})
	x.do("", Accept{At: noon, By: "agus", Office: smd})
	x.do("", AddNote{At: noon, By: "agus", Office: smd, Text: "petugas berangkat"})
	x.do("", Drop{At: noon, By: "sari"})
	if x.s.Phase != Accepted {
		t.Fatal("a sent incident was dropped with its call")
	}
	x.do("result_needed", Close{At: noon, By: "agus", Office: smd, Result: Handled})
	x.do("not_yours", Close{At: noon, By: "dwi", Office: bpn, Result: Handled, Done: "x"})
	x.do("", Close{At: noon, By: "agus", Office: smd, Result: Handled, Done: "selesai"})
	x.do("closed", Type{At: noon, Office: smd, Report: Report{Place: "y"}})
	x.do("closed", AddNote{At: noon, By: "agus", Office: smd, Text: "terlambat"})
	if !x.s.FirstRing.Equal(noon.Add(-time.Minute)) {
		t.Fatal("the judged clock was reset")
	}
}

// Nobody accepts: chief, supervisor, Mabes, each once, and then it stays there, unaccepted and shown.
func TestEscalation(t *testing.T) {
	x := &story{t: t}
	x.do("", typedAt("Plaza", 0))
	x.do("", Send{At: noon, By: "sari", From: polda, To: bpn, No: "K/1"})
	for _, want := range []Level{ToChief, ToSupervisor, ToMabes} {
		at, ok := x.s.Deadline()
		if !ok {
			t.Fatalf("no deadline before %s", want)
		}
		if e := x.do("", Tick{At: at.Add(-time.Nanosecond)}); e != nil {
			t.Fatal("too early")
		}
		x.do("", Tick{At: at})
		if x.s.Escalated != want {
			t.Fatalf("escalated to %s, want %s", x.s.Escalated, want)
		}
	}
	if _, ok := x.s.Deadline(); ok {
		t.Error("there is somebody above Mabes")
	}
	x.do("", Accept{At: noon, By: "dwi", Office: bpn})
	if x.s.Phase != Accepted {
		t.Error("an escalated incident can't be accepted")
	}
}

func TestKinds(t *testing.T) {
	quick, classes := map[string]string{}, map[Class]bool{}
	for _, k := range Kinds() {
		if other, dup := quick[k.Quick]; dup || len(k.Quick) != 3 {
			t.Errorf("quick code %q of %s (and %s)", k.Quick, k.Code, other)
		}
		quick[k.Quick] = k.Code
		classes[k.Class] = true
		if k.Priority < 1 || k.Priority > 4 || k.ID == "" || k.EN == "" {
			t.Errorf("%+v", k)
		}
	}
	for _, c := range []Class{Emergency, Service, Information, Complaint} {
		if !classes[c] {
			t.Errorf("no kind of report for %s", c)
		}
	}
}

var examples = []Event{
	Typed{At: noon, ID: "01b3", Call: "01a2", FirstRing: noon, Office: polda, By: "sari", Rev: 1, Report: Report{
		Kind: "curas", Priority: 2, Place: "dpn Plaza", Reporter: "Andi", ReporterNumber: "+6281234567890", Danger: &yes, People: 2, Summary: "dua orang",
	}},
	Numbered{At: noon, No: "KALTIM/2026/11/23/0042"},
	WasSent{At: noon, By: "sari", From: polda, To: bpn, AcceptBy: noon.Add(time.Minute), Unsure: true},
	WasAccepted{At: noon, By: "dwi", Office: bpn},
	Noted{Note{At: noon, By: "dwi", Text: "berangkat"}},
	Escalated{At: noon, To: ToChief, Until: noon.Add(time.Minute)},
	Dropped{At: noon, By: "sari"},
	WasClosed{At: noon, By: "dwi", Result: Handled, Done: "selesai"},
}

// TestEventsForEver: each event has a golden file, and every golden file decodes to what it was.
func TestEventsForEver(t *testing.T) { golden(t, "", Codec, examples) }
