package desk

import (
	"fmt"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// spokenAfter is how much speech since the answer counts as a caller who speaks: a cough and a click are shorter.
const spokenAfter = 500 * time.Millisecond

// fivesWithin is how far apart two fives may be to be one sign.
const fivesWithin = 6 * time.Second

// fives waits for 5-5. Keys come by RFC 4733 or by INFO, all the same.
type fives struct{ last time.Time }

// press says whether this key makes it two fives in a row.
func (f *fives) press(key rune, at time.Time) bool {
	was := f.last
	f.last = time.Time{}
	if key != '5' {
		return false
	}
	if !was.IsZero() && at.Sub(was) <= fivesWithin {
		return true
	}
	f.last = at
	return false
}

// voiced takes news of the caller's voice. What was said to the queue is no answer to an operator: speech counts from
// the first answer on. The gate counts speech alone, without the pause by which the detector knows that it has ended.
func (l *Live) voiced(v phone.Voice) {
	was, now := l.voice, time.Now()
	l.voice = v
	l.heard = l.heard || v.Total >= spokenAfter
	if more := v.Total - was.Total; more > 0 {
		l.atGate(filter.Voice{At: now.Add(-more), On: true})
		l.atGate(filter.Voice{At: now})
	}
	if !l.state.Spoke && !l.state.Answered.IsZero() && v.Total-l.voiceBefore >= spokenAfter {
		l.decide(call.VoiceHeard{At: now}, nil)
		return
	}
	if !l.state.Spoke && (was.Speaking != v.Speaking || was.Sound != v.Sound) {
		l.show()
	}
}

// silent does what the events about the caller's voice ask for: prompts, and word to dispatch. What the caller may not
// hear is derived from the state (hush).
func (l *Live) silent(e call.Event) {
	say := func(prompt string) {
		if l.leg != nil && !l.legEnded {
			l.leg.Talk().Say(prompt)
		}
	}
	switch e := e.(type) { //nolint:gochecksumtype // the others are act's
	case call.SilentPrompted:
		say("silent")
	case call.CallerSpoke:
		if l.state.Prompted > 0 && !l.state.Silent {
			say("") // they speak: no machine talks over them
		}
	case call.SilentEmergency:
		say("silent_ok")
		at := ""
		arriving := office.Arriving{Office: l.state.Office, From: office.Number(l.state.Caller.Number), At: e.At}
		if l.place != nil {
			at = fmt.Sprintf("%.6f,%.6f", l.place.At.Lat, l.place.At.Lng)
			arriving.Place = &l.place.At
		}
		area := l.desk.opts.Offices.Likely(arriving)
		for of, ok := l.desk.opts.Offices.Get(area); ok && of.Kind == office.Polsek; of, ok = l.desk.opts.Offices.Get(area) {
			area = of.Parent // reports go to a Polres
		}
		l.desk.opts.Incidents.Silent(l.id, e.By, at, area)
	}
}

// hush brings what the caller hears of us to where the state is. It is done before anything audible.
func (l *Live) hush() { l.leg.Talk().Mute(l.state.Muted) }

// SilenceView is what the screen tells of a caller's voice.
type SilenceView struct {
	Spoke     bool       `json:"spoke" doc:"a voice was heard since the answer"`
	Speaking  bool       `json:"speaking" doc:"a voice is heard now"`
	Sound     string     `json:"sound" enum:",silence,speech,whisper,breath,rustle,street,music,tone" doc:"heard mostly of late: a machine's guess"`
	Since     *time.Time `json:"since" doc:"no voice since then; null: not answered yet, or a voice was heard"`
	Prompted  int        `json:"prompted" doc:"how often the caller was asked to press five twice"`
	AskAt     *time.Time `json:"askAt" doc:"the caller is asked then"`
	Emergency bool       `json:"emergency" doc:"darurat senyap: in danger, never call back"`
	ByEar     bool       `json:"byEar" doc:"the operator marked it; else the caller pressed five twice"`
	Muted     bool       `json:"muted" doc:"the caller hears nothing of us"`
	PocketAt  *time.Time `json:"pocketAt" doc:"from then on the screen proposes kosong: asked twice, no voice, no key. A person decides"`
}

// pocketAfter the last question without an answer the screen may propose to close the call as kosong.
const pocketAfter = 8 * time.Second

func (l *Live) silence() SilenceView {
	s := l.state
	v := SilenceView{
		Spoke: s.Spoke, Speaking: l.voice.Speaking, Sound: l.voice.Sound, Prompted: s.Prompted, AskAt: ptr(s.SilentAt),
		Emergency: s.Silent, ByEar: s.SilentBy.Seat != "", Muted: s.Muted,
	}
	if s.Quiet() {
		v.Since = ptr(s.Answered)
		if s.Prompted > 1 {
			v.PocketAt = ptr(s.PromptedAt.Add(pocketAfter))
		}
	}
	return v
}
