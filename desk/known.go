package desk

import (
	"time"

	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
)

// known is all that an operator sees of a number before the answer: its calls, its open reports, whether somebody is in
// danger, what its past comes to in words, and which Polres it probably concerns. All from memory.
func (l *Live) known() HistoryView {
	s := l.state
	number := office.Number(s.Caller.Number)
	v := l.desk.past.history(number, l.desk.opts.Incidents)
	of, _ := l.desk.opts.Offices.Get(s.Office)
	verdict := l.verdict.ForOperator()
	v.Level, v.Why = verdict.Level, append([]filter.Words{}, verdict.Words(time.Now(), of.Location())...)
	arriving := office.Arriving{Office: s.Office, Trunk: s.Caller.Trunk, Dialled: s.Caller.Dialled, From: number, At: s.FirstRing}
	if l.place != nil {
		arriving.Place = &l.place.At
	}
	v.Likely = l.desk.opts.Offices.Likely(arriving)
	if v.Likely == "" { // a mobile without a place: where its open report is, if there is one
		for _, open := range v.Open {
			if open.Office != s.Office {
				v.Likely = open.Office
			}
		}
	}
	return v
}
