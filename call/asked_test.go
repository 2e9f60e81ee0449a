package call

import (
	"testing"
	"time"
)

// TestSilentAtTheGateIsAskedInTime: who was silent at the gate is asked for 5-5 T_silent after the gate's answer, at least
// 4 s after a person's; who spoke there is asked like everybody else.
func TestSilentAtTheGateIsAskedInTime(t *testing.T) {
	seat := SeatRef{Office: "polda-kaltim", Seat: "polda-kaltim/1", Person: "sari"}
	for name, c := range map[string]struct {
		how     GateHow
		answers time.Duration // after the gate's answer
		asked   time.Duration
	}{
		"answered before the prompt named it": {BySilence, 4500 * time.Millisecond, 8500 * time.Millisecond},
		"answered at once":                    {BySilence, 4 * time.Second, 8 * time.Second},
		"answered later":                      {BySilence, 30 * time.Second, 34 * time.Second},
		"spoke at the gate":                   {BySpeech, 5 * time.Second, 13 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := gated(t, &Gate{Why: GateEvidence, Until: noon.Add(14 * time.Second)})
			do := func(cmd Command) {
				events, err := Decide(s, cmd)
				if err != nil {
					t.Fatal(err)
				}
				s = s.ApplyAll(events)
			}
			do(PassGate{At: noon.Add(4 * time.Second), How: c.how, Low: c.how == BySilence})
			do(Grant{At: noon.Add(4 * time.Second), Seats: []SeatRef{seat}})
			do(Answer{At: noon.Add(c.answers), By: seat, N: s.Offers[0].N})
			if got := s.SilentAt.Sub(noon); got != c.asked {
				t.Errorf("asked after %v, not %v", got, c.asked)
			}
			do(SilentKeys{At: noon.Add(c.answers + time.Second)})
			if !s.SilentAt.IsZero() {
				t.Error("asked after 5-5")
			}
		})
	}
}
