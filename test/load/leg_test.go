package load

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// BenchmarkBrowserLeg: what a recorded talk between a trunk and a browser's seat costs, in percent of a core, with audio
// both ways; and what of it is the browser's leg: the talk less half of a recorded talk between two trunks, which the
// bench of phone/media has measured before. Without that figure all is counted as the browser's.
func BenchmarkBrowserLeg(b *testing.B) {
	for b.Loop() {
		browserLeg(b)
	}
}

func browserLeg(b *testing.B) {
	const talks = 40
	s := open(b, siteOptions{})
	up := make(chan struct{}, talks)
	seats := sit(b, s, talks, seatsOptions{stream: true, onRing: func(s *seat, r ring) {
		if err := s.post("/calls/"+r.Call+"/answer", map[string]int{"offer": r.Offer}); err != nil {
			b.Errorf("answer: %v", err)
		}
		up <- struct{}{}
	}})
	time.Sleep(3 * time.Second)
	idle := s.during(5 * time.Second)
	c := newCarrier(b, "127.0.0.2", s.sip)
	ears := make([]*ear, talks)
	for i := range ears {
		ears[i] = newEar(b, "127.0.0.2")
		ears[i].call = c.dial(fmt.Sprintf("+62812%07d", i), ears[i].port())
		time.Sleep(20 * time.Millisecond)
	}
	for range talks {
		select {
		case <-up:
		case <-time.After(20 * time.Second):
			b.Fatal("the calls aren't answered")
		}
	}
	eventually(b, "all callers are answered", 10*time.Second, func() bool {
		for _, e := range ears {
			if _, ok := e.call.final(); !ok {
				return false
			}
		}
		return true
	})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { speak(stop, talks, func(i int, p *rtp.Packet) { ears[i].say(p) }) })
	wg.Go(func() { speak(stop, talks, func(i int, p *rtp.Packet) { seats[i].speak(p) }) })
	time.Sleep(2 * time.Second)
	for i := range ears {
		ears[i].heard.forget()
		seats[i].heard.forget()
	}
	const span = 10 * time.Second
	used := s.during(span)
	close(stop)
	wg.Wait()
	least := int(span/(20*time.Millisecond)) * 9 / 10
	for i := range ears {
		_, _, caller := ears[i].heard.read()
		_, _, officer := seats[i].heard.read()
		if caller < least || officer < least {
			b.Errorf("talk %d: the caller heard %d packets, the seat %d, of at least %d", i, caller, officer, least)
		}
	}
	for _, e := range ears {
		e.call.hangup()
	}
	eventually(b, "all callers are gone", 10*time.Second, func() bool { return c.live() == 0 })
	talk := (used - idle) / talks
	b.Logf("%d talks: %.1f%% of a core, %.1f%% before; %.3f%% each", talks, used, idle, talk)
	note(b, "core_pct_per_browser_talk", talk, 0)
	trunk := kept()["core_pct_per_recorded_call"] / 2 // of the SIP-SIP bench: two legs of a trunk, recorded
	note(b, "core_pct_per_browser_leg", talk-trunk, 0.7)
}

// speak sends a packet of everybody each 20 ms, spread over that time as calls are.
func speak(stop <-chan struct{}, n int, say func(i int, p *rtp.Packet)) {
	const frame = 20 * time.Millisecond
	sound := make([]byte, 160)
	for i := range sound {
		sound[i] = byte(rand.Uint32())
	}
	ssrc := rand.Uint32()
	start := time.Now()
	for k := 0; ; k++ {
		for i := range n {
			if i%max(1, n/10) == 0 {
				due := start.Add(time.Duration(k)*frame + time.Duration(i)*frame/time.Duration(n))
				select {
				case <-stop:
					return
				case <-time.After(time.Until(due)):
				}
			}
			say(i, &rtp.Packet{Header: rtp.Header{
				Version: 2, PayloadType: 8, SSRC: ssrc + uint32(i), SequenceNumber: uint16(k), Timestamp: uint32(k * 160),
			}, Payload: sound})
		}
	}
}

// ear is a caller's audio.
type ear struct {
	conn  *net.UDPConn
	call  *caller
	heard gaps
	buf   [256]byte
	done  chan struct{}
}

func newEar(b testing.TB, host string) *ear {
	b.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
	if err != nil {
		b.Fatal(err)
	}
	e := &ear{conn: conn, done: make(chan struct{})}
	go func() {
		defer close(e.done)
		buf := make([]byte, 2048)
		for {
			if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
				return
			}
			e.heard.packet(time.Now())
		}
	}()
	b.Cleanup(func() { _ = conn.Close(); <-e.done })
	return e
}

func (e *ear) port() int { return e.conn.LocalAddr().(*net.UDPAddr).Port }

// say sends a packet to where the house listens; used by one goroutine at a time.
func (e *ear) say(p *rtp.Packet) {
	to := e.call.media()
	if to == (netip.AddrPort{}) {
		return
	}
	if n, err := p.MarshalTo(e.buf[:]); err == nil {
		_, _ = e.conn.WriteToUDPAddrPort(e.buf[:n], to)
	}
}
