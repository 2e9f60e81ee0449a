package sip

import (
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

// TestMain fails when goroutines outlive the tests: each has an owner that waits for it.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	flag.Parse()
	_ = flag.Set("test.parallel", "12") // most tests wait for a timer or a sipp, not for the processor
	code := m.Run()
	if code == 0 {
		code = leaked()
	}
	os.Exit(code)
}

func leaked() int {
	var stacks string
	for range 100 {
		buf := make([]byte, 1<<20)
		stacks = string(buf[:runtime.Stack(buf, true)])
		others := 0
		for g := range strings.SplitSeq(stacks, "\n\n") {
			// A request that is sent in the instant in which the listener closes lets sipgo open a UDP socket of its own,
			// which nothing closes any more: seen once in some dozen runs, always at the end of an Exchange.
			if strings.Contains(g, "TransportUDP).createConnection") {
				continue
			}
			if (strings.Contains(g, "siaga/phone") || strings.Contains(g, "emiago/sipgo")) && !strings.Contains(g, "sip.leaked") {
				others++
			}
		}
		if others == 0 {
			return 0
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Println("goroutines left over:\n" + stacks)
	return 1
}

// house is an Exchange with a small desk behind it.
type house struct {
	t *testing.T
	*Exchange
	mu   sync.Mutex
	legs []*heard
	come chan *heard
}

// heard is a leg and what it told.
type heard struct {
	phone.Leg
	mu     sync.Mutex
	events []phone.Event
	more   chan struct{}
}

// open makes a house. onLeg is what its desk does with a new leg; nil: nothing.
func open(t *testing.T, cfg Config, onLeg func(*heard)) *house {
	t.Helper()
	if cfg.UDP == "" {
		cfg.UDP = "127.0.0.1:0"
	}
	if cfg.TCP == "" {
		cfg.TCP = "127.0.0.1:0"
	}
	if cfg.Trunks == nil {
		cfg.Trunks = []Trunk{{Name: "carrier", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}}
	}
	h := &house{t: t, come: make(chan *heard, 5000)}
	x, err := Listen(cfg, func(l phone.Leg) {
		e := &heard{Leg: l, more: make(chan struct{}, 1)}
		h.mu.Lock()
		h.legs = append(h.legs, e)
		h.mu.Unlock()
		l.Listen(e.take)
		h.come <- e
		if onLeg != nil {
			onLeg(e)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Exchange = x
	t.Cleanup(x.Close)
	return h
}

func (e *heard) take(ev phone.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events = append(e.events, ev)
	select {
	case e.more <- struct{}{}:
	default:
	}
}

func (e *heard) all() []phone.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]phone.Event(nil), e.events...)
}

// await waits for an event of type E.
func await[E phone.Event](t *testing.T, e *heard, limit time.Duration) E {
	t.Helper()
	over := time.After(limit)
	for {
		for _, ev := range e.all() {
			if want, ok := ev.(E); ok {
				return want
			}
		}
		select {
		case <-e.more:
		case <-over:
			var zero E
			t.Fatalf("no %T in %v; came: %+v", zero, limit, e.names())
			return zero
		}
	}
}

func (e *heard) names() []string {
	var names []string
	for _, ev := range e.all() {
		if _, ok := ev.(phone.DialogChanged); ok {
			names = append(names, "DialogChanged")
			continue
		}
		names = append(names, fmt.Sprintf("%T%+v", ev, ev))
	}
	return names
}

// leg waits for the next call.
func (h *house) leg() *heard {
	h.t.Helper()
	select {
	case e := <-h.come:
		return e
	case <-time.After(5 * time.Second):
		h.t.Fatal("no call came")
		return nil
	}
}

// calls is how many legs came so far.
func (h *house) calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.legs)
}

// far is a far end that writes SIP by hand.
type far struct {
	t    *testing.T
	conn *net.UDPConn
	to   *net.UDPAddr
	id   string
	seq  int
}

