package sip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// connectPatience is how long a far end may take to accept a connection, TLS included, before the next road is tried.
const connectPatience = 2 * time.Second

var errNoConnection = errors.New("no connection")

// outlets hand sipgo the connections that we open ourselves, as if they had been accepted: so what comes by them is
// screened and remembered like all else. sipgo's own would pass both by.
type outlets struct {
	network string // "TCP", "TLS"
	conns   chan net.Conn
	took    chan struct{} // sipgo knows the connection
	closing chan struct{}
	once    sync.Once
	given   bool // one was handed out; only Accept uses it

	handing sync.Mutex
	mu      sync.Mutex
	opening map[string]chan struct{} // who asks for the same connection waits for the first
}

func newOutlets(network string) *outlets {
	return &outlets{
		network: network, conns: make(chan net.Conn), took: make(chan struct{}), closing: make(chan struct{}), opening: map[string]chan struct{}{},
	}
}

// Accept gives sipgo the next connection. That it asks for another says that it has the last one in its pool.
func (d *outlets) Accept() (net.Conn, error) {
	if d.given {
		d.given = false
		select {
		case d.took <- struct{}{}:
		case <-d.closing:
		}
	}
	select {
	case c := <-d.conns:
		d.given = true
		return c, nil
	case <-d.closing:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (d *outlets) Close() error {
	d.once.Do(func() { close(d.closing) })
	return nil
}

// Addr is none that anybody could call.
func (d *outlets) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// hand gives sipgo a connection and waits until it knows it.
func (d *outlets) hand(c net.Conn) error {
	d.handing.Lock()
	defer d.handing.Unlock()
	select {
	case d.conns <- c:
	case <-d.closing:
		return net.ErrClosed
	}
	select {
	case <-d.took:
	case <-d.closing:
	}
	return nil
}

// first says that the caller is the one who opens the connection to addr; done lets the others go on.
func (d *outlets) first(addr string) (done func(), wait <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ch, busy := d.opening[addr]; busy {
		return nil, ch
	}
	ch := make(chan struct{})
	d.opening[addr] = ch
	return func() {
		d.mu.Lock()
		delete(d.opening, addr)
		d.mu.Unlock()
		close(ch)
	}, nil
}

// connected says whether there is a connection to addr.
func (x *Exchange) connected(network, addr string) bool {
	c, err := x.ua.TransportLayer().GetConnection(network, addr)
	if err != nil || c == nil {
		return false
	}
	_, _ = c.TryClose() // only gives back what GetConnection took
	return true
}

// connect opens the connection that a request over TCP or TLS needs, unless there is one. Names, and what can't be
// dialled by address, are left to sipgo.
func (x *Exchange) connect(ctx context.Context, req *sip.Request) error {
	var d *outlets
	switch req.Transport() {
	case "TCP":
		d = x.outTCP
	case "TLS":
		d = x.outTLS
	default:
		return nil
	}
	to, err := netip.ParseAddrPort(req.Destination())
	if err != nil || d == nil {
		return nil //nolint:nilerr // a name
	}
	to = unmap(to)
	for !x.connected(d.network, to.String()) {
		done, wait := d.first(to.String())
		if done == nil {
			select {
			case <-wait:
				if !x.connected(d.network, to.String()) {
					return fmt.Errorf("connect to %s: %w", to, errNoConnection)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		err := x.openTo(ctx, d, to)
		done()
		return err
	}
	return nil
}

func (x *Exchange) openTo(ctx context.Context, d *outlets, to netip.AddrPort) error {
	ctx, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
	if err != nil {
		return fmt.Errorf("connect by %s: %w", d.network, err)
	}
	if d.network == "TLS" {
		cfg := x.clientTLS().Clone()
		x.believe(cfg, to)
		secure := tls.Client(conn, cfg)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return fmt.Errorf("connect by TLS to %s: %w", to, err)
		}
		conn = secure
	}
	if err := d.hand(&screenedConn{Conn: conn, screen: x.screen, from: to, transport: d.network}); err != nil {
		_ = conn.Close()
		return err
	}
	return nil
}

// believe says whose certificate is taken at to: that of the trunk's server by its name, else by its address. A trunk whose
// carrier showed us a certificate of its own authority (client_ca) when it called is taken at its addresses by the same:
// such certificates are often made for a client and name no address, and a call that outlived us must be reached again.
func (x *Exchange) believe(cfg *tls.Config, to netip.AddrPort) {
	if cfg.ServerName != "" {
		return
	}
	for i := range x.screen.trunks {
		if s := x.screen.trunks[i].Out.Server; x.screen.names.is(s, to.Addr()) {
			if host, _, ok := splitServer(s); ok {
				cfg.ServerName = host
				return
			}
		}
	}
	cfg.ServerName = to.Addr().String()
	t := x.screen.trunkOf(to.Addr())
	if t == nil || t.ClientCA == nil {
		return
	}
	cfg.InsecureSkipVerify = true //nolint:gosec // verified below, by the trunk's own authority
	cfg.VerifyConnection = func(s tls.ConnectionState) error {
		rest := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			rest.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{
			Roots: t.ClientCA, Intermediates: rest, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		})
		return err
	}
}

// write sends an ACK.
func (x *Exchange) write(ack *sip.Request) error {
	if err := x.connect(x.ctx, ack); err != nil {
		return err
	}
	return x.client.WriteRequest(ack, x.fromListener)
}

// roads are where a request of this dialog may go, the first to try in front. Over UDP there is one. Over TCP and TLS it
// is the connection that the call came by; when that is gone, as after a restart, nobody listens at its far end any
// more (RFC 3261 18.1.1: the port was any), and the way leads to their Contact, or to the trunk's server.
func (l *Leg) roads(req *sip.Request) []string {
	first := req.Destination()
	if req.Transport() == "UDP" {
		return []string{first}
	}
	contact, server := l.d.targetAddress(), ""
	if l.trunk.Out.Server != "" && l.trunk.Out.Transport == req.Transport() {
		if a, ok := l.x.screen.names.address(l.trunk.Out.Server); ok {
			server = a.String()
		}
	}
	roads := []string{first, contact, server}
	if first != server && !l.d.Behind && req.Transport() == l.d.Transport && !l.x.connected(req.Transport(), first) {
		roads = []string{contact, server, first}
	}
	seen := map[string]bool{"": true}
	return slices.DeleteFunc(roads, func(r string) bool { was := seen[r]; seen[r] = true; return was })
}
