package staff

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// OnDuty is who of an office is to be asked for something urgent, of this role: whoever is signed in and used their
// screen last; empty when nobody of it is signed in. A roster of shifts, when there is one, knows better.
func (s *Staff) OnDuty(o office.ID, role office.Role) office.PersonID {
	now := s.opts.Now()
	s.mu.RLock()
	defer s.mu.RUnlock()
	var best office.PersonID
	var seen time.Time
	for _, one := range s.sessions {
		a := s.people[one.person]
		if one.unit != "" || a == nil || !a.Active || a.Office != o || a.Role != role || one.over(now) {
			continue
		}
		if best == "" || one.seen.After(seen) || one.seen.Equal(seen) && a.ID < best {
			best, seen = a.ID, one.seen
		}
	}
	return best
}
