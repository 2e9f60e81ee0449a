package api

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Where units are, as apps of others tell it: a page can't go on telling it in a pocket. Each device has its own token.
// A refusal says what to change in the app; what is only of no use (too old, another kind of message) is taken in silence,
// since an app would send it again and again.

// fixMax is the largest message of such an app.
const fixMax = 32 << 10

const (
	knot  = 1852.0 / 3600 // m/s
	kmh   = 1 / 3.6       // m/s
	perDP = 5             // metres of error for each point of dilution, as receivers in phones have it
)

// fixError is what an app sends wrongly.
type fixError struct{ detail string }

func (e *fixError) Error() string { return e.detail }

func bad(detail string) error { return &fixError{detail} }

// errNoFix: a message without a position, which is no fault.
var errNoFix = errors.New("no position")

func (s *Server) positionOps(r chi.Router) {
	for _, op := range []struct {
		method, path, summary string
		read                  func(*http.Request) (token string, f dispatch.Fix, err error)
		answer                string
	}{
		{http.MethodPost, "/positions/owntracks", "Where a unit is, from OwnTracks in HTTP mode; the password is the device's token", ownTracks, "[]"},
		{http.MethodGet, "/positions/osmand", "Where a unit is, by the OsmAnd protocol; id is the device's token", osmAnd, ""},
		{http.MethodPost, "/positions/osmand", "Where a unit is, from Traccar Client (form, query or JSON); id is the device's token", osmAnd, ""},
	} {
		o := operation(op.method, op.path, op.summary, rule{open: true})
		o.Parameters = nil
		o.Description = "The device's token is asked for instead of a session."
		problem := &huma.MediaType{Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}
		o.Responses = map[string]*huma.Response{"200": {Description: "OK"}, "default": {
			Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": problem},
		}}
		s.api.OpenAPI().AddOperation(&o)
		r.MethodFunc(op.method, op.path, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, fixMax)
			token, f, err := op.read(r)
			if p := s.position(r, token, f, err); p != nil {
				write(w, p)
				return
			}
			if op.answer != "" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, op.answer) // the app went away: nothing to do
			}
		})
	}
}

// position takes one. Many phones share one address of a mobile network, so each device has a limit of its own, and only
// what has no token counts for its address.
func (s *Server) position(r *http.Request, token string, f dispatch.Fix, err error) *Problem {
	now := s.cfg.Now()
	d, ok := s.cfg.Staff.DeviceOf(token)
	if !ok {
		if !s.limits.stranger(remote(r), now) {
			return tooMany()
		}
		return problem(http.StatusUnauthorized, "unknown_device")
	}
	if !s.limits.take("d "+d.ID, deviceRate, deviceBurst, now) {
		return tooMany()
	}
	var wrong *fixError
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, errNoFix):
		return nil
	case errors.As(err, &large):
		return problem(http.StatusRequestEntityTooLarge, "too_large")
	case errors.As(err, &wrong):
		p := problem(http.StatusUnprocessableEntity, "bad_fix")
		p.Detail = wrong.detail
		return p
	case err != nil:
		p := problem(http.StatusBadRequest, "bad_fix")
		p.Detail = "the message can't be read"
		return p
	}
	f.Unit = incident.UnitID(d.Unit)
	return s.problemOf(s.cfg.Dispatch.Position(f))
}

// A tracker tells each second at most; one that comes out of a tunnel sends what it kept.
const deviceRate, deviceBurst = 5, 600

// ownTracks reads https://owntracks.org/booklet/tech/json/ and /http/: Basic authentication, one object a request.
func ownTracks(r *http.Request) (token string, f dispatch.Fix, err error) {
	_, token, _ = r.BasicAuth()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return token, f, err
	}
	if len(strings.TrimSpace(string(raw))) == 0 {
		return token, f, errNoFix // a friend was deleted in the app
	}
	var m struct {
		Type string   `json:"_type"`
		Lat  *float64 `json:"lat"`
		Lon  *float64 `json:"lon"`
		Tst  *float64 `json:"tst"`  // s
		Acc  *float64 `json:"acc"`  // m
		Vel  *float64 `json:"vel"`  // km/h
		Cog  *float64 `json:"cog"`  // degrees
		Batt *float64 `json:"batt"` // percent
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return token, f, bad("the body must be one JSON object as OwnTracks sends it in HTTP mode")
	}
	switch {
	case m.Type == "encrypted":
		return token, f, bad("switch off the encryption of payloads in OwnTracks: TLS protects it")
	case m.Type == "":
		return token, f, bad("_type is missing: OwnTracks writes \"location\"")
	case m.Type != "location":
		return token, f, errNoFix
	case m.Lat == nil || m.Lon == nil || m.Tst == nil:
		return token, f, bad("a location needs lat, lon and tst")
	}
	return token, fixOf("owntracks", *m.Lat, *m.Lon, seconds(*m.Tst), or(m.Acc, 0), scaled(m.Vel, kmh), or(m.Cog, -1), or(m.Batt, 0)), nil
}

