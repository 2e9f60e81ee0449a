package dispatch

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// days plays what people of four offices may do, in any order, for hours of virtual time, over midnight too.
type days struct {
	*room
	rnd   *rand.Rand
	units []incident.UnitID
	ids   []incident.ID
	calls int
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (d *days) who() Who { return pick(d.rnd, sari, dwi, eka, agus, pusat) }

// one does something; whether it is allowed is the product's business.
func (d *days) one() {
	ctx, r, who := d.t.Context(), d.rnd, d.who()
	var id incident.ID
	if len(d.ids) > 0 {
		id = d.ids[max(0, len(d.ids)-1-r.IntN(6))]
	}
	u := pick(r, d.units...)
	o := pick[office.ID](r, "polda", "bpn", "smd")
	words := pick(r, "", "x")
	at := north(float64(r.IntN(2000)))
	form := pick(r, robbery(), Form{Kind: "kdrt", Place: "Jl. Mawar"}, Form{Kind: "skck", Summary: "tanya"}, Form{Kind: "dumas", Against: o, Summary: "uang"})
	do := func(c Command) { _, _ = d.d.Do(ctx, who, c) }
	unit := func(c UnitCommand) { _, _ = d.d.DoUnit(ctx, who, c) }
	switch r.IntN(26) {
	case 0, 1, 2:
		d.calls++
		c := fmt.Sprint("c", d.calls)
		d.d.CallBegan(c, "polda", office.Number(fmt.Sprintf("+62812345%04d", r.IntN(20))), time.Now())
		if full, err := d.d.Do(ctx, sari, SaveForm{Call: c, Form: form}); err == nil {
			d.ids = append(d.ids, full.ID)
		}
	case 3, 4:
		c := fmt.Sprint("c", 1+r.IntN(d.calls+1))
		d.d.Sent(c, "sari", "polda", o)
		d.d.Answered(c, "dwi", o)
	case 5:
		d.d.Ended(fmt.Sprint("c", 1+r.IntN(d.calls+1)), "sari", pick(r, DropDraft, KeepHere, Unsure))
	case 6:
		if full, err := d.d.Do(ctx, who, Open{Source: incident.FromRadio, Form: form}); err == nil {
			d.ids = append(d.ids, full.ID)
		}
	case 7:
		do(Send{ID: id, To: o})
	case 8, 9:
		do(Accept{ID: id})
	case 10, 11, 12:
		do(Assign{ID: id, Units: slices.Compact([]incident.UnitID{u, pick(r, d.units...)}), Stack: r.IntN(3) == 0, Move: r.IntN(4) == 0})
	case 13, 14:
		do(Advance{ID: id, Unit: u, Step: pick(r, incident.StepAck, incident.StepDepart, incident.StepArrive, incident.StepDone), Via: incident.ByRadio})
	case 15:
		do(Release{ID: id, Unit: u})
	case 16:
		do(pick[Command](r, Close{ID: id, Result: incident.Done, Done: words}, Cancel{ID: id, Why: words}, Reopen{ID: id, Why: words}))
	case 17:
		do(pick[Command](r, HandOver{ID: id, To: o, Why: words}, TakeOver{ID: id}, RefuseOver{ID: id, Why: words}))
	case 18:
		into := d.ids
		if len(into) > 0 {
			do(pick[Command](r, Link{ID: id, Into: pick(r, into...)}, Unlink{ID: id}, JoinCall{ID: id, Call: fmt.Sprint("c", 1+r.IntN(d.calls+1))}))
		}
	case 19:
		do(pick[Command](r, Note{ID: id, Text: "x"}, Wait{ID: id, Why: words}, Check{ID: id, Unit: u}, Restrict{ID: id, Shut: true}))
	case 20:
		unit(SetStatus{ID: u, To: pick(r, incident.UnitStatuses()...), Via: incident.ByScreen})
	case 21:
		unit(pick[UnitCommand](r, Panic{ID: u, Via: incident.ByRadio}, ClearPanic{ID: u, Note: "aman"}))
	case 22, 23:
		_ = d.d.Position(Fix{Unit: u, At: at, Time: time.Now(), Accuracy: office.Metres(r.IntN(200)), Source: "page"})
	case 24:
		do(SaveForm{ID: id, Rev: 100, Form: form})
	case 25:
		for range r.IntN(4) {
			_, _ = d.d.StepJob(ctx, crew("B1"), id, pick(r, incident.StepAck, incident.StepArrive, incident.StepDone), Press{}, nil)
		}
	}
	time.Sleep(time.Duration(r.IntN(90)) * time.Second)
	synctest.Wait()
}

// law is what holds at every moment.
func (d *days) law() {
	d.t.Helper()
	d.agree()
	d.d.mu.Lock()
	defer d.d.mu.Unlock()
	for id, e := range d.d.live {
		s := e.state
		at, ok := s.Deadline()
		if due, has := d.d.due[id]; has != ok || ok && !due.Equal(at) {
			d.t.Fatalf("%s is due %v, the state says %v %v", id, due, at, ok)
		}
		if s.Open() && s.HiddenFrom(d.d.opts.Offices, s.Office) {
			d.t.Fatalf("the complaint %s is with the accused %s", id, s.Office)
		}
		if s.Open() && s.Target.Arrive > 0 && s.ArrivedAt.IsZero() && !slices.ContainsFunc(s.Running(), func(x incident.Step) bool { return x.Name == incident.StepArrive }) {
			d.t.Fatalf("%s (%s): nobody waits for an arrival any more", id, s.Phase)
		}
		for shelf := range e.shown {
			if s.HiddenFrom(d.d.opts.Offices, shelf.office) {
				d.t.Fatalf("%s sees the complaint about it", shelf.office)
			}
		}
	}
}

// numbers of all incidents, by day and office.
func (r *room) numbers() map[string][]int {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	got := map[string][]int{}
	for _, e := range r.d.live {
		if i := strings.LastIndexByte(e.state.No, '/'); i > 0 {
			n, _ := strconv.Atoi(e.state.No[i+1:])
			got[e.state.No[:i]] = append(got[e.state.No[:i]], n)
		}
	}
	for _, list := range got {
		slices.Sort(list)
	}
	return got
}

func newDays(t *testing.T, seed uint64) *days {
	d := &days{room: newRoom(t, nil), rnd: rand.New(rand.NewPCG(seed, 110))} //nolint:gosec // a test's dice
	for _, sign := range []string{"B1", "B2", "B3"} {
		d.units = append(d.units, d.unit(sign, "bpn"))
	}
	d.units = append(d.units, d.unit("S1", "smd"))
	return d
}

// Whatever people do: units and incidents say the same, no deadline is forgotten, numbers have no gaps, no complaint comes
// to the accused; and a process that folds the journal stands where the last one stood, without a word of its own.
func TestDays(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDays(t, seed)
				for range 150 {
					d.one()
					d.law()
				}
				for day, list := range d.numbers() {
					for i, n := range list {
						if n != i+1 {
							t.Fatalf("%s: numbers %v", day, list)
						}
					}
				}
				d.d.Close()
				again := newRoom(t, slices.Clone(d.records))
				defer again.d.Close()
				again.same(d.room)
				if n := len(again.records); n != len(d.records) {
					t.Fatalf("the restart wrote %d records of its own", n-len(d.records))
				}
			})
		})
	}
}

