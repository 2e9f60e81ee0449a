package incident

import (
	"slices"
	"time"

	"github.com/siaga110/siaga/office"
)

// Apply gives the state after e. It is total and doesn't change s.
func (s State) Apply(e Event) State { return s.apply(e).hush() }

func (s State) apply(e Event) State {
	switch e := e.(type) {
	case Typed:
		if s.Phase == "" {
			s = State{
				ID: e.ID, Call: e.Call, Source: e.Source, Origin: e.Office, Office: e.Office, Author: e.By, Phase: Draft,
				FirstRing: e.FirstRing,
			}
			if e.Call != "" {
				s.Calls = []string{e.Call}
			}
		}
		s.Rev, s.Report = e.Rev, e.Report
		if s.PlaceKnownAt.IsZero() && e.Report.PlaceKnown() {
			s.PlaceKnownAt = e.At
		}
		return s.hand(e.By)
	case Numbered:
		s.No = e.No
		if s.Phase == Draft {
			s.Phase = Valid
		}
	case WasSent:
		s.Phase, s.Office, s.AcceptBy, s.AcceptDue, s.Escalated, s.EscalatedTo = Sent, e.To, e.AcceptBy, e.AcceptBy, NotEscalated, ""
		s.AcceptedAt, s.AcceptedBy, s.Unsure, s.WaitingSince, s.Offered = time.Time{}, "", e.Unsure, time.Time{}, nil
		s = s.end(StepAssign, "").end(StepWait, "").end(StepHandover, "")
		if s.SentAt.IsZero() {
			s.SentAt = e.At
		}
		return s.hand(e.By)
	case WasAccepted:
		s.Phase, s.AcceptedAt, s.AcceptedBy, s.AcceptBy, s.AcceptDue = Accepted, e.At, e.By, time.Time{}, time.Time{}
		return s.begin(Step{Name: StepAssign, Since: e.At, By: e.AssignBy}).hand(e.By)
	case TargetSet:
		return s.targeted(e)
	case Noted:
		s.Notes = append(slices.Clone(s.Notes), e.Note)
		return s.hand(e.Note.By)
	case Pictured:
		s.Pictures = append(slices.Clone(s.Pictures), e.Picture)
	case CallAsked:
		s.Asks = append(slices.DeleteFunc(slices.Clone(s.Asks), func(a CallAsk) bool { return a.Unit == e.Unit }),
			CallAsk{At: e.At, By: e.By, Unit: e.Unit, Number: e.Number, Key: e.Key})
	case CallAnswered:
		s.Asks = slices.Clone(s.Asks)
		for i := range s.Asks {
			if s.Asks[i].Unit == e.Unit && s.Asks[i].Done.IsZero() {
				s.Asks[i].Done = e.At
			}
		}
	case CallJoined:
		s = s.addCalls(e.Call)
	case Escalated:
		s.Escalated, s.AcceptBy, s.EscalatedTo = e.To, e.Until, e.Person
		return s.hand(e.Person)
	case StepMissed:
		return s.missed(e).hand(e.Person)
	case PhoneAsked:
		return s.phoneAsked(e)
	case Phoned:
		return s.phoned(e)
	case Dropped:
		s.Phase, s.ClosedAt = NotValid, e.At
	case WasCancelled:
		s.Phase, s.ClosedAt, s.Steps, s.WaitingSince, s.Offered = Cancelled, e.At, nil, time.Time{}, nil
		return s.hand(e.By)
	case WasClosed:
		s.Phase, s.ClosedAt, s.Result, s.Done, s.Tell = Closed, e.At, e.Result, e.Done, e.Tell
		s.Steps, s.WaitingSince, s.Offered = nil, time.Time{}, nil
		return s.hand(e.By)
	case WasTold:
		s.ToldAt = e.At
	case WasReopened:
		s.Phase, s.ReopenedAt, s.ClosedAt, s.Result, s.Done, s.Tell, s.ToldAt = Reopened, e.At, time.Time{}, "", "", false, time.Time{}
		s.AcceptedAt, s.AcceptedBy, s.Office = e.At, e.By, e.Office
		if s.ArrivedAt.IsZero() { // judged from the first ring still
			s = s.begin(Step{Name: StepArrive, Since: s.FirstRing, By: s.Target.By})
		}
		return s.begin(Step{Name: StepAssign, Since: e.At, By: e.AssignBy}).hand(e.By)
	case HandoverOffered:
		s.Offered = &Handover{To: e.To, By: e.By, At: e.At, Why: e.Why}
		return s.begin(Step{Name: StepHandover, Since: e.At, By: e.TakeBy}).hand(e.By)
	case HandoverTaken:
		s.Offered, s.Office, s.AcceptedAt, s.AcceptedBy = nil, e.To, e.At, e.By
		s = s.end(StepHandover, "").end(StepAssign, "").end(StepWait, "").rephase()
		if len(s.ActiveUnits()) == 0 {
			s.WaitingSince = time.Time{}
			s = s.begin(Step{Name: StepAssign, Since: e.At, By: e.AssignBy})
		}
		return s.hand(e.By)
	case HandoverEnded:
		s.Offered = nil
		return s.end(StepHandover, "")
	case WasLinked:
		s.Before, s.Phase, s.Linked = s.Phase, Linked, e.Into
		return s.hand(e.By)
	case WasUnlinked:
		s.Phase, s.Linked, s.Before = s.Before, "", ""
		return s.hand(e.By)
	case WasJoined:
		s.Joined = append(slices.Clone(s.Joined), e.Other)
		had := len(s.Calls)
		s = s.addCalls(e.Calls...)
		s.Brought = append(slices.Clone(s.Brought), Brought{By: e.Other, Calls: s.Calls[had:len(s.Calls):len(s.Calls)]})
		return s.hand(e.By)
	case WasParted:
		s.Joined = slices.DeleteFunc(slices.Clone(s.Joined), func(o ID) bool { return o == e.Other })
		for _, b := range s.Brought {
			if b.By == e.Other {
				s.Calls = slices.DeleteFunc(slices.Clone(s.Calls), func(c string) bool { return slices.Contains(b.Calls, c) })
			}
		}
		s.Brought = slices.DeleteFunc(slices.Clone(s.Brought), func(b Brought) bool { return b.By == e.Other })
	case WasRestricted:
		s.Shut, s.Named = e.Shut, e.Named
		return s.hand(e.By)
	case ReporterShown:
	case WasAssigned:
		return s.assigned(e).hand(e.By).hand(e.Lead)
	case Advanced:
		return s.advanced(e)
	case Proved:
		return s.unit(e.Unit, func(a *Assignment) { a.Proved = e.Since })
	case UnitTaken:
		return s.taken(e)
	case Checked:
		return s.begin(Step{Name: StepCheck, Unit: e.Unit, Since: e.At, By: e.Next})
	case Waits:
		if s.WaitingSince.IsZero() {
			s.WaitingSince = e.At
		}
		s = s.end(StepAssign, "")
		return s.begin(Step{Name: StepWait, Since: e.At, By: e.Until}).hand(e.By)
	}
	return s
}

