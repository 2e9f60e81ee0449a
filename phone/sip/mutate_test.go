package sip

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

// templates are what mutations begin from: ours, and the torture messages where they are.
func templates(t testing.TB, h *house) [][]byte {
	t.Helper()
	to, via := h.Addrs().UDP.String(), "127.0.0.1:9"
	m := func(method, toHeader, body string, headers ...string) []byte {
		lines := append([]string{
			method + " sip:110@" + to + " SIP/2.0",
			"Via: SIP/2.0/UDP " + via + ";rport;branch=z9hG4bKBRANCH",
			"Max-Forwards: 70", `From: "Warga \"Satu\"" <sip:081234567890@` + via + ";user=phone>;tag=farID",
			"To: " + toHeader, "Call-ID: callID", "CSeq: 1 " + method, "Contact: <sip:0812@" + via + ">",
			"P-Asserted-Identity: <sip:+6281234567890@carrier;user=phone>, <tel:+6281234567890>",
			"Supported: timer", "Session-Expires: 1800",
		}, headers...)
		return []byte(strings.Join(append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body), "\r\n"))
	}
	sdp := farSDP(40000, "0 8 101", "sendrecv")
	all := [][]byte{
		m("INVITE", farTo, sdp, "Content-Type: application/sdp"),
		m("INVITE", farTo, ""),
		m("INVITE", farTo, multipartBody(sdp), "Geolocation: <cid:place@x>", `Content-Type: multipart/mixed; boundary="b1"`),
		m("OPTIONS", farTo, ""), m("BYE", farTo+";tag=x", ""), m("ACK", farTo+";tag=x", ""), m("CANCEL", farTo, ""),
		[]byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP " + via + ";branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: callID\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"),
	}
	files, _ := filepath.Glob(filepath.Join(corpus, "*.dat"))
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			all = append(all, data)
		}
	}
	return all
}

func multipartBody(sdp string) string {
	return "--b1\r\nContent-Type: application/sdp\r\n\r\n" + sdp + "\r\n--b1\r\nContent-Type: application/pidf+xml\r\nContent-ID: <place@x>\r\n\r\n" +
		circle("-1.2379 116.8529", "35") + "\r\n--b1--\r\n"
}

// mutate spoils a message in one to four places.
func mutate(r *rand.Rand, in []byte) []byte {
	b := bytes.Clone(in)
	for range 1 + r.IntN(4) {
		if len(b) < 4 {
			return append(b, "xyz\r\n"...)
		}
		i := r.IntN(len(b))
		n := min(1+r.IntN(20), len(b)-i)
		switch r.IntN(7) {
		case 0:
			b[i] ^= byte(1 << r.IntN(8))
		case 1:
			b = append(b[:i:i], b[i+n:]...)
		case 2:
			b = append(b[:i:i], append(bytes.Clone(b[i:i+n]), b[i:]...)...)
		case 3:
			odd := []string{"\r\n", "\x00", "\"", "<", ">", ";", ",", "=", "%00", "4294967296", "-1", ":", "@", "\r\n ", "\xff\xfe", "[", "]"}
			b = append(b[:i:i], append([]byte(odd[r.IntN(len(odd))]), b[i:]...)...)
		case 4, 5: // whole lines: left out, doubled, exchanged
			lines := bytes.Split(b, []byte("\r\n"))
			k, j := r.IntN(len(lines)), r.IntN(len(lines))
			switch r.IntN(3) {
			case 0:
				lines = append(lines[:k:k], lines[k+1:]...)
			case 1:
				lines = append(lines[:k:k], append([][]byte{lines[j]}, lines[k:]...)...)
			case 2:
				lines[k], lines[j] = lines[j], lines[k]
			}
			b = bytes.Join(lines, []byte("\r\n"))
		case 6:
			b = b[:i]
		}
	}
	return b
}

var numbered = regexp.MustCompile(`^callID\d+$`)

// alive is who calls and stays in the call, so that mutations meet a dialog too.
const alive = "sip:hidup@"

