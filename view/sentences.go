package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// callText says in Indonesian what a line of a call's timeline tells. (English and others: screens have the event's name.)
func (v *View) callText(c CallRow, l line) string {
	seat := v.seat(c.Office, l)
	switch l.what {
	case "dialled":
		if c.Withheld || c.Number == "" {
			return "Panggilan masuk, nomor disembunyikan"
		}
		return "Panggilan masuk dari " + c.NumberText
	case "rang":
		if call.OfferKind(l.code) == call.ToTransfer {
			return "Berdering di " + seat
		}
		return "Ditawarkan ke " + seat
	case "unoffered":
		return unofferedText(seat, call.UnofferedBy(l.code))
	case "ungated":
		return ungatedText(call.GateHow(l.code))
	case "lifted":
		return liftedText(call.GateHow(l.code))
	case "requeued":
		if l.code == "urgent" {
			return "Kembali ke antrean " + v.officeName(l.office) + ", paling depan"
		}
		return "Kembali ke antrean " + v.officeName(l.office)
	case "raised":
		return "Belum dijawab, semua meja yang siap ikut berdering"
	case "answered":
		if l.office != c.Office {
			return "Dijawab " + v.officeName(l.office) + v.by(" (", l.who, ")")
		}
		return "Dijawab" + v.by(" ", l.who, "") + " di " + seat
	case "transfer_began":
		return "Dialihkan ke " + v.officeName(l.office)
	case "taken_back":
		return "Diambil kembali: " + chipText(v.officeName(l.office), call.Chip(l.code))
	case "held_again":
		return "Sambungan petugas penerima putus, penelepon kembali ke " + seat
	case "left":
		return sentence(seat) + " meninggalkan pembicaraan"
	case "orphaned":
		return "Sambungan " + seat + " putus, penelepon mendengar pengumuman"
	case "holder_gone":
		return "Sambungan " + seat + " putus, pengalihan berjalan terus"
	case "reattached":
		return sentence(seat) + " tersambung kembali dengan penelepon"
	case "caller_left":
		if l.code == "network" {
			return "Sambungan penelepon putus"
		}
		return "Penelepon menutup telepon"
	case "linked":
		return "Laporan dibuat untuk panggilan ini"
	case "promised", "hold_set", "guest_asked", "guest_joined", "guest_left", "merged", "gave_away", "reached", "tried", "settled":
		return v.guestText(l)
	case "silent_prompted":
		if l.who != "" {
			return "Penelepon diminta menekan 5 dua kali oleh" + v.by(" ", l.who, "")
		}
		return "Penelepon diam, diminta menekan 5 dua kali (ke-" + l.code + ")"
	case "silent_emergency":
		if l.who != "" {
			return "DARURAT SENYAP ditandai" + v.by(" ", l.who, "") + ": penelepon tidak mendengar apa pun dari kita"
		}
		return "DARURAT SENYAP: penelepon menekan 5 dua kali, tidak mendengar apa pun dari kita"
	case "mute_set":
		if l.code == "true" {
			return "Suara ke penelepon dimatikan" + v.by(" oleh ", l.who, "")
		}
		return "Suara ke penelepon dibuka kembali" + v.by(" oleh ", l.who, "")
	case "adopted":
		return "Sistem dimulai ulang dan mengambil panggilan kembali"
	case "closed":
		return v.closedText(l)
	case "tape_sealed":
		seconds, _ := strconv.Atoi(l.code) // written by callLine: always a number
		return "Rekaman disimpan, " + durationText(time.Duration(seconds)*time.Second)
	}
	return l.what
}

// seat is "meja 2" in the call's own office, else "Polresta Balikpapan meja 1".
func (v *View) seat(own office.ID, l line) string {
	n := string(l.seat)
	if i := strings.LastIndexByte(n, '/'); i >= 0 {
		n = n[i+1:]
	}
	if l.office == own {
		return "meja " + n
	}
	return v.officeName(l.office) + " meja " + n
}

// sentence begins a sentence with a seat.
func sentence(seat string) string {
	if rest, ok := strings.CutPrefix(seat, "meja"); ok {
		return "Meja" + rest
	}
	return seat
}

// by is a person's name between two texts, or nothing.
func (v *View) by(before string, p office.PersonID, after string) string {
	if p == "" {
		return ""
	}
	return before + v.name(p) + after
}

