package test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestScenarios plays every file of test/scenarios against the real binary, as their README says, and asks Siaga for what
// the wire can't show.
func TestScenarios(t *testing.T) {
	need(t, "sipp")
	s := newScenarioSite(t)
	type ending struct {
		after time.Duration
		err   error
	}
	slow := map[string]chan ending{}
	for _, c := range scenarioTable {
		if c.slow == nil { // those of half a minute run beside all others, which take their turns
			continue
		}
		ch := make(chan ending, 1)
		slow[c.file] = ch
		began := time.Now()
		go func() { err := c.slow(t, s); ch <- ending{time.Since(began), err} }()
	}
	t.Run("all", func(t *testing.T) { // the flood waits for these
		for _, c := range scenarioTable {
			if c.slow != nil {
				continue
			}
			t.Run(c.file, func(t *testing.T) {
				t.Parallel()
				if c.raw {
					needRawSocket(t)
				}
				c.play(t, s)
			})
		}
		t.Run("deskphone", func(t *testing.T) { t.Parallel(); s.deskphones(t) })
	})
	for _, c := range scenarioTable {
		if c.slow == nil {
			continue
		}
		t.Run(c.file, func(t *testing.T) {
			e := <-slow[c.file]
			t.Logf("it took %v", e.after.Round(100*time.Millisecond))
			if e.err != nil {
				t.Fatal(e.err)
			}
			c.play(t, s)
		})
	}
	t.Run("flood-invite", s.flood)
	played := map[string]bool{"flood-invite": true}
	for _, c := range scenarioTable {
		played[c.file] = true
	}
	for _, f := range deskphoneFiles {
		played[f] = true
	}
	files, _ := filepath.Glob("scenarios/*.xml")
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".xml"); !played[name] {
			t.Errorf("%s is played by nobody", name)
		}
	}
	if n := s.conservation(); n != 0 {
		t.Errorf("the sheet of calls doesn't balance: %d", n)
	}
}

// needRawSocket skips without CAP_NET_RAW, which play_pcap_audio needs.
func needRawSocket(t *testing.T) {
	t.Helper()
	c, err := net.ListenPacket("ip4:udp", "127.0.0.1")
	if err == nil {
		_ = c.Close()
		return
	}
	if os.Getenv("SIAGA_CI") != "" {
		t.Fatalf("no raw socket: %v", err)
	}
	t.Skipf("needs root or CAP_NET_RAW: %v", err)
}

