package filter

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Command is what a person wants of the filter. Each carries its time.
//
//sumtype:decl
type Command interface{ command() }

type (
	// Block sends a number to the gate until a time at most BlockMaxHours away. Open and Danger are what dispatch knows
	// of the number: such a number can't be blocked.
	Block struct {
		At           time.Time
		By           office.PersonID
		Number       office.Number
		Until        time.Time
		Reason       string
		Open, Danger bool
	}
	// Unblock ends a block.
	Unblock struct {
		At     time.Time
		By     office.PersonID
		Number office.Number
		Reason string
	}
	// Clear makes a number as new.
	Clear struct {
		At     time.Time
		By     office.PersonID
		Number office.Number
		Reason string
	}
	// MarkShared says that many people use a phone, or not any more.
	MarkShared struct {
		At     time.Time
		By     office.PersonID
		Number office.Number
		On     bool
		What   string
	}
	// Notice sends a text to a number that plays again and again. Open and Danger as in Block: such a number gets none.
	Notice struct {
		At           time.Time
		By           office.PersonID
		Number       office.Number
		Open, Danger bool
	}
	// SetWeights edits what counts. Rev is the revision that the person saw.
	SetWeights struct {
		At      time.Time
		By      office.PersonID
		Rev     int
		Weights Weights
		Reason  string
	}
)

func (Block) command()      {}
func (Unblock) command()    {}
func (Clear) command()      {}
func (MarkShared) command() {}
func (Notice) command()     {}
func (SetWeights) command() {}

// Refusal is why a command was not done, for a person to read.
type Refusal struct {
	Code string // for machines, see below
	Text string // for the log and for developers, English
}

func (r *Refusal) Error() string { return r.Text }

// The codes of refusals. Weights that make no sense are refused with a *WeightsError.
const (
	CodeNoNumber     = "no_number"     // withheld, erased or no number at all
	CodeNoPerson     = "no_person"     // a machine may not do this
	CodeReasonNeeded = "reason_needed" // at least three letters, at most 500
	CodeBadUntil     = "bad_until"     // not in the future, or longer than BlockMaxHours
	CodeInNeed       = "in_need"       // in danger, or an incident is open
	CodeNotBlocked   = "not_blocked"
	CodeNothing      = "nothing_to_do" // it is so already
	CodeChanged      = "changed"       // somebody else was faster: look again
	CodeNotHabitual  = "not_habitual"  // the number is below the gate
	CodeTooSoon      = "too_soon"      // it got a notice within NoticeEvery
)

// Decide says what a command brings. It changes nothing: Fold the events, then journal them. An error is a *Refusal or
// a *WeightsError.
func Decide(l *Ledger, cmd Command) ([]Event, error) {
	switch c := cmd.(type) {
	case Block:
		return l.decideBlock(c)
	case Unblock:
		if err := check(c.By, c.Number, c.Reason); err != nil {
			return nil, err
		}
		if e := l.numbers[c.Number]; e == nil || !e.past.blocked(c.At) {
			return nil, refuse(CodeNotBlocked, "the number is not blocked")
		}
		return []Event{Unblocked{At: c.At, Number: office.Private(c.Number), Reason: reason(c.Reason), By: c.By}}, nil
	case Clear:
		if err := check(c.By, c.Number, c.Reason); err != nil {
			return nil, err
		}
		if e := l.numbers[c.Number]; e == nil || len(e.past.steps) == 0 && !e.past.blocked(c.At) {
			return nil, refuse(CodeNothing, "nothing is known of this number")
		}
		return []Event{Cleared{At: c.At, Number: office.Private(c.Number), Reason: reason(c.Reason), By: c.By}}, nil
	case MarkShared:
		if err := check(c.By, c.Number, c.What); err != nil {
			return nil, err
		}
		if e := l.numbers[c.Number]; (e != nil && e.past.shared.On) == c.On {
			return nil, refuse(CodeNothing, "the phone is marked so already")
		}
		return []Event{SharedMarked{At: c.At, Number: office.Private(c.Number), On: c.On, What: reason(c.What), By: c.By}}, nil
	case Notice:
		return l.decideNotice(c)
	case SetWeights:
		c.Weights = c.Weights.filled()
		switch err := c.Weights.Check(); {
		case c.By == "":
			return nil, refuse(CodeNoPerson, "only a person may do this")
		case c.Rev != l.set.Rev:
			return nil, refuse(CodeChanged, fmt.Sprintf("the weights are at revision %d, not %d: look again", l.set.Rev, c.Rev))
		case err != nil:
			return nil, err
		case c.Weights == l.weights:
			return nil, refuse(CodeNothing, "these are the weights already")
		case !said(c.Reason):
			return nil, refuse(CodeReasonNeeded, "say why, in 3 to 500 letters")
		}
		return []Event{WeightsSet{At: c.At, Rev: c.Rev + 1, Weights: c.Weights, Reason: strings.TrimSpace(c.Reason), By: c.By}}, nil
	}
	return nil, refuse(CodeNothing, fmt.Sprintf("%T is not known", cmd))
}