// Spoilt messages, some of them inside a living dialog, crash nothing, leave neither goroutine nor dialog behind, and begin
// at most one call each. SIAGA_MUTATIONS makes more of them (make fuzz: 100,000), SIAGA_SEED repeats a run.
func TestMutations(t *testing.T) {
	count, long := 1000, false
	if n, err := strconv.Atoi(os.Getenv("SIAGA_MUTATIONS")); err == nil {
		count, long = n, true
	}
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("SIAGA_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("%d mutations, SIAGA_SEED=%d", count, seed)
	r := rand.New(rand.NewPCG(seed, 1))
	goroutines := runtime.NumGoroutine()
	h := open(t, Config{T1: 20 * time.Millisecond}, func(e *heard) {
		if strings.Contains(e.Party().Raw, "hidup") {
			e.Answer()
			return
		}
		e.Refuse(486, "Busy Here")
	})
	all := templates(t, h)
	f := farEnd(t, h, "")
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(h.Addrs().UDP))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var within [][]byte
	dialogs := 0
	for i := range count {
		if i%100 == 0 {
			h.hangUpAll()
			within = living(t, h)
			dialogs++
		}
		var m []byte
		switch r.IntN(4) {
		case 0:
			m = within[r.IntN(len(within))]
		case 1:
			m = all[r.IntN(8)] // ours
		default:
			m = all[r.IntN(len(all))]
		}
		m = mutate(r, m)
		for _, name := range []string{"BRANCH", "farID", "callID"} {
			m = bytes.ReplaceAll(m, []byte(name), fmt.Appendf(nil, "%s%d", name, i))
		}
		if i%10 == 9 {
			stream(t, h, m)
		} else if _, err := conn.Write(m[:min(len(m), 60000)]); err != nil {
			t.Logf("send: %v", err) // an answer that nobody took came back as an ICMP error
		}
		if i%25 == 24 { // what was sent has been read once this is answered: no message is lost in a full buffer
			f.send(f.message("OPTIONS", "alive"+strconv.Itoa(i), farTo, i, ""))
			f.want("OPTIONS", 200)
		}
	}
	f.invite(farSDP(40000, "8", "sendrecv"))
	f.want("INVITE", 486)
	h.hangUpAll()
	eventually(t, "nothing of them is left", 5*time.Second, func() bool {
		h.Exchange.mu.Lock()
		defer h.Exchange.mu.Unlock()
		return len(h.Exchange.legs) == 0 && len(h.initial) == 0
	})
	h.mu.Lock()
	legs := slices.Clone(h.legs)
	h.mu.Unlock()
	t.Logf("%d calls began, %d of them to stay", len(legs), dialogs)
	if len(legs) > count+dialogs+1 {
		t.Errorf("%d calls of %d messages", len(legs), count)
	}
	begun := map[initialKey]int{}
	for _, e := range legs {
		// Only a message with a number of its own is known to have been sent once: the torture messages keep their Call-ID.
		first := e.Leg.(*Leg).first
		if begun[first]++; begun[first] > 1 && numbered.MatchString(first.callID) {
			t.Errorf("a second call of %+v (SIAGA_SEED=%d)", first, seed)
		}
		// We answered, or the far end had closed its TCP connection before we could.
		end := await[phone.Ended](t, e, time.Second)
		if !strings.Contains(e.Party().Raw, "hidup") && end.Ending.Status == 0 && end.Ending.Fault != phone.ByNet {
			t.Errorf("ending %+v", end.Ending)
		}
	}
	h.Close()
	if long || goroutines < 20 { // beside tests that run in parallel nobody can count
		eventually(t, fmt.Sprintf("%d goroutines as before", goroutines), 5*time.Second, func() bool { return runtime.NumGoroutine() <= goroutines })
	}
}

// hangUpAll ends what lives and waits for it.
func (h *house) hangUpAll() {
	h.mu.Lock()
	legs := slices.Clone(h.legs)
	h.mu.Unlock()
	for _, e := range legs {
		e.Hangup()
	}
	eventually(h.t, "all calls end", 5*time.Second, func() bool { return h.Live() == 0 })
}

// living makes a call that stays, and gives the messages that a far end may send inside its dialog.
func living(t *testing.T, h *house) [][]byte {
	t.Helper()
	f := farEnd(t, h, "")
	sdp := farSDP(40000, "0 8 101", "sendrecv")
	f.send(strings.Replace(f.message("INVITE", "inv"+f.id, farTo, 1, sdp), "sip:081234567890@", alive, 1))
	ok := f.want("INVITE", 200)
	f.ack(ok, 1, "")
	to := ok.first("to")
	var all [][]byte
	for _, m := range []struct{ method, body, header string }{
		{"INVITE", sdp, "Supported: timer"},
		{"INVITE", farSDP(40000, "8", "sendonly"), "Session-Expires: 90;refresher=uac"},
		{"UPDATE", sdp, "Supported: timer"},
		{"INFO", "Signal=5\r\nDuration=100\r\n", "Content-Type: application/dtmf-relay"},
		{"OPTIONS", "", "Accept: application/sdp"},
		{"PRACK", "", "RAck: 1 1 INVITE"},
		{"ACK", "", "X: 1"},
		{"BYE", "", "Reason: Q.850;cause=16"},
	} {
		all = append(all, []byte(f.message(m.method, "BRANCH", to, 2, m.body, m.header)))
	}
	return all
}

func eventually(t *testing.T, what string, within time.Duration, ok func() bool) {
	t.Helper()
	for over := time.Now().Add(within); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(over) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

func stream(t *testing.T, h *house, m []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", h.Addrs().TCP.String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write(m)
	_ = conn.Close()
}

func FuzzScreen(f *testing.F) {
	s := newScreen([]Trunk{{Name: "c", Peers: everybody}}, false)
	f.Add([]byte("INVITE sip:110@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa;rport\r\nFrom: <sip:a@b>;tag = 1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, v := s.examine(data, loopback.Addr(), len(data)%2 == 0)
		if v.status == 0 {
			if !v.drop {
				if err := s.tryParse(tidy(m, data)); err != nil {
					t.Fatalf("passed but can't be parsed: %v", err)
				}
			}
			return
		}
		reply, to := s.answer(m, v, loopback)
		if to.Addr() != loopback.Addr() {
			t.Fatalf("an answer goes to %s", to)
		}
		back, ok := parseRaw(reply)
		if !ok || back.request || back.broken != "" || back.count("content-length") != 1 {
			t.Fatalf("a broken answer: %q", reply)
		}
	})
}

func FuzzSDP(f *testing.F) {
	f.Add([]byte(farSDP(40000, "8 0 101", "sendonly")))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseSDP(data)
		if err != nil || s.audio < 0 {
			return
		}
		c, _ := s.media[s.audio].choose()
		var k *keys
		if s.media[s.audio].proto == "RTP/SAVP" {
			k = newKeys(s.media[s.audio].crypto[0].suite, "1")
		}
		answer := localSDP{1, 1, loopback}.answer(s, c, k)
		again, err := parseSDP(answer)
		if err != nil || again.audio != s.audio || len(again.media) != len(s.media) {
			t.Fatalf("our answer %q to %q: %v", answer, data, err)
		}
	})
}

func FuzzPlace(f *testing.F) {
	f.Add([]byte(circle("-1.2 116.8", "35")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p := parsePlace(data); p != nil && (p.At.Lat < -90 || p.At.Lat > 90 || p.Radius < 0) {
			t.Fatalf("%+v", p)
		}
	})
}
