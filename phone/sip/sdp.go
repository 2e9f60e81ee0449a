package sip

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/siaga110/siaga/phone/media"
)

// direction is who may send audio, seen from whose SDP it stands in (RFC 3264 5.1).
type direction string

const (
	sendRecv direction = "sendrecv"
	sendOnly direction = "sendonly"
	recvOnly direction = "recvonly"
	inactive direction = "inactive"
)

// session is what we need of a far end's SDP.
type session struct {
	media []mediaLine
	audio int // index of the first audio line that could be ours, -1: none
}

type mediaLine struct {
	kind, proto string
	port        uint16
	formats     []string
	addr        netip.Addr
	rtpmap      map[string]string // payload type: "PCMA/8000"
	dir         direction
	crypto      []cryptoLine // that we could use
}

var errSDP = errors.New("malformed SDP")

// maxMediaLines is more than any phone sends; each must be answered.
const maxMediaLines = 16

// parseSDP reads an offer or an answer. Lines that don't concern audio are passed over.
func parseSDP(text []byte) (session, error) {
	s := session{audio: -1}
	var addr netip.Addr
	dir := sendRecv
	var cur *mediaLine
	if !strings.HasPrefix(strings.TrimLeft(string(text), "\r\n"), "v=0") {
		return s, fmt.Errorf("%w: no version", errSDP)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\r"), "=")
		if !ok {
			continue
		}
		switch key {
		case "c":
			a, err := parseConnection(value)
			if err != nil {
				return s, err
			}
			if cur != nil {
				cur.addr = a
			} else {
				addr = a
			}
		case "m":
			m, err := parseMediaLine(value)
			if err != nil {
				return s, err
			}
			if len(s.media) == maxMediaLines {
				return s, fmt.Errorf("%w: over %d media lines", errSDP, maxMediaLines)
			}
			m.addr, m.dir = addr, dir
			s.media = append(s.media, m)
			cur = &s.media[len(s.media)-1]
		case "a":
			name, arg, _ := strings.Cut(value, ":")
			switch d := direction(name); {
			case d == sendRecv || d == sendOnly || d == recvOnly || d == inactive:
				if cur != nil {
					cur.dir = d
				} else {
					dir = d
				}
			case name == "crypto" && cur != nil:
				if c, ok := parseCrypto(arg); ok {
					cur.crypto = append(cur.crypto, c)
				}
			case name == "rtpmap" && cur != nil:
				if pt, enc, ok := strings.Cut(arg, " "); ok {
					cur.rtpmap[pt] = strings.ToUpper(strings.TrimSpace(enc))
				}
			}
		}
	}
	s.permit(Anyhow, "")
	return s, nil
}

// permit chooses the audio line that a trunk allows, a secret one before others, and gives its index, -1: none.
func (s *session) permit(want Secrecy, transport string) int {
	s.audio = -1
	for _, proto := range []string{"RTP/SAVP", "RTP/AVP"} {
		for i, m := range s.media {
			if _, ok := m.choose(); ok && m.kind == "audio" && m.port != 0 && m.proto == proto && want.allows(m, transport) && usable(m.addr) {
				s.audio = i
				return i
			}
		}
	}
	return -1
}

// usable says whether RTP may be sent there. 0.0.0.0 is an old way of hold.
func usable(a netip.Addr) bool {
	return a.IsValid() && !a.IsMulticast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

func parseConnection(value string) (netip.Addr, error) {
	f := strings.Fields(value)
	if len(f) != 3 || f[0] != "IN" {
		return netip.Addr{}, fmt.Errorf("%w: c=", errSDP)
	}
	host, _, _ := strings.Cut(f[2], "/") // TTL of multicast
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, nil // a name: such a line can't be used, others may
	}
	return a.Unmap(), nil
}

func parseMediaLine(value string) (mediaLine, error) {
	f := strings.Fields(value)
	if len(f) < 4 {
		return mediaLine{}, fmt.Errorf("%w: m=", errSDP)
	}
	port, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return mediaLine{}, fmt.Errorf("%w: m= port", errSDP)
	}
	return mediaLine{kind: f[0], port: uint16(n), proto: f[2], formats: f[3:], rtpmap: map[string]string{}}, nil
}

// choice is what was agreed about audio.
type choice struct {
	Codec   string `json:"codec"` // "PCMA", "PCMU"
	AudioPT uint8  `json:"audio_pt"`
	DTMFPT  uint8  `json:"dtmf_pt,omitempty"` // 0: no telephone-event
}

