package office

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Number is a phone number in E.164, for example "+6281234567890". Empty means that the caller's number is
// withheld or missing. Short service numbers ("112") stay as dialled.
type Number string

// ParseNumber brings a number as the trunk wrote it ("0812…", "62812…", "+62 812-…") into E.164 for Indonesia.
// Text that is no number gives "" and false.
func ParseNumber(raw string) (Number, bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return "", false
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		if strings.ContainsRune(" -.()/", r) {
			return -1
		}
		return 'x'
	}, raw)
	if strings.ContainsRune(digits, 'x') || strings.LastIndexByte(digits, '+') > 0 || len(digits) > 20 {
		return "", false
	}
	if len(digits) <= 4 {
		return Number(digits), digits != "+"
	}
	if strings.HasPrefix(digits, "62") && len(digits) >= 9 {
		digits = "+" + digits
	}
	if n, ok := mobile(digits); ok {
		return n, true
	}
	n, err := phonenumbers.Parse(digits, "ID")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return Number(phonenumbers.Format(n, phonenumbers.E164)), true
}

// mobile is ParseNumber for what most callers have, without the library's patterns, which are most of what reading an
// INVITE would cost.
func mobile(digits string) (Number, bool) {
	rest, ok := strings.CutPrefix(digits, "+62")
	if !ok {
		if rest, ok = strings.CutPrefix(digits, "0"); !ok {
			return "", false
		}
	}
	if len(rest) < 9 || len(rest) > 12 || rest[0] != '8' {
		return "", false
	}
	return Number("+62" + rest), true
}

// Display writes the number as people in Indonesia read it: "0812-3456-7890", "(disembunyikan)" when empty.
func (n Number) Display() string {
	if n == "" {
		return "(disembunyikan)"
	}
	s := string(n)
	if rest, ok := strings.CutPrefix(s, "+62"); ok {
		s = "0" + rest
		var parts []string
		for len(s) > 5 {
			parts = append(parts, s[:4])
			s = s[4:]
		}
		return strings.Join(append(parts, s), "-")
	}
	return s
}
