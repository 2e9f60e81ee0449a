package sip

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

// Two hundred calls in the same instant: as many as the trunk may carry get in, not one more, and each of the others is told.
func TestLimitIn(t *testing.T) {
	t.Parallel()
	const calls, limit = 200, 20
	for name, cfg := range map[string]Config{
		"of the trunk": {Trunks: []Trunk{{Name: "carrier", Peers: locals, MaxCalls: limit}}},
		"of the house": {MaxCalls: limit},
	} {
		h := open(t, cfg, func(e *heard) { e.Ring() })
		var wg sync.WaitGroup
		var rang, full atomic.Int32
		start := make(chan struct{})
		for range calls {
			f := farEnd(t, h, "")
			wg.Go(func() {
				<-start
				for { // until an answer other than 100 comes; a datagram may be lost in the rush
					_, _ = f.conn.WriteToUDP([]byte(f.message("INVITE", "inv"+f.id, farTo, 1, farSDP(40000, "8", "sendrecv"))), f.to)
					for {
						m, ok := f.next(time.Second)
						if !ok {
							break
						}
						if m.status > 100 && m.status < 200 {
							rang.Add(1)
							return
						}
						if m.status >= 300 {
							if m.status == 503 {
								full.Add(1)
							}
							return
						}
					}
				}
			})
		}
		close(start)
		wg.Wait()
		if rang.Load() != limit || full.Load() != calls-limit || h.Live() != limit {
			t.Errorf("%s: %d rang, %d were told 503, %d live; want %d of %d", name, rang.Load(), full.Load(), h.Live(), limit, calls)
		}
		h.Close()
	}
}

// The same for calls of ours, all begun at once: what one trunk can't carry goes by the next, and what none can is refused.
func TestLimitOut(t *testing.T) {
	t.Parallel()
	far := open(t, Config{}, func(l *heard) { l.Ring() })
	server := far.Addrs().UDP.String()
	x, err := Listen(Config{UDP: "127.0.0.1:0", Trunks: []Trunk{
		{Name: "a", Peers: locals, MaxCalls: 20, Out: Outgoing{Server: server}},
		{Name: "b", Peers: locals, MaxCalls: 10, Out: Outgoing{Server: server, Priority: 1}},
	}}, func(phone.Leg) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	var wg sync.WaitGroup
	var mu sync.Mutex
	by := map[string]int{}
	start := make(chan struct{})
	for range 200 {
		wg.Go(func() {
			<-start
			out, err := x.Dial(phone.Callee{Number: "112"})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				by[out.Party().Trunk]++
			case errors.Is(err, ErrFull):
				by["full"]++
			default:
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	if by["a"] != 20 || by["b"] != 10 || by["full"] != 170 {
		t.Errorf("%v", by)
	}
}

// A trunk that fails hands its calls to the next, but no more than that one may carry.
func TestLimitFailover(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	busy := open(t, Config{}, func(l *heard) { <-release; l.Refuse(503, "Service Unavailable") })
	good := open(t, Config{}, func(l *heard) { l.Ring() })
	x, err := Listen(Config{UDP: "127.0.0.1:0", Trunks: []Trunk{
		{Name: "a", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Out: Outgoing{Server: busy.Addrs().UDP.String()}},
		{Name: "b", Peers: locals, MaxCalls: 5, Out: Outgoing{Server: good.Addrs().UDP.String(), Priority: 1}},
	}}, func(phone.Leg) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	var rang, ended atomic.Int32
	for range 40 {
		out, err := x.Dial(phone.Callee{Number: "112"})
		if err != nil {
			t.Fatal(err)
		}
		out.Listen(func(e phone.Event) {
			switch e.(type) {
			case phone.Ringing:
				rang.Add(1)
			case phone.Ended:
				ended.Add(1)
			}
		})
	}
	close(release)
	for over := time.Now().Add(8 * time.Second); time.Now().Before(over) && rang.Load()+ended.Load() < 40; {
		time.Sleep(10 * time.Millisecond)
	}
	if rang.Load() != 5 || ended.Load() != 35 {
		t.Errorf("%d ring by the second trunk, which carries 5; %d ended", rang.Load(), ended.Load())
	}
}
