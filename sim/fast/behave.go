// Package fast drives the pure cores (call, filter) through an event heap in virtual time: a month in less than a
// second. The same Decide, Judge and Do run here as in the product; only the wire, the people and the clock are drawn.
package fast

import (
	_ "embed" // behaviour.json
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

//go:embed behaviour.json
var behaviourFile []byte

// Time is a lognormal draw, in seconds.
type Time struct {
	Median float64 `json:"median"`
	Spread float64 `json:"spread"` // sigma of the logarithm
	Most   float64 `json:"most"`
}

func (t Time) draw(r *rand.Rand) time.Duration {
	s := min(t.Median*math.Exp(t.Spread*r.NormFloat64()), t.Most)
	return time.Duration(s * float64(time.Second))
}

// AtGate is what a kind of caller does when a machine asks for the 8 or a word. Times count from its answer.
type AtGate struct {
	GiveUp      float64 `json:"giveUp"` // share that hangs up
	GiveUpAfter Time    `json:"giveUpAfter"`
	Key         float64 `json:"key"`   // share of the others that presses 8, and speaks not
	Early       float64 `json:"early"` // share of these that does so by themselves, at Onset; the others React to the prompt
	Onset       Time    `json:"onset"`
	React       Time    `json:"react"`    // speaks so long after being invited to
	ReactKey    Time    `json:"reactKey"` // presses 8 so long after hearing of it
	Speech      Time    `json:"speech"`   // how long they speak, unless heard
	Insists     bool    `json:"insists"`  // speaks again, two seconds later, if nobody answers
}

// Caller is a kind of caller.
type Caller struct {
	Name     string   `json:"name"`
	Share    float64  `json:"share"`   // of the calls that are not true
	Numbers  int      `json:"numbers"` // how many there are; 0: withheld
	Repeat   float64  `json:"repeat"`  // how uneven they call: exponent of Zipf's law
	Outcome  string   `json:"outcome"` // what an operator finds
	Prank    []string `json:"prank"`
	Marked   float64  `json:"marked"` // share of the numbers that the office knows as shared phones
	Silent   bool     `json:"silent"`
	Patience Time     `json:"patience"` // without an answer
	Talk     Time     `json:"talk"`     // until the operator knows what it is
	Hold     Time     `json:"hold"`     // after an answer, of those who say nothing
	Fives    float64  `json:"fives"`    // share that presses 5-5 when told so
	After    Time     `json:"fivesAfter"`
	Gate     AtGate   `json:"gate"`
	Source   []string `json:"source"`
}

// Behaviour is the file of distributions.
type Behaviour struct {
	About   string            `json:"about"`
	Sources map[string]string `json:"sources"`
	Month   struct {
		Days          int       `json:"days"`
		WarmUp        int       `json:"warmUpDays"` // before the month, so that numbers have a past; not counted
		PerDay        int       `json:"callsPerDay"`
		True          float64   `json:"trueShare"` // with the silent victims and those from prank numbers
		Victims       int       `json:"silentVictims"`
		VictimsPrank  int       `json:"silentVictimsFromPrankNumbers"`
		TrueFromPrank int       `json:"trueFromPrankNumbers"`
		Busiest       int       `json:"busiestPrankNumbers"` // those come from so many of the repeaters' numbers, the busiest
		Floods        int       `json:"floods"`
		FloodCalls    int       `json:"floodCalls"`
		FloodMinutes  float64   `json:"floodMinutes"`
		ByHour        []float64 `json:"byHour"`
		Source        []string  `json:"source"`
	} `json:"month"`
	Operators struct {
		Day          int      `json:"day"` // seats from 7 to 23
		Night        int      `json:"night"`
		PickUp       Time     `json:"pickUp"`
		Away         Time     `json:"awayAfterMiss"`
		Listen       Time     `json:"listenToSilence"`
		ListenWarned Time     `json:"listenToSilenceWarned"` // when the gate has heard silence already
		Choose       Time     `json:"chooseOutcome"`         // without keys of their own for invalid calls
		Ready        Time     `json:"readyAgain"`            // after it, till ready by key or T_wrap
		OneKey       Time     `json:"closeByOneKey"`         // with them, till ready
		Prompt       float64  `json:"prompt"`                // seconds that "tekan 5 dua kali" takes
		AnswerPrompt float64  `json:"answerToPrompt"`        // time left for an answer to it
		Invites      float64  `json:"gateInvites"`           // seconds into the gate's prompt: "silakan bicara" has been said
		Eight        float64  `json:"gateEight"`             // "tekan delapan" has been said
		GateFives    float64  `json:"gateFives"`             // "tekan lima dua kali" has been said
		Source       []string `json:"source"`
	} `json:"operators"`
	Callers []Caller `json:"callers"`
	True    Caller   `json:"true"`
	Victim  Caller   `json:"victim"`
	Flood   Caller   `json:"flood"`
}

// ReadBehaviour reads the file that is built in.
func ReadBehaviour() (*Behaviour, error) {
	b := &Behaviour{}
	if err := json.Unmarshal(behaviourFile, b); err != nil {
		return nil, fmt.Errorf("behaviour.json: %w", err)
	}
	return b, b.check()
}

// check: every kind of caller says where its figures come from, and shares are shares.
func (b *Behaviour) check() error {
	sum := 0.0
	for _, c := range append([]Caller{b.True, b.Victim, b.Flood}, b.Callers...) {
		if len(c.Source) == 0 {
			return fmt.Errorf("behaviour.json: %q has no source", c.Name)
		}
		for _, s := range c.Source {
			if b.Sources[s] == "" {
				return fmt.Errorf("behaviour.json: %q names the source %q, which is not listed", c.Name, s)
			}
		}
		for _, p := range []float64{c.Share, c.Marked, c.Fives, c.Gate.GiveUp, c.Gate.Key} {
			if !(p >= 0 && p <= 1) {
				return fmt.Errorf("behaviour.json: %q has a share of %v", c.Name, p)
			}
		}
		sum += c.Share
	}
	if math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("behaviour.json: the shares of callers add up to %v, not 1", sum)
	}
	if len(b.Month.ByHour) != 24 {
		return fmt.Errorf("behaviour.json: byHour has %d hours", len(b.Month.ByHour))
	}
	return nil
}
