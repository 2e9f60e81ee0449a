package fast

import (
	"cmp"
	"slices"
	"time"

	"github.com/siaga110/siaga/filter"
)

// Month is what one seed's month came to.
type Month struct {
	Seed                                  uint64
	Calls, True, Victims, TrueAtGate      int
	Held, Sampled                         int
	MinutesWith, MinutesWithout           float64 // of operators, on calls that weren't true
	AnswersWith, AnswersWithout           []time.Duration
	LeftAtGate, LostLong, Prompted, Found int
	Share, SampleShare, Lo, Hi            float64
	Took                                  time.Duration
	Lost                                  []time.Duration // by true callers at the gate, against the month without it
}

// Play draws the month of a seed and runs it twice: with the filter and its default weights, and without.
func Play(b *Behaviour, seed uint64) (Month, error) { return play(b, seed, true, filter.Default()) }

func play(b *Behaviour, seed uint64, both bool, weights filter.Weights) (Month, error) {
	began := time.Now()
	calls, shared := plan(b, seed)
	m := Month{Seed: seed}
	without := &world{}
	if both {
		var err error
		if without, err = run(b, calls, shared, nil); err != nil {
			return m, err
		}
	}
	with, err := run(b, calls, shared, &weights)
	if err != nil {
		return m, err
	}
	m.Calls = len(with.seen)
	for _, l := range without.seen {
		switch {
		case !l.true:
			m.MinutesWithout += l.busy.Minutes()
		default:
			m.AnswersWithout = append(m.AnswersWithout, waited(l))
		}
	}
	gated, gatedTrue := 0, 0
	alone := map[string]time.Duration{} // how long each would have waited without the filter
	for _, l := range without.seen {
		alone[l.id] = waited(l)
	}
	for _, l := range with.seen {
		if l.verdict.Held || l.verdict.Sampled() {
			gated++
			if l.true {
				gatedTrue++
			}
		}
		if l.verdict.Held {
			m.Held++
		}
		if !l.true {
			m.MinutesWith += l.busy.Minutes()
			continue
		}
		m.True++
		m.AnswersWith = append(m.AnswersWith, waited(l))
		if l.verdict.Level.AtLeast(filter.Gate) {
			m.TrueAtGate++
		}
		switch {
		case l.leftGate:
			m.LeftAtGate++
		case !l.atGate.IsZero():
			if d, ok := alone[l.id]; ok {
				m.Lost = append(m.Lost, waited(l)-d)
			}
		}
		if l.victim {
			m.Victims++
			machine := l.answered // somebody or something answers
			if !l.atGate.IsZero() {
				machine = l.atGate
			}
			if !l.told.IsZero() && l.told.Sub(machine) <= 10*time.Second {
				m.Prompted++
			}
			if l.found {
				m.Found++
			}
		}
	}
	for _, d := range m.Lost {
		if d > 5*time.Second {
			m.LostLong++
		}
	}
	f := filter.Measure(with.meter.Calls(), with.begins, with.begins.AddDate(0, 0, b.Month.Days), nil)[0]
	m.Sampled, m.SampleShare, m.Lo, m.Hi = f.Sampled, f.Share, f.Lo, f.Hi
	if gated > 0 {
		m.Share = float64(gatedTrue) / float64(gated)
	}
	m.Took = time.Since(began)
	return m, nil
}

// waited is from the first ring to a person; who left waited for ever.
func waited(l *live) time.Duration {
	if l.answered.IsZero() {
		return time.Hour
	}
	return l.answered.Sub(l.at)
}

// quantile of durations, nearest rank.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Clone(d)
	slices.SortFunc(d, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	return d[min(int(q*float64(len(d))), len(d)-1)]
}
