package roster

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

func site(t testing.TB, s *State) Site {
	return Site{
		Offices: kaltim(t), Who: Who{Person: "adm", Office: polda}, Today: "2026-11-23", Roster: s,
		Sign: func(o office.ID, sign string) string {
			return map[string]string{"polresta-balikpapan/Beruang 1": "Beruang 1"}[string(o)+"/"+sign]
		},
		Plate:   func(plate string) string { return map[string]string{"KT1": "Elang 1"}[incident.PlainPlate(plate)] },
		Account: func(u string) (office.PersonID, office.ID, bool) { return "p1", bpn, u == "bpn1" },
	}
}

func read(t testing.TB, text string, s Site) File {
	t.Helper()
	table, err := office.ReadCSV([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Read([]office.Table{table}, s)
}

// TestFaultsByLine: each line's fault is named with its line, its column and what to do.
func TestFaultsByLine(t *testing.T) {
	const people = "nama;pangkat;nrp;kantor;telepon;keahlian;sprin;tanggal_sprin;latihan;akun;pindah_ke;tanggal_pindah\n"
	const vehicles = "jenis,tanda_panggil,plat,kantor,keahlian\n"
	known := New()
	known.Apply(Entered{At: noon, ID: "r0", Office: bpn, Card: Card{Name: "Lama", Rank: "Aiptu", NRP: "80010001"}})
	for _, c := range []struct{ head, line, column, says string }{
		{people, "Budi;Bripka;87051234;Polresta Balikpapan;0812-3456-7890;ppa|lantas;Sprin/1;2026-11-01;Nego s.d. 2027-01-01;bpn1;;", "", ""},
		{people, "Budi;BRIPKA;'87051234;KALTIM-BPN;;P3K;;;;;Polresta Samarinda;1 Desember 2026", "", ""},
		{people, ";Bripka;87051234;;;;;;;;;", "nama", "nama kosong"},
		{people, "Budi 2;Bripka;87051234;;;;;;;;;", "nama", "berisi angka"},
		{people, "Budi;Jendral Besar;87051234;;;;;;;;;", "pangkat", "tidak dikenal"},
		{people, "Budi;Bripka;8.7051234E+7;;;;;;;;;", "nrp", "lembar sebar"},
		{people, "Budi;Bripka;7051234;;;;;;;;;", "nrp", "nol di depan"},
		{people, "Budi;Bripka;87991234;;;;;;;;;", "nrp", "bulan lahir"},
		{people, "Budi;Bripka;80010001;;;;;;;;;", "nrp", "sudah terdaftar: Aiptu Lama, Polresta Balikpapan"},
		{people, "Budi;Bripka;87051234;Polres Mars;;;;;;;;", "kantor", "tidak dikenal"},
		{people, "Budi;Bripka;87051234;;abc;;;;;;;", "telepon", "bukan nomor"},
		{people, "Budi;Bripka;87051234;;;terbang;;;;;;", "keahlian", "yang dikenal: ppa"},
		{people, "Budi;Bripka;87051234;;;;Sprin/1;2027-01-01;;;;", "tanggal_sprin", "masa depan"},
		{people, "Budi;Bripka;87051234;;;;Sprin/1;1926-01-01;;;;", "tanggal_sprin", "terlalu lampau"},
		{people, "Budi;Bripka;87051234;;;;;2026-01-01;;;;", "tanggal_sprin", "tanpa nomor"},
		{people, "Budi;Bripka;87051234;;;;;;Nego: 31/02/2027;;;", "latihan", "salah"},
		{people, "Budi;Bripka;87051234;;;;;;Nego: 2099-01-01;;;", "latihan", "terlalu jauh"},
		{people, "Budi;Bripka;87051234;;;;;;;siapa;;", "akun", "tidak ada"},
		{people, "Budi;Bripka;87051234;;;;;;;;Polresta Samarinda;", "tanggal_pindah", "perlu"},
		{people, "Budi;Bripka;87051234;;;;;;;;Polresta Samarinda;2029-01-01", "tanggal_pindah", "lebih dari setahun"},
		{people, "Budi;Bripka;87051234;;;;;;;;Polresta Samarinda;2020-01-01", "tanggal_pindah", "lebih dari setahun"},
		{people, "Budi;Bripka;87051234;;;;;;;;;;lebih", "", "pemisah kelebihan"},
		{vehicles, "motor,Elang 2,KT 2 A,Polresta Balikpapan,lantas", "", ""},
		{vehicles, "jalan kaki,Kaki 1,,,", "", ""},
		{vehicles, "mobil,Elang 3,1234-XIII,,", "", ""},
		{vehicles, "pesawat,Elang 2,KT 2 A,,", "jenis", "tidak dikenal"},
		{vehicles, "motor,,KT 2 A,,", "tanda_panggil", "kosong"},
		{vehicles, "motor,Elang 2,,,", "plat", "kosong"},
		{vehicles, "motor,Elang 2,bukan plat,,", "plat", "salah"},
		{vehicles, "motor,Elang 2,kt-1,,", "plat", "sudah dipakai unit Elang 1"},
		{vehicles, "motor,Beruang 1,KT 9 Z,Polresta Balikpapan,", "tanda_panggil", "sudah dipakai"},
	} {
		f := read(t, c.head+c.line+"\n", site(t, known))
		switch {
		case c.says == "" && (len(f.Faults) > 0 || len(f.People)+len(f.Vehicles) != 1):
			t.Errorf("%s: %v", c.line, f.Faults)
		case c.says != "" && (len(f.Faults) != 1 || len(f.People)+len(f.Vehicles) != 0):
			t.Errorf("%s: %d faults: %v", c.line, len(f.Faults), f.Faults)
		case c.says != "" && (f.Faults[0].Line != 2 || f.Faults[0].Column != c.column || !strings.Contains(f.Faults[0].ID, c.says) || f.Faults[0].EN == ""):
			t.Errorf("%s: %+v, want %s %q", c.line, f.Faults[0], c.column, c.says)
		}
	}
}

func TestTwiceInOneFile(t *testing.T) {
	f := read(t, "Nama,Pangkat,NRP\nA,Bripda,87051234\nB,Bripda,87051235\n\nC,Bripda,8705-1234\n", site(t, New()))
	if len(f.Faults) != 1 || f.Faults[0].Line != 5 || !strings.Contains(f.Faults[0].ID, "baris 2") {
		t.Fatalf("%v", f.Faults)
	}
	f = read(t, "jenis,tanda panggil,nopol\nmotor,E 1,KT 1 A\nmotor,e 1,KT 3 A\nmobil,E 2,KT1A\n", site(t, New()))
	if len(f.Faults) != 2 || f.Faults[0].Line != 3 || f.Faults[1].Line != 4 || !strings.Contains(f.Faults[1].ID, "baris 2") {
		t.Fatalf("%v", f.Faults)
	}
}

func TestUpdateKnown(t *testing.T) {
	s := New()
	s.Apply(Entered{At: noon, ID: "r0", Office: bpn, Card: Card{Name: "Lama", Rank: "Aiptu", NRP: "80010001", Account: "p9"}})
	w := site(t, s)
	w.Update = true
	f := read(t, "nama,pangkat,nrp\nBaru,Ipda,80010001\n", w)
	if len(f.Faults) != 0 || len(f.People) != 1 || f.People[0].Known != "r0" || f.People[0].Office != bpn || f.People[0].Card.Account != "p9" {
		t.Fatalf("%+v", f)
	}
	f = read(t, "nama,pangkat,nrp,kantor\nBaru,Ipda,80010001,Polresta Samarinda\n", w)
	if len(f.Faults) != 1 || !strings.Contains(f.Faults[0].ID, "mutasi") {
		t.Fatalf("%+v", f.Faults)
	}
	w.Who.Office = samrnda // sideways: the NRP is told, not the name
	f = read(t, "nama,pangkat,nrp\nBaru,Ipda,80010001\n", w)
	if len(f.Faults) != 1 || strings.Contains(f.Faults[0].ID, "Lama") {
		t.Fatalf("%+v", f.Faults)
	}
}

func TestStrangeFiles(t *testing.T) {
	for name, c := range map[string]struct {
		raw   string
		says  string // of the error or the first fault
		notes string
	}{
		"utf16":      {"\xff\xfen\x00a\x00", "UTF-16", ""},
		"quotes":     {"nama,pangkat,nrp\n\"Budi,Bripka,87051234\n", "kutip", ""},
		"no head":    {"Budi,Bripka,87051234\n", "baris judul", ""},
		"no rank":    {"nama,nrp\nBudi,87051234\n", "pangkat", ""},
		"empty":      {"", "baris judul", ""},
		"heads only": {"nama,pangkat,nrp\n", "tidak berisi", ""},
		"1252":       {"nama;pangkat;nrp\nAndr\xe9;Bripka;87051234\n", "", "Windows-1252"},
		"title":      {"DAFTAR PERSONEL\n\nnama;pangkat;nrp;lain\nAndre;Bripka;87051234;x\n", "", "lain"},
	} {
		table, err := office.ReadCSV([]byte(c.raw))
		var bad *office.TableError
		if errors.As(err, &bad) {
			if c.says == "" || !strings.Contains(bad.ID, c.says) {
				t.Errorf("%s: %v", name, bad.ID)
			}
			continue
		}
		f := Read([]office.Table{table}, site(t, New()))
		if c.says != "" && (len(f.Faults) != 1 || !strings.Contains(f.Faults[0].ID, c.says)) || c.says == "" && len(f.Faults) > 0 {
			t.Errorf("%s: %v", name, f.Faults)
		}
		if c.notes != "" && (len(f.Notes) == 0 || !strings.Contains(fmt.Sprint(f.Notes), c.notes)) {
			t.Errorf("%s: notes %v", name, f.Notes)
		}
		if name == "1252" && f.People[0].Card.Name != "André" {
			t.Errorf("read %q", f.People[0].Card.Name)
		}
	}
	var many strings.Builder
	many.WriteString("nama,pangkat,nrp\n")
	for range 500 {
		many.WriteString("x,y,z\n")
	}
	if f := read(t, many.String(), site(t, New())); len(f.Faults) != faultsMax || !f.Cut {
		t.Errorf("%d faults told, cut %v", len(f.Faults), f.Cut)
	}
}

// FuzzRead: no file breaks it, and a file with faults gives them words.
func FuzzRead(f *testing.F) {
	f.Add([]byte("nama;pangkat;nrp;latihan\nAndr\xe9;Bripka;87051234;Nego s.d. 1-1-2027\n"))
	f.Add([]byte("jenis,tanda_panggil,plat\nmotor,E 1,KT 1 A\n"))
	s := site(f, New())
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := office.ReadCSV(raw)
		if err != nil {
			return
		}
		for _, bad := range Read([]office.Table{table}, s).Faults {
			if bad.ID == "" || bad.EN == "" {
				t.Fatalf("%+v has no words", bad)
			}
		}
	})
}
