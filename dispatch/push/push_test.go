package push

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/siaga110/siaga/dispatch/push/pushtest"
)

func open(t *testing.T, dir string, change func(*Options)) *Pusher {
	t.Helper()
	o := Options{Keys: filepath.Join(dir, "push.key"), Kept: filepath.Join(dir, "push.json"), Loopback: true}
	if change != nil {
		change(&o)
	}
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func subscription(b *pushtest.Browser) Subscription {
	return Subscription{Endpoint: b.Endpoint, P256dh: b.P256dh, Auth: b.Auth}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 5 s: %s", what)
}

var shift = time.Now().Add(8 * time.Hour)

// A message goes to every phone of the unit and to no other, can be read by that browser alone, and is signed with the key
// that the browser was given; a restart forgets nobody.
func TestWakesTheUnit(t *testing.T) {
	dir := t.TempDir()
	service := pushtest.Serve(t)
	yoga, rini, other := service.Browser(), service.Browser(), service.Browser()
	p := open(t, dir, nil)
	for b, o := range map[*pushtest.Browser]Owner{yoga: {"u1", "yoga", shift}, rini: {"u1", "rini", shift}, other: {"u2", "tono", shift}} {
		if err := p.Keep(o, subscription(b)); err != nil {
			t.Fatal(err)
		}
	}
	key := p.Key()
	p.Close()
	p = open(t, dir, nil)
	if p.Key() != key {
		t.Fatal("a restart made new keys: every phone would be silent")
	}
	p.ToUnit("u1", []byte(`{"what":"job"}`), time.Minute)
	for _, b := range []*pushtest.Browser{yoga, rini} {
		m := b.Next(t)
		if string(m.Text) != `{"what":"job"}` || m.Key != key || m.Header.Get("TTL") != "60" || m.Header.Get("Urgency") != "high" {
			t.Fatalf("%s %v", m.Text, m.Header)
		}
	}
	p.ToPerson("tono", []byte("x"), time.Minute)
	if m := other.Next(t); string(m.Text) != "x" {
		t.Fatalf("%s", m.Text)
	}
	for name, mode := range map[string]os.FileMode{"push.key": 0o600, "push.json": 0o600} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", name, i.Mode(), err)
		}
	}
}

// What is gone is forgotten, what is away is tried again, whose shift is over isn't woken.
func TestGoneAndAway(t *testing.T) {
	service := pushtest.Serve(t)
	gone, away, over := service.Browser(), service.Browser(), service.Browser()
	gone.Answer(http.StatusGone)
	away.Answer(http.StatusServiceUnavailable, http.StatusCreated)
	var signedIn atomic.Bool
	signedIn.Store(true)
	p := open(t, t.TempDir(), func(o *Options) { o.Alive = func(o Owner) bool { return o.Person != "over" || signedIn.Load() } })
	for b, who := range map[*pushtest.Browser]Owner{gone: {"u1", "gone", shift}, away: {"u1", "away", shift}, over: {"u1", "over", shift}} {
		if err := p.Keep(who, subscription(b)); err != nil {
			t.Fatal(err)
		}
	}
	signedIn.Store(false)
	p.ToUnit("u1", []byte("x"), time.Minute)
	eventually(t, "sent and gone", func() bool { f := p.Figures(); return f.Sent == 1 && f.Gone == 1 })
	p.mu.Lock()
	n := len(p.kept)
	p.mu.Unlock()
	if n != 1 || over.Count() != 0 {
		t.Errorf("%d are kept, %d messages to whose shift is over", n, over.Count())
	}
}

func TestGuard(t *testing.T) {
	p := open(t, t.TempDir(), func(o *Options) { o.Loopback, o.Hosts = false, []string{".push.example.id"} })
	key, _ := ecdh.P256().GenerateKey(rand.Reader)
	enc := base64.RawURLEncoding.EncodeToString
	good := Subscription{P256dh: enc(key.PublicKey().Bytes()), Auth: enc(make([]byte, 16))}
	for endpoint, want := range map[string]bool{
		"https://fcm.googleapis.com/fcm/send/abc":                 true,
		"https://updates.push.services.mozilla.com/wpush/v2/x":    true,
		"https://web.push.apple.com/x":                            true,
		"https://a.push.example.id/x":                             true,
		"http://fcm.googleapis.com/fcm/send/abc":                  false,
		"https://fcm.googleapis.com:8443/x":                       false,
		"https://fcm.googleapis.com.evil.example/x":               false,
		"https://evilpush.example.id/x":                           false,
		"https://user@fcm.googleapis.com/x":                       false,
		"https://127.0.0.1/x":                                     false,
		"https://localhost/x":                                     false,
		"https://[::1]/x":                                         false,
		"https://10.0.0.5/x":                                      false,
		"https://169.254.169.254/latest":                          false,
		"file:///etc/passwd":                                      false,
		"":                                                        false,
		"https://fcm.googleapis.com/" + strings.Repeat("x", 2000): false,
	} {
		s := good
		s.Endpoint = endpoint
		if err := p.Keep(Owner{"u", "p", shift}, s); (err == nil) != want {
			t.Errorf("%.60s: %v", endpoint, err)
		}
	}
	for _, s := range []Subscription{
		{Endpoint: "https://fcm.googleapis.com/x", P256dh: "x", Auth: good.Auth},
		{Endpoint: "https://fcm.googleapis.com/x", P256dh: good.P256dh, Auth: "AA"},
		{Endpoint: "https://fcm.googleapis.com/x", P256dh: enc(append([]byte{4}, make([]byte, 64)...)), Auth: good.Auth},
	} {
		if p.Keep(Owner{"u", "p", shift}, s) == nil {
			t.Errorf("keys that nobody can use are kept: %+v", s)
		}
	}
	for ip, want := range map[string]bool{
		"8.8.8.8": true, "2001:4860:4860::8888": true, "10.1.1.1": false, "192.168.0.1": false, "127.0.0.1": false, "100.64.0.1": false,
		"169.254.1.1": false, "0.0.0.0": false, "224.0.0.1": false, "fe80::1": false, "fd00::1": false, "::1": false, "64:ff9b::a00:1": false,
	} {
		if public(netip.MustParseAddr(ip)) != want {
			t.Errorf("%s: public should be %v", ip, want)
		}
	}
}

// A name that is known but leads inside (DNS rebinding) is found when the connection is made; nobody is sent elsewhere.
func TestGuardLooksAtTheAddress(t *testing.T) {
	var asked atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	}))
	defer inside.Close()
	if _, err := guarded(false).Get(inside.URL); err == nil || !strings.Contains(err.Error(), errInside.Error()) || asked.Load() != 0 {
		t.Errorf("it knocks inside: %v", err)
	}
	res, err := guarded(true).Get(inside.URL)
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("it follows elsewhere: %v", err)
	}
	res.Body.Close()
	if _, _, err := net.SplitHostPort(inside.Listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
}

func TestBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "push.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir, nil).Close() // phones say it again
	raw, _ := json.Marshal(map[string]string{"public": "x", "private": "y"})
	if err := os.WriteFile(filepath.Join(dir, "push.key"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Keys: filepath.Join(dir, "push.key"), Kept: filepath.Join(dir, "push.json")}); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("broken keys are taken, or nobody is told what to do: %v", err)
	}
}
