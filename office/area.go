package office

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// Areas are the areas of offices as they hold from one date on, with the water between them. It is immutable: ReadAreas makes
// it, and any number of goroutines may ask it.
type Areas struct {
	list    []area
	tree    rtree.RTreeG[int] // bounds, to the index in list
	offices *Directory
	land    *Land
}

// area is one feature of the file.
type area struct {
	office ID
	name   string
	n      int // feature's number in the file, from 1
	shape  orb.MultiPolygon
	bound  orb.Bound
	slabs  slabs
	km2    float64
}

// How an office was found for a place.
type How string

// The ways, from sure to unsure.
const (
	Inside  How = "inside"  // the place lies in the office's area
	Nearest How = "nearest" // it lies in no area; this one is the nearest by land
	Afloat  How = "afloat"  // it lies on open water; the nearest shore belongs to this office
	ByHouse How = "house"   // no area is anywhere near; this is the nearest police house by land
	Nowhere How = "nowhere" // nothing is known of it
)

// Found is whose a place is.
type Found struct {
	Office ID
	Area   string // name of the area
	How    How
	Away   Metres // to the area or the house by land; 0 inside
}

// nearArea is how far a place may lie from an area and still be taken for its: piers, gaps between neighbours, beaches at low tide.
const nearArea Metres = 25_000

// At finds whose a place is: the smallest area that holds it, else the nearest by land. An area across the water is never the
// nearest while another can be reached by land.
func (a *Areas) At(p Point) Found {
	if a == nil || !p.OnEarth() {
		return Found{How: Nowhere}
	}
	q := orb.Point{p.Lng, p.Lat}
	best := -1
	a.tree.Search(q, q, func(_, _ [2]float64, i int) bool {
		if (best < 0 || a.list[i].km2 < a.list[best].km2) && a.list[i].slabs.holds(q) {
			best = i
		}
		return true
	})
	if best >= 0 {
		return Found{Office: a.list[best].office, Area: a.list[best].name, How: Inside}
	}
	return a.nearest(p)
}

// nearest looks along the borders of all areas. It is asked for the few places that lie in none.
func (a *Areas) nearest(p Point) Found {
	type near struct {
		i    int
		at   Point
		away Metres // as the crow flies
	}
	var list []near
	for i := range a.list {
		if at, away := a.list[i].border(p); away <= nearArea {
			list = append(list, near{i, at, away})
		}
	}
	slices.SortStableFunc(list, func(x, y near) int { return compare(x.away, y.away) })
	how := Nearest
	if a.land.Afloat(p) {
		how = Afloat
	}
	reach := a.land.From(p)
	found := Found{How: Nowhere, Away: Metres(math.Inf(1))}
	for _, n := range list {
		if n.away >= found.Away {
			break // the way by land is never shorter than the crow's
		}
		if by := reach.To(n.at); by < found.Away {
			found = Found{Office: a.list[n.i].office, Area: a.list[n.i].name, How: how, Away: by}
		}
	}
	if found.How != Nowhere && found.Away <= 2*nearArea {
		return found
	}
	for _, o := range a.offices.All() {
		if o.At == (Point{}) || o.Kind == Polda || o.Kind == Mabes {
			continue
		}
		if by := reach.To(o.At); by < found.Away {
			found = Found{Office: o.ID, How: ByHouse, Away: by}
		}
	}
	if found.Office == "" {
		return Found{How: Nowhere}
	}
	return found
}

// Land is the water that ways go round.
func (a *Areas) Land() *Land {
	if a == nil {
		return nil
	}
	return a.land
}

// Of lists the offices that have an area.
func (a *Areas) Of() []ID {
	var ids []ID
	for _, one := range a.list {
		if !slices.Contains(ids, one.office) {
			ids = append(ids, one.office)
		}
	}
	return ids
}

// Len is how many features there are.
func (a *Areas) Len() int { return len(a.list) }

// newArea prepares a feature for look-ups.
func newArea(office ID, name string, n int, shape orb.MultiPolygon) area {
	one := area{office: office, name: name, n: n, shape: shape, bound: shape.Bound()}
	one.slabs = newSlabs(shape, one.bound)
	one.km2 = squareKm(shape)
	return one
}

