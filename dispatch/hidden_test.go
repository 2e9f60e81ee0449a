package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// A complaint passes by the office that it is about, whatever is done with it and its caller.
func TestComplaintPassesBy(t *testing.T) {
	dumas := func(against office.ID) Form {
		return Form{Kind: "dumas", Against: against, Place: "Polresta", Summary: "petugas minta uang", ReporterNumber: "+628123456789"}
	}
	in := func(t *testing.T, test func(*room)) {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom(t, nil)
			defer r.d.Close()
			test(r)
		})
	}
	hidden := func(r *room, o office.ID, id incident.ID) {
		r.t.Helper()
		if c, ok := r.card(o, id); ok {
			r.t.Errorf("%s sees %+v", o, c)
		}
		if _, known := r.d.MayRead(Who{Person: "x", Office: o}, id); known {
			r.t.Errorf("%s may know of it", o)
		}
	}
	t.Run("sent to the accused", func(t *testing.T) {
		in(t, func(r *room) {
			id := r.sent("a", dumas("bpn"))
			if s := r.state(id); s.Office != "polda" || s.No == "" {
				t.Fatalf("it is with %s", s.Office)
			}
			hidden(r, "bpn", id)
			r.do("accused", sari, HandOver{ID: r.acceptedAt(id, sari), To: "bpn", Why: "x"})
		})
	})
	t.Run("its caller is put through to the accused", func(t *testing.T) {
		in(t, func(r *room) {
			r.d.CallBegan("a", "polda", "+628123456789", time.Now())
			r.types("a", dumas("bpn"))
			if kind, words := r.d.Words("a"); kind != "" || words != "" {
				t.Errorf("the accused office's screen and phone say %q %q", kind, words)
			}
			r.d.Sent("a", "sari", "polda", "bpn")
			if open, _ := r.d.About("+628123456789"); len(open) != 0 {
				t.Errorf("who rings the accused office is announced with %+v", open)
			}
		})
	})
	t.Run("the accused is named after it has it", func(t *testing.T) {
		in(t, func(r *room) {
			id := r.accepted("a", robbery())
			f := dumas("bpn")
			r.do("", sari, SaveForm{ID: id, Call: "a", Rev: 9, Form: f})
			s := r.state(id)
			if s.Office != "polda" {
				t.Fatalf("the accused %s still has it", s.Office)
			}
			hidden(r, "bpn", id)
		})
	})
	t.Run("about the house that takes the call", func(t *testing.T) {
		in(t, func(r *room) {
			r.d.CallBegan("a", "polda", "+628123456789", time.Now())
			id := r.types("a", dumas("polda")).ID
			f := dumas("polda")
			f.Summary = "petugas minta uang dua kali"
			r.do("", sari, SaveForm{ID: id, Call: "a", Rev: 1, Form: f}) // who types it may go on typing
			hidden(r, "bpn", id)
			r.d.Ended("a", "sari", KeepHere)
			if s := r.state(id); s.Office != "mabes" || s.Phase != incident.Sent {
				t.Fatalf("it is %s with %s", s.Phase, s.Office)
			}
			hidden(r, "polda", id)
			r.do("", pusat, Accept{ID: id})
		})
	})
	t.Run("about the highest house", func(t *testing.T) {
		in(t, func(r *room) {
			r.d.CallBegan("a", "polda", "+628123456789", time.Now())
			id := r.types("a", dumas("mabes")).ID
			r.do("no_office_above", sari, Send{ID: id, To: "mabes"})
		})
	})
}

// notes keeps alerts.
type notes struct{ list *[]Alert }

func (n notes) Notify(a Alert) { *n.list = append(*n.list, a) }

// acceptedAt accepts an incident by somebody.
func (r *room) acceptedAt(id incident.ID, who Who) incident.ID {
	r.t.Helper()
	r.do("", who, Accept{ID: id})
	return id
}

// Of what is restricted others see that it is there and its clocks; who is asked by an escalation is told no more.
func TestRestrictedIsVeiled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var alerts []Alert
		r := roomWith(t, nil, func(o *Options) { o.Notifier = notes{&alerts} })
		defer r.d.Close()
		id := r.sent("a", Form{Kind: "kdrt", Place: "Jl. Mawar 7", Summary: "suami memukul", Reporter: "Ibu R"})
		c, ok := r.card("bpn", id)
		if !ok || !c.Veiled || c.Place != "" || c.Summary != "" || c.Reporter != "" || c.Kind != "" || len(c.Steps) == 0 {
			t.Fatalf("the board of the office shows %+v", c)
		}
		if kind, words := r.d.Words("a"); kind != "" || words != "" {
			t.Errorf("the call's card tells %q %q", kind, words)
		}
		r.do("restricted", eka, Note{ID: id, Text: "x"})
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if len(alerts) != 1 || !alerts[0].Report.Veiled || alerts[0].Report.Place != "" {
			t.Fatalf("a phone is pushed %+v", alerts)
		}
		r.do("", dwi, Accept{ID: id})
		r.do("", dwi, Note{ID: id, Text: "x"})
		r.do("restricted", eka, Note{ID: id, Text: "x"})
		r.do("", dwi, Restrict{ID: id, Shut: false, Named: []office.PersonID{"eka"}})
		r.do("", eka, Note{ID: id, Text: "x"})
	})
}

// The report number is told to nobody before the journal has it, neither on a screen nor by voice.
func TestNumberIsSpokenOnceWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		defer r.d.Close()
		r.slow = make(chan struct{})
		r.d.CallBegan("c", "polda", "+6281", time.Now())
		r.d.Sent("c", "sari", "polda", "bpn")
		if n := r.d.Number("c"); n != "" {
			t.Errorf("the piket phone reads out %s, which a crash could give away again", n)
		}
		close(r.slow)
		synctest.Wait()
		if n := r.d.Number("c"); n == "" {
			t.Error("the number is written and not told")
		}
	})
}
