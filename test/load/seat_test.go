package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// insecure is an HTTP client that believes any certificate: the site's authority is a few seconds old.
func insecure() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
	}}
}

// seat is an operator's page: its event stream, its socket, its audio, and a hand that presses keys.
type seat struct {
	site *site
	id   string
	acc  account
	http *http.Client
	ws   *websocket.Conn
	wsc  *http.Client
	pc   *webrtc.PeerConnection
	out  *webrtc.TrackLocalStaticRTP
	stop context.CancelFunc
	ctx  context.Context
	wg   sync.WaitGroup

	onRing  func(s *seat, r ring)
	rung    atomic.Int64
	mic     atomic.Bool
	streams atomic.Int64 // bytes of the stream
	heard   gaps
}

// ring is an offer as the seat's socket tells of it.
type ring struct {
	Call  string `json:"call"`
	Offer int    `json:"offer"`
	at    time.Time
}

type seatsOptions struct {
	stream bool // each has its event stream open, as a page has
	phone  bool // by desk phone: no socket and no audio of its own
	onRing func(s *seat, r ring)
}

// sit brings n operators to their seats, READY.
func sit(b testing.TB, site *site, n int, o seatsOptions) []*seat {
	b.Helper()
	seats := make([]*seat, n)
	errs := make(chan error, n)
	gate := make(chan struct{}, 8)
	for i := range seats {
		s := &seat{site: site, id: fmt.Sprintf("%s/%d", polda, i+1), acc: site.accounts[i], onRing: o.onRing}
		s.ctx, s.stop = context.WithCancel(context.Background())
		s.http = &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2,
		}}
		s.wsc = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
		seats[i] = s
		go func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			errs <- s.begin(o)
		}()
	}
	b.Cleanup(func() {
		var wg sync.WaitGroup
		for _, s := range seats {
			wg.Go(s.leave)
		}
		wg.Wait()
	})
	for range seats {
		if err := <-errs; err != nil {
			b.Fatal(err)
		}
	}
	return seats
}

func (s *seat) begin(o seatsOptions) error {
	if err := s.post("/duty", map[string]any{"seat": s.id, "phone": o.phone}); err != nil {
		return err
	}
	if o.stream {
		if err := s.watch(); err != nil {
			return err
		}
	}
	if !o.phone {
		if err := s.openLine(); err != nil {
			return err
		}
	}
	for try := 0; ; try++ {
		err := s.post("/duty/ready", struct{}{})
		if err == nil || try > 40 {
			return err
		}
		time.Sleep(50 * time.Millisecond) // the line isn't up yet
	}
}

// post is one press of a key.
func (s *seat) post(path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.site.http+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	s.sign(req)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Siaga-Csrf", s.acc.csrf)
	req.Header.Set("Idempotency-Key", rand.Text())
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", s.id, path, res.StatusCode, raw)
	}
	return nil
}

func (s *seat) sign(req *http.Request) {
	req.Header.Set("Cookie", "__Host-siaga="+s.acc.token)
	req.Header.Set("Origin", s.site.http)
}

// watch keeps the event stream open.
func (s *seat) watch() error {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.site.http+"/api/v1/stream", nil)
	if err != nil {
		return err
	}
	s.sign(req)
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return fmt.Errorf("stream: %s", res.Status)
	}
	s.wg.Go(func() {
		defer res.Body.Close()
		r := bufio.NewReaderSize(res.Body, 16<<10)
		buf := make([]byte, 16<<10)
		for {
			n, err := r.Read(buf)
			s.streams.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	return nil
}

var seatAPI = sync.OnceValues(func() (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: pcma, PayloadType: 8}, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	var set webrtc.SettingEngine
	set.SetIncludeLoopbackCandidate(true)
	set.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	set.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	set.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(set), webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
})

var pcma = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000, Channels: 1}

type lineMessage struct {
	T     string  `json:"t"`
	SDP   string  `json:"sdp,omitempty"`
	Code  string  `json:"code,omitempty"`
	Call  string  `json:"call,omitempty"`
	Offer int     `json:"offer,omitempty"`
	On    bool    `json:"on,omitempty"`
	Level float64 `json:"level,omitempty"`
}

