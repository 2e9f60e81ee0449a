package api_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/report"
	"github.com/siaga110/siaga/staff"
)

// rosterFiles is what the node wires between the rooms.
type rosterFiles struct{ h *house }

func (f rosterFiles) Import(ctx context.Context, who roster.Who, in api.RosterFile) (file roster.File, err error) {
	tables, err := report.ReadTables(in.Raw)
	if bad := (*office.TableError)(nil); errors.As(err, &bad) {
		return roster.File{Faults: []roster.Fault{{Line: bad.Line, ID: bad.ID, EN: bad.EN}}}, nil
	}
	sign, plate := f.h.dispatch.Taken()
	f.h.roster.See(func(s *roster.State) {
		file = roster.Read(tables, roster.Site{
			Offices: f.h.offices, Who: who, Today: roster.Today(time.Now(), who.Office, f.h.offices), Roster: s, Update: in.Update, Sign: sign, Plate: plate,
			Account: func(u string) (office.PersonID, office.ID, bool) {
				p, ok := f.h.staff.ByUser(u)
				return p.ID, p.Office, ok
			},
		})
	})
	if !in.Apply || len(file.Faults) > 0 {
		return file, err
	}
	var vehicles []incident.Vehicle
	for _, v := range file.Vehicles {
		vehicles = append(vehicles, v.Vehicle)
	}
	units, err := f.h.dispatch.PrepareUnits(dispatch.Who{Person: who.Person, Office: who.Office}, vehicles, time.Now())
	if err != nil {
		return file, err
	}
	return file, f.h.roster.Import(ctx, who, staff.Import{File: file, Name: in.Name, Units: units, UnitRecords: units.Records})
}

// do gives the roster a command by nobody in particular.
func (h *house) do(cmd roster.Command) {
	h.t.Helper()
	if err := h.roster.Do(h.t.Context(), roster.Who{Person: "system", Office: "polda"}, cmd); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) enter(id roster.ID, o office.ID, nrp string) {
	h.t.Helper()
	h.do(roster.Enter{ID: id, Office: o, Card: roster.Card{Name: "Orang", Rank: "Bripka", NRP: office.Private(nrp)}})
}

func upload(text string, apply bool) map[string]any {
	return map[string]any{"name": "a.csv", "data": base64.StdEncoding.EncodeToString([]byte(text)), "update": false, "apply": apply}
}