// border is the nearest point of the area's border.
func (a *area) border(p Point) (at Point, away Metres) {
	away = Metres(math.Inf(1))
	if Between(p, clamp(a.bound, p)) > nearArea {
		return at, away
	}
	squeeze := math.Cos(p.Lat * math.Pi / 180) // a degree of longitude is shorter than one of latitude
	best := math.Inf(1)
	for _, poly := range a.shape {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				ax, ay := (ring[i-1][0]-p.Lng)*squeeze, ring[i-1][1]-p.Lat
				bx, by := (ring[i][0]-p.Lng)*squeeze, ring[i][1]-p.Lat
				dx, dy := bx-ax, by-ay
				t := 0.0
				if l := dx*dx + dy*dy; l > 0 {
					t = min(1, max(0, -(ax*dx+ay*dy)/l))
				}
				x, y := ax+t*dx, ay+t*dy
				if d := x*x + y*y; d < best {
					best = d
					at = Point{Lat: p.Lat + y, Lng: p.Lng + x/squeeze}
				}
			}
		}
	}
	if !math.IsInf(best, 1) {
		away = Between(p, at)
	}
	return at, away
}

func clamp(b orb.Bound, p Point) Point {
	return Point{Lat: min(max(p.Lat, b.Min[1]), b.Max[1]), Lng: min(max(p.Lng, b.Min[0]), b.Max[0])}
}

// slabs are the edges of a shape by latitude, so that a look-up meets a handful of them (even-odd rule).
type slabs struct {
	low, step float64
	edges     [][]edge
}

type edge struct{ ax, ay, bx, by float64 }

func newSlabs(shape orb.MultiPolygon, b orb.Bound) slabs {
	count := 0
	for _, poly := range shape {
		for _, ring := range poly {
			count += len(ring)
		}
	}
	n := min(max(count/4, 1), 4096)
	s := slabs{low: b.Min[1], step: (b.Max[1] - b.Min[1]) / float64(n), edges: make([][]edge, n)}
	if s.step <= 0 {
		s.step = 1
	}
	for _, poly := range shape {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				e := edge{ring[i-1][0], ring[i-1][1], ring[i][0], ring[i][1]}
				if e.ay == e.by {
					continue // level edges decide nothing
				}
				for k := s.slab(min(e.ay, e.by)); k <= s.slab(max(e.ay, e.by)); k++ {
					s.edges[k] = append(s.edges[k], e)
				}
			}
		}
	}
	return s
}

func (s slabs) slab(y float64) int { return min(max(int((y-s.low)/s.step), 0), len(s.edges)-1) }

func (s slabs) holds(p orb.Point) bool {
	in := false
	for _, e := range s.edges[s.slab(p[1])] {
		if (e.ay > p[1]) != (e.by > p[1]) && p[0] < (e.bx-e.ax)*(p[1]-e.ay)/(e.by-e.ay)+e.ax {
			in = !in
		}
	}
	return in
}

// squareKm is the area of a shape on the ground, about.
func squareKm(shape orb.MultiPolygon) float64 {
	sum := 0.0
	for _, poly := range shape {
		for i, ring := range poly {
			a := math.Abs(signed(ring))
			if i > 0 {
				a = -a
			}
			sum += a
		}
	}
	middle := shape.Bound().Center()[1]
	return sum * kmPerDegree * kmPerDegree * math.Cos(middle*math.Pi/180)
}

// signed is the area of a ring in square degrees, positive when it runs counter-clockwise.
func signed(r orb.Ring) float64 {
	sum := 0.0
	for i := 1; i < len(r); i++ {
		sum += (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1]) - (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1])
	}
	return sum / 2
}

const (
	earthRadius Metres = 6_371_008.8 // mean, WGS 84
	kmPerDegree        = 111.195
)

// Between is how far two points lie apart as the crow flies (haversine).
func Between(a, b Point) Metres {
	const rad = math.Pi / 180
	dy, dx := (b.Lat-a.Lat)*rad/2, (b.Lng-a.Lng)*rad/2
	h := math.Sin(dy)*math.Sin(dy) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Sin(dx)*math.Sin(dx)
	return 2 * earthRadius * Metres(math.Asin(math.Sqrt(min(1, h))))
}

// OnEarth says whether the numbers are degrees at all.
func (p Point) OnEarth() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180 // NaN is in no range
}

// Indonesia says whether a point lies in the box around the country, seas included.
func (p Point) Indonesia() bool { return p.Lat >= -12 && p.Lat <= 7 && p.Lng >= 94 && p.Lng <= 142 }

func compare(a, b Metres) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
