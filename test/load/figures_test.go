package load

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// note keeps a figure in bench.json, which the benches of one run share. A figure over its promise fails the bench
// once all is measured; a promise of 0 is none.
func note(b *testing.B, name string, value, promise float64) {
	b.Helper()
	value = math.Round(value*10000) / 10000
	b.ReportMetric(value, name)
	if promise > 0 {
		b.Logf("%s = %v (promise: ≤ %v)", name, value, promise)
		if value > promise {
			b.Errorf("%s is %v, over the promise of %v", name, value, promise)
		}
	} else {
		b.Logf("%s = %v", name, value)
	}
	all := kept()
	all[name] = value
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(figures, append(raw, '\n'), 0o600); err != nil {
		b.Fatal(err)
	}
}

// figures is where the benches of one run put what they measured.
var figures = filepath.Join("..", "..", "bench.json")

// kept is what was measured so far.
func kept() map[string]float64 {
	all := map[string]float64{}
	if raw, err := os.ReadFile(figures); err == nil {
		_ = json.Unmarshal(raw, &all) // a broken file is made anew
	}
	return all
}
