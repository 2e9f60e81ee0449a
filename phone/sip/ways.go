package sip

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// Errors of Dial. What happens later is told by Ended.
var (
	ErrNoWayOut  = errors.New("no trunk carries outgoing calls")
	ErrFull      = errors.New("every trunk that carries outgoing calls is full or down")
	ErrNoPhone   = errors.New("no such desk phone is registered")
	ErrNoCallee  = errors.New("no number that can be called")
	errNoAddress = errors.New("the trunk's server has no address")
)

// Format is how a trunk wants numbers.
type Format string

// How numbers are written to a trunk.
const (
	E164     Format = ""         // +6281234567890
	National Format = "national" // 081234567890
	Plain    Format = "plain"    // 6281234567890
)

// Outgoing is what is needed to call by a trunk.
type Outgoing struct {
	Server    string // "host:port" of the carrier's proxy; empty: this trunk carries no outgoing calls
	Transport string // "UDP" (default), "TCP", "TLS"
	Priority  int    // the lowest is tried first
	User      string // for digest; empty: by address only
	Password  string
	CallerID  string // number that those see whom we call, when the callee names none
	Format    Format
	Register  bool // keep ourselves registered there (RFC 3261 10)
}

// way is one road on which a callee may be reached.
type way struct {
	trunk     *Trunk
	target    sip.Uri
	transport string
	hop       netip.AddrPort
}

// ways lists the roads to a callee, the first to try in front.
func (x *Exchange) ways(c phone.Callee) ([]way, error) {
	if c.Phone != "" || c.Seat != "" {
		w, ok := x.phoneWay(c)
		if !ok {
			return nil, fmt.Errorf("call desk phone %s%s: %w", c.Phone, c.Seat, ErrNoPhone)
		}
		return []way{w}, nil
	}
	if !dialable(c.Number) {
		return nil, ErrNoCallee
	}
	var trunks []*Trunk
	for i := range x.screen.trunks {
		t := &x.screen.trunks[i]
		if t.Out.Server != "" && (c.Trunk == "" || c.Trunk == t.Name) {
			trunks = append(trunks, t)
		}
	}
	if len(trunks) == 0 {
		return nil, ErrNoWayOut
	}
	slices.SortStableFunc(trunks, func(a, b *Trunk) int { return cmp.Compare(a.Out.Priority, b.Out.Priority) })
	var ways, down []way
	for _, t := range trunks {
		if x.fullOut(t) {
			continue
		}
		w, err := x.wayTo(t, c.Number)
		if err != nil {
			x.log.Warn("a trunk can't be used", "trunk", t.Name, "err", err)
			continue
		}
		if x.health.isDown(t.Name) {
			down = append(down, w) // tried last: what we think of it may be old
			continue
		}
		ways = append(ways, w)
	}
	if ways = append(ways, down...); len(ways) == 0 {
		return nil, ErrFull
	}
	return ways, nil
}

// fullOut tells what is so now; the place itself is taken by nextWay.
func (x *Exchange) fullOut(t *Trunk) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return !x.roomOn(t)
}

// roomOn says whether a trunk may carry one more. mu is held.
func (x *Exchange) roomOn(t *Trunk) bool { return t.MaxCalls <= 0 || x.perTrunk[t.Name] < t.MaxCalls }

// wayTo is the road to a number by this trunk. It never waits: names are looked up beside the calls.
func (x *Exchange) wayTo(t *Trunk, number string) (way, error) {
	hop, ok := x.screen.names.address(t.Out.Server)
	if !ok {
		return way{}, fmt.Errorf("server %s: %w", t.Out.Server, errNoAddress)
	}
	host, port, _ := splitServer(t.Out.Server)
	return way{
		trunk: t, transport: strings.ToUpper(cmp.Or(t.Out.Transport, "UDP")), hop: hop,
		target: sip.Uri{Scheme: "sip", User: t.Out.Format.write(number), Host: host, Port: int(port)},
	}, nil
}

// write writes an E.164 number as the trunk wants it; short numbers stay.
func (f Format) write(number string) string {
	rest, isIndonesian := strings.CutPrefix(number, "+62")
	switch {
	case f == National && isIndonesian:
		return "0" + rest
	case f == National && strings.HasPrefix(number, "+"):
		return "00" + number[1:]
	case f == Plain:
		return strings.TrimPrefix(number, "+")
	}
	return number
}

// withPhones adds to the trunks one of their own for desk phones.
func withPhones(cfg Config) []Trunk {
	out := slices.Clone(cfg.Trunks)
	if len(cfg.Phones.Accounts) > 0 { // last: an address that is also a trunk's belongs to the trunk
		out = append(out, Trunk{Name: phonesTrunk, Peers: cfg.Phones.Networks})
	}
	return out
}

// dialable says that a number may stand in a URI as it is: digits, * and #, perhaps behind a plus.
func dialable(number string) bool {
	rest := strings.TrimPrefix(number, "+")
	return rest != "" && len(rest) <= 32 && strings.Trim(rest, "0123456789*#") == ""
}