// osmAnd reads https://www.traccar.org/osmand/: the query, a form, or the JSON of Traccar Client 9 and later.
func osmAnd(r *http.Request) (token string, f dispatch.Fix, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method == http.MethodPost && kind == "application/json" {
		return osmAndJSON(r)
	}
	if err := r.ParseForm(); err != nil {
		return "", f, err
	}
	q := r.Form
	token = q.Get("id")
	if token == "" {
		token = q.Get("deviceid")
	}
	if v := q.Get("valid"); v == "0" || v == "false" {
		return token, f, errNoFix
	}
	lat, lon := q.Get("lat"), q.Get("lon")
	if both := q.Get("location"); lat == "" && both != "" {
		lat, lon, _ = strings.Cut(both, ",")
	}
	if lat == "" && lon == "" {
		return token, f, errNoFix // a sign of life
	}
	var n numbers
	at, err := instant(q.Get("timestamp"))
	if err != nil {
		return token, f, err
	}
	f = fixOf("osmand", n.of("lat", lat), n.of("lon", lon), at, n.first(q, 0, "accuracy"), -1, n.first(q, -1, "bearing", "heading"), n.first(q, 0, "batt"))
	if v := n.first(q, -1, "speed"); v >= 0 {
		f.Speed = v * knot
	}
	if h := n.first(q, -1, "hdop"); f.Accuracy == 0 && h >= 0 {
		f.Accuracy = office.Metres(h * perDP)
	}
	return token, f, n.err
}

// osmAndJSON reads what the location library of Traccar Client sends.
func osmAndJSON(r *http.Request) (token string, f dispatch.Fix, err error) {
	var m struct {
		Device   string `json:"device_id"`
		Location *struct {
			Timestamp string `json:"timestamp"`
			Coords    *struct {
				Latitude  *float64 `json:"latitude"`
				Longitude *float64 `json:"longitude"`
				Accuracy  *float64 `json:"accuracy"`
				Speed     *float64 `json:"speed"` // m/s
				Heading   *float64 `json:"heading"`
			} `json:"coords"`
			Battery *struct {
				Level *float64 `json:"level"` // 0 to 1
			} `json:"battery"`
		} `json:"location"`
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return "", f, err
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return r.URL.Query().Get("id"), f, bad("the body must be JSON as Traccar Client 9 sends it")
	}
	if token = m.Device; token == "" {
		token = r.URL.Query().Get("id")
	}
	if m.Location == nil || m.Location.Coords == nil {
		return token, f, errNoFix
	}
	c := m.Location.Coords
	if c.Latitude == nil || c.Longitude == nil {
		return token, f, bad("coords needs latitude and longitude")
	}
	at, err := instant(m.Location.Timestamp)
	if err != nil {
		return token, f, err
	}
	battery := 0.0
	if b := m.Location.Battery; b != nil {
		battery = 100 * or(b.Level, 0)
	}
	return token, fixOf("osmand", *c.Latitude, *c.Longitude, at, or(c.Accuracy, 0), or(c.Speed, -1), or(c.Heading, -1), battery), nil
}

func fixOf(source string, lat, lon float64, at time.Time, accuracy, speed, heading, battery float64) dispatch.Fix {
	f := dispatch.Fix{
		At: office.Point{Lat: lat, Lng: lon}, Time: at, Accuracy: office.Metres(math.Max(0, accuracy)), Speed: speed, Heading: heading,
		Battery: int(math.Round(min(max(battery, 0), 100))), Source: source,
	}
	if f.Speed < 0 || math.IsNaN(f.Speed) {
		f.Speed = -1
	}
	if f.Heading < 0 || f.Heading > 360 || math.IsNaN(f.Heading) {
		f.Heading = -1
	}
	return f
}

func or(p *float64, def float64) float64 {
	if p == nil {
		return def
	}
	return *p
}

func scaled(p *float64, by float64) float64 {
	if p == nil || *p < 0 {
		return -1
	}
	return *p * by
}

func seconds(s float64) time.Time {
	if math.IsNaN(s) || math.Abs(s) > 1e11 {
		return time.Time{}
	}
	whole, part := math.Modf(s)
	return time.Unix(int64(whole), int64(part*1e9)).UTC()
}

// instant reads a time as apps write it: seconds or milliseconds since 1970, or a date in UTC.
func instant(s string) (time.Time, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if math.Abs(n) > 1e11 { // milliseconds: as seconds it would be after the year 5000
			n /= 1000
		}
		return seconds(n), nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, bad("timestamp must be seconds or milliseconds since 1970, or a date like 2026-11-23T06:32:00Z")
}

// numbers reads numbers of a form and keeps the first fault.
type numbers struct{ err error }

func (n *numbers) of(name, s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if (err != nil || math.IsInf(v, 0)) && n.err == nil {
		n.err = bad(name + " must be a number like -1.2654")
	}
	return v
}

// first is the first of these that is there.
func (n *numbers) first(q url.Values, def float64, names ...string) float64 {
	for _, name := range names {
		if s := q.Get(name); s != "" {
			return n.of(name, s)
		}
	}
	return def
}
