package sip

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/phone"
)

// reliable is a provisional answer that wants a PRACK (RFC 3262 3). One is open at a time.
type reliable struct {
	rseq    uint32
	res     *sip.Response
	offers  bool // it carries our offer; the PRACK brings the answer
	sdp     bool // it carries SDP: no 200 before the PRACK
	acked   bool
	began   time.Time
	wait    time.Duration
	timer   *time.Timer
	answers bool // the 200 waits for the PRACK
	late    bool // it has waited long enough
}

// wantsReliable says whether our provisional answer goes reliably: when it must, and when it carries SDP and may.
func (l *Leg) wantsReliable(sdp bool) bool {
	if contains(headerList(l.invite, "Require"), "100rel") {
		return true
	}
	return sdp && contains(headerList(l.invite, "Supported", "k"), "100rel")
}

// sendReliable sends a provisional answer and repeats it until its PRACK.
func (l *Leg) sendReliable(res *sip.Response, sdp, offers bool) error {
	if l.rel != nil && !l.rel.acked {
		return nil // RFC 3262 3: not a second one before the first is acknowledged
	}
	rseq := uint32(1 + randomNumber()%1000)
	if l.rel != nil {
		rseq = l.rel.rseq + 1
	}
	res.AppendHeader(sip.NewHeader("Require", "100rel"))
	res.AppendHeader(sip.NewHeader("RSeq", strconv.FormatUint(uint64(rseq), 10)))
	l.rel = &reliable{rseq: rseq, res: res, sdp: sdp, offers: offers, began: time.Now(), wait: l.x.cfg.T1}
	if err := l.respond(l.tx, res); err != nil {
		return err
	}
	r := l.rel
	r.timer = l.after(r.wait, func() { l.repeatReliable(r) })
	return nil
}

func (l *Leg) repeatReliable(r *reliable) {
	if r.acked || l.rel != r || l.phase != early {
		return
	}
	if time.Since(r.began) >= 64*l.x.cfg.T1 {
		l.refuse(504, "Server Time-out", phone.ByNet) // RFC 3262 3: 5xx
		return
	}
	if l.respond(l.tx, r.res) != nil {
		return
	}
	r.wait *= 2
	left := max(64*l.x.cfg.T1-time.Since(r.began), 0)
	r.timer = l.after(min(r.wait, left), func() { l.repeatReliable(r) })
}

// prackGrace is how long a 200 waits for the PRACK of a provisional answer that carried no SDP. It need not (RFC 3262 3),
// but far ends have been seen to break when the 200 overtakes their PRACK, and a person takes longer to answer anyway.
const prackGrace = 500 * time.Millisecond

// delays says whether the 200 has to wait for the PRACK.
func (r *reliable) delays() bool { return !r.acked && (r.sdp || !r.late) }

// waitPRACK lets the PRACK send the 200; without SDP not for long.
func (l *Leg) waitPRACK(r *reliable) {
	if r.answers {
		return
	}
	r.answers = true
	if r.sdp {
		return // RFC 3262 3: not before the PRACK
	}
	l.after(prackGrace, func() {
		if l.rel == r && !r.acked {
			r.late = true
			l.answer()
		}
	})
}

// pracked takes a PRACK.
func (l *Leg) pracked(req *sip.Request, tx sip.ServerTransaction) {
	r := l.rel
	f := strings.Fields(header(req, "RAck"))
	if r == nil || r.acked || len(f) != 3 || f[0] != strconv.FormatUint(uint64(r.rseq), 10) ||
		f[1] != strconv.FormatUint(uint64(l.invite.CSeq().SeqNo), 10) || f[2] != "INVITE" {
		reply(req, tx, 481, "No Reliable Response")
		return
	}
	c, err := contentOf(req)
	if err == nil && r.offers {
		s, err := parseSDP(c.sdp)
		if err != nil || s.permit(l.trunk.SRTP, l.d.Transport) < 0 {
			reply(req, tx, 488, "Not Acceptable Here")
			return
		}
		l.apply(s)
		l.offered = true
		l.sock.SetSending(!l.d.Held)
	}
	r.acked = true
	r.timer.Stop()
	_ = tx.Respond(l.response(req, 200, "OK", nil))
	if r.answers {
		l.answer()
	}
}
