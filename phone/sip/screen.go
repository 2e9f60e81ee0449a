package sip

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Sizes a trunk has no need to go over.
const (
	maxHead = 16 << 10
	maxBody = 32 << 10
)

// screen looks at messages before sipgo does. Its parser forgives what RFC 3261 doesn't (wrong version, doubled
// headers, CSeq of another method) and drops without a word what it can't read; carriers want an answer.
type screen struct {
	trunks []Trunk
	silent bool
	parser *sip.Parser
	secret [16]byte // of To tags in answers that keep no state
	onACK  func(ack *sip.Request, from netip.Addr)
	traces *traces
	names  names // of the trunks' servers
}

func newScreen(trunks []Trunk, silent bool) *screen {
	s := &screen{trunks: trunks, silent: silent, parser: sip.NewParser()}
	_, _ = rand.Read(s.secret[:]) // never fails
	return s
}

// heard remembers a message that went over the wire.
func (s *screen) heard(in bool, transport string, peer netip.AddrPort, data []byte) {
	if s.traces != nil {
		s.traces.note(in, transport, peer, data)
	}
}

// trunkOf finds the trunk a message came from, nil when it is nobody we know.
func (s *screen) trunkOf(from netip.Addr) *Trunk {
	for i := range s.trunks {
		if s.holds(&s.trunks[i], from) {
			return &s.trunks[i]
		}
	}
	return nil
}

// holds says whether a message from there is this trunk's: from one of its peers, or from its server, which answers us.
func (s *screen) holds(t *Trunk, from netip.Addr) bool {
	from = from.Unmap()
	return slices.ContainsFunc(t.Peers, func(p netip.Prefix) bool { return p.Contains(from) }) || s.names.is(t.Out.Server, from)
}

// verdict is what shall become of a message. The zero verdict lets it pass.
type verdict struct {
	status int // answer this without keeping state
	reason string
	extra  string // more header lines, each with CRLF
	drop   bool
}

func refuse(status int, reason string) verdict { return verdict{status: status, reason: reason} }

// known are the methods that we know, whether or not we allow them (RFC 3261 21.5.2: 501 is for the others).
var known = map[string]bool{
	"INVITE": true, "ACK": true, "CANCEL": true, "BYE": true, "OPTIONS": true, "INFO": true, "UPDATE": true,
	"REFER": true, "PRACK": true, "REGISTER": true, "SUBSCRIBE": true, "NOTIFY": true, "PUBLISH": true, "MESSAGE": true,
}

// examine judges a whole message of somebody at from.
func (s *screen) examine(data []byte, from netip.Addr, stream bool) (rawMessage, verdict) {
	m, ok := parseRaw(data)
	if !ok {
		return m, verdict{drop: true}
	}
	if s.trunkOf(from) == nil {
		if s.silent || !m.request || m.method == "ACK" {
			return m, verdict{drop: true}
		}
		return m, refuse(403, "Unknown Trunk")
	}
	if !m.request {
		return m, s.examineResponse(m, data)
	}
	v := s.examineRequest(m, stream)
	if v == (verdict{}) {
		if err := s.tryParse(tidy(m, data)); err != nil {
			v = refuse(400, "Malformed Message")
		}
	}
	if v.status != 0 && (m.method == "ACK" || m.count("via") == 0) {
		return m, verdict{drop: true} // RFC 3261 17: nothing answers an ACK; without a Via nobody could match it
	}
	return m, v
}

// tryParse tells whether sipgo will read the message. A parser that panics must not take the calls along.
func (s *screen) tryParse(data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("parse SIP: %v", p)
		}
	}()
	_, err = s.parser.ParseSIP(data)
	return err
}

// pass gives a message that passed in the form that sipgo gets. sipgo handles each on a goroutine of its own, so an ACK
// may be overtaken by the BYE or re-INVITE behind it; its leg is told here, where messages still are in order.
func (s *screen) pass(m rawMessage, data []byte, from netip.Addr) []byte {
	clean := tidy(m, data)
	if m.request && m.method == "ACK" && s.onACK != nil {
		if msg, err := s.parser.ParseSIP(clean); err == nil {
			if ack, ok := msg.(*sip.Request); ok {
				s.onACK(ack, from)
			}
		}
	}
	return clean
}

func (s *screen) examineResponse(m rawMessage, data []byte) verdict {
	// RFC 3261 8.1.3.3: a response with more than one Via isn't ours.
	if !strings.EqualFold(m.version, "SIP/2.0") || m.count("via") != 1 || strings.Contains(m.first("via"), ",") ||
		len(m.uri) != 3 || m.uri[0] < '1' || m.uri[0] > '6' || s.tryParse(data) != nil {
		return verdict{drop: true}
	}
	return verdict{}
}

