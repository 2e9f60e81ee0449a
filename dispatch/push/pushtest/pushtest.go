// Package pushtest is a push service with browsers for tests: it takes messages as the real ones do, checks their
// signature (RFC 8292), and reads them with the browser's own key (RFC 8291, RFC 8188).
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Service is one, on this machine.
type Service struct {
	http *httptest.Server

	mu       sync.Mutex
	browsers map[string]*Browser
}

// Browser is one that wants to be woken.
type Browser struct {
	Endpoint, P256dh, Auth string

	key  *ecdh.PrivateKey
	auth []byte
	got  chan Message

	mu      sync.Mutex
	answers []int
	count   int
}

// Message is one that came, as the browser reads it.
type Message struct {
	Text   []byte
	Header http.Header
	Key    string // of the server that signed it
	At     time.Time
}

var enc = base64.RawURLEncoding

// Serve starts a push service; it ends with the test.
func Serve(t testing.TB) *Service {
	t.Helper()
	s := &Service{browsers: map[string]*Browser{}}
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		b := s.browsers[r.URL.Path]
		s.mu.Unlock()
		if b == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		status, err := b.take(r, s.http.URL)
		if err != nil {
			t.Errorf("the push service refuses it: %v", err)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.http.Close)
	return s
}

// Browser makes one.
func (s *Service) Browser() *Browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // never: crypto/rand
	}
	b := &Browser{key: key, auth: make([]byte, 16), got: make(chan Message, 100)}
	_, _ = rand.Read(b.auth)
	path := "/push/" + rand.Text()
	b.Endpoint, b.P256dh, b.Auth = s.http.URL+path, enc.EncodeToString(key.PublicKey().Bytes()), enc.EncodeToString(b.auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[path] = b
	return b
}

// Answer sets what the service answers next; 201 when there is nothing left.
func (b *Browser) Answer(statuses ...int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = statuses
}

// Count is how many messages were tried.
func (b *Browser) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}

// Next waits for a message.
func (b *Browser) Next(t testing.TB) Message {
	t.Helper()
	select {
	case m := <-b.got:
		return m
	case <-time.After(10 * time.Second):
		t.Fatal("no message came in 10 s")
		return Message{}
	}
}

func (b *Browser) take(r *http.Request, origin string) (int, error) {
	b.mu.Lock()
	b.count++
	status := http.StatusCreated
	if len(b.answers) > 0 {
		status, b.answers = b.answers[0], b.answers[1:]
	}
	b.mu.Unlock()
	if status != http.StatusCreated {
		return status, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 4097))
	if err != nil || len(body) > 4096 || r.Method != http.MethodPost || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" {
		return http.StatusBadRequest, fmt.Errorf("%s of %d bytes with %v: %w", r.Method, len(body), r.Header, err)
	}
	key, err := signedBy(r.Header.Get("Authorization"), origin)
	if err != nil {
		return http.StatusForbidden, err
	}
	text, err := b.read(body)
	if err != nil {
		return http.StatusBadRequest, err
	}
	b.got <- Message{Text: text, Header: r.Header, Key: key, At: time.Now()}
	return status, nil
}

// signedBy checks "vapid t=<JWT>, k=<key>" (RFC 8292 3).
func signedBy(header, origin string) (string, error) {
	var token, key string
	for part := range strings.SplitSeq(strings.TrimPrefix(header, "vapid "), ",") {
		part = strings.TrimSpace(part)
		if v, ok := strings.CutPrefix(part, "t="); ok {
			token = v
		}
		if v, ok := strings.CutPrefix(part, "k="); ok {
			key = v
		}
	}
	raw, err := enc.DecodeString(key)
	if err != nil || len(raw) != 65 {
		return "", fmt.Errorf("the key %q is none: %w", key, err)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("no token")
	}
	sig, err := enc.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		return "", errors.New("no signature")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	pub := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(raw[1:33]), Y: new(big.Int).SetBytes(raw[33:])}
	if !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return "", errors.New("the signature is another's")
	}
	claims, err := enc.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var c struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return "", err
	}
	if left := time.Until(time.Unix(c.Exp, 0)); c.Aud != origin || !strings.HasPrefix(c.Sub, "mailto:") && !strings.HasPrefix(c.Sub, "https://") || left <= 0 || left > 24*time.Hour {
		return "", fmt.Errorf("the token says %+v", c)
	}
	return key, nil
}

// read undoes RFC 8291 3.4 and RFC 8188 2.
func (b *Browser) read(body []byte) ([]byte, error) {
	if len(body) < 21+65 || body[20] != 65 {
		return nil, errors.New("no header of aes128gcm")
	}
	salt, size, theirs, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:86], body[86:]
	if int(size) < len(sealed) {
		return nil, fmt.Errorf("a record of %d bytes is said to have %d", len(sealed), size)
	}
	pub, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(pub)
	if err != nil {
		return nil, err
	}
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(theirs), 32)
	if err != nil {
		return nil, err
	}
	key, err1 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err2 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, err3 := aes.NewCipher(key)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("it can't be read: %w", err)
	}
	i := strings.LastIndexByte(string(plain), 2) // the delimiter of the last record, then zeros
	if i < 0 || strings.Trim(string(plain[i+1:]), "\x00") != "" {
		return nil, errors.New("no delimiter")
	}
	return plain[:i], nil
}
