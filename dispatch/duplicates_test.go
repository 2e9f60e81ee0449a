package dispatch

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// report makes one that was sent to bpn, from a number, so many metres north of the scene.
func (r *room) report(kind string, number office.Number, metres float64) incident.ID {
	r.t.Helper()
	at := north(metres)
	c := r.newID()
	r.d.CallBegan(c, "polda", number, time.Now())
	id := r.types(c, Form{Kind: kind, Place: "Plaza", At: &PointView{Lat: at.Lat, Lng: at.Lng}}).ID
	r.do("", sari, Send{ID: id, To: "bpn"})
	return id
}

// What may be the same is proposed by place, time and kind, or by number; nothing is merged by the machine.
func TestDuplicatesAreProposed(t *testing.T) {
	for name, c := range map[string]struct {
		kind   string
		number office.Number
		metres float64
		after  time.Duration
		end    bool
		want   bool
	}{
		"the same, beside it":               {"curas", "+6281200002", 250, 29 * time.Minute, false, true},
		"a like kind":                       {"mencurigakan", "+6281200002", 10, 0, false, true},
		"nobody has said what it is":        {"lain", "+6281200002", 10, 0, false, true},
		"too far":                           {"curas", "+6281200002", 310, 0, false, false},
		"too late":                          {"curas", "+6281200002", 10, 31 * time.Minute, false, false},
		"something else":                    {"bakar", "+6281200002", 10, 0, false, false},
		"the same number, elsewhere":        {"bakar", "+6281200001", 9000, 59 * time.Minute, false, true},
		"the same number, much later":       {"curas", "+6281200001", 9000, 61 * time.Minute, false, false},
		"it is over: nothing joins it":      {"curas", "+6281200001", 10, time.Minute, true, false},
		"restricted is proposed to nobody":  {"kdrt", "+6281200001", 10, 0, false, false},
		"a complaint is proposed to nobody": {"dumas", "+6281200001", 10, 0, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t, nil)
				defer r.d.Close()
				a := r.report("curas", "+6281200001", 0)
				if c.end {
					r.do("", dwi, Accept{ID: a})
					r.do("", dwi, Close{ID: a, Result: incident.Done, Done: "x"})
				}
				time.Sleep(c.after)
				b := r.report(c.kind, c.number, c.metres)
				card, _ := r.card("polda", b)
				list := r.d.Duplicates(sari, b)
				if slices.Contains(card.Same, a) != c.want || (len(list) == 1) != c.want {
					t.Fatalf("proposed %v, %d in the list, want %v", card.Same, len(list), c.want)
				}
				if s := r.state(b); s.Phase != incident.Sent || len(s.Calls) != 1 {
					t.Fatalf("the machine merged it: %+v", s)
				}
			})
		})
	}
}

// 10,000 open incidents of the last two hours in a town: what may be the same is found, and shown with the report's next
// key press, within the 200 ms of CALL.md, and mostly in a thousandth of a second.
func TestDuplicatesAmongTenThousand(t *testing.T) {
	r := newRoom(t, nil)
	defer r.d.Close()
	rnd := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // a test's dice
	kinds := incident.Kinds()
	r.d.mu.Lock()
	for i := range 10_000 {
		id := incident.ID(fmt.Sprintf("x%05d", i))
		at := north(float64(rnd.IntN(20_000) - 10_000))
		e := &entry{shown: map[shelf]bool{}}
		r.d.apply(e, []incident.Event{
			incident.Typed{At: time.Now(), ID: id, FirstRing: time.Now().Add(-time.Duration(rnd.IntN(7000)) * time.Second), Office: "polda", By: "sari", Rev: 1, Report: incident.Report{
				Kind: kinds[rnd.IntN(len(kinds))].Code, Place: "x", At: office.Private(fmt.Sprintf("%.6f,%.6f", at.Lat, at.Lng)),
				ReporterNumber: office.Private(fmt.Sprintf("+6281234%05d", rnd.IntN(5000))),
			}},
			incident.Numbered{At: time.Now(), No: fmt.Sprintf("K/2026/11/23/%05d", i)},
			incident.WasSent{At: time.Now(), By: "sari", From: "polda", To: "bpn", AcceptBy: time.Now().Add(time.Hour)},
		})
	}
	r.d.mu.Unlock()
	var took []time.Duration
	found := 0
	for i := range 200 {
		began := time.Now()
		id := r.report("curas", office.Number(fmt.Sprintf("+6281234%05d", rnd.IntN(5000))), float64(rnd.IntN(20_000)-10_000))
		took = append(took, time.Since(began)/2) // typed and sent: two saves
		if v, ok := r.board.Get("polda", "incident/"+string(id)); ok {
			found += min(1, len(v.(Card).Same))
		}
		_ = i
	}
	slices.Sort(took)
	t.Logf("p50 %v, p99 %v, worst %v of a save among 10,000 open incidents; %d of 200 have proposals", took[100], took[197], took[199], found)
	if took[100] > 100*time.Millisecond { // the worst say more of the machine's load than of us
		t.Errorf("p50 %v", took[100])
	}
	if found < 50 {
		t.Errorf("only %d have proposals", found)
	}
}
