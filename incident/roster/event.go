package roster

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Version of the body of this room's records.
const Version = 1

// Streams and types of the journal. A file's people and vehicles are written in one append, so they stand in one stream: records of
// UnitsType in Stream begin units (incident.UnitCodec), and what becomes of these stands in their own streams. Plans and
// handovers have a stream for each month, so that a start reads the last ones only.
const (
	Stream         = "roster"
	Type           = "roster"
	UnitsType      = "units"
	StreamShifts   = "shifts/"   // + "2026-11", the month of the shift's day
	StreamHandover = "handover/" // + "2026-11", the month in which it was opened
)

// Event is what happened to the roster; decoded for ever.
//
//sumtype:decl
type Event interface{ rosterEvent() }

type (
	// Entered: a person was entered at an office.
	Entered struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		ID     ID              `json:"id"`
		Office office.ID       `json:"office"`
		Card   Card            `json:"card"`
	}
	// Changed: what is known of them. It holds all of it.
	Changed struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		ID   ID              `json:"id"`
		Card Card            `json:"card"`
	}
	// Moved: a mutasi, perhaps of a day to come.
	Moved struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		ID   ID              `json:"id"`
		Move Move            `json:"move"`
	}
	// Unmoved: a mutasi whose day hadn't come was taken back.
	Unmoved struct {
		At time.Time       `json:"at"`
		By office.PersonID `json:"by"`
		ID ID              `json:"id"`
		On Day             `json:"on"`
	}
	// Left: they serve no longer. Why is for people: "pensiun".
	Left struct {
		At  time.Time       `json:"at"`
		By  office.PersonID `json:"by"`
		ID  ID              `json:"id"`
		Why office.Private  `json:"why"`
	}
	// Imported: a file was taken in; its people and vehicles stand in the same append.
	Imported struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		User     office.Private  `json:"user"` // who typed the command on the machine, else empty
		File     office.Private  `json:"file"`
		Hash     string          `json:"hash"` // hex SHA-256
		People   int             `json:"people"`
		Vehicles int             `json:"vehicles"`
	}
	// Planned: this is the plan of a shift. Without posts the shift is taken back.
	Planned struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Office office.ID       `json:"office"`
		Day    Day             `json:"day"`
		Shift  string          `json:"shift"`
		From   time.Time       `json:"from"`
		To     time.Time       `json:"to"`
		Posts  []Post          `json:"posts"`
	}
	// Attended: somebody of the plan came, or didn't.
	Attended struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		Office office.ID       `json:"office"`
		Day    Day             `json:"day"`
		Shift  string          `json:"shift"`
		ID     ID              `json:"id"`
		Here   bool            `json:"here"`
		Why    office.Private  `json:"why"`
	}
	// HandedOver: who leaves has signed. The items follow in the same append.
	HandedOver struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		ID     string          `json:"id"`
		Office office.ID       `json:"office"`
		Day    Day             `json:"day"`
		Shift  string          `json:"shift"`
		Note   office.Private  `json:"note"`
		More   int             `json:"more,omitempty"`
		Hash   string          `json:"hash"`
	}
	// ItemsListed: some of what goes over.
	ItemsListed struct {
		ID    string `json:"id"`
		Items []Item `json:"items"`
	}
	// Taken: who takes over has signed the same.
	Taken struct {
		At   time.Time       `json:"at"`
		By   office.PersonID `json:"by"`
		ID   string          `json:"id"`
		Note office.Private  `json:"note"`
		Hash string          `json:"hash"`
	}
	// Withdrawn: a handover that nobody has taken is void.
	Withdrawn struct {
		At  time.Time       `json:"at"`
		By  office.PersonID `json:"by"`
		ID  string          `json:"id"`
		Why office.Private  `json:"why"`
	}
)

func (Entered) rosterEvent()     {}
func (Changed) rosterEvent()     {}
func (Moved) rosterEvent()       {}
func (Unmoved) rosterEvent()     {}
func (Left) rosterEvent()        {}
func (Imported) rosterEvent()    {}
func (Planned) rosterEvent()     {}
func (Attended) rosterEvent()    {}
func (HandedOver) rosterEvent()  {}
func (ItemsListed) rosterEvent() {}
func (Taken) rosterEvent()       {}
func (Withdrawn) rosterEvent()   {}

