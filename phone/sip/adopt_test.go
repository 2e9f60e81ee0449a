package sip

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// lastBlob is the dialog as it was kept last.
func lastBlob(t *testing.T, e *heard) []byte {
	t.Helper()
	await[phone.DialogChanged](t, e, 2*time.Second)
	var blob []byte
	for _, ev := range e.all() {
		if c, ok := ev.(phone.DialogChanged); ok {
			blob = c.Blob
		}
	}
	return blob
}

func hearsMore(t *testing.T, who string, l phone.Leg) {
	t.Helper()
	before := l.Talk().Stats().PacketsIn
	for deadline := time.Now().Add(3 * time.Second); l.Talk().Stats().PacketsIn < before+20; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s hears nothing", who)
		}
	}
}

// A call over TLS with SRTP outlives its process: the connection that it came by is gone, so the re-INVITE goes by a new
// one to where the far end's Contact says it listens; audio is heard both ways, and the ladder says by what it went.
func TestAdoptOverTLS(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	for name, inbound := range map[string]bool{"called by the far end": true, "called by us": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{
				UDP: "127.0.0.1:0", TLS: "127.0.0.1:0", TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
				ClientTLS: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}}, Prompts: media.DefaultPrompts(), T1: 100 * time.Millisecond,
			}
			trunk := Trunk{Name: "carrier", Peers: locals, SRTP: Required, ClientCA: pool}
			listen := func(cfg Config, server string) *house {
				tr := trunk
				if server != "" {
					tr.Out = Outgoing{Server: server, Transport: "TLS"}
				}
				cfg.Trunks = []Trunk{tr}
				return open(t, cfg, func(l *heard) { l.Answer() })
			}
			var far, old *house
			var ours, theirs *heard
			if inbound {
				old = listen(cfg, "")
				far = listen(cfg, old.Addrs().TLS.String())
				theirs = dial(t, far.Exchange, phone.Callee{Number: "110"})
				ours = old.leg()
			} else {
				far = listen(cfg, "")
				old = listen(cfg, far.Addrs().TLS.String())
				ours = dial(t, old.Exchange, phone.Callee{Number: "112"})
				theirs = far.leg()
			}
			await[phone.Established](t, ours, 5*time.Second)
			await[phone.Established](t, theirs, 5*time.Second)
			ours.Talk().Program(phone.Program{First: []string{"welcome"}})
			theirs.Talk().Program(phone.Program{First: []string{"hold"}})
			hearsMore(t, "the far end", theirs)
			hearsMore(t, "we", ours)
			ladder(t, old.Exchange, ours)
			ladder(t, far.Exchange, theirs)
			blob := lastBlob(t, ours)
			again := old.cfg
			again.TLS, again.UDP, again.TCP = old.Addrs().TLS.String(), old.Addrs().UDP.String(), old.Addrs().TCP.String()
			old.Leave()
			var now *Exchange
			var err error
			for range 100 { // its old connections may still be closing
				if now, err = Listen(again, func(phone.Leg) {}); err == nil {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(now.Close)
			leg, err := now.Adopt(blob)
			if err != nil {
				t.Fatal(err)
			}
			adopted := &heard{Leg: leg, more: make(chan struct{}, 1)}
			began := time.Now()
			leg.Listen(adopted.take)
			await[phone.Readopted](t, adopted, 5*time.Second)
			t.Logf("the far end answered %v after", time.Since(began).Round(time.Millisecond))
			leg.Talk().Program(phone.Program{First: []string{"reconnect"}})
			hearsMore(t, "the far end, after the restart", theirs)
			hearsMore(t, "the new process", leg)
			theirs.Press("8")
			if d := await[phone.Digit](t, adopted, 2*time.Second); d.Key != '8' {
				t.Errorf("key %c", d.Key)
			}
			ladder(t, now, adopted)
			leg.Hangup()
			await[phone.Ended](t, theirs, 3*time.Second)
		})
	}
}

// ladder wants what a leg's ladder tells to have gone by TLS, both ways, and to be whole.
func ladder(t *testing.T, x *Exchange, l phone.Leg) {
	t.Helper()
	msgs, _ := x.Ladder(l.ID())
	in, out := 0, 0
	for _, m := range msgs {
		if m.Transport != "TLS" {
			t.Errorf("%s, says the ladder: %.40q", m.Transport, m.Text)
		}
		if strings.Contains(m.Text, "inline:") && !strings.Contains(m.Text, "(rahasia)") {
			t.Error("a key stands in the ladder")
		}
		if m.In {
			in++
		} else {
			out++
		}
	}
	if in == 0 || out == 0 {
		t.Errorf("the ladder has %d messages in and %d out", in, out)
	}
}

// A call with SRTP goes on with the keys that it had, whatever the far end says to our re-INVITE: not all take new ones.
// What must be new is the SSRC, or two packets would be hidden by the same key stream.
func TestAdoptKeepsKeys(t *testing.T) {
	t.Parallel()
	c := carrier(t)
	cfg := Config{UDP: "127.0.0.1:0", T1: 100 * time.Millisecond, Prompts: media.DefaultPrompts(), Trunks: []Trunk{{
		Name: "carrier", Peers: locals, SRTP: Anyhow, Out: Outgoing{Server: c.addr()},
	}}}
	old := open(t, cfg, nil)
	c.to = net.UDPAddrFromAddrPort(old.Addrs().UDP)
	out := dial(t, old.Exchange, phone.Callee{Number: "112"})
	invite := c.wantRequest("INVITE", time.Second)
	key, _ := media.NewCryptoKey(media.SuiteSHA180)
	sdp := strings.Replace(farSDP(40000, "8 101", "sendrecv"), "RTP/AVP", "RTP/SAVP", 1) + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key.Inline() + "\r\n"
	c.say(invite, "200 OK", "f", sdp)
	c.wantRequest("ACK", time.Second)
	await[phone.Established](t, out, time.Second)
	blob := lastBlob(t, out)
	was, err := DecodeDialog(blob)
	if err != nil || was.Crypto == nil {
		t.Fatalf("no keys in the dialog: %v", err)
	}
	again := old.cfg
	again.UDP, again.TCP = old.Addrs().UDP.String(), old.Addrs().TCP.String()
	old.Leave()
	now, err := Listen(again, func(phone.Leg) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(now.Close)
	leg, err := now.Adopt(blob)
	if err != nil {
		t.Fatal(err)
	}
	adopted := &heard{Leg: leg, more: make(chan struct{}, 1)}
	leg.Listen(adopted.take)
	re := c.wantRequest("INVITE", 2*time.Second)
	if !strings.Contains(re.text, was.Crypto.Local) {
		t.Error("the re-INVITE offers another key")
	}
	c.say(re, "488 Not Acceptable Here", "", "")
	await[phone.Readopted](t, adopted, 2*time.Second)
	if l, err := DecodeDialog(lastBlob(t, adopted)); err != nil || l.Crypto == nil || l.Crypto.Local != was.Crypto.Local {
		t.Errorf("the key was changed: %v", err)
	}
}
