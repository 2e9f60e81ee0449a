package sip

import (
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"github.com/siaga110/siaga/phone"
)

// failed: this road leads nowhere. The next is tried when the fault is the road's and not the callee's.
func (l *Leg) failed(status int, text string, req *sip.Request) {
	o := l.out
	if l.over || l.phase != early || req != nil && req != o.req {
		return
	}
	roads := status >= 500 && status < 600 || status == 408 && !o.rang || status == 403 || status == 407 || status == 401
	if roads && (status != 408 || !o.any) { // a 408 that it sent speaks of the callee
		l.x.health.note(o.way.trunk.Name, status)
	}
	if roads && !o.rang && !o.given && l.x.moves(l) {
		l.log.Warn("a trunk doesn't carry a call; trying the next", "status", status, "text", text, "next", l.trunk.Name)
		l.d.SentBy = l.x.addressFor(l.d.Transport, l.d.Source)
		l.expose()
		l.invites()
		return
	}
	if o.given {
		status = o.status
	}
	fault := phone.ByFarEnd
	if o.given {
		fault = phone.ByUs
	} else if roads {
		fault = phone.ByNet
	}
	l.ended(phone.Ending{Fault: fault, Status: status, Q850: causeOfStatus(status), Text: text})
}

// ended ends a leg that was never answered.
func (l *Leg) ended(e phone.Ending) {
	l.stopOut()
	l.end(e, false)
}

// giveUp ends the ringing: by CANCEL as soon as that is allowed (RFC 3261 9.1: not before a provisional answer).
func (l *Leg) giveUp(status int, _ string) {
	o := l.out
	if l.over || l.phase != early || o.given {
		return
	}
	o.given, o.status = true, status
	if !o.any {
		// Nothing was heard of it: either an answer comes yet and is cancelled, or the transaction runs out.
		return
	}
	l.cancelIfGiven()
}

func (l *Leg) cancelIfGiven() {
	o := l.out
	if !o.given || o.cancels || o.req == nil {
		return
	}
	o.cancels = true
	if !l.sendCancel(o.req) {
		l.ended(phone.Ending{Fault: phone.ByUs, Status: o.status, Text: "closing"})
		return
	}
	l.after(8*l.x.cfg.T1, func() { // RFC 3261 9.1: a far end that ignores the CANCEL is not waited for
		if !l.over && l.phase == early {
			l.ended(phone.Ending{Fault: phone.ByUs, Status: o.status, Text: "given up"})
		}
	})
}

// cancelLeft cancels, once, an INVITE on a road that was passed over for its silence and is heard of after all: the
// callee must not be rung by two trunks.
func (l *Leg) cancelLeft(invite *sip.Request) {
	if !slices.Contains(l.out.left, invite) {
		l.out.left = append(l.out.left, invite)
		l.sendCancel(invite)
	}
}

func (l *Leg) sendCancel(invite *sip.Request) bool {
	req := sip.NewRequest(sip.CANCEL, invite.Recipient)
	for _, h := range []sip.Header{invite.Via(), invite.From(), invite.To(), invite.CallID()} {
		req.AppendHeader(sip.HeaderClone(h))
	}
	sip.CopyHeaders("Route", invite, req)
	maxForwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&maxForwards)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.AppendHeader(reason(normalClearing))
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	return l.x.spawn(func() { _, _ = l.x.transact(req, 64*l.x.cfg.T1, l.x.ctx.Done()) })
}

func (l *Leg) stopOut() {
	if l.out == nil {
		return
	}
	if l.out.patience != nil {
		l.out.patience.Stop()
	}
	if l.out.within != nil {
		l.out.within.Stop()
	}
}

// authorise answers a challenge once, twice when the nonce was stale.
func (l *Leg) authorise(res *sip.Response) bool {
	o := l.out
	if o.tries >= 2 || o.given {
		return false
	}
	h, ok := answerChallenge(res, sip.INVITE, o.req.Recipient, l.trunk.Out.User, l.trunk.Out.Password)
	if !ok {
		return false
	}
	o.tries++
	l.sendInvite(h)
	return true
}

// takesLonger asks once more, for the session interval that the far end wants at least (RFC 4028 7.1).
func (l *Leg) takesLonger(res *sip.Response) bool {
	least, ok := leastInterval(res)
	if !ok || l.out.session > 0 || l.out.given {
		return false
	}
	l.out.session = least
	l.sendInvite()
	return true
}

// answerChallenge makes the credentials that a 401 or 407 asks for (RFC 8760, RFC 7616).
func answerChallenge(res *sip.Response, method sip.RequestMethod, uri sip.Uri, user, password string) (sip.Header, bool) {
	if user == "" || res.StatusCode != 401 && res.StatusCode != 407 {
		return nil, false
	}
	asks, answers := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		asks, answers = "Proxy-Authenticate", "Proxy-Authorization"
	}
	for _, h := range res.GetHeaders(asks) {
		c, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(c) {
			continue
		}
		cred, err := digest.Digest(c, digest.Options{Method: string(method), URI: uri.String(), Username: user, Password: password, Count: 1})
		if err != nil {
			continue
		}
		return sip.NewHeader(answers, cred.String()), true
	}
	return nil, false
}

// prack acknowledges a reliable provisional answer (RFC 3262 4).
func (l *Leg) prack(res *sip.Response) {
	if !contains(headerList(res, "Require"), "100rel") {
		return
	}
	rseq := strings.TrimSpace(header(res, "RSeq"))
	cseq := res.CSeq()
	n, err := strconv.ParseUint(rseq, 10, 32)
	if err != nil || cseq == nil {
		return
	}
	d := l.d
	d.establish(res)
	of := d.RemoteTag + " " + cseq.Value()
	if l.out.pracked[of] >= n {
		return // a copy (RFC 3262 4)
	}
	if l.out.pracked == nil {
		l.out.pracked = map[string]uint64{}
	}
	l.out.pracked[of] = n
	l.d.LocalCSeq++ // shared: the dialog that the answer begins takes numbers from here
	req, err := d.request(sip.PRACK, l.d.LocalCSeq, nil, sip.NewHeader("RAck", rseq+" "+cseq.Value()))
	if err != nil {
		return
	}
	l.x.spawn(func() { _, _ = l.x.transact(req, 64*l.x.cfg.T1, l.done) })
}
