package roster

import (
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// shiftMax is the longest shift.
const shiftMax = 24 * time.Hour

// own: plans and handovers are of the asker's office or one below it.
func (d decider) own(o office.ID) error {
	if !d.offices.CanRead(d.who.Office, o) {
		return refuse("unknown_office", "there is no office "+string(o))
	}
	return nil
}

func (d decider) plan(c Plan) ([]Event, error) {
	k := c.Key
	k.Name = strings.TrimSpace(k.Name)
	if err := d.own(k.Office); err != nil {
		return nil, err
	}
	_, isDay := k.Day.Time(time.UTC)
	switch {
	case k.Name == "" || len(k.Name) > 40:
		return nil, refuse("bad_shift", "a shift needs a name of at most 40 letters, like pagi")
	case !isDay || k.Day < d.today.Plus(-7) || k.Day > d.today.Plus(366):
		return nil, refuse("bad_day", "a shift can be planned from a week ago to a year ahead: check the day")
	case !c.To.After(c.From) || c.To.Sub(c.From) > shiftMax:
		return nil, refuse("bad_shift", "a shift ends after it begins, and within 24 hours")
	}
	seen, units := map[ID]bool{}, map[incident.UnitID]bool{}
	posts := []Post{}
	for _, p := range c.Posts {
		if len(p.People) == 0 {
			continue
		}
		if p.Unit != "" && units[p.Unit] {
			return nil, refuse("bad_shift", "a unit stands twice in the plan")
		}
		units[p.Unit] = true
		for _, id := range p.People {
			who, ok := d.s.People[id]
			switch {
			case !ok || who.Left:
				return nil, refuse("unknown_person", "somebody of the plan isn't in the roster")
			case who.Office(k.Day) != k.Office:
				return nil, refuse("other_office", who.Title()+" belongs to another office on that day")
			case seen[id]:
				return nil, refuse("planned_twice", who.Title()+" stands twice in the plan")
			}
			seen[id] = true
			for other, sh := range d.s.Shifts {
				if other != k && sh.From.Before(c.To) && c.From.Before(sh.To) && slices.Contains(sh.People(), id) {
					return nil, refuse("planned_twice", who.Title()+" is planned for "+sh.Name+" at the same time")
				}
			}
		}
		if p.Lead != "" && !slices.Contains(p.People, p.Lead) {
			return nil, refuse("bad_shift", "the leader must be one of the crew")
		}
		posts = append(posts, p)
	}
	return []Event{Planned{At: d.now, By: d.who.Person, Office: k.Office, Day: k.Day, Shift: k.Name, From: c.From.UTC(), To: c.To.UTC(), Posts: posts}}, nil
}

func (d decider) attend(c Attend) ([]Event, error) {
	if err := d.own(c.Key.Office); err != nil {
		return nil, err
	}
	sh, ok := d.s.Shifts[c.Key]
	if !ok || !slices.Contains(sh.People(), c.ID) {
		return nil, refuse("not_planned", "this person isn't in the plan of this shift")
	}
	if d.now.Before(sh.From.Add(-2 * time.Hour)) {
		return nil, refuse("not_now", "the shift begins later: attendance is written from two hours before it")
	}
	if came, had := sh.Came[c.ID]; had && came.Here == c.Here && came.Why == c.Why {
		return nil, nil
	}
	return []Event{Attended{
		At: d.now, By: d.who.Person, Office: c.Key.Office, Day: c.Key.Day, Shift: c.Key.Name, ID: c.ID, Here: c.Here, Why: office.Private(c.Why),
	}}, nil
}

const (
	itemsMax  = 500 // of a handover: more nobody reads
	itemsEach = 100 // in one event, far below the largest record
)

func (d decider) handOver(c HandOver) ([]Event, error) {
	if err := d.own(c.Key.Office); err != nil {
		return nil, err
	}
	if _, had := d.s.Handovers[c.ID]; had || c.ID == "" || c.Hash == "" {
		return nil, refuse("bad_handover", "a handover needs a new id and the hash of what is signed")
	}
	for _, h := range d.s.Handovers {
		if h.Office == c.Key.Office && h.Open() {
			return nil, refuse("handover_open", "another handover waits for its second signature: take it or withdraw it first")
		}
	}
	more := max(0, len(c.Items)-itemsMax)
	events := []Event{HandedOver{
		At: d.now, By: d.who.Person, ID: c.ID, Office: c.Key.Office, Day: c.Key.Day, Shift: c.Key.Name, Note: office.Private(c.Note), More: more, Hash: c.Hash,
	}}
	for chunk := range slices.Chunk(c.Items[:len(c.Items)-more], itemsEach) {
		events = append(events, ItemsListed{ID: c.ID, Items: chunk})
	}
	return events, nil
}

func (d decider) take(c Take) ([]Event, error) {
	h, err := d.handover(c.ID)
	switch {
	case err != nil:
		return nil, err
	case h.LeftBy == d.who.Person:
		return nil, refuse("same_person", "who leaves can't take over from themselves: somebody else signs")
	case c.Hash != h.Hash:
		return nil, refuse("other_list", "what is to be signed isn't what was shown")
	}
	return []Event{Taken{At: d.now, By: d.who.Person, ID: c.ID, Note: office.Private(c.Note), Hash: h.Hash}}, nil
}

func (d decider) withdraw(c Withdraw) ([]Event, error) {
	if _, err := d.handover(c.ID); err != nil {
		return nil, err
	}
	if strings.TrimSpace(c.Why) == "" {
		return nil, refuse("why_needed", "write why the handover is withdrawn")
	}
	return []Event{Withdrawn{At: d.now, By: d.who.Person, ID: c.ID, Why: office.Private(c.Why)}}, nil
}

// handover finds one that waits for its second signature.
func (d decider) handover(id string) (Handover, error) {
	h, ok := d.s.Handovers[id]
	switch {
	case !ok || !d.offices.CanRead(d.who.Office, h.Office):
		return h, refuse("unknown_handover", "there is no such handover")
	case h.TakenBy != "":
		return h, refuse("handover_taken", "somebody has taken it over already")
	case h.Over != "":
		return h, refuse("handover_over", "it was withdrawn")
	}
	return h, nil
}

// Strength is the planned against the present strength of a shift.
type Strength struct {
	Planned      int // people
	Present      int
	Absent       []ID // who is known not to come, or isn't seen
	UnitsPlanned int
	UnitsManned  int
}

// Strength counts a shift. seen says whether somebody is on duty by what the house sees (signed in, or aboard a unit), manned
// whether a unit has a crew. What a person wrote down of somebody wins over what is seen.
func (s *State) Strength(sh Shift, seen func(Person) bool, manned func(incident.UnitID) bool) Strength {
	var st Strength
	for _, id := range sh.People() {
		st.Planned++
		came, written := sh.Came[id]
		if written && came.Here || !written && seen(s.People[id]) {
			st.Present++
		} else {
			st.Absent = append(st.Absent, id)
		}
	}
	for _, p := range sh.Posts {
		if p.Unit != "" {
			st.UnitsPlanned++
			if manned(p.Unit) {
				st.UnitsManned++
			}
		}
	}
	return st
}
