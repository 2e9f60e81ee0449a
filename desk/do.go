package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// Do carries out what a person wants. It answers when it is decided, not when it is written. The error is a
// *Refusal or a *call.Refusal for the person to read, or ctx's.
func (d *Desk) Do(ctx context.Context, who Who, cmd Command) (Done, error) {
	ref := call.SeatRef{Office: who.Office, Seat: d.SeatOf(who.Person.ID), Person: who.Person.ID}
	if ref.Seat != "" {
		ref.Office = d.floorOf(ref.Seat).office.ID
	}
	now := time.Now()
	switch c := cmd.(type) {
	case BeginDuty:
		return d.askFloor(ctx, d.floorOf(c.Seat), who, cmd)
	case ForceOff:
		return d.askFloor(ctx, d.floorOf(c.Seat), who, cmd)
	case EndDuty, BeReady, Pause, Rung:
		if ref.Seat == "" {
			return Done{}, &Refusal{Code: "no_seat", Text: "not on duty at a seat"}
		}
		return d.askFloor(ctx, d.floorOf(ref.Seat), who, cmd)
	case reserve: // never from outside
	case Answer:
		return d.askLive(ctx, ref, c.Call, call.Answer{At: now, By: ref, N: c.N, Kind: d.kind(ref.Office)})
	case Decline:
		return d.askLive(ctx, ref, c.Call, call.Decline{At: now, By: ref, N: c.N})
	case Transfer:
		if _, ok := d.opts.Offices.Get(c.To); !ok {
			return Done{}, &Refusal{Code: "unknown_office", Text: "there is no office " + string(c.To)}
		}
		return d.askLive(ctx, ref, c.Call, call.Transfer{
			At: now, By: ref, To: c.To, Wait: c.Wait, Blind: d.opts.Settings(ref.Office).Blind,
		})
	case Hold:
		return d.askLive(ctx, ref, c.Call, call.Hold{At: now, By: ref, On: c.On})
	case Invite:
		return d.invite(ctx, ref, c, now)
	case Dismiss:
		return d.askLive(ctx, ref, c.Call, call.Dismiss{At: now, By: ref, N: c.Guest})
	case Merge:
		return d.askLive(ctx, ref, c.Call, call.Merge{At: now, By: ref, N: c.Guest})
	case Give:
		return d.askLive(ctx, ref, c.Call, call.Give{At: now, By: ref, N: c.Guest, Outcome: c.Outcome, Agency: c.Agency})
	case Press:
		return d.press(ctx, ref, c)
	case Silent:
		return d.askLive(ctx, ref, c.Call, call.MarkSilent{At: now, By: ref})
	case AskSilent:
		return d.askLive(ctx, ref, c.Call, call.AskSilent{At: now, By: ref})
	case Mute:
		return d.askLive(ctx, ref, c.Call, call.Mute{At: now, By: ref, On: c.On})
	case CallOut:
		return d.callOut(ctx, who, ref, c)
	case Settle:
		return d.settle(who, c)
	case BlockNumber, UnblockNumber, ClearNumber, MarkShared, SendNotice, SetWeights:
		return Done{}, d.sift(who, cmd, now)
	case TakeBack:
		return d.askLive(ctx, ref, c.Call, call.TakeBack{At: now, By: ref, N: c.N})
	case Leave:
		return d.askLive(ctx, ref, c.Call, call.LeaveTalk{At: now, By: ref})
	case Close:
		return d.askLive(ctx, ref, c.Call, call.Close{
			At: now, By: ref, Outcome: c.Outcome, Prank: c.Prank, Agency: c.Agency, Callback: c.Callback,
		})
	}
	return Done{}, fmt.Errorf("desk: command %T is not known", cmd)
}

// reply answers an asked message once.
type reply struct {
	done Done
	err  error
}

func (d *Desk) askFloor(ctx context.Context, f *Floor, who Who, cmd Command) (Done, error) {
	if f == nil {
		return Done{}, &Refusal{Code: "no_seat", Text: "there is no such seat"}
	}
	ch := make(chan reply, 1)
	f.box.post(floorMsg{ask: &askMsg{who: who, cmd: cmd, reply: ch}})
	return wait(ctx, d.ctx, ch)
}

func (d *Desk) askLive(ctx context.Context, ref call.SeatRef, id call.ID, cmd call.Command) (Done, error) {
	if ref.Seat == "" {
		return Done{}, &Refusal{Code: "no_seat", Text: "not on duty at a seat"}
	}
	l := d.live(id)
	ch := make(chan reply, 1)
	if l == nil || !l.box.post(liveMsg{cmd: cmd, reply: ch}) {
		return Done{}, &call.Refusal{Code: call.CodeEnded, Text: "the call has ended"}
	}
	return wait(ctx, d.ctx, ch)
}

func wait(ctx, desk context.Context, ch chan reply) (Done, error) {
	select {
	case r := <-ch:
		return r.done, r.err
	case <-ctx.Done():
		return Done{}, ctx.Err()
	case <-desk.Done():
		return Done{}, errors.New("desk: shutting down")
	}
}

// invite asks an office or an outside number into the talk.
func (d *Desk) invite(ctx context.Context, ref call.SeatRef, c Invite, now time.Time) (Done, error) {
	cmd := call.Invite{At: now, By: ref, Office: c.Office, Name: c.Name, Aside: c.Aside}
	if c.Office != "" {
		if _, ok := d.opts.Offices.Get(c.Office); !ok {
			return Done{}, &Refusal{Code: "unknown_office", Text: "there is no office " + string(c.Office)}
		}
	}
	if c.Number != "" {
		n, ok := office.ParseNumber(c.Number)
		if !ok {
			return Done{}, &Refusal{Code: "bad_number", Text: "that is no phone number"}
		}
		if d.opts.Dialler == nil {
			return Done{}, &Refusal{Code: "no_trunk_out", Text: "no trunk of this site carries outgoing calls"}
		}
		cmd.Number = office.Private(n)
	}
	return d.askLive(ctx, ref, c.Call, cmd)
}

// press sends keys to the caller, or to whom we called.
func (d *Desk) press(ctx context.Context, ref call.SeatRef, c Press) (Done, error) {
	l := d.live(c.Call)
	ch := make(chan reply, 1)
	if l == nil || !l.box.post(liveMsg{press: &pressMsg{by: ref, keys: c.Keys, guest: c.Guest}, reply: ch}) {
		return Done{}, &call.Refusal{Code: call.CodeEnded, Text: "the call has ended"}
	}
	return wait(ctx, d.ctx, ch)
}