func (c choice) law() media.Codec {
	if c.Codec == "PCMU" {
		return media.PCMU
	}
	return media.PCMA
}

// choose takes PCMA if it is there, else PCMU, and telephone-event with it.
func (m mediaLine) choose() (choice, bool) {
	var c choice
	for _, f := range m.formats {
		pt, err := strconv.ParseUint(f, 10, 7)
		if err != nil {
			continue
		}
		enc := m.rtpmap[f]
		switch {
		case enc == "" && pt == 8:
			enc = "PCMA/8000"
		case enc == "" && pt == 0:
			enc = "PCMU/8000"
		}
		enc = strings.TrimSuffix(enc, "/1")
		switch {
		case enc == "PCMA/8000" && c.Codec != "PCMA":
			c.Codec, c.AudioPT = "PCMA", uint8(pt)
		case enc == "PCMU/8000" && c.Codec == "":
			c.Codec, c.AudioPT = "PCMU", uint8(pt)
		case enc == "TELEPHONE-EVENT/8000" && c.DTMFPT == 0:
			c.DTMFPT = uint8(pt)
		}
	}
	return c, c.Codec != ""
}

// remote is where the far end wants its audio.
func (m mediaLine) remote() netip.AddrPort { return netip.AddrPortFrom(m.addr, m.port) }

// holds says whether the far end doesn't listen: RFC 3264 8.4, and RFC 2543's 0.0.0.0.
func (m mediaLine) holds() bool {
	return m.dir == sendOnly || m.dir == inactive || m.addr.IsUnspecified()
}

// answering is the direction that fits the far end's (RFC 3264 6.1).
func (m mediaLine) answering() direction {
	switch {
	case m.dir == inactive:
		return inactive
	case m.holds():
		return recvOnly
	case m.dir == recvOnly:
		return sendOnly
	}
	return sendRecv
}

// localSDP is what stays the same in all our SDP of a call but the version.
type localSDP struct {
	ID      uint64         `json:"id"`
	Version uint64         `json:"version"`
	RTP     netip.AddrPort `json:"rtp"` // as the far end shall see it
}

// proto is the profile of an audio line with or without keys.
func (k *keys) proto() string {
	if k == nil {
		return "RTP/AVP"
	}
	return "RTP/SAVP"
}

func (l localSDP) head(b *strings.Builder) {
	family := "IP4"
	if l.RTP.Addr().Is6() {
		family = "IP6"
	}
	fmt.Fprintf(b, "v=0\r\no=siaga %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		l.ID, l.Version, family, l.RTP.Addr(), family, l.RTP.Addr())
}

func (l localSDP) audio(b *strings.Builder, codecs []choice, dir direction, k *keys) {
	fmt.Fprintf(b, "m=audio %d %s", l.RTP.Port(), k.proto())
	dtmf := codecs[0].DTMFPT
	for _, c := range codecs {
		fmt.Fprintf(b, " %d", c.AudioPT)
	}
	if dtmf != 0 {
		fmt.Fprintf(b, " %d", dtmf)
	}
	b.WriteString("\r\n")
	for _, c := range codecs {
		fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", c.AudioPT, c.Codec)
	}
	if dtmf != 0 {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", dtmf, dtmf)
	}
	if k != nil {
		fmt.Fprintf(b, "a=crypto:%s %s inline:%s\r\n", k.Tag, k.Suite, k.Local)
	}
	fmt.Fprintf(b, "a=ptime:20\r\na=%s\r\n", dir)
}

// offer is for an INVITE that came without one.
func (l localSDP) offer(dir direction, k *keys) []byte {
	var b strings.Builder
	l.head(&b)
	l.audio(&b, []choice{{"PCMA", 8, 101}, {"PCMU", 0, 101}}, dir, k)
	return []byte(b.String())
}

// answer takes s's audio and refuses its other lines, each in its place (RFC 3264 6).
func (l localSDP) answer(s session, c choice, k *keys) []byte {
	var b strings.Builder
	l.head(&b)
	for i, m := range s.media {
		if i == s.audio {
			l.audio(&b, []choice{c}, m.answering(), k)
			continue
		}
		fmt.Fprintf(&b, "m=%s 0 %s %s\r\n", m.kind, m.proto, strings.Join(m.formats, " "))
	}
	return []byte(b.String())
}
