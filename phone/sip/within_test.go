package sip

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

func TestRequestsInsideTheDialog(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	for i, c := range []struct {
		method string
		status int
		extra  []string
	}{
		{"INFO", 200, nil},
		{"OPTIONS", 200, nil},
		{"UPDATE", 200, nil},
		{"REFER", 403, []string{"Refer-To: <sip:0809@example.com>"}},
		{"PRACK", 481, []string{"RAck: 1 1 INVITE"}},
		{"MESSAGE", 405, nil},
		{"INFO", 420, []string{"Require: teleport"}},
	} {
		f.within(c.method, ok, 10+i, "", c.extra...)
		f.want(c.method, c.status)
	}
	f.within("INFO", ok, 3, "") // an old number
	f.want("INFO", 500)
	stranger := *f
	stranger.id = "nobody"
	f.send(strings.Replace(stranger.message("BYE", "x"+f.id, ok.first("to"), 30, ""), "Call-ID: callnobody", "Call-ID: call"+f.id, 1))
	f.want("BYE", 481) // right Call-ID and To tag, wrong From tag
	if h.Live() != 1 {
		t.Fatal("the call is gone")
	}
	f.within("BYE", ok, 40, "")
	f.want("BYE", 200)
	await[phone.Ended](t, leg, time.Second)
}

func TestDigitByINFO(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	f.within("INFO", ok, 2, "Signal=x\r\nDuration=100\r\n", "Content-Type: application/dtmf-relay")
	f.want("INFO", 200)
	f.within("INFO", ok, 3, "Signal=#\r\nDuration=100\r\n", "Content-Type: application/dtmf-relay")
	f.want("INFO", 200)
	if d := await[phone.Digit](t, leg, time.Second); d.Key != '#' {
		t.Errorf("key %c", d.Key)
	}
}

func TestCallThatBeginsHeld(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendonly"))
	leg := h.leg()
	leg.Answer()
	ok := f.want("INVITE", 200)
	if !strings.Contains(ok.text, "a=recvonly") {
		t.Errorf("answer:\n%s", ok.text)
	}
	f.ack(ok, 1, "")
	if e := await[phone.Held](t, leg, time.Second); !e.On {
		t.Error("held off")
	}
}

func TestHoldDirections(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	zero := strings.Replace(farSDP(40000, "8 101", "sendrecv"), "c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", 1)
	for i, c := range []struct {
		name, sdp string
		answer    direction
		held      bool
	}{
		{"sendonly", farSDP(40000, "8 101", "sendonly"), recvOnly, true},
		{"sendrecv", farSDP(40000, "8 101", "sendrecv"), sendRecv, false},
		{"inactive", farSDP(40000, "8 101", "inactive"), inactive, true},
		{"recvonly", farSDP(40000, "8 101", "recvonly"), sendOnly, false},
		{"0.0.0.0", zero, recvOnly, true},
	} {
		method := []string{"INVITE", "UPDATE"}[i%2]
		f.within(method, ok, 2+i, c.sdp)
		res := f.want(method, 200)
		if !strings.Contains(res.text, "a="+string(c.answer)+"\r\n") {
			t.Errorf("%s: want a=%s:\n%s", c.name, c.answer, res.text)
		}
		if method == "INVITE" {
			f.ack(res, 2+i, "")
		}
		holds := 0
		for _, ev := range leg.all() {
			if v, is := ev.(phone.Held); is {
				holds++
				if v.On != c.held && holds == i+1 {
					t.Errorf("%s: held %v", c.name, v.On)
				}
			}
		}
		if holds != i+1 {
			t.Errorf("%s: %d events of hold, want %d", c.name, holds, i+1)
		}
	}
}

// ACK and the next request in one breath, many times: the ACK is never overtaken.
func TestACKIsNotOvertaken(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	_, ok := f.establish(h)
	for i := 2; i < 100; i++ {
		f.within("INVITE", ok, i, farSDP(40000, "8 101", "sendrecv"))
		res := f.want("INVITE", 200)
		f.ack(res, i, "")
	}
}

