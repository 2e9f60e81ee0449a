package fast

import (
	"bytes"
	_ "embed" // day.json, town.geojson
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/siaga110/siaga/office"
)

//go:embed day.json
var dayFile []byte

// townFile is the simulated town as its office would import it: areas of its Polsek, water, bridges.
//
//go:embed town.geojson
var townFile []byte

// Spot is where things happen, more often than elsewhere.
type Spot struct {
	Name   string  `json:"name"`
	Lat    float64 `json:"lat"`
	Lng    float64 `json:"lng"`
	Spread float64 `json:"spread"` // metres, of a normal draw in both directions
	Weight float64 `json:"weight"`
}

// Trouble is a kind of report.
type Trouble struct {
	Kind    string  `json:"kind"`
	Share   float64 `json:"share"`
	OnScene Time    `json:"onScene"`
	Second  float64 `json:"second"` // share that needs a second unit
}

// Units are some of the same sort.
type Units struct {
	House  office.ID `json:"house"`
	Kind   string    `json:"kind"`
	N      int       `json:"n"`
	Skills []string  `json:"skills"`
}

// DayFile is the file of distributions of a day of dispatching.
type DayFile struct {
	About   string            `json:"about"`
	Sources map[string]string `json:"sources"`
	Day     struct {
		Incidents  int       `json:"incidents"`
		ByHour     []float64 `json:"byHour"`
		PlaceError Time      `json:"placeError"` // metres between the place that is told and the real one
		Source     []string  `json:"source"`
	} `json:"day"`
	Spots      []Spot    `json:"spots"`
	SpotSource []string  `json:"spotSource"`
	Kinds      []Trouble `json:"kinds"`
	KindSource []string  `json:"kindSource"`
	Desk       struct {
		Talk   Time     `json:"talk"`   // from the first ring until the report is at the Polres
		Accept Time     `json:"accept"` // until its dispatcher has taken it
		Assign Time     `json:"assign"` // until they have pressed the key
		Close  Time     `json:"close"`  // after the last unit
		Radio  Time     `json:"radio"`  // to reach a crew by radio
		Source []string `json:"source"`
	} `json:"desk"`
	Houses []struct {
		ID    office.ID   `json:"id"`
		Kind  office.Kind `json:"kind"`
		Short string      `json:"short"`
		Lat   float64     `json:"lat"`
		Lng   float64     `json:"lng"`
	} `json:"houses"`
	Units      []Units  `json:"units"`
	UnitSource []string `json:"unitSource"`
	Crews      struct {
		Shifts      []int     `json:"shifts"` // hours at which they begin, the night's last
		OnDuty      []float64 `json:"onDuty"` // share of the units, by shift
		Late        Time      `json:"late"`
		Patrol      Time      `json:"patrol"` // how long a round goes
		House       Time      `json:"house"`  // how long a crew sits at its house
		PatrolShare float64   `json:"patrolShare"`
		Stand       Time      `json:"stand"` // on a round, somewhere
		StandShare  float64   `json:"standShare"`
		Cruise      float64   `json:"cruise"` // of the traffic's speed
		Break       Time      `json:"break"`
		BreakTold   float64   `json:"breakTold"` // share of breaks that somebody is told of
		AckOut      Time      `json:"ackOut"`    // a crew that is out hears the phone
		DepartOut   Time      `json:"departOut"`
		AckHouse    Time      `json:"ackHouse"`
		DepartHouse Time      `json:"departHouse"`
		DepartBreak Time      `json:"departBreak"`
		Cannot      float64   `json:"cannot"` // share of jobs that a crew can't take, for a reason nobody knew
		Forget      float64   `json:"forget"` // share of jobs whose end is told late
		Forgets     Time      `json:"forgets"`
		Source      []string  `json:"source"`
	} `json:"crews"`
	Links struct {
		Every     float64  `json:"every"` // seconds between two positions
		Noise     float64  `json:"noise"` // metres
		Up        Time     `json:"up"`
		Down      Time     `json:"down"`
		Dead      float64  `json:"dead"`      // share of shifts in which the phone dies
		RadioNews Time     `json:"radioNews"` // a crew whose phone is dead tells its state by radio so late
		Source    []string `json:"source"`
	} `json:"links"`
	Roads struct {
		Main []struct {
			Name   string       `json:"name"`
			OneWay bool         `json:"oneWay"`
			Line   [][2]float64 `json:"line"` // longitude, latitude
		} `json:"main"`
		Kmh          map[string]float64   `json:"kmh"`
		ByHour       map[string][]float64 `json:"byHour"` // share of kmh that the traffic leaves
		Noise        float64              `json:"noise"`  // sigma of the logarithm of each street's own speed, each day anew
		Relief       float64              `json:"relief"` // a motorcycle suffers byHour to this power
		Most         map[string]float64   `json:"most"`   // km/h by kind of unit
		Walk         float64              `json:"walk"`   // km/h
		Corner       float64              `json:"corner"` // seconds at each
		RainDays     float64              `json:"rainDays"`
		RainHours    int                  `json:"rainHours"`
		Rain         float64              `json:"rain"`
		Curve        float64              `json:"curve"` // streets are so much longer than straight, at most
		Hills        float64              `json:"hills"` // and so much more on hills
		Missing      float64              `json:"missing"`
		MissingHills float64              `json:"missingHills"`
		HillAt       [][3]float64         `json:"hillAt"` // latitude, longitude, metres
		Source       []string             `json:"source"`
	} `json:"roads"`
}

