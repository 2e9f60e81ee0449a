package api

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Lands is what the site knows of its ground: areas, places, base map.
type Lands interface {
	// At finds whose a place is at an instant. own: by areas that were imported, not by the built-in drawing.
	At(p office.Point, when time.Time) (f office.Found, own bool)
	// Areas is GeoJSON of the areas that hold at an instant, simplified for a screen.
	Areas(when time.Time) []byte
	// Search finds places by what was said.
	Search(q string, w office.Where) []office.Hit
	// Map describes the base map; Kind is empty when none was imported.
	Map() MapInfo
	// OpenMap opens its file.
	OpenMap() (io.ReadSeekCloser, error)
}

// Adviser recommends units for an incident.
type Adviser interface {
	Recommend(ctx context.Context, id incident.ID) (dispatch.Recommendation, error)
}

// MapInfo is the base map of the screens.
type MapInfo struct {
	Kind     string             `json:"kind" enum:",pmtiles,geojson" doc:"empty: none was imported, draw a plain background"`
	TileType string             `json:"tileType" doc:"mvt, png, jpeg, webp, avif"`
	URL      string             `json:"url" doc:"of the file; ranges are answered"`
	Hash     string             `json:"hash"`
	MinZoom  int                `json:"minZoom"`
	MaxZoom  int                `json:"maxZoom"`
	Min      dispatch.PointView `json:"min" doc:"south-west corner"`
	Max      dispatch.PointView `json:"max" doc:"north-east corner"`
}

// AreaFound is whose a place is.
type AreaFound struct {
	Office office.ID  `json:"office" doc:"empty: nobody's"`
	Area   string     `json:"area"`
	How    office.How `json:"how" enum:"inside,nearest,afloat,house,nowhere" doc:"afloat: on water, the nearest shore's; house: no area is near, the nearest police house by land"`
	AwayM  int        `json:"awayM" doc:"by land"`
	Demo   bool       `json:"demo" doc:"by the coarse built-in drawing: no areas were imported"`
}

// PlaceFound is a place that fits what was typed.
type PlaceFound struct {
	Name    string             `json:"name"`
	Kind    string             `json:"kind"`
	In      string             `json:"in" doc:"kecamatan or town"`
	At      dispatch.PointView `json:"at"`
	ErrorM  int                `json:"errorM" doc:"how far the point may be off; 0: not known"`
	AwayM   int                `json:"awayM" doc:"from where the search began"`
	Guess   bool               `json:"guess" doc:"between two kilometre posts"`
	Swapped bool               `json:"swapped" doc:"coordinates were typed longitude first: ask again"`
	Whose   AreaFound          `json:"whose"`
}

// UnitAdvice is a unit that could go.
type UnitAdvice struct {
	Unit      string `json:"unit"`
	Sign      string `json:"sign"`
	ArriveS   int    `json:"arriveS" doc:"seconds until it can be there"`
	ByRoad    bool   `json:"byRoad" doc:"a router said so, else it is the estimate"`
	Metres    int    `json:"metres"`
	SeenS     int    `json:"seenS" doc:"age of its position in seconds, -1: none"`
	Sure      bool   `json:"sure" doc:"the position is fresh"`
	Busy      bool   `json:"busy"`
	Area      string `json:"area" doc:"what it covers now"`
	LeftThere int    `json:"leftThere" doc:"free units that stay there without it"`
	Why       Text   `json:"why"`

	Lacks []string `json:"lacks" nullable:"false" doc:"needed skills that its crew lacks"`
}

// Advised is a recommendation. A person decides.
type Advised struct {
	Units  []UnitAdvice `json:"units" nullable:"false"`
	Known  bool         `json:"known" doc:"the incident has a point; without one nothing can be reckoned"`
	Router string       `json:"router" enum:",ok,failed" doc:"empty: none is set; failed: the estimate holds"`
}

type placesIn struct {
	Q     string `query:"q" maxLength:"400" required:"true" doc:"what the caller says: names, kilometre posts, coordinates, plus codes"`
	Near  string `query:"near" maxLength:"60" doc:"latitude,longitude; the own office's house when left out"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" doc:"8 when left out"`
}

type pointIn struct {
	Lat float64 `query:"lat" minimum:"-90" maximum:"90" required:"true"`
	Lng float64 `query:"lng" minimum:"-180" maximum:"180" required:"true"`
}

func (s *Server) placeOps(r chi.Router) {
	register(s, operation(http.MethodGet, "/places", "Places that fit what a caller says, the best first", rule{roles: workers}), s.places)
	register(s, operation(http.MethodGet, "/areas/at", "Whose a place is", rule{roles: workers}),
		func(_ context.Context, in *pointIn) (*out[AreaFound], error) {
			return &out[AreaFound]{s.whose(office.Point{Lat: in.Lat, Lng: in.Lng})}, nil
		})
	register(s, operation(http.MethodGet, "/map", "The base map, if one was imported", rule{roles: everybody}),
		func(context.Context, *none) (*out[MapInfo], error) {
			if s.cfg.Lands == nil {
				return &out[MapInfo]{}, nil
			}
			m := s.cfg.Lands.Map()
			if m.Kind != "" {
				m.URL = prefix + "/map/file?v=" + m.Hash[:min(12, len(m.Hash))]
			}
			return &out[MapInfo]{m}, nil
		})
	register(s, operation(http.MethodGet, "/incidents/{id}/recommend", "Units that can be there soonest, with what speaks for and against each", rule{roles: workers, of: incidentPath}), s.recommend)
	s.raw(r, http.MethodGet, "/areas", "The areas of the offices as GeoJSON, simplified for maps", rule{roles: everybody}, s.areas)
	s.raw(r, http.MethodGet, "/map/file", "The file of the base map; ranges are answered", rule{roles: everybody}, s.mapFile)
}

