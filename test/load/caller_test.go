package load

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// carrier is the far end of the trunk: any number of callers on one SIP port, written as plainly as can be, so that
// what it costs isn't mistaken for what the house costs.
type carrier struct {
	conn *net.UDPConn
	host netip.Addr
	port int
	to   netip.AddrPort
	sink *net.UDPConn // where callers without ears have their audio sent
	wg   sync.WaitGroup

	mu    sync.Mutex
	calls map[string]*caller
	// onInvite answers calls of the house to a desk phone; nil for a trunk.
	onInvite func(m *message)
}

// caller is one call. Its times are zero until what they tell has happened.
type caller struct {
	c    *carrier
	id   string
	tag  string
	from string

	mu      sync.Mutex
	sent    time.Time
	rang    time.Time
	picked  time.Time
	ended   time.Time
	status  int // final answer
	toTag   string
	contact string
	audio   netip.AddrPort // the house's
	retry   *time.Timer
	over    chan struct{}
	up      chan struct{}
	port    int // where it hears
	tries   int
	bye     bool
}

// newCarrier opens a trunk's far end at a loopback address.
func newCarrier(b testing.TB, host, to string) *carrier {
	b.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		b.Fatal(err)
	}
	_ = conn.SetReadBuffer(8 << 20)
	_ = conn.SetWriteBuffer(8 << 20)
	sink, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		b.Fatal(err)
	}
	c := &carrier{
		conn: conn, host: netip.MustParseAddr(host), port: conn.LocalAddr().(*net.UDPAddr).Port, to: netip.MustParseAddrPort(to), sink: sink,
		calls: map[string]*caller{},
	}
	c.wg.Go(c.read)
	c.wg.Go(func() {
		buf := make([]byte, 2048)
		for {
			if _, _, err := sink.ReadFromUDPAddrPort(buf); err != nil {
				return
			}
		}
	})
	b.Cleanup(func() { _ = conn.Close(); _ = sink.Close(); c.wg.Wait() })
	return c
}

func sdp(host netip.Addr, port int) string {
	return fmt.Sprintf("v=0\r\no=beban 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n", host, host, port)
}

// dial sends an INVITE to 110. port is where the caller hears; 0: nowhere.
func (c *carrier) dial(number string, port int) *caller {
	if port == 0 {
		port = c.sink.LocalAddr().(*net.UDPAddr).Port
	}
	k := &caller{
		c: c, id: strconv.FormatUint(rand.Uint64(), 36) + "@" + c.host.String(), tag: strconv.FormatUint(rand.Uint64(), 36), from: number,
		over: make(chan struct{}), up: make(chan struct{}), port: port,
	}
	c.mu.Lock()
	c.calls[k.id] = k
	c.mu.Unlock()
	k.mu.Lock()
	k.sent = time.Now()
	k.retry = time.AfterFunc(500*time.Millisecond, k.again)
	k.mu.Unlock()
	k.invite()
	return k
}

func (k *caller) invite() {
	body := sdp(k.c.host, k.port)
	k.c.send(fmt.Sprintf("INVITE sip:110@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bKi%s\r\nMax-Forwards: 70\r\n"+
		"From: <sip:%s@%s>;tag=%s\r\nTo: <sip:110@%s>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:warga@%s:%d>\r\n"+
		"P-Asserted-Identity: <sip:%s@%s>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		k.c.to, k.c.host, k.c.port, k.tag, k.from, k.c.host, k.tag, k.c.to, k.id, k.c.host, k.c.port, k.from, k.c.host, len(body), body))
}

// again repeats the INVITE as RFC 3261 17.1.1.2 wants it, until anything comes.
func (k *caller) again() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tries++; k.tries > 6 {
		k.finish(408)
		return
	}
	k.invite()
	k.retry.Reset(500 * time.Millisecond << k.tries)
}

// finish ends the call; mu is held.
func (k *caller) finish(status int) {
	if !k.ended.IsZero() {
		return
	}
	k.retry.Stop()
	k.ended, k.status = time.Now(), status
	close(k.over)
	k.c.mu.Lock()
	delete(k.c.calls, k.id)
	k.c.mu.Unlock()
}

// within is a request inside the dialog: ACK or BYE.
func (k *caller) within(method string, cseq int) {
	k.c.send(fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%s%d%s\r\nMax-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=%s\r\n"+
		"To: <sip:110@%s>;tag=%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n",
		method, k.contact, k.c.host, k.c.port, method, cseq, k.tag, k.from, k.c.host, k.tag, k.c.to, k.toTag, k.id, cseq, method))
}

// hangup ends an answered call.
func (k *caller) hangup() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended.IsZero() && !k.picked.IsZero() {
		k.bye = true
		k.within("BYE", 2)
	}
}

func (k *caller) final() (status int, answered bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.status, !k.picked.IsZero()
}

func (k *caller) media() netip.AddrPort {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.audio
}

func (c *carrier) send(text string) { _, _ = c.conn.WriteToUDPAddrPort([]byte(text), c.to) }

