package api_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

// TestFilterPages: what a supervisor sees and does about a number, from three pranks to a case file.
func TestFilterPages(t *testing.T) {
	h := open(t)
	op, sup, chief := h.as("op", "polda", office.Operator), h.as("sup", "polda", office.Supervisor), h.as("chief", "polda", office.Chief)
	const number = "+6281290000001"
	began := time.Now().Add(-time.Minute)
	h.sit(op, "polda/1")
	for range 2 {
		id := h.talk(op, "polda/1", number)
		op.must("POST", "/calls/"+string(id)+"/close", map[string]any{"outcome": "iseng", "prank": "menggoda"}, nil)
		eventually(t, "the seat is ready", func() bool { return op.do("POST", "/duty/ready", nil).status == 200 })
	}
	eventually(t, "the view has both calls", func() bool { // the journal gathers what nobody waits for
		var sheet view.Sheet
		sup.must("GET", "/offices/polda/sheet", nil, &sheet)
		return sheet.Ended == 2
	})

	var list []desk.StandingView
	sup.must("GET", "/offices/polda/numbers?level=chip", nil, &list)
	if len(list) != 1 || list[0].Number != number || len(list[0].Steps) != 2 || !strings.HasPrefix(list[0].Why[0].ID, "2 kali iseng") {
		t.Fatalf("the list of numbers: %+v", list)
	}
	var one desk.StandingView
	sup.must("POST", "/offices/polda/numbers/look", map[string]any{"number": "0812-9000-0001"}, &one)
	if one.Number != number || one.Level != filter.Chip {
		t.Fatalf("one number: %+v", one)
	}
	if r := sup.do("POST", "/offices/polda/numbers/block", map[string]any{"number": number, "hours": 48, "reason": "terus menelepon"}); r.status != 422 {
		t.Errorf("a block of two days: %d %s", r.status, r.body)
	}
	sup.must("POST", "/offices/polda/numbers/block", map[string]any{"number": number, "hours": 2, "reason": "terus menelepon"}, &one)
	if one.Block == nil || one.Block.By == "" || one.Level != filter.Gate {
		t.Fatalf("after the block: %+v", one)
	}
	if r := sup.do("POST", "/offices/polda/numbers/unblock", map[string]any{"number": "+62811900001", "reason": "salah nomor"}); r.code() != "filter_not_blocked" {
		t.Errorf("unblocking nobody: %d %s", r.status, r.body)
	}

	var weights desk.WeightsView
	chief.must("GET", "/offices/polda/filter", nil, &weights)
	wanted := weights.Weights
	wanted.EmptyCap = 20
	r := chief.do("PUT", "/offices/polda/filter", map[string]any{"rev": weights.Rev, "weights": wanted, "reason": "uji"})
	if r.code() != "weights" || !strings.Contains(string(r.body), "korban yang tidak bisa bicara") {
		t.Errorf("weights that hold the silent victim: %d %s", r.status, r.body)
	}
	wanted.EmptyCap, wanted.SharedCap, wanted.Gate = 2, 3.9, 6
	var try filter.TryOut
	sup.must("POST", "/offices/polda/filter/try", map[string]any{"rev": weights.Rev, "weights": wanted, "reason": ""}, &try)
	if try.Calls != 2 || try.True != 0 {
		t.Errorf("tried on: %+v", try)
	}
	chief.must("PUT", "/offices/polda/filter", map[string]any{"rev": weights.Rev, "weights": wanted, "reason": "lebih ketat"}, &weights)
	if weights.Rev != 1 || weights.Weights.Gate != 6 {
		t.Errorf("weights now: %+v", weights)
	}
	if r := chief.do("PUT", "/offices/polda/filter", map[string]any{"rev": 0, "weights": filter.Default(), "reason": "kembali"}); r.code() != "filter_changed" {
		t.Errorf("who saw an older revision: %d %s", r.status, r.body)
	}
	sup.must("GET", "/offices/polda/gate", nil, nil)

	t.Run("sheet", func(t *testing.T) {
		var sheet view.Sheet
		sup.must("GET", "/offices/polda/sheet", nil, &sheet)
		if sheet.In != 2 || sheet.Outcomes["iseng"] != 2 || !sheet.Balanced || len(sheet.Unbalanced) != 0 {
			t.Errorf("%+v", sheet)
		}
		res := sup.do("GET", "/offices/polda/sheet.csv?from="+sheet.Day+"&to="+sheet.Day, nil)
		rows, err := csv.NewReader(bytes.NewReader(res.body)).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][2] != "2" {
			t.Errorf("%v in %s", err, res.body)
		}
		if res := sup.do("GET", "/offices/polda/sheet.csv?from=2020-01-01&to=2026-01-01", nil); res.status != 422 {
			t.Errorf("a sheet of six years: %d", res.status)
		}
	})
	t.Run("case file", func(t *testing.T) {
		span := url.Values{"from": {began.Format(time.RFC3339)}, "to": {time.Now().Add(time.Minute).Format(time.RFC3339)}}
		var pranks []view.PrankNumber
		sup.must("GET", "/offices/polda/pranks?"+span.Encode(), nil, &pranks)
		if len(pranks) != 1 || pranks[0].Count != 2 || pranks[0].Kinds["menggoda"] != 2 || len(pranks[0].Calls) != 2 {
			t.Fatalf("%+v", pranks)
		}
		wish := map[string]any{"numbers": []string{number}, "from": began, "to": time.Now().Add(time.Minute), "reason": ""}
		if r := sup.do("POST", "/offices/polda/case-file", wish); r.code() != "case_reason" {
			t.Errorf("without a reason: %d %s", r.status, r.body)
		}
		wish["reason"] = "laporan polisi LP/12"
		res := sup.do("POST", "/offices/polda/case-file", wish)
		z, err := zip.NewReader(bytes.NewReader(res.body), int64(len(res.body)))
		if err != nil {
			t.Fatalf("%v: %d %s", err, res.status, res.body)
		}
		names, sums := map[string]bool{}, map[string]string{}
		for _, f := range z.File {
			names[f.Name] = true
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if f.Name != "SHA256SUMS" {
				sums[f.Name] = fmt.Sprintf("%x", sha256.Sum256(raw))
				continue
			}
			for line := range strings.Lines(string(raw)) { // the last file of the ZIP: it tells of all others
				sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
				if !ok || sums[name] != sum {
					t.Errorf("SHA256SUMS says %q, %s has %s", line, name, sums[name])
				}
				delete(sums, name)
			}
			if len(sums) > 0 {
				t.Errorf("SHA256SUMS leaves out %v", sums)
			}
		}
		if !names["panggilan.csv"] || !names["BACA.txt"] || !names["SHA256SUMS"] {
			t.Errorf("in the file: %v", names)
		}
	})
}
