package staff

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/siaga110/siaga/office"
)

// A device tells where a unit is: a tracker in the car, or an app on a phone that goes on sending in a pocket. It has a
// token of its own, which says where the unit is and opens nothing else.

const streamDevices = "devices"

// Device is one, as people see it.
type Device struct {
	ID    string
	Unit  string
	Label string // what people call it, "HP Briptu Yoga"
	Since time.Time
	By    office.PersonID
}

// AddDevice makes one and gives its token, which is shown once and kept nowhere.
func (s *Staff) AddDevice(ctx context.Context, by office.PersonID, unit, label string) (Device, string, error) {
	label = strings.TrimSpace(label)
	if unit == "" || utf8.RuneCountInString(label) > 60 {
		return Device{}, "", fmt.Errorf("%w: a device needs its unit, and a name of at most 60 letters", ErrInput)
	}
	token := strings.ToLower(rand.Text()) // letters and digits only: apps have fields for it that take no others
	k := sha256.Sum256([]byte(token))
	now := s.opts.Now().UTC()
	e := DeviceAdded{At: now, By: by, ID: "d" + strings.ToLower(rand.Text()[:10]), Unit: unit, Label: label, Key: hex.EncodeToString(k[:])}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.write(ctx, streamDevices, by, e); err != nil {
		return Device{}, "", err
	}
	return Device{ID: e.ID, Unit: unit, Label: label, Since: now, By: by}, token, nil
}

// DropDevice ends one of a unit: its token tells nothing any more. One that isn't there is no error.
func (s *Staff) DropDevice(ctx context.Context, by office.PersonID, unit, id string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.RLock()
	known := slices.ContainsFunc(s.devicesOf(unit), func(d Device) bool { return d.ID == id })
	s.mu.RUnlock()
	if !known {
		return nil
	}
	return s.write(ctx, streamDevices, by, DeviceDropped{At: s.opts.Now().UTC(), By: by, ID: id})
}

// Devices lists those of a unit, the oldest first.
func (s *Staff) Devices(unit string) []Device {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.devicesOf(unit)
}

func (s *Staff) devicesOf(unit string) []Device {
	list := []Device{}
	for _, d := range s.devices {
		if d.Unit == unit {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b Device) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return list
}

// DeviceOf finds the device of a token.
func (s *Staff) DeviceOf(token string) (Device, bool) {
	k := key(sha256.Sum256([]byte(token)))
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, ok := s.devices[k]
	return d, ok
}
