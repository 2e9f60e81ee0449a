package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// Socket is the UDP socket of one trunk leg. It reads from the moment it is opened until Close, whether or not
// anybody listens: what is left unread would burst out later.
type Socket struct {
	conn  *net.UDPConn
	local netip.AddrPort
	fresh bool // no call was here: who sends before Start belongs to an earlier one
	done  chan struct{}

	joining sync.Mutex // one at a time tells the port how to send; taken before mu

	mu     sync.Mutex // guards latch, config, port, mute and closed
	latch  latch
	config PortConfig
	port   *Port
	mute   bool
	closed bool

	sendKey    CryptoKey // guarded by mu
	receiveKey CryptoKey // guarded by mu

	to      atomic.Pointer[netip.AddrPort] // where to send, a copy out of latch
	encrypt atomic.Pointer[srtp.Context]   // used by send only; nil for plain RTP
	decrypt atomic.Pointer[srtp.Context]   // used by read only; nil for plain RTP

	last     atomic.Int64 // of the last accepted packet, nanoseconds since epoch
	received atomic.Uint64
	bled     atomic.Uint64
	broken   atomic.Uint64
	rtcp     atomic.Uint64

	searched [2]time.Time // last search for a stream's roll-overs, for strangers and for the far end; only read uses it

	// Only the port's out sends, one packet at a time.
	sendBuf   [maxPayload + 64]byte
	cryptoBuf [maxPayload + 128]byte
}

// OpenSocket opens a socket on ip at a free even port of ports, not one whose call ended in the last 30 s unless
// there is no other. It fails with ErrNoPort when none can be bound.
func OpenSocket(ip netip.Addr, ports PortRange) (*Socket, error) {
	conn, err := quarantine.open(ip, ports)
	if err != nil {
		return nil, err
	}
	return newSocket(conn, true), nil
}

// OpenSocketAt opens a socket at exactly this address, for a call that an earlier process had.
func OpenSocketAt(addr netip.AddrPort) (*Socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("open RTP socket %s: %w", addr, err)
	}
	return newSocket(conn, false), nil
}

func newSocket(conn *net.UDPConn, fresh bool) *Socket {
	s := &Socket{
		conn:  conn,
		local: conn.LocalAddr().(*net.UDPAddr).AddrPort(), //nolint:errcheck // a UDP socket has no other address
		fresh: fresh,
		done:  make(chan struct{}),
	}
	s.local = netip.AddrPortFrom(s.local.Addr().Unmap(), s.local.Port())
	go s.read()
	return s
}

// LocalAddr is where the far end shall send.
func (s *Socket) LocalAddr() netip.AddrPort { return s.local }

// SetRemote tells the far end's address as its SDP gave it. A changed address opens the latch. An unspecified one
// (0.0.0.0, an old way of hold) or port 0 stops sending.
func (s *Socket) SetRemote(a netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	if a.Port() == 0 || a.Addr().IsUnspecified() {
		a = netip.AddrPort{}
	}
	s.latch.tell(a)
	s.aim()
}

// Relatch opens the latch: the next valid packets say where the far end is. Call it at a new offer that keeps the
// address but may come from a new place.
func (s *Socket) Relatch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latch.open()
	s.aim()
}

// aim copies the address to send to. Called with mu held.
func (s *Socket) aim() {
	if to := s.latch.to(); to.IsValid() {
		s.to.Store(&to)
	} else {
		s.to.Store(nil)
	}
}

// SetPayloads tells what was agreed: the payload type and law of audio, and the type of telephone-event (0: none).
func (s *Socket) SetPayloads(audioPT uint8, codec Codec, dtmfPT uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config = PortConfig{Codec: codec, AudioPT: audioPT, DTMFPT: dtmfPT}
	if s.port != nil {
		s.port.SetConfig(s.config)
	}
}

// SetSending says whether the far end shall be sent audio: not while it holds us, nor before it can hear. It starts
// as true. What the far end sends is taken either way.
func (s *Socket) SetSending(on bool) {
	s.mu.Lock()
	s.mute = !on
	port := s.port
	s.mu.Unlock()
	if port != nil {
		s.join(port)
	}
}

// join sets what the port sends by.
func (s *Socket) join(p *Port) {
	s.joining.Lock()
	defer s.joining.Unlock()
	s.mu.Lock()
	on := !s.mute && !s.closed
	s.mu.Unlock()
	if on {
		p.SetSend(s.send)
	} else {
		p.SetSend(nil)
	}
}

