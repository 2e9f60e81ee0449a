// Package report makes figures and files for people from what happened.
package report

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/view"
)

// Case is what a case file is made of: the pranks and false reports of some numbers, for the prosecutor.
type Case struct {
	Office  office.Office
	By      string // who asks
	Reason  string
	Numbers []office.Number
	From    time.Time
	To      time.Time
	Made    time.Time
	Calls   []view.CallFull
	// Tape opens a recording by its id; the error is written into the file in the tape's place.
	Tape func(id string) (io.ReadSeekCloser, error)
	// Chain opens the hashes of its seconds (tape.Sum).
	Chain func(id string) (io.ReadCloser, error)
}

// CaseFile writes the case as a ZIP: BACA.txt (who asked, why, how to check), panggilan.csv (one line a call, times in the
// office's zone), rekaman/ (the tapes, each with the chain that the journal holds the end of) and SHA256SUMS over all of
// them. Whoever gets it can check all by himself. A tape that can't be opened is named in BACA.txt
// and leaves the others in place. The error is w's.
func CaseFile(w io.Writer, c Case) error {
	z := zip.NewWriter(w)
	sums, hashes := &bytes.Buffer{}, map[string]string{}
	add := func(name string, r io.Reader) error {
		// Sound doesn't get smaller, and a stored file can be listened to where the ZIP lies.
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: c.Made})
		if err != nil {
			return err
		}
		h := sha256.New()
		if _, err := io.Copy(io.MultiWriter(f, h), r); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		hashes[name] = hex.EncodeToString(h.Sum(nil))
		fmt.Fprintf(sums, "%s  %s\n", hashes[name], name)
		return nil
	}
	var missing []string
	for _, call := range c.Calls {
		for id := range strings.SplitSeq(call.TapeID, ",") {
			if id == "" {
				continue
			}
			tape, err := c.Tape(id)
			if err != nil {
				missing = append(missing, id)
				continue
			}
			err = add("rekaman/"+id+".wav", tape)
			if err = errors.Join(err, tape.Close()); err != nil {
				return err
			}
			chain, err := c.Chain(id)
			if err != nil {
				missing = append(missing, id+".sum")
				continue
			}
			err = add("rekaman/"+id+".sum", chain)
			if err = errors.Join(err, chain.Close()); err != nil {
				return err
			}
		}
	}
	table, err := c.table(hashes)
	if err != nil {
		return err
	}
	if err := add("panggilan.csv", table); err != nil {
		return err
	}
	if err := add("BACA.txt", strings.NewReader(c.words(missing))); err != nil {
		return err
	}
	f, err := z.Create("SHA256SUMS")
	if err != nil {
		return err
	}
	if _, err := f.Write(sums.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

func (c Case) local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.Office.Location()).Format("2006-01-02 15:04:05")
}

// table has one line a call; hashes are those of the files.
func (c Case) table(hashes map[string]string) (io.Reader, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	zone := c.Office.ZoneName(c.Made)
	rows := [][]string{{
		"panggilan", "nomor", "dering_pertama_" + zone, "dijawab_" + zone, "selesai_" + zone, "bicara_detik", "hasil", "jenis_iseng",
		"petugas", "rekaman", "rekaman_detik", "sha256_berkas_rekaman", "mata_rantai_terakhir",
	}}
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return c.local(*t)
	}
	for _, x := range c.Calls {
		var files []string
		for id := range strings.SplitSeq(x.TapeID, ",") {
			if h := hashes["rekaman/"+id+".wav"]; h != "" {
				files = append(files, h)
			}
		}
		rows = append(rows, []string{
			string(x.ID), x.Number, c.local(x.FirstRing), at(x.AnsweredAt), at(x.EndedAt), strconv.FormatInt(x.TalkMs/1000, 10),
			string(x.Outcome), string(x.Prank), x.OperatorName, x.TapeID, strconv.FormatInt(x.TapeMs/1000, 10), strings.Join(files, ","), x.TapeHash,
		})
	}
	for i := range rows {
		for j := range rows[i] {
			rows[i][j] = Cell(rows[i][j])
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the table of a case: %w", err)
	}
	return &out, nil
}

// Cell makes text safe for spreadsheets: what begins like a formula is read as text (OWASP, CSV injection).
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (c Case) words(missing []string) string {
	numbers := make([]string, len(c.Numbers))
	for i, n := range c.Numbers {
		numbers[i] = n.Display()
	}
	zone := c.Office.ZoneName(c.Made)
	var b strings.Builder
	fmt.Fprintf(&b, "BERKAS PERKARA PANGGILAN ISENG DAN LAPORAN PALSU KE 110\n\n")
	fmt.Fprintf(&b, "Kantor:    %s\nNomor:     %s\nWaktu:     %s sampai %s %s\n", c.Office.Name, strings.Join(numbers, ", "), c.local(c.From), c.local(c.To), zone)
	fmt.Fprintf(&b, "Panggilan: %d\nDibuat:    %s %s oleh %s\nAlasan:    %s\n\n", len(c.Calls), c.local(c.Made), zone, c.By, c.Reason)
	b.WriteString("Isi: panggilan.csv (satu baris per panggilan), rekaman/ (kiri penelepon, kanan petugas), SHA256SUMS.\n\n")
	b.WriteString("Memeriksa keaslian:\n")
	b.WriteString("1. `sha256sum -c SHA256SUMS` memeriksa berkas ini.\n")
	b.WriteString("2. Kolom sha256_berkas_rekaman adalah SHA-256 berkas WAV di rekaman/.\n")
	b.WriteString("3. Kolom mata_rantai_terakhir tercatat di jurnal Siaga saat panggilan selesai. rekaman/*.sum berisi rantainya: mata rantai\n")
	b.WriteString("   pertama adalah SHA-256 baris pertama (dengan akhir barisnya), setiap berikutnya SHA-256 dari mata rantai sebelumnya (32 bita) dan suara\n")
	b.WriteString("   satu detik (16000 bita setelah kepala WAV; yang terakhir boleh kurang). Mata rantai terakhir harus sama dengan kolom itu.\n")
	b.WriteString("4. `siaga verify` di kantor pembuat memeriksa jurnal dan rekaman terhadap rantainya.\n")
	if len(missing) > 0 {
		fmt.Fprintf(&b, "\nREKAMAN YANG TIDAK DAPAT DIBUKA (%d): %s\n", len(missing), strings.Join(missing, ", "))
	}
	return b.String()
}
