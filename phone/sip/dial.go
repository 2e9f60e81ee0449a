package sip

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// outgoing is what a leg that we called has besides.
type outgoing struct {
	callee   phone.Callee
	ways     []way // not tried yet
	way      way
	req      *sip.Request // the INVITE
	began    time.Time
	rang     bool              // a provisional answer other than 100 came
	any      bool              // any answer came
	given    bool              // we gave up: CANCEL is sent, or will be as soon as it may be
	cancels  bool              // CANCEL was sent
	left     []*sip.Request    // INVITEs on roads that were passed over, and cancelled since
	status   int               // that Ended shall tell when we gave up
	tries    int               // with credentials on this way
	session  time.Duration     // the least session interval that this way takes, when it said so
	pracked  map[string]uint64 // last RSeq of each early dialog
	patience *time.Timer
	within   *time.Timer
}

// Timing of calls of ours.
const (
	ringsUsually = 60 * time.Second
	silentWay    = 4 * time.Second // a server that says nothing for this long is passed over
)

// Dial begins a call of ours. Ringing, then Established or Ended follow.
func (x *Exchange) Dial(c phone.Callee) (phone.Outside, error) {
	ways, err := x.ways(c)
	if err != nil {
		return nil, err
	}
	if c.Within <= 0 {
		c.Within = ringsUsually
	}
	tag := randomHex(8)
	l := &Leg{
		x: x, id: randomHex(12), box: newMailbox(), done: make(chan struct{}), settled: make(chan struct{}),
		d: Dialog{CallID: randomHex(16) + "@siaga", LocalTag: tag}, rung: true,
		out: &outgoing{callee: c, ways: ways, began: time.Now()},
	}
	l.settle()
	l.key = dialogKey{l.d.CallID, tag}
	x.traces.leg(l.id, l.d.CallID)
	l.party = phone.Party{Number: office.Number(c.Number), Raw: c.Number, Dialled: c.Number}
	if err := x.firstWay(l); err != nil {
		return nil, err
	}
	l.log = x.log.With("leg", l.id, "trunk", l.trunk.Name)
	if err := l.open(); err != nil {
		x.over(l)
		return nil, err
	}
	if !x.keep(l) {
		x.over(l)
		l.sock.Close()
		return nil, errors.New("call out: closing")
	}
	go l.run() // Close waits for it: keep counted it
	l.box.post(l.invites)
	l.out.within = l.after(c.Within, func() { l.giveUp(408, "nobody answered") })
	return l, nil
}

// Seat is whose line the leg is.
func (l *Leg) Seat() office.SeatID {
	if l.out == nil {
		return ""
	}
	return l.out.callee.Seat
}

// Alive says whether audio can pass.
func (l *Leg) Alive() bool {
	select {
	case <-l.done:
		return false
	default:
		return true
	}
}

// Press sends keys to the far end.
func (l *Leg) Press(keys string) {
	l.box.post(func() {
		if l.over || l.phase != confirmed {
			return
		}
		l.x.spawn(func() {
			l.pressing.Lock() // one after the other
			defer l.pressing.Unlock()
			l.port.Press(keys, l.done)
		})
	})
}

// nextWay takes the next road that isn't full. It fails with ErrFull when there is none, and the leg stays where it is. The
// exchange is locked: who looks takes the place in the same instant.
func (l *Leg) nextWay() error {
	o := l.out
	i := slices.IndexFunc(o.ways, func(w way) bool { return l.x.roomOn(w.trunk) })
	if i < 0 {
		o.ways = nil
		return ErrFull
	}
	o.way, o.ways = o.ways[i], o.ways[i+1:]
	o.tries, o.any, o.session = 0, false, 0
	l.trunk = o.way.trunk
	l.d.Transport, l.d.Source = o.way.transport, o.way.hop
	l.d.Target, l.d.Remote = o.way.target.String(), "<"+o.way.target.String()+">"
	l.d.RemoteTag, l.d.Routes, l.d.Behind = "", nil, l.trunk.Name == phonesTrunk
	l.party.Trunk = l.trunk.Name
	l.first = initialKey{l.d.CallID, "", 0}
	return nil
}

// caller is our own address in From, with the number that the far end shall see.
func (l *Leg) caller() string {
	number := l.out.callee.From
	if !dialable(number) {
		number = cmp.Or(l.trunk.Out.CallerID, "110")
	}
	host := hostOf(l.d.SentBy.Addr())
	return address(l.out.callee.Name, &sip.Uri{Scheme: "sip", User: l.trunk.Out.Format.write(number), Host: host})
}

// invites sends the INVITE on the present road.
func (l *Leg) invites() {
	if l.over {
		return
	}
	l.d.Local = l.caller()
	l.sendInvite()
}

