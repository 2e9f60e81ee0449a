package dispatch

import (
	"errors"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// People of the room.
var (
	sari  = Who{Person: "sari", Office: "polda", Role: office.Operator}
	dwi   = Who{Person: "dwi", Office: "bpn", Role: office.Operator}
	eka   = Who{Person: "eka", Office: "bpn", Role: office.Operator}
	agus  = Who{Person: "agus", Office: "smd", Role: office.Operator}
	pusat = Who{Person: "pusat", Office: "mabes", Role: office.Operator}
)

// scene is where the incidents of these tests are, in Balikpapan.
var scene = PointView{Lat: -1.2654, Lng: 116.8312}

func codeOf(err error) string {
	r := (*incident.Refusal)(nil)
	if errors.As(err, &r) {
		return r.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// do expects a refusal's code, or none.
func (r *room) do(want string, who Who, c Command) Full {
	r.t.Helper()
	full, err := r.d.Do(r.t.Context(), who, c)
	if codeOf(err) != want {
		r.t.Fatalf("%T by %s: refused with %q, want %q", c, who.Person, codeOf(err), want)
	}
	return full
}

func (r *room) doUnit(want string, who Who, c UnitCommand) UnitCard {
	r.t.Helper()
	card, err := r.d.DoUnit(r.t.Context(), who, c)
	if codeOf(err) != want {
		r.t.Fatalf("%T by %s: refused with %q, want %q", c, who.Person, codeOf(err), want)
	}
	return card
}

// unit makes a manned one. Its crew is named after its call sign.
func (r *room) unit(sign string, home office.ID) incident.UnitID {
	r.t.Helper()
	who := Who{Person: "adi", Office: home, Role: office.Supervisor}
	u := r.doUnit("", who, SetUnit{Vehicle: incident.Vehicle{Sign: sign, Plate: "KT " + sign, Kind: incident.Car, Home: home}})
	r.doUnit("", who, Man{ID: u.ID, Crew: []incident.Mate{{Person: crew(sign), Lead: true}}})
	return u.ID
}

func crew(sign string) office.PersonID { return office.PersonID("aipda-" + sign) }

// sent is a report of a call that was sent to bpn.
func (r *room) sent(c string, f Form) incident.ID {
	r.t.Helper()
	r.d.CallBegan(c, "polda", "", time.Now())
	id := r.types(c, f).ID
	r.do("", sari, Send{ID: id, To: "bpn"})
	return id
}

// accepted is one that bpn works on.
func (r *room) accepted(c string, f Form) incident.ID {
	r.t.Helper()
	id := r.sent(c, f)
	r.do("", dwi, Accept{ID: id})
	return id
}

func robbery() Form { at := scene; return Form{Kind: "curas", Place: "Plaza Balikpapan", At: &at} }

// state is what memory has of an incident.
func (r *room) state(id incident.ID) incident.State {
	synctest.Wait()
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	return r.d.live[id].state
}

func (r *room) unitState(id incident.UnitID) incident.Unit {
	synctest.Wait()
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	return r.d.units[id].state
}

// agree fails when a unit and an incident say different things of each other.
func (r *room) agree() {
	r.t.Helper()
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	for uid, u := range r.d.units {
		for _, id := range u.state.JobIDs() {
			a, ok := r.d.live[id].state.Unit(uid)
			current := u.state.Job != nil && u.state.Job.Incident == id
			if !ok || !a.EndedAt.IsZero() || a.Stacked == current {
				r.t.Fatalf("unit %s has the job %s (now: %v), the incident (%s) says %+v", uid, id, current, r.d.live[id].state.Phase, a)
			}
		}
	}
	for id, e := range r.d.live {
		for _, a := range e.state.Units {
			if u := r.d.units[a.Unit]; a.EndedAt.IsZero() && !u.state.Has(id) {
				r.t.Fatalf("incident %s (%s) has %s, which knows nothing of it", id, e.state.Phase, a.Unit)
			}
		}
	}
}
