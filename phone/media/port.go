// Package media is the audio of calls: sockets of trunks, the bridge between a caller and seats, prompts, the mixer
// and the copies for the tape. All audio inside is G.711 A-law at 8000 samples a second.
//
// Three types matter. A Port is one far end's audio, whatever carries it (a Socket for a trunk, a browser's line for
// a seat). A Talk stands around one caller's Port and decides who hears whom. Prompts are what a Talk can play.
package media

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// Ported is a phone.Line whose audio this room can reach.
type Ported interface {
	Port() *Port
}

// PortConfig tells how one far end wants its audio.
type PortConfig struct {
	Codec   Codec // what is sent; both laws are understood
	AudioPT uint8 // payload type of audio; 0 with PCMA means the static 8
	DTMFPT  uint8 // payload type of telephone-event (RFC 4733), 0 when not negotiated
}

func (c PortConfig) fill() PortConfig {
	if c.AudioPT == 0 {
		c.AudioPT = c.Codec.PayloadType()
	}
	return c
}

// Port is one far end's audio: what it sends comes in by Receive, what it shall hear goes out by its Out, which alone
// owns SSRC, sequence and timestamp. A Port nobody listens to drops what it hears.
type Port struct {
	id     string
	config atomic.Pointer[PortConfig]
	out    out

	hearer atomic.Pointer[Talk] // who has this port now; the last Connect wins

	// mu guards the way in.
	mu      sync.Mutex
	scratch [maxPayload]byte
	digits  digits
	onDigit func(rune)
	voice   *voice // nil while nobody wants to know
	onVoice func(Heard)
	quality quality

	packetsIn atomic.Uint64
	dropped   atomic.Uint64
	heard     atomic.Int64 // when the last audio came, nanoseconds since epoch
}

// maxPayload is the longest audio we take in one packet: 100 ms, far over any ptime in use.
const maxPayload = 800

// epoch is where packed times count from; the difference to it is monotonic.
var epoch = time.Now()

// NewPort makes the port of one far end. id is for logs.
func NewPort(id string, cfg PortConfig) *Port {
	p := &Port{id: id}
	cfg = cfg.fill()
	p.config.Store(&cfg)
	p.out.init(&p.config)
	return p
}

// ID is the name given to NewPort.
func (p *Port) ID() string { return p.id }

// SetConfig changes codec and payload types, after a new offer; it holds from the next packet on.
func (p *Port) SetConfig(cfg PortConfig) {
	cfg = cfg.fill()
	p.config.Store(&cfg)
}

// SetSend sets what carries packets to the far end; nil while it must not be sent anything. send is called by one
// goroutine at a time and must not keep the packet.
func (p *Port) SetSend(send func(*rtp.Packet) error) {
	p.out.setSend(send)
	if t := p.hearer.Load(); t != nil {
		t.poke()
	}
}

// OnDigit sets who is told of keys pressed by the far end, once a press. f is called by the goroutine that reads: it
// must not block, nor close what it reads from.
func (p *Port) OnDigit(f func(rune)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onDigit = f
}

// OnVoice sets who is told of the far end's voice: when speech begins and ends, at each 250 ms of it until 10 s were
// heard, and when the kind of sound changes. Measuring begins here. f is called as OnDigit's is; nil ends it. Without it nothing is
// measured.
func (p *Port) OnVoice(f func(Heard)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onVoice, p.voice = f, nil
	if f != nil {
		p.voice = &voice{}
	}
}

// frame is one packet inside the house.
type frame struct {
	event   bool // telephone-event; else A-law audio
	marker  bool
	said    bool // by Talk.Say: heard even while muted
	ssrc    uint32
	seq     uint16
	ts      uint32
	payload []byte // not to be kept
	at      time.Time
}

// Receive takes one packet that the transport has accepted. It doesn't keep the packet. Packets of unknown payload
// type are dropped and counted.
func (p *Port) Receive(pkt *rtp.Packet, at time.Time) {
	if news := p.receive(pkt, at); news != nil {
		news()
	}
}

// receive gives what is to be told once the lock is free, nil for nothing.
func (p *Port) receive(pkt *rtp.Packet, at time.Time) (news func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cfg := p.config.Load()
	f := frame{
		marker: pkt.Marker, ssrc: pkt.SSRC, seq: pkt.SequenceNumber, ts: pkt.Timestamp, payload: pkt.Payload, at: at,
	}
	switch pt := pkt.PayloadType; {
	case cfg.DTMFPT != 0 && pt == cfg.DTMFPT:
		f.event = true
		p.packetsIn.Add(1)
		if key, ok := p.digits.press(&f); ok && p.onDigit != nil {
			tell := p.onDigit
			news = func() { tell(key) }
		}
	case len(pkt.Payload) == 0 || len(pkt.Payload) > maxPayload:
		p.dropped.Add(1)
		return nil
	case pt == cfg.AudioPT && cfg.Codec == PCMA, pt == PCMA.PayloadType():
		p.packetsIn.Add(1)
	case pt == cfg.AudioPT && cfg.Codec == PCMU, pt == PCMU.PayloadType():
		// Static types are taken even when the other law was agreed: carriers' gateways switch without asking.
		p.packetsIn.Add(1)
		f.payload = p.scratch[:len(pkt.Payload)]
		ULawToALaw(f.payload, pkt.Payload)
	default: // comfort noise (13) and anything we never offered
		p.dropped.Add(1)
		return nil
	}
	p.quality.count(&f)
	if p.voice != nil && !f.event && p.voice.hear(f.payload) {
		tell, heard := p.onVoice, p.voice.heard
		news = func() { tell(heard) }
	}
	p.heard.Store(int64(at.Sub(epoch)))
	if t := p.hearer.Load(); t != nil {
		t.hear(p, &f)
	}
	return news
}

// LastHeard is when the last usable packet came; zero when none did.
func (p *Port) LastHeard() time.Time {
	if n := p.heard.Load(); n != 0 {
		return epoch.Add(time.Duration(n))
	}
	return time.Time{}
}

// PortStats are a port's figures.
type PortStats struct {
	PacketsIn  uint64
	Dropped    uint64        // came in but of no use: payload type or length
	Lost       uint64        // sent by the far end but never came (RFC 3550 A.3)
	Jitter     time.Duration // of what came (RFC 3550 A.8)
	PacketsOut uint64
	SendErrors uint64
	Late       uint64        // not sent: older than the change of source
	GapMax     time.Duration // widest time between two packets sent
	Gaps40     uint64        // times over 40 ms
}

// Stats tells the port's figures so far.
func (p *Port) Stats() PortStats {
	s := p.out.stats()
	s.PacketsIn, s.Dropped = p.packetsIn.Load(), p.dropped.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Lost, s.Jitter = p.quality.lost(), p.quality.jitterTime()
	return s
}
