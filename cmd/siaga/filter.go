package main

import (
	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

// filterCmd looks at the filter of a site.
func filterCmd() *cobra.Command {
	c := &cobra.Command{Use: "filter", Short: "The filter: what it counts", Args: cobra.NoArgs}
	var o node.TryWeights
	try := &cobra.Command{
		Use:   "try --weights FILE.json",
		Short: "Print what other weights would have done to the calls of the last 30 days; changes nothing",
		Example: `  echo '{"gate": 10, "low": 18}' > berat.json
  siaga filter try --dir /var/lib/siaga --weights berat.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return node.TryFilter(c.Context(), c.OutOrStdout(), o)
		},
	}
	f := try.Flags()
	f.StringVar(&o.Dir, "dir", "/var/lib/siaga", "data folder of the site, which may be running")
	f.StringVar(&o.Weights, "weights", "", "JSON file of the weights to try; what it leaves out has its default")
	f.StringVar(&o.Office, "office", "", "whose calls; empty: those of the site's office")
	f.BoolVar(&o.JSON, "json", false, "print JSON")
	_ = try.MarkFlagRequired("weights")
	c.AddCommand(try)
	return c
}
