// Package office says who and where: the offices of the police, their seats, people, duties, route plans and
// settings. It is pure: it reads no clock, opens no file, and imports none of our rooms.
package office

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ID names an office, for example "polda-kaltim" or "polresta-balikpapan".
type ID string

// SeatID names a desk of an office, for example "polda-kaltim/2".
type SeatID string

// PersonID names a person with an account, for example "sari".
type PersonID string

// Kind is the level of an office.
type Kind string

// The levels, from the top down.
const (
	Mabes  Kind = "mabes"
	Polda  Kind = "polda"
	Polres Kind = "polres"
	Polsek Kind = "polsek"
)

// Role is what a person may do within their office.
type Role string

// The roles. Each person has exactly one.
const (
	Operator      Role = "operator"      // takes calls (Polda) or receives reports (Polres)
	Supervisor    Role = "supervisor"    // sees the floor, may force a seat off
	Chief         Role = "chief"         // edits the office's settings, reads reports
	Administrator Role = "administrator" // keeps accounts; takes no calls
	Patrol        Role = "patrol"        // one of a unit's crew: sees and does its own job, nothing else
)

// Roles lists every role.
func Roles() []Role { return []Role{Operator, Supervisor, Chief, Administrator, Patrol} }

// Point is a place on the earth, WGS 84 degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Office is one house of the police.
type Office struct {
	ID     ID     `json:"id"`
	Kind   Kind   `json:"kind"`
	Parent ID     `json:"parent,omitempty"` // the office above; empty at the top
	Name   string `json:"name"`             // "Polresta Balikpapan"
	Short  string `json:"short"`            // "Polresta Bpp", fits a button
	Code   string `json:"code"`             // first part of report numbers: "KALTIM", "KALTIM-BPN"
	Zone   string `json:"zone"`             // IANA zone: "Asia/Makassar" is WITA
	Seats  int    `json:"seats"`            // desks with a screen
	At     Point  `json:"at"`               // where the house stands
	// Words are names of places inside the office's area, used to propose an office for a typed place.
	Words []string `json:"words,omitempty"`
	// Prefixes begin the numbers of landlines in the office's area: "+62542".
	Prefixes []string `json:"prefixes,omitempty"`
	Settings Settings `json:"settings"`

	location *time.Location // of Zone, once it is in a Directory: finding it means reading a file
}

// SeatIDs lists the desks of the office in order.
func (o Office) SeatIDs() []SeatID {
	ids := make([]SeatID, o.Seats)
	for i := range ids {
		ids[i] = Seat(o.ID, i+1)
	}
	return ids
}

// Seat names desk n (from 1) of an office.
func Seat(o ID, n int) SeatID { return SeatID(fmt.Sprintf("%s/%d", o, n)) }

// Location is the office's time zone, UTC when the zone is unknown to this machine.
func (o Office) Location() *time.Location {
	if o.location != nil {
		return o.location
	}
	if l, err := time.LoadLocation(o.Zone); err == nil {
		return l
	}
	return time.UTC
}

// ZoneName is what Indonesians call the office's time zone: WIB, WITA or WIT.
func (o Office) ZoneName(at time.Time) string {
	_, offset := at.In(o.Location()).Zone()
	switch offset {
	case 7 * 3600:
		return "WIB"
	case 8 * 3600:
		return "WITA"
	case 9 * 3600:
		return "WIT"
	}
	return "UTC"
}

// Directory is all offices of a site. It is immutable: build it with NewDirectory.
type Directory struct {
	list []Office
	byID map[ID]int
}

// ErrUnknown is wrapped by every answer about an office that isn't in the directory.
var ErrUnknown = errors.New("unknown office")

// NewDirectory checks the offices (unique ids and codes, parents that exist, no circles, settings in range) and
// keeps them in the given order.
func NewDirectory(list []Office) (*Directory, error) {
	d := &Directory{list: slices.Clone(list), byID: make(map[ID]int, len(list))}
	codes := map[string]ID{}
	for i, o := range d.list {
		if o.ID == "" {
			return nil, fmt.Errorf("office number %d has no id", i+1)
		}
		if _, dup := d.byID[o.ID]; dup {
			return nil, fmt.Errorf("office %s is listed twice", o.ID)
		}
		if other, dup := codes[o.Code]; dup && o.Code != "" {
			return nil, fmt.Errorf("offices %s and %s have the same code %q", other, o.ID, o.Code)
		}
		codes[o.Code] = o.ID
		d.byID[o.ID] = i
		location, err := time.LoadLocation(o.Zone)
		if err != nil {
			return nil, fmt.Errorf("office %s: zone %q is unknown: use Asia/Jakarta, Asia/Makassar or Asia/Jayapura", o.ID, o.Zone)
		}
		d.list[i].location = location
		d.list[i].Settings = o.Settings.WithDefaults()
		if err := d.list[i].Settings.Check(); err != nil {
			return nil, fmt.Errorf("office %s: %w", o.ID, err)
		}
	}
	for _, o := range d.list {
		seen := map[ID]bool{o.ID: true}
		for p := o.Parent; p != ""; {
			i, ok := d.byID[p]
			if !ok {
				return nil, fmt.Errorf("office %s: parent %s: %w", o.ID, p, ErrUnknown)
			}
			if seen[p] {
				return nil, fmt.Errorf("office %s: its parents go in a circle through %s", o.ID, p)
			}
			seen[p] = true
			p = d.list[i].Parent
		}
	}
	return d, nil
}

// All lists the offices in the order given.
func (d *Directory) All() []Office { return slices.Clone(d.list) }

// Get finds an office.
func (d *Directory) Get(id ID) (Office, bool) {
	i, ok := d.byID[id]
	if !ok {
		return Office{}, false
	}
	return d.list[i], true
}

// Below says whether b is a itself or lies under it.
func (d *Directory) Below(a, b ID) bool {
	for b != "" {
		if a == b {
			return true
		}
		i, ok := d.byID[b]
		if !ok {
			return false
		}
		b = d.list[i].Parent
	}
	return false
}

// Children lists the offices directly under id, in order.
func (d *Directory) Children(id ID) []Office {
	var out []Office
	for _, o := range d.list {
		if o.Parent == id {
			out = append(out, o)
		}
	}
	return out
}

// CanRead says whether somebody of office reader may read what belongs to owner: an office reads itself and what
// is below it, never sideways, never upwards.
func (d *Directory) CanRead(reader, owner ID) bool { return owner != "" && d.Below(reader, owner) }

// Metres is a distance on the ground.
type Metres float64
