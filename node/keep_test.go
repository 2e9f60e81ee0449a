package node

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"
)

// site makes a new site that listens on ports of its own.
func newSite(t *testing.T) (dir string, cfg Config) {
	t.Helper()
	dir = t.TempDir()
	if err := Init(t.Context(), io.Discard, InitOptions{Dir: dir, Office: "polda-kaltim", User: "admin"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "siaga.toml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for old, now := range map[string]string{
		`listen = ":8443"`: `listen = "127.0.0.1:0"`, `"0.0.0.0:5060"`: `"127.0.0.1:0"`, `"0.0.0.0:8444"`: `"127.0.0.1:0"`,
	} {
		raw = bytes.ReplaceAll(raw, []byte(old), []byte(now))
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if cfg, err = LoadConfig(path); err != nil {
		t.Fatal(err)
	}
	return dir, cfg
}

// A backup is made while the site runs, again into the same folder, and brought back: it starts, and holds the same.
func TestBackupAndRestore(t *testing.T) {
	dir, cfg := newSite(t)
	n, err := Start(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			n.Close()
		}
	}()
	toml := filepath.Join(dir, "siaga.toml")
	to := filepath.Join(t.TempDir(), "cadangan")
	for range 2 {
		var said bytes.Buffer
		if err := Backup(t.Context(), &said, cfg, toml, to); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(said.String(), "journal") {
			t.Errorf("it says %q", said.String())
		}
	}
	want, _, err := n.journal.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n.Close()
	closed = true

	spare := filepath.Join(t.TempDir(), "spare")
	if err := Restore(t.Context(), io.Discard, to, spare); err != nil {
		t.Fatal(err)
	}
	again, err := LoadConfig(filepath.Join(spare, "siaga.toml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Start(t.Context(), again, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := m.journal.Last(t.Context())
	m.Close()
	if err != nil || got < want {
		t.Errorf("the spare has %d records of %d, %v", got, want, err)
	}
	if err := Verify(t.Context(), io.Discard, again.Site.Data); err != nil {
		t.Error(err)
	}

	// What can't be restored is refused with what to do, and leaves nothing behind.
	if err := Restore(t.Context(), io.Discard, to, spare); !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("over a used folder: %v", err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := Restore(t.Context(), io.Discard, t.TempDir(), other); !errors.Is(err, ErrBackup) {
		t.Errorf("no backup: %v", err)
	}
	damaged := filepath.Join(to, "offices.json")
	raw, _ := os.ReadFile(damaged)
	_ = os.WriteFile(damaged, append(raw, ' '), 0o600)
	if err := Restore(t.Context(), io.Discard, to, other); !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), "offices.json") {
		t.Errorf("damaged: %v", err)
	}
	if _, err := os.Stat(other); !os.IsNotExist(err) {
		t.Error("half a site was left behind")
	}
	list := filepath.Join(to, manifestName)
	raw, _ = os.ReadFile(list)
	_ = os.WriteFile(list, bytes.Replace(raw, []byte(`"version": 1`), []byte(`"version": 9`), 1), 0o600)
	if err := Restore(t.Context(), io.Discard, to, other); !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), "newer") {
		t.Errorf("newer: %v", err)
	}
}

// Alarms leave by mail, webhook and trap, each with words and what to do, and say when they are over.
func TestAlarmsLeave(t *testing.T) {
	got := make(chan string, 20)
	hooked := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var n News
		if err := json.NewDecoder(r.Body).Decode(&n); err != nil || !strings.HasPrefix(r.Header.Get("X-Siaga-Signature"), "sha256=") {
			t.Errorf("webhook: %v %v", err, r.Header)
		}
		got <- "webhook " + n.Alarm.Name + map[bool]string{true: " over"}[n.Over]
	}))
	defer hooked.Close()
	smtp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = smtp.Close() }()
	go mailServer(smtp, got)
	traps, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = traps.Close() }()
	go func() {
		buf := make([]byte, 4096)
		for {
			k, _, err := traps.ReadFrom(buf)
			if err != nil {
				return
			}
			p, err := (&gosnmp.GoSNMP{Version: gosnmp.Version2c}).UnmarshalTrap(buf[:k], false)
			if err != nil || len(p.Variables) < 6 {
				t.Errorf("trap: %v", err)
				continue
			}
			name, _ := p.Variables[3].Value.([]byte)
			got <- "snmp " + string(name)
		}
	}()
	secret := filepath.Join(t.TempDir(), "secret")
	_ = os.WriteFile(secret, []byte("rahasia\n"), 0o600)
	tell, err := newTeller(Alarms{
		SMTP: smtp.Addr().String(), SMTPSecurity: "none", From: "siaga@example.id", To: []string{"piket@example.id"},
		Webhook: hooked.URL, SecretFile: secret, SNMP: traps.LocalAddr().String(),
	}, "kaltim-1", nopLog())
	if err != nil {
		t.Fatal(err)
	}
	defer tell.close()
	al := Alarm{
		Name: "disk", Level: "bad", Since: time.Now(), Text: Text{ID: "Disk penuh.", EN: "Disk full."},
		Todo: Text{ID: "Kosongkan.", EN: "Free space."},
	}
	tell.tell(News{Alarm: al})
	tell.tell(News{Alarm: al, Over: true})
	seen := map[string]int{}
	for range 6 {
		select {
		case s := <-got:
			seen[s]++
		case <-time.After(5 * time.Second):
			t.Fatalf("only %v", seen)
		}
	}
	if seen["webhook disk"] != 1 || seen["webhook disk over"] != 1 || seen["snmp disk"] != 2 || seen["mail Disk penuh. Kosongkan."] != 2 {
		t.Errorf("%v", seen)
	}
}

// mailServer takes mails as RFC 5321 has it, and tells what they say.
func mailServer(l net.Listener, got chan<- string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = c.Close() }()
			r := bufio.NewReader(c)
			say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
			say("220 mail")
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				switch cmd, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.ToUpper(cmd) {
				case "DATA":
					say("354 go on")
					var text strings.Builder
					for {
						line, err := r.ReadString('\n')
						if err != nil || line == ".\r\n" {
							break
						}
						text.WriteString(line)
					}
					if strings.Contains(text.String(), "Disk penuh.") && strings.Contains(text.String(), "Kosongkan.") {
						got <- "mail Disk penuh. Kosongkan."
					}
					say("250 taken")
				case "QUIT":
					say("221 bye")
					return
				default:
					say("250 yes")
				}
			}
		}()
	}
}

// The law is looked at in the running product, and a sheet that doesn't balance raises an alarm.
func TestMachineIsWatched(t *testing.T) {
	_, cfg := newSite(t)
	n, err := Start(context.WithoutCancel(t.Context()), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	w := machine{node: n, started: time.Now().Add(-time.Hour), began: time.Now(), wall: time.Now().Round(0).Add(-time.Hour)}
	raised := func(name string, look func()) bool { // the node's own first look may take it back
		for range 20 {
			if look(); n.alarms.stands(name) {
				return true
			}
			time.Sleep(20 * time.Millisecond)
		}
		return false
	}
	if !raised("clock_step", func() { w.clock(time.Now()) }) {
		t.Error("the clock jumped by an hour, and nobody is told")
	}
	w.disk()
	w.sheet()
	if n.alarms.stands("conservation") {
		t.Error("nothing is wrong with the sheet")
	}
	if !raised("nobody_polda-kaltim", w.duty) {
		t.Error("nobody is on duty, and nobody is told")
	}
}

func nopLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
