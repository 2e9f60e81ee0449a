package town

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// seatLine is a seat's side of /line: the socket that rings, and the standing audio connection.
type seatLine struct {
	ws    *websocket.Conn
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	ear   listener
	sound Sound
	rings chan ring
	lost  chan struct{} // closed when the line is gone
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu   sync.Mutex
	mic  bool
	micC chan struct{} // wakes the microphone
	off  map[ring]bool // offers that stopped ringing
	offC chan struct{} // closed and renewed when one stops
}

// ring is an offer at the seat.
type ring struct {
	Call  string `json:"call"`
	Offer int    `json:"offer"`
	Kind  string `json:"kind"`
}

type lineMessage struct {
	T      string  `json:"t"`
	SDP    string  `json:"sdp,omitempty"`
	Code   string  `json:"code,omitempty"`
	Call   string  `json:"call,omitempty"`
	Offer  int     `json:"offer,omitempty"`
	Kind   string  `json:"kind,omitempty"`
	On     bool    `json:"on,omitempty"`
	Level  float64 `json:"level,omitempty"`
	Loss   float64 `json:"loss,omitempty"`
	Jitter float64 `json:"jitterMs,omitempty"`
}

// seatAPI makes peer connections of simulated seats: A-law only, nothing that G.711 has no use for.
var seatAPI = sync.OnceValues(func() (*webrtc.API, error) { return newRTC(false) })

func newRTC(lite bool) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	codec := webrtc.RTPCodecParameters{RTPCodecCapability: pcma, PayloadType: typePCMA}
	if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, fmt.Errorf("codec: %w", err)
	}
	var set webrtc.SettingEngine
	set.SetLite(lite)
	set.SetIncludeLoopbackCandidate(true)
	set.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	set.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	set.SetICETimeouts(5*time.Second, 12*time.Second, 2*time.Second)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(set), webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

var pcma = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: rate, Channels: 1}

// openLine opens the socket and the audio of the seat at which the person is on duty.
func openLine(ctx context.Context, h *house, dice *rand.Rand) (*seatLine, error) {
	api, err := seatAPI()
	if err != nil {
		return nil, fmt.Errorf("open line of %s: %w", h.account.User, err)
	}
	ws, res, err := websocket.Dial(ctx, "wss"+h.base[len("https"):]+"/api/v1/line", &websocket.DialOptions{
		HTTPClient: h.http, HTTPHeader: map[string][]string{"Origin": {h.base}},
	})
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("open line of %s: %w", h.account.User, err)
	}
	ws.SetReadLimit(256 << 10)
	l := &seatLine{
		ws: ws, rings: make(chan ring, 16), lost: make(chan struct{}), micC: make(chan struct{}, 1),
		off: map[ring]bool{}, offC: make(chan struct{}),
		sound: &Clip{Audio: murmur(dice), Pause: 2500 * time.Millisecond, Delay: 300 * time.Millisecond},
	}
	if err := l.negotiate(ctx, api); err != nil {
		l.close()
		return nil, fmt.Errorf("open line of %s: %w", h.account.User, err)
	}
	run, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.wg.Go(func() { defer close(l.lost); defer stop(); l.read(run) })
	l.wg.Go(func() { l.beat(run) })
	l.wg.Go(func() { l.speak(run) })
	return l, nil
}

func (l *seatLine) negotiate(ctx context.Context, api *webrtc.API) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	var err error
	if l.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	if l.track, err = webrtc.NewTrackLocalStaticRTP(pcma, "audio", "meja"); err != nil {
		return err
	}
	if _, err = l.pc.AddTrack(l.track); err != nil {
		return err
	}
	up := make(chan struct{})
	var once sync.Once
	l.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			once.Do(func() { close(up) })
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			_ = l.ws.CloseNow()
		}
	})
	l.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		buf := make([]byte, 1500)
		var p rtp.Packet
		for {
			n, _, err := t.Read(buf)
			if err != nil {
				return
			}
			if p.Unmarshal(buf[:n]) == nil {
				l.ear.hear(&p, time.Now())
			}
		}
	})
	offer, err := l.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.send(ctx, lineMessage{T: "offer", SDP: l.pc.LocalDescription().SDP}); err != nil {
		return err
	}
	for {
		m, err := l.receive(ctx)
		if err != nil {
			return err
		}
		if m.T == "error" {
			return fmt.Errorf("line refused: %s", m.Code)
		}
		if m.T == "answer" {
			if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}); err != nil {
				return err
			}
			break
		}
	}
	select {
	case <-up:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("audio connection: %w", ctx.Err())
	}
}

func (l *seatLine) send(ctx context.Context, m lineMessage) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return l.ws.Write(ctx, websocket.MessageText, raw)
}

func (l *seatLine) receive(ctx context.Context) (lineMessage, error) {
	var m lineMessage
	_, raw, err := l.ws.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

// read takes what the house says until the socket closes.
func (l *seatLine) read(ctx context.Context) {
	for {
		m, err := l.receive(ctx)
		if err != nil {
			return
		}
		switch m.T {
		case "ring":
			if l.send(ctx, lineMessage{T: "rang", Call: m.Call, Offer: m.Offer}) != nil {
				return
			}
			select {
			case l.rings <- ring{Call: m.Call, Offer: m.Offer, Kind: m.Kind}:
			default: // nobody listens any more: the offer runs out
			}
		case "stop":
			l.mu.Lock()
			if len(l.off) > 64 {
				clear(l.off) // of long ago
			}
			l.off[ring{Call: m.Call, Offer: m.Offer}] = true
			close(l.offC)
			l.offC = make(chan struct{})
			l.mu.Unlock()
		case "mic":
			l.mu.Lock()
			l.mic = m.On
			l.mu.Unlock()
			select {
			case l.micC <- struct{}{}:
			default:
			}
		case "moved":
			return
		}
	}
}

// stopped says whether an offer rings no more, and gives a channel that closes when another one stops.
func (l *seatLine) stopped(r ring) (bool, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.off[ring{Call: r.Call, Offer: r.Offer}], l.offC
}

func (l *seatLine) beat(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := l.send(ctx, lineMessage{T: "beat", Level: 0.1, Jitter: 1}); err != nil {
			return
		}
	}
}

// speak sends the operator's murmur while the microphone is open. Between calls nothing is sent, nor is a clock kept.
func (l *seatLine) speak(ctx context.Context) {
	p := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: 1}, Payload: make([]byte, frameSamples)}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var next time.Time
	for {
		l.mu.Lock()
		on := l.mic
		l.mu.Unlock()
		if !on {
			next = time.Time{}
			select {
			case <-l.micC:
			case <-ctx.Done():
				return
			}
			continue
		}
		if next.IsZero() {
			next, p.Marker = time.Now(), true
		}
		if !l.sound.Frame(p.Payload) {
			fill(p.Payload)
		}
		if err := l.track.WriteRTP(&p); err != nil && !errors.Is(err, context.Canceled) {
			return
		}
		p.Marker = false
		p.SequenceNumber++
		p.Timestamp += frameSamples
		next = next.Add(frameTime)
		timer.Reset(max(0, time.Until(next)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// close ends the line and waits for its goroutines.
func (l *seatLine) close() {
	if l.stop != nil {
		l.stop()
	}
	_ = l.ws.Close(websocket.StatusNormalClosure, "")
	if l.pc != nil {
		_ = l.pc.GracefulClose()
	}
	l.wg.Wait()
}
