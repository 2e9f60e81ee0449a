package sip

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// certificate is one for 127.0.0.1 that signs itself.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "siaga"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// A call over TLS carries its audio as SRTP, both ways, with keys in the SDP; who shows no certificate where one is
// asked for doesn't get in.
func TestTLSAndSRTP(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	serve := func(ca *x509.CertPool, srtp Secrecy) *house {
		return open(t, Config{
			TLS: "127.0.0.1:0", TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}, Prompts: media.DefaultPrompts(),
			Trunks: []Trunk{{Name: "carrier", Peers: locals, ClientCA: ca, SRTP: srtp}},
		}, func(l *heard) { l.Answer() })
	}
	client := func(to *house, certs []tls.Certificate, srtp Secrecy) *Exchange {
		x, err := Listen(Config{
			UDP: "127.0.0.1:0", TLS: "127.0.0.1:0", TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
			ClientTLS: &tls.Config{RootCAs: pool, Certificates: certs}, Prompts: media.DefaultPrompts(), T1: 100 * time.Millisecond,
			Trunks: []Trunk{{Name: "a", Peers: locals, SRTP: srtp, Out: Outgoing{Server: to.Addrs().TLS.String(), Transport: "TLS"}}},
		}, func(phone.Leg) {})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(x.Close)
		return x
	}
	far := serve(pool, Required)
	x := client(far, []tls.Certificate{cert}, Offered)
	out := dial(t, x, phone.Callee{Number: "110"})
	await[phone.Established](t, out, 5*time.Second)
	in := far.leg()
	in.Talk().Program(phone.Program{First: []string{"welcome"}})
	out.Talk().Program(phone.Program{First: []string{"hold"}})
	deadline := time.Now().Add(3 * time.Second)
	for in.Talk().Stats().PacketsIn < 20 || out.Talk().Stats().PacketsIn < 20 {
		if time.Now().After(deadline) {
			t.Fatalf("in %+v, out %+v", in.Talk().Stats(), out.Talk().Stats())
		}
		time.Sleep(10 * time.Millisecond)
	}
	secret := false
	for _, e := range out.all() {
		if c, ok := e.(phone.DialogChanged); ok && strings.Contains(string(c.Blob), "AES_CM_128_HMAC_SHA1_80") {
			secret = true
		}
	}
	if !secret {
		t.Error("the dialog that is kept has no keys: a later process could not go on")
	}
	in.Hangup()
	await[phone.Ended](t, out, 2*time.Second)

	plain := client(far, []tls.Certificate{cert}, Never)
	if e := await[phone.Ended](t, dial(t, plain, phone.Callee{Number: "110"}), 5*time.Second); e.Ending.Status != 488 {
		t.Errorf("a call without keys where they are required: %+v", e.Ending)
	}
	stranger := client(far, nil, Offered)
	if e := await[phone.Ended](t, dial(t, stranger, phone.Callee{Number: "110"}), 15*time.Second); e.Ending.Status < 400 || e.Ending.Status == 488 {
		t.Errorf("a call without a certificate: %+v", e.Ending)
	}
}

// 100rel: the 183 is repeated until its PRACK, and no 200 overtakes it (RFC 3262 3).
func TestReliable(t *testing.T) {
	t.Parallel()
	h := open(t, Config{T1: 50 * time.Millisecond}, nil)
	f := farEnd(t, h, "")
	f.invite(farSDP(40000, "8 101", "sendrecv"), "Supported: 100rel")
	leg := h.leg()
	leg.Ring()
	progress := f.want("INVITE", 183)
	rseq := progress.first("rseq")
	if rseq == "" || !strings.Contains(progress.text, "100rel") {
		t.Fatalf("not reliable:\n%s", progress.text)
	}
	if again := f.want("INVITE", 183); again.first("rseq") != rseq {
		t.Errorf("not repeated as it was: %s", again.text)
	}
	leg.Answer()
	f.within("PRACK", progress, 2, "", "RAck: 1 1 INVITE")
	f.want("PRACK", 481)
	f.within("PRACK", progress, 3, "", "RAck: "+rseq+" 1 INVITE")
	f.want("PRACK", 200)
	ok := f.want("INVITE", 200)
	f.ack(ok, 1, "")
	await[phone.Established](t, leg, time.Second)

	// Nobody acknowledges: the call is refused, not left hanging.
	g := farEnd(t, h, "")
	g.invite(farSDP(40002, "8 101", "sendrecv"), "Require: 100rel")
	lost := h.leg()
	lost.Ring()
	if e := await[phone.Ended](t, lost, 6*time.Second); e.Ending.Status != 504 {
		t.Errorf("%+v", e.Ending)
	}
}