// Start joins the socket to the port: packets accepted go to p.Receive, and p sends by the socket.
func (s *Socket) Start(p *Port) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.port = p
	if s.config != (PortConfig{}) {
		p.SetConfig(s.config)
	}
	s.mu.Unlock()
	s.join(p)
}

// Close stops sending and reading and waits for both. The port rests before another call gets it.
func (s *Socket) Close() {
	s.mu.Lock()
	port, was := s.port, s.closed
	s.port, s.closed = nil, true
	s.mu.Unlock()
	if was {
		<-s.done
		return
	}
	if port != nil {
		s.join(port)
	}
	_ = s.conn.Close()
	<-s.done
	quarantine.rest(s.local)
}

// LastReceived is when the last accepted packet came; zero when none did.
func (s *Socket) LastReceived() time.Time {
	if n := s.last.Load(); n != 0 {
		return epoch.Add(time.Duration(n))
	}
	return time.Time{}
}

// SocketStats are a socket's figures.
type SocketStats struct {
	Received uint64 // accepted
	Bled     uint64 // dropped: from an address that is not this call's
	Broken   uint64 // dropped: no RTP
	RTCP     uint64 // RTCP on the RTP port, not used
}

// Stats tells the socket's figures so far.
func (s *Socket) Stats() SocketStats {
	return SocketStats{
		Received: s.received.Load(), Bled: s.bled.Load(), Broken: s.broken.Load(), RTCP: s.rtcp.Load(),
	}
}

// Remote is where packets are sent now: the latched address, else the SDP's; not valid when neither is known.
func (s *Socket) Remote() netip.AddrPort {
	if to := s.to.Load(); to != nil {
		return *to
	}
	return netip.AddrPort{}
}

func (s *Socket) send(p *rtp.Packet) error {
	to := s.to.Load()
	if to == nil {
		return nil
	}
	n, err := p.MarshalTo(s.sendBuf[:])
	if err != nil {
		return fmt.Errorf("marshal RTP: %w", err)
	}
	b := s.sendBuf[:n]
	if ctx := s.encrypt.Load(); ctx != nil {
		if b, err = ctx.EncryptRTP(s.cryptoBuf[:0], b, nil); err != nil {
			return fmt.Errorf("encrypt RTP: %w", err)
		}
	}
	_, err = s.conn.WriteToUDPAddrPort(b, *to)
	return err
}

// read lives as long as the socket.
func (s *Socket) read() {
	defer close(s.done)
	buf, plain := make([]byte, 2048), make([]byte, 2048)
	var pkt rtp.Packet
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // ECONNREFUSED and its kin speak of one packet, not of the call
		}
		at := time.Now()
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if n >= 2 && buf[1] >= 192 && buf[1] <= 223 { // RFC 5761 4: RTCP
			s.rtcp.Add(1)
			continue
		}
		if n < 12 || buf[0]>>6 != 2 {
			s.broken.Add(1)
			continue
		}
		b := buf[:n]
		if ctx := s.decrypt.Load(); ctx != nil {
			opened, err := ctx.DecryptRTP(plain[:0], b, nil)
			if err != nil {
				var ok bool
				if opened, ok = s.decryptMiddle(ctx, plain[:0], b, from, at); !ok {
					s.bled.Add(1)
					continue
				}
			}
			b = opened
		}
		pkt = rtp.Packet{}
		if err := pkt.Unmarshal(b); err != nil {
			s.broken.Add(1)
			continue
		}
		if port := s.accept(from, &pkt, at); port != nil {
			port.Receive(&pkt, at)
		}
	}
}

// accept gives the port a packet is for, or nil when it is not this call's.
func (s *Socket) accept(from netip.AddrPort, pkt *rtp.Packet, at time.Time) *Port {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == nil && s.fresh && from != s.latch.told {
		s.latch.stray(from)
		s.bled.Add(1)
		return nil
	}
	before := s.latch.from
	if !s.known(pkt.PayloadType) || !s.latch.take(from, &pkt.Header, at) {
		s.bled.Add(1)
		return nil
	}
	if s.latch.from != before {
		s.aim()
	}
	s.received.Add(1)
	s.last.Store(int64(at.Sub(epoch)))
	return s.port
}

// known says whether a packet of this type may be a sign of the far end's life.
func (s *Socket) known(pt uint8) bool {
	return pt == 0 || pt == 8 || pt == 13 || pt == s.config.AudioPT || pt == s.config.DTMFPT
}
