package media

import (
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/siaga110/siaga/phone"
)

var programOfComfort = phone.Program{}

func TestG711(t *testing.T) {
	// ITU-T G.711: silence, the ends, and every code is its own image.
	if ALaw(0) != 0xD5 || ALaw(32767) != 0xAA || ALaw(-32768) != 0x2A {
		t.Errorf("A-law of 0, max, min: %x %x %x", ALaw(0), ALaw(32767), ALaw(-32768))
	}
	for i := range 256 {
		if got := ALaw(Linear(byte(i))); got != byte(i) {
			t.Errorf("A-law %x comes back as %x", i, got)
		}
		if got := encodeULaw(decodeULaw(byte(i))); got != byte(i) && i != 0x7F {
			t.Errorf("µ-law %x comes back as %x", i, got)
		}
	}
	for v := -32768; v < 32768; v += 7 {
		if d := math.Abs(float64(Linear(ALaw(int16(v)))) - float64(v)); d > 16+math.Abs(float64(v))/30 {
			t.Fatalf("A-law is off by %v at %v", d, v)
		}
		if d := math.Abs(float64(decodeULaw(encodeULaw(int16(v)))) - float64(v)); d > 16+math.Abs(float64(v))/25 {
			t.Fatalf("µ-law is off by %v at %v", d, v)
		}
	}
}

// TestProgram plays four minutes in virtual time and looks at each packet.
func TestProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prompts, err := LoadPrompts(fstest.MapFS{
			"welcome.alaw": {Data: Tone(400, 1010*time.Millisecond)},
			"wait.alaw":    {Data: Tone(700, time.Second)},
			"long.alaw":    {Data: Tone(1100, 2*time.Second)},
			"README.md":    {Data: []byte("text")},
		})
		if err != nil {
			t.Fatal(err)
		}
		var heard []byte
		var times []time.Time
		port := NewPort("caller", PortConfig{})
		tape := &reel{}
		talk := NewTalk(port, prompts, TalkOptions{})
		talk.Record(tape)
		talk.Program(phone.Program{First: []string{"welcome", "missing", "wait"}, Then: []string{"long", "missing", "wait"}, Every: 10 * time.Second})
		time.Sleep(3 * time.Second)
		if len(heard) != 0 {
			t.Error("heard before it can hear")
		}
		port.SetSend(func(p *rtp.Packet) error { // the welcome waits for this
			heard = append(heard, p.Payload...)
			times = append(times, time.Now())
			return nil
		})
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		stats := talk.Stats()
		talk.Close()

		for i, at := range times {
			if want := times[0].Add(time.Duration(i) * frameTime); !at.Equal(want) {
				t.Fatalf("packet %d at %v, should be %v", i, at.Sub(times[0]), want.Sub(times[0]))
			}
		}
		if len(times) < 11990 || stats.GapMax != frameTime || stats.Gaps40 != 0 {
			t.Errorf("%d packets, %+v", len(times), stats)
		}
		at := func(from, to time.Duration) []byte { return heard[samples(from):samples(to)] }
		expect := func(name string, freq float64, from time.Duration) {
			t.Helper()
			if l := Level(at(from, from+900*time.Millisecond), freq); l < 0.08 {
				t.Errorf("%s not heard at %v: %.4f", name, from, l)
			}
		}
		expect("welcome", 400, 50*time.Millisecond)
		expect("wait", 700, 1050*time.Millisecond)
		expect("long", 1100, 12050*time.Millisecond)
		expect("wait", 700, 34050*time.Millisecond) // long ends at 14.01; missing at 24.01 is left out; wait at 34.01
		quiet, longest := 0, 0
		for _, b := range heard {
			if v := Linear(b); v > -20 && v < 20 {
				quiet++
			} else {
				quiet = 0
			}
			longest = max(longest, quiet)
		}
		if duration(int64(longest)) > 2*time.Second {
			t.Errorf("silence of %v", duration(int64(longest)))
		}
		// What the tape has is what was heard, three seconds after the recording began.
		officer := tape.sides[phone.Officer]
		if len(officer) < len(heard) || string(officer[3*Rate:3*Rate+len(heard)]) != string(heard) {
			t.Errorf("the tape (%d) is not what was heard (%d)", len(officer), len(heard))
		}
	})
}

func TestProgramGoesOnAfterALine(t *testing.T) {
	p := player{program: phone.Program{First: []string{"a", "b"}}, prompts: &Prompts{
		audio:   map[string][]byte{"a": []byte(strings.Repeat("a", 400)), "b": []byte(strings.Repeat("b", 400))},
		comfort: []byte("c"),
	}}
	buf := make([]byte, 160)
	p.interrupt() // connected before a word was said: all of it is still to be said
	p.next(buf)
	if string(buf) != strings.Repeat("a", 160) {
		t.Errorf("begins with %q", buf[:1])
	}
	p.interrupt()
	p.next(buf)
	if string(buf) != strings.Repeat("c", 160) {
		t.Errorf("after a line: %q", buf[:1])
	}
}

func TestDefaultPrompts(t *testing.T) {
	p := DefaultPrompts()
	for _, name := range []string{"welcome", "wait", "connecting", "reconnect", "digit_7", "welcome.en"} {
		if !p.Has(name) {
			t.Errorf("no prompt %s", name)
		}
	}
	quiet, longest := 0, 0
	for range 3 {
		for _, b := range p.comfort {
			if v := Linear(b); v > -20 && v < 20 {
				quiet++
			} else {
				quiet = 0
			}
			longest = max(longest, quiet)
		}
	}
	if d := duration(int64(longest)); d > 2*time.Second {
		t.Errorf("comfort tone is silent for %v", d)
	}
}

// TestTapeKeepsTrueLength feeds clocks that are 2 % fast and slow, with jitter, for two minutes.
func TestTapeKeepsTrueLength(t *testing.T) {
	for _, step := range []time.Duration{19600 * time.Microsecond, 20400 * time.Microsecond, 20 * time.Millisecond} {
		var l timeline
		const n = 6000
		var end, placed int64
		for i := range n {
			came := time.Duration(i) * step
			if i%7 == 3 {
				came += 35 * time.Millisecond
			}
			pos, ok := l.place(1, uint32(i*160), 160, int64(samples(came)))
			if !ok {
				continue
			}
			if pos < end {
				t.Fatalf("overlap at %d", i)
			}
			end, placed = pos+160, placed+160
		}
		truth := int64(samples(n * step))
		if d := end - truth; d > 1600 || d < -1600 {
			t.Errorf("step %v: tape is %v off after %v", step, duration(d), duration(truth))
		}
		if step == frameTime && placed != n*160 {
			t.Errorf("jitter alone lost %d samples", n*160-placed)
		}
	}
}
