package sip

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// How long a name's addresses are believed, how soon a lookup that failed is tried again, and how long the start waits.
const (
	nameLives   = time.Minute
	nameRetry   = 5 * time.Second
	namesAtOnce = time.Second
)

// names knows the addresses of the trunks' servers. They are looked up beside the calls: whoever dials, and every
// message that comes, reads what is known and never waits for a name server.
type names struct {
	known  atomic.Pointer[map[string][]netip.AddrPort] // by "host:port"
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	log    *slog.Logger
	open   []string // those with a name
}

// init takes the servers; those given by address are known at once.
func (n *names) init(trunks []Trunk, lookup func(context.Context, string) ([]netip.Addr, error), log *slog.Logger) {
	n.lookup, n.log = lookup, log
	if n.lookup == nil {
		n.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	known := map[string][]netip.AddrPort{}
	for _, t := range trunks {
		if t.Out.Server == "" || slices.Contains(n.open, t.Out.Server) {
			continue
		}
		host, port, ok := splitServer(t.Out.Server)
		if !ok {
			log.Error("a trunk's server is no address", "trunk", t.Name, "server", t.Out.Server)
			continue
		}
		if ip, err := netip.ParseAddr(host); err == nil {
			known[t.Out.Server] = []netip.AddrPort{netip.AddrPortFrom(ip.Unmap(), port)}
			continue
		}
		n.open = append(n.open, t.Out.Server)
	}
	n.known.Store(&known)
}

func splitServer(server string) (host string, port uint16, ok bool) {
	host, p, err := net.SplitHostPort(server)
	if err != nil || host == "" {
		return "", 0, false
	}
	number, err := strconv.ParseUint(p, 10, 16)
	return host, uint16(number), err == nil && number > 0
}

// address is where a server is; false while its name has never been found.
func (n *names) address(server string) (netip.AddrPort, bool) {
	all := (*n.known.Load())[server]
	if len(all) == 0 {
		return netip.AddrPort{}, false
	}
	return all[0], true
}

// is says whether an address is one of the server's.
func (n *names) is(server string, a netip.Addr) bool {
	return server != "" && slices.ContainsFunc((*n.known.Load())[server], func(k netip.AddrPort) bool { return k.Addr() == a })
}

// keep looks names up until ctx ends. first is called when each was tried once.
func (n *names) keep(ctx context.Context, first func()) {
	for {
		wait := nameLives
		if !n.learn(ctx) {
			wait = nameRetry
		}
		if first != nil {
			first()
			first = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// learn looks all names up, side by side. What was known of a name that isn't found now goes on to hold: a name server
// that is down must not take the trunk along.
func (n *names) learn(ctx context.Context) (all bool) {
	ctx, cancel := context.WithTimeout(ctx, nameLives)
	defer cancel()
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		found = map[string][]netip.AddrPort{}
	)
	for _, server := range n.open {
		host, port, _ := splitServer(server)
		wg.Go(func() {
			addrs, err := n.lookup(ctx, host)
			if err != nil || len(addrs) == 0 {
				if ctx.Err() == nil {
					n.log.Warn("a trunk's server isn't found", "server", server, "err", err)
				}
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, a := range addrs {
				found[server] = append(found[server], netip.AddrPortFrom(a.Unmap(), port))
			}
			slices.SortFunc(found[server], netip.AddrPort.Compare) // the same each time: calls don't wander
		})
	}
	wg.Wait()
	known := maps.Clone(*n.known.Load())
	maps.Copy(known, found)
	n.known.Store(&known)
	return len(found) == len(n.open)
}

// learnNames begins to look up servers that have names, and gives the first try a moment.
func (x *Exchange) learnNames() {
	if len(x.screen.names.open) == 0 {
		return
	}
	tried := make(chan struct{})
	x.keeping.Go(func() { x.screen.names.keep(x.ctx, func() { close(tried) }) })
	select {
	case <-tried:
	case <-time.After(namesAtOnce):
	}
}
