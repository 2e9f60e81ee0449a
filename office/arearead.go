package office

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

//go:embed areas-kaltim.geojson
var kaltimAreas []byte

// KaltimAreas is a coarse drawing by hand of the ten Polres of Kalimantan Timur, of the sea, the bay of Balikpapan and the lower
// Mahakam with its bridges: for demonstrations, and so that a new site has an idea of its water. No border in it is official.
func KaltimAreas() []byte { return bytes.Clone(kaltimAreas) }

// AreaOptions are how an area file is to be read.
type AreaOptions struct {
	// Property of each feature that names its office: by id, code or name. "office" when empty. Names may leave out Polres, Kota and
	// the like, so that a file of districts can name theirs.
	Property string
}

// Limits of an area file. A province of villages has a tenth of it.
const (
	areaFileMax  = 64 << 20
	areaPointMax = 2_000_000
	waterMax     = 2_000 // points of drawn water: ways are searched between its corners
	faultsMax    = 50
)

// Faults are what is wrong with a file that was to be imported, one by one. Nothing of the file is in force.
type Faults []string

func (f Faults) Error() string {
	list := strings.Join(f, "\n")
	if len(f) >= faultsMax {
		list += "\nand perhaps more: mend these first"
	}
	return list
}

func (f *Faults) add(format string, args ...any) {
	if len(*f) < faultsMax {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

// ReadAreas reads a GeoJSON FeatureCollection of areas. Each feature is the area of an office, a Polygon or MultiPolygon in
// degrees of WGS 84, longitude first. Two more kinds are told by their property "siaga": "water" (a Polygon: ways on land go
// round it) and "crossing" (a LineString from land to land: a bridge). Without any water the built-in drawing's holds.
//
// The error is Faults, which name each feature that is wrong and what to do, or tells that the file can't be read at all.
// Notes are about what is odd and was taken all the same.
func ReadAreas(r io.Reader, d *Directory, o AreaOptions) (a *Areas, notes []string, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, areaFileMax+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read area file: %w", err)
	}
	if len(raw) > areaFileMax {
		return nil, nil, fmt.Errorf("area file: it has over %d MB: simplify the borders to about 10 m", areaFileMax>>20)
	}
	rd := areaReader{offices: d, opts: o}
	if rd.opts.Property == "" {
		rd.opts.Property = "office"
	}
	if err := rd.collection(raw); err != nil {
		return nil, nil, err
	}
	if len(rd.faults) == 0 {
		rd.overlaps()
	}
	if len(rd.faults) == 0 && len(rd.areas) == 0 {
		rd.faults.add("the file has no area of an office: each Polygon needs the property %q", rd.opts.Property)
	}
	if len(rd.faults) > 0 {
		return nil, nil, rd.faults
	}
	water, crossings := rd.water, rd.crossings
	if len(water) == 0 && !bytes.Equal(raw, kaltimAreas) {
		drawn := areaReader{offices: d, opts: AreaOptions{Property: "-"}}
		if err := drawn.collection(kaltimAreas); err != nil {
			return nil, nil, err
		}
		water, crossings = drawn.water, drawn.crossings
		rd.note("the file draws no water (features with \"siaga\": \"water\"): the coarse built-in drawing of Kaltim's is used for ways on land")
	}
	a = &Areas{list: rd.areas, offices: d, land: newLand(water, crossings)}
	for i, one := range a.list {
		a.tree.Insert(one.bound.Min, one.bound.Max, i)
	}
	with := a.Of()
	for _, of := range d.All() {
		if of.Kind == Polres && !slices.Contains(with, of.ID) {
			rd.note("%s (%s) has no area in this file", of.Name, of.ID)
		}
	}
	return a, rd.notes, nil
}

type areaReader struct {
	offices   *Directory
	opts      AreaOptions
	areas     []area
	water     []area
	crossings []crossing
	points    int
	drawn     int // points of water
	seen      map[string]string
	faults    Faults
	notes     []string
}

func (r *areaReader) note(format string, args ...any) {
	if len(r.notes) < faultsMax {
		r.notes = append(r.notes, fmt.Sprintf(format, args...))
	}
}

// collection reads feature by feature, so that what is broken is named.
func (r *areaReader) collection(raw []byte) error {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	var file struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&file); err != nil {
		line := 1 + bytes.Count(raw[:min(int(dec.InputOffset()), len(raw))], []byte("\n"))
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			line = 1 + bytes.Count(raw[:min(int(syntax.Offset), len(raw))], []byte("\n"))
		}
		return fmt.Errorf("area file, about line %d: %w: it must be GeoJSON, a FeatureCollection; export it anew", line, err)
	}
	if file.Type != "FeatureCollection" {
		return fmt.Errorf("area file: its type is %q: it must be a GeoJSON FeatureCollection", file.Type)
	}
	if len(file.Features) == 0 {
		return errors.New("area file: it has no features: export the layer of the areas")
	}
	r.seen = map[string]string{}
	for i, f := range file.Features {
		if len(r.faults) >= faultsMax {
			break
		}
		r.feature(i+1, f)
	}
	return nil
}

