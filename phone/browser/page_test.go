package browser

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone/media"
)

// page is an operator's browser: a second engine with its own codecs, that says one tone and keeps what it hears.
type page struct {
	pc    *webrtc.PeerConnection
	freq  float64
	track *webrtc.TrackLocalStaticRTP
	stop  context.CancelFunc
	done  sync.WaitGroup

	mu    sync.Mutex
	heard []*rtp.Packet
}

// newPage makes a page that offers all codecs a browser has, Opus first.
func newPage(t testing.TB, freq float64) *page {
	t.Helper()
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	event := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 8000}, PayloadType: 110,
	}
	if err := engine.RegisterCodec(event, webrtc.RTPCodecTypeAudio); err != nil {
		t.Fatal(err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4})
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings)).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	track, err := webrtc.NewTrackLocalStaticRTP(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, "mic", "page")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(track); err != nil {
		t.Fatal(err)
	}
	p := &page{pc: pc, freq: freq, track: track}
	pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			pkt, _, err := remote.ReadRTP()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.heard = append(p.heard, pkt)
			p.mu.Unlock()
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.done.Go(func() { p.speak(ctx) })
	t.Cleanup(p.close)
	return p
}

func (p *page) close() {
	p.stop()
	p.done.Wait()
	_ = p.pc.GracefulClose()
}

func (p *page) speak(ctx context.Context) {
	audio := media.Tone(p.freq, 5*time.Second)
	start := time.Now()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(start.Add(time.Duration(n) * 20 * time.Millisecond))):
		}
		off := n * 160 % (len(audio) - 160)
		_ = p.track.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: uint16(n), Timestamp: uint32(n * 160)},
			Payload: audio[off : off+160],
		})
	}
}

// join offers to the lines and takes the answer.
func (p *page) join(t testing.TB, lines *Lines, seat office.SeatID, sink func(Event)) (*Line, string) {
	t.Helper()
	offer, err := p.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	line, answer, err := lines.Open(seat, p.pc.LocalDescription().SDP, sink)
	if err != nil {
		t.Fatal(err)
	}
	err = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if err != nil {
		t.Fatal(err)
	}
	return line, answer
}

// hears listens for 400 ms and demands exactly these tones out of all.
func (p *page) hears(t *testing.T, want ...float64) {
	t.Helper()
	p.mu.Lock()
	p.heard = nil
	p.mu.Unlock()
	time.Sleep(400 * time.Millisecond)
	p.mu.Lock()
	defer p.mu.Unlock()
	var audio []byte
	for _, pkt := range p.heard {
		if pkt.PayloadType == 8 {
			audio = append(audio, pkt.Payload...)
		}
	}
	for _, freq := range []float64{400, 700, 1100} {
		level, wanted := media.Level(audio, freq), false
		for _, w := range want {
			wanted = wanted || w == freq
		}
		if wanted && (level < 0.05 || len(audio) < 2400) {
			t.Errorf("page of %v Hz should hear %v Hz: level %.4f in %d samples", p.freq, freq, level, len(audio))
		}
		if !wanted && level > 0.01 {
			t.Errorf("page of %v Hz should not hear %v Hz: level %.4f", p.freq, freq, level)
		}
	}
}

// told keeps events.
type told struct {
	c chan Event
}

func newTold() *told { return &told{make(chan Event, 20)} }

func (d *told) sink(e Event) { d.c <- e }

func (d *told) next(t testing.TB) Event {
	t.Helper()
	select {
	case e := <-d.c:
		return e
	case <-time.After(8 * time.Second):
		t.Fatal("no event")
		return nil
	}
}

func (d *told) up(t testing.TB) *Line {
	t.Helper()
	e := d.next(t)
	up, ok := e.(Up)
	if !ok {
		t.Fatalf("not Up but %#v", e)
	}
	return up.Line
}

func (d *told) lost(t testing.TB, why Why) {
	t.Helper()
	e := d.next(t)
	if lost, ok := e.(Lost); !ok || lost.Why != why {
		t.Fatalf("not Lost (%s) but %#v", why, e)
	}
}

func noLeak(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 200 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		buf := make([]byte, 1<<20)
		stacks := string(buf[:runtime.Stack(buf, true)])
		t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:min(len(stacks), 6000)])
	})
}

func listen(t testing.TB, cfg Config) *Lines {
	t.Helper()
	if cfg.UDP == "" {
		cfg.UDP = "127.0.0.1:0"
	}
	lines, err := Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lines.Close)
	return lines
}

func count(s, part string) int { return strings.Count(s, part) }
