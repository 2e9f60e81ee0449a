package filter

import (
	"time"

	"github.com/siaga110/siaga/office"
)

// recent remembers who called in the last minutes, for the rule of the second call. Bounded: a flood pushes the oldest
// out, which costs one escape out of several.
type recent struct {
	calls map[office.Number][]rang // the newest last, at most rangMax
	order []who                    // as they came: the next to be forgotten first
}

type rang struct {
	call string
	at   time.Time
}

type who struct {
	number office.Number
	at     time.Time
}

const (
	recentMax = 8192             // calls
	recentAge = 10 * time.Minute // the most that AgainSeconds may be
	rangMax   = 6
	// A person who is cut off calls again, perhaps four times. A machine goes on: from the fifth call within the time
	// on, the rule doesn't help it.
	againMax = 4
)

func newRecent() recent { return recent{calls: map[office.Number][]rang{}} }

func (r *recent) add(n office.Number, call string, at time.Time) {
	r.order = append(r.order, who{n, at})
	list := append(r.calls[n], rang{call, at})
	r.calls[n] = list[max(0, len(list)-rangMax):]
	for len(r.order) > 0 && (len(r.order) > recentMax || at.Sub(r.order[0].at) > recentAge) {
		old := r.order[0]
		r.order = r.order[1:]
		if list := r.calls[old.number]; len(list) > 0 && !list[len(list)-1].at.After(old.at) {
			delete(r.calls, old.number)
		}
	}
}

// again says whether this is a second call within the time (the third and fourth count as well).
func (r *recent) again(n office.Number, call string, at time.Time, within time.Duration) bool {
	earlier := 0
	for _, c := range r.calls[n] {
		if d := at.Sub(c.at); c.call != call && d >= 0 && d <= within {
			earlier++
		}
	}
	return earlier >= 1 && earlier <= againMax
}
