package dispatch

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Two dispatchers want one unit in the same instant: one has it, the other is told who. Many times over.
func TestTwoDispatchersOneUnit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		u := r.unit("B1", "bpn")
		a, b := r.accepted("a", robbery()), r.accepted("b", robbery())
		for range 50 {
			var wg sync.WaitGroup
			codes := make([]error, 2)
			for i, try := range []struct {
				who Who
				id  incident.ID
			}{{dwi, a}, {eka, b}} {
				wg.Go(func() { _, codes[i] = r.d.Do(t.Context(), try.who, Assign{ID: try.id, Units: []incident.UnitID{u}}) })
			}
			wg.Wait()
			won, lost := 0, 1
			if codes[0] != nil {
				won, lost = 1, 0
			}
			refused, ok := codes[lost].(*incident.Refusal)
			if codes[won] != nil || !ok || refused.Code != "unit_taken" || refused.By != []office.PersonID{"dwi", "eka"}[won] {
				t.Fatalf("%v and %v", codes[0], codes[1])
			}
			r.agree()
			r.do("", []Who{dwi, eka}[won], Release{ID: []incident.ID{a, b}[won], Unit: u})
		}
	})
}

// Commands of units and of crews wait for the journal while clocks run out and calls come in: none writes to what another
// still reads (run with -race; without it the process itself would end).
func TestManyAtOnce(t *testing.T) {
	r := newRoom(t, nil)
	defer r.d.Close()
	u := r.unit("B1", "bpn")
	id := r.accepted("a", robbery())
	r.do("", dwi, Assign{ID: id, Units: []incident.UnitID{u}})
	end := time.Now().Add(500 * time.Millisecond)
	var wg sync.WaitGroup
	run := func(f func()) {
		wg.Go(func() {
			for time.Now().Before(end) {
				f()
			}
		})
	}
	run(func() { r.d.ticks(time.Now().Add(10 * time.Minute)) })
	run(func() {
		_, _ = r.d.DoUnit(t.Context(), dwi, SetStatus{ID: u, To: incident.UnitAcked, Via: incident.ByRadio})
		_, _ = r.d.DoUnit(t.Context(), dwi, Panic{ID: u, Via: incident.ByRadio})
		_, _ = r.d.DoUnit(t.Context(), dwi, ClearPanic{ID: u, Note: "aman"})
	})
	run(func() { _, _ = r.d.NoteJob(t.Context(), crew("B1"), id, "sampai", Press{}) })
	run(func() { _, _ = r.d.Do(t.Context(), dwi, Note{ID: id, Text: "catatan"}) })
	run(func() {
		c := r.newID()
		r.d.CallBegan(c, "polda", "+6281234567890", time.Now())
		r.d.Sent(c, "sari", "polda", "bpn")
		r.d.Ended(c, "sari", DropDraft)
	})
	run(func() {
		_ = r.d.Position(Fix{Unit: u, At: office.Point(scene), Time: time.Now(), Source: "page"})
		_, _ = r.d.About("+6281234567890")
	})
	wg.Wait()
}

// An incident that a unit still has on its stack isn't sent away: its turn would come at an office that hasn't taken it.
func TestStackedIsNotSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		u := r.unit("B1", "bpn")
		a, b := r.accepted("a", robbery()), r.accepted("b", robbery())
		r.do("", dwi, Assign{ID: a, Units: []incident.UnitID{u}})
		r.do("unit_taken", dwi, Assign{ID: b, Units: []incident.UnitID{u}})
		r.do("", dwi, Assign{ID: b, Units: []incident.UnitID{u}, Stack: true})
		r.do("hand_over", sari, Send{ID: b, To: "smd"})
		r.do("", dwi, Advance{ID: a, Unit: u, Step: incident.StepDone, Via: incident.ByRadio})
		r.agree()
		if s := r.state(b); s.Phase != incident.Assigned {
			t.Fatalf("the next job is %s", s.Phase)
		}
		if us := r.unitState(u); us.Job == nil || us.Job.Incident != b || us.Status != incident.UnitAssigned {
			t.Fatalf("%+v", us)
		}
	})
}

