package staff

import (
	"reflect"
	"time"

	"github.com/siaga110/siaga/office"
)

// Version of the body of this room's records.
const Version = 1

// Event is what happened to accounts, sessions and settings; decoded for ever.
//
//sumtype:decl
type Event interface{ staffEvent() }

type (
	// Created: a person got an account.
	Created struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		ID     office.PersonID `json:"id"`
		User   office.Private  `json:"user"`
		Name   office.Private  `json:"name"`
		Rank   string          `json:"rank"`
		Office office.ID       `json:"office"`
		Role   office.Role     `json:"role"`
	}
	// Changed: who the person is or what they may do. It holds all of it.
	Changed struct {
		At     time.Time       `json:"at"`
		By     office.PersonID `json:"by"`
		ID     office.PersonID `json:"id"`
		Name   office.Private  `json:"name"`
		Rank   string          `json:"rank"`
		Role   office.Role     `json:"role"`
		Active bool            `json:"active"`
	}
	// PasswordSet: Hash (argon2id, PHC form) opens the account from now on. OneTime: it must be changed at the first
	// sign-in, and opens nothing after Until.
	PasswordSet struct {
		At      time.Time       `json:"at"`
		By      office.PersonID `json:"by"`
		ID      office.PersonID `json:"id"`
		Hash    string          `json:"hash"`
		OneTime bool            `json:"oneTime,omitempty"`
		Until   time.Time       `json:"until,omitzero"`
	}
	// SignedIn: a session began. Key is the hex SHA-256 of its token, which is kept nowhere.
	SignedIn struct {
		At    time.Time       `json:"at"`
		ID    office.PersonID `json:"id"`
		Key   string          `json:"key"`
		From  office.Private  `json:"from"` // address
		Until time.Time       `json:"until"`
	}
	// Seen: the session was in use.
	Seen struct {
		At  time.Time `json:"at"`
		Key string    `json:"key"`
	}
	// SignedOut: the session is over. Why is "sign_out", "password", "deactivated", "role", "reset"
	// or "many".
	SignedOut struct {
		At  time.Time       `json:"at"`
		By  office.PersonID `json:"by"`
		ID  office.PersonID `json:"id"`
		Key string          `json:"key"`
		Why string          `json:"why"`
	}
	// LockedOut: too many wrong passwords for an account.
	LockedOut struct {
		At    time.Time       `json:"at"`
		ID    office.PersonID `json:"id"`
		From  office.Private  `json:"from"`
		Until time.Time       `json:"until"`
	}
	// SettingsChanged: the times of an office are these from now on.
	SettingsChanged struct {
		At       time.Time       `json:"at"`
		By       office.PersonID `json:"by"`
		Office   office.ID       `json:"office"`
		Settings office.Settings `json:"settings"`
	}
	// Imported: a data file of the site is in force from From on (areas, places) or at once (map). File lies in the folder
	// What of the data folder; Hash is its hex SHA-256. User is who typed the command on the machine.
	Imported struct {
		At    time.Time      `json:"at"`
		User  office.Private `json:"user"`
		What  string         `json:"what"` // "areas", "places" or "map"
		File  string         `json:"file"`
		Hash  string         `json:"hash"`
		From  time.Time      `json:"from"`
		Count int            `json:"count"` // areas, places, tiles
	}
	// Read: a person looked at something that is about people: a tape, a page of a call, a search by number.
	Read struct {
		At      time.Time       `json:"at"`
		By      office.PersonID `json:"by"`
		What    string          `json:"what"`
		Subject string          `json:"subject"` // id of what was read
		Why     office.Private  `json:"why"`
	}
)

func (Created) staffEvent()         {}
func (Changed) staffEvent()         {}
func (PasswordSet) staffEvent()     {}
func (SignedIn) staffEvent()        {}
func (Seen) staffEvent()            {}
func (SignedOut) staffEvent()       {}
func (LockedOut) staffEvent()       {}
func (SettingsChanged) staffEvent() {}
func (Imported) staffEvent()        {}
func (Read) staffEvent()            {}

// Codec writes and reads the events in the journal.
var Codec = office.NewCodec[Event]("staff", map[string]reflect.Type{
	"created":          reflect.TypeFor[Created](),
	"changed":          reflect.TypeFor[Changed](),
	"password_set":     reflect.TypeFor[PasswordSet](),
	"signed_in":        reflect.TypeFor[SignedIn](),
	"seen":             reflect.TypeFor[Seen](),
	"signed_out":       reflect.TypeFor[SignedOut](),
	"locked_out":       reflect.TypeFor[LockedOut](),
	"settings_changed": reflect.TypeFor[SettingsChanged](),
	"imported":         reflect.TypeFor[Imported](),
	"read":             reflect.TypeFor[Read](),
})

// apply folds one event. s.mu is held, or nobody else has s yet. It is total.
func (s *Staff) apply(e Event) {
	switch e := e.(type) {
	case Created:
		s.people[e.ID] = &account{Person: Person{
			ID: e.ID, User: string(e.User), Name: string(e.Name), Rank: e.Rank, Office: e.Office, Role: e.Role, Active: true,
		}}
		if e.User != office.Erased {
			s.byUser[string(e.User)] = e.ID
		}
	case Changed:
		if a := s.people[e.ID]; a != nil {
			a.Name, a.Rank, a.Role, a.Active = string(e.Name), e.Rank, e.Role, e.Active
		}
	case PasswordSet:
		if a := s.people[e.ID]; a != nil {
			a.hash, a.oneTime, a.until = e.Hash, e.OneTime, e.Until
		}
	case SignedIn:
		if k, ok := keyOf(e.Key); ok {
			s.sessions[k] = &session{person: e.ID, began: e.At, seen: e.At, told: e.At, until: e.Until, done: make(chan struct{})}
		}
	case Seen:
		if k, ok := keyOf(e.Key); ok && s.sessions[k] != nil {
			one := s.sessions[k]
			if e.At.After(one.seen) {
				one.seen = e.At
			}
			one.told = e.At
		}
	case SignedOut:
		if k, ok := keyOf(e.Key); ok && s.sessions[k] != nil {
			close(s.sessions[k].done)
			delete(s.sessions, k)
		}
	case SettingsChanged:
		s.settings[e.Office] = e.Settings
	case Imported:
		s.imports = append(s.imports, e)
	case LockedOut, Read: // for the eyes of people only
	}
}
