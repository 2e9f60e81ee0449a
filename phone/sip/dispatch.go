package sip

import (
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// handler answers one request; tx is gone when it returns, but for repeats of a final answer.
type handler func(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk)

func (x *Exchange) route(srv *sipgo.Server) {
	srv.OnInvite(x.guard(x.onInvite))
	srv.OnAck(x.guard(x.onACK))
	srv.OnCancel(x.guard(func(req *sip.Request, tx sip.ServerTransaction, _ *Trunk) {
		// sipgo answers a CANCEL that has its INVITE; this one has none (RFC 3261 9.2).
		reply(req, tx, 481, "Call/Transaction Does Not Exist")
	}))
	srv.OnBye(x.guard(x.within))
	srv.OnUpdate(x.guard(x.within))
	srv.OnInfo(x.guard(x.within))
	srv.OnPrack(x.guard(x.within))
	srv.OnOptions(x.guard(x.onOptions))
	srv.OnRegister(x.guard(x.onRegister))
	srv.OnRefer(x.guard(x.onOther))
	srv.OnNoRoute(x.guard(x.onOther))
}

// guard checks what every request must have, and keeps a fault of ours in one request from ending all calls.
func (x *Exchange) guard(h handler) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		x.mu.Lock()
		if x.closed {
			x.mu.Unlock()
			return
		}
		x.working.Add(1)
		x.mu.Unlock()
		defer x.working.Done()
		defer func() {
			if p := recover(); p != nil {
				x.log.Error("answer a SIP request", "method", string(req.Method), "panic", p, "stack", string(debug.Stack()))
				reply(req, tx, 500, "Server Internal Error")
			}
		}()
		source, err := netip.ParseAddrPort(req.Source())
		if err != nil {
			return
		}
		// What came on a connection that we opened did not pass the screen.
		if req.Via() == nil || req.From() == nil || req.To() == nil || req.CallID() == nil || req.CSeq() == nil {
			reply(req, tx, 400, "Missing Header")
			return
		}
		trunk := x.screen.trunkOf(source.Addr())
		if trunk == nil {
			reply(req, tx, 403, "Unknown Trunk")
			return
		}
		x.health.heard(trunk.Name)
		if trunk.Name == phonesTrunk && req.Method == sip.INVITE && toTag(req) == "" {
			reply(req, tx, 403, "Use The Screen To Call") // a desk phone is rung; calls of ours begin at the screen
			return
		}
		h(req, tx, trunk)
	}
}

// reply answers without a dialog. Nothing answers an ACK.
func reply(req *sip.Request, tx sip.ServerTransaction, status int, reason string, extra ...sip.Header) {
	if req.IsAck() {
		return
	}
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	for _, h := range extra {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res) // a lost connection: the far end will know
}

func toTag(req *sip.Request) string {
	tag, _ := req.To().Params.Get("tag")
	return tag
}

// find gives the leg of a request inside a dialog, nil when there is none or it is another trunk's.
func (x *Exchange) find(req *sip.Request, trunk *Trunk) *Leg {
	tag := toTag(req)
	if tag == "" {
		return nil
	}
	x.mu.Lock()
	l := x.legs[dialogKey{req.CallID().Value(), tag}]
	var own *Trunk
	if l != nil {
		own = l.trunk // one that we called may move to the next trunk
	}
	x.mu.Unlock()
	from, _ := req.From().Params.Get("tag")
	if l == nil || l.out == nil && l.first.fromTag != from {
		return nil
	}
	if own == trunk {
		return l
	}
	// Two trunks of one carrier may share addresses; what comes from there is counted for the first.
	if source, err := netip.ParseAddrPort(req.Source()); err == nil && x.screen.holds(own, source.Addr()) {
		return l
	}
	return nil
}

// onACK comes for an ACK that did not pass the screen; the leg forgives to be told of the others twice.
func (x *Exchange) onACK(req *sip.Request, _ sip.ServerTransaction, trunk *Trunk) {
	if l := x.find(req, trunk); l != nil {
		l.box.post(func() { l.ack(req) })
	}
}

// screenedACK hands an ACK to its leg, before any message behind it is read.
func (x *Exchange) screenedACK(ack *sip.Request, from netip.Addr) {
	if trunk := x.screen.trunkOf(from); trunk != nil {
		x.onACK(ack, nil, trunk)
	}
}

func (x *Exchange) onOptions(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk) {
	if toTag(req) != "" {
		x.within(req, tx, trunk)
		return
	}
	if !acceptable(req, tx) {
		return
	}
	x.mu.Lock()
	draining := x.draining
	x.mu.Unlock()
	if draining {
		reply(req, tx, 503, "Service Unavailable")
		return
	}
	reply(req, tx, 200, "OK", sip.NewHeader("Allow", allowLine), sip.NewHeader("Accept", acceptLine),
		sip.NewHeader("Supported", "timer, 100rel"))
}

// onOther refuses what a trunk has no business with: known methods by 405 (unknown ones got 501 at the screen).
func (x *Exchange) onOther(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk) {
	if toTag(req) != "" {
		x.within(req, tx, trunk)
		return
	}
	if !known[string(req.Method)] {
		reply(req, tx, 501, "Not Implemented", sip.NewHeader("Allow", allowLine))
		return
	}
	reply(req, tx, 405, "Method Not Allowed", sip.NewHeader("Allow", allowLine))
}

// acceptable checks what holds for requests outside dialogs, in the order of RFC 3261 8.2, and answers if it fails.
func acceptable(req *sip.Request, tx sip.ServerTransaction) bool {
	switch req.Recipient.Scheme {
	case "sip", "sips", "tel":
	default:
		reply(req, tx, 416, "Unsupported URI Scheme")
		return false
	}
	return supported(req, tx)
}

// supported refuses extensions that we must use but can't (RFC 3261 8.2.2.3).
func supported(req *sip.Request, tx sip.ServerTransaction) bool {
	var not []string
	for _, v := range headerList(req, "Require") {
		if v != "timer" && v != "100rel" && !slices.Contains(not, v) {
			not = append(not, v)
		}
	}
	if len(not) > 0 {
		reply(req, tx, 420, "Bad Extension", sip.NewHeader("Unsupported", strings.Join(not, ", ")))
		return false
	}
	return true
}
