package filter

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
)

// flooder drives a Ledger as the desk does.
type flooder struct {
	l      *Ledger
	n      int
	events []Event
}

func (f *flooder) call(at time.Time, number office.Number, trunk, outcome string, spoke bool, lasted time.Duration) Verdict {
	f.n++
	id := fmt.Sprint("c", f.n)
	v := f.l.Judge(number, Facts{Call: id, Trunk: trunk, Dice: 0.5}, at)
	f.l.Came(Came{At: at, Call: id, Number: number, Trunk: trunk})
	f.l.Ended(Ended{At: at.Add(lasted), Call: id, Number: number, Trunk: trunk, Began: at, Outcome: outcome, Spoke: spoke})
	f.due(at.Add(lasted))
	return v
}

func (f *flooder) due(at time.Time) {
	for _, e := range f.l.Due(at) {
		f.l.Fold(e)
		f.events = append(f.events, e)
	}
}

// A flood of 200 short calls from neighbouring numbers raises one shield, over them alone, which comes down by itself.
func TestFloodOfNeighbours(t *testing.T) {
	f := flooder{l: NewLedger(0)}
	at := noon
	held := 0
	for i := range 200 {
		at = noon.Add(time.Duration(i) * time.Second)
		if f.call(at, office.Number(fmt.Sprintf("+62812555%04d", 1000+i*7%1000)), "telkom", "kosong", false, 2*time.Second).Held {
			held++
		}
		if i%20 == 0 { // others of the same operator, trunk and million
			for _, n := range []office.Number{"+628125559999", "+6281255%05d", "+62542421110"} {
				if v := f.call(at, n, "telkom", "valid_polda", true, time.Minute); v.Held {
					t.Fatalf("call %d: %s is held: %+v", i, n, v)
				}
			}
		}
	}
	if held < 180 {
		t.Errorf("%d of 200 were held", held)
	}
	up := f.l.Shields()
	if len(up) != 1 || up[0].Source != (Source{Range, "+628125551"}) {
		t.Fatalf("shields %+v", up)
	}
	deadline, ok := f.l.Deadline()
	if !ok || deadline.Sub(at) > 3*time.Minute {
		t.Fatalf("deadline %v", deadline)
	}
	f.due(deadline.Add(-time.Second))
	if len(f.l.Shields()) != 1 {
		t.Error("it came down too soon")
	}
	f.due(deadline)
	if _, ok := f.l.Deadline(); ok || len(f.l.Shields()) != 0 {
		t.Error("it didn't come down")
	}
	if len(f.events) != 2 { // it went up and down once, not at each call
		t.Errorf("%d events: %+v", len(f.events), f.events)
	}
}

// A flood from everywhere raises the trunk's shield, and not hundreds of small ones.
func TestFloodFromEverywhere(t *testing.T) {
	f := flooder{l: NewLedger(0)}
	for i := range 3000 {
		at := noon.Add(time.Duration(i) * 100 * time.Millisecond)
		f.call(at, office.Number(fmt.Sprintf("+628%010d", uint32(i)*2654435761)), "telkom", "ditinggal_dering", false, time.Second)
	}
	at := noon.Add(300 * time.Second)
	if !slices.ContainsFunc(f.l.Shields(), func(s Shield) bool { return s.Source == Source{Trunk, "telkom"} }) {
		t.Fatalf("shields %+v", f.l.Shields())
	}
	if n := len(f.l.Shields()); n > 3*shieldsFew {
		t.Errorf("%d shields", n)
	}
	if v := f.l.Judge(budi, Facts{Trunk: "telkom", Dice: 0.5}, at); !v.Held {
		t.Errorf("%+v", v)
	}
	if v := f.l.Judge(budi, Facts{Trunk: "indosat", Dice: 0.5}, at); v.Held {
		t.Errorf("the other trunk is held: %+v", v)
	}
	if v := f.l.Judge("", Facts{Trunk: "telkom", Unsure: true, Dice: 0.5}, at); !v.Held {
		t.Errorf("withheld numbers of that trunk pass: %+v", v)
	}
}

// A busy hour is no flood: people talk.
func TestABusyHourIsNoFlood(t *testing.T) {
	f := flooder{l: NewLedger(0)}
	for i := range 600 {
		at := noon.Add(time.Duration(i) * 300 * time.Millisecond)
		outcome, spoke := "kosong", false
		if i%3 == 0 {
			outcome, spoke = "valid_polda", true
		}
		f.call(at, office.Number(fmt.Sprintf("+62812555%04d", i*37%10_000)), "telkom", outcome, spoke, 4*time.Second)
	}
	if up := f.l.Shields(); len(up) != 0 {
		t.Errorf("shields %+v", up)
	}
}
