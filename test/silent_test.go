package test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone/media"
	"github.com/siaga110/siaga/sim/town"
)

// listener keeps all that a citizen hears, sample by sample.
type listener struct {
	mu    sync.Mutex
	heard []byte
}

func (l *listener) take(alaw []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, alaw...)
}

// has says whether a prompt was heard, bit for bit: our own files cross the wire unchanged.
func (l *listener) has(piece []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(l.heard, piece)
}

func (l *listener) forget() { l.mu.Lock(); defer l.mu.Unlock(); l.heard = nil }

// loudest sample since the last forget, of 32767, and how much was heard at all.
func (l *listener) loudest() (most int, heard time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.heard {
		v := int(media.Linear(b))
		most = max(most, v, -v)
	}
	return most, time.Duration(len(l.heard)) * time.Second / rate
}

func sound(t *testing.T, path ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// speech is a piece out of the middle of a prompt.
func speech(prompt []byte) []byte { return prompt[len(prompt)/2 : len(prompt)/2+800] }

// TestSilentCaller: real audio against the real binary. A caller who only breathes is asked to press five twice; pressing
// them makes a silent emergency of priority 1, from then on they hear digital silence while the operator hears them; when
// they hang up nobody is to call them back, and the incident goes out all the same. A caller who whispers is not asked.
func TestSilentCaller(t *testing.T) {
	h := open(t)
	sari := h.browses(t, "sari", mic)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	reader := h.signIn(h.account(polda, "supervisor", 0))
	p, err := town.NewPhone("127.0.0.1", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	prompt := sound(t, "..", "phone", "media", "prompts", "silent.alaw")
	asks := speech(prompt)
	ok := speech(sound(t, "..", "phone", "media", "prompts", "silent_ok.alaw"))
	dials := func(number office.Number, says []byte) (*town.Call, *listener) {
		l := &listener{}
		c, err := p.Dial("110", town.Trunk{UDP: h.SIP.UDP}, town.Dial{
			From: number, Sound: &town.Clip{Audio: says, Pause: 300 * time.Millisecond}, Heard: l.take,
			Place: &town.Place{At: office.Point{Lat: -1.265, Lng: 116.831}, Radius: 300},
		})
		if err != nil {
			t.Fatal(err)
		}
		sari.sees("answer")
		sari.presses("F2")
		sari.state("TALKING")
		return c, l
	}

	t.Run("breath, 5-5, silence", func(t *testing.T) {
		sari := sari.as(t)
		breath := sound(t, "..", "phone", "media", "testdata", "hearing", "breath", "soft.al")
		c, l := dials("+6281200000901", breath)
		answered := time.Now()
		hears := func() bool { return c.ToneAt(poldaTone) > 0.008 } // the browser softens a steady tone
		eventually(t, "the citizen hears the operator", 5*time.Second, hears)
		eventually(t, "the citizen is asked to press five twice", 14*time.Second, func() bool { return l.has(asks) })
		begun := time.Duration(len(prompt)/2+len(asks)) * time.Second / rate // the piece stands so deep in it
		asked := time.Since(answered) - begun
		t.Logf("the prompt began %.1f s after the answer", asked.Seconds())
		if asked < 7*time.Second || asked > 10*time.Second { // T_silent is 8 s
			t.Errorf("asked after %v", asked)
		}
		sari.reads("silence-chip", "5-5")
		eventually(t, "the prompt is over", 8*time.Second, hears)
		if err := c.Press("55"); err != nil {
			t.Fatal(err)
		}
		sari.sees("silent-emergency")
		eventually(t, "one soft tone", 3*time.Second, func() bool { return l.has(ok) })
		time.Sleep(700 * time.Millisecond)
		c.Play(town.Tone(citizenTone, 0.1))
		l.forget()
		sari.expectTones(citizenTone)
		time.Sleep(3 * time.Second)
		most, heard := l.loudest()
		t.Logf("%v on the citizen's side, loudest sample %d of 32767", heard.Round(10*time.Millisecond), most)
		if most > 8 || heard < 2500*time.Millisecond {
			t.Errorf("the citizen hears up to %d in %v", most, heard)
		}
		sari.expectTones(citizenTone)

		sari.clicks("lift") // asks
		sari.clicks("lift-sure")
		eventually(t, "lifted, the citizen hears the operator", 5*time.Second, hears)
		sari.clicks("mute-caller")
		eventually(t, "muted again", 5*time.Second, func() bool { return c.ToneAt(poldaTone) < 0.001 })
		c.Hangup()
		sari.clicks("outcome-danger")
		r := reader.as(t).ended("+6281200000901", 1)
		var i struct {
			State  string `json:"state"`
			Unsure bool   `json:"unsure"`
			Report struct {
				Kind     string `json:"kind"`
				Priority int    `json:"priority"`
				Danger   *bool  `json:"danger"`
				At       any    `json:"at"`
			} `json:"report"`
		}
		if r.Incident == "" {
			t.Fatalf("no incident: %+v", r)
		}
		reader.as(t).must("GET", "/incidents/"+r.Incident, nil, &i)
		if i.Report.Kind != "senyap" || i.Report.Priority != 1 || i.Report.Danger == nil || !*i.Report.Danger || i.Report.At == nil || i.State != "SENT" || !i.Unsure {
			t.Errorf("the incident is %+v", i)
		}
		if status, body := reader.as(t).do("POST", "/calls", map[string]any{"number": "+6281200000901"}); status < 400 {
			t.Errorf("somebody may call a silent victim: %d %s", status, body)
		}
		sari.readied()
	})

	t.Run("a whisper", func(t *testing.T) {
		sari := sari.as(t)
		c, l := dials("+6281200000902", sound(t, "..", "phone", "media", "testdata", "hearing", "whisper", "id-whisperf-near.al"))
		time.Sleep(13 * time.Second)
		if l.has(asks) {
			t.Error("whoever whispers is asked to press five twice")
		}
		if sari.has("silence-chip") {
			t.Errorf("the screen calls a whisper silence: %s", sari.text("silence-chip"))
		}
		c.Hangup()
		sari.clicks("outcome-informasi")
		reader.as(t).ended("+6281200000902", 1)
	})
}
