package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

var update = flag.Bool("update", false, "write the golden files of new events; never of old ones")

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) // 12:00 WITA

var sari = Card{
	Name: "Sari", Rank: "Bripka", NRP: "87051234", Phone: "+6281234567890", Skills: []incident.Skill{incident.PPA},
	Sprin: []Order{{No: "Sprin/1123/XI/2026", On: "2026-11-01"}}, Marks: []Mark{{What: "Pertolongan pertama", Until: "2027-05-01"}}, Account: "p1",
}

var examples = []Event{
	Entered{At: noon, By: "adm", ID: "r1", Office: "polda-kaltim", Card: sari},
	Changed{At: noon, By: "adm", ID: "r1", Card: Card{Name: "Sari", Rank: "Aipda", NRP: "87051234"}},
	Moved{At: noon, By: "adm", ID: "r1", Move: Move{From: "polda-kaltim", To: "polresta-balikpapan", On: "2026-12-01", Order: "Sprin/9/XII/2026"}},
	Unmoved{At: noon, By: "adm", ID: "r1", On: "2026-12-01"},
	Left{At: noon, By: "adm", ID: "r1", Why: "pensiun"},
	Imported{At: noon, By: "adm", User: "root", File: "personel.xlsx", Hash: "ab12", People: 70, Vehicles: 80},
	Planned{
		At: noon, By: "adm", Office: "polresta-balikpapan", Day: "2026-11-23", Shift: "pagi", From: noon, To: noon.Add(8 * time.Hour),
		Posts: []Post{{Unit: "u1", Lead: "r1", People: []ID{"r1", "r2"}}, {People: []ID{"r3"}}},
	},
	Attended{At: noon, By: "adm", Office: "polresta-balikpapan", Day: "2026-11-23", Shift: "pagi", ID: "r2", Here: false, Why: "sakit"},
	HandedOver{At: noon, By: "dwi", ID: "h1", Office: "polresta-balikpapan", Day: "2026-11-23", Shift: "pagi", Note: "tenang", More: 2, Hash: "cd34"},
	ItemsListed{ID: "h1", Items: []Item{{Kind: "incident", Ref: "01b3", No: "KALTIM/2026/11/23/0042", Text: "laka, Jl. Sudirman"}}},
	Taken{At: noon, By: "sari", ID: "h1", Note: "diterima", Hash: "cd34"},
	Withdrawn{At: noon, By: "dwi", ID: "h1", Why: "salah kantor"},
}

// TestEventsForEver: each event has a golden file, and every golden file decodes to what it was.
func TestEventsForEver(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range examples {
		name := Codec.Name(e)
		seen[name] = true
		body, err := Codec.Encode([]Event{e})
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		path := filepath.Join("testdata", "golden", name+".json")
		want, err := os.ReadFile(path)
		if os.IsNotExist(err) && *update {
			want = pretty.Bytes()
			err = os.WriteFile(path, want, 0o600)
		}
		if err != nil {
			t.Fatalf("%s has no golden file: %v (go test ./incident/roster -update)", name, err)
		}
		if !bytes.Equal(want, pretty.Bytes()) {
			t.Errorf("%s is written otherwise than the journals of the past have it:\n%s\nnow\n%s", name, want, pretty.Bytes())
		}
		back, unknown, err := Codec.Decode(want)
		if err != nil || unknown != 0 || !reflect.DeepEqual(back, []Event{e}) {
			t.Errorf("%s decodes to %+v (%d unknown, %v)", name, back, unknown, err)
		}
	}
	for name := range Codec.Names() {
		if !seen[name] {
			t.Errorf("event %s has no example here", name)
		}
	}
}

