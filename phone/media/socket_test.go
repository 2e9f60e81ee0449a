package media

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// spray sends count packets of a stranger's stream.
func spray(t *testing.T, conn *net.UDPConn, to netip.AddrPort, ssrc uint32, seq uint16, count int) {
	t.Helper()
	audio := Tone(1500, frameTime)
	for n := range count {
		pkt := rtp.Packet{Header: rtp.Header{
			Version: 2, PayloadType: 8, SSRC: ssrc, SequenceNumber: seq + uint16(n), Timestamp: uint32(n * 160),
		}, Payload: audio}
		b, _ := pkt.Marshal()
		if _, err := conn.WriteToUDPAddrPort(b, to); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
}

func udp(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func addrOf(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("never came true: " + what)
}

// TestStrangersAreNotHeard is the RTP bleed test: a stranger who finds the port of a call is neither heard nor sent to.
func TestStrangersAreNotHeard(t *testing.T) {
	noLeak(t)
	caller, callerPort, socket := newFar(t, "caller", 400, PCMA)
	seat, seatPort, _ := newFar(t, "seat", 700, PCMA)
	talk := NewTalk(callerPort, nil, TalkOptions{})
	defer talk.Close()
	talk.Connect(line{seatPort})
	eventually(t, "latched", func() bool { return socket.Stats().Received > 3 })
	stranger := udp(t)
	spray(t, stranger, socket.LocalAddr(), 99, 1, 30)
	spray(t, stranger, socket.LocalAddr(), 400, 1, 30) // with the caller's SSRC, too
	eventually(t, "counted", func() bool { return socket.Stats().Bled == 60 })
	seat.hears(t, 400)
	caller.hears(t, 700)
	if socket.Remote() != caller.addr() {
		t.Errorf("sends to %v", socket.Remote())
	}
}

func TestLatch(t *testing.T) {
	told, nat, third := netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("203.0.113.5:9"), netip.MustParseAddrPort("198.51.100.1:7")
	start := time.Now()
	seq := uint16(65533) // wraps on the way
	var l latch
	send := func(from netip.AddrPort, ssrc uint32, at time.Duration) bool {
		seq++
		return l.take(from, &rtp.Header{SSRC: ssrc, SequenceNumber: seq}, start.Add(at))
	}
	check := func(what string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	check("nobody before the SDP", send(nat, 1, 0), false)
	l.tell(told)
	for i := range probation {
		check("proves itself", send(nat, 1, 0), i == probation-1)
	}
	check("locked", l.to() == nat, true)
	check("SDP's address after the lock", send(told, 2, time.Second), false)
	check("third", send(third, 1, time.Second), false)
	check("third with another SSRC after silence", send(third, 2, 3*time.Second), false)
	for i := range probation {
		check("same SSRC after silence", send(third, 1, 3*time.Second), i == probation-1)
	}
	l.tell(told)
	check("session refresh keeps it", l.to() == third, true)
	l.open()
	check("new offer: at once from SDP's", send(told, 7, 4*time.Second), true)
	check("and locked again", send(third, 1, 4*time.Second), false)
	l.open()
	l.stray(nat)
	for range 2 * probation {
		check("an earlier call's sender", send(nat, 1, 5*time.Second), false)
	}
}

// TestEndedCallsPortRests demands that late packets of one call are not heard in the next.
func TestEndedCallsPortRests(t *testing.T) {
	noLeak(t)
	base := uint16(20000 + 2*(time.Now().UnixNano()%5000))
	ports := PortRange{base, base + 5}
	var used []netip.AddrPort
	for range 3 {
		s, err := OpenSocket(loopback, ports)
		if err != nil {
			t.Skip("ports in use: ", err)
		}
		if s.LocalAddr().Port()%2 != 0 {
			t.Errorf("odd port %v", s.LocalAddr())
		}
		for _, u := range used {
			if u == s.LocalAddr() {
				t.Errorf("port %v again at once", u)
			}
		}
		used = append(used, s.LocalAddr())
		s.Close()
	}
	again, err := OpenSocket(loopback, ports) // all rest: a call matters more
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	late := udp(t)
	spray(t, late, again.LocalAddr(), 5, 1, 10)
	eventually(t, "drained", func() bool { return again.Stats().Bled == 10 })
	port := NewPort("next", PortConfig{})
	again.SetRemote(netip.MustParseAddrPort("127.0.0.1:9"))
	again.Start(port)
	spray(t, late, again.LocalAddr(), 5, 11, 10)
	eventually(t, "refused", func() bool { return again.Stats().Bled == 20 })
	if port.Stats().PacketsIn != 0 {
		t.Error("the earlier call is heard")
	}
	var held []*Socket
	for range 2 {
		s, err := OpenSocket(loopback, ports)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, s)
	}
	if _, err := OpenSocket(loopback, ports); !errors.Is(err, ErrNoPort) {
		t.Errorf("full range: %v", err)
	}
	for _, s := range held {
		s.Close()
	}
}

func TestDigitsOncePerPress(t *testing.T) {
	port := NewPort("caller", PortConfig{DTMFPT: 101})
	var got string
	port.OnDigit(func(r rune) { got += string(r) })
	seq := uint16(0)
	press := func(ts uint32, code byte) {
		for i := range 11 {
			seq++
			flags := byte(10)
			if i >= 8 {
				flags |= 0x80
			}
			port.Receive(&rtp.Packet{Header: rtp.Header{
				Version: 2, PayloadType: 101, Marker: i == 0, SSRC: 1, SequenceNumber: seq, Timestamp: ts,
			}, Payload: []byte{code, flags, 0, byte(i)}}, time.Now())
		}
	}
	press(1000, 5)
	press(3000, 5)
	press(1000, 5) // repeated late
	press(0xFFFFFFF0, 11)
	if got != "55" {
		t.Errorf("pressed 5 5, got %q", got)
	}
	press(9000, 8)
	press(12000, 10)
	if got != "558*" {
		t.Errorf("pressed 5 5 8 *, got %q", got)
	}
}

func TestSendingToNobodyEndsNothing(t *testing.T) {
	noLeak(t)
	gone := udp(t)
	s, err := OpenSocket(loopback, PortRange{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.SetRemote(addrOf(gone))
	gone.Close()
	p := NewPort("caller", PortConfig{})
	s.Start(p)
	talk := NewTalk(p, nil, TalkOptions{})
	defer talk.Close()
	talk.Program(programOfComfort)
	eventually(t, "sent on", func() bool { return talk.Stats().PacketsOut > 10 })
	back := udp(t)
	s.SetRemote(addrOf(back))
	_ = back.SetReadDeadline(time.Now().Add(time.Second))
	if _, err := back.Read(make([]byte, 2000)); err != nil {
		t.Fatal(err)
	}
	spray(t, back, s.LocalAddr(), 1, 1, 3)
	eventually(t, "received", func() bool { return p.Stats().PacketsIn == 3 && !s.LastReceived().IsZero() })
}

// TestHold stops sending, not hearing, and goes on as the same stream.
func TestHold(t *testing.T) {
	noLeak(t)
	caller, port, socket := newFar(t, "caller", 400, PCMA)
	talk := NewTalk(port, nil, TalkOptions{})
	defer talk.Close()
	talk.Program(programOfComfort)
	eventually(t, "heard", func() bool { return len(caller.packets()) > 3 })
	socket.SetSending(false)
	time.Sleep(30 * time.Millisecond)
	before, in := caller.packets(), port.Stats().PacketsIn
	time.Sleep(200 * time.Millisecond)
	if n := len(caller.packets()); n != len(before) {
		t.Errorf("%d packets while held", n-len(before))
	}
	if port.Stats().PacketsIn < in+5 {
		t.Error("not read while held")
	}
	socket.SetSending(true)
	eventually(t, "heard again", func() bool { return len(caller.packets()) > len(before)+3 })
	last, next := before[len(before)-1].pkt, caller.packets()[len(before)].pkt
	if next.SSRC != last.SSRC || next.SequenceNumber != last.SequenceNumber+1 || next.Timestamp-last.Timestamp < 1600 || !next.Marker {
		t.Errorf("after hold %v, before %v", next.Header, last.Header)
	}
	if s := talk.Stats(); s.GapMax > 150*time.Millisecond {
		t.Errorf("hold counts as a gap: %+v", s)
	}
}
