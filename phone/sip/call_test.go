package sip

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

func TestCallFromRingToBYE(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "0 8 101", "sendrecv"))
	leg := h.leg()
	if p := leg.Party(); p.Number != "+6281234567890" || p.Name != "Warga" || p.Dialled != "110" || p.Trunk != "carrier" {
		t.Errorf("party %+v", p)
	}
	f.want("INVITE", 100)
	leg.Ring()
	leg.Ring()
	progress := f.want("INVITE", 183)
	if !strings.Contains(progress.text, "m=audio") || !strings.Contains(progress.text, "RTP/AVP 8 101") {
		t.Errorf("early media wants an answer with PCMA:\n%s", progress.text)
	}
	leg.Answer()
	leg.Answer()
	leg.Refuse(486, "Busy Here")
	ok := f.want("INVITE", 200)
	if ok.first("to") != progress.first("to") {
		t.Error("the To tag changed")
	}
	f.ack(ok, 1, "")
	await[phone.Established](t, leg, time.Second)
	if h.Live() != 1 {
		t.Errorf("%d live", h.Live())
	}
	f.within("BYE", ok, 2, "", `Reason: SIP;cause=200, Q.850;cause=31;text="Normal, unspecified"`)
	f.want("BYE", 200)
	end := await[phone.Ended](t, leg, time.Second)
	if end.Ending.Fault != phone.ByFarEnd || end.Ending.Q850 != 31 {
		t.Errorf("ending %+v", end)
	}
	if h.Live() != 0 {
		t.Errorf("%d live", h.Live())
	}
	f.within("BYE", ok, 3, "")
	f.want("BYE", 481)
}

func TestHangup(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	leg, ok := f.establish(h)
	leg.Hangup()
	leg.Hangup()
	bye := f.wantRequest("BYE", time.Second)
	if bye.first("to") != ok.first("from") || bye.first("from") != ok.first("to") {
		t.Errorf("the BYE is of another dialog:\n%s", bye.text)
	}
	if want := "sip:081234567890@" + f.addr(); bye.uri != want {
		t.Errorf("target %s, want %s", bye.uri, want)
	}
	if end := await[phone.Ended](t, leg, time.Second); end.Ending.Fault != phone.ByUs {
		t.Errorf("ending %+v", end)
	}
	f.within("BYE", ok, 2, "") // they hung up in the same instant
	f.want("BYE", 200)
	f.respond(bye, "200 OK")
}

func TestHowCallersWait(t *testing.T) {
	t.Parallel()
	for way, want := range map[Waiting]int{EarlyMedia: 183, Ringing: 180, Immediate: 200} {
		h := open(t, Config{Trunks: []Trunk{{
			Name: "c", Peers: everybody, Waiting: way, External: netip.MustParseAddr("192.0.2.77"),
		}}}, func(e *heard) { e.Ring() })
		f := farEnd(t, h, "")
		f.invite(farSDP(40000, "8", "sendrecv"))
		got := f.want("INVITE", want)
		if sdp := strings.Contains(got.text, "c=IN IP4 192.0.2.77"); sdp != (way != Ringing) {
			t.Errorf("%s: SDP %v:\n%s", way, sdp, got.text)
		}
		if !strings.Contains(got.first("contact"), "@192.0.2.77:") {
			t.Errorf("a private address leaks: %s", got.first("contact"))
		}
		h.leg().Hangup()
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8", "sendrecv"))
	leg := h.leg()
	leg.Ring()
	f.want("INVITE", 183)
	f.send(f.message("CANCEL", "inv"+f.id, farTo, 1, ""))
	f.want("CANCEL", 200)
	no := f.want("INVITE", 487)
	f.send(f.message("ACK", "inv"+f.id, no.first("to"), 1, ""))
	if end := await[phone.Ended](t, leg, time.Second); end.Ending.Fault != phone.ByFarEnd || end.Ending.Status != 487 {
		t.Errorf("ending %+v", end)
	}
	leg.Answer()
	if m, came := f.next(300 * time.Millisecond); came {
		t.Errorf("after the CANCEL came:\n%s", m.text)
	}
}
