package fast

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/siaga110/siaga/filter"
)

// FilterOptions of a measurement of the filter.
type FilterOptions struct {
	Seed          uint64 // the first
	Seeds         int    // months run with and without the filter
	Weights       []byte // JSON of filter.Weights that the filter has; nil: the defaults
	IntervalSeeds int    // months whose interval is looked at; those above Seeds run only with the filter
}

// FilterReport is what the months came to. Keys are flat, so that runs can be compared; percentages are of 100.
type FilterReport struct {
	OperatorMinutesRatio float64 `json:"operator_minutes_ratio"`        // on invalid calls, with the filter to without
	TrueP95Ratio         float64 `json:"true_p95_answer_ratio"`         // of all months together
	HurtPct              float64 `json:"true_callers_hurt_by_gate_pct"` // left at the gate, or waited over 5 s longer for it; of true callers
	PromptedPct          float64 `json:"silent_prompted_pct"`           // silent victims told of 5-5 within 10 s of the answer
	CoversPct            float64 `json:"interval_covers_pct"`
	WidthMedian          float64 `json:"interval_width_median"`

	FirstSeed     uint64  `json:"first_seed"`
	Seeds         int     `json:"seeds"`
	IntervalSeeds int     `json:"interval_seeds"`
	Calls         int     `json:"calls"`          // of the Seeds months
	True          int     `json:"true_calls"`     // with the silent victims
	TrueAtGate    int     `json:"true_from_gate"` // from numbers that were at the gate's level
	MinutesWith   float64 `json:"operator_minutes_with"`
	MinutesAlone  float64 `json:"operator_minutes_without"`
	P50With       float64 `json:"true_p50_answer_s_with"`
	P50Alone      float64 `json:"true_p50_answer_s_without"`
	P95With       float64 `json:"true_p95_answer_s_with"`
	P95Alone      float64 `json:"true_p95_answer_s_without"`
	LeftPct       float64 `json:"true_left_at_gate_pct"`
	LostPct       float64 `json:"true_lost_over_5s_pct"`
	FoundPct      float64 `json:"silent_found_pct"` // pressed 5-5 and were heard; without the filter nobody asks them
	SampledMedian int     `json:"sampled_median"`
	SecondsAMonth float64 `json:"seconds_a_month"` // of this machine, for one seed with and without
}

// MeasureFilter plays the months.
func MeasureFilter(ctx context.Context, b *Behaviour, o FilterOptions) (FilterReport, error) {
	if o.Seeds < 1 || o.Seeds > 10_000 || o.IntervalSeeds > 100_000 {
		return FilterReport{}, fmt.Errorf("%d seeds: choose between 1 and 10000", o.Seeds)
	}
	weights := filter.Default()
	if o.Weights != nil {
		var err error
		if weights, err = filter.ReadWeights(bytes.NewReader(o.Weights)); err != nil {
			return FilterReport{}, err
		}
	}
	o.IntervalSeeds = max(o.IntervalSeeds, o.Seeds)
	months := make([]Month, o.IntervalSeeds)
	errs := make([]error, o.IntervalSeeds)
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				months[i], errs[i] = play(b, o.Seed+uint64(i), i < o.Seeds, weights) //nolint:gosec // i is not negative
			}
		})
	}
	for i := range o.IntervalSeeds {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if ctx.Err() != nil {
		return FilterReport{}, ctx.Err()
	}
	for i, err := range errs {
		if err != nil {
			return FilterReport{}, fmt.Errorf("seed %d: %w", months[i].Seed, err)
		}
	}
	return sum(months, o), nil
}

