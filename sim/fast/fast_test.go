package fast

import (
	"testing"
	"time"
)

func TestMonth(t *testing.T) {
	b, err := ReadBehaviour()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(8) {
		start := time.Now()
		m, err := Play(b, seed)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(start))
		t.Logf("%d calls, %d true, %d true at gate, held %d, sampled %d; minutes %.0f / %.0f = %.3f; p50 %v / %v, p95 %v / %v; left %d, lost %d dwell %d; victims %d prompted %d found %d; share %.3f in %.3f-%.3f",
			m.Calls, m.True, m.TrueAtGate, m.Held, m.Sampled, m.MinutesWith, m.MinutesWithout, m.MinutesWith/m.MinutesWithout,
			quantile(m.AnswersWith, .5), quantile(m.AnswersWithout, .5), quantile(m.AnswersWith, .95), quantile(m.AnswersWithout, .95), m.LeftAtGate, m.LostLong, m.DwellLong, m.Victims, m.Prompted, m.Found, m.Share, m.Lo, m.Hi)
	}
}