// ReadDay reads the file that is built in.
func ReadDay() (*DayFile, error) {
	f := &DayFile{}
	if err := json.Unmarshal(dayFile, f); err != nil {
		return nil, fmt.Errorf("day.json: %w", err)
	}
	return f, f.check()
}

// classes of streets, the widest first.
var classes = []string{"primary", "secondary", "tertiary", "residential"}

// check: every part says where its figures come from, shares are shares, and the lists are whole.
func (f *DayFile) check() error {
	for part, list := range map[string][]string{
		"day": f.Day.Source, "spots": f.SpotSource, "kinds": f.KindSource, "desk": f.Desk.Source, "units": f.UnitSource,
		"crews": f.Crews.Source, "links": f.Links.Source, "roads": f.Roads.Source,
	} {
		if len(list) == 0 {
			return fmt.Errorf("day.json: %q has no source", part)
		}
		for _, s := range list {
			if f.Sources[s] == "" {
				return fmt.Errorf("day.json: %q names the source %q, which is not listed", part, s)
			}
		}
	}
	sum := 0.0
	for _, k := range f.Kinds {
		sum += k.Share
		if !share(k.Share) || !share(k.Second) {
			return fmt.Errorf("day.json: kind %q has a share that is none", k.Kind)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("day.json: the shares of kinds add up to %v, not 1", sum)
	}
	c := f.Crews
	for _, p := range append([]float64{c.PatrolShare, c.StandShare, c.Cruise, c.BreakTold, c.Cannot, c.Forget, f.Links.Dead, f.Roads.RainDays, f.Roads.Missing}, c.OnDuty...) {
		if !share(p) {
			return fmt.Errorf("day.json: %v is no share", p)
		}
	}
	if len(f.Day.ByHour) != 24 || len(c.Shifts) == 0 || len(c.Shifts) != len(c.OnDuty) || !slices.IsSorted(c.Shifts) {
		return fmt.Errorf("day.json: byHour has %d hours, shifts are %v with %d shares", len(f.Day.ByHour), c.Shifts, len(c.OnDuty))
	}
	for _, class := range classes {
		if f.Roads.Kmh[class] <= 0 || len(f.Roads.ByHour[class]) != 24 {
			return fmt.Errorf("day.json: streets of class %q need a speed and 24 hours", class)
		}
	}
	if f.Day.Incidents < 1 || f.Links.Every < 1 || len(f.Spots) == 0 || len(f.Houses) == 0 || len(f.Units) == 0 {
		return fmt.Errorf("day.json: it has %d incidents, %d spots, %d houses", f.Day.Incidents, len(f.Spots), len(f.Houses))
	}
	return nil
}

func share(p float64) bool { return p >= 0 && p <= 1 }

// offices is the town's directory: a Polres with its Polsek.
func (f *DayFile) offices() (*office.Directory, error) {
	type file struct {
		ID     office.ID    `json:"id"`
		Kind   office.Kind  `json:"kind"`
		Parent office.ID    `json:"parent,omitempty"`
		Name   string       `json:"name"`
		Short  string       `json:"short"`
		Code   string       `json:"code"`
		Zone   string       `json:"zone"`
		Seats  int          `json:"seats"`
		At     office.Point `json:"at"`
	}
	list := []file{{ID: "polda", Kind: office.Polda, Name: "Polda", Short: "Polda", Code: "SIM", Zone: "Asia/Makassar", Seats: 1}}
	for _, h := range f.Houses {
		one := file{
			ID: h.ID, Kind: h.Kind, Parent: "polda", Name: h.Short, Short: h.Short, Code: "SIM-" + string(h.ID), Zone: "Asia/Makassar",
			Seats: 1, At: office.Point{Lat: h.Lat, Lng: h.Lng},
		}
		if h.Kind == office.Polsek {
			one.Parent = f.Houses[0].ID
		}
		list = append(list, one)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("day.json: houses: %w", err)
	}
	d, err := office.Read(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("day.json: houses: %w", err)
	}
	return d, nil
}
