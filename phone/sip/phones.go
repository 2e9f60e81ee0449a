package sip

import (
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// phoneWay is the road to a registered desk phone.
func (x *Exchange) phoneWay(c phone.Callee) (way, bool) {
	r := &x.registrar
	r.mu.Lock()
	defer r.mu.Unlock()
	for account, b := range r.bindings {
		if c.Phone != "" && account == c.Phone || c.Phone == "" && b.phone.Seat == c.Seat {
			if time.Now().After(b.until) {
				return way{}, false
			}
			return way{trunk: x.phonesTrunk, target: b.contact, transport: b.transport, hop: b.source}, true
		}
	}
	return way{}, false
}

// PhoneUp says whether a seat's desk phone is registered.
func (x *Exchange) PhoneUp(c phone.Callee) bool {
	_, ok := x.phoneWay(c)
	return ok
}

// keepPhones pings registered phones, which also keeps the way through a NAT open, and ends what ran out.
func (x *Exchange) keepPhones() {
	every := x.cfg.PingEvery
	if every == 0 {
		every = pingEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-x.ctx.Done():
			return
		case <-tick.C:
		}
		for _, b := range x.registrar.expire(time.Now()) {
			x.spawn(func() { x.ping(b) })
		}
	}
}

// tellAll tells of the phones that an earlier process knew.
func (r *registrar) tellAll() {
	r.mu.Lock()
	var seats []office.SeatID
	for _, b := range r.bindings {
		seats = append(seats, b.phone.Seat)
	}
	r.mu.Unlock()
	for _, s := range seats {
		r.news(s)
	}
}

// expire ends bindings that ran out and lists the others.
func (r *registrar) expire(now time.Time) []*binding {
	r.mu.Lock()
	var live, gone []*binding
	for account, b := range r.bindings {
		if now.After(b.until) {
			delete(r.bindings, account)
			gone = append(gone, b)
			continue
		}
		live = append(live, b)
	}
	r.mu.Unlock()
	for _, b := range gone {
		r.news(b.phone.Seat)
	}
	return live
}

// ping asks a phone whether it is there. One that was silent twice is no longer rung.
func (x *Exchange) ping(b *binding) {
	here := x.addressFor(b.transport, b.source)
	d := Dialog{
		CallID: randomHex(16) + "@siaga", LocalTag: randomHex(8), Local: "<sip:siaga@" + hostOf(here.Addr()) + ">",
		Remote: "<" + b.contact.String() + ">", Target: b.contact.String(), Contact: "sip:siaga@" + here.String(),
		Transport: b.transport, Source: b.source, SentBy: here,
	}
	req, err := d.request(sip.OPTIONS, 1, nil)
	if err != nil {
		return
	}
	req.SetDestination(b.source.String())
	res, err := x.transact(req, 8*x.cfg.T1, x.ctx.Done())
	if x.ctx.Err() != nil {
		return
	}
	r := &x.registrar
	r.mu.Lock()
	if r.bindings[b.phone.Account] != b {
		r.mu.Unlock()
		return // registered anew meanwhile
	}
	if err == nil && res != nil {
		b.missed = 0
		r.mu.Unlock()
		return
	}
	b.missed++
	lost := b.missed >= pingsMissable
	if lost {
		delete(r.bindings, b.phone.Account)
	}
	r.mu.Unlock()
	if lost {
		r.news(b.phone.Seat)
	}
}
