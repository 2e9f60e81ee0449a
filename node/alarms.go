package node

import (
	"fmt"
	"sync"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone/sip"
	"github.com/siaga110/siaga/view"
)

// Text is a sentence in both languages of the screens.
type Text struct {
	ID string `json:"id"`
	EN string `json:"en"`
}

// Alarm is shown on every console until it is over. It says what to do.
type Alarm struct {
	Name  string    `json:"name"`
	Level string    `json:"level" enum:"warn,bad"`
	Since time.Time `json:"since"`
	Text  Text      `json:"text"`
	Todo  Text      `json:"todo"`
}

// alarms shows what is wrong with the machine on all boards.
type alarms struct {
	board   *board.Board
	offices *office.Directory

	tell func(News) // takes it out of the building; nil: nowhere

	mu  sync.Mutex
	now map[string]Alarm
}

func newAlarms(b *board.Board, offices *office.Directory) *alarms {
	return &alarms{board: b, offices: offices, now: map[string]Alarm{}}
}

// set raises an alarm; one that stands keeps the time since when.
func (a *alarms) set(name string, al Alarm) {
	a.mu.Lock()
	defer a.mu.Unlock()
	al.Name = name
	old, stands := a.now[name]
	if stands {
		al.Since = old.Since
	} else if al.Since.IsZero() {
		al.Since = time.Now().UTC()
	}
	a.now[name] = al
	if a.tell != nil && (!stands || old.Level != al.Level) {
		a.tell(News{Alarm: al})
	}
	for _, o := range a.offices.All() {
		a.board.Set(o.ID, "alarm/"+name, al)
	}
}

// clear takes an alarm back.
func (a *alarms) clear(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	old, ok := a.now[name]
	if !ok {
		return
	}
	delete(a.now, name)
	if a.tell != nil {
		a.tell(News{Alarm: old, Over: true})
	}
	for _, o := range a.offices.All() {
		a.board.Set(o.ID, "alarm/"+name, nil)
	}
}

// repeat tells all that stands once more.
func (a *alarms) repeat() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tell == nil {
		return
	}
	for _, al := range a.now {
		a.tell(News{Alarm: al})
	}
}

// stands says whether an alarm is raised.
func (a *alarms) stands(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.now[name]
	return ok
}

// count tells how many alarms stand.
func (a *alarms) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.now)
}

func (a *alarms) journal(al journal.Alarm) {
	if al.Cleared {
		a.clear(al.Name)
		return
	}
	text := Alarm{
		Level: "bad",
		Text: Text{
			ID: fmt.Sprintf("Jurnal lambat, %d catatan menunggu ditulis. Panggilan tetap berjalan.", al.Backlog),
			EN: fmt.Sprintf("The journal is slow, %d records wait. Calls go on.", al.Backlog),
		},
		Todo: Text{
			ID: "Periksa disk server: ruang kosong dan kecepatan (siaga doctor).",
			EN: "Check the server's disk: free space and speed (siaga doctor).",
		},
	}
	if al.Err != nil {
		text.Text = Text{
			ID: fmt.Sprintf("Jurnal tidak dapat ditulis, %d catatan disimpan di memori. Panggilan tetap berjalan.", al.Backlog),
			EN: fmt.Sprintf("The journal can't be written, %d records are kept in memory. Calls go on.", al.Backlog),
		}
		text.Todo = Text{
			ID: "Segera kosongkan ruang disk server. Jangan mematikan Siaga: catatan ditulis begitu ada ruang.",
			EN: "Free disk space on the server now. Don't stop Siaga: it writes as soon as there is room.",
		}
	}
	a.set(al.Name, text)
}

func (a *alarms) view(al view.Alarm) {
	if al.Over {
		a.clear(al.Name)
		return
	}
	level := "warn"
	if al.Bad {
		level = "bad"
	}
	a.set(al.Name, Alarm{Level: level, Text: Text{ID: al.ID, EN: al.EN}, Todo: Text{ID: al.TodoID, EN: al.TodoEN}})
}

// trunk raises an alarm while a trunk is down, or a carrier refuses to register us.
func (a *alarms) trunk(s sip.TrunkState) {
	name := "trunk_" + s.Name
	refused := s.Registered != nil && !*s.Registered
	if s.State != sip.TrunkDown && !refused {
		a.clear(name)
		return
	}
	al := Alarm{
		Level: "bad",
		Text: Text{
			ID: fmt.Sprintf("Jalur operator %s tidak menjawab.", s.Name),
			EN: fmt.Sprintf("The carrier's trunk %s doesn't answer.", s.Name),
		},
		Todo: Text{
			ID: "Periksa jaringan ke operator (siaga doctor --trunk), lalu telepon operator. Panggilan masuk lewat jalur lain.",
			EN: "Check the network to the carrier (siaga doctor --trunk), then call the carrier. Calls come in by the other trunks.",
		},
	}
	if refused && s.State != sip.TrunkDown {
		al.Text = Text{
			ID: fmt.Sprintf("Operator %s menolak pendaftaran kita (kode %d).", s.Name, s.Status),
			EN: fmt.Sprintf("The carrier %s refuses to register us (status %d).", s.Name, s.Status),
		}
		al.Todo = Text{
			ID: "Periksa user dan password_file jalur ini di siaga.toml, lalu telepon operator.",
			EN: "Check user and password_file of this trunk in siaga.toml, then call the carrier.",
		}
	}
	a.set(name, al)
}

func alarmDamaged(e *journal.CorruptError) Alarm {
	return Alarm{
		Level: "bad",
		Text: Text{
			ID: fmt.Sprintf("Catatan %d pada %s rusak.", e.Seq, e.Stream),
			EN: fmt.Sprintf("Record %d of %s is damaged.", e.Seq, e.Stream),
		},
		Todo: Text{
			ID: "Hubungi petugas TI: salin folder data, lalu bandingkan dengan cadangan.",
			EN: "Call the IT officer: copy the data folder, then compare it with a backup.",
		},
	}
}

func alarmOpened(err error) Alarm {
	return Alarm{
		Level: "bad",
		Text:  Text{ID: "Jurnal rusak: " + err.Error(), EN: "The journal is damaged: " + err.Error()},
		Todo: Text{
			ID: "Hubungi petugas TI: salin folder data, jalankan siaga verify, lalu bandingkan dengan cadangan.",
			EN: "Call the IT officer: copy the data folder, run siaga verify, then compare it with a backup.",
		},
	}
}
