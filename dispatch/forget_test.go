package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
)

// A process that runs for a year holds no more than 90 days of what is over; what is open stays, however old.
func TestForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		open := r.accepted("a", robbery())
		closed := r.accepted("b", robbery())
		linked := r.accepted("c", robbery())
		r.do("", dwi, Link{ID: linked, Into: closed})
		r.do("", dwi, Close{ID: closed, Result: incident.Done, Done: "x"})
		r.d.CallBegan("d", "polda", "+6281234567", time.Now())
		dropped := r.types("d", Form{Place: "x"}).ID
		r.d.Ended("d", "sari", DropDraft)
		held := func(id incident.ID) bool { _, ok := r.d.Get(id); return ok }
		time.Sleep(26 * time.Hour)
		if held(dropped) || !held(closed) || !held(linked) {
			t.Errorf("after a day: dropped %v, closed %v, linked %v", held(dropped), held(closed), held(linked))
		}
		time.Sleep(91 * 24 * time.Hour)
		if !held(open) || held(closed) || held(linked) {
			t.Errorf("after 92 days: open %v, closed %v, linked %v", held(open), held(closed), held(linked))
		}
		r.d.mu.Lock()
		defer r.d.mu.Unlock()
		if len(r.d.live) != 1 || len(r.d.byNumber) != 0 || len(r.d.byCall) != 1 || len(r.d.byNo) != 1 {
			t.Errorf("%d incidents, %d numbers, calls %v, report numbers %v", len(r.d.live), len(r.d.byNumber), r.d.byCall, r.d.byNo)
		}
	})
}