func sum(months []Month, o FilterOptions) FilterReport {
	r := FilterReport{FirstSeed: o.Seed, Seeds: o.Seeds, IntervalSeeds: o.IntervalSeeds}
	var with, alone []time.Duration
	var left, lost, victims, prompted, found int
	var took time.Duration
	for _, m := range months[:o.Seeds] {
		r.Calls, r.True, r.TrueAtGate = r.Calls+m.Calls, r.True+m.True, r.TrueAtGate+m.TrueAtGate
		r.MinutesWith, r.MinutesAlone = r.MinutesWith+m.MinutesWith, r.MinutesAlone+m.MinutesWithout
		with, alone = append(with, m.AnswersWith...), append(alone, m.AnswersWithout...)
		left, lost = left+m.LeftAtGate, lost+m.LostLong
		victims, prompted, found = victims+m.Victims, prompted+m.Prompted, found+m.Found
		took += m.Took
	}
	var covers int
	var widths []float64
	var sampled []int
	for _, m := range months {
		if m.Lo <= m.Share && m.Share <= m.Hi {
			covers++
		}
		widths = append(widths, m.Hi-m.Lo)
		sampled = append(sampled, m.Sampled)
	}
	slices.Sort(widths)
	slices.Sort(sampled)
	pct := func(n, of int) float64 { return round(100 * float64(n) / float64(max(of, 1))) }
	r.OperatorMinutesRatio = round(r.MinutesWith / r.MinutesAlone)
	r.MinutesWith, r.MinutesAlone = round(r.MinutesWith), round(r.MinutesAlone)
	p50, p95 := quantile(with, 0.5), quantile(with, 0.95)
	q50, q95 := quantile(alone, 0.5), quantile(alone, 0.95)
	r.P50With, r.P50Alone, r.P95With, r.P95Alone = round(p50.Seconds()), round(q50.Seconds()), round(p95.Seconds()), round(q95.Seconds())
	r.TrueP95Ratio = round(p95.Seconds() / q95.Seconds())
	r.HurtPct, r.LeftPct, r.LostPct = pct(left+lost, r.True), pct(left, r.True), pct(lost, r.True)
	r.PromptedPct, r.FoundPct = pct(prompted, victims), pct(found, victims)
	r.CoversPct = pct(covers, len(months))
	r.WidthMedian = round(widths[len(widths)/2])
	r.SampledMedian = sampled[len(sampled)/2]
	r.SecondsAMonth = round(took.Seconds() / float64(o.Seeds))
	return r
}

func round(f float64) float64 { return math.Round(f*1e4) / 1e4 }

// Print writes the report for people, each figure beside its target.
func (r FilterReport) Print(w io.Writer) {
	line := func(what, target string, met bool, format string, args ...any) {
		word := "met"
		if !met {
			word = "MISSED"
		}
		_, _ = fmt.Fprintf(w, "%-62s %-10s %-7s %s\n", what, target, word, fmt.Sprintf(format, args...))
	}
	_, _ = fmt.Fprintf(w, "%d months from seed %d: %d calls, %d true, %d of them from numbers at the gate\n", r.Seeds, r.FirstSeed, r.Calls, r.True, r.TrueAtGate)
	line("operator minutes on invalid calls, with the filter / without", "≤ 1/3", r.OperatorMinutesRatio <= 1.0/3, "%.3f", r.OperatorMinutesRatio)
	line("true callers' p95 time to answer, with / without", "≤ 1", r.TrueP95Ratio <= 1, "%.3f (%.1f s / %.1f s; p50 %.1f s / %.1f s)", r.TrueP95Ratio, r.P95With, r.P95Alone, r.P50With, r.P50Alone)
	line("true callers who left at the gate or lost over 5 s to it", "≤ 0.5 %", r.HurtPct <= 0.5, "%.2f %% (left %.2f %%, lost %.2f %%)", r.HurtPct, r.LeftPct, r.LostPct)
	line("silent victims told of 5-5 within 10 s of the answer", "100 %", r.PromptedPct == 100, "%.1f %% (%.0f %% pressed it and were heard)", r.PromptedPct, r.FoundPct)
	line(fmt.Sprintf("95 %% interval covers the true share, over %d months", r.IntervalSeeds), "90-99 %", r.CoversPct >= 90 && r.CoversPct <= 99, "%.1f %% (median width %.3f, %d sampled)", r.CoversPct, r.WidthMedian, r.SampledMedian)
}
