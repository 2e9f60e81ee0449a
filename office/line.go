package office

import "github.com/nyaruka/phonenumbers"

// Line is the kind of phone that somebody calls from, as far as their number says. It says nothing of who they are.
type Line string

// The lines.
const (
	Mobile   Line = "mobile"
	Landline Line = "landline"
	Foreign  Line = "foreign"  // a number of another country
	Withheld Line = "withheld" // the caller keeps it to themselves
	NoNumber Line = "none"     // none came with the call, as from a phone without a SIM
	Odd      Line = "other"    // short, free of charge, over the internet, or of no kind that is known
)

// LineOf tells the kind of line from a number as ParseNumber gives it. withheld: the caller keeps their number to
// themselves, whatever the carrier told us.
func LineOf(n Number, withheld bool) Line {
	switch {
	case withheld:
		return Withheld
	case n == "":
		return NoNumber
	case len(n) <= 4:
		return Odd
	}
	p, err := phonenumbers.Parse(string(n), "ID")
	if err != nil {
		return Odd
	}
	if p.GetCountryCode() != 62 {
		return Foreign
	}
	switch phonenumbers.GetNumberType(p) {
	case phonenumbers.MOBILE:
		return Mobile
	case phonenumbers.FIXED_LINE:
		return Landline
	default:
		return Odd
	}
}
