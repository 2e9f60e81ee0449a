package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/report"
	"github.com/siaga110/siaga/view"
)

// CaseWish says which pranks a case file is about.
type CaseWish struct {
	Numbers []string  `json:"numbers"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Reason  string    `json:"reason"`
}

func (s *Server) sheetOps(r chi.Router) {
	theirs := rule{roles: leaders, of: officePath}
	register(s, operation(http.MethodGet, "/offices/{id}/sheet", "Conservation sheet of a day: every call in has one outcome", theirs),
		func(ctx context.Context, in *struct {
			ID  string `path:"id" maxLength:"100"`
			Day string `query:"day" maxLength:"10" doc:"2026-11-23; today when left out"`
		},
		) (*out[view.Sheet], error) {
			id := office.ID(in.ID)
			day := in.Day
			if day == "" {
				day = s.cfg.View.DayOf(id, s.cfg.Now())
			}
			v, err := s.cfg.View.Sheet(ctx, who(ctx).Person.Office, id, day)
			return &out[view.Sheet]{v}, err
		})
	s.raw(r, http.MethodGet, "/offices/{id}/sheet.csv", "Conservation sheets of up to 92 days as CSV: query from and to as days", theirs, s.sheetFile)
	register(s, operation(http.MethodGet, "/offices/{id}/pranks", "Pranks and false reports of a time by number, the most first", theirs),
		func(ctx context.Context, in *struct {
			ID   string    `path:"id" maxLength:"100"`
			From time.Time `query:"from" required:"true"`
			To   time.Time `query:"to" required:"true"`
		},
		) (*out[[]view.PrankNumber], error) {
			if err := s.cfg.Staff.Read(ctx, who(ctx).Person.ID, "pranks", in.ID, in.From.Format(time.RFC3339)+" "+in.To.Format(time.RFC3339)); err != nil {
				return nil, err
			}
			list, err := s.cfg.View.Pranks(ctx, who(ctx).Person.Office, office.ID(in.ID), in.From, in.To)
			return &out[[]view.PrankNumber]{list}, err
		})
	s.raw(r, http.MethodPost, "/offices/{id}/case-file", "Case file of some numbers' pranks for the prosecutor: a ZIP with table, tapes and hashes", theirs, s.caseFile)
}

// sheetDays is the longest time of one sheet file: a quarter.
const sheetDays = 92

func (s *Server) sheetFile(w http.ResponseWriter, r *http.Request, c *caller) {
	id := office.ID(r.PathValue("id"))
	from, err1 := time.Parse(time.DateOnly, r.URL.Query().Get("from"))
	to, err2 := time.Parse(time.DateOnly, r.URL.Query().Get("to"))
	if err1 != nil || err2 != nil || to.Before(from) || to.Sub(from) > sheetDays*24*time.Hour {
		p := problem(http.StatusUnprocessableEntity, "bad_query")
		p.Detail = "from and to must be days like 2026-11-23, at most 92 apart"
		write(w, p)
		return
	}
	header := []string{"kantor", "hari", "masuk"}
	for _, o := range call.Outcomes() {
		header = append(header, string(o.Code))
	}
	rows := [][]string{append(header, "selesai", "aktif", "seimbang", "tidak_cocok")}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		v, err := s.cfg.View.Sheet(r.Context(), c.Person.Office, id, day.Format(time.DateOnly))
		if err != nil {
			write(w, s.problemOf(err))
			return
		}
		rows = append(rows, sheetRow(id, v))
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="lembar-%s-%s-%s.csv"`, fileName(string(id)), from.Format(time.DateOnly), to.Format(time.DateOnly)))
	_ = csv.NewWriter(w).WriteAll(rows) // the browser went away: nothing to do
}

func sheetRow(id office.ID, v view.Sheet) []string {
	row := []string{string(id), v.Day, strconv.Itoa(v.In)}
	for _, o := range call.Outcomes() {
		row = append(row, strconv.Itoa(v.Outcomes[o.Code]))
	}
	names := make([]string, len(v.Unbalanced))
	for i, u := range v.Unbalanced {
		names[i] = string(u.Call)
	}
	balanced := "ya"
	if !v.Balanced {
		balanced = "TIDAK"
	}
	return append(row, strconv.Itoa(v.Ended), strconv.Itoa(v.Live), balanced, strings.Join(names, " "))
}

func (s *Server) caseFile(w http.ResponseWriter, r *http.Request, c *caller) {
	var wish CaseWish
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyMax)).Decode(&wish); err != nil {
		p := problem(http.StatusUnprocessableEntity, "bad_input")
		p.Detail = err.Error()
		write(w, p)
		return
	}
	id := office.ID(r.PathValue("id"))
	of, _ := s.cfg.Directory.Get(id) // the rule has seen that it is there
	file := report.Case{
		Office: of, By: strings.TrimSpace(c.Person.Rank + " " + c.Person.Name), Reason: strings.TrimSpace(wish.Reason), From: wish.From, To: wish.To,
		Made: s.cfg.Now(), Tape: s.cfg.Tapes.Open, Chain: s.cfg.Tapes.Chain,
	}
	for _, n := range wish.Numbers {
		number, ok := office.ParseNumber(n)
		if !ok {
			p := problem(http.StatusUnprocessableEntity, "bad_number")
			p.Detail = "not a phone number: " + n
			write(w, p)
			return
		}
		file.Numbers = append(file.Numbers, number)
	}
	if len([]rune(file.Reason)) < 3 {
		write(w, problem(http.StatusUnprocessableEntity, "case_reason"))
		return
	}
	var err error
	if file.Calls, err = s.cfg.View.CaseCalls(r.Context(), c.Person.Office, id, file.Numbers, wish.From, wish.To); err != nil {
		write(w, s.problemOf(err))
		return
	}
	if err := s.cfg.Staff.Read(r.Context(), c.Person.ID, "case", string(id), file.Reason); err != nil {
		write(w, s.problemOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="berkas-%s-%s.zip"`, fileName(string(id)), file.Made.Format("20060102-1504")))
	if err := report.CaseFile(w, file); err != nil { // the head is sent: a broken ZIP says that something is missing
		s.cfg.Log.Error("a case file broke off", "office", id, "err", err)
		if hj, ok := w.(io.Closer); ok {
			_ = hj.Close()
		}
	}
}
