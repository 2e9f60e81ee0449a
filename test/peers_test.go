package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testCA makes an authority and two certificates of it for 127.0.0.1: Siaga's and a carrier's. It gives their files; the
// carrier's holds its key too, as baresip wants it.
func testCA(t *testing.T, dir string) (ca, cert, key, carrier string) {
	t.Helper()
	make := func(name string, n int64, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, []byte, []byte) {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
		}
		if parent == nil {
			parent, by = c, k
			c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &k.PublicKey, by)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := x509.MarshalECPrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return c, k, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw})
	}
	root, rootKey, rootPEM, _ := make("CA uji", 1, nil, nil)
	_, _, ours, oursKey := make("siaga", 2, root, rootKey)
	_, _, theirs, theirsKey := make("operator jaringan", 3, root, rootKey)
	write := func(name string, raw ...[]byte) string {
		path := filepath.Join(dir, name)
		var all []byte
		for _, r := range raw {
			all = append(all, r...)
		}
		if err := os.WriteFile(path, all, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("uji-ca.pem", rootPEM), write("uji-siaga.pem", ours), write("uji-siaga.key", oursKey), write("uji-carrier.pem", theirs, theirsKey)
}

// tapeHolds wants a tape on which, in the same second, the caller's side has one tone and the officer's another.
func tapeHolds(t *testing.T, dir string, caller, officer float64) {
	t.Helper()
	var best string
	eventually(t, fmt.Sprintf("the tape has %.0f Hz left and %.0f Hz right", caller, officer), 10*time.Second, func() bool {
		left, right := readTape(t, newestTape(t, dir))
		for at := 0; at+rate <= min(len(left), len(right)); at += rate / 4 {
			l, r := strength(left[at:at+rate], caller), strength(right[at:at+rate], officer)
			if l > loud && r > loud {
				best = fmt.Sprintf("%.3f and %.3f", l, r)
				return true
			}
		}
		return false
	})
	t.Logf("the tape has %.0f Hz on the caller's side and %.0f Hz on the officer's, at %s", caller, officer, best)
}

// TestTwoStacks: the far ends are baresip, a SIP stack that shares no line with ours: a carrier over UDP, a carrier over
// TLS (mutual) with SRTP, and a desk phone. Calls go in and out; both ways are heard, held, keyed and taped.
func TestTwoStacks(t *testing.T) {
	need(t, "baresip")
	s := initSite(t)
	ca, cert, key, theirs := testCA(t, s.dir)
	secure, carrierPort := freeTCP(t), freePort(t)
	s.configure(fmt.Sprintf(`[[trunk]]
name = "telkom"
peers = ["127.0.0.4/32"]
server = "127.0.0.4:%d"
format = "national"
caller_id = "110"
waiting = "ringing"
[[trunk]]
name = "rahasia"
peers = ["127.0.0.1/32", "127.0.0.5/32"]
srtp = "require"
client_ca = %q
waiting = "prompts"
`, carrierPort, ca), fmt.Sprintf("tls = \"127.0.0.1:%d\"\ntls_cert = %q\ntls_key = %q\nca = %q\n", secure, cert, key, ca))
	s.start()
	const phoneTone, secretTone = poldaTone, polresTone
	desk := baresipAt{
		name: "meja", ip: "127.0.0.3", tone: phoneTone,
		account: fmt.Sprintf("<sip:201@%s>;auth_user=201;auth_pass=rahasia-201;regint=60;answermode=manual;audio_codecs=pcma;ptime=20", s.server),
	}.runs(t)
	eventually(t, "the desk phone is registered", 10*time.Second, func() bool { return strings.Contains(desk.log.String(), "200 OK") })
	s.signsIn()
	telkom := baresipAt{
		name: "telkom", ip: "127.0.0.4", port: carrierPort, tone: citizenTone,
		account: "<sip:+6281234500301@127.0.0.4>;regint=0;answermode=auto;audio_codecs=pcma;ptime=20\n" +
			"<sip:0542421110@127.0.0.4>;regint=0;answermode=auto;audio_codecs=pcma,pcmu;ptime=20\n" +
			"<sip:081234500303@127.0.0.4>;regint=0;answermode=auto;audio_codecs=pcmu;ptime=20",
	}.runs(t)
	telkom.does("uafind", "sip:+6281234500301@127.0.0.4")
	secret := baresipAt{
		name: "rahasia", ip: "127.0.0.5", tone: secretTone,
		account: fmt.Sprintf("<sip:+6281234500302@127.0.0.1:%d;transport=tls>;regint=0;mediaenc=srtp-mand;answermode=auto;audio_codecs=pcma;ptime=20", secure),
		config:  "sip_certificate " + theirs + "\nsip_cafile " + ca + "\n",
	}.runs(t)
	answer := func(rings func()) {
		t.Helper()
		desk.forget()
		rings()
		desk.tells("CALL_INCOMING", "")
		desk.does("accept", "")
		desk.tells("CALL_ESTABLISHED", "")
	}
	if !t.Run("a carrier calls in", func(t *testing.T) {
		s, desk, telkom := s.as(t), desk.as(t), telkom.as(t)
		answer(func() { telkom.does("dial", "sip:110@"+s.server) })
		telkom.tells("CALL_ESTABLISHED", "")
		telkom.hears(phoneTone)
		desk.hears(citizenTone)
		// Keys by RFC 4733: baresip's own are heard by us and sent on to the other baresip.
		for _, k := range []string{"7", "#"} {
			desk.does("sndcode", k)
			telkom.tells("CALL_DTMF_START", k)
		}
		time.Sleep(300 * time.Millisecond)
		if n := telkom.count("CALL_DTMF_START"); n != 2 {
			t.Errorf("two keys came as %d", n)
		}
		// The officer holds and comes back.
		id := s.live("081234500301").ID
		s.sari.must("POST", "/calls/"+id+"/hold", map[string]bool{"on": true}, nil)
		telkom.hears() // music, which is none of the tones
		s.sari.must("POST", "/calls/"+id+"/hold", map[string]bool{"on": false}, nil)
		telkom.hears(phoneTone)
		// The caller holds and comes back: re-INVITE with sendonly, then sendrecv.
		telkom.does("hold", "")
		desk.hearsNoMore()
		telkom.does("resume", "")
		desk.hears(citizenTone)
		telkom.receives()
		ends(telkom, desk)
		tapeHolds(t, filepath.Join(s.dir, "data"), citizenTone, phoneTone)
		s.closes(id, "informasi")
	}) {
		return
	}
	t.Run("we call out", func(t *testing.T) {
		s, desk, telkom := s.as(t), desk.as(t), telkom.as(t)
		telkom.forget()
		s.ready()
		answer(func() { s.sari.must("POST", "/calls", map[string]string{"number": "081234500303"}, nil) })
		telkom.tells("CALL_ESTABLISHED", "")
		telkom.hears(phoneTone) // G.711 µ-law
		desk.hears(citizenTone)
		telkom.does("uafind", "sip:081234500303@127.0.0.4")
		telkom.does("sndcode", "5")
		desk.tells("CALL_DTMF_START", "5")
		ends(desk, telkom)
		s.sari.ended("+6281234500303", 1)
	})
	t.Run("a carrier calls in by TLS with SRTP, and the process is killed", func(t *testing.T) {
		s, desk, secret := s.as(t), desk.as(t), secret.as(t)
		s.ready()
		answer(func() { secret.does("dial", fmt.Sprintf("sip:110@127.0.0.1:%d;transport=tls", secure)) })
		secret.tells("CALL_ESTABLISHED", "")
		secret.hears(phoneTone)
		desk.hears(secretTone)
		id := s.live("081234500302").ID
		s.ladder(id, "TLS", "RTP/SAVP", "inline: (rahasia)")
		s.kill()
		answer(s.start)
		secret.hears(phoneTone)
		desk.hears(secretTone)
		s.ladder(id, "TLS", "RTP/SAVP")
		secret.does("hold", "")
		desk.hearsNoMore()
		secret.does("resume", "")
		desk.hears(secretTone)
		secret.receives()
		ends(secret, desk)
		tapeHolds(t, filepath.Join(s.dir, "data"), secretTone, phoneTone)
		s.closes(id, "informasi")
	})
	t.Run("a piket phone takes a call by its keys", func(t *testing.T) {
		s, desk, telkom, secret := s.as(t), desk.as(t), telkom.as(t), secret.as(t)
		telkom.forget()
		secret.forget()
		s.ready()
		answer(func() { secret.does("dial", fmt.Sprintf("sip:110@127.0.0.1:%d;transport=tls", secure)) })
		id := s.live("081234500302").ID
		s.sari.must("POST", "/calls/"+id+"/transfer", map[string]string{"office": bpn}, nil)
		telkom.tells("CALL_ESTABLISHED", "")
		telkom.does("uafind", "sip:0542421110@127.0.0.4")
		telkom.does("sndcode", "1")
		secret.hears(phoneTone, citizenTone) // three in the talk
		desk.tells("CALL_CLOSED", "")        // after the introduction
		secret.hears(citizenTone)
		telkom.hears(secretTone)
		secret.never("CALL_CLOSED")
		ends(telkom, secret)
		if r := s.sari.ended("+6281234500302", 2); r.Outcome != "valid_polres" {
			t.Errorf("the list says %+v", r)
		}
	})
	if n := s.conservation(); n != 0 {
		t.Errorf("the sheet of calls doesn't balance: %d", n)
	}
}

// ends hangs up at one end and waits until both know: what they tell late must not count for the next call.
func ends(by, other *baresip) {
	by.t.Helper()
	by.forget()
	other.forget()
	by.does("hangup", "")
	by.tells("CALL_CLOSED", "")
	other.tells("CALL_CLOSED", "")
}

// as lends it to a part of the test.
func (b *baresip) as(t testing.TB) *baresip { b.t = t; return b }

func (s *phoneSite) as(t *testing.T) *phoneSite {
	c := *s
	c.t, c.sari, c.admin = t, s.sari.as(t), s.admin.as(t)
	return &c
}

// live is the call of a number that has not ended: the list may still show an earlier one in front.
func (s *phoneSite) live(number string) (c callRow) {
	s.t.Helper()
	eventually(s.t, "the call of "+number+" in the list", 5*time.Second, func() bool {
		var got struct {
			Items []callRow `json:"items"`
		}
		s.sari.must("GET", "/calls?number="+number, nil, &got)
		if len(got.Items) == 0 || got.Items[0].Outcome != "" {
			return false
		}
		c = got.Items[0]
		return true
	})
	return c
}

// ready makes Sari READY, as soon as her last call lets her.
func (s *phoneSite) ready() {
	s.t.Helper()
	eventually(s.t, "the operator is ready", 10*time.Second, func() bool {
		status, _ := s.sari.do("POST", "/duty/ready", nil)
		return status/100 == 2
	})
}

// closes gives a call its outcome after the talk.
func (s *phoneSite) closes(id, outcome string) {
	s.t.Helper()
	eventually(s.t, "the call takes its outcome", 5*time.Second, func() bool {
		status, raw := s.sari.do("POST", "/calls/"+id+"/close", map[string]string{"outcome": outcome})
		if status/100 != 2 && status != 409 {
			s.t.Logf("close: %d %s", status, raw)
		}
		return status/100 == 2
	})
	eventually(s.t, "the list has the outcome", 5*time.Second, func() bool {
		var row callRow
		s.sari.must("GET", "/calls/"+id, nil, &row)
		return row.Outcome != ""
	})
}

// ladder wants the IT officer's ladder of a call to hold these words and to say that all went by this transport.
func (s *phoneSite) ladder(id, transport string, words ...string) {
	s.t.Helper()
	var got []struct {
		Transport string `json:"transport"`
		Text      string `json:"text"`
	}
	s.admin.must("GET", "/calls/"+id+"/ladder", nil, &got)
	var all strings.Builder
	for _, m := range got {
		if m.Transport != transport {
			s.t.Errorf("the ladder says %s of %.60q", m.Transport, m.Text)
		}
		all.WriteString(m.Text)
	}
	for _, w := range words {
		if !strings.Contains(all.String(), w) {
			s.t.Errorf("the ladder has no %q in %d messages", w, len(got))
		}
	}
}
