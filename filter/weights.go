package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Weights are what an office's past calls count, and where the lines lie (CALL.md §4). The office edits them; what it
// sets is journalled as WeightsSet. Points are compared as people see them, rounded to whole ones: else one prank, which
// fades from its first second on, would never be the 3 of a chip. Times carry their unit in their name, since people read
// and write this as a form or a file.
type Weights struct {
	Prank       float64 `json:"prank"`       // iseng; +3
	FalseReport float64 `json:"falseReport"` // laporan_palsu; +5
	Empty       float64 `json:"empty"`       // kosong; +0.3
	Valid       float64 `json:"valid"`       // a true call; -5, and at most a chip is left after it

	HalfLifeDays float64 `json:"halfLifeDays"` // 30
	GoneDays     float64 `json:"goneDays"`     // 90: older than this counts nothing

	Chip float64 `json:"chip"` // from here on a chip on the screen; 3
	Gate float64 `json:"gate"` // from here on the gate answers; 8
	Low  float64 `json:"low"`  // from here on the low lane; 15

	EmptyCap  float64 `json:"emptyCap"`  // all kosong together come to no more; below the gate: a silent victim may ring often
	SharedCap float64 `json:"sharedCap"` // a shared phone comes to no more; below the gate

	Sample         float64 `json:"sample"`                // share of gated calls that pass as if ungated; 0.01
	SilenceSeconds float64 `json:"silenceSeconds"`        // at the gate without key or speech, then the low lane; 4
	HeldSeconds    float64 `json:"heldSeconds,omitempty"` // the same under a block or a shield: a flood must not ring after 4 s; 20
	SpeechSeconds  float64 `json:"speechSeconds"`         // of speech at the gate pass the caller; 1.5
	AgainSeconds   float64 `json:"againSeconds"`          // a second call within passes, without prank evidence; 60
	BlockMaxHours  float64 `json:"blockMaxHours"`         // longest block; 24

	// Short calls without speech in a minute that raise the shield: from a thousand neighbouring numbers, a million of
	// them, a trunk.
	FloodRange  float64 `json:"floodRange"`  // 8
	FloodPrefix float64 `json:"floodPrefix"` // 20
	FloodTrunk  float64 `json:"floodTrunk"`  // 60
}

// Default are the weights of CALL.md §4. EmptyCap is under Chip: silence alone marks nobody.
func Default() Weights {
	return Weights{
		Prank: 3, FalseReport: 5, Empty: 0.3, Valid: -5,
		HalfLifeDays: 30, GoneDays: 90,
		Chip: 3, Gate: 8, Low: 15,
		EmptyCap: 2.4, SharedCap: 7,
		Sample: 0.01, SilenceSeconds: 4, HeldSeconds: 20, SpeechSeconds: 1.5, AgainSeconds: 60, BlockMaxHours: 24,
		FloodRange: 8, FloodPrefix: 20, FloodTrunk: 60,
	}
}

// ReadWeights reads a file of weights; what it doesn't name keeps its default. Unknown names and senseless values are
// refused with words for a person.
func ReadWeights(r io.Reader) (Weights, error) {
	w := Default()
	d := json.NewDecoder(io.LimitReader(r, 64<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return w, fmt.Errorf("weights: %q must be a number, not a %s", wrong.Field, wrong.Value)
		}
		return w, fmt.Errorf("weights: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return w, errors.New("weights: something follows the closing brace: write one object only")
	}
	return w, w.Check()
}

// Problem is one thing about weights that makes no sense.
type Problem struct {
	Field string `json:"field"` // as in JSON
	ID    string `json:"id"`    // Indonesian
	EN    string `json:"en"`    // English
}

// WeightsError lists all that makes no sense, so that a form can mark every field at once.
type WeightsError struct{ Problems []Problem }

func (e *WeightsError) Error() string {
	words := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		words[i] = p.Field + ": " + p.EN
	}
	return strings.Join(words, "; ")
}