// same compares what two processes know.
func (r *room) same(was *room) {
	r.t.Helper()
	if len(r.d.live) != len(was.d.live) || len(r.d.units) != len(was.d.units) {
		r.t.Fatalf("%d incidents and %d units, were %d and %d", len(r.d.live), len(r.d.units), len(was.d.live), len(was.d.units))
	}
	for id, e := range was.d.live {
		if got := r.d.live[id]; told(got.state) != told(e.state) || len(got.lines) != len(e.lines) || got.known != e.known || got.number != e.number {
			r.t.Fatalf("it was\n%s\nit is\n%s", told(e.state), told(got.state))
		}
	}
	for id, u := range was.d.units {
		if got := r.d.units[id]; toldUnit(got.state) != toldUnit(u.state) {
			r.t.Fatalf("the unit was\n%s\nit is\n%s", toldUnit(u.state), toldUnit(got.state))
		}
	}
	if !maps.Equal(r.d.issued, was.d.issued) || !maps.Equal(r.d.byNo, was.d.byNo) || !maps.Equal(r.d.byCall, was.d.byCall) {
		r.t.Fatalf("issued %v, was %v; calls %v, were %v", r.d.issued, was.d.issued, r.d.byCall, was.d.byCall)
	}
}

func told(s incident.State) string {
	offered := s.Offered
	s.Offered = nil
	text := fmt.Sprintf("%+v", s)
	if offered != nil {
		text += fmt.Sprintf(" offered %+v", *offered)
	}
	return text
}

func toldUnit(u incident.Unit) string {
	job, panics := u.Job, u.Panic
	u.Job, u.Panic = nil, nil
	text := fmt.Sprintf("%+v", u)
	if job != nil {
		text += fmt.Sprintf(" job %+v", *job)
	}
	if panics != nil {
		text += fmt.Sprintf(" panic %+v", *panics)
	}
	return text
}

// A power cut takes the ends of some streams, what nobody was told was saved: units and incidents agree again, and the
// numbers that are lost are given again, so that the day has no gap.
func TestPowerCut(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDays(t, 1000+seed)
				for range 60 {
					d.one()
				}
				d.d.Close()
				lost, cut := map[string]bool{}, len(d.records)-1-d.rnd.IntN(12)
				var kept []journal.Record
				for i, rec := range d.records {
					if i >= cut && (lost[rec.Stream] || d.rnd.IntN(2) == 0) {
						lost[rec.Stream] = true
						continue
					}
					kept = append(kept, rec)
				}
				again := newRoom(t, kept)
				defer again.d.Close()
				synctest.Wait()
				after := &days{room: again, rnd: d.rnd, units: d.units, calls: d.calls}
				after.law()
				for range 14 { // more than can have been lost
					after.d.CallBegan("late", "polda", "", time.Now())
					after.d.Sent("late", "sari", "polda", "bpn")
					after.d.Ended("late", "sari", DropDraft)
					after.d.mu.Lock()
					delete(after.d.byCall, "late")
					after.d.mu.Unlock()
				}
				today := "KALTIM/" + time.Now().In(time.FixedZone("WITA", 8*3600)).Format("2006/01/02")
				for i, n := range after.numbers()[today] {
					if n != i+1 {
						t.Fatalf("%s: numbers %v", today, after.numbers()[today])
					}
				}
				after.law()
			})
		})
	}
}