func (l *Ledger) decideBlock(c Block) ([]Event, error) {
	if err := check(c.By, c.Number, c.Reason); err != nil {
		return nil, err
	}
	e := l.numbers[c.Number]
	most := l.weights.BlockMax()
	switch {
	case service(c.Number):
		return nil, refuse(CodeNoNumber, "a service number can't be blocked: many people use it")
	case c.Open || c.Danger || e != nil && e.past.danger:
		return nil, refuse(CodeInNeed, "somebody at this number is in danger, or a report is open")
	case !c.Until.After(c.At) || c.Until.Sub(c.At) > most:
		return nil, refuse(CodeBadUntil, fmt.Sprintf("a block ends within %v", most))
	}
	return []Event{Blocked{At: c.At, Number: office.Private(c.Number), Until: c.Until, Reason: reason(c.Reason), By: c.By}}, nil
}

// NoticeEvery is how often a number gets a notice at most.
const NoticeEvery = 7 * 24 * time.Hour

func (l *Ledger) decideNotice(c Notice) ([]Event, error) {
	if err := check(c.By, c.Number, "---"); err != nil {
		return nil, err
	}
	s := l.Standing(c.Number, c.At)
	e := l.numbers[c.Number]
	switch {
	case c.Open || c.Danger || e != nil && e.past.danger:
		return nil, refuse(CodeInNeed, "somebody at this number is in danger, or a report is open: never send a message")
	case service(c.Number) || s.Shared != nil:
		return nil, refuse(CodeNoNumber, "many people use this phone")
	case !levelOf(l.weights, s.Steps, s.Score).AtLeast(Gate):
		return nil, refuse(CodeNotHabitual, "the number has not played often enough for a notice")
	case c.At.Sub(e.past.noticed) < NoticeEvery:
		return nil, refuse(CodeTooSoon, "this number got a notice within a week")
	}
	return []Event{Noticed{At: c.At, Number: office.Private(c.Number), By: c.By}}, nil
}

func check(by office.PersonID, n office.Number, why string) error {
	switch {
	case by == "":
		return refuse(CodeNoPerson, "only a person may do this")
	case !readable(n):
		return refuse(CodeNoNumber, "there is no number to do this with")
	case !said(why):
		return refuse(CodeReasonNeeded, "say why, in 3 to 500 letters")
	}
	return nil
}

func said(s string) bool { n := len([]rune(strings.TrimSpace(s))); return n >= 3 && n <= 500 }

func reason(s string) office.Private { return office.Private(strings.TrimSpace(s)) }

func refuse(code, text string) *Refusal { return &Refusal{Code: cmp.Or(code, CodeNothing), Text: text} }
