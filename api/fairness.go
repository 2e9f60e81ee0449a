package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

type fairnessIn struct {
	ID   string `path:"id" maxLength:"100"`
	From string `query:"from" maxLength:"10" required:"true" doc:"first day of the first rings, like 2026-11-23"`
	To   string `query:"to" maxLength:"10" required:"true" doc:"at most 366 days"`
}

// fairDays is the longest time that is counted at once.
const fairDays = 366

func (s *Server) fairnessOps(r chi.Router) {
	theirs := rule{roles: leaders, of: officePath}
	register(s, operation(http.MethodGet, "/offices/{id}/fairness", "Whether all are served the same: answers and arrivals by area, office, line and language", theirs),
		func(ctx context.Context, in *fairnessIn) (*out[view.Fairness], error) {
			f, err := s.fairness(ctx, who(ctx), office.ID(in.ID), in.From, in.To)
			return &out[view.Fairness]{f}, err
		})
	s.raw(r, http.MethodGet, "/offices/{id}/fairness.csv", "The same as CSV: query from and to as days", theirs, s.fairnessFile)
}

func (s *Server) fairness(ctx context.Context, c *caller, id office.ID, from, to string) (view.Fairness, error) {
	first, err1 := time.Parse(time.DateOnly, from)
	last, err2 := time.Parse(time.DateOnly, to)
	if err1 != nil || err2 != nil || last.Before(first) || last.Sub(first) > fairDays*24*time.Hour {
		return view.Fairness{}, fmt.Errorf("%w: from and to must be days like 2026-11-23, at most %d apart", view.ErrQuery, fairDays)
	}
	shared := map[office.Number]bool{}
	for _, e := range s.cfg.Desk.FilterActs(id) {
		if m, ok := e.(filter.SharedMarked); ok {
			shared[office.Number(m.Number)] = m.On
		}
	}
	return s.cfg.View.Fairness(ctx, c.Person.Office, view.FairAsk{
		Office: id, First: from, Last: to, Now: s.cfg.Now(),
		Area: func(p office.Point, when time.Time) string {
			if s.cfg.Lands == nil {
				return ""
			}
			f, _ := s.cfg.Lands.At(p, when)
			if f.How == office.Nowhere {
				return ""
			}
			if f.Area != "" {
				return f.Area
			}
			of, _ := s.cfg.Directory.Get(f.Office)
			return of.Name
		},
		Shared: func(n office.Number) bool { return shared[n] },
	})
}

func (s *Server) fairnessFile(w http.ResponseWriter, r *http.Request, c *caller) {
	id, from, to := office.ID(r.PathValue("id")), r.URL.Query().Get("from"), r.URL.Query().Get("to")
	f, err := s.fairness(r.Context(), c, id, from, to)
	if err != nil {
		write(w, s.problemOf(err))
		return
	}
	rows := [][]string{{
		"kantor", "dari", "sampai", "menurut", "kelompok", "ukuran", "n", "median_detik", "p90_detik", "dinilai", "tepat_waktu",
		"persen", "persen_bawah", "persen_atas", "putusan", "median_dari_tempat_diketahui_detik", "ditekan_jauh", "terbukti_posisi", "tanpa_kedatangan",
	}}
	rows = append(rows, fairRows(f, "semua", []view.FairGroup{f.All})...)
	rows = append(rows, fairRows(f, "wilayah", f.Areas)...)
	rows = append(rows, fairRows(f, "kantor", f.Offices)...)
	rows = append(rows, fairRows(f, "jenis_telepon", f.Lines)...)
	rows = append(rows, fairRows(f, "bahasa", f.Languages)...)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="pemerataan-%s-%s-%s.csv"`, fileName(string(id)), from, to))
	_ = csv.NewWriter(w).WriteAll(rows) // the browser went away: nothing to do
}

var verdicts = map[view.Verdict]string{view.Worse: "lebih_buruk", view.Alike: "tidak_berbeda_jelas", view.Few: "terlalu_sedikit"}

func fairRows(f view.Fairness, by string, groups []view.FairGroup) (rows [][]string) {
	seconds := func(ms int64, n int) string {
		if n < 5 {
			return "" // too few for a median
		}
		return strconv.FormatInt((ms+500)/1000, 10)
	}
	percent := func(share float64) string { return strconv.FormatFloat(math.Round(share*1000)/10, 'f', -1, 64) }
	for _, g := range groups {
		name := g.Name
		if name == "" {
			name = g.Key
		}
		if name == "" && by != "semua" {
			name = "tidak_diketahui"
		}
		for i, x := range []view.FairTimes{g.Answer, g.Arrive} {
			row := []string{
				string(f.Office), f.From, f.To, by, cell(name), []string{"dijawab", "tiba"}[i], strconv.Itoa(x.N), seconds(x.P50Ms, x.N),
				seconds(x.P90Ms, x.N), strconv.Itoa(x.Judged), strconv.Itoa(x.InTime), "", "", "", verdicts[x.Verdict], "", "", "", "",
			}
			if x.Judged > 0 {
				row[11], row[12], row[13] = percent(float64(x.InTime)/float64(x.Judged)), percent(x.Lo), percent(x.Hi)
			}
			if i == 1 {
				row[15] = seconds(x.PlaceP50Ms, x.N)
				row[16], row[17], row[18] = strconv.Itoa(x.Far), strconv.Itoa(x.Proved), strconv.Itoa(x.NoArrival)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// cell keeps a spreadsheet from reading a name as a formula.
func cell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@') {
		return "'" + s
	}
	return s
}
