package desk

import (
	"context"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// Asked is how it went to ask somebody by phone.
type Asked int

// How it went.
const (
	AskedFailed Asked = iota // no trunk carried the call
	AskedSilent              // nobody answered
	AskedBusy                // busy, or refused
	AskedNoKey               // somebody or something answered, and pressed nothing
	AskedTaken               // pressed 1
)

const (
	askRings  = 30 * time.Second // how long the phone rings: a network's voicemail answers about then
	askSpeaks = 60 * time.Second // how long the question is repeated
)

// Question is what a person hears at their phone. Thanks is said once they pressed 1.
type Question struct {
	Number office.Number
	Say    []string // prompts; the last asks for the key
	Thanks string
}

// Ask calls a number by the trunk, reads out the question until 1 is pressed (2 reads it again from its beginning), and
// hangs up. It returns when it is known how that went, or hangs up when ctx ends. A number is called about one thing at a
// time: others wait. It is no call of a citizen: it has no outcome and no tape; whoever asks writes down how it went.
func (d *Desk) Ask(ctx context.Context, q Question) Asked {
	if d.opts.Dialler == nil || len(q.Say) == 0 {
		return AskedFailed
	}
	if !d.turn(ctx, q.Number) {
		return AskedFailed
	}
	leg, err := d.opts.Dialler.Dial(phone.Callee{Number: string(q.Number), From: d.opts.CallerID, Name: "110", Within: askRings})
	if err != nil {
		d.opts.Log.Warn("somebody can't be called about a missed step", "err", err)
		d.free(q.Number)
		return AskedFailed
	}
	a := &asking{leg: leg, box: newMailbox[phone.Event](), question: q}
	leg.Listen(func(e phone.Event) { a.box.post(e) })
	how := a.run(ctx, d.ctx)
	d.wg.Add(1)
	go func() { // who pressed 1 has it at once; the thanks are beside that
		defer d.wg.Done()
		defer d.free(q.Number)
		a.leave(d, how)
	}()
	return how
}

// asking is one phone that is rung.
type asking struct {
	leg      phone.Outside
	box      *mailbox[phone.Event]
	question Question
	up, over bool
}

func (a *asking) run(ctx, desk context.Context) Asked {
	end := time.NewTimer(askRings + 5*time.Second) // the wire ends the ringing itself
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return AskedFailed
		case <-desk.Done():
			return AskedFailed
		case <-end.C:
			if a.up {
				return AskedNoKey
			}
			return AskedSilent
		case <-a.box.wake:
		}
		for _, e := range a.box.take() {
			switch e := e.(type) {
			case phone.Established:
				a.up = true
				end.Reset(askSpeaks)
				a.ask()
			case phone.Digit:
				switch {
				case !a.up:
				case e.Key == '1':
					return AskedTaken
				case e.Key == '2':
					a.ask()
				}
			case phone.Ended:
				a.over = true
				return a.ended(e.Ending)
			case phone.Ringing, phone.Held, phone.MediaLost, phone.MediaBack, phone.Voice, phone.DialogChanged, phone.Readopted:
			}
		}
	}
}

func (a *asking) ask() {
	say := a.question.Say
	a.leg.Talk().Program(phone.Program{First: say, Then: say[len(say)-1:], Every: 2 * time.Second})
}

func (a *asking) ended(e phone.Ending) Asked {
	switch {
	case a.up:
		return AskedNoKey
	case e.Status == 486 || e.Status == 600 || e.Status == 603:
		return AskedBusy
	case e.Status == 408 || e.Status == 480 || e.Status == 487:
		return AskedSilent
	}
	return AskedFailed
}

// leave hangs up, after the thanks.
func (a *asking) leave(d *Desk, how Asked) {
	if how == AskedTaken && d.opts.PromptLength != nil {
		a.leg.Talk().Program(phone.Program{})
		a.leg.Talk().Say(a.question.Thanks)
		rest := time.NewTimer(d.opts.PromptLength(a.question.Thanks) + farewellRest)
		defer rest.Stop()
		for done := false; !done; {
			select {
			case <-d.ctx.Done():
				done = true
			case <-rest.C:
				done = true
			case <-a.box.wake:
				for _, e := range a.box.take() {
					if _, ok := e.(phone.Ended); ok {
						a.over, done = true, true
					}
				}
			}
		}
	}
	a.leg.Hangup()
}

// turn waits until nobody else asks this number.
func (d *Desk) turn(ctx context.Context, n office.Number) bool {
	for {
		d.mu.Lock()
		busy := d.asking[n]
		if busy == nil {
			d.asking[n] = make(chan struct{})
			d.mu.Unlock()
			return true
		}
		d.mu.Unlock()
		select {
		case <-ctx.Done():
			return false
		case <-d.ctx.Done():
			return false
		case <-busy:
		}
	}
}

func (d *Desk) free(n office.Number) {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.asking[n])
	delete(d.asking, n)
}
