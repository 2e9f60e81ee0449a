package filter

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files of new events; never of old ones")

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// firstWeights are the defaults of the first golden files.
var firstWeights = Weights{
	Prank: 3, FalseReport: 5, Empty: 0.3, Valid: -5, HalfLifeDays: 30, GoneDays: 90, Chip: 3, Gate: 8, Low: 15,
	EmptyCap: 2.4, SharedCap: 7, Sample: 0.01, SilenceSeconds: 20, SpeechSeconds: 1.5, AgainSeconds: 60, BlockMaxHours: 24,
	FloodRange: 8, FloodPrefix: 20, FloodTrunk: 60,
}

// examples has one of each event, as the journal keeps it for ever.
var examples = []Event{
	Blocked{At: noon, Number: "+6281234567890", Until: noon.Add(12 * time.Hour), Reason: "60 kali dalam satu jam", By: "wati"},
	Unblocked{At: noon, Number: "+6281234567890", Reason: "orang tuanya sudah ditelepon", By: "wati"},
	Cleared{At: noon, Number: "+6281234567890", Reason: "nomor ganti pemilik", By: "wati"},
	SharedMarked{At: noon, Number: "+62542421110", On: true, What: "wartel pasar", By: "wati"},
	Noticed{At: noon, Number: "+6281234567890", By: "wati"},
	WeightsSet{At: noon, Rev: 3, Weights: firstWeights, Reason: "uji coba sebulan", By: "kompol"},
	GateSampled{At: noon, Call: "01a2", Number: "+6281234567890", Level: Gate, Shield: "range +6281234567"},
	GatePassed{At: noon, Call: "01a2", Number: "+6281234567890", Level: Low, Escape: ByOpen},
	GateEntered{
		At: noon, Call: "01a2", Number: "+6281234567890", Level: Gate, Until: noon.Add(20 * time.Second), Speech: 1500 * time.Millisecond,
		Why: []Reason{
			{Code: Code(Prank), Count: 3, Since: noon.Add(-60 * 24 * time.Hour), Last: noon.Add(-24 * time.Hour)},
			{Code: Shielded, Source: &Source{Kind: Range, Value: "+6281234567"}},
			{Code: IsBlocked, Last: noon, Until: noon.Add(time.Hour)},
		},
	},
	GateEnded{At: noon, Call: "01a2", How: Key8},
	ShieldRaised{At: noon, Source: Source{Kind: Trunk, Value: "telkom"}, Short: 61, All: 64, Until: noon.Add(2 * time.Minute)},
	ShieldLowered{At: noon, Source: Source{Kind: Trunk, Value: "telkom"}},
}

// TestEventsForEver: each event has a golden file, and every golden file decodes to what it was.
func TestEventsForEver(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range examples {
		name := Codec.Name(e)
		seen[name] = true
		body, err := Codec.Encode([]Event{e})
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		path := filepath.Join("testdata", "golden", name+".json")
		want, err := os.ReadFile(path)
		if os.IsNotExist(err) && *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			want = pretty.Bytes()
			err = os.WriteFile(path, want, 0o600)
		}
		if err != nil {
			t.Fatalf("%s has no golden file: %v (go test ./filter -update)", name, err)
		}
		if !bytes.Equal(want, pretty.Bytes()) {
			t.Errorf("%s is written otherwise than the journals of the past have it:\n%s\nnow\n%s", name, want, pretty.Bytes())
		}
		back, unknown, err := Codec.Decode(want)
		if err != nil || unknown != 0 || !reflect.DeepEqual(back, []Event{e}) {
			t.Errorf("%s decodes to %+v (%d unknown, %v)", name, back, unknown, err)
		}
	}
	for name := range Codec.Names() {
		if !seen[name] {
			t.Errorf("event %s has no example here", name)
		}
	}
}

// TestOlderWeights: weights of a journal that knew one time of silence alone keep it, and aren't refused.
func TestOlderWeights(t *testing.T) {
	l := NewLedger(0)
	w := firstWeights
	w.Prank, w.SilenceSeconds = 4, 30
	l.Fold(WeightsSet{At: noon, Rev: 1, Weights: w, Reason: "dahulu", By: "kompol"})
	if got, rev := l.Weights(); rev != 1 || got.Prank != 4 || got.SilenceSeconds != 30 || got.HeldSeconds != 30 {
		t.Errorf("revision %d: %+v", rev, got)
	}
	events, err := Decide(l, SetWeights{At: noon, Rev: 1, Weights: firstWeights, Reason: "kembali", By: "kompol"})
	if err != nil || events[0].(WeightsSet).Weights.HeldSeconds != 20 {
		t.Errorf("%+v, %v", events, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range examples {
		body, err := Codec.Encode([]Event{e})
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _, err := Codec.Decode(body)
		if err != nil {
			return
		}
		l, g := NewLedger(10), GateState{}
		for _, e := range events { // Fold and Apply are total, whatever a journal says
			l.Fold(e)
			g = g.Apply(e)
		}
		if v := l.Judge("+6281234567890", Facts{Trunk: "telkom"}, noon); v.Score < 0 || v.Score != v.Score {
			t.Errorf("score %v", v.Score)
		}
	})
}
