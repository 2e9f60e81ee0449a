package sip

import (
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// allowLine is what we understand. REFER isn't: a caller must not send our calls elsewhere.
const allowLine = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK"

// response builds an answer inside the dialog, with what each of them carries. req has our tag already: begin gave it
// to the first INVITE.
func (l *Leg) response(req *sip.Request, status int, reason string, sdp []byte) *sip.Response {
	res := sip.NewResponseFromRequest(req, status, reason, sdp)
	if status < 300 {
		res.AppendHeader(sip.NewHeader("Contact", "<"+l.d.Contact+">"))
		res.AppendHeader(sip.NewHeader("Allow", allowLine))
		if status >= 200 {
			res.AppendHeader(sip.NewHeader("Supported", "timer, 100rel"))
		}
	}
	if sdp != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	return res
}

// ring tells the far end that it rings.
func (l *Leg) ring() {
	if l.phase != early || l.rung {
		return
	}
	l.rung = true
	if l.trunk.Waiting == Immediate {
		l.answer()
		return
	}
	l.tellProgress()
}

// progressEvery keeps proxies from giving up on a long wait (RFC 3261 13.3.1.1).
const progressEvery = time.Minute

func (l *Leg) tellProgress() {
	if l.phase != early {
		return
	}
	res, sdp, offers := l.response(l.invite, 180, "Ringing", nil), false, false
	switch {
	case l.trunk.Waiting == EarlyMedia && l.offer != nil:
		res, sdp = l.response(l.invite, 183, "Session Progress", l.d.SDP.answer(*l.offer, l.d.Choice, l.d.Crypto)), true
		l.sock.SetSending(!l.d.Held)
	case l.trunk.Waiting == EarlyMedia && !l.offered && l.wantsReliable(true):
		res, sdp, offers = l.response(l.invite, 183, "Session Progress", l.d.SDP.offer(sendRecv, l.d.Crypto)), true, true
	}
	if l.wantsReliable(sdp) {
		if l.sendReliable(res, sdp, offers) != nil {
			return
		}
	} else if l.respond(l.tx, res) != nil {
		return
	}
	l.progress = l.after(progressEvery, l.tellProgress)
}

// respond sends an answer to an INVITE. When a CANCEL was faster, or the transport is gone, it ends the leg.
func (l *Leg) respond(tx sip.ServerTransaction, res *sip.Response) error {
	if l.cancelled.Load() && tx == l.tx && l.phase == early {
		return errCancelled // sipgo has sent the 487; cancel comes by the mailbox
	}
	err := tx.Respond(res)
	if err == nil || tx != l.tx || l.phase != early {
		return err
	}
	if l.cancelled.Load() {
		// The CANCEL came between: sipgo sent 487 but keeps the last answer given for repeating. Give it back.
		_ = tx.Respond(l.response(l.invite, 487, "Request Terminated", nil))
		return errCancelled
	}
	l.end(phone.Ending{Fault: phone.ByNet, Text: "answer can't be sent: " + err.Error()}, false)
	return err
}

// cancel: the far end gave up before our answer.
func (l *Leg) cancel(req *sip.Request) {
	if l.phase == early {
		l.end(phone.Ending{Fault: phone.ByFarEnd, Status: 487, Q850: causeOf(req, 0), Text: "cancelled"}, false)
	}
}

// refuse ends an unanswered INVITE.
func (l *Leg) refuse(status int, reason string, whose phone.Fault) {
	if l.phase != early {
		return
	}
	if l.respond(l.tx, l.response(l.invite, status, reason, nil)) == nil {
		l.end(phone.Ending{Fault: whose, Status: status, Text: reason}, false)
	}
}

// answer accepts the call.
func (l *Leg) answer() {
	if l.phase != early {
		return
	}
	if l.rel != nil && l.rel.delays() {
		l.waitPRACK(l.rel)
		return
	}
	var sdp []byte
	switch {
	case l.offer != nil:
		sdp = l.d.SDP.answer(*l.offer, l.d.Choice, l.d.Crypto)
	case !l.offered:
		sdp = l.d.SDP.offer(sendRecv, l.d.Crypto)
	}
	res := l.response(l.invite, 200, "OK", sdp)
	l.agreeTimer(l.invite, res)
	if err := l.respond(l.tx, res); err != nil {
		return
	}
	l.phase = answered
	l.d.Answered = true
	if l.progress != nil {
		l.progress.Stop()
	}
	l.sock.SetSending((l.offer != nil || l.offered) && !l.d.Held)
	l.changed()
	l.awaitACK(&answering{tx: l.tx, res: res, cseq: l.invite.CSeq().SeqNo, offered: l.offer == nil && !l.offered, initial: true})
}

// answering is a 200 to an INVITE on its way. It is ours to repeat until the ACK, over TCP too (RFC 3261 13.3.1.4).
type answering struct {
	tx       sip.ServerTransaction
	res      *sip.Response
	cseq     uint32
	offered  bool // the 200 carries our offer, the ACK its answer
	initial  bool // of the first INVITE; else of a re-INVITE
	byeAfter bool // hang up as soon as it may be
	givenUp  bool
	wait     time.Duration
	began    time.Time
	timer    *time.Timer
	settled  chan struct{} // of a re-INVITE's handler
}

func (a *answering) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
	if a.settled != nil {
		close(a.settled)
		a.settled = nil
	}
}

