package filter

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func errorsAs[T error](err error, target *T) bool { return errors.As(err, target) }

// pranks tells n pranks of Budi, a day apart, the last a day before noon.
func pranks(l *Ledger, n int) {
	for i := range n {
		at := noon.Add(-time.Duration(n-i) * 24 * time.Hour)
		l.Ended(Ended{At: at, Call: at.String(), Number: budi, Began: at.Add(-time.Minute), Outcome: "iseng", Prank: "menggoda", Spoke: true})
	}
}

// The table of CALL.md §4: each row is a past, and how the next call is received.
func TestJudge(t *testing.T) {
	ended := func(outcomes ...string) func(*Ledger) {
		return func(l *Ledger) {
			for i, o := range outcomes {
				at := noon.Add(time.Duration(i-len(outcomes)) * time.Hour)
				l.Ended(Ended{At: at, Call: at.String(), Number: budi, Began: at.Add(-time.Minute), Outcome: o})
			}
		}
	}
	many := func(o string, n int) []string { return strings.Split(strings.Repeat(o+" ", n)[:n*(len(o)+1)-1], " ") }
	both := func(fs ...func(*Ledger)) func(*Ledger) {
		return func(l *Ledger) {
			for _, f := range fs {
				f(l)
			}
		}
	}
	block := func(l *Ledger) {
		l.Fold(Blocked{At: noon.Add(-time.Hour), Number: "+6281234567890", Until: noon.Add(time.Hour), By: "wati"})
	}
	shield := func(l *Ledger) {
		l.Fold(ShieldRaised{At: noon.Add(-time.Minute), Source: Source{Range, "+6281234567"}, Until: noon.Add(time.Minute)})
	}
	cameAgo := func(ago time.Duration, times int) func(*Ledger) {
		return func(l *Ledger) {
			for i := range times {
				l.Came(Came{At: noon.Add(-ago), Call: "earlier" + string(rune('a'+i)), Number: budi})
			}
		}
	}
	for name, c := range map[string]struct {
		past   func(*Ledger)
		facts  Facts
		level  Level
		held   bool
		low    bool
		escape Escape
	}{
		"nothing known":                   {},
		"one prank is a chip":             {past: ended("iseng"), level: Chip},
		"one false report is a chip":      {past: ended("laporan_palsu"), level: Chip},
		"two pranks are a chip":           {past: ended(many("iseng", 2)...), level: Chip},
		"three pranks meet the gate":      {past: ended(many("iseng", 3)...), level: Gate, held: true},
		"a prank and a false report":      {past: ended("iseng", "laporan_palsu", "kosong"), level: Gate, held: true},
		"six pranks wait in the low lane": {past: ended(many("iseng", 6)...), level: Low, held: true, low: true},
		"a hundred empty calls":           {past: ended(many("kosong", 100)...)},
		"a hundred, and one slip":         {past: ended(append(many("kosong", 100), "laporan_palsu")...), level: Chip},
		"a true call clears the gate":     {past: ended("iseng", "iseng", "iseng", "iseng", "iseng", "iseng", "valid_polda"), level: Chip},
		"wrong numbers, tests, who left":  {past: ended("salah_sambung", "tes", "ditinggal_antrean", "putus_awal")},
		"danger passes":                   {past: ended(many("iseng", 6)...), facts: Facts{Danger: true}, level: Low, escape: ByDanger},
		"an open report passes":           {past: ended(many("iseng", 3)...), facts: Facts{Open: true}, level: Gate, escape: ByOpen},
		"whom we owe a call passes":       {past: ended(many("iseng", 3)...), facts: Facts{Owed: true}, level: Gate, escape: ByOwed},
		"the sample passes":               {past: ended(many("iseng", 3)...), facts: Facts{Dice: 0.009}, level: Gate, escape: BySample},
		"the number isn't certain":        {past: ended(many("iseng", 6)...), facts: Facts{Unsure: true}},
		"a second call of a prankster":    {past: both(ended(many("iseng", 3)...), cameAgo(30*time.Second, 1)), level: Gate, held: true},
		"a shared phone":                  {past: both(ended(many("iseng", 9)...), func(l *Ledger) { l.Fold(SharedMarked{At: noon, Number: "+6281234567890", On: true}) }), level: Chip},
		"blocked":                         {past: block, level: Gate, held: true},
		"blocked, in danger":              {past: block, facts: Facts{Danger: true}, level: Gate, escape: ByDanger},
		"blocked, and calls again":        {past: both(block, cameAgo(30*time.Second, 1)), level: Gate, held: true},
		"no sample of blocks":             {past: block, facts: Facts{Dice: 0.0001}, level: Gate, held: true},
		"under a shield":                  {past: shield, level: Gate, held: true},
		"under a shield, calls again":     {past: both(shield, cameAgo(30*time.Second, 1)), level: Gate, escape: ByAgain},
		"under a shield, again too late":  {past: both(shield, cameAgo(61*time.Second, 1)), level: Gate, held: true},
		"under a shield, a machine":       {past: both(shield, cameAgo(20*time.Second, 5)), level: Gate, held: true},
		"under a shield, known for good":  {past: both(shield, ended("valid_polres")), level: Gate, escape: ByKnown},
		"under a shield, twice a prank":   {past: both(shield, ended("iseng", "iseng"), cameAgo(20*time.Second, 1)), level: Gate, held: true},
		"under another number's shield": {past: func(l *Ledger) {
			l.Fold(ShieldRaised{At: noon, Source: Source{Range, "+6281234000"}, Until: noon.Add(time.Minute)})
		}},
		"under a shield that ran out": {past: func(l *Ledger) {
			l.Fold(ShieldRaised{At: noon.Add(-time.Hour), Source: Source{Trunk, "telkom"}, Until: noon})
		}},
		"in danger by a person's own word": {past: both(ended(many("iseng", 3)...), func(l *Ledger) {
			l.Ended(Ended{At: noon, Call: "d", Number: budi, Outcome: "putus_penelepon", Danger: true})
		}), level: Gate, escape: ByDanger},
	} {
		t.Run(name, func(t *testing.T) {
			l := NewLedger(0)
			if c.past != nil {
				c.past(l)
			}
			if c.facts.Dice == 0 {
				c.facts.Dice = 0.5
			}
			c.facts.Call, c.facts.Trunk = "now", "telkom"
			v := l.Judge(budi, c.facts, noon)
			if v.Level != c.level || v.Held != c.held || v.Low != c.low || v.Escape != c.escape {
				t.Errorf("%+v\nwords %v", v, v.Words(noon, time.UTC))
			}
		})
	}
}

