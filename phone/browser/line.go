package browser

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// Event is what becomes of a line.
//
//sumtype:decl
type Event interface{ lineEvent() }

type (
	// Up: audio can pass, for the first time or again.
	Up struct{ Line *Line }
	// Lost: audio can't pass. Up may follow, or Closed.
	Lost struct {
		Line *Line
		Why  Why
	}
	// Closed is the last event of a line.
	Closed struct{ Line *Line }
)

func (Up) lineEvent()     {}
func (Lost) lineEvent()   {}
func (Closed) lineEvent() {}

// Why says what took a line away.
type Why string

// What takes lines away.
const (
	WhyPage    Why = "page"    // the page's WebSocket broke
	WhySilent  Why = "silent"  // no packet for 4 s, not even ICE's
	WhyFailed  Why = "failed"  // ICE or DTLS gave up, or never came up
	WhyHungUp  Why = "hung up" // the browser closed its end
	WhyReplace Why = "closed"  // closed by us: a new line of the seat, end of duty, or shutdown
)

// Line is one seat's standing connection. It implements phone.Line and media.Ported.
type Line struct {
	lines  *Lines
	seat   office.SeatID
	number int
	id     string
	pc     *webrtc.PeerConnection
	port   *media.Port
	track  *track
	sink   func(Event)

	mute  atomic.Bool // the microphone is off
	alive atomic.Bool

	stop   chan struct{}
	done   chan struct{} // Close is through
	work   sync.WaitGroup
	report atomic.Pointer[rtcp.ReceptionReport] // the browser's last

	mu      sync.Mutex // guards all below
	gone    bool       // the page is
	up      bool       // what was told last
	lost    bool
	closed  bool
	events  []Event // not told yet
	telling bool    // a goroutine is telling them, in order
}

var (
	_ phone.Line   = (*Line)(nil)
	_ media.Ported = (*Line)(nil)
)

// ID names this connection; the seat's next one has another.
func (l *Line) ID() string { return l.id }

// Seat is whose line this is.
func (l *Line) Seat() office.SeatID { return l.seat }

// Alive says whether audio can pass.
func (l *Line) Alive() bool { return l.alive.Load() }

// Port is the line's audio.
func (l *Line) Port() *media.Port { return l.port }

// SetMicrophone says whether what the operator's microphone picks up is let in. When off it is dropped at the door. It
// starts as on; without a call nobody hears it either way.
func (l *Line) SetMicrophone(on bool) { l.mute.Store(!on) }

// PlayTone lets the operator hear audio (A-law, 8000 a second; media.TestTone for the start of duty). It returns at
// once; a call that comes stops the tone.
func (l *Line) PlayTone(alaw []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.work.Go(func() { l.port.Play(alaw, l.stop) })
}

// maxOffer is far over any browser's offer of one audio line.
const maxOffer = 64 << 10

// dial answers an offer.
func (l *Lines) dial(seat office.SeatID, number int, offer string, sink func(Event)) (*Line, string, error) {
	if len(offer) == 0 || len(offer) > maxOffer {
		return nil, "", ErrOffer
	}
	pc, err := l.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, "", err
	}
	line := &Line{
		lines: l, seat: seat, number: number, id: fmt.Sprintf("%s#%d", seat, number), pc: pc, sink: sink,
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	line.port = media.NewPort(line.id, media.PortConfig{})
	line.track = &track{port: line.port}
	pc.OnTrack(line.listen)
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { line.look() })
	answer, err := line.answer(offer)
	if err != nil {
		_ = pc.GracefulClose()
		return nil, "", err
	}
	return line, tell(answer, l.told), nil
}

func (l *Line) answer(offer string) (string, error) {
	desc := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := l.pc.SetRemoteDescription(desc); err != nil {
		return "", errors.Join(ErrOffer, err)
	}
	var audio *webrtc.RTPTransceiver
	for _, t := range l.pc.GetTransceivers() {
		if t.Kind() == webrtc.RTPCodecTypeAudio {
			audio = t
			break
		}
	}
	if audio == nil {
		return "", ErrOffer
	}
	if err := audio.SetCodecPreferences(preferred(audio.Receiver().GetParameters().Codecs)); err != nil {
		return "", errors.Join(ErrOffer, err)
	}
	sender, err := l.pc.AddTrack(l.track)
	if err != nil {
		return "", errors.Join(ErrOffer, err)
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", errors.Join(ErrOffer, err)
	}
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return "", errors.Join(ErrOffer, err)
	}
	<-gathered // at once: there is nothing to ask of other servers
	l.work.Go(func() { l.reports(sender) })
	return l.pc.LocalDescription().SDP, nil
}

