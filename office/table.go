package office

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table is a sheet of a file that people made: lines of cells, the first of which names the columns.
type Table struct {
	Sheet string // of a workbook, else empty
	Rows  []TableRow
	Notes []TableNote // what was found out about the file itself
}

// TableRow is a line. Line counts as the file's own program does, from 1.
type TableRow struct {
	Line  int
	Cells []string
}

// TableNote is for people, in both languages.
type TableNote struct{ ID, EN string }

// TableError says why a file can't be read as a table, and what to do.
type TableError struct {
	Line   int // 0: the whole file
	ID, EN string
}

func (e *TableError) Error() string { return e.EN }

// Limits of a table: more is no list of people that somebody wrote.
const (
	TableRowsMax = 20_000
	tableCells   = 100
)

// ReadCSV reads comma, semicolon or tab separated values, UTF-8 or Windows-1252 (which is what Excel writes in Indonesia). The
// error is a *TableError.
func ReadCSV(raw []byte) (Table, error) {
	var t Table
	if bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) || bytes.IndexByte(raw, 0) >= 0 {
		return t, &TableError{
			ID: "berkas ini UTF-16 atau bukan teks: simpan lagi sebagai \"CSV UTF-8\" atau XLSX",
			EN: "this file is UTF-16 or no text at all: save it again as \"CSV UTF-8\" or XLSX",
		}
	}
	text := string(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if !utf8.ValidString(text) {
		text = windows1252(raw)
		t.Notes = append(t.Notes, TableNote{
			ID: "berkas bukan UTF-8: dibaca sebagai Windows-1252; periksa huruf beraksen",
			EN: "the file isn't UTF-8: it was read as Windows-1252; look at letters with accents",
		})
	}
	first := strings.Join(strings.SplitN(text, "\n", 11)[:min(10, strings.Count(text, "\n")+1)], "\n") // a title may stand above the heads
	rd := csv.NewReader(strings.NewReader(text))
	rd.FieldsPerRecord = -1
	switch {
	case strings.Count(first, ";") > strings.Count(first, ","):
		rd.Comma = ';'
		t.Notes = append(t.Notes, TableNote{ID: "kolom dipisah dengan titik koma", EN: "columns are separated by semicolons"})
	case strings.Count(first, "\t") > strings.Count(first, ","):
		rd.Comma = '\t'
	}
	for {
		row, err := rd.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			line := 0
			if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
				line = bad.StartLine
			}
			return t, &TableError{
				Line: line, ID: "tanda kutip tidak berpasangan: periksa tanda \" di baris ini",
				EN: "quotation marks don't match: look at the \" in this line",
			}
		}
		if len(t.Rows) == TableRowsMax || len(row) > tableCells {
			return t, TooLarge()
		}
		n, _ := rd.FieldPos(0)
		t.Rows = append(t.Rows, TableRow{Line: n, Cells: row})
	}
}

// TooLarge is the answer to a table of more lines or columns than anybody writes.
func TooLarge() *TableError {
	return &TableError{
		ID: fmt.Sprintf("berkas lebih dari %d baris atau %d kolom: pisahkan", TableRowsMax, tableCells),
		EN: fmt.Sprintf("the file has over %d lines or %d columns: split it", TableRowsMax, tableCells),
	}
}
