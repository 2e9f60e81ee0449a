package sip

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// Leg is one call of a trunk. Its goroutine owns the dialog and does all that concerns it, one after the other.
type Leg struct {
	x     *Exchange
	id    string
	party phone.Party
	trunk *Trunk
	key   dialogKey
	first initialKey
	log   *slog.Logger
	sock  *media.Socket
	port  *media.Port
	talk  *media.Talk

	talking  sync.Once  // makes talk
	pressing sync.Mutex // keys go one after the other

	box       *mailbox
	done      chan struct{} // the goroutine has ended
	settled   chan struct{} // the INVITE has its last answer, and its ACK if that was 200
	cancelled atomic.Bool

	lateMu sync.Mutex // guards events and sink once the goroutine has ended

	// The rest belongs to the goroutine.
	d        Dialog
	invite   *sip.Request
	tx       sip.ServerTransaction
	offer    *session // of the INVITE; nil when it made none
	sink     func(phone.Event)
	events   []phone.Event
	phase    phase
	rung     bool
	over     bool // Ended was told
	quit     bool // the goroutine may end
	reclaims bool // taken over from a dead process, whose far end has not answered us yet
	byeSent  bool
	cause    int        // of Q.850, for our BYE
	pending  *answering // our 200 that wants its ACK
	progress *time.Timer
	watch    watch
	refresh  refresh
	rel      *reliable // our provisional answer that wants its PRACK
	offered  bool      // our offer of a late one was answered in the PRACK
	out      *outgoing // of a call of ours; nil for one that came in
}

var _ phone.Outside = (*Leg)(nil)

// phase is how far the INVITE has come.
type phase int

const (
	early     phase = iota // no final answer yet
	answered               // 200 sent
	confirmed              // ACK came
	closed                 // refused, cancelled or hung up
)

// ID is unique over restarts.
func (l *Leg) ID() string { return l.id }

// Party says who is calling, or who is called.
func (l *Leg) Party() phone.Party {
	l.x.mu.Lock() // one that we called may move to the next trunk
	defer l.x.mu.Unlock()
	return l.party
}

// Talk is the leg's audio. That of a leg which ended before it was asked for does nothing.
func (l *Leg) Talk() phone.Talk {
	l.startTalk()
	if l.talk == nil {
		return ended{}
	}
	return l.talk
}

// ended is the audio of a leg that is over.
type ended struct{}

func (ended) Connect(...phone.Line) {}
func (ended) Program(phone.Program) {}
func (ended) Say(string)            {}
func (ended) Mute(bool)             {}
func (ended) Record(phone.Recorder) {}
func (ended) Stats() phone.Stats    { return phone.Stats{} }

// startTalk makes the audio around this leg. One that we called has none while it is only a line of another call.
func (l *Leg) startTalk() {
	l.talking.Do(func() {
		l.talk = media.NewTalk(l.port, l.x.cfg.Prompts, media.TalkOptions{Log: l.x.log})
	})
}

// Port is the leg's audio, for the talk of another call.
func (l *Leg) Port() *media.Port { return l.port }

// Listen sets the receiver of events; those that came before are delivered first.
func (l *Leg) Listen(sink func(phone.Event)) {
	deliver := func() {
		l.sink = sink
		events := l.events
		l.events = nil
		for _, e := range events {
			sink(e)
		}
		if l.reclaims && !l.over {
			l.reclaim()
		}
	}
	if l.box.post(deliver) {
		return
	}
	late := func() {
		<-l.done
		l.lateMu.Lock()
		defer l.lateMu.Unlock()
		deliver()
	}
	if !l.x.spawn(late) {
		late() // Close has begun: the goroutine has ended or does so now
	}
}

// Ring sends 180, or 183 with early media, or answers at once, as the trunk is set.
func (l *Leg) Ring() {
	l.box.post(func() {
		if l.out == nil {
			l.ring()
		}
	})
}

// Answer sends 200. Established or Ended follows.
func (l *Leg) Answer() {
	l.box.post(func() {
		if l.out == nil {
			l.answer()
		}
	})
}

