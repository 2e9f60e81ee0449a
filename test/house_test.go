// Package test plays whole stories end to end: the real binary, sipp as the citizen's phone, real audio whose tones
// are measured at each far end, and headless Chromium as the operators' screens.
package test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// need skips a test whose tool is missing on a newcomer's machine; CI has every tool, so there it fails.
func need(t testing.TB, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err == nil {
		return path
	}
	if os.Getenv("SIAGA_CI") != "" {
		t.Fatalf("%s is missing: make setup installs it", tool)
	}
	t.Skipf("%s is missing: make setup installs it", tool)
	return ""
}

// house is one running bin/siaga demo without town and without simulated operators.
type house struct {
	t    testing.TB
	dir  string
	args []string
	cmd  *exec.Cmd
	log  *logs
	done chan struct{}

	Console  string    `json:"console"`
	SIP      sipAddrs  `json:"sip"`
	Accounts []account `json:"accounts"`
}

type sipAddrs struct {
	UDP string `json:"udp"`
	TCP string `json:"tcp"`
}

type account struct {
	Office, Role, User, Password string
}

// logs keeps what a process wrote, for when a test fails.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func siaga(t testing.TB) string {
	t.Helper()
	bin := os.Getenv("SIAGA_BIN")
	if bin == "" {
		bin = filepath.Join("..", "bin", "siaga")
	}
	abs, err := filepath.Abs(bin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		t.Fatalf("%v: make build makes it", err)
	}
	return abs
}

// open starts a house on free ports in a folder of its own.
func open(t testing.TB, args ...string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), args: append([]string{
		"--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--page", "127.0.0.1:0", "--no-town", "--no-operators",
	}, args...)}
	h.start()
	t.Cleanup(func() {
		h.balances()
		h.stop()
		if t.Failed() {
			t.Logf("siaga said:\n%s", tail(h.log.String(), 6000))
		}
	})
	return h
}

// balances holds the law at the end of every test: calls in = outcomes + live, for each office.
func (h *house) balances() {
	select {
	case <-h.done:
		return // it was stopped by the test itself
	default:
	}
	if wrong := h.unbalanced(); len(wrong) > 0 {
		h.t.Errorf("calls are not conserved: %v", wrong)
	}
}

// unbalanced asks the metrics for the offices whose calls don't add up.
func (h *house) unbalanced() (wrong []string) {
	c := h.anonymous()
	c.http.Timeout = 3 * time.Second
	for range 20 { // one look may fall into the middle of an event
		res, err := c.http.Get(h.Console + "/metrics")
		if err != nil {
			return nil // it was killed by the test itself
		}
		raw, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		wrong = nil
		for line := range strings.SplitSeq(string(raw), "\n") {
			if strings.HasPrefix(line, "siaga_conservation_error{") && !strings.HasSuffix(line, " 0") {
				wrong = append(wrong, line)
			}
		}
		if len(wrong) == 0 {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return wrong
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

func (h *house) start() {
	h.t.Helper()
	h.log, h.done = &logs{}, make(chan struct{})
	h.cmd = exec.Command(siaga(h.t), append([]string{"demo", "--json", "--dir", h.dir}, h.args...)...)
	h.cmd.Stderr = h.log
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		defer close(h.done)
		r := bufio.NewReader(out)
		first, _ := r.ReadString('\n')
		line <- first
		_, _ = io.Copy(h.log, r)
		_ = h.cmd.Wait()
	}()
	select {
	case first := <-line:
		if err := json.Unmarshal([]byte(first), h); err != nil {
			h.t.Fatalf("first line of demo --json is %q: %v\n%s", first, err, h.log)
		}
	case <-time.After(30 * time.Second):
		h.kill()
		h.t.Fatalf("siaga did not start in 30 s:\n%s", h.log)
	}
}

// stop asks the process to end, and waits; a live call may hold it for a while.
func (h *house) stop() {
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.done:
	case <-time.After(5 * time.Second):
		_ = h.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-h.done:
		case <-time.After(5 * time.Second):
			h.kill()
		}
	}
}

// kill is the power cut of a process.
func (h *house) kill() {
	_ = h.cmd.Process.Kill()
	<-h.done
}

// handOver ends the process as an upgrade does: the next one takes up its calls.
func (h *house) handOver() {
	h.t.Helper()
	if err := h.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		h.t.Fatal(err)
	}
	<-h.done
}

// again starts a process on the same folder and the same ports.
func (h *house) again() {
	h.t.Helper()
	addr := strings.TrimPrefix(h.Console, "https://")
	for i, a := range h.args {
		switch a {
		case "--http":
			h.args[i+1] = addr
		case "--sip":
			h.args[i+1] = h.SIP.UDP
		}
	}
	h.start()
}

func (h *house) account(office, role string, n int) account {
	h.t.Helper()
	for _, a := range h.Accounts {
		if a.Office == office && a.Role == role {
			if n == 0 {
				return a
			}
			n--
		}
	}
	h.t.Fatalf("no account for %s at %s: %+v", role, office, h.Accounts)
	return account{}
}

// client is a person's HTTP client.
type client struct {
	t    testing.TB
	base string
	http *http.Client
	csrf string
	keys int
}

// anonymous makes a client that nobody has signed in.
func (h *house) anonymous() *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &client{t: h.t, base: h.Console + "/api/v1", http: &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
}

func (h *house) signIn(a account) *client {
	h.t.Helper()
	c := h.anonymous()
	var s struct {
		CSRF string `json:"csrf"`
	}
	c.must("POST", "/session", map[string]string{"user": a.User, "password": a.Password}, &s)
	c.csrf = s.CSRF
	return c
}

// as lends the client to a test of its own.
func (c *client) as(t testing.TB) *client { d := *c; d.t = t; return &d }

// do sends a request and returns the status and the body.
func (c *client) do(method, path string, body any) (int, []byte) {
	c.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method != "GET" {
		c.keys++
		req.Header.Set("X-Siaga-Csrf", c.csrf)
		req.Header.Set("Idempotency-Key", fmt.Sprintf("test-%p-%d-%d", c, os.Getpid(), c.keys))
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, raw
}

// must expects success and decodes the answer into out.
func (c *client) must(method, path string, body, out any) {
	c.t.Helper()
	status, raw := c.do(method, path, body)
	if status/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

// callRow is a row of the list of calls.
type callRow struct {
	ID         string `json:"id"`
	Outcome    string `json:"outcome"`
	Number     string `json:"number"`
	Incident   string `json:"incident"`
	IncidentNo string `json:"incidentNo"`
	Polres     string `json:"polres"`
	Chip       string `json:"chip"`
	Tape       bool   `json:"tape"`
}

// ended waits until the list of calls shows n calls of the number with an outcome, and returns the newest.
func (c *client) ended(number string, n int) callRow {
	c.t.Helper()
	var got struct {
		Items []callRow `json:"items"`
	}
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		c.must("GET", "/calls?number="+strings.ReplaceAll(number, "+", "%2B"), nil, &got)
		done := 0
		for _, r := range got.Items {
			if r.Outcome != "" {
				done++
			}
		}
		if done >= n {
			return got.Items[0]
		}
	}
	c.t.Fatalf("no ended call of %s in the list: %+v", number, got.Items)
	return callRow{}
}

// eventually polls until ok says so.
func eventually(t testing.TB, what string, within time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %v: %s", within, what)
}
