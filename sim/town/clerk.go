package town

import (
	"context"
	"math/rand/v2"
	"time"
)

// clerk follows the incidents of a Polres when no human is there to do it: accepts what came without a call, notes
// what the units tell, and closes.
func (f *floor) clerk(ctx context.Context, h *house) {
	d := dice(f.ops.Seed, "clerk of "+string(f.office.ID))
	type step struct {
		state string
		due   time.Time
		notes int
	}
	plan := map[string]*step{}
	for {
		f.watch.until(ctx, time.Second, func() bool { return false }) // once a second is enough
		if ctx.Err() != nil {
			return
		}
		if seated, _ := f.humans(); seated > 0 {
			clear(plan) // the incidents are theirs now
			continue
		}
		now := time.Now()
		seen := map[string]bool{}
		for _, c := range f.watch.cards() {
			if c.Office != string(f.office.ID) || c.State != "SENT" && c.State != "ACCEPTED" {
				continue
			}
			seen[c.ID] = true
			s := plan[c.ID]
			if s == nil || s.state != c.State {
				s = &step{state: c.State, due: now.Add(seconds(d, 5, 18))}
				if c.State == "ACCEPTED" {
					s.due = now.Add(seconds(d, 20, 50))
				}
				plan[c.ID] = s
			}
			if now.Before(s.due) {
				continue
			}
			path := "/incidents/" + c.ID
			var err error
			switch _, live := f.watch.call(c.Call); {
			case c.State == "SENT":
				err = h.post(ctx, path+"/accept", nil, nil)
			case s.notes < len(unitNotes):
				err = h.post(ctx, path+"/notes", map[string]string{"text": unitNotes[s.notes]}, nil)
				s.notes++
			case !live:
				result := pick(d, results)
				err = h.post(ctx, path+"/close", map[string]string{"result": result[0], "done": result[1]}, nil)
			}
			if err != nil {
				f.ops.Log.Debug("incident command refused", "incident", c.ID, "error", err)
			}
			s.due = now.Add(seconds(d, 25, 70))
		}
		for id := range plan {
			if !seen[id] {
				delete(plan, id)
			}
		}
	}
}

var unitNotes = []string{"Unit patroli berangkat.", "Unit tiba di tempat kejadian."}

// results are how incidents of the town end, with what was done.
var results = [][2]string{
	{"ditangani", "Petugas mendatangi lokasi, keadaan aman terkendali."},
	{"ditangani", "Korban dibantu, saksi dicatat, lokasi diamankan."},
	{"ditangani", "Petugas mengatur keadaan di lokasi sampai selesai."},
	{"didamaikan", "Kedua pihak dipertemukan dan berdamai di tempat."},
	{"laporan_polisi", "Pelapor diarahkan ke SPKT, laporan polisi dibuat."},
	{"penangkapan", "Seorang terduga pelaku diamankan dan dibawa ke kantor."},
	{"tidak_ditemukan", "Lokasi disisir, pelaku tidak ditemukan."},
}

func seconds(d *rand.Rand, lo, hi float64) time.Duration {
	return time.Duration((lo + (hi-lo)*d.Float64()) * float64(time.Second))
}

func pick[T any](d *rand.Rand, list []T) T { return list[d.IntN(len(list))] }
