package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// citizen is a phone that dials 110: sipp speaks the signalling, the ear speaks and hears.
type citizen struct {
	t      testing.TB
	number string
	ear    *ear
	cmd    *exec.Cmd
	log    *logs
	done   chan error
}

// dials plays a scenario of test/scenarios. Settings are -set names with values, for example "talk_ms", "4000".
func (h *house) dials(t testing.TB, scenario, number string, settings ...string) *citizen {
	t.Helper()
	sipp := need(t, "sipp")
	c := &citizen{t: t, number: number, ear: newEar(t), log: &logs{}, done: make(chan error, 1)}
	dir := t.TempDir()
	raw, err := os.ReadFile(filepath.Join("scenarios", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	// The audio is ours: its port stands in the SDP, and sipp plays nothing.
	xml := strings.ReplaceAll(string(raw), "[rtpstream_audio_port]", fmt.Sprint(c.ear.port()))
	xml = strings.ReplaceAll(xml, "[media_ip]", "127.0.0.1")
	xml = strings.ReplaceAll(xml, `<exec rtp_stream="media/tone-400.alaw,-1,8"/>`, "")
	files := map[string]string{"scenario.xml": xml, "caller.csv": "SEQUENTIAL\n" + number + ";Warga Uji\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{
		h.SIP.UDP, "-i", "127.0.0.1", "-p", fmt.Sprint(freePort(t)), "-bind_local", "-nostdin", "-timeout", "150s", "-timeout_error",
		"-sf", "scenario.xml", "-inf", "caller.csv", "-m", "1",
		"-trace_msg", "-message_file", filepath.Join(dir, "messages.log"),
	}
	for i := 0; i+1 < len(settings); i += 2 {
		args = append(args, "-set", settings[i], settings[i+1])
	}
	c.cmd = exec.Command(sipp, args...)
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = dir, c.log, c.log
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { c.done <- c.cmd.Wait() }()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		if t.Failed() {
			msgs, _ := os.ReadFile(filepath.Join(dir, "messages.log"))
			t.Logf("sipp's messages:\n%s", tail(string(msgs), 4000))
		}
	})
	return c
}

// ends waits for the scenario's end: sipp must be content with every answer.
func (c *citizen) ends(within time.Duration) {
	c.t.Helper()
	select {
	case err := <-c.done:
		c.done <- err
		if err != nil {
			c.t.Fatalf("sipp is not content: %v\n%s", err, tail(c.log.String(), 3000))
		}
	case <-time.After(within):
		c.t.Fatalf("the citizen's call still goes on after %v", within)
	}
}
