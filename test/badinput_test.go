package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sends one datagram from a host and collects what comes back until it is quiet.
func sends(t *testing.T, from, to string, msg []byte) string {
	t.Helper()
	local, err := net.ResolveUDPAddr("udp4", from+":0")
	if err != nil {
		t.Fatal(err)
	}
	remote, err := net.ResolveUDPAddr("udp4", to)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.DialUDP("udp4", local, remote)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte(strings.ReplaceAll(string(msg), "[local]", c.LocalAddr().String()))); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	buf := make([]byte, 65536)
	for {
		_ = c.SetReadDeadline(time.Now().Add(400 * time.Millisecond))
		n, err := c.Read(buf)
		if err != nil {
			return all.String()
		}
		all.Write(buf[:n])
	}
}

// invite is a plain INVITE with a body.
func invite(id, body string) []byte {
	return fmt.Appendf(nil, "INVITE sip:110@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP [local];branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:+628120000301@127.0.0.1>;tag=%s\r\nTo: <sip:110@127.0.0.1>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n"+
		"Contact: <sip:x@[local]>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", id, id, id, len(body), body)
}

func sdp(codecs string) string {
	return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP " + codecs + "\r\n"
}

// TestBadSIP: malformed and impossible messages get a clear answer each, and a citizen's call works after them.
func TestBadSIP(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct{ msg, want string }{
		"unknown codecs only": {string(invite("codec", sdp("3 97"))), "SIP/2.0 488"},
		"oversize body":       {string(invite("big", sdp("8")+strings.Repeat("a=x\r\n", 9000))), "SIP/2.0 413"},
		"wrong version":       {strings.Replace(string(invite("vers", sdp("8"))), "SIP/2.0\r\nVia", "SIP/7.0\r\nVia", 1), "SIP/2.0 505"},
		"no Call-ID":          {regexp.MustCompile(`Call-ID: .*\r\n`).ReplaceAllString(string(invite("noid", sdp("8"))), ""), "SIP/2.0 400"},
		"no dialog":           {strings.ReplaceAll(string(invite("bye", "")), "INVITE", "BYE"), "SIP/2.0 481"},
	} {
		if got := sends(t, "127.0.0.1", h.SIP.UDP, []byte(c.msg)); !strings.Contains(got, c.want) {
			t.Errorf("%s: answered %.200q, want %s", name, got, c.want)
		}
	}
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "corpora", "rfc4475", "*.dat"))
	switch {
	case len(files) == 0 && os.Getenv("SIAGA_CI") != "":
		t.Error("the torture messages of RFC 4475 are missing")
	case len(files) == 0:
		t.Log("the torture messages of RFC 4475 are not here: skipped")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_ = sends(t, "127.0.0.1", h.SIP.UDP, raw) // the right answer to each is tested in phone/sip; here: it survives
	}
	c := h.dials(t, "citizen-cancel", "+6281200000302", "ring_ms", "1500")
	c.ends(15 * time.Second)
	h.signIn(h.account(polda, "supervisor", 0)).ended(c.number, 1)
}

