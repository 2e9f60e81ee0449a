package staff

import (
	"context"
	"fmt"

	"github.com/siaga110/siaga/office"
)

const streamOffice = "office/" // + the office's id

// Settings are an office's times as its chief set them last, else those of the office file.
func (s *Staff) Settings(id office.ID) (office.Settings, bool) {
	s.mu.RLock()
	set, changed := s.settings[id]
	s.mu.RUnlock()
	if changed {
		return set, true
	}
	if s.opts.Offices == nil {
		return office.Settings{}, false
	}
	o, ok := s.opts.Offices.Get(id)
	return o.Settings, ok
}

// SetSettings changes an office's times for good. The error of a value out of range names it.
func (s *Staff) SetSettings(ctx context.Context, by office.PersonID, id office.ID, set office.Settings) (office.Settings, error) {
	if _, ok := s.Settings(id); !ok {
		return set, fmt.Errorf("%w: %s", office.ErrUnknown, id)
	}
	set = set.WithDefaults()
	if err := set.Check(); err != nil {
		return set, fmt.Errorf("%w: %w", ErrInput, err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	err := s.write(ctx, streamOffice+string(id), by, SettingsChanged{At: s.opts.Now().UTC(), By: by, Office: id, Settings: set})
	return set, err
}