func ungatedText(how call.GateHow) string {
	switch how {
	case call.ByKey8:
		return "Melewati gerbang: menekan 8"
	case call.BySpeech:
		return "Melewati gerbang: berbicara"
	case call.ByFives:
		return "Melewati gerbang: menekan 5 dua kali, darurat senyap"
	case call.BySilence:
		return "Diam di gerbang, menunggu di jalur rendah"
	case call.ByRedialled:
		return "Melewati gerbang: menelepon lagi"
	}
	return "Melewati gerbang"
}

func liftedText(how call.GateHow) string {
	if how == "" {
		return "Cukup lama di jalur rendah, menunggu seperti yang lain"
	}
	return ungatedText(how) + ", keluar dari jalur rendah"
}

func unofferedText(seat string, why call.UnofferedBy) string {
	switch why {
	case call.Missed:
		return sentence(seat) + " tidak menjawab"
	case call.WasFaster:
		return sentence(seat) + " berhenti berdering, meja lain lebih dahulu menjawab"
	case call.WasTaken:
		return sentence(seat) + " berhenti berdering, sudah ikut bicara"
	case call.Refused:
		return sentence(seat) + " menolak"
	case call.NotRung:
		return sentence(seat) + " tidak berdering, layarnya tidak tersambung"
	case call.Withdrawn:
		return sentence(seat) + " berhenti berdering"
	}
	return sentence(seat) + ": " + string(why)
}

func chipText(from string, why call.Chip) string {
	switch why {
	case call.Busy:
		return from + " sibuk"
	case call.NoAnswer:
		return from + " tidak menjawab"
	case call.Declined:
		return from + " menolak"
	case call.Nobody:
		return "tidak ada petugas di " + from
	case call.LineLost:
		return "sambungan ke " + from + " putus"
	case call.AskedUp:
		return "petugas piket " + from + " meminta pengawas"
	case call.ByOurSide:
		return "pengalihan ke " + from + " dibatalkan petugas"
	}
	return from + ", " + string(why)
}

func (v *View) closedText(l line) string {
	o := call.Outcome(l.code)
	text := string(o)
	if info, ok := o.Info(); ok {
		text = info.ID
	}
	extra := strings.SplitN(l.extra, "|", 3)
	for len(extra) < 3 {
		extra = append(extra, "")
	}
	if extra[0] != "" {
		text += " (" + strings.ReplaceAll(extra[0], "_", "-") + ")"
	}
	if extra[1] != "" {
		text += " (" + strings.ToUpper(extra[1]) + ")"
	}
	switch call.Callback(extra[2]) {
	case call.Owed, call.OwedFirst:
		text += ", perlu dihubungi kembali"
	case call.Danger:
		text += ", jangan dihubungi kembali: penelepon dalam bahaya"
	case call.NotOwed:
	}
	if l.seat == "" {
		return "Berakhir: " + text
	}
	return "Ditutup" + v.by(" ", l.who, "") + ": " + text
}

func durationText(d time.Duration) string {
	if m := int(d.Minutes()); m > 0 {
		return fmt.Sprintf("%d menit %d detik", m, int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d detik", int(d.Seconds()))
}

// incidentText says in Indonesian what a line of an incident's timeline tells.
func (v *View) incidentText(l incidentLine) string {
	if l.code == asEvent {
		events, _, err := incident.Codec.Decode([]byte(l.words))
		if err != nil || len(events) == 0 {
			return l.what
		}
		_, _, text := incident.Say(events[0], incident.Names{Office: v.officeName, Person: v.name})
		return text
	}
	switch l.what {
	case "typed":
		if l.code == "first" {
			return "Laporan mulai ditulis"
		}
		return "Laporan diubah"
	case "numbered":
		return "Nomor laporan " + l.code
	case "sent":
		if l.code == "unsure" {
			return "Dikirim ke " + v.officeName(l.office) + " oleh sistem, belum dipastikan"
		}
		return "Dikirim ke " + v.officeName(l.office)
	case "accepted":
		return "Diterima " + v.officeName(l.office) + v.by(" (", l.who, ")")
	case "noted":
		return string(l.words)
	case "escalated":
		switch incident.Level(l.code) {
		case incident.ToChief:
			return "Belum diterima, perwira jaga diberi tahu"
		case incident.ToSupervisor:
			return "Belum diterima, pengawas Polda diberi tahu"
		case incident.ToMabes:
			return "Belum diterima, Mabes diberi tahu"
		case incident.NotEscalated, incident.ToDispatcher:
		}
		return "Belum diterima, " + l.code + " diberi tahu"
	case "dropped":
		return "Tidak valid, laporan tidak diteruskan"
	case "closed":
		return "Selesai, " + strings.ReplaceAll(l.code, "_", " ") + ": " + string(l.words)
	}
	return l.what
}
