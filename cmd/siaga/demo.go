package main

import (
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

func demoCmd() *cobra.Command {
	var o node.DemoOptions
	var noTown, noOperators bool
	var profile string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run Polda Kaltim and its ten Polres on this machine, with a town that calls",
		Long: "Run Polda Kaltim and its ten Polres on this machine. Citizens call over real SIP and RTP, simulated operators sit at\n" +
			"the seats that you don't take. Its accounts and passwords exist only here.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Town, o.Operators, o.Out = !noTown, !noOperators, c.OutOrStdout()
			if o.JSON || !c.Flags().Changed("verbose") { // the screens are the show; the log tells only what is wrong
				slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
			}
			o.Log = slog.Default()
			stop, err := startProfile(profile)
			if err != nil {
				return err
			}
			defer stop()
			return node.Demo(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&profile, "profile", "", "as in siaga serve")
	_ = f.MarkHidden("profile")
	f.BoolVar(&o.JSON, "json", false, "print addresses and logins as one JSON line")
	f.BoolVar(&noTown, "no-town", false, "start without citizens")
	f.BoolVar(&noOperators, "no-operators", false, "start without simulated operators")
	f.StringVar(&o.HTTP, "http", "127.0.0.1:8443", "address of the screens")
	f.StringVar(&o.SIP, "sip", "127.0.0.1:5060", "address of the trunk, UDP and TCP")
	f.StringVar(&o.Page, "page", "127.0.0.1:8110", "address of the citizen's page")
	f.StringVar(&o.Dir, "dir", "", "data folder, kept afterwards (default: a temporary one)")
	f.StringVar(&o.Notices, "notices", "", "URL that gets the notices to numbers that play with 110 (default: none is sent)")
	f.Float64Var(&o.Speed, "speed", 1, "how many times more often citizens call")
	f.Uint64Var(&o.Seed, "seed", 110, "seed of the town: the same seed, the same citizens")
	f.IntVar(&o.Units, "units", 0, "for load: so many units of the city, each with a crew on patrol, instead of its roster")
	return c
}
