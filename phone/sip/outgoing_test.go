package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// carrier is a far end that is called by us and answers by hand.
func carrier(t *testing.T) *far {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &far{t: t, conn: conn, id: randomHex(6)}
}

// say answers a request of ours in full: with a tag of its own, a Contact, and a body.
func (f *far) say(m in, status, tag, body string, headers ...string) {
	f.t.Helper()
	lines := []string{"SIP/2.0 " + status}
	for _, name := range []string{"via", "from", "to", "call-id", "cseq"} {
		for _, v := range m.all(name) {
			if name == "to" && tag != "" && !strings.Contains(v, ";tag=") {
				v += ";tag=" + tag
			}
			lines = append(lines, name+": "+v)
		}
	}
	lines = append(lines, "Contact: <sip:piket@"+f.addr()+">")
	lines = append(lines, headers...)
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	f.send(strings.Join(lines, "\r\n"))
}

func (f *far) ok(m in, tag string, headers ...string) {
	f.t.Helper()
	f.say(m, "200 OK", tag, farSDP(40000, "8 101", "sendrecv"), headers...)
}

// calls makes an Exchange that calls out by these carriers, in this order.
func calls(t *testing.T, carriers ...*far) *Exchange {
	t.Helper()
	var servers []string
	for _, c := range carriers {
		servers = append(servers, c.addr())
	}
	x := callerOf(t, servers...)
	for _, c := range carriers {
		c.to = net.UDPAddrFromAddrPort(x.Addrs().UDP)
	}
	return x
}

// A leg that ended before anybody asked for its audio has audio all the same: it does nothing.
func TestTalkTooLate(t *testing.T) {
	t.Parallel()
	x := callerOf(t, open(t, Config{}, func(l *heard) { l.Refuse(486, "Busy Here") }).Addrs().UDP.String())
	out := dial(t, x, phone.Callee{Number: "112"})
	await[phone.Ended](t, out, 2*time.Second)
	out.Talk().Program(phone.Program{})
	out.Talk().Connect()
	_ = out.Talk().Stats()
}

// A server that was passed over for its silence and wakes up then must not ring the callee beside the next.
func TestDialLateServer(t *testing.T) {
	t.Parallel()
	slow, good := carrier(t), carrier(t)
	x := calls(t, slow, good)
	out := dial(t, x, phone.Callee{Number: "112"})
	first := slow.wantRequest("INVITE", time.Second)
	second := good.wantRequest("INVITE", 6*time.Second)
	slow.say(first, "180 Ringing", "slow", "")
	cancel := slow.wantRequest("CANCEL", time.Second)
	slow.say(cancel, "200 OK", "slow", "")
	slow.ok(first, "slow") // answered in the same instant
	slow.wantRequest("ACK", time.Second)
	bye := slow.wantRequest("BYE", time.Second)
	if !strings.Contains(bye.first("to"), "tag=slow") {
		t.Errorf("BYE to %s", bye.first("to"))
	}
	slow.say(bye, "200 OK", "", "")
	good.ok(second, "good")
	good.wantRequest("ACK", time.Second)
	await[phone.Established](t, out, time.Second)
	if got := out.Party().Trunk; got != "a" && got != "b" {
		t.Errorf("trunk %q", got)
	}
}

// Somebody answers a call that we gave up before a word came back: no line may stay open there.
func TestDialAnsweredAfterTheEnd(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	x := calls(t, c)
	out := dial(t, x, phone.Callee{Number: "112"})
	invite := c.wantRequest("INVITE", time.Second)
	out.Hangup()
	await[phone.Ended](t, out, 6*time.Second)
	c.ok(invite, "late")
	// An answer in the very instant in which our transaction ends may be lost: it is repeated until its ACK comes (RFC 3261
	// 13.3.1.4), as every far end does.
	acked := func(limit time.Duration) bool {
		for over := time.Now().Add(limit); time.Now().Before(over); {
			if m, ok := c.next(time.Until(over)); ok && m.request && m.method == "ACK" {
				return true
			}
		}
		return false
	}
	if !acked(300 * time.Millisecond) {
		c.ok(invite, "late")
		c.wantRequest("ACK", 2*time.Second)
	}
	c.say(c.wantRequest("BYE", time.Second), "200 OK", "", "")
}

