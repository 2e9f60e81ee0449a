package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

const (
	goodPeople = "nama;pangkat;nrp;kantor;pindah_ke;tanggal_pindah\nSari;Bripka;87051234;Polda Kaltim;Polresta Balikpapan;2026-01-05\nBudi;Aipda;85061235;Polresta Balikpapan;;\n"
	badPeople  = "nama;pangkat;nrp\nSari;Bripka;87051239\nBudi;Aipda;87051239\n"
	goodCars   = "jenis,tanda_panggil,plat,kantor\nmotor,Beruang 1,KT 2201 A,Polresta Balikpapan\njalan kaki,Kaki 1,,Polresta Balikpapan\n"
)

// People and vehicles come in while the site stands and while it runs, are there again after a restart, and a file with one fault
// brings nothing.
func TestRosterImport(t *testing.T) {
	dir, cfg := newSite(t)
	run := func(name, text string, dry bool) (string, error) {
		var said bytes.Buffer
		err := ImportRoster(t.Context(), &said, RosterOptions{File: write(t, name, text), Dir: filepath.Join(dir, "data"), DryRun: dry, Office: "polda-kaltim"})
		return said.String(), err
	}
	if said, err := run("a.csv", badPeople, false); err == nil || !strings.Contains(said, "line 3: the NRP 87051239 stands in line 2 already") {
		t.Fatalf("%v: %s", err, said)
	}
	people := strings.Replace(goodPeople, "2026-01-05", string(roster.Today(time.Now(), "polda-kaltim", kaltim(t)).Plus(-10)), 1)
	if said, err := run("a.csv", people, true); err != nil || !strings.Contains(said, "2 people, 0 vehicles") {
		t.Fatalf("%v: %s", err, said)
	}
	if said, err := run("a.csv", people, false); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if said, err := run("v.csv", goodCars, false); err != nil || !strings.Contains(said, "0 people, 2 vehicles") {
		t.Fatalf("%v: %s", err, said)
	}
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	check := func(n *Node, units int) {
		t.Helper()
		var names []string
		n.roster.See(func(s *roster.State) {
			for _, p := range s.Of("polresta-balikpapan", roster.Today(time.Now(), "polda-kaltim", n.offices)) {
				names = append(names, p.Title())
			}
		})
		if fmt.Sprint(names) != "[Aipda Budi Bripka Sari]" {
			t.Errorf("the Polresta has %v", names)
		}
		if list := n.dispatch.Units("polresta-balikpapan"); len(list) != units || list[0].Sign != "Beruang 1" {
			t.Errorf("units %+v", list)
		}
	}
	check(n, 2)
	if said, err := run("v.csv", goodCars, false); err == nil || !strings.Contains(said, "belongs to unit Beruang 1 already") { // the running process answers
		t.Errorf("%v: %s", err, said)
	}
	if said, err := run("w.csv", strings.NewReplacer("Beruang 1", "Beruang 2", "2201", "2202", "Kaki 1", "Kaki 2").Replace(goodCars), false); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	check(n, 4)
	id := n.dispatch.Units("polresta-balikpapan")[0].ID
	if _, err := n.dispatch.DoUnit(t.Context(), dispatch.Who{Person: "x", Office: "polda-kaltim"}, dispatch.Man{ID: id, Crew: []incident.Mate{{Person: "x"}}}); err != nil {
		t.Error(err)
	}
	n.Close()
	if n, err = Start(t.Context(), cfg, Options{}); err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	check(n, 4)
	if u, _ := n.dispatch.Unit(id); len(u.Crew) != 1 || u.Sign != "Beruang 1" {
		t.Errorf("after the restart: %+v", u)
	}
	lines, err := n.view.UnitHistory(t.Context(), "polresta-balikpapan", id, 0)
	for wait := 0; err == nil && len(lines) < 3 && wait < 100; wait++ { // the view follows
		lines, err = n.view.UnitHistory(t.Context(), "polresta-balikpapan", id, 0)
	}
	if err != nil || len(lines) != 3 || lines[2].What != "registered" {
		t.Errorf("history %+v %v", lines, err)
	}
}

// failing is a journal whose disk is full.
type failing struct{ journal.Journal }

func (f failing) Append(context.Context, string, uint64, []journal.Record) (uint64, error) {
	return 0, journal.ErrFull
}

// When the journal doesn't take it, nothing is there: no person, no unit, and signs and plates are free again.
func TestRosterImportAllOrNothing(t *testing.T) {
	_, cfg := newSite(t)
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	f := n.rosterFiles()
	broken, err := staff.OpenRoster(t.Context(), failing{n.journal}, staff.Options{Offices: n.offices})
	if err != nil {
		t.Fatal(err)
	}
	in := api.RosterFile{Raw: []byte(goodCars), Name: "v.csv", Apply: true}
	who := roster.Who{Person: staff.System, Office: "polda-kaltim"}
	f.roster = broken
	if _, err := f.Import(t.Context(), who, in); !errors.Is(err, journal.ErrFull) {
		t.Fatal(err)
	}
	if list := n.dispatch.Units("polda-kaltim"); len(list) != 0 {
		t.Fatalf("units of a failed import: %+v", list)
	}
	f.roster = n.roster
	before, _, err := n.journal.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if file, err := f.Import(t.Context(), who, in); err != nil || len(file.Faults) > 0 {
		t.Fatalf("%v %v", err, file.Faults)
	}
	recs, err := n.journal.Read(t.Context(), roster.Stream, 1)
	after, _, _ := n.journal.Last(t.Context())
	if err != nil || len(recs) != 2 || after < before+2 || len(n.dispatch.Units("polda-kaltim")) != 2 {
		t.Fatalf("%d records, %v", len(recs), err)
	}
}

func kaltim(t *testing.T) *office.Directory {
	t.Helper()
	d, err := office.Read(bytes.NewReader(office.Kaltim()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDemoRoster: the demo's city has 70 people and 80 vehicles, planned shifts and crews aboard, by the way of a supervisor's files;
// a kept folder isn't filled twice.
func TestDemoRoster(t *testing.T) {
	_, cfg := newSite(t)
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if _, _, err := demoPeople(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := demoRoster(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	kinds := map[incident.UnitKind]int{}
	manned := 0
	for _, u := range n.dispatch.Units(demoCity) {
		kinds[u.Kind]++
		if len(u.Crew) > 0 {
			manned++
			if u.Crew[0].Name == "" || u.Status != incident.UnitReady {
				t.Errorf("crew of %s: %+v", u.Sign, u)
			}
		}
	}
	if kinds[incident.Motorcycle] != 45 || kinds[incident.Car] != 30 || kinds[incident.Foot] != 5 || manned < 8 {
		t.Errorf("%v, %d manned", kinds, manned)
	}
	n.roster.See(func(s *roster.State) {
		if got := len(s.Of(demoCity, roster.Today(time.Now(), demoCity, n.offices))); got != 70 {
			t.Errorf("%d people", got)
		}
		if _, ok := s.Now(demoCity, time.Now()); !ok {
			t.Error("it is nobody's shift")
		}
	})
}
