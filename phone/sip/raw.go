package sip

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// rawMessage is a message cut at its seams and no further, so that what is wrong with it can still be answered.
type rawMessage struct {
	request bool
	method  string // as written
	uri     string // of a response: the status code
	version string
	headers []rawHeader
	body    []byte
	broken  string // why the start line or the header lines are wrong
}

type rawHeader struct {
	name  string // long form in lower case
	value string // unfolded
}

var loneLineEnds = strings.NewReplacer("\r\n", "\r\n", "\r", " ", "\n", " ")

var longForms = map[string]string{
	"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length", "c": "content-type", "m": "contact",
	"k": "supported", "e": "content-encoding", "x": "session-expires",
}

// parseRaw fails for what isn't SIP at all.
func parseRaw(data []byte) (rawMessage, bool) {
	var m rawMessage
	head, body, found := bytes.Cut(data, []byte("\r\n\r\n"))
	m.body = body
	if !found {
		m.broken = "No End Of Header"
	}
	start, rest, _ := strings.Cut(string(head), "\r\n")
	if !m.startLine(start) {
		return m, false
	}
	if strings.ContainsAny(strings.ReplaceAll(string(head), "\r\n", ""), "\r\n") {
		m.broken = "Malformed Line End"
		rest = loneLineEnds.Replace(rest) // what is echoed in an answer must not begin a line of its own
	}
	for line := range strings.SplitSeq(rest, "\r\n") {
		if line == "" {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if n := len(m.headers); n > 0 {
				h := &m.headers[n-1]
				h.value = strings.TrimSpace(h.value + " " + strings.TrimSpace(line))
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			m.broken = "Malformed Header"
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if long, ok := longForms[name]; ok {
			name = long
		}
		m.headers = append(m.headers, rawHeader{name, strings.TrimSpace(value)})
	}
	return m, true
}

func (m *rawMessage) startLine(line string) bool {
	if len(line) > 4 && strings.EqualFold(line[:4], "SIP/") {
		parts := strings.SplitN(line, " ", 3)
		if len(parts) < 2 {
			return false
		}
		m.version, m.uri = parts[0], parts[1]
		return true
	}
	parts := strings.Fields(line)
	if len(parts) < 3 || !strings.HasPrefix(strings.ToUpper(parts[len(parts)-1]), "SIP/") {
		return false
	}
	m.request = true
	m.method, m.uri, m.version = parts[0], parts[1], parts[len(parts)-1]
	if strings.Join(parts, " ") != line || len(parts) != 3 {
		m.broken = "Malformed Request-Line"
	}
	return true
}

func (m *rawMessage) all(name string) []string {
	var values []string
	for _, h := range m.headers {
		if h.name == name {
			values = append(values, h.value)
		}
	}
	return values
}

func (m *rawMessage) count(name string) int { return len(m.all(name)) }

func (m *rawMessage) first(name string) string {
	for _, h := range m.headers {
		if h.name == name {
			return h.value
		}
	}
	return ""
}

// topVia cuts the first of several Via values that stand in one line.
func topVia(via string) (top, rest string) {
	quoted := false
	for i, c := range via {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return via[:i], via[i:]
		}
	}
	return via, ""
}

// viaParam finds a parameter of the first Via.
func viaParam(via, name string) (value string, ok bool) {
	top, _ := topVia(via)
	_, params, _ := strings.Cut(top, ";")
	for p := range strings.SplitSeq(params, ";") {
		k, v, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

func branch(via string) string {
	v, _ := viaParam(via, "branch")
	return v
}

// receivedVia notes in the first Via where the request came from, and tells where the answer goes.
func receivedVia(via string, from netip.AddrPort) (string, netip.AddrPort) {
	top, rest := topVia(via)
	if v, ok := viaParam(top, "rport"); ok && v == "" {
		var kept []string
		for p := range strings.SplitSeq(top, ";") {
			if !strings.EqualFold(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(p), "=")), "rport") {
				kept = append(kept, p)
			}
		}
		top = strings.Join(kept, ";") + ";rport=" + strconv.Itoa(int(from.Port())) + ";received=" + from.Addr().String()
		return top + rest, from
	}
	port := 5060
	sentBy, _, _ := strings.Cut(top, ";")
	sentBy = strings.TrimSpace(sentBy)
	if i := strings.LastIndexAny(sentBy, ":]"); i >= 0 && sentBy[i] == ':' {
		n, err := strconv.ParseUint(strings.TrimSpace(sentBy[i+1:]), 10, 16)
		if err != nil || n == 0 {
			return top + ";received=" + from.Addr().String() + rest, from
		}
		port = int(n)
	}
	return top + ";received=" + from.Addr().String() + rest, netip.AddrPortFrom(from.Addr(), uint16(port))
}
