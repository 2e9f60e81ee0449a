package media

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/srtp/v3"
)

// Suite is an SRTP crypto suite by its name in SDP (RFC 4568 6.2, RFC 7714 14.2).
type Suite string

// The suites we speak, best first.
const (
	SuiteGCM    Suite = "AEAD_AES_128_GCM"
	SuiteSHA180 Suite = "AES_CM_128_HMAC_SHA1_80"
	SuiteSHA132 Suite = "AES_CM_128_HMAC_SHA1_32"
)

// ErrCrypto says that a suite is unknown or a key is malformed.
var ErrCrypto = errors.New("SRTP key can't be used")

// CryptoKey is one direction's SRTP key. It is a secret: it is never logged, and sealed before it is stored.
type CryptoKey struct {
	Suite  Suite
	inline []byte // master key and salt, one after the other
}

// NewCryptoKey makes a fresh random key.
func NewCryptoKey(suite Suite) (CryptoKey, error) {
	profile, err := suite.profile()
	if err != nil {
		return CryptoKey{}, err
	}
	key, salt, err := lengths(profile)
	if err != nil {
		return CryptoKey{}, err
	}
	k := CryptoKey{Suite: suite, inline: make([]byte, key+salt)}
	_, _ = rand.Read(k.inline) // never fails (crypto/rand)
	return k, nil
}

// ParseCryptoKey reads the base64 text that follows "inline:" in SDP, without lifetime and MKI.
func ParseCryptoKey(suite Suite, inline string) (CryptoKey, error) {
	profile, err := suite.profile()
	if err != nil {
		return CryptoKey{}, err
	}
	key, salt, err := lengths(profile)
	if err != nil {
		return CryptoKey{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(inline)
	if err != nil || len(raw) != key+salt {
		return CryptoKey{}, ErrCrypto // the text is a secret: not in the error
	}
	return CryptoKey{Suite: suite, inline: raw}, nil
}

// Inline is the text for SDP after "inline:".
func (k CryptoKey) Inline() string { return base64.StdEncoding.EncodeToString(k.inline) }

// String hides the key from logs.
func (k CryptoKey) String() string { return string(k.Suite) + " (secret)" }

// GoString hides the key from logs.
func (k CryptoKey) GoString() string { return k.String() }

func (s Suite) profile() (srtp.ProtectionProfile, error) {
	switch s {
	case SuiteGCM:
		return srtp.ProtectionProfileAeadAes128Gcm, nil
	case SuiteSHA180:
		return srtp.ProtectionProfileAes128CmHmacSha1_80, nil
	case SuiteSHA132:
		return srtp.ProtectionProfileAes128CmHmacSha1_32, nil
	}
	return 0, fmt.Errorf("suite %q: %w", s, ErrCrypto)
}

func lengths(p srtp.ProtectionProfile) (key, salt int, err error) {
	if key, err = p.KeyLen(); err != nil {
		return 0, 0, errors.Join(ErrCrypto, err)
	}
	if salt, err = p.SaltLen(); err != nil {
		return 0, 0, errors.Join(ErrCrypto, err)
	}
	return key, salt, nil
}

func (k CryptoKey) context(opts ...srtp.ContextOption) (*srtp.Context, error) {
	profile, err := k.Suite.profile()
	if err != nil {
		return nil, err
	}
	key, salt, err := lengths(profile)
	if err != nil {
		return nil, err
	}
	if len(k.inline) != key+salt {
		return nil, ErrCrypto
	}
	ctx, err := srtp.CreateContext(k.inline[:key], k.inline[key:], profile, opts...)
	if err != nil {
		return nil, errors.Join(ErrCrypto, err)
	}
	return ctx, nil
}

// replayWindow is how many packets back one may come late (RFC 3711 3.3.2 asks for 64).
const replayWindow = 128

// SetCrypto makes the socket speak SRTP (RFC 3711) with these keys from the next packet on; what can't be
// authenticated is dropped and counted as Bled. Setting the same keys again, as a session refresh does, changes
// nothing: the packet counters must go on. A process that adopts a call has lost these counters: its
// Port has another SSRC, for which they begin anew, and the far end's are found (decryptMiddle).
func (s *Socket) SetCrypto(send, receive CryptoKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if send.Inline() != s.sendKey.Inline() || send.Suite != s.sendKey.Suite {
		ctx, err := send.context()
		if err != nil {
			return fmt.Errorf("SRTP to the far end: %w", err)
		}
		s.sendKey = send
		s.encrypt.Store(ctx)
	}
	if receive.Inline() != s.receiveKey.Inline() || receive.Suite != s.receiveKey.Suite {
		ctx, err := receive.context(srtp.SRTPReplayProtection(replayWindow))
		if err != nil {
			return fmt.Errorf("SRTP from the far end: %w", err)
		}
		s.receiveKey = receive
		s.decrypt.Store(ctx)
	}
	return nil
}

// mostRollovers is how far back a stream may have begun of which we see the middle only: each is 65536 packets, at 50 a
// second almost 22 minutes.
const mostRollovers = 255

// searchEvery bounds what packets that nobody can authenticate may cost us.
const searchEvery = 100 * time.Millisecond

// decryptMiddle opens a packet of a stream whose beginning we have not seen: that of a call which an earlier process
// had. How often its sequence number has rolled over stands in no packet (RFC 3711 3.3.1), but only the right count
// authenticates. Only read calls it.
func (s *Socket) decryptMiddle(ctx *srtp.Context, dst, packet []byte, from netip.AddrPort, at time.Time) ([]byte, bool) {
	ssrc := binary.BigEndian.Uint32(packet[8:])
	if _, known := ctx.ROC(ssrc); known {
		return nil, false // forged, damaged or repeated
	}
	s.mu.Lock()
	key, current := s.receiveKey, s.decrypt.Load() == ctx
	who := 0 // strangers don't use up the tries of the far end
	if from == s.latch.told || from == s.latch.from {
		who = 1
	}
	s.mu.Unlock()
	if !current || at.Sub(s.searched[who]) < searchEvery {
		return nil, false
	}
	s.searched[who] = at
	// A context of its own: what fails to authenticate must leave no trace in the one that works.
	fresh, err := key.context(srtp.SRTPReplayProtection(replayWindow))
	if err != nil {
		return nil, false
	}
	for roc := uint32(1); roc <= mostRollovers; roc++ {
		fresh.SetROC(ssrc, roc)
		plain, err := fresh.DecryptRTP(dst, packet, nil)
		if err != nil {
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.decrypt.Load() != ctx {
			return nil, false // new keys came meanwhile
		}
		s.decrypt.Store(fresh)
		return plain, true
	}
	return nil, false
}
