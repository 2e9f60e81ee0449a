package office

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// Level is one step of the ladder that a waiting call climbs: these offices ring as well as all before them.
type Level struct {
	Offices []ID          `json:"offices"`
	All     bool          `json:"all,omitempty"`  // all READY seats ring from the beginning; else one, longest idle first
	Wait    time.Duration `json:"wait,omitempty"` // then the next level is added; 0: the T_level of the call's office
}

// Plan says where calls go, as data (CALL.md, route plans): the first rule that fits gives the ladder.
type Plan struct {
	Name    string    `json:"name"`
	Version int       `json:"version"`
	From    time.Time `json:"from"` // holds from then on; of several plans the latest begun one holds
	Rules   []Rule    `json:"rules"`
}

// Rule is one line of a plan. Empty conditions fit everything.
type Rule struct {
	Trunk   string `json:"trunk,omitempty"`
	Dialled string `json:"dialled,omitempty"` // number that was dialled: "110"
	Number  string `json:"number,omitempty"`  // beginning of the caller's number: "+62542"
	Area    ID     `json:"area,omitempty"`    // the caller is in the area of this office or one below it
	Hours   string `json:"hours,omitempty"`   // local hours of the trunk's office: "22-06"
	Levels  []Step `json:"levels"`
}

// Step is a level before it is known who calls. Office is an id, or a role: "@polda" is the office of the trunk,
// "@polres" and "@polsek" those of the caller's area, "@mabes" the top. A role that nobody fills, or whose office has no
// seat, is passed over.
type Step struct {
	Office string        `json:"office"`
	All    bool          `json:"all,omitempty"`
	Wait   time.Duration `json:"wait,omitempty"`
}

// PlanA is the mission's: Polda first.
func PlanA() Plan {
	return Plan{Name: "A", Version: 1, Rules: []Rule{{Levels: []Step{{Office: "@polda"}, {Office: "@mabes", All: true}}}}}
}

// PlanB is the national rule since January 2026: nearest first, each level added after T_level.
func PlanB() Plan {
	return Plan{Name: "B", Version: 1, Rules: []Rule{{Levels: []Step{
		{Office: "@polsek", All: true}, {Office: "@polres", All: true}, {Office: "@polda", All: true}, {Office: "@mabes", All: true},
	}}}}
}

// Plans are all versions of a site's route plan.
type Plans []Plan

// ErrPlan is wrapped by every fault in a route plan.
var ErrPlan = errors.New("route plan")

