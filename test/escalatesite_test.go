package test

import (
	"fmt"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone/sip"
)

// outside is the carrier's exchange of a site.
func outside(t *testing.T, s *phoneSite) *far {
	t.Helper()
	return exchangeAt(t, "127.0.0.2", s.server, sip.Outgoing{})
}

// asTrunk are the lines of siaga.toml for this carrier.
func (f *far) asTrunk() string {
	return fmt.Sprintf("[[trunk]]\nname = \"telkom\"\npeers = [\"127.0.0.2/32\"]\nserver = %q\nformat = \"national\"\ncaller_id = \"110\"\nwaiting = \"ringing\"\n", f.Addrs().UDP)
}

// desk201 is the desk phone at the Polda's first seat.
func desk201(t *testing.T, s *phoneSite) *far {
	t.Helper()
	f := exchangeAt(t, "127.0.0.3", s.server, sip.Outgoing{User: "201", Password: "rahasia-201", Register: true})
	f.registered()
	return f
}

func (f *far) ringsWithin(what string, within time.Duration) *farLeg {
	f.t.Helper()
	select {
	case l := <-f.come:
		return l
	case <-time.After(within):
		f.t.Fatalf("%s doesn't ring within %v", what, within)
		return nil
	}
}
