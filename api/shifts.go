package api

import (
	"context"
	"net/http"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
)

// ShiftView is the plan of a shift against who is there: names and posts, nothing else of a person.
type ShiftView struct {
	Office       office.ID  `json:"office"`
	Day          roster.Day `json:"day" doc:"on which it begins"`
	Name         string     `json:"name"`
	From         time.Time  `json:"from"`
	To           time.Time  `json:"to"`
	Now          bool       `json:"now"`
	Posts        []PostView `json:"posts" nullable:"false"`
	Planned      int        `json:"planned" doc:"people"`
	Present      int        `json:"present"`
	UnitsPlanned int        `json:"unitsPlanned"`
	UnitsManned  int        `json:"unitsManned"`
}

// PostView is the crew of a unit, or, without one, who is at the desks.
type PostView struct {
	Unit   incident.UnitID   `json:"unit"`
	Sign   string            `json:"sign"`
	Kind   incident.UnitKind `json:"kind" enum:",motor,mobil,jalan_kaki,perahu"`
	Manned bool              `json:"manned" doc:"a crew is aboard"`
	People []OnDutyView      `json:"people" nullable:"false"`
}

// OnDutyView is somebody of a shift.
type OnDutyView struct {
	ID   roster.ID `json:"id"`
	Name string    `json:"name" doc:"with rank"`
	Lead bool      `json:"lead"`
	Here bool      `json:"here"`
	How  string    `json:"how" enum:"written,seen,unseen" doc:"written: a leader wrote it down; seen: signed in or aboard a unit"`
	Why  string    `json:"why" doc:"as written: sakit, izin"`
}

// ShiftPlan is who is to serve in a shift. An empty one takes the shift back.
type ShiftPlan struct {
	Office office.ID     `json:"office" minLength:"1" maxLength:"100"`
	Day    roster.Day    `json:"day" minLength:"10" maxLength:"10"`
	Name   string        `json:"name" minLength:"1" maxLength:"40"`
	From   string        `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"where the office is, like 07:00"`
	To     string        `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"not after from: of the next day"`
	Posts  []roster.Post `json:"posts" maxItems:"300" nullable:"false"`
}

// Attendance is that somebody came or didn't.
type Attendance struct {
	Office office.ID  `json:"office" minLength:"1" maxLength:"100"`
	Day    roster.Day `json:"day" minLength:"10" maxLength:"10"`
	Name   string     `json:"name" minLength:"1" maxLength:"40" doc:"of the shift"`
	Person roster.ID  `json:"person" minLength:"1" maxLength:"100"`
	Here   bool       `json:"here"`
	Why    string     `json:"why" maxLength:"200"`
}

// ShiftNamed names a shift.
type ShiftNamed struct {
	Office office.ID  `json:"office" minLength:"1" maxLength:"100"`
	Day    roster.Day `json:"day" minLength:"10" maxLength:"10"`
	Name   string     `json:"name" minLength:"1" maxLength:"40"`
}

// CrewsBegun says which planned crews are aboard now, and why others aren't.
type CrewsBegun struct {
	Aboard []string      `json:"aboard" nullable:"false" doc:"call signs"`
	Not    []CrewNotHere `json:"not" nullable:"false"`
}

// CrewNotHere is a planned crew that isn't aboard.
type CrewNotHere struct {
	Sign string `json:"sign"`
	Code string `json:"code" doc:"absent: nobody of it came; else as the unit refused"`
	Text Text   `json:"text"`
}

type shiftsIn struct {
	OfficeIn
	From roster.Day `query:"from" maxLength:"10" doc:"first day; yesterday when left out"`
	Days int        `query:"days" minimum:"1" maximum:"31" doc:"7 when left out"`
}

