package api

import (
	"context"
	"net/http"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
)

// RosterFiles takes in files of people and vehicles.
type RosterFiles interface {
	// Import checks a file and, with Apply and without faults, takes it in. The error is of the house, not of the file.
	Import(ctx context.Context, who roster.Who, f RosterFile) (roster.File, error)
}

// RosterFile is a file of people and vehicles that somebody brings.
type RosterFile struct {
	Raw    []byte
	Name   string
	User   string // who typed the command on the machine; empty when it came by a screen
	Update bool   // people who are known are changed
	Apply  bool   // else it is checked only
}

// rosterBodyMax has room for a file of 8 MB in base64.
const rosterBodyMax = 12 << 20

// RosterUpload is a file of people and vehicles, CSV or XLSX.
type RosterUpload struct {
	Name   string `json:"name" minLength:"1" maxLength:"200" doc:"of the file"`
	Data   []byte `json:"data" doc:"the file, base64"`
	Update bool   `json:"update" doc:"people whose NRP is known are changed; else they are faults"`
	Apply  bool   `json:"apply" doc:"take it in, if it has no fault; else it is checked only"`
}

// RosterPreview is what a file holds. With a fault nothing of it was taken in.
type RosterPreview struct {
	Applied  bool            `json:"applied"`
	People   int             `json:"people"`
	Known    int             `json:"known" doc:"of the people, who is changed"`
	Vehicles int             `json:"vehicles"`
	Faults   []RosterFault   `json:"faults" nullable:"false"`
	Cut      bool            `json:"cut" doc:"there are more faults than told"`
	Notes    []RosterFault   `json:"notes" nullable:"false" doc:"worth a look, and no reason to refuse"`
	Rows     []RosterFileRow `json:"rows" nullable:"false" doc:"the first of what was found good"`
}

// RosterFault is what is wrong with a line.
type RosterFault struct {
	Sheet  string `json:"sheet" doc:"of a workbook"`
	Line   int    `json:"line" doc:"as the file's own program counts; 0: the whole file"`
	Column string `json:"column"`
	Text   Text   `json:"text"`
}

// RosterFileRow is a line that is good.
type RosterFileRow struct {
	Line   int               `json:"line"`
	What   string            `json:"what" enum:"person,vehicle"`
	Known  bool              `json:"known" doc:"a person who is changed"`
	Title  string            `json:"title" doc:"rank and name, or call sign"`
	Detail string            `json:"detail" doc:"NRP, or number plate"`
	Kind   incident.UnitKind `json:"kind" enum:",motor,mobil,jalan_kaki,perahu"`
	Office office.ID         `json:"office"`
	Move   *roster.Move      `json:"move"`
}

// previewRows are shown at once.
const previewRows = 200

func (s *Server) rosterFileOps() {
	op := operation(http.MethodPost, "/roster/import", "Check a file of people and vehicles, and take it in: all of it, or nothing", rule{roles: leaders})
	op.MaxBodyBytes = rosterBodyMax
	register(s, op, func(ctx context.Context, in *body[RosterUpload]) (*out[RosterPreview], error) {
		c := who(ctx)
		f, err := s.cfg.RosterFiles.Import(ctx, c.roster(), RosterFile{Raw: in.Body.Data, Name: in.Body.Name, Update: in.Body.Update, Apply: in.Body.Apply})
		if err != nil {
			return nil, err
		}
		s.noteRead(c, "roster_file", in.Body.Name, "")
		return &out[RosterPreview]{preview(f, in.Body.Apply)}, nil
	})
}

func preview(f roster.File, apply bool) RosterPreview {
	v := RosterPreview{
		Applied: apply && len(f.Faults) == 0, People: len(f.People), Vehicles: len(f.Vehicles), Cut: f.Cut,
		Faults: faultViews(f.Faults), Notes: faultViews(f.Notes), Rows: []RosterFileRow{},
	}
	for _, p := range f.People {
		if p.Known != "" {
			v.Known++
		}
		if len(v.Rows) < previewRows {
			v.Rows = append(v.Rows, RosterFileRow{
				Line: p.Line, What: "person", Known: p.Known != "", Title: p.Card.Rank + " " + string(p.Card.Name), Detail: string(p.Card.NRP), Office: p.Office, Move: p.Move,
			})
		}
	}
	for _, u := range f.Vehicles {
		if len(v.Rows) < previewRows {
			v.Rows = append(v.Rows, RosterFileRow{
				Line: u.Line, What: "vehicle", Title: u.Vehicle.Sign, Detail: u.Vehicle.Plate, Kind: u.Vehicle.Kind, Office: u.Vehicle.Home,
			})
		}
	}
	return v
}

func faultViews(faults []roster.Fault) []RosterFault {
	list := []RosterFault{}
	for _, f := range faults {
		list = append(list, RosterFault{Sheet: f.Sheet, Line: f.Line, Column: f.Column, Text: Text{f.ID, f.EN}})
	}
	return list
}
