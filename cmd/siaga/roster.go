package main

import (
	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

// rosterCmd keeps people and vehicles.
func rosterCmd() *cobra.Command {
	c := &cobra.Command{Use: "roster", Short: "People and vehicles of the offices", Args: cobra.NoArgs}
	var o node.RosterOptions
	imp := &cobra.Command{
		Use:   "import FILE",
		Short: "Check a file of people or vehicles (CSV or XLSX) and take it in: all of it, or nothing",
		Long: "A line of heads names the columns. People: nama, pangkat, nrp, and if wanted kantor, telepon, keahlian (| between), sprin,\n" +
			"tanggal_sprin, latihan (\"Negosiator s.d. 2027-05-01\"), akun, pindah_ke, tanggal_pindah. Vehicles: jenis (motor, mobil, jalan kaki,\n" +
			"perahu), tanda_panggil, plat, and if wanted kantor, keahlian. A workbook may have a sheet of each. Comma, semicolon or tab; UTF-8 or\n" +
			"Windows-1252. All faults are named, each with its line; with any fault nothing is imported. Works while the site runs.",
		Example: "  siaga roster import personel.xlsx --dir /var/lib/siaga --dry-run\n  siaga roster import kendaraan.csv --office polresta-balikpapan",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.File = args[0]
			return node.ImportRoster(c.Context(), c.OutOrStdout(), o)
		},
	}
	imp.Flags().StringVar(&o.Dir, "dir", "", "data folder of the site; empty: that of siaga.toml")
	imp.Flags().StringVarP(&o.Config, "config", "c", "", "configuration file; empty: siaga.toml here, or beside the data folder")
	imp.Flags().StringVar(&o.Office, "office", "", "office of lines that name none; empty: the site's")
	imp.Flags().BoolVar(&o.Update, "update", false, "change people whose NRP is known, instead of refusing them")
	imp.Flags().BoolVar(&o.DryRun, "dry-run", false, "check only")
	c.AddCommand(imp)
	return c
}
