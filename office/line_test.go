package office

import "testing"

func TestLineOf(t *testing.T) {
	for raw, want := range map[string]Line{
		"0812-3456-7890":    Mobile,
		"+62 852 4712 3456": Mobile,
		"0542-421110":       Landline, // Balikpapan
		"0541 741000":       Landline, // Samarinda
		"021-5218011":       Landline,
		"+6591234567":       Foreign,
		"+60123456789":      Foreign,
		"112":               Odd,
		"0800-1-234567":     Odd,
		"":                  NoNumber,
	} {
		n, _ := ParseNumber(raw)
		if got := LineOf(n, false); got != want {
			t.Errorf("%q (%s) is %q, want %q", raw, n, got, want)
		}
		if got := LineOf(n, true); got != Withheld {
			t.Errorf("%q withheld is %q", raw, got)
		}
	}
}
