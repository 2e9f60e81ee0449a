package incident

import (
	"slices"
	"time"
)

// What a crew's phone sends may come late: it lay in the phone while there was no signal.

// ended says whether something from that time, with that key of a phone, is no longer taken.
func (s State) ended(at time.Time, key string) bool {
	return s.Over() && (key == "" || s.ClosedAt.IsZero() || !at.Before(s.ClosedAt))
}

// Waits says whether an operator has still to see to it.
func (a CallAsk) Waits() bool { return a.Done.IsZero() }

func askCall(s State, c AskCall) ([]Event, error) {
	a, ok := s.Unit(c.Unit)
	switch {
	case c.Key != "" && slices.ContainsFunc(s.Asks, func(o CallAsk) bool { return o.Key == c.Key }):
		return nil, nil // sent twice
	case s.Over():
		return nil, closed()
	case !ok || !a.Active():
		return nil, &Refusal{Code: "not_now", Text: "the unit doesn't work on this incident", Unit: c.Unit}
	case s.Report.InDanger():
		return nil, &Refusal{Code: "in_danger", Text: "a call would bring the reporter into danger"}
	case s.Report.ReporterNumber == "":
		return nil, &Refusal{Code: "no_number", Text: "the reporter's number is not known"}
	case slices.ContainsFunc(s.Asks, func(o CallAsk) bool { return o.Unit == c.Unit && o.Waits() && o.Number == c.Number }):
		return nil, nil // it is asked already
	}
	return []Event{CallAsked{At: c.At, By: c.By, Unit: c.Unit, Number: c.Number, Key: c.Key}}, nil
}

func answerCall(s State, c AnswerCall) []Event {
	if !slices.ContainsFunc(s.Asks, func(o CallAsk) bool { return o.Unit == c.Unit && o.Waits() }) {
		return nil
	}
	return []Event{CallAnswered{At: c.At, By: c.By, Unit: c.Unit, How: c.How}}
}
