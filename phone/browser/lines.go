// Package browser is the operators' seats on the wire: one standing WebRTC connection each, opened at the start of
// duty. Calls come and go by switching what feeds it, so nothing is negotiated when an operator answers.
//
// The server speaks ICE-lite (RFC 8445 2.5) on one UDP port, with TCP as a second way in, and G.711 only.
package browser

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"github.com/siaga110/siaga/office"
)

// Config says where seats reach us.
type Config struct {
	UDP       string       // listen address of all seats' audio, for example "0.0.0.0:40000"; port 0 picks one
	TCP       string       // listen address for networks without UDP; empty: none
	Addresses []netip.Addr // told to browsers as candidates; empty: the listen address, which must then be a real one
	Log       *slog.Logger // nil means slog.Default
}

// ErrOffer says that a page's offer can't be met: no SDP, no audio, or no G.711.
var ErrOffer = errors.New("offer has no audio that we speak")

// ErrClosed says that Lines is closing.
var ErrClosed = errors.New("browser lines are closed")

// Lines are the standing connections of all seats.
type Lines struct {
	api  *webrtc.API
	log  *slog.Logger
	udp  net.PacketConn
	tcp  net.Listener // nil when there is none
	mux  ice.UDPMux
	tmux ice.TCPMux
	told []string // candidate lines of every answer

	closing sync.WaitGroup // lines on their way out

	mu     sync.Mutex // guards all below
	closed bool
	seats  map[office.SeatID]*Line
	opened int
}

// Timeouts of ICE consent: a line is lost after 4 s without a packet and given up 8 s later.
const (
	lostAfter   = 4 * time.Second
	giveUpAfter = 8 * time.Second
	keepAlive   = 2 * time.Second
)

// reportEvery is how often we tell a browser by RTCP how we hear it (RFC 3550 6.2: 5 s). Seats that wait for a call are told
// too, so it is most of what an idle seat costs.
const reportEvery = 5 * time.Second

// readBuffer holds 200 seats' audio for about 0.3 s.
const readBuffer = 4 << 20

// Listen opens the ports. Close frees them.
func Listen(cfg Config) (*Lines, error) {
	l := &Lines{log: cfg.Log, seats: make(map[office.SeatID]*Line)}
	if l.log == nil {
		l.log = slog.Default()
	}
	udp, err := net.ListenPacket("udp", cfg.UDP)
	if err != nil {
		return nil, fmt.Errorf("listen for seats' audio: %w", err)
	}
	if c, ok := udp.(*net.UDPConn); ok {
		_ = c.SetReadBuffer(readBuffer) // the kernel gives what it allows
	}
	l.udp = udp
	logs := logging.NewDefaultLoggerFactory()
	logs.DefaultLogLevel = logging.LogLevelError // pion warns of every odd packet from the network
	engine := webrtc.SettingEngine{LoggerFactory: logs}
	if cfg.TCP != "" {
		l.tcp, err = net.Listen("tcp", cfg.TCP)
		if err != nil {
			_ = udp.Close()
			return nil, fmt.Errorf("listen for seats' audio over TCP: %w", err)
		}
		// A full write buffer drops: one stalled page must not hold up the goroutine that feeds it.
		l.tmux = ice.NewTCPMuxDefault(ice.TCPMuxParams{
			Listener: l.tcp, Logger: logs.NewLogger("ice"), ReadBufferSize: 32, WriteBufferSize: 64 << 10,
		})
		engine.SetICETCPMux(l.tmux)
	}
	l.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: udp, Logger: logs.NewLogger("ice")})
	if l.told, err = candidates(cfg.Addresses, udp.LocalAddr(), l.tcp); err != nil {
		l.shut()
		return nil, err
	}
	if l.api, err = newAPI(&engine, l.mux); err != nil {
		l.shut()
		return nil, err
	}
	return l, nil
}

