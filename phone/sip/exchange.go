// Package sip is the trunk side of the house: it takes calls from carriers by SIP over UDP and TCP, checks what comes,
// and gives the desk a phone.Leg for each. sipgo does transport, parsing and transactions; dialogs are our own plain
// data (Dialog), so that they can be written down and outlive the process.
package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// Addrs are the addresses on which an Exchange really listens; not valid where it doesn't.
type Addrs struct {
	UDP, TCP, TLS netip.AddrPort
}

// Exchange takes the calls of all trunks.
type Exchange struct {
	cfg     Config
	log     *slog.Logger
	handler func(phone.Leg)
	ua      *sipgo.UserAgent
	client  *sipgo.Client
	screen  *screen
	udp     *screenedUDP
	tcp     *screenedListener
	tls     *screenedListener
	outTCP  *outlets // connections that we open
	outTLS  *outlets

	health      health
	registrar   registrar
	traces      traces
	phonesTrunk *Trunk
	ctx         context.Context // ends when the Exchange begins to close
	stop        context.CancelFunc

	mu       sync.Mutex
	legs     map[dialogKey]*Leg
	initial  map[initialKey]*Leg // guards against one INVITE that came on two ways (RFC 3261 8.2.2.2)
	perTrunk map[string]int
	draining bool
	closing  bool
	closed   bool // no new goroutine may begin

	serving sync.WaitGroup // listeners
	keeping sync.WaitGroup // what looks after trunks and phones
	working sync.WaitGroup // legs, their requests, handlers of requests
}

// dialogKey finds a dialog from a request of the far end.
type dialogKey struct{ callID, localTag string }

// initialKey is what all copies of one INVITE have in common.
type initialKey struct {
	callID, fromTag string
	cseq            uint32
}

// UDP responses go back the way the request came, whatever their size (RFC 3261 18.2.2); sipgo would refuse them over
// its MTU. Requests of ours are measured before they are sent.
func init() { sip.UDPMTUSize = 65535 + 200 }

// Listen opens the sockets of cfg and gives each new call to handler, on a goroutine of its own, after 100 was sent.
// It fails when an address can't be had or none is given.
func Listen(cfg Config, handler func(phone.Leg)) (*Exchange, error) {
	if cfg.UDP == "" && cfg.TCP == "" && cfg.TLS == "" {
		return nil, errors.New("listen for SIP: no address given")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.TMedia == 0 {
		cfg.TMedia = 20 * time.Second
	}
	if cfg.T1 == 0 {
		cfg.T1 = 500 * time.Millisecond
	}
	x := &Exchange{
		cfg: cfg, log: cfg.Log, handler: handler,
		legs: map[dialogKey]*Leg{}, initial: map[initialKey]*Leg{}, perTrunk: map[string]int{},
	}
	x.ctx, x.stop = context.WithCancel(context.Background())
	x.screen = newScreen(withPhones(cfg), cfg.UnknownTrunk == "silent")
	x.screen.names.init(cfg.Trunks, cfg.lookup, cfg.Log)
	x.phonesTrunk = x.trunkNamed(phonesTrunk)
	x.health.init(cfg.Trunks, cfg.OnTrunk)
	x.registrar.init(cfg.Phones, cfg.OnPhone)
	x.screen.onACK = x.screenedACK
	x.traces.init()
	x.screen.traces = &x.traces
	if err := x.open(); err != nil {
		return nil, fmt.Errorf("listen for SIP: %w", err)
	}
	if err := x.serve(); err != nil {
		x.stop()
		x.closeSockets()
		return nil, fmt.Errorf("listen for SIP: %w", err)
	}
	x.learnNames()
	x.keepTrunks()
	x.registrar.tellAll()
	if len(cfg.Phones.Accounts) > 0 {
		x.keeping.Go(x.keepPhones)
	}
	return x, nil
}

func (x *Exchange) open() error {
	if x.cfg.UDP != "" {
		addr, err := net.ResolveUDPAddr("udp", x.cfg.UDP)
		if err != nil {
			return err
		}
		conn, err := net.ListenUDP("udp", addr)
		if err != nil {
			return err
		}
		x.udp = &screenedUDP{UDPConn: conn, screen: x.screen, up: make(chan struct{})}
	}
	if x.cfg.TCP != "" {
		l, err := net.Listen("tcp", x.cfg.TCP)
		if err != nil {
			x.closeSockets()
			return err
		}
		x.tcp = &screenedListener{Listener: l, screen: x.screen, transport: "TCP"}
	}
	if err := x.openTLS(); err != nil {
		x.closeSockets()
		return err
	}
	return nil
}

func (x *Exchange) serve() error {
	// sipgo writes whole messages into its log, which are personal data; what matters is logged here.
	quiet := slog.New(slog.DiscardHandler)
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent("siaga"),
		sipgo.WithUserAgenTLSConfig(x.clientTLS()),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(
			sip.WithTransactionLayerLogger(quiet),
			sip.WithTransactionLayerUnhandledResponseHandler(func(res *sip.Response) { x.strayResponse(res) }),
		),
	)
	if err != nil {
		return err
	}
	x.ua = ua
	srv, err := sipgo.NewServer(ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		return err
	}
	if x.client, err = sipgo.NewClient(ua, sipgo.WithClientLogger(quiet)); err != nil {
		return err
	}
	x.route(srv)
	if x.udp != nil {
		x.serving.Go(func() { _ = srv.ServeUDP(x.udp) })
		<-x.udp.up
	}
	if x.tcp != nil {
		x.serving.Go(func() { _ = srv.ServeTCP(x.tcp) })
	}
	if x.tls != nil {
		x.serving.Go(func() { _ = srv.ServeTLS(x.tls) })
	}
	x.outTCP, x.outTLS = newOutlets("TCP"), newOutlets("TLS")
	x.serving.Go(func() { _ = srv.ServeTCP(x.outTCP) })
	x.serving.Go(func() { _ = srv.ServeTLS(x.outTLS) })
	return nil
}

