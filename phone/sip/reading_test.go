package sip

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

var (
	everybody = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	loopback  = netip.MustParseAddrPort("127.0.0.1:5070")
)

func circle(pos, radius string) string {
	return `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gs="http://www.opengis.net/pidflo/1.0"
 xmlns:gml="http://www.opengis.net/gml" xmlns:con="urn:ietf:params:xml:ns:geopriv:conf" entity="pres:a@b"><tuple id="t"><status>
 <gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>` + pos + `</gml:pos><gs:radius uom="urn:ogc:def:uom:EPSG::9001">` +
		radius + `</gs:radius></gs:Circle><con:confidence pdf="normal">95</con:confidence></status></tuple></presence>`
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		want      *phone.Place
	}{
		{"circle", circle("-1.2379 116.8529", "35"), &phone.Place{At: office.Point{Lat: -1.2379, Lng: 116.8529}, Radius: 35, Confidence: 95}},
		{"point", `<a><Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>-1.5 117</pos></Point></a>`, &phone.Place{At: office.Point{Lat: -1.5, Lng: 117}}},
		{"three dimensions", `<a><Point srsName="urn:ogc:def:crs:EPSG::4979"><pos>-1.5 117 20</pos></Point></a>`, &phone.Place{At: office.Point{Lat: -1.5, Lng: 117}}},
		{"first shape", circle("-1 116", "5") + "", &phone.Place{At: office.Point{Lat: -1, Lng: 116}, Radius: 5, Confidence: 95}},
		{"other grid", `<a><Point srsName="EPSG:32750"><pos>500000 9863000</pos></Point></a>`, nil},
		{"off the earth", circle("-91 116", "5"), nil},
		{"not numbers", circle("NaN x", "5"), nil},
		{"negative radius", circle("-1 116", "-5"), nil},
		{"no XML", "hello", nil},
		{"cut off", circle("-1 116", "5")[:300], nil},
	} {
		got := parsePlace([]byte(c.doc))
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestParty(t *testing.T) {
	const head = "INVITE sip:110@siaga SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nTo: <sip:110@x>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
	for _, c := range []struct {
		name, headers string
		want          phone.Party
	}{
		{"From alone", `From: "Budi" <sip:0812-3456-7890@x;user=phone>;tag=1`, phone.Party{Number: "+6281234567890", Name: "Budi", Trust: phone.Claimed}},
		{"asserted before From", "From: <sip:999@x>;tag=1\r\nP-Asserted-Identity: \"Ani\" <sip:+6281234567890;npdi@x>", phone.Party{Number: "+6281234567890", Name: "Ani"}},
		{"asserted as tel", "From: <sip:anonymous@anonymous.invalid>;tag=1\r\nP-Asserted-Identity: <sip:core@x>, <tel:+6281234567890;phone-context=x>", phone.Party{Number: "+6281234567890"}},
		{"withheld, asserted", "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\nPrivacy: id;critical\r\nP-Asserted-Identity: <tel:+6281234567890>", phone.Party{Withheld: true, Number: "+6281234567890"}},
		{"anonymous", `From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1`, phone.Party{Withheld: true, Trust: phone.Missing}},
		{"diverted", "From: <sip:081234567890@x>;tag=1\r\nDiversion: <sip:0542999@x>;reason=unconditional, <sip:0542110@x>", phone.Party{Number: "+6281234567890", Trust: phone.Claimed, Diverted: "0542110"}},
		{"history", "From: <sip:081234567890@x>;tag=1\r\nHistory-Info: <sip:0542110@x>;index=1, <sip:110@x>;index=1.1", phone.Party{Number: "+6281234567890", Trust: phone.Claimed, Diverted: "0542110"}},
		{"a phone without a SIM", "From: <sip:+9912345678901234@x>;tag=1", phone.Party{Trust: phone.SIMLess}},
		{"an IMEI", "From: <sip:356938035643809@x>;tag=1", phone.Party{Trust: phone.SIMLess}},
		{"a service's number", "From: <sip:112@x>;tag=1", phone.Party{Trust: phone.Spoofed}},
		{"Privacy: none", "From: <sip:081234567890@x>;tag=1\r\nPrivacy: none", phone.Party{Number: "+6281234567890", Trust: phone.Claimed}},
		{"no number", "From: <sip:unavailable@x>;tag=1", phone.Party{Trust: phone.Missing}},
		{"escaped", "From: <sip:%2B6281234567890@x>;tag=1", phone.Party{Number: "+6281234567890", Trust: phone.Claimed}},
		{"a name that turns round", "From: \"a\u202eb\\\"c\" <sip:110@x>;tag=1", phone.Party{Name: `ab"c`, Trust: phone.Spoofed}},
	} {
		msg, err := sip.ParseMessage([]byte(head + c.headers + "\r\n\r\n"))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := partyOf(msg.(*sip.Request), &Trunk{Name: "c"})
		if got.Number != c.want.Number || got.Name != c.want.Name || got.Withheld != c.want.Withheld || got.Dialled != "110" || got.Trunk != "c" ||
			got.Trust != c.want.Trust || got.Diverted != c.want.Diverted {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestChoice(t *testing.T) {
	for _, c := range []struct {
		sdp  string
		want choice
		ok   bool
	}{
		{farSDP(4000, "0 8 101", "sendrecv"), choice{"PCMA", 8, 101}, true},
		{farSDP(4000, "0", "sendrecv"), choice{"PCMU", 0, 0}, true},
		{farSDP(4000, "97 96", "sendrecv") + "a=rtpmap:97 PCMA/8000/1\r\na=rtpmap:96 telephone-event/8000\r\n", choice{"PCMA", 97, 96}, true},
		{farSDP(4000, "8 0", "sendrecv") + "a=rtpmap:8 G729/8000\r\n", choice{"PCMU", 0, 0}, true},
		{farSDP(0, "8", "sendrecv"), choice{}, false},
		{farSDP(4000, "9 18", "sendrecv"), choice{}, false},
		{strings.Replace(farSDP(4000, "8", "sendrecv"), "127.0.0.1\r\nt", "239.1.1.1/127\r\nt", 1), choice{}, false},
		{strings.Replace(farSDP(4000, "8", "sendrecv"), "127.0.0.1\r\nt", "phone.example.com\r\nt", 1), choice{}, false},
	} {
		s, err := parseSDP([]byte(c.sdp))
		if err != nil {
			t.Fatalf("%v\n%s", err, c.sdp)
		}
		if s.audio >= 0 != c.ok {
			t.Errorf("usable %v, want %v:\n%s", s.audio >= 0, c.ok, c.sdp)
			continue
		}
		if c.ok {
			if got, _ := s.media[s.audio].choose(); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		}
	}
}

func TestDialogGolden(t *testing.T) {
	d := Dialog{
		Leg: "a1", Trunk: "carrier", CallID: "x@y", LocalTag: "lt", RemoteTag: "rt",
		Local: "<sip:110@siaga>", Remote: `"Budi" <sip:0812@carrier>`, Target: "sip:0812@192.0.2.1:5060",
		Routes: []string{"<sip:192.0.2.9;lr>"}, Contact: "sip:110@192.0.2.5:5060", LocalCSeq: 3, CSeqBlock: 16,
		RemoteCSeq: 7, Transport: "UDP", Source: netip.MustParseAddrPort("192.0.2.9:5060"),
		SentBy: netip.MustParseAddrPort("192.0.2.5:5060"),
		SDP:    localSDP{ID: 12, Version: 2, RTP: netip.MustParseAddrPort("192.0.2.5:30000")},
		Socket: netip.MustParseAddrPort("10.0.0.5:30000"), Media: netip.MustParseAddrPort("192.0.2.1:40000"),
		Choice: choice{"PCMA", 8, 101}, Held: true, Answered: true, Expires: 1800e9, WeRefresh: true, PeerUpdates: true,
	}
	want, err := os.ReadFile("testdata/dialog.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(d.Encode()); got != strings.TrimSpace(string(want)) {
		t.Errorf("a dialog is written as\n%s\nwant\n%s", got, want)
	}
	back, err := DecodeDialog(want)
	if err != nil || string(back.Encode()) != string(d.Encode()) {
		t.Errorf("a dialog comes back as %+v, %v", back, err)
	}
	if _, err := DecodeDialog([]byte("{")); err == nil {
		t.Error("half a dialog was read")
	}
}

// What we send is read back from the blob alone: a later process needs nothing else.
func TestRequestFromDialog(t *testing.T) {
	blob, err := os.ReadFile("testdata/dialog.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := DecodeDialog(blob)
	if err != nil {
		t.Fatal(err)
	}
	d.LocalCSeq = d.CSeqBlock // as a later process does
	cseq, write := d.take()
	if cseq != 17 || !write || d.CSeqBlock != 32 {
		t.Errorf("CSeq %d, block %d", cseq, d.CSeqBlock)
	}
	req, err := d.request(sip.BYE, cseq, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := req.String()
	for _, want := range []string{
		"BYE sip:0812@192.0.2.1:5060 SIP/2.0\r\n", "Route: <sip:192.0.2.9;lr>\r\n", "CSeq: 17 BYE\r\n",
		"From: <sip:110@siaga>;tag=lt\r\n", "To: \"Budi\" <sip:0812@carrier>;tag=rt\r\n", "Call-ID: x@y\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	if req.Destination() != "192.0.2.9:5060" || req.Transport() != "UDP" {
		t.Errorf("goes to %s by %s", req.Destination(), req.Transport())
	}
	big, err := d.request(sip.INFO, cseq, make([]byte, 1300))
	if err != nil || big.Transport() != "TCP" || big.Via().Transport != "TCP" {
		t.Errorf("over 1300 bytes by %s, %v (RFC 3261 18.1.1)", big.Transport(), err)
	}
	d.Routes = []string{"<sip:192.0.2.9>", "<sip:192.0.2.8;lr>"} // a strict router of old (RFC 3261 12.2.1.1)
	strict, err := d.request(sip.BYE, cseq, nil)
	if err != nil || strict.Recipient.Host != "192.0.2.9" || !strings.Contains(strict.String(), "Route: <sip:0812@192.0.2.1:5060>\r\n") {
		t.Errorf("%v\n%s", err, strict)
	}
}