func kaltim(t testing.TB) *office.Directory {
	t.Helper()
	d, err := office.Read(bytes.NewReader(office.Kaltim()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	polda   office.ID = "polda-kaltim"
	bpn     office.ID = "polresta-balikpapan"
	samrnda office.ID = "polresta-samarinda"
)

// house is a roster and the people who ask something of it.
type house struct {
	t       *testing.T
	s       *State
	offices *office.Directory
	now     time.Time
}

func newHouse(t *testing.T) *house {
	return &house{t: t, s: New(), offices: kaltim(t), now: noon}
}

// as gives a command by somebody of an office; want is the refusal's code, empty when it is to be done.
func (h *house) as(o office.ID, who office.PersonID, cmd Command, want string) {
	h.t.Helper()
	events, err := h.s.Decide(cmd, Who{Person: who, Office: o}, h.now, h.offices)
	var r *Refusal
	switch {
	case errors.As(err, &r) && r.Code != want, err == nil && want != "", err != nil && r == nil:
		h.t.Fatalf("%T by %s: %v, want %q", cmd, o, err, want)
	}
	for _, e := range events {
		h.s.Apply(e)
	}
}

func (h *house) enter(id ID, o office.ID, nrp string) {
	h.t.Helper()
	h.as(polda, "adm", Enter{ID: id, Office: o, Card: Card{Name: "Orang", Rank: "bripka", NRP: office.Private(nrp)}}, "")
}

func TestMutasi(t *testing.T) {
	h := newHouse(t)
	h.enter("r1", polda, "87051234")
	h.as(bpn, "x", DoMove{ID: "r1", To: bpn, On: "2026-12-01"}, "unknown_person") // a Polres doesn't see the Polda's people
	h.as(polda, "adm", DoMove{ID: "r1", To: bpn, On: "2026-12-01", Order: "Sprin/9"}, "")
	p := h.s.People["r1"]
	if p.Office("2026-11-30") != polda || p.Office("2026-12-01") != bpn {
		t.Fatalf("belongs to %s the day before and %s on the day", p.Office("2026-11-30"), p.Office("2026-12-01"))
	}
	if len(h.s.Of(bpn, "2026-11-30")) != 0 || len(h.s.Of(bpn, "2026-12-01")) != 1 {
		t.Fatal("the Polresta's list doesn't follow the move's day")
	}
	h.as(polda, "adm", DoMove{ID: "r1", To: bpn, On: "2026-12-02"}, "same_office")
	h.as(polda, "adm", TakeBack{ID: "r1", On: "2026-12-01"}, "")
	h.as(polda, "adm", DoMove{ID: "r1", To: bpn, On: "2026-11-01"}, "")
	h.as(polda, "adm", TakeBack{ID: "r1", On: "2026-11-01"}, "moved_already")
	h.as(bpn, "x", DoMove{ID: "r1", To: samrnda, On: "2026-12-01"}, "move_above") // only who is above both
	h.as(polda, "adm", DoMove{ID: "r1", To: samrnda, On: "2028-12-01"}, "bad_day")
	h.as(polda, "adm", DoMove{ID: "r1", To: "polda-mars", On: "2026-12-01"}, "unknown_office")
}

func TestNRPOnce(t *testing.T) {
	h := newHouse(t)
	h.enter("r1", bpn, "87051234")
	h.as(polda, "adm", Enter{ID: "r2", Office: samrnda, Card: Card{Name: "Lain", Rank: "Aipda", NRP: "8705 1234"}}, "nrp_taken")
	h.as(polda, "adm", Leave{ID: "r1", Why: "pensiun"}, "")
	h.as(polda, "adm", Enter{ID: "r2", Office: samrnda, Card: Card{Name: "Lain", Rank: "Aipda", NRP: "87051234"}}, "")
	h.as(bpn, "x", Change{ID: "r2", Card: sari}, "unknown_person") // never sideways
}

func TestShiftPlan(t *testing.T) {
	h := newHouse(t)
	h.enter("r1", bpn, "87051234")
	h.enter("r2", bpn, "87051235")
	h.enter("r3", samrnda, "87051236")
	pagi := ShiftKey{bpn, "2026-11-23", "pagi"}
	plan := func(posts ...Post) Plan {
		return Plan{Key: pagi, From: noon, To: noon.Add(8 * time.Hour), Posts: posts}
	}
	h.as(bpn, "dwi", plan(Post{People: []ID{"r3"}}), "other_office")
	h.as(bpn, "dwi", plan(Post{People: []ID{"r9"}}), "unknown_person")
	h.as(bpn, "dwi", plan(Post{Unit: "u1", People: []ID{"r1"}}, Post{People: []ID{"r1"}}), "planned_twice")
	h.as(bpn, "dwi", Plan{Key: pagi, From: noon, To: noon, Posts: nil}, "bad_shift")
	h.as(samrnda, "x", plan(), "unknown_office")
	h.as(bpn, "dwi", plan(Post{Unit: "u1", Lead: "r1", People: []ID{"r1", "r2"}}), "")
	other := ShiftKey{bpn, "2026-11-23", "siang"}
	h.as(bpn, "dwi", Plan{Key: other, From: noon.Add(time.Hour), To: noon.Add(9 * time.Hour), Posts: []Post{{People: []ID{"r1"}}}}, "planned_twice")
	h.as(bpn, "dwi", Attend{Key: pagi, ID: "r3", Here: true}, "not_planned")
	h.as(bpn, "dwi", Attend{Key: pagi, ID: "r2", Here: false, Why: "sakit"}, "")
	sh, ok := h.s.Now(bpn, noon.Add(time.Hour))
	if !ok || sh.Name != "pagi" {
		t.Fatalf("the shift now is %+v", sh)
	}
	everybody := func(Person) bool { return true }
	st := h.s.Strength(sh, everybody, func(incident.UnitID) bool { return false })
	if st.Planned != 2 || st.Present != 1 || !slices.Equal(st.Absent, []ID{"r2"}) || st.UnitsPlanned != 1 || st.UnitsManned != 0 {
		t.Fatalf("%+v", st)
	}
}

func TestHandoverHasTwoSignatures(t *testing.T) {
	h := newHouse(t)
	key := ShiftKey{bpn, "2026-11-23", "pagi"}
	items := make([]Item, 150)
	h.as(bpn, "dwi", HandOver{ID: "h1", Key: key, Items: items, Hash: "x1"}, "")
	h.as(bpn, "dwi", HandOver{ID: "h2", Key: key, Hash: "x2"}, "handover_open")
	h.as(bpn, "dwi", Take{ID: "h1", Hash: "x1"}, "same_person")
	h.as(samrnda, "eka", Take{ID: "h1", Hash: "x1"}, "unknown_handover")
	h.as(bpn, "ari", Take{ID: "h1", Hash: "other"}, "other_list")
	h.as(bpn, "ari", Take{ID: "h1", Hash: "x1", Note: "diterima"}, "")
	h.as(bpn, "eka", Take{ID: "h1", Hash: "x1"}, "handover_taken")
	h.as(bpn, "dwi", Withdraw{ID: "h1", Why: "x"}, "handover_taken")
	got := h.s.Handovers["h1"]
	if len(got.Items) != 150 || got.LeftBy != "dwi" || got.TakenBy != "ari" || got.Open() {
		t.Fatalf("%+v", got)
	}
}

// TestFoldIsTheSame: whatever is asked for in whatever order, folding the events gives what was decided on, no two who serve
// have the same NRP, and nobody stands twice in the plans of one moment.
func TestFoldIsTheSame(t *testing.T) {
	d := kaltim(t)
	rapid.Check(t, func(t *rapid.T) {
		s, again := New(), New()
		ids := rapid.SampledFrom([]ID{"r1", "r2", "r3", "r4"})
		offices := rapid.SampledFrom([]office.ID{polda, bpn, samrnda})
		days := rapid.SampledFrom([]Day{"2026-11-20", "2026-11-23", "2026-12-01", "2026-12-02", "x"})
		nrps := rapid.SampledFrom([]office.Private{"87051234", "87051235", "87131234"})
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			id := ids.Draw(t, "id")
			var cmd Command
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				cmd = Enter{ID: id, Office: offices.Draw(t, "o"), Card: Card{Name: "A", Rank: "Bripda", NRP: nrps.Draw(t, "nrp")}}
			case 1:
				cmd = Change{ID: id, Card: Card{Name: "B", Rank: "Ipda", NRP: nrps.Draw(t, "nrp")}}
			case 2:
				cmd = DoMove{ID: id, To: offices.Draw(t, "to"), On: days.Draw(t, "on")}
			case 3:
				cmd = TakeBack{ID: id, On: days.Draw(t, "on")}
			case 4:
				cmd = Leave{ID: id}
			case 5:
				from := noon.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "h")) * time.Hour)
				cmd = Plan{
					Key:  ShiftKey{offices.Draw(t, "o"), "2026-11-23", rapid.SampledFrom([]string{"pagi", "siang"}).Draw(t, "s")},
					From: from, To: from.Add(8 * time.Hour), Posts: []Post{{People: []ID{id}}, {Unit: "u", People: []ID{ids.Draw(t, "id2")}}},
				}
			case 6:
				cmd = Attend{Key: ShiftKey{offices.Draw(t, "o"), "2026-11-23", "pagi"}, ID: id, Here: true}
			}
			events, err := s.Decide(cmd, Who{Person: "adm", Office: offices.Draw(t, "by")}, noon.Add(time.Duration(i)*time.Minute), d)
			if r := (*Refusal)(nil); err != nil && !errors.As(err, &r) {
				t.Fatalf("%v is no refusal", err)
			}
			body, err := Codec.Encode(events)
			if err != nil {
				t.Fatal(err)
			}
			back, _, err := Codec.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				s.Apply(e)
			}
			for _, e := range back {
				again.Apply(e)
			}
		}
		if !reflect.DeepEqual(s.byNRP, again.byNRP) || len(s.People) != len(again.People) || len(s.Shifts) != len(again.Shifts) {
			t.Fatal("the journal gives another roster")
		}
		seen := map[office.Private]ID{}
		for id, p := range s.People {
			if other, dup := seen[p.Card.NRP]; dup && !p.Left {
				t.Fatalf("%s and %s have the NRP %s", id, other, p.Card.NRP)
			}
			if !p.Left {
				seen[p.Card.NRP] = id
			}
		}
		for k, a := range s.Shifts {
			for l, b := range s.Shifts {
				for _, id := range a.People() {
					if k != l && a.From.Before(b.To) && b.From.Before(a.To) && slices.Contains(b.People(), id) {
						t.Fatalf("%s is in %v and %v at once", id, k, l)
					}
				}
			}
		}
	})
}