func (s *seat) openLine() error {
	api, err := seatAPI()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	s.ws, _, err = websocket.Dial(ctx, "wss"+s.site.http[len("https"):]+"/api/v1/line", &websocket.DialOptions{
		HTTPClient: s.wsc, HTTPHeader: http.Header{"Origin": {s.site.http}, "Cookie": {"__Host-siaga=" + s.acc.token}},
	})
	if err != nil {
		return fmt.Errorf("line of %s: %w", s.id, err)
	}
	s.ws.SetReadLimit(256 << 10)
	if s.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	if s.out, err = webrtc.NewTrackLocalStaticRTP(pcma, "audio", "meja"); err != nil {
		return err
	}
	if _, err = s.pc.AddTrack(s.out); err != nil {
		return err
	}
	up := make(chan struct{})
	var once sync.Once
	s.pc.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		if st == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(up) })
		}
	})
	s.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		buf := make([]byte, 1500)
		for {
			if _, _, err := t.Read(buf); err != nil {
				return
			}
			s.heard.packet(time.Now())
		}
	})
	offer, err := s.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(s.pc)
	if err := s.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	if err := s.tell(ctx, lineMessage{T: "offer", SDP: s.pc.LocalDescription().SDP}); err != nil {
		return err
	}
	for {
		m, err := s.next(ctx)
		if err != nil {
			return fmt.Errorf("line of %s: %w", s.id, err)
		}
		if m.T == "error" {
			return fmt.Errorf("line of %s: %s", s.id, m.Code)
		}
		if m.T == "answer" {
			if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP}); err != nil {
				return err
			}
			break
		}
	}
	select {
	case <-up:
	case <-ctx.Done():
		return fmt.Errorf("audio of %s: %w", s.id, ctx.Err())
	}
	s.wg.Go(s.beat)
	s.wg.Go(s.listen)
	return nil
}

func (s *seat) tell(ctx context.Context, m lineMessage) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.ws.Write(ctx, websocket.MessageText, raw)
}

func (s *seat) next(ctx context.Context) (m lineMessage, err error) {
	_, raw, err := s.ws.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

func (s *seat) beat() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-t.C:
		}
		if s.tell(s.ctx, lineMessage{T: "beat", Level: 0.1}) != nil {
			return
		}
	}
}

// listen acknowledges rings at once, as a page does, and tells onRing.
func (s *seat) listen() {
	for {
		m, err := s.next(s.ctx)
		if err != nil {
			if s.ctx.Err() == nil && !errors.Is(err, context.Canceled) {
				fmt.Println("lost line", s.id, err)
			}
			return
		}
		switch m.T {
		case "ring":
			at := time.Now()
			if s.tell(s.ctx, lineMessage{T: "rang", Call: m.Call, Offer: m.Offer}) != nil {
				return
			}
			s.rung.Add(1)
			if s.onRing != nil {
				s.wg.Go(func() { s.onRing(s, ring{Call: m.Call, Offer: m.Offer, at: at}) })
			}
		case "mic":
			s.mic.Store(m.On)
		}
	}
}

func (s *seat) leave() {
	s.stop()
	if s.ws != nil {
		_ = s.ws.CloseNow()
	}
	if s.pc != nil {
		_ = s.pc.Close()
	}
	s.wg.Wait()
	s.http.CloseIdleConnections()
	s.wsc.CloseIdleConnections()
}

// speak sends one packet of the operator's voice.
func (s *seat) speak(p *rtp.Packet) { _ = s.out.WriteRTP(p) }

// takes answers, talks for a while and closes.
func takes(talk time.Duration, failed *atomic.Int64) func(s *seat, r ring) {
	return func(s *seat, r ring) {
		if err := s.post("/calls/"+r.Call+"/answer", map[string]int{"offer": r.Offer}); err != nil {
			if s.ctx.Err() == nil {
				failed.Add(1)
			}
			return
		}
		select {
		case <-time.After(talk):
		case <-s.ctx.Done():
			return
		}
		if err := s.post("/calls/"+r.Call+"/close", map[string]string{"outcome": "informasi"}); err != nil && s.ctx.Err() == nil {
			failed.Add(1)
		}
	}
}

// gaps measures what arrives at one ear.
type gaps struct {
	mu     sync.Mutex
	last   time.Time
	widest time.Duration
	over   int // over 40 ms
	n      int
}

func (g *gaps) packet(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.last.IsZero() {
		gap := at.Sub(g.last)
		g.widest = max(g.widest, gap)
		if gap > 40*time.Millisecond {
			g.over++
		}
	}
	g.last = at
	g.n++
}

// forget begins anew.
func (g *gaps) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last, g.widest, g.over, g.n = time.Time{}, 0, 0, 0
}

func (g *gaps) read() (widest time.Duration, over, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.widest, g.over, g.n
}
