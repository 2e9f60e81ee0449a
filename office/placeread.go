package office

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

//go:embed places-balikpapan.csv
var balikpapanPlaces []byte

// BalikpapanPlaces is a small gazetteer of Balikpapan and neighbours, from common knowledge and coarse: for demonstrations.
func BalikpapanPlaces() []byte { return bytes.Clone(balikpapanPlaces) }

const (
	placeFileMax = 64 << 20
	placesMax    = 500_000
	samePlace    = Metres(50)
)

// ReadPlaces reads a gazetteer: CSV with a line of heads (comma or semicolon; UTF-8 or Windows-1252), or GeoJSON. Heads: name (or
// nama), lat, lng (or lon), and if wanted kind (jenis), also (other names, with | between), in (kecamatan), error_m.
//
// The error is Faults, each with its line and what to do; then nothing of the file is taken.
func ReadPlaces(r io.Reader) (places []Place, notes []string, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, placeFileMax+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read gazetteer: %w", err)
	}
	if len(raw) > placeFileMax {
		return nil, nil, fmt.Errorf("gazetteer: it has over %d MB: split it by kabupaten", placeFileMax>>20)
	}
	rd := &placeReader{seen: map[string][]line{}}
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) || bytes.IndexByte(raw, 0) >= 0:
		return nil, nil, errors.New("gazetteer: it is UTF-16 or no text at all: save it as \"CSV UTF-8\"")
	case bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))), []byte("{")):
		err = rd.geojson(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	default:
		err = rd.csv(raw)
	}
	if err != nil {
		return nil, nil, err
	}
	if len(rd.faults) == 0 && len(rd.places) == 0 {
		rd.faults.add("the file has no places")
	}
	if len(rd.faults) > 0 {
		return nil, nil, rd.faults
	}
	return rd.places, rd.notes, nil
}

type line struct {
	where string
	at    Point
}

type placeReader struct {
	places []Place
	seen   map[string][]line
	faults Faults
	notes  []string
}

// add checks one place. where is "line 7" or "feature 7".
func (r *placeReader) add(where string, p Place) {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	here := fmt.Sprintf("%s (%q)", where, p.Name)
	swapped := Point{Lat: p.At.Lng, Lng: p.At.Lat}
	switch {
	case p.Name == "":
		r.faults.add("%s: it has no name: write one, or leave the line out", where)
		return
	case utf8.RuneCountInString(p.Name) > 200:
		r.faults.add("%s: the name has over 200 letters: shorten it", where)
		return
	case len(wordsOf(p.Name)) == 0:
		r.faults.add("%s: the name has no letters: nobody would find it", here)
		return
	case !p.At.Indonesia() && swapped.Indonesia():
		r.faults.add("%s: %g, %g looks like lat/lon swapped: latitude comes first, like -1.27, 116.83", here, p.At.Lat, p.At.Lng)
		return
	case !p.At.OnEarth():
		r.faults.add("%s: %g, %g are no degrees: latitude is between -90 and 90, longitude between -180 and 180", here, p.At.Lat, p.At.Lng)
		return
	case !p.At.Indonesia():
		r.faults.add("%s: %g, %g lies outside Indonesia: check the numbers", here, p.At.Lat, p.At.Lng)
		return
	case p.Error < 0 || p.Error > 50_000:
		r.faults.add("%s: an error of %g m makes no sense: write metres between 0 and 50000", here, p.Error)
		return
	case len(r.places) >= placesMax:
		r.faults.add("%s: the file has over %d places: split it by kabupaten", where, placesMax)
		return
	}
	key := strings.Join(wordsOf(p.Name), " ")
	for _, other := range r.seen[key] {
		if Between(other.at, p.At) <= samePlace {
			r.faults.add("%s: the same place stands in %s: leave one of them out", here, other.where)
			return
		}
	}
	r.seen[key] = append(r.seen[key], line{where, p.At})
	r.places = append(r.places, p)
}

// heads are the names of columns that are known, in small letters.
var heads = map[string]string{
	"name": "name", "nama": "name", "lat": "lat", "latitude": "lat", "lintang": "lat", "lng": "lng", "lon": "lng", "long": "lng", "longitude": "lng",
	"bujur": "lng", "kind": "kind", "jenis": "kind", "also": "also", "alias": "also", "nama_lain": "also", "in": "in", "kecamatan": "in",
	"kecamatan_at_point": "in", "error_m": "error", "approx_error_m": "error", "ketelitian_m": "error",
}

