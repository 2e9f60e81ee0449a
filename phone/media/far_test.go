package media

import (
	"math"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// far is a far end on a real socket: it says one tone for ever and keeps what it hears.
type far struct {
	conn *net.UDPConn
	freq float64
	law  Codec
	stop chan struct{}
	done sync.WaitGroup

	mu    sync.Mutex
	heard []heardPacket
}

type heardPacket struct {
	at  time.Time
	pkt rtp.Packet
}

// newFar makes a far end and the port of ours that it talks to.
func newFar(t testing.TB, name string, freq float64, law Codec) (*far, *Port, *Socket) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenSocket(loopback, PortRange{})
	if err != nil {
		t.Fatal(err)
	}
	f := &far{conn: conn, freq: freq, law: law, stop: make(chan struct{})}
	s.SetPayloads(law.PayloadType(), law, 101)
	s.SetRemote(f.addr())
	p := NewPort(name, PortConfig{})
	s.Start(p)
	f.done.Add(2)
	go f.listen()
	go f.speak(s.LocalAddr())
	t.Cleanup(func() {
		close(f.stop)
		conn.Close()
		f.done.Wait()
		s.Close()
	})
	return f, p, s
}

func (f *far) addr() netip.AddrPort { return f.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (f *far) speak(to netip.AddrPort) {
	defer f.done.Done()
	audio := Tone(f.freq, 10*time.Second)
	if f.law == PCMU {
		ALawToULaw(audio, audio)
	}
	start := time.Now()
	ssrc := uint32(f.freq)
	for n := 0; ; n++ {
		select {
		case <-f.stop:
			return
		case <-time.After(time.Until(start.Add(time.Duration(n) * frameTime))):
		}
		off := n * 160 % (len(audio) - 160)
		pkt := rtp.Packet{
			Header: rtp.Header{
				Version: 2, PayloadType: f.law.PayloadType(), SSRC: ssrc,
				SequenceNumber: uint16(65000 + n), Timestamp: uint32(n * 160),
			}, Payload: audio[off : off+160],
		}
		b, _ := pkt.Marshal()
		_, _ = f.conn.WriteToUDPAddrPort(b, to)
	}
}

func (f *far) listen() {
	defer f.done.Done()
	buf := make([]byte, 2048)
	for {
		n, _, err := f.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		var pkt rtp.Packet
		if pkt.Unmarshal(append([]byte(nil), buf[:n]...)) == nil {
			f.mu.Lock()
			f.heard = append(f.heard, heardPacket{time.Now(), pkt})
			f.mu.Unlock()
		}
	}
}

func (f *far) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = nil
}

func (f *far) packets() []heardPacket {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]heardPacket(nil), f.heard...)
}

// hears listens for 400 ms and demands exactly these tones out of all.
func (f *far) hears(t *testing.T, want ...float64) {
	t.Helper()
	f.forget()
	time.Sleep(400 * time.Millisecond)
	var audio []byte
	for _, h := range f.packets() {
		if h.pkt.PayloadType == f.law.PayloadType() {
			audio = append(audio, h.pkt.Payload...)
		}
	}
	if f.law == PCMU {
		ULawToALaw(audio, audio)
	}
	for _, freq := range []float64{400, 700, 1100, 1500} {
		level, wanted := Level(audio, freq), false
		for _, w := range want {
			wanted = wanted || w == freq
		}
		if wanted && (level < 0.05 || len(audio) < 2400) {
			t.Errorf("far end of %v Hz should hear %v Hz: level %.4f in %d samples", f.freq, freq, level, len(audio))
		}
		if !wanted && level > 0.01 {
			t.Errorf("far end of %v Hz should not hear %v Hz: level %.4f", f.freq, freq, level)
		}
	}
}

// line is a seat's line for tests.
type line struct {
	port *Port
}

func (l line) ID() string          { return l.port.ID() }
func (l line) Seat() office.SeatID { return office.SeatID(l.port.ID()) }
func (l line) Alive() bool         { return true }
func (l line) Port() *Port         { return l.port }

var _ phone.Line = line{}

// reel is a recorder that keeps all.
type reel struct {
	mu    sync.Mutex
	sides [2][]byte
	slow  chan struct{} // when set, Audio waits for it
}

func (r *reel) Audio(ch phone.Channel, at time.Duration, alaw []byte) {
	if r.slow != nil {
		<-r.slow
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	off := samples(at)
	for len(r.sides[ch]) < off+len(alaw) {
		r.sides[ch] = append(r.sides[ch], Silence)
	}
	copy(r.sides[ch][off:], alaw)
}

// noLeak demands that the test leaves no goroutine behind.
func noLeak(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var stacks string
		for range 50 {
			buf := make([]byte, 1<<20)
			stacks = string(buf[:runtime.Stack(buf, true)])
			if strings.Count(stacks, "siaga/phone/media.(") == 0 {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("goroutines left:\n%s", stacks)
	})
}

func rms(alaw []byte) float64 {
	var sum float64
	for _, b := range alaw {
		v := float64(Linear(b)) / 32768
		sum += v * v
	}
	return math.Sqrt(sum / float64(max(1, len(alaw))))
}