// hand notes that a person had a hand in it: they may see it from then on, also when it is restricted.
func (s State) hand(p office.PersonID) State {
	if p != "" && p != "system" && !slices.Contains(s.Hands, p) {
		s.Hands = append(slices.Clone(s.Hands), p)
	}
	return s
}

func (s State) addCalls(calls ...string) State {
	s.Calls = slices.Clone(s.Calls)
	for _, c := range calls {
		if c != "" && !slices.Contains(s.Calls, c) {
			s.Calls = append(s.Calls, c)
		}
	}
	return s
}

// targeted starts the clock of the arrival, or moves its end; what was asked of whom stays.
func (s State) targeted(e TargetSet) State {
	s.Target = Target{
		Band: e.Band, Distance: e.Distance, Known: e.Known, From: e.From, Since: e.Since, Arrive: e.Arrive, By: e.ArriveBy,
	}
	if !s.ArrivedAt.IsZero() {
		return s
	}
	for i, x := range s.Steps {
		if x.Name == StepArrive && x.Level != NotEscalated {
			s.Steps = slices.Clone(s.Steps)
			s.Steps[i].By = e.ArriveBy
			return s
		}
	}
	return s.begin(Step{Name: StepArrive, Since: s.FirstRing, By: e.ArriveBy})
}

// ApplyAll folds events onto s in order.
func (s State) ApplyAll(events []Event) State {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}
