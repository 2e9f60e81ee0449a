package media

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"
)

// latch decides from which address a call's RTP is taken (symmetric RTP, RFC 4961), so that a caller behind NAT is
// heard and a stranger who sends to our port is not.
//
// The SDP's address is taken at once. Another address is taken only after it proved itself by packets in sequence
// while the SDP's address was silent. From then on the latch is locked: a third address is taken only when the
// locked one has been silent for 2 s and the newcomer goes on with the same SSRC, or after a new offer.
type latch struct {
	told   netip.AddrPort // from SDP
	from   netip.AddrPort // locked, when valid
	ssrc   uint32
	last   time.Time // last packet from the locked address
	strays map[netip.AddrPort]struct{}

	trial struct { // a candidate on probation
		from  netip.AddrPort
		ssrc  uint32
		seq   uint16
		count int
	}
}

const (
	probation    = 4               // packets in sequence, 80 ms
	relatchAfter = 2 * time.Second // of silence
	straysMax    = 64
)

// to is where to send; not valid when unknown.
func (l *latch) to() netip.AddrPort {
	if l.from.IsValid() {
		return l.from
	}
	return l.told
}

// tell sets the SDP's address. A changed one opens the latch; the same one again (a session refresh) does not.
func (l *latch) tell(a netip.AddrPort) {
	if a == l.told {
		return
	}
	l.told = a
	l.open()
}

// open forgets the locked address: a new offer may come from elsewhere.
func (l *latch) open() {
	l.from, l.ssrc = netip.AddrPort{}, 0
	l.trial.count = 0
}

// stray notes an address that sent before anybody could know of our port in this call: somebody's earlier call.
func (l *latch) stray(a netip.AddrPort) {
	if l.strays == nil {
		l.strays = make(map[netip.AddrPort]struct{})
	}
	if len(l.strays) < straysMax {
		l.strays[a] = struct{}{}
	}
}

// take says whether the packet belongs to this call.
func (l *latch) take(from netip.AddrPort, h *rtp.Header, at time.Time) bool {
	switch {
	case from == l.from:
		l.ssrc, l.last = h.SSRC, at
		return true
	case !l.from.IsValid() && from == l.told:
		l.lock(from, h.SSRC, at)
		return true
	case !l.from.IsValid() && l.told.IsValid():
		if _, stray := l.strays[from]; stray {
			return false
		}
		return l.tryOut(from, h, at)
	case l.from.IsValid() && h.SSRC == l.ssrc && at.Sub(l.last) >= relatchAfter:
		return l.tryOut(from, h, at)
	}
	return false
}

func (l *latch) lock(from netip.AddrPort, ssrc uint32, at time.Time) {
	l.from, l.ssrc, l.last = from, ssrc, at
	l.trial.count = 0
}

func (l *latch) tryOut(from netip.AddrPort, h *rtp.Header, at time.Time) bool {
	t := &l.trial
	if t.count > 0 && t.from == from && t.ssrc == h.SSRC && h.SequenceNumber == t.seq+1 {
		t.count++
	} else {
		t.from, t.ssrc, t.count = from, h.SSRC, 1
	}
	t.seq = h.SequenceNumber
	if t.count < probation {
		return false
	}
	l.lock(from, h.SSRC, at)
	return true
}
