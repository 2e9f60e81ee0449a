package media

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

// PortRange is the UDP ports that calls may use, both ends included. RTP takes the even ones (RFC 3550 11). The zero
// value leaves the choice to the system.
type PortRange struct {
	Min, Max uint16
}

// ErrNoPort says that every port of the range is taken.
var ErrNoPort = errors.New("no RTP port is free")

// restFor is how long the port of an ended call rests, so that late packets of that call don't sound in the next.
const restFor = 30 * time.Second

// resting keeps ports of ended calls away from new ones.
type resting struct {
	mu    sync.Mutex
	until map[netip.AddrPort]time.Time
	next  map[PortRange]uint16 // where the last search ended, so that ports come again as late as possible
}

// quarantine is one for the process, as UDP ports are.
var quarantine = resting{until: make(map[netip.AddrPort]time.Time), next: make(map[PortRange]uint16)}

func (r *resting) rest(a netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	for old, until := range r.until {
		if now.After(until) {
			delete(r.until, old)
		}
	}
	r.until[a] = now.Add(restFor)
}

func (r *resting) rests(a netip.AddrPort, now time.Time) bool {
	until, ok := r.until[a]
	return ok && now.Before(until)
}

// open binds the next free port. When all that are free still rest, it takes one of those: a citizen's call matters
// more than the risk of a late packet, which the latch refuses anyway.
func (r *resting) open(ip netip.Addr, ports PortRange) (*net.UDPConn, error) {
	if ports == (PortRange{}) {
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
		if err != nil {
			return nil, fmt.Errorf("open RTP socket on %s: %w", ip, err)
		}
		return conn, nil
	}
	low := int(ports.Min) + int(ports.Min)%2
	count := (int(ports.Max)-low)/2 + 1
	if int(ports.Max) < low {
		return nil, fmt.Errorf("open RTP socket on %s: range %d-%d: %w", ip, ports.Min, ports.Max, ErrNoPort)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	start, ok := r.next[ports]
	if !ok {
		// A restarted process must not begin where the last one did.
		start = uint16(rand.IntN(count)) //nolint:gosec // spreads ports, guards nothing
	}
	now := time.Now()
	for _, takeResting := range []bool{false, true} {
		for i := range count {
			slot := (int(start) + i) % count
			a := netip.AddrPortFrom(ip, uint16(low+2*slot))
			if r.rests(a, now) != takeResting {
				continue
			}
			conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(a))
			if err != nil {
				continue // taken by another program
			}
			r.next[ports] = uint16((slot + 1) % count)
			return conn, nil
		}
	}
	return nil, fmt.Errorf("open RTP socket on %s: range %d-%d: %w", ip, ports.Min, ports.Max, ErrNoPort)
}
