package test

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
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

// phoneSite is a site whose operator has a desk phone and no browser, and whose carrier carries calls both ways.
type phoneSite struct {
	t                *testing.T
	dir, path        string
	password         string // the administrator's first
	http, server     string
	carrier, handset *far
	said             *logs
	cmd              *exec.Cmd
	h                *house
	sari             *client
	admin            *client
}

func newPhoneSite(t *testing.T, waiting string) *phoneSite {
	t.Helper()
	s := initSite(t)
	s.carrier = exchangeAt(t, "127.0.0.2", s.server, sip.Outgoing{})
	s.configure(fmt.Sprintf("[[trunk]]\nname = \"telkom\"\npeers = [\"127.0.0.2/32\"]\nserver = %q\nformat = \"national\"\ncaller_id = \"110\"\nwaiting = %q\n",
		s.carrier.Addrs().UDP, waiting), "")
	s.start()
	s.handset = exchangeAt(t, "127.0.0.3", s.server, sip.Outgoing{User: "201", Password: "rahasia-201", Register: true})
	s.handset.registered()
	s.signsIn()
	return s
}

// registered waits until Siaga has taken the phone's REGISTER.
func (f *far) registered() {
	f.t.Helper()
	eventually(f.t, "the phone is registered", 10*time.Second, func() bool {
		for _, st := range f.Trunks() {
			if st.Registered != nil && *st.Registered {
				return true
			}
		}
		return false
	})
}

// initSite makes a site, which doesn't serve yet.
func initSite(t *testing.T, args ...string) *phoneSite {
	t.Helper()
	return initIn(t, t.TempDir(), args...)
}

