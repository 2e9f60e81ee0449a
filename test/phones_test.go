package test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
	"github.com/siaga110/siaga/phone/sip"
)

// far is a telephone exchange at an address of its own: a carrier, or somebody's desk phone.
type far struct {
	*sip.Exchange
	t    *testing.T
	come chan *farLeg
}

// farLeg is a call at a far exchange.
type farLeg struct {
	phone.Leg
	mu     sync.Mutex
	events []phone.Event
}

func (l *farLeg) take(e phone.Event) { l.mu.Lock(); l.events = append(l.events, e); l.mu.Unlock() }

func (l *farLeg) has(want func(phone.Event) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if want(e) {
			return true
		}
	}
	return false
}

func established(e phone.Event) bool { _, ok := e.(phone.Established); return ok }
func over(e phone.Event) bool        { _, ok := e.(phone.Ended); return ok }

// exchangeAt opens a far exchange whose calls go to Siaga at server.
func exchangeAt(t *testing.T, ip, server string, out sip.Outgoing) *far {
	t.Helper()
	f := &far{t: t, come: make(chan *farLeg, 10)}
	out.Server = server
	x, err := sip.Listen(sip.Config{
		UDP: ip + ":0", T1: 100 * time.Millisecond, Prompts: media.DefaultPrompts(),
		Trunks: []sip.Trunk{{Name: "siaga", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Waiting: sip.Ringing, Out: out}},
	}, func(l phone.Leg) {
		leg := &farLeg{Leg: l}
		l.Listen(leg.take)
		l.Ring()
		f.come <- leg
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Exchange = x
	t.Cleanup(x.Close)
	return f
}

func (f *far) rings(what string) *farLeg {
	f.t.Helper()
	select {
	case l := <-f.come:
		return l
	case <-time.After(10 * time.Second):
		f.t.Fatalf("%s doesn't ring", what)
		return nil
	}
}

func (f *far) dials(from, number string) *farLeg {
	f.t.Helper()
	out, err := f.Dial(phone.Callee{Number: number, From: from})
	if err != nil {
		f.t.Fatal(err)
	}
	l := &farLeg{Leg: out}
	out.Listen(l.take)
	return l
}

// TestByPhoneAlone: a site whose operator has a desk phone and no browser, whose Polres has nothing but a piket phone,
// and whose carrier carries calls both ways: a citizen is answered, passed on, put on hold; a lost one is called back.
func TestByPhoneAlone(t *testing.T) {
	dir := t.TempDir()
	out, err := exec.Command(siaga(t), "init", "--dir", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`One-time password: +(\S+)`).FindSubmatch(out)
	path := filepath.Join(dir, "siaga.toml")
	raw, err := os.ReadFile(path)
	if err != nil || m == nil {
		t.Fatal(err, string(out))
	}
	http, server := fmt.Sprintf("127.0.0.1:%d", freePort(t)), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	carrier := exchangeAt(t, "127.0.0.2", server, sip.Outgoing{})
	if err := os.WriteFile(filepath.Join(dir, "phone.pass"), []byte("rahasia-201\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(`":8443"`, `"`+http+`"`, `"0.0.0.0:5060"`, `"`+server+`"`, `"0.0.0.0:8444"`, `"127.0.0.1:0"`).Replace(string(raw)) +
		fmt.Sprintf("\n[[trunk]]\nname = \"telkom\"\npeers = [\"127.0.0.2/32\"]\nserver = %q\nformat = \"national\"\ncaller_id = \"110\"\nwaiting = \"ringing\"\n", carrier.Addrs().UDP) +
		"\n[phones]\nnetworks = [\"127.0.0.3/32\"]\n[[phones.desk]]\naccount = \"201\"\npassword_file = \"phone.pass\"\nseat = \"polda-kaltim/1\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	offices := filepath.Join(dir, "offices.json")
	raw, _ = os.ReadFile(offices)
	raw = []byte(regexp.MustCompile(`("id": "polresta-balikpapan",)`).ReplaceAllString(string(raw), `$1 "settings": {"piket": "+62542421110"},`))
	if err := os.WriteFile(offices, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(siaga(t), "route", "try", "--config", path, "--from", "0542421110").CombinedOutput(); err != nil || !strings.Contains(string(out), "A 1") {
		t.Errorf("route try: %v\n%s", err, out)
	}
	said := &logs{}
	cmd := exec.Command(siaga(t), "serve", "--config", path)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	defer func() {
		if t.Failed() {
			t.Logf("siaga said: %s", tail(said.String(), 3000))
		}
	}()
	h := &house{t: t, Console: "https://" + http, log: said}
	eventually(t, "the site serves", 15*time.Second, func() bool { return strings.Contains(said.String(), "siaga serves") })
	handset := exchangeAt(t, "127.0.0.3", server, sip.Outgoing{User: "201", Password: "rahasia-201", Register: true})
	eventually(t, "the phone is registered", 10*time.Second, func() bool {
		for _, s := range handset.Trunks() {
			if s.Registered != nil && *s.Registered {
				return true
			}
		}
		return false
	})

	admin := h.signIn(account{User: "admin", Password: string(m[1])})
	admin.must("POST", "/session/password", map[string]string{"old": string(m[1]), "new": "kuda-laut-besar-110"}, nil)
	var person struct {
		Password string `json:"oneTimePassword"`
	}
	admin.must("POST", "/people", map[string]string{"user": "sari", "name": "Sari", "rank": "Bripka", "role": "operator", "office": "polda-kaltim"}, &person)
	sari := h.signIn(account{User: "sari", Password: person.Password})
	sari.must("POST", "/session/password", map[string]string{"old": person.Password, "new": "kuda-laut-kecil-110"}, nil)
	sari.must("POST", "/duty", map[string]any{"seat": "polda-kaltim/1", "phone": true}, nil)
	sari.must("POST", "/duty/ready", nil, nil)
	live := func(number string) (c callRow) {
		eventually(t, "the call of "+number+" in the list", 5*time.Second, func() bool {
			var got struct {
				Items []callRow `json:"items"`
			}
			sari.must("GET", "/calls?number="+number, nil, &got)
			if len(got.Items) == 0 {
				return false
			}
			c = got.Items[0]
			return true
		})
		return c
	}

	// A citizen is answered by the receiver; keys are seen; hold and back; then a Polres that has only a piket phone.
	citizen := carrier.dials("+6281234500001", "110")
	at := handset.rings("the desk phone")
	at.Answer()
	eventually(t, "the citizen is answered", 5*time.Second, func() bool { return citizen.has(established) })
	id := live("081234500001").ID
	sari.must("POST", "/calls/"+id+"/hold", map[string]bool{"on": true}, nil)
	sari.must("POST", "/calls/"+id+"/hold", map[string]bool{"on": false}, nil)
	heard := at.Talk().Stats().PacketsIn
	citizen.Talk().Program(phone.Program{First: []string{"test"}})
	eventually(t, "the officer hears the citizen", 5*time.Second, func() bool { return at.Talk().Stats().PacketsIn > heard+20 })
	sari.must("POST", "/calls/"+id+"/transfer", map[string]string{"office": "polresta-balikpapan"}, nil)
	piket := carrier.rings("the piket phone")
	if d := piket.Party().Dialled; d != "0542421110" {
		t.Errorf("called %q, want the national form", d)
	}
	piket.Answer()
	eventually(t, "the piket is connected", 5*time.Second, func() bool { return piket.has(established) })
	piket.Press("2")
	time.Sleep(500 * time.Millisecond)
	piket.Press("1")
	eventually(t, "the operator's part ends after the introduction", 15*time.Second, func() bool { return at.has(over) })
	if citizen.has(over) {
		t.Fatal("the citizen was dropped")
	}
	piket.Hangup()
	eventually(t, "the citizen's call ends with the piket's", 5*time.Second, func() bool { return citizen.has(over) })
	if r := sari.ended("+6281234500001", 1); r.Outcome != "valid_polres" {
		t.Errorf("outcome %q", r.Outcome)
	}

	// Another hangs up while it rings: a callback is owed, called by one key, shows 110, and is settled by speaking.
	sari.must("POST", "/duty/ready", nil, nil)
	lost := carrier.dials("+6281234500002", "110")
	ringing := handset.rings("the desk phone")
	time.Sleep(1200 * time.Millisecond)
	lost.Hangup()
	eventually(t, "the desk phone stops ringing", 5*time.Second, func() bool { return ringing.has(over) })
	var owed []struct {
		Call   string `json:"call"`
		Number string `json:"number"`
	}
	eventually(t, "a callback is owed", 5*time.Second, func() bool {
		sari.must("GET", "/callbacks", nil, &owed)
		return len(owed) == 1
	})
	sari.must("POST", "/calls", map[string]string{"returns": owed[0].Call}, nil)
	own := handset.rings("the desk phone, for the call out")
	own.Answer()
	back := carrier.rings("the citizen who is called back")
	if p := back.Party(); p.Dialled != "081234500002" || !strings.Contains(p.Raw, "110") {
		t.Errorf("called %+v", p)
	}
	back.Answer()
	eventually(t, "nothing is owed any more", 5*time.Second, func() bool {
		sari.must("GET", "/callbacks", nil, &owed)
		return len(owed) == 0
	})
	back.Hangup()
	eventually(t, "the desk phone is free", 5*time.Second, func() bool { return own.has(over) })
	var ladder []struct {
		Text string `json:"text"`
	}
	if status, _ := sari.do("GET", "/calls/"+id+"/ladder", nil); status != 403 {
		t.Errorf("an operator reads the wire: %d", status)
	}
	_ = ladder
}
