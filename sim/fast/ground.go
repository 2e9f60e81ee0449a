package fast

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/siaga110/siaga/office"
)

// mainRoad is 1 + the number of the main road at a place; 0: none.
func (f *DayFile) mainRoad(p office.Point) int {
	for n, road := range f.Roads.Main {
		for i := 1; i < len(road.Line); i++ {
			a, b := road.Line[i-1], road.Line[i]
			if aside(p, a[0], a[1], b[0], b[1]) < onRoad {
				return n + 1
			}
		}
	}
	return 0
}

func (f *DayFile) hilly(p office.Point) bool {
	return slices.ContainsFunc(f.Roads.HillAt, func(h [3]float64) bool {
		return float64(office.Between(p, office.Point{Lat: h[0], Lng: h[1]})) < h[2]
	})
}

const degree = 111_195.0 // metres

// aside is how many metres a place lies beside a line.
func aside(p office.Point, ax, ay, bx, by float64) float64 {
	k := math.Cos(p.Lat * math.Pi / 180)
	ax, ay, bx, by = (ax-p.Lng)*k*degree, (ay-p.Lat)*degree, (bx-p.Lng)*k*degree, (by-p.Lat)*degree
	dx, dy := bx-ax, by-ay
	t := min(1, max(0, -(ax*dx+ay*dy)/(dx*dx+dy*dy)))
	return math.Hypot(ax+t*dx, ay+t*dy)
}

// townWater reads the water and the bridges of the town; what ways on land are is not taken from the product.
func townWater() (water [][]office.Point, bridges [][2]office.Point, err error) {
	var file struct {
		Features []struct {
			Properties struct {
				Siaga string `json:"siaga"`
			} `json:"properties"`
			Geometry struct {
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(townFile, &file); err != nil {
		return nil, nil, fmt.Errorf("town.geojson: %w", err)
	}
	points := func(list [][2]float64) (out []office.Point) {
		for _, p := range list {
			out = append(out, office.Point{Lat: p[1], Lng: p[0]})
		}
		return out
	}
	for _, one := range file.Features {
		switch one.Properties.Siaga {
		case "water":
			var rings [][][2]float64
			if err := json.Unmarshal(one.Geometry.Coordinates, &rings); err != nil || len(rings) == 0 {
				return nil, nil, fmt.Errorf("town.geojson: water: %w", err)
			}
			water = append(water, points(rings[0]))
		case "crossing":
			var line [][2]float64
			if err := json.Unmarshal(one.Geometry.Coordinates, &line); err != nil || len(line) < 2 {
				return nil, nil, fmt.Errorf("town.geojson: a bridge: %w", err)
			}
			p := points(line)
			bridges = append(bridges, [2]office.Point{p[0], p[len(p)-1]})
		}
	}
	return water, bridges, nil
}

// wet says whether a place is on the water.
func wet(water [][]office.Point, p office.Point) bool {
	for _, ring := range water {
		in := false
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lng < a.Lng+(p.Lat-a.Lat)/(b.Lat-a.Lat)*(b.Lng-a.Lng) {
				in = !in
			}
		}
		if in {
			return true
		}
	}
	return false
}

// crosses says whether the straight line between two places touches water.
func crosses(water [][]office.Point, p, q office.Point) bool {
	side := func(a, b, c office.Point) float64 { return (b.Lng-a.Lng)*(c.Lat-a.Lat) - (b.Lat-a.Lat)*(c.Lng-a.Lng) }
	for _, ring := range water {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if side(p, q, a)*side(p, q, b) < 0 && side(a, b, p)*side(a, b, q) < 0 {
				return true
			}
		}
	}
	return false
}