func (r *placeReader) csv(raw []byte) error {
	text := string(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if !utf8.ValidString(text) {
		text = windows1252(raw)
		r.notes = append(r.notes, "the file isn't UTF-8: it was read as Windows-1252")
	}
	first, _, _ := strings.Cut(text, "\n")
	rd := csv.NewReader(strings.NewReader(text))
	rd.FieldsPerRecord, rd.LazyQuotes = -1, false
	if strings.Count(first, ";") > strings.Count(first, ",") {
		rd.Comma = ';'
	} else if strings.Count(first, "\t") > strings.Count(first, ",") {
		rd.Comma = '\t'
	}
	head, err := rd.Read()
	if err != nil {
		return fmt.Errorf("gazetteer: its first line can't be read (%w): it must name the columns, like name,lat,lng", err)
	}
	column := map[string]int{}
	for i, h := range head {
		if known, ok := heads[strings.ToLower(strings.TrimSpace(h))]; ok {
			if _, had := column[known]; !had {
				column[known] = i
			}
		}
	}
	for _, need := range []string{"name", "lat", "lng"} {
		if _, ok := column[need]; !ok {
			return fmt.Errorf("gazetteer, line 1: no column %q among %s: the first line must name the columns, like name,lat,lng", need, strings.Join(head, ", "))
		}
	}
	for len(r.faults) < faultsMax {
		row, err := rd.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
				r.faults.add("line %d: %v: check its quotation marks", bad.Line, bad.Err)
				if errors.Is(bad.Err, csv.ErrQuote) || errors.Is(bad.Err, csv.ErrBareQuote) {
					continue
				}
				return nil
			}
			return fmt.Errorf("gazetteer: %w", err)
		}
		n, _ := rd.FieldPos(0)
		r.row(n, row, column, len(head))
	}
	return nil
}

func (r *placeReader) row(n int, row []string, column map[string]int, width int) {
	where := fmt.Sprintf("line %d", n)
	if len(row) != width {
		r.faults.add("%s: it has %d fields, the first line has %d: a separator too many or too few", where, len(row), width)
		return
	}
	get := func(name string) string {
		if i, ok := column[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	number := func(name string) (float64, bool) {
		v, err := strconv.ParseFloat(strings.ReplaceAll(get(name), ",", "."), 64)
		if err != nil {
			r.faults.add("%s (%q): %s is %q: write a number like -1.2654", where, get("name"), name, get(name))
		}
		return v, err == nil
	}
	lat, ok1 := number("lat")
	lng, ok2 := number("lng")
	off := 0.0
	if get("error") != "" {
		var ok bool
		if off, ok = number("error"); !ok {
			return
		}
	}
	if !ok1 || !ok2 {
		return
	}
	p := Place{Name: get("name"), Kind: get("kind"), In: get("in"), At: Point{Lat: lat, Lng: lng}, Error: Metres(off)}
	for a := range strings.SplitSeq(get("also"), "|") {
		if a = strings.TrimSpace(a); a != "" {
			p.Also = append(p.Also, a)
		}
	}
	r.add(where, p)
}

func (r *placeReader) geojson(raw []byte) error {
	var file struct {
		Type     string `json:"type"`
		Features []struct {
			Properties map[string]any `json:"properties"`
			Geometry   *struct {
				Type        string          `json:"type"`
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		at := 0
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = int(syntax.Offset)
		}
		return fmt.Errorf("gazetteer, about line %d: %w: it must be GeoJSON, a FeatureCollection", 1+bytes.Count(raw[:min(at, len(raw))], []byte("\n")), err)
	}
	if file.Type != "FeatureCollection" {
		return fmt.Errorf("gazetteer: its type is %q: it must be a GeoJSON FeatureCollection", file.Type)
	}
	for i, f := range file.Features {
		where := fmt.Sprintf("feature %d", i+1)
		p := Place{}
		for k, v := range f.Properties {
			switch heads[strings.ToLower(k)] {
			case "name":
				p.Name = text(v)
			case "kind":
				p.Kind = text(v)
			case "in":
				p.In = text(v)
			case "also":
				p.Also = slices.DeleteFunc(strings.Split(text(v), "|"), func(s string) bool { return strings.TrimSpace(s) == "" })
			case "error":
				if m, ok := v.(float64); ok {
					p.Error = Metres(m)
				}
			}
		}
		if f.Geometry == nil || f.Geometry.Type != "Point" {
			kind := "none"
			if f.Geometry != nil {
				kind = f.Geometry.Type
			}
			r.faults.add("%s (%q): a place is a Point, its geometry is %s: export the centre points", where, p.Name, kind)
			continue
		}
		var at orb.Point
		if err := strictly(f.Geometry.Coordinates, &at); err != nil {
			r.faults.add("%s (%q): its coordinates can't be read: write [longitude, latitude]", where, p.Name)
			continue
		}
		p.At = Point{Lat: at[1], Lng: at[0]}
		r.add(where, p)
	}
	return nil
}

// windows1252 reads what older Excel writes (WHATWG encoding standard, windows-1252).
func windows1252(raw []byte) string {
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	table := []rune(high)
	var b strings.Builder
	for _, c := range raw {
		if c >= 0x80 && c < 0xa0 {
			b.WriteRune(table[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}
