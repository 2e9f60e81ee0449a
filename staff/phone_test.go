package staff

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

const phoneAddr = "192.0.2.8:5000"

func (s *site) invites(p Person, ends time.Time) Invite {
	s.t.Helper()
	in, err := s.InvitePhone(s.t.Context(), "chief", p.ID, "u1", ends)
	if err != nil {
		s.t.Fatal(err)
	}
	return in
}

func TestPhoneOpensOnceAndEndsWithTheShift(t *testing.T) {
	s := newSite(t)
	p := s.person("yoga", office.Supervisor) // who leads a crew may be anything elsewhere
	in := s.invites(p, s.clock().Add(8*time.Hour))
	if len(in.PIN) != 6 || len(in.Code) != 22 {
		t.Fatalf("%+v", in)
	}
	s.restart()
	if _, _, err := s.SignInPhone(t.Context(), in.Code, "12345", phoneAddr); !errors.Is(err, ErrWrong) {
		t.Fatalf("a wrong PIN: %v", err)
	}
	sess, token, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr)
	if err != nil || sess.Unit != "u1" || sess.Person.Role != office.Patrol || sess.Person.ID != p.ID || sess.MustChange {
		t.Fatalf("%+v %v", sess, err)
	}
	if who := s.OnDuty("polda", office.Supervisor); who != "" {
		t.Error("a phone in a car counts as a supervisor on duty")
	}
	if _, _, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr); !errors.Is(err, ErrInvite) {
		t.Fatalf("the code opens a second phone: %v", err)
	}
	s.restart()
	if got, err := s.Session(token); err != nil || got.Unit != "u1" || got.Person.Role != office.Patrol {
		t.Fatalf("after a restart: %+v %v", got, err)
	}
	if _, _, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr); !errors.Is(err, ErrInvite) {
		t.Fatalf("after a restart the code opens a second phone: %v", err)
	}
	if list := s.Phones("u1"); len(list) != 1 || list[0].Person != p.ID || list[0].Since.IsZero() {
		t.Fatalf("%+v", list)
	}
	s.pass(8*time.Hour + time.Second)
	if _, err := s.Session(token); !errors.Is(err, ErrNoSession) {
		t.Fatalf("the shift is over: %v", err)
	}
}

func TestPhoneCodeIsVoid(t *testing.T) {
	s := newSite(t)
	p := s.person("yoga", office.Patrol)
	old := s.invites(p, time.Time{})
	in := s.invites(p, time.Time{})
	if !in.Ends.Equal(s.clock().Add(phoneShift)) {
		t.Errorf("a shift without an end: %v", in.Ends)
	}
	if _, _, err := s.SignInPhone(t.Context(), old.Code, old.PIN, phoneAddr); !errors.Is(err, ErrInvite) {
		t.Errorf("the older code still opens: %v", err)
	}
	for i := range inviteTries {
		_, _, err := s.SignInPhone(t.Context(), in.Code, "000000x", phoneAddr)
		if want := i < inviteTries-1; errors.Is(err, ErrWrong) != want || errors.Is(err, ErrInvite) == want {
			t.Fatalf("wrong PIN %d: %v", i+1, err)
		}
	}
	if _, _, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr); !errors.Is(err, ErrInvite) {
		t.Errorf("five wrong PINs, and the code still opens: %v", err)
	}
	in = s.invites(p, time.Time{})
	s.pass(inviteFor)
	if _, _, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr); !errors.Is(err, ErrInvite) {
		t.Errorf("ten minutes later: %v", err)
	}
	in = s.invites(p, time.Time{})
	if err := s.RevokePhones(t.Context(), "chief", "u1", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr); !errors.Is(err, ErrInvite) {
		t.Errorf("a revoked code: %v", err)
	}
	in = s.invites(p, time.Time{})
	_, token, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr)
	if err != nil {
		t.Fatal(err)
	}
	sess, _ := s.Session(token)
	if err := s.RevokePhones(t.Context(), "chief", "u1", p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(token); !errors.Is(err, ErrNoSession) {
		t.Error("a revoked phone goes on")
	}
	select {
	case <-sess.Done:
	default:
		t.Error("its standing connections go on")
	}
	if _, err := s.InvitePhone(t.Context(), "chief", "", "u1", time.Time{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a phone for nobody: %v", err)
	}
	// Who stands in the roster only has a phone too; whose account was closed has none.
	in = s.invites(Person{ID: "r1"}, time.Time{})
	sess, token, err = s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr)
	if err != nil || sess.Person.ID != "r1" || sess.Person.Role != office.Patrol {
		t.Fatalf("%+v %v", sess, err)
	}
	s.restart()
	if _, err := s.Session(token); err != nil {
		t.Error(err)
	}
	off := false
	if _, err := s.Update(t.Context(), "chief", p.ID, Change{Active: &off}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.InvitePhone(t.Context(), "chief", p.ID, "u1", time.Time{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a phone for a closed account: %v", err)
	}
}

// Neither code, PIN nor token lies in the journal.
func TestPhoneSecretsAreKeptNowhere(t *testing.T) {
	s := newSite(t)
	in := s.invites(s.person("yoga", office.Patrol), time.Time{})
	_, token, err := s.SignInPhone(t.Context(), in.Code, in.PIN, phoneAddr)
	if err != nil {
		t.Fatal(err)
	}
	_, device, err := s.AddDevice(t.Context(), "chief", "u1", "HP")
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.Replay(t.Context(), s.journal, 1, func(r journal.Record) error {
		for name, secret := range map[string]string{"code": in.Code, "token": token, "device": device, "pin": `"` + in.PIN + `"`} {
			if strings.Contains(string(r.Body), secret) {
				t.Errorf("the %s lies in %s", name, r.Stream)
			}
		}
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func TestDevices(t *testing.T) {
	s := newSite(t)
	d, token, err := s.AddDevice(t.Context(), "chief", "u1", " HP Briptu Yoga ")
	if err != nil || d.Label != "HP Briptu Yoga" {
		t.Fatalf("%+v %v", d, err)
	}
	s.restart()
	if got, ok := s.DeviceOf(token); !ok || got.Unit != "u1" || got.ID != d.ID {
		t.Fatalf("%+v %v", got, ok)
	}
	if _, ok := s.DeviceOf("another"); ok {
		t.Error("any token is a device")
	}
	if err := s.DropDevice(t.Context(), "chief", "u2", d.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.DeviceOf(token); !ok {
		t.Error("it was dropped by way of another unit")
	}
	if err := s.DropDevice(t.Context(), "chief", "u1", d.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.DeviceOf(token); ok || len(s.Devices("u1")) != 0 {
		t.Error("a dropped device still tells where the unit is")
	}
	if _, _, err := s.AddDevice(t.Context(), "chief", "", ""); !errors.Is(err, ErrInput) {
		t.Errorf("a device of no unit: %v", err)
	}
}