// Codec writes and reads the events in the journal.
var Codec = office.NewCodec[Event]("roster", map[string]reflect.Type{
	"entered":      reflect.TypeFor[Entered](),
	"changed":      reflect.TypeFor[Changed](),
	"moved":        reflect.TypeFor[Moved](),
	"unmoved":      reflect.TypeFor[Unmoved](),
	"left":         reflect.TypeFor[Left](),
	"imported":     reflect.TypeFor[Imported](),
	"planned":      reflect.TypeFor[Planned](),
	"attended":     reflect.TypeFor[Attended](),
	"handed_over":  reflect.TypeFor[HandedOver](),
	"items_listed": reflect.TypeFor[ItemsListed](),
	"taken":        reflect.TypeFor[Taken](),
	"withdrawn":    reflect.TypeFor[Withdrawn](),
})

// Apply folds one event onto s. It is total. The roster is one large table, so unlike the other cores it is changed in place.
func (s *State) Apply(e Event) {
	switch e := e.(type) {
	case Entered:
		s.put(Person{ID: e.ID, Home: e.Office, Card: e.Card})
	case Changed:
		if p, ok := s.People[e.ID]; ok {
			p.Card = e.Card
			s.put(p)
		}
	case Moved:
		if p, ok := s.People[e.ID]; ok {
			p.Moves = append(without(p.Moves, e.Move.On), e.Move)
			slices.SortFunc(p.Moves, func(a, b Move) int { return compare(a.On, b.On) })
			s.put(p)
		}
	case Unmoved:
		if p, ok := s.People[e.ID]; ok {
			p.Moves = without(p.Moves, e.On)
			s.put(p)
		}
	case Left:
		if p, ok := s.People[e.ID]; ok {
			p.Left, p.LeftAt = true, e.At
			s.put(p)
		}
	case Planned:
		k := ShiftKey{e.Office, e.Day, e.Shift}
		sh := s.Shifts[k]
		sh.ShiftKey, sh.From, sh.To, sh.Posts, sh.By, sh.At = k, e.From, e.To, e.Posts, e.By, e.At
		s.Shifts[k] = sh
	case Attended:
		k := ShiftKey{e.Office, e.Day, e.Shift}
		sh := s.Shifts[k]
		sh.ShiftKey, sh.Came = k, maps.Clone(sh.Came)
		if sh.Came == nil {
			sh.Came = map[ID]Came{}
		}
		sh.Came[e.ID] = Came{Here: e.Here, Why: string(e.Why), By: e.By, At: e.At}
		s.Shifts[k] = sh
	case HandedOver:
		h := s.Handovers[e.ID]
		h.ID, h.Office, h.Day, h.Shift, h.Note, h.More, h.Hash = e.ID, e.Office, e.Day, e.Shift, e.Note, e.More, e.Hash
		h.LeftBy, h.LeftAt = e.By, e.At
		s.Handovers[e.ID] = h
	case ItemsListed:
		h := s.Handovers[e.ID]
		h.Items = slices.Concat(h.Items, e.Items)
		s.Handovers[e.ID] = h
	case Taken:
		h := s.Handovers[e.ID]
		h.TakenBy, h.TakenAt, h.Reply = e.By, e.At, e.Note
		s.Handovers[e.ID] = h
	case Withdrawn:
		h := s.Handovers[e.ID]
		h.Over, h.OverAt = "withdrawn", e.At
		s.Handovers[e.ID] = h
	case Imported: // for the eyes of people only
	}
}

// put keeps the indexes with the person.
func (s *State) put(p Person) {
	if old, ok := s.People[p.ID]; ok {
		if s.byNRP[old.Card.NRP] == p.ID {
			delete(s.byNRP, old.Card.NRP)
		}
		if s.byAccount[old.Card.Account] == p.ID {
			delete(s.byAccount, old.Card.Account)
		}
	}
	s.People[p.ID] = p
	if p.Left {
		return
	}
	if p.Card.NRP != "" && p.Card.NRP != office.Erased {
		s.byNRP[p.Card.NRP] = p.ID
	}
	if p.Card.Account != "" {
		s.byAccount[p.Card.Account] = p.ID
	}
}

func without(moves []Move, on Day) []Move {
	return slices.DeleteFunc(slices.Clone(moves), func(m Move) bool { return m.On == on })
}
