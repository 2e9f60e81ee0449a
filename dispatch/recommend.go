package dispatch

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Scene is where units are wanted.
type Scene struct {
	At     office.Point
	Office office.ID // that has the incident
	Needs  []string  // skills, like "ppa"; empty: any crew will do
	// Follow: whoever is there soonest goes first, and a crew with the skill comes after it. Else the skill comes first.
	Follow bool
	Now    time.Time // in the office's zone: streets have hours
}

// Candidate is one unit as far as a recommendation must know it. Units that have no crew aren't asked for.
type Candidate struct {
	ID     string
	Sign   string // call sign, "Beruang 3"
	Kind   string // "motor", "mobil", "jalan_kaki", "perahu"
	Office office.ID
	Below  bool // that office lies below the scene's: as good as its own
	Skills []string
	// At is the last position, nil when none is known; SeenAt is when that was.
	At     *office.Point
	SeenAt time.Time
	Home   office.Point // where its office stands
	Area   string       // of coverage: where the unit is, in words that people know ("Bpp Utara")
	Free   bool         // can be given a job at once
	Moving bool         // on patrol: nobody has to put on a helmet first
	Stack  int          // jobs that wait behind the present one
	// FreeIn is how long the present job may still take; zero: not known.
	FreeIn time.Duration
}

// Speeds are km/h by kind of unit and hour of the day, 0 to 23. Data: an office that knows its streets brings its own.
type Speeds map[string][24]float64

// DefaultSpeeds are cautious ones for a town with mornings and evenings: a motorcycle with blue light passes what a car stands in.
func DefaultSpeeds() Speeds {
	day := func(night, rush, rest float64) (s [24]float64) {
		for h := range s {
			switch {
			case h >= 21 || h < 5:
				s[h] = night
			case h >= 7 && h < 9 || h >= 16 && h < 19:
				s[h] = rush
			default:
				s[h] = rest
			}
		}
		return s
	}
	return Speeds{
		"motor": day(44, 30, 38), "mobil": day(44, 23, 32), "jalan_kaki": day(5, 5, 5), "perahu": day(22, 25, 25),
	}
}

// detour is how much longer roads are than the straight way round the water (CALL.md §3).
const detour = 1.35

// What a recommendation weighs besides the way. All are times, so that they can be added to it.
const (
	turnout    = 60 * time.Second  // from the call to the wheels turning, at the house
	turnoutOut = 45 * time.Second  // on patrol: to hear of it, and to turn round at the next corner
	jobLasts   = 25 * time.Minute  // a present job of which nothing more is known
	staleAfter = 2 * time.Minute   // a position older than this may be wrong
	staleMost  = 15 * time.Minute  // and one older than this says nothing
	lacking    = 15 * time.Minute  // for a crew without the skill: only when the others are far
	better     = time.Minute       // the same when the skill may follow
	lastOne    = 150 * time.Second // for the last free unit of an area
	otherHouse = 60 * time.Second  // for a unit of another office
)

// Means is what a recommendation may use. All may be left out.
type Means struct {
	Land   *office.Land                      // water to go round
	Speeds Speeds                            // DefaultSpeeds
	Road   func(i int) (time.Duration, bool) // what a router said about candidate i
}

// Advice is a unit that could go, the best first.
type Advice struct {
	ID     string
	Sign   string
	Arrive time.Duration // until it can be there, from now
	ByRoad bool          // a router said so; else it is the estimate
	Metres office.Metres // of the way by the estimate
	// Seen is the age of its position; below zero: none is known, the way is from its house.
	Seen  time.Duration
	Sure  bool     // the position is fresh
	Lacks []string // skills that are needed and that its crew lacks
	Also  bool     // to be sent besides the first, for the skill that the first lacks
	Busy  bool
	Left  int // free units that stay in its area
	Area  string
	Why   Words
	cost  time.Duration
	i     int
}

// Recommendation is what a person is shown who looks for units.
type Recommendation struct {
	Units  []Advice
	Known  bool   // the incident has a point
	Router string // "ok", "failed", or "" when none is set
}

// Words is a sentence in both languages of the screens.
type Words struct{ ID, EN string }

// Recommend orders units by when they can be there, and what sending them leaves behind. It proposes; a person decides. It is
// pure: the same question has the same answer.
func Recommend(s Scene, units []Candidate, m Means) []Advice {
	if m.Speeds == nil {
		m.Speeds = DefaultSpeeds()
	}
	free := map[string]int{}
	for _, u := range units {
		if u.Free {
			free[u.cell()]++
		}
	}
	reach := m.Land.From(s.At)
	list := make([]Advice, 0, len(units))
	for i, u := range units {
		if a, ok := advise(s, u, m, reach, i); ok {
			a.Left = free[u.cell()]
			if u.Free {
				a.Left--
				if a.Left <= 0 {
					a.cost += lastOne
				}
			}
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b Advice) int {
		switch {
		case a.cost != b.cost:
			return int(min(1, max(-1, a.cost-b.cost)))
		case a.Arrive != b.Arrive:
			return int(min(1, max(-1, a.Arrive-b.Arrive)))
		}
		return strings.Compare(a.ID, b.ID)
	})
	if s.Follow {
		follow(list)
	}
	soonest := time.Duration(math.MaxInt64)
	for _, a := range list {
		soonest = min(soonest, a.Arrive)
	}
	for i := range list {
		list[i].Why = why(s, units[list[i].i], list[i], list[i].Arrive == soonest)
	}
	return list
}

// SkillFollows says whether a skill that is asked for may come second. While somebody is in danger (priority 1 or 2) nobody waits
// for a specialist: whoever is soonest protects, the specialist takes over. A restricted report without haste is for the
// specialists alone.
func SkillFollows(priority int, restricted bool) bool { return !restricted || priority <= 2 }

