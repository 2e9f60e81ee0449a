package dispatch

import (
	"slices"

	"github.com/siaga110/siaga/incident"
)

// CallsOf lists the calls about an incident, in the order in which they came; false when it isn't in memory (then view has
// it). Whether somebody may read it is for MayRead.
func (d *Dispatch) CallsOf(id incident.ID) ([]string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.live[id]
	if e == nil {
		return nil, false
	}
	return slices.Clone(e.state.Calls), true
}