// Check says in plain words what makes no sense, as a *WeightsError, or nil.
func (w Weights) Check() error {
	var e WeightsError
	add := func(field, id, en string, args ...any) {
		e.Problems = append(e.Problems, Problem{field, fmt.Sprintf(id, args...), fmt.Sprintf(en, args...)})
	}
	for _, f := range []struct {
		name       string
		v, lo, hi  float64
		unitID, en string
	}{
		{"prank", w.Prank, 0, 100, "poin", "points"},
		{"falseReport", w.FalseReport, 0, 100, "poin", "points"},
		{"empty", w.Empty, 0, 100, "poin", "points"},
		{"valid", w.Valid, -100, 0, "poin (panggilan benar mengurangi)", "points (a true call takes away)"},
		{"halfLifeDays", w.HalfLifeDays, 1, 365, "hari", "days"},
		{"goneDays", w.GoneDays, 1, 730, "hari", "days"},
		{"chip", w.Chip, 0.1, 1000, "poin", "points"},
		{"gate", w.Gate, 0.1, 1000, "poin", "points"},
		{"low", w.Low, 0.1, 1000, "poin", "points"},
		{"emptyCap", w.EmptyCap, 0, 1000, "poin", "points"},
		{"sharedCap", w.SharedCap, 0, 1000, "poin", "points"},
		{"sample", w.Sample, 0.001, 0.5, "bagian: tanpa sampel tidak ada yang tahu siapa yang tertahan", "as a share: without a sample nobody learns whom the gate holds"},
		{"silenceSeconds", w.SilenceSeconds, 2, 60, "detik", "seconds"},
		{"heldSeconds", w.HeldSeconds, 2, 60, "detik", "seconds"},
		{"speechSeconds", w.SpeechSeconds, 0.3, 5, "detik", "seconds"},
		{"againSeconds", w.AgainSeconds, 10, 600, "detik", "seconds"},
		{"blockMaxHours", w.BlockMaxHours, 0, 24, "jam", "hours"},
		{"floodRange", w.FloodRange, 3, 10_000, "panggilan per menit", "calls a minute"},
		{"floodPrefix", w.FloodPrefix, 3, 10_000, "panggilan per menit", "calls a minute"},
		{"floodTrunk", w.FloodTrunk, 3, 10_000, "panggilan per menit", "calls a minute"},
	} {
		switch {
		case math.IsNaN(f.v) || math.IsInf(f.v, 0):
			add(f.name, "bukan angka", "is no number")
		case f.v < f.lo || f.v > f.hi:
			add(f.name, "isi antara %[1]g dan %[2]g %[3]s", "choose between %[1]g and %[2]g %[4]s", f.lo, f.hi, f.unitID, f.en)
		}
	}
	if len(e.Problems) > 0 {
		return &e
	}
	if w.Chip > w.Gate {
		add("chip", "tanda (%g) harus datang sebelum gerbang (%g)", "the chip (%g) must come before the gate (%g)", w.Chip, w.Gate)
	}
	if w.Gate > w.Low {
		add("gate", "gerbang (%g) harus datang sebelum jalur rendah (%g)", "the gate (%g) must come before the low lane (%g)", w.Gate, w.Low)
	}
	if w.SilenceSeconds > w.HeldSeconds {
		add("heldSeconds", "diam di bawah blokir dan perisai (%g detik) harus selama diam di gerbang (%g detik) atau lebih", "silence under a block or a shield (%g s) must last as long as at the gate (%g s), or longer", w.HeldSeconds, w.SilenceSeconds)
	}
	if w.HalfLifeDays > w.GoneDays {
		add("halfLifeDays", "waktu paruh (%g hari) lebih lama dari waktu hapus (%g hari)", "the half-life (%g days) is longer than the time after which all is gone (%g days)", w.HalfLifeDays, w.GoneDays)
	}
	if rounded(w.EmptyCap) >= w.Gate {
		add("emptyCap", "panggilan kosong saja (%g) akan sampai ke gerbang (%g): korban yang tidak bisa bicara akan tertahan", "empty calls alone (%g) would reach the gate (%g): a victim who can't speak would be held", w.EmptyCap, w.Gate)
	}
	if rounded(w.SharedCap) >= w.Gate {
		add("sharedCap", "telepon bersama (%g) akan sampai ke gerbang (%g): semua pemakainya akan tertahan", "a shared phone (%g) would reach the gate (%g): everybody who uses it would be held", w.SharedCap, w.Gate)
	}
	if w.FloodRange > w.FloodPrefix || w.FloodPrefix > w.FloodTrunk {
		add("floodPrefix", "perisai harus naik lebih dulu untuk sumber yang sempit: seribu nomor (%g), sejuta nomor (%g), trunk (%g)", "the shield must rise first for the narrow source: a thousand numbers (%g), a million (%g), a trunk (%g)", w.FloodRange, w.FloodPrefix, w.FloodTrunk)
	}
	if w.Prank == 0 && w.FalseReport == 0 {
		add("prank", "iseng dan laporan palsu sama-sama nol: saringan tidak berguna", "pranks and false reports both count nothing: the filter does nothing")
	}
	if len(e.Problems) > 0 {
		return &e
	}
	return nil
}

// filled are weights with what those of older journals and clients don't name.
func (w Weights) filled() Weights {
	if w.HeldSeconds == 0 {
		w.HeldSeconds = max(Default().HeldSeconds, w.SilenceSeconds)
	}
	return w
}

// Gone is after how long a step counts nothing.
func (w Weights) Gone() time.Duration { return days(w.GoneDays) }

// HalfLife is after how long a step counts half.
func (w Weights) HalfLife() time.Duration { return days(w.HalfLifeDays) }

// Silence is how long the gate listens to nothing before the low lane: a few seconds for what a number did itself, since
// a true caller who says nothing loses them (docs/DECISIONS/0027); longer under a block or a shield.
func (w Weights) Silence(v Verdict) time.Duration {
	if len(v.Why) > 0 && (v.Why[0].Code == IsBlocked || v.Why[0].Code == Shielded) {
		return seconds(w.HeldSeconds)
	}
	return seconds(w.SilenceSeconds)
}

// Speech is how much speech passes the gate.
func (w Weights) Speech() time.Duration { return seconds(w.SpeechSeconds) }

// Again is within what time a second call passes.
func (w Weights) Again() time.Duration { return seconds(w.AgainSeconds) }

// BlockMax is how long a block may be.
func (w Weights) BlockMax() time.Duration { return seconds(w.BlockMaxHours * 3600) }

// rounded is how points are compared.
func rounded(points float64) float64 { return math.Floor(points + 0.5) }

func days(d float64) time.Duration    { return seconds(d * 24 * 3600) }
func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
