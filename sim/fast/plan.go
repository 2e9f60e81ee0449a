package fast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// intent is one call as its caller means it: drawn before anything runs, so that the month with the filter and the one
// without it meet the same people.
type intent struct {
	id     string
	kind   *Caller
	at     time.Time
	number office.Number // empty: withheld
	true   bool
	victim bool
	flood  bool

	prank    string
	patience time.Duration // from the first ring, while nobody has answered
	talk     time.Duration
	hold     time.Duration // of those who say nothing: from a person's answer
	fives    time.Duration // after being told of 5-5; 0: never
	gate     gatePlan
	dice     float64 // for the gate's sample
	seed     uint64  // of what operators do with this call
}

// gatePlan is what the caller does at a gate, from its answer on.
type gatePlan struct {
	leave  time.Duration // 0: stays
	key    time.Duration // 0: presses nothing
	onset  time.Duration // 0: says nothing
	speech time.Duration
}

var firstDay = time.Date(2026, 6, 1, 0, 0, 0, 0, time.FixedZone("WITA", 8*3600))

// pool is the numbers of a kind of caller, the busiest first.
type pool struct {
	numbers []office.Number
	up      []float64 // cumulated shares
}

func newPool(c *Caller, r *rand.Rand) pool {
	p := pool{}
	sum := 0.0
	for i := range c.Numbers {
		p.numbers = append(p.numbers, office.Number(fmt.Sprintf("+628%d%08d", 10+r.IntN(90), r.IntN(100_000_000))))
		sum += math.Pow(float64(i+1), -c.Repeat)
		p.up = append(p.up, sum)
	}
	return p
}

func (p pool) draw(r *rand.Rand) office.Number {
	if len(p.numbers) == 0 {
		return ""
	}
	x := r.Float64() * p.up[len(p.up)-1]
	i, _ := slices.BinarySearch(p.up, x)
	return p.numbers[min(i, len(p.numbers)-1)]
}

// plan draws all calls, those of the warm-up too, in order of time; and which numbers the office knows as shared.
func plan(b *Behaviour, seed uint64) (calls []*intent, shared []office.Number) {
	r := rand.New(rand.NewPCG(seed, 110)) //nolint:gosec // a simulation repeats itself by its seed
	m := b.Month
	pools := map[string]pool{}
	for i := range b.Callers {
		c := &b.Callers[i]
		p := newPool(c, r)
		pools[c.Name] = p
		for _, n := range p.numbers {
			if c.Marked > 0 && r.Float64() < c.Marked {
				shared = append(shared, n)
			}
		}
	}
	good := newPool(&b.True, r)
	pranksters := pools["repeaters"]
	moment := func(from, days int) time.Time {
		sum := 0.0
		for _, h := range m.ByHour {
			sum += h
		}
		x, hour := r.Float64()*sum, 0
		for hour < 23 && x > m.ByHour[hour] {
			x -= m.ByHour[hour]
			hour++
		}
		return firstDay.AddDate(0, 0, from+r.IntN(days)).Add(time.Duration(hour)*time.Hour + time.Duration(r.Float64()*float64(time.Hour)))
	}
	add := func(c *Caller, at time.Time, n office.Number) *intent {
		i := drawn(b, c, at, n, r)
		calls = append(calls, i)
		return i
	}
	floods := m.Floods * m.FloodCalls
	total := m.PerDay * m.Days
	trues := int(math.Round(float64(total) * m.True))
	for range m.WarmUp * m.PerDay { // the same mix, without floods and victims
		if r.Float64() < m.True {
			add(&b.True, moment(-m.WarmUp, m.WarmUp), good.draw(r)).true = true
			continue
		}
		c := pick(b, r)
		add(c, moment(-m.WarmUp, m.WarmUp), pools[c.Name].draw(r))
	}
	for range total - trues - floods {
		c := pick(b, r)
		add(c, moment(0, m.Days), pools[c.Name].draw(r))
	}
	for i := range trues - m.Victims {
		n := good.draw(r)
		if i < m.TrueFromPrank { // somebody of the same household, or the prankster in earnest
			n = pranksters.numbers[r.IntN(min(m.Busiest, len(pranksters.numbers)))]
		}
		add(&b.True, moment(0, m.Days), n).true = true
	}
	for i := range m.Victims {
		n := good.draw(r)
		if i < m.VictimsPrank {
			n = pranksters.numbers[r.IntN(min(m.Busiest, len(pranksters.numbers)))]
		}
		v := add(&b.Victim, moment(0, m.Days), n)
		v.true, v.victim = true, true
	}
	for range m.Floods {
		start, base := moment(0, m.Days), r.IntN(90_000_000)
		for range m.FloodCalls {
			at := start.Add(time.Duration(r.Float64() * m.FloodMinutes * float64(time.Minute)))
			add(&b.Flood, at, office.Number(fmt.Sprintf("+6285%08d", base/1000*1000+r.IntN(1000)))).flood = true
		}
	}
	slices.SortStableFunc(calls, func(a, b *intent) int { return a.at.Compare(b.at) })
	for i, c := range calls {
		c.id = fmt.Sprintf("c%06d", i)
	}
	return calls, shared
}

func pick(b *Behaviour, r *rand.Rand) *Caller {
	x := r.Float64()
	for i := range b.Callers {
		if x -= b.Callers[i].Share; x < 0 {
			return &b.Callers[i]
		}
	}
	return &b.Callers[len(b.Callers)-1]
}

func drawn(b *Behaviour, c *Caller, at time.Time, n office.Number, r *rand.Rand) *intent {
	i := &intent{
		kind: c, at: at, number: n, dice: r.Float64(), seed: r.Uint64(),
		patience: c.Patience.draw(r), talk: c.Talk.draw(r), hold: c.Hold.draw(r),
	}
	if len(c.Prank) > 0 {
		i.prank = c.Prank[r.IntN(len(c.Prank))]
	}
	if r.Float64() < c.Fives {
		i.fives = c.After.draw(r)
	}
	i.gate = gatePlanOf(b, c, r)
	return i
}

func gatePlanOf(b *Behaviour, c *Caller, r *rand.Rand) gatePlan {
	g, op := c.Gate, b.Operators
	leaves, presses, early := r.Float64() < g.GiveUp, r.Float64() < g.Key, r.Float64() < g.Early
	leave, onset, react, key, speech := g.GiveUpAfter.draw(r), g.Onset.draw(r), g.React.draw(r), g.ReactKey.draw(r), g.Speech.draw(r)
	switch {
	case leaves:
		return gatePlan{leave: leave}
	case c.Silent:
		return gatePlan{}
	case presses && early && g.ReactKey.Median == 0:
		return gatePlan{key: max(onset, sec(op.Eight))} // nobody knows of the key before it is said
	case presses:
		return gatePlan{key: sec(op.Eight) + key}
	case g.React.Median == 0:
		return gatePlan{onset: onset, speech: speech}
	case early: // by themselves, or when asked, whichever is first
		return gatePlan{onset: min(onset, sec(op.Invites)+react), speech: speech}
	}
	return gatePlan{onset: sec(op.Invites) + react, speech: speech}
}
