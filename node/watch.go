package node

import (
	"context"
	"crypto/x509"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/siaga110/siaga/office"
)

// lookEvery is how often the machine is looked at: the conservation of calls each minute, the rest as often.
const lookEvery = time.Minute

// watchMachine looks at what the IT officer would: disk, clock, certificate, the sheet of calls, who is on duty.
func (n *Node) watchMachine(ctx context.Context) {
	w := machine{node: n, started: n.started, began: time.Now(), wall: time.Now().Round(0)}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	repeat := n.cfg.Alarms.Repeat
	if repeat <= 0 {
		repeat = time.Hour
	}
	again := time.NewTicker(repeat)
	defer again.Stop()
	w.look(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			n.alarms.repeat()
		case <-tick.C:
			w.look(time.Now())
		}
	}
}

// machine remembers what it needs to see a change.
type machine struct {
	node    *Node
	started time.Time         // of the node
	began   time.Time         // monotonic
	wall    time.Time         // the wall's word for the same moment
	unpaid  map[office.ID]int // minutes for which an office's sheet didn't balance
}

func (w *machine) look(now time.Time) {
	w.disk()
	w.clock(now)
	w.certificate(now)
	w.sheet()
	w.duty()
}

// disk warns at 70, 85 and 95 % of the data's file system; so do its inodes.
func (w *machine) disk() {
	var s unix.Statfs_t
	if err := unix.Statfs(w.node.cfg.Site.Data, &s); err != nil || s.Blocks == 0 {
		return
	}
	used := 100 - 100*float64(s.Bavail)/float64(s.Blocks)
	if s.Files > 0 {
		used = math.Max(used, 100-100*float64(s.Ffree)/float64(s.Files))
	}
	w.node.figures.disk.Set(used)
	if used < 70 {
		w.node.alarms.clear("disk")
		return
	}
	level := "warn"
	if used >= 95 {
		level = "bad"
	}
	days := "Pindahkan rekaman lama ke cadangan (siaga backup), lalu hapus."
	if used >= 85 {
		days = "SEGERA kosongkan ruang: pindahkan rekaman lama ke cadangan (siaga backup), lalu hapus. Panggilan tetap berjalan."
	}
	w.node.alarms.set("disk", Alarm{
		Level: level,
		Text:  Text{ID: fmt.Sprintf("Disk server terisi %.0f %%.", used), EN: fmt.Sprintf("The server's disk is %.0f %% full.", used)},
		Todo:  Text{ID: days, EN: "Move old recordings to a backup (siaga backup), then delete them. Calls go on."},
	})
}

// clockMay is how far the wall's clock may stray from the machine's own.
const clockMay = 2 * time.Second

// clock sees a step of the wall's clock, and a machine that nobody keeps in time.
func (w *machine) clock(now time.Time) {
	stray := now.Round(0).Sub(w.wall) - now.Sub(w.began)
	var tx unix.Timex
	state, err := unix.Adjtimex(&tx)
	free := err == nil && state == unix.TIME_ERROR
	w.node.figures.clock.Set(stray.Seconds())
	switch {
	case stray > clockMay || stray < -clockMay:
		w.node.alarms.set("clock_step", Alarm{
			Level: "bad",
			Text: Text{
				ID: fmt.Sprintf("Jam server melompat %.1f detik. Waktu pada catatan tidak cocok lagi.", stray.Seconds()),
				EN: fmt.Sprintf("The server's clock jumped by %.1f seconds. Times in the records no longer fit.", stray.Seconds()),
			},
			Todo: Text{
				ID: "Periksa sinkronisasi waktu (timedatectl). Jangan menyetel jam dengan tangan.",
				EN: "Check time synchronisation (timedatectl). Don't set the clock by hand.",
			},
		})
		w.began, w.wall = now, now.Round(0) // told; from here on anew
	case free:
		w.node.alarms.set("clock_free", Alarm{
			Level: "warn",
			Text:  Text{ID: "Jam server tidak disinkronkan.", EN: "The server's clock is not kept in time."},
			Todo:  Text{ID: "Nyalakan chrony atau systemd-timesyncd.", EN: "Switch on chrony or systemd-timesyncd."},
		})
	default:
		w.node.alarms.clear("clock_free")
		if now.Sub(w.began) > time.Hour {
			w.node.alarms.clear("clock_step")
		}
	}
}

