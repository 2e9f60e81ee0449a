package town

import (
	"context"
	"slices"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// follow reads the answers to the INVITE until the transaction ends.
func (c *Call) follow(tx sip.ClientTransaction) {
	defer tx.Terminate()
	var ack *sip.Request
	tx.OnRetransmission(func(*sip.Response) { // our ACK was lost: RFC 3261 13.2.2.4
		c.mu.Lock()
		again := ack
		c.mu.Unlock()
		if again != nil {
			_ = c.phone.client.WriteRequest(again, asIs) // the next repetition asks again
		}
	})
	for {
		select {
		case res := <-tx.Responses():
			switch {
			case res.IsProvisional():
				c.progress(res)
			case res.IsSuccess():
				c.learn(res)
				a := c.ack(res)
				c.mu.Lock()
				ack = a
				c.mu.Unlock()
				_ = c.phone.client.WriteRequest(a, asIs)
				c.answered(res)
			default:
				e := Ending{By: ByFarEnd, Status: res.StatusCode, Reason: res.Reason}
				if c.wantsHangup() && res.StatusCode == sip.StatusRequestTerminated {
					e.By = ByCitizen
				}
				c.end(e)
				return
			}
		case <-tx.Done():
			if s, _ := c.State(); s != Answered { // after an answer the dialog lives on without its transaction
				reason := errNoFinal.Error()
				if err := tx.Err(); err != nil {
					reason = err.Error()
				}
				c.end(Ending{By: ByNetwork, Reason: reason})
			}
			return
		case <-c.done:
			return
		}
	}
}

// progress takes a provisional response.
func (c *Call) progress(res *sip.Response) {
	if c.wantsHangup() {
		c.wg.Go(c.cancel)
	}
	if res.StatusCode == sip.StatusTrying {
		return
	}
	if far, err := readSDP(res.Body()); err == nil {
		c.audio.aim(far.to, far.takes)
		c.set(EarlyMedia)
		return
	}
	if s, _ := c.State(); s == Dialling {
		c.set(Ringing)
	}
}

// answered takes the 200.
func (c *Call) answered(res *sip.Response) {
	far, err := readSDP(res.Body())
	if c.wantsHangup() || err != nil { // a CANCEL that came too late, or an answer that we can't use: RFC 3261 13.2.2.4
		c.set(Answered)
		c.wg.Go(c.bye)
		return
	}
	c.audio.aim(far.to, far.takes)
	c.mu.Lock()
	sound := c.sound
	c.mu.Unlock()
	c.audio.play(sound)
	c.set(Answered)
	if c.wantsHangup() { // hung up between the two lines above
		c.wg.Go(c.bye)
	}
}

// learn keeps what the answer says of the dialog: RFC 3261 12.1.2.
func (c *Call) learn(res *sip.Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to := res.To(); to != nil {
		c.to = &sip.ToHeader{DisplayName: to.DisplayName, Address: to.Address, Params: slices.Clone(to.Params)}
	}
	if contact := res.Contact(); contact != nil {
		c.remote = *contact.Address.Clone()
	}
	c.routes = nil
	for _, h := range slices.Backward(res.GetHeaders("Record-Route")) {
		c.routes = append(c.routes, sip.NewHeader("Route", h.Value()))
	}
}

// ack writes the ACK of a 200, which belongs to no transaction (RFC 3261 13.2.2.4; sipgo exports no builder).
func (c *Call) ack(res *sip.Response) *sip.Request {
	seq := uint32(1)
	if h := res.CSeq(); h != nil {
		seq = h.SeqNo
	}
	return c.within(sip.ACK, seq)
}

// within writes a request of the dialog.
func (c *Call) within(method sip.RequestMethod, seq uint32) *sip.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	req := sip.NewRequest(method, *c.remote.Clone())
	for _, r := range c.routes {
		req.AppendHeader(r)
	}
	req.AppendHeader(sip.HeaderClone(c.request.From()))
	if c.to != nil {
		req.AppendHeader(sip.HeaderClone(c.to))
	} else {
		req.AppendHeader(sip.HeaderClone(c.request.To()))
	}
	id := sip.CallIDHeader(c.id)
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(&forwards)
	req.AppendHeader(c.contact())
	c.address(req)
	req.SetDestination(c.request.Destination()) // the trunk is an outbound proxy for its phones
	_ = sipgo.ClientRequestAddVia(c.phone.client, req)
	if method == sip.ACK {
		req.SetBody(nil)
	}
	return req
}

// asIs sends a request without adding anything to it.
func asIs(*sipgo.Client, *sip.Request) error { return nil }

// bye ends an answered call.
func (c *Call) bye() {
	c.mu.Lock()
	c.cseq++
	seq := c.cseq
	c.mu.Unlock()
	req := c.within(sip.BYE, seq)
	req.SetBody(nil)
	c.ask(req)
	c.end(Ending{By: ByCitizen, Reason: "BYE"})
}

// cancel ends a call that rings. The 487, or the 200 that was faster, ends it in follow.
func (c *Call) cancel() {
	c.mu.Lock()
	if c.canceled || c.state == Ended || c.state == Answered {
		c.mu.Unlock()
		return
	}
	c.canceled = true
	c.mu.Unlock()
	inv := c.request
	req := sip.NewRequest(sip.CANCEL, inv.Recipient)
	req.AppendHeader(sip.HeaderClone(inv.Via())) // RFC 3261 9.1: the same branch
	for _, name := range []string{"From", "To", "Call-ID"} {
		sip.CopyHeaders(name, inv, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: inv.CSeq().SeqNo, MethodName: sip.CANCEL})
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	req.SetBody(nil)
	c.address(req)
	req.SetDestination(inv.Destination())
	c.ask(req)
	c.giveUp(3 * time.Second)
}

// cancelUnanswered waits for the first provisional response, after which follow cancels.
func (c *Call) cancelUnanswered() { c.giveUp(5 * time.Second) }

// giveUp ends the call by itself when the far end doesn't.
func (c *Call) giveUp(after time.Duration) {
	t := time.NewTimer(after)
	defer t.Stop()
	select {
	case <-c.done:
	case <-t.C:
		if s, _ := c.State(); s != Answered {
			c.end(Ending{By: ByNetwork, Reason: "no answer to CANCEL"})
		}
	}
}

// ask sends a request and waits up to 2 s for its final answer, which changes nothing.
func (c *Call) ask(req *sip.Request) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, _ = c.phone.client.Do(ctx, req, asIs)
}
