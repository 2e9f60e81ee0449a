package sip

import (
	"net/url"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// partyOf says who calls: P-Asserted-Identity, which the carrier answers for (RFC 3325), else From.
func partyOf(req *sip.Request, trunk *Trunk) phone.Party {
	p := phone.Party{Trunk: trunk.Name, Dialled: dialled(req.Recipient), Diverted: diverted(req)}
	name, number, raw := asserted(req)
	sure := raw != "" && trunk.Trust != BelieveNobody || trunk.Trust == BelieveFrom
	from := req.From()
	if raw == "" && from != nil {
		name, number, raw = from.DisplayName, userOf(from.Address), from.Address.String()
	}
	p.Raw = clip(raw, 200)
	p.Withheld = withheld(req)
	if !p.Withheld {
		p.Name = displayName(name)
	}
	// An emergency service may know a withheld number that the carrier asserts; the trunk may say otherwise.
	if !p.Withheld || sure && !trunk.Hide {
		p.Number, _ = office.ParseNumber(number)
	}
	p.Trust = trustOf(p, number, sure)
	if p.Trust == SIMLess || p.Trust == Spoofed {
		p.Number = "" // nobody would answer there
	}
	return p
}

// trustOf says how sure a number is.
func trustOf(p phone.Party, number string, sure bool) phone.Trust {
	digits := strings.TrimLeft(number, "+0")
	switch {
	case simLess(number):
		return SIMLess
	case p.Number != "" && (string(p.Number) == p.Dialled || slices.Contains(services, digits)):
		return Spoofed // a service doesn't call itself, nor does another by its short number
	case p.Number == "":
		return phone.Missing
	case !sure:
		return phone.Claimed
	}
	return phone.Asserted
}

// Short for the room.
const (
	SIMLess = phone.SIMLess
	Spoofed = phone.Spoofed
)

// services are numbers that people call, and that call nobody.
var services = []string{"110", "112", "113", "115", "118", "119", "911"}

// simLess knows what networks put for a phone without a SIM: an IMEI, or a number of a country that isn't there
// (3GPP TS 23.167 Annex; operators' practice "+99…", "911" and IMEI digits).
func simLess(number string) bool {
	digits := strings.TrimPrefix(number, "+")
	if strings.HasPrefix(strings.ToLower(number), "imei") {
		return true
	}
	if strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return false
	}
	return strings.HasPrefix(number, "+99") && len(digits) >= 14 || strings.HasPrefix(digits, "911") && len(digits) >= 10 ||
		!strings.HasPrefix(number, "+") && !strings.HasPrefix(number, "0") && !strings.HasPrefix(number, "62") && len(digits) >= 14 && len(digits) <= 16
}

// diverted is the number that was dialled first: the last Diversion (RFC 5806: they stand newest first), else the first
// entry of History-Info (RFC 7044).
func diverted(req *sip.Request) string {
	pick := func(values []string, last bool) string {
		if len(values) == 0 {
			return ""
		}
		v := values[0]
		if last {
			v = values[len(values)-1]
		}
		var uri sip.Uri
		var params sip.HeaderParams
		if _, err := sip.ParseAddressValue(strings.TrimSpace(v), &uri, &params); err != nil {
			return ""
		}
		return clip(userOf(uri), 64)
	}
	list := func(name string) []string {
		var out []string
		for _, h := range req.GetHeaders(name) {
			out = append(out, splitOutside(h.Value(), ',')...)
		}
		return out
	}
	if d := pick(list("Diversion"), true); d != "" {
		return d
	}
	return pick(list("History-Info"), false)
}

// asserted takes the first identity with a number in it; a carrier may assert a sip: and a tel: one.
func asserted(req *sip.Request) (name, number, raw string) {
	for _, h := range req.GetHeaders("P-Asserted-Identity") {
		for _, v := range splitOutside(h.Value(), ',') {
			var uri sip.Uri
			var params sip.HeaderParams
			n, err := sip.ParseAddressValue(strings.TrimSpace(v), &uri, &params)
			if err != nil {
				continue
			}
			user := userOf(uri)
			if _, ok := office.ParseNumber(user); ok {
				return n, user, uri.String()
			}
			if raw == "" {
				name, number, raw = n, user, uri.String()
			}
		}
	}
	return name, number, raw
}

// withheld says whether the caller asked not to be shown (RFC 3323 4.2, RFC 3325 9.3).
func withheld(req *sip.Request) bool {
	for _, h := range req.GetHeaders("Privacy") {
		for v := range strings.FieldsFuncSeq(h.Value(), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			if slices.Contains([]string{"id", "user", "header"}, strings.ToLower(v)) {
				return true
			}
		}
	}
	from := req.From()
	if from == nil || len(req.GetHeaders("P-Asserted-Identity")) > 0 {
		return false
	}
	return strings.EqualFold(from.Address.Host, "anonymous.invalid") || strings.EqualFold(from.Address.User, "anonymous")
}

// userOf is the number part of a sip: or tel: URI, without parameters (RFC 3261 19.1.6, RFC 3966).
func userOf(uri sip.Uri) string {
	user := uri.User
	if uri.Scheme == "tel" {
		user = uri.Raw()
	}
	user, _, _ = strings.Cut(user, ";")
	if u, err := url.PathUnescape(user); err == nil {
		user = u
	}
	return user
}

func dialled(uri sip.Uri) string { return clip(userOf(uri), 64) }

// displayName makes what the trunk wrote fit for a screen: no control characters, not endless.
func displayName(s string) string {
	s = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1 // also the marks that turn text round
		}
		return r
	}, s)
	return clip(strings.TrimSpace(s), 80)
}

func clip(s string, n int) string {
	r := []rune(strings.ToValidUTF8(s, ""))
	if len(r) > n {
		r = r[:n]
	}
	return string(r)
}

// splitOutside cuts at sep where it stands neither in quotes nor in < >.
func splitOutside(s string, sep byte) []string {
	var parts []string
	quoted, angle, start := false, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '<' && !quoted:
			angle = true
		case c == '>' && !quoted:
			angle = false
		case c == sep && !quoted && !angle:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}
