package media

import (
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

func TestEachHearsTheOthersAndNotItself(t *testing.T) {
	noLeak(t)
	caller, callerPort, _ := newFar(t, "caller", 400, PCMU) // one of another law, to hear that it is translated
	polda, poldaPort, _ := newFar(t, "polda", 700, PCMA)
	polres, polresPort, _ := newFar(t, "polres", 1100, PCMA)
	talk := NewTalk(callerPort, nil, TalkOptions{})
	defer talk.Close()
	tape := &reel{}
	talk.Record(tape)

	talk.Connect(line{poldaPort})
	caller.hears(t, 700)
	polda.hears(t, 400)

	talk.Connect(line{poldaPort}, line{polresPort})
	time.Sleep(100 * time.Millisecond) // the mixer's store fills
	caller.hears(t, 700, 1100)
	polda.hears(t, 400, 1100)
	polres.hears(t, 400, 700)

	talk.Connect(line{polresPort})
	caller.hears(t, 1100)
	polres.hears(t, 400)
	polda.hears(t)

	talk.Close()
	if l := Level(tape.sides[phone.Caller], 400); l < 0.07 {
		t.Errorf("left of the tape lacks the caller: %.4f", l)
	}
	if l := Level(tape.sides[phone.Caller], 700); l > 0.01 {
		t.Errorf("left of the tape has the officer: %.4f", l)
	}
	officer := tape.sides[phone.Officer]
	for freq, part := range map[float64][]byte{700: officer[800:3000], 1100: officer[len(officer)-2400:]} {
		if l := Level(part, freq); l < 0.05 {
			t.Errorf("right of the tape lacks %v Hz: %.4f", freq, l)
		}
	}
	if talk.TapeDropped() != 0 {
		t.Errorf("tape lost %v", talk.TapeDropped())
	}
}

// TestTakeBackIsNotHeard swaps the seat twelve times and looks at the stream on the wire: no gap over 40 ms. A machine
// that is busy with other things may spoil a try, so there are three.
func TestTakeBackIsNotHeard(t *testing.T) {
	noLeak(t)
	var widest time.Duration
	for range 3 {
		if widest = takeBacks(t); widest <= 40*time.Millisecond {
			return
		}
	}
	t.Errorf("gap of %v", widest)
}

func takeBacks(t *testing.T) (widest time.Duration) {
	t.Helper()
	caller, callerPort, _ := newFar(t, "caller", 400, PCMA)
	_, a, _ := newFar(t, "polda", 700, PCMA)
	_, b, _ := newFar(t, "polres", 1100, PCMA)
	talk := NewTalk(callerPort, DefaultPrompts(), TalkOptions{})
	defer talk.Close()
	talk.Program(phone.Program{First: []string{"welcome"}})
	for range 4 {
		time.Sleep(70 * time.Millisecond)
		talk.Connect(line{a})
		time.Sleep(130 * time.Millisecond)
		talk.Connect(line{b})
		time.Sleep(70 * time.Millisecond)
		talk.Connect()
	}
	time.Sleep(100 * time.Millisecond)
	got := caller.packets()
	if len(got) < 50 {
		t.Fatalf("only %d packets", len(got))
	}
	markers := 0
	for i, h := range got[1:] {
		was := got[i]
		widest = max(widest, h.at.Sub(was.at))
		if h.pkt.SSRC != was.pkt.SSRC {
			t.Fatal("SSRC changed")
		}
		if h.pkt.SequenceNumber != was.pkt.SequenceNumber+1 {
			t.Errorf("sequence %d after %d", h.pkt.SequenceNumber, was.pkt.SequenceNumber)
		}
		if step := int32(h.pkt.Timestamp - was.pkt.Timestamp); step < 160 || step > 800 {
			t.Errorf("timestamp went on by %d", step)
		}
		if h.pkt.Marker {
			markers++
		}
	}
	if markers < 10 {
		t.Errorf("%d markers for 12 changes of source", markers)
	}
	t.Logf("%d packets, widest gap %v, by our own count %+v", len(got), widest, talk.Stats())
	return widest
}

func TestDeadLineGivesSilenceNotNothing(t *testing.T) {
	noLeak(t)
	caller, callerPort, _ := newFar(t, "caller", 400, PCMA)
	talk := NewTalk(callerPort, nil, TalkOptions{})
	defer talk.Close()
	talk.Program(phone.Program{})
	time.Sleep(50 * time.Millisecond)
	talk.Connect(line{NewPort("dead", PortConfig{})})
	time.Sleep(deadLine + 100*time.Millisecond)
	caller.forget()
	time.Sleep(5 * silenceEvery)
	got := caller.packets()
	if len(got) < 4 || len(got) > 6 {
		t.Fatalf("%d packets in %v", len(got), 5*silenceEvery)
	}
	for i, h := range got {
		if v := rms(h.pkt.Payload); v > 0.001 {
			t.Errorf("silence has level %f", v)
		}
		if i == 0 {
			continue
		}
		// Suppressed silence, not loss: no number is missing, and time goes on.
		was := got[i-1].pkt
		if h.pkt.SequenceNumber != was.SequenceNumber+1 || h.pkt.Timestamp != was.Timestamp+uint32(silenceEvery*Rate/time.Second) || !h.pkt.Marker {
			t.Errorf("after %+v comes %+v", was.Header, h.pkt.Header)
		}
	}
}

func TestLineBelongsToTheLastTalk(t *testing.T) {
	noLeak(t)
	first, firstPort, _ := newFar(t, "first", 400, PCMA)
	second, secondPort, _ := newFar(t, "second", 1100, PCMA)
	seat, seatPort, _ := newFar(t, "seat", 700, PCMA)
	one, two := NewTalk(firstPort, nil, TalkOptions{}), NewTalk(secondPort, nil, TalkOptions{})
	defer one.Close()
	defer two.Close()
	one.Connect(line{seatPort})
	two.Connect(line{seatPort})
	seat.hears(t, 1100)
	second.hears(t, 700)
	first.hears(t)
	one.Connect() // too late to matter
	seat.hears(t, 1100)
}

func TestSlowTapeHarmsNobody(t *testing.T) {
	noLeak(t)
	slow := make(chan struct{})
	tape := &reel{slow: slow}
	c := newCopier(tape, epoch)
	audio := Tone(700, frameTime)
	for n := range 2000 { // 40 s at once
		c.add(phone.Caller, 1, uint32(n*160), audio, epoch.Add(time.Duration(n)*frameTime))
	}
	close(slow)
	c.close()
	if c.dropped() < 20*time.Second || c.dropped() > 30*time.Second {
		t.Errorf("dropped %v", c.dropped())
	}
}
