package office

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// positions checks that numbers are degrees, longitude first, near Indonesia.
func (r *areaReader) positions(what string, line []orb.Point) bool {
	r.points += len(line)
	if r.points > areaPointMax {
		r.faults.add("%s: the file has over %d points: simplify the borders to about 10 m", what, areaPointMax)
		return false
	}
	for _, p := range line {
		here, swapped := Point{Lat: p[1], Lng: p[0]}, Point{Lat: p[0], Lng: p[1]}
		switch {
		case here.Indonesia():
			continue
		case swapped.Indonesia():
			r.faults.add("%s: [%g, %g] looks like lat/lon swapped: GeoJSON writes longitude first, like [116.83, -1.27]; export it so", what, p[0], p[1])
		case !here.OnEarth():
			r.faults.add("%s: [%g, %g] are no degrees (metres of UTM perhaps): convert the layer to WGS 84 (EPSG:4326)", what, p[0], p[1])
		default:
			r.faults.add("%s: [%g, %g] lies outside Indonesia: check that point", what, p[0], p[1])
		}
		return false
	}
	return true
}

// shape checks every ring of a shape and gives it back without repeated points.
func (r *areaReader) shape(what string, shape orb.MultiPolygon) orb.MultiPolygon {
	out := make(orb.MultiPolygon, 0, len(shape))
	for pi, poly := range shape {
		var clean orb.Polygon
		part := what
		if len(shape) > 1 {
			part = fmt.Sprintf("%s, part %d", what, pi+1)
		}
		if len(poly) == 0 {
			r.faults.add("%s: it has no border: draw it, or leave it out", part)
			continue
		}
		for ri, ring := range poly {
			where := part + ", outer border"
			if ri > 0 {
				where = fmt.Sprintf("%s, hole %d", part, ri)
			}
			if ring = r.ring(where, ring); ring == nil {
				return nil
			}
			if ri > 0 && !r.hole(where, clean[0], ring) {
				return nil
			}
			clean = append(clean, ring)
		}
		out = append(out, clean)
	}
	if len(shape) == 0 {
		r.faults.add("%s: its geometry is empty: draw it, or leave the feature out", what)
	}
	return out
}

// ring checks one: degrees, closed, at least four points, an area, not crossing itself. nil when it is refused.
func (r *areaReader) ring(where string, ring orb.Ring) orb.Ring {
	if !r.positions(where, ring) {
		return nil
	}
	clean := slices.CompactFunc(slices.Clone(ring), func(a, b orb.Point) bool { return a == b })
	switch {
	case len(clean) < 4:
		r.faults.add("%s: it has %d points: a closed border needs at least four, the last being the first again", where, len(clean))
		return nil
	case clean[0] != clean[len(clean)-1]:
		a, b := clean[0], clean[len(clean)-1]
		r.faults.add("%s: it isn't closed, it begins at [%g, %g] and ends at [%g, %g]: repeat the first point at the end", where, a[0], a[1], b[0], b[1])
		return nil
	}
	if at, crosses := selfCrossing(clean); crosses {
		r.faults.add("%s: it crosses itself near [%.5f, %.5f]: mend the border there, for example by a buffer of 0", where, at[0], at[1])
		return nil
	}
	if signed(clean) == 0 {
		r.faults.add("%s: it encloses nothing: draw it anew", where)
		return nil
	}
	return clean
}

// selfCrossing finds where a ring cuts itself. A ring that only touches itself at a corner is taken.
func selfCrossing(ring orb.Ring) (orb.Point, bool) {
	var tree rtree.RTreeG[int]
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		tree.Insert([2]float64{min(a[0], b[0]), min(a[1], b[1])}, [2]float64{max(a[0], b[0]), max(a[1], b[1])}, i)
	}
	var at orb.Point
	found := false
	for i := 1; i < len(ring) && !found; i++ {
		s := edge{ring[i-1][0], ring[i-1][1], ring[i][0], ring[i][1]}
		tree.Search([2]float64{min(s.ax, s.bx), min(s.ay, s.by)}, [2]float64{max(s.ax, s.bx), max(s.ay, s.by)}, func(_, _ [2]float64, j int) bool {
			if j <= i {
				return true
			}
			e := edge{ring[j-1][0], ring[j-1][1], ring[j][0], ring[j][1]}
			if at, found = cut(s, e); found {
				return false
			}
			return true
		})
	}
	return at, found
}