// A re-INVITE moves the target of our requests and the way of our audio; one that can't be had changes nothing.
func TestReinviteMoves(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	leg.Talk().Program(phone.Program{})

	f.within("INVITE", ok, 2, farSDP(40000, "18", "sendrecv"))
	no := f.want("INVITE", 488)
	f.send(f.message("ACK", "gone", no.first("to"), 2, ""))

	elsewhere := farEnd(t, h, "127.0.0.5")
	rtp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rtp.Close() }()
	moved := f.message("INVITE", "moved"+f.id, ok.first("to"), 3, farSDP(rtp.LocalAddr().(*net.UDPAddr).Port, "8 101", "sendrecv"))
	moved = strings.Replace(moved, "Contact: <sip:081234567890@"+f.addr()+">", "Contact: <sip:new@"+elsewhere.addr()+">", 1)
	f.send(moved)
	res := f.want("INVITE", 200)
	f.within("INVITE", ok, 4, farSDP(40000, "8", "sendrecv")) // before the ACK (RFC 3261 14.2)
	f.want("INVITE", 500)
	f.ack(res, 3, "")
	_ = rtp.SetReadDeadline(time.Now().Add(2 * time.Second))
	buf := make([]byte, 2000)
	if n, _, err := rtp.ReadFromUDP(buf); err != nil || n != 172 {
		t.Errorf("no audio at the new address: %d bytes, %v", n, err)
	}
	leg.Hangup()
	bye := elsewhere.wantRequest("BYE", 2*time.Second)
	if bye.uri != "sip:new@"+elsewhere.addr() {
		t.Errorf("target %s", bye.uri)
	}
	elsewhere.respond(bye, "200 OK")
}

// A re-INVITE without SDP gets our offer; its answer is in the ACK.
func TestReinviteLateOffer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	_, ok := f.establish(h)
	f.within("INVITE", ok, 2, "")
	res := f.want("INVITE", 200)
	if !strings.Contains(res.text, "m=audio") || !strings.Contains(res.text, "RTP/AVP 8 0 101") {
		t.Errorf("no offer:\n%s", res.text)
	}
	f.send(f.message("ACK", "late"+f.id, ok.first("to"), 2, farSDP(40002, "8", "sendrecv")))
	f.within("BYE", ok, 3, "")
	f.want("BYE", 200)
}

func TestLateOfferWithoutAnswer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite("")
	leg := h.leg()
	leg.Answer()
	ok := f.want("INVITE", 200)
	f.ack(ok, 1, "")
	f.respond(f.wantRequest("BYE", time.Second), "200 OK")
	if end := await[phone.Ended](t, leg, time.Second); end.Ending.Fault != phone.ByNet {
		t.Errorf("ending %+v", end)
	}
}

// We may not send BYE before the ACK came (RFC 3261 15), but the desk hears at once that the leg is over.
func TestHangupBeforeACK(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendrecv"))
	leg := h.leg()
	leg.Answer()
	ok := f.want("INVITE", 200)
	leg.Hangup()
	await[phone.Ended](t, leg, time.Second)
	if m, came := f.next(100 * time.Millisecond); came && m.request {
		t.Errorf("before the ACK came:\n%s", m.text)
	}
	f.ack(ok, 1, "")
	f.respond(f.wantRequest("BYE", time.Second), "200 OK")
}

func TestRoutesAreFollowed(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f, proxy := farEnd(t, h, ""), farEnd(t, h, "127.0.0.6")
	leg, _ := f.establish(h, "Record-Route: <sip:"+proxy.addr()+";lr>, <sip:127.0.0.7;lr>")
	leg.Hangup()
	bye := proxy.wantRequest("BYE", 2*time.Second)
	if routes := bye.all("route"); len(routes) != 2 || !strings.Contains(routes[0], proxy.addr()) || !strings.Contains(routes[1], "127.0.0.7") {
		t.Errorf("routes %q", routes)
	}
	if bye.uri != "sip:081234567890@"+f.addr() {
		t.Errorf("target %s", bye.uri)
	}
	proxy.respond(bye, "200 OK")
}

