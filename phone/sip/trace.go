package sip

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"regexp"
	"sync"
	"time"
)

// Message is one SIP message of a call as it went over the wire, with secrets left out.
type Message struct {
	At        time.Time      `json:"at"`
	In        bool           `json:"in"`
	Peer      netip.AddrPort `json:"peer"`
	Transport string         `json:"transport"`
	Text      string         `json:"text"`
}

// Bounds of what is remembered.
const (
	traceMessages = 200      // of a call
	traceBytes    = 32 << 20 // of all calls; the oldest go first
	tracePage     = 256 << 10
)

// traces remember the messages of calls, by Call-ID, so that the IT officer sees afterwards what the wire said.
type traces struct {
	mu    sync.Mutex
	calls map[string]*trace
	order []string // oldest first
	legs  map[string]string
	bytes int
	page  []byte // texts lie together: a flood's, one by one, would hold the memory of all that was made between them
}

type trace struct {
	messages []noted
	bytes    int
}

// noted is a Message, small: there are tens of thousands.
type noted struct {
	at   int64  // nanoseconds since 1970
	way  *wire  // shared by the messages of a call
	text []byte // in a page
}

type wire struct {
	in        bool
	peer      netip.AddrPort
	transport string
}

// wayOf gives the way of one of the last messages if it is the same.
func (c *trace) wayOf(w wire) *wire {
	for i := len(c.messages) - 1; i >= max(0, len(c.messages)-3); i-- {
		if *c.messages[i].way == w {
			return c.messages[i].way
		}
	}
	return &w
}

// usualMessages are those of an answered call.
const usualMessages = 8

// keep copies a text into the page; mu is held.
func (t *traces) keep(text []byte) []byte {
	if len(t.page)+len(text) > cap(t.page) {
		t.page = make([]byte, 0, max(tracePage, len(text)))
	}
	from := len(t.page)
	t.page = append(t.page, text...)
	return t.page[from:len(t.page):len(t.page)]
}

func (t *traces) init() { t.calls, t.legs = map[string]*trace{}, map[string]string{} }

// secrets of a message: SRTP keys and what answers a challenge.
var secrets = regexp.MustCompile(`(?im)(inline:)[^\s|]+|^((?:proxy-)?authorization:).*$`)

// note remembers a message of a call. Messages without a Call-ID, and those of registrations and keep-alives, are not
// kept: they would push out the calls.
func (t *traces) note(in bool, transport string, peer netip.AddrPort, data []byte) {
	id := callIDOf(data)
	if id == "" || !ofCall(data) {
		return
	}
	if secretive(data) {
		data = secrets.ReplaceAll(data, []byte("$1$2 (rahasia)"))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.calls[id]
	if c == nil {
		c = &trace{messages: make([]noted, 0, usualMessages)}
		t.calls[id] = c
		t.order = append(t.order, id)
	}
	if len(c.messages) >= traceMessages {
		return
	}
	c.messages = append(c.messages, noted{at: time.Now().UnixNano(), way: c.wayOf(wire{in, peer, transport}), text: t.keep(data)})
	c.bytes += len(data)
	t.bytes += len(data)
	for t.bytes > traceBytes && len(t.order) > 1 {
		old := t.order[0]
		t.order = t.order[1:]
		t.bytes -= t.calls[old].bytes
		delete(t.calls, old)
	}
}

// secretive says whether a message may hold what secrets finds. Most don't, and looking closely at each is dear.
func secretive(data []byte) bool {
	for i := 0; ; i++ {
		n := bytes.IndexByte(data[i:], ':')
		if n < 0 {
			return false
		}
		i += n
		for _, word := range []string{"inline", "authorization"} {
			if i >= len(word) && bytes.EqualFold(data[i-len(word):i], []byte(word)) {
				return true
			}
		}
	}
}

// leg says which Call-ID a leg has.
func (t *traces) leg(leg, callID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.legs) > 20_000 {
		clear(t.legs) // the calls they belonged to are long gone
	}
	t.legs[leg] = callID
}