// TestRosterPages: a supervisor brings people and vehicles, plans a shift and puts its crews aboard; an operator sees names, no more.
func TestRosterPages(t *testing.T) {
	h := open(t)
	sup, op, polda := h.as("sup", "polres", office.Supervisor), h.as("op", "polres", office.Operator), h.as("psup", "polda", office.Supervisor)
	var seen api.RosterPreview
	sup.must("POST", "/roster/import", upload("nama,pangkat,nrp\nSari,Bripka,87051234\nBudi,Jendral,87051235\n", true), &seen)
	if seen.Applied || len(seen.Faults) != 1 || seen.Faults[0].Line != 3 || seen.Faults[0].Column != "pangkat" || seen.People != 1 {
		t.Fatalf("%+v", seen)
	}
	people := "nama,pangkat,nrp,akun,latihan\nSari,Bripka,87051234,op,Nego s.d. 2020-01-01\nBudi,Aipda,87051235,,\nAdi,Bripda,87051236,,\n"
	sup.must("POST", "/roster/import", upload(people, false), &seen)
	var list []api.RosterPerson
	sup.must("GET", "/roster/people", nil, &list)
	if seen.Applied || len(seen.Faults) > 0 || len(seen.Rows) != 3 || len(list) != 0 {
		t.Fatalf("a preview changed something: %+v %+v", seen, list)
	}
	sup.must("POST", "/roster/import", upload(people, true), &seen)
	sup.must("POST", "/roster/import", upload("jenis,tanda panggil,nopol\nmotor,Beruang 1,KT 1 A\nmotor,Beruang 2,KT 2 A\n", true), &seen)
	sup.must("GET", "/roster/people", nil, &list)
	if !seen.Applied || len(list) != 3 || list[0].Rank != "Aipda" || list[1].User != "op" || list[1].Marks[0].State != "over" {
		t.Fatalf("%+v", list)
	}
	if r := sup.do("GET", "/roster/people", nil); strings.Contains(strings.ReplaceAll(string(r.body), `"next":null`, ""), ":null") {
		t.Errorf("a list is null: %s", r.body)
	}
	if r := op.do("GET", "/roster/people", nil); r.code() != "not_allowed" {
		t.Errorf("an operator reads NRPs: %d", r.status)
	}
	if r := sup.do("POST", "/roster/import", map[string]any{"name": "a", "data": "!!", "update": false, "apply": true}); r.status != 422 {
		t.Errorf("no base64: %d %s", r.status, r.body)
	}
	var big api.RosterPreview // far over what other operations take
	sup.must("POST", "/roster/import", upload("nama,pangkat,nrp\n"+strings.Repeat("x,y,z\n", 19_000), false), &big)
	if len(big.Faults) != 200 || !big.Cut {
		t.Errorf("%d faults, cut %v", len(big.Faults), big.Cut)
	}

	now := time.Now().In(time.FixedZone("WITA", 8*3600))
	day := now.Format(time.DateOnly)
	var units []dispatch.UnitCard
	sup.must("GET", "/units", nil, &units)
	plan := map[string]any{
		"office": "polres", "day": day, "name": "pagi", "from": now.Add(-time.Minute).Format("15:04"), "to": now.Add(8 * time.Hour).Format("15:04"),
		"posts": []map[string]any{
			{"people": []any{list[1].ID}}, {"unit": units[0].ID, "lead": list[0].ID, "people": []any{list[0].ID, list[2].ID}},
		},
	}
	var shifts []api.ShiftView
	if r := op.do("PUT", "/roster/shifts", plan); r.code() != "not_allowed" {
		t.Errorf("an operator plans: %d", r.status)
	}
	if r := h.as("side", "sebelah", office.Supervisor).do("PUT", "/roster/shifts", plan); r.code() == "" || r.status/100 != 4 {
		t.Errorf("another office plans: %d %s", r.status, r.body)
	}
	sup.must("PUT", "/roster/shifts", plan, &shifts)
	// The operator's account is signed in, the crew isn't aboard.
	if s := shifts[0]; len(shifts) != 1 || s.Planned != 3 || s.Present != 1 || s.UnitsPlanned != 1 || s.UnitsManned != 0 || !s.Now {
		t.Fatalf("%+v", shifts)
	}
	sup.must("POST", "/roster/shifts/attend", map[string]any{"office": "polres", "day": day, "name": "pagi", "person": list[2].ID, "here": false, "why": "sakit"}, &shifts)
	var begun api.CrewsBegun
	op.must("POST", "/roster/shifts/begin", map[string]any{"office": "polres", "day": day, "name": "pagi"}, &begun)
	op.must("GET", "/roster/shifts", nil, &shifts)
	unit, _ := h.dispatch.Unit(units[0].ID)
	if s := shifts[0]; fmt.Sprint(begun.Aboard) != "["+units[0].Sign+"]" || s.Present != 2 || s.UnitsManned != 1 || len(unit.Crew) != 1 || unit.Shift != day+"/pagi" {
		t.Fatalf("%+v %+v %+v", begun, shifts, unit)
	}
	if who := shifts[0].Posts[1].People[1]; who.How != "written" || who.Why != "sakit" || who.Name != "Bripda Adi" {
		t.Errorf("%+v", who)
	}

	// Mutasi: the Polda enters it.
	move := map[string]any{"to": "sebelah", "on": day, "order": "Sprin/9"}
	if r := sup.do("POST", "/roster/people/"+string(list[2].ID)+"/move", move); r.code() != "roster_move_above" {
		t.Errorf("%d %s", r.status, r.body)
	}
	var moved api.RosterPerson
	polda.must("POST", "/roster/people/"+string(list[2].ID)+"/move", move, &moved)
	sup.must("GET", "/roster/people", nil, &list)
	if moved.Office != "sebelah" || len(list) != 2 {
		t.Errorf("%+v, %d left", moved, len(list))
	}
	reads, err := h.journal.Streams(t.Context(), "audit/")
	if err != nil || len(reads) == 0 {
		t.Errorf("nobody wrote down who read the roster: %v", err)
	}
}

