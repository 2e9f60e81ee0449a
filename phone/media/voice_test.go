package media

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// heldOut is where the sounds are that the detector was not tuned on (scripts/hearing.sh).
const heldOut = "testdata/hearing"

// listen gives what the detector says of a sound: speech in all, and how long each kind was heard mostly.
func listen(alaw []byte) (total time.Duration, mostly SoundKind) {
	v := &voice{}
	var kinds [soundKinds]int
	for n := 0; n+frameSamples <= len(alaw); n += frameSamples {
		v.hear(alaw[n : n+frameSamples])
		if v.frames >= lookFirst && v.frames%lookEvery == 0 {
			kinds[v.best]++
		}
	}
	for k, n := range kinds {
		if n > kinds[mostly] {
			mostly = SoundKind(k)
		}
	}
	return v.heard.Total, mostly
}

// A confusion matrix on files not used to tune: which kind was heard mostly, and whether it counted as a voice. The
// sounds are synthetic: docs/BENCHMARKS.md says what that means.
func TestConfusionMatrix(t *testing.T) {
	dirs := []string{heldOut}
	if more := os.Getenv("SIAGA_HEARING_MORE"); more != "" {
		dirs = strings.Split(more, ":")
	}
	var matrix [soundKinds][soundKinds]int
	var all, none, gate [soundKinds]int // files; with less than 500 ms of speech; with 1.5 s and more
	for _, dir := range dirs {
		for k := range soundKinds {
			files, err := filepath.Glob(filepath.Join(dir, k.String(), "*.al"))
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(files)
			for _, f := range files {
				raw, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				total, mostly := listen(raw)
				matrix[k][mostly]++
				all[k]++
				if total < spoken {
					none[k]++
				}
				if total >= 1500*time.Millisecond {
					gate[k]++
				}
				if speech := k == Speech || k == Whisper; speech != (total >= spoken) || mostly != k {
					t.Logf("%-40s heard mostly as %-8s speech %v", strings.TrimPrefix(f, dir), mostly, total)
				}
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-9s %5s", "", "files")
	for k := range soundKinds {
		fmt.Fprintf(&b, " %8s", k)
	}
	fmt.Fprintf(&b, " | %8s %8s\n", "voice", "1.5 s")
	for k := range soundKinds {
		fmt.Fprintf(&b, "%-9s %5d", k, all[k])
		for j := range soundKinds {
			fmt.Fprintf(&b, " %8d", matrix[k][j])
		}
		fmt.Fprintf(&b, " | %8d %8d\n", all[k]-none[k], gate[k])
	}
	t.Log(b.String())
	if len(dirs) != 1 || dirs[0] != heldOut {
		return
	}
	voices, others, passed := 0, 0, 0
	for k := range soundKinds {
		if all[k] < 4 {
			t.Errorf("only %d sounds of %s", all[k], k)
		}
		if k == Speech || k == Whisper {
			voices += none[k]
		} else {
			others += all[k] - none[k]
			passed += gate[k]
		}
	}
	if voices > 1 {
		t.Errorf("%d voices were not heard", voices)
	}
	if others > 2 || passed > 0 {
		t.Errorf("%d other sounds counted as a voice, %d of them for 1.5 s", others, passed)
	}
}

// The town's citizens are heard, and its silent ones are not.
func TestTownVoices(t *testing.T) {
	silent := map[string]bool{"hening": true, "napas": true, "jalan-raya": true}
	files, err := filepath.Glob("../../sim/town/voices/*.alaw")
	if err != nil || len(files) < 20 {
		t.Fatal("the town has no voices", err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".alaw")
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		total, mostly := listen(raw)
		if want := !silent[name] && !strings.HasPrefix(name, "tone-"); (total >= spoken) != want {
			t.Errorf("%s: %v of speech, mostly %s", name, total, mostly)
		}
	}
}

// News comes when speech begins, each 250 ms of it and when it has ended; a packet of any length will do, and nothing is
// allocated.
func TestVoiceNews(t *testing.T) {
	port := NewPort("caller", PortConfig{})
	var news []Heard
	port.OnVoice(func(h Heard) { news = append(news, h) })
	audio := slices.Concat(silence(time.Second), DefaultPrompts().get("wait"), silence(3*time.Second))
	for at, n := 0, 0; at < len(audio); n++ {
		size := min([]int{160, 240, 80, 400}[n%4], len(audio)-at)
		port.Receive(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(n)}, Payload: audio[at : at+size]}, epoch)
		at += size
	}
	var began, ended int
	for i, h := range news {
		if i > 0 && h.Total < news[i-1].Total {
			t.Errorf("speech became less: %v", news)
		}
		if on := i > 0 && news[i-1].Speaking; h.Speaking != on {
			if h.Speaking {
				began++
			} else {
				ended++
			}
		}
	}
	last := news[len(news)-1]
	if began != 1 || ended != 1 || last.Total < 2500*time.Millisecond || last.Total > 4500*time.Millisecond {
		t.Errorf("began %d times, ended %d times, %v in all of 3.9 s", began, ended, last.Total)
	}
	v := &voice{}
	if n := testing.AllocsPerRun(200, func() { v.hear(audio[8000:8160]) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// spoken is how much speech the desk takes for a caller who speaks (desk/silent.go).
const spoken = 500 * time.Millisecond

func BenchmarkVoice(b *testing.B) {
	audio := DefaultPrompts().get("wait_long")
	v := &voice{}
	b.ReportAllocs()
	at, before := 0, cpu()
	for b.Loop() {
		v.hear(audio[at : at+frameSamples])
		if v.told.Total >= voiceEnough { // it would rest
			*v = voice{}
		}
		if at += frameSamples; at+frameSamples > len(audio) {
			at = 0
		}
	}
	b.ReportMetric(100*float64((cpu()-before).Nanoseconds())/float64(b.N)/20e6, "%core/call")
}