// Pranks fade by half in a month, and are gone after three.
func TestHalfLife(t *testing.T) {
	l := NewLedger(0)
	l.Ended(Ended{At: noon, Call: "a", Number: budi, Outcome: "iseng"})
	for days, want := range map[int]float64{0: 3, 30: 1.5, 60: 0.75, 89: 3 * 0.1279, 90: 0} {
		if got := l.Standing(budi, noon.Add(time.Duration(days)*24*time.Hour)).Score; got < want-0.001 || got > want+0.001 {
			t.Errorf("after %d days %v, not %v", days, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	l := NewLedger(0)
	wita := time.FixedZone("WITA", 8*3600)
	for _, d := range []int{-55, -40, -11} {
		at := noon.AddDate(0, 0, d)
		l.Ended(Ended{At: at, Call: at.String(), Number: budi, Outcome: "iseng"})
	}
	l.Ended(Ended{At: noon.AddDate(0, 0, -3), Call: "k", Number: budi, Outcome: "kosong"})
	l.Fold(Blocked{At: noon, Number: "+6281234567890", Until: time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC), By: "wati"})
	v := l.Judge(budi, Facts{Dice: 0.5}, noon)
	var id, en []string
	for _, w := range v.Words(noon, wita) {
		id, en = append(id, w.ID), append(en, w.EN)
	}
	if got, want := strings.Join(id, "; "), "diblokir sampai 24 Nov 09.30; 3 kali iseng dalam 2 bulan, terakhir 12 Nov; 1 kali kosong, 20 Nov"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := strings.Join(en, "; "), "blocked until 24 Nov 09.30; 3 pranks within 2 months, last 12 Nov; 1 empty call, 20 Nov"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if w := (Reason{Code: Code(Prank), Count: 2, Since: noon.AddDate(-1, 0, 0), Last: noon.AddDate(0, -11, -5)}).Words(noon, wita); w.ID != "2 kali iseng dalam 12 bulan, terakhir 18 Des 2025" {
		t.Errorf("%q", w.ID)
	}
}

// What people may do, and why not.
func TestDecide(t *testing.T) {
	l := NewLedger(0)
	pranks(l, 3)
	do := func(c Command, code string) {
		t.Helper()
		events, err := Decide(l, c)
		var r *Refusal
		if got := ""; code != got {
			if !errors.As(err, &r) || r.Code != code || events != nil {
				t.Errorf("%+v: %v %v, want %s", c, events, err, code)
			}
			return
		}
		if err != nil || len(events) == 0 {
			t.Errorf("%+v: %v %v", c, events, err)
		}
		for _, e := range events {
			l.Fold(e)
		}
	}
	hour := noon.Add(time.Hour)
	do(Block{At: noon, By: "wati", Number: budi, Until: hour}, CodeReasonNeeded)
	do(Block{At: noon, Number: budi, Until: hour, Reason: "mengganggu"}, CodeNoPerson)
	do(Block{At: noon, By: "wati", Number: "", Until: hour, Reason: "mengganggu"}, CodeNoNumber)
	do(Block{At: noon, By: "wati", Number: "112", Until: hour, Reason: "mengganggu"}, CodeNoNumber)
	do(Block{At: noon, By: "wati", Number: budi, Until: noon, Reason: "mengganggu"}, CodeBadUntil)
	do(Block{At: noon, By: "wati", Number: budi, Until: noon.Add(24*time.Hour + 1), Reason: "mengganggu"}, CodeBadUntil)
	do(Block{At: noon, By: "wati", Number: budi, Until: hour, Reason: "mengganggu", Danger: true}, CodeInNeed)
	do(Block{At: noon, By: "wati", Number: budi, Until: hour, Reason: "mengganggu", Open: true}, CodeInNeed)
	do(Unblock{At: noon, By: "wati", Number: budi, Reason: "salah nomor"}, CodeNotBlocked)
	do(Block{At: noon, By: "wati", Number: budi, Until: noon.Add(24 * time.Hour), Reason: " mengganggu "}, "")
	do(Unblock{At: hour, By: "wati", Number: budi, Reason: "salah nomor"}, "")
	do(Unblock{At: hour, By: "wati", Number: budi, Reason: "salah nomor"}, CodeNotBlocked)
	do(Clear{At: hour, By: "wati", Number: budi, Reason: "x"}, CodeReasonNeeded)
	do(Clear{At: hour, By: "wati", Number: budi, Reason: "ganti pemilik"}, "")
	do(Clear{At: hour, By: "wati", Number: budi, Reason: "ganti pemilik"}, CodeNothing)
	do(MarkShared{At: hour, By: "wati", Number: budi, What: "wartel"}, CodeNothing)
	do(MarkShared{At: hour, By: "wati", Number: budi, On: true, What: "wartel"}, "")
	do(MarkShared{At: hour, By: "wati", Number: budi, On: true, What: "wartel"}, CodeNothing)
	w := Default()
	w.Gate = 9
	do(SetWeights{At: noon, By: "kompol", Rev: 1, Weights: w, Reason: "uji coba"}, CodeChanged)
	do(SetWeights{At: noon, By: "kompol", Weights: Default(), Reason: "uji coba"}, CodeNothing)
	do(SetWeights{At: noon, By: "kompol", Weights: w}, CodeReasonNeeded)
	do(SetWeights{At: noon, By: "kompol", Weights: w, Reason: "uji coba"}, "")
	if got, rev := l.Weights(); got != w || rev != 1 {
		t.Errorf("%+v, revision %d", got, rev)
	}
	w.EmptyCap = 20
	var bad *WeightsError
	if _, err := Decide(l, SetWeights{At: noon, By: "kompol", Rev: 1, Weights: w, Reason: "uji coba"}); !errors.As(err, &bad) {
		t.Errorf("%v", err)
	}
}

func TestReadWeights(t *testing.T) {
	w, err := ReadWeights(strings.NewReader(`{"gate": 10}`))
	if want := Default(); err != nil || w.Gate != 10 || w.Chip != want.Chip {
		t.Errorf("%+v %v", w, err)
	}
	for body, word := range map[string]string{
		`{"gait": 10}`:          "gait",
		`{"gate": "ten"}`:       "must be a number",
		`{"gate": 10} {}`:       "one object only",
		`{"gate": 2}`:           "chip",
		`{"emptyCap": 8}`:       "can't speak",
		`{"gate": 1e400}`:       "number",
		`gate = 10`:             "invalid character",
		`{"halfLifeDays": 100}`: "half-life",
	} {
		if _, err := ReadWeights(strings.NewReader(body)); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
