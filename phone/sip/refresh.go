package sip

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// refresh is the session timer of a call (RFC 4028).
type refresh struct {
	timer *time.Timer
}

// sessionWanted is the interval that we ask for in calls of ours: a far end that vanished frees its line by then.
const sessionWanted = 30 * time.Minute

// refreshAgain is how soon a refresh that was refused is tried again.
const refreshAgain = 5 * time.Second

// minSE is the shortest session interval that we take (RFC 4028 5: never under 90 s).
const minSE = 90 * time.Second

// sessionExpires reads the header; ok is false when it isn't there or makes no sense.
func sessionExpires(m sip.Message) (interval time.Duration, refresher string, ok bool) {
	v := header(m, "Session-Expires", "x")
	if v == "" {
		return 0, "", false
	}
	number, params, _ := strings.Cut(v, ";")
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 31)
	if err != nil || n == 0 {
		return 0, "", false
	}
	for p := range strings.SplitSeq(params, ";") {
		if k, w, _ := strings.Cut(p, "="); strings.EqualFold(strings.TrimSpace(k), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(w))
		}
	}
	return time.Duration(n) * time.Second, refresher, true
}

// timerTooShort says that a request wants a shorter interval than ours, and which is ours.
func timerTooShort(req *sip.Request) (least string, short bool) {
	interval, _, ok := sessionExpires(req)
	return strconv.Itoa(int(minSE / time.Second)), ok && interval < minSE && contains(headerList(req, "Supported", "k"), "timer")
}

// agreeTimer puts our word on the session timer into the 200 of an INVITE or UPDATE, and keeps it.
func (l *Leg) agreeTimer(req *sip.Request, res *sip.Response) {
	interval, refresher, ok := sessionExpires(req)
	if !ok || !contains(append(headerList(req, "Supported", "k"), headerList(req, "Require")...), "timer") {
		l.d.Expires = 0 // the far end can't, or doesn't want it any more (RFC 4028 9)
		l.startRefresh()
		return
	}
	if refresher != "uas" {
		refresher = "uac"
	}
	l.d.Expires, l.d.WeRefresh = interval, refresher == "uas"
	res.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(int(interval/time.Second))+";refresher="+refresher))
	if refresher == "uac" {
		res.AppendHeader(sip.NewHeader("Require", "timer")) // RFC 4028 9
	}
	l.startRefresh()
}

// agreedTimer takes the far end's word on the session timer out of the 200 to an INVITE of ours.
func (l *Leg) agreedTimer(res *sip.Response) {
	interval, refresher, ok := sessionExpires(res)
	if ok {
		l.d.Expires, l.d.WeRefresh = max(interval, minSE), refresher != "uas"
	}
	l.startRefresh()
}

// startRefresh waits for the far end's refresh, or for the time of ours.
func (l *Leg) startRefresh() {
	if l.refresh.timer != nil {
		l.refresh.timer.Stop()
	}
	switch e := l.d.Expires; {
	case e == 0:
	case l.d.WeRefresh:
		l.refresh.timer = l.after(e/2, l.refreshSession)
	default:
		l.refresh.timer = l.after(e-min(32*time.Second, e/3), func() { // RFC 4028 10
			l.end(phone.Ending{Fault: phone.ByNet, Q850: timerExpired, Text: "session timer ran out"}, true)
		})
	}
}

// refreshSession says that we are still there: by UPDATE without SDP, or OPTIONS' bigger brother the re-INVITE when
// the far end knows no UPDATE.
func (l *Leg) refreshSession() {
	if l.over {
		return
	}
	se := sip.NewHeader("Session-Expires", strconv.Itoa(int(l.d.Expires/time.Second))+";refresher=uac")
	supported := sip.NewHeader("Supported", "timer")
	if l.d.PeerUpdates {
		l.send(sip.UPDATE, nil, l.refreshed, se, supported)
		return
	}
	l.reofferSame(l.refreshed, se, supported)
}

// refreshed takes the answer to a refresh. Only silence, 408 and 481 end the call (RFC 4028 10); after a refusal it is
// tried again before the far end's own timer runs out.
func (l *Leg) refreshed(status int, res *sip.Response) {
	switch {
	case l.over:
		return
	case status == 0 || status == 408 || status == 481:
		l.end(phone.Ending{Fault: phone.ByNet, Q850: timerExpired, Text: "session refresh not answered"}, true)
		return
	case status < 300:
		if interval, refresher, ok := sessionExpires(res); ok {
			l.d.Expires, l.d.WeRefresh = max(interval, minSE), refresher != "uas"
		}
		l.startRefresh()
		return
	case status == 422:
		if least, ok := leastInterval(res); ok {
			l.d.Expires = max(least, l.d.Expires)
		}
	case (status == 405 || status == 501) && l.d.PeerUpdates:
		l.d.PeerUpdates = false // it said otherwise in Allow
		l.refreshSession()
		return
	}
	if l.refresh.timer != nil {
		l.refresh.timer.Stop()
	}
	l.refresh.timer = l.after(min(refreshAgain, l.d.Expires/8), l.refreshSession)
}

// leastInterval reads Min-SE of a 422 (RFC 4028 6).
func leastInterval(res *sip.Response) (time.Duration, bool) {
	number, _, _ := strings.Cut(header(res, "Min-SE"), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 24)
	return time.Duration(n) * time.Second, err == nil && n > 0
}

// reofferSame sends a re-INVITE that changes nothing.
func (l *Leg) reofferSame(done func(status int, res *sip.Response), extra ...sip.Header) {
	dir := sendRecv
	if l.d.Held {
		dir = recvOnly
	}
	var b strings.Builder
	l.d.SDP.head(&b)
	l.d.SDP.audio(&b, []choice{l.d.Choice}, dir, l.d.Crypto)
	l.send(sip.INVITE, []byte(b.String()), func(status int, res *sip.Response) {
		if status >= 200 && status < 300 {
			l.acknowledge(res)
		}
		done(status, res)
	}, append(extra, sip.NewHeader("Content-Type", "application/sdp"), sip.NewHeader("Allow", allowLine))...)
}

// acknowledge sends the ACK of a 200 to a re-INVITE of ours, which sipgo leaves to us.
func (l *Leg) acknowledge(res *sip.Response) {
	if c := res.Contact(); c != nil && c.Address.Host != "" {
		l.d.Target = c.Address.String()
	}
	if s, err := parseSDP(res.Body()); err == nil && s.permit(l.trunk.SRTP, l.d.Transport) >= 0 && !l.over {
		l.apply(s)
	}
	l.acknowledgeAgain(res)
}