func (s *Server) shiftOps() {
	register(s, operation(http.MethodGet, "/roster/shifts", "Shifts of an office: who is planned, who is there", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *shiftsIn) (*out[[]ShiftView], error) {
			o := in.or(officeOf(ctx))
			if _, ok := in.From.Time(time.UTC); !ok {
				in.From = s.rosterDay(o).Plus(-1)
			}
			if in.Days == 0 {
				in.Days = 7
			}
			return &out[[]ShiftView]{s.shifts(o, in.From, in.From.Plus(in.Days-1))}, nil
		})
	register(s, operation(http.MethodPut, "/roster/shifts", "Plan a shift", rule{roles: leaders}),
		func(ctx context.Context, in *body[ShiftPlan]) (*out[[]ShiftView], error) {
			b := in.Body
			of, _ := s.cfg.Directory.Get(b.Office)
			day, ok := b.Day.Time(of.Location())
			if !ok {
				return nil, &roster.Refusal{Code: "bad_day", Text: "the day is no day"}
			}
			clock := func(text string) time.Time {
				t, _ := time.Parse("15:04", text) // the pattern was checked
				return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, of.Location())
			}
			p := roster.Plan{Key: roster.ShiftKey{Office: b.Office, Day: b.Day, Name: b.Name}, From: clock(b.From), To: clock(b.To), Posts: b.Posts}
			if !p.To.After(p.From) {
				p.To = p.To.AddDate(0, 0, 1)
			}
			for _, post := range b.Posts {
				if u, ok := s.cfg.Dispatch.Unit(post.Unit); post.Unit != "" && (!ok || u.Retired || u.Home != b.Office) {
					return nil, &roster.Refusal{Code: "other_unit", Text: "a unit of the plan isn't this office's"}
				}
			}
			if err := s.cfg.Roster.Do(ctx, who(ctx).roster(), p); err != nil {
				return nil, err
			}
			return &out[[]ShiftView]{s.shifts(b.Office, b.Day, b.Day)}, nil
		})
	register(s, operation(http.MethodPost, "/roster/shifts/attend", "Say who of a shift came", rule{roles: leaders}),
		func(ctx context.Context, in *body[Attendance]) (*out[[]ShiftView], error) {
			b := in.Body
			err := s.cfg.Roster.Do(ctx, who(ctx).roster(), roster.Attend{
				Key: roster.ShiftKey{Office: b.Office, Day: b.Day, Name: b.Name}, ID: b.Person, Here: b.Here, Why: b.Why,
			})
			if err != nil {
				return nil, err
			}
			return &out[[]ShiftView]{s.shifts(b.Office, b.Day, b.Day)}, nil
		})
	register(s, operation(http.MethodPost, "/roster/shifts/begin", "Put the planned crews of a shift aboard their units", rule{roles: callTakers}), s.beginShift)
}

// seenBy says who is on duty by what the house sees, and which units have a crew.
func (s *Server) seenBy(o office.ID) (seen func(roster.Person) bool, units map[incident.UnitID]dispatch.UnitCard) {
	aboard := map[office.PersonID]bool{}
	units = map[incident.UnitID]dispatch.UnitCard{}
	for _, u := range s.cfg.Dispatch.Units(o) {
		units[u.ID] = u
		for _, m := range u.Crew {
			aboard[m.Person] = true
		}
	}
	return func(p roster.Person) bool {
		a := p.Card.Account
		return aboard[p.Aboard()] || aboard[office.PersonID(p.ID)] || a != "" && (s.cfg.Desk.SeatOf(a) != "" || s.cfg.Staff.SignedIn(a))
	}, units
}

