package test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var deskphoneFiles = []string{"deskphone-register", "deskphone-answer", "deskphone-busy", "deskphone-decline", "deskphone-noanswer"}

// deskphones plays the phone of polda-meja: registers and says good-bye, registers again, and is rung four times.
func (s *scenarioSite) deskphones(t *testing.T) {
	account := [][]string{{"202", "[authentication username=202 password=rahasia-202]"}}
	port := strconv.Itoa(freePort(t))
	at := []string{"-p", port, "-m", "1"}
	const ip = "127.0.0.3"
	ani := s.joins("ani", "operator", "polda-meja").as(t)
	duty := func() int {
		status, _ := ani.do("POST", "/duty", map[string]any{"seat": "polda-meja/1", "phone": true})
		return status
	}
	s.plays(t, "deskphone-register.xml", ip, account, append(slices.Clone(at), "-set", "again_ms", "100")...)
	if duty() != 409 {
		t.Fatal("a phone that said good-bye takes duty")
	}
	s.plays(t, "deskphone-register.xml", ip, account, append(slices.Clone(at), "-set", "again_ms", "100", "-set", "expires", "3600", "-set", "keep", "1")...)
	eventually(t, "duty by phone", 5*time.Second, func() bool { return duty()/100 == 2 })
	for i, c := range []struct{ phone, caller, outcome string }{
		{"deskphone-answer", "citizen-call", ""},
		{"deskphone-busy", "citizen-cancel", "ditinggal_antrean"},
		{"deskphone-decline", "citizen-cancel", "ditinggal_antrean"},
		{"deskphone-noanswer", "citizen-cancel", "ditinggal_antrean"},
	} {
		t.Run(c.phone, func(t *testing.T) {
			number := fmt.Sprintf("+62813000001%02d", i)
			c1 := ani.as(t)
			rung, said := make(chan struct{}), error(nil)
			defer func() { <-rung }()
			go func() {
				defer close(rung)
				args := slices.Clone(at)
				if c.phone == "deskphone-answer" {
					args = append(args, "-set", "answer_ms", "500")
				}
				said = s.play(t, c.phone+".xml", ip, nil, args...)
			}()
			eventually(t, "sipp's phone listens", 5*time.Second, func() bool { return udpTaken(ip, port) })
			eventually(t, "ready", 5*time.Second, func() bool { st, _ := c1.do("POST", "/duty/ready", nil); return st/100 == 2 })
			set := []string{"-m", "1", "-set", "ring_ms", "2500"}
			if c.caller == "citizen-call" {
				set = []string{"-m", "1", "-set", "talk_ms", "1500"}
			}
			if c.phone == "deskphone-noanswer" { // T_offer is 5 s
				set[4] = "7000"
			}
			s.plays(t, c.caller+".xml", host(toDesk), [][]string{{number, "Warga"}}, set...)
			if <-rung; said != nil {
				t.Fatal(said)
			}
			if c.outcome != "" {
				s.one(t, "polda-meja", number, c.outcome)
				if n := s.metric(`siaga_seats{office="polda-meja",state="ready"}`); n != 0 {
					t.Errorf("a phone that wasn't answered is rung for the next caller too: %v seats are ready", n)
				}
				return
			}
			id := s.calls(t, "polda-meja", number)[0].ID
			eventually(t, "the call takes its outcome", 5*time.Second, func() bool {
				st, _ := c1.do("POST", "/calls/"+id+"/close", map[string]string{"outcome": "informasi"})
				return st/100 == 2
			})
			s.one(t, "polda-meja", number, "informasi")
			s.wire(t, "polda-meja", id, "180 Ringing", "200 OK")
		})
	}
}

// udpTaken says that somebody listens there.
func udpTaken(ip, port string) bool {
	c, err := net.ListenPacket("udp4", net.JoinHostPort(ip, port))
	if err != nil {
		return true
	}
	_ = c.Close()
	return false
}

// flood: 300 calls at 100 a second. All that are admitted are answered, what is shed got 503, none is lost, and each has one
// outcome.
func (s *scenarioSite) flood(t *testing.T) {
	stats := filepath.Join(t.TempDir(), "flood.csv")
	var rows [][]string
	for i := range 300 {
		rows = append(rows, []string{fmt.Sprintf("+6281311%06d", i), "Warga"})
	}
	s.plays(t, "flood-invite.xml", host(flooding), rows, "-r", "100", "-l", "4000", "-m", "300", "-d", "1000", "-trace_stat", "-stf", stats, "-fd", "1")
	f, err := os.Open(stats)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = ';', -1, true
	var head, last []string
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if head == nil {
			head = rec
		}
		last = rec
	}
	value := func(name string) int {
		for i, h := range head {
			if h == name && i < len(last) {
				n, _ := strconv.Atoi(last[i])
				return n
			}
		}
		t.Fatalf("no %s in the figures: %v", name, head)
		return 0
	}
	good, failed := value("SuccessfulCall(C)"), value("FailedCall(C)")
	t.Logf("%d calls well, %d failed, %d repeats", good, failed, value("Retransmissions(C)"))
	if good != 300 || failed != 0 {
		t.Errorf("%d of 300 calls went well, %d failed", good, failed)
	}
	eventually(t, "no call of the flood lives", 10*time.Second, func() bool { return s.metric(`siaga_calls_waiting{office="polda-banjir"}`) == 0 })
}

// metric reads one figure of /metrics; -1 when it isn't there.
func (s *phoneSite) metric(name string) float64 {
	s.t.Helper()
	res, err := s.sari.http.Get("https://" + s.http + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	for line := range strings.SplitSeq(string(raw), "\n") {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			f, _ := strconv.ParseFloat(v, 64)
			return f
		}
	}
	return -1
}
