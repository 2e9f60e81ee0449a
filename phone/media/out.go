package media

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// out is the one stream that a far end hears, whoever feeds it. It owns SSRC, sequence and timestamp, so that a change
// of source never looks like a new stream: a browser's jitter buffer would start anew and stay silent for seconds.
//
// Within one source, sequence and timestamp follow the source's, so that loss and order stay visible to the far end.
// At a change of source: timestamp = last + max(160, elapsed samples), sequence = last + 1, marker set (RFC 3551 4.1).
type out struct {
	config *atomic.Pointer[PortConfig]

	mu   sync.Mutex
	send func(*rtp.Packet) error
	pkt  rtp.Packet
	buf  [maxPayload]byte

	// The stream as the far end has it. Guarded by mu.
	ssrc    uint32
	seq     uint16 // highest sent
	ts      uint32 // highest sent
	started bool
	last    time.Time // of the last send

	// The source now heard and how its numbers map to ours. Guarded by mu.
	source  source
	seqBase uint16 // first of this source
	seqOff  uint16
	tsOff   uint32
	srcSeq  uint16 // highest of the source
	srcTS   uint32
	srcAt   time.Time

	figures PortStats
	gapFrom time.Time // last send, zero after a pause on purpose
	pressed int       // keys are being sent: no audio goes between their packets
}

// source tells one stream of audio from another. from is nil for players and mixers, whose ssrc is a running number.
type source struct {
	from *Port
	ssrc uint32
}

func (o *out) init(cfg *atomic.Pointer[PortConfig]) {
	o.config = cfg
	o.ssrc = rand.Uint32() //nolint:gosec // names a stream, guards nothing: the latch does
	// Below 2^15: a roll-over soon after the start is dangerous (RFC 3711 3.3.1).
	o.seq = uint16(rand.Uint32N(1 << 15)) //nolint:gosec // names a stream, guards nothing: the latch does
	o.ts = rand.Uint32()                  //nolint:gosec // names a stream, guards nothing: the latch does
}

func (o *out) setSend(send func(*rtp.Packet) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send = send
	o.gapFrom = time.Time{}
}

// sent is what became of a frame: its place in the stream the far end hears.
type sent struct {
	ok bool
	ts uint32
}

// write sends f, coming from src, to the far end.
func (o *out) write(src source, f *frame) sent {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.send == nil {
		return sent{}
	}
	cfg := o.config.Load()
	if f.event && cfg.DTMFPT == 0 || !f.event && o.pressed > 0 {
		return sent{}
	}
	marker := f.marker
	switch {
	case !o.started || src != o.source || o.jumped(f):
		o.switchTo(src, f)
		marker = true
	case int16(f.seq-o.seqBase) < 0:
		o.figures.Late++ // from before the change: its place is taken
		return sent{}
	}
	seq, ts := f.seq+o.seqOff, f.ts+o.tsOff
	if int16(f.seq-o.srcSeq) > 0 {
		o.srcSeq = f.seq
		if !f.event { // an event's timestamp stands still while it lasts
			o.srcTS, o.srcAt = f.ts, f.at
		}
		if o.srcSeq-o.seqBase > 20000 { // keep the base near, sequence numbers wrap
			o.seqBase = o.srcSeq - 10000
		}
	}
	if int16(seq-o.seq) > 0 {
		o.seq = seq
	}
	if int32(ts-o.ts) > 0 {
		o.ts = ts
	}
	o.started = true
	o.emit(cfg, f, seq, ts, marker)
	return sent{ok: true, ts: ts}
}

// jumped says that the source's own numbers broke: a far end's gateway restarted its stream without a new SSRC.
func (o *out) jumped(f *frame) bool {
	if d := int16(f.seq - o.srcSeq); d > 3000 || d < -300 {
		return true
	}
	if f.event { // its timestamp is that of the press's start
		return false
	}
	told := int64(int32(f.ts - o.srcTS))
	passed := int64(f.at.Sub(o.srcAt) * Rate / time.Second)
	return told-passed > 2*Rate || told-passed < -2*Rate
}

func (o *out) switchTo(src source, f *frame) {
	step := uint32(frameSamples)
	if o.started {
		if passed := f.at.Sub(o.last) * Rate / time.Second; passed > frameSamples {
			step = uint32(passed)
		}
	}
	o.source = src
	o.seqBase, o.srcSeq, o.srcTS, o.srcAt = f.seq, f.seq, f.ts, f.at
	o.seqOff = o.seq + 1 - f.seq
	o.tsOff = o.ts + step - f.ts
}

// emit puts the packet on the wire and measures.
func (o *out) emit(cfg *PortConfig, f *frame, seq uint16, ts uint32, marker bool) {
	o.pkt = rtp.Packet{
		Header: rtp.Header{
			Version: 2, Marker: marker, PayloadType: cfg.AudioPT, SequenceNumber: seq, Timestamp: ts, SSRC: o.ssrc,
		},
		Payload: f.payload,
	}
	switch {
	case f.event:
		o.pkt.PayloadType = cfg.DTMFPT
	case cfg.Codec == PCMU:
		o.pkt.Payload = o.buf[:len(f.payload)]
		ALawToULaw(o.pkt.Payload, f.payload)
	}
	// An error ends nothing: ECONNREFUSED only says that the far end's socket is not there just now.
	if err := o.send(&o.pkt); err != nil {
		o.figures.SendErrors++
	}
	o.figures.PacketsOut++
	now := time.Now() // not f.at: what we were late by is part of the gap
	if !o.gapFrom.IsZero() {
		gap := now.Sub(o.gapFrom)
		o.figures.GapMax = max(o.figures.GapMax, gap)
		if gap > 40*time.Millisecond {
			o.figures.Gaps40++
		}
	}
	o.last, o.gapFrom = f.at, now
}

// hush keeps audio back while keys are sent, which must have one timestamp each.
func (o *out) hush(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if on {
		o.pressed++
	} else {
		o.pressed--
	}
	o.gapFrom = time.Time{}
}

// pause says that from now on the far end is not to hear anything: the time until the next packet is no gap.
func (o *out) pause() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gapFrom = time.Time{}
}

// lastSend tells when the far end was last sent something, and from which source.
func (o *out) lastSend() (time.Time, source) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last, o.source
}

// open says whether the far end can be sent anything.
func (o *out) open() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.send != nil
}

func (o *out) stats() PortStats {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.figures
}
