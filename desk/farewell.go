package desk

import (
	"time"

	"github.com/siaga110/siaga/call"
)

// farewell tells a caller who needs another agency, and wasn't passed on to it, which number to dial; the call ends
// after it. The seat is free at once: nobody has to say "hubungi 113" four hundred times a day. It says whether the
// line is still needed.
func (l *Live) farewell() bool {
	s := l.state
	if l.parting {
		return true
	}
	if s.Outcome != call.OtherAgency || s.Agency == "" || s.GuestsAsked > 0 || s.Outbound != nil || s.Muted || l.desk.opts.PromptLength == nil {
		return false
	}
	prompt := "dial_" + s.Agency
	length := l.desk.opts.PromptLength(prompt)
	if length <= 0 {
		return false
	}
	l.parting = true
	l.leg.Talk().Connect()
	l.leg.Talk().Say(prompt)
	time.AfterFunc(length+farewellRest, func() { l.box.post(liveMsg{bye: true}) })
	return true
}

// farewellRest is between the last word and the end of the call.
const farewellRest = 300 * time.Millisecond
