package staff

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// key is the SHA-256 of a session's token: what the journal and memory have, and what opens nothing.
type key [sha256.Size]byte

func keyOf(hexed string) (k key, ok bool) {
	n, err := hex.Decode(k[:], []byte(hexed))
	return k, err == nil && n == len(k)
}

type session struct {
	person office.PersonID
	began  time.Time
	seen   time.Time // last use
	told   time.Time // last use that the journal knows of
	until  time.Time
	unit   string        // of a patrol's phone
	done   chan struct{} // closed when it is ended by somebody's will
}

func (s *session) over(now time.Time) bool {
	return now.After(s.until) || now.Sub(s.seen) > idleMax
}

// Session is a person who has shown that they are it.
type Session struct {
	Person Person
	// CSRF must come with each command in a header, which no other site's page can send. It is made from the token, so
	// that it survives a restart without being kept.
	CSRF string
	// Unit is set for the phone of a patrol: it may do what a crew of that unit may, whatever its person may elsewhere.
	Unit string
	// MustChange: the password is a one-time password. Nothing but changing it is allowed.
	MustChange bool
	Began      time.Time
	Until      time.Time
	// Done is closed when the session ends by sign-out, deactivation or a new password: standing connections end then.
	Done <-chan struct{}
}

// What a sign-in may come to.
var (
	// ErrWrong: the user name or the password is wrong, or the account is closed. Nobody learns which.
	ErrWrong = errors.New("staff: wrong user name or password")
	// ErrNoSession: the token opens nothing (any more).
	ErrNoSession = errors.New("staff: no such session")
)

// LockedError: too many wrong passwords. It tells when to try again.
type LockedError struct{ Until time.Time }

func (e *LockedError) Error() string {
	return "staff: locked until " + e.Until.UTC().Format(time.RFC3339)
}

// SignIn opens a session for a user name and a password, sent from an address. The token is for the browser's cookie
// and is kept nowhere. It ends with ErrWrong, *LockedError, ErrBusy, or ctx's error; names that nobody has get the
// same answers after the same time. A journal that can't write keeps nobody out: then a restart ends the session.
func (s *Staff) SignIn(ctx context.Context, user, password, addr string) (Session, string, error) {
	user = strings.ToLower(strings.TrimSpace(user))
	if len(user) > 100 || len(password) > 4*passwordMax {
		return Session{}, "", ErrWrong
	}
	a, err := s.prove(ctx, user, password, addr)
	if err != nil {
		return Session{}, "", err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	k := sha256.Sum256([]byte(token))
	now := s.opts.Now().UTC()
	e := SignedIn{At: now, ID: a.ID, Key: hex.EncodeToString(k[:]), From: office.Private(addr), Until: now.Add(absoluteMax)}
	s.mu.Lock()
	s.sweep(now)
	s.apply(e)
	s.mu.Unlock()
	s.note(ctx, a.ID, e)
	s.endOldest(ctx, a.ID)
	sess, err := s.Session(token)
	return sess, token, err
}

// prove checks a password with the limits on guessing.
func (s *Staff) prove(ctx context.Context, user, password, addr string) (account, error) {
	byUser, byAddress := "user "+user, "from "+host(addr)
	now := s.opts.Now()
	if until := s.tries.locked(now, byUser, byAddress); !until.IsZero() {
		return account{}, &LockedError{Until: until}
	}
	s.mu.RLock()
	a, known := account{hash: s.dummy}, false
	if p := s.people[s.byUser[user]]; p != nil && p.hash != "" {
		a, known = *p, true
	}
	s.mu.RUnlock()
	var right bool
	if err := s.alone(ctx, func() { right = matches(a.hash, password) }); err != nil {
		return account{}, err
	}
	if right && known && a.Active && (!a.oneTime || now.Before(a.until)) {
		s.tries.forget(byUser)
		return a, nil
	}
	s.tries.fail(now, byAddress, triesAddress, triesLeak)
	if until, shut := s.tries.fail(now, byUser, triesUser, 0); shut {
		if known {
			s.later(month(streamSessions, now), a.ID, LockedOut{At: now.UTC(), ID: a.ID, From: office.Private(addr), Until: until.UTC()})
		}
		return account{}, &LockedError{Until: until}
	}
	return account{}, ErrWrong
}

// host is an address without its port; of IPv6 the /64, which is one house.
func host(addr string) string {
	h, _, err := net.SplitHostPort(addr)
	if err != nil {
		h = addr
	}
	if ip := net.ParseIP(h); ip != nil && ip.To4() == nil {
		return ip.Mask(net.CIDRMask(64, 128)).String()
	}
	return h
}

// noteWithin is how long a sign-in waits for the journal before it goes on without.
const noteWithin = 2 * time.Second

// note writes down what is in force already; when the journal can't, it is written later.
func (s *Staff) note(ctx context.Context, who office.PersonID, events ...Event) {
	rec, err := s.record(who, events...)
	if err != nil {
		s.opts.Log.Error("staff: an event can't be written", "err", err)
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer stop()
	stream := month(streamSessions, rec.Time)
	if _, err := s.journal.Append(ctx, stream, journal.Any, []journal.Record{rec}); err != nil {
		s.opts.Log.Error("staff: a session could not be written at once; a restart may end it", "err", err)
		s.audit.post(stream, rec) // the same id: written twice it is there once
	}
}

// later hands events to the writer of reads, in order, and returns at once.
func (s *Staff) later(stream string, who office.PersonID, events ...Event) {
	rec, err := s.record(who, events...)
	if err != nil {
		s.opts.Log.Error("staff: an event can't be written", "err", err)
		return
	}
	s.audit.post(stream, rec)
}

// Session tells whose token it is, and notes that it is in use; ErrNoSession when it opens nothing.
func (s *Staff) Session(token string) (Session, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return Session{}, ErrNoSession
	}
	k := key(sha256.Sum256([]byte(token)))
	now := s.opts.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.sessions[k]
	if one == nil || one.over(now) {
		return Session{}, ErrNoSession
	}
	a := s.people[one.person]
	if a == nil && one.unit != "" { // a crew stands in the roster; the api sees that the person is aboard
		a = &account{Person: Person{ID: one.person, Active: true}}
	}
	if a == nil || !a.Active {
		return Session{}, ErrNoSession
	}
	one.seen = now
	if now.Sub(one.told) > seenEvery {
		one.told = now
		s.later(month(streamSessions, now), a.ID, Seen{At: now.UTC(), Key: hex.EncodeToString(k[:])})
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("siaga csrf"))
	sess := Session{
		Person: a.Person, CSRF: base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24]), MustChange: a.oneTime,
		Began: one.began, Until: one.until, Done: one.done,
	}
	if one.unit != "" {
		sess.Unit, sess.Person.Role, sess.MustChange = one.unit, office.Patrol, false
	}
	return sess, nil
}

