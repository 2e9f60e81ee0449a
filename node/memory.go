package node

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Memory that a flood took is given back. The runtime collects when the heap has doubled since the last time, or each
// two minutes, and gives back slowly what it then has over: a process that has nothing to do keeps what it had in its
// busiest second. So after a busy time, when calls have been few for as long as SIP remembers them (32 s, RFC 3261
// 17.2.2), all is collected and given back at once. It takes some milliseconds of one core and stops nobody.
const (
	memoryLook  = 5 * time.Second
	memoryQuiet = 40 * time.Second
	memoryGrown = 48 << 20 // bytes: less isn't worth it
	memoryBusy  = 10 << 20 // bytes made in a second: some dozen calls
)

// gcPercent is how much more than what lives the heap may hold before it is collected. With the usual 100 collecting was
// a twelfth of what a call cost; what is over is given back in quiet times.
const gcPercent = 200

// watchMemory gives memory back until ctx ends.
func (n *Node) watchMemory(ctx context.Context) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	tick := time.NewTicker(memoryLook)
	defer tick.Stop()
	var m memory
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			held, made := memoryNow()
			if !m.look(now, held, made) {
				continue
			}
			debug.FreeOSMemory()
			after, _ := memoryNow()
			m.gave(after)
			n.log.Info("memory of a busy time given back", "before_mb", held>>20, "after_mb", after>>20)
		}
	}
}

// memory decides when.
type memory struct {
	base  uint64 // held when it was last given back
	made  uint64
	at    time.Time
	quiet time.Time // since when little is made; zero: it isn't so
}

// look takes what the process holds and all that it has ever made, in bytes, and says whether to give back.
func (m *memory) look(now time.Time, held, made uint64) bool {
	first := m.at.IsZero()
	rate := float64(made-m.made) / now.Sub(m.at).Seconds()
	m.made, m.at = made, now
	switch {
	case first:
		m.base = held
		return false
	case rate > memoryBusy:
		m.quiet = time.Time{}
		return false
	case m.quiet.IsZero():
		m.quiet = now
	}
	m.base = min(m.base, held)
	return now.Sub(m.quiet) >= memoryQuiet && held > m.base+memoryGrown
}

func (m *memory) gave(held uint64) { m.base = held }

// memoryNow reads what the runtime holds of the machine's memory, and what it has ever made.
func memoryNow() (held, made uint64) {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64(), s[2].Value.Uint64()
}
