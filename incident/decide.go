package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Decide says what happens when cmd meets s. It reads no clock. An error is always a *Refusal.
func Decide(s State, cmd Command) ([]Event, error) {
	if _, first := cmd.(Type); s.Phase == "" && !first {
		return nil, &Refusal{Code: "not_now", Text: "there is no such incident"}
	}
	switch c := cmd.(type) {
	case Type:
		return typed(s, c)
	case Number:
		if s.Phase != Draft || c.No == "" {
			return nil, over(s, "it has its number")
		}
		return []Event{Numbered{At: c.At, No: c.No}}, nil
	case Send:
		return send(s, c)
	case Accept:
		return accept(s, c)
	case SetTarget:
		return setTarget(s, c), nil
	case AddNote:
		if c.Text == "" {
			return nil, nil
		}
		if s.ended(c.At, c.Key) {
			return nil, closed()
		}
		if c.Key != "" && slices.ContainsFunc(s.Notes, func(n Note) bool { return n.Key == c.Key }) {
			return nil, nil // sent twice
		}
		return []Event{Noted{Note{At: c.At, By: c.By, Text: c.Text, Key: c.Key}}}, nil
	case AddPicture:
		return picture(s, c)
	case AskCall:
		return askCall(s, c)
	case AnswerCall:
		return answerCall(s, c), nil
	case JoinCall:
		if s.Over() {
			return nil, closed()
		}
		if c.Call == "" || slices.Contains(s.Calls, c.Call) {
			return nil, nil
		}
		return []Event{CallJoined{At: c.At, By: c.By, Call: c.Call}}, nil
	case Drop:
		if s.Phase != Draft {
			return nil, nil // it was sent: its life no longer depends on the call
		}
		return []Event{Dropped{At: c.At, By: c.By}}, nil
	case Cancel:
		return cancel(s, c)
	case Close:
		return closeIncident(s, c)
	case Told:
		return told(s, c)
	case Reopen:
		return reopen(s, c)
	case HandOver:
		return handOver(s, c)
	case TakeOver:
		return takeOver(s, c)
	case RefuseOver:
		return refuseOver(s, c)
	case Link:
		return link(s, c)
	case Unlink:
		return unlink(s, c)
	case Join:
		return join(s, c)
	case Part:
		if !slices.Contains(s.Joined, c.Other) {
			return nil, nil
		}
		return []Event{WasParted{At: c.At, By: c.By, Other: c.Other}}, nil
	case Restrict:
		return restrict(s, c)
	case ShowReporter:
		return showReporter(s, c)
	case Tick:
		return tick(s, c), nil
	case PhoneResult:
		return phoneResult(s, c), nil
	case Assign:
		return assign(s, c)
	case Advance:
		return advance(s, c)
	case Prove:
		return prove(s, c), nil
	case Take:
		return take(s, c), nil
	case Check:
		return check(s, c)
	case Wait:
		return wait(s, c)
	}
	return nil, &Refusal{Code: "not_now", Text: "unknown command"}
}

func closed() *Refusal { return &Refusal{Code: "closed", Text: "the incident is closed"} }

func over(s State, text string) *Refusal {
	if s.Over() {
		return closed()
	}
	return &Refusal{Code: "not_now", Text: text}
}

func notYours(s State, text string) *Refusal {
	if s.Over() {
		return closed()
	}
	return &Refusal{Code: "not_yours", Text: text}
}

// works says whether a person of the office may act on it as its holder.
func works(s State, o office.ID) error {
	switch {
	case s.Over():
		return closed()
	case s.Office != o:
		return &Refusal{Code: "not_yours", Text: "another office has this incident"}
	case !s.Working():
		return &Refusal{Code: "not_now", Text: "the office must accept it first"}
	}
	return nil
}

func blank(p office.Private) bool { return strings.TrimSpace(string(p)) == "" }

func typed(s State, c Type) ([]Event, error) {
	switch {
	case s.Over():
		return nil, closed()
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
		At: c.At, ID: c.ID, Call: c.Call, Source: c.Source, FirstRing: c.FirstRing, Office: c.Office, By: c.By,
		Rev: s.Rev + 1, Report: c.Report,
	}}, nil
}

func send(s State, c Send) ([]Event, error) {
	if s.Over() {
		return nil, closed()
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
	if s.Open() && s.Phase != Valid && s.Office == c.To {
		return events, nil // a second try of the call: the office has it already
	}
	if slices.ContainsFunc(s.Units, func(a Assignment) bool { return a.EndedAt.IsZero() }) || s.Phase == Handled {
		return nil, &Refusal{Code: "hand_over", Text: "units work on it: hand it over, so that the other office takes it first"}
	}
	if c.Within == 0 {
		c.Within = acceptWithin(s.Priority())
	}
	return append(events, WasSent{
		At: c.At, By: c.By, From: c.From, To: c.To, AcceptBy: c.At.Add(c.Within), Unsure: c.Unsure,
	}), nil
}

func accept(s State, c Accept) ([]Event, error) {
	if s.Working() && s.Office == c.Office {
		if s.AcceptedBy == c.By {
			return nil, nil // pressed twice
		}
		return nil, &Refusal{Code: "taken", Text: "somebody of the office accepted it already", By: s.AcceptedBy}
	}
	if s.Phase != Sent || s.Office != c.Office {
		return nil, notYours(s, "only the office that it was sent to can accept it, once")
	}
	return []Event{WasAccepted{At: c.At, By: c.By, Office: c.Office, AssignBy: later(c.At, c.Within)}}, nil
}

// later is at plus d; zero when no time was given.
func later(at time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return time.Time{}
	}
	return at.Add(d)
}