func (s *Server) shifts(o office.ID, from, to roster.Day) []ShiftView {
	seen, units := s.seenBy(o)
	now := s.cfg.Now()
	list := []ShiftView{}
	s.cfg.Roster.See(func(st *roster.State) {
		for _, sh := range st.ShiftsOf(o, from, to) {
			// Whoever is there now says nothing of other shifts.
			current := !sh.From.Add(-2*time.Hour).After(now) && sh.To.After(now)
			here := func(p roster.Person) bool { return current && seen(p) }
			strength := st.Strength(sh, here, func(u incident.UnitID) bool { return current && len(units[u].Crew) > 0 })
			v := ShiftView{
				Office: o, Day: sh.Day, Name: sh.Name, From: sh.From.UTC(), To: sh.To.UTC(), Now: !sh.From.After(now) && sh.To.After(now),
				Posts: []PostView{}, Planned: strength.Planned, Present: strength.Present, UnitsPlanned: strength.UnitsPlanned, UnitsManned: strength.UnitsManned,
			}
			for _, p := range sh.Posts {
				u := units[p.Unit]
				post := PostView{Unit: p.Unit, Sign: u.Sign, Kind: u.Kind, Manned: current && p.Unit != "" && len(u.Crew) > 0, People: []OnDutyView{}}
				for _, id := range p.People {
					person := st.People[id]
					d := OnDutyView{ID: id, Name: person.Title(), Lead: id == p.Lead, Here: here(person), How: "unseen"}
					if d.Here {
						d.How = "seen"
					}
					if came, ok := sh.Came[id]; ok {
						d.Here, d.How, d.Why = came.Here, "written", came.Why
					}
					post.People = append(post.People, d)
				}
				v.Posts = append(v.Posts, post)
			}
			list = append(list, v)
		}
	})
	return list
}

// beginShift puts those aboard of whom nobody wrote that they didn't come. A unit with a job keeps its crew until that is over.
func (s *Server) beginShift(ctx context.Context, in *body[ShiftNamed]) (*out[CrewsBegun], error) {
	b := in.Body
	if p := s.mayRead(who(ctx), b.Office); p != nil { // the office is in the body, which the rule doesn't see
		return nil, p
	}
	var sh roster.Shift
	var found bool
	crews := map[incident.UnitID][]incident.Mate{}
	s.cfg.Roster.See(func(st *roster.State) {
		sh, found = st.Shifts[roster.ShiftKey{Office: b.Office, Day: b.Day, Name: b.Name}]
		for _, p := range sh.Posts {
			for _, id := range p.People {
				if came, written := sh.Came[id]; p.Unit == "" || written && !came.Here {
					continue
				}
				person := st.People[id]
				crews[p.Unit] = append(crews[p.Unit], incident.Mate{Person: person.Aboard(), Lead: id == p.Lead, Skills: person.Card.Skills})
			}
		}
	})
	now := s.cfg.Now()
	switch {
	case !found || len(sh.Posts) == 0:
		return nil, problem(http.StatusNotFound, "not_found")
	case now.Before(sh.From.Add(-time.Hour)) || now.After(sh.To):
		return nil, &roster.Refusal{Code: "not_now", Text: "crews go aboard from an hour before the shift to its end"}
	}
	done := CrewsBegun{Aboard: []string{}, Not: []CrewNotHere{}}
	for _, p := range sh.Posts {
		u, ok := s.cfg.Dispatch.Unit(p.Unit)
		switch {
		case p.Unit == "":
			continue
		case !ok || u.Retired:
			done.Not = append(done.Not, CrewNotHere{Sign: string(p.Unit), Code: "unknown_unit", Text: textOf("not_found")})
			continue
		case len(crews[p.Unit]) == 0:
			done.Not = append(done.Not, CrewNotHere{Sign: u.Sign, Code: "absent", Text: textOf("roster_absent")})
			continue
		case u.Job != nil:
			done.Not = append(done.Not, CrewNotHere{Sign: u.Sign, Code: "unit_has_job", Text: textOf("unit_has_job")})
			continue
		}
		_, err := s.cfg.Dispatch.DoUnit(ctx, who(ctx).dispatch(), dispatch.Man{ID: p.Unit, Crew: crews[p.Unit], Shift: string(sh.Day) + "/" + sh.Name, Until: sh.To})
		if p := s.problemOf(err); p != nil {
			done.Not = append(done.Not, CrewNotHere{Sign: u.Sign, Code: p.Code, Text: p.Text})
			continue
		}
		done.Aboard = append(done.Aboard, u.Sign)
	}
	return &out[CrewsBegun]{done}, nil
}
