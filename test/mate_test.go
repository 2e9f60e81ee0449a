package test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"github.com/siaga110/siaga/phone/media"
)

// mate is an operator at a WebRTC client of our own, who hums a tone and whose line can be cut in every way.
type mate struct {
	*client
	house *house
	seat  string
	tone  float64
	rings chan<- mateRing
	line  *mateLine // nil: none was opened yet
}

// mateRing is an offer at a mate's seat.
type mateRing struct {
	mate       *mate
	call, kind string
	offer      int
}

// How a seat dies.
const (
	cut    = "cut"    // its process is killed: the kernel ends its sockets at once
	silent = "silent" // the cable is pulled: nothing comes and nothing goes, and nobody is told
)

// cable is what a line's packets go through. A pulled one swallows them.
type cable struct {
	pulled atomic.Bool
	mu     sync.Mutex
	ends   []net.Conn
	udp    net.PacketConn
}

type cabledConn struct {
	net.Conn
	c *cable
}

func (w cabledConn) Read(p []byte) (int, error) {
	for {
		n, err := w.Conn.Read(p)
		if err != nil || !w.c.pulled.Load() {
			return n, err
		}
	}
}

func (w cabledConn) Write(p []byte) (int, error) {
	if w.c.pulled.Load() {
		return len(p), nil
	}
	return w.Conn.Write(p)
}

type cabledPackets struct {
	net.PacketConn
	c *cable
}

func (w cabledPackets) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := w.PacketConn.ReadFrom(p)
		if err != nil || !w.c.pulled.Load() {
			return n, from, err
		}
	}
}

func (w cabledPackets) WriteTo(p []byte, to net.Addr) (int, error) {
	if w.c.pulled.Load() {
		return len(p), nil
	}
	return w.PacketConn.WriteTo(p, to)
}

// mateLine is one socket with its audio.
type mateLine struct {
	cable cable
	ws    *websocket.Conn
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	http  *http.Client
	mic   atomic.Bool
	ctx   context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup
}

type lineMessage struct {
	T     string  `json:"t"`
	SDP   string  `json:"sdp,omitempty"`
	Code  string  `json:"code,omitempty"`
	Call  string  `json:"call,omitempty"`
	Offer int     `json:"offer,omitempty"`
	Kind  string  `json:"kind,omitempty"`
	On    bool    `json:"on,omitempty"`
	Level float64 `json:"level,omitempty"`
}

// sits brings a person to a seat, with a line, READY.
func (h *house) sits(t testing.TB, a account, seat string, tone float64, rings chan<- mateRing) *mate {
	t.Helper()
	m := &mate{client: h.signIn(a), house: h, seat: seat, tone: tone, rings: rings}
	m.t = t
	t.Cleanup(m.leaves)
	m.returns()
	return m
}

// returns opens a line when there is none, as a page does that was reloaded, and begins the duty when it had ended.
func (m *mate) returns() {
	m.t.Helper()
	m.must("POST", "/duty", map[string]any{"seat": m.seat}, nil)
	m.leaves()
	l := &mateLine{}
	l.ctx, l.stop = context.WithCancel(context.Background())
	m.line = l
	if err := l.open(m); err != nil {
		m.t.Fatalf("line of %s: %v", m.seat, err)
	}
}

