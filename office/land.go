package office

import (
	"container/heap"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// Land says how far it is from one place to another without swimming: as the crow flies, or round the water that lies between
// by its shores, or over its crossings (bridges, regular ferries). A nil Land has no water.
//
// It is a graph of the corners of the drawn water that see each other. Roads aren't in it: what knows roads is asked for roads.
type Land struct {
	water []water
	edges rtree.RTreeG[edge] // of all water
	nodes []Point
	ways  [][]way // by node
}

type water struct {
	name  string
	bound orb.Bound
	slabs slabs
	rings []orb.Ring
}

type way struct {
	to int
	by Metres
}

// crossing is where the water can be crossed.
type crossing struct {
	name string
	line []Point
}

// ashore is how far a corner's node lies from the water, so that ways along a shore aren't taken for ways through it.
const ashore Metres = 30

// noWay is how much longer than the crow's a way is taken to be when the water lets none through: an island without a crossing.
const noWay = 20

// newLand prepares what was drawn.
func newLand(shapes []area, crossings []crossing) *Land {
	if len(shapes) == 0 {
		return nil
	}
	l := &Land{}
	for _, s := range shapes {
		w := water{name: s.name, bound: s.bound, slabs: s.slabs}
		for _, poly := range s.shape {
			for _, ring := range poly {
				w.rings = append(w.rings, ring)
				for i := 1; i < len(ring); i++ {
					e := edge{ring[i-1][0], ring[i-1][1], ring[i][0], ring[i][1]}
					l.edges.Insert([2]float64{min(e.ax, e.bx), min(e.ay, e.by)}, [2]float64{max(e.ax, e.bx), max(e.ay, e.by)}, e)
				}
			}
		}
		l.water = append(l.water, w)
	}
	for _, w := range l.water {
		for _, ring := range w.rings {
			l.corners(w, ring)
		}
	}
	bridges := len(l.nodes)
	for _, c := range crossings {
		l.nodes = append(l.nodes, c.line[0], c.line[len(c.line)-1])
	}
	l.ways = make([][]way, len(l.nodes))
	for i := range l.nodes {
		for j := range i {
			if by := Between(l.nodes[i], l.nodes[j]); l.sees(l.nodes[i], l.nodes[j]) {
				l.ways[i], l.ways[j] = append(l.ways[i], way{j, by}), append(l.ways[j], way{i, by})
			}
		}
	}
	for n, c := range crossings {
		var by Metres
		for i := 1; i < len(c.line); i++ {
			by += Between(c.line[i-1], c.line[i])
		}
		i, j := bridges+2*n, bridges+2*n+1
		l.ways[i], l.ways[j] = append(l.ways[i], way{j, by}), append(l.ways[j], way{i, by})
	}
	return l
}

// corners puts a node beside each corner of the water where a shortest way may turn: those that point at the land.
func (l *Land) corners(w water, ring orb.Ring) {
	n := len(ring) - 1 // the last is the first again
	for i := range n {
		a, b, c := ring[(i+n-1)%n], ring[i], ring[(i+1)%n]
		squeeze := math.Cos(b[1] * math.Pi / 180)
		ux, uy := unit((b[0]-a[0])*squeeze, b[1]-a[1])
		vx, vy := unit((b[0]-c[0])*squeeze, b[1]-c[1])
		x, y := unit(ux+vx, uy+vy) // away from the middle of both edges
		if x == 0 && y == 0 {
			continue // straight on
		}
		step := float64(ashore) / 1000 / kmPerDegree
		p := Point{Lat: b[1] + y*step, Lng: b[0] + x*step/squeeze}
		if !w.slabs.holds(orb.Point{p.Lng, p.Lat}) && !l.Afloat(p) {
			l.nodes = append(l.nodes, p)
		}
	}
}

func unit(x, y float64) (float64, float64) {
	d := math.Hypot(x, y)
	if d < 1e-12 {
		return 0, 0
	}
	return x / d, y / d
}

// Afloat says whether a place lies on drawn water.
func (l *Land) Afloat(p Point) bool {
	if l == nil {
		return false
	}
	q := orb.Point{p.Lng, p.Lat}
	return slices.ContainsFunc(l.water, func(w water) bool { return w.bound.Contains(q) && w.slabs.holds(q) })
}

// sees says whether no water lies between two places.
func (l *Land) sees(a, b Point) bool {
	free := true
	s := edge{a.Lng, a.Lat, b.Lng, b.Lat}
	l.edges.Search([2]float64{min(s.ax, s.bx), min(s.ay, s.by)}, [2]float64{max(s.ax, s.bx), max(s.ay, s.by)}, func(_, _ [2]float64, e edge) bool {
		free = !cross(s, e)
		return free
	})
	if !free {
		return false
	}
	return !l.Afloat(Point{Lat: (a.Lat + b.Lat) / 2, Lng: (a.Lng + b.Lng) / 2})
}

// cross says whether two edges cut each other between their ends.
func cross(s, e edge) bool {
	side := func(ax, ay, bx, by, px, py float64) float64 { return (bx-ax)*(py-ay) - (by-ay)*(px-ax) }
	a, b := side(s.ax, s.ay, s.bx, s.by, e.ax, e.ay), side(s.ax, s.ay, s.bx, s.by, e.bx, e.by)
	c, d := side(e.ax, e.ay, e.bx, e.by, s.ax, s.ay), side(e.ax, e.ay, e.bx, e.by, s.bx, s.by)
	return (a > 0) != (b > 0) && (c > 0) != (d > 0) && (a != 0 || b != 0)
}

// shore brings a place on the water to the nearest shore, and says how far that is.
func (l *Land) shore(p Point) (Point, Metres) {
	best, found := math.Inf(1), p
	squeeze := math.Cos(p.Lat * math.Pi / 180)
	for _, w := range l.water {
		if !w.bound.Contains(orb.Point{p.Lng, p.Lat}) {
			continue
		}
		for _, ring := range w.rings {
			for i := 1; i < len(ring); i++ {
				ax, ay := (ring[i-1][0]-p.Lng)*squeeze, ring[i-1][1]-p.Lat
				dx, dy := (ring[i][0]-ring[i-1][0])*squeeze, ring[i][1]-ring[i-1][1]
				t := 0.0
				if d := dx*dx + dy*dy; d > 0 {
					t = min(1, max(0, -(ax*dx+ay*dy)/d))
				}
				x, y := ax+t*dx, ay+t*dy
				if d := x*x + y*y; d < best {
					ux, uy := unit(x, y)
					step := float64(ashore) / 1000 / kmPerDegree
					q := Point{Lat: p.Lat + y + uy*step, Lng: p.Lng + (x+ux*step)/squeeze}
					if !l.Afloat(q) {
						best, found = d, q
					}
				}
			}
		}
	}
	return found, Between(p, found)
}

// Reach is how far everything is from one place.
type Reach struct {
	land  *Land
	from  Point
	extra Metres // to the shore, when the place is on the water
	to    []Metres
}

// From prepares the distances from a place: a few hundred microseconds, then each To is cheap.
func (l *Land) From(p Point) *Reach {
	r := &Reach{land: l, from: p}
	if l == nil {
		return r
	}
	if l.Afloat(p) {
		r.from, r.extra = l.shore(p)
	}
	r.to = make([]Metres, len(l.nodes))
	queue := &ways{}
	for i, n := range l.nodes {
		r.to[i] = Metres(math.Inf(1))
		if l.sees(r.from, n) {
			heap.Push(queue, way{i, Between(r.from, n)})
		}
	}
	for queue.Len() > 0 {
		w, _ := heap.Pop(queue).(way)
		if w.by >= r.to[w.to] {
			continue
		}
		r.to[w.to] = w.by
		for _, next := range l.ways[w.to] {
			if by := w.by + next.by; by < r.to[next.to] {
				heap.Push(queue, way{next.to, by})
			}
		}
	}
	return r
}

// To is how far a place is by land. Where no land leads there it is many times the crow's way: reachable by boat perhaps, never
// the nearest.
func (r *Reach) To(q Point) Metres {
	l := r.land
	if l == nil {
		return Between(r.from, q)
	}
	extra := r.extra
	if l.Afloat(q) {
		var more Metres
		q, more = l.shore(q)
		extra += more
	}
	if l.sees(r.from, q) {
		return extra + Between(r.from, q)
	}
	var list ways
	for i, n := range l.nodes {
		if !math.IsInf(float64(r.to[i]), 1) {
			list = append(list, way{i, r.to[i] + Between(n, q)})
		}
	}
	heap.Init(&list)
	for len(list) > 0 { // the first that sees the place is the shortest
		w, _ := heap.Pop(&list).(way)
		if l.sees(l.nodes[w.to], q) {
			return extra + w.by
		}
	}
	return extra + noWay*Between(r.from, q)
}

// Water says whether the straight way to a place crosses water.
func (r *Reach) Water(q Point) bool { return r.land != nil && !r.land.sees(r.from, q) }

// ways is a heap by distance.
type ways []way

func (w ways) Len() int           { return len(w) }
func (w ways) Less(i, j int) bool { return w[i].by < w[j].by }
func (w ways) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

// Push is heap's.
func (w *ways) Push(x any) {
	if one, ok := x.(way); ok {
		*w = append(*w, one)
	}
}

// Pop is heap's.
func (w *ways) Pop() any {
	old := *w
	last := old[len(old)-1]
	*w = old[:len(old)-1]
	return last
}