// message is a SIP message as far as the carrier looks at it.
type message struct {
	status int    // 0 for a request
	method string // of the request, or of the CSeq
	head   map[string]string
	vias   []string
	body   []byte
	at     time.Time
}

func parse(data []byte, at time.Time) (*message, bool) {
	head, body, ok := bytes.Cut(data, []byte("\r\n\r\n"))
	if !ok {
		return nil, false
	}
	lines := strings.Split(string(head), "\r\n")
	m := &message{head: map[string]string{}, body: body, at: at}
	if rest, ok := strings.CutPrefix(lines[0], "SIP/2.0 "); ok && len(rest) >= 3 {
		m.status, _ = strconv.Atoi(rest[:3])
	} else {
		m.method, _, _ = strings.Cut(lines[0], " ")
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		name, value = strings.ToLower(name), strings.TrimSpace(value)
		if name == "via" {
			m.vias = append(m.vias, value)
			continue
		}
		m.head[name] = value
	}
	if m.status != 0 {
		_, m.method, _ = strings.Cut(m.head["cseq"], " ")
	}
	return m, true
}

func (m *message) tag(name string) string {
	_, t, _ := strings.Cut(m.head[name], ";tag=")
	t, _, _ = strings.Cut(t, ";")
	return t
}

func (m *message) uri() string {
	_, u, _ := strings.Cut(m.head["contact"], "<")
	u, _, _ = strings.Cut(u, ">")
	return u
}

// audio is where the SDP of a message wants packets.
func (m *message) audio() netip.AddrPort {
	var a netip.Addr
	for l := range strings.Lines(string(m.body)) {
		l = strings.TrimSpace(l)
		if v, ok := strings.CutPrefix(l, "c=IN IP4 "); ok {
			a, _ = netip.ParseAddr(v)
		}
		if v, ok := strings.CutPrefix(l, "m=audio "); ok {
			port, _, _ := strings.Cut(v, " ")
			n, _ := strconv.Atoi(port)
			return netip.AddrPortFrom(a, uint16(n))
		}
	}
	return netip.AddrPort{}
}

// reply answers a request.
func (c *carrier) reply(m *message, status, tag, body string) {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, v := range m.vias {
		b.WriteString("Via: " + v + "\r\n")
	}
	to := m.head["to"]
	if !strings.Contains(to, ";tag=") && tag != "" {
		to += ";tag=" + tag
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: <sip:warga@%s:%d>\r\n", m.head["from"], to, m.head["call-id"],
		m.head["cseq"], c.host, c.port)
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	c.send(b.String())
}

func (c *carrier) read() {
	buf := make([]byte, 8192)
	for {
		n, _, err := c.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		m, ok := parse(buf[:n], time.Now())
		if !ok {
			continue
		}
		c.mu.Lock()
		k := c.calls[m.head["call-id"]]
		c.mu.Unlock()
		switch {
		case m.status == 0 && m.method == "INVITE" && k == nil && c.onInvite != nil:
			c.onInvite(m)
		case m.status == 0 && m.method == "ACK":
		case m.status == 0 && k == nil && m.method == "OPTIONS":
			c.reply(m, "200 OK", "o", "")
		case m.status == 0 && k == nil:
			c.reply(m, "481 Call/Transaction Does Not Exist", "x", "")
		case m.status == 0:
			k.asked(m)
		case k != nil:
			k.told(m)
		case m.method == "INVITE" && m.status >= 300: // a repeated answer of a call that is over
			c.ackRefusal(m)
		}
	}
}

// asked takes a request of the house inside a call.
func (k *caller) asked(m *message) {
	body := ""
	if m.method == "INVITE" || m.method == "UPDATE" && len(m.body) > 0 {
		body = sdp(k.c.host, k.port)
	}
	k.c.reply(m, "200 OK", "", body)
	if m.method == "BYE" {
		k.mu.Lock()
		k.finish(200)
		k.mu.Unlock()
	}
}

// told takes an answer of the house.
func (k *caller) told(m *message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case m.method == "BYE":
		k.finish(200)
	case m.method != "INVITE":
	case m.status < 200:
		k.retry.Stop()
		if m.status > 100 && k.rang.IsZero() {
			k.rang = m.at
		}
		if len(m.body) > 0 {
			k.audio = m.audio()
		}
	case m.status < 300:
		first := k.picked.IsZero()
		k.retry.Stop()
		k.toTag, k.contact = m.tag("to"), m.uri()
		if k.rang.IsZero() {
			k.rang = m.at
		}
		k.audio = m.audio()
		k.within("ACK", 1)
		if first {
			k.picked = m.at
			close(k.up)
		}
	default:
		k.c.ackRefusal(m)
		k.finish(m.status)
	}
}

// ackRefusal acknowledges a final answer from 300 on (RFC 3261 17.1.1.3).
func (c *carrier) ackRefusal(m *message) {
	if len(m.vias) == 0 {
		return
	}
	c.send(fmt.Sprintf("ACK sip:110@%s SIP/2.0\r\nVia: %s\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
		c.to, m.vias[0], m.head["from"], m.head["to"], m.head["call-id"]))
}

// live is how many calls haven't ended.
func (c *carrier) live() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}