// Handing over between two Polres: the giver holds it and is asked, its unit stays with it, the number and the clocks too.
func TestHandoverBetweenPolres(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		u := r.unit("B1", "bpn")
		id := r.accepted("a", robbery())
		r.do("", dwi, Assign{ID: id, Units: []incident.UnitID{u}})
		before := r.state(id)
		r.do("why_needed", dwi, HandOver{ID: id, To: "smd"})
		r.do("", dwi, HandOver{ID: id, To: "smd", Why: "wilayah Samarinda"})
		if c, ok := r.card("smd", id); !ok || c.Handover == nil || c.Holder.Office != "bpn" {
			t.Fatalf("the other sees %v %+v", ok, c)
		}
		r.do("not_yours", agus, Close{ID: id, Result: incident.Done, Done: "x"})
		r.do("", agus, RefuseOver{ID: id, Why: "bukan wilayah kami"})
		if _, ok := r.card("smd", id); ok {
			t.Error("who refused it still sees it")
		}
		r.do("", dwi, HandOver{ID: id, To: "smd", Why: "wilayah Samarinda"})
		r.do("", agus, TakeOver{ID: id})
		r.do("not_yours", agus, TakeOver{ID: id})
		s := r.state(id)
		if s.Office != "smd" || s.No != before.No || !s.FirstRing.Equal(before.FirstRing) || len(s.ActiveUnits()) != 1 {
			t.Fatalf("%+v", s)
		}
		r.agree()
		r.do("", agus, Close{ID: id, Result: incident.Done, Done: "selesai"})
		r.agree()
		if us := r.unitState(u); us.Job != nil || us.Status != incident.UnitReturning {
			t.Errorf("the giver's unit after the closing: %+v", us)
		}
	})
}

// One more call about an incident: whatever its operator had begun to type goes on in that incident.
func TestManyCallsOneIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		id := r.accepted("a", robbery())
		for _, c := range []string{"b", "c"} {
			r.d.CallBegan(c, "polda", "+62812111"+office.Number(c), time.Now())
			draft := r.types(c, Form{Place: "Plaza"}).ID
			r.do("", sari, JoinCall{ID: id, Call: c})
			r.do("", sari, JoinCall{ID: id, Call: c}) // pressed twice
			if s := r.state(draft); s.Phase != incident.Linked || s.Linked != id {
				t.Fatalf("the draft of the joined call is %s, in nobody's hands", s.Phase)
			}
			r.d.Ended(c, "sari", KeepHere)
			if _, ok := r.card("polda", draft); ok {
				t.Error("the draft stays on the board for ever")
			}
		}
		s := r.state(id)
		if len(s.Calls) != 3 || s.Phase != incident.Accepted {
			t.Fatalf("%s with calls %v", s.Phase, s.Calls)
		}
		if n := r.d.Number("b"); n != s.No {
			t.Errorf("the second caller hears %q, not %s", n, s.No)
		}
	})
}

// What was linked by mistake is parted without a trace: each has its own calls again.
func TestUnlinkGivesCallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		a, b := r.accepted("a", robbery()), r.accepted("b", robbery())
		no := r.state(b).No
		r.do("", dwi, Link{ID: b, Into: a})
		if s := r.state(a); len(s.Calls) != 2 {
			t.Fatalf("calls %v", s.Calls)
		}
		r.do("", dwi, Unlink{ID: b})
		sa, sb := r.state(a), r.state(b)
		if len(sa.Calls) != 1 || len(sb.Calls) != 1 || sb.No != no || sb.Phase != incident.Accepted || len(sa.Joined) != 0 {
			t.Fatalf("%v %v %+v", sa.Calls, sb.Calls, sb)
		}
	})
}

// Whoever was in the crew of a unit that is out of service for good can go into another.
func TestCrewOfARetiredUnit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		old, fresh := r.unit("B1", "bpn"), r.unit("B2", "bpn")
		r.doUnit("", dwi, RetireUnit{ID: old})
		r.doUnit("", dwi, Man{ID: fresh, Crew: []incident.Mate{{Person: crew("B1"), Lead: true}}})
	})
}

// What is pressed again, since nobody knows whether the first press came through, is done once and says so to who pressed;
// to others it is taken.
func TestPressedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		u, v := r.unit("B1", "bpn"), r.unit("B2", "bpn")
		id := r.sent("a", robbery())
		for range 2 {
			r.do("", dwi, Accept{ID: id})
		}
		r.do("taken", eka, Accept{ID: id})
		r.do("", dwi, Assign{ID: id, Units: []incident.UnitID{u}})
		r.do("", dwi, Assign{ID: id, Units: []incident.UnitID{u}})
		r.do("", dwi, Assign{ID: id, Units: []incident.UnitID{u, v}})
		r.do("unit_taken", eka, Assign{ID: id, Units: []incident.UnitID{u}})
		n := len(r.records)
		for range 2 {
			r.do("", dwi, Advance{ID: id, Unit: u, Step: incident.StepAck, Via: incident.ByRadio})
		}
		if s := r.state(id); len(s.Units) != 2 || len(r.records) != n+2 { // the unit's and the incident's
			t.Fatalf("%d units, %d records", len(s.Units), len(r.records)-n)
		}
		r.agree()
	})
}