func farEnd(t *testing.T, h *house, ip string) *far {
	t.Helper()
	if ip == "" {
		ip = "127.0.0.1"
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &far{t: t, conn: conn, to: net.UDPAddrFromAddrPort(h.Addrs().UDP), id: randomHex(6)}
}

func (f *far) addr() string { return f.conn.LocalAddr().String() }

func (f *far) send(text string) {
	f.t.Helper()
	if _, err := f.conn.WriteToUDP([]byte(text), f.to); err != nil {
		f.t.Fatal(err)
	}
}

// message builds a request. to may carry a tag; headers are whole lines without CRLF.
func (f *far) message(method, branch, to string, cseq int, body string, headers ...string) string {
	lines := []string{
		method + " sip:110@" + f.to.String() + " SIP/2.0",
		"Via: SIP/2.0/UDP " + f.addr() + ";branch=z9hG4bK" + branch,
		"Max-Forwards: 70",
		`From: "Warga" <sip:081234567890@` + f.addr() + ">;tag=far" + f.id,
		"To: " + to,
		"Call-ID: call" + f.id,
		fmt.Sprintf("CSeq: %d %s", cseq, method),
		"Contact: <sip:081234567890@" + f.addr() + ">",
	}
	lines = append(lines, headers...)
	if body != "" && !strings.Contains(strings.Join(headers, "\n"), "Content-Type") {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	return strings.Join(lines, "\r\n")
}

const farTo = "<sip:110@127.0.0.1>"

func farSDP(port int, codecs string, dir string) string {
	return fmt.Sprintf("v=0\r\no=warga 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio %d RTP/AVP %s\r\na=rtpmap:101 telephone-event/8000\r\na=%s\r\n", port, codecs, dir)
}

// invite sends the first INVITE.
func (f *far) invite(body string, headers ...string) {
	f.t.Helper()
	f.seq = 1
	f.send(f.message("INVITE", "inv"+f.id, farTo, 1, body, headers...))
}

// in is what came in.
type in struct {
	text   string
	status int // of a response
	method string
	rawMessage
}

// next reads the next message, whatever it is.
func (f *far) next(limit time.Duration) (in, bool) {
	f.t.Helper()
	_ = f.conn.SetReadDeadline(time.Now().Add(limit))
	buf := make([]byte, 65536)
	n, _, err := f.conn.ReadFromUDP(buf)
	if err != nil {
		return in{}, false
	}
	m, _ := parseRaw(buf[:n])
	got := in{text: string(buf[:n]), rawMessage: m}
	if !m.request {
		_, _ = fmt.Sscanf(m.uri, "%d", &got.status)
	} else {
		got.method = m.method
	}
	return got, true
}

// want reads until a final response of this method, or a provisional one of exactly this status, comes.
func (f *far) want(method string, status int) in {
	f.t.Helper()
	over := time.Now().Add(5 * time.Second)
	for time.Now().Before(over) {
		m, ok := f.next(time.Until(over))
		if !ok {
			break
		}
		if m.request || !strings.HasSuffix(m.first("cseq"), " "+method) {
			continue
		}
		if m.status == status {
			return m
		}
		if m.status >= 200 {
			f.t.Fatalf("%s: want %d, got:\n%s", method, status, m.text)
		}
	}
	f.t.Fatalf("%s: no %d came", method, status)
	return in{}
}

// wantRequest reads until a request of this method comes.
func (f *far) wantRequest(method string, limit time.Duration) in {
	f.t.Helper()
	over := time.Now().Add(limit)
	for time.Now().Before(over) {
		m, ok := f.next(time.Until(over))
		if !ok {
			break
		}
		if m.request && m.method == method {
			return m
		}
	}
	f.t.Fatalf("no %s came in %v", method, limit)
	return in{}
}

// respond answers a request of ours.
func (f *far) respond(m in, status string) {
	f.t.Helper()
	var lines []string
	for _, name := range []string{"via", "from", "to", "call-id", "cseq"} {
		for _, v := range m.all(name) {
			lines = append(lines, name+": "+v)
		}
	}
	f.send("SIP/2.0 " + status + "\r\n" + strings.Join(lines, "\r\n") + "\r\nContent-Length: 0\r\n\r\n")
}

func (f *far) ack(ok in, cseq int, body string) {
	f.t.Helper()
	f.send(f.message("ACK", "ack"+randomHex(4), ok.first("to"), cseq, body))
}

// establish makes a whole call and gives the leg and the 200.
func (f *far) establish(h *house, headers ...string) (*heard, in) {
	f.t.Helper()
	f.invite(farSDP(40000, "8 0 101", "sendrecv"), headers...)
	leg := h.leg()
	leg.Answer()
	ok := f.want("INVITE", 200)
	f.ack(ok, 1, "")
	await[phone.Established](f.t, leg, 5*time.Second)
	return leg, ok
}

// within sends a request inside the dialog.
func (f *far) within(method string, ok in, cseq int, body string, headers ...string) {
	f.t.Helper()
	f.send(f.message(method, method+randomHex(4), ok.first("to"), cseq, body, headers...))
}
