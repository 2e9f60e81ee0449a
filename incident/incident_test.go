package incident

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
)

var update = flag.Bool("update", false, "write the golden files of new events; never of old ones")

var (
	noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	yes  = true
	far  = office.Metres(640)
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
	x.do("taken", Accept{At: noon, By: "budi", Office: smd})
	x.do("", AddNote{At: noon, By: "agus", Office: smd, Text: "petugas berangkat"})
	x.do("", Drop{At: noon, By: "sari"})
	if x.s.Phase != Accepted {
		t.Fatal("a sent incident was dropped with its call")
	}
	x.do("result_needed", Close{At: noon, By: "agus", Office: smd, Result: Done})
	x.do("not_yours", Close{At: noon, By: "dwi", Office: bpn, Result: Done, Done: "x"})
	x.do("", Close{At: noon, By: "agus", Office: smd, Result: Done, Done: "selesai"})
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
	at, _ := x.s.Deadline()
	x.do("", Tick{At: at}) // Mabes is called by phone, at last
	if _, ok := x.s.Deadline(); ok || len(x.s.Phoning) != 3 {
		t.Errorf("there is somebody above Mabes, or somebody isn't called: %+v", x.s.Phoning)
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
	WasClosed{At: noon, By: "dwi", Result: Done, Done: "selesai"},
	TargetSet{At: noon, ArriveBy: noon.Add(10 * time.Minute), Arrive: 10 * time.Minute, Band: 5000, Distance: 4200, Known: true, From: bpn, Since: "2021-05-20"},
	Pictured{Picture{At: noon, By: "ari", Unit: "u1", Hash: strings.Repeat("ab", 32), Ref: "gambar/1", Type: "image/jpeg", Bytes: 1234, Caption: "pintu"}},
	CallAsked{At: noon, By: "ari", Unit: "u1", Number: "+6281300000001", Key: "k1"},
	CallAnswered{At: noon, By: "dwi", Unit: "u1", How: "tersambung"},
	CallJoined{At: noon, By: "sari", Call: "01a3"},
	StepMissed{At: noon, Step: StepAck, Unit: "u1", To: ToChief, Person: "kasat", Until: noon.Add(time.Minute)},
	WasCancelled{At: noon, By: "dwi", Why: "salah lapor"},
	WasTold{At: noon, By: "sari", How: "sudah diberi tahu"},
	WasReopened{At: noon, By: "dwi", Office: bpn, Why: "pelaku kembali", AssignBy: noon.Add(time.Minute)},
	HandoverOffered{At: noon, By: "dwi", From: bpn, To: smd, Why: "wilayah lain", TakeBy: noon.Add(time.Minute)},
	HandoverTaken{At: noon, By: "agus", From: bpn, To: smd, AssignBy: noon.Add(time.Minute)},
	HandoverEnded{At: noon, By: "agus", Office: smd, Why: "bukan wilayah kami"},
	WasLinked{At: noon, By: "dwi", Into: "01b4"},
	WasUnlinked{At: noon, By: "dwi", From: "01b4"},
	WasJoined{At: noon, By: "dwi", Other: "01b3", Calls: []string{"01a2"}},
	WasParted{At: noon, By: "dwi", Other: "01b3"},
	WasRestricted{At: noon, By: "dwi", Shut: true, Named: []office.PersonID{"rini"}},
	ReporterShown{At: noon, By: "ari", Unit: "u1", Why: "rumah tidak ditemukan"},
	WasAssigned{At: noon, By: "dwi", Office: bpn, Unit: "u1", Sign: "Beruang 1", Lead: "ari", Stacked: true, Next: noon.Add(30 * time.Second)},
	Advanced{At: noon, By: "ari", Via: ByPhone, Unit: "u1", Step: StepArrive, Metres: &far, Far: true, Next: noon.Add(10 * time.Minute)},
	Proved{At: noon, Unit: "u1", Metres: 42, Since: noon.Add(-15 * time.Second)},
	UnitTaken{At: noon, By: "dwi", Unit: "u1", Why: "reassigned", AssignBy: noon.Add(time.Minute)},
	Checked{At: noon, By: "dwi", Unit: "u1", Next: noon.Add(10 * time.Minute)},
	Waits{At: noon, By: "dwi", Why: "semua unit bertugas", Until: noon.Add(5 * time.Minute)},
	PhoneAsked{At: noon, Step: StepAck, Unit: "u1", Level: ToChief, Person: "kasat"},
	Phoned{At: noon, Step: StepAck, Unit: "u1", Level: ToChief, Person: "kasat", Name: "AKP Budi", Outcome: PhoneTaken, Until: noon.Add(time.Minute)},
}

// TestEventsForEver: each event has a golden file, and every golden file decodes to what it was.
func TestEventsForEver(t *testing.T) { golden(t, "", Codec, examples) }
