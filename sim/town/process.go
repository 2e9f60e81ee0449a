package town

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a Siaga of its own, with an empty folder, that answers on loopback only: the real binary, so that its CPU and memory
// are its own.
type Process struct {
	Console  string    `json:"console"`
	Accounts []Account `json:"accounts"`
	Roots    *x509.CertPool

	cmd  *exec.Cmd
	dir  string
	said *bytes.Buffer // of its log; read only when it has ended
	done chan struct{}
}

// OpenProcess starts binary as a demo with so many units and without simulated people. Close ends it.
func OpenProcess(ctx context.Context, binary string, units int) (*Process, error) {
	dir, err := os.MkdirTemp("", "siaga-sim-")
	if err != nil {
		return nil, fmt.Errorf("a folder for Siaga: %w", err)
	}
	p := &Process{dir: dir, said: &bytes.Buffer{}, done: make(chan struct{})}
	//nolint:gosec // the binary is this one, or the test's
	p.cmd = exec.Command(binary, "demo", "--json", "--no-town", "--no-operators", "--units", strconv.Itoa(units),
		"--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--page", "127.0.0.1:0", "--dir", dir)
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	line := make(chan []byte, 1)
	go func() {
		defer close(p.done)
		r := bufio.NewReader(out)
		first, _ := r.ReadBytes('\n')
		line <- first
		_, _ = io.Copy(io.Discard, r)
		_ = p.cmd.Wait()
	}()
	limit := time.NewTimer(2*time.Minute + time.Duration(units)*50*time.Millisecond)
	defer limit.Stop()
	select {
	case first := <-line:
		err = json.Unmarshal(first, p)
	case <-limit.C:
		err = fmt.Errorf("it says nothing")
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		var pem []byte
		if pem, err = os.ReadFile(filepath.Join(dir, "ca.pem")); err == nil {
			p.Roots = x509.NewCertPool()
			p.Roots.AppendCertsFromPEM(pem)
			return p, nil
		}
	}
	p.Close()
	text := p.said.String()
	return nil, fmt.Errorf("%s demo did not start: %w\n%s", binary, err, text[max(0, len(text)-2000):])
}

// Close ends the process and takes its folder away.
func (p *Process) Close() {
	again := time.AfterFunc(3*time.Second, func() { _ = p.cmd.Process.Signal(syscall.SIGTERM) })
	kill := time.AfterFunc(15*time.Second, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.done
	again.Stop()
	kill.Stop()
	_ = os.RemoveAll(p.dir)
}

// Used is its CPU so far, and the memory that it holds, in MB (proc(5): utime and stime in ticks of 10 ms; VmRSS in kB).
func (p *Process) Used() (cpu time.Duration, mb float64, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, fmt.Errorf("its CPU: %w", err)
	}
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	for _, n := range f[11:13] {
		ticks, err := strconv.Atoi(n)
		if err != nil {
			return 0, 0, fmt.Errorf("its CPU: %w", err)
		}
		cpu += time.Duration(ticks) * 10 * time.Millisecond
	}
	if raw, err = os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid)); err != nil {
		return 0, 0, fmt.Errorf("its memory: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return cpu, kb / 1024, err
		}
	}
	return cpu, 0, nil
}
