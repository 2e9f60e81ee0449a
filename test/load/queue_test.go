package load

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkQueueCalls: what a call costs from the INVITE to its sealed tape, in CPU seconds of the house for 1,000
// calls. Each waits in the queue, rings at a seat, is answered, talked over and closed by the operator. Journal with
// fsync, a tape for each call. Like the peers' figures (docs/BENCHMARKS.md) without audio from the far ends: what audio
// costs is told by the other benches, per call and second.
func BenchmarkQueueCalls(b *testing.B) {
	for _, c := range []struct {
		name  string
		talk  time.Duration
		seats int
	}{
		{"05s_200", 500 * time.Millisecond, 200},
		{"3s_400", 3 * time.Second, 400},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				queueCalls(b, c.name, c.talk, c.seats)
			}
		})
	}
}

const queueRate = 100 // calls a second

func queueCalls(b *testing.B, name string, talk time.Duration, n int) {
	const calls = 3000
	s := open(b, siteOptions{})
	var failed atomic.Int64
	seats := sit(b, s, n, seatsOptions{stream: true, onRing: takes(talk, &failed)})
	time.Sleep(3 * time.Second)
	idle := s.during(5 * time.Second)
	c := newCarrier(b, "127.0.0.2", s.sip)
	s.part()
	before, start := s.cpu(), time.Now()
	_, kernel := s.ticks()
	all := make([]*caller, calls)
	for i := range all {
		due := start.Add(time.Duration(i) * time.Second / queueRate)
		time.Sleep(time.Until(due))
		all[i] = c.dial(fmt.Sprintf("+62812%07d", i), 0)
	}
	eventually(b, "all calls end", 30*time.Second, func() bool { return c.live() == 0 })
	time.Sleep(500 * time.Millisecond) // tapes and journal
	used, took := s.cpu()-before, time.Since(start)
	s.part()
	_, inKernel := s.ticks()
	answered := 0
	for _, k := range all {
		if _, ok := k.final(); ok {
			answered++
		}
	}
	if answered < calls*999/1000 {
		b.Errorf("only %d of %d calls were answered; %d keys failed", answered, calls, failed.Load())
	}
	bytes := int64(0)
	for _, one := range seats {
		bytes += one.streams.Load()
	}
	gross := used.Seconds() / calls * 1000
	standing := idle / 100 * took.Seconds() / calls * 1000
	b.Logf("%d calls in %v: %.2f s of CPU per 1000, of which %.2f for %d idle seats (%.1f%% of a core), %.2f in the kernel; streams %.1f MB", calls,
		took.Round(time.Millisecond), gross, standing, n, idle, (inKernel-kernel).Seconds()/calls*1000, float64(bytes)/1e6)
	note(b, "cpu_s_per_1000_queue_calls_"+name+"_with_idle_seats", gross, 0)
	note(b, "idle_core_pct_"+name, idle, 0)
	note(b, "cpu_s_per_1000_queue_calls_"+name, gross-standing, 2.5)
	both := kept()
	note(b, "cpu_s_per_1000_queue_calls", max(both["cpu_s_per_1000_queue_calls_05s_200"], both["cpu_s_per_1000_queue_calls_3s_400"]), 0)
}
