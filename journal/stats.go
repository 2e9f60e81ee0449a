package journal

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Stats are figures of an engine since it was opened.
type Stats struct {
	Appends  uint64        // answered without error
	Failures uint64        // answered with an error, conflicts too
	Records  uint64        // written
	Fsyncs   uint64        // of the journal and its keys; Appends over Fsyncs is what group commit saves
	Backlog  int           // appends that wait for the disk now
	P50, P99 time.Duration // of appends, rounded up by at most an eighth
}

type counters struct {
	appends, failures, records, syncs atomic.Uint64
	latency                           [8 * 64]atomic.Uint64
}

func (c *counters) answered(r *request, err error) {
	if err != nil {
		c.failures.Add(1)
		return
	}
	c.appends.Add(1)
	c.latency[bucket(time.Since(r.since))].Add(1)
}

// bucket: eight to each doubling of nanoseconds.
func bucket(d time.Duration) int {
	n := uint64(max(d, 8))
	top := bits.Len64(n) - 1
	return (top << 3) | int((n>>(top-3))&7)
}

// upper is the end of a bucket.
func upper(b int) time.Duration {
	top := b >> 3
	return time.Duration((uint64(b&7) + 9) << (top - 3))
}

func (c *counters) percentile(p float64) time.Duration {
	var total uint64
	for i := range c.latency {
		total += c.latency[i].Load()
	}
	var sum uint64
	for i := range c.latency {
		if sum += c.latency[i].Load(); sum > 0 && float64(sum) >= p*float64(total) {
			return upper(i)
		}
	}
	return 0
}

// Stats tells figures since Open.
func (s *SQLite) Stats() Stats {
	s.mu.Lock()
	backlog := len(s.waiting)
	s.mu.Unlock()
	return Stats{
		Appends: s.stats.appends.Load(), Failures: s.stats.failures.Load(), Records: s.stats.records.Load(),
		Fsyncs: s.stats.syncs.Load() + s.keys.syncs.Load(), Backlog: backlog,
		P50: s.stats.percentile(0.50), P99: s.stats.percentile(0.99),
	}
}
