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

// placeCmd keeps the gazetteer.
func placeCmd() *cobra.Command {
	c := &cobra.Command{Use: "place", Short: "Places by name: landmarks, streets, kilometre posts", Args: cobra.NoArgs}
	var o node.ImportOptions
	imp := &cobra.Command{
		Use:   "import FILE",
		Short: "Check a gazetteer (CSV or GeoJSON points) and make it the site's",
		Long: "CSV has a first line that names its columns: name, lat, lng, and if wanted kind, also (other names, | between), in (kecamatan),\n" +
			"error_m. Comma, semicolon or tab; UTF-8 or Windows-1252. A name like \"Km 12 Jalan Soekarno-Hatta\" is a kilometre post: points\n" +
			"between two posts of a road are computed. The file replaces the gazetteer before. With any fault nothing is imported.",
		Example: "  siaga place import tempat.csv --dir /var/lib/siaga",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.File = args[0]
			return node.ImportPlaces(c.Context(), c.OutOrStdout(), o)
		},
	}
	importFlags(imp, &o)
	c.AddCommand(imp)
	return c
}

// mapCmd keeps the base map.
func mapCmd() *cobra.Command {
	c := &cobra.Command{Use: "map", Short: "Base map of the screens, without internet", Args: cobra.NoArgs}
	var o node.ImportOptions
	imp := &cobra.Command{
		Use:     "import FILE",
		Short:   "Check a base map (PMTiles version 3, or GeoJSON of at most 20 MB) and make it the site's",
		Example: "  siaga map import kaltim.pmtiles --dir /var/lib/siaga",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.File = args[0]
			return node.ImportMap(c.Context(), c.OutOrStdout(), o)
		},
	}
	importFlags(imp, &o)
	c.AddCommand(imp)
	return c
}

func importFlags(c *cobra.Command, o *node.ImportOptions) {
	c.Flags().StringVar(&o.Dir, "dir", "", "data folder of the site; empty: that of siaga.toml")
	c.Flags().StringVarP(&o.Config, "config", "c", "", "configuration file; empty: siaga.toml here, or beside the data folder")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "check only")
}
