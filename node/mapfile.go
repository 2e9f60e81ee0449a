package node

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// mapMax is the largest base map that is taken: all of Indonesia by streets has a tenth of it.
const mapMax = 32 << 30

// ImportMap checks a base map and makes it the site's: PMTiles of version 3, or GeoJSON of lines and areas.
func ImportMap(ctx context.Context, out io.Writer, o ImportOptions) error {
	cfg, err := importConfig(&o)
	if err != nil {
		return err
	}
	f, err := os.Open(o.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := checkMap(f)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing was imported", o.File, err)
	}
	if o.DryRun {
		_, _ = fmt.Fprintf(out, "✓ %s: %s, good. Nothing was imported (--dry-run).\n", o.File, info.tells())
		return nil
	}
	dir := filepath.Join(cfg.Site.Data, importsName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(dir, ".import-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(part, sum), f)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return fmt.Errorf("copy %s: %w; nothing was imported: is the disk full?", o.File, err)
	}
	e := staff.Imported{What: "map", Hash: hex.EncodeToString(sum.Sum(nil)), From: time.Now().UTC(), Count: info.Tiles, User: office.Private(osUser())}
	e.File = "map-" + e.Hash[:12] + "." + info.Kind
	path := filepath.Join(dir, e.File)
	had := exists(path)
	if err := os.Rename(part.Name(), path); err != nil {
		return err
	}
	if err := noteImport(ctx, cfg, e); err != nil {
		if !had {
			err = errors.Join(err, os.Remove(path))
		}
		return fmt.Errorf("%w; nothing was imported", err)
	}
	_, _ = fmt.Fprintf(out, "✓ %s: %s, now the base map of the screens.\n", o.File, info.tells())
	return nil
}

// mapInfo is what a base map says of itself.
type mapInfo struct {
	Kind             string // "pmtiles" or "geojson"
	Tiles            int    // features of a GeoJSON file
	TileType         string // "mvt", "png", …
	MinZoom, MaxZoom int
	Min, Max         office.Point
	size             int64
}

func (m mapInfo) tells() string {
	if m.Kind == "geojson" {
		return fmt.Sprintf("%d features of GeoJSON", m.Tiles)
	}
	return fmt.Sprintf("PMTiles, %d tiles of %s, zoom %d to %d, %.2f,%.2f to %.2f,%.2f", m.Tiles, m.TileType, m.MinZoom, m.MaxZoom, m.Min.Lat, m.Min.Lng, m.Max.Lat, m.Max.Lng)
}

// geoMapMax: a GeoJSON map is read by the browser whole.
const geoMapMax = 20 << 20

func checkMap(f *os.File) (mapInfo, error) {
	st, err := f.Stat()
	if err != nil {
		return mapInfo{}, err
	}
	switch {
	case !st.Mode().IsRegular():
		return mapInfo{}, errors.New("it is no file")
	case st.Size() > mapMax:
		return mapInfo{}, fmt.Errorf("it has over %d GB: cut out the province", mapMax>>30)
	}
	head := make([]byte, 127)
	n, err := f.ReadAt(head, 0)
	if n >= 7 && string(head[:7]) == "PMTiles" {
		return checkPMTiles(f, head[:n], st.Size())
	}
	if n > 2 && head[0] == 'P' && head[1] == 'M' {
		return mapInfo{}, errors.New("it is PMTiles of an old version: convert it with \"pmtiles convert\"")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return mapInfo{}, err
	}
	return checkGeoMap(f, st.Size())
}

// checkPMTiles reads the header and the root directory (PMTiles specification, version 3, §3 and §4).
func checkPMTiles(f io.ReaderAt, head []byte, size int64) (mapInfo, error) {
	m := mapInfo{Kind: "pmtiles", size: size}
	if len(head) < 127 {
		return m, errors.New("it ends in its header: copy it again")
	}
	if head[7] != 3 {
		return m, fmt.Errorf("it is PMTiles version %d: convert it to version 3 with \"pmtiles convert\"", head[7])
	}
	word := func(at int) uint64 { return binary.LittleEndian.Uint64(head[at:]) }
	for _, part := range []struct {
		name string
		at   int
	}{{"root directory", 8}, {"metadata", 24}, {"leaf directories", 40}, {"tiles", 56}} {
		offset, length := word(part.at), word(part.at+8)
		if offset > uint64(size) || length > uint64(size)-offset { //nolint:gosec // a size is never negative
			return m, fmt.Errorf("its %s reach beyond its end: the copy was cut off, copy it again", part.name)
		}
	}
	if word(16) == 0 || word(16) > 16257 { // the first 16 KiB hold header and root (§3.2)
		return m, errors.New("it has no root directory, or one that is too large: make it anew")
	}
	types := map[byte]string{1: "mvt", 2: "png", 3: "jpeg", 4: "webp", 5: "avif"}
	var ok bool
	if m.TileType, ok = types[head[99]]; !ok {
		return m, fmt.Errorf("its tiles are of the unknown kind %d: vector tiles (mvt), png, jpeg, webp or avif can be shown", head[99])
	}
	m.Tiles = int(min(word(72), 1<<50)) //nolint:gosec // bounded
	m.MinZoom, m.MaxZoom = int(head[100]), int(head[101])
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(head[at:]))) / 1e7 } //nolint:gosec // signed in the file
	m.Min, m.Max = office.Point{Lng: degrees(102), Lat: degrees(106)}, office.Point{Lng: degrees(110), Lat: degrees(114)}
	if m.MinZoom > m.MaxZoom || m.MaxZoom > 26 || !m.Min.OnEarth() || !m.Max.OnEarth() || m.Min.Lat > m.Max.Lat || m.Min.Lng > m.Max.Lng {
		return m, errors.New("its zooms or its bounds make no sense: make it anew")
	}
	root := make([]byte, word(16))
	if _, err := f.ReadAt(root, int64(word(8))); err != nil { //nolint:gosec // within the file, above
		return m, fmt.Errorf("its root directory can't be read: %w", err)
	}
	switch head[97] { // of directories
	case 1:
	case 2:
		z, err := gzip.NewReader(bytes.NewReader(root))
		if err == nil {
			root, err = io.ReadAll(io.LimitReader(z, 1<<20))
		}
		if err != nil {
			return m, fmt.Errorf("its root directory is damaged (%w): copy it again", err)
		}
	default:
		return m, errors.New("its directories are packed by brotli or zstd: make it anew with gzip, which browsers unpack")
	}
	return m, checkDirectory(root, word(48), word(64))
}

