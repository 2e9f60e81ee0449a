package sip

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/siaga110/siaga/phone/media"
)

// Secrecy is what a trunk wants of SRTP (RFC 3711) with keys in the SDP (SDES, RFC 4568).
type Secrecy string

// What a trunk wants of SRTP. Keys in SDP are as secret as the signalling, so without TLS they are no secret.
const (
	Offered  Secrecy = ""         // taken when it is offered over TLS
	Required Secrecy = "require"  // a call without it is refused
	Never    Secrecy = "never"    // a call that offers nothing else is refused
	Anyhow   Secrecy = "insecure" // taken without TLS too, where the way is safe by other means
)

// allows says whether a line of SDP may carry the audio.
func (s Secrecy) allows(m mediaLine, transport string) bool {
	if m.proto == "RTP/SAVP" {
		return len(m.crypto) > 0 && s != Never && (transport == "TLS" || s == Anyhow || s == Required)
	}
	return m.proto == "RTP/AVP" && s != Required
}

// keys are the SRTP keys of a call. They are secrets: the journal seals the dialog that holds them.
type keys struct {
	Suite  media.Suite `json:"suite"`
	Tag    string      `json:"tag"`
	Local  string      `json:"local"` // inline
	Remote string      `json:"remote,omitempty"`
}

// cryptoLine is an a=crypto of the far end that we could use.
type cryptoLine struct {
	tag    string
	suite  media.Suite
	inline string
}

// parseCrypto reads "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31" (RFC 4568 9.1). Lines with an MKI, or with parameters
// that we don't know, can't be used (6.3: they must then be refused).
func parseCrypto(value string) (cryptoLine, bool) {
	f := strings.Fields(value)
	if len(f) != 3 || strings.Contains(f[2], ";") {
		return cryptoLine{}, false
	}
	inline, ok := strings.CutPrefix(f[2], "inline:")
	if !ok {
		return cryptoLine{}, false
	}
	inline, rest, _ := strings.Cut(inline, "|")
	if strings.Contains(rest, ":") {
		return cryptoLine{}, false
	}
	c := cryptoLine{tag: f[0], suite: media.Suite(f[1]), inline: inline}
	_, err := media.ParseCryptoKey(c.suite, inline)
	return c, err == nil
}

// newKeys makes our side's.
func newKeys(suite media.Suite, tag string) *keys {
	k, err := media.NewCryptoKey(suite)
	if err != nil {
		return nil // no suite of ours is unknown
	}
	return &keys{Suite: suite, Tag: tag, Local: k.Inline()}
}

// agreeKeys takes the far end's keys of the line that was chosen, and makes ours when there are none that fit.
func (l *Leg) agreeKeys(m mediaLine) {
	if m.proto != "RTP/SAVP" || len(m.crypto) == 0 {
		l.d.Crypto = nil
		return
	}
	c := m.crypto[0]
	if k := l.d.Crypto; k == nil || k.Suite != c.suite {
		l.d.Crypto = newKeys(c.suite, c.tag)
	} else {
		fresh := *k
		l.d.Crypto = &fresh
	}
	l.d.Crypto.Tag, l.d.Crypto.Remote = c.tag, c.inline
	if err := l.useKeys(); err != nil {
		l.log.Error("use the keys of a call", "err", err)
	}
}

// useKeys makes the socket speak SRTP.
func (l *Leg) useKeys() error {
	k := l.d.Crypto
	if k == nil || k.Remote == "" {
		return nil
	}
	ours, err1 := media.ParseCryptoKey(k.Suite, k.Local)
	theirs, err2 := media.ParseCryptoKey(k.Suite, k.Remote)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return l.sock.SetCrypto(ours, theirs)
}

// offersKeys says whether our own offers carry keys.
func (l *Leg) offersKeys() bool {
	switch l.trunk.SRTP {
	case Required, Anyhow:
		return true
	case Offered:
		return l.d.Transport == "TLS" && l.out != nil
	case Never:
	}
	return false
}

// ownKeys are those that our offer carries; nil: it offers plain RTP.
func (l *Leg) ownKeys() *keys {
	if l.d.Crypto != nil {
		return l.d.Crypto
	}
	if !l.offersKeys() {
		return nil
	}
	l.d.Crypto = newKeys(media.SuiteSHA180, "1")
	return l.d.Crypto
}

// openTLS listens for SIP over TLS. A trunk with an authority of its own must show a certificate of it.
func (x *Exchange) openTLS() error {
	if x.cfg.TLS == "" {
		return nil
	}
	if x.cfg.TLSConfig == nil {
		return errors.New("listen for SIP over TLS: no certificate given")
	}
	l, err := net.Listen("tcp", x.cfg.TLS)
	if err != nil {
		return fmt.Errorf("listen for SIP over TLS: %w", err)
	}
	base := x.cfg.TLSConfig.Clone()
	base.MinVersion = tls.VersionTLS12
	base.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		from, ok := h.Conn.RemoteAddr().(*net.TCPAddr)
		if !ok {
			return nil, nil //nolint:nilnil // go on with the listener's own
		}
		t := x.screen.trunkOf(unmap(from.AddrPort()).Addr())
		if t == nil || t.ClientCA == nil {
			return nil, nil //nolint:nilnil // go on with the listener's own
		}
		own := base.Clone()
		own.GetConfigForClient = nil
		own.ClientCAs, own.ClientAuth = t.ClientCA, tls.RequireAndVerifyClientCert
		return own, nil
	}
	x.tls = &screenedListener{Listener: tls.NewListener(l, base), screen: x.screen, transport: "TLS"}
	return nil
}
