package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// north is a place so many metres north of the scene.
func north(m float64) office.Point { return office.Point{Lat: scene.Lat + m/111195, Lng: scene.Lng} }

// journey is a unit with a job, whose phone tells where it is.
type journey struct {
	*room
	u  incident.UnitID
	id incident.ID
}

func onTheWay(t *testing.T, test func(*journey)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		j := &journey{room: r, u: r.unit("B1", "bpn"), id: r.accepted("a", robbery())}
		time.Sleep(time.Second)
		r.do("", dwi, Assign{ID: j.id, Units: []incident.UnitID{j.u}})
		time.Sleep(time.Second)
		test(j)
	})
}

func (j *journey) at(m float64) { j.fix(Fix{At: north(m), Time: time.Now(), Accuracy: 8}) }

func (j *journey) fix(f Fix) {
	j.t.Helper()
	f.Unit, f.Source = j.u, "page"
	if err := j.d.Position(f); err != nil {
		j.t.Fatal(err)
	}
}

func (j *journey) step(s incident.StepName) {
	j.t.Helper()
	if _, err := j.d.StepJob(j.t.Context(), crew("B1"), j.id, s, Press{}, nil); err != nil {
		j.t.Fatal(err)
	}
}

func (j *journey) part() incident.Assignment { a, _ := j.state(j.id).Unit(j.u); return a }

func TestArrivalFoundByPosition(t *testing.T) {
	onTheWay(t, func(j *journey) {
		j.step(incident.StepAck)
		j.step(incident.StepDepart)
		j.at(2000)
		time.Sleep(time.Minute)
		began := time.Now()
		for i := range 4 { // at 0, 5, 10 and 15 s
			if a := j.part(); !a.ArrivedAt.IsZero() {
				t.Fatalf("there after %v already", time.Since(began))
			}
			j.at(90)
			if i < 3 {
				time.Sleep(5 * time.Second)
			}
		}
		a := j.part()
		if !a.ArrivedAt.Equal(time.Now()) || a.Via != incident.ByPosition || a.Far || !a.Proved.Equal(began) || j.unitState(j.u).Status != incident.UnitOnScene {
			t.Fatalf("%+v", a)
		}
		j.at(5000) // it leaves again: what was, was
		if a := j.part(); a.Far || a.Proved.IsZero() {
			t.Fatalf("%+v", a)
		}
	})
}

func TestNearIsNotThere(t *testing.T) {
	for name, drive := range map[string]func(*journey){
		"passing by": func(j *journey) {
			j.at(90)
			time.Sleep(10 * time.Second)
			j.at(300)
			time.Sleep(10 * time.Second)
			j.at(90)
			time.Sleep(10 * time.Second)
			j.at(90)
		},
		"just outside": func(j *journey) {
			for range 20 {
				j.at(110)
				time.Sleep(5 * time.Second)
			}
		},
		"a vague position": func(j *journey) {
			for range 5 {
				j.fix(Fix{At: north(20), Time: time.Now(), Accuracy: 800})
				time.Sleep(5 * time.Second)
			}
		},
		"passed by, lost the network, passed by again": func(j *journey) {
			j.at(90)
			time.Sleep(5 * time.Minute)
			j.at(90)
		},
		"old positions from an outbox": func(j *journey) {
			for i := range 5 {
				j.fix(Fix{At: north(20), Time: time.Now().Add(-10*time.Minute + time.Duration(i)*10*time.Second), Accuracy: 8})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onTheWay(t, func(j *journey) {
				j.step(incident.StepAck)
				j.step(incident.StepDepart)
				drive(j)
				if a := j.part(); !a.ArrivedAt.IsZero() || !a.Proved.IsZero() {
					t.Fatalf("%+v", a)
				}
			})
		})
	}
}

// A crew that happens to stand beside the place and hasn't heard of its job is not on the scene; one that comes from
// elsewhere is, whatever it has pressed.
func TestWhoHasNotHeardIsNotThere(t *testing.T) {
	onTheWay(t, func(j *journey) {
		for range 6 {
			j.at(50)
			time.Sleep(4 * time.Second)
		}
		if a := j.part(); !a.ArrivedAt.IsZero() {
			t.Fatalf("%+v", a)
		}
		if at, ok := j.state(j.id).Deadline(); !ok || at.After(time.Now().Add(time.Minute)) {
			t.Error("nobody asks whether the crew has heard")
		}
		j.step(incident.StepAck)
		for range 5 {
			time.Sleep(5 * time.Second)
			j.at(50)
		}
		if a := j.part(); a.ArrivedAt.IsZero() || len(a.Skipped) != 1 {
			t.Fatalf("%+v", a)
		}
	})
	onTheWay(t, func(j *journey) {
		j.at(900)
		for range 5 {
			time.Sleep(5 * time.Second)
			j.at(50)
		}
		if a := j.part(); a.ArrivedAt.IsZero() || len(a.Skipped) != 2 {
			t.Fatalf("it came, and pressed nothing: %+v", a)
		}
	})
}

