package dispatch

import (
	"testing"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// The server is killed after it wrote a press and before the phone heard of it: the phone sends it again to the next
// process, and nothing is there twice.
func TestPressAgainAfterRestart(t *testing.T) {
	r := newRoom(t, nil)
	who := Who{Person: "dwi", Office: "bpn", Role: office.Supervisor}
	u, err := r.d.DoUnit(t.Context(), who, SetUnit{Vehicle: incident.Vehicle{Sign: "B7", Plate: "KT 7", Kind: incident.Car, Home: "bpn"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.DoUnit(t.Context(), who, Man{ID: u.ID, Crew: []incident.Mate{{Person: "yoga"}}}); err != nil {
		t.Fatal(err)
	}
	full, err := r.d.Do(t.Context(), who, Open{Source: incident.FromRadio, Form: Form{Kind: "curas", Place: "Plaza", ReporterNumber: "+6281234567890"}})
	if err != nil {
		t.Fatal(err)
	}
	id := full.ID
	if _, err := r.d.Do(t.Context(), who, Assign{ID: id, Units: []incident.UnitID{u.ID}}); err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	presses := func(d *Dispatch) {
		t.Helper()
		press := func(key string) Press { return Press{Key: key, At: at} }
		_, err1 := d.StepJob(t.Context(), "yoga", id, incident.StepAck, press("1"), nil)
		_, err2 := d.NoteJob(t.Context(), "yoga", id, "dua orang", press("2"))
		_, err3 := d.PictureJob(t.Context(), "yoga", Picture{ID: id, Hash: hashLike, Ref: "x", Type: "image/jpeg"}, press("3"))
		_, err4 := d.AskCallJob(t.Context(), "yoga", id, "+6281300000001", press("4"))
		_, err5 := d.PanicJob(t.Context(), "yoga", &PointView{Lat: -1.2, Lng: 116.8}, press("5"))
		_, err6 := d.DoUnit(t.Context(), who, ClearPanic{ID: u.ID, Note: "aman"})
		_, err7 := d.StepJob(t.Context(), "yoga", id, incident.StepDone, press("6"), nil)
		for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
			if err != nil {
				t.Fatalf("press %d: %v", i+1, err)
			}
		}
	}
	presses(r.d)
	again := newRoom(t, r.records)
	n := len(r.records)
	presses(again.d)
	if len(again.records) > n {
		t.Errorf("the same presses wrote %d records after %d", len(again.records), n)
	}
	state := again.d.live[id].state
	a, _ := state.Unit(u.ID)
	if len(state.Notes) != 1 || len(state.Pictures) != 1 || len(state.Asks) != 1 || a.Released != "" || a.EndedAt.IsZero() || !a.AckedAt.Equal(a.At) && a.AckedAt.Before(a.At) {
		t.Fatalf("%+v %+v", state.Notes, a)
	}
	if again.d.units[u.ID].state.Panic != nil {
		t.Error("the old call for help rings again")
	}
}

const hashLike = "abababababababababababababababababababababababababababababababab"
