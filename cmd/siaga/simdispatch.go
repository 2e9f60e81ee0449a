package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/sim/fast"
	"github.com/siaga110/siaga/sim/town"
)

// dispatchFigures are flat, so that runs can be compared.
type dispatchFigures struct {
	fast.DispatchReport
	liveFigures
}

// liveFigures are those of a real Siaga with many units and screens. Milliseconds are those of whoever waits, at the far end.
type liveFigures struct {
	Board      *float64 `json:"board_update_p99_ms"` // a status, from the key to a screen
	Position   *float64 `json:"board_position_p99_ms"`
	Told       *float64 `json:"unit_told_p99_ms"` // from the dispatcher's key until the unit's phone has its job
	Recommend  *float64 `json:"recommend_p99_ms_1000_units"`
	Duplicates *float64 `json:"duplicates_p99_ms"`

	BoardP50    *float64 `json:"board_update_p50_ms"`
	PositionP50 *float64 `json:"board_position_p50_ms"`
	ToldP50     *float64 `json:"unit_told_p50_ms"`
	AdviseP50   *float64 `json:"recommend_p50_ms_1000_units"`
	SameP50     *float64 `json:"duplicates_p50_ms"`
	CPU         *float64 `json:"live_cpu_s_per_minute"` // of the server alone
	MB          *float64 `json:"live_memory_mb"`
	Units       int      `json:"live_units"`
	Screens     int      `json:"live_screens"`
	Statuses    int      `json:"live_statuses_seen"`
	Positions   int      `json:"live_positions_seen"`
	Jobs        int      `json:"live_jobs_told"`
	Lost        int      `json:"live_changes_never_seen"`
}

func simDispatchCmd() *cobra.Command {
	var o fast.DispatchOptions
	var asJSON, noLive bool
	rush := town.Rush{Office: "polresta-balikpapan", Screens: 30, Phones: 20, Every: 5 * time.Second, Open: 3000, Asks: 300}
	units := 1000
	c := &cobra.Command{
		Use:   "dispatch",
		Short: "Days of a town's patrols under three ways to choose a unit, then a real Siaga with 1,000 units and 30 screens",
		Long: "First, in virtual time: days of a made-up town with the outline of Balikpapan. Streets, bridges, a bay, traffic by hour, 120\n" +
			"reports, 60 units with shifts, breaks, lost links and dead phones; the same under the recommendation, the nearest idle unit by\n" +
			"the straight line, and round-robin. The recommendation sees what the product sees, nothing more. How all behaves is a file of\n" +
			"distributions (sim/fast/day.json).\n\n" +
			"Then, live (about two minutes): this program as a server of its own on loopback, with an empty folder, 1,000 units that tell\n" +
			"their place each 5 s, 30 screens, and keys pressed by dispatchers. Do nothing else on the machine meanwhile.",
		Example: "  siaga sim dispatch --seeds 10\n  siaga sim dispatch --seeds 10 --seed 1 --json\n  siaga sim dispatch --no-live",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.Seeds < 1 || o.Seeds > 10_000:
				return fmt.Errorf("--seeds %d: choose between 1 and 10000", o.Seeds)
			case units < 2*rush.Phones || units > 5000:
				return fmt.Errorf("--units %d: choose between %d and 5000", units, 2*rush.Phones)
			case rush.Screens < 1 || rush.Screens > 500:
				return fmt.Errorf("--screens %d: choose between 1 and 500", rush.Screens)
			case rush.For < 10*time.Second || rush.For > time.Hour:
				return fmt.Errorf("--for %v: choose between 10s and 1h", rush.For)
			}
			f, err := fast.ReadDay()
			if err != nil {
				return err
			}
			r := dispatchFigures{}
			if r.DispatchReport, err = fast.MeasureDispatch(c.Context(), f, o); err != nil {
				return err
			}
			if !noLive {
				rush.Seed = o.Seed
				if r.liveFigures, err = measureLive(c.Context(), rush, units); err != nil {
					return err
				}
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(r)
			}
			r.Print(c.OutOrStdout())
			if !noLive {
				r.liveFigures.print(c.OutOrStdout())
			}
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&o.Seeds, "seeds", 10, "how many days, each with its own seed")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of the first day")
	f.BoolVar(&asJSON, "json", false, "print flat JSON; what wasn't measured is null")
	f.BoolVar(&noLive, "no-live", false, "only the days in virtual time")
	f.IntVar(&units, "units", units, "units of the live part")
	f.IntVar(&rush.Screens, "screens", rush.Screens, "screens of the live part")
	f.DurationVar(&rush.For, "for", 60*time.Second, "how long the live part is measured")
	return c
}

// measureLive runs this program as a server and looks at it from outside.
func measureLive(ctx context.Context, rush town.Rush, units int) (liveFigures, error) {
	self, err := os.Executable()
	if err != nil {
		return liveFigures{}, fmt.Errorf("find this program: %w", err)
	}
	p, err := town.OpenProcess(ctx, self, units)
	if err != nil {
		return liveFigures{}, err
	}
	defer p.Close()
	var before, after time.Duration
	var mb float64
	var broken error
	rush.API, rush.Roots, rush.Accounts = p.Console, p.Roots, p.Accounts
	rush.Began = func() { before, _, broken = p.Used() }
	rush.Ended = func() {
		if broken == nil {
			after, mb, broken = p.Used()
		}
	}
	r, err := rush.Run(ctx)
	if err != nil {
		return liveFigures{}, fmt.Errorf("live: %w", err)
	}
	if broken != nil {
		return liveFigures{}, fmt.Errorf("live: %w", broken)
	}
	ms := func(t town.Times, q float64) *float64 {
		if len(t) == 0 {
			return nil
		}
		v := town.MS(t.P(q))
		return &v
	}
	cpu := math.Round(100*(after-before).Seconds()/rush.For.Minutes()) / 100
	mb = math.Round(mb)
	return liveFigures{
		Board: ms(r.Status, .99), Position: ms(r.Position, .99), Told: ms(r.Told, .99), Recommend: ms(r.Recommend, .99),
		Duplicates: ms(r.Duplicates, .99), BoardP50: ms(r.Status, .5), PositionP50: ms(r.Position, .5), ToldP50: ms(r.Told, .5),
		AdviseP50: ms(r.Recommend, .5), SameP50: ms(r.Duplicates, .5),
		CPU: &cpu, MB: &mb, Units: r.Units, Screens: r.Screens, Statuses: len(r.Status), Positions: len(r.Position), Jobs: len(r.Told),
		Lost: r.Lost,
	}, nil
}

func (f liveFigures) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "\nlive: %d units, %d screens, %d changes never seen\n", f.Units, f.Screens, f.Lost)
	line := func(what string, target float64, v *float64) {
		word, text := "MISSED", "not measured"
		if v != nil {
			if text = fmt.Sprintf("%.1f ms", *v); *v <= target {
				word = "met"
			}
		}
		_, _ = fmt.Fprintf(w, "%-66s ≤ %-8.0f %-7s %s\n", what, target, word, text)
	}
	line("a status on the screens, p99", 250, f.Board)
	line("a position on the screens, p99", 2000, f.Position)
	line("a unit's phone has its job, p99", 2000, f.Told)
	line("a recommendation, p99", 100, f.Recommend)
	line("duplicates among 3,000 open incidents, p99", 200, f.Duplicates)
	if f.CPU != nil && f.MB != nil {
		_, _ = fmt.Fprintf(w, "%-66s %.1f s of CPU a minute, %.0f MB\n", "the server", *f.CPU, *f.MB)
	}
}
