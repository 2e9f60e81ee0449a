package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/phone"
)

func (l *fakeLeg) tells(e phone.Event) {
	l.mu.Lock()
	sink := l.sink
	l.mu.Unlock()
	sink(e)
	l.world.settle()
}

func (l *fakeLeg) presses(keys string) {
	for _, k := range keys {
		l.tells(phone.Digit{Key: k})
	}
}

func (t *fakeTalk) saying() ([]string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.said), t.muted
}

func (w *world) takes(l *fakeLeg) {
	w.t.Helper()
	o := w.call(l.id).Offers[0]
	w.must(o.Person, Answer{Call: l.id, N: o.N})
}

// A caller who says nothing is asked after T_silent, once more later, and no third time; the screen then proposes kosong.
func TestSilentCallerIsAsked(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		l := w.dials("+6281234500001")
		w.takes(l)
		w.sleep(7900 * time.Millisecond)
		if said, _ := l.talk.saying(); len(said) != 0 {
			t.Fatalf("asked too early: %v", said)
		}
		w.sleep(200 * time.Millisecond)
		if said, muted := l.talk.saying(); !slices.Equal(said, []string{"silent"}) || muted {
			t.Fatalf("after 8.1 s of silence: %v, muted %v", said, muted)
		}
		if s := w.call(l.id).Silence; s.Prompted != 1 || s.Since == nil || s.AskAt == nil || s.PocketAt != nil {
			t.Errorf("the screen shows %+v", s)
		}
		l.tells(phone.Voice{Total: 250 * time.Millisecond, Speaking: true}) // a cough
		w.sleep(30 * time.Second)
		if said, _ := l.talk.saying(); !slices.Equal(said, []string{"silent", "silent"}) {
			t.Fatalf("after 38 s: %v", said)
		}
		s := w.call(l.id).Silence
		if s.PocketAt == nil || s.Emergency || w.call(l.id).Phase != call.Talking {
			t.Errorf("a phone in a pocket: %+v", s)
		}
		w.must("pa", Close{Call: l.id, Outcome: call.Empty})
	})
}

// Whoever speaks isn't asked, and a prompt that runs is cut short. What was said to the queue doesn't count.
func TestSpeakingCallerIsNotAsked(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		l := w.dials("+6281234500002")
		l.tells(phone.Voice{Total: 3 * time.Second, Speaking: true})
		w.sits("pa", "polda/1")
		w.takes(l)
		w.sleep(8100 * time.Millisecond)
		if said, _ := l.talk.saying(); !slices.Equal(said, []string{"silent"}) {
			t.Fatalf("spoke only before the answer: %v", said)
		}
		l.tells(phone.Voice{Total: 3500 * time.Millisecond, Speaking: true})
		if said, _ := l.talk.saying(); !slices.Equal(said, []string{"silent", ""}) {
			t.Fatalf("the prompt goes on over the caller: %v", said)
		}
		w.sleep(time.Minute)
		if said, _ := l.talk.saying(); len(said) != 2 || !w.call(l.id).Silence.Spoke {
			t.Fatalf("asked after speaking: %v", said)
		}
	})
}

// 5-5: a silent emergency. Nothing of us reaches the caller any more, whatever is done with the call, until a person
// lifts that; the number is in danger, and nobody calls it back.
func TestFiveFive(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		w.sits("ra", "polres/1")
		l := w.dials("+6281234500003")
		w.takes(l)
		l.presses("5")
		w.sleep(7 * time.Second)
		l.presses("545") // neither: too late, and another key between
		if _, muted := l.talk.saying(); muted {
			t.Fatal("muted by 5 … 5-4-5")
		}
		l.presses("5")
		said, muted := l.talk.saying()
		if !muted || said[len(said)-1] != "silent_ok" {
			t.Fatalf("after 5-5: %v, muted %v", said, muted)
		}
		s := w.call(l.id).Silence
		if !s.Emergency || !s.Muted || s.ByEar || len(w.silent) != 1 || !strings.HasPrefix(w.silent[0], string(l.id)+` by ""`) {
			t.Errorf("screen %+v, dispatch %v", s, w.silent)
		}
		l.presses("55")
		if len(w.silent) != 1 {
			t.Errorf("a second emergency: %v", w.silent)
		}
		w.refused("pa", Press{Call: l.id, Keys: "1"}, call.CodeNotNow)
		w.must("pa", Hold{Call: l.id, On: true})
		w.must("pa", Hold{Call: l.id})
		w.must("pa", Transfer{Call: l.id, To: "polres"})
		w.must("ra", Answer{Call: l.id, N: w.call(l.id).Offers[0].N})
		w.sleep(20 * time.Second)
		if again, still := l.talk.saying(); !still || len(again) != len(said) {
			t.Errorf("with the Polres: %v, muted %v", again, still)
		}
		w.refused("pa", Mute{Call: l.id}, call.CodeNotYours)
		w.must("ra", Mute{Call: l.id})
		if _, still := l.talk.saying(); still {
			t.Error("a person lifted it, and it is muted still")
		}
		w.must("ra", Mute{Call: l.id, On: true})
		l.hangsUp()
		w.must("ra", Close{Call: l.id, Outcome: call.CallerBroke})
		if c := w.closed(l.id); c.Callback != call.Danger {
			t.Errorf("ended with %+v", c)
		}
		if !w.desk.inDanger("+6281234500003") || len(w.desk.Owed("polda")) != 0 {
			t.Error("somebody would call a silent victim back")
		}
	})
}

// In the queue 5-5 brings the caller before all others; who then leaves is in danger, and nobody calls back.
func TestFiveFiveInTheQueue(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		first, silent := w.dials("+6281234500004"), w.dials("+6281234500005")
		silent.presses("55")
		if said, muted := silent.talk.saying(); !muted || !slices.Equal(said, []string{"silent_ok"}) {
			t.Fatalf("%v, muted %v", said, muted)
		}
		w.sits("pa", "polda/1")
		if o := w.call(silent.id).Offers; len(o) != 1 || len(w.call(first.id).Offers) != 0 {
			t.Fatalf("the silent one isn't first: %v", o)
		}
		silent.hangsUp()
		if c := w.closed(silent.id); c.Callback != call.Danger || c.Outcome != call.LeftRinging {
			t.Errorf("ended with %+v", c)
		}
		if w.desk.inDanger("+6281234500005") != true || len(w.desk.Owed("polda")) != 0 {
			t.Error("somebody would call a silent victim back")
		}
	})
}

// The operator's ear counts too; and if the one who listened says that it was nothing, the number is in no danger.
func TestMarkedByEar(t *testing.T) {
	run(t, "", func(t *testing.T, w *world) {
		w.sits("pa", "polda/1")
		l := w.dials("+6281234500006")
		w.takes(l)
		w.must("pa", AskSilent{Call: l.id})
		w.must("pa", Silent{Call: l.id})
		if said, muted := l.talk.saying(); !muted || !slices.Equal(said, []string{"silent", "silent_ok"}) || !w.call(l.id).Silence.ByEar {
			t.Fatalf("%v, muted %v", said, muted)
		}
		if !w.desk.inDanger("+6281234500006") {
			t.Error("not in danger while it goes on")
		}
		w.must("pa", Close{Call: l.id, Outcome: call.PrankCall, Prank: call.Teasing})
		if w.desk.inDanger("+6281234500006") {
			t.Error("a prank is in danger for good")
		}
	})
}
