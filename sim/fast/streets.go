package fast

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// streets are a town's road graph with the traffic of one day. Nothing outside the simulated town sees it.
type streets struct {
	file  *DayFile
	nodes []office.Point
	out   [][]street
	in    [][]int // where streets to a node come from
	rain  [24]bool
}

type street struct {
	to     int
	metres float64
	class  string
	own    float64 // of the speed, this day
}

const (
	block                    = 0.0045 // degrees between two corners, about 500 m
	south, north, west, east = -1.289, -1.095, 116.797, 117.03
	onRoad                   = 300.0 // metres: corners so near a main road belong to it
)

// streetsOf lays out a town and draws the traffic of its day.
func streetsOf(f *DayFile, r *rand.Rand) (*streets, error) {
	water, bridges, err := townWater()
	if err != nil {
		return nil, err
	}
	s := &streets{file: f}
	rows, cols := int(math.Floor((north-south)/block)), int(math.Floor((east-west)/block))
	grid := make([]int, rows*cols)
	at := func(row, col int) int {
		if row < 0 || col < 0 || row >= rows || col >= cols {
			return -1
		}
		return grid[row*cols+col]
	}
	var main []int // of each node: 1 + the number of its main road
	for i := range grid {
		grid[i] = -1
		p := office.Point{
			Lat: south + block*(float64(i/cols)+0.25*(2*r.Float64()-1)), Lng: west + block*(float64(i%cols)+0.25*(2*r.Float64()-1)),
		}
		on := f.mainRoad(p)
		dense := 0.93
		switch {
		case p.Lat > -1.19:
			dense = 0.35
		case p.Lng > 116.93 || p.Lat > -1.215:
			dense = 0.6
		}
		if wet(water, p) || r.Float64() > dense && on == 0 {
			continue
		}
		grid[i] = len(s.nodes)
		s.nodes, main = append(s.nodes, p), append(main, on)
	}
	s.out = make([][]street, len(s.nodes))
	for i := range grid {
		if grid[i] < 0 {
			continue
		}
		for _, step := range [][2]int{{0, 1}, {1, 0}} {
			for far := 1; far <= 3; far++ { // over a gap, where nobody lives
				if b := at(i/cols+far*step[0], i%cols+far*step[1]); b >= 0 {
					s.pave(grid[i], b, i, main, water, r)
					break
				}
			}
		}
	}
	for _, b := range bridges {
		s.join(s.near(b[0], water, b[1]), s.near(b[1], water, b[0]), "secondary", false, r)
	}
	s.cut()
	if r.Float64() < f.Roads.RainDays {
		from := r.IntN(24)
		for h := range f.Roads.RainHours {
			s.rain[(from+h)%24] = true
		}
	}
	return s, nil
}

// pave lays a street between two corners, or none.
func (s *streets) pave(a, b, i int, main []int, water [][]office.Point, r *rand.Rand) {
	f := s.file.Roads
	p, q := s.nodes[a], s.nodes[b]
	class, missing := "residential", f.Missing
	if i%4 == 0 {
		class = "tertiary"
	}
	if s.file.hilly(p) {
		missing = f.MissingHills
	}
	oneWay := false
	if main[a] > 0 && main[a] == main[b] {
		class, missing, oneWay = "primary", 0, f.Main[main[a]-1].OneWay
		if main[a] > 3 {
			class = "secondary"
		}
	}
	lost, curve := r.Float64() < missing, r.Float64()
	if lost || crosses(water, p, q) {
		return
	}
	if p.Lng > q.Lng {
		a, b = b, a
	}
	// A one-way road leads east, as a coast road's seaward half does.
	s.lay(a, b, curve, class, oneWay && math.Abs(p.Lng-q.Lng) > math.Abs(p.Lat-q.Lat), r)
}

func (s *streets) join(a, b int, class string, oneWay bool, r *rand.Rand) {
	if a >= 0 && b >= 0 && a != b {
		s.lay(a, b, 0.2, class, oneWay, r)
	}
}

func (s *streets) lay(a, b int, curve float64, class string, oneWay bool, r *rand.Rand) {
	f := s.file.Roads
	m := float64(office.Between(s.nodes[a], s.nodes[b])) * (1 + curve*f.Curve)
	if s.file.hilly(s.nodes[a]) && class != "primary" {
		m *= 1 + curve*f.Hills
	}
	s.out[a] = append(s.out[a], street{to: b, metres: m, class: class, own: math.Exp(f.Noise * r.NormFloat64())})
	if back := math.Exp(f.Noise * r.NormFloat64()); !oneWay {
		s.out[b] = append(s.out[b], street{to: a, metres: m, class: class, own: back})
	}
}