// feature reads one.
func (r *areaReader) feature(n int, raw json.RawMessage) {
	var head struct {
		Properties map[string]any `json:"properties"`
		Geometry   *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		r.faults.add("feature %d: %v: it must have properties and a geometry", n, err)
		return
	}
	name := text(head.Properties["name"])
	if name == "" {
		name = text(head.Properties["NAMOBJ"]) // the national mapping agency's (BIG)
	}
	what := fmt.Sprintf("feature %d (%q)", n, name)
	if head.Geometry == nil {
		r.faults.add("%s: it has no geometry: draw it, or leave the feature out", what)
		return
	}
	kind := text(head.Properties["siaga"])
	switch {
	case kind == "crossing" && head.Geometry.Type != "LineString":
		r.faults.add("%s: a crossing is a LineString from land to land, this is a %s", what, head.Geometry.Type)
		return
	case kind != "crossing" && head.Geometry.Type != "Polygon" && head.Geometry.Type != "MultiPolygon":
		r.faults.add("%s: an area must be a Polygon or a MultiPolygon, this is a %s: close the line to an area, or leave the feature out", what, head.Geometry.Type)
		return
	}
	g, err := geometryOf(head.Geometry.Type, head.Geometry.Coordinates)
	if err != nil {
		r.faults.add("%s: its coordinates can't be read (%v): a %s has lists of [longitude, latitude] in degrees", what, err, head.Geometry.Type)
		return
	}
	if same, dup := r.seen[string(head.Geometry.Coordinates)]; dup {
		r.faults.add("%s: it has the same border as %s: leave one of them out", what, same)
		return
	}
	r.seen[string(head.Geometry.Coordinates)] = what
	before := len(r.faults)
	shape, _ := g.(orb.MultiPolygon)
	if line, ok := g.(orb.LineString); ok {
		r.positions(what, line)
		if len(line) < 2 && len(r.faults) == before {
			r.faults.add("%s: a crossing needs at least two points", what)
		}
		if len(r.faults) == before {
			c := crossing{name: name}
			for _, p := range line {
				c.line = append(c.line, Point{Lat: p[1], Lng: p[0]})
			}
			r.crossings = append(r.crossings, c)
		}
		return
	}
	shape = r.shape(what, shape)
	if len(r.faults) > before {
		return
	}
	switch kind {
	case "water":
		for _, poly := range shape {
			for _, ring := range poly {
				r.drawn += len(ring)
			}
		}
		if r.drawn > waterMax {
			r.faults.add("%s: the water has over %d points: draw it coarsely, only where ways must go round", what, waterMax)
			return
		}
		r.water = append(r.water, newArea("", name, n, shape))
	case "":
		if r.opts.Property == "-" {
			return // only the water is asked for
		}
		if o, ok := r.officeOf(what, head.Properties); ok {
			r.areas = append(r.areas, newArea(o, name, n, shape))
		}
	default:
		r.faults.add("%s: its property siaga is %q: use water or crossing, or leave it out for an office's area", what, kind)
	}
}