// Ladder gives the messages of a leg, oldest first; false when nothing is remembered.
func (x *Exchange) Ladder(leg string) ([]Message, bool) {
	x.traces.mu.Lock()
	defer x.traces.mu.Unlock()
	c := x.traces.calls[x.traces.legs[leg]]
	if c == nil {
		return nil, false
	}
	out := make([]Message, len(c.messages))
	for i, m := range c.messages {
		out[i] = Message{At: time.Unix(0, m.at), In: m.way.in, Peer: m.way.peer, Transport: m.way.transport, Text: string(m.text)}
	}
	return out, true
}

// callIDOf finds the Call-ID without parsing.
func callIDOf(data []byte) string {
	head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && (len(name) == 7 && bytes.EqualFold(name, []byte("call-id")) || len(name) == 1 && (name[0] == 'i' || name[0] == 'I')) {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}

// ofCall says that a message isn't of a registration or keep-alive.
func ofCall(data []byte) bool {
	for _, m := range []string{"REGISTER ", "OPTIONS "} {
		if bytes.HasPrefix(data, []byte(m)) {
			return false
		}
	}
	return !bytes.Contains(data[:min(len(data), 2048)], []byte(" REGISTER\r\n")) && !bytes.Contains(data[:min(len(data), 2048)], []byte(" OPTIONS\r\n"))
}

// Pcap writes messages as a capture file (libpcap, LINKTYPE_RAW) that Wireshark draws as a call flow. All go as UDP
// datagrams with true addresses and times, whatever carried them; here stands for our own address.
func Pcap(messages []Message, here netip.AddrPort) []byte {
	var b bytes.Buffer
	le := binary.LittleEndian
	b.Write(le.AppendUint32(nil, 0xa1b2c3d4))
	b.Write(le.AppendUint16(le.AppendUint16(nil, 2), 4))
	b.Write(make([]byte, 8))
	b.Write(le.AppendUint32(le.AppendUint32(nil, 65535), 101)) // LINKTYPE_RAW
	for _, m := range messages {
		src, dst := here, m.Peer
		if m.In {
			src, dst = m.Peer, here
		}
		p := packet(src, dst, []byte(m.Text))
		h := le.AppendUint32(nil, uint32(m.At.Unix()))
		h = le.AppendUint32(h, uint32(m.At.Nanosecond()/1000))
		h = le.AppendUint32(h, uint32(len(p)))
		b.Write(le.AppendUint32(h, uint32(len(p))))
		b.Write(p)
	}
	return b.Bytes()
}

// packet is an IP packet with one UDP datagram (RFC 791, RFC 8200, RFC 768). The UDP checksum is left out.
func packet(src, dst netip.AddrPort, payload []byte) []byte {
	be := binary.BigEndian
	payload = payload[:min(len(payload), 65000)]
	udp := be.AppendUint16(be.AppendUint16(nil, src.Port()), dst.Port())
	udp = be.AppendUint16(udp, uint16(8+len(payload)))
	udp = append(be.AppendUint16(udp, 0), payload...)
	if src.Addr().Is6() || dst.Addr().Is6() {
		ip := []byte{0x60, 0, 0, 0}
		ip = append(be.AppendUint16(ip, uint16(len(udp))), 17, 64)
		a, c := src.Addr().As16(), dst.Addr().As16()
		return append(append(append(ip, a[:]...), c[:]...), udp...)
	}
	ip := be.AppendUint16([]byte{0x45, 0}, uint16(20+len(udp)))
	ip = append(ip, 0, 0, 0, 0, 64, 17, 0, 0)
	a, c := as4(src.Addr()), as4(dst.Addr())
	ip = append(append(ip, a[:]...), c[:]...)
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(be.Uint16(ip[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	be.PutUint16(ip[10:], ^uint16(sum))
	return append(ip, udp...)
}

func as4(a netip.Addr) [4]byte {
	if a.Unmap().Is4() {
		return a.Unmap().As4()
	}
	return [4]byte{}
}
