package sip

import (
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
)

// What the wire said of a call is there afterwards, in order, both ways, without its secrets, and as a capture file.
func TestLadder(t *testing.T) {
	t.Parallel()
	h := open(t, Config{}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8 101", "sendrecv"), `Authorization: Digest username="a", response="geheim"`)
	leg := h.leg()
	leg.Ring()
	leg.Answer()
	ok := f.want("INVITE", 200)
	f.ack(ok, 1, "")
	await[phone.Established](t, leg, time.Second)
	leg.Hangup()
	f.wantRequest("BYE", time.Second)
	var first []string
	for deadline := time.Now().Add(time.Second); len(first) < 6 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		first = nil
		msgs, _ := h.Ladder(leg.ID())
		for _, m := range msgs {
			line, _, _ := strings.Cut(m.Text, "\r\n")
			first = append(first, map[bool]string{true: "> ", false: "< "}[m.In]+strings.Join(strings.Fields(line)[:2], " "))
			if strings.Contains(m.Text, "geheim") {
				t.Error("a secret is kept")
			}
		}
	}
	all := strings.Join(first, "\n")
	for _, want := range []string{"> INVITE sip:110@", "< SIP/2.0 183", "< SIP/2.0 200", "> ACK", "< BYE"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	msgs, _ := h.Ladder(leg.ID())
	file := Pcap(msgs, h.Addrs().UDP)
	if len(file) < 24+len(msgs)*44 || string(file[:4]) != "\xd4\xc3\xb2\xa1" {
		t.Errorf("no capture file: % x", file[:min(24, len(file))])
	}
	if _, ok := h.Ladder("nobody"); ok {
		t.Error("a ladder of nobody")
	}
}
