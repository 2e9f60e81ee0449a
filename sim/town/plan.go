package town

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Citizen is one planned call: everything about it that chance decides.
type Citizen struct {
	N        int
	At       time.Time // when it calls
	Kind     Kind
	Number   office.Number
	Withheld bool
	Name     string // display name, may be empty
	Voice    string // name of what it says; empty: nothing
	Place    *Place
	TCP      bool
	Patience time.Duration // without an answer it hangs up; from the first ring
	Begins   time.Duration // from the answer to the first word
	Repeats  int
	Pause    time.Duration
	Stays    time.Duration // after the last word it hangs up
}

// Numbers of citizens are made up: no operator hands out numbers that go on with 0000 after 0812.
const (
	numberStem = "+628120000"
	repeaters  = 40 // 0812-0000-0000 to -0039 call again and again
	numbers    = 10000
)

// Plan tells who calls when, one after the other. The same offices, mix, start, speed and seed give the same citizens.
type Plan struct {
	mix    Mix
	speed  float64
	seed   uint64
	zone   *time.Location
	dice   *rand.Rand
	at     time.Time
	n      int
	polres []office.Office
}

// NewPlan starts a plan at a moment. Speed divides the time between calls, not the calls themselves; it must be above 0.
func NewPlan(mix Mix, offices []office.Office, start time.Time, speed float64, seed uint64) (*Plan, error) {
	if speed <= 0 || math.IsInf(speed, 0) || math.IsNaN(speed) {
		return nil, fmt.Errorf("speed of the town is %v: it must be above 0", speed)
	}
	p := &Plan{mix: mix, speed: speed, seed: seed, zone: time.UTC, at: start, dice: rand.New(rand.NewPCG(seed, 0x110))}
	if len(offices) > 0 {
		p.zone = offices[0].Location()
	}
	for _, o := range offices {
		if o.Kind == office.Polres {
			p.polres = append(p.polres, o)
		}
	}
	return p, nil
}

// Next is the next citizen.
func (p *Plan) Next() Citizen {
	// A Poisson process whose rate follows the hours, by thinning (Lewis and Shedler 1979).
	top := p.mix.busiest() * p.speed / float64(time.Hour)
	for {
		p.at = p.at.Add(time.Duration(p.dice.ExpFloat64() / top))
		if p.dice.Float64()*p.mix.busiest() <= p.mix.perHour(p.at.In(p.zone).Hour()) {
			break
		}
	}
	p.n++
	// A citizen has dice of its own, so that one more throw for one of them doesn't change all who follow.
	return p.citizen(rand.New(rand.NewPCG(p.seed, uint64(p.n)<<16|0xC1)))
}

func (p *Plan) citizen(d *rand.Rand) Citizen {
	c := Citizen{N: p.n, At: p.at, Kind: p.kind(d)}
	h := hows[c.Kind]
	c.Number = p.number(d, h)
	c.Withheld = d.Float64() < h.hidden
	c.TCP = d.Float64() < 0.25
	c.Patience, c.Pause, c.Stays = between(d, h.patience), between(d, h.pause), between(d, h.stays)
	c.Begins = 400*time.Millisecond + time.Duration(d.Int64N(int64(900*time.Millisecond)))
	c.Repeats = h.repeats[0] + d.IntN(h.repeats[1]-h.repeats[0]+1)
	var choice []Voice
	for _, v := range voices() {
		if slices.Contains(h.voices, v.Call) || slices.Contains(h.names, v.Name) {
			choice = append(choice, v)
		}
	}
	located := d.Float64() < h.located
	if len(choice) == 0 {
		return c
	}
	v := choice[d.IntN(len(choice))]
	c.Voice = v.Name
	if located && len(p.polres) > 0 {
		c.Place = p.place(d, v)
	}
	if c.Kind != Silent && d.Float64() < 0.2 {
		c.Name = firstNames[d.IntN(len(firstNames))]
	}
	return c
}

var firstNames = []string{"Siti", "Budi", "Rina", "Agus", "Dewi", "Joko", "Nur", "Hendra", "Yuli", "Rahmat", "Wati", "Andi"}

func (p *Plan) kind(d *rand.Rand) Kind {
	sum := 0
	for _, s := range p.mix.Shares {
		sum += s.Of
	}
	n := d.IntN(sum)
	for _, s := range p.mix.Shares {
		if n -= s.Of; n < 0 {
			return s.Kind
		}
	}
	return OneRing
}

// number draws from a fixed range. Few repeaters make most pranks: the first call far more often than the last.
func (p *Plan) number(d *rand.Rand, h how) office.Number {
	n := repeaters + d.IntN(numbers-repeaters)
	if d.Float64() < h.repeater {
		n = int(repeaters * math.Pow(d.Float64(), 2.5))
	}
	return office.Number(fmt.Sprintf("%s%04d", numberStem, n))
}

// place is near the Polres whose area the words name; words that name none fit any of them.
func (p *Plan) place(d *rand.Rand, v Voice) *Place {
	o, ok := officeOf(v.Text, p.polres)
	if !ok {
		o = p.polres[d.IntN(len(p.polres))]
	}
	radius := [...]office.Metres{20, 40, 150, 800}[d.IntN(4)]
	return &Place{
		At:     office.Point{Lat: o.At.Lat + 0.03*(d.Float64()-0.5), Lng: o.At.Lng + 0.03*(d.Float64()-0.5)},
		Radius: radius, Name: o.Short,
	}
}

// landmarks are places of the voices that the office file doesn't name, as anybody who lives there knows them.
var landmarks = map[office.ID][]string{
	"polresta-balikpapan": {
		"pandansari", "kanujoso", "lapangan merdeka", "marsma iswahyudi", "panjaitan", "jenderal sudirman", "soekarno hatta",
		"kilometer lima belas", "di bandara",
	},
}

// officeOf finds the Polres whose words stand in a text; the longest word wins.
func officeOf(text string, polres []office.Office) (office.Office, bool) {
	text = strings.ToLower(text)
	var found office.Office
	longest := 0
	for _, o := range polres {
		for _, w := range slices.Concat(o.Words, landmarks[o.ID]) {
			if len(w) > longest && strings.Contains(text, strings.ToLower(w)) {
				found, longest = o, len(w)
			}
		}
	}
	return found, longest > 0
}

func between(d *rand.Rand, lim [2]time.Duration) time.Duration {
	if lim[1] <= lim[0] {
		return lim[0]
	}
	return lim[0] + time.Duration(d.Int64N(int64(lim[1]-lim[0])))
}
