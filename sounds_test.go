package siaga

import (
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/siaga110/siaga/incident"
)

// What callers hear has one level, so that nobody is shouted at after a whisper, and rests at both ends, so that
// prompts can follow each other. An office's own recordings are held to the same by `siaga prompt set`.
func TestPromptsAreLevel(t *testing.T) {
	const (
		rest   = 8000 * 150 / 1000 // samples: 150 ms
		want   = -19.0             // dBFS RMS of what is spoken
		within = 1.5
	)
	files, err := filepath.Glob("phone/media/prompts/*.alaw")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no prompts", err)
	}
	for _, file := range files {
		sound := linear(read(t, file))
		name := path.Base(file)
		if len(sound) <= 2*rest {
			t.Errorf("%s is only %d samples long", name, len(sound))
			continue
		}
		spoken := sound[rest : len(sound)-rest]
		for _, end := range [][]float64{sound[:rest-8], sound[len(sound)-rest+8:]} { // 1 ms of grace
			if l := level(end); l > -60 {
				t.Errorf("%s: %.1f dBFS where 150 ms of silence should be", name, l)
			}
		}
		if name == "comfort.alaw" || name == "silent_ok.alaw" {
			if l := level(spoken); l > -25 {
				t.Errorf("%s is %.1f dBFS: it should be soft", name, l)
			}
			continue
		}
		if l := level(spoken); math.Abs(l-want) > within {
			t.Errorf("%s is %.1f dBFS, not %.0f", name, l, want)
		}
		if english := strings.TrimSuffix(file, ".alaw") + ".en.alaw"; !strings.HasSuffix(file, ".en.alaw") {
			if _, err := os.Stat(english); err != nil {
				t.Errorf("%s has no English: %v", name, err)
			}
		}
	}
	// The comfort signal repeats: its rest, from the last sound to the first of the next round, stays below 2 s.
	quiet, longest := 0, 0
	comfort := linear(read(t, "phone/media/prompts/comfort.alaw"))
	for _, v := range append(comfort, comfort...) {
		if quiet++; math.Abs(v) > 0.001 {
			quiet = 0
		}
		longest = max(longest, quiet)
	}
	if longest >= 2*8000 {
		t.Errorf("the comfort signal is silent for %.1f s", float64(longest)/8000)
	}
}

// The town's index says what each citizen reports, in the words that operators choose from.
func TestVoicesAreIndexed(t *testing.T) {
	calls := map[string]int{"valid_emergency": 0, "valid_service": 0, "information": 0, "prank": 0, "silent": 0, "wrong_number": 0}
	listed := map[string]bool{}
	rows := strings.Split(strings.TrimRight(string(read(t, "sim/town/voices/index.tsv")), "\n"), "\n")
	if rows[0] != "file\ttext\tcall\tkind\tsex" {
		t.Fatalf("the index begins with %q", rows[0])
	}
	for _, row := range rows[1:] {
		cells := strings.Split(row, "\t")
		if len(cells) != 5 {
			t.Errorf("%q has %d cells", row, len(cells))
			continue
		}
		file, call, kind := cells[0], cells[2], cells[3]
		listed[file] = true
		if len(read(t, "sim/town/voices/"+file)) < 8000 {
			t.Errorf("%s is shorter than a second", file)
		}
		if _, ok := calls[call]; !ok {
			t.Errorf("%s: nobody calls for %q", file, call)
		}
		calls[call]++
		needs := call == "valid_emergency" || call == "valid_service" || call == "information"
		if _, ok := incident.KindOf(kind); ok != needs {
			t.Errorf("%s: a call for %s with the kind of report %q", file, call, kind)
		}
	}
	for call, n := range calls {
		if n == 0 {
			t.Errorf("no citizen calls for %s", call)
		}
	}
	files, err := filepath.Glob("sim/town/voices/*.alaw")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := path.Base(file); !listed[name] && !strings.HasPrefix(name, "tone-") {
			t.Errorf("%s isn't in the index", name)
		}
	}
}

// linear decodes A-law (ITU-T G.711) to samples between -1 and 1.
func linear(alaw []byte) []float64 {
	out := make([]float64, len(alaw))
	for i, b := range alaw {
		b ^= 0x55
		v := float64(b&0x0f)*16 + 8
		if segment := b >> 4 & 7; segment > 0 {
			v = (v + 256) * float64(int(1)<<(segment-1))
		}
		if b&0x80 == 0 {
			v = -v
		}
		out[i] = v / 32768
	}
	return out
}

// level is the RMS in dBFS.
func level(sound []float64) float64 {
	sum := 0.0
	for _, v := range sound {
		sum += v * v
	}
	return 10 * math.Log10(sum/float64(len(sound))+1e-12)
}
