package incident

import (
	"slices"
	"time"
)

// Decide says what happens when cmd meets s. It reads no clock. An error is always a *Refusal.
func Decide(s State, cmd Command) ([]Event, error) {
	if _, first := cmd.(Type); s.Phase == "" && !first {
		return nil, &Refusal{Code: "not_now", Text: "there is no such incident"}
	}
	switch c := cmd.(type) {
	case Type:
		return typed(s, c)
	case Send:
		return send(s, c)
	case Accept:
		if s.Phase != Sent || s.Office != c.Office {
			return nil, notYours(s, "only the office that it was sent to can accept it, once")
		}
		return []Event{WasAccepted{At: c.At, By: c.By, Office: c.Office}}, nil
	case AddNote:
		if c.Text == "" {
			return nil, nil
		}
		if s.Phase == Closed || s.Phase == NotValid {
			return nil, &Refusal{Code: "closed", Text: "the incident is closed"}
		}
		return []Event{Noted{Note{At: c.At, By: c.By, Text: c.Text}}}, nil
	case Drop:
		if s.Phase != Draft {
			return nil, nil // it was sent: its life no longer depends on the call
		}
		return []Event{Dropped{At: c.At, By: c.By}}, nil
	case Close:
		return closeIncident(s, c)
	case Tick:
		return tick(s, c.At), nil
	}
	return nil, &Refusal{Code: "not_now", Text: "unknown command"}
}

func notYours(s State, text string) *Refusal {
	if s.Phase == Closed || s.Phase == NotValid {
		return &Refusal{Code: "closed", Text: "the incident is closed"}
	}
	return &Refusal{Code: "not_yours", Text: text}
}

func typed(s State, c Type) ([]Event, error) {
	switch {
	case s.Phase == Closed || s.Phase == NotValid:
		return nil, &Refusal{Code: "closed", Text: "the incident is closed"}
	case s.Phase != "" && c.Office != s.Office && c.Office != s.Origin:
		return nil, &Refusal{Code: "not_yours", Text: "another office has this incident"}
	case s.Phase != "" && c.Report.Equal(s.Report):
		return nil, nil
	case s.Phase != "" && c.Rev < s.Rev && c.Office != s.Office:
		return nil, &Refusal{Code: "changed", Text: "the office that has it changed the report meanwhile"}
	case s.Phase == "" && c.Report.Empty():
		return nil, nil // an untouched form is no incident
	}
	return []Event{Typed{
		At: c.At, ID: c.ID, Call: c.Call, FirstRing: c.FirstRing, Office: c.Office, By: c.By,
		Rev: s.Rev + 1, Report: c.Report,
	}}, nil
}

func send(s State, c Send) ([]Event, error) {
	if s.Phase == Closed || s.Phase == NotValid {
		return nil, &Refusal{Code: "closed", Text: "the incident is closed"}
	}
	if c.To == "" {
		return nil, &Refusal{Code: "not_now", Text: "say which office"}
	}
	if s.Office != c.From && s.Origin != c.From {
		return nil, &Refusal{Code: "not_yours", Text: "another office has this incident"}
	}
	var events []Event
	if s.No == "" {
		events = append(events, Numbered{At: c.At, No: c.No})
	}
	if s.Open() && s.Office == c.To {
		return events, nil // a second try of the call: the office has it already
	}
	return append(events, WasSent{
		At: c.At, By: c.By, From: c.From, To: c.To, AcceptBy: c.At.Add(acceptWithin(s.Priority())), Unsure: c.Unsure,
	}), nil
}

func closeIncident(s State, c Close) ([]Event, error) {
	if !s.Open() || s.Office != c.Office {
		return nil, notYours(s, "only the office that has it can close it")
	}
	if !slices.Contains(Results(), c.Result) || c.Done == "" {
		return nil, &Refusal{Code: "result_needed", Text: "choose the result and write what was done"}
	}
	var events []Event
	if s.Phase == Sent {
		events = append(events, WasAccepted{At: c.At, By: c.By, Office: c.Office})
	}
	return append(events, WasClosed{At: c.At, By: c.By, Result: c.Result, Done: c.Done}), nil
}

func tick(s State, at time.Time) []Event {
	due, ok := s.Deadline()
	if !ok || due.After(at) || s.Escalated == ToMabes {
		return nil
	}
	e := Escalated{At: at, To: s.Escalated.next()}
	if e.To != ToMabes {
		e.Until = at.Add(acceptWithin(s.Priority()))
	}
	return []Event{e}
}

// Apply gives the state after e. It is total and doesn't change s.
func (s State) Apply(e Event) State {
	switch e := e.(type) {
	case Typed:
		if s.Phase == "" {
			s = State{ID: e.ID, Call: e.Call, Origin: e.Office, Office: e.Office, Phase: Draft, FirstRing: e.FirstRing}
		}
		s.Rev, s.Report = e.Rev, e.Report
		if s.PlaceKnownAt.IsZero() && e.Report.PlaceKnown() {
			s.PlaceKnownAt = e.At
		}
	case Numbered:
		s.No = e.No
	case WasSent:
		s.Phase, s.Office, s.AcceptBy, s.Escalated = Sent, e.To, e.AcceptBy, NotEscalated
		s.AcceptedAt, s.AcceptedBy, s.Unsure = time.Time{}, "", e.Unsure
		if s.SentAt.IsZero() {
			s.SentAt = e.At
		}
	case WasAccepted:
		s.Phase, s.AcceptedAt, s.AcceptedBy, s.AcceptBy = Accepted, e.At, e.By, time.Time{}
	case Noted:
		s.Notes = append(slices.Clone(s.Notes), e.Note)
	case Escalated:
		s.Escalated, s.AcceptBy = e.To, e.Until
	case Dropped:
		s.Phase, s.ClosedAt = NotValid, e.At
	case WasClosed:
		s.Phase, s.ClosedAt, s.Result, s.Done = Closed, e.At, e.Result, e.Done
	}
	return s
}

// ApplyAll folds events onto s in order.
func (s State) ApplyAll(events []Event) State {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}
