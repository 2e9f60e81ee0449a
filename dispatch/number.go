package dispatch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// nextNo is the report number that the office would issue now: KALTIM/2026/11/23/0042, by its local day, without
// gaps. It counts as issued when an event with it is applied. d.mu is held.
func (d *Dispatch) nextNo(o office.ID, now time.Time) string {
	of, _ := d.opts.Offices.Get(o)
	day := of.Code + "/" + now.In(of.Location()).Format("2006/01/02")
	if holes := d.holes[day]; len(holes) > 0 {
		return fmt.Sprintf("%s/%04d", day, holes[0])
	}
	return fmt.Sprintf("%s/%04d", day, d.issued[day]+1)
}

// noteNo remembers an issued number.
func (d *Dispatch) noteNo(no string) {
	i := strings.LastIndexByte(no, '/')
	if i < 0 {
		return
	}
	day := no[:i]
	if n, err := strconv.Atoi(no[i+1:]); err == nil {
		d.issued[day] = max(d.issued[day], n)
		d.holes[day] = slices.DeleteFunc(d.holes[day], func(h int) bool { return h == n })
		if d.seen != nil {
			if d.seen[day] == nil {
				d.seen[day] = map[int]bool{}
			}
			d.seen[day][n] = true
		}
	}
}

// holesBack is how many of the last numbers of a day may have been lost in a power cut, while a later one was written:
// each incident has a stream of its own. Nobody was shown such a number, so it is given again. Further back a missing
// number can only be a damaged record, whose number people know.
const holesBack = 64

// findHoles finds numbers that were given and never written. d.mu is held.
func (d *Dispatch) findHoles() {
	for day, seen := range d.seen {
		for n := max(1, d.issued[day]-holesBack); n < d.issued[day]; n++ {
			if !seen[n] {
				d.holes[day] = append(d.holes[day], n)
			}
		}
	}
	d.seen = nil
}
