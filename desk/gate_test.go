package desk

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

const joker office.Number = "+6281200000001"

// pranks makes a number known: n calls that an operator closed as pranks, a minute apart.
func (w *world) pranks(n int) {
	w.t.Helper()
	for range n {
		l := w.dials(joker)
		w.answers("pa", l, "polda/1")
		w.must("pa", Close{Call: l.id, Outcome: call.PrankCall, Prank: call.Teasing})
		w.sleep(time.Minute + time.Second)
	}
}

func (w *world) gate(id call.ID) []filter.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []filter.Event
	for _, r := range w.records {
		if r.Stream == Stream(id) && r.Type == "filter" {
			events, _, err := filter.Codec.Decode(r.Body)
			if err != nil {
				w.t.Fatal(err)
			}
			out = append(out, events...)
		}
	}
	return out
}

// held is a call that met the gate; one in a hundred passes as a sample, so it is tried again.
func (w *world) held(n office.Number) *fakeLeg {
	w.t.Helper()
	for range 20 {
		l := w.dials(n)
		if w.call(l.id).Phase == call.Gated {
			return l
		}
		l.hangsUp()
		w.sleep(2 * time.Minute)
	}
	w.t.Fatal("no call met the gate")
	return nil
}

func TestGate(t *testing.T) {
	run(t, "answered by a program; 8 leads into the queue", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		l := w.held(joker)
		if !l.answered || l.talk.plays() != "gate" || w.seat("polda/1").State != Ready {
			t.Fatalf("answered %v, plays %q, the seat is %s", l.answered, l.talk.plays(), w.seat("polda/1").State)
		}
		w.sleep(4 * time.Second)
		l.sink(phone.Digit{Key: '8'})
		w.settle()
		w.expect(l, call.Offered)
		if v := w.call(l.id); v.History.Level != filter.Gate || len(v.History.Why) == 0 || v.History.Why[0].ID[:10] != "3 kali ise" {
			t.Fatalf("the operator reads %+v", v.History)
		}
		w.answers("pa", l, "polda/1")
		w.expect(l, call.Talking, "polda/1")
	})
	run(t, "silence leads into the low lane, behind a caller who came later", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		busy := w.dials("+62811")
		w.answers("pa", busy, "polda/1")
		l := w.held(joker)
		w.sleep(5 * time.Second)
		w.expect(l, call.Queued)
		if plays := l.talk.plays(); plays != "gate" {
			t.Fatalf("in the low lane, where the gate still listens, they hear %q", plays)
		}
		if !w.call(l.id).Low {
			t.Fatal("a silent call is not in the low lane")
		}
		other := w.dials("+62813")
		w.must("pa", Close{Call: busy.id, Outcome: call.Information})
		w.expect(other, call.Offered)
		w.expect(l, call.Queued)
		w.answers("pa", other, "polda/1")
		l.sink(phone.Digit{Key: '8'}) // even now
		w.settle()
		if w.call(l.id).Low {
			t.Fatal("8 did not lead out of the low lane")
		}
	})
	run(t, "who is silent rings at an idle seat after 4 s, and is asked for 5-5 within 10 s", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		start := time.Now()
		l := w.held(joker)
		w.sleep(3 * time.Second)
		w.expect(l, call.Gated)
		start = start.Add(time.Since(start) - 3*time.Second)
		w.sleep(1100 * time.Millisecond)
		w.expect(l, call.Offered)
		w.answers("pa", l, "polda/1")
		w.sleep(10*time.Second - time.Since(start))
		if said, _ := l.talk.saying(); !slices.Contains(said, "silent") {
			t.Fatalf("10 s after the gate's answer nobody has asked for 5-5: %v", said)
		}
	})
	run(t, "a blocked number that is silent rings after 20 s, not after 4", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.must("pa", BlockNumber{Office: "polda", Number: string(joker), Until: time.Now().Add(2 * time.Hour), Reason: "menelepon terus"})
		l := w.held(joker)
		w.sleep(19 * time.Second)
		w.expect(l, call.Gated)
		w.sleep(1100 * time.Millisecond)
		w.expect(l, call.Offered)
	})
	run(t, "who hangs up at the gate is owed nothing and adds no evidence", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		l := w.held(joker)
		w.sleep(3 * time.Second)
		l.hangsUp()
		if c := w.closed(l.id); c.Outcome != call.LeftQueue || c.Callback != call.NotOwed {
			t.Fatalf("%s, owed %q", c.Outcome, c.Callback)
		}
		if e := w.gate(l.id); len(e) != 2 || e[1].(filter.GateEnded).How != filter.LeftGate {
			t.Fatalf("the journal says %+v", e)
		}
		before := w.desk.past.byNumber[joker].pranks
		if before != 3 {
			t.Fatalf("%d pranks", before)
		}
	})
	run(t, "1.5 s of speech lead into the queue, less does not", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		l := w.held(joker)
		w.sleep(2 * time.Second)
		l.sink(phone.Voice{Speaking: true, Total: 750 * time.Millisecond, Sound: "speech"})
		w.sleep(time.Second)
		l.sink(phone.Voice{Total: 750 * time.Millisecond, Sound: "silence"})
		w.sleep(500 * time.Millisecond)
		w.expect(l, call.Gated)
		l.sink(phone.Voice{Speaking: true, Total: 1500 * time.Millisecond, Sound: "speech"})
		w.settle()
		w.expect(l, call.Offered)
		if e := w.gate(l.id); e[len(e)-1].(filter.GateEnded).How != filter.Spoke {
			t.Fatalf("the journal says %+v", e)
		}
	})
	run(t, "5-5 at the gate is a silent emergency, before all others and not audible", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		busy := w.dials("+62811")
		w.answers("pa", busy, "polda/1")
		other := w.dials("+62813")
		l := w.held(joker)
		l.presses("55")
		if c := w.call(l.id); c.Phase != call.Queued || !c.Urgent || c.Low || !c.Silence.Emergency {
			t.Fatalf("after 5-5 at the gate: %+v", c)
		}
		if said, muted := l.talk.saying(); !muted || len(said) == 0 || said[len(said)-1] != "silent_ok" || len(w.silent) != 1 {
			t.Fatalf("said %v, muted %v, told %v", said, muted, w.silent)
		}
		w.must("pa", Close{Call: busy.id, Outcome: call.Information})
		w.expect(l, call.Offered)
		w.expect(other, call.Queued)
	})
	run(t, "in danger, no gate", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		w.desk.past.record(joker).danger = true
		l := w.dials(joker)
		w.expect(l, call.Offered)
	})
}

