package node

import (
	"bytes"
	"context"
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// site makes a folder with siaga init and a configuration on free ports.
func site(t *testing.T) (Config, string) {
	t.Helper()
	dir := t.TempDir()
	var out bytes.Buffer
	if err := Init(t.Context(), &out, InitOptions{Dir: dir, Office: "polda-kaltim", User: "admin", Names: []string{"127.0.0.1"}}); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(filepath.Join(dir, "siaga.toml"))
	if err != nil {
		t.Fatalf("what init writes can't be read: %v", err)
	}
	c.HTTP.Listen, c.SIP.UDP, c.SIP.TCP = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Browser.UDP, c.Browser.TCP = "127.0.0.1:0", "127.0.0.1:0"
	return c, out.String()
}

func TestStartAndClose(t *testing.T) {
	before := runtime.NumGoroutine()
	c, _ := site(t)
	for range 2 { // the second time on a folder that is used
		n, err := Start(t.Context(), c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			res, err := (&http.Client{Transport: tr, Timeout: 5 * time.Second}).Get(n.URL() + path) //nolint:noctx // a test
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, res.Status)
			}
			_ = res.Body.Close()
		}
		tr.CloseIdleConnections()
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := n.Serve(ctx, t.Context()); err != nil {
			t.Error(err)
		}
		n.Close()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestInitNeverOverwrites(t *testing.T) {
	c, said := site(t)
	if !strings.Contains(said, "One-time password") {
		t.Errorf("init says %q", said)
	}
	err := Init(t.Context(), &bytes.Buffer{}, InitOptions{Dir: filepath.Dir(c.Site.Data), Office: "polda-kaltim", User: "admin"})
	if err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a second init in the same folder: %v", err)
	}
	for _, name := range []string{"ca.key", "links.key"} {
		if fi, err := os.Stat(filepath.Join(c.Site.Data, name)); err == nil && fi.Mode().Perm() != 0o600 {
			t.Errorf("%s is readable by others: %v", name, fi.Mode())
		}
	}
}

// Each line of the doctor says what to do.
func TestDoctor(t *testing.T) {
	c, _ := site(t)
	var out bytes.Buffer
	if err := Doctor(t.Context(), &out, c); err == nil {
		t.Error("a site without a trunk is healthy")
	}
	for _, want := range []string{"✓ offices", "✓ port", "disk", "clock", "certificate", "✗ trunk", "add a [[trunk]]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the doctor doesn't say %q:\n%s", want, out.String())
		}
	}
	c.Site.Office = "polda-jabar"
	out.Reset()
	if err := Doctor(t.Context(), &out, c); err == nil || !strings.Contains(out.String(), "polda-jabar") {
		t.Errorf("an office that isn't there: %v\n%s", err, out.String())
	}
}

func TestAuthorityRenews(t *testing.T) {
	a, err := OpenAuthority(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := &renewer{authority: a, names: []string{"localhost", "127.0.0.1"}}
	first, err := r.get(nil)
	if err != nil || first.Leaf.VerifyHostname("127.0.0.1") != nil {
		t.Fatalf("%v", err)
	}
	if again, _ := r.get(nil); again != first {
		t.Error("a fresh certificate was made anew")
	}
	first.Leaf.NotAfter = time.Now().Add(renewBefore - time.Hour)
	if again, _ := r.get(nil); again == first {
		t.Error("a certificate that ends soon was kept")
	}
}

func TestVerifyWantsASite(t *testing.T) {
	if err := Verify(t.Context(), &bytes.Buffer{}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "--dir") {
		t.Errorf("an empty folder: %v", err)
	}
}
