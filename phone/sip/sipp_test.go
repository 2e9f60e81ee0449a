package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

const scenarios = "../../test/scenarios"

// requireSipp skips where SIPp isn't installed; where the whole house is tested it must be.
func requireSipp(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("sipp"); err != nil {
		if os.Getenv("SIAGA_CI") == "1" {
			t.Fatal("sipp is missing: apt-get install sip-tester")
		}
		t.Skip("sipp is not installed (package sip-tester)")
	}
}

var sippAddress atomic.Int32

// sipp plays a scenario once against the house and wants it to succeed.
func sipp(t *testing.T, h *house, scenario string, args ...string) {
	t.Helper()
	requireSipp(t)
	// Its own address for each, also when two runs of the tests share a machine.
	n, pid := int(sippAddress.Add(1)), os.Getpid()
	ip := fmt.Sprintf("127.%d.%d.%d", 100+pid%100, pid/100%250, n)
	target := h.Addrs().UDP
	for i, a := range args {
		if a == "t1" && i > 0 && args[i-1] == "-t" {
			target = h.Addrs().TCP
		}
	}
	logs := filepath.Join(t.TempDir(), "sipp")
	limit := "60s"
	all := append([]string{
		target.String(), "-sf", scenario + ".xml", "-i", ip, "-bind_local", "-m", "1", "-nostdin",
		"-timeout", limit, "-timeout_error", "-mp", strconv.Itoa(20000 + 16*n), "-cp", strconv.Itoa(freePort(t)),
		"-trace_msg", "-message_file", logs + ".msg", "-trace_err", "-error_file", logs + ".err",
	}, args...)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sipp", all...)
	cmd.Dir = scenarios
	out, err := cmd.CombinedOutput()
	if err != nil {
		msg, _ := os.ReadFile(logs + ".msg")
		fault, _ := os.ReadFile(logs + ".err")
		if len(out) > 1500 {
			out = out[len(out)-1500:]
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("sipp %s: exit %d\n%s\n%s\n%s", scenario, exit.ExitCode(), fault, msg, out)
		}
		t.Fatalf("sipp %s: %v\n%s", scenario, err, out)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenUDP("udp", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// desk rings, and answers after a while.
func desk(after time.Duration) func(*heard) {
	return func(e *heard) {
		e.Ring()
		e.Talk().Program(phone.Program{})
		time.AfterFunc(after, e.Answer)
	}
}

// endOf waits for the one leg's end and checks that it was the only call.
func endOf(t *testing.T, h *house) (*heard, phone.Ending) {
	t.Helper()
	e := h.leg()
	end := await[phone.Ended](t, e, 40*time.Second)
	if n := h.calls(); n != 1 {
		t.Errorf("%d calls came of one", n)
	}
	events := e.all()
	if _, last := events[len(events)-1].(phone.Ended); !last {
		t.Errorf("Ended isn't the last event: %v", e.names())
	}
	return e, end.Ending
}

func TestSippCitizenCall(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(200*time.Millisecond))
	sipp(t, h, "citizen-call", "-inf", "callers.csv", "-set", "talk_ms", "1500")
	e, end := endOf(t, h)
	if end.Fault != phone.ByFarEnd {
		t.Errorf("ending %+v", end)
	}
	if s := e.Talk().Stats(); s.PacketsIn < 50 || s.PacketsOut < 50 {
		t.Errorf("audio of 1.5 s: %+v", s)
	}
}

func TestSippServerHangsUp(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, func(e *heard) {
		e.Answer()
		time.AfterFunc(time.Second, e.Hangup)
	})
	sipp(t, h, "citizen-call", "-inf", "callers.csv", "-set", "talk_ms", "20000")
	if _, end := endOf(t, h); end.Fault != phone.ByUs {
		t.Errorf("ending %+v", end)
	}
}

func TestSippCitizenCancel(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, func(e *heard) { e.Ring() })
	sipp(t, h, "citizen-cancel", "-inf", "callers.csv", "-set", "ring_ms", "1000")
	if _, end := endOf(t, h); end.Status != 487 {
		t.Errorf("ending %+v", end)
	}
}

func TestSippOneRing(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, func(e *heard) { e.Ring() })
	sipp(t, h, "citizen-silent-one-ring", "-inf", "pranksters.csv")
	if _, end := endOf(t, h); end.Fault != phone.ByFarEnd {
		t.Errorf("ending %+v", end)
	}
}

func TestSippHold(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "citizen-hold-reinvite", "-inf", "callers.csv")
	e, _ := endOf(t, h)
	var held []bool
	for _, ev := range e.all() {
		if v, ok := ev.(phone.Held); ok {
			held = append(held, v.On)
		}
	}
	if len(held) != 2 || !held[0] || held[1] {
		t.Errorf("holds %v, want on and off", held)
	}
}

