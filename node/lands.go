package node

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// lands is what the site knows of its ground: areas by date, places, base map. The journal names the files; each is used only
// while its hash fits.
type lands struct {
	node *Node

	mu      sync.RWMutex
	areas   []datedAreas // by date, the newest last
	places  *office.Gazetteer
	base    mapInfo // of the base map
	mapFile staff.Imported
}

type datedAreas struct {
	from   time.Time
	areas  *office.Areas
	simple []byte // GeoJSON for maps
	own    bool   // imported, not the built-in drawing
}

// mapDetail is how far a border on a screen may lie from the real one.
const mapDetail office.Metres = 60

// openLands reads what was imported. A file that is missing or was changed is an alarm, never a reason not to start.
func (n *Node) openLands() error {
	n.lands = &lands{node: n}
	n.lands.load()
	n.adviser = &dispatch.Adviser{}
	if r := n.cfg.Roads; r.Router != "" || r.URL != "" {
		var err error
		if n.adviser.Roads, err = dispatch.NewRoads(r.Router, r.URL); err != nil {
			return fmt.Errorf("roads: %w", err)
		}
	}
	return nil
}

// load reads all imported files anew.
func (l *lands) load() {
	var areas []datedAreas
	var places *office.Gazetteer
	var wrong error
	if builtin, _, err := office.ReadAreas(bytes.NewReader(office.KaltimAreas()), l.node.offices, office.AreaOptions{}); err == nil {
		areas = append(areas, datedAreas{areas: builtin, simple: builtin.GeoJSON(mapDetail)}) // elsewhere its offices are unknown
		if list, _, err := office.ReadPlaces(bytes.NewReader(office.BalikpapanPlaces())); err == nil {
			places = office.NewGazetteer(list)
		}
	}
	now, list := time.Now(), l.node.staff.Imports()
	slices.SortStableFunc(list, func(a, b staff.Imported) int { return a.From.Compare(b.From) })
	var own []datedAreas
	for _, e := range slices.Backward(list) { // those to come, and the newest good one that holds
		if e.What != "areas" {
			continue
		}
		raw, err := l.read(e)
		if err == nil {
			var a *office.Areas
			if a, _, err = office.ReadAreas(bytes.NewReader(raw), l.node.offices, office.AreaOptions{Property: propertyOf(raw)}); err == nil {
				own = append(own, datedAreas{from: e.From, areas: a, simple: a.GeoJSON(mapDetail), own: true})
				if !e.From.After(now) {
					break
				}
			}
		}
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("areas: %w", err))
		}
	}
	slices.Reverse(own)
	areas = append(areas, own...)
	if own, err := l.loadPlaces(list); err != nil {
		wrong = errors.Join(wrong, err)
	} else if own != nil {
		places = own
	}
	base, mapFile, err := l.loadMap(list)
	wrong = errors.Join(wrong, err)
	l.mu.Lock()
	l.areas, l.places, l.base, l.mapFile = areas, places, base, mapFile
	l.mu.Unlock()
	if wrong == nil {
		l.node.alarms.clear("imports")
		return
	}
	l.node.log.Error("an imported file can't be used", "err", wrong)
	l.node.alarms.set("imports", Alarm{
		Level: "warn",
		Text: Text{
			ID: "Berkas wilayah, tempat atau peta yang diimpor rusak atau hilang; yang lama dipakai.",
			EN: "An imported file of areas, places or the map is missing or was changed; the one before is used.",
		},
		Todo: Text{ID: "Impor lagi dari berkas aslinya: siaga area, place atau map import.", EN: "Import it again from its original: siaga area, place or map import."},
	})
}

// propertyOf is what withProperty has kept.
func propertyOf(raw []byte) string {
	var file struct {
		Property string `json:"siagaOffice"`
	}
	_ = json.Unmarshal(raw, &file) // ReadAreas says what is wrong with it
	return file.Property
}

// read gives an imported file, if it still is what was imported.
func (l *lands) read(e staff.Imported) ([]byte, error) {
	if e.File != filepath.Base(e.File) {
		return nil, fmt.Errorf("%q is no name of a file", e.File)
	}
	raw, err := os.ReadFile(filepath.Join(l.node.cfg.Site.Data, importsName, e.File))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != e.Hash {
		return nil, fmt.Errorf("%s was changed since it was imported", e.File)
	}
	return raw, nil
}

// try says why a stored file could not be used.
func (l *lands) try(e staff.Imported) error {
	if !slices.Contains([]string{"areas", "places", "map"}, e.What) {
		return fmt.Errorf("%q is nothing that can be imported", e.What)
	}
	if e.What == "map" {
		return l.sameMap(e)
	}
	_, err := l.read(e)
	return err
}

// at is the areas that hold at an instant, nil when there are none.
func (l *lands) at(t time.Time) *datedAreas {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var found *datedAreas
	for i := range l.areas {
		if !l.areas[i].from.After(t) {
			found = &l.areas[i]
		}
	}
	return found
}
