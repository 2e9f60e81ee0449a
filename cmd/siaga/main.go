// Command siaga is the front door: flags and subcommands, nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

func main() {
	if err := root().ExecuteContext(signals()); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "siaga:", err)
		os.Exit(1)
	}
}

// hurryKey finds the context that ends with the second signal.
type hurryKey struct{}

// signals gives a context that ends with the first SIGINT or SIGTERM, and holds one that ends with the second.
func signals() context.Context {
	hurry, second := context.WithCancel(context.Background())
	ctx, first := context.WithCancel(context.WithValue(context.Background(), hurryKey{}, hurry))
	got := make(chan os.Signal, 2)
	signal.Notify(got, syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1)
	go func() { // as long as the process
		if s := <-got; s == syscall.SIGUSR1 { // an upgrade: the next process takes the calls up
			second()
		}
		first()
		<-got
		second()
	}()
	return ctx
}

func root() *cobra.Command {
	var verbose bool
	c := &cobra.Command{
		Use:           "siaga",
		Short:         "Siaga: the open emergency call system for police number 110",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRun: func(*cobra.Command, []string) {
			setLog(os.Stderr, verbose)
		},
	}
	c.PersistentFlags().BoolVarP(&verbose, "verbose", "v", false, "log in detail")
	c.AddCommand(serveCmd(), demoCmd(), initCmd(), doctorCmd(), verifyCmd(), routeCmd(), simCmd(), filterCmd(), backupCmd(), restoreCmd(), paperCmd(), alarmCmd(), areaCmd(), placeCmd(), mapCmd(), rosterCmd(), versionCmd())
	return c
}

func setLog(w io.Writer, verbose bool) {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})))
}

func versionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "siaga", node.VersionText())
			return err
		},
	}
}

func serveCmd() *cobra.Command {
	var config, profile string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run a site",
		Long: "Run a site from its siaga.toml. SIGTERM drains: no new calls, live ones go on until they end or site.drain passes;\n" +
			"a second SIGTERM ends at once. SIGUSR1 ends at once for an upgrade: callers stay on the line, and the next process\n" +
			"takes them up again.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			stop, err := startProfile(profile)
			if err != nil {
				return err
			}
			defer stop()
			cfg, err := node.LoadConfig(config)
			if err != nil {
				return err
			}
			n, err := node.Start(c.Context(), cfg, node.Options{Log: slog.Default()})
			if err != nil {
				return err
			}
			defer n.Close()
			hurry, ok := c.Context().Value(hurryKey{}).(context.Context)
			if !ok {
				return errors.New("no way to hear the second signal")
			}
			return n.Serve(c.Context(), hurry)
		},
	}
	c.Flags().StringVarP(&config, "config", "c", "siaga.toml", "configuration file")
	c.Flags().StringVar(&profile, "profile", "", "write where the CPU time went, and what lies in memory, to this name with .cpu and .heap")
	_ = c.Flags().MarkHidden("profile") // it exists
	return c
}

func initCmd() *cobra.Command {
	var o node.InitOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Make a new site: keys, certificate, siaga.toml with comments, first administrator",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return node.Init(c.Context(), c.OutOrStdout(), o)
		},
	}
	c.Flags().StringVar(&o.Dir, "dir", ".", "folder for siaga.toml, offices.json and the data")
	c.Flags().StringVar(&o.Office, "office", "polda-kaltim", "office of the first administrator")
	c.Flags().StringVar(&o.User, "user", "admin", "user name of the first administrator")
	c.Flags().StringSliceVar(&o.Names, "name", nil, "host name or address at which the desks reach this machine (repeat for more)")
	return c
}

func doctorCmd() *cobra.Command {
	var config, trunk string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check ports, disk, clock, certificate and trunks; each line says what to do",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := node.LoadConfig(config)
			if err != nil {
				return err
			}
			if trunk != "" {
				return node.DoctorTrunk(c.Context(), c.OutOrStdout(), cfg, trunk)
			}
			return node.Doctor(c.Context(), c.OutOrStdout(), cfg)
		},
	}
	c.Flags().StringVar(&trunk, "trunk", "", "walk through a carrier's acceptance: the trunk's name, or \"all\"")
	c.Flags().StringVarP(&config, "config", "c", "siaga.toml", "configuration file")
	return c
}

func verifyCmd() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check every record of the journal and every second of the tapes against their hashes",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return node.Verify(c.Context(), c.OutOrStdout(), dir)
		},
	}
	c.Flags().StringVar(&dir, "dir", "/var/lib/siaga", "data folder of a site that is not running")
	return c
}
