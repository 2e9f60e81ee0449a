package browser

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/siaga110/siaga/phone/media"
)

func TestSeatsAndCallerHearEachOther(t *testing.T) {
	noLeak(t)
	lines := listen(t, Config{})
	poldaTold, polresTold := newTold(), newTold()
	polda, polres := newPage(t, 700), newPage(t, 1100)
	start := time.Now()
	_, answer := polda.join(t, lines, "polda/1", poldaTold.sink)
	poldaLine := poldaTold.up(t)
	t.Logf("up after %v", time.Since(start))
	polres.join(t, lines, "polres/1", polresTold.sink)
	polresLine := polresTold.up(t)
	if count(answer, "a=candidate:") != 1 || count(answer, "a=ice-lite") != 1 || count(answer, "extmap:") != 0 {
		t.Errorf("answer is not as it should be:\n%s", answer)
	}
	if !poldaLine.Alive() || poldaLine.Seat() != "polda/1" || lines.Of("polda/1") != poldaLine {
		t.Error("line is not what it should be")
	}

	// The caller's side is a port fed by hand: the wire of trunks is tested in its own room.
	heard := make(chan *rtp.Packet, 1000)
	caller := media.NewPort("caller", media.PortConfig{DTMFPT: 101})
	caller.SetSend(func(p *rtp.Packet) error { heard <- p.Clone(); return nil })
	talk := media.NewTalk(caller, nil, media.TalkOptions{})
	defer talk.Close()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		audio := media.Tone(400, time.Second)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			off := n * 160 % len(audio)
			caller.Receive(&rtp.Packet{Header: rtp.Header{
				Version: 2, PayloadType: 8, SSRC: 5, SequenceNumber: uint16(n), Timestamp: uint32(n * 160),
			}, Payload: audio[off : off+160]}, time.Now())
		}
	}()
	defer func() { close(stop); <-done }()
	listenToTalk := func(packets int) (audio []byte) {
		for len(heard) > 0 {
			<-heard
		}
		for range packets {
			audio = append(audio, (<-heard).Payload...)
		}
		return audio
	}
	callerHears := func(want, not float64) {
		t.Helper()
		audio := listenToTalk(15)
		if l := media.Level(audio, want); l < 0.05 {
			t.Errorf("caller should hear %v: %.4f", want, l)
		}
		if l := media.Level(audio, not); l > 0.01 {
			t.Errorf("caller should not hear %v: %.4f", not, l)
		}
	}

	polda.hears(t)
	talk.Connect(poldaLine)
	polda.hears(t, 400)
	callerHears(700, 1100)
	talk.Connect(polresLine) // transfer
	polres.hears(t, 400)
	polda.hears(t)
	callerHears(1100, 700)
	talk.Connect(poldaLine, polresLine)
	time.Sleep(100 * time.Millisecond)
	polda.hears(t, 400, 1100)
	polres.hears(t, 400, 700)
	talk.Connect(poldaLine)
	poldaLine.SetMicrophone(false)
	time.Sleep(50 * time.Millisecond)
	if l := media.Level(listenToTalk(15), 700); l > 0.01 { // a second later, silence comes instead
		t.Errorf("microphone is off, but heard: %.4f", l)
	}
}

func TestNewPageReplacesOld(t *testing.T) {
	noLeak(t)
	lines := listen(t, Config{})
	first, second := newTold(), newTold()
	old := newPage(t, 700)
	old.join(t, lines, "polda/1", first.sink)
	oldLine := first.up(t)

	lines.Lost("polda/1") // the page reloads: its socket breaks first
	first.lost(t, WhyPage)
	if oldLine.Alive() {
		t.Error("a lost line is alive")
	}
	lines.Found("polda/1") // it was the socket only
	if first.up(t) != oldLine {
		t.Error("another line came back")
	}

	page := newPage(t, 1100)
	line, _ := page.join(t, lines, "polda/1", second.sink)
	first.lost(t, WhyReplace)
	if _, ok := first.next(t).(Closed); !ok {
		t.Error("old line was not closed")
	}
	if second.up(t) != line || line.ID() == oldLine.ID() || lines.Of("polda/1") != line {
		t.Error("new line is not the seat's")
	}
	line.PlayTone(media.Tone(400, time.Second))
	page.hears(t, 400)

	_ = page.pc.GracefulClose() // the tab is closed
	second.lost(t, WhyHungUp)
	if _, ok := second.next(t).(Closed); !ok {
		t.Error("line of a closed tab stays")
	}
	if lines.Of("polda/1") != nil {
		t.Error("seat still has the line")
	}
}

