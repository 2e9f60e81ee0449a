package sip

import (
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// ErrNotAnswered: a dialog whose INVITE had no 200 yet dies with its process; its transaction can't be rebuilt.
var ErrNotAnswered = errors.New("the call was not answered yet")

// ErrNoTrunk: the trunk that a call came by is no longer configured.
var ErrNoTrunk = errors.New("no such trunk")

// reclaimWithin is how long the far end of a dead process's call may take to answer our re-INVITE.
const reclaimWithin = 5 * time.Second

// Adopt takes up the leg of a process that died, from what Dialog.Encode wrote: the same RTP port, the same dialog ids,
// the next block of CSeq. The re-INVITE goes out when somebody listens; Readopted or Ended follows. It fails with
// ErrNotAnswered, with ErrNoTrunk, or when the RTP port is taken.
func (x *Exchange) Adopt(blob []byte) (phone.Leg, error) {
	d, err := DecodeDialog(blob)
	if err != nil {
		return nil, err
	}
	if !d.Answered {
		return nil, fmt.Errorf("take up a call: %w", ErrNotAnswered)
	}
	trunk := x.trunkNamed(d.Trunk)
	if trunk == nil {
		return nil, fmt.Errorf("take up a call of trunk %q: %w", d.Trunk, ErrNoTrunk)
	}
	sock, err := media.OpenSocketAt(d.Socket)
	if err != nil {
		return nil, fmt.Errorf("take up a call: %w", err)
	}
	d.LocalCSeq = d.CSeqBlock // what the dead process sent last is not known: numbers of its block are not used again
	l := &Leg{
		x: x, id: d.Leg, trunk: trunk, party: phone.Party{Trunk: d.Trunk},
		key: dialogKey{d.CallID, d.LocalTag}, first: initialKey{d.CallID, d.RemoteTag, 0},
		box: newMailbox(), done: make(chan struct{}), settled: make(chan struct{}),
		d: d, sock: sock, phase: confirmed, rung: true, reclaims: true,
	}
	l.log = x.log.With("leg", l.id, "trunk", trunk.Name)
	x.traces.leg(l.id, d.CallID)
	if !x.enter(l) {
		sock.Close()
		return nil, errors.New("take up a call: closing")
	}
	l.port = media.NewPort(l.id, media.PortConfig{Codec: d.Choice.law(), AudioPT: d.Choice.AudioPT, DTMFPT: d.Choice.DTMFPT})
	l.port.OnDigit(l.pressed)
	l.port.OnVoice(l.heard)
	sock.SetPayloads(d.Choice.AudioPT, d.Choice.law(), d.Choice.DTMFPT)
	sock.SetRemote(d.Media)
	sock.SetSending(!d.Held)
	// The packet counters died with the process. Ours begin anew with another SSRC, so the same key makes another key stream
	// (RFC 3711 4.1, 9.1); some far ends (baresip 1.0) would not hear of a new key. Theirs are found by the socket.
	if err := l.useKeys(); err != nil {
		l.log.Error("use the keys of a call", "err", err)
	}
	l.startTalk()
	sock.Start(l.port)
	l.settle()
	go l.run() // Close waits for it: enter counted it
	return l, nil
}

func (x *Exchange) trunkNamed(name string) *Trunk {
	for i := range x.screen.trunks {
		if x.screen.trunks[i].Name == name {
			return &x.screen.trunks[i]
		}
	}
	return nil
}

// enter enters a leg whatever the limits: its call is in the house already.
func (x *Exchange) enter(l *Leg) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closing {
		return false
	}
	x.perTrunk[l.trunk.Name]++
	x.remember(l)
	return true
}

// reclaim speaks to the far end again. An answer of any kind but 408 and 481 says that its dialog lives (RFC 3261
// 12.2.1.2); after 491 it is asked once more (14.1).
func (l *Leg) reclaim() {
	if l.over {
		return
	}
	l.d.SDP.Version++
	patience := l.after(reclaimWithin, func() {
		if l.reclaims && !l.over {
			l.end(phone.Ending{Fault: phone.ByNet, Q850: temporaryFailure, Text: "no answer after a restart"}, true)
		}
	})
	l.reofferSame(func(status int, _ *sip.Response) {
		if l.over || !l.reclaims {
			return
		}
		switch status {
		case 0, 408, 481:
			patience.Stop()
			l.end(phone.Ending{Fault: phone.ByNet, Q850: temporaryFailure, Text: "gone after a restart"}, status != 481)
		case 491:
			patience.Stop()
			l.after(2*time.Second+time.Duration(randomNumber()%200)*10*time.Millisecond, l.reclaim)
		default:
			patience.Stop()
			l.reclaims = false
			l.emit(phone.Readopted{})
			l.changed()
			l.startRefresh()
			l.watchMedia()
		}
	})
}

// Leave ends everything without a word to the far ends: a newer process takes their calls up (Adopt).
func (x *Exchange) Leave() { x.shut(false) }
