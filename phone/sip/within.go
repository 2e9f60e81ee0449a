package sip

import (
	"errors"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// within hands a request to the leg of its dialog and waits until that has answered it.
func (x *Exchange) within(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk) {
	l := x.find(req, trunk)
	if l == nil {
		reply(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	var settled chan struct{}
	if !l.do(func() { settled = l.request(req, tx) }) {
		reply(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	for settled != nil { // a re-INVITE whose 200 wants its ACK
		select {
		case <-settled:
			settled = nil
		case <-l.done:
			settled = nil
		case ack := <-tx.Acks():
			l.box.post(func() { l.ack(ack) })
		}
	}
}

// request answers one request of the dialog. It gives a channel when the transaction must be kept until that closes.
func (l *Leg) request(req *sip.Request, tx sip.ServerTransaction) chan struct{} {
	if l.phase == closed {
		if req.Method == sip.BYE && l.byeSent {
			reply(req, tx, 200, "OK") // both hung up in the same instant
		} else {
			reply(req, tx, 481, "Call/Transaction Does Not Exist")
		}
		return nil
	}
	if from, _ := req.From().Params.Get("tag"); l.out != nil && l.phase != early && from != l.d.RemoteTag {
		reply(req, tx, 481, "Call/Transaction Does Not Exist") // of a second phone that we hung up on
		return nil
	}
	if req.CSeq().SeqNo < l.d.RemoteCSeq {
		reply(req, tx, 500, "CSeq Out Of Order") // RFC 3261 12.2.2
		return nil
	}
	l.d.RemoteCSeq = req.CSeq().SeqNo
	if req.Method != sip.BYE && !supported(req, tx) {
		return nil
	}
	switch req.Method {
	case sip.BYE:
		l.hungUp(req, tx)
	case sip.INVITE:
		return l.reinvite(req, tx)
	case sip.UPDATE:
		l.update(req, tx)
	case sip.INFO:
		_ = tx.Respond(l.response(req, 200, "OK", nil))
		if key, ok := infoDigit(req); ok {
			l.emit(phone.Digit{Key: key})
		}
	case sip.OPTIONS:
		res := l.response(req, 200, "OK", nil)
		res.AppendHeader(sip.NewHeader("Accept", acceptLine))
		_ = tx.Respond(res)
	case sip.REFER:
		// A caller who sends our call to another number is a fraud, or leaves nobody to help.
		reply(req, tx, 403, "Forbidden")
	case sip.PRACK:
		l.pracked(req, tx)
	default:
		reply(req, tx, 405, "Method Not Allowed", sip.NewHeader("Allow", allowLine))
	}
	return nil
}

// infoDigit is a key told by INFO, as gateways do that know no telephone-event.
func infoDigit(req *sip.Request) (rune, bool) {
	kind, _, _ := strings.Cut(strings.ToLower(header(req, "Content-Type", "c")), ";")
	text := string(req.Body())
	switch strings.TrimSpace(kind) {
	case "application/dtmf-relay":
		_, after, ok := strings.Cut(text, "Signal=")
		if !ok {
			return 0, false
		}
		text, _, _ = strings.Cut(after, "\n")
	case "application/dtmf":
	default:
		return 0, false
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	if len(text) == 1 && strings.Contains("0123456789*#ABCD", text) {
		return rune(text[0]), true
	}
	return 0, false
}

// hungUp takes the far end's BYE, also one that overtook its ACK.
func (l *Leg) hungUp(req *sip.Request, tx sip.ServerTransaction) {
	wasEarly := l.phase == early
	reply(req, tx, 200, "OK")
	if wasEarly && l.out == nil {
		_ = l.respond(l.tx, l.response(l.invite, 487, "Request Terminated", nil)) // RFC 3261 15.1.2
	}
	l.end(phone.Ending{Fault: phone.ByFarEnd, Q850: causeOf(req, normalClearing), Text: "BYE"}, false)
}

// reinvite answers a new offer, or makes one when the re-INVITE has none (RFC 3261 14.2).
func (l *Leg) reinvite(req *sip.Request, tx sip.ServerTransaction) chan struct{} {
	if l.phase == early || l.pending != nil {
		_ = tx.Respond(retryAfter(l.response(req, 500, "Server Internal Error", nil), 1+int(randomNumber()%10)))
		return nil
	}
	sdp, ok := l.negotiate(req, tx, true)
	if !ok {
		return nil
	}
	res := l.response(req, 200, "OK", sdp)
	l.agreeTimer(req, res)
	if err := tx.Respond(res); err != nil {
		l.log.Warn("answer a re-INVITE", "err", err)
	}
	l.changed()
	settled := make(chan struct{})
	c, _ := contentOf(req)
	l.awaitACK(&answering{tx: tx, res: res, cseq: req.CSeq().SeqNo, offered: c.sdp == nil, settled: settled})
	return settled
}

// update answers an UPDATE: a new offer, or only a sign of life (RFC 3311, RFC 4028).
func (l *Leg) update(req *sip.Request, tx sip.ServerTransaction) {
	c, _ := contentOf(req)
	if c.sdp != nil && (l.phase == early || l.pending != nil && l.pending.offered) {
		_ = tx.Respond(retryAfter(l.response(req, 500, "Server Internal Error", nil), 1+int(randomNumber()%10)))
		return
	}
	sdp, ok := l.negotiate(req, tx, false)
	if !ok {
		return
	}
	res := l.response(req, 200, "OK", sdp)
	l.agreeTimer(req, res)
	_ = tx.Respond(res)
	l.changed()
}

// negotiate takes the target and the offer of a request and gives our SDP for the answer; when it can't, it has
// refused and the call goes on as it was.
func (l *Leg) negotiate(req *sip.Request, tx sip.ServerTransaction, mustTell bool) (sdp []byte, ok bool) {
	c, err := contentOf(req)
	switch {
	case errors.Is(err, errContent):
		reply(req, tx, 415, "Unsupported Media Type", sip.NewHeader("Accept", acceptLine))
		return nil, false
	case err != nil:
		reply(req, tx, 400, "Malformed Body")
		return nil, false
	}
	var s session
	if c.sdp != nil {
		if s, err = parseSDP(c.sdp); err != nil {
			reply(req, tx, 400, "Malformed SDP")
			return nil, false
		}
		if s.permit(l.trunk.SRTP, l.d.Transport) < 0 {
			_ = tx.Respond(l.response(req, 488, "Not Acceptable Here", nil))
			return nil, false
		}
	}
	if least, short := timerTooShort(req); short {
		reply(req, tx, 422, "Session Interval Too Small", sip.NewHeader("Min-SE", least))
		return nil, false
	}
	if req.Contact() != nil && !l.d.retarget(req) {
		reply(req, tx, 400, "Malformed Contact")
		return nil, false
	}
	switch {
	case c.sdp != nil:
		before, heldBefore := l.d.Media, l.d.Held
		l.apply(s)
		if l.d.Media == before {
			l.sock.Relatch() // the same address in the SDP may be a new place behind it
		}
		l.d.SDP.Version++
		if heldBefore != l.d.Held {
			l.watchMedia()
		}
		return l.d.SDP.answer(s, l.d.Choice, l.d.Crypto), true
	case mustTell:
		l.d.SDP.Version++
		return l.d.SDP.offer(sendRecv, l.ownKeys()), true
	}
	return nil, true
}