// TestHandover: who leaves signs what is open, somebody else signs the same with their own password.
func TestHandover(t *testing.T) {
	h := open(t)
	op, other := h.as("op", "polda", office.Operator), h.as("op2", "polda", office.Operator)
	h.sit(op, "polda/1")
	id := h.talk(op, "polda/1", "+6281234567890")
	var inc struct{ ID string }
	op.must("PUT", "/calls/"+string(id)+"/report", form(0, "curat", "Plaza"), &inc)
	op.must("POST", "/incidents/"+inc.ID+"/send", map[string]any{"office": "polres"}, nil)
	pol, pol2 := h.as("r1", "polres", office.Operator), h.as("r2", "polres", office.Supervisor)
	var st api.HandoverState
	pol.must("GET", "/handovers", nil, &st)
	if len(st.Items) != 1 || st.Items[0].Kind != "incident" || !strings.Contains(st.Items[0].Text, "Plaza") || st.Open != nil {
		t.Fatalf("%+v", st)
	}
	sign := map[string]any{"office": "polres", "shift": "pagi", "note": "hati-hati di Plaza", "password": "salah sekali"}
	if r := pol.do("POST", "/handovers", sign); r.code() != "wrong_password" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	sign["password"] = password
	if r := other.do("POST", "/handovers", map[string]any{"office": "sebelah", "shift": "", "note": "", "password": password}); r.status != 200 {
		t.Errorf("an office above leaves for one below: %d %s", r.status, r.body)
	}
	var rec api.HandoverRecord
	pol.must("POST", "/handovers", sign, &rec)
	take := map[string]any{"hash": rec.Hash, "note": "siap", "password": password}
	if r := pol.do("POST", "/handovers/"+rec.ID+"/take", take); r.code() != "roster_same_person" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := pol2.do("POST", "/handovers/"+rec.ID+"/take", map[string]any{"hash": strings.Repeat("0", 64), "note": "", "password": password}); r.code() != "roster_other_list" {
		t.Errorf("%d %s", r.status, r.body)
	}
	pol2.must("POST", "/handovers/"+rec.ID+"/take", take, &rec)
	if rec.LeftByName == "" || rec.TakenByName == "" || rec.TakenAt == nil || len(rec.Items) != 1 {
		t.Errorf("%+v", rec)
	}
	pol.must("GET", "/handovers", nil, &st)
	if st.Open != nil || len(st.Past) != 1 || st.Past[0].Hash != rec.Hash {
		t.Errorf("%+v", st)
	}
	h.as("above", "polda", office.Supervisor).must("GET", "/handovers?office=polres", nil, &st)
	if st.Office != "polres" || len(st.Past) != 1 {
		t.Errorf("the Polda sees %+v", st)
	}
	// It is there again after a restart, from the journal alone.
	again, err := staff.OpenRoster(t.Context(), h.journal, staff.Options{Offices: h.offices})
	if err != nil {
		t.Fatal(err)
	}
	again.See(func(s *roster.State) {
		if got := s.Handovers[rec.ID]; got.TakenBy == "" || got.Hash != rec.Hash || len(got.Items) != 1 {
			t.Errorf("%+v", got)
		}
	})
}