// certificate warns 30, 7 and 1 days before the screens' certificate ends.
func (w *machine) certificate(now time.Time) {
	cfg := w.node.tls
	if cfg == nil || len(cfg.Certificates) == 0 {
		return // of the local authority: it renews itself
	}
	leaf, err := x509.ParseCertificate(cfg.Certificates[0].Certificate[0])
	if err != nil {
		return
	}
	left := leaf.NotAfter.Sub(now)
	days := int(left.Hours() / 24)
	if days >= 30 {
		w.node.alarms.clear("certificate")
		return
	}
	level := "warn"
	if days < 7 {
		level = "bad"
	}
	w.node.alarms.set("certificate", Alarm{
		Level: level,
		Text: Text{
			ID: fmt.Sprintf("Sertifikat layar habis dalam %d hari.", max(days, 0)),
			EN: fmt.Sprintf("The screens' certificate ends in %d days.", max(days, 0)),
		},
		Todo: Text{
			ID: "Ganti http.cert dan http.key di siaga.toml, lalu systemctl reload siaga.",
			EN: "Replace http.cert and http.key in siaga.toml, then systemctl reload siaga.",
		},
	})
}

// sheet checks the law: calls in = outcomes + live, for each office. One look may fall into the middle of an event;
// two in a row are an error.
func (w *machine) sheet() {
	if w.unpaid == nil {
		w.unpaid = map[office.ID]int{}
	}
	for _, f := range w.node.desk.Floors() {
		if f.Conservation.Balanced {
			delete(w.unpaid, f.Office)
			continue
		}
		if w.unpaid[f.Office]++; w.unpaid[f.Office] == 2 {
			w.node.figures.lost.Inc()
			w.node.log.Error("calls are not conserved", "office", f.Office, "in", f.Conservation.In, "outcomes", f.Conservation.Outcomes, "live", f.Conservation.Live)
		}
	}
	for o, minutes := range w.unpaid {
		if minutes < 2 {
			continue
		}
		w.node.alarms.set("conservation", Alarm{
			Level: "bad",
			Text: Text{
				ID: fmt.Sprintf("Jumlah panggilan %s tidak cocok: ada panggilan tanpa hasil.", o),
				EN: fmt.Sprintf("The calls of %s don't add up: a call has no outcome.", o),
			},
			Todo: Text{
				ID: "Hubungi pengembang dengan keluaran siaga doctor. Panggilan tetap berjalan.",
				EN: "Call the developers with the output of siaga doctor. Calls go on.",
			},
		})
		return
	}
	w.node.alarms.clear("conservation")
}

// duty warns when a Polda that gets calls has nobody at a desk.
func (w *machine) duty() {
	trunks := map[office.ID]bool{office.ID(w.node.cfg.Site.Office): true}
	for _, t := range w.node.cfg.Trunks {
		if t.Office != "" {
			trunks[office.ID(t.Office)] = true
		}
	}
	for _, f := range w.node.desk.Floors() {
		if !trunks[f.Office] {
			continue
		}
		name := "nobody_" + string(f.Office)
		if f.OnDuty > 0 || time.Since(w.started) < 5*time.Minute {
			w.node.alarms.clear(name)
			continue
		}
		of, _ := w.node.offices.Get(f.Office)
		w.node.alarms.set(name, Alarm{
			Level: "bad",
			Text:  Text{ID: "Tidak ada petugas dinas di " + of.Name + ".", EN: "Nobody is on duty at " + of.Name + "."},
			Todo: Text{
				ID: "Hubungi perwira jaga. Panggilan naik ke tingkat berikutnya dan telepon piket.",
				EN: "Call the duty officer. Calls climb to the next level and to the piket phone.",
			},
		})
	}
}

// killedBefore says whether the last process ended without closing its house: it left its mark.
func (n *Node) killedBefore() {
	mark := filepath.Join(n.cfg.Site.Data, "running")
	if _, err := os.Stat(mark); err == nil {
		n.alarms.set("killed", Alarm{
			Level: "warn",
			Text:  Text{ID: "Siaga baru saja dimulai ulang setelah berhenti mendadak.", EN: "Siaga has just started again after it was killed."},
			Todo: Text{
				ID: "Lihat daftar telepon balik: yang terputus ada paling atas. Periksa journalctl -u siaga.",
				EN: "Look at the callbacks: those cut off stand first. Check journalctl -u siaga.",
			},
		})
	}
	if err := os.WriteFile(mark, []byte(time.Now().UTC().Format(time.RFC3339)), 0o600); err != nil {
		n.log.Warn("leave the mark of a running process", "err", err)
	}
	n.onClose(func() { _ = os.Remove(mark) })
}
