package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// faultsMax is how many faults of a file are told: who mends 200 lines sees the rest then.
const faultsMax = 200

// Site is what a file is held against.
type Site struct {
	Offices *office.Directory
	Who     Who // rows without an office belong to theirs
	Today   Day
	Roster  *State
	// Update: rows of an NRP that is known change that person. Else they are faults.
	Update bool
	// Sign and Plate say which unit has a call sign of an office or a number plate already, by its call sign; empty: none.
	Sign  func(office.ID, string) string
	Plate func(string) string
	// Account finds an account by its user name.
	Account func(user string) (id office.PersonID, at office.ID, ok bool)
}

// PersonRow is a line of people that was found good.
type PersonRow struct {
	Line   int
	Known  ID // who it changes; empty: new
	Office office.ID
	Card   Card
	Move   *Move // mutasi of the same line
}

// VehicleRow is a line of vehicles that was found good.
type VehicleRow struct {
	Line    int
	Vehicle incident.Vehicle
}

// File is what a file holds. With faults nothing of it is to be taken.
type File struct {
	People   []PersonRow
	Vehicles []VehicleRow
	Faults   []Fault
	Notes    []Fault // worth a look, and no reason to refuse
	Cut      bool    // there are more faults than told
}

// heads are the names of columns that people use, in small letters without marks.
var heads = map[string]string{
	"nama": "nama", "namalengkap": "nama", "name": "nama", "pangkat": "pangkat", "rank": "pangkat", "nrp": "nrp", "nrpnip": "nrp", "nip": "nrp",
	"telepon": "telepon", "hp": "telepon", "nohp": "telepon", "notelepon": "telepon", "nomorhp": "telepon", "phone": "telepon",
	"keahlian": "keahlian", "skills": "keahlian", "kualifikasi": "keahlian", "sprin": "sprin", "nosprin": "sprin", "nomorsprin": "sprin",
	"tanggalsprin": "tanggal_sprin", "tglsprin": "tanggal_sprin", "latihan": "latihan", "sertifikat": "latihan", "pelatihan": "latihan",
	"akun": "akun", "user": "akun", "kantor": "kantor", "satuan": "kantor", "office": "kantor", "pindahke": "pindah_ke", "mutasike": "pindah_ke",
	"tanggalpindah": "tanggal_pindah", "tanggalmutasi": "tanggal_pindah", "tglmutasi": "tanggal_pindah", "sprinpindah": "sprin_pindah", "sprinmutasi": "sprin_pindah",
	"jenis": "jenis", "kind": "jenis", "jeniskendaraan": "jenis", "tandapanggil": "tanda_panggil", "callsign": "tanda_panggil", "sandi": "tanda_panggil",
	"plat": "plat", "nopol": "plat", "nomorpolisi": "plat", "platnomor": "plat", "plate": "plat", "no": "", "nomor": "", "keterangan": "",
}

// Read checks the sheets of a file against the site, all lines of it, and says all that is wrong. Sheets of people have a column
// nrp, those of vehicles a column jenis and tanda_panggil.
func Read(tables []office.Table, site Site) File {
	r := &reader{site: site, nrp: map[office.Private]string{}, plate: map[string]string{}, sign: map[string]string{}, accounts: map[office.PersonID]string{}}
	for _, t := range tables {
		for _, n := range t.Notes {
			r.notes = append(r.notes, Fault{Sheet: t.Sheet, ID: n.ID, EN: n.EN})
		}
		r.table(t, len(tables) > 1)
	}
	if len(r.faults) == 0 && len(r.people)+len(r.vehicles) == 0 {
		r.bad(*fault("", "berkas tidak berisi personel atau kendaraan", "the file has neither people nor vehicles"))
	}
	return File{People: r.people, Vehicles: r.vehicles, Faults: r.faults, Notes: r.notes, Cut: r.cut}
}

type reader struct {
	site     Site
	people   []PersonRow
	vehicles []VehicleRow
	faults   []Fault
	notes    []Fault
	cut      bool

	// where something stood first: "baris 7"
	nrp      map[office.Private]string
	plate    map[string]string
	sign     map[string]string
	accounts map[office.PersonID]string

	sheet string
	line  int
	cells []string
	cols  map[string]int
}

