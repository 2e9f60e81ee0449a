package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/office"
)

// ground is a site with two areas, a strait between them, three places and a base map.
type ground struct {
	areas  *office.Areas
	places *office.Gazetteer
}

const groundMap = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[116.8,-1.2],[116.9,-1.1]]}}]}`

func groundOf(t testing.TB, d *office.Directory) ground {
	t.Helper()
	a, _, err := office.ReadAreas(strings.NewReader(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"office":"polres","name":"Barat"},"geometry":{"type":"Polygon","coordinates":[[[116,-2],[116.5,-2],[116.5,-1],[116,-1],[116,-2]]]}},
		{"type":"Feature","properties":{"office":"sebelah","name":"Timur"},"geometry":{"type":"Polygon","coordinates":[[[116.6,-2],[117,-2],[117,-1],[116.6,-1],[116.6,-2]]]}},
		{"type":"Feature","properties":{"siaga":"water"},"geometry":{"type":"Polygon","coordinates":[[[116.51,-3],[116.59,-3],[116.59,0],[116.51,0],[116.51,-3]]]}}]}`), d, office.AreaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	places, _, err := office.ReadPlaces(strings.NewReader("name,lat,lng,in,error_m\nPlaza Barat,-1.5,116.2,Kota,100\nPlaza Timur,-1.5,116.8,Kota,\nKm 5 Jalan Poros,-1.2,116.2,,\nKm 15 Jalan Poros,-1.3,116.2,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	return ground{a, office.NewGazetteer(places)}
}

func (g ground) At(p office.Point, _ time.Time) (office.Found, bool) { return g.areas.At(p), true }
func (g ground) Areas(time.Time) []byte                              { return g.areas.GeoJSON(10) }
func (g ground) Search(q string, w office.Where) []office.Hit { return g.places.Search(q, w) }

func (ground) Map() api.MapInfo {
	return api.MapInfo{Kind: "geojson", Hash: strings.Repeat("ab", 32), MaxZoom: 22}
}

func (ground) OpenMap() (io.ReadSeekCloser, error) {
	return nopCloser{bytes.NewReader([]byte(groundMap))}, nil
}

func TestPlaces(t *testing.T) {
	h := open(t)
	op := h.as("op", "polda", office.Operator)
	search := func(q, more string) []api.PlaceFound {
		var list []api.PlaceFound
		op.must("GET", "/places?q="+url.QueryEscape(q)+more, nil, &list)
		return list
	}
	list := search("dpn plasa brat", "")
	if len(list) == 0 || list[0].Name != "Plaza Barat" || list[0].Whose.Office != "polres" || list[0].Whose.How != office.Inside || list[0].ErrorM != 100 {
		t.Errorf("%+v", list)
	}
	if list := search("plaza", "&near=-1.5,116.79&limit=1"); len(list) != 1 || list[0].Whose.Office != "sebelah" || list[0].AwayM > 2000 {
		t.Errorf("%+v", list)
	}
	if list := search("km 10 poros", ""); len(list) == 0 || !list[0].Guess || list[0].At.Lat > -1.24 || list[0].At.Lat < -1.26 {
		t.Errorf("%+v", list)
	}
	if list := search("116.2, -1.5", ""); len(list) != 1 || !list[0].Swapped || list[0].Kind != "coordinate" || list[0].Whose.Office != "polres" {
		t.Errorf("%+v", list)
	}
	if list := search("tidak ada di mana pun", ""); list == nil || len(list) != 0 {
		t.Errorf("a place that isn't known must be an empty list: %+v", list)
	}
	for _, bad := range []string{"/places", "/places?q=x&near=here", "/places?q=x&limit=1000", "/places?q=" + strings.Repeat("a", 500), "/areas/at?lat=200&lng=1", "/areas/at?lat=x&lng=1", "/areas/at"} {
		if r := op.do("GET", bad, nil); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, r.status, r.body)
		}
	}
	var found api.AreaFound
	op.must("GET", "/areas/at?lat=-1.5&lng=116.505", nil, &found)
	if found.Office != "polres" || found.How != office.Nearest || found.AwayM < 300 || found.AwayM > 700 {
		t.Errorf("%+v", found)
	}
	op.must("GET", "/areas/at?lat=-1.5&lng=116.56", nil, &found)
	if found.Office != "sebelah" || found.How != office.Afloat {
		t.Errorf("%+v", found)
	}
}

func TestGroundFiles(t *testing.T) {
	h := open(t)
	adm := h.as("adm", "polres", office.Administrator)
	r := adm.do("GET", "/areas", nil)
	var areas struct {
		Features []struct{ Properties map[string]string }
	}
	if err := json.Unmarshal(r.body, &areas); err != nil || len(areas.Features) != 2 || areas.Features[0].Properties["office"] != "polres" || areas.Features[0].Properties["officeName"] != "Polres" {
		t.Errorf("%v %s", err, r.body)
	}
	if ct := r.header.Get("Content-Type"); ct != "application/geo+json" {
		t.Error(ct)
	}
	var info api.MapInfo
	adm.must("GET", "/map", nil, &info)
	if info.Kind != "geojson" || !strings.HasPrefix(info.URL, "/api/v1/map/file?v=abab") {
		t.Errorf("%+v", info)
	}
	path := strings.TrimPrefix(info.URL, "/api/v1")
	if r := adm.do("GET", path, nil); string(r.body) != groundMap || r.header.Get("Etag") == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	req := adm.request("GET", path, nil)
	req.Header.Set("Range", "bytes=2-5")
	if r := adm.send(req); r.status != http.StatusPartialContent || string(r.body) != groundMap[2:6] || r.header.Get("Content-Range") == "" {
		t.Errorf("a range: %d %s %v", r.status, r.body, r.header)
	}
	if r := h.nobody().do("GET", path, nil); r.status != http.StatusUnauthorized {
		t.Errorf("the map is open to everybody: %d", r.status)
	}
}