func TestSippLateOffer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "citizen-late-offer", "-inf", "callers.csv", "-set", "talk_ms", "1000")
	e, _ := endOf(t, h)
	if s := e.Talk().Stats(); s.PacketsIn < 30 || s.PacketsOut < 30 {
		t.Errorf("audio of 1 s: %+v", s)
	}
}

func TestSippLocation(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "citizen-location", "-inf", "locations.csv", "-t", "t1", "-set", "talk_ms", "500")
	e, _ := endOf(t, h)
	want := phone.Place{At: office.Point{Lat: -1.2379, Lng: 116.8529}, Radius: 35, Confidence: 95}
	if p := e.Party().Place; p == nil || *p != want {
		t.Errorf("place %+v, want %+v", p, want)
	}
}

func TestSippPrackRequired(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "citizen-prack-required", "-inf", "callers.csv", "-set", "talk_ms", "500")
}

func TestSippPrack(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(300*time.Millisecond))
	sipp(t, h, "citizen-prack", "-inf", "callers.csv", "-set", "talk_ms", "500")
	endOf(t, h)
}

func TestSippSessionTimer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "citizen-session-timer", "-inf", "callers.csv", "-set", "talk_ms", "1000")
	endOf(t, h)
}

func TestSippOptions(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	sipp(t, h, "trunk-options")
	if h.calls() != 0 {
		t.Error("a keep-alive made a call")
	}
}

// T1 is a fifth of the usual, so that 64 T1 are 6.4 s.
func TestSippLostACK(t *testing.T) {
	t.Parallel()
	h := open(t, Config{T1: 100 * time.Millisecond}, desk(0))
	sipp(t, h, "trunk-lost-ack", "-inf", "callers.csv", "-nr")
	if _, end := endOf(t, h); end.Fault != phone.ByNet {
		t.Errorf("ending %+v", end)
	}
}

// The same with the timers of a real site; over half a minute each.
func TestSippSlow(t *testing.T) {
	t.Parallel()
	if os.Getenv("SIAGA_SLOW") != "1" {
		t.Skip("SIAGA_SLOW=1 runs it")
	}
	t.Run("lost ACK", func(t *testing.T) {
		t.Parallel()
		h := open(t, Config{}, desk(0))
		sipp(t, h, "trunk-lost-ack", "-inf", "callers.csv", "-nr")
		if _, end := endOf(t, h); end.Fault != phone.ByNet {
			t.Errorf("ending %+v", end)
		}
	})
	t.Run("vanish", func(t *testing.T) {
		t.Parallel()
		h := open(t, Config{}, desk(0))
		sipp(t, h, "trunk-vanish", "-inf", "callers.csv", "-timeout", "120s")
		if _, end := endOf(t, h); end.Fault != phone.ByNet {
			t.Errorf("ending %+v", end)
		}
	})
	t.Run("flood", func(t *testing.T) {
		t.Parallel()
		h := open(t, Config{}, desk(0))
		sipp(t, h, "flood-invite", "-inf", "callers.csv", "-timeout", "120s", "-m", "1000", "-r", "100", "-l", "4000", "-d", "1000")
		if n := h.calls(); n != 1000 {
			t.Errorf("%d calls of 1000", n)
		}
		for range 100 {
			if h.Live() == 0 {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%d legs are left", h.Live())
	})
	t.Run("session refresh", func(t *testing.T) {
		t.Parallel()
		h := open(t, Config{}, desk(0))
		sipp(t, h, "citizen-session-timer", "-inf", "callers.csv", "-timeout", "120s", "-set", "talk_ms", "60000", "-set", "must_refresh", "1")
		endOf(t, h)
	})
}

func TestSippRetransmit(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(300*time.Millisecond))
	sipp(t, h, "trunk-retransmit", "-inf", "callers.csv", "-set", "talk_ms", "1000")
	endOf(t, h)
}

func TestSippByeImmediately(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "trunk-bye-immediately", "-inf", "callers.csv")
	endOf(t, h)
}

func TestSippRefer(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, desk(100*time.Millisecond))
	sipp(t, h, "trunk-refer", "-inf", "callers.csv")
	if e, end := endOf(t, h); end.Fault != phone.ByFarEnd {
		t.Errorf("ending %+v of %v", end, e.names())
	}
}

func TestSippVanish(t *testing.T) {
	t.Parallel()
	h := open(t, Config{TMedia: time.Second, T1: 50 * time.Millisecond}, desk(0))
	sipp(t, h, "trunk-vanish", "-inf", "callers.csv", "-set", "talk_ms", "500")
	e, end := endOf(t, h)
	if end.Fault != phone.ByNet {
		t.Errorf("ending %+v", end)
	}
	await[phone.MediaLost](t, e, 0)
}
