package roster

import (
	"regexp"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// person takes one line of people.
func (r *reader) person() {
	row := PersonRow{Line: r.line}
	home, ok := r.office("kantor")
	row.Office = home
	c := Card{
		Name: office.Private(r.get("nama")), Rank: r.get("pangkat"), NRP: office.Private(r.get("nrp")), Phone: office.Private(r.get("telepon")),
	}
	skills, good := r.skills()
	c.Skills = skills
	ok = ok && good && r.orders(&c) && r.marks(&c)
	card, f := Tidy(c, r.site.Today)
	if f != nil {
		r.bad(*f)
		ok = false
	} else if at := first(r, r.nrp, card.NRP); at != "" {
		r.bad(*fault("nrp", "NRP %s sudah ada di baris %s", "the NRP %s stands in line %s already", card.NRP, at))
		ok = false
	}
	row.Card = card
	if !ok || !r.account(&row) || !r.known(&row) || !r.move(&row) {
		return
	}
	for _, m := range (Person{Card: row.Card}).Ending(r.site.Today, 0) {
		if m.Until < r.site.Today {
			r.note(fault("latihan", "%s: latihan %s sudah habis masa berlakunya (%s)", "%s: the training %s has run out (%s)", row.Card.Name, m.What, m.Until))
		}
	}
	r.people = append(r.people, row)
}

// known finds whom the line is about when the NRP is in the roster.
func (r *reader) known(row *PersonRow) bool {
	old, ok := r.site.Roster.ByNRP(row.Card.NRP)
	if !ok {
		return true
	}
	at, _ := r.site.Offices.Get(old.Office(r.site.Today))
	switch {
	case !r.site.Offices.CanRead(r.site.Who.Office, at.ID):
		r.bad(*fault("nrp", "NRP %s terdaftar di kantor lain: minta kantor di atasnya mencatat mutasi", "the NRP %s is entered at another office: ask the office above to enter the move", row.Card.NRP))
	case !r.site.Update:
		r.bad(*fault("nrp", "NRP %s sudah terdaftar: %s, %s. Hapus baris ini, atau pilih perbarui yang sudah ada", "the NRP %s is entered already: %s, %s. Take the line out, or choose to update those who are known",
			row.Card.NRP, old.Title(), at.Name))
	case row.Office != at.ID && r.get("kantor") != "":
		r.bad(*fault("kantor", "%s terdaftar di %s: pindah kantor dicatat sebagai mutasi (kolom pindah_ke dan tanggal_pindah)", "%s is entered at %s: a change of office is entered as a move (columns pindah_ke and tanggal_pindah)",
			old.Title(), at.Name))
	default:
		row.Known, row.Office = old.ID, at.ID
		if row.Card.Account == "" {
			row.Card.Account = old.Card.Account
		}
		return true
	}
	return false
}

func (r *reader) account(row *PersonRow) bool {
	user := r.get("akun")
	if user == "" {
		return true
	}
	id, at, ok := r.site.Account(strings.ToLower(user))
	if !ok || !r.site.Offices.CanRead(r.site.Who.Office, at) {
		r.bad(*fault("akun", "akun %q tidak ada: kosongkan, atau minta administrator membuatnya", "there is no account %q: leave it empty, or ask the administrator to make it", user))
		return false
	}
	if p, taken := r.site.Roster.ByAccount(id); taken && p.Card.NRP != row.Card.NRP {
		r.bad(*fault("akun", "akun %q sudah milik %s", "the account %q belongs to %s already", user, p.Title()))
		return false
	}
	if before := first(r, r.accounts, id); before != "" {
		r.bad(*fault("akun", "akun %q sudah ada di baris %s", "the account %q stands in line %s already", user, before))
		return false
	}
	row.Card.Account = id
	return true
}

// orders reads sprin and its day. Several stand with | between.
func (r *reader) orders(c *Card) bool {
	numbers, days := split(r.get("sprin"), "|"), split(r.get("tanggal_sprin"), "|")
	if len(days) > len(numbers) {
		r.bad(*fault("tanggal_sprin", "ada tanggal sprin tanpa nomor sprin", "there is a day of an order without its number"))
		return false
	}
	for i, no := range numbers {
		o := Order{No: no}
		if i < len(days) {
			d, ok := r.day("tanggal_sprin", days[i])
			if !ok {
				return false
			}
			o.On = d
		}
		c.Sprin = append(c.Sprin, o)
	}
	return true
}

// until parts "Pertolongan pertama s.d. 2027-05-01", also with a colon or "sampai".
var until = regexp.MustCompile(`(?i)^(.*?)(?:\s*:\s*|\s+s\.?/?d\.?\s+|\s+sampai\s+)(.+)$`)

// marks reads trainings and until when they count, with | between.
func (r *reader) marks(c *Card) bool {
	for _, raw := range split(r.get("latihan"), "|") {
		m := Mark{What: raw}
		if parts := until.FindStringSubmatch(raw); parts != nil {
			d, ok := r.day("latihan", parts[2])
			if !ok {
				return false
			}
			m.What, m.Until = parts[1], d
		}
		c.Marks = append(c.Marks, m)
	}
	return true
}

// move reads the mutasi of a line.
func (r *reader) move(row *PersonRow) bool {
	if r.get("pindah_ke") == "" && r.get("tanggal_pindah") == "" {
		return true
	}
	if r.get("pindah_ke") == "" || r.get("tanggal_pindah") == "" {
		r.bad(*fault("tanggal_pindah", "mutasi perlu pindah_ke dan tanggal_pindah", "a move needs both pindah_ke and tanggal_pindah"))
		return false
	}
	to, ok := r.office("pindah_ke")
	if !ok {
		return false
	}
	d, ok := r.day("tanggal_pindah", r.get("tanggal_pindah"))
	if !ok {
		return false
	}
	switch {
	case d > r.site.Today.Plus(366):
		r.bad(*fault("tanggal_pindah", "tanggal pindah %s lebih dari setahun di depan: periksa tahunnya", "the day of the move, %s, is more than a year ahead: check the year", d))
	case d < r.site.Today.Plus(-366):
		r.bad(*fault("tanggal_pindah", "tanggal pindah %s lebih dari setahun yang lalu: tulis kantor yang sekarang saja", "the day of the move, %s, is more than a year ago: write the present office instead", d))
	case to == row.Office:
		r.bad(*fault("pindah_ke", "pindah ke kantor yang sama", "the move goes to the same office"))
	default:
		row.Move = &Move{From: row.Office, To: to, On: d, Order: r.get("sprin_pindah")}
		return true
	}
	return false
}

var months = map[string]string{
	"januari": "01", "februari": "02", "maret": "03", "april": "04", "mei": "05", "juni": "06", "juli": "07", "agustus": "08", "september": "09",
	"oktober": "10", "november": "11", "nopember": "11", "desember": "12", "jan": "01", "feb": "02", "mar": "03", "apr": "04", "jun": "06", "jul": "07",
	"agu": "08", "agt": "08", "sep": "09", "okt": "10", "nov": "11", "des": "12",
}

// day reads a date as people write it, the day before the month.
func (r *reader) day(column, raw string) (Day, bool) {
	text := strings.ToLower(strings.Join(strings.Fields(raw), " "))
	if parts := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '-' || c == '/' || c == '.' }); len(parts) == 3 && months[parts[1]] != "" {
		text = parts[0] + "-" + months[parts[1]] + "-" + parts[2]
	}
	for _, form := range []string{"2006-01-02", "2006/01/02", "2/1/2006", "2-1-2006", "2.1.2006", "2-01-2006", "2006-01-02T15:04:05Z", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return Day(t.Format(time.DateOnly)), true
		}
	}
	r.bad(*fault(column, "tanggal %q salah: tulis seperti 2026-11-23 atau 23/11/2026", "the date %q is wrong: write it like 2026-11-23 or 23/11/2026", raw))
	return "", false
}
