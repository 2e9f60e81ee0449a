package node

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// demoCity is the office whose roster the demo fills: dozens of motorcycles and cars, and 70 people for them.
const demoCity office.ID = "polresta-balikpapan"

// Every name, number and plate of the demo is invented. Numbers of people begin with a year and month of birth, as real ones do.
var (
	demoGiven  = []string{"Adi", "Bagas", "Citra", "Dewi", "Eko", "Farhan", "Galih", "Hendra", "Ilham", "Joko", "Kurnia", "Laras", "Maya", "Nanda"}
	demoFamily = []string{"Pratama", "Saputra", "Wibowo", "Anggraini", "Hidayat", "Kusuma", "Maulana", "Nugraha", "Permata", "Rahmadani", "Setiawan"}
	demoGrades = []string{"Bripda", "Briptu", "Brigadir", "Bripka", "Aipda", "Aiptu", "Ipda"}
	demoSkills = []string{"", "lantas", "sabhara", "ppa", "reskrim", "", "medis", "negosiator", "", "sabhara"}
)

// demoPeopleFile is 70 people as a supervisor would bring them.
func demoPeopleFile(today roster.Day) string {
	var b strings.Builder
	b.WriteString("nama;pangkat;nrp;kantor;telepon;keahlian;sprin;tanggal_sprin;latihan;akun\n")
	for i := range 70 {
		grade := demoGrades[min(i*7%13, len(demoGrades)-1)]
		mark := ""
		switch i % 5 { // some end soon, one in thirty has ended
		case 0:
			mark = fmt.Sprintf("Pertolongan pertama s.d. %s", today.Plus(20+i*7))
		case 1:
			mark = fmt.Sprintf("Olah TKP s.d. %s", today.Plus(400+i))
		}
		if i%30 == 7 {
			mark = fmt.Sprintf("Pengawalan s.d. %s", today.Plus(-12))
		}
		user := ""
		if i < 2 {
			user = fmt.Sprintf("bpn%d", i+1)
		}
		fmt.Fprintf(&b, "%s %s;%s;%02d%02d%04d;Polresta Balikpapan;0811-5400-%04d;%s;Sprin/%d/XI/2026;%s;%s;%s\n",
			demoGiven[i%len(demoGiven)], demoFamily[(i*3+i/14)%len(demoFamily)], grade, 80+i%20, 1+i%12, 100+i*7, 1000+i,
			demoSkills[i%len(demoSkills)], 900+i/10, today.Plus(-20), mark, user)
	}
	return b.String()
}

// demoVehiclesFile is 80 units: 45 motorcycles, 30 cars, 5 foot patrols.
func demoVehiclesFile() string {
	var b strings.Builder
	b.WriteString("jenis,tanda_panggil,plat,kantor,keahlian\n")
	for i := range 80 {
		switch {
		case i < 45:
			fmt.Fprintf(&b, "motor,Beruang %d,KT %d BP,Polresta Balikpapan,%s\n", i+1, 2201+i*3, []string{"lantas", "", "sabhara"}[i%3])
		case i < 75:
			fmt.Fprintf(&b, "mobil,Elang %d,KT %d BQ,Polresta Balikpapan,%s\n", i-44, 1101+i*5, []string{"sabhara", "reskrim", "", "ppa", "lantas"}[i%5])
		default:
			fmt.Fprintf(&b, "jalan kaki,Rajawali %d,,Polresta Balikpapan,\n", i-74)
		}
	}
	return b.String()
}

// demoShifts are the three shifts of a day, in hours where the office is.
var demoShifts = []struct {
	name     string
	from, to int
}{{"pagi", 7, 15}, {"siang", 15, 23}, {"malam", 23, 31}}

// demoRoster fills the city's roster by the same way as a supervisor's files, plans today's shifts, and puts the crews of the
// present one aboard, but for some who haven't come.
func demoRoster(ctx context.Context, n *Node) error {
	empty := true
	n.roster.See(func(s *roster.State) { empty = len(s.People) == 0 })
	if !empty { // a kept folder has it
		return nil
	}
	who := roster.Who{Person: staff.System, Office: demoCity}
	now := time.Now()
	today := roster.Today(now, demoCity, n.offices)
	for name, text := range map[string]string{"personel.csv": demoPeopleFile(today), "kendaraan.csv": demoVehiclesFile()} {
		file, err := n.rosterFiles().Import(ctx, who, api.RosterFile{Raw: []byte(text), Name: name, Apply: true})
		if err != nil {
			return fmt.Errorf("demo roster: %w", err)
		}
		if len(file.Faults) > 0 {
			return fmt.Errorf("demo roster: %s: %s", name, file.Faults[0].English())
		}
	}
	var people []roster.Person
	n.roster.See(func(s *roster.State) { people = s.Of(demoCity, today) })
	units := n.dispatch.Units(demoCity)
	of, _ := n.offices.Get(demoCity)
	for k, sh := range demoShifts {
		// Yesterday's night lasts until the morning, so that it is never nobody's shift.
		for _, day := range []roster.Day{today.Plus(-1), today} {
			if day < today && sh.name != "malam" {
				continue
			}
			begin, _ := day.Time(of.Location())
			mine := people[(k*23)%len(people):][:23]
			if day < today {
				mine = people[46:69]
			}
			plan := roster.Plan{
				Key:  roster.ShiftKey{Office: demoCity, Day: day, Name: sh.name},
				From: begin.Add(time.Duration(sh.from) * time.Hour), To: begin.Add(time.Duration(sh.to) * time.Hour),
				Posts: demoPosts(mine, units, k),
			}
			if err := n.roster.Do(ctx, who, plan); err != nil {
				return fmt.Errorf("demo shifts: %w", err)
			}
		}
	}
	return demoCrews(ctx, n, now)
}

// demoPosts puts three at the desks and pairs aboard units.
func demoPosts(people []roster.Person, units []dispatch.UnitCard, k int) []roster.Post {
	ids := make([]roster.ID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	posts := []roster.Post{{People: ids[:3]}}
	for i, rest := 0, ids[3:]; len(rest) >= 2 && len(units) > 0; i, rest = i+1, rest[2:] {
		u := units[(k*11+i*4)%len(units)]
		posts = append(posts, roster.Post{Unit: u.ID, Lead: rest[0], People: rest[:2]})
	}
	return posts
}

func demoCrews(ctx context.Context, n *Node, now time.Time) error {
	var sh roster.Shift
	var ok bool
	crews := map[incident.UnitID][]incident.Mate{}
	n.roster.See(func(s *roster.State) {
		if sh, ok = s.Now(demoCity, now); !ok {
			return
		}
		for _, p := range sh.Posts {
			for _, id := range p.People {
				who := s.People[id]
				if p.Unit != "" {
					crews[p.Unit] = append(crews[p.Unit], incident.Mate{Person: who.Aboard(), Lead: id == p.Lead, Skills: who.Card.Skills})
				}
			}
		}
	})
	for i, p := range sh.Posts {
		if p.Unit == "" || i == 4 { // one crew hasn't come
			continue
		}
		_, err := n.dispatch.DoUnit(ctx, dispatch.Who{Person: staff.System, Office: demoCity},
			dispatch.Man{ID: p.Unit, Crew: crews[p.Unit], Shift: string(sh.Day) + "/" + sh.Name, Until: sh.To})
		if err != nil {
			return fmt.Errorf("demo crews: %w", err)
		}
	}
	return nil
}
