package dispatch

import (
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// CandidateOf is a unit as a recommendation sees it; false: it can't be sent. of is the office that looks for units, its own or of
// offices below it. seen is the unit's last position, nil when none is known; areas, which may be nil, say where that is.
func CandidateOf(u incident.Unit, of office.ID, home office.Office, seen *Fix, areas *office.Areas) (Candidate, bool) {
	if u.Retired || !u.Manned() || u.Status == incident.UnitOff || u.Status == incident.UnitBroken {
		return Candidate{}, false
	}
	c := Candidate{
		ID: string(u.ID), Sign: u.Vehicle.Sign, Kind: string(u.Vehicle.Kind), Office: u.Vehicle.Home, Home: home.At,
		Below: u.Vehicle.Home != of,
		Area:  home.Short, Free: u.Status.Free(), Moving: u.Status == incident.UnitPatrol || u.Status == incident.UnitReturning,
		Stack: len(u.Stack),
	}
	for _, k := range incident.Skills() {
		if u.Can(k) {
			c.Skills = append(c.Skills, string(k))
		}
	}
	if seen != nil {
		c.At, c.SeenAt = &seen.At, seen.Time
		if found := areas.At(seen.At); found.Area != "" {
			c.Area = found.Area
		}
	}
	return c, true
}
