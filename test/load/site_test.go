// Package load measures what calls cost: the real binary on a site of its own, and beside it, in another process whose
// work isn't counted, callers, seats and desk phones by the hundred. `make bench` runs it; docs/BENCHMARKS.md has the
// figures.
package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

const (
	polda    = "polda-beban"
	password = "beban-110-beban"
	seatsMax = 400
)

// account is somebody who can sit at a seat, signed in already: checking a password is slow by intent, and no part of
// a call.
type account struct{ token, csrf string }

// people are the accounts of the site, and the folder that holds them; made once for all benches of a run.
var people = sync.OnceValues(func() (built, error) {
	root, err := os.MkdirTemp("", "siaga-load-")
	if err != nil {
		return built{}, err
	}
	dir := filepath.Join(root, "new")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return built{}, err
	}
	list := offices()
	raw, err := json.Marshal(list)
	if err != nil {
		return built{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "offices.json"), raw, 0o600); err != nil {
		return built{}, err
	}
	directory, err := office.NewDirectory(list)
	if err != nil {
		return built{}, err
	}
	quiet := slog.New(slog.DiscardHandler)
	j, err := journal.Open(filepath.Join(dir, "data", "journal"), journal.Options{Node: "beban", Log: quiet})
	if err != nil {
		return built{}, err
	}
	defer j.Close()
	s, err := staff.Open(context.Background(), j, staff.Options{Offices: directory, Log: quiet, Hashers: 2})
	if err != nil {
		return built{}, err
	}
	defer s.Close()
	var all []staff.NewPerson
	for i := range seatsMax {
		all = append(all, staff.NewPerson{
			User: fmt.Sprint("op", i), Name: fmt.Sprint("Operator ", i), Rank: "Bripka", Office: polda, Role: office.Operator,
		})
	}
	if err := s.CreateAll(context.Background(), all, password); err != nil {
		return built{}, err
	}
	out := built{dir: root, accounts: make([]account, seatsMax)}
	var wg sync.WaitGroup
	errs := make(chan error, 2)
	for half := range 2 {
		wg.Go(func() {
			for i := half; i < seatsMax; i += 2 {
				sess, token, err := s.SignIn(context.Background(), fmt.Sprint("op", i), password, fmt.Sprintf("127.0.%d.%d", i/250, i%250))
				if err != nil {
					errs <- fmt.Errorf("sign in op%d: %w", i, err)
					return
				}
				out.accounts[i] = account{token: token, csrf: sess.CSRF}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return built{}, err
	default:
		return out, nil
	}
})

type built struct {
	dir      string
	accounts []account
}

func TestMain(m *testing.M) {
	code := m.Run()
	if b, err := people(); err == nil && os.Getenv("SIAGA_LOAD_KEEP") == "" {
		_ = os.RemoveAll(b.dir)
	}
	os.Exit(code)
}

// offices: one Polda with all seats; nobody pauses after a call, so that the next offer can come at once.
func offices() []office.Office {
	return []office.Office{{
		ID: polda, Kind: office.Polda, Name: "Polda Beban", Short: "Beban", Code: "BEBAN", Zone: "Asia/Makassar", Seats: seatsMax,
		Settings: office.Settings{TWrap: -1},
	}}
}

// site is one running bin/siaga serve.
type site struct {
	b        testing.TB
	dir      string
	cmd      *exec.Cmd
	log      *bytes.Buffer
	done     chan struct{}
	http     string // https://127.0.0.1:port
	sip      string // host:port
	accounts []account
}

type siteOptions struct {
	more   string // of siaga.toml
	setUps int
}

const tomlText = `
[site]
node = "beban"
data = "data"
offices = "offices.json"
office = "` + polda + `"
drain = "1s"
set_ups = %d
[http]
listen = "%s"
[sip]
udp = "%s"
tcp = ""
max_calls = 20000
[media]
address = "127.0.0.1"
ports = "20000-31999"
[browser]
udp = "127.0.0.1:0"
tcp = ""
addresses = ["127.0.0.1"]
[[trunk]]
name = "kota"
peers = ["127.0.0.2/32"]
%s`

// open starts the binary on a copy of the site.
func open(b testing.TB, o siteOptions) *site {
	b.Helper()
	base, err := people()
	if err != nil {
		b.Fatal(err)
	}
	s := &site{b: b, log: &bytes.Buffer{}, done: make(chan struct{}), accounts: base.accounts}
	// Sites stay until the end: ext4 is slow to make files for half a minute after it deleted thousands.
	if s.dir, err = os.MkdirTemp(base.dir, "site-"); err != nil {
		b.Fatal(err)
	}
	if err := os.CopyFS(s.dir, os.DirFS(filepath.Join(base.dir, "new"))); err != nil {
		b.Fatal(err)
	}
	httpAddr, sipAddr := free(b, "tcp"), free(b, "udp")
	s.http, s.sip = "https://"+httpAddr, sipAddr
	text := fmt.Sprintf(tomlText, o.setUps, httpAddr, sipAddr, o.more)
	config := filepath.Join(s.dir, "siaga.toml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	s.cmd = exec.Command(binary(b), "serve", "--config", config)
	if dir := os.Getenv("SIAGA_PROFILE"); dir != "" {
		s.cmd.Args = append(s.cmd.Args, "--profile", filepath.Join(dir, strings.ReplaceAll(b.Name(), "/", "-")))
	}
	s.cmd.Stderr, s.cmd.Stdout = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	go func() { defer close(s.done); _ = s.cmd.Wait() }()
	b.Cleanup(s.stop)
	eventually(b, "siaga answers", 20*time.Second, func() bool {
		select {
		case <-s.done:
			b.Fatalf("siaga ended:\n%s", tail(s.log.String()))
		default:
		}
		res, err := insecure().Get(s.http + "/healthz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return s
}

func (s *site) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	again := time.AfterFunc(2*time.Second, func() { _ = s.cmd.Process.Signal(syscall.SIGTERM) })
	last := time.AfterFunc(20*time.Second, func() { _ = s.cmd.Process.Kill() })
	<-s.done
	again.Stop()
	last.Stop()
	if s.b.Failed() || os.Getenv("SIAGA_LOAD_LOG") != "" {
		s.b.Logf("siaga said:\n%s", tail(s.log.String()))
	}
}

func tail(s string) string { return s[max(0, len(s)-6000):] }

func binary(b testing.TB) string {
	b.Helper()
	bin := os.Getenv("SIAGA_BIN")
	if bin == "" {
		bin = filepath.Join("..", "..", "bin", "siaga")
	}
	abs, err := filepath.Abs(bin)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		b.Fatalf("%v: make build makes it", err)
	}
	return abs
}

func free(b testing.TB, network string) string {
	b.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// cpu is what the process has used so far (proc(5): utime and stime, in ticks of 10 ms).
func (s *site) cpu() time.Duration {
	user, system := s.ticks()
	return user + system
}

// ticks tells the same apart: in the program itself, and in the kernel on its behalf.
func (s *site) ticks() (time.Duration, time.Duration) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		s.b.Fatal(err)
	}
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	if err1 != nil || err2 != nil {
		s.b.Fatalf("proc stat: %v %v", err1, err2)
	}
	return time.Duration(user) * 10 * time.Millisecond, time.Duration(system) * 10 * time.Millisecond
}

// part begins another part of a profile: what a bench prepares isn't what it measures.
func (s *site) part() {
	if os.Getenv("SIAGA_PROFILE") == "" {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGUSR2)
	time.Sleep(200 * time.Millisecond)
}

// during tells the CPU of the process over a span, in percent of one core.
func (s *site) during(d time.Duration) float64 {
	before, start := s.cpu(), time.Now()
	time.Sleep(d)
	return 100 * (s.cpu() - before).Seconds() / time.Since(start).Seconds()
}

func eventually(b testing.TB, what string, within time.Duration, ok func() bool) {
	b.Helper()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	b.Fatalf("not within %v: %s", within, what)
}
