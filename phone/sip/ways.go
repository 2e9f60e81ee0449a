package sip

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// Errors of Dial. What happens later is told by Ended.
var (
	ErrNoWayOut  = errors.New("no trunk carries outgoing calls")
	ErrFull      = errors.New("every trunk that carries outgoing calls is full or down")
	ErrNoPhone   = errors.New("no such desk phone is registered")
	ErrNoCallee  = errors.New("nobody to call")
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
	if c.Number == "" {
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
		w, err := t.wayTo(c.Number)
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

func (x *Exchange) fullOut(t *Trunk) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return t.MaxCalls > 0 && x.perTrunk[t.Name] >= t.MaxCalls
}

// wayTo is the road to a number by this trunk.
func (t *Trunk) wayTo(number string) (way, error) {
	hop, err := resolve(t.Out.Server)
	if err != nil {
		return way{}, fmt.Errorf("server %s: %w", t.Out.Server, err)
	}
	host, port, _ := net.SplitHostPort(t.Out.Server)
	n, _ := strconv.Atoi(port)
	return way{
		trunk: t, transport: strings.ToUpper(cmp.Or(t.Out.Transport, "UDP")), hop: hop,
		target: sip.Uri{Scheme: "sip", User: t.Out.Format.write(number), Host: host, Port: n},
	}, nil
}

// resolve finds the address of "host:port".
func resolve(server string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return netip.AddrPort{}, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(ip.Unmap(), uint16(n)), nil
	}
	addrs, err := net.LookupHost(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for _, a := range addrs {
		if ip, err := netip.ParseAddr(a); err == nil {
			return netip.AddrPortFrom(ip.Unmap(), uint16(n)), nil
		}
	}
	return netip.AddrPort{}, errNoAddress
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

// withServers adds to the trunks what answers us: their servers, and a trunk of their own for desk phones.
func withServers(cfg Config) []Trunk {
	out := slices.Clone(cfg.Trunks)
	for i, t := range out {
		if t.Out.Server == "" {
			continue
		}
		if a, err := resolve(t.Out.Server); err == nil {
			out[i].Peers = append(slices.Clone(t.Peers), netip.PrefixFrom(a.Addr(), a.Addr().BitLen()))
		} else {
			cfg.Log.Error("a trunk's server has no address", "trunk", t.Name, "server", t.Out.Server, "err", err)
		}
	}
	if len(cfg.Phones.Accounts) > 0 { // last: an address that is also a trunk's belongs to the trunk
		out = append(out, Trunk{Name: phonesTrunk, Peers: cfg.Phones.Networks})
	}
	return out
}
