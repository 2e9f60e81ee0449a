package dispatch

import (
	"fmt"
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
	return fmt.Sprintf("%s/%04d", day, d.issued[day]+1)
}

// noteNo remembers an issued number.
func (d *Dispatch) noteNo(no string) {
	i := strings.LastIndexByte(no, '/')
	if i < 0 {
		return
	}
	if n, err := strconv.Atoi(no[i+1:]); err == nil {
		d.issued[no[:i]] = max(d.issued[no[:i]], n)
	}
}