func (l *Leg) sendInvite(extra ...sip.Header) {
	o := l.out
	cseq, _ := l.d.take() // nothing to keep yet: an unanswered call dies with its process
	headers := append([]sip.Header{
		sip.NewHeader("Content-Type", "application/sdp"), sip.NewHeader("Allow", allowLine),
		sip.NewHeader("Supported", "timer, 100rel"),
	}, extra...)
	headers = append(headers, sip.NewHeader("Session-Expires", strconv.Itoa(int(max(sessionWanted, o.session)/time.Second))))
	if o.session > 0 {
		headers = append(headers, sip.NewHeader("Min-SE", strconv.Itoa(int(o.session/time.Second))))
	}
	if o.callee.Lift {
		headers = append(headers, sip.NewHeader("Call-Info", "<sip:110@siaga>;answer-after=0"), sip.NewHeader("Alert-Info", "info=alert-autoanswer"))
	}
	if o.callee.Phone == "" && o.callee.Seat == "" {
		headers = append(headers, sip.NewHeader("P-Asserted-Identity", l.d.Local))
	}
	req, err := l.d.request(sip.INVITE, cseq, l.d.SDP.offer(sendRecv, l.ownKeys()), headers...)
	if err != nil {
		l.ended(phone.Ending{Fault: phone.ByNet, Status: 500, Text: err.Error()})
		return
	}
	req.SetDestination(o.way.hop.String())
	o.req = req
	if o.patience != nil {
		o.patience.Stop()
	}
	o.patience = l.after(silentWay, func() {
		if o.req == req && !o.any {
			l.failed(408, "no answer from the server", nil)
		}
	})
	if !l.x.spawn(func() { l.follow(req) }) {
		l.ended(phone.Ending{Fault: phone.ByUs, Status: 503, Text: "closing"})
	}
}

// follow posts what answers an INVITE of ours until its last answer.
func (l *Leg) follow(req *sip.Request) {
	tx, err := l.x.transaction(l.x.ctx, req)
	if err != nil {
		l.box.post(func() { l.failed(503, err.Error(), req) })
		return
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !l.box.post(func() { l.answeredBy(req, res) }) {
				l.nobodyWants(res, req)
			}
			if !res.IsProvisional() {
				if res.StatusCode >= 300 {
					select { // sipgo acknowledges it, and its repeats, as long as the transaction lives
					case <-tx.Done():
					case <-time.After(500 * time.Millisecond):
					}
				}
				return
			}
		case <-tx.Done():
			l.box.post(func() { l.failed(408, "no answer", req) })
			return
		case <-l.done:
			select { // an answer that came in the instant in which the leg ended
			case res := <-tx.Responses():
				l.nobodyWants(res, req)
			default:
			}
			return
		}
	}
}

// nobodyWants takes an answer to an INVITE of a leg that has ended.
func (l *Leg) nobodyWants(res *sip.Response, req *sip.Request) {
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		l.x.spawn(func() { l.x.declineLate(res, req) })
	}
}

// answeredBy takes an answer to our INVITE.
func (l *Leg) answeredBy(req *sip.Request, res *sip.Response) {
	o := l.out
	if req != o.req && res.StatusCode < 200 {
		l.cancelLeft(req) // passed over for its silence; it must not ring beside the next
		return
	}
	o.any = o.any || req == o.req
	switch s := res.StatusCode; {
	case s == 100:
		l.cancelIfGiven()
	case s < 200:
		l.provisional(res)
	case s < 300:
		l.accepted(req, res)
	case req != o.req || l.phase != early:
	case (s == 401 || s == 407) && l.authorise(res):
	case s == 422 && l.takesLonger(res):
	default:
		l.failed(s, res.Reason, req)
	}
}

func (l *Leg) provisional(res *sip.Response) {
	o := l.out
	if l.phase != early || l.over {
		return
	}
	l.prack(res)
	if len(res.Body()) > 0 {
		if c, err := contentOf(res); err == nil && c.sdp != nil {
			if s, err := parseSDP(c.sdp); err == nil && s.permit(l.trunk.SRTP, l.d.Transport) >= 0 {
				l.apply(s) // early media: the far end is heard before it answers
			}
		}
	}
	if !o.rang && res.StatusCode > 100 {
		o.rang = true
		l.emit(phone.Ringing{})
	}
	l.cancelIfGiven()
}

// accepted takes a 200. One that comes after our CANCEL, or from a second phone, is acknowledged and hung up.
func (l *Leg) accepted(req *sip.Request, res *sip.Response) {
	tag, _ := res.To().Params.Get("tag")
	if l.phase != early || l.over || l.out.given || req != l.out.req {
		if tag == l.d.RemoteTag && l.phase != early {
			l.acknowledgeAgain(res)
			return
		}
		l.x.spawn(func() { l.x.declineLate(res, req) })
		if l.out.given && !l.over && l.phase == early {
			l.ended(phone.Ending{Fault: phone.ByUs, Status: l.out.status, Text: "given up"})
		}
		return
	}
	l.stopOut()
	l.d.establish(res)
	l.acknowledgeAgain(res)
	c, err := contentOf(res)
	var s session
	if err == nil && c.sdp != nil {
		s, err = parseSDP(c.sdp)
	}
	l.phase, l.d.Answered = confirmed, true
	if err != nil || c.sdp == nil && !l.d.Media.IsValid() || c.sdp != nil && s.permit(l.trunk.SRTP, l.d.Transport) < 0 {
		l.end(phone.Ending{Fault: phone.ByNet, Q850: incompatible, Text: "no usable SDP in the answer"}, true)
		return
	}
	if c.sdp != nil {
		l.apply(s)
	}
	l.sock.SetSending(!l.d.Held)
	l.agreedTimer(res)
	l.emit(phone.Established{})
	l.changed()
	l.watchMedia()
}

// establish fills in what a 200 tells of the dialog (RFC 3261 12.1.2).
func (d *Dialog) establish(res *sip.Response) {
	d.RemoteTag, _ = res.To().Params.Get("tag")
	d.PeerUpdates = contains(headerList(res, "Allow"), "update")
	if c := res.Contact(); c != nil && c.Address.Host != "" {
		target := c.Address.Clone()
		target.Headers = nil
		d.Target = target.String()
	}
	d.Routes = nil
	for _, h := range res.GetHeaders("Record-Route") {
		d.Routes = append(d.Routes, h.Value())
	}
	slices.Reverse(d.Routes)
}
