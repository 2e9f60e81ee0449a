package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Fault is something wrong with a line of a file, or a field of a form, in words that tell what to do.
type Fault struct {
	Sheet  string // of a workbook, else empty
	Line   int    // as the file's own program counts; 0: the whole file
	Column string // "nrp", as in the file's head
	ID, EN string
}

func (f Fault) String() string { return f.in("baris", f.ID) }

// English is the same in English.
func (f Fault) English() string { return f.in("line", f.EN) }

func (f Fault) in(line, text string) string {
	where := ""
	if f.Sheet != "" {
		where = f.Sheet + ", "
	}
	if f.Line > 0 {
		where += fmt.Sprintf("%s %d: ", line, f.Line)
	}
	return where + text
}

func fault(column, id, en string, args ...any) *Fault {
	return &Fault{Column: column, ID: fmt.Sprintf(id, args...), EN: fmt.Sprintf(en, args...)}
}

// ranks of the Polri from the lowest up (Perkap 3/2016), then those of civil servants as the roster needs them.
var ranks = []string{
	"Bharada", "Bharatu", "Bharaka", "Abripda", "Abriptu", "Abrip", "Bripda", "Briptu", "Brigadir", "Bripka", "Aipda", "Aiptu",
	"Ipda", "Iptu", "AKP", "Kompol", "AKBP", "Kombes Pol", "Brigjen Pol", "Irjen Pol", "Komjen Pol", "Jenderal Pol",
}

var civil = []string{"PNS", "PPPK", "Juru", "Pengatur", "Pengda", "Penda", "Penata", "Pembina"}

var rankAlias = map[string]string{
	"brigpol": "Brigadir", "brig": "Brigadir", "brigadirpol": "Brigadir", "kombes": "Kombes Pol", "brigjen": "Brigjen Pol", "irjen": "Irjen Pol",
	"komjen": "Komjen Pol", "jenderal": "Jenderal Pol",
}

// rankOf is how high a rank is; -1: none of the Polri's.
func rankOf(rank string) int { return slices.Index(ranks, rank) }

// Rank finds a rank however it is written: "BRIPKA", "kombes.pol.".
func Rank(raw string) (string, bool) {
	key := letters(raw)
	for _, r := range slices.Concat(ranks, civil) {
		if letters(r) == key {
			return r, true
		}
	}
	if r, ok := rankAlias[key]; ok {
		return r, true
	}
	for _, c := range civil { // "Penata Muda Tk. I"
		if first, _, more := strings.Cut(strings.TrimSpace(raw), " "); more && strings.EqualFold(first, c) {
			return strings.Join(strings.Fields(raw), " "), true
		}
	}
	return "", false
}

// Ranks lists those of the Polri, the lowest first.
func Ranks() []string { return slices.Clone(ranks) }

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

var skillAlias = map[string]incident.Skill{
	"jihandak": incident.Bomb, "penjinakbom": incident.Bomb, "lalulintas": incident.Traffic, "serse": incident.Detect, "samapta": incident.Crowd,
	"dalmas": incident.Crowd, "negosiasi": incident.Talker, "p3k": incident.Medic, "medik": incident.Medic, "dokkes": incident.Medic,
	"polair": incident.Water, "perempuandananak": incident.PPA, "unitppa": incident.PPA,
}

// Skill finds a skill by its short word or what people write for it.
func Skill(raw string) (incident.Skill, bool) {
	key := letters(raw)
	if s, ok := skillAlias[key]; ok {
		return s, true
	}
	s := incident.Skill(key)
	return s, slices.Contains(incident.Skills(), s)
}

var (
	nrpForm  = regexp.MustCompile(`^(\d{8}|\d{18})$`)
	notDigit = regexp.MustCompile(`[^0-9]`)
)

