package node

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// loadPlaces reads the newest gazetteer that is good; nil when none was imported.
func (l *lands) loadPlaces(list []staff.Imported) (*office.Gazetteer, error) {
	var wrong error
	for _, e := range slices.Backward(list) {
		if e.What != "places" {
			continue
		}
		raw, err := l.read(e)
		if err == nil {
			var places []office.Place
			if places, _, err = office.ReadPlaces(bytes.NewReader(raw)); err == nil {
				return office.NewGazetteer(places), wrong
			}
		}
		wrong = errors.Join(wrong, fmt.Errorf("places: %w", err))
	}
	return nil, wrong
}

// loadMap finds the newest base map that is good.
func (l *lands) loadMap(list []staff.Imported) (mapInfo, staff.Imported, error) {
	var wrong error
	for _, e := range slices.Backward(list) {
		if e.What != "map" {
			continue
		}
		info, err := l.openedMap(e)
		if err == nil {
			return info, e, wrong
		}
		wrong = errors.Join(wrong, fmt.Errorf("map: %w", err))
	}
	return mapInfo{}, staff.Imported{}, wrong
}

// openedMap looks at a base map's head. Its hash was compared when it was imported: reading gigabytes at each start would
// keep callers waiting.
func (l *lands) openedMap(e staff.Imported) (mapInfo, error) {
	f, err := l.file(e)
	if err != nil {
		return mapInfo{}, err
	}
	defer func() { _ = f.Close() }()
	return checkMap(f)
}

func (l *lands) file(e staff.Imported) (*os.File, error) {
	if e.File == "" || e.File != filepath.Base(e.File) {
		return nil, fmt.Errorf("%q is no name of a file", e.File)
	}
	return os.Open(filepath.Join(l.node.cfg.Site.Data, importsName, e.File))
}

// sameMap compares a base map with its hash.
func (l *lands) sameMap(e staff.Imported) error {
	f, err := l.file(e)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != e.Hash {
		return fmt.Errorf("%s isn't the file that was checked", e.File)
	}
	return nil
}

// At finds whose a place is (api.Lands).
func (l *lands) At(p office.Point, when time.Time) (office.Found, bool) {
	a := l.at(when)
	if a == nil {
		return office.Found{How: office.Nowhere}, false
	}
	return a.areas.At(p), a.own
}

// Areas is what holds, for a map.
func (l *lands) Areas(when time.Time) []byte {
	if a := l.at(when); a != nil {
		return a.simple
	}
	return (*office.Areas)(nil).GeoJSON(0)
}

// Search finds places. Coordinates are understood without any gazetteer.
func (l *lands) Search(q string, w office.Where) []office.Hit {
	l.mu.RLock()
	g := l.places
	l.mu.RUnlock()
	return g.Search(q, w)
}

// Map describes the base map.
func (l *lands) Map() api.MapInfo {
	l.mu.RLock()
	defer l.mu.RUnlock()
	b := l.base
	return api.MapInfo{
		Kind: b.Kind, TileType: b.TileType, Hash: l.mapFile.Hash, MinZoom: b.MinZoom, MaxZoom: b.MaxZoom,
		Min: dispatch.PointView(b.Min), Max: dispatch.PointView(b.Max),
	}
}

// OpenMap opens the base map's file.
func (l *lands) OpenMap() (io.ReadSeekCloser, error) {
	l.mu.RLock()
	e := l.mapFile
	l.mu.RUnlock()
	return l.file(e)
}
