package fast

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/siaga110/siaga/incident"
)

// DispatchOptions of a measurement of the recommendation.
type DispatchOptions struct {
	Seed  uint64 // the first
	Seeds int    // days, each under every policy
}

// DispatchReport is what the days came to. Keys are flat, so that runs can be compared; percentages are of 100. Arrivals are of the
// first unit, counted from the first ring.
type DispatchReport struct {
	P50Ratio float64 `json:"arrive_p50_ratio_to_nearest_idle"`
	P90Ratio float64 `json:"arrive_p90_ratio_to_nearest_idle"`
	In10     float64 `json:"in_10min_pct"`

	P50RatioVehicle float64 `json:"arrive_p50_ratio_to_nearest_idle_vehicle"` // by somebody who sends no walkers
	P90RatioVehicle float64 `json:"arrive_p90_ratio_to_nearest_idle_vehicle"`
	P50RatioRound   float64 `json:"arrive_p50_ratio_to_round_robin"`
	P90RatioRound   float64 `json:"arrive_p90_ratio_to_round_robin"`

	P50RatioRouter float64 `json:"arrive_p50_ratio_with_router_to_nearest_idle"` // on a site that has set one
	P90RatioRouter float64 `json:"arrive_p90_ratio_with_router_to_nearest_idle"`
	RouterIn10     float64 `json:"in_10min_pct_with_router"`

	P50         float64 `json:"arrive_p50_s"`
	P90         float64 `json:"arrive_p90_s"`
	NearP50     float64 `json:"arrive_p50_s_nearest_idle"`
	NearP90     float64 `json:"arrive_p90_s_nearest_idle"`
	RoundP50    float64 `json:"arrive_p50_s_round_robin"`
	RoundP90    float64 `json:"arrive_p90_s_round_robin"`
	NearIn10    float64 `json:"in_10min_pct_nearest_idle"`
	RoundIn10   float64 `json:"in_10min_pct_round_robin"`
	Skilled     float64 `json:"skill_there_pct"` // of those that need one: a crew with it came at all
	NearSkilled float64 `json:"skill_there_pct_nearest_idle"`
	Sent        float64 `json:"units_sent_per_incident"`
	NearSent    float64 `json:"units_sent_per_incident_nearest_idle"`
	Missed      float64 `json:"steps_missed_per_incident"`
	NearMissed  float64 `json:"steps_missed_per_incident_nearest_idle"`
	FirstSeed   uint64  `json:"first_seed"`
	Seeds       int     `json:"seeds"`
	Incidents   int     `json:"incidents"`
	Units       int     `json:"units"`
	SecondsADay float64 `json:"seconds_a_day"` // of this machine, for one seed under all policies
}

// policies by name, the product's first.
var policies = []struct {
	name string
	do   policy
}{{"recommended", recommended}, {"nearest idle", nearestIdle}, {"nearest idle vehicle", nearestVehicle}, {"round-robin", roundRobin}, {"recommended with a router", routed}}

// dayFigures are what one or more days under one policy came to.
type dayFigures struct {
	arrivals                          []time.Duration
	need, skilled, sent, missed, in10 int
}

func (f *dayFigures) add(d *dayWorld) {
	for _, r := range d.reports {
		took := r.arrived.Sub(r.ring)
		f.arrivals = append(f.arrivals, took)
		if took <= 10*time.Minute {
			f.in10++
		}
		if _, ok := incident.SkillFor(r.kind); ok {
			f.need++
			if !r.skilled.IsZero() {
				f.skilled++
			}
		}
		f.sent += len(r.state.Units)
		f.missed += r.missed
	}
}

func (f *dayFigures) join(o dayFigures) {
	f.arrivals = append(f.arrivals, o.arrivals...)
	f.need, f.skilled, f.sent, f.missed, f.in10 = f.need+o.need, f.skilled+o.skilled, f.sent+o.sent, f.missed+o.missed, f.in10+o.in10
}

// MeasureDispatch plays the days.
func MeasureDispatch(ctx context.Context, f *DayFile, o DispatchOptions) (DispatchReport, error) {
	if o.Seeds < 1 || o.Seeds > 10_000 {
		return DispatchReport{}, fmt.Errorf("--seeds %d: choose between 1 and 10000", o.Seeds)
	}
	began := time.Now()
	days := make([][]dayFigures, o.Seeds)
	errs := make([]error, o.Seeds)
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				days[i], errs[i] = playDay(f, o.Seed+uint64(i)) //nolint:gosec // i is not negative
			}
		})
	}
	for i := range o.Seeds {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if ctx.Err() != nil {
		return DispatchReport{}, ctx.Err()
	}
	all := make([]dayFigures, len(policies))
	for i, err := range errs {
		if err != nil {
			return DispatchReport{}, fmt.Errorf("seed %d: %w", o.Seed+uint64(i), err) //nolint:gosec // i is not negative
		}
		for p := range policies {
			all[p].join(days[i][p])
		}
	}
	r := sumDays(all)
	r.FirstSeed, r.Seeds, r.Units = o.Seed, o.Seeds, f.fleet()
	r.SecondsADay = round(time.Since(began).Seconds() / float64(o.Seeds))
	return r, nil
}

