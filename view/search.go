package view

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/siaga110/siaga/office"
)

// Limits of a question: more helps nobody who looks at a list.
const (
	limitDefault = 50
	limitMax     = 200
	wordsMax     = 8
	wordMax      = 100 // bytes
)

func limitOf(n int) int {
	if n <= 0 {
		return limitDefault
	}
	return min(n, limitMax)
}

// searchable writes a number as people may look for it: with 62 and with 0.
func searchable(number string) string {
	if number == "" || number == string(office.Erased) {
		return ""
	}
	digits := onlyDigits(number)
	if rest, ok := strings.CutPrefix(digits, "62"); ok {
		return digits + " 0" + rest
	}
	return digits
}

// findable is text for the search; erased text can't be found.
func findable(text string) string {
	if text == string(office.Erased) {
		return ""
	}
	return text
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// looksLikeNumber: nothing but digits and what people put between them. A report number has a slash.
func looksLikeNumber(s string) bool {
	return strings.Trim(s, "0123456789 +-.()") == "" && len(onlyDigits(s)) >= 5
}

// match turns what a person typed into a question for FTS5: every word must begin some word of the row. Each is
// quoted, so that no operator of FTS5 can be typed. False: there is nothing to look for in it.
func match(q string) (string, bool) {
	words := []string{onlyDigits(q)}
	if !looksLikeNumber(q) {
		words = strings.Fields(q)
	}
	var out []string
	for _, w := range words {
		if looksLikeNumber(w) {
			w = onlyDigits(w)
		}
		w = strings.ToValidUTF8(w[:min(len(w), wordMax)], "")
		w = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, w)
		// FTS5 cuts a quoted word at everything that is no letter or digit; one without any matches nothing at all.
		if strings.IndexFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0 {
			continue
		}
		out = append(out, `"`+strings.ReplaceAll(w, `"`, `""`)+`" *`)
		if len(out) == wordsMax {
			break
		}
	}
	return strings.Join(out, " AND "), len(out) > 0
}

// cursor is the place after a row in a list that is ordered by first ring and position: both never change, so pages
// neither repeat nor miss a row when others come in.
type cursor struct {
	ring int64
	pos  uint64
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", c.ring, c.pos))
}

// cursorOf reads a cursor; an empty one is the list's beginning.
func cursorOf(s string) (cursor, error) {
	if s == "" {
		return cursor{ring: 1<<63 - 1, pos: 1<<63 - 1}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		ring, pos, _ := strings.Cut(string(text), ".")
		var c cursor
		if c.ring, err = strconv.ParseInt(ring, 10, 64); err == nil {
			if c.pos, err = strconv.ParseUint(pos, 10, 63); err == nil {
				return c, nil
			}
		}
	}
	return cursor{}, fmt.Errorf("%w: the cursor isn't one of this list", ErrQuery)
}

// checkDay says whether a day is a date; empty is none.
func checkDay(day string) error {
	if day == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fmt.Errorf("%w: the day must be like 2026-11-23", ErrQuery)
	}
	return nil
}

// where gathers conditions that must all hold.
type where struct {
	text []string
	args []any
}

func (w *where) and(text string, args ...any) {
	w.text = append(w.text, text)
	w.args = append(w.args, args...)
}

func (w *where) String() string { return strings.Join(w.text, " AND ") }
