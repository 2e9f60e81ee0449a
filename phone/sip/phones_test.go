package sip

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icholy/digest"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// phonesOf is a house with three desk phones.
func phonesOf(t *testing.T, cfg Config) (h *house, seats chan bool) {
	t.Helper()
	seats = make(chan bool, 20)
	cfg.Trunks = []Trunk{{Name: "carrier", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.9/32")}}}
	cfg.Phones.Networks = locals
	for _, n := range []string{"201", "202", "203"} {
		cfg.Phones.Accounts = append(cfg.Phones.Accounts, Phone{Account: n, Password: "rahasia-" + n, Seat: office.SeatID("polres/" + n[2:])})
	}
	cfg.OnPhone = func(seat office.SeatID, up bool) {
		if seat == "polres/1" {
			seats <- up
		}
	}
	return open(t, cfg, nil), seats
}

func wantUp(t *testing.T, seats chan bool, want bool) {
	t.Helper()
	select {
	case up := <-seats:
		if up != want {
			t.Errorf("the seat's phone is up: %v", up)
		}
	case <-time.After(3 * time.Second):
		t.Errorf("nobody said that the seat's phone is up: %v", want)
	}
}

// register sends one REGISTER for account 201 and gives the answer. auth may be empty.
func (f *far) register(contact, expires, auth string) in {
	f.t.Helper()
	f.seq++
	lines := []string{
		"REGISTER sip:127.0.0.1 SIP/2.0", fmt.Sprintf("Via: SIP/2.0/UDP 10.9.9.9:5060;rport;branch=z9hG4bKr%s%d", f.id, f.seq),
		"Max-Forwards: 70", "From: <sip:201@127.0.0.1>;tag=r" + f.id, "To: <sip:201@127.0.0.1>", "Call-ID: reg" + f.id,
		fmt.Sprintf("CSeq: %d REGISTER", f.seq), "Expires: " + expires,
	}
	if contact != "" {
		lines = append(lines, "Contact: "+contact)
	}
	if auth != "" {
		lines = append(lines, "Authorization: "+auth)
	}
	f.send(strings.Join(lines, "\r\n") + "\r\nContent-Length: 0\r\n\r\n")
	for over := time.Now().Add(2 * time.Second); time.Now().Before(over); {
		m, ok := f.next(time.Until(over))
		if ok && !m.request && m.first("cseq") == fmt.Sprintf("%d REGISTER", f.seq) {
			return m
		}
	}
	f.t.Fatal("a REGISTER was not answered")
	return in{}
}

// credentials answer a 401.
func credentials(t *testing.T, m in, password string) string {
	t.Helper()
	c, err := digest.ParseChallenge(m.first("www-authenticate"))
	if err != nil {
		t.Fatalf("%v in\n%s", err, m.text)
	}
	a, err := digest.Digest(c, digest.Options{Method: "REGISTER", URI: "sip:127.0.0.1", Username: "201", Password: password, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	return a.String()
}

// signIn registers, with the right password.
func (f *far) signIn(contact, expires string) in {
	f.t.Helper()
	return f.register(contact, expires, credentials(f.t, f.register(contact, expires, ""), "rahasia-201"))
}

// A desk phone behind a NAT is rung, acknowledged and hung up on where it really is, whatever its Contact says.
func TestPhoneBehindNAT(t *testing.T) {
	t.Parallel()
	h, seats := phonesOf(t, Config{T1: 100 * time.Millisecond})
	f := farEnd(t, h, "")
	const inside = "<sip:201@10.9.9.9:5060>"
	if m := f.signIn(inside, "90"); m.status != 200 || !strings.Contains(m.first("contact"), "10.9.9.9:5060>;expires=90") {
		t.Fatalf("not registered:\n%s", m.text)
	}
	wantUp(t, seats, true)
	out := dial(t, h.Exchange, phone.Callee{Seat: "polres/1", Lift: true})
	m := f.wantRequest("INVITE", time.Second)
	if !strings.HasPrefix(m.uri, "sip:201@10.9.9.9:5060") || !strings.Contains(m.first("call-info"), "answer-after=0") ||
		!strings.Contains(m.first("alert-info"), "alert-autoanswer") || m.count("p-asserted-identity") > 0 {
		t.Errorf("INVITE:\n%s", m.text)
	}
	inner := func(m in, status, body string) {
		f.send(strings.Replace(strings.Replace("SIP/2.0 "+status+"\r\nVia: "+m.first("via")+"\r\nFrom: "+m.first("from")+"\r\nTo: "+m.first("to")+
			";tag=p\r\nCall-ID: "+m.first("call-id")+"\r\nCSeq: "+m.first("cseq")+"\r\nContact: "+inside+"\r\nContent-Type: application/sdp\r\nContent-Length: LEN\r\n\r\n"+body,
			"LEN", fmt.Sprint(len(body)), 1), ";tag=p;tag=p", ";tag=p", 1))
	}
	inner(m, "180 Ringing", "")
	await[phone.Ringing](t, out, time.Second)
	inner(m, "200 OK", farSDP(40000, "8 101", "sendrecv"))
	f.wantRequest("ACK", time.Second)
	await[phone.Established](t, out, time.Second)
	out.Hangup()
	f.respond(f.wantRequest("BYE", time.Second), "200 OK")
}

// Times, questions, goodbyes: RFC 3261 10.3.
func TestRegistrar(t *testing.T) {
	t.Parallel()
	h, seats := phonesOf(t, Config{})
	f := farEnd(t, h, "")
	here := "<sip:201@" + f.addr() + ">"
	if m := f.signIn(here, "30"); m.status != 423 || m.first("min-expires") != "60" {
		t.Errorf("30 s:\n%s", m.text)
	}
	if m := f.signIn(here, "86400"); m.status != 200 || !strings.Contains(m.first("contact"), "expires=3600") {
		t.Errorf("a day:\n%s", m.text)
	}
	wantUp(t, seats, true)
	if m := f.signIn("", "300"); m.status != 200 || !strings.Contains(m.first("contact"), f.addr()) {
		t.Errorf("a question:\n%s", m.text)
	}
	other := farEnd(t, h, "") // the phone that stood here before says good-bye
	if m := other.signIn("<sip:201@"+other.addr()+">", "0"); m.status != 200 || !strings.Contains(m.first("contact"), f.addr()) {
		t.Errorf("good-bye of an older phone:\n%s", m.text)
	}
	if !h.PhoneUp(phone.Callee{Seat: "polres/1"}) {
		t.Error("an older phone's good-bye ended the newer one's registration")
	}
	if m := f.signIn(here, "0"); m.status != 200 || m.first("contact") != "" {
		t.Errorf("good-bye:\n%s", m.text)
	}
	wantUp(t, seats, false)
	_ = f.signIn(here, "300")
	wantUp(t, seats, true)
	if m := f.signIn("*", "0"); m.status != 200 {
		t.Errorf("all of them:\n%s", m.text)
	}
	wantUp(t, seats, false)
	if m := f.register(here, "300", `Digest username="201", realm="siaga", nonce="long ago", uri="sip:127.0.0.1", response="00"`); m.status != 401 ||
		!strings.Contains(strings.ToLower(m.first("www-authenticate")), "stale=true") {
		t.Errorf("an old nonce:\n%s", m.text)
	}
}

// Who guesses passwords is soon told nothing any more, not even that one was right. A phone that is registered goes on.
func TestRegistrarGuesses(t *testing.T) {
	t.Parallel()
	h, seats := phonesOf(t, Config{})
	own := farEnd(t, h, "")
	here := "<sip:201@" + own.addr() + ">"
	_ = own.signIn(here, "300")
	wantUp(t, seats, true)
	f := farEnd(t, h, "")
	challenge := f.register(here, "300", "")
	for i := range wrongPerMin + 1 {
		if m := f.register(here, "300", credentials(t, challenge, fmt.Sprint(i))); m.status != 401 {
			t.Fatalf("guess %d: %d", i, m.status)
		}
	}
	if m := f.register(here, "300", credentials(t, challenge, "rahasia-201")); m.status != 403 {
		t.Errorf("the right guess, too late: %d", m.status)
	}
	if m := own.signIn(here, "300"); m.status != 200 {
		t.Errorf("the phone itself: %d", m.status)
	}
}

// A phone that was unplugged is no longer rung after two questions without an answer.
func TestPhoneUnplugged(t *testing.T) {
	t.Parallel()
	h, seats := phonesOf(t, Config{T1: 10 * time.Millisecond, PingEvery: 150 * time.Millisecond})
	f := farEnd(t, h, "")
	_ = f.signIn("<sip:201@"+f.addr()+">", "300")
	wantUp(t, seats, true)
	f.respond(f.wantRequest("OPTIONS", time.Second), "200 OK")
	wantUp(t, seats, false)
	if _, err := h.Dial(phone.Callee{Phone: "201"}); err == nil {
		t.Error("it is rung all the same")
	}
}

// Phones of sipp are rung and do what people do.
func TestPhonesRung(t *testing.T) {
	t.Parallel()
	requireSipp(t)
	for i, c := range []struct {
		scenario string
		status   int
	}{{"deskphone-answer", 0}, {"deskphone-busy", 486}, {"deskphone-decline", 603}, {"deskphone-noanswer", 408}} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			h, seats := phonesOf(t, Config{T1: 100 * time.Millisecond})
			ip, port := fmt.Sprintf("127.99.7.%d", 1+i), freePort(t)
			at := []string{"-i", ip, "-p", fmt.Sprint(port)}
			sipp(t, h, "deskphone-register", append(at, "-inf", "deskphones.csv", "-set", "keep", "1", "-set", "again_ms", "10")...)
			wantUp(t, seats, true)
			within := 20 * time.Second
			if c.status == 408 {
				within = time.Second
			}
			rung := make(chan *heard, 1)
			var dialling sync.WaitGroup
			defer dialling.Wait() // also when sipp fails
			dialling.Go(func() {
				for began := time.Now(); !taken(ip, port) && time.Since(began) < 10*time.Second; {
					time.Sleep(10 * time.Millisecond)
				}
				out, err := h.Dial(phone.Callee{Seat: "polres/1", Within: within})
				if err != nil {
					t.Error(err)
					close(rung)
					return
				}
				e := &heard{Leg: out, more: make(chan struct{}, 1)}
				out.Listen(e.take)
				rung <- e
				if c.status == 0 {
					for began := time.Now(); !strings.Contains(strings.Join(e.names(), " "), "Established") && time.Since(began) < 5*time.Second; {
						time.Sleep(10 * time.Millisecond)
					}
					out.Hangup()
				}
			})
			sipp(t, h, c.scenario, at...)
			out, ok := <-rung
			if !ok {
				return
			}
			e := await[phone.Ended](t, out, 3*time.Second)
			if c.status == 0 {
				await[phone.Ringing](t, out, time.Second)
				await[phone.Established](t, out, time.Second)
			} else if e.Ending.Status != c.status {
				t.Errorf("%+v", e.Ending)
			}
		})
	}
}

// taken says that somebody listens at an address.
func taken(ip string, port int) bool {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip), Port: port})
	if err != nil {
		return true
	}
	_ = c.Close()
	return false
}
