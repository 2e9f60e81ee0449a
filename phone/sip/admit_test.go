package sip

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	sdp := farSDP(40000, "8", "sendrecv")
	for _, c := range []struct {
		name    string
		status  int
		body    string
		headers []string
		change  func(string) string
		want    string
	}{
		{name: "no codec of ours", status: 488, body: farSDP(40000, "18 96", "sendrecv"), want: "Warning: 305"},
		{name: "encrypted only", status: 488, body: strings.Replace(sdp, "RTP/AVP", "RTP/SAVP", 1)},
		{name: "broken SDP", status: 400, body: "v=0\r\nm=audio\r\n"},
		{name: "unknown body", status: 415, body: "hello", headers: []string{"Content-Type: text/plain"}, want: "Accept: application/sdp"},
		{name: "compressed body", status: 415, body: sdp, headers: []string{"Content-Encoding: gzip", "Content-Type: application/sdp"}},
		{name: "unknown extension", status: 420, body: sdp, headers: []string{"Require: 100rel, teleport"}, want: "Unsupported: teleport"},
		{name: "no SDP wanted", status: 406, body: sdp, headers: []string{"Accept: text/plain"}},
		{name: "scheme", status: 416, body: sdp, change: func(s string) string { return strings.Replace(s, "INVITE sip:", "INVITE mailto:", 1) }},
		{name: "no Contact", status: 400, body: sdp, change: func(s string) string { return strings.Replace(s, "Contact:", "X-Contact:", 1) }},
		{name: "two Content-Lengths", status: 400, body: sdp, headers: []string{"Content-Length: 5"}},
		{name: "multipart without boundary", status: 400, body: sdp, headers: []string{"Content-Type: multipart/mixed"}},
		{
			name: "unknown part that is required", status: 415, headers: []string{`Content-Type: multipart/mixed; boundary=b`},
			body: "--b\r\nContent-Type: application/sdp\r\n\r\n" + sdp + "\r\n--b\r\nContent-Type: application/isup\r\nContent-Disposition: signal; handling=required\r\n\r\nx\r\n--b--\r\n",
		},
		{name: "endless nesting", status: 400, headers: []string{`Content-Type: multipart/mixed; boundary=b`}, body: "--b\r\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 5)},
		{name: "in a dialog of nobody", status: 481, body: sdp, change: func(s string) string { return strings.Replace(s, "To: "+farTo, "To: "+farTo+";tag=x", 1) }},
	} {
		f := farEnd(t, h, "")
		text := f.message("INVITE", "r"+f.id, farTo, 1, c.body, c.headers...)
		if c.change != nil {
			text = c.change(text)
		}
		f.send(text)
		got := f.want("INVITE", c.status)
		if !strings.Contains(got.text, c.want) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got.text)
		}
	}
	f := farEnd(t, h, "")
	f.send(f.message("REGISTER", "reg", farTo, 1, ""))
	if got := f.want("REGISTER", 405); !strings.Contains(got.first("allow"), "INVITE") {
		t.Error("405 without Allow")
	}
	f.send(f.message("CANCEL", "can", farTo, 1, ""))
	f.want("CANCEL", 481)
	if h.calls() != 0 {
		t.Errorf("%d calls began", h.calls())
	}
}

