package sip

import (
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// strayResponse takes answers that no transaction wants: a 200 that is repeated because our ACK was lost, a second
// phone's (RFC 3261 13.2.2.4), or one to a call that we gave up, perhaps in a process that is gone.
func (x *Exchange) strayResponse(res *sip.Response) {
	if res.StatusCode < 200 || res.StatusCode > 299 || res.CSeq() == nil || res.CSeq().MethodName != sip.INVITE ||
		res.From() == nil || res.CallID() == nil || res.To() == nil {
		return
	}
	tag, _ := res.From().Params.Get("tag")
	x.mu.Lock()
	l := x.legs[dialogKey{res.CallID().Value(), tag}]
	x.mu.Unlock()
	if l == nil || !l.box.post(func() { l.stray(res) }) {
		x.spawn(func() { x.declineLate(res, nil) })
	}
}

// stray takes a 200 of this leg's Call-ID that none of its transactions waits for.
func (l *Leg) stray(res *sip.Response) {
	tag, _ := res.To().Params.Get("tag")
	switch {
	case l.d.RemoteTag != "" && tag == l.d.RemoteTag:
		l.acknowledgeAgain(res)
	case l.out != nil && l.out.req != nil && res.CSeq().SeqNo == l.out.req.CSeq().SeqNo:
		l.accepted(l.out.req, res)
	default:
		l.x.spawn(func() { l.x.declineLate(res, nil) })
	}
}

// acknowledgeAgain repeats an ACK that was lost (RFC 3261 13.2.2.4). Without it the far end hangs up after 64 T1.
func (l *Leg) acknowledgeAgain(res *sip.Response) {
	ack, err := l.d.request(sip.ACK, res.CSeq().SeqNo, nil)
	if err != nil {
		l.log.Error("build an ACK", "err", err)
		return
	}
	if l.out != nil && l.out.req != nil && l.out.req.CSeq().SeqNo == res.CSeq().SeqNo {
		copyCredentials(l.out.req, ack)
	}
	if err := l.x.write(ack); err != nil {
		l.log.Warn("send an ACK", "err", err)
	}
}

// declineLate acknowledges a 200 that nobody wants and hangs up on it, else the line stays open over there. All that
// is needed stands in the answer itself, so it also works for a call that we have forgotten. invite may be nil.
func (x *Exchange) declineLate(res *sip.Response, invite *sip.Request) {
	d, ok := x.dialogOf(res)
	if !ok {
		return
	}
	ack, err := d.request(sip.ACK, res.CSeq().SeqNo, nil)
	if err != nil {
		x.log.Warn("build an ACK for a late answer", "err", err)
		return
	}
	if invite != nil {
		copyCredentials(invite, ack)
	}
	if err := x.write(ack); err != nil {
		x.log.Warn("acknowledge a late answer", "err", err)
	}
	d.LocalCSeq = res.CSeq().SeqNo + 1
	bye, err := d.request(sip.BYE, d.LocalCSeq, nil, reason(normalClearing))
	if err != nil {
		return
	}
	answer, err := x.transact(bye, 64*x.cfg.T1, x.ctx.Done())
	trunk := x.screen.trunkOf(d.Source.Addr())
	if err != nil || answer == nil || trunk == nil {
		return
	}
	if h, ok := answerChallenge(answer, sip.BYE, bye.Recipient, trunk.Out.User, trunk.Out.Password); ok {
		if bye, err = d.request(sip.BYE, d.LocalCSeq+1, nil, reason(normalClearing), h); err == nil {
			_, _ = x.transact(bye, 64*x.cfg.T1, x.ctx.Done())
		}
	}
}

// dialogOf is the dialog that a 200 begins, from nothing but the 200.
func (x *Exchange) dialogOf(res *sip.Response) (Dialog, bool) {
	source, err := netip.ParseAddrPort(res.Source())
	if err != nil {
		return Dialog{}, false
	}
	source = unmap(source)
	tag, _ := res.From().Params.Get("tag")
	here := x.addressFor(res.Transport(), source)
	if v := res.Via(); v != nil { // as the far end saw us
		if ip, err := netip.ParseAddr(strings.Trim(v.Host, "[]")); err == nil && v.Port > 0 && v.Port < 1<<16 {
			here = netip.AddrPortFrom(ip, uint16(v.Port))
		}
	}
	d := Dialog{
		CallID: res.CallID().Value(), LocalTag: tag,
		Local: address("", &res.From().Address), Remote: address("", &res.To().Address), Target: res.To().Address.String(),
		Contact: "sip:siaga@" + here.String(), Transport: res.Transport(), Source: source, SentBy: here,
	}
	d.establish(res)
	t := x.screen.trunkOf(source.Addr())
	d.Behind = t != nil && t.Name == phonesTrunk
	return d, true
}

// copyCredentials gives an ACK those of its INVITE (RFC 3261 22.1).
func copyCredentials(invite, ack *sip.Request) {
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		if h := invite.GetHeader(name); h != nil {
			ack.AppendHeader(sip.HeaderClone(h))
		}
	}
}
