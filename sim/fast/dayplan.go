package fast

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// dayStart is when a day of dispatching begins: Monday, 7 in the morning, when the first shift does.
var dayStart = time.Date(2026, 11, 23, 7, 0, 0, 0, time.FixedZone("WITA", 8*3600))

// trouble is one thing that happens; the same for each policy.
type trouble struct {
	n       int
	ring    time.Time // first ring
	at      office.Point
	told    office.Point // where the caller says it is
	kind    string
	units   int // that it needs
	talk    time.Duration
	accept  time.Duration
	assign  time.Duration
	close   time.Duration
	onScene time.Duration
}

// span is a stretch of time.
type span struct{ from, to time.Time }

func (s span) holds(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

// roster is what a unit will do that depends on nobody: shifts, breaks, and when its phone is heard.
type roster struct {
	Units
	n      int
	sign   string
	beat   office.ID // whose ground it patrols
	shifts []span
	breaks []span
	told   []bool // whether somebody hears of that break
	silent []span // its phone is not heard
	dead   []span // the part of it for which the phone is dead
	phase  time.Duration
}

// draw gives dice that are the same for the same seed and names, whatever else was drawn.
func draw(seed uint64, names ...any) *rand.Rand {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, names...) // a hash takes everything
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// troubles draws a day's reports.
func (f *DayFile) troubles(seed uint64, s *streets) []trouble {
	r := draw(seed, "troubles")
	list := make([]trouble, f.Day.Incidents)
	for i := range list {
		hour := weighted(r, len(f.Day.ByHour), func(h int) float64 { return f.Day.ByHour[h] })
		at := dayStart.Add(time.Duration((hour-dayStart.Hour()+24)%24)*time.Hour + sec(3600*r.Float64()))
		spot := f.Spots[weighted(r, len(f.Spots), func(n int) float64 { return f.Spots[n].Weight })]
		place := s.nodes[s.corner(moved(office.Point{Lat: spot.Lat, Lng: spot.Lng}, spot.Spread*r.NormFloat64(), spot.Spread*r.NormFloat64()))]
		away, angle := f.Day.PlaceError.draw(r).Seconds(), 2*math.Pi*r.Float64()
		k := f.Kinds[weighted(r, len(f.Kinds), func(n int) float64 { return f.Kinds[n].Share })]
		t := trouble{
			ring: at, at: place, told: moved(place, away*math.Sin(angle), away*math.Cos(angle)), kind: k.Kind, units: 1,
			talk: f.Desk.Talk.draw(r), accept: f.Desk.Accept.draw(r), assign: f.Desk.Assign.draw(r), close: f.Desk.Close.draw(r),
			onScene: k.OnScene.draw(r),
		}
		if r.Float64() < k.Second {
			t.units = 2
		}
		list[i] = t
	}
	slices.SortStableFunc(list, func(a, b trouble) int { return a.ring.Compare(b.ring) })
	for i := range list {
		list[i].n = i
	}
	return list
}

func weighted(r *rand.Rand, n int, weight func(int) float64) int {
	sum := 0.0
	for i := range n {
		sum += weight(i)
	}
	x := sum * r.Float64()
	for i := range n {
		if x -= weight(i); x < 0 {
			return i
		}
	}
	return n - 1
}

// moved is a place so many metres to the north and east of another.
func moved(p office.Point, up, right float64) office.Point {
	return office.Point{Lat: p.Lat + up/degree, Lng: p.Lng + right/degree/math.Cos(p.Lat*math.Pi/180)}
}

// rosters draws who is on duty when, and the holes in the reach of their phones.
func (f *DayFile) rosters(seed uint64) []*roster {
	var list []*roster
	for _, sort := range f.Units {
		for range sort.N {
			u := &roster{Units: sort, n: len(list), sign: fmt.Sprintf("Unit %02d", len(list)+1), beat: sort.House}
			list = append(list, u)
		}
	}
	end := dayStart.Add(48 * time.Hour)
	for _, u := range list {
		r := draw(seed, "roster ", u.n)
		if u.House == f.Houses[0].ID && len(f.Houses) > 1 {
			u.beat = f.Houses[1+r.IntN(len(f.Houses)-1)].ID // the Polres' own go where they are needed
		}
		u.phase = sec(f.Links.Every * r.Float64())
		for day := -1; day < 2; day++ {
			for i, hour := range f.Crews.Shifts {
				from := dayStart.Add(time.Duration(24*day+hour-dayStart.Hour()) * time.Hour)
				to := dayStart.Add(time.Duration(24*day+24+f.Crews.Shifts[0]-dayStart.Hour()) * time.Hour)
				if i+1 < len(f.Crews.Shifts) {
					to = from.Add(time.Duration(f.Crews.Shifts[i+1]-hour) * time.Hour)
				}
				if r.Float64() < f.Crews.OnDuty[i] {
					u.shift(f, r, span{from.Add(f.Crews.Late.draw(r)), to})
				}
			}
		}
		for t := dayStart.Add(-9 * time.Hour).Add(sec(f.Links.Up.Median * r.Float64())); t.Before(end); {
			down := span{t, t.Add(f.Links.Down.draw(r))}
			u.silent = append(u.silent, down)
			t = down.to.Add(f.Links.Up.draw(r))
		}
		u.silent = append(u.silent, u.dead...)
		slices.SortFunc(u.silent, func(a, b span) int { return a.from.Compare(b.from) })
	}
	return list
}

func (u *roster) shift(f *DayFile, r *rand.Rand, s span) {
	u.shifts = append(u.shifts, s)
	half := s.to.Sub(s.from) / 4
	pause := s.from.Add(half + time.Duration(float64(2*half)*r.Float64()))
	u.breaks = append(u.breaks, span{pause, pause.Add(f.Crews.Break.draw(r))})
	u.told = append(u.told, r.Float64() < f.Crews.BreakTold)
	if r.Float64() < f.Links.Dead {
		u.dead = append(u.dead, span{s.from.Add(time.Duration(float64(s.to.Sub(s.from)) * r.Float64())), s.to})
	}
}

// heard is the first instant from t on at which its phone is heard.
func (u *roster) heard(t time.Time) time.Time {
	for _, s := range u.silent {
		if s.holds(t) {
			t = s.to
		}
	}
	return t
}

// posted is when its phone last said where it is, not after t.
func (u *roster) posted(t time.Time, every time.Duration) (time.Time, bool) {
	first := dayStart.Add(-9*time.Hour + u.phase)
	for {
		at := first.Add(t.Sub(first).Truncate(every))
		if at.Before(first) {
			return at, false
		}
		gone := false
		for i := len(u.silent) - 1; i >= 0; i-- {
			if u.silent[i].holds(at) {
				t, gone = u.silent[i].from.Add(-1), true
				break
			}
		}
		on := -1
		for i, s := range u.shifts {
			if !at.Before(s.from) {
				on = i
			}
		}
		switch {
		case gone:
		case on < 0:
			return at, false
		default:
			return at, true
		}
	}
}
