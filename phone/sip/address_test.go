package sip

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// A site listens on all its addresses: what we write into SDP, Contact and Via must be one that the far end can reach,
// and what we send must come from the port that it knows.
func TestListeningEverywhere(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:0", ":0"} {
		h := open(t, Config{UDP: listen, TCP: listen}, nil)
		port := h.Addrs().UDP.Port()
		f := farEnd(t, h, "")
		f.to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(port)}
		leg, ok := f.establish(h)
		if !strings.Contains(ok.text, "c=IN IP4 127.0.0.1\r\n") || !strings.Contains(ok.first("contact"), "@127.0.0.1:") {
			t.Errorf("%s: an address that can't be reached:\n%s", listen, ok.text)
		}
		leg.Hangup()
		_ = f.conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		buf := make([]byte, 2000)
		n, from, err := f.conn.ReadFromUDPAddrPort(buf)
		for err == nil && !strings.HasPrefix(string(buf[:n]), "BYE") {
			n, from, err = f.conn.ReadFromUDPAddrPort(buf)
		}
		if err != nil || from.Port() != port {
			t.Errorf("%s: BYE from %s, want port %d: %v", listen, from, port, err)
		}
		m, _ := parseRaw(buf[:n])
		f.respond(in{rawMessage: m}, "200 OK")
	}
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	if c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv6loopback}); err != nil {
		t.Skip("no IPv6 here")
	} else {
		_ = c.Close()
	}
	h := open(t, Config{
		UDP: "[::1]:0", TCP: "[::1]:0", Trunks: []Trunk{{Name: "six", Peers: []netip.Prefix{netip.MustParsePrefix("::1/128")}}},
	}, nil)
	f := farEnd(t, h, "::1")
	f.invite(strings.ReplaceAll(farSDP(40000, "8 101", "sendrecv"), "IP4 127.0.0.1", "IP6 ::1"))
	leg := h.leg()
	leg.Answer()
	ok := f.want("INVITE", 200)
	if !strings.Contains(ok.text, "c=IN IP6 ::1\r\n") || !strings.Contains(ok.first("contact"), "@[::1]:") {
		t.Errorf("got\n%s", ok.text)
	}
	f.ack(ok, 1, "")
	await[phone.Established](t, leg, time.Second)
	leg.Hangup()
	f.respond(f.wantRequest("BYE", time.Second), "200 OK")
}

// Without a port for its audio a call is refused, and the next one isn't.
func TestNoPortForAudio(t *testing.T) {
	t.Parallel()
	taken, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 13)})
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(taken.LocalAddr().(*net.UDPAddr).Port) &^ 1
	_ = taken.Close()
	h := open(t, Config{Media: Media{IP: netip.MustParseAddr("127.0.0.13"), Ports: media.PortRange{Min: port, Max: port}}}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	other := farEnd(t, h, "")
	other.invite(farSDP(40000, "8", "sendrecv"))
	other.want("INVITE", 503)
	if h.Live() != 1 {
		t.Errorf("%d live", h.Live())
	}
	f.within("BYE", ok, 2, "")
	f.want("BYE", 200)
	await[phone.Ended](t, leg, time.Second)
	third := farEnd(t, h, "")
	third.invite(farSDP(40000, "8", "sendrecv"))
	h.leg().Refuse(486, "Busy Here")
	third.want("INVITE", 486)
}

// The connection of a call that still rings is gone: the next thing we say to it shows that.
func TestTCPConnectionGoneWhileRinging(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	conn, err := net.Dial("tcp", h.Addrs().TCP.String())
	if err != nil {
		t.Fatal(err)
	}
	f := farEnd(t, h, "")
	_, _ = conn.Write([]byte(strings.Replace(f.message("INVITE", "tcp"+f.id, farTo, 1, farSDP(40000, "8", "sendrecv")), "SIP/2.0/UDP", "SIP/2.0/TCP", 1)))
	leg := h.leg()
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
	time.Sleep(100 * time.Millisecond)
	leg.Ring()
	if end := await[phone.Ended](t, leg, 2*time.Second); end.Ending.Fault != phone.ByNet {
		t.Errorf("ending %+v", end)
	}
}

// A call that came over TCP: our requests go back by its connection, and when that is gone to the Contact.
func TestTCPConnectionGone(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = back.Close() }()
	conn, err := net.Dial("tcp", h.Addrs().TCP.String())
	if err != nil {
		t.Fatal(err)
	}
	f := farEnd(t, h, "")
	over := func(text string) []byte {
		text = strings.Replace(text, "SIP/2.0/UDP", "SIP/2.0/TCP", 1)
		return []byte(strings.Replace(text, "Contact: <sip:081234567890@"+f.addr()+">", "Contact: <sip:b@"+back.Addr().String()+";transport=tcp>", 1))
	}
	_, _ = conn.Write(over(f.message("INVITE", "tcp"+f.id, farTo, 1, farSDP(40000, "8", "sendrecv"))))
	leg := h.leg()
	leg.Answer()
	var ok in
	buf := make([]byte, 8000)
	var got string
	for !strings.Contains(got, "a=sendrecv") {
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err, got)
		}
		got += string(buf[:n])
	}
	m, _ := parseRaw([]byte(got[strings.Index(got, "SIP/2.0 200"):]))
	ok.rawMessage = m
	_, _ = conn.Write(over(f.message("ACK", "tcpa"+f.id, ok.first("to"), 1, "")))
	await[phone.Established](t, leg, time.Second)
	_ = conn.Close()
	time.Sleep(50 * time.Millisecond)
	leg.Hangup()
	_ = back.(*net.TCPListener).SetDeadline(time.Now().Add(3 * time.Second))
	again, err := back.Accept()
	if err != nil {
		t.Fatalf("no BYE at the Contact: %v", err)
	}
	defer func() { _ = again.Close() }()
	n, _ := again.Read(buf)
	if !strings.HasPrefix(string(buf[:n]), "BYE sip:b@") {
		t.Errorf("came %q", buf[:n])
	}
	bye, _ := parseRaw(buf[:n])
	var answer []string
	for _, name := range []string{"via", "from", "to", "call-id", "cseq"} {
		answer = append(answer, name+": "+bye.first(name))
	}
	_, _ = again.Write([]byte("SIP/2.0 200 OK\r\n" + strings.Join(answer, "\r\n") + "\r\nContent-Length: 0\r\n\r\n"))
}