// preferred gives the agreed codecs in our order, with the payload types of the offer.
func preferred(agreed []webrtc.RTPCodecParameters) []webrtc.RTPCodecParameters {
	var out []webrtc.RTPCodecParameters
	for _, want := range codecs {
		for _, c := range agreed {
			if strings.EqualFold(c.MimeType, want.MimeType) && c.ClockRate == want.ClockRate {
				out = append(out, c)
			}
		}
	}
	return out
}

// listen reads what the browser says, always: between calls the port drops it.
func (l *Line) listen(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.work.Add(1)
	l.mu.Unlock()
	defer l.work.Done()
	buf := make([]byte, 2048)
	var pkt rtp.Packet
	for {
		n, _, err := remote.Read(buf)
		if err != nil {
			return // the connection is closed
		}
		if l.mute.Load() {
			continue
		}
		pkt = rtp.Packet{}
		if pkt.Unmarshal(buf[:n]) == nil {
			l.port.Receive(&pkt, time.Now())
		}
	}
}

// reports keeps the browser's last word on how it hears us.
func (l *Line) reports(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			var list []rtcp.ReceptionReport
			switch p := p.(type) {
			case *rtcp.ReceiverReport:
				list = p.Reports
			case *rtcp.SenderReport:
				list = p.Reports
			}
			for _, r := range list {
				if r.SSRC == l.track.ssrc.Load() {
					l.report.Store(&r)
				}
			}
		}
	}
}

// look compares the connection with what the sink was told, and tells the difference. The engine's callbacks may
// overtake each other, so the state is read anew.
func (l *Line) look() {
	defer l.tell()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	switch state := l.pc.ConnectionState(); state {
	case webrtc.PeerConnectionStateConnected:
		if !l.gone {
			l.rise()
		}
	case webrtc.PeerConnectionStateDisconnected:
		l.fall(WhySilent)
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		why := WhyFailed
		if state == webrtc.PeerConnectionStateClosed {
			why = WhyHungUp
		}
		l.fall(why)
		l.work.Go(func() { l.lines.retire(l) }) // not here: closing waits for this callback
	case webrtc.PeerConnectionStateNew, webrtc.PeerConnectionStateConnecting, webrtc.PeerConnectionStateUnknown:
	}
}

// rise and fall are called with mu held.
func (l *Line) rise() {
	if l.up {
		return
	}
	l.up, l.lost = true, false
	l.port.SetSend(l.track.send)
	l.alive.Store(true)
	l.events = append(l.events, Up{l})
}

func (l *Line) fall(why Why) {
	if l.lost {
		return
	}
	l.up, l.lost = false, true
	l.alive.Store(false)
	l.port.SetSend(nil)
	l.events = append(l.events, Lost{l, why})
}

// tell hands events to the sink, one at a time and in order, without holding mu: the sink may ask things of the line.
func (l *Line) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.telling {
		return
	}
	l.telling = true
	for len(l.events) > 0 {
		e := l.events[0]
		l.events = l.events[1:]
		l.mu.Unlock()
		l.sink(e)
		l.mu.Lock()
	}
	l.telling = false
}

// Lost tells that the page of this connection is gone (its WebSocket broke), which shows seconds before ICE knows.
// The connection is kept in case only the socket broke: Found, or a new Open, follows.
func (l *Line) Lost() { l.pageGone(true) }

// Found tells that the page is there again and still has this connection.
func (l *Line) Found() { l.pageGone(false) }

func (l *Line) pageGone(gone bool) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.gone = gone
	if gone {
		l.fall(WhyPage)
	}
	l.mu.Unlock()
	l.look() // the connection may have changed meanwhile; and it tells
}

// Close ends the connection and waits until it is ended. Lost and Closed are told before.
func (l *Line) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		<-l.done
		return
	}
	l.fall(WhyReplace)
	l.closed = true
	close(l.stop)
	l.events = append(l.events, Closed{l})
	l.mu.Unlock()
	l.tell()
	if err := l.pc.GracefulClose(); err != nil {
		l.lines.log.Warn("close seat's line", "seat", l.seat, "error", err)
	}
	l.work.Wait()
	close(l.done)
}

// Stats are a line's figures.
type Stats struct {
	Audio media.PortStats
	// As the browser tells of what it hears, by RTCP (RFC 3550 6.4.1).
	Loss   float64 // of the last interval, 0 to 1
	Lost   uint32  // packets, in all
	Jitter time.Duration
}

// Stats tells the line's figures so far.
func (l *Line) Stats() Stats {
	s := Stats{Audio: l.port.Stats()}
	if r := l.report.Load(); r != nil {
		s.Loss = float64(r.FractionLost) / 256
		s.Lost = r.TotalLost
		s.Jitter = time.Duration(r.Jitter) * time.Second / media.Rate
	}
	return s
}