// TestRealSite walks the way of an IT officer: init, a wrong setting, serve, the first administrator, a stranger at
// the trunk, and a stop.
func TestRealSite(t *testing.T) {
	dir := t.TempDir()
	out, err := exec.Command(siaga(t), "init", "--dir", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`One-time password: +(\S+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("init tells no password:\n%s", out)
	}
	path := filepath.Join(dir, "siaga.toml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	http, trunk := fmt.Sprintf("127.0.0.1:%d", freePort(t)), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	text := strings.NewReplacer(`":8443"`, `"`+http+`"`, `"0.0.0.0:5060"`, `"`+trunk+`"`, `"0.0.0.0:8444"`, `"127.0.0.1:0"`).Replace(string(raw)) +
		"\n[[trunk]]\nname = \"uji\"\npeers = [\"127.0.0.9/32\"]\n"
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Replace(text, `unknown = "403"`, `unknown = "drop"`, 1))
	if out, err := exec.Command(siaga(t), "serve", "--config", path).CombinedOutput(); err == nil ||
		!strings.Contains(string(out), "line ") || !strings.Contains(string(out), "silent") {
		t.Errorf("a wrong setting: %v, said:\n%s", err, out)
	}
	write(text)
	said := &logs{}
	cmd := exec.Command(siaga(t), "serve", "--config", path)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	h := &house{t: t, Console: "https://" + http, log: said}
	eventually(t, "the site serves", 15*time.Second, func() bool { return strings.Contains(said.String(), "siaga serves") })
	if got := sends(t, "127.0.0.1", trunk, invite("stranger", sdp("8"))); !strings.Contains(got, "SIP/2.0 403") {
		t.Errorf("a stranger at the trunk got %.100q", got)
	}
	if got := sends(t, "127.0.0.9", trunk, invite("carrier", sdp("8"))); !strings.Contains(got, "SIP/2.0 18") {
		t.Errorf("the carrier got %.100q", got)
	}
	c := h.signIn(account{User: "admin", Password: string(m[1])})
	if status, _ := c.do("GET", "/people", nil); status != 403 {
		t.Errorf("with the one-time password people are readable: %d", status)
	}
	c.must("POST", "/session/password", map[string]string{"old": string(m[1]), "new": "kuda-laut-besar-110"}, nil)
	c.must("GET", "/people", nil, nil)
	if status, _ := c.do("GET", "/calls", nil); status != 403 {
		t.Errorf("an administrator reads calls: %d", status)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	eventually(t, "the site drains: the carrier's call still waits", 5*time.Second, func() bool {
		return strings.Contains(said.String(), "draining")
	})
	if got := sends(t, "127.0.0.9", trunk, invite("late", sdp("8"))); !strings.Contains(got, "SIP/2.0 503") ||
		strings.Contains(got, "Retry-After") {
		t.Errorf("a new call while draining got %.100q", got)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the site ended with %v:\n%s", err, said)
		}
	case <-time.After(15 * time.Second):
		t.Error("the site doesn't stop")
	}
}

// TestFullDisk: with no room left calls go on, an alarm stands, and nothing is lost once there is room again.
func TestFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("a small disk needs root: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	h := &house{t: t, dir: dir, args: []string{
		"--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--page", "127.0.0.1:0", "--no-town", "--no-operators",
	}}
	h.start()
	t.Cleanup(h.stop)
	c := h.dials(t, "citizen-cancel", "+6281200000401", "ring_ms", "9000")
	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = f.Write(block)
	}
	for small := block[:512]; err == nil || len(small) > 0; small = small[:len(small)/2] {
		_, err = f.Write(small)
	}
	_ = f.Close()
	h.dials(t, "citizen-cancel", "+6281200000402", "ring_ms", "2500").ends(20 * time.Second)
	reader := h.signIn(h.account(polda, "supervisor", 0))
	eventually(t, "an alarm stands", 20*time.Second, func() bool {
		h.dials(t, "citizen-cancel", "+6281200000403", "ring_ms", "1200").ends(20 * time.Second)
		return !strings.Contains(metrics(t, h), "siaga_alarms 0")
	})
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the alarm is over", 30*time.Second, func() bool { return strings.Contains(metrics(t, h), "siaga_journal_backlog 0") })
	c.ends(30 * time.Second)
	for _, number := range []string{"+6281200000401", "+6281200000402", "+6281200000403"} {
		if r := reader.ended(number, 1); r.Outcome != "ditinggal_antrean" {
			t.Errorf("%s ended as %q", number, r.Outcome)
		}
	}
}

func metrics(t *testing.T, h *house) string {
	t.Helper()
	res, err := h.anonymous().http.Get(h.Console + "/metrics") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	buf := make([]byte, 1<<16)
	for {
		n, err := res.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}
