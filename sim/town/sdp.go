package town

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/siaga110/siaga/office"
)

// writeSDP offers or answers A-law and telephone events at an address (RFC 4566, RFC 3264).
func writeSDP(host netip.Addr, port int, session uint64, version int) []byte {
	family := "IP4"
	if host.Is6() {
		family = "IP6"
	}
	return fmt.Appendf(nil, "v=0\r\no=warga %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=audio %d RTP/AVP %d %d\r\n"+
		"a=rtpmap:%d PCMA/8000\r\na=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
		session, version, family, host, family, host, port, typePCMA, typeEvent, typePCMA, typeEvent, typeEvent)
}

// farSDP is what the phone needs of the far end's SDP.
type farSDP struct {
	to    netip.AddrPort
	takes bool // the far end wants our audio
}

func readSDP(body []byte) (farSDP, error) {
	var session, media netip.Addr
	port, inAudio, seen, takes := 0, false, false, true
	for line := range strings.Lines(string(body)) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if !ok {
			continue
		}
		switch key {
		case "m":
			inAudio = !seen && strings.HasPrefix(value, "audio ")
			if !inAudio {
				continue
			}
			seen = true
			f := strings.Fields(value)
			if len(f) < 4 {
				return farSDP{}, fmt.Errorf("read SDP: m=%s is too short", value)
			}
			var err error
			if port, err = strconv.Atoi(f[1]); err != nil || port < 1 || port > 65535 {
				return farSDP{}, fmt.Errorf("read SDP: audio port %q", f[1])
			}
			pcma := false
			for _, t := range f[3:] {
				pcma = pcma || t == strconv.Itoa(typePCMA)
			}
			if !pcma {
				return farSDP{}, fmt.Errorf("read SDP: m=%s has no A-law", value)
			}
		case "c":
			f := strings.Fields(value)
			if len(f) < 3 {
				continue
			}
			a, err := netip.ParseAddr(f[2])
			if err != nil {
				return farSDP{}, fmt.Errorf("read SDP: c=%s: %w", value, err)
			}
			if inAudio {
				media = a
			} else if !seen {
				session = a
			}
		case "a":
			if inAudio || !seen {
				switch value {
				case "sendonly", "inactive": // said by the far end: it doesn't listen
					takes = false
				case "sendrecv", "recvonly":
					takes = true
				}
			}
		}
	}
	if media.IsValid() {
		session = media
	}
	if !seen || !session.IsValid() {
		return farSDP{}, fmt.Errorf("read SDP: it has no audio with an address")
	}
	return farSDP{to: netip.AddrPortFrom(session, uint16(port)), takes: takes && !session.IsUnspecified()}, nil
}

// Place is where a citizen is, as their telephone company tells it.
type Place struct {
	At     office.Point
	Radius office.Metres
	Name   string // what people call it; not sent
}

// withPlace wraps the SDP and the place (PIDF-LO, RFC 4119 and 5491) in one body, named by a Geolocation header (RFC 6442).
func withPlace(sdp []byte, p Place, cid, entity string) (body []byte, contentType string, err error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	if err := w.SetBoundary("warga" + strings.Map(alphanumeric, cid)); err != nil {
		return nil, "", fmt.Errorf("write place: %w", err)
	}
	part := func(header textproto.MIMEHeader, content []byte) error {
		pw, err := w.CreatePart(header)
		if err == nil {
			_, err = pw.Write(content)
		}
		return err
	}
	if err := part(textproto.MIMEHeader{"Content-Type": {"application/sdp"}}, sdp); err != nil {
		return nil, "", fmt.Errorf("write place: %w", err)
	}
	pidf := fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="%s">
<tuple id="p"><status><gp:geopriv><gp:location-info><gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>%.6f %.6f</gml:pos><gs:radius uom="urn:ogc:def:uom:EPSG::9001">%.0f</gs:radius></gs:Circle></gp:location-info><gp:usage-rules/><gp:method>Cell</gp:method></gp:geopriv></status></tuple>
</presence>
`, entity, p.At.Lat, p.At.Lng, float64(p.Radius))
	if err := part(textproto.MIMEHeader{"Content-Type": {"application/pidf+xml"}, "Content-Id": {"<" + cid + ">"}}, pidf); err != nil {
		return nil, "", fmt.Errorf("write place: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("write place: %w", err)
	}
	return buf.Bytes(), "multipart/mixed;boundary=" + w.Boundary(), nil
}

func alphanumeric(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return -1
}
