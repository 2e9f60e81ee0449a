package media

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/siaga110/siaga/phone"
)

// benchCalls is how many calls BenchmarkBridge holds at once, 2 far ends each.
const benchCalls = 200

// benchTime is how long it measures.
const benchTime = 4 * time.Second

// count is a recorder that does as little as one can: the tape's own cost is measured in its own room.
type count struct{ bytes atomic.Int64 }

func (c *count) Audio(_ phone.Channel, _ time.Duration, alaw []byte) { c.bytes.Add(int64(len(alaw))) }

// BenchmarkBridge tells what a recorded call of two SIP legs costs this process, in percent of one core, with real
// sockets. The far ends are another process, so their cost isn't ours.
func BenchmarkBridge(b *testing.B) {
	for _, recorded := range []bool{false, true} {
		b.Run(fmt.Sprintf("recorded=%v", recorded), func(b *testing.B) {
			for b.Loop() {
				bridge(b, recorded)
			}
		})
	}
	b.Run("forwarder", func(b *testing.B) {
		for b.Loop() {
			forwarder(b)
		}
	})
}

// forwarder is the measure of the machine: the same packets handed on by the plainest program there is.
func forwarder(b *testing.B) {
	remote, in, stop := farEnds(b)
	defer stop()
	conns := make([]*net.UDPConn, len(remote))
	for i := range remote {
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		conns[i] = c
		_, _ = fmt.Fprintln(in, c.LocalAddr())
	}
	var measuring atomic.Bool
	var widest atomic.Int64
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() {
			buf, other := make([]byte, 2048), i^1
			var last time.Time
			for {
				n, err := c.Read(buf)
				if err != nil {
					return
				}
				_, _ = conns[other].WriteToUDPAddrPort(buf[:n], remote[other])
				now := time.Now()
				if measuring.Load() && !last.IsZero() {
					if gap := int64(now.Sub(last)); gap > widest.Load() {
						widest.Store(gap)
					}
				}
				last = now
			}
		})
	}
	_, _ = fmt.Fprintln(in, "go")
	time.Sleep(500 * time.Millisecond)
	measuring.Store(true)
	before, start := cpu(), time.Now()
	time.Sleep(benchTime)
	used, took := cpu()-before, time.Since(start)
	measuring.Store(false)
	for _, c := range conns {
		_ = c.Close()
	}
	wg.Wait()
	b.ReportMetric(100*used.Seconds()/took.Seconds()/benchCalls, "%core/call")
	b.ReportMetric(float64(time.Duration(widest.Load()).Microseconds())/1000, "widest-ms")
	b.ReportMetric(0, "ns/op")
	keep(b, "gap_ms_max_200_forwarder", float64(time.Duration(widest.Load()).Microseconds())/1000)
}

// keep puts a figure into the run's bench.json.
func keep(b *testing.B, name string, value float64) {
	b.Helper()
	path := filepath.Join("..", "..", "bench.json")
	kept := map[string]float64{}
	if raw, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(raw, &kept) // a broken file is made anew
	}
	kept[name] = value
	raw, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
		b.Fatal(err)
	}
}

// farEnds starts the other process and reads where its sockets are.
func farEnds(b *testing.B) (remote []netip.AddrPort, in io.WriteCloser, stop func()) {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFarEndsOfBench$", "-test.v")
	cmd.Env = append(os.Environ(), "SIAGA_BENCH_FAR="+strconv.Itoa(2*benchCalls))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for lines := bufio.NewScanner(out); len(remote) < 2*benchCalls && lines.Scan(); {
		if a, ok := strings.CutPrefix(lines.Text(), "far "); ok {
			remote = append(remote, netip.MustParseAddrPort(a))
		}
	}
	if len(remote) < 2*benchCalls {
		b.Fatal("far ends did not come up")
	}
	return remote, in, func() { _ = in.Close(); _ = cmd.Wait() }
}

func bridge(b *testing.B, recorded bool) {
	remote, in, stop := farEnds(b)
	defer stop()
	tape := &count{}
	var talks []*Talk
	var sockets []*Socket
	for i := range remote {
		s, err := OpenSocket(loopback, PortRange{})
		if err != nil {
			b.Fatal(err)
		}
		s.SetRemote(remote[i])
		sockets = append(sockets, s)
		p := NewPort(fmt.Sprint(i), PortConfig{})
		s.Start(p)
		if i%2 == 0 {
			talks = append(talks, NewTalk(p, nil, TalkOptions{}))
			if recorded {
				talks[i/2].Record(tape)
			}
		} else {
			talks[i/2].Connect(line{p})
		}
		_, _ = fmt.Fprintln(in, s.LocalAddr())
	}
	_, _ = fmt.Fprintln(in, "go")
	time.Sleep(500 * time.Millisecond)
	before, start := cpu(), time.Now()
	time.Sleep(benchTime)
	used, took := cpu()-before, time.Since(start)
	var packets, gaps uint64
	var widest time.Duration
	for _, t := range talks {
		s := t.Stats()
		packets, gaps, widest = packets+s.PacketsOut, gaps+s.Gaps40, max(widest, s.GapMax)
		t.Close()
	}
	for _, s := range sockets {
		s.Close()
	}
	if packets < benchCalls*150 {
		b.Errorf("only %d packets", packets)
	}
	if recorded && tape.bytes.Load() == 0 {
		b.Error("nothing was recorded")
	}
	b.ReportMetric(100*used.Seconds()/took.Seconds()/benchCalls, "%core/call")
	b.ReportMetric(float64(gaps), "gaps>40ms")
	b.ReportMetric(float64(widest.Milliseconds()), "widest-ms")
	b.ReportMetric(0, "ns/op")
	if recorded {
		keep(b, "core_pct_per_recorded_call", 100*used.Seconds()/took.Seconds()/benchCalls)
		keep(b, "gap_ms_max_200_recorded", float64(widest.Microseconds())/1000)
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestFarEndsOfBench is the other process of BenchmarkBridge: it says where its sockets are, is told where to send,
// and sends until its input ends.
func TestFarEndsOfBench(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("SIAGA_BENCH_FAR"))
	if n == 0 {
		t.Skip("for BenchmarkBridge only")
	}
	conns := make([]*net.UDPConn, n)
	for i := range conns {
		conns[i] = udp(t)
		fmt.Println("far", conns[i].LocalAddr())
		go func() {
			for buf := make([]byte, 2048); ; {
				if _, err := conns[i].Read(buf); err != nil {
					return
				}
			}
		}()
	}
	input := bufio.NewScanner(os.Stdin)
	var to []netip.AddrPort
	for input.Scan() && input.Text() != "go" {
		to = append(to, netip.MustParseAddrPort(input.Text()))
	}
	over := make(chan struct{})
	go func() { defer close(over); input.Scan() }()
	audio, start := Tone(400, frameTime), time.Now()
	for k := 0; ; k++ {
		for i, c := range conns {
			if i%(n/10) == 0 { // spread over the 20 ms, as calls are
				due := start.Add(time.Duration(k)*frameTime + time.Duration(i)*frameTime/time.Duration(n))
				select {
				case <-over:
					return
				case <-time.After(time.Until(due)):
				}
			}
			p := rtp.Packet{Header: rtp.Header{
				Version: 2, PayloadType: 8, SSRC: uint32(i), SequenceNumber: uint16(k), Timestamp: uint32(k * 160),
			}, Payload: audio}
			b, _ := p.Marshal()
			_, _ = c.WriteToUDPAddrPort(b, to[i])
		}
	}
}