func geometryOf(kind string, raw json.RawMessage) (orb.Geometry, error) {
	var err error
	switch kind {
	case "LineString":
		var v orb.LineString
		err = strictly(raw, &v)
		return v, err
	case "Polygon":
		var v orb.Polygon
		err = strictly(raw, &v)
		return orb.MultiPolygon{v}, err
	}
	var v orb.MultiPolygon
	err = strictly(raw, &v)
	return v, err
}

// strictly reads coordinates. The library takes a position of one number for one of two; we don't.
func strictly(raw json.RawMessage, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return err
	}
	numbers := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '[':
			numbers = 0
		case ',':
			numbers++
		case ']':
			if i > 0 && raw[i-1] != ']' && raw[i-1] != '[' && numbers < 1 {
				return errors.New("a position has only one number")
			}
			numbers = 0
		}
	}
	return nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return fmt.Sprint(v)
	}
	return ""
}

// officeOf finds the office that a feature names.
func (r *areaReader) officeOf(what string, properties map[string]any) (ID, bool) {
	v := text(properties[r.opts.Property])
	if v == "" {
		var names []string
		for k := range properties {
			names = append(names, k)
		}
		slices.Sort(names)
		r.faults.add("%s: it has no property %q that names its office: its properties are %s; choose one with --office-property", what, r.opts.Property, strings.Join(names, ", "))
		return "", false
	}
	best, least := "", math.Inf(1)
	var found []ID
	for _, o := range r.offices.All() {
		if strings.EqualFold(v, string(o.ID)) || o.Code != "" && strings.EqualFold(v, o.Code) || o.Name != "" && strings.EqualFold(v, o.Name) {
			return o.ID, true
		}
		if (o.Kind == Polres || o.Kind == Polsek) && core(v) != "" && core(v) == core(o.Name) {
			found = append(found, o.ID)
		}
		for _, s := range []string{string(o.ID), o.Name, core(o.Name)} {
			if d := float64(distance(strings.ToLower(v), strings.ToLower(s))) / float64(max(len(v), len(s), 1)); d < least {
				best, least = string(o.ID), d
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], true
	case 0:
		r.faults.add("%s: there is no office %q: did you mean %q? The office file lists them", what, v, best)
	default:
		r.faults.add("%s: %q may be %s or %s: write the office's id", what, v, found[0], found[1])
	}
	return "", false
}

// core is an office's or district's name without the word for what it is.
func core(name string) string {
	f := strings.Fields(strings.ToLower(name))
	for len(f) > 1 {
		switch f[0] {
		case "polres", "polresta", "polrestabes", "polsek", "kota", "kabupaten", "kab", "kab.", "kecamatan", "kec.", "adm.":
			f = f[1:]
		default:
			return strings.Join(f, " ")
		}
	}
	return strings.Join(f, " ")
}

// GeoJSON is the areas for a map: borders simplified to the given distance, with the office's id and name.
func (a *Areas) GeoJSON(within Metres) []byte {
	type feature struct {
		Type       string            `json:"type"`
		Properties map[string]string `json:"properties"`
		Geometry   struct {
			Type        string           `json:"type"`
			Coordinates orb.MultiPolygon `json:"coordinates"`
		} `json:"geometry"`
	}
	file := struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{"FeatureCollection", []feature{}}
	if a != nil {
		simple := simplify.DouglasPeucker(float64(within) / 1000 / kmPerDegree)
		for _, one := range a.list {
			shape, ok := simple.Simplify(one.shape.Clone()).(orb.MultiPolygon)
			if !ok || len(shape) == 0 {
				continue
			}
			f := feature{Type: "Feature", Properties: map[string]string{"office": string(one.office), "name": one.name}}
			if o, ok := a.offices.Get(one.office); ok {
				f.Properties["officeName"] = o.Name
			}
			f.Geometry.Type, f.Geometry.Coordinates = "MultiPolygon", shape
			file.Features = append(file.Features, f)
		}
	}
	raw, err := json.Marshal(file)
	if err != nil { // numbers and strings only: it can't fail
		return []byte(`{"type":"FeatureCollection","features":[]}`)
	}
	return raw
}