func TestKeysReachThePage(t *testing.T) {
	lines := listen(t, Config{})
	events := newTold()
	page := newPage(t, 700)
	page.join(t, lines, "polda/1", events.sink)
	line := events.up(t)
	caller := media.NewPort("caller", media.PortConfig{DTMFPT: 101})
	talk := media.NewTalk(caller, nil, media.TalkOptions{})
	defer talk.Close()
	talk.Connect(line)
	for n := range uint16(8) {
		caller.Receive(&rtp.Packet{Header: rtp.Header{
			Version: 2, PayloadType: 101, SSRC: 5, SequenceNumber: n, Timestamp: 160,
		}, Payload: []byte{5, 10, 0, byte(n)}}, time.Now())
	}
	deadline := time.Now().Add(2 * time.Second)
	for {
		page.mu.Lock()
		n := 0
		for _, p := range page.heard {
			if p.PayloadType == 110 && p.Payload[0] == 5 {
				n++
			}
		}
		page.mu.Unlock()
		if n == 8 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of 8 packets of a key came with the page's payload type", n)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestBadOffers(t *testing.T) {
	noLeak(t)
	lines := listen(t, Config{})
	for _, offer := range []string{
		"", "v=0", "hello\r\n", string(make([]byte, maxOffer+1)),
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
	} {
		if _, _, err := lines.Open("polda/1", offer, func(Event) {}); !errors.Is(err, ErrOffer) {
			t.Errorf("offer %.20q: %v", offer, err)
		}
	}
	if lines.Of("polda/1") != nil {
		t.Error("a bad offer made a line")
	}
	lines.Close()
	if _, _, err := lines.Open("polda/1", "v=0", func(Event) {}); !errors.Is(err, ErrClosed) {
		t.Errorf("open after close: %v", err)
	}
}

func TestOldPagesSocketHarmsNotTheNewLine(t *testing.T) {
	noLeak(t)
	lines := listen(t, Config{})
	first, second := newTold(), newTold()
	newPage(t, 700).join(t, lines, "polda/1", first.sink)
	old := first.up(t)
	var line *Line
	page := newPage(t, 1100)
	line, _ = page.join(t, lines, "polda/1", func(e Event) {
		if up, ok := e.(Up); ok {
			up.Line.PlayTone(media.TestTone()) // a sink may ask things of its line
		}
		second.sink(e)
	})
	second.up(t)
	old.Lost() // seen late
	old.Found()
	if !line.Alive() || lines.Of("polda/1") != line {
		t.Error("the new line is gone")
	}
}

func TestCandidatesAreTheConfiguredOnes(t *testing.T) {
	noLeak(t)
	if _, err := Listen(Config{UDP: "0.0.0.0:0"}); err == nil {
		t.Error("listening everywhere without an address to tell")
	}
	lines := listen(t, Config{
		UDP: "0.0.0.0:0", TCP: "127.0.0.1:0", Addresses: []netip.Addr{
			netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("127.0.0.1"),
		},
	})
	page := newPage(t, 700)
	events := newTold()
	_, answer := page.join(t, lines, "polda/1", events.sink)
	events.up(t)
	for what, n := range map[string]int{"192.0.2.1": 2, "tcptype passive": 2, "typ host": 4, "a=candidate": 4} {
		if count(answer, what) != n {
			t.Errorf("%q is %d times in the answer:\n%s", what, count(answer, what), answer)
		}
	}
}

// TestPageWithoutUDP comes in by the TCP port.
func TestPageWithoutUDP(t *testing.T) {
	noLeak(t)
	lines := listen(t, Config{TCP: "127.0.0.1:0"})
	page := newPage(t, 700)
	events := newTold()
	blocked, err := net.ListenPacket("udp", "127.0.0.1:0") // a candidate where nobody answers, in place of ours
	if err != nil {
		t.Fatal(err)
	}
	defer blocked.Close()
	for i, c := range lines.told {
		if count(c, " udp ") == 1 {
			lines.told[i] = fmt.Sprintf("a=candidate:1 1 udp 2130706431 127.0.0.1 %d typ host", blocked.LocalAddr().(*net.UDPAddr).Port)
		}
	}
	page.join(t, lines, "polda/1", events.sink)
	line := events.up(t)
	line.PlayTone(media.Tone(400, time.Second))
	page.hears(t, 400)
	if n := line.Stats().Audio.PacketsIn; n < 10 {
		t.Errorf("%d packets came", n)
	}
}