// readies makes the seat READY if it can be.
func (m *mate) readies() bool {
	if m.line == nil || m.line.cable.pulled.Load() {
		m.returns()
	}
	for range 40 {
		if status, _ := m.do("POST", "/duty/ready", nil); status/100 == 2 {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// dies ends the line without a word.
func (m *mate) dies(how string) {
	c := &m.line.cable
	c.pulled.Store(true)
	if how == silent {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.ends {
		_ = e.Close()
	}
	_ = c.udp.Close()
}

// leaves clears away what is left of the line.
func (m *mate) leaves() {
	l := m.line
	if l == nil {
		return
	}
	m.line = nil
	l.cable.pulled.Store(true)
	l.stop()
	if l.ws != nil {
		_ = l.ws.CloseNow()
	}
	if l.pc != nil {
		_ = l.pc.Close()
	}
	if l.cable.udp != nil {
		_ = l.cable.udp.Close()
	}
	l.wg.Wait()
	l.http.CloseIdleConnections()
}

// answers takes an offer; false when it was too late.
func (r mateRing) answers() bool {
	status, _ := r.mate.do("POST", "/calls/"+r.call+"/answer", map[string]int{"offer": r.offer})
	return status/100 == 2
}

func (l *mateLine) open(m *mate) error {
	tr := m.http.Transport.(*http.Transport).Clone()
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		l.cable.mu.Lock()
		defer l.cable.mu.Unlock()
		l.cable.ends = append(l.cable.ends, c)
		return cabledConn{c, &l.cable}, nil
	}
	l.http = &http.Client{Jar: m.http.Jar, Transport: tr}
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.cable.udp = udp
	ctx, cancel := context.WithTimeout(l.ctx, 15*time.Second)
	defer cancel()
	base := m.house.Console
	l.ws, _, err = websocket.Dial(ctx, "wss"+strings.TrimPrefix(base, "https")+"/api/v1/line", &websocket.DialOptions{
		HTTPClient: l.http, HTTPHeader: http.Header{"Origin": {base}},
	})
	if err != nil {
		return err
	}
	l.ws.SetReadLimit(256 << 10)
	if err := l.connect(ctx); err != nil {
		return err
	}
	l.wg.Go(l.beats)
	l.wg.Go(func() { l.hums(m.tone) })
	l.wg.Go(func() { l.listens(m) })
	return nil
}

// hushed says nothing of sockets that a test ends.
var hushed = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}

// connect negotiates the audio and waits until it is up.
func (l *mateLine) connect(ctx context.Context) error {
	pcma := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: rate, Channels: 1}
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: pcma, PayloadType: 8}, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	var set webrtc.SettingEngine
	set.SetIncludeLoopbackCandidate(true)
	set.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	set.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	set.SetICEUDPMux(webrtc.NewICEUDPMux(hushed.NewLogger("ice"), cabledPackets{l.cable.udp, &l.cable}))
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(set), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
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
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(up) })
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
	<-gathered
	if err := l.tells(lineMessage{T: "offer", SDP: l.pc.LocalDescription().SDP}); err != nil {
		return err
	}
	for {
		m, err := l.reads(ctx)
		if err != nil {
			return err
		}
		if m.T == "mic" {
			l.mic.Store(m.On)
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
		return ctx.Err()
	}
}

func (l *mateLine) tells(m lineMessage) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return l.ws.Write(l.ctx, websocket.MessageText, raw)
}

func (l *mateLine) reads(ctx context.Context) (m lineMessage, err error) {
	_, raw, err := l.ws.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

func (l *mateLine) beats() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for l.tells(lineMessage{T: "beat", Level: 0.1}) == nil {
		select {
		case <-l.ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// listens acknowledges rings at once, as a page does, and passes them on.
func (l *mateLine) listens(who *mate) {
	for {
		m, err := l.reads(l.ctx)
		if err != nil {
			return
		}
		switch m.T {
		case "ring":
			if l.tells(lineMessage{T: "rang", Call: m.Call, Offer: m.Offer}) == nil {
				who.rings <- mateRing{who, m.Call, m.Kind, m.Offer}
			}
		case "mic":
			l.mic.Store(m.On)
		}
	}
}

// hums the mate's tone while the microphone is open.
func (l *mateLine) hums(freq float64) {
	tone := media.Tone(freq, time.Second)
	steady := tone[rate/10 : len(tone)-rate/10]
	p := make([]byte, 12+160)
	p[0], p[1] = 0x80, 8
	start, pos := time.Now(), 0
	for n := 0; ; n++ {
		binary.BigEndian.PutUint16(p[2:], uint16(n))
		binary.BigEndian.PutUint32(p[4:], uint32(n*160))
		for i := range 160 {
			p[12+i] = steady[pos%len(steady)]
			pos++
		}
		if l.mic.Load() {
			if _, err := l.track.Write(p); err != nil {
				return
			}
		}
		select {
		case <-l.ctx.Done():
			return
		case <-time.After(time.Until(start.Add(time.Duration(n+1) * 20 * time.Millisecond))):
		}
	}
}
