package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/sim/fast"
)

func simDispatchCmd() *cobra.Command {
	var o fast.DispatchOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "dispatch",
		Short: "Days of a town's patrols: the recommendation against the nearest idle unit and round-robin",
		Long: "Play days of a made-up town with the outline of Balikpapan: streets, bridges, a bay, traffic by hour, 120 reports, 60 units\n" +
			"with shifts, breaks, lost links and dead phones. The recommendation sees what the product sees, nothing more. How all behaves\n" +
			"is a file of distributions (sim/fast/day.json).",
		Example: "  siaga sim dispatch --seeds 10\n  siaga sim dispatch --seeds 10 --seed 1 --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := fast.ReadDay()
			if err != nil {
				return err
			}
			r, err := fast.MeasureDispatch(c.Context(), f, o)
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
	f.IntVar(&o.Seeds, "seeds", 10, "how many days, each with its own seed")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of the first day")
	f.BoolVar(&asJSON, "json", false, "print flat JSON")
	return c
}
