package sip

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone/media"
)

var errCancelled = errors.New("cancelled by the far end")

// onInvite begins a call, or hands a re-INVITE to its leg.
func (x *Exchange) onInvite(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk) {
	if toTag(req) != "" {
		x.within(req, tx, trunk)
		return
	}
	if !acceptable(req, tx) {
		return
	}
	if !acceptsSDP(req) {
		reply(req, tx, 406, "Not Acceptable")
		return
	}
	body, err := contentOf(req)
	switch {
	case errors.Is(err, errContent):
		reply(req, tx, 415, "Unsupported Media Type", sip.NewHeader("Accept", acceptLine),
			sip.NewHeader("Accept-Encoding", "identity"))
		return
	case err != nil:
		reply(req, tx, 400, "Malformed Body")
		return
	}
	var offer *session
	if body.sdp != nil {
		s, err := parseSDP(body.sdp)
		if err != nil {
			reply(req, tx, 400, "Malformed SDP")
			return
		}
		if s.permit(trunk.SRTP, req.Transport()) < 0 {
			reply(req, tx, 488, "Not Acceptable Here", sip.NewHeader("Warning", `305 siaga "no common audio codec"`))
			return
		}
		offer = &s
	}
	if least, short := timerTooShort(req); short {
		reply(req, tx, 422, "Session Interval Too Small", sip.NewHeader("Min-SE", least))
		return
	}
	x.begin(req, tx, trunk, offer, body.location)
}

// acceptsSDP says whether an INVITE lets us answer with SDP (RFC 3261 20.1: no Accept means it does).
func acceptsSDP(req *sip.Request) bool {
	accept := headerList(req, "Accept")
	if len(req.GetHeaders("Accept")) == 0 {
		return true
	}
	return slices.ContainsFunc(accept, func(v string) bool {
		kind, _, _ := strings.Cut(v, ";")
		kind = strings.TrimSpace(kind)
		return kind == "application/sdp" || kind == "application/*" || kind == "*/*"
	})
}

// begin makes the leg and lives until its INVITE is settled.
func (x *Exchange) begin(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk, offer *session, location []byte) {
	tag := randomHex(8)
	d, err := newDialog(req, tag)
	if err != nil {
		reply(req, tx, 400, "Missing Or Malformed Contact")
		return
	}
	req.To().Params.Add("tag", tag) // before sipgo may read it to answer a CANCEL
	l := &Leg{
		x: x, id: randomHex(12), trunk: trunk, party: partyOf(req, trunk),
		key: dialogKey{d.CallID, tag}, first: initialKey{d.CallID, d.RemoteTag, d.RemoteCSeq},
		box: newMailbox(), done: make(chan struct{}), settled: make(chan struct{}),
		d: d, invite: req, tx: tx, offer: offer,
	}
	l.log = x.log.With("leg", l.id, "trunk", trunk.Name)
	x.traces.leg(l.id, d.CallID)
	if location != nil {
		l.party.Place = parsePlace(location)
	}
	if x.cfg.Admit != nil && !x.knows(l) && !x.cfg.Admit(l.party) {
		reply(req, tx, 503, "Service Unavailable", reason(congestion))
		return
	}
	switch x.admit(l) {
	case refusedMerged:
		reply(req, tx, 482, "Loop Detected")
		return
	case refusedFull:
		// No Retry-After: with it a carrier may stop sending us anything (RFC 3261 21.5.4).
		if x.cfg.Full != nil {
			x.cfg.Full(l.party)
		}
		reply(req, tx, 503, "Service Unavailable", reason(noCircuit))
		return
	case admitted:
	}
	if err := l.open(); err != nil {
		l.log.Error("open audio of a call", "err", err)
		x.over(l)
		x.forget(l)
		x.working.Done()
		reply(req, tx, 503, "Service Unavailable")
		return
	}
	_ = tx.Respond(sip.NewResponseFromRequest(req, 100, "Trying", nil))
	cancel := func(cancel *sip.Request) {
		l.cancelled.Store(true)
		l.box.post(func() { l.cancel(cancel) })
	}
	if !tx.OnCancel(cancel) {
		cancel(req) // it came before we listened
	}
	go l.run() // Close waits for it: admit counted it
	x.announce(l)
	l.waitSettled(tx)
}