// initIn does so in a folder that may hold an office file already.
func initIn(t *testing.T, dir string, args ...string) *phoneSite {
	t.Helper()
	s := &phoneSite{t: t, dir: dir, said: &logs{}}
	out, err := exec.Command(siaga(t), append([]string{"init", "--dir", s.dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`One-time password: +(\S+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no password in %s", out)
	}
	s.password = string(m[1])
	s.path = filepath.Join(s.dir, "siaga.toml")
	s.http, s.server = fmt.Sprintf("127.0.0.1:%d", freePort(t)), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	return s
}

// configure writes siaga.toml as an IT officer would: addresses, trunks, one desk phone at the Polda's first seat; sip are
// more lines of [sip].
func (s *phoneSite) configure(trunks, sip string) {
	s.t.Helper()
	t := s.t
	raw, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "phone.pass"), []byte("rahasia-201\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(`":8443"`, `"`+s.http+`"`, `"0.0.0.0:5060"`, `"`+s.server+`"`, `"0.0.0.0:8444"`, `"127.0.0.1:0"`, "[media]\n", sip+"\n[media]\n").
		Replace(string(raw)) +
		"\n" + trunks + "\n[phones]\nnetworks = [\"127.0.0.3/32\"]\n[[phones.desk]]\naccount = \"201\"\npassword_file = \"phone.pass\"\nseat = \"polda-kaltim/1\"\n"
	if err := os.WriteFile(s.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	offices := filepath.Join(s.dir, "offices.json")
	raw, _ = os.ReadFile(offices)
	raw = []byte(regexp.MustCompile(`("id": "polresta-balikpapan",)`).ReplaceAllString(string(raw), `$1 "settings": {"piket": "+62542421110"},`))
	if err := os.WriteFile(offices, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd != nil {
			_ = s.cmd.Process.Kill()
		}
		if t.Failed() {
			t.Logf("siaga said: %s", tail(s.said.String(), 3000))
		}
	})
}

// signsIn makes the administrator and Sari, who is on duty at the seat with the phone.
func (s *phoneSite) signsIn() {
	s.t.Helper()
	s.admin = s.h.signIn(account{User: "admin", Password: s.password})
	s.admin.must("POST", "/session/password", map[string]string{"old": s.password, "new": "kuda-laut-besar-110"}, nil)
	var person struct {
		Password string `json:"oneTimePassword"`
	}
	s.admin.must("POST", "/people", map[string]string{"user": "sari", "name": "Sari", "rank": "Bripka", "role": "operator", "office": "polda-kaltim"}, &person)
	s.sari = s.h.signIn(account{User: "sari", Password: person.Password})
	s.sari.must("POST", "/session/password", map[string]string{"old": person.Password, "new": "kuda-laut-kecil-110"}, nil)
	s.sari.must("POST", "/duty", map[string]any{"seat": "polda-kaltim/1", "phone": true}, nil)
	s.sari.must("POST", "/duty/ready", nil, nil)
}

func (s *phoneSite) start() {
	s.t.Helper()
	before := strings.Count(s.said.String(), "siaga serves")
	s.cmd = exec.Command(siaga(s.t), "serve", "--config", s.path)
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	if s.h == nil {
		s.h = &house{t: s.t, Console: "https://" + s.http, log: s.said}
	}
	s.h.cmd = s.cmd
	eventually(s.t, "the site serves", 15*time.Second, func() bool { return strings.Count(s.said.String(), "siaga serves") > before })
}

func (s *phoneSite) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// TestKilledWithMany: callers talk and wait, answered, when the process is killed again and again: none is dropped, the
// operator's phone rings again for the one who talked, and the sheet balances. SIAGA_KILLS says how often (make soak: 50).
func TestKilledWithMany(t *testing.T) {
	kills := 2
	if n, err := strconv.Atoi(os.Getenv("SIAGA_KILLS")); err == nil {
		kills = n
	}
	s := newPhoneSite(t, "answer")
	var callers []*farLeg
	for i := range 10 {
		callers = append(callers, s.carrier.dials(fmt.Sprintf("+62812345100%02d", i), "110"))
	}
	at := s.handset.rings("the desk phone")
	at.Answer()
	eventually(t, "all are answered", 10*time.Second, func() bool {
		for _, c := range callers {
			if !c.has(established) {
				return false
			}
		}
		return true
	})
	dropped := 0
	for k := range kills {
		time.Sleep(time.Duration(300+137*k%900) * time.Millisecond)
		s.kill()
		s.start()
		eventually(t, "the operator's phone rings again", 10*time.Second, func() bool {
			select {
			case l := <-s.handset.come:
				at = l
				return true
			default:
				return false
			}
		})
		at.Answer()
		eventually(t, "all callers hear us again", 15*time.Second, func() bool {
			for _, c := range callers {
				if c.has(over) {
					return true // counted below
				}
			}
			heard := make([]uint64, len(callers))
			for i, c := range callers {
				heard[i] = c.Talk().Stats().PacketsIn
			}
			time.Sleep(300 * time.Millisecond)
			for i, c := range callers {
				if c.Talk().Stats().PacketsIn < heard[i]+5 {
					return false
				}
			}
			return true
		})
		for _, c := range callers {
			if c.has(over) {
				dropped++
			}
		}
		if dropped > 0 {
			t.Fatalf("kill %d: %d callers were dropped by us", k+1, dropped)
		}
	}
	for _, c := range callers {
		c.Hangup()
	}
	errs := s.conservation()
	if errs != 0 {
		t.Errorf("the sheet of calls doesn't balance: %d", errs)
	}
	if os.Getenv("SIAGA_KILLS") != "" {
		for name, v := range map[string]float64{"kills_process": float64(kills), "callers_dropped": float64(dropped), "conservation_errors": float64(errs)} {
			keepFigure(t, name, v)
		}
	}
	s.kill()
	if out, err := exec.Command(siaga(t), "verify", "--dir", filepath.Join(s.dir, "data")).CombinedOutput(); err != nil {
		t.Errorf("siaga verify: %v\n%s", err, out)
	}
}

// conservation asks the metrics how many calls are missing.
func (s *phoneSite) conservation() int {
	s.t.Helper()
	res, err := s.sari.http.Get("https://" + s.http + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	if !strings.Contains(string(raw), "siaga_conservation_error") {
		s.t.Fatalf("the metrics tell nothing of it: %.300s", raw)
	}
	missing := 0
	for line := range strings.SplitSeq(string(raw), "\n") {
		if strings.HasPrefix(line, "siaga_conservation_error{") && !strings.HasSuffix(line, " 0") {
			missing++
		}
	}
	return missing
}

// TestByPhoneAlone: a citizen is answered by a desk phone, put on hold, passed on to a Polres that has nothing but a piket
// phone; one who hung up is called back.
func TestByPhoneAlone(t *testing.T) {
	s := newPhoneSite(t, "ringing")
	sari, carrier, handset := s.sari, s.carrier, s.handset
	if out, err := exec.Command(siaga(t), "route", "try", "--config", s.path, "--from", "0542421110").CombinedOutput(); err != nil || !strings.Contains(string(out), "A 1") {
		t.Errorf("route try: %v\n%s", err, out)
	}
	if out, err := exec.Command(siaga(t), "doctor", "--config", s.path, "--trunk", "telkom").CombinedOutput(); err != nil || !strings.Contains(string(out), "✓ OPTIONS") {
		t.Errorf("doctor --trunk: %v\n%s", err, out)
	}
	if out, err := exec.Command(siaga(t), "backup", "--config", s.path, filepath.Join(t.TempDir(), "b")).CombinedOutput(); err != nil {
		t.Errorf("backup while it runs: %v\n%s", err, out)
	}
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
