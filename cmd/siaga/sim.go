package main

import (
	"encoding/json"
	"os"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/sim/fast"
)

// simCmd runs the pure cores in virtual time.
func simCmd() *cobra.Command {
	c := &cobra.Command{Use: "sim", Short: "Months and days in virtual time: what the product would do in the field", Args: cobra.NoArgs}
	c.AddCommand(simFilterCmd(), simDispatchCmd())
	return c
}

func simFilterCmd() *cobra.Command {
	var o fast.FilterOptions
	var asJSON bool
	var weights string
	c := &cobra.Command{
		Use:   "filter",
		Short: "A field-like month of a Polda with the filter and without it, the same callers in both",
		Long: "Play months of a Polda: 500 calls a day, 98 % of them not valid, 30 silent victims and 200 true callers from numbers at the\n" +
			"gate. How callers behave is a file of distributions (sim/fast/behaviour.json); they know nothing of the filter's rules.",
		Example: "  siaga sim filter --seeds 20\n  siaga sim filter --seeds 20 --seed 1 --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := fast.ReadBehaviour()
			if err != nil {
				return err
			}
			if weights != "" {
				if o.Weights, err = os.ReadFile(weights); err != nil { //nolint:gosec // the person names the file
					return err
				}
			}
			r, err := fast.MeasureFilter(c.Context(), b, o)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(r)
			}
			r.Print(c.OutOrStdout())
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&o.Seeds, "seeds", 20, "how many months, each with its own seed")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of the first month")
	f.IntVar(&o.IntervalSeeds, "interval-seeds", 200, "months over which the interval of the gate's sample is looked at")
	f.StringVar(&weights, "weights", "", "file of the filter's weights, as for siaga filter try; what it doesn't name keeps its default")
	f.BoolVar(&asJSON, "json", false, "print flat JSON")
	return c
}
