package staff

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/siaga110/siaga/office"
)

// Person is an account as others may see it.
type Person struct {
	ID     office.PersonID
	User   string
	Name   string
	Rank   string
	Office office.ID
	Role   office.Role
	Active bool
}

// account is a person with what opens the door.
type account struct {
	Person
	hash    string
	oneTime bool
	until   time.Time // of a one-time password
}

// NewPerson is who gets an account.
type NewPerson struct {
	User   string // 2 to 40 of a-z, 0-9, dot, dash, underscore; capitals are brought down
	Name   string
	Rank   string
	Office office.ID
	Role   office.Role
}

// Change is what is to be different; nil fields stay.
type Change struct {
	Name   *string
	Rank   *string
	Role   *office.Role
	Active *bool
}

// What may be wrong with an account.
var (
	ErrUserTaken   = errors.New("staff: that user name is taken")
	ErrUnknown     = errors.New("staff: there is no such person")
	ErrInput       = errors.New("staff: bad input")
	ErrLastAdmin   = errors.New("staff: the office's last administrator must stay one")
	ErrBootstraped = errors.New("staff: there are accounts already")
)

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,39}$`)

func (s *Staff) check(p *NewPerson) error {
	p.User = strings.ToLower(strings.TrimSpace(p.User))
	p.Name, p.Rank = strings.TrimSpace(p.Name), strings.TrimSpace(p.Rank)
	switch {
	case !userName.MatchString(p.User):
		return fmt.Errorf("%w: the user name must have 2 to 40 letters, digits, dots or dashes", ErrInput)
	case p.Name == "" || utf8.RuneCountInString(p.Name) > 100:
		return fmt.Errorf("%w: the name must have 1 to 100 letters", ErrInput)
	case utf8.RuneCountInString(p.Rank) > 40:
		return fmt.Errorf("%w: the rank must have at most 40 letters", ErrInput)
	case !slices.Contains(office.Roles(), p.Role):
		return fmt.Errorf("%w: the role must be one of %v", ErrInput, office.Roles())
	}
	if s.opts.Offices != nil {
		if _, ok := s.opts.Offices.Get(p.Office); !ok {
			return fmt.Errorf("%w: %w: %s", ErrInput, office.ErrUnknown, p.Office)
		}
	}
	return nil
}

// Create makes an account and gives its one-time password, which is shown once and must be changed at the first
// sign-in. It ends with ErrUserTaken, ErrInput, ErrBusy or the journal's error.
func (s *Staff) Create(ctx context.Context, by office.PersonID, p NewPerson) (Person, string, error) {
	password := oneTimePassword()
	person, err := s.create(ctx, by, p, password, true)
	return person, password, err
}

// CreateWithPassword makes an account that needn't change its password: for demonstrations and simulated people only.
func (s *Staff) CreateWithPassword(ctx context.Context, p NewPerson, password string) error {
	_, err := s.create(ctx, System, p, password, false)
	return err
}

// CreateAll makes many accounts with one password, which is hashed once and written at once: for demonstrations and
// simulated people only. Those whose user name is taken stay as they are.
func (s *Staff) CreateAll(ctx context.Context, people []NewPerson, password string) error {
	set, err := s.passwordSet(ctx, System, password, false)
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	var events []Event
	names := map[string]bool{}
	for _, p := range people {
		if err := s.check(&p); err != nil {
			return err
		}
		if s.taken(p.User) || names[p.User] {
			continue
		}
		names[p.User] = true
		set.ID = newPersonID()
		events = append(events, created(p, set), set)
	}
	for chunk := range slices.Chunk(events, 100) { // far below the largest record
		if err := s.write(ctx, streamPeople, System, chunk...); err != nil {
			return err
		}
	}
	return nil
}

// newPersonID tells nothing of the person, since it is in every record of what they do: names are erasable, ids aren't.
func newPersonID() office.PersonID { return office.PersonID("p" + strings.ToLower(rand.Text()[:12])) }

func created(p NewPerson, set PasswordSet) Created {
	return Created{
		At: set.At, By: set.By, ID: set.ID, User: office.Private(p.User), Name: office.Private(p.Name), Rank: p.Rank,
		Office: p.Office, Role: p.Role,
	}
}

func (s *Staff) create(ctx context.Context, by office.PersonID, p NewPerson, password string, oneTime bool) (Person, error) {
	if err := s.check(&p); err != nil {
		return Person{}, err
	}
	if s.taken(p.User) { // before the work of hashing
		return Person{}, ErrUserTaken
	}
	set, err := s.passwordSet(ctx, by, password, oneTime)
	if err != nil {
		return Person{}, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.taken(p.User) {
		return Person{}, ErrUserTaken
	}
	set.ID = newPersonID()
	err = s.write(ctx, streamPeople, by, created(p, set), set)
	person, _ := s.Get(set.ID)
	return person, err
}

func (s *Staff) taken(user string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.byUser[user]
	return ok
}

func (s *Staff) passwordSet(ctx context.Context, by office.PersonID, password string, oneTime bool) (PasswordSet, error) {
	now := s.opts.Now().UTC()
	set := PasswordSet{At: now, By: by, OneTime: oneTime}
	if oneTime {
		set.Until = now.Add(oneTimeMax)
	}
	err := s.alone(ctx, func() { set.Hash = hashPassword(password) })
	return set, err
}

// Update changes who a person is or what they may do. Whoever is deactivated, or whose role changes, is signed out
// everywhere. It ends with ErrUnknown, ErrInput, ErrLastAdmin or the journal's error.
func (s *Staff) Update(ctx context.Context, by, id office.PersonID, c Change) (Person, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	old, ok := s.Get(id)
	if !ok {
		return Person{}, ErrUnknown
	}
	p := old
	set(&p.Name, c.Name)
	set(&p.Rank, c.Rank)
	set(&p.Role, c.Role)
	set(&p.Active, c.Active)
	checked := NewPerson{User: p.User, Name: p.Name, Rank: p.Rank, Office: p.Office, Role: p.Role}
	if err := s.check(&checked); err != nil {
		return old, err
	}
	if old.Active && old.Role == office.Administrator && (!p.Active || p.Role != office.Administrator) && s.lastAdmin(old) {
		return old, ErrLastAdmin
	}
	if p.Name, p.Rank = checked.Name, checked.Rank; p == old {
		return old, nil
	}
	now := s.opts.Now().UTC()
	err := s.write(ctx, streamPeople, by, Changed{
		At: now, By: by, ID: id, Name: office.Private(checked.Name), Rank: checked.Rank, Role: p.Role, Active: p.Active,
	})
	if err != nil {
		return old, err
	}
	switch {
	case !p.Active:
		s.endAll(ctx, by, id, "deactivated", key{})
	case p.Role != old.Role:
		s.endAll(ctx, by, id, "role", key{})
	}
	p, _ = s.Get(id)
	return p, nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// lastAdmin: without p nobody could make accounts in this site any more, short of a new siaga init.
func (s *Staff) lastAdmin(p Person) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, a := range s.people {
		if a.ID != p.ID && a.Active && a.Role == office.Administrator &&
			(s.opts.Offices == nil || s.opts.Offices.CanRead(a.Office, p.Office)) {
			return false
		}
	}
	return true
}

// ResetPassword gives a new one-time password and signs the person out everywhere.
func (s *Staff) ResetPassword(ctx context.Context, by, id office.PersonID) (string, error) {
	if _, ok := s.Get(id); !ok {
		return "", ErrUnknown
	}
	password := oneTimePassword()
	set, err := s.passwordSet(ctx, by, password, true)
	if err != nil {
		return "", err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	set.ID = id
	if err := s.write(ctx, streamPeople, by, set); err != nil {
		return "", err
	}
	s.endAll(ctx, by, id, "reset", key{})
	return password, nil
}

// Bootstrap makes the first administrator of a new site and gives the one-time password. It ends with ErrBootstraped
// when there is anybody already.
func (s *Staff) Bootstrap(ctx context.Context, user string, o office.ID) (string, error) {
	s.mu.RLock()
	n := len(s.people)
	s.mu.RUnlock()
	if n > 0 {
		return "", ErrBootstraped
	}
	_, password, err := s.Create(ctx, System, NewPerson{User: user, Name: user, Office: o, Role: office.Administrator})
	return password, err
}

// Get finds a person.
func (s *Staff) Get(id office.PersonID) (Person, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.people[id]
	if !ok {
		return Person{}, false
	}
	return a.Person, true
}

// ByUser finds a person by the name with which they sign in.
func (s *Staff) ByUser(user string) (Person, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := s.people[s.byUser[strings.ToLower(strings.TrimSpace(user))]]
	if a == nil {
		return Person{}, false
	}
	return a.Person, true
}

// Name is how timelines call a person, "Bripka Sari"; empty when nobody has the id.
func (s *Staff) Name(id office.PersonID) string {
	p, _ := s.Get(id)
	return strings.TrimSpace(p.Rank + " " + p.Name)
}

// People lists the accounts of an office by user name.
func (s *Staff) People(o office.ID) []Person {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []Person{}
	for _, a := range s.people {
		if a.Office == o {
			list = append(list, a.Person)
		}
	}
	slices.SortFunc(list, func(a, b Person) int { return cmp.Compare(a.User, b.User) })
	return list
}