func (s *Server) places(ctx context.Context, in *placesIn) (*out[[]PlaceFound], error) {
	list := []PlaceFound{}
	if s.cfg.Lands == nil {
		return &out[[]PlaceFound]{list}, nil
	}
	w := office.Where{Limit: in.Limit}
	if o, ok := s.cfg.Directory.Get(officeOf(ctx)); ok && o.At != (office.Point{}) {
		w.Near = &o.At
	}
	if in.Near != "" {
		p, ok := pointOf(in.Near)
		if !ok {
			bad := problem(http.StatusUnprocessableEntity, "bad_query")
			bad.Detail = "near must be latitude,longitude"
			return nil, bad
		}
		w.Near = &p
	}
	for _, h := range s.cfg.Lands.Search(in.Q, w) {
		list = append(list, PlaceFound{
			Name: h.Name, Kind: h.Kind, In: h.In, At: dispatch.PointView(h.At), ErrorM: int(h.Error), AwayM: int(h.Away), Guess: h.Guess,
			Swapped: h.Swapped, Whose: s.whose(h.At),
		})
	}
	return &out[[]PlaceFound]{list}, nil
}

func pointOf(text string) (office.Point, bool) {
	lat, lng, _ := strings.Cut(text, ",")
	y, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	x, err2 := strconv.ParseFloat(strings.TrimSpace(lng), 64)
	p := office.Point{Lat: y, Lng: x}
	return p, err1 == nil && err2 == nil && p.OnEarth()
}

func (s *Server) whose(p office.Point) AreaFound {
	if s.cfg.Lands == nil {
		return AreaFound{How: office.Nowhere}
	}
	f, own := s.cfg.Lands.At(p, s.cfg.Now())
	return AreaFound{Office: f.Office, Area: f.Area, How: f.How, AwayM: int(f.Away), Demo: !own}
}

// advisedMost units are told of, the best: nobody reads further, and a thousand are half a megabyte.
const advisedMost = 100

func (s *Server) recommend(ctx context.Context, in *idPath) (*out[Advised], error) {
	a := Advised{Units: []UnitAdvice{}}
	if s.cfg.Adviser == nil {
		return &out[Advised]{a}, nil
	}
	s.noteRead(who(ctx), "incident", in.ID, "")
	rec, err := s.cfg.Adviser.Recommend(ctx, incident.ID(in.ID))
	if err != nil {
		return nil, err
	}
	a.Known, a.Router = rec.Known, rec.Router
	for _, one := range rec.Units[:min(len(rec.Units), advisedMost)] {
		u := UnitAdvice{
			Unit: one.ID, Sign: one.Sign, ArriveS: int(one.Arrive.Seconds()), ByRoad: one.ByRoad, Metres: int(one.Metres), SeenS: -1,
			Sure: one.Sure, Busy: one.Busy, Area: one.Area, LeftThere: one.Left, Why: Text(one.Why), Lacks: append([]string{}, one.Lacks...),
		}
		if one.Seen >= 0 {
			u.SeenS = int(one.Seen.Seconds())
		}
		a.Units = append(a.Units, u)
	}
	return &out[Advised]{a}, nil
}

func (s *Server) areas(w http.ResponseWriter, _ *http.Request, _ *caller) {
	raw := []byte(`{"type":"FeatureCollection","features":[]}`)
	if s.cfg.Lands != nil {
		raw = s.cfg.Lands.Areas(s.cfg.Now())
	}
	h := w.Header()
	h.Set("Content-Type", "application/geo+json")
	h.Set("Cache-Control", "private, max-age=60")
	_, _ = w.Write(raw) // the browser went away: nothing to do
}

func (s *Server) mapFile(w http.ResponseWriter, r *http.Request, _ *caller) {
	if s.cfg.Lands == nil || s.cfg.Lands.Map().Kind == "" {
		write(w, problem(http.StatusNotFound, "no_map"))
		return
	}
	m := s.cfg.Lands.Map()
	f, err := s.cfg.Lands.OpenMap()
	if err != nil {
		s.cfg.Log.Error("the base map can't be opened", "err", err)
		write(w, problem(http.StatusNotFound, "no_map"))
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", map[string]string{"pmtiles": "application/vnd.pmtiles", "geojson": "application/geo+json"}[m.Kind])
	h.Set("Cache-Control", "private, max-age=86400")
	h.Set("ETag", `"`+m.Hash+`"`)
	http.ServeContent(w, r, "", time.Time{}, f)
}