func newAPI(engine *webrtc.SettingEngine, mux ice.UDPMux) (*webrtc.API, error) {
	engine.SetICEUDPMux(mux)
	engine.SetLite(true)
	engine.SetIncludeLoopbackCandidate(true) // for the demo on one machine; what is told is ours to say anyway
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
	engine.SetICETimeouts(lostAfter, giveUpAfter, keepAlive)

	media := &webrtc.MediaEngine{}
	for _, c := range codecs {
		if err := media.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("register %s: %w", c.MimeType, err)
		}
	}
	// RTCP reports only: NACK and TWCC cost CPU and bring nothing for G.711. No header extension is registered, so
	// none is agreed.
	registry := &interceptor.Registry{}
	for _, make := range []func() (interceptor.Factory, error){
		func() (interceptor.Factory, error) {
			return report.NewReceiverInterceptor(report.ReceiverInterval(reportEvery))
		},
		func() (interceptor.Factory, error) {
			return report.NewSenderInterceptor(report.SenderInterval(reportEvery))
		},
	} {
		reports, err := make()
		if err != nil {
			return nil, fmt.Errorf("set up RTCP reports: %w", err)
		}
		registry.Add(reports)
	}
	return webrtc.NewAPI(
		webrtc.WithSettingEngine(*engine), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry),
	), nil
}

// codecs in the order we like them. PCMU is there for browsers that insist; the port translates.
var codecs = []webrtc.RTPCodecParameters{
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, PayloadType: 8},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, PayloadType: 0},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 8000}, PayloadType: 126},
}

const mimeEvent = "audio/telephone-event"

// UDPAddr is the address that seats' audio comes to.
func (l *Lines) UDPAddr() netip.AddrPort {
	return l.udp.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:errcheck // a UDP socket has no other address
}

// TCPAddr is the address for seats without UDP; not valid when there is none.
func (l *Lines) TCPAddr() netip.AddrPort {
	if l.tcp == nil {
		return netip.AddrPort{}
	}
	return l.tcp.Addr().(*net.TCPAddr).AddrPort() //nolint:errcheck // a TCP listener has no other address
}

// Open makes a seat's connection from the page's complete offer and gives the complete answer. A connection that the
// seat had before is closed. sink is told what becomes of the new one, one event at a time and in order; it must not
// block, nor close the line. The errors are ErrOffer, ErrClosed, or the engine's.
func (l *Lines) Open(seat office.SeatID, offerSDP string, sink func(Event)) (*Line, string, error) {
	l.mu.Lock()
	l.opened++
	number, closed := l.opened, l.closed
	l.mu.Unlock()
	if closed {
		return nil, "", ErrClosed
	}
	line, answer, err := l.dial(seat, number, offerSDP, sink)
	if err != nil {
		return nil, "", fmt.Errorf("open line of seat %s: %w", seat, err)
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		line.Close()
		return nil, "", ErrClosed
	}
	old := l.seats[seat]
	if old != nil && old.number > number { // two pages raced; the later one stays
		old = line
	} else {
		l.seats[seat] = line
	}
	l.mu.Unlock()
	if old != nil {
		l.retire(old)
	}
	return line, answer, nil
}

// Of gives the seat's line, nil when it has none.
func (l *Lines) Of(seat office.SeatID) *Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seats[seat]
}

// Lost is Line.Lost of the line that the seat has now. Where a new page may have come before the old one's socket was
// seen to break, tell the Line instead.
func (l *Lines) Lost(seat office.SeatID) {
	if line := l.Of(seat); line != nil {
		line.Lost()
	}
}

// Found is Line.Found of the line that the seat has now.
func (l *Lines) Found(seat office.SeatID) {
	if line := l.Of(seat); line != nil {
		line.Found()
	}
}

// retire closes a line without waiting for it here.
func (l *Lines) retire(line *Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seats[line.seat] == line {
		delete(l.seats, line.seat)
	}
	if !l.closed { // else Close waits for it itself
		l.closing.Go(line.Close)
	}
}

// Close closes all lines and ports and waits for them.
func (l *Lines) Close() {
	l.mu.Lock()
	l.closed = true
	lines := make([]*Line, 0, len(l.seats))
	for _, line := range l.seats {
		lines = append(lines, line)
	}
	clear(l.seats)
	l.mu.Unlock()
	for _, line := range lines {
		line.Close()
	}
	l.closing.Wait()
	l.shut()
}

func (l *Lines) shut() {
	if l.mux != nil {
		_ = l.mux.Close()
	}
	if l.tmux != nil {
		_ = l.tmux.Close()
	}
	if l.tcp != nil {
		_ = l.tcp.Close()
	}
	_ = l.udp.Close()
}