// Lives says whether a token opens a session still, without counting that as use: a screen that nobody touches goes on
// asking.
func (s *Staff) Lives(token string) bool {
	k := key(sha256.Sum256([]byte(token)))
	s.mu.RLock()
	defer s.mu.RUnlock()
	one := s.sessions[k]
	return one != nil && !one.over(s.opts.Now())
}

// SignOut ends a session. A token that opens nothing is no error.
func (s *Staff) SignOut(ctx context.Context, token string) {
	k := key(sha256.Sum256([]byte(token)))
	s.mu.RLock()
	one := s.sessions[k]
	s.mu.RUnlock()
	if one == nil {
		return
	}
	s.end(ctx, one.person, one.person, "sign_out", k)
}

// end closes sessions at once and writes it down.
func (s *Staff) end(ctx context.Context, by, id office.PersonID, why string, keys ...key) {
	now := s.opts.Now().UTC()
	var events []Event
	s.mu.Lock()
	for _, k := range keys {
		e := SignedOut{At: now, By: by, ID: id, Key: hex.EncodeToString(k[:]), Why: why}
		s.apply(e)
		events = append(events, e)
	}
	s.mu.Unlock()
	if len(events) > 0 {
		s.note(ctx, by, events...)
	}
}

// endAll closes all sessions of a person but one.
func (s *Staff) endAll(ctx context.Context, by, id office.PersonID, why string, but key) {
	s.mu.RLock()
	var keys []key
	for k, one := range s.sessions {
		if one.person == id && k != but {
			keys = append(keys, k)
		}
	}
	s.mu.RUnlock()
	s.end(ctx, by, id, why, keys...)
}

// sessionsMax is how many sessions a person may have: desks where they forgot to sign out.
const sessionsMax = 50

// endOldest ends the sessions that are too many.
func (s *Staff) endOldest(ctx context.Context, id office.PersonID) {
	s.mu.RLock()
	var keys []key
	for k, one := range s.sessions {
		if one.person == id {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return s.sessions[a].began.Compare(s.sessions[b].began) })
	s.mu.RUnlock()
	if n := len(keys) - sessionsMax; n > 0 {
		s.end(ctx, System, id, "many", keys[:n]...)
	}
}

// sweep forgets sessions that are over. s.mu is held.
func (s *Staff) sweep(now time.Time) {
	for k, one := range s.sessions {
		if one.over(now) {
			delete(s.sessions, k)
		}
	}
}

// ChangePassword sets a person's own new password and ends their other sessions. It ends with ErrNoSession, ErrWrong
// (the old one), *LockedError, *PasswordError, ErrBusy or the journal's error.
func (s *Staff) ChangePassword(ctx context.Context, token, old, password, addr string) error {
	sess, err := s.Session(token)
	if err != nil {
		return err
	}
	if _, err := s.prove(ctx, sess.Person.User, old, addr); err != nil {
		return err
	}
	if err := checkPassword(password, sess.Person.User); err != nil {
		return err
	}
	if password == old {
		return &PasswordError{"same"}
	}
	id := sess.Person.ID
	set, err := s.passwordSet(ctx, id, password, false)
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	set.ID = id
	if err := s.write(ctx, streamPeople, id, set); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	s.endAll(ctx, id, id, "password", sha256.Sum256([]byte(token)))
	return nil
}

// Confirm is a signature: the person of an open session shows once more that they know their password. It ends with ErrWrong,
// *LockedError, ErrBusy, ErrUnknown or ctx's error.
func (s *Staff) Confirm(ctx context.Context, id office.PersonID, password, addr string) error {
	p, ok := s.Get(id)
	if !ok {
		return ErrUnknown
	}
	_, err := s.prove(ctx, p.User, password, addr)
	return err
}

// SignedIn says whether a person has an open session.
func (s *Staff) SignedIn(id office.PersonID) bool {
	now := s.opts.Now()
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, one := range s.sessions {
		if one.person == id && !one.over(now) {
			return true
		}
	}
	return false
}
