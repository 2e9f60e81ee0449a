package test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/sip"
)

// scenarioSite is one real site for all files of test/scenarios. Three offices keep the parts apart: polda-kaltim has an
// operator at a desk phone that answers by itself; polda-uji has nobody, and its trunk is answered at once; polda-meja has
// the desk phone that sipp plays.
type scenarioSite struct {
	*phoneSite
	readers map[string]*client // a supervisor of each office
	busy    sync.Mutex         // one call at a time for the operator
}

// The carriers: each scenario calls from an address of its own in one of these networks.
const (
	byOperator = "127.0.40" // rings, the operator answers
	atOnce     = "127.0.41" // answered at once, nobody on duty
	toDesk     = "127.0.42" // rings sipp's desk phone
	flooding   = "127.0.43"
	vanishing  = "127.0.44" // another operator's, who answers too
)

var scenarioHost atomic.Int32

func newScenarioSite(t *testing.T) *scenarioSite {
	t.Helper()
	dir := t.TempDir()
	offices := strings.Replace(string(office.Kaltim()), `"kind": "polda",`, `"kind": "polda", "parent": "mabes",`, 1)
	offices = strings.Replace(offices, "[\n", `[
  {"id": "mabes", "kind": "mabes", "name": "Mabes Polri", "short": "Mabes", "code": "MABES", "zone": "Asia/Jakarta", "seats": 1},
  {"id": "polda-uji", "kind": "polda", "parent": "mabes", "name": "Polda Uji", "short": "Uji", "code": "UJI", "zone": "Asia/Makassar", "seats": 1},
  {"id": "polda-meja", "kind": "polda", "parent": "mabes", "name": "Polda Meja", "short": "Meja", "code": "MEJA", "zone": "Asia/Makassar", "seats": 1, "settings": {"tWrap": -1}},
  {"id": "polda-lenyap", "kind": "polda", "parent": "mabes", "name": "Polda Lenyap", "short": "Lenyap", "code": "LENYAP", "zone": "Asia/Makassar", "seats": 1, "settings": {"tUnfinished": 10000000000}},
  {"id": "polda-banjir", "kind": "polda", "parent": "mabes", "name": "Polda Banjir", "short": "Banjir", "code": "BANJIR", "zone": "Asia/Makassar", "seats": 1},
`, 1)
	if err := os.WriteFile(filepath.Join(dir, "offices.json"), []byte(offices), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &scenarioSite{phoneSite: initIn(t, dir, "--office", "mabes"), readers: map[string]*client{}}
	trunk := func(name, network, at, waiting string) string {
		return fmt.Sprintf("[[trunk]]\nname = %q\npeers = [%q]\noffice = %q\nwaiting = %q\n", name, network+".0/24", at, waiting)
	}
	s.configure(trunk("operator", byOperator, polda, "ringing")+trunk("langsung", atOnce, "polda-uji", "answer")+
		trunk("meja", toDesk, "polda-meja", "ringing")+trunk("lenyap", vanishing, "polda-lenyap", "ringing")+trunk("banjir", flooding, "polda-banjir", "answer"), "")
	s.edit(s.path, `t_media = "20s"`, `t_media = "5s"`, "networks = [\"127.0.0.3/32\"]\n",
		"networks = [\"127.0.0.3/32\"]\n[[phones.desk]]\naccount = \"202\"\npassword_file = \"phone2.pass\"\nseat = \"polda-meja/1\"\n"+
			"[[phones.desk]]\naccount = \"203\"\npassword_file = \"phone.pass\"\nseat = \"polda-lenyap/1\"\n")
	if err := os.WriteFile(filepath.Join(s.dir, "phone2.pass"), []byte("rahasia-202\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	lifted := func(user string) *far { // a phone whose receiver is lifted at once
		x := exchangeAt(t, "127.0.0.3", s.server, sip.Outgoing{User: user, Password: "rahasia-201", Register: true})
		x.registered()
		go func() {
			for l := range x.come {
				l.Talk().Program(phone.Program{First: []string{"test"}})
				l.Answer()
			}
		}()
		return x
	}
	s.handset = lifted("201")
	s.signsIn()
	lifted("203")
	budi := s.joins("budi", "operator", "polda-lenyap")
	budi.must("POST", "/duty", map[string]any{"seat": "polda-lenyap/1", "phone": true}, nil)
	budi.must("POST", "/duty/ready", nil, nil)
	for _, o := range []string{polda, "polda-uji", "polda-meja", "polda-lenyap", "polda-banjir"} {
		s.readers[o] = s.joins("baca-"+o, "supervisor", o)
	}
	return s
}

// edit replaces pairs in a file; each must be there.
func (s *phoneSite) edit(path string, pairs ...string) {
	s.t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			s.t.Fatalf("%s has no %q", path, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// joins makes a person and signs them in.
func (s *phoneSite) joins(user, role, at string) *client {
	s.t.Helper()
	var person struct {
		Password string `json:"oneTimePassword"`
	}
	if status, raw := s.admin.do("POST", "/people", map[string]string{"user": user, "name": user, "rank": "Aipda", "role": role, "office": at}); status/100 != 2 {
		s.t.Fatalf("make %s: %d %s", user, status, raw)
	} else if err := json.Unmarshal(raw, &person); err != nil {
		s.t.Fatal(err)
	}
	c := s.h.signIn(account{User: user, Password: person.Password})
	c.must("POST", "/session/password", map[string]string{"old": person.Password, "new": "kuda-laut-biru-110"}, nil)
	return c
}

// plays runs sipp on a scenario against the site and wants it content. Rows of data replace the file of the scenario.
func (s *scenarioSite) plays(t *testing.T, file, ip string, data [][]string, args ...string) {
	t.Helper()
	if err := s.play(t, file, ip, data, args...); err != nil {
		t.Fatal(err)
	}
}

// play is plays for a goroutine of its own.
func (s *scenarioSite) play(t *testing.T, file, ip string, data [][]string, args ...string) error {
	dir := t.TempDir()
	all := []string{
		s.server, "-sf", file, "-i", ip, "-bind_local", "-nostdin", "-timeout", "75s", "-timeout_error", "-cp", strconv.Itoa(freePort(t)),
		"-mp", strconv.Itoa(31000 + 32*int(scenarioHost.Add(1))), "-trace_msg", "-message_file", filepath.Join(dir, "msg"), "-trace_err", "-error_file", filepath.Join(dir, "err"),
	}
	if data != nil {
		var b strings.Builder
		b.WriteString("SEQUENTIAL\n")
		for _, row := range data {
			b.WriteString(strings.Join(row, ";") + "\n")
		}
		path := filepath.Join(dir, "data.csv")
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			return err
		}
		all = append(all, "-inf", path)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sipp", append(all, args...)...)
	cmd.Dir = "scenarios"
	out, err := cmd.CombinedOutput()
	if err != nil {
		msg, _ := os.ReadFile(filepath.Join(dir, "msg"))
		fault, _ := os.ReadFile(filepath.Join(dir, "err"))
		return fmt.Errorf("sipp %s: %w\n%s\n%s\n%s", file, err, fault, tail(string(msg), 3000), tail(string(out), 800))
	}
	return nil
}

// host gives an address of a network of carriers that no other scenario has.
func host(network string) string { return fmt.Sprintf("%s.%d", network, 2+scenarioHost.Add(1)) }

// calls lists the calls of a number, the newest first, as a reader of the office sees them.
func (s *scenarioSite) calls(t *testing.T, at, number string) []callRow {
	t.Helper()
	var got struct {
		Items []callRow `json:"items"`
	}
	s.readers[at].as(t).must("GET", "/calls?number="+strings.ReplaceAll(number, "+", "%2B"), nil, &got)
	return got.Items
}

// one wants exactly one call of a number, with this outcome.
func (s *scenarioSite) one(t *testing.T, at, number, outcome string) callRow {
	t.Helper()
	var rows []callRow
	eventually(t, "one call of "+number+" that ended as "+outcome, 15*time.Second, func() bool {
		rows = s.calls(t, at, number)
		return len(rows) > 0 && rows[0].Outcome != ""
	})
	if len(rows) != 1 || rows[0].Outcome != outcome {
		t.Errorf("the list says %+v, want one that ended as %s", rows, outcome)
	}
	return rows[0]
}

// owes says whether a number stands in an office's list of callbacks.
func (s *scenarioSite) owes(t *testing.T, c *client, number string) bool {
	t.Helper()
	var owed []struct {
		Number string `json:"number"`
	}
	c.as(t).must("GET", "/callbacks", nil, &owed)
	for _, o := range owed {
		if o.Number == number {
			return true
		}
	}
	return false
}

// wire wants words in the ladder of a call.
func (s *scenarioSite) wire(t *testing.T, at, id string, words ...string) string {
	t.Helper()
	var got []struct {
		Text string `json:"text"`
	}
	s.readers[at].as(t).must("GET", "/calls/"+id+"/ladder", nil, &got)
	var all strings.Builder
	for _, m := range got {
		all.WriteString(m.Text + "\n")
	}
	for _, w := range words {
		if !strings.Contains(all.String(), w) {
			t.Errorf("the ladder has no %q in\n%s", w, tail(all.String(), 2000))
		}
	}
	return all.String()
}

// talked plays a scenario whose caller the operator talks with, gives it its outcome, and makes the operator ready again.
func (s *scenarioSite) talked(t *testing.T, file, number string, more []string, args ...string) callRow {
	t.Helper()
	s.busy.Lock()
	defer s.busy.Unlock()
	sari := s.sari.as(t)
	eventually(t, "the operator is ready", 10*time.Second, func() bool {
		status, _ := sari.do("POST", "/duty/ready", nil)
		return status/100 == 2
	})
	s.plays(t, file, host(byOperator), [][]string{append([]string{number, "Warga Uji"}, more...)}, append([]string{"-m", "1"}, args...)...)
	var rows []callRow
	eventually(t, "the call in the list", 5*time.Second, func() bool { rows = s.calls(t, polda, number); return len(rows) == 1 })
	eventually(t, "the call takes its outcome", 10*time.Second, func() bool {
		status, raw := sari.do("POST", "/calls/"+rows[0].ID+"/close", map[string]string{"outcome": "informasi"})
		if status/100 == 2 && file == "citizen-location.xml" && !strings.Contains(string(raw), `"lat":-1.2379,"lng":116.8529,"radius":35`) {
			t.Errorf("the operator doesn't see the place: %s", tail(string(raw), 800))
		}
		return status/100 == 2 || s.calls(t, polda, number)[0].Outcome != ""
	})
	r := s.one(t, polda, number, "informasi")
	if !r.Tape {
		eventually(t, "the call has its tape", 10*time.Second, func() bool { return s.calls(t, polda, number)[0].Tape })
	}
	return r
}