// TestBlocks: a supervisor's block sends a number to the gate, with its escape; a cleared number is as new.
func TestBlocks(t *testing.T) {
	run(t, "block, unblock, clear", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		until := time.Now().Add(2 * time.Hour)
		w.must("pa", BlockNumber{Office: "polda", Number: string(joker), Until: until, Reason: "menelepon terus"})
		l := w.held(joker)
		l.sink(phone.Digit{Key: '8'})
		w.settle()
		w.expect(l, call.Offered)
		l.hangsUp()
		if _, err := w.do("pa", BlockNumber{Office: "polda", Number: string(joker), Until: until.Add(48 * time.Hour), Reason: "menelepon terus"}); err == nil {
			t.Fatal("a block of two days was taken")
		}
		w.must("pa", UnblockNumber{Office: "polda", Number: string(joker), Reason: "sudah minta maaf"})
		w.sleep(2 * time.Minute)
		w.expect(w.dials(joker), call.Offered)
	})
	run(t, "cleared", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		w.must("pa", ClearNumber{Office: "polda", Number: string(joker), Reason: "nomor ganti pemilik"})
		w.sleep(2 * time.Minute)
		l := w.dials(joker)
		w.expect(l, call.Offered)
		if h := w.call(l.id).History; h.Level != filter.None || len(h.Why) != 0 {
			t.Fatalf("a cleared number still has %+v", h)
		}
	})
}

// TestFlood: many short silent calls from neighbouring numbers raise a shield, and it comes down by itself; a caller from elsewhere
// rings at once all the while.
func TestFlood(t *testing.T) {
	run(t, "raised and lowered", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		for i := range 12 {
			l := w.dials("+628135555" + office.Number(rune('1'+i/10)) + "0" + office.Number(rune('0'+i%10)))
			w.sleep(500 * time.Millisecond)
			l.hangsUp()
			w.sleep(500 * time.Millisecond)
		}
		w.sleep(3 * time.Second)
		floor, _ := w.desk.opts.Board.Get("polda", "floor/polda")
		if s := floor.(FloorView).Shields; len(s) == 0 {
			t.Fatal("no shield is on the board")
		}
		w.held("+628135555999")
		w.expect(w.dials("+62812777"), call.Offered)
		w.sleep(6 * time.Minute)
		floor, _ = w.desk.opts.Board.Get("polda", "floor/polda")
		if s := floor.(FloorView).Shields; len(s) != 0 {
			t.Fatalf("the shield stays up: %+v", s)
		}
	})
}

