package dispatch

import (
	"slices"

	"github.com/siaga110/siaga/office"
)

// OpenOf lists the incidents that an office has now and must see to the end, the oldest first, for the handover of its shift: those
// it holds, and its drafts. Restricted ones are veiled, whoever asks, since the list is kept.
func (d *Dispatch) OpenOf(o office.ID) []Card {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []Card{}
	for _, e := range d.live {
		s := e.state
		if !s.Open() || s.Office != o || s.HiddenFrom(d.opts.Offices, o) {
			continue
		}
		c := d.card(e)
		if s.Restricted() {
			c = c.veil()
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Card) int { return a.FirstRing.Compare(b.FirstRing) })
	return list
}
