package media

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestVoice(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(amplitude float64, dur time.Duration) []byte {
		out := make([]byte, samples(dur))
		for i := range out {
			out[i] = ALaw(int16(amplitude * (rng.Float64()*2 - 1)))
		}
		return out
	}
	speech := DefaultPrompts().get("wait")
	soft := make([]byte, len(speech)) // 15 dB softer
	for i, b := range speech {
		soft[i] = ALaw(int16(float64(Linear(b)) * 0.18))
	}
	for _, c := range []struct {
		name  string
		audio []byte
		want  bool
	}{
		{"silence", silence(3 * time.Second), false},
		{"hiss", noise(150, 3*time.Second), false},
		{"engine", noise(3000, 3*time.Second), false},
		{"a click", append(silence(time.Second), noise(9000, 60*time.Millisecond)...), false},
		{"speech", append(silence(100*time.Millisecond), speech...), true},
		{"speech at once", speech, true},
		{"soft speech", soft, true},
		{"speech beside an engine", append(noise(500, time.Second), speech...), true},
	} {
		port := NewPort("caller", PortConfig{})
		ever, said := false, ""
		port.OnVoice(func(on bool) { ever = ever || on; said += fmt.Sprint(on, " ") })
		audio := append(c.audio, silence(2*time.Second)...)
		for n := 0; n+frameSamples <= len(audio); n += frameSamples {
			port.Receive(&rtp.Packet{
				Header:  rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(n / 160)},
				Payload: audio[n : n+frameSamples],
			}, epoch.Add(duration(int64(n))))
		}
		if ever != c.want {
			t.Errorf("%s: speech is %v", c.name, ever)
		}
		if c.want && said != "true false " {
			t.Errorf("%s: told %s", c.name, said)
		}
	}
}
