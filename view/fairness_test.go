package view_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

// served is one emergency: called, answered, sent, somebody there.
type served struct {
	number         office.Private
	withheld       bool
	language       office.Private
	at             office.Private
	to             office.ID
	answer, arrive time.Duration // zero arrival: nobody came
	closed         bool
	far            bool
}

func (w *town) serves(n int, s served) {
	w.t.Helper()
	ring := start.Add(time.Duration(n) * time.Minute)
	id, inc := call.ID(fmt.Sprintf("f%04d", n)), incident.ID(fmt.Sprintf("fi%04d", n))
	sari := call.SeatRef{Office: "kaltim", Seat: "kaltim/1", Person: "sari"}
	w.now = ring
	w.do(id, call.Dial{At: ring, ID: id, Office: "kaltim", Times: call.TimesOf(office.Settings{TOffer: 100 * time.Second}), Caller: call.Caller{Number: s.number, Withheld: s.withheld}})
	w.do(id, call.Grant{At: ring, Seats: []call.SeatRef{sari}})
	w.do(id, call.Answer{At: ring.Add(s.answer), By: sari, N: 1})
	w.handle(inc, incident.Type{At: ring.Add(20 * time.Second), ID: inc, Call: string(id), FirstRing: ring, By: "sari", Office: "kaltim", Report: incident.Report{
		Kind: "curas", At: s.at, Language: s.language,
	}})
	w.do(id, call.Link{At: ring.Add(20 * time.Second), Incident: string(inc)})
	w.do(id, call.Close{At: ring.Add(time.Minute), By: sari, Outcome: call.ClosedSent})
	w.handle(inc, incident.Send{At: ring.Add(30 * time.Second), By: "sari", From: "kaltim", To: s.to, No: fmt.Sprintf("KALTIM/2026/11/01/%04d", n)})
	w.handle(inc, incident.SetTarget{At: ring.Add(30 * time.Second), Target: incident.Target{Arrive: 10 * time.Minute, Since: "2021-05-20"}})
	w.handle(inc, incident.Accept{At: ring.Add(40 * time.Second), By: "budi", Office: s.to, Within: time.Minute})
	w.handle(inc, incident.Assign{At: ring.Add(70 * time.Second), By: "budi", Office: s.to, Unit: "u1", Sign: "MOTOR-1"})
	if s.arrive > 0 {
		w.handle(inc, incident.Advance{At: ring.Add(s.arrive), By: "budi", Via: incident.ByRadio, Unit: "u1", Step: incident.StepArrive, Metres: map[bool]office.Metres{true: 900, false: 20}[s.far], Located: true})
	}
	if s.closed {
		w.handle(inc, incident.Close{At: ring.Add(50 * time.Minute), By: "budi", Office: s.to, Result: incident.Done, Done: "selesai"})
	}
}

// TestFairness: Selatan is reached late and its landlines are answered late; Utara's and the mobiles' are not. Both are
// named, and nobody else is.
func TestFairness(t *testing.T) {
	j := newMemory()
	w := newTown(t, j, func(int) int { return 0 })
	north, south := office.Private("-1.20,116.86"), office.Private("-1.28,116.83")
	for n := range 40 {
		w.serves(n, served{number: "+6281200000001", at: north, to: "bpn", answer: 3 * time.Second, arrive: 7 * time.Minute, closed: true, language: "id"})
	}
	for n := range 30 {
		w.serves(100+n, served{number: "+62542421110", at: south, to: "bpn", answer: 25 * time.Second, arrive: 16 * time.Minute, closed: true, far: n < 4, language: "bjn"})
	}
	for n := range 3 {
		w.serves(200+n, served{withheld: true, to: "smd", answer: 3 * time.Second, closed: true})      // place never known, nobody came
		w.serves(210+n, served{number: "+62542731000", at: north, to: "ppu", answer: 4 * time.Second}) // open beyond its target
	}
	v := open(t, t.TempDir(), j, view.Options{})
	defer closed(t, v)
	settle(t, v, j)
	ask := view.FairAsk{
		Office: "kaltim", First: "2026-11-01", Last: "2026-11-02", Now: start.Add(24 * time.Hour),
		Area: func(p office.Point, _ time.Time) string {
			if p.Lat < -1.25 {
				return "Balikpapan Selatan"
			}
			return "Balikpapan Utara"
		},
		Shared: func(n office.Number) bool { return n == "+62542731000" },
	}
	f, err := v.Fairness(t.Context(), "kaltim", ask)
	if err != nil {
		t.Fatal(err)
	}
	find := func(list []view.FairGroup, key string) view.FairGroup {
		t.Helper()
		for _, g := range list {
			if g.Key == key {
				return g
			}
		}
		t.Fatalf("no group %q in %+v", key, list)
		return view.FairGroup{}
	}
	south1, north1 := find(f.Areas, "Balikpapan Selatan"), find(f.Areas, "Balikpapan Utara")
	if f.Areas[0].Key != "Balikpapan Selatan" || south1.Arrive.Verdict != view.Worse || north1.Arrive.Verdict != view.Alike {
		t.Errorf("areas: %+v", f.Areas)
	}
	if x := south1.Arrive; x.N != 30 || x.Judged != 30 || x.InTime != 0 || x.P50Ms != (16*time.Minute).Milliseconds() || x.Far != 4 ||
		x.PlaceP50Ms != (15*time.Minute+40*time.Second).Milliseconds() {
		t.Errorf("south: %+v", x)
	}
	if x := north1.Arrive; x.N != 40 || x.Judged != 43 || x.InTime != 40 {
		t.Errorf("north, with three that nobody has come to: %+v", x)
	}
	if x := find(f.Areas, "").Arrive; x.Judged != 0 || x.NoArrival != 3 || x.Verdict != "" {
		t.Errorf("without a place: %+v", x)
	}
	for key, want := range map[string]view.Verdict{"landline": view.Worse, "mobile": view.Alike, "payphone": view.Few, "withheld": view.Few} {
		if g := find(f.Lines, key); g.Answer.Verdict != want {
			t.Errorf("line %s: %q, want %q: %+v", key, g.Answer.Verdict, want, g.Answer)
		}
	}
	if g := find(f.Languages, "bjn"); g.Arrive.Verdict != view.Worse || g.Answer.InTime != 0 {
		t.Errorf("Banjar: %+v", g)
	}
	if g := find(f.Languages, "id"); g.Arrive.Verdict != view.Alike {
		t.Errorf("Indonesian: %+v", g)
	}
	if g := find(f.Offices, "smd"); g.Arrive.P50Ms != 0 || g.Answer.P50Ms != 0 || g.Answer.Verdict != view.Few {
		t.Errorf("three cases have a median: %+v", g)
	}
	if f.All.Arrive.Judged != 73 || f.All.Answer.Judged != 76 {
		t.Errorf("all: %+v", f.All)
	}
	if _, err := v.Fairness(t.Context(), "bpn", ask); err == nil {
		t.Error("a Polres reads the figures of its Polda")
	}
}
