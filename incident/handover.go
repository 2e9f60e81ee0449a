package incident

import (
	"slices"
	"time"
)

// An incident goes to another office only when that one takes it; till then its giver holds the ball.

func handOver(s State, c HandOver) ([]Event, error) {
	if err := works(s, c.Office); err != nil {
		return nil, err
	}
	switch {
	case c.To == "" || c.To == s.Office:
		return nil, &Refusal{Code: "not_now", Text: "say which other office"}
	case s.Offered != nil:
		return nil, &Refusal{Code: "taken", Text: "it is offered to another office already", By: s.Offered.By}
	case blank(c.Why):
		return nil, &Refusal{Code: "why_needed", Text: "write why it is handed over"}
	}
	if c.Within <= 0 {
		c.Within = acceptWithin(s.Priority())
	}
	return []Event{HandoverOffered{At: c.At, By: c.By, From: s.Office, To: c.To, Why: c.Why, TakeBy: c.At.Add(c.Within)}}, nil
}

func takeOver(s State, c TakeOver) ([]Event, error) {
	if !s.Open() || s.Offered == nil || s.Offered.To != c.Office {
		return nil, notYours(s, "it isn't offered to your office")
	}
	return []Event{HandoverTaken{At: c.At, By: c.By, From: s.Office, To: c.Office, AssignBy: later(c.At, c.Within)}}, nil
}

func refuseOver(s State, c RefuseOver) ([]Event, error) {
	if !s.Open() || s.Offered == nil || s.Offered.To != c.Office && s.Office != c.Office {
		return nil, notYours(s, "it isn't offered to your office")
	}
	if blank(c.Why) {
		return nil, &Refusal{Code: "why_needed", Text: "write why"}
	}
	return []Event{HandoverEnded{At: c.At, By: c.By, Office: c.Office, Why: c.Why}}, nil
}

// Two reports of one thing are linked by a person, never by a machine, and both keep their numbers.

func link(s State, c Link) ([]Event, error) {
	switch {
	case s.Over():
		return nil, closed()
	case s.Office != c.Office && s.Origin != c.Office:
		return nil, &Refusal{Code: "not_yours", Text: "another office has this incident"}
	case c.Into == "" || c.Into == s.ID:
		return nil, &Refusal{Code: "not_now", Text: "say which other incident"}
	case len(s.Joined) > 0:
		return nil, &Refusal{Code: "has_linked", Text: "others were linked to this one: link it the other way round", Incident: s.Joined[0]}
	case slices.ContainsFunc(s.Units, func(a Assignment) bool { return a.EndedAt.IsZero() }):
		return nil, &Refusal{Code: "units_active", Text: "units work on this one: link the other to it, or release them first"}
	}
	return []Event{WasLinked{At: c.At, By: c.By, Into: c.Into}}, nil
}

func unlink(s State, c Unlink) ([]Event, error) {
	switch {
	case s.Phase != Linked:
		return nil, &Refusal{Code: "not_now", Text: "it isn't linked to another"}
	case s.Office != c.Office && s.Origin != c.Office:
		return nil, &Refusal{Code: "not_yours", Text: "another office has this incident"}
	}
	return []Event{WasUnlinked{At: c.At, By: c.By, From: s.Linked}}, nil
}

func join(s State, c Join) ([]Event, error) {
	switch {
	case s.Phase == Linked:
		return nil, &Refusal{Code: "has_linked", Text: "that one was itself linked to another", Incident: s.Linked}
	case s.Over():
		return nil, closed()
	case s.Phase == Draft:
		return nil, &Refusal{Code: "not_now", Text: "that one is a draft: link the other way round"}
	case c.Other == s.ID || slices.Contains(s.Joined, c.Other):
		return nil, nil
	}
	return []Event{WasJoined{At: c.At, By: c.By, Other: c.Other, Calls: slices.Clone(c.Calls)}}, nil
}

// Duplicates within this of each other are proposed (CALL.md §3).
const (
	SameWithin    = 300 // metres
	SameFor       = 30 * time.Minute
	SameNumberFor = 60 * time.Minute
	otherKind     = "lain"
)

// LikeKind says whether two kinds of report may well be one thing: the same, or one that nobody has named yet, or two
// of the same sort of violence.
func LikeKind(a, b string) bool {
	if a == b || a == "" || b == "" || a == otherKind || b == otherKind {
		return true
	}
	for _, group := range [][]string{
		{"aniaya", "keroyok", "senjata", "ribut", "pembunuhan", "miras"},
		{"curas", "curat", "curanmor", "mencurigakan"},
		{"laka", "macet"},
		{"bakar", "bencana"},
		{"kdrt", "aniaya", "ribut", "senyap"},
		{"asusila", "aniaya", "senyap"},
		{"pembunuhan", "mayat", "bundiri"},
	} {
		if slices.Contains(group, a) && slices.Contains(group, b) {
			return true
		}
	}
	return false
}
