package test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/sip"
)

// spareWithin is what docs/manuals/cadangan.md promises. People take most of it: here is only what machines take.
const spareWithin = 10 * time.Minute

// manual are the siaga commands of docs/manuals/cadangan.md, in order, as an IT officer would type them.
func manual(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "docs", "manuals", "cadangan.md"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(raw, -1) {
		for line := range bytes.Lines(m[1]) {
			words, _, _ := strings.Cut(string(line), "#")
			if strings.HasPrefix(words, "siaga ") && !strings.HasPrefix(words, "siaga paper") { // paper is printed beforehand, on any day
				all = append(all, strings.TrimSpace(words))
			}
		}
	}
	return all
}

// TestColdSpare follows docs/manuals/cadangan.md: the site runs with passwords, certificates and an office file that lie where
// they do in life; it is backed up while a call is live, its machine dies, and a second machine that has nothing but the
// binary and the backup answers calls.
func TestColdSpare(t *testing.T) {
	s := initSite(t)
	etc := t.TempDir() // paths that the second machine doesn't have
	ca, cert, key, _ := testCA(t, etc)
	s.carrier = exchangeAt(t, "127.0.0.2", s.server, sip.Outgoing{})
	if err := os.WriteFile(filepath.Join(etc, "telkom.pass"), []byte("rahasia-telkom\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.configure(fmt.Sprintf(`[[trunk]]
name = "telkom"
peers = ["127.0.0.2/32"]
server = %q
user = "110"
password_file = %q
format = "national"
caller_id = "110"
client_ca = %q
waiting = "ringing"
`, s.carrier.Addrs().UDP, filepath.Join(etc, "telkom.pass"), ca), fmt.Sprintf("tls = \"127.0.0.1:%d\"\ntls_cert = %q\ntls_key = %q\nca = %q\n", freeTCP(t), cert, key, ca))
	s.start()
	s.handset = exchangeAt(t, "127.0.0.3", s.server, sip.Outgoing{User: "201", Password: "rahasia-201", Register: true})
	s.handset.registered()
	s.signsIn()
	talks := func(number string) (*farLeg, *farLeg) {
		t.Helper()
		citizen := s.carrier.dials(number, "110")
		at := s.handset.rings("the desk phone")
		at.Answer()
		eventually(t, "the citizen is answered", 5*time.Second, func() bool { return citizen.has(established) })
		citizen.Talk().Program(phone.Program{First: []string{"test"}})
		before := at.Talk().Stats().PacketsIn
		eventually(t, "the officer hears the citizen", 5*time.Second, func() bool { return at.Talk().Stats().PacketsIn > before+20 })
		return citizen, at
	}
	first, _ := talks("+6281234500401")
	done := s.live("081234500401").ID
	first.Hangup()
	s.closes(done, "informasi")
	eventually(t, "the tape of the first call is closed", 10*time.Second, func() bool { return s.sari.ended("+6281234500401", 1).Tape })
	s.sari.must("POST", "/duty/ready", nil, nil)
	cut, _ := talks("+6281234500402") // is live when the machine dies

	// The manual, word for word; only the folders of this test stand in the place of the manual's.
	commands := manual(t)
	kept, spare := filepath.Join(t.TempDir(), "kaltim-1"), filepath.Join(t.TempDir(), "siaga")
	run := func(line string) string {
		t.Helper()
		line = strings.NewReplacer("/etc/siaga/siaga.toml", s.path, "/mnt/cadangan/kaltim-1", kept, "/var/lib/siaga", spare).Replace(line)
		out, err := exec.Command(siaga(t), strings.Fields(line)[1:]...).CombinedOutput()
		t.Logf("$ %s\n%s", line, out)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return string(out)
	}
	var want []string
	for _, c := range commands {
		want = append(want, strings.Fields(c)[1])
	}
	if strings.Join(want, " ") != "backup restore doctor serve" {
		t.Fatalf("the manual's commands are %v", commands)
	}
	run(commands[0])
	run(commands[0]) // each hour, into the same folder
	s.kill()
	began := time.Now()
	cut.Hangup()                                // nobody waits ten minutes; who does is taken up again, which TestKilledWithMany shows
	for _, gone := range []string{s.dir, etc} { // the first machine is dead, disk and all
		if err := os.RemoveAll(gone); err != nil {
			t.Fatal(err)
		}
	}
	run(commands[1])
	run(commands[2]) // says what is wrong, or nothing is
	s.dir, s.path = spare, filepath.Join(spare, "siaga.toml")
	if !strings.Contains(commands[3], "--config /var/lib/siaga/siaga.toml") {
		t.Fatalf("the manual starts %q", commands[3])
	}
	s.start()
	served := time.Since(began)

	// Whoever was signed in is, and sits where they sat; the phone rings at the spare.
	var owed []struct {
		Number string `json:"number"`
		First  bool   `json:"first"`
	}
	eventually(t, "whom the machine cut off is first to be called back", 15*time.Second, func() bool {
		s.sari.must("GET", "/callbacks", nil, &owed)
		return len(owed) > 0 && owed[0].First && owed[0].Number == "+6281234500402"
	})
	eventually(t, "the operator is ready", 15*time.Second, func() bool {
		status, _ := s.sari.do("POST", "/duty/ready", nil)
		return status/100 == 2
	})
	for len(s.handset.come) > 0 {
		<-s.handset.come
	}
	last, at := talks("+6281234500403")
	if r := s.sari.ended("+6281234500401", 1); r.Outcome != "informasi" || !r.Tape {
		t.Errorf("the history says %+v", r)
	}
	if status, raw := s.sari.do("GET", "/calls/"+done+"/tape?reason=uji+pemulihan", nil); status != 200 || len(raw) < 2000 || string(raw[:4]) != "RIFF" {
		t.Errorf("the tape of before: %d, %d bytes", status, len(raw))
	}
	last.Hangup()
	eventually(t, "the desk phone is free", 5*time.Second, func() bool { return at.has(over) })
	total := time.Since(began)
	t.Logf("from the dead machine: serves after %v, a call talks after %v (people's steps not counted)", served.Round(10*time.Millisecond), total.Round(10*time.Millisecond))
	if total > spareWithin {
		t.Errorf("%v is over the manual's %v", total, spareWithin)
	}
	s.kill()
	if out, err := exec.Command(siaga(t), "verify", "--dir", filepath.Join(spare, "data")).CombinedOutput(); err != nil {
		t.Errorf("siaga verify: %v\n%s", err, out)
	}
}