func (r *reader) bad(f Fault) {
	if f.Sheet == "" {
		f.Sheet = r.sheet
	}
	if f.Line == 0 {
		f.Line = r.line
	}
	if len(r.faults) == faultsMax {
		r.cut = true
		return
	}
	r.faults = append(r.faults, f)
}

func (r *reader) note(f *Fault) {
	f.Sheet, f.Line = r.sheet, r.line
	if len(r.notes) < faultsMax {
		r.notes = append(r.notes, *f)
	}
}

func (r *reader) get(column string) string {
	if i, ok := r.cols[column]; ok && i < len(r.cells) {
		return strings.TrimSpace(strings.ReplaceAll(r.cells[i], "\u00a0", " "))
	}
	return ""
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// table finds the line of heads and takes each line below it. A sheet of neither kind in a workbook is passed over with a note.
func (r *reader) table(t office.Table, passOver bool) {
	r.sheet, r.line, r.cols = t.Sheet, 0, nil
	rows := slices.DeleteFunc(slices.Clone(t.Rows), func(row office.TableRow) bool { return blank(row.Cells) })
	var people, vehicles bool
	head := -1
	for i := range min(len(rows), 10) { // a title may stand above
		cols, unknown := columns(rows[i].Cells)
		_, nrp := cols["nrp"]
		_, kind := cols["jenis"]
		_, sign := cols["tanda_panggil"]
		if people, vehicles = nrp, !nrp && kind && sign; people || vehicles {
			head, r.cols, r.line = i, cols, rows[i].Line
			for _, u := range unknown {
				r.note(fault("", "kolom %q tidak dikenal dan tidak dibaca", "the column %q isn't known and isn't read", u))
			}
			break
		}
	}
	need := []string{"nama", "pangkat"}
	switch {
	case head < 0 && passOver:
		r.note(fault("", "lembar ini dilewati: tidak ada kolom nrp, atau jenis dan tanda_panggil", "this sheet is passed over: it has no column nrp, nor jenis and tanda_panggil"))
		return
	case head < 0:
		r.bad(*fault("", "baris judul tidak ditemukan: personel perlu kolom nama, pangkat, nrp; kendaraan perlu jenis, tanda_panggil, plat",
			"no line of heads was found: people need the columns nama, pangkat, nrp; vehicles need jenis, tanda_panggil, plat"))
		return
	case vehicles:
		need = []string{"plat"}
	}
	for _, n := range need {
		if _, ok := r.cols[n]; !ok {
			r.bad(*fault(n, "kolom %s tidak ada di baris judul", "the line of heads has no column %s", n))
			return
		}
	}
	for _, row := range rows[head+1:] {
		r.line, r.cells = row.Line, row.Cells
		if n := len(rows[head].Cells); len(row.Cells) > n && !blank(row.Cells[n:]) {
			r.bad(*fault("", "baris ini punya %d kolom, judulnya %d: pemisah kelebihan?", "this line has %d columns, the heads %d: a separator too many?", len(row.Cells), n))
			continue
		}
		if people {
			r.person()
		} else {
			r.vehicle()
		}
	}
}

func columns(cells []string) (known map[string]int, unknown []string) {
	known = map[string]int{}
	for i, c := range cells {
		name, ok := heads[letters(strings.TrimPrefix(c, "\ufeff"))]
		if _, had := known[name]; ok && name != "" && !had {
			known[name] = i
		} else if !ok && strings.TrimSpace(c) != "" {
			unknown = append(unknown, strings.TrimSpace(c))
		}
	}
	return known, unknown
}

// office finds the office of a line by id, code or name.
func (r *reader) office(column string) (office.ID, bool) {
	raw := r.get(column)
	if raw == "" {
		return r.site.Who.Office, true
	}
	for _, o := range r.site.Offices.All() {
		for _, name := range []string{string(o.ID), o.Code, o.Name, o.Short} {
			if letters(name) == letters(raw) && name != "" {
				if !r.site.Offices.CanRead(r.site.Who.Office, o.ID) {
					r.bad(*fault(column, "kantor %s bukan kantor sendiri atau di bawahnya", "the office %s is neither yours nor below it", o.Name))
					return "", false
				}
				return o.ID, true
			}
		}
	}
	r.bad(*fault(column, "kantor %q tidak dikenal: tulis namanya seperti di Siaga, misalnya %q", "the office %q isn't known: write it as Siaga does, for instance %q", raw, r.example()))
	return "", false
}

func (r *reader) example() string {
	o, _ := r.site.Offices.Get(r.site.Who.Office)
	return o.Name
}

// first says where a value stood before in this file, or keeps that it stands here.
func first[K comparable](r *reader, seen map[K]string, k K) string {
	if at, ok := seen[k]; ok {
		return at
	}
	seen[k] = fmt.Sprint(r.line)
	if r.sheet != "" {
		seen[k] = fmt.Sprintf("%d (%s)", r.line, r.sheet)
	}
	return ""
}

func (r *reader) vehicle() {
	v := incident.Vehicle{Sign: strings.Join(strings.Fields(r.get("tanda_panggil")), " "), Plate: strings.ToUpper(strings.Join(strings.Fields(r.get("plat")), " "))}
	home, ok := r.office("kantor")
	v.Home = home
	kind := r.get("jenis")
	if v.Kind = kindOf(kind); v.Kind == "" {
		r.bad(*fault("jenis", "jenis %q tidak dikenal: tulis motor, mobil, jalan kaki atau perahu", "the kind %q isn't known: write motor, mobil, jalan kaki or perahu", kind))
		ok = false
	}
	skills, good := r.skills()
	v.Skills = skills
	if v.Sign == "" || len(v.Sign) > 60 {
		r.bad(*fault("tanda_panggil", "tanda panggil kosong atau lebih dari 60 huruf", "the call sign is empty or has over 60 letters"))
		ok = false
	}
	plain := incident.PlainPlate(v.Plate)
	switch wheels := v.Kind == incident.Motorcycle || v.Kind == incident.Car; {
	case wheels && plain == "":
		r.bad(*fault("plat", "plat nomor kosong: kendaraan harus berplat", "the number plate is empty: a vehicle needs one"))
		ok = false
	case plain != "" && !plateForm.MatchString(plain):
		r.bad(*fault("plat", "plat nomor %q salah: tulis seperti KT 1234 AB atau 1234-XIII", "the number plate %q is wrong: write it like KT 1234 AB or 1234-XIII", v.Plate))
		ok = false
	case plain != "":
		if at := first(r, r.plate, plain); at != "" {
			r.bad(*fault("plat", "plat nomor %s sudah ada di baris %s", "the number plate %s stands in line %s already", v.Plate, at))
			ok = false
		} else if sign := r.site.Plate(v.Plate); sign != "" {
			r.bad(*fault("plat", "plat nomor %s sudah dipakai unit %s", "the number plate %s belongs to unit %s already", v.Plate, sign))
			ok = false
		}
	}
	if !ok || !good {
		return
	}
	if at := first(r, r.sign, string(v.Home)+"/"+strings.ToLower(v.Sign)); at != "" {
		r.bad(*fault("tanda_panggil", "tanda panggil %s sudah ada di baris %s", "the call sign %s stands in line %s already", v.Sign, at))
		return
	}
	if sign := r.site.Sign(v.Home, v.Sign); sign != "" {
		r.bad(*fault("tanda_panggil", "tanda panggil %s sudah dipakai di kantor itu", "the call sign %s is taken at that office", v.Sign))
		return
	}
	r.vehicles = append(r.vehicles, VehicleRow{Line: r.line, Vehicle: v})
}

// plateForm has letters of the region, digits and letters, or the number and roman Polda of the police's own plates.
var plateForm = regexp.MustCompile(`^[A-Z]{0,2}[0-9]{1,5}[A-Z]{0,3}[0-9A-Z]{0,6}$`)

func kindOf(raw string) incident.UnitKind {
	switch letters(raw) {
	case "motor", "sepedamotor", "r2", "motorcycle":
		return incident.Motorcycle
	case "mobil", "r4", "car", "mobilpatroli":
		return incident.Car
	case "jalankaki", "foot", "patrolijalankaki":
		return incident.Foot
	case "perahu", "kapal", "speedboat", "boat":
		return incident.Boat
	}
	return ""
}

func (r *reader) skills() (list []incident.Skill, ok bool) {
	ok = true
	for _, raw := range split(r.get("keahlian"), "|,;/") {
		s, known := Skill(raw)
		if !known {
			r.bad(*badSkill(raw))
			ok = false
			continue
		}
		list = append(list, s)
	}
	return unique(list), ok
}

func split(raw, seps string) []string {
	var list []string
	for _, part := range strings.FieldsFunc(raw, func(c rune) bool { return strings.ContainsRune(seps, c) }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
