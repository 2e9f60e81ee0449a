package dispatch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/siaga110/siaga/office"
)

// Roads asks a router how long ways take by car. The recommendation never waits for it longer than RoadLimit.
type Roads interface {
	// Times gives the time from each place to one; below zero where no way leads.
	Times(ctx context.Context, from []office.Point, to office.Point) ([]time.Duration, error)
}

// RoadLimit is how long a router may think: whoever presses the key shall not wait for it.
const RoadLimit = 300 * time.Millisecond

const (
	roadMost   = 60 // units that are asked for: the nearest by the estimate (OSRM takes 100 places in one question)
	roadRest   = 30 * time.Second
	roadFaults = 3
	roadAnswer = 1 << 20
)

// ErrRoads is wrapped by what a router did wrong.
var ErrRoads = errors.New("router")

// NewRoads speaks to a router: kind "osrm" (its table service) or "valhalla" (sources_to_targets). base is like
// "http://127.0.0.1:5000".
func NewRoads(kind, base string) (Roads, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: %q is no address: write it like http://127.0.0.1:5000", ErrRoads, base)
	}
	c := &http.Client{Timeout: 2 * RoadLimit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	base = strings.TrimSuffix(base, "/")
	switch kind {
	case "osrm":
		return osrm{c, base}, nil
	case "valhalla":
		return valhalla{c, base}, nil
	}
	return nil, fmt.Errorf("%w: %q is not known: use osrm or valhalla", ErrRoads, kind)
}

type osrm struct {
	http *http.Client
	base string
}

// Times asks the table service (OSRM HTTP API v1, /table).
func (o osrm) Times(ctx context.Context, from []office.Point, to office.Point) ([]time.Duration, error) {
	var places, sources strings.Builder
	fmt.Fprintf(&places, "%.6f,%.6f", to.Lng, to.Lat)
	for i, p := range from {
		fmt.Fprintf(&places, ";%.6f,%.6f", p.Lng, p.Lat)
		if i > 0 {
			sources.WriteByte(';')
		}
		fmt.Fprint(&sources, i+1)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet,
		o.base+"/table/v1/driving/"+places.String()+"?annotations=duration&destinations=0&sources="+sources.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRoads, err)
	}
	var answer struct {
		Code      string       `json:"code"`
		Message   string       `json:"message"`
		Durations [][]*float64 `json:"durations"`
	}
	if err := ask(o.http, req, &answer); err != nil {
		return nil, err
	}
	if answer.Code != "Ok" || len(answer.Durations) != len(from) {
		return nil, fmt.Errorf("%w: it answers %q %q with %d rows for %d places", ErrRoads, answer.Code, answer.Message, len(answer.Durations), len(from))
	}
	out := make([]time.Duration, len(from))
	for i, row := range answer.Durations {
		if len(row) != 1 {
			return nil, fmt.Errorf("%w: row %d has %d times, want 1", ErrRoads, i, len(row))
		}
		out[i] = seconds(row[0])
	}
	return out, nil
}

type valhalla struct {
	http *http.Client
	base string
}

type valhallaPlace struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Times asks the matrix service (Valhalla, /sources_to_targets).
func (v valhalla) Times(ctx context.Context, from []office.Point, to office.Point) ([]time.Duration, error) {
	question := struct {
		Sources []valhallaPlace `json:"sources"`
		Targets []valhallaPlace `json:"targets"`
		Costing string          `json:"costing"`
	}{Targets: []valhallaPlace{{to.Lat, to.Lng}}, Costing: "auto"}
	for _, p := range from {
		question.Sources = append(question.Sources, valhallaPlace{p.Lat, p.Lng})
	}
	raw, err := json.Marshal(question)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRoads, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+"/sources_to_targets", bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRoads, err)
	}
	req.Header.Set("Content-Type", "application/json")
	var answer struct {
		Rows [][]struct {
			Time *float64 `json:"time"`
		} `json:"sources_to_targets"`
	}
	if err := ask(v.http, req, &answer); err != nil {
		return nil, err
	}
	if len(answer.Rows) != len(from) {
		return nil, fmt.Errorf("%w: %d rows for %d places", ErrRoads, len(answer.Rows), len(from))
	}
	out := make([]time.Duration, len(from))
	for i, row := range answer.Rows {
		if len(row) != 1 {
			return nil, fmt.Errorf("%w: row %d has %d times, want 1", ErrRoads, i, len(row))
		}
		out[i] = seconds(row[0].Time)
	}
	return out, nil
}

// seconds reads a router's time; null, and what no ride on earth takes, is no way.
func seconds(s *float64) time.Duration {
	if s == nil || !(*s >= 0 && *s < 7*24*3600) {
		return -1
	}
	return time.Duration(*s * float64(time.Second))
}

func ask(c *http.Client, req *http.Request, into any) error {
	res, err := c.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRoads, err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, roadAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRoads, err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: it answers %s", ErrRoads, res.Status)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: its answer can't be read: %w", ErrRoads, err)
	}
	return nil
}

// Adviser recommends with a router when there is one and it answers in time, else by the estimate. It remembers a router that
// fails, so that not each question waits for it.
type Adviser struct {
	Roads  Roads // nil: none
	Speeds Speeds

	mu     sync.Mutex
	faults int
	again  time.Time
}

// Recommend is Recommend, with road times for the nearest units. err tells why there are none though a router is set.
func (a *Adviser) Recommend(ctx context.Context, s Scene, units []Candidate, land *office.Land) ([]Advice, error) {
	m := Means{Land: land, Speeds: a.Speeds}
	list := Recommend(s, units, m)
	if a.Roads == nil || len(list) == 0 {
		return list, nil
	}
	a.mu.Lock()
	resting := a.faults >= roadFaults && time.Now().Before(a.again)
	a.mu.Unlock()
	if resting {
		return list, fmt.Errorf("%w: it failed %d times, the estimate holds", ErrRoads, roadFaults)
	}
	var from []office.Point
	var whose []int
	for _, one := range list {
		u := units[one.i]
		if u.Kind == "perahu" || u.Kind == "jalan_kaki" || len(from) == roadMost {
			continue
		}
		p := u.Home
		if u.At != nil && (one.Seen <= staleMost || p == (office.Point{})) {
			p = *u.At
		}
		from, whose = append(from, p), append(whose, one.i)
	}
	if len(from) == 0 {
		return list, nil
	}
	timed, stop := context.WithTimeout(ctx, RoadLimit)
	defer stop()
	times, err := a.Roads.Times(timed, from, s.At)
	if err == nil && len(times) != len(from) {
		err = fmt.Errorf("%w: %d times for %d places", ErrRoads, len(times), len(from))
	}
	a.mu.Lock()
	if err != nil {
		a.faults++
		a.again = time.Now().Add(roadRest)
	} else {
		a.faults = 0
	}
	a.mu.Unlock()
	if err != nil {
		return list, err
	}
	by := make(map[int]time.Duration, len(times))
	for n, t := range times {
		if t < 0 {
			continue // the router knows no way: the estimate may
		}
		if units[whose[n]].Kind == "motor" {
			t = time.Duration(float64(t) * motorcycle)
		}
		by[whose[n]] = t
	}
	m.Road = func(i int) (time.Duration, bool) { t, ok := by[i]; return t, ok }
	return Recommend(s, units, m), nil
}

// motorcycle is what a motorcycle takes of a car's time in a town.
const motorcycle = 0.8