// Tidy brings a card into form and says what is wrong with it first; nil when nothing is.
func Tidy(c Card, today Day) (Card, *Fault) {
	c.Name = office.Private(strings.Join(strings.Fields(string(c.Name)), " "))
	n := utf8.RuneCountInString(string(c.Name))
	switch {
	case n == 0:
		return c, fault("nama", "nama kosong: isi nama orangnya", "the name is empty: write the person's name")
	case n > 100:
		return c, fault("nama", "nama lebih dari 100 huruf: singkatkan", "the name has over 100 letters: shorten it")
	case strings.ContainsAny(string(c.Name), "0123456789"):
		return c, fault("nama", "nama %q berisi angka: apakah kolomnya bergeser?", "the name %q has digits: have the columns shifted?", c.Name)
	}
	rank, ok := Rank(c.Rank)
	if !ok {
		return c, fault("pangkat", "pangkat %q tidak dikenal: tulis misalnya Bripda, Bripka, Aipda, Ipda, AKP", "the rank %q isn't known: write for instance Bripda, Bripka, Aipda, Ipda, AKP", c.Rank)
	}
	c.Rank = rank
	nrp, f := tidyNRP(string(c.NRP))
	if f != nil {
		return c, f
	}
	c.NRP = office.Private(nrp)
	if c.Phone != "" {
		num, ok := office.ParseNumber(string(c.Phone))
		if !ok || len(num) < 9 {
			return c, fault("telepon", "telepon %q bukan nomor: tulis seperti 0812-3456-7890", "the phone %q is no number: write it like 0812-3456-7890", c.Phone)
		}
		c.Phone = office.Private(num)
	}
	for _, s := range c.Skills {
		if !slices.Contains(incident.Skills(), s) {
			return c, badSkill(string(s))
		}
	}
	c.Skills, c.Sprin, c.Marks = unique(c.Skills), slices.Clone(c.Sprin), slices.Clone(c.Marks)
	for i, o := range c.Sprin {
		o.No = strings.Join(strings.Fields(o.No), " ")
		if o.No == "" || len(o.No) > 120 {
			return c, fault("sprin", "nomor sprin harus 1 sampai 120 huruf", "the number of an order must have 1 to 120 letters")
		}
		if f := checkDay("tanggal_sprin", o.On, "1980-01-01", today, today); f != nil {
			return c, f
		}
		c.Sprin[i] = o
	}
	for i, m := range c.Marks {
		m.What = strings.Join(strings.Fields(m.What), " ")
		if m.What == "" || len(m.What) > 120 {
			return c, fault("latihan", "nama latihan harus 1 sampai 120 huruf", "the name of a training must have 1 to 120 letters")
		}
		if f := checkDay("latihan", m.Until, "1990-01-01", today.Plus(20*366), today); f != nil {
			return c, f
		}
		c.Marks[i] = m
	}
	return c, nil
}

func tidyNRP(raw string) (string, *Fault) {
	raw = strings.TrimSpace(raw)
	digits := notDigit.ReplaceAllString(raw, "")
	switch {
	case raw == "":
		return "", fault("nrp", "NRP kosong: isi 8 angka (NRP) atau 18 angka (NIP)", "the NRP is empty: write 8 digits (NRP) or 18 (NIP)")
	case strings.ContainsAny(raw, "eE") && strings.ContainsAny(raw, "+.,"):
		return "", fault("nrp", "NRP %q diubah lembar sebar menjadi bilangan: format kolomnya sebagai teks lalu isi lagi", "the spreadsheet turned the NRP %q into a number: format the column as text and enter it again", raw)
	case len(digits) == 7 && digits == raw:
		return "", fault("nrp", "NRP %q hanya 7 angka: angka nol di depan hilang? Format kolomnya sebagai teks", "the NRP %q has 7 digits: was a leading zero lost? Format the column as text", raw)
	case !nrpForm.MatchString(digits) || strings.ContainsFunc(raw, unicode.IsLetter):
		return "", fault("nrp", "NRP %q salah: 8 angka (NRP) atau 18 angka (NIP)", "the NRP %q is wrong: 8 digits (NRP) or 18 (NIP)", raw)
	case len(digits) == 8 && (digits[2:4] < "01" || digits[2:4] > "12"):
		return "", fault("nrp", "NRP %q salah: angka ke-3 dan ke-4 adalah bulan lahir, 01 sampai 12", "the NRP %q is wrong: its 3rd and 4th digits are the month of birth, 01 to 12", raw)
	}
	return digits, nil
}

func badSkill(raw string) *Fault {
	var known []string
	for _, s := range incident.Skills() {
		known = append(known, string(s))
	}
	return fault("keahlian", "keahlian %q tidak dikenal; yang dikenal: %s", "the skill %q isn't known; those known: %s", raw, strings.Join(known, ", "))
}

// checkDay says what is wrong with a day: no day, before first, after last.
func checkDay(column string, d, first, last, today Day) *Fault {
	if d == "" {
		return nil
	}
	switch _, ok := d.Time(time.UTC); {
	case !ok:
		return fault(column, "tanggal %q salah: tulis seperti 2026-11-23 atau 23/11/2026", "the date %q is wrong: write it like 2026-11-23 or 23/11/2026", d)
	case d < first:
		return fault(column, "tanggal %s terlalu lampau: periksa tahunnya", "the date %s is too long ago: check the year", d)
	case d > last && last == today:
		return fault(column, "tanggal %s ada di masa depan (hari ini %s): periksa", "the date %s lies in the future (today is %s): check it", d, today)
	case d > last:
		return fault(column, "tanggal %s terlalu jauh di depan: periksa tahunnya", "the date %s is too far ahead: check the year", d)
	}
	return nil
}

func unique[T comparable](list []T) []T {
	var out []T
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
