package town

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// Trunk is where the telephone company hands calls to Siaga.
type Trunk struct {
	UDP string // host:port
	TCP string // host:port; empty: as UDP
}

// Phone is a SIP user agent on one port, UDP and TCP, from which any number of citizens call at the same time. It uses
// the transactions and transports of sipgo and keeps its dialogs itself.
type Phone struct {
	ua     *sipgo.UserAgent
	client *sipgo.Client
	host   netip.Addr
	port   int
	udp    net.PacketConn
	tcp    net.Listener
	wg     sync.WaitGroup
	log    *slog.Logger

	mu     sync.Mutex
	calls  map[string]*Call // by Call-ID
	closed bool
}

// ErrPhone is wrapped by errors of a phone that is closed or was dialled wrongly.
var ErrPhone = errors.New("phone")

// NewPhone opens a phone on an address of this machine, for example "127.0.0.1". Close frees its ports.
func NewPhone(host string, log *slog.Logger) (*Phone, error) {
	if log == nil {
		log = slog.Default()
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return nil, fmt.Errorf("open phone at %q: %w", host, err)
	}
	p := &Phone{host: addr, log: log, calls: map[string]*Call{}}
	if err := p.listen(); err != nil {
		return nil, fmt.Errorf("open phone: %w", err)
	}
	// sipgo logs what the far end does wrong; a citizen's phone keeps that to itself.
	quiet := slog.New(slog.DiscardHandler)
	p.ua, err = sipgo.NewUA(sipgo.WithUserAgent("town"), sipgo.WithUserAgentHostname(host),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open phone: %w", err), p.udp.Close(), p.tcp.Close())
	}
	server, err := sipgo.NewServer(p.ua, sipgo.WithServerLogger(quiet))
	if err == nil {
		p.client, err = sipgo.NewClient(p.ua, sipgo.WithClientHostname(host), sipgo.WithClientPort(p.port), sipgo.WithClientLogger(quiet))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open phone: %w", err), p.udp.Close(), p.tcp.Close())
	}
	server.OnBye(p.onBye)
	server.OnInvite(p.onReinvite)
	server.OnUpdate(p.onReinvite)
	server.OnAck(func(*sip.Request, sip.ServerTransaction) {})
	ok := func(req *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil)) // the far end asks again
	}
	server.OnOptions(ok)
	server.OnInfo(ok)
	server.OnCancel(ok)
	p.wg.Go(func() { _ = server.ServeUDP(p.udp) }) // ends when the socket closes
	p.wg.Go(func() { _ = server.ServeTCP(p.tcp) })
	// Requests go out of the listening socket, once the transport knows it.
	for range 200 {
		if c, err := p.ua.TransportLayer().GetConnection("udp", p.udp.LocalAddr().String()); err == nil && c != nil {
			_, _ = c.TryClose() // gives back the reference
			return p, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("open phone: %w: its socket isn't served", ErrPhone), p.Close())
}

// listen takes the same port for UDP and TCP, so that one Contact serves both.
func (p *Phone) listen() error {
	var err error
	for range 20 {
		p.udp, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.host, 0)))
		if err != nil {
			return err
		}
		p.port = p.udp.LocalAddr().(*net.UDPAddr).Port //nolint:errcheck // it is a UDP socket
		p.tcp, err = net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(p.host, uint16(p.port))))
		if err == nil {
			return nil
		}
		_ = p.udp.Close()
	}
	return err
}

// Close hangs up every call, waits until all have ended (at most 2 s for the far ends), and frees the ports.
func (p *Phone) Close() error {
	p.mu.Lock()
	p.closed = true
	calls := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		calls = append(calls, c)
	}
	p.mu.Unlock()
	patience := time.After(2 * time.Second)
	for _, c := range calls {
		c.Hangup()
	}
	for _, c := range calls {
		select {
		case <-c.Done():
		case <-patience:
			c.end(Ending{By: ByNetwork, Reason: "phone closed"})
		}
	}
	_ = p.udp.Close()
	_ = p.tcp.Close()
	err := p.ua.Close()
	p.wg.Wait()
	for _, c := range calls {
		c.wg.Wait()
	}
	return err
}

func (p *Phone) find(req *sip.Request) *Call {
	id := req.CallID()
	if id == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[id.Value()]
}

func (p *Phone) forget(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, c.id)
}

func (p *Phone) onBye(req *sip.Request, tx sip.ServerTransaction) {
	c := p.find(req)
	if c == nil {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 481, "Call/Transaction Does Not Exist", nil))
		return
	}
	_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
	c.end(Ending{By: ByFarEnd, Reason: "BYE"})
}

// onReinvite answers a re-INVITE or UPDATE: new audio address, hold, or a session refresh (RFC 3261 14.2).
func (p *Phone) onReinvite(req *sip.Request, tx sip.ServerTransaction) {
	c := p.find(req)
	if c == nil {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 481, "Call/Transaction Does Not Exist", nil))
		return
	}
	if contact := req.Contact(); contact != nil {
		c.retarget(contact.Address)
	}
	var body []byte
	if offer := req.Body(); len(offer) > 0 {
		far, err := readSDP(offer)
		if err != nil {
			_ = tx.Respond(sip.NewResponseFromRequest(req, 488, "Not Acceptable Here", nil))
			return
		}
		c.audio.aim(far.to, far.takes)
		body = c.sdp()
	} else if req.IsInvite() {
		body = c.sdp() // a late offer
	}
	res := sip.NewResponseFromRequest(req, 200, "OK", body)
	if body != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	res.AppendHeader(c.contact())
	_ = tx.Respond(res)
	if !req.IsInvite() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), sip.Timer_H)
	defer cancel()
	select { // sipgo ends the transaction when this handler returns; it must live until the ACK
	case <-tx.Acks():
	case <-tx.Done():
	case <-ctx.Done():
	case <-c.Done():
	}
}
