package office

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// directions are words before a place that say where beside it: they find nothing.
var directions = []string{
	"d", "di", "dpn", "depan", "dekat", "dkt", "deket", "samping", "smpg", "smping", "sebelah", "sblh", "belakang", "blkg", "blkng", "blakang",
	"seberang", "sbrg", "sebrang", "arah", "menuju", "sekitar", "pas", "persis", "ke", "dari", "yg", "yang", "pinggir", "pojok", "simpang",
	"smpang", "kiri", "kanan", "atas", "bawah", "sebelum", "sesudah", "setelah", "lewat", "jl", "jln", "jalan", "gg", "gang", "daerah", "kawasan",
	"wilayah", "lokasi", "tepatnya", "area", "near", "in", "front", "of", "behind", "opposite", "at", "the",
}

// short forms, and what they mean. Both what is typed and what is searched goes through it.
var short = map[string]string{
	"jl": "jalan", "jln": "jalan", "gg": "gang", "bpp": "balikpapan", "bpn": "balikpapan", "blpp": "balikpapan", "smd": "samarinda", "smr": "samarinda",
	"psr": "pasar", "ps": "pasar", "pel": "pelabuhan", "plb": "pelabuhan", "kec": "kecamatan", "kel": "kelurahan", "ds": "desa", "kp": "kampung",
	"kpg": "kampung", "kmp": "kampung", "jend": "jenderal", "jendral": "jenderal", "jnd": "jenderal", "sp": "simpang", "simp": "simpang",
	"mesjid": "masjid", "msjd": "masjid", "sta": "stasiun", "term": "terminal", "trm": "terminal", "komp": "kompleks", "komplek": "kompleks",
	"perum": "perumahan", "bndr": "bandara", "spbu": "spbu", "mall": "mal", "uin": "uin", "univ": "universitas", "kilometer": "km", "kilo": "km",
	"utr": "utara", "slt": "selatan", "tmr": "timur", "brt": "barat", "tgh": "tengah", "hatta": "hatta",
}

var kmPost = regexp.MustCompile(`(?i)\b(?:km|kilometer|kilo)\.?\s*(\d{1,3}(?:[.,]\d{1,2})?)\b`)

// kilometre reads "km 12 Soekarno-Hatta": the number, and what is left of the words.
func kilometre(s string) (km float64, rest string, ok bool) {
	at := kmPost.FindStringSubmatchIndex(s)
	if at == nil {
		return 0, "", false
	}
	km, err := strconv.ParseFloat(strings.ReplaceAll(s[at[2]:at[3]], ",", "."), 64)
	return km, strings.TrimSpace(strings.Trim(s[:at[0]]+" "+s[at[1]:], " ,-")), err == nil
}

// wordsOf folds a name to the words that are compared: small letters, no marks, old spelling as new, short forms written out.
func wordsOf(s string) []string {
	var words []string
	var b strings.Builder
	digit := false
	flush := func() {
		if b.Len() == 0 {
			return
		}
		w := b.String()
		b.Reset()
		if long, ok := short[w]; ok {
			w = long
		}
		if w == "sakit" && len(words) > 0 && words[len(words)-1] == "rumah" {
			words[len(words)-1] = "rs"
			return
		}
		if !digit {
			w = spelling.Replace(w)
		}
		words = append(words, w)
	}
	for _, r := range s {
		r = plain(unicode.ToLower(r))
		switch {
		case unicode.IsDigit(r):
			if !digit {
				flush()
			}
			digit = true
			b.WriteRune(r)
		case unicode.IsLetter(r):
			if digit {
				flush()
			}
			digit = false
			b.WriteRune(r)
		case r == '\'' || r == '’' || r == '`': // Al-Ma'ruf, Qur'an: said as one word
		default:
			flush()
		}
	}
	flush()
	return words
}

// spelling brings the spelling before 1972 to today's, and letters that sound alike together.
var spelling = strings.NewReplacer("oe", "u", "dj", "j", "tj", "c", "sj", "sy", "nj", "ny", "ph", "f", "v", "f", "z", "s", "x", "ks", "q", "k")

// plain takes marks from letters.
func plain(r rune) rune {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return 'a'
	case 'è', 'é', 'ê', 'ë':
		return 'e'
	case 'ì', 'í', 'î', 'ï':
		return 'i'
	case 'ò', 'ó', 'ô', 'õ', 'ö':
		return 'o'
	case 'ù', 'ú', 'û', 'ü':
		return 'u'
	case 'ñ':
		return 'n'
	case 'ç':
		return 'c'
	}
	return r
}

// withoutDirections drops what only says where beside a place. When nothing else was typed it stays.
func withoutDirections(words []string) []string {
	i := 0
	for i < len(words) && slices.Contains(directions, words[i]) {
		i++
	}
	if i == len(words) {
		return words
	}
	return words[i:]
}

// gramsOf are all runs of three letters of a word with its ends marked.
func gramsOf(word string) []string {
	s := "^" + word + "$"
	if len(s) < 3 {
		return nil
	}
	list := make([]string, 0, len(s)-2)
	for i := 0; i+3 <= len(s); i++ {
		if three := s[i : i+3]; !slices.Contains(list, three) {
			list = append(list, three)
		}
	}
	return list
}

func onlyDirections(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(directions, w) })
}