// Refuse gives a final answer from 300 on. It does nothing once Answer was called; other numbers count as 480.
func (l *Leg) Refuse(status int, reason string) {
	l.box.post(func() {
		if status < 300 || status > 699 {
			status, reason = 480, "Temporarily Unavailable"
		}
		if l.out == nil {
			l.refuse(status, reason, phone.ByUs)
		}
	})
}

// Hangup ends the leg: BYE when it was answered, else 480.
func (l *Leg) Hangup() {
	l.box.post(func() {
		switch l.phase {
		case early:
			if l.out != nil {
				l.giveUp(487, "hung up by us")
				return
			}
			l.refuse(480, "Temporarily Unavailable", phone.ByUs)
		case answered, confirmed:
			l.end(phone.Ending{Fault: phone.ByUs, Q850: normalClearing, Text: "hung up by us"}, true)
		case closed:
		}
	})
}

// run does what is posted until the leg is through.
func (l *Leg) run() {
	for !l.quit {
		l.box.next()()
	}
	left := l.box.close()
	l.lateMu.Lock()
	defer l.lateMu.Unlock()
	l.x.forget(l)
	l.settle()
	close(l.done)
	for _, f := range left {
		f() // requests that still wait for an answer, a receiver that came late
	}
	l.x.working.Done()
}

func (l *Leg) settle() {
	select {
	case <-l.settled:
	default:
		close(l.settled)
	}
}

func (l *Leg) emit(e phone.Event) {
	if l.sink == nil {
		l.events = append(l.events, e)
		return
	}
	l.sink(e)
}

// changed tells what a later process needs.
func (l *Leg) changed() {
	if !l.over {
		l.emit(phone.DialogChanged{Blob: l.d.Encode()})
	}
}

// after posts f in d's time.
func (l *Leg) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { l.box.post(f) })
}

// end stops the audio, tells Ended, and sends BYE if asked to. The goroutine lives on until the BYE is answered.
func (l *Leg) end(e phone.Ending, bye bool) {
	if l.over {
		return
	}
	l.over, l.cause = true, e.Q850
	unacked := l.phase == answered
	l.phase = closed
	l.stopTimers()
	l.port.OnDigit(nil)
	l.port.OnVoice(nil)
	l.sock.Close()
	l.talking.Do(func() {}) // none is made any more
	if l.talk != nil {
		l.talk.Close() // hands the last audio to the tape before anybody hears that the call is over
	}
	l.x.over(l)
	l.emit(phone.Ended{Ending: e})
	switch {
	case bye && unacked && l.pending != nil && l.pending.initial && !l.pending.givenUp:
		l.pending.byeAfter = true // RFC 3261 15: not before the ACK, or 64 T1
	case bye:
		l.bye()
	case l.out != nil && l.out.cancels:
		l.after(l.x.cfg.T1, l.leave) // a 200 that crossed our CANCEL wants its ACK and BYE
	default:
		l.leave()
	}
}

// leave lets the goroutine end.
func (l *Leg) leave() {
	if l.pending != nil {
		l.pending.stop()
		l.pending = nil
	}
	l.settle()
	l.quit = true
}

// abandon ends the leg whatever is still open, for Close.
func (l *Leg) abandon() {
	l.box.post(func() {
		l.end(phone.Ending{Fault: phone.ByUs, Text: "closed"}, false)
		l.leave()
	})
}

func (l *Leg) stopTimers() {
	if l.rel != nil && l.rel.timer != nil {
		l.rel.timer.Stop()
	}
	for _, t := range []*time.Timer{l.progress, l.watch.timer, l.refresh.timer} {
		if t != nil {
			t.Stop()
		}
	}
}

// do runs f on the leg's goroutine and waits; false when the leg has ended before.
func (l *Leg) do(f func()) bool {
	ran := make(chan struct{})
	if !l.box.post(func() { f(); close(ran) }) {
		return false
	}
	<-ran
	return true
}