// ReadPlans reads a JSON list of plans and checks it against the offices. The words "A" and "B" alone give the presets.
func ReadPlans(r io.Reader, d *Directory) (Plans, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var raw []planFile
	if err := dec.Decode(&raw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	var out Plans
	for _, p := range raw {
		plan, err := p.plan()
		if err != nil {
			return nil, err
		}
		out = append(out, plan)
	}
	return out, out.Check(d)
}

// planFile is a plan as people write it: waits in words ("10s"), presets by name.
type planFile struct {
	Preset  string    `json:"preset"`
	Name    string    `json:"name"`
	Version int       `json:"version"`
	From    time.Time `json:"from"`
	Rules   []struct {
		Trunk   string `json:"trunk"`
		Dialled string `json:"dialled"`
		Number  string `json:"number"`
		Area    ID     `json:"area"`
		Hours   string `json:"hours"`
		Levels  []struct {
			Office string `json:"office"`
			All    bool   `json:"all"`
			Wait   string `json:"wait"`
		} `json:"levels"`
	} `json:"rules"`
}

func (f planFile) plan() (Plan, error) {
	p := Plan{Name: f.Name, Version: f.Version, From: f.From}
	switch f.Preset {
	case "":
	case "A":
		p = PlanA()
	case "B":
		p = PlanB()
	default:
		return p, fmt.Errorf("%w: there is no preset %q: choose \"A\" (Polda first) or \"B\" (nearest first)", ErrPlan, f.Preset)
	}
	if f.Preset != "" {
		if len(f.Rules) > 0 {
			return p, fmt.Errorf("%w %s: a preset has its own rules: leave out rules, or leave out preset", ErrPlan, f.Preset)
		}
		p.From, p.Version = f.From, max(f.Version, 1)
		return p, nil
	}
	for i, r := range f.Rules {
		rule := Rule{Trunk: r.Trunk, Dialled: r.Dialled, Number: r.Number, Area: r.Area, Hours: r.Hours}
		for _, l := range r.Levels {
			s := Step{Office: l.Office, All: l.All}
			if l.Wait != "" {
				w, err := time.ParseDuration(l.Wait)
				if err != nil {
					return p, fmt.Errorf("%w %s, rule %d: wait %q: write it like \"10s\"", ErrPlan, p.Name, i+1, l.Wait)
				}
				s.Wait = w
			}
			rule.Levels = append(rule.Levels, s)
		}
		p.Rules = append(p.Rules, rule)
	}
	return p, nil
}

// Check names the first thing in the plans that can't work.
func (ps Plans) Check(d *Directory) error {
	for _, p := range ps {
		if len(p.Rules) == 0 {
			return fmt.Errorf("%w %s: it has no rules", ErrPlan, p.Name)
		}
		for i, r := range p.Rules {
			where := fmt.Errorf("%w %s, rule %d", ErrPlan, p.Name, i+1)
			if len(r.Levels) == 0 {
				return fmt.Errorf("%w: it has no levels", where)
			}
			if _, _, ok := parseHours(r.Hours); !ok {
				return fmt.Errorf("%w: hours %q: write them like \"22-06\"", where, r.Hours)
			}
			if _, ok := d.Get(r.Area); r.Area != "" && !ok {
				return fmt.Errorf("%w: area %s: %w", where, r.Area, ErrUnknown)
			}
			for _, s := range r.Levels {
				if s.Wait != 0 && (s.Wait < 5*time.Second || s.Wait > 30*time.Second) {
					return fmt.Errorf("%w: wait %v: choose between 5s and 30s", where, s.Wait)
				}
				if strings.HasPrefix(s.Office, "@") {
					if !slices.Contains([]string{"@polsek", "@polres", "@polda", "@mabes"}, s.Office) {
						return fmt.Errorf("%w: %s is no role: choose @polsek, @polres, @polda or @mabes", where, s.Office)
					}
				} else if _, ok := d.Get(ID(s.Office)); !ok {
					return fmt.Errorf("%w: office %q: %w", where, s.Office, ErrUnknown)
				}
			}
		}
	}
	return nil
}

// Arriving is what is known of a call at the door.
type Arriving struct {
	Office  ID     // of the trunk: who owns the call
	Trunk   string // its name
	Dialled string
	From    Number // empty when unknown
	Place   *Point // nil when unknown
	At      time.Time
}

// Route is what a plan gives for a call.
type Route struct {
	Plan   string // "A 1": name and version
	Area   ID     // the nearest office of the caller's area, empty when unknown
	Levels []Level
}

// Find gives the ladder of a call: never empty, at the least the trunk's own office.
func (ps Plans) Find(d *Directory, a Arriving) Route {
	plan := PlanA()
	var best time.Time
	for _, p := range ps {
		if !p.From.After(a.At) && !p.From.Before(best) {
			plan, best = p, p.From
		}
	}
	r := Route{Plan: fmt.Sprintf("%s %d", plan.Name, plan.Version), Area: d.areaOf(a)}
	for _, rule := range plan.Rules {
		if !rule.fits(d, a, r.Area) {
			continue
		}
		for _, s := range rule.Levels {
			id, ok := d.fill(s.Office, a.Office, r.Area)
			if !ok || slices.ContainsFunc(r.Levels, func(l Level) bool { return slices.Contains(l.Offices, id) }) {
				continue
			}
			r.Levels = append(r.Levels, Level{Offices: []ID{id}, All: s.All, Wait: s.Wait})
		}
		break
	}
	if len(r.Levels) == 0 {
		r.Levels = []Level{{Offices: []ID{a.Office}}}
	}
	return r
}

func (r Rule) fits(d *Directory, a Arriving, area ID) bool {
	from, to, _ := parseHours(r.Hours)
	of, _ := d.Get(a.Office)
	hour := a.At.In(of.Location()).Hour()
	in := from == to || from < to && hour >= from && hour < to || from > to && (hour >= from || hour < to)
	return in && (r.Trunk == "" || r.Trunk == a.Trunk) && (r.Dialled == "" || r.Dialled == a.Dialled) &&
		strings.HasPrefix(string(a.From), r.Number) && (r.Area == "" || area != "" && d.Below(r.Area, area))
}

// parseHours reads "22-06"; empty is the whole day.
func parseHours(s string) (from, to int, ok bool) {
	if s == "" {
		return 0, 0, true
	}
	n, err := fmt.Sscanf(s, "%d-%d", &from, &to)
	return from, to, n == 2 && err == nil && from >= 0 && from < 24 && to >= 0 && to <= 24 && from != to
}

// fill finds the office of a step; false when nobody fills it or nobody sits there.
func (d *Directory) fill(step string, owner, area ID) (ID, bool) {
	want := map[string]Kind{"@polsek": Polsek, "@polres": Polres, "@mabes": Mabes}[step]
	id := ID(step)
	switch {
	case step == "@polda":
		id = owner
	case want == Mabes:
		id = d.above(owner, Mabes)
	case want != "":
		id = d.above(area, want)
	}
	o, ok := d.Get(id)
	return id, ok && o.Seats > 0
}

// above is id itself or the first office over it of the kind; empty when there is none.
func (d *Directory) above(id ID, k Kind) ID {
	for id != "" {
		o, ok := d.Get(id)
		if !ok {
			return ""
		}
		if o.Kind == k {
			return id
		}
		id = o.Parent
	}
	return ""
}

// Likely is the office below a.Office that a call probably concerns; empty when neither place nor number tell.
func (d *Directory) Likely(a Arriving) ID { return d.areaOf(a) }

// areaOf is the office below the trunk's whose area the caller is in: by the place if one came, else by the beginning of
// a landline's number. Without areas on a map the nearest house counts.
func (d *Directory) areaOf(a Arriving) ID {
	var below []Office
	for _, o := range d.list {
		if o.ID != a.Office && d.Below(a.Office, o.ID) {
			below = append(below, o)
		}
	}
	if a.Place != nil {
		var found ID
		least := Metres(math.MaxFloat64)
		for _, o := range below {
			if m := Distance(*a.Place, o.At); m < least && o.At != (Point{}) {
				found, least = o.ID, m
			}
		}
		return found
	}
	var found ID
	longest := 0
	for _, o := range below {
		for _, p := range o.Prefixes {
			if len(p) > longest && strings.HasPrefix(string(a.From), p) {
				found, longest = o.ID, len(p)
			}
		}
	}
	return found
}

// Distance between two points on the ground, by the haversine formula on a sphere of 6371 km.
func Distance(a, b Point) Metres {
	const r = 6_371_000
	rad := func(x float64) float64 { return x * math.Pi / 180 }
	dLat, dLng := rad(b.Lat-a.Lat), rad(b.Lng-a.Lng)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*math.Pow(math.Sin(dLng/2), 2)
	return Metres(2 * r * math.Asin(math.Min(1, math.Sqrt(h))))
}

// Offer is one line of what a plan would do, for `siaga route try`.
type Offer struct {
	After  time.Duration
	Office ID
	All    bool
}

// Offers tells who would ring when, if nobody answered. level is the T_level of the call's office.
func (r Route) Offers(level time.Duration) []Offer {
	var out []Offer
	var at time.Duration
	for i, l := range r.Levels {
		for _, o := range l.Offices {
			out = append(out, Offer{After: at, Office: o, All: l.All || i > 0})
		}
		at += cmp.Or(l.Wait, level)
	}
	return out
}
