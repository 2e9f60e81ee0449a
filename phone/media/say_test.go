package media

import (
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/siaga110/siaga/phone"
)

// talker is a far end in virtual time: it says one tone, and keeps what it hears.
type talker struct {
	port *Port
	freq float64
	seq  uint16

	mu    sync.Mutex // guards what follows
	heard []byte
	keys  int // packets of telephone-event that it was sent
}

func newTalker(name string, freq float64) *talker {
	w := &talker{port: NewPort(name, PortConfig{DTMFPT: 101}), freq: freq}
	w.port.SetSend(func(p *rtp.Packet) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if p.PayloadType == 101 {
			w.keys++
			return nil
		}
		w.heard = append(w.heard, p.Payload...)
		return nil
	})
	return w
}

// talks for d, all of them together.
func talks(d time.Duration, all ...*talker) {
	for range d / frameTime {
		for _, w := range all {
			w.seq++
			w.port.Receive(&rtp.Packet{
				Header:  rtp.Header{Version: 2, PayloadType: 8, SSRC: uint32(w.freq), SequenceNumber: w.seq, Timestamp: uint32(w.seq) * 160},
				Payload: Tone(w.freq, frameTime),
			}, time.Now())
		}
		time.Sleep(frameTime)
		synctest.Wait()
	}
}

// since takes what was heard since the last time.
func (w *talker) since() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.heard
	w.heard = nil
	return out
}

func loudest(alaw []byte) int {
	most := 0
	for _, b := range alaw {
		if v := int(Linear(b)); v > most {
			most = v
		} else if -v > most {
			most = -v
		}
	}
	return most
}

// A caller in danger hears the one prompt that is said to them, and then nothing, whatever is said or played; the
// officers hear the caller and each other all the while, packets go on, and the tape has what was said.
func TestMuteTowardsTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prompts, err := LoadPrompts(fstest.MapFS{
			"ok.alaw":   {Data: Tone(1500, 400*time.Millisecond)},
			"wait.alaw": {Data: Tone(1100, time.Second)},
		})
		if err != nil {
			t.Fatal(err)
		}
		caller, polda, polres := newTalker("caller", 400), newTalker("polda", 700), newTalker("polres", 900)
		tape := &reel{}
		talk := NewTalk(caller.port, prompts, TalkOptions{})
		talk.Record(tape)
		talk.Connect(line{polda.port})
		talks(time.Second, caller, polda)
		if l := Level(caller.since(), 700); l < 0.05 {
			t.Fatalf("the caller doesn't hear the operator at first: %.3f", l)
		}
		polda.since()

		talk.Say("ok")
		talk.Mute(true)
		talks(600*time.Millisecond, caller, polda)
		said := caller.since()
		if Level(said[:3200], 1500) < 0.05 || Level(said, 700) > 0.003 {
			t.Errorf("the prompt: %.3f, the operator below it: %.3f", Level(said[:3200], 1500), Level(said, 700))
		}
		mute := func(what string, want int, all ...*talker) {
			t.Helper()
			caller.since()
			talks(2*time.Second, all...)
			got := caller.since()
			if most := loudest(got); most > 8 {
				t.Errorf("%s: the caller hears up to %d", what, most)
			}
			if n := len(got); n < want-640 {
				t.Errorf("%s: the packets stopped: %d samples", what, n)
			}
		}
		mute("an operator", 2*Rate, caller, polda)
		if l := Level(polda.since(), 400); l < 0.05 {
			t.Errorf("the operator doesn't hear the caller: %.3f", l)
		}
		talk.Connect(line{polda.port}, line{polres.port})
		mute("two officers", 2*Rate, caller, polda, polres)
		if l := Level(polda.since()[4800:], 900); l < 0.05 {
			t.Errorf("the officers don't hear each other: %.3f", l)
		}
		polda.port.Receive(&rtp.Packet{
			Header:  rtp.Header{Version: 2, PayloadType: 101, SSRC: 700, SequenceNumber: polda.seq + 1, Timestamp: 99},
			Payload: []byte{5, 10, 0, 160},
		}, time.Now())
		polda.seq++
		talk.Connect(line{polda.port})
		polda.port.Receive(&rtp.Packet{
			Header:  rtp.Header{Version: 2, PayloadType: 101, SSRC: 700, SequenceNumber: polda.seq + 1, Timestamp: 999},
			Payload: []byte{5, 10, 0, 160},
		}, time.Now())
		polda.seq++
		caller.mu.Lock()
		keys := caller.keys
		caller.mu.Unlock()
		if keys != 0 {
			t.Error("a key of the operator reached the caller")
		}
		talk.Program(phone.Program{First: []string{"wait"}, Then: []string{"wait"}})
		talk.Connect()
		mute("announcements", 2*Rate, caller)
		talk.Connect(line{polda.port})
		// Silence begins after a second without packets, and is packets far apart.
		mute("a dead line", 640+int(time.Second/silenceEvery)*frameSamples, caller)

		talk.Mute(false)
		talks(time.Second, caller, polda)
		if l := Level(caller.since(), 700); l < 0.05 {
			t.Errorf("lifted, the caller hears %.3f of the operator", l)
		}
		talk.Close()
		if l := Level(tape.sides[phone.Officer][2*Rate:3*Rate], 700); l < 0.05 {
			t.Errorf("the tape lacks the operator while muted: %.3f", l)
		}
	})
}

// A prompt is cut short when the caller speaks, is heard by a waiting caller too, and is nobody's business but the
// caller's.
func TestSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prompts, err := LoadPrompts(fstest.MapFS{
			"silent.alaw": {Data: Tone(1500, 4*time.Second)},
			"wait.alaw":   {Data: Tone(1100, 30*time.Second)},
		})
		if err != nil {
			t.Fatal(err)
		}
		caller, polda, polres := newTalker("caller", 400), newTalker("polda", 700), newTalker("polres", 900)
		talk := NewTalk(caller.port, prompts, TalkOptions{})
		defer talk.Close()
		expect := func(what string, freq float64, all ...*talker) {
			t.Helper()
			caller.since()
			talks(500*time.Millisecond, all...)
			got := caller.since()
			for _, f := range []float64{700, 900, 1100, 1500} {
				if l := Level(got[640:], f); (f == freq) != (l > 0.04) {
					t.Errorf("%s: %v Hz at %.3f", what, f, l)
				}
			}
			if n := len(got); n < 3840 || n > 4160 {
				t.Errorf("%s: %d samples in 500 ms", what, n)
			}
		}
		talk.Program(phone.Program{First: []string{"wait"}})
		expect("waiting", 1100, caller)
		talk.Say("silent")
		expect("said while waiting", 1500, caller)
		talk.Say("")
		expect("waiting again", 1100, caller)
		talk.Connect(line{polda.port})
		expect("talking", 700, caller, polda)
		talk.Say("silent")
		expect("said in a talk", 1500, caller, polda)
		talk.Say("")
		expect("cut short", 700, caller, polda)
		talk.Say("no_such_prompt")
		expect("left out", 700, caller, polda)
		talk.Say("silent")
		talks(4200*time.Millisecond, caller, polda)
		expect("over", 700, caller, polda)
		talk.Connect(line{polda.port}, line{polres.port})
		talks(200*time.Millisecond, caller, polda, polres)
		polda.since()
		talk.Say("silent")
		expect("said among three", 1500, caller, polda, polres)
		if l := Level(polda.since(), 1500); l > 0.01 {
			t.Errorf("the operator hears the prompt: %.3f", l)
		}
	})
}