// cut is where two edges cross between their ends; edges that only touch don't.
func cut(s, e edge) (orb.Point, bool) {
	dx, dy, ex, ey := s.bx-s.ax, s.by-s.ay, e.bx-e.ax, e.by-e.ay
	det := dx*ey - dy*ex
	if det == 0 {
		return orb.Point{}, false
	}
	t := ((e.ax-s.ax)*ey - (e.ay-s.ay)*ex) / det
	u := ((e.ax-s.ax)*dy - (e.ay-s.ay)*dx) / det
	const end = 1e-9
	if t <= end || t >= 1-end || u <= end || u >= 1-end {
		return orb.Point{}, false
	}
	return orb.Point{s.ax + t*dx, s.ay + t*dy}, true
}

// hole checks that a hole lies in its border.
func (r *areaReader) hole(where string, outer, ring orb.Ring) bool {
	shape := orb.MultiPolygon{{outer}}
	s := newSlabs(shape, shape.Bound())
	out := 0
	for _, p := range ring {
		if !s.holds(p) {
			out++
		}
	}
	if out*10 > len(ring) { // a hole may touch its border
		r.faults.add("%s: it lies outside its border: a hole must be inside; as an area of its own it is a part of a MultiPolygon", where)
		return false
	}
	return true
}

// Overlaps of neighbours up to these are drawing faults that no look-up cares for.
const (
	overlapShare = 0.01 // of the smaller one
	overlapRows  = 200
)

// overlaps looks for offices that claim the same ground. One above the other may: a Polsek lies in its Polres.
func (r *areaReader) overlaps() {
	for i := range r.areas {
		for j := range i {
			a, b := &r.areas[j], &r.areas[i]
			if !a.bound.Intersects(b.bound) || a.office != b.office && (r.offices.Below(a.office, b.office) || r.offices.Below(b.office, a.office)) {
				continue
			}
			km2 := overlap(a, b)
			share := km2 / min(a.km2, b.km2)
			if share <= overlapShare {
				if km2 > 0.5 {
					r.note("feature %d (%q) and feature %d (%q) overlap by %.1f km²: places there go to the smaller one", a.n, a.name, b.n, b.name, km2)
				}
				continue
			}
			r.faults.add("feature %d (%q): it overlaps feature %d (%q) by %.1f km², %.0f %% of the smaller: cut one of them along their border", b.n, b.name, a.n, a.name, km2, 100*share)
		}
	}
}

// overlap is the ground that two shapes share, by rows of latitude, exact in each.
func overlap(a, b *area) float64 {
	low, high := max(a.bound.Min[1], b.bound.Min[1]), min(a.bound.Max[1], b.bound.Max[1])
	if high <= low {
		return 0
	}
	step, sum := (high-low)/overlapRows, 0.0
	for k := range overlapRows {
		y := low + (float64(k)+0.5)*step
		xs, ys := a.slabs.row(y), b.slabs.row(y)
		for i, j := 0, 0; i+1 < len(xs) && j+1 < len(ys); {
			if from, to := max(xs[i], ys[j]), min(xs[i+1], ys[j+1]); to > from {
				sum += to - from
			}
			if xs[i+1] < ys[j+1] {
				i += 2
			} else {
				j += 2
			}
		}
	}
	at := Point{Lat: (low + high) / 2}
	return sum * step * kmPerDegree * float64(Between(at, Point{Lat: at.Lat, Lng: 1})) / 1000
}

// row is where a line of latitude goes in and out of the shape.
func (s slabs) row(y float64) []float64 {
	var xs []float64
	for _, e := range s.edges[s.slab(y)] {
		if (e.ay > y) != (e.by > y) {
			xs = append(xs, (e.bx-e.ax)*(y-e.ay)/(e.by-e.ay)+e.ax)
		}
	}
	slices.Sort(xs)
	return xs
}

// distance is how many letters differ between two words (Damerau-Levenshtein, neighbours swapped count once).
func distance(a, b string) int {
	s, t := []byte(a), []byte(b) // letters beyond a-z count by their bytes: nobody minds
	var room [3 * 64]int         // on the stack for what is usual
	rows := room[:]
	if n := 3 * (len(t) + 1); n > len(rows) {
		rows = make([]int, n)
	}
	n := len(t) + 1
	two, one, row := rows[:n], rows[n:2*n], rows[2*n:3*n]
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return one[len(t)]
}
