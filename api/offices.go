package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// SettingsChange is what is to be different; what is left out stays.
type SettingsChange struct {
	TOfferMs      *int64 `json:"tOfferMs,omitempty"`
	TLevelMs      *int64 `json:"tLevelMs,omitempty"`
	TTransferMs   *int64 `json:"tTransferMs,omitempty"`
	TOrphanMs     *int64 `json:"tOrphanMs,omitempty"`
	TUnfinishedMs *int64 `json:"tUnfinishedMs,omitempty"`
	TWrapMs       *int64 `json:"tWrapMs,omitempty"`
	TLeaveMs      *int64 `json:"tLeaveMs,omitempty"`
	TPiketMs      *int64 `json:"tPiketMs,omitempty"`
	TSilentMs     *int64 `json:"tSilentMs,omitempty"`

	Piket *string `json:"piket,omitempty" maxLength:"40" doc:"number of the piket phone; empty: none"`
	Blind *bool   `json:"blind,omitempty"`
}

// msMax is far over every range, and keeps the sum of a bad number from wrapping round.
const msMax = int64(24 * time.Hour / time.Millisecond)

// onto changes settings. Zero means none where that is allowed, and is out of range elsewhere.
func (c SettingsChange) onto(s office.Settings) (office.Settings, error) {
	for _, f := range []struct {
		name string
		ms   *int64
		to   *time.Duration
		none bool
	}{
		{"tOfferMs", c.TOfferMs, &s.TOffer, false},
		{"tLevelMs", c.TLevelMs, &s.TLevel, false},
		{"tTransferMs", c.TTransferMs, &s.TTransfer, false},
		{"tOrphanMs", c.TOrphanMs, &s.TOrphan, false},
		{"tUnfinishedMs", c.TUnfinishedMs, &s.TUnfinished, false},
		{"tWrapMs", c.TWrapMs, &s.TWrap, true},
		{"tLeaveMs", c.TLeaveMs, &s.TLeave, true},
		{"tPiketMs", c.TPiketMs, &s.TPiket, false},
		{"tSilentMs", c.TSilentMs, &s.TSilent, false},
	} {
		if f.ms == nil {
			continue
		}
		switch {
		case *f.ms == 0 && f.none:
			*f.to = -1 // none; zero would be the default
		case *f.ms <= 0 || *f.ms > msMax:
			return s, fmt.Errorf("%w: %s is %d", staff.ErrInput, f.name, *f.ms)
		default:
			*f.to = time.Duration(*f.ms) * time.Millisecond
		}
	}
	if c.Piket != nil {
		s.Piket = strings.TrimSpace(*c.Piket)
	}
	if c.Blind != nil {
		s.Blind = *c.Blind
	}
	return s, nil
}

func (s *Server) officeOps() {
	register(s, operation(http.MethodGet, "/offices", "All offices, to name them on screens", rule{roles: everybody}),
		func(context.Context, *none) (*out[[]Office], error) {
			list := []Office{}
			for _, o := range s.cfg.Directory.All() {
				list = append(list, officeView(o, s.cfg.Now()))
			}
			return &out[[]Office]{list}, nil
		})
	register(s, operation(http.MethodGet, "/offices/{id}/settings", "Times of an office", rule{roles: workers, of: officePath}),
		func(_ context.Context, in *idPath) (*out[Settings], error) {
			set, _ := s.cfg.Staff.Settings(office.ID(in.ID)) // the rule has seen that it is there
			return &out[Settings]{settingsView(set)}, nil
		})
	register(s, operation(http.MethodPatch, "/offices/{id}/settings", "Change the times of an office", rule{roles: chief, of: officePath}),
		func(ctx context.Context, in *idBody[SettingsChange]) (*out[Settings], error) {
			id := office.ID(in.ID)
			old, _ := s.cfg.Staff.Settings(id)
			set, err := in.Body.onto(old)
			if err == nil {
				set, err = s.cfg.Staff.SetSettings(ctx, who(ctx).Person.ID, id, set)
			}
			if err != nil {
				p := s.problemOf(err)
				if p.Code == "bad_input" {
					p.Code, p.Text = "setting_range", textOf("setting_range")
				}
				return nil, p
			}
			if s.cfg.OnSettings != nil {
				s.cfg.OnSettings(id, set)
			}
			return &out[Settings]{settingsView(set)}, nil
		})
}
