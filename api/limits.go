package api

import (
	"sync"
	"time"
)

// How often one may ask: a person's screen sends some ten requests a second at most; whole offices sign in from one
// address at a change of shift.
const (
	personRate, personBurst     = 40, 200 // a second, at once
	strangerRate, strangerBurst = 20, 200
	bucketsMax                  = 20_000
)

// limits are token buckets by person and by address.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newLimits() *limits { return &limits{buckets: map[string]*bucket{}} }

func (l *limits) person(id string, now time.Time) bool {
	return l.take("p "+id, personRate, personBurst, now)
}

func (l *limits) stranger(addr string, now time.Time) bool {
	return l.take("a "+addr, strangerRate, strangerBurst, now)
}

func (l *limits) take(name string, rate, burst float64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[name]
	if b == nil {
		if len(l.buckets) >= bucketsMax { // full ones know nothing worth keeping
			for n, old := range l.buckets {
				if now.Sub(old.at) > time.Minute {
					delete(l.buckets, n)
				}
			}
		}
		if len(l.buckets) >= bucketsMax {
			return false
		}
		b = &bucket{tokens: burst, at: now}
		l.buckets[name] = b
	}
	b.tokens = min(burst, b.tokens+max(0, now.Sub(b.at).Seconds())*rate)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