// checkDirectory walks the root's entries (§4.2): each must lie within its part.
func checkDirectory(raw []byte, leaves, tiles uint64) error {
	bad := errors.New("its root directory is damaged: copy it again")
	at := 0
	next := func() uint64 {
		v, n := binary.Uvarint(raw[at:])
		if n <= 0 {
			at = len(raw) + 1
			return 0
		}
		at += n
		return v
	}
	count := next()
	if at > len(raw) || count == 0 || count > 100_000 {
		return bad
	}
	columns := make([][]uint64, 4) // differences of ids, run lengths, lengths, offsets + 1
	for c := range columns {
		columns[c] = make([]uint64, count)
		for i := range columns[c] {
			if at >= len(raw) {
				return bad
			}
			columns[c][i] = next()
		}
	}
	if at > len(raw) {
		return bad
	}
	end := uint64(0)
	for i := range columns[0] {
		offset := columns[3][i] - 1
		if columns[3][i] == 0 { // right behind the one before
			if i == 0 {
				return bad
			}
			offset = end
		}
		limit := tiles
		if columns[1][i] == 0 {
			limit = leaves
		}
		if offset > limit || columns[2][i] > limit-offset {
			return bad
		}
		end = offset + columns[2][i]
	}
	return nil
}

// checkGeoMap reads a map of lines and areas, such as roads and coast.
func checkGeoMap(f io.ReaderAt, size int64) (mapInfo, error) {
	m := mapInfo{Kind: "geojson", size: size, MaxZoom: 22, Min: office.Point{Lat: 90, Lng: 180}, Max: office.Point{Lat: -90, Lng: -180}}
	if size > geoMapMax {
		return m, fmt.Errorf("it is neither PMTiles nor a GeoJSON file of at most %d MB: make PMTiles of it (tippecanoe, planetiler)", geoMapMax>>20)
	}
	raw, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil {
		return m, err
	}
	var file struct {
		Type     string `json:"type"`
		Features []struct {
			Geometry *struct {
				Type        string          `json:"type"`
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return m, fmt.Errorf("it is neither PMTiles nor GeoJSON (%w)", err)
	}
	if file.Type != "FeatureCollection" || len(file.Features) == 0 {
		return m, errors.New("it must be PMTiles, or a GeoJSON FeatureCollection with features")
	}
	for i, one := range file.Features {
		if one.Geometry == nil {
			return m, fmt.Errorf("feature %d has no geometry: leave it out", i+1)
		}
		var deep any
		if err := json.Unmarshal(one.Geometry.Coordinates, &deep); err != nil {
			return m, fmt.Errorf("feature %d: its coordinates can't be read", i+1)
		}
		if why := m.cover(deep); why != "" {
			return m, fmt.Errorf("feature %d: %s", i+1, why)
		}
	}
	m.Tiles = len(file.Features)
	return m, nil
}

// cover widens the bounds by nested coordinates.
func (m *mapInfo) cover(v any) string {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return "its coordinates are empty or no lists"
	}
	if _, deeper := list[0].([]any); deeper {
		for _, one := range list {
			if why := m.cover(one); why != "" {
				return why
			}
		}
		return ""
	}
	if len(list) < 2 {
		return "a position has only one number"
	}
	x, ok1 := list[0].(float64)
	y, ok2 := list[1].(float64)
	p := office.Point{Lat: y, Lng: x}
	switch {
	case !ok1 || !ok2:
		return "a position is no pair of numbers"
	case !p.Indonesia() && (office.Point{Lat: x, Lng: y}).Indonesia():
		return fmt.Sprintf("[%g, %g] looks like lat/lon swapped: GeoJSON writes longitude first", x, y)
	case !p.OnEarth():
		return fmt.Sprintf("[%g, %g] are no degrees: convert the layer to WGS 84 (EPSG:4326)", x, y)
	}
	m.Min = office.Point{Lat: min(m.Min.Lat, y), Lng: min(m.Min.Lng, x)}
	m.Max = office.Point{Lat: max(m.Max.Lat, y), Lng: max(m.Max.Lng, x)}
	return ""
}