// announce gives the leg to the desk. A desk that falls over it must not leave a call that nobody looks after.
func (x *Exchange) announce(l *Leg) {
	taken := false
	defer func() {
		if !taken {
			l.Refuse(500, "Server Internal Error")
		}
	}()
	x.handler(l)
	taken = true
}

// waitSettled keeps the INVITE's transaction while our answer to it, or its ACK, is open.
func (l *Leg) waitSettled(tx sip.ServerTransaction) {
	gone := tx.Done()
	for {
		select {
		case <-l.settled:
			return
		case ack := <-tx.Acks(): // of careless senders, with the branch of their INVITE
			l.box.post(func() { l.ack(ack) })
		case <-gone:
			gone = nil
			l.box.post(l.lost)
		}
	}
}

// lost: the INVITE's transaction is gone before our answer. After the answer that is as it should be.
func (l *Leg) lost() {
	if l.phase == early {
		l.networkEnd("connection lost")
	}
}

// open makes the leg's audio and fills in our side of the dialog.
func (l *Leg) open() error {
	here := l.x.addressFor(l.d.Transport, l.d.Source)
	ip := l.x.cfg.Media.IP
	if !ip.IsValid() {
		ip = here.Addr()
	}
	sock, err := media.OpenSocket(ip, l.x.cfg.Media.Ports)
	if err != nil {
		return err
	}
	l.sock = sock
	l.d.SDP.ID, l.d.SDP.Version = randomNumber(), 1
	l.expose()
	l.d.Leg, l.d.Trunk = l.id, l.trunk.Name
	l.d.Socket = sock.LocalAddr()
	l.port = media.NewPort(l.id, media.PortConfig{Codec: media.PCMA, DTMFPT: 101})
	l.port.OnDigit(l.pressed)
	if l.out == nil {
		l.port.OnVoice(l.heard)
	}
	l.sock.SetSending(false) // not before the far end can hear
	if l.offer != nil {
		l.apply(*l.offer)
	} else {
		l.d.Crypto = l.ownKeys()
	}
	if l.out == nil {
		l.startTalk()
	}
	l.sock.Start(l.port)
	return nil
}

// expose fills in our addresses as the far end shall see them.
func (l *Leg) expose() {
	here := l.x.addressFor(l.d.Transport, l.d.Source)
	shown := l.sock.LocalAddr().Addr()
	if shown.IsUnspecified() {
		shown = here.Addr()
	}
	if e := l.trunk.externalFor(l.d.Source.Addr()); e.IsValid() {
		shown, here = e, netip.AddrPortFrom(e, here.Port())
	}
	l.d.Trunk, l.d.SentBy = l.trunk.Name, here
	user := "siaga"
	if l.out == nil {
		user = contactUser(l.party.Dialled)
	}
	l.d.Contact = "sip:" + user + "@" + here.String()
	if l.d.Transport != "UDP" {
		l.d.Contact += ";transport=" + strings.ToLower(l.d.Transport)
	}
	l.d.SDP.RTP = netip.AddrPortFrom(shown, l.sock.LocalAddr().Port())
}

// contactUser is what was dialled, if it can stand in a URI as it is.
func contactUser(dialled string) string {
	ok := dialled != "" && !strings.ContainsFunc(dialled, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '+' && r != '-'
	})
	if !ok {
		return "siaga"
	}
	return dialled
}

// addressFor is our address as a far end at to sees it, with the port on which we listen.
func (x *Exchange) addressFor(transport string, to netip.AddrPort) netip.AddrPort {
	a := x.Addrs().UDP
	if transport == "TLS" && x.tls != nil {
		a = x.Addrs().TLS
	} else if transport == "TCP" && x.tcp != nil || !a.IsValid() {
		a = x.Addrs().TCP
	}
	if !a.Addr().IsUnspecified() {
		return a
	}
	// Connecting a UDP socket sends nothing, but tells which of our addresses the way begins at.
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return a
	}
	defer func() { _ = conn.Close() }()
	return netip.AddrPortFrom(unmap(conn.LocalAddr().(*net.UDPAddr).AddrPort()).Addr(), a.Port()) //nolint:errcheck // a UDP socket has no other address
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// randomNumber fits the session ids of every SDP parser.
func randomNumber() uint64 {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return uint64(binary.BigEndian.Uint32(b[:]))
}
