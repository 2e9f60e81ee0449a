package view

import (
	"strings"

	"github.com/siaga110/siaga/call"
)

// guestText says in Indonesian what a line tells of guests, hold, calls of ours and what is owed.
func (v *View) guestText(l line) string {
	guest := "Pihak ke-" + l.code
	switch l.what {
	case "promised":
		return "Penelepon diberi tahu: tidak ada petugas, akan ditelepon kembali"
	case "hold_set":
		if l.code == "true" {
			return "Penelepon ditahan" + v.by(" oleh ", l.who, "")
		}
		return "Penelepon dilanjutkan" + v.by(" oleh ", l.who, "")
	case "guest_asked":
		name := l.extra
		if name == "" {
			name = v.officeName(l.office)
		}
		return guest + " diminta ikut: " + name
	case "guest_joined":
		return guest + " tersambung" + v.by(" (", l.who, ")")
	case "guest_left":
		return guest + " " + guestWhyText(call.GuestWhy(l.extra))
	case "merged":
		return guest + " bicara dengan penelepon"
	case "gave_away":
		return "Penelepon diserahkan kepada pihak ke-" + l.code + v.by(" oleh ", l.who, "")
	case "reached":
		return "Dijawab oleh yang ditelepon"
	case "tried":
		return "Ditelepon kembali" + v.by(" oleh ", l.who, "")
	case "settled":
		text := "Panggilan balik selesai: " + strings.ReplaceAll(l.code, "_", " ")
		if l.extra != "" {
			text += " (" + l.extra + ")"
		}
		return text
	}
	return l.what
}

func guestWhyText(why call.GuestWhy) string {
	switch why {
	case call.GuestHungUp:
		return "menutup telepon"
	case call.GuestBusy:
		return "sibuk"
	case call.GuestNoAnswer:
		return "tidak menjawab"
	case call.GuestNobody:
		return "tidak ada petugas"
	case call.GuestLost:
		return "terputus"
	case call.GuestDismissed:
		return "dikeluarkan"
	}
	return string(why)
}
