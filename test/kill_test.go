package test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone/media"
)

// TestKill: the process is killed in mid-call, as by a power cut. The tape opens with at most 1 s lost, what was
// acknowledged is in the journal, people stay signed in, and the view comes back with the same content.
func TestKill(t *testing.T) {
	h := open(t)
	sari := h.browses(t, "sari", mic)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	reader := h.signIn(h.account(polda, "supervisor", 0))
	first := answered(t, h, sari, "+6281200000201", "90000")
	fills(sari)
	sari.presses("F3")
	sari.clicks("outcome-informasi")
	first.ends(10 * time.Second)
	reader.ended(first.number, 1)
	sari.readied()

	c := h.dials(t, "citizen-call", "+6281200000202", "talk_ms", "90000")
	sari.sees("answer")
	sari.presses("F2")
	c.ear.expectTones(t, "the citizen", poldaTone)
	talked := time.Now()
	time.Sleep(4 * time.Second) // what the tape must hold
	h.kill()
	length := time.Since(talked)
	_ = c.cmd.Process.Kill()

	tape := newestTape(t, h.dir)
	left, right := readTape(t, tape)
	got := time.Duration(len(left)) * time.Second / rate
	t.Logf("tape %v for a talk of %v (the ringing before is on it too)", got.Round(10*time.Millisecond), length.Round(10*time.Millisecond))
	if got < length-time.Second {
		t.Errorf("the tape has %v of at least %v: over 1 s is lost", got, length)
	}
	if s := strength(left[len(left)-rate:], citizenTone); s < loud {
		t.Errorf("the citizen's side has 400 Hz at %.4f", s)
	}
	if s := strength(right[len(right)-rate:], poldaTone); s < quiet {
		t.Errorf("the officer's side has 1000 Hz at %.4f", s)
	}
	if soxi, err := exec.LookPath("soxi"); err == nil {
		if out, err := exec.Command(soxi, tape).CombinedOutput(); err != nil {
			t.Errorf("a player can't open it: %v\n%s", err, out)
		}
	}

	began := time.Now()
	h.again()
	reader.must("GET", "/session", nil, nil)
	t.Logf("served again %v after the start", time.Since(began).Round(10*time.Millisecond))
	r := reader.ended(c.number, 1)
	if r.Outcome != "terputus_sistem" {
		t.Errorf("the call that was killed ended as %q", r.Outcome)
	}
	eventually(t, "the tape belongs to the call", 5*time.Second, func() bool { return reader.ended(c.number, 1).Tape })
	var before string
	eventually(t, "the last part of its tape is sealed, and the lists stand still", 15*time.Second, func() bool {
		before = reader.lists()
		time.Sleep(1500 * time.Millisecond)
		return before == reader.lists()
	})
	h.stop()
	if err := os.RemoveAll(filepath.Join(h.dir, "view")); err != nil {
		t.Fatal(err)
	}
	h.again()
	reader.ended(c.number, 1)
	if after := reader.lists(); before != after {
		t.Errorf("the view was rebuilt to something else:\n%s\n%s", before, after)
	}
	h.stop()
	if out, err := exec.Command(siaga(t), "verify", "--dir", h.dir).CombinedOutput(); err != nil {
		t.Errorf("siaga verify: %v\n%s", err, out)
	}
	h.again()
}

// TestKillAndGoOn: the process is killed in mid-call and comes back. The caller, still on the line, hears the operator
// again, who has done nothing; the call ends as any other, and what was queued is queued again, in front.
func TestKillAndGoOn(t *testing.T) {
	h := open(t)
	sari := h.browses(t, "sari", mic)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	reader := h.signIn(h.account(polda, "supervisor", 0))
	c := h.dials(t, "citizen-call", "+6281200000211", "talk_ms", "90000")
	sari.sees("answer")
	sari.presses("F2")
	c.ear.expectTones(t, "the citizen", poldaTone)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the call's timeline: %s", reader.timeline(c.number))
		}
	})
	fills(sari)
	for round := range 2 {
		if round == 0 {
			h.kill()
		} else {
			h.handOver()
		}
		c.ear.forget()
		began := time.Now()
		h.again()
		c.ear.expectTones(t, "the citizen, after the restart", poldaTone)
		t.Logf("round %d: the operator is heard again %v after the start", round, time.Since(began).Round(10*time.Millisecond))
		sari.expectTones(citizenTone)
	}
	sari.presses("F3")
	sari.clicks("outcome-informasi")
	c.ends(10 * time.Second)
	r := reader.ended(c.number, 1)
	if r.Outcome != "informasi" {
		t.Errorf("the call ended as %q", r.Outcome)
	}
}

// lists is what the view shows of calls and incidents.
func (c *client) lists() string {
	c.t.Helper()
	var all bytes.Buffer
	for _, path := range []string{"/calls", "/incidents?state=all"} {
		var got json.RawMessage
		c.must("GET", path, nil, &got)
		all.Write(got)
	}
	return all.String()
}

func newestTape(t *testing.T, dir string) string {
	t.Helper()
	var newest string
	var at time.Time
	err := filepath.WalkDir(filepath.Join(dir, "tapes"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".wav") {
			return err
		}
		if fi, err := d.Info(); err == nil && fi.ModTime().After(at) {
			newest, at = path, fi.ModTime()
		}
		return nil
	})
	if err != nil || newest == "" {
		t.Fatalf("no tape in %s: %v", dir, err)
	}
	return newest
}

// readTape reads a stereo A-law WAV as a player does: by what its header says.
func readTape(t *testing.T, path string) (left, right []int16) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) < 44 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WAVE" {
		t.Fatalf("%s is no WAV file: % x", path, raw[:min(44, len(raw))])
	}
	for at := 12; at+8 <= len(raw); {
		name, size := string(raw[at:at+4]), int(binary.LittleEndian.Uint32(raw[at+4:]))
		at += 8
		if name == "fmt " {
			if f, ch := binary.LittleEndian.Uint16(raw[at:]), binary.LittleEndian.Uint16(raw[at+2:]); f != 6 || ch != 2 {
				t.Fatalf("format %d with %d channels, want A-law stereo", f, ch)
			}
		}
		if name == "data" {
			data := raw[at:min(at+size, len(raw))]
			for i := 0; i+1 < len(data); i += 2 {
				left, right = append(left, media.Linear(data[i])), append(right, media.Linear(data[i+1]))
			}
			return left, right
		}
		at += size + size%2
	}
	t.Fatalf("%s has no sound", path)
	return nil, nil
}

// timeline is what the product tells of the newest call of a number.
func (c *client) timeline(number string) string {
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	c.must("GET", "/calls?number="+url.QueryEscape(number), nil, &list)
	if len(list.Items) == 0 {
		return "no call"
	}
	var got struct {
		Timeline []struct {
			At   time.Time `json:"at"`
			What string    `json:"what"`
			Text string    `json:"text"`
		} `json:"timeline"`
	}
	c.must("GET", "/calls/"+list.Items[0].ID, nil, &got)
	var b strings.Builder
	for _, l := range got.Timeline {
		fmt.Fprintf(&b, "\n%s %s: %s", l.At.Format("05.000"), l.What, l.Text)
	}
	return b.String()
}