// TestFilterOutlivesRestart: a new process knows what the old one knew of a number, its blocks and its weights.
func TestFilterOutlivesRestart(t *testing.T) {
	run(t, "folded", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.pranks(3)
		w.must("pa", BlockNumber{Office: "polda", Number: "+6281299", Until: time.Now().Add(time.Hour), Reason: "mengancam terus"})
		weights := filter.Default()
		weights.Gate = 8.5
		w.must("pa", SetWeights{Office: "polda", Weights: weights, Reason: "uji coba"})
		entered := w.held(joker)
		entered.hangsUp()
		next := newWorld(t)
		defer next.desk.Close()
		r := next.desk.Recover()
		seqs := map[string]uint64{}
		for _, rec := range slices.Clone(w.records) {
			seqs[rec.Stream]++
			rec.Seq = seqs[rec.Stream]
			if err := r.Fold(journal.Record(rec)); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []string{string(joker), "+6281299"} {
			was, _ := w.desk.Standings("polda", n, filter.None, 1)
			is, _ := next.desk.Standings("polda", n, filter.None, 1)
			if was[0].Level != filter.Gate || is[0].Level != was[0].Level || is[0].Score != was[0].Score || len(is[0].Steps) != len(was[0].Steps) {
				t.Errorf("%s: was %+v, is %+v", n, was[0], is[0])
			}
		}
		if v := next.desk.Weights("polda"); v.Rev != 1 || v.Weights.Gate != 8.5 {
			t.Errorf("weights are %+v", v)
		}
		now := time.Now()
		figures := next.desk.GateFigures("polda", now.Add(-time.Hour), now.Add(time.Hour))
		if len(figures) != 1 || figures[0].Held == 0 {
			t.Errorf("the gate's figures are lost: %+v", figures)
		}
	})
}

// TestFarewell: a caller who needs the fire brigade, and isn't passed on, hears its number; the seat doesn't wait for it.
func TestFarewell(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		w.desk.opts.PromptLength = func(p string) time.Duration { return map[string]time.Duration{"dial_113": 4 * time.Second}[p] }
		w.sits("pa", "polda/1")
		l := w.dials("+62811")
		w.answers("pa", l, "polda/1")
		w.must("pa", Close{Call: l.id, Outcome: call.OtherAgency, Agency: "113"})
		if said, _ := l.talk.saying(); l.wasHungUp() || len(said) != 1 || said[0] != "dial_113" || len(l.talk.hears()) != 0 {
			t.Fatalf("hung up %v, said %v, hears %v", l.wasHungUp(), said, l.talk.hears())
		}
		if s := w.seat("polda/1"); s.State != Ready {
			t.Fatalf("the seat is %s while the number is spoken", s.State)
		}
		w.sleep(5 * time.Second)
		if !l.wasHungUp() {
			t.Fatal("the call doesn't end after the number was spoken")
		}
		if c := w.closed(l.id); c.Outcome != call.OtherAgency || c.Agency != "113" {
			t.Fatalf("%+v", c)
		}
	})
}

// TestNotices: a text goes to who plays again and again, once a week, never to somebody in danger.
func TestNotices(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.refused("pa", SendNotice{Office: "polda", Number: string(joker)}, "no_notice_hook")
		if s, err := w.desk.Standings("polda", string(joker), filter.None, 1); err != nil || s[0].Notice != nil {
			t.Fatalf("without a hook the page shows %+v (%v)", s[0].Notice, err)
		}
		var sent []office.Number
		w.desk.opts.NoticeText = "Jangan iseng."
		w.desk.opts.Notice = func(_ office.ID, n office.Number) { sent = append(sent, n) }
		refused := func(code string) {
			t.Helper()
			_, err := w.do("pa", SendNotice{Office: "polda", Number: string(joker)})
			var r *filter.Refusal
			if !errors.As(err, &r) || r.Code != code {
				t.Fatalf("%v, want %s", err, code)
			}
		}
		refused(filter.CodeNotHabitual)
		w.pranks(3)
		shown := func(not string, last bool) {
			t.Helper()
			s, err := w.desk.Standings("polda", string(joker), filter.None, 1)
			if err != nil || s[0].Notice == nil || s[0].Notice.Text != "Jangan iseng." || s[0].Notice.Not != not || (s[0].Notice.Last != nil) != last {
				t.Fatalf("the page shows %+v (%v), not %q", s[0].Notice, err, not)
			}
		}
		shown("", false)
		w.must("pa", SendNotice{Office: "polda", Number: string(joker)})
		shown(filter.CodeTooSoon, true)
		if !slices.Equal(sent, []office.Number{joker}) {
			t.Fatalf("sent to %v", sent)
		}
		refused(filter.CodeTooSoon)
		w.desk.past.record(joker).danger = true
		refused(filter.CodeInNeed)
	})
}
