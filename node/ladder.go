package node

import (
	"net/netip"
	"sync"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/phone/sip"
)

// ladders remember which leg a call had, for as many calls as the phone remembers messages of.
type ladders struct {
	mu    sync.Mutex
	legs  map[call.ID]string
	order []call.ID
}

const laddersMax = 5000

func (l *ladders) leg(id call.ID, leg string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.legs == nil {
		l.legs = map[call.ID]string{}
	}
	if _, again := l.legs[id]; !again {
		l.order = append(l.order, id)
	}
	l.legs[id] = leg
	if len(l.order) > laddersMax {
		delete(l.legs, l.order[0])
		l.order = l.order[1:]
	}
}

func (l *ladders) of(id call.ID) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.legs[id]
}

// ladderOf gives the api what the wire said of a call.
type ladderOf struct{ n *Node }

func (l ladderOf) Ladder(id call.ID) ([]api.WireMessage, bool) {
	msgs, ok := l.n.phone.Ladder(l.n.ladders.of(id))
	out := make([]api.WireMessage, 0, len(msgs))
	for _, m := range msgs {
		out = append(out, api.WireMessage{At: m.At.UTC(), In: m.In, Peer: m.Peer.String(), Transport: m.Transport, Text: m.Text})
	}
	return out, ok
}

func (l ladderOf) Pcap(id call.ID) ([]byte, bool) {
	msgs, ok := l.n.phone.Ladder(l.n.ladders.of(id))
	here := l.n.phone.Addrs().UDP
	if here.Addr().IsUnspecified() {
		here = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), here.Port())
	}
	return sip.Pcap(msgs, here), ok
}
