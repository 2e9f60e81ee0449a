package staff

import (
	"encoding/hex"
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
		// Unit and Invite are those of a patrol's phone: the unit that it belongs to, the code that is used up by it.
		Unit   string `json:"unit,omitempty"`
		Invite string `json:"invite,omitempty"`
	}
	// PhoneInvited: a code was made that opens a phone of a unit. Key is the hex SHA-256 of the code, PIN of the PIN with
	// the code as key: both are kept nowhere.
	PhoneInvited struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		ID    office.PersonID `json:"id"` // whose phone
		Unit  string          `json:"unit"`
		Key   string          `json:"key"`
		PIN   string          `json:"pin"`
		Until time.Time       `json:"until"`
		Ends  time.Time       `json:"ends"` // of the session that it opens
	}
	// PhoneVoid: the code opens nothing any more. Why is "wrong_pin" or "revoked".
	PhoneVoid struct {
		At  time.Time       `json:"at"`
		By  office.PersonID `json:"by"`
		ID  office.PersonID `json:"id"`
		Key string          `json:"key"`
		Why string          `json:"why"`
	}
	// DeviceAdded: a device may tell where a unit is. Key is the hex SHA-256 of its token, which is kept nowhere.
	DeviceAdded struct {
		At    time.Time       `json:"at"`
		By    office.PersonID `json:"by"`
		ID    string          `json:"id"`
		Unit  string          `json:"unit"`
		Label string          `json:"label,omitempty"`
		Key   string          `json:"key"`
	}
	// DeviceDropped: it may no longer.
	DeviceDropped struct {
		At time.Time       `json:"at"`
		By office.PersonID `json:"by"`
		ID string          `json:"id"`
	}
	// Seen: the session was in use.
	Seen struct {
		At  time.Time `json:"at"`
		Key string    `json:"key"`
	}
	// SignedOut: the session is over. Why is "sign_out", "password", "deactivated", "role", "reset"
	// "many" or "revoked".
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
func (PhoneInvited) staffEvent()    {}
func (PhoneVoid) staffEvent()       {}
func (DeviceAdded) staffEvent()     {}
func (DeviceDropped) staffEvent()   {}
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
	"phone_invited":    reflect.TypeFor[PhoneInvited](),
	"phone_void":       reflect.TypeFor[PhoneVoid](),
	"device_added":     reflect.TypeFor[DeviceAdded](),
	"device_dropped":   reflect.TypeFor[DeviceDropped](),
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
			s.sessions[k] = &session{person: e.ID, began: e.At, seen: e.At, told: e.At, until: e.Until, unit: e.Unit, done: make(chan struct{})}
		}
		if k, ok := keyOf(e.Invite); ok {
			delete(s.invites, k)
		}
	case PhoneInvited:
		for k, in := range s.invites {
			if in.person == e.ID || e.At.After(in.until) {
				delete(s.invites, k)
			}
		}
		pin, err := hex.DecodeString(e.PIN)
		if k, ok := keyOf(e.Key); ok && err == nil {
			s.invites[k] = &invite{person: e.ID, unit: e.Unit, pin: pin, until: e.Until, ends: e.Ends}
		}
	case PhoneVoid:
		if k, ok := keyOf(e.Key); ok {
			delete(s.invites, k)
		}
	case DeviceAdded:
		if k, ok := keyOf(e.Key); ok {
			s.devices[k] = Device{ID: e.ID, Unit: e.Unit, Label: e.Label, Since: e.At, By: e.By}
		}
	case DeviceDropped:
		for k, d := range s.devices {
			if d.ID == e.ID {
				delete(s.devices, k)
			}
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