// Parts that we don't know and needn't know don't keep a citizen from calling.
func TestUnknownPartsAreLeftOut(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	sdp := farSDP(40000, "8", "sendrecv")
	for body, kind := range map[string]string{
		"--b\r\nContent-Type: application/isup\r\nContent-Disposition: signal; handling=optional\r\n\r\n\x00\x01\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" +
			sdp + "\r\n--b\r\n\r\nhello\r\n--b--\r\n": `multipart/mixed; boundary="b"`,
		"--b\r\nContent-Type: application/sdp\r\n\r\n" + sdp + "\r\n--b\r\nno end":                                                              "multipart/mixed; boundary=b",
		"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/sdp\r\n\r\n" + sdp + "\r\n--c--\r\n--b--\r\n": "multipart/related; boundary=b",
	} {
		f := farEnd(t, h, "")
		f.invite(body, "Content-Type: "+kind)
		h.leg().Ring()
		if got := f.want("INVITE", 183); !strings.Contains(got.text, "m=audio") {
			t.Errorf("the SDP was not found in %s", kind)
		}
	}
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	trunks := []Trunk{{Name: "carrier", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}}
	for _, way := range []string{"403", "silent"} {
		h := open(t, Config{Trunks: trunks, UnknownTrunk: way}, nil)
		f := farEnd(t, h, "127.0.0.9")
		f.invite(farSDP(40000, "8", "sendrecv"))
		got, came := f.next(300 * time.Millisecond)
		if want := way == "403"; came != want || want && got.status != 403 {
			t.Errorf("%s: came %v %d", way, came, got.status)
		}
		conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}).Dial("tcp", h.Addrs().TCP.String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte(f.message("OPTIONS", "tcp", farTo, 1, "")))
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		var all bytes.Buffer
		_, err = all.ReadFrom(conn)
		if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
			t.Errorf("%s: a stranger's connection stays open", way)
		}
		if said := strings.HasPrefix(all.String(), "SIP/2.0 403"); said != (way == "403") {
			t.Errorf("%s over TCP: %q", way, all.String())
		}
		_ = conn.Close()
		if h.calls() != 0 {
			t.Errorf("%s: a stranger's call was taken", way)
		}
	}
}

func TestFullAndDraining(t *testing.T) {
	t.Parallel()
	h := open(t, Config{MaxCalls: 1}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	other := farEnd(t, h, "")
	other.invite(farSDP(40000, "8", "sendrecv"))
	if full := other.want("INVITE", 503); full.count("retry-after") != 0 {
		t.Error("Retry-After may make a carrier stop sending calls")
	}
	h.Drain()
	f.within("OPTIONS", ok, 2, "")
	f.want("OPTIONS", 200) // inside the dialog all goes on
	other.send(other.message("OPTIONS", "drain", farTo, 9, ""))
	other.want("OPTIONS", 503)
	f.within("BYE", ok, 3, "")
	f.want("BYE", 200)
	await[phone.Ended](t, leg, time.Second)
	third := farEnd(t, h, "")
	third.invite(farSDP(40000, "8", "sendrecv"))
	third.want("INVITE", 503)
}

// The same INVITE that came round two ways is one call (RFC 3261 8.2.2.2).
func TestMergedRequest(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendrecv"))
	h.leg()
	f.send(f.message("INVITE", "other"+f.id, farTo, 1, farSDP(40000, "8", "sendrecv")))
	f.want("INVITE", 482)
	if h.Live() != 1 {
		t.Errorf("%d live", h.Live())
	}
}

// A desk that falls over a call leaves no call behind, and the next one is taken.
func TestDeskFalls(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, func(e *heard) {
		if strings.Contains(e.Party().Raw, "fall") {
			panic("the desk fell")
		}
	})
	f := farEnd(t, h, "")
	f.send(strings.ReplaceAll(f.message("INVITE", "f"+f.id, farTo, 1, farSDP(40000, "8", "sendrecv")), "sip:081234567890@", "sip:fall@"))
	f.want("INVITE", 500)
	await[phone.Ended](t, h.leg(), time.Second)
	next := farEnd(t, h, "")
	next.establish(h)
	if h.Live() != 1 {
		t.Errorf("%d live", h.Live())
	}
}

func TestCloseHangsUp(t *testing.T) {
	t.Parallel()
	h := open(t, Config{T1: 50 * time.Millisecond}, nil)
	f, waiting, quick := farEnd(t, h, ""), farEnd(t, h, ""), farEnd(t, h, "")
	leg, _ := f.establish(h)
	waiting.invite(farSDP(40000, "8", "sendrecv"))
	queued := h.leg()
	quick.invite(farSDP(40000, "8", "sendrecv"))
	unacked := h.leg()
	unacked.Answer()
	quick.want("INVITE", 200)
	go h.Close()
	f.wantRequest("BYE", time.Second)
	waiting.want("INVITE", 480)
	for _, e := range []*heard{leg, queued, unacked} {
		if end := await[phone.Ended](t, e, 2*time.Second); end.Ending.Fault != phone.ByUs {
			t.Errorf("ending %+v", end)
		}
	}
	h.Close()
	late := make(chan phone.Event, 9)
	queued.Listen(func(e phone.Event) { late <- e }) // too late, and harmless
	queued.Answer()
	queued.Hangup()
	if h.Live() != 0 {
		t.Errorf("%d live", h.Live())
	}
}