// Addrs tells where the Exchange listens.
func (x *Exchange) Addrs() Addrs {
	var a Addrs
	if x.udp != nil {
		a.UDP = unmap(x.udp.LocalAddr().(*net.UDPAddr).AddrPort()) //nolint:errcheck // a UDP socket has no other address
	}
	if x.tcp != nil {
		a.TCP = unmap(x.tcp.Addr().(*net.TCPAddr).AddrPort()) //nolint:errcheck // a TCP socket has no other address
	}
	if x.tls != nil {
		a.TLS = unmap(x.tls.Addr().(*net.TCPAddr).AddrPort()) //nolint:errcheck // a TCP socket has no other address
	}
	return a
}

func (x *Exchange) clientTLS() *tls.Config {
	if x.cfg.ClientTLS != nil {
		return x.cfg.ClientTLS
	}
	return &tls.Config{MinVersion: tls.VersionTLS12}
}

func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

// Drain refuses new calls with 503 from now on; live ones go on.
func (x *Exchange) Drain() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.draining = true
}

// Live is how many calls have not ended.
func (x *Exchange) Live() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 0
	for _, c := range x.perTrunk {
		n += c
	}
	return n
}

// Close hangs up what lives, waits at most 4 T1 for the far ends to say yes, closes the sockets and waits for all
// goroutines.
func (x *Exchange) Close() { x.shut(true) }

// shut ends all legs, with or without a BYE.
func (x *Exchange) shut(bye bool) {
	x.mu.Lock()
	if x.closing {
		x.mu.Unlock()
		return
	}
	x.draining, x.closing = true, true
	legs := make([]*Leg, 0, len(x.legs))
	for _, l := range x.legs {
		legs = append(legs, l)
	}
	x.mu.Unlock()
	defer x.stop()

	ctx, cancel := context.WithTimeout(context.Background(), 4*x.cfg.T1)
	defer cancel()
	for _, l := range legs {
		if bye {
			l.Hangup()
		} else {
			l.abandon()
		}
	}
	for _, l := range legs {
		select {
		case <-l.done:
		case <-ctx.Done():
			l.abandon()
			<-l.done
		}
	}
	x.stop()
	x.keeping.Wait() // they may say good-bye to a trunk
	x.closeSockets()
	if err := x.ua.Close(); err != nil {
		x.log.Debug("close SIP", "err", err)
	}
	x.serving.Wait()
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	x.working.Wait()
}

func (x *Exchange) closeSockets() {
	if x.udp != nil {
		_ = x.udp.Close()
	}
	if x.tcp != nil {
		_ = x.tcp.Close()
	}
	if x.tls != nil {
		_ = x.tls.Close()
	}
	if x.outTCP != nil {
		_, _ = x.outTCP.Close(), x.outTLS.Close()
	}
}

// admission is why a new call can't be taken.
type admission int

const (
	admitted admission = iota
	refusedFull
	refusedMerged
)

// admit enters a new leg, unless we are full or drain, or have the call already.
func (x *Exchange) admit(l *Leg) admission {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, again := x.initial[l.first]; again {
		return refusedMerged
	}
	all := 0
	for _, n := range x.perTrunk {
		all += n
	}
	if x.draining || x.cfg.MaxCalls > 0 && all >= x.cfg.MaxCalls || !x.roomOn(l.trunk) {
		return refusedFull
	}
	x.perTrunk[l.trunk.Name]++
	x.remember(l)
	return admitted
}

// remember enters a leg that is counted already, so that messages find it and Close waits for it. mu is held.
func (x *Exchange) remember(l *Leg) {
	x.legs[l.key] = l
	x.initial[l.first] = l
	x.working.Add(1)
}

// knows says whether we have the call of this INVITE already: a copy by another way is no new call.
func (x *Exchange) knows(l *Leg) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, again := x.initial[l.first]
	return again
}

// over says that the leg's call has ended; its dialog stays known until its last transaction is done.
func (x *Exchange) over(l *Leg) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.perTrunk[l.trunk.Name]--
}

// firstWay finds a call of ours its first trunk, and counts it there.
func (x *Exchange) firstWay(l *Leg) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := l.nextWay(); err != nil {
		return err
	}
	x.perTrunk[l.trunk.Name]++
	return nil
}

// moves takes a call of ours to the next trunk that has room; false: there is none.
func (x *Exchange) moves(l *Leg) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	from := l.trunk.Name
	if l.nextWay() != nil {
		return false
	}
	x.perTrunk[from]--
	x.perTrunk[l.trunk.Name]++
	return true
}

// keep enters a call of ours, counted already; false when it is too late for that.
func (x *Exchange) keep(l *Leg) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closing {
		return false
	}
	x.remember(l)
	return true
}

func (x *Exchange) forget(l *Leg) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.legs, l.key)
	delete(x.initial, l.first)
}

// spawn runs f on a goroutine that Close waits for; false when it is too late for that.
func (x *Exchange) spawn(f func()) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return false
	}
	x.working.Go(f)
	return true
}
