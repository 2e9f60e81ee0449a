package test

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone/media"
)

// rate of G.711, samples a second.
const rate = 8000

// The tones of the stories: the citizen hums 400 Hz, the Polda 1000 Hz, the Polres 1400 Hz.
const (
	citizenTone = 400.0
	poldaTone   = 1000.0
	polresTone  = 1400.0
)

var tones = []float64{citizenTone, poldaTone, polresTone}

// ear is the audio end of a citizen's phone: it hums 400 Hz and remembers what it hears.
type ear struct {
	conn *net.UDPConn
	stop chan struct{}
	wg   sync.WaitGroup

	mu      sync.Mutex
	heard   []int16 // decoded samples, newest last
	arrived []time.Time
	gapMax  time.Duration // widest gap between packets since the last mark
	last    time.Time
	ssrc    uint32
	seq     uint16
	breaks  int // changes of SSRC or jumps of sequence
}

func newEar(t testing.TB) *ear {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	e := &ear{conn: conn, stop: make(chan struct{})}
	e.wg.Go(e.listen)
	t.Cleanup(e.close)
	return e
}

func (e *ear) close() {
	select {
	case <-e.stop:
		return
	default:
	}
	close(e.stop)
	_ = e.conn.Close()
	e.wg.Wait()
}

func (e *ear) port() int { return e.conn.LocalAddr().(*net.UDPAddr).Port }

// listen reads RTP, and hums back to whoever sends, from the first packet on.
func (e *ear) listen() {
	buf := make([]byte, 2048)
	var hum sync.Once
	for {
		n, from, err := e.conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		if n < 12 || buf[0]>>6 != 2 || buf[1]&0x7f != 8 {
			continue
		}
		hum.Do(func() { e.wg.Go(func() { e.hum(from) }) })
		e.take(buf[:n])
	}
}

func (e *ear) take(p []byte) {
	now := time.Now()
	ssrc, seq := binary.BigEndian.Uint32(p[8:]), binary.BigEndian.Uint16(p[2:])
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last.IsZero() {
		e.ssrc, e.seq = ssrc, seq-1
	} else {
		e.gapMax = max(e.gapMax, now.Sub(e.last))
	}
	if ssrc != e.ssrc || seq != e.seq+1 {
		e.breaks++
	}
	e.ssrc, e.seq, e.last = ssrc, seq, now
	for _, b := range p[12:] {
		e.heard = append(e.heard, media.Linear(b))
	}
	e.arrived = append(e.arrived, now)
	if len(e.heard) > 20*rate {
		e.heard = append([]int16(nil), e.heard[10*rate:]...)
	}
}

// hum sends 400 Hz by absolute deadlines.
func (e *ear) hum(to *net.UDPAddr) {
	tone := media.Tone(citizenTone, time.Second)
	steady := tone[rate/10 : len(tone)-rate/10] // without the ramps, whole periods
	p := make([]byte, 12+160)
	p[0], p[1] = 0x80, 8
	binary.BigEndian.PutUint32(p[8:], 0x5151)
	start, pos := time.Now(), 0
	for n := 0; ; n++ {
		binary.BigEndian.PutUint16(p[2:], uint16(n))
		binary.BigEndian.PutUint32(p[4:], uint32(n*160))
		for i := range 160 {
			p[12+i] = steady[pos%len(steady)]
			pos++
		}
		if _, err := e.conn.WriteToUDP(p, to); err != nil {
			return
		}
		select {
		case <-e.stop:
			return
		case <-time.After(time.Until(start.Add(time.Duration(n+1) * 20 * time.Millisecond))):
		}
	}
}

// forget drops what was heard, so that only what comes from now on counts.
func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = nil
}

// mark forgets gaps so far.
func (e *ear) mark() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gapMax = 0
}

func (e *ear) gap() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.gapMax
}

// newest returns the last d of what was heard, nil when there is less or it is old.
func (e *ear) newest(d time.Duration) []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := int(d * rate / time.Second)
	if len(e.heard) < n || time.Since(e.last) > 200*time.Millisecond {
		return nil
	}
	return append([]int16(nil), e.heard[len(e.heard)-n:]...)
}

// strength is the amplitude of a frequency in samples, 1 is full scale (Goertzel).
func strength(samples []int16, freq float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	w := 2 * math.Pi * freq / rate
	c := 2 * math.Cos(w)
	var s1, s2 float64
	for _, x := range samples {
		s1, s2 = float64(x)/32768+c*s1-s2, s1
	}
	return 2 * math.Sqrt(s1*s1+s2*s2-c*s1*s2) / float64(len(samples))
}

// Loud and quiet: a tone is there, or surely not. Chromium takes a steady tone for noise and holds it down to some
// tenth of its level after a while.
const (
	loud  = 0.006
	quiet = 0.003
)

// expectTones waits until exactly the wanted tones are heard.
func (e *ear) expectTones(t testing.TB, who string, want ...float64) {
	t.Helper()
	var said string
	for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); time.Sleep(40 * time.Millisecond) {
		s := e.newest(400 * time.Millisecond)
		var ok bool
		if ok, said = exactly(want, func(f float64) float64 { return strength(s, f) }); ok {
			t.Logf("%s hears %s", who, said)
			return
		}
	}
	t.Fatalf("%s should hear %v and hears %s", who, want, said)
}

func exactly(want []float64, measure func(float64) float64) (bool, string) {
	ok, said := true, ""
	for _, f := range tones {
		s := measure(f)
		said += fmt.Sprintf("%.0f Hz at %.3f  ", f, s)
		wanted := false
		for _, w := range want {
			wanted = wanted || w == f
		}
		if wanted && s < loud || !wanted && s > quiet {
			ok = false
		}
	}
	return ok, said
}

// expectSpeech waits until something is heard that is none of the tones: an announcement.
func (e *ear) expectSpeech(t testing.TB, who string) {
	t.Helper()
	for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); time.Sleep(40 * time.Millisecond) {
		s := e.newest(600 * time.Millisecond)
		var sum float64
		for _, x := range s {
			sum += float64(x) / 32768 * float64(x) / 32768
		}
		rms := math.Sqrt(sum / math.Max(1, float64(len(s))))
		if rms > 0.02 && strength(s, poldaTone) < rms/4 && strength(s, polresTone) < rms/4 {
			t.Logf("%s hears an announcement (%.3f RMS)", who, rms)
			return
		}
	}
	t.Fatalf("%s hears no announcement", who)
}
