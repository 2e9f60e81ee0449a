package town

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Payload types that the phone offers: PCMA is static (RFC 3551 6), events have the number that trunks use.
const (
	typePCMA  = 8
	typeEvent = 101
)

const frameTime = 20 * time.Millisecond

// audio is the RTP side of one call: a socket with a sender and a receiver.
type audio struct {
	conn *net.UDPConn
	done chan struct{}
	tap  func(alaw []byte)
	wg   sync.WaitGroup

	mu     sync.Mutex // guards all below
	remote netip.AddrPort
	sound  Sound
	ear    Ear
	keys   []byte // events still to send
	closed bool
	send   bool // the far end takes audio
	dtmf   string
}

// openAudio binds a port on host. Nothing goes out before aim. tap, when not nil, gets all audio that comes.
func openAudio(host netip.Addr, tap func(alaw []byte)) (*audio, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
	if err != nil {
		return nil, fmt.Errorf("open a port for audio: %w", err)
	}
	a := &audio{conn: conn, done: make(chan struct{}), send: true, tap: tap}
	a.wg.Go(a.receive)
	return a, nil
}

func (a *audio) port() int { return a.conn.LocalAddr().(*net.UDPAddr).Port } //nolint:errcheck // it is a UDP socket

// aim tells where audio goes; the first time it starts the sender.
func (a *audio) aim(to netip.AddrPort, send bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := !a.remote.IsValid()
	a.remote, a.send = to, send
	if first && !a.closed {
		a.wg.Go(a.transmit)
	}
}

func (a *audio) play(s Sound) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sound = s
}

func (a *audio) close() {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		a.wg.Wait()
		return
	}
	a.closed = true
	a.mu.Unlock()
	close(a.done)
	_ = a.conn.Close()
	a.wg.Wait()
}

// transmit sends a frame every 20 ms by absolute deadlines: a late frame doesn't move those after it.
func (a *audio) transmit() {
	out := rtp.Packet{Header: rtp.Header{
		Version: 2, PayloadType: typePCMA, SSRC: rand.Uint32(), SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32(), Marker: true,
	}}
	frame, buf := make([]byte, frameSamples), make([]byte, 256)
	var key dtmfSender
	next := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-a.done:
			return
		case <-timer.C:
		}
		a.mu.Lock()
		to, sound, send := a.remote, a.sound, a.send
		if !key.busy() && len(a.keys) > 0 {
			key.start(a.keys[0], out.Timestamp)
			a.keys = a.keys[1:]
		}
		a.mu.Unlock()
		switch {
		case key.busy():
			key.packet(&out)
		default:
			if sound == nil || !sound.Frame(frame) {
				fill(frame)
			}
			out.PayloadType, out.Payload = typePCMA, frame
		}
		if send && len(out.Payload) > 0 {
			ts := out.Timestamp
			if key.busy() {
				out.Timestamp = key.at // RFC 4733 2.5.1.2: all packets of an event carry its beginning
			}
			if n, err := out.MarshalTo(buf); err == nil {
				_, _ = a.conn.WriteToUDPAddrPort(buf[:n], to) // a lost packet is a lost packet
			}
			out.Timestamp, out.Marker = ts, false
			out.SequenceNumber++
		}
		key.step()
		out.Timestamp += frameSamples
		next = next.Add(frameTime)
		now := time.Now()
		if behind := now.Sub(next); behind > 200*time.Millisecond { // the machine stood still: don't send it all at once
			skip := int64(behind / frameTime)
			next = next.Add(time.Duration(skip * int64(frameTime)))
			out.Timestamp += uint32(skip) * frameSamples
		}
		timer.Reset(next.Sub(now))
	}
}

func fill(frame []byte) {
	for i := range frame {
		frame[i] = silence
	}
}

// receive reads until the socket closes: also while nobody listens, or old audio would burst out later.
func (a *audio) receive() {
	buf := make([]byte, 1500)
	var p rtp.Packet
	var event eventReader
	for {
		n, _, err := a.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if p.Unmarshal(buf[:n]) != nil || p.Version != 2 {
			continue
		}
		a.mu.Lock()
		switch p.PayloadType {
		case typePCMA:
			a.ear.hear(&p, time.Now())
		case typeEvent:
			if key, ok := event.read(&p); ok {
				a.dtmf += string(key)
			}
		}
		a.mu.Unlock()
		if a.tap != nil && p.PayloadType == typePCMA {
			a.tap(p.Payload)
		}
	}
}

// press queues keys as events of RFC 4733.
func (a *audio) press(keys string) error {
	var codes []byte
	for _, k := range keys {
		c, ok := eventCode(k)
		if !ok {
			return fmt.Errorf("%q is no key of a phone: use 0-9 * #", k)
		}
		codes = append(codes, c)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys = append(a.keys, codes...)
	return nil
}