func TestPressedButFar(t *testing.T) {
	for _, c := range []struct {
		name     string
		metres   float64
		accuracy office.Metres
		age      time.Duration
		far      bool
		known    bool
	}{
		{"there", 40, 8, 0, false, true},
		{"round the corner", 180, 8, 0, false, true},
		{"elsewhere", 640, 8, 0, true, true},
		{"elsewhere, as far as a bad position tells", 640, 900, 0, false, false},
		{"elsewhere, whatever a bad position tells", 6400, 900, 0, true, true},
		{"not known where", 640, 8, 5 * time.Minute, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			onTheWay(t, func(j *journey) {
				j.step(incident.StepAck)
				j.step(incident.StepDepart)
				j.fix(Fix{At: north(c.metres), Time: time.Now().Add(-c.age), Accuracy: c.accuracy})
				j.step(incident.StepArrive)
				a := j.part()
				if a.Far != c.far || a.ArrivedAt.IsZero() || (a.Metres >= 0) != c.known {
					t.Fatalf("%+v", a)
				}
				for range 5 { // and later it is there
					time.Sleep(5 * time.Second)
					j.at(30)
				}
				if a := j.part(); a.Proved.IsZero() || a.Far != c.far {
					t.Fatalf("the mark is hidden, or the proof lost: %+v", a)
				}
			})
		})
	}
}

// A position's age is the truth: it is shown with the device's time, kept in memory only, and goes when the unit does.
func TestPositionsOnBoards(t *testing.T) {
	onTheWay(t, func(j *journey) {
		seen := func(o office.ID) (PositionView, bool) {
			v, ok := j.board.Get(o, "position/"+string(j.u))
			if !ok {
				return PositionView{}, false
			}
			return v.(PositionView), true
		}
		at := time.Now().Add(-90 * time.Second)
		j.fix(Fix{At: north(500), Time: at, Accuracy: 8})
		j.fix(Fix{At: north(900), Time: at.Add(-time.Minute), Accuracy: 8}) // came late
		for _, o := range []office.ID{"bpn", "polda", "mabes"} {
			if v, ok := seen(o); !ok || !v.Time.Equal(at) || v.At.Lat != north(500).Lat {
				t.Errorf("%s: %v %+v", o, ok, v)
			}
		}
		if _, ok := seen("smd"); ok {
			t.Error("an office beside sees where the unit is")
		}
		j.do("", dwi, Advance{ID: j.id, Unit: j.u, Step: incident.StepDone, Via: incident.ByRadio})
		v := j.unitState(j.u).Vehicle
		v.Home = "smd"
		j.doUnit("", sari, SetUnit{ID: j.u, Vehicle: v})
		if _, ok := seen("bpn"); ok {
			t.Error("the office that it left still sees where it was")
		}
		if _, ok := seen("smd"); !ok {
			t.Error("its new office doesn't see where it was last")
		}
		j.doUnit("", sari, Man{ID: j.u})
		j.doUnit("", sari, RetireUnit{ID: j.u})
		if _, ok := seen("polda"); ok {
			t.Error("a unit that is no more still stands on the map")
		}
		again := newRoom(t, j.records)
		defer again.d.Close()
		if _, ok := again.d.LastPosition(j.u); ok {
			t.Error("a position outlived the process")
		}
	})
	onTheWay(t, func(j *journey) {
		for want, f := range map[string]Fix{
			"bad_position": {At: office.Point{Lat: 95, Lng: 116}, Time: time.Now()},
			"bad_time":     {At: north(0), Time: time.Now().Add(time.Hour)},
		} {
			f.Unit = j.u
			if got := codeOf(j.d.Position(f)); got != want {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
		if got := codeOf(j.d.Position(Fix{Unit: "?", At: north(0), Time: time.Now()})); got != "unknown_unit" {
			t.Errorf("%q", got)
		}
	})
}
