package report_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/report"
)

func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestReadWorkbook: two sheets, numbers as numbers, dates as days whatever they look like, hidden and empty sheets left out.
func TestReadWorkbook(t *testing.T) {
	custom := "dd mmmm yyyy"
	raw := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetName("Sheet1", "Personel"))
		must(t, f.SetSheetRow("Personel", "A1", &[]any{"Nama", "NRP", "Tanggal sprin", "Nomor"}))
		must(t, f.SetSheetRow("Personel", "A3", &[]any{"Sari", 87051234, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), 46327}))
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &custom})
		must(t, err)
		must(t, f.SetSheetRow("Personel", "A4", &[]any{"Budi", "087051235", 46327, 46327}))
		must(t, f.SetCellStyle("Personel", "C4", "C4", style))
		for _, s := range []string{"Kosong", "Rahasia"} {
			_, err := f.NewSheet(s)
			must(t, err)
		}
		must(t, f.SetCellValue("Rahasia", "A1", "x"))
		must(t, f.SetSheetVisible("Rahasia", false))
	})
	tables, err := report.ReadTables(raw)
	if err != nil || len(tables) != 1 || tables[0].Sheet != "Personel" {
		t.Fatalf("%+v %v", tables, err)
	}
	rows := tables[0].Rows
	got := strings.Join(rows[2].Cells, "|") + "\n" + strings.Join(rows[3].Cells, "|")
	if rows[2].Line != 3 || got != "Sari|87051234|2026-11-01|46327\nBudi|087051235|2026-11-01|46327" {
		t.Fatalf("line %d: %s", rows[2].Line, got)
	}
}

func TestReadStrangeWorkbooks(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		says string
	}{
		"broken zip": {[]byte("PK\x03\x04 and nothing more"), "rusak"},
		"old xls":    {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "XLS lama"},
		"empty":      {workbook(t, func(*excelize.File) {}), "kosong"},
		"too long": {workbook(t, func(f *excelize.File) {
			s, err := f.NewStreamWriter("Sheet1")
			must(t, err)
			for i := range office.TableRowsMax + 10 {
				cell, _ := excelize.CoordinatesToCellName(1, i+1)
				must(t, s.SetRow(cell, []any{"x"}))
			}
			must(t, s.Flush())
		}), "20000 baris"},
	} {
		_, err := report.ReadTables(c.raw)
		var bad *office.TableError
		if !errors.As(err, &bad) || !strings.Contains(bad.ID, c.says) || bad.EN == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadTables: no file breaks it, and none makes it use much memory.
func FuzzReadTables(f *testing.F) {
	f.Add(workbook(f, func(w *excelize.File) { must(f, w.SetSheetRow("Sheet1", "A1", &[]any{"Nama", "NRP", 1, time.Now()})) }))
	f.Add([]byte("a;b\nc;d\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := report.ReadTables(raw); err != nil {
			var bad *office.TableError
			if !errors.As(err, &bad) {
				t.Fatalf("%v tells nobody what to do", err)
			}
		}
	})
}
