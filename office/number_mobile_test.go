package office

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// The short way for mobile numbers says what the library says.
func TestMobileAsTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`(\+62|0|\+620|00|)8[0-9]{6,13}`).Draw(t, "number")
		got, ok := mobile(raw)
		if !ok {
			return
		}
		n, err := phonenumbers.Parse(raw, "ID")
		if err != nil || !phonenumbers.IsPossibleNumber(n) || string(got) != phonenumbers.Format(n, phonenumbers.E164) {
			t.Fatalf("%s is %s, the library says %v (%v)", raw, got, n, err)
		}
	})
}
