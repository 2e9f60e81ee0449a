package main

import (
	"github.com/spf13/cobra"

	"github.com/siaga110/siaga/node"
)

// areaCmd keeps the areas of the offices.
func areaCmd() *cobra.Command {
	c := &cobra.Command{Use: "area", Short: "Areas of the offices: which Polres a place belongs to", Args: cobra.NoArgs}
	var o node.ImportOptions
	imp := &cobra.Command{
		Use:   "import FILE.geojson",
		Short: "Check a file of areas and put it in force; the one before is kept",
		Long: "Reads a GeoJSON FeatureCollection: each Polygon or MultiPolygon names its office in a property, by id, code or name.\n" +
			"Features with \"siaga\": \"water\" are open water and rivers, \"siaga\": \"crossing\" are bridges: ways on land go round the one and over the other.\n" +
			"All faults are named, each with its feature; with any fault nothing is imported. Works while the site runs.",
		Example: "  siaga area import polres.geojson --dir /var/lib/siaga\n" +
			"  siaga area import kabupaten.geojson --office-property name --from 2026-12-01 --dry-run",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.File = args[0]
			return node.ImportAreas(c.Context(), c.OutOrStdout(), o)
		},
	}
	imp.Flags().StringVar(&o.Property, "office-property", "", "property of each feature that names its office (default \"office\")")
	imp.Flags().StringVar(&o.From, "from", "", "first day, like 2026-12-01; empty: at once")
	importFlags(imp, &o)
	c.AddCommand(imp)
	return c
}

func importFlags(c *cobra.Command, o *node.ImportOptions) {
	c.Flags().StringVar(&o.Dir, "dir", "", "data folder of the site; empty: that of siaga.toml")
	c.Flags().StringVarP(&o.Config, "config", "c", "", "configuration file; empty: siaga.toml here, or beside the data folder")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "check only")
}
