package sip

import (
	"bytes"
	"strings"
)

// structured are the headers in whose parameters sipgo's parser stumbles over the white space that RFC 3261 25.1
// allows round separators ("tag = 98asjd8", "SIP / 2.0 / UDP").
var structured = map[string]string{
	"via": "Via", "from": "From", "to": "To", "contact": "Contact", "route": "Route", "record-route": "Record-Route",
	"cseq": "CSeq",
}

// tidy gives the message without such space, the same bytes when there is none.
func tidy(m rawMessage, data []byte) []byte {
	changed := false
	values := make([]string, len(m.headers))
	for i, h := range m.headers {
		values[i] = h.value
		if _, ok := structured[h.name]; ok {
			values[i] = tidyValue(h.value, h.name == "via")
			changed = changed || values[i] != h.value
		}
	}
	if !changed {
		return data
	}
	start, _, _ := bytes.Cut(data, []byte("\r\n"))
	var b bytes.Buffer
	b.Write(start)
	b.WriteString("\r\n")
	for i, h := range m.headers {
		name := h.name
		if long, ok := structured[name]; ok {
			name = long
		}
		b.WriteString(name + ": " + values[i] + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(m.body)
	return b.Bytes()
}

// tidyValue takes out the space round separators that stand neither in quotes nor in < >.
func tidyValue(v string, via bool) string {
	separators := ";=,"
	if via {
		separators = ";=,/"
	}
	var b strings.Builder
	quoted, angle, space := false, false, false
	last := byte(0)
	for i := 0; i < len(v); i++ {
		c := v[i]
		if !quoted && !angle && (c == ' ' || c == '\t') {
			space = true
			continue
		}
		if space {
			if last != 0 && !strings.ContainsRune(separators, rune(c)) && !strings.ContainsRune(separators, rune(last)) {
				b.WriteByte(' ')
			}
			space = false
		}
		b.WriteByte(c)
		switch {
		case quoted && c == '\\' && i+1 < len(v):
			i++
			b.WriteByte(v[i])
		case c == '"' && !angle:
			quoted = !quoted
		case c == '<' && !quoted:
			angle = true
		case c == '>' && !quoted:
			angle = false
		}
		last = c
		if quoted || angle {
			last = 'x'
		}
	}
	return b.String()
}
