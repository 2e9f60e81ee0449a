package media

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// TestSRTP lets two sockets of ours talk, each to the other, through each suite.
func TestSRTP(t *testing.T) {
	noLeak(t)
	for _, suite := range []Suite{SuiteGCM, SuiteSHA180, SuiteSHA132} {
		t.Run(string(suite), func(t *testing.T) {
			var sockets [2]*Socket
			var ports [2]*Port
			var keys [2]CryptoKey
			for i := range sockets {
				var err error
				if sockets[i], err = OpenSocket(loopback, PortRange{}); err != nil {
					t.Fatal(err)
				}
				defer sockets[i].Close()
				if keys[i], err = NewCryptoKey(suite); err != nil {
					t.Fatal(err)
				}
			}
			for i := range sockets {
				theirs, err := ParseCryptoKey(suite, keys[1-i].Inline())
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second is a session refresh
					if err := sockets[i].SetCrypto(keys[i], theirs); err != nil {
						t.Fatal(err)
					}
				}
				sockets[i].SetRemote(sockets[1-i].LocalAddr())
				ports[i] = NewPort(fmt.Sprint(i), PortConfig{})
				sockets[i].Start(ports[i])
			}
			plain := udp(t)
			spray(t, plain, sockets[1].LocalAddr(), 3, 1, 5)
			eventually(t, "plain is refused", func() bool { return sockets[1].Stats().Bled == 5 })
			for n := range 20 {
				ports[0].out.write(source{}, &frame{seq: uint16(n), ts: uint32(n * 160), payload: Tone(400, frameTime), at: time.Now()})
			}
			eventually(t, "heard", func() bool { return ports[1].Stats().PacketsIn == 20 })
		})
	}
	if _, err := ParseCryptoKey(SuiteSHA180, "c2hvcnQ="); !errors.Is(err, ErrCrypto) {
		t.Errorf("short key: %v", err)
	}
	if _, err := NewCryptoKey("F8_128_HMAC_SHA1_80"); !errors.Is(err, ErrCrypto) {
		t.Errorf("unknown suite: %v", err)
	}
	k, _ := NewCryptoKey(SuiteGCM)
	if text := fmt.Sprintf("%v %+v %#v", k, k, k); strings.Contains(text, k.Inline()) || strings.Contains(text, string(k.inline)) {
		t.Error("key shows in logs")
	}
}

// FuzzReceive throws anything at the way in.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xD5})
	f.Add([]byte{0x90, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 5, 10, 0, 160})
	f.Fuzz(func(t *testing.T, b []byte) {
		port := NewPort("far", PortConfig{DTMFPT: 101})
		talk := NewTalk(port, nil, TalkOptions{})
		defer talk.Close()
		port.SetSend(func(*rtp.Packet) error { return nil })
		talk.Connect(line{NewPort("seat", PortConfig{})})
		var pkt rtp.Packet
		if pkt.Unmarshal(b) == nil {
			port.Receive(&pkt, epoch)
		}
	})
}

// A process that takes up a call sees the middle of the far end's stream: its sequence number has rolled over, nobody
// tells how often, and strangers try to get in between.
func TestSRTPFromTheMiddle(t *testing.T) {
	for _, suite := range []Suite{SuiteGCM, SuiteSHA180, SuiteSHA132} {
		t.Run(string(suite), func(t *testing.T) {
			noLeak(t)
			sock, err := OpenSocket(loopback, PortRange{})
			if err != nil {
				t.Fatal(err)
			}
			defer sock.Close()
			ours, _ := NewCryptoKey(suite)
			theirs, _ := NewCryptoKey(suite)
			if err := sock.SetCrypto(ours, theirs); err != nil {
				t.Fatal(err)
			}
			far := udp(t)
			sock.SetPayloads(8, PCMA, 0)
			sock.SetRemote(far.LocalAddr().(*net.UDPAddr).AddrPort())
			port := NewPort("far", PortConfig{})
			sock.Start(port)
			ctx, err := theirs.context()
			if err != nil {
				t.Fatal(err)
			}
			const ssrc = 0x7777
			ctx.SetROC(ssrc, 37) // thirteen hours
			send := func(from, to int) {
				for n := from; n < to; n++ {
					p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: ssrc, SequenceNumber: uint16(n), Timestamp: uint32(n) * 160}, Payload: Tone(400, frameTime)}
					raw, _ := p.Marshal()
					enc, err := ctx.EncryptRTP(nil, raw, nil)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = far.WriteToUDPAddrPort(enc, sock.LocalAddr())
				}
			}
			spray(t, udp(t), sock.LocalAddr(), 3, 1, 50) // strangers
			send(65500, 65530)
			eventually(t, "the first packets are heard", func() bool { return port.Stats().PacketsIn == 30 })
			send(65530, 65546) // over the next roll-over
			eventually(t, "and those after a roll-over", func() bool { return port.Stats().PacketsIn == 46 })
			if bled := sock.Stats().Bled; bled != 50 {
				t.Errorf("%d packets were dropped, want the strangers' 50", bled)
			}
		})
	}
}