// playDay runs one seed's day under every policy.
func playDay(f *DayFile, seed uint64) ([]dayFigures, error) {
	list := make([]dayFigures, len(policies))
	for i, p := range policies {
		d, err := newDay(f, seed, p.do)
		if err != nil {
			return nil, err
		}
		if err := d.play(); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		list[i].add(d)
	}
	return list, nil
}

func (f *DayFile) fleet() (n int) {
	for _, u := range f.Units {
		n += u.N
	}
	return n
}

func sumDays(all []dayFigures) DispatchReport {
	q := func(p int, of float64) float64 { return quantile(slices.Clone(all[p].arrivals), of).Seconds() }
	n := len(all[0].arrivals)
	pct := func(part, of int) float64 { return round(100 * float64(part) / float64(max(of, 1))) }
	each := func(sum int) float64 { return round(float64(sum) / float64(max(n, 1))) }
	return DispatchReport{
		P50Ratio: round(q(0, .5) / q(1, .5)), P90Ratio: round(q(0, .9) / q(1, .9)), In10: pct(all[0].in10, n),
		P50RatioVehicle: round(q(0, .5) / q(2, .5)), P90RatioVehicle: round(q(0, .9) / q(2, .9)),
		P50RatioRound: round(q(0, .5) / q(3, .5)), P90RatioRound: round(q(0, .9) / q(3, .9)),
		P50RatioRouter: round(q(4, .5) / q(1, .5)), P90RatioRouter: round(q(4, .9) / q(1, .9)), RouterIn10: pct(all[4].in10, n),
		P50: round(q(0, .5)), P90: round(q(0, .9)), NearP50: round(q(1, .5)), NearP90: round(q(1, .9)),
		RoundP50: round(q(3, .5)), RoundP90: round(q(3, .9)), NearIn10: pct(all[1].in10, n), RoundIn10: pct(all[3].in10, n),
		Skilled: pct(all[0].skilled, all[0].need), NearSkilled: pct(all[1].skilled, all[1].need),
		Sent: each(all[0].sent), NearSent: each(all[1].sent), Missed: each(all[0].missed), NearMissed: each(all[1].missed),
		Incidents: n,
	}
}

// Print writes the report for people.
func (r DispatchReport) Print(w io.Writer) {
	line := func(what, format string, args ...any) {
		_, _ = fmt.Fprintf(w, "%-66s %s\n", what, fmt.Sprintf(format, args...))
	}
	_, _ = fmt.Fprintf(w, "%d days from seed %d: %d incidents, %d units, the same under each policy; arrival of the first unit, from the first ring\n",
		r.Seeds, r.FirstSeed, r.Incidents, r.Units)
	line("arrival p50 / p90, recommended", "%.0f s / %.0f s", r.P50, r.P90)
	line("arrival p50 / p90, nearest idle by the straight line", "%.0f s / %.0f s", r.NearP50, r.NearP90)
	line("arrival p50 / p90, round-robin", "%.0f s / %.0f s", r.RoundP50, r.RoundP90)
	line("ratio p50 / p90, recommended to nearest idle", "%.3f / %.3f", r.P50Ratio, r.P90Ratio)
	line("ratio p50 / p90, recommended to nearest idle that is no walker", "%.3f / %.3f", r.P50RatioVehicle, r.P90RatioVehicle)
	line("ratio p50 / p90, recommended to round-robin", "%.3f / %.3f", r.P50RatioRound, r.P90RatioRound)
	line("ratio p50 / p90 and in 10 min, recommended with a router", "%.3f / %.3f, %.1f %%", r.P50RatioRouter, r.P90RatioRouter, r.RouterIn10)
	line("there in 10 min: recommended, nearest idle, round-robin", "%.1f %%, %.1f %%, %.1f %%", r.In10, r.NearIn10, r.RoundIn10)
	line("a crew with the skill came where one was needed: the first two", "%.1f %%, %.1f %%", r.Skilled, r.NearSkilled)
	line("units sent per incident; steps missed per incident: the first two", "%.2f, %.2f; %.2f, %.2f", r.Sent, r.NearSent, r.Missed, r.NearMissed)
}
