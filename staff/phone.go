package staff

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// A patrol's phone is opened by a code, which the console shows as a picture, and a PIN, which is said or shown beside
// it: neither opens anything alone. The session that follows belongs to one person in one unit until the shift ends.

const (
	inviteFor   = 10 * time.Minute // a code opens a phone for so long
	phoneMax    = 14 * time.Hour   // a shift and its overtime
	phoneShift  = 12 * time.Hour   // when nobody says how long the shift is
	inviteTries = 5                // wrong PINs, then the code is void
)

// Invite is what opens a phone, once.
type Invite struct {
	Code  string // 128 bits, for the picture
	PIN   string // six digits
	Until time.Time
	Ends  time.Time // of the session that it opens
}

// Phone is a phone that is signed in, or an invitation that waits (Since is zero).
type Phone struct {
	Person office.PersonID
	Unit   string
	Since  time.Time
	Seen   time.Time
	Until  time.Time
}

// ErrInvite: the code was used, is too old, or was taken back. A new one is needed.
var ErrInvite = errors.New("staff: the code of a phone is no longer good")

type invite struct {
	person office.PersonID
	unit   string
	pin    []byte
	until  time.Time
	ends   time.Time
	wrong  int
}

// pinOf binds a PIN to its code: from the journal, which has neither, nobody can try PINs.
func pinOf(code, pin string) []byte {
	mac := hmac.New(sha256.New, []byte("siaga phone "+code))
	mac.Write([]byte(pin))
	return mac.Sum(nil)
}

// InvitePhone makes a code for the phone of a person in a unit, who needn't have an account: a crew may stand in the roster
// only. What waits for that person already is void. ends is the end
// of the shift; zero, or further away than a shift can be: a shift from now. It ends with ErrUnknown or the journal's error.
func (s *Staff) InvitePhone(ctx context.Context, by, person office.PersonID, unit string, ends time.Time) (Invite, error) {
	if p, ok := s.Get(person); person == "" || ok && !p.Active {
		return Invite{}, ErrUnknown
	}
	now := s.opts.Now().UTC()
	switch {
	case !ends.After(now):
		ends = now.Add(phoneShift)
	case ends.Sub(now) > phoneMax:
		ends = now.Add(phoneMax)
	}
	raw := make([]byte, 16)
	rand.Read(raw)
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return Invite{}, fmt.Errorf("staff: make a PIN: %w", err)
	}
	in := Invite{Code: base64.RawURLEncoding.EncodeToString(raw), PIN: fmt.Sprintf("%06d", n), Until: now.Add(inviteFor), Ends: ends.UTC()}
	k := sha256.Sum256([]byte(in.Code))
	s.writing.Lock()
	defer s.writing.Unlock()
	err = s.write(ctx, month(streamSessions, now), by, PhoneInvited{
		At: now, By: by, ID: person, Unit: unit, Key: hex.EncodeToString(k[:]), PIN: hex.EncodeToString(pinOf(in.Code, in.PIN)),
		Until: in.Until, Ends: in.Ends,
	})
	return in, err
}

// SignInPhone opens a phone's session. It ends with ErrWrong (the PIN), ErrInvite, *LockedError or the journal's error: a
// code opens nothing that isn't written down.
func (s *Staff) SignInPhone(ctx context.Context, code, pin, addr string) (Session, string, error) {
	now := s.opts.Now().UTC()
	from := "from " + host(addr)
	if until := s.tries.locked(now, from); !until.IsZero() {
		return Session{}, "", &LockedError{Until: until}
	}
	k := key(sha256.Sum256([]byte(code)))
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	in := s.invites[k]
	var right bool
	if in != nil && now.Before(in.until) {
		right = hmac.Equal(in.pin, pinOf(code, pin))
		if !right {
			in.wrong++
		}
	}
	s.mu.Unlock()
	switch {
	case in == nil || !now.Before(in.until):
		s.tries.fail(now, from, triesAddress, triesLeak)
		return Session{}, "", ErrInvite
	case !right && in.wrong >= inviteTries:
		if err := s.write(ctx, month(streamSessions, now), in.person, PhoneVoid{At: now, By: System, ID: in.person, Key: hex.EncodeToString(k[:]), Why: "wrong_pin"}); err != nil {
			return Session{}, "", err
		}
		return Session{}, "", ErrInvite
	case !right:
		s.tries.fail(now, from, triesAddress, triesLeak)
		return Session{}, "", ErrWrong
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	own := sha256.Sum256([]byte(token))
	err := s.write(ctx, month(streamSessions, now), in.person, SignedIn{
		At: now, ID: in.person, Key: hex.EncodeToString(own[:]), From: office.Private(addr), Until: in.ends, Unit: in.unit,
		Invite: hex.EncodeToString(k[:]),
	})
	if err != nil {
		return Session{}, "", err
	}
	sess, err := s.Session(token)
	return sess, token, err
}

// Phones lists the phones of a unit: those that are signed in, and codes that wait.
func (s *Staff) Phones(unit string) []Phone {
	now := s.opts.Now()
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []Phone{}
	for _, one := range s.sessions {
		if one.unit == unit && !one.over(now) {
			list = append(list, Phone{Person: one.person, Unit: unit, Since: one.began, Seen: one.seen, Until: one.until})
		}
	}
	for _, in := range s.invites {
		if in.unit == unit && now.Before(in.until) {
			list = append(list, Phone{Person: in.person, Unit: unit, Until: in.until})
		}
	}
	slices.SortFunc(list, func(a, b Phone) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Person, b.Person))
	})
	return list
}

// RevokePhones ends the phones and the codes of a unit; of one person only, unless person is empty.
func (s *Staff) RevokePhones(ctx context.Context, by office.PersonID, unit string, person office.PersonID) error {
	now := s.opts.Now().UTC()
	s.writing.Lock()
	defer s.writing.Unlock()
	var events []Event
	s.mu.RLock()
	for k, one := range s.sessions {
		if one.unit == unit && (person == "" || one.person == person) {
			events = append(events, SignedOut{At: now, By: by, ID: one.person, Key: hex.EncodeToString(k[:]), Why: "revoked"})
		}
	}
	for k, in := range s.invites {
		if in.unit == unit && (person == "" || in.person == person) {
			events = append(events, PhoneVoid{At: now, By: by, ID: in.person, Key: hex.EncodeToString(k[:]), Why: "revoked"})
		}
	}
	s.mu.RUnlock()
	if len(events) == 0 {
		return nil
	}
	return s.write(ctx, month(streamSessions, now), by, events...)
}
