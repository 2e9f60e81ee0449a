package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

func backupCmd() *cobra.Command {
	var config string
	c := &cobra.Command{
		Use:   "backup DIR",
		Short: "Copy the site into a folder while it runs; again into the same folder copies only what is new",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := node.LoadConfig(config)
			if err != nil {
				return err
			}
			return node.Backup(c.Context(), c.OutOrStdout(), cfg, config, args[0])
		},
	}
	c.Flags().StringVarP(&config, "config", "c", "siaga.toml", "configuration file")
	return c
}

func restoreCmd() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use:   "restore DIR --to NEW",
		Short: "Check a backup and bring it back into a new folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return node.Restore(c.Context(), c.OutOrStdout(), args[0], to)
		},
	}
	c.Flags().StringVar(&to, "to", "", "new folder for the site")
	_ = c.MarkFlagRequired("to")
	return c
}

func paperCmd() *cobra.Command {
	var config string
	o := node.PaperOptions{}
	c := &cobra.Command{
		Use:   "paper --dir OUT",
		Short: "Write printable sheets for when everything is down: call sheets, list of numbers, phone numbers",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := node.LoadConfig(config)
			if err != nil {
				return err
			}
			o.Now = time.Now()
			return node.Paper(c.Context(), c.OutOrStdout(), cfg, o)
		},
	}
	f := c.Flags()
	f.StringVarP(&config, "config", "c", "siaga.toml", "configuration file")
	f.StringVar(&o.Dir, "dir", "", "folder for kertas.html")
	f.StringVar(&o.Office, "office", "", "whose sheets; the site's office when not given")
	f.IntVar(&o.From, "from", 1, "first number on the call sheets: go on after those that are printed already")
	f.IntVar(&o.Sheets, "sheets", 30, "how many call sheets")
	_ = c.MarkFlagRequired("dir")
	return c
}

func alarmCmd() *cobra.Command {
	c := &cobra.Command{Use: "alarm", Short: "Alarms that leave the building", Args: cobra.NoArgs}
	var config string
	test := &cobra.Command{
		Use:   "test",
		Short: "Send a test alarm by each way of siaga.toml",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := node.LoadConfig(config)
			if err != nil {
				return err
			}
			return node.TestAlarm(c.Context(), cfg, func(way string, err error) {
				if err != nil {
					_, _ = fmt.Fprintf(c.OutOrStdout(), "%-8s failed: %v\n", way, err)
					return
				}
				_, _ = fmt.Fprintf(c.OutOrStdout(), "%-8s sent\n", way)
			})
		},
	}
	test.Flags().StringVarP(&config, "config", "c", "siaga.toml", "configuration file")
	c.AddCommand(test)
	return c
}