func (l *Leg) awaitACK(a *answering) {
	l.pending = a
	a.wait, a.began = l.x.cfg.T1, time.Now()
	a.timer = l.after(a.wait, func() { l.repeat(a) })
}

func (l *Leg) repeat(a *answering) {
	if l.pending != a {
		return
	}
	t1 := l.x.cfg.T1
	if time.Since(a.began) >= 64*t1 {
		a.givenUp = true
		a.stop()
		l.pending = nil
		l.settle()
		if l.over {
			l.bye()
			return
		}
		l.end(phone.Ending{Fault: phone.ByNet, Q850: timerExpired, Text: "no ACK"}, true)
		return
	}
	_ = a.tx.Respond(a.res) // a lost connection shows by the missing ACK
	a.wait = min(2*a.wait, 8*t1)
	a.timer = l.after(min(a.wait, max(64*t1-time.Since(a.began), 0)), func() { l.repeat(a) })
}

// ack takes the ACK of our 200.
func (l *Leg) ack(req *sip.Request) {
	a := l.pending
	if a == nil || req.CSeq() == nil || req.CSeq().SeqNo != a.cseq {
		return // a repeated one
	}
	l.pending = nil
	a.stop()
	if a.initial {
		l.settle()
	}
	if l.over {
		if a.byeAfter {
			l.bye()
		}
		return
	}
	if a.offered && !l.takeAnswer(req) {
		l.end(phone.Ending{Fault: phone.ByNet, Q850: incompatible, Text: "no usable SDP in the ACK"}, true)
		return
	}
	if a.initial {
		l.phase = confirmed
		l.emit(phone.Established{})
		if l.d.Held && !a.offered {
			l.emit(phone.Held{On: true}) // it called with its ear closed
		}
		l.watchMedia()
	}
	l.changed()
}

// takeAnswer reads the far end's SDP out of the ACK of a late offer.
func (l *Leg) takeAnswer(ack *sip.Request) bool {
	c, err := contentOf(ack)
	if err != nil || c.sdp == nil {
		return false
	}
	s, err := parseSDP(c.sdp)
	if err != nil || s.permit(l.trunk.SRTP, l.d.Transport) < 0 {
		return false
	}
	l.apply(s)
	return true
}

// apply makes the far end's wishes about audio hold.
func (l *Leg) apply(s session) {
	m := s.media[s.audio]
	agreed, _ := m.choose()
	l.d.Choice, l.d.Media = agreed, m.remote()
	l.agreeKeys(m)
	l.sock.SetPayloads(agreed.AudioPT, agreed.law(), agreed.DTMFPT)
	l.sock.SetRemote(m.remote())
	held := m.holds()
	if l.d.Answered {
		l.sock.SetSending(!held && !l.over)
		if held != l.d.Held {
			l.emit(phone.Held{On: held})
		}
	}
	l.d.Held = held
}

func retryAfter(res *sip.Response, seconds int) *sip.Response {
	res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(seconds)))
	return res
}
