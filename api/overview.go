package api

import (
	"context"
	"net/http"
	"time"

	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/office"
)

// OverviewLine is one office's line of the overview.
type OverviewLine struct {
	dispatch.OfficeNow
	Name    string      `json:"name"`
	Kind    office.Kind `json:"kind" enum:"mabes,polda,polres,polsek"`
	Planned *int        `json:"planned" doc:"units that should be manned now by the roster; null: it has none"`
	OnDuty  int         `json:"onDuty" doc:"people at their seats"`
	Ready   int         `json:"ready" doc:"of these, who could take a call"`
	Talking int         `json:"talking"`
	Chief   string      `json:"chief" doc:"chief on duty; empty: none is signed in"`
	Target  PromiseView `json:"target" doc:"the office's own promise of today"`
}

// PromiseView is what an office promises for the nearest places.
type PromiseView struct {
	Minutes int    `json:"minutes" doc:"from the first ring"`
	Since   string `json:"since" doc:"promised from this day on; empty: the national target"`
}

// Overview is what all offices of a Polda have in hand.
type Overview struct {
	Office     office.ID      `json:"office"`
	ServerTime time.Time      `json:"serverTime"`
	Offices    []OverviewLine `json:"offices" nullable:"false"`
}

func (s *Server) overviewOps() {
	register(s, operation(http.MethodGet, "/overview", "What an office and those below it have in hand now", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *officeIn) (*out[Overview], error) {
			now := s.cfg.Now().UTC()
			o := Overview{Office: in.or(officeOf(ctx)), ServerTime: now, Offices: []OverviewLine{}}
			for _, line := range s.cfg.Dispatch.Overview(officeOf(ctx), o.Office, now) {
				o.Offices = append(o.Offices, s.overviewLine(line, now))
			}
			return &out[Overview]{o}, nil
		})
}

func (s *Server) overviewLine(now dispatch.OfficeNow, at time.Time) OverviewLine {
	of, _ := s.cfg.Directory.Get(now.Office)
	l := OverviewLine{OfficeNow: now, Name: of.Name, Kind: of.Kind, Target: s.promise(of, at)}
	if v, ok := s.cfg.Board.Get(of.ID, "floor/"+string(of.ID)); ok {
		if f, ok := v.(desk.FloorView); ok {
			l.OnDuty, l.Ready, l.Talking = f.OnDuty, f.Ready, f.Talking
		}
	}
	l.Planned = s.plannedUnits(of, at)
	if p := s.cfg.Staff.OnDuty(of.ID, office.Chief); p != "" {
		l.Chief = s.name(p)
	}
	return l
}

// promise is what an office promises on the day of an instant for what is near.
func (s *Server) promise(of office.Office, at time.Time) PromiseView {
	set, _ := s.cfg.Staff.Settings(of.ID)
	t := set.TargetOn(at.In(of.Location()).Format(time.DateOnly))
	return PromiseView{Minutes: int(t.Band(0, true).Arrive.Minutes()), Since: t.From}
}

// plannedUnits is how many units the shifts of now should have manned; nil when the roster has no shift.
func (s *Server) plannedUnits(of office.Office, at time.Time) *int {
	if s.cfg.Roster == nil {
		return nil
	}
	var planned *int
	s.cfg.Roster.See(func(st *roster.State) {
		units := map[incident.UnitID]bool{}
		today := roster.DayOf(at, of.Location())
		for _, sh := range st.ShiftsOf(of.ID, today.Plus(-1), today) { // a night's shift began yesterday
			if sh.From.After(at) || !sh.To.After(at) {
				continue
			}
			for _, p := range sh.Posts {
				if p.Unit != "" {
					units[p.Unit] = true
				}
			}
			n := len(units)
			planned = &n
		}
	})
	return planned
}
