package town

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/office"
)

// Dial says how to call.
type Dial struct {
	From     office.Number // who calls
	Withheld bool          // the number isn't shown (RFC 3323): it still travels to the trusted trunk in P-Asserted-Identity
	Nameless bool          // no number at all, as from a phone without a SIM
	Name     string        // display name; empty: none
	Place    *Place        // sent with the call when not nil
	TCP      bool          // over TCP from the start; a call that is too big for a datagram goes there by itself
	Sound    Sound         // what is said from the answer on; nil: silence
	Heard    func(alaw []byte)
	// CallID names the call; empty: a new one. Repeatable runs set it.
	CallID string
}

// largestDatagram is the limit of RFC 3261 18.1.1 for a path whose MTU is unknown.
const largestDatagram = 1300

// Dial calls a number over the trunk. It returns as soon as the call is on its way; what comes of it, the Call tells.
func (p *Phone) Dial(number string, to Trunk, o Dial) (*Call, error) {
	target := to.UDP
	if o.TCP && to.TCP != "" {
		target = to.TCP
	}
	host, port, err := splitHostPort(target)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", number, err)
	}
	a, err := openAudio(p.host, o.Heard)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", number, err)
	}
	c := &Call{
		phone: p, audio: a, sound: o.Sound, id: o.CallID, trunk: to, session: rand.Uint64() >> 1, cseq: 1,
		tag: strconv.FormatUint(rand.Uint64(), 36), changed: make(chan struct{}), done: make(chan struct{}),
		state: Dialling, since: time.Now(), transport: "UDP",
	}
	if c.id == "" {
		c.id = strconv.FormatUint(rand.Uint64(), 36) + "-" + strconv.FormatUint(rand.Uint64(), 36)
	}
	c.id += "@" + p.host.String()
	if o.TCP {
		c.transport = "TCP"
	}
	c.remote = sip.Uri{Scheme: "sip", User: number, Host: host, Port: port}
	req, err := c.invite(number, o)
	if err == nil && c.transport == "UDP" && len(req.String()) > largestDatagram {
		tcp := to.TCP
		if tcp == "" {
			tcp = to.UDP
		}
		if host, port, err = splitHostPort(tcp); err == nil {
			c.transport = "TCP"
			c.remote.Host, c.remote.Port = host, port
			req, err = c.invite(number, o)
		}
	}
	if err == nil {
		err = p.enter(c)
	}
	if err != nil {
		a.close()
		return nil, fmt.Errorf("dial %s: %w", number, err)
	}
	tx, err := p.client.TransactionRequest(context.Background(), req)
	if err != nil {
		p.forget(c)
		a.close()
		return nil, fmt.Errorf("dial %s: %w", number, err)
	}
	c.request = req
	c.wg.Go(func() { c.follow(tx) })
	return c, nil
}

func (p *Phone) enter(c *Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("%w: closed", ErrPhone)
	}
	if _, dup := p.calls[c.id]; dup {
		return fmt.Errorf("%w: Call-ID %s is in use", ErrPhone, c.id)
	}
	p.calls[c.id] = c
	return nil
}

func splitHostPort(addr string) (string, int, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return "", 0, fmt.Errorf("port of %s: %w", addr, err)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "localhost" {
		return "", 0, fmt.Errorf("host of %s: %w", addr, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	return host, port, nil
}

// invite writes the INVITE.
func (c *Call) invite(number string, o Dial) (*sip.Request, error) {
	req := sip.NewRequest(sip.INVITE, c.remote)
	domain := c.phone.host.String()
	user, name := string(o.From), o.Name
	shown := sip.Uri{Scheme: "sip", User: user, Host: domain}
	switch {
	case o.Nameless:
		shown.User, shown.Host, name = "anonymous", "anonymous.invalid", ""
	case o.Withheld: // RFC 3323 4.1.1.3
		shown.User, shown.Host, name = "anonymous", "anonymous.invalid", "Anonymous"
	}
	from := sip.FromHeader{DisplayName: name, Address: shown}
	from.Params.Add("tag", c.tag)
	callID := sip.CallIDHeader(c.id)
	forwards := sip.MaxForwardsHeader(70)
	to := sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: c.remote.Host}}
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: c.cseq, MethodName: sip.INVITE})
	req.AppendHeader(&forwards)
	req.AppendHeader(c.contact())
	if !o.Nameless && user != "" {
		// The telephone company vouches for the number (RFC 3325), whatever the caller shows.
		req.AppendHeader(sip.NewHeader("P-Asserted-Identity", "<sip:"+user+"@"+domain+">"))
	}
	if o.Withheld {
		req.AppendHeader(sip.NewHeader("Privacy", "id"))
	}
	req.AppendHeader(sip.NewHeader("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"))
	body, contentType := c.sdp(), "application/sdp"
	if o.Place != nil {
		cid := "l" + c.tag + "@" + domain
		var err error
		if body, contentType, err = withPlace(body, *o.Place, cid, "sip:"+strings.TrimPrefix(user, "+")+"@"+domain); err != nil {
			return nil, err
		}
		req.AppendHeader(sip.NewHeader("Geolocation", "<cid:"+cid+">"))
		req.AppendHeader(sip.NewHeader("Geolocation-Routing", "yes"))
	}
	req.AppendHeader(sip.NewHeader("Content-Type", contentType))
	req.SetBody(body)
	c.address(req)
	return req, nil
}

// address sets the way that a request of this call goes: out of the phone's own port.
func (c *Call) address(req *sip.Request) {
	req.SetTransport(c.transport)
	if c.transport == "UDP" {
		req.Laddr = sip.Addr{IP: c.phone.host.AsSlice(), Port: c.phone.port}
	}
}

func (c *Call) contact() *sip.ContactHeader {
	uri := sip.Uri{Scheme: "sip", User: "warga", Host: c.phone.host.String(), Port: c.phone.port}
	if c.transport == "TCP" {
		uri.UriParams.Add("transport", "tcp")
	}
	return &sip.ContactHeader{Address: uri}
}

func (c *Call) sdp() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	return writeSDP(c.phone.host, c.audio.port(), c.session, c.version)
}

// errNoFinal says that a call ended without the far end's word.
var errNoFinal = errors.New("no final response")
