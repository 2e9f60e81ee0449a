package node

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestNotice: the hook gets number and text, signed; a site without a hook has no noticer.
func TestNotice(t *testing.T) {
	if n, err := newNoticer(Notices{}, slog.Default()); n != nil || err != nil {
		t.Fatalf("without a hook: %v, %v", n, err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("kunci\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan notice, 1)
	tries := 0
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h := hmac.New(sha256.New, []byte("kunci"))
		h.Write(body)
		if r.Header.Get("X-Siaga-Signature") != "sha256="+hex.EncodeToString(h.Sum(nil)) {
			t.Errorf("signed with %q", r.Header.Get("X-Siaga-Signature"))
		}
		if tries++; tries == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		var x notice
		if err := json.Unmarshal(body, &x); err != nil {
			t.Error(err)
		}
		got <- x
	}))
	defer hook.Close()
	n, err := newNoticer(Notices{Hook: hook.URL, SecretFile: secret}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	n.again = time.Millisecond
	n.send("polda-kaltim", "+6281290000001")
	select {
	case x := <-got:
		if x.Number != "+6281290000001" || x.Text != noticeText || x.Office != "polda-kaltim" {
			t.Errorf("the hook got %+v", x)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the hook got nothing")
	}
}
