package report

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/siaga110/siaga/office"
)

// Limits of a workbook once it is unzipped: a small file may hold gigabytes of nothing.
const (
	unzipMax = 64 << 20
	sheetMax = 16 << 20
)

// ReadTables reads the sheets of a file that people made: XLSX by its content, anything else as CSV. Dates of a workbook come
// as "2026-11-23", whatever form the sheet shows them in. Hidden and empty sheets are left out. The error is an *office.TableError.
func ReadTables(raw []byte) ([]office.Table, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return readWorkbook(raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return nil, &office.TableError{
			ID: "berkas ini XLS lama atau terkunci kata sandi: simpan lagi sebagai XLSX tanpa kata sandi",
			EN: "this is an old XLS, or locked with a password: save it again as XLSX without a password",
		}
	}
	t, err := office.ReadCSV(raw)
	if err != nil {
		return nil, err
	}
	return []office.Table{t}, nil
}

func readWorkbook(raw []byte) ([]office.Table, error) {
	broken := &office.TableError{
		ID: "berkas XLSX rusak atau bukan lembar kerja: buka dengan Excel atau LibreOffice, lalu simpan lagi sebagai XLSX",
		EN: "the XLSX is broken or no workbook: open it with Excel or LibreOffice and save it again as XLSX",
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: unzipMax, UnzipXMLSizeLimit: sheetMax})
	if err != nil {
		return nil, broken
	}
	defer func() { _ = f.Close() }()
	var tables []office.Table
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err == nil && !visible {
			continue
		}
		t := office.Table{Sheet: name}
		rows, err := f.Rows(name)
		if err != nil {
			return nil, broken
		}
		for line := 1; rows.Next(); line++ {
			cells, err := rows.Columns()
			if err != nil {
				return nil, broken
			}
			if len(t.Rows) == office.TableRowsMax || len(cells) > 100 {
				return nil, office.TooLarge()
			}
			for i, v := range cells {
				cells[i] = dated(f, name, i+1, line, v)
			}
			t.Rows = append(t.Rows, office.TableRow{Line: line, Cells: cells})
		}
		if rows.Error() != nil || rows.Close() != nil {
			return nil, broken
		}
		if len(t.Rows) > 0 {
			tables = append(tables, t)
		}
	}
	if len(tables) == 0 {
		return nil, &office.TableError{ID: "lembar kerja ini kosong", EN: "this workbook is empty"}
	}
	return tables, nil
}

// dated writes a number that its cell shows as a date as that date: the sheet holds days since 1900 (ECMA-376 18.17.4.1).
func dated(f *excelize.File, sheet string, col, row int, v string) string {
	days, err := strconv.ParseFloat(v, 64)
	if err != nil || days < 1 || days > 110_000 {
		return v
	}
	cell, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return v
	}
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil || id == 0 {
		return v
	}
	style, err := f.GetStyle(id)
	if err != nil || !isDate(style) {
		return v
	}
	t, err := excelize.ExcelDateToTime(days, false)
	if err != nil {
		return v
	}
	return t.Format(time.DateOnly)
}

// isDate: the built-in forms of dates (ECMA-376 18.8.30, and Excel's own for other languages), or an own form with a year.
func isDate(s *excelize.Style) bool {
	n := s.NumFmt
	if n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 36 || n >= 50 && n <= 58 {
		return true
	}
	return s.CustomNumFmt != nil && strings.Contains(strings.ToLower(*s.CustomNumFmt), "yy")
}