func TestSilenceIsProbed(t *testing.T) {
	t.Parallel()
	h := open(t, Config{TMedia: 300 * time.Millisecond, T1: 50 * time.Millisecond}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	for range 2 { // as long as it answers it may be silent
		probe := f.wantRequest("OPTIONS", 2*time.Second)
		if probe.first("call-id") != "call"+f.id || !strings.Contains(probe.first("to"), ";tag=far") {
			t.Fatalf("a probe outside the dialog:\n%s", probe.text)
		}
		f.respond(probe, "200 OK")
	}
	f.wantRequest("OPTIONS", 2*time.Second)
	await[phone.MediaLost](t, leg, 2*time.Second)
	rtp := rtpTo(t, ok)
	for i := range 20 {
		rtp.send(i)
		time.Sleep(20 * time.Millisecond)
	}
	await[phone.MediaBack](t, leg, 2*time.Second)
	probe := f.wantRequest("OPTIONS", 4*time.Second) // silent again
	f.respond(probe, "481 Call Does Not Exist")
	if end := await[phone.Ended](t, leg, 2*time.Second); end.Ending.Fault != phone.ByNet {
		t.Errorf("ending %+v", end)
	}
	f.respond(f.wantRequest("BYE", 2*time.Second), "481 Call Does Not Exist")
}

func TestSessionTimer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendrecv"), "Supported: timer", "Session-Expires: 30")
	short := f.want("INVITE", 422)
	if short.first("min-se") != "90" {
		t.Errorf("Min-SE: %q", short.first("min-se"))
	}
	f = farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendrecv"), "Supported: timer", "Session-Expires: 1800")
	h.leg().Answer()
	ok := f.want("INVITE", 200)
	if got := ok.first("session-expires"); got != "1800;refresher=uac" || ok.first("require") != "timer" {
		t.Errorf("Session-Expires: %q", got)
	}
	f.ack(ok, 1, "")
	f.within("UPDATE", ok, 2, "", "Supported: timer", "Session-Expires: 1800;refresher=uas")
	res := f.want("UPDATE", 200)
	if got := res.first("session-expires"); got != "1800;refresher=uas" {
		t.Errorf("Session-Expires: %q", got)
	}
}

// The timers themselves, without waiting minutes.
func TestSessionTimerRunsOut(t *testing.T) {
	t.Parallel()
	h := open(t, Config{T1: 50 * time.Millisecond}, nil)
	f := farEnd(t, h, "")
	leg, _ := f.establish(h)
	within := h.legOf(t, leg.ID())
	within.do(func() { within.d.Expires, within.d.WeRefresh = 900*time.Millisecond, true; within.startRefresh() })
	again := f.wantRequest("INVITE", 2*time.Second) // no UPDATE in its Allow
	if !strings.Contains(again.text, "m=audio") || again.first("session-expires") == "" {
		t.Errorf("no refresh:\n%s", again.text)
	}
	f.send(fmt.Sprintf("SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: <sip:x@%s>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		again.first("via"), again.first("from"), again.first("to"), again.first("call-id"), again.first("cseq"), f.addr(),
		len(farSDP(40000, "8", "sendrecv")), farSDP(40000, "8", "sendrecv")))
	f.wantRequest("ACK", 2*time.Second)
	within.do(func() { within.d.Expires, within.d.WeRefresh = 300*time.Millisecond, false; within.startRefresh() })
	f.respond(f.wantRequest("BYE", 2*time.Second), "200 OK")
	if end := await[phone.Ended](t, leg, time.Second); end.Ending.Fault != phone.ByNet {
		t.Errorf("ending %+v", end)
	}
}

func (h *house) legOf(t *testing.T, id string) *Leg {
	t.Helper()
	h.Exchange.mu.Lock()
	defer h.Exchange.mu.Unlock()
	for _, l := range h.Exchange.legs {
		if l.id == id {
			return l
		}
	}
	t.Fatal("no such leg")
	return nil
}

// Digits are told once a press.
func TestDigits(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	rtp := rtpTo(t, ok)
	for i := range 5 {
		rtp.send(i)
	}
	for i := range 3 {
		rtp.sendPayload(101, 5+i, 4000, []byte{5, 0x80, 0, 160})
	}
	if d := await[phone.Digit](t, leg, 2*time.Second); d.Key != '5' {
		t.Errorf("key %c", d.Key)
	}
}

// rtp sends packets to where a 200 says.
type rtp struct {
	t    *testing.T
	conn *net.UDPConn
}

func rtpTo(t *testing.T, ok in) *rtp {
	t.Helper()
	s, err := parseSDP([]byte(ok.text[strings.Index(ok.text, "v=0"):]))
	if err != nil || s.audio < 0 {
		t.Fatalf("no SDP: %v\n%s", err, ok.text)
	}
	to := s.media[s.audio].remote()
	conn, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40000}, net.UDPAddrFromAddrPort(to))
	if err != nil {
		conn, err = net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}, net.UDPAddrFromAddrPort(to))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &rtp{t, conn}
}

func (r *rtp) send(i int) {
	audio := make([]byte, 160)
	r.sendPayload(8, i, uint32(160*i), audio)
}

func (r *rtp) sendPayload(pt byte, seq int, ts uint32, payload []byte) {
	p := append([]byte{0x80, pt, byte(seq >> 8), byte(seq), byte(ts >> 24), byte(ts >> 16), byte(ts >> 8), byte(ts), 1, 2, 3, 4}, payload...)
	_, _ = r.conn.Write(p)
}
