package call

import "time"

// A caller who can't speak (CALL.md §1, Silent callers and danger). Nobody has spoken for T_silent after the answer: the
// caller is asked to press five twice; again once more. Those keys, or the operator's ear, make the call a silent
// emergency: first in any queue, in danger for good, and muted towards the caller until a person lifts that.

// silentAsks is how often a caller is asked.
const silentAsks = 2

// Quiet says whether nobody has spoken yet, and the caller is still waited for.
func (s State) Quiet() bool {
	return s.Outbound == nil && !s.Spoke && !s.Silent && !s.Answered.IsZero() && s.Live()
}

// listens says whether a person has the caller on the ear now: only then is silence one.
func (s State) listens() bool {
	return (s.Phase == Talking && s.Given == nil || s.Phase == Transferring && !s.HolderLost && !s.Blind) &&
		!s.OnHold && s.Aside() == nil
}

// afterSilence is how long a person who answers a caller who was silent at the gate speaks before the machine asks: that
// caller has been silent for a while already, and is asked no later than one whom nobody held (docs/DECISIONS/0027).
const afterSilence = 4 * time.Second

// askFirst sets when a caller is asked whom a person has just answered. (s is Apply's own copy.)
func (s *State) askFirst(at time.Time) {
	s.waitForVoice(at)
	if s.GateHow != BySilence || s.Prompted > 0 || s.SilentAt.IsZero() {
		return
	}
	soon := at.Add(afterSilence)
	if from := s.FirstRing.Add(s.Times.Silent); from.After(soon) {
		soon = from
	}
	if soon.Before(s.SilentAt) {
		s.SilentAt = soon
	}
}

// waitForVoice sets when the caller is asked next. (s is Apply's own copy.)
func (s *State) waitForVoice(from time.Time) {
	s.SilentAt = time.Time{}
	if s.Times.Silent > 0 && s.Quiet() && s.Prompted < silentAsks {
		s.SilentAt = from.Add(s.Times.Silent)
	}
}

// applySilent changes what is known of the caller's voice. (s is Apply's own copy.)
func (s *State) applySilent(e Event) {
	switch e := e.(type) { //nolint:gochecksumtype // the others are Apply's
	case CallerSpoke:
		s.Spoke, s.SilentAt = true, time.Time{}
	case SilentPrompted:
		s.Prompted, s.PromptedAt = e.N, e.At
		s.waitForVoice(e.At)
	case SilentEmergency:
		s.Silent, s.SilentBy, s.Muted, s.Urgent, s.SilentAt = true, e.By, true, true, time.Time{}
	case MuteSet:
		s.Muted = e.On
	}
}

// decideSilent decides what concerns the caller's voice.
func decideSilent(s State, cmd Command) (events []Event, err error, known bool) {
	switch c := cmd.(type) { //nolint:gochecksumtype // the others are Decide's
	case VoiceHeard:
		if s.Quiet() || s.Silent && !s.Spoke && s.Live() {
			events = []Event{CallerSpoke{At: c.At}}
		}
	case SilentKeys:
		events = silentEmergency(s, c.At, SeatRef{})
	case MarkSilent:
		switch err = mustTalk(s, c.By); {
		case err != nil:
		case !s.Live():
			err = refuse(CodeNotNow, "the caller has left")
		default:
			events = silentEmergency(s, c.At, c.By)
		}
	case AskSilent:
		switch err = mustTalk(s, c.By); {
		case err != nil:
		case s.Outbound != nil || s.Silent || !s.listens():
			err = refuse(CodeNotNow, "the caller can't be asked now")
		default:
			events = []Event{SilentPrompted{At: c.At, N: s.Prompted + 1, By: c.By}}
		}
	case Mute:
		switch err = mustTalk(s, c.By); {
		case err != nil:
		case s.Outbound != nil || !s.Live():
			err = refuse(CodeNotNow, "the caller has left, or we called them")
		case s.Muted != c.On:
			events = []Event{MuteSet{At: c.At, By: c.By, On: c.On}}
		}
	default:
		return nil, nil, false
	}
	return events, err, true
}

// mustTalk: the holder, or whoever is still in the talk beside them.
func mustTalk(s State, by SeatRef) error {
	if s.Leaving != nil && s.Leaving.Seat.Seat == by.Seat {
		return nil
	}
	return mustHold(s, by)
}

// silentEmergency: once, and only for those who called us.
func silentEmergency(s State, at time.Time, by SeatRef) []Event {
	if s.Silent || s.Outbound != nil || !s.Live() {
		return nil
	}
	pass, _ := passGate(s, PassGate{At: at, How: ByFives}) // also out of the low lane
	return append([]Event{SilentEmergency{At: at, By: by}}, pass...)
}

// askAgain prompts a caller who has not been heard.
func askAgain(s State, at time.Time) []Event {
	if s.SilentAt.IsZero() || s.SilentAt.After(at) || !s.listens() {
		return nil
	}
	return []Event{SilentPrompted{At: at, N: s.Prompted + 1}}
}

// owing is what is owed to a caller who ended so: to one in danger never a call (CALL.md: a unit goes instead).
func (s State) owing(c Callback) Callback {
	if s.Silent && (c == Owed || c == OwedFirst) {
		return Danger
	}
	return c
}