// scenarioTable says of each scenario of a citizen or a trunk what Siaga must do.
var scenarioTable = []struct {
	file string
	raw  bool
	slow func(*testing.T, *scenarioSite) error // plays it; then play only asks
	play func(*testing.T, *scenarioSite)
}{
	{"citizen-call", false, nil, func(t *testing.T, s *scenarioSite) {
		r := s.talked(t, "citizen-call.xml", "+6281300000001", nil, "-set", "talk_ms", "1500")
		s.wire(t, polda, r.ID, "180 Ringing", "200 OK", "BYE sip:")
	}},
	{"citizen-cancel", false, nil, func(t *testing.T, s *scenarioSite) {
		// Nobody on duty: the caller waits, hangs up, and is owed a call. (At the Polda with the operator they would be answered.)
		number := "+6281300000002"
		s.plays(t, "citizen-cancel.xml", host(toDesk), [][]string{{number, "Warga"}}, "-m", "1", "-set", "ring_ms", "1500")
		s.one(t, "polda-meja", number, "ditinggal_antrean")
		if !s.owes(t, s.readers["polda-meja"], number) {
			t.Error("no callback is owed")
		}
	}},
	{"citizen-silent-one-ring", false, nil, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000003"
		s.plays(t, "citizen-silent-one-ring.xml", host(toDesk), [][]string{{number, "Iseng"}}, "-m", "1")
		s.one(t, "polda-meja", number, "kosong")
		if s.owes(t, s.readers["polda-meja"], number) {
			t.Error("one ring is owed a callback")
		}
	}},
	{"citizen-dtmf", true, nil, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000004"
		s.talked(t, "citizen-dtmf.xml", number, nil, "-set", "press_ms", "9000")
		tl := s.readers[polda].as(t).timeline(number)
		if !strings.Contains(strings.ToLower(tl), "senyap") {
			t.Errorf("5-5 opened no silent emergency: %s", tl)
		}
	}},
	{"citizen-hold-reinvite", false, nil, func(t *testing.T, s *scenarioSite) {
		r := s.talked(t, "citizen-hold-reinvite.xml", "+6281300000005", nil, "-set", "hold_ms", "1000", "-set", "talk_ms", "700")
		s.wire(t, polda, r.ID, "a=sendonly", "a=recvonly", "a=sendrecv")
	}},
	{"citizen-late-offer", false, nil, func(t *testing.T, s *scenarioSite) {
		s.talked(t, "citizen-late-offer.xml", "+6281300000006", nil, "-set", "talk_ms", "700")
	}},
	{"citizen-prack", false, nil, func(t *testing.T, s *scenarioSite) {
		r := s.talked(t, "citizen-prack.xml", "+6281300000007", nil, "-set", "talk_ms", "500")
		s.wire(t, polda, r.ID, "Supported: 100rel")
	}},
	{"citizen-prack-required", false, nil, func(t *testing.T, s *scenarioSite) {
		r := s.talked(t, "citizen-prack-required.xml", "+6281300000008", nil, "-set", "talk_ms", "500")
		s.wire(t, polda, r.ID, "RSeq:", "PRACK sip:")
	}},
	{"citizen-session-timer", false, func(t *testing.T, s *scenarioSite) error {
		return s.play(t, "citizen-session-timer.xml", host(atOnce), [][]string{{"+6281300000009", "Warga"}}, "-m", "1", "-set", "talk_ms", "47000", "-set", "must_refresh", "1")
	}, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000009"
		r := s.one(t, "polda-uji", number, "ditinggal_antrean")
		s.wire(t, "polda-uji", r.ID, "Session-Expires: 90;refresher=uas")
	}},
	{"citizen-location", false, nil, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000010"
		r := s.talked(t, "citizen-location.xml", number,
			[]string{"-1.2379", "116.8529", "35", "95", time.Now().UTC().Format(time.RFC3339)}, "-t", "t1", "-set", "talk_ms", "500")
		s.wire(t, polda, r.ID, "application/pidf+xml", "-1.2379")
	}},
	{"trunk-options", false, nil, func(t *testing.T, s *scenarioSite) {
		s.plays(t, "trunk-options.xml", host(atOnce), nil, "-m", "3", "-r", "10")
	}},
	{"trunk-lost-ack", false, func(t *testing.T, s *scenarioSite) error {
		return s.play(t, "trunk-lost-ack.xml", host(atOnce), [][]string{{"+6281300000011", "Warga"}}, "-m", "1", "-nr")
	}, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000011"
		r := s.one(t, "polda-uji", number, "ditinggal_antrean") // nobody had talked yet
		if n := strings.Count(s.wire(t, "polda-uji", r.ID), "SIP/2.0 200 OK"); n < 4 {
			t.Errorf("%d times 200", n)
		}
		if !s.owes(t, s.readers["polda-uji"], number) {
			t.Error("no callback is owed")
		}
	}},
	{"trunk-retransmit", false, nil, func(t *testing.T, s *scenarioSite) {
		s.talked(t, "trunk-retransmit.xml", "+6281300000012", nil, "-set", "talk_ms", "700") // one entry, which talked checks
	}},
	{"trunk-vanish", false, func(t *testing.T, s *scenarioSite) error {
		return s.play(t, "trunk-vanish.xml", host(vanishing), [][]string{{"+6281300000013", "Warga"}}, "-m", "1", "-set", "talk_ms", "1000")
	}, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000013"
		s.one(t, "polda-lenyap", number, "putus_penelepon")
		if !s.owes(t, s.readers["polda-lenyap"], number) {
			t.Error("no callback is owed")
		}
	}},
	{"trunk-bye-immediately", false, nil, func(t *testing.T, s *scenarioSite) {
		number := "+6281300000014"
		s.plays(t, "trunk-bye-immediately.xml", host(atOnce), [][]string{{number, "Warga"}}, "-m", "1")
		if rows := s.calls(t, "polda-uji", number); len(rows) > 1 {
			t.Errorf("%d calls came of one", len(rows))
		}
		eventually(t, "one call with one outcome", 5*time.Second, func() bool {
			rows := s.calls(t, "polda-uji", number)
			return len(rows) == 1 && rows[0].Outcome != ""
		})
	}},
	{"trunk-refer", false, nil, func(t *testing.T, s *scenarioSite) {
		r := s.talked(t, "trunk-refer.xml", "+6281300000015", nil, "-set", "talk_ms", "700")
		s.wire(t, polda, r.ID, "REFER sip:", "403 Forbidden")
	}},
}
