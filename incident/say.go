package incident

import (
	"fmt"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Names tells what offices and people are called.
type Names struct {
	Office func(office.ID) string
	Person func(office.PersonID) string
}

// Say tells an event in Indonesian, as a row of a timeline does, with its time and whose act it was. An empty text
// needs no row. Other languages have the event's name.
func Say(e Event, n Names) (at time.Time, who office.PersonID, text string) {
	switch e := e.(type) {
	case Typed:
		if e.Rev != 1 {
			return e.At, e.By, "" // every keystroke batch would fill the page
		}
		return e.At, e.By, "Laporan mulai diisi" + sourceText(e.Source) + "."
	case Numbered:
		return e.At, system, "Nomor laporan " + e.No + "."
	case WasSent:
		if e.Unsure {
			return e.At, e.By, "Dikirim ke " + n.Office(e.To) + ", belum dipastikan: penelepon terputus."
		}
		return e.At, e.By, "Dikirim ke " + n.Office(e.To) + "."
	case WasAccepted:
		return e.At, e.By, "Diterima " + n.Office(e.Office) + "."
	case TargetSet:
		return e.At, system, targetText(e, n)
	case Noted:
		return e.Note.At, e.Note.By, string(e.Note.Text)
	case Pictured:
		return e.Picture.At, e.Picture.By, colon("Foto ditambahkan", e.Picture.Caption)
	case CallAsked:
		return e.At, e.By, "Petugas minta disambungkan dengan pelapor lewat 110."
	case CallAnswered:
		return e.At, e.By, colon("Permintaan bicara dengan pelapor ditangani", e.How)
	case CallJoined:
		return e.At, e.By, "Panggilan lain tentang kejadian ini digabungkan."
	case Escalated:
		return e.At, system, "Belum diterima, naik ke " + asked(e.To, e.Person, n) + "."
	case StepMissed:
		return e.At, system, missedText(e.Step) + ", naik ke " + asked(e.To, e.Person, n) + "."
	case Dropped:
		return e.At, e.By, "Panggilan tidak valid, draf ditutup."
	case WasCancelled:
		return e.At, e.By, colon("Dibatalkan", e.Why)
	case WasClosed:
		return e.At, e.By, colon("Selesai, "+strings.ReplaceAll(string(e.Result), "_", " "), e.Done)
	case WasTold:
		return e.At, e.By, colon("Pelapor diberi tahu", e.How)
	case WasReopened:
		return e.At, e.By, colon("Dibuka kembali", e.Why)
	}
	return sayMore(e, n)
}

const system = office.PersonID("system")

func sayMore(e Event, n Names) (at time.Time, who office.PersonID, text string) {
	switch e := e.(type) {
	case HandoverOffered:
		return e.At, e.By, colon("Ditawarkan ke "+n.Office(e.To), e.Why)
	case HandoverTaken:
		return e.At, e.By, "Diambil alih " + n.Office(e.To) + " dari " + n.Office(e.From) + "."
	case HandoverEnded:
		return e.At, e.By, colon("Pengalihan berakhir di "+n.Office(e.Office), e.Why)
	case WasLinked:
		return e.At, e.By, "Digabung ke laporan lain."
	case WasUnlinked:
		return e.At, e.By, "Dipisahkan dari laporan lain."
	case WasJoined:
		return e.At, e.By, "Laporan lain digabung ke sini."
	case WasParted:
		return e.At, e.By, "Laporan yang digabung dipisahkan lagi."
	case WasRestricted:
		if e.Shut {
			return e.At, e.By, "Laporan ditutup untuk umum."
		}
		return e.At, e.By, "Yang boleh melihat laporan diubah."
	case ReporterShown:
		return e.At, e.By, colon("Identitas pelapor dilihat", e.Why)
	case WasAssigned:
		if e.Stacked {
			return e.At, e.By, unitText(e.Sign, e.Unit) + " ditugaskan berikutnya."
		}
		return e.At, e.By, unitText(e.Sign, e.Unit) + " ditugaskan" + byText(e.Lead, n) + "."
	case Advanced:
		return e.At, e.By, advancedText(e)
	case Proved:
		return e.At, system, fmt.Sprintf("Posisi unit %s di tempat kejadian (%.0f m).", e.Unit, float64(e.Metres))
	case UnitTaken:
		return e.At, e.By, "Unit " + string(e.Unit) + " dilepas" + takenText(e.Why) + "."
	case Checked:
		return e.At, e.By, "Unit " + string(e.Unit) + " aman."
	case Waits:
		return e.At, e.By, colon("Menunggu unit", e.Why)
	case PhoneAsked:
		return e.At, system, missedText(e.Step) + ": " + LevelText(e.Level) + byText(e.Person, n) + " ditelepon."
	case Phoned:
		return e.At, e.Person, phonedText(e)
	case Typed, Numbered, WasSent, WasAccepted, TargetSet, Noted, Pictured, CallAsked, CallAnswered, CallJoined, Escalated, StepMissed, Dropped,
		WasCancelled, WasClosed, WasTold, WasReopened: // above
	}
	return time.Time{}, "", ""
}

func colon(text string, words office.Private) string {
	if words == "" {
		return text + "."
	}
	return text + ": " + string(words)
}

func sourceText(s Source) string {
	switch s {
	case FromWalkIn:
		return ", pelapor datang"
	case FromRadio:
		return " dari radio"
	case FromCallback:
		return " dari panggilan balik"
	case FromPaper:
		return " dari catatan kertas"
	case FromCall:
	}
	return ""
}

func targetText(e TargetSet, n Names) string {
	text := fmt.Sprintf("Target tiba %d menit sejak dering pertama", int(e.Arrive.Minutes()))
	if e.Known {
		return fmt.Sprintf("%s (%.1f km dari %s).", text, float64(e.Distance)/1000, n.Office(e.From))
	}
	return text + " (jarak belum diketahui)."
}

// LevelText names a level in Indonesian.
func LevelText(l Level) string {
	switch l {
	case ToDispatcher:
		return "petugas pengirim"
	case ToChief:
		return "perwira jaga Polres"
	case ToSupervisor:
		return "pengawas Polda"
	case ToMabes:
		return "Mabes"
	case NotEscalated:
	}
	return ""
}

func asked(l Level, p office.PersonID, n Names) string { return LevelText(l) + byText(p, n) }

func byText(p office.PersonID, n Names) string {
	if p == "" {
		return ""
	}
	name := n.Person(p)
	if name == "" {
		name = string(p)
	}
	return " (" + name + ")"
}

func missedText(step StepName) string {
	switch step {
	case StepAccept:
		return "Belum diterima"
	case StepAssign:
		return "Belum ada unit yang ditugaskan"
	case StepWait:
		return "Masih menunggu unit"
	case StepHandover:
		return "Belum diambil alih kantor lain"
	case StepAck:
		return "Unit belum menjawab"
	case StepDepart:
		return "Unit belum berangkat"
	case StepArrive:
		return "Belum ada unit yang tiba"
	case StepCheck:
		return "Keadaan unit di tempat belum dipastikan"
	case StepDone:
	}
	return string(step)
}

func phonedText(e Phoned) string {
	who := string(e.Name)
	if who == "" {
		who = LevelText(e.Level)
	}
	switch e.Outcome {
	case PhoneTaken:
		return who + " menerima lewat telepon (menekan 1)."
	case PhoneNoKey:
		return who + " ditelepon: diangkat, tetapi tidak ada yang menekan 1."
	case PhoneSilent:
		return who + " ditelepon: tidak diangkat."
	case PhoneBusy:
		return who + " ditelepon: sibuk atau menolak."
	case PhoneFailed:
		return who + " tidak dapat ditelepon: tidak ada saluran keluar."
	case PhoneNobody:
		return "Tidak ada lagi yang dapat ditelepon untuk " + LevelText(e.Level) + "."
	}
	return who + " ditelepon."
}

func unitText(sign string, id UnitID) string {
	if sign == "" {
		return "Unit " + string(id)
	}
	return sign
}

func advancedText(e Advanced) string {
	text := "Unit " + string(e.Unit)
	switch e.Step {
	case StepAck:
		text += " menerima tugas"
	case StepDepart:
		text += " berangkat"
	case StepArrive:
		text += " tiba"
	case StepDone:
		text += " selesai"
	case StepAccept, StepAssign, StepWait, StepHandover, StepCheck:
	}
	switch {
	case e.Skipped:
		text += " (tidak dilaporkan)"
	case e.Far && e.Metres != nil:
		text += fmt.Sprintf(" (posisi %.0f m dari tempat kejadian)", float64(*e.Metres))
	case e.Via == ByRadio:
		text += " (radio)"
	case e.Via == ByPosition:
		text += " (dari posisi)"
	}
	return text + "."
}

func takenText(why string) string {
	switch why {
	case "reassigned":
		return ", ditugaskan ke laporan lain"
	case "closed":
		return ", laporan selesai"
	case "cancelled":
		return ", laporan dibatalkan"
	case "broken":
		return ", unit rusak"
	case "restart":
		return ", tugasnya tidak tercatat"
	}
	return ""
}