// A carrier that wants a password inside the call too gets it: else its line stays open after our BYE.
func TestDialChallengedWithin(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	cfg := Config{UDP: "127.0.0.1:0", T1: 100 * time.Millisecond, Trunks: []Trunk{{
		Name: "a", Peers: locals, Out: Outgoing{Server: c.addr(), User: "siaga", Password: "rahasia"},
	}}}
	x, err := Listen(cfg, func(phone.Leg) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	c.to = net.UDPAddrFromAddrPort(x.Addrs().UDP)
	out := dial(t, x, phone.Callee{Number: "112"})
	ask := `Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"`
	first := c.wantRequest("INVITE", time.Second)
	c.say(first, "407 Proxy Authentication Required", "x", "", "Proxy-Authenticate: "+ask)
	second := c.wantRequest("INVITE", time.Second)
	for !strings.Contains(second.text, "Proxy-Authorization: Digest") { // a copy of the first
		second = c.wantRequest("INVITE", time.Second)
	}
	c.ok(second, "y")
	await[phone.Established](t, out, time.Second)
	out.Hangup()
	bye := c.wantRequest("BYE", time.Second)
	c.say(bye, "401 Unauthorized", "", "", "WWW-Authenticate: "+ask)
	again := c.wantRequest("BYE", time.Second)
	if !strings.Contains(again.text, `Authorization: Digest`) || again.first("cseq") == bye.first("cseq") {
		t.Errorf("not with a password and a new CSeq:\n%s", again.text)
	}
	c.say(again, "200 OK", "", "")
}

// Two trunks of one carrier come from the same addresses: its BYE finds the call whichever trunk carries it.
func TestDialSharedAddresses(t *testing.T) {
	t.Parallel()
	busy := open(t, Config{}, func(l *heard) { l.Refuse(503, "Service Unavailable") })
	good := open(t, Config{}, func(l *heard) { l.Ring(); l.Answer() })
	x := callerOf(t, busy.Addrs().UDP.String(), good.Addrs().UDP.String())
	out := dial(t, x, phone.Callee{Number: "112"})
	await[phone.Established](t, out, 3*time.Second)
	good.leg().Hangup()
	if e := await[phone.Ended](t, out, 2*time.Second); e.Ending.Fault != phone.ByFarEnd {
		t.Errorf("%+v", e.Ending)
	}
}

// The 200 to a re-INVITE of ours comes again because our ACK was lost: it is acknowledged again, or the far end hangs up.
func TestRefreshACKLost(t *testing.T) {
	t.Parallel()
	h := open(t, Config{T1: 100 * time.Millisecond}, nil)
	f := farEnd(t, h, "")
	leg, _ := f.establish(h)
	l := leg.Leg.(*Leg)
	l.box.post(func() { l.reofferSame(func(int, *sip.Response) {}) })
	re := f.wantRequest("INVITE", time.Second)
	f.ok(re, "")
	f.wantRequest("ACK", time.Second)
	time.Sleep(50 * time.Millisecond)
	f.ok(re, "")
	f.wantRequest("ACK", time.Second)
}

// A name server that doesn't answer holds up nobody: neither the start nor a call. The trunk joins when it is found.
func TestDialUnknownName(t *testing.T) {
	t.Parallel()
	far := open(t, Config{}, func(l *heard) { l.Answer() })
	found := make(chan struct{})
	_, port, _ := net.SplitHostPort(far.Addrs().UDP.String())
	x, err := Listen(Config{
		UDP: "127.0.0.1:0", T1: 100 * time.Millisecond,
		// The answers come from an address that only the name tells.
		Trunks: []Trunk{{Name: "a", Peers: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}, Out: Outgoing{Server: "sip.carrier.example:" + port}}},
		lookup: func(ctx context.Context, _ string) ([]netip.Addr, error) {
			select {
			case <-found:
				return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}, func(phone.Leg) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	began := time.Now()
	if _, err := x.Dial(phone.Callee{Number: "112"}); !errors.Is(err, ErrFull) || time.Since(began) > 50*time.Millisecond {
		t.Fatalf("%v after %v", err, time.Since(began))
	}
	close(found)
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, ok := x.screen.names.address("sip.carrier.example:" + port); ok {
			break
		}
		if time.Since(began) > time.Second {
			t.Fatal("never found")
		}
	}
	await[phone.Established](t, dial(t, x, phone.Callee{Number: "112"}), time.Second)
}

// What isn't a number isn't put into a URI, and a name doesn't break out of its quotes.
func TestDialNonsense(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	x := calls(t, c)
	for _, number := range []string{"", "+", "112;phone-context=x", "112@evil.example", "11 2", "112\r\nX: y"} {
		if _, err := x.Dial(phone.Callee{Number: number}); !errors.Is(err, ErrNoCallee) {
			t.Errorf("%q: %v", number, err)
		}
	}
	dial(t, x, phone.Callee{Number: "112", Name: "Pos\" <sip:evil>\r\nX-Evil: 1", From: "110@evil"})
	m := c.wantRequest("INVITE", time.Second)
	if strings.Contains(m.text, "\nX-Evil") || !strings.HasPrefix(m.first("from"), `"Pos <sip:evil>X-Evil: 1" <sip:110@127.0.0.1`) {
		t.Errorf("From: %s", m.first("from"))
	}
}

// A callee whose phone is off says nothing about the trunk.
func TestDialTimeoutOfTheCallee(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	x := calls(t, c)
	out := dial(t, x, phone.Callee{Number: "112"})
	m := c.wantRequest("INVITE", time.Second)
	c.say(m, "100 Trying", "", "")
	c.say(m, "408 Request Timeout", "x", "")
	if e := await[phone.Ended](t, out, time.Second); e.Ending.Status != 408 {
		t.Errorf("%+v", e.Ending)
	}
	if x.health.isDown("a") {
		t.Error("the trunk counts as down")
	}
}

// A reliable provisional answer gets one PRACK, whatever its copies; the call takes the session interval that the far
// end wants at least, and routes of one line stay in order.
func TestDialExtensions(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	x := calls(t, c)
	out := dial(t, x, phone.Callee{Number: "112"})
	m := c.wantRequest("INVITE", time.Second)
	if m.first("session-expires") != "1800" {
		t.Errorf("Session-Expires: %s", m.first("session-expires"))
	}
	c.say(m, "422 Session Interval Too Small", "a", "", "Min-SE: 3600")
	for m.first("session-expires") != "3600" || m.first("min-se") != "3600" {
		m = c.wantRequest("INVITE", time.Second)
	}
	for range 3 {
		c.say(m, "183 Session Progress", "b", "", "Require: 100rel", "RSeq: 7")
	}
	prack := c.wantRequest("PRACK", time.Second)
	if prack.first("rack") != "7 "+m.first("cseq") {
		t.Errorf("RAck: %s", prack.first("rack"))
	}
	c.say(prack, "200 OK", "", "")
	routes := fmt.Sprintf("Record-Route: <sip:%s;lr;n=2>, <sip:%s;lr;n=1>", c.addr(), c.addr())
	c.ok(m, "b", routes, "Session-Expires: 90;refresher=uac", "Allow: INVITE, ACK, BYE, UPDATE")
	ack := c.wantRequest("ACK", time.Second)
	if all := strings.Join(ack.all("route"), " "); strings.Index(all, "n=1") > strings.Index(all, "n=2") || !strings.Contains(all, "n=2") {
		t.Errorf("Route: %s", all)
	}
	await[phone.Established](t, out, time.Second)
	l := out.Leg.(*Leg)
	l.box.post(l.refreshSession)
	for {
		m, ok := c.next(time.Second)
		if !ok {
			t.Fatal("no refresh came")
		}
		if m.method == "PRACK" && m.first("cseq") != prack.first("cseq") {
			t.Error("a second PRACK")
		}
		if m.method == "UPDATE" {
			c.say(m, "405 Method Not Allowed", "", "")
			break
		}
	}
	re := c.wantRequest("INVITE", time.Second)
	c.ok(re, "", "Session-Expires: 120;refresher=uas")
	c.wantRequest("ACK", time.Second)
	var weRefresh bool
	var interval time.Duration
	l.do(func() { weRefresh, interval = l.d.WeRefresh, l.d.Expires })
	if weRefresh || interval != 2*time.Minute {
		t.Errorf("we refresh: %v, every %v", weRefresh, interval)
	}
}

// An INVITE too large for UDP goes by UDP all the same to a far end that has no TCP.
func TestDialLarge(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	x := calls(t, c)
	out := dial(t, x, phone.Callee{Number: "112", Name: strings.Repeat("Pos Polisi ", 60)})
	m := c.wantRequest("INVITE", 2*time.Second)
	if !strings.HasPrefix(m.first("via"), "SIP/2.0/UDP") || len(m.text) < maxUDPRequest {
		t.Errorf("%d bytes, Via: %s", len(m.text), m.first("via"))
	}
	c.ok(m, "x")
	await[phone.Established](t, out, time.Second)
}
