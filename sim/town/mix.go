package town

import "time"

// Kind is a sort of citizen.
type Kind string

// The sorts. The first two rarely hear a voice, the last three need the police.
const (
	OneRing     Kind = "one_ring"     // hangs up after one ring
	HangsUp     Kind = "hangs_up"     // hangs up in the queue or at the first word
	Silent      Kind = "silent"       // says nothing
	Child       Kind = "child"        // plays with the phone
	Teasing     Kind = "teasing"      // teases or harasses the operator
	FalseAlarm  Kind = "false_report" // reports what isn't so
	WrongNumber Kind = "wrong_number"
	Asks        Kind = "information"
	Service     Kind = "service"
	Emergency   Kind = "emergency"
)

// Share is a row of a mix.
type Share struct {
	Kind   Kind
	Of     int // of 10,000 calls
	Source string
}

// Mix says who calls, how often, and when.
type Mix struct {
	Name   string
	Shares []Share
	PerDay float64     // calls of a whole day at speed 1
	Hours  [24]float64 // weight of each local hour; they needn't sum up to anything
}

// Valid is the share of calls that need the police, of 10,000.
func (m Mix) Valid() int {
	n := 0
	for _, s := range m.Shares {
		switch s.Kind {
		case Asks, Service, Emergency:
			n += s.Of
		case OneRing, HangsUp, Silent, Child, Teasing, FalseAlarm, WrongNumber:
		}
	}
	return n
}

// perHour is the rate of calls in a local hour at speed 1.
func (m Mix) perHour(hour int) float64 {
	sum := 0.0
	for _, w := range m.Hours {
		sum += w
	}
	return m.PerDay * m.Hours[hour] / sum
}

// busiest is the highest rate of the day, in calls an hour.
func (m Mix) busiest() float64 {
	top := 0.0
	for h := range m.Hours {
		top = max(top, m.perHour(h))
	}
	return top
}

// Field is how citizens call 110 in earnest: 2 % need the police. Published figures give the sums; how the
// pranks divide among each other is an estimate, noted as such.
var Field = Mix{
	Name: "field",
	Shares: []Share{
		{OneRing, 4700, "Banyuwangi 2025: 17,111 of 17,257 calls were pranks, mostly a silent single ring"},
		{Silent, 2000, "the same source; estimate of those who stay on the line"},
		{HangsUp, 1000, "estimate; Delhi's gate shows that most leave at the first effort asked of them (96 %)"},
		{Child, 1000, "estimate: children's play is what call takers name first"},
		{WrongNumber, 600, "estimate"},
		{Teasing, 400, "estimate"},
		{FalseAlarm, 100, "estimate"},
		{Asks, 50, "part of the valid 1.9 % of DIY (98.1 % not valid); nationwide 2013: 0.46 % valid"},
		{Service, 60, "the same"},
		{Emergency, 90, "the same"},
	},
	// 17 million calls in eleven months of 2013 over 31 Polda are 1,640 a day for each.
	PerDay: 1640,
	// Estimate: quiet before dawn, most in the evening, when children and drinkers are awake.
	Hours: [24]float64{2.2, 1.6, 1.2, 1, 1, 1.4, 2.4, 3.4, 4, 4.4, 4.8, 5, 5, 4.8, 5, 5.4, 5.8, 6, 6.4, 6.8, 6.6, 5.6, 4.4, 3.2},
}

// Lively is a mix for showing Siaga: one call in four needs the police and the hour doesn't matter, so that the
// screens live whenever somebody looks. It claims nothing about the field.
var Lively = Mix{
	Name: "demo",
	Shares: []Share{
		{OneRing, 1500, "for the demo"},
		{Silent, 1500, "for the demo"},
		{HangsUp, 900, "for the demo"},
		{Child, 1500, "for the demo"},
		{WrongNumber, 900, "for the demo"},
		{Teasing, 700, "for the demo"},
		{FalseAlarm, 500, "for the demo"},
		{Asks, 500, "for the demo"},
		{Service, 700, "for the demo"},
		{Emergency, 1300, "for the demo"},
	},
	PerDay: 24 * 3600 / 15, // one in 15 s
	Hours:  flat(),
}

func flat() (h [24]float64) {
	for i := range h {
		h[i] = 1
	}
	return h
}

// how is what a sort of citizen says and how long it waits. Times are drawn evenly between the two.
type how struct {
	voices   []string         // calls of the index of voices that it says; none: it says nothing
	names    []string         // or these voices
	patience [2]time.Duration // without an answer it hangs up; from the first ring
	repeats  [2]int           // how often it says its words
	pause    [2]time.Duration // between them
	stays    [2]time.Duration // after the words it hangs up; negative: it waits for the operator
	repeater float64          // chance that the number is one of those that call again and again
	hidden   float64          // chance that the number is withheld
	located  float64          // chance that the place comes with the call
}

const sec = time.Second

var hows = map[Kind]how{
	OneRing:     {patience: [2]time.Duration{sec / 3, 3 * sec / 2}, stays: [2]time.Duration{0, sec}, repeater: 0.6, hidden: 0.02},
	HangsUp:     {patience: [2]time.Duration{2 * sec, 9 * sec}, stays: [2]time.Duration{sec / 4, 2 * sec}, repeater: 0.3, hidden: 0.02},
	Silent:      {voices: []string{"silent"}, patience: [2]time.Duration{15 * sec, 40 * sec}, repeats: [2]int{1, 4}, stays: [2]time.Duration{0, 2 * sec}, repeater: 0.5, hidden: 0.04},
	Child:       {names: []string{"anak-iseng", "anak-nyanyi"}, patience: [2]time.Duration{10 * sec, 25 * sec}, repeats: [2]int{1, 2}, pause: [2]time.Duration{sec, 3 * sec}, stays: [2]time.Duration{sec / 2, 4 * sec}, repeater: 0.7, hidden: 0.01},
	Teasing:     {names: []string{"menggoda"}, patience: [2]time.Duration{15 * sec, 40 * sec}, repeats: [2]int{1, 2}, pause: [2]time.Duration{2 * sec, 4 * sec}, stays: [2]time.Duration{sec, 6 * sec}, repeater: 0.7, hidden: 0.1},
	FalseAlarm:  {names: []string{"laporan-palsu"}, patience: [2]time.Duration{15 * sec, 40 * sec}, repeats: [2]int{1, 1}, stays: [2]time.Duration{sec, 4 * sec}, repeater: 0.4, hidden: 0.1},
	WrongNumber: {voices: []string{"wrong_number"}, patience: [2]time.Duration{12 * sec, 30 * sec}, repeats: [2]int{1, 1}, stays: [2]time.Duration{sec / 2, 2 * sec}},
	Asks:        {voices: []string{"information"}, patience: [2]time.Duration{40 * sec, 90 * sec}, repeats: [2]int{2, 3}, pause: [2]time.Duration{6 * sec, 10 * sec}, stays: [2]time.Duration{30 * sec, 60 * sec}},
	Service:     {voices: []string{"valid_service"}, patience: [2]time.Duration{60 * sec, 150 * sec}, repeats: [2]int{3, 6}, pause: [2]time.Duration{5 * sec, 9 * sec}, stays: [2]time.Duration{60 * sec, 120 * sec}, hidden: 0.02, located: 0.4},
	Emergency:   {voices: []string{"valid_emergency"}, patience: [2]time.Duration{90 * sec, 240 * sec}, repeats: [2]int{4, 8}, pause: [2]time.Duration{3 * sec, 7 * sec}, stays: [2]time.Duration{60 * sec, 180 * sec}, hidden: 0.03, located: 0.6},
}