func setTarget(s State, c SetTarget) []Event {
	c.Target.By = s.FirstRing.Add(c.Target.Arrive)
	if !s.Open() || !s.ArrivedAt.IsZero() || c.Target == s.Target || c.Target.Arrive <= 0 {
		return nil
	}
	t := c.Target
	return []Event{TargetSet{
		At: c.At, ArriveBy: t.By, Arrive: t.Arrive, Band: t.Band, Distance: t.Distance, Known: t.Known,
		From: t.From, Since: t.Since,
	}}
}

func picture(s State, c AddPicture) ([]Event, error) {
	p := c.Picture
	switch {
	case s.ended(c.At, p.Key):
		return nil, closed()
	case len(p.Hash) != 64 || p.Ref == "":
		return nil, &Refusal{Code: "bad_picture", Text: "a picture needs its SHA-256 and where it lies"}
	case slices.ContainsFunc(s.Pictures, func(o Picture) bool { return o.Hash == p.Hash }):
		return nil, nil // sent twice
	case len(s.Pictures) >= maxPictures:
		return nil, &Refusal{Code: "too_many_pictures", Text: "this incident has as many pictures as are kept"}
	}
	p.At = c.At
	return []Event{Pictured{Picture: p}}, nil
}

const maxPictures = 200

func cancel(s State, c Cancel) ([]Event, error) {
	switch {
	case !s.Open() || s.Office != c.Office && s.Origin != c.Office:
		return nil, notYours(s, "only the office that has it, or that sent it, can cancel it")
	case blank(c.Why):
		return nil, &Refusal{Code: "why_needed", Text: "write why it is cancelled"}
	}
	return append(takeAll(s, c.At, c.By, "cancelled"), WasCancelled{At: c.At, By: c.By, Why: c.Why}), nil
}

func closeIncident(s State, c Close) ([]Event, error) {
	if !s.Open() || s.Office != c.Office {
		return nil, notYours(s, "only the office that has it can close it")
	}
	if !slices.Contains(Results(), c.Result) || blank(c.Done) {
		return nil, &Refusal{Code: "result_needed", Text: "choose the result and write what was done"}
	}
	if c.Tell && s.Report.InDanger() {
		return nil, &Refusal{Code: "in_danger", Text: "the reporter is in danger and must not be called"}
	}
	var events []Event
	if s.Phase == Sent {
		events = append(events, WasAccepted{At: c.At, By: c.By, Office: c.Office})
	}
	events = append(events, takeAll(s, c.At, c.By, "closed")...)
	return append(events, WasClosed{At: c.At, By: c.By, Result: c.Result, Done: c.Done, Tell: c.Tell}), nil
}

func told(s State, c Told) ([]Event, error) {
	switch {
	case !s.Tell || !s.ToldAt.IsZero():
		return nil, &Refusal{Code: "not_owed", Text: "nobody waits to be told"}
	case s.Office != c.Office && s.Origin != c.Office:
		return nil, &Refusal{Code: "not_yours", Text: "another office has this incident"}
	case blank(c.How):
		return nil, &Refusal{Code: "note_needed", Text: "write what the reporter was told, or why they could not be reached"}
	}
	return []Event{WasTold{At: c.At, By: c.By, How: c.How}}, nil
}

func reopen(s State, c Reopen) ([]Event, error) {
	switch {
	case s.Phase != Closed && s.Phase != Cancelled:
		return nil, &Refusal{Code: "not_now", Text: "only what was closed or cancelled can be reopened"}
	case s.Office != c.Office && s.Origin != c.Office:
		return nil, &Refusal{Code: "not_yours", Text: "another office has this incident"}
	case blank(c.Why):
		return nil, &Refusal{Code: "why_needed", Text: "write why it is reopened"}
	}
	return []Event{WasReopened{At: c.At, By: c.By, Office: c.Office, Why: c.Why, AssignBy: later(c.At, c.Within)}}, nil
}

func restrict(s State, c Restrict) ([]Event, error) {
	switch {
	case s.Office != c.Office && s.Origin != c.Office:
		return nil, notYours(s, "another office has this incident")
	case s.Phase == NotValid:
		return nil, closed()
	case c.Shut == s.Shut && slices.Equal(c.Named, s.Named):
		return nil, nil
	}
	return []Event{WasRestricted{At: c.At, By: c.By, Shut: c.Shut, Named: slices.Clone(c.Named)}}, nil
}

func showReporter(s State, c ShowReporter) ([]Event, error) {
	switch {
	case s.Over():
		return nil, closed()
	case blank(c.Why):
		return nil, &Refusal{Code: "why_needed", Text: "say why the unit must know who the reporter is"}
	case c.Unit != "" && s.Report.Protect:
		return nil, &Refusal{Code: "protected", Text: "the reporter asked not to be known: ask the operator to call them"}
	}
	return []Event{ReporterShown{At: c.At, By: c.By, Unit: c.Unit, Why: c.Why}}, nil
}