// follow puts the best free unit that lacks nothing right behind the first, when that one lacks a skill.
func follow(list []Advice) {
	if len(list) == 0 || len(list[0].Lacks) == 0 {
		return
	}
	i := slices.IndexFunc(list, func(a Advice) bool { return len(a.Lacks) == 0 && !a.Busy })
	if i < 0 {
		return
	}
	a := list[i]
	a.Also = true
	copy(list[2:i+1], list[1:i])
	list[1] = a
}

// cell is what a unit covers.
func (u Candidate) cell() string {
	if u.Area != "" {
		return u.Area
	}
	return string(u.Office)
}

// advise estimates one unit. false: it can't come at all.
func advise(s Scene, u Candidate, m Means, reach *office.Reach, i int) (Advice, bool) {
	a := Advice{ID: u.ID, Sign: u.Sign, Area: u.Area, Busy: !u.Free, Seen: -1, i: i}
	from := u.Home
	var doubt time.Duration
	switch age := s.Now.Sub(u.SeenAt); {
	case u.At == nil || age > staleMost:
		doubt = 2 * time.Minute
		if u.At != nil {
			a.Seen = age
		}
	default:
		from, a.Seen, a.Sure = *u.At, max(age, 0), age <= staleAfter
		if !a.Sure {
			doubt = (age - staleAfter) / 4
		}
	}
	if from == (office.Point{}) && u.At != nil {
		from = *u.At // no house: the old position is all there is
	}
	if from == (office.Point{}) {
		return a, false
	}
	speed := m.Speeds[u.Kind][s.Now.Hour()]
	if speed <= 0 {
		speed = m.Speeds["mobil"][s.Now.Hour()]
	}
	if speed <= 0 {
		return a, false
	}
	if u.Kind == "perahu" {
		a.Metres = office.Between(from, s.At)
	} else {
		a.Metres = reach.To(from)
	}
	ride := time.Duration(float64(a.Metres) * detour / (speed / 3.6) * float64(time.Second))
	if m.Road != nil {
		if by, ok := m.Road(i); ok {
			ride, a.ByRoad = by, true
		}
	}
	start := turnout
	if u.Moving {
		start = turnoutOut
	}
	a.Arrive = start + ride
	if !u.Free {
		wait := u.FreeIn
		if wait <= 0 {
			wait = jobLasts
		}
		a.Arrive += wait + time.Duration(u.Stack)*jobLasts
	}
	for _, need := range s.Needs {
		if !slices.Contains(u.Skills, need) {
			a.Lacks = append(a.Lacks, need)
		}
	}
	lack := lacking
	if s.Follow {
		lack = better
	}
	a.cost = a.Arrive + doubt + time.Duration(len(a.Lacks))*lack
	if u.Office != s.Office && !u.Below {
		a.cost += otherHouse
	}
	return a, true
}

// kinds of units in words.
var kindWords = map[string]Words{
	"motor": {"motor", "motorcycle"}, "mobil": {"mobil", "car"}, "jalan_kaki": {"jalan kaki", "on foot"}, "perahu": {"perahu", "boat"},
}

// why says in a line what speaks for a unit and what against it.
func why(s Scene, u Candidate, a Advice, soonest bool) Words {
	id, en := []string{minutes(a.Arrive) + " mnt"}, []string{minutes(a.Arrive) + " min"}
	also := func(i, e string) { id, en = append(id, i), append(en, e) }
	if k, ok := kindWords[u.Kind]; ok {
		also(k.ID, k.EN)
	}
	if soonest {
		also("tercepat", "soonest")
	}
	if len(s.Needs) > 0 && len(a.Lacks) == 0 {
		list := strings.ToUpper(strings.Join(s.Needs, ", "))
		also("punya "+list, "has "+list)
	}
	if a.Also {
		also("kirim juga", "send it too")
	}
	if len(a.Lacks) > 0 {
		list := strings.ToUpper(strings.Join(a.Lacks, ", "))
		also("tanpa "+list, "without "+list)
	}
	if a.Busy {
		if u.Stack > 0 {
			also(fmt.Sprintf("sibuk, %d tugas menunggu", u.Stack), fmt.Sprintf("busy, %d jobs wait", u.Stack))
		} else {
			also("masih bertugas", "on another job")
		}
	}
	switch {
	case a.Seen < 0:
		also("posisi tidak diketahui, dihitung dari kantor", "position unknown, reckoned from its house")
	case a.Seen > staleMost:
		also("posisi "+minutes(a.Seen)+" mnt lalu, dihitung dari kantor", "seen "+minutes(a.Seen)+" min ago, reckoned from its house")
	case !a.Sure:
		also("posisi "+minutes(a.Seen)+" mnt lalu", "seen "+minutes(a.Seen)+" min ago")
	}
	if u.Office != s.Office && !u.Below {
		also("kantor lain", "another office's")
	}
	after, afterEN := "", ""
	if !a.Busy {
		switch cell := u.cell(); {
		case a.Left == 0:
			after, afterEN = "; "+cell+" jadi kosong", "; leaves "+cell+" empty"
		case a.Left == 1:
			after, afterEN = "; "+cell+" tinggal 1 unit", "; leaves 1 unit in "+cell
		}
	}
	return Words{ID: strings.Join(id, ", ") + after, EN: strings.Join(en, ", ") + afterEN}
}

// minutes are whole ones, never less than one: a promise of none would be a lie.
func minutes(d time.Duration) string {
	return strconv.Itoa(int(math.Max(1, math.Round(d.Minutes()))))
}