// Events that came before Listen are not lost, even if the call is over by then.
func TestListenLate(t *testing.T) {
	t.Parallel()
	legs := make(chan phone.Leg, 1)
	x, err := Listen(Config{
		UDP: "127.0.0.1:0", Trunks: []Trunk{{Name: "c", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}},
	}, func(l phone.Leg) { legs <- l })
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	h := &house{t: t, Exchange: x}
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendrecv"))
	f.want("INVITE", 100)
	f.send(f.message("CANCEL", "inv"+f.id, farTo, 1, ""))
	f.want("INVITE", 487)
	leg := <-legs
	for x.Live() > 0 {
		time.Sleep(time.Millisecond)
	}
	got := make(chan phone.Event, 9)
	leg.Listen(func(e phone.Event) { got <- e })
	select {
	case e := <-got:
		if _, ok := e.(phone.Ended); !ok {
			t.Errorf("%T", e)
		}
	case <-time.After(2 * time.Second):
		t.Error("Ended was lost")
	}
}

// Over TCP: pieces, keep-alives between messages, and bodies that are too big.
func TestStreamFraming(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	conn, err := net.Dial("tcp", h.Addrs().TCP.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	text := "\r\n\r\n" + f.message("OPTIONS", "t1", farTo, 1, "") + "\r\n" + f.message("OPTIONS", "t2", farTo, 2, "")
	for i := 0; i < len(text); i += 37 {
		_, _ = conn.Write([]byte(text[i:min(i+37, len(text))]))
		time.Sleep(time.Millisecond)
	}
	_ = conn.SetReadDeadline(time.Now().Add(3 * time.Second))
	var all bytes.Buffer
	for buf := make([]byte, 4096); strings.Count(all.String(), "SIP/2.0 200") < 2; { // both are answered before the end
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, all.String())
		}
		all.Write(buf[:n])
	}
	big := f.message("MESSAGE", "t3", farTo, 3, strings.Repeat("x", maxBody+1), "Content-Type: text/plain")
	_, _ = conn.Write([]byte(big))
	_, _ = all.ReadFrom(conn) // the far end closes: it can't tell where the next message begins
	got := all.String()
	if !strings.HasPrefix(got, "\r\nSIP/2.0 200") || strings.Count(got, "SIP/2.0 200") != 2 || !strings.Contains(got, "SIP/2.0 413") {
		t.Errorf("over TCP came:\n%s", got)
	}
}

// A CANCEL and our answer in the same instant: one of them wins, and both sides know which.
func TestCancelAgainstAnswer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	won := map[int]int{}
	for i := range 60 {
		f := farEnd(t, h, "")
		f.invite(farSDP(40000, "8", "sendrecv"))
		leg := h.leg()
		f.want("INVITE", 100)
		go leg.Answer()
		time.Sleep(time.Duration(i%6) * 20 * time.Microsecond)
		f.send(f.message("CANCEL", "inv"+f.id, farTo, 1, ""))
		final := map[int]in{}
		cancelled := false
		for len(final) == 0 || !cancelled {
			m, ok := f.next(3 * time.Second)
			if !ok {
				t.Fatalf("no end of it: %v, CANCEL answered %v", final, cancelled)
			}
			if strings.HasSuffix(m.first("cseq"), "CANCEL") {
				cancelled = true
			} else if m.status >= 200 {
				final[m.status] = m
			}
		}
		if len(final) != 1 {
			t.Fatalf("several final answers: %v", final)
		}
		for status, m := range final {
			won[status]++
			if status == 200 {
				f.ack(m, 1, "")
				await[phone.Established](t, leg, time.Second)
				f.within("BYE", m, 2, "")
				f.want("BYE", 200)
			} else {
				f.send(f.message("ACK", "inv"+f.id, m.first("to"), 1, ""))
			}
		}
		await[phone.Ended](t, leg, time.Second)
	}
	t.Log("who won:", fmt.Sprint(won))
	if h.Live() != 0 {
		t.Errorf("%d live", h.Live())
	}
}