// near is the corner nearest to a bridge's end, on its own side of the water.
func (s *streets) near(p office.Point, water [][]office.Point, other office.Point) int {
	best, by := -1, math.Inf(1)
	for i, n := range s.nodes {
		if d := float64(office.Between(p, n)); d < by && d < float64(office.Between(other, n)) && !crosses(water, p, n) {
			best, by = i, d
		}
	}
	return best
}

// cut leaves only the corners from which and to which one can drive.
func (s *streets) cut() {
	s.in = make([][]int, len(s.nodes))
	for a, list := range s.out {
		for _, e := range list {
			s.in[e.to] = append(s.in[e.to], a)
		}
	}
	middle := s.corner(office.Point{Lat: -1.262, Lng: 116.84})
	flood := func(next func(int) []int) []bool {
		seen := make([]bool, len(s.nodes))
		seen[middle] = true
		for todo := []int{middle}; len(todo) > 0; {
			n := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, m := range next(n) {
				if !seen[m] {
					seen[m] = true
					todo = append(todo, m)
				}
			}
		}
		return seen
	}
	to := flood(func(n int) []int { return s.in[n] })
	from := flood(func(n int) []int {
		var list []int
		for _, e := range s.out[n] {
			list = append(list, e.to)
		}
		return list
	})
	for a := range s.out {
		s.out[a] = slices.DeleteFunc(s.out[a], func(e street) bool { return !to[a] || !from[a] || !to[e.to] || !from[e.to] })
	}
}

// corner is the corner nearest to a place that streets lead to.
func (s *streets) corner(p office.Point) int {
	best, by := 0, math.Inf(1)
	squeeze := math.Cos(p.Lat * math.Pi / 180)
	for i, n := range s.nodes {
		if d := math.Hypot(n.Lat-p.Lat, (n.Lng-p.Lng)*squeeze); d < by && len(s.out[i]) > 0 {
			best, by = i, d
		}
	}
	return best
}

// takes is how long a unit of this kind needs for a street at an hour; share slows it down.
func (s *streets) takes(e street, kind string, at time.Time, share float64) time.Duration {
	f := s.file.Roads
	var kmh float64
	if kind == "jalan_kaki" {
		return sec(e.metres / (f.Walk / 3.6))
	}
	flow := f.ByHour[e.class][at.Hour()]
	if kind == "motor" {
		flow = math.Pow(flow, f.Relief)
	}
	kmh = min(f.Kmh[e.class]*flow*e.own, f.Most[kind]) * share
	if s.rain[at.Hour()] {
		kmh *= f.Rain
	}
	return sec(e.metres/(kmh/3.6) + f.Corner)
}

// way is the fastest one from a corner to another, from an instant on: corners and when they are reached.
func (s *streets) way(from, to int, kind string, at time.Time) []step {
	best := make([]time.Duration, len(s.nodes))
	prev := make([]int, len(s.nodes))
	for i := range best {
		best[i], prev[i] = math.MaxInt64, -1
	}
	best[from] = 0
	q := &reached{{from, 0}}
	for q.Len() > 0 {
		n, _ := heap.Pop(q).(reach)
		if n.by > best[n.node] {
			continue
		}
		if n.node == to {
			break
		}
		for _, e := range s.out[n.node] {
			if by := n.by + s.takes(e, kind, at.Add(n.by), 1); by < best[e.to] {
				best[e.to], prev[e.to] = by, n.node
				heap.Push(q, reach{e.to, by})
			}
		}
	}
	if best[to] == math.MaxInt64 {
		return nil
	}
	var list []step
	for n := to; n >= 0; n = prev[n] {
		list = append(list, step{n, at.Add(best[n])})
	}
	slices.Reverse(list)
	return list
}

// never is longer than any way.
const never = time.Duration(math.MaxInt64)

// empty is how long a car takes from each corner to one, by the map and without any traffic.
func (s *streets) empty(to int) []time.Duration {
	best := make([]time.Duration, len(s.nodes))
	for i := range best {
		best[i] = never
	}
	best[to] = 0
	q := &reached{{to, 0}}
	for q.Len() > 0 {
		n, _ := heap.Pop(q).(reach)
		if n.by > best[n.node] {
			continue
		}
		for _, from := range s.in[n.node] {
			for _, e := range s.out[from] {
				if by := n.by + sec(e.metres/(s.file.Roads.Kmh[e.class]/3.6)); e.to == n.node && by < best[from] {
					best[from] = by
					heap.Push(q, reach{from, by})
				}
			}
		}
	}
	return best
}

// step is a corner and when a unit is there.
type step struct {
	node int
	at   time.Time
}

type reach struct {
	node int
	by   time.Duration
}

type reached []reach

func (r reached) Len() int           { return len(r) }
func (r reached) Less(i, j int) bool { return r[i].by < r[j].by }
func (r reached) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }

// Push is heap's.
func (r *reached) Push(x any) {
	if one, ok := x.(reach); ok {
		*r = append(*r, one)
	}
}

// Pop is heap's.
func (r *reached) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}
