package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

// routeCmd tries route plans.
func routeCmd() *cobra.Command {
	c := &cobra.Command{Use: "route", Short: "Route plans: which offices ring when", Args: cobra.NoArgs}
	c.AddCommand(routeTryCmd())
	return c
}

func routeTryCmd() *cobra.Command {
	var o node.RouteQuestion
	var config, at string
	c := &cobra.Command{
		Use:   "try",
		Short: "Print who would ring when for a call, without calling anybody",
		Example: "  siaga route try --from +62542421110 --at 2026-11-23T02:00+08:00\n" +
			"  siaga route try --from 081234567890 --place -1.265,116.831 --plans rencana.json",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := node.LoadConfig(config)
			if err != nil {
				return err
			}
			o.At = time.Now()
			if at != "" {
				if o.At, err = parseTime(at); err != nil {
					return err
				}
			}
			return node.TryRoute(c.OutOrStdout(), cfg, o)
		},
	}
	c.Flags().StringVarP(&config, "config", "c", "siaga.toml", "configuration file")
	c.Flags().StringVar(&o.From, "from", "", "the caller's number; empty: withheld")
	c.Flags().StringVar(&o.Trunk, "trunk", "", "trunk that the call comes by; empty: the first")
	c.Flags().StringVar(&o.Dialled, "dialled", "110", "number that was dialled")
	c.Flags().StringVar(&o.Place, "place", "", "where the caller is: latitude,longitude")
	c.Flags().StringVar(&o.Plans, "plans", "", "file of route plans to try instead of the site's")
	c.Flags().StringVar(&at, "at", "", "when, like 2026-11-23T02:00+08:00; empty: now")
	return c
}

// parseTime reads a time with or without seconds.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--at %q: write it like 2026-11-23T02:00+08:00", s)
}