func (s *screen) examineRequest(m rawMessage, stream bool) verdict {
	if !strings.EqualFold(m.version, "SIP/2.0") {
		return refuse(505, "Version Not Supported")
	}
	if m.broken != "" {
		return refuse(400, m.broken)
	}
	for _, name := range []string{"via", "from", "to", "call-id", "cseq"} {
		if m.first(name) == "" {
			return refuse(400, "Missing "+name)
		}
	}
	for _, name := range []string{"from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type"} {
		if m.count(name) > 1 {
			return refuse(400, "Several "+name)
		}
	}
	if v := examineNumbers(m, stream); v != (verdict{}) {
		return v
	}
	if !known[m.method] {
		return refuse(501, "Not Implemented")
	}
	if otherScheme(m.uri) {
		return refuse(416, "Unsupported URI Scheme")
	}
	if strings.ContainsAny(m.uri, "<>\"") || strings.HasPrefix(strings.ToLower(m.uri), "sip") && strings.Contains(m.uri, "?") {
		return refuse(400, "Malformed Request-URI")
	}
	for _, name := range []string{"from", "to", "contact"} {
		for _, v := range m.all(name) {
			if !balanced(v) {
				return refuse(400, "Malformed "+name)
			}
			if !strings.Contains(v, "<") && strings.ContainsAny(v, "?,") {
				return refuse(400, "Malformed "+name) // RFC 3261 20.10: needs < and >
			}
		}
	}
	if branch(m.first("via")) == sip.RFC3261BranchMagicCookie {
		return refuse(400, "Missing Transaction Identifier")
	}
	if len(m.body) > maxBody {
		return refuse(413, "Request Entity Too Large")
	}
	return verdict{}
}

// otherScheme says that a URI is well made (RFC 3986 3.1) but of a kind that can't be called.
func otherScheme(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	if !ok || scheme == "" || strings.ContainsFunc(scheme, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
	}) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "sip", "sips", "tel":
		return false
	}
	return true
}

func examineNumbers(m rawMessage, stream bool) verdict {
	number, method, ok := strings.Cut(m.first("cseq"), " ")
	if n, err := strconv.ParseUint(number, 10, 32); !ok || err != nil || n > 1<<31-1 {
		return refuse(400, "Malformed CSeq")
	}
	if strings.TrimSpace(method) != m.method {
		return refuse(400, "CSeq Method Mismatch")
	}
	if m.count("max-forwards") == 1 {
		if n, err := strconv.ParseUint(m.first("max-forwards"), 10, 32); err != nil || n > 255 {
			return refuse(400, "Malformed Max-Forwards")
		}
	}
	if m.count("content-length") == 1 {
		n, err := strconv.ParseUint(m.first("content-length"), 10, 31)
		if err != nil {
			return refuse(400, "Malformed Content-Length")
		}
		if n > maxBody {
			return refuse(413, "Request Entity Too Large")
		}
		if !stream && n > uint64(len(m.body)) {
			return refuse(400, "Content-Length Larger Than Message")
		}
	} else if stream {
		return refuse(400, "Missing Content-Length")
	}
	return verdict{}
}

// balanced says whether each quoted string of a header is closed.
func balanced(v string) bool {
	quoted := false
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		}
	}
	return !quoted
}

// answer writes a response to m without any state. to is where it goes over UDP: the address the request came from,
// and the port that its Via asks for (RFC 3261 18.2.2, RFC 3581 4).
func (s *screen) answer(m rawMessage, v verdict, from netip.AddrPort) (data []byte, to netip.AddrPort) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", v.status, v.reason)
	to = from
	for i, via := range m.all("via") {
		if i == 0 {
			via, to = receivedVia(via, from)
		}
		fmt.Fprintf(&b, "Via: %s\r\n", via)
	}
	for _, h := range []struct{ key, name string }{{"from", "From"}, {"to", "To"}, {"call-id", "Call-ID"}, {"cseq", "CSeq"}} {
		value := m.first(h.key)
		if value == "" {
			continue
		}
		if h.key == "to" && !strings.Contains(strings.ReplaceAll(strings.ToLower(value), " ", ""), ";tag=") {
			value += ";tag=" + s.statelessTag(m)
		}
		fmt.Fprintf(&b, "%s: %s\r\n", h.name, value)
	}
	b.WriteString(v.extra)
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.Bytes(), to
}

// statelessTag is the same for each copy of a request (RFC 3261 8.2.7).
func (s *screen) statelessTag(m rawMessage) string {
	h := sha256.New()
	h.Write(s.secret[:])
	for _, name := range []string{"via", "from", "call-id", "cseq"} {
		h.Write([]byte(m.first(name)))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
