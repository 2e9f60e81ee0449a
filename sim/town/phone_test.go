package town

import (
	"context"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/siaga110/siaga/office"
)

// station is a tiny far end: it answers as its script says and plays a tone.
type station struct {
	t      *testing.T
	addr   string
	client *sipgo.Client
	ua     *sipgo.UserAgent

	early  bool          // announcements before the answer
	answer time.Duration // after the INVITE; negative: never
	status int           // refuse with it when not 0
	tone   float64

	mu      sync.Mutex
	invites []*sip.Request
	byes    int
	audio   *audio
	acked   chan struct{}
}

func newStation(t *testing.T, script func(*station)) *station {
	t.Helper()
	s := &station{t: t, tone: 1000, acked: make(chan struct{}, 8)}
	if script != nil {
		script(s)
	}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if s.ua, err = sipgo.NewUA(sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet))); err != nil {
		t.Fatal(err)
	}
	var udp net.PacketConn
	var tcp net.Listener
	for range 20 { // a port that is free for both
		if udp, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		s.addr = udp.LocalAddr().String()
		if tcp, err = net.Listen("tcp", s.addr); err == nil {
			break
		}
		_ = udp.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	server, err := sipgo.NewServer(s.ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	if s.client, err = sipgo.NewClient(s.ua, sipgo.WithClientHostname("127.0.0.1"), sipgo.WithClientLogger(quiet)); err != nil {
		t.Fatal(err)
	}
	server.OnInvite(s.onInvite)
	server.OnAck(func(*sip.Request, sip.ServerTransaction) { s.acked <- struct{}{} })
	server.OnBye(func(req *sip.Request, tx sip.ServerTransaction) {
		s.mu.Lock()
		s.byes++
		s.mu.Unlock()
		_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
	})
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.ServeUDP(udp) })
	wg.Go(func() { _ = server.ServeTCP(tcp) })
	t.Cleanup(func() {
		_ = udp.Close()
		_ = tcp.Close()
		_ = s.ua.Close()
		wg.Wait()
		if s.audio != nil {
			s.audio.close()
		}
	})
	return s
}

func (s *station) trunk() Trunk { return Trunk{UDP: s.addr, TCP: s.addr} }

func (s *station) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	s.mu.Lock()
	s.invites = append(s.invites, req)
	s.mu.Unlock()
	respond := func(code int, reason string, body []byte) {
		res := sip.NewResponseFromRequest(req, code, reason, body)
		if body != nil {
			res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		}
		_, port, _ := splitHostPort(s.addr)
		res.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "110", Host: "127.0.0.1", Port: port}})
		if err := tx.Respond(res); err != nil {
			s.t.Log("respond:", err)
		}
	}
	if s.status != 0 {
		respond(s.status, "No", nil)
		return
	}
	far, err := readSDP(sdpOf(s.t, req))
	if err != nil {
		s.t.Error(err)
		respond(488, "Not Acceptable Here", nil)
		return
	}
	a, err := openAudio(netip.MustParseAddr("127.0.0.1"), nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	s.mu.Lock()
	s.audio = a
	s.mu.Unlock()
	body := writeSDP(netip.MustParseAddr("127.0.0.1"), a.port(), 1, 1)
	respond(100, "Trying", nil)
	canceled := make(chan struct{})
	tx.OnCancel(func(*sip.Request) { close(canceled) })
	if s.early {
		respond(183, "Session Progress", body)
		a.play(Tone(s.tone, 0.2))
		a.aim(far.to, true)
	} else {
		respond(180, "Ringing", nil)
	}
	wait := s.answer
	if wait < 0 {
		wait = time.Minute
	}
	select {
	case <-canceled:
		return
	case <-tx.Done():
		return
	case <-time.After(wait):
	}
	respond(200, "OK", body)
	a.play(Tone(s.tone, 0.2))
	a.aim(far.to, true)
	select {
	case <-tx.Acks():
		s.acked <- struct{}{}
	case <-tx.Done():
	case <-time.After(3 * time.Second):
	}
}

func sdpOf(t *testing.T, req *sip.Request) []byte {
	t.Helper()
	kind, params, err := mime.ParseMediaType(req.ContentType().Value())
	if err != nil {
		t.Fatal(err)
	}
	if kind != "multipart/mixed" {
		return req.Body()
	}
	r := multipart.NewReader(strings.NewReader(string(req.Body())), params["boundary"])
	part, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, _ := part.Read(buf)
	return buf[:n]
}

func (s *station) hears(freq float64) float64 {
	s.mu.Lock()
	a := s.audio
	s.mu.Unlock()
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return goertzel(a.ear.latest(200*time.Millisecond), freq)
}

// bye hangs up as the far end of a call.
func (s *station) bye() {
	s.mu.Lock()
	inv := s.invites[len(s.invites)-1]
	s.mu.Unlock()
	req := sip.NewRequest(sip.BYE, inv.Contact().Address)
	from, to := inv.To().AsFrom(), inv.From().AsTo()
	from.Params.Add("tag", "far")
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	id := sip.CallIDHeader(inv.CallID().Value())
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 7, MethodName: sip.BYE})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	res, err := s.client.Do(ctx, req)
	if err != nil || res.StatusCode != 200 {
		s.t.Errorf("BYE: %v %v", res, err)
	}
}

func newTestPhone(t *testing.T) *Phone {
	t.Helper()
	p, err := NewPhone("127.0.0.1", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Log(err)
		}
	})
	return p
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("never: ", what)
}

func TestPhoneTalks(t *testing.T) {
	for _, tcp := range []bool{false, true} {
		t.Run(map[bool]string{false: "udp", true: "tcp"}[tcp], func(t *testing.T) {
			s := newStation(t, func(s *station) { s.answer = 200 * time.Millisecond })
			c, err := newTestPhone(t).Dial("110", s.trunk(), Dial{From: "+628120000001", Name: "Siti", TCP: tcp, Sound: Tone(400, 0.2)})
			if err != nil {
				t.Fatal(err)
			}
			if state, err := c.Wait(t.Context(), Answered); err != nil || state != Answered {
				t.Fatal(state, err, c.Ending())
			}
			select {
			case <-s.acked:
			case <-time.After(2 * time.Second):
				t.Fatal("no ACK")
			}
			eventually(t, "the citizen hears 1000 Hz", func() bool { return c.ToneAt(1000) > 0.15 && c.ToneAt(1400) < 0.02 })
			eventually(t, "the station hears 400 Hz", func() bool { return s.hears(400) > 0.15 })
			if err := c.Press("5#"); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the station sees the keys", func() bool { s.audio.mu.Lock(); defer s.audio.mu.Unlock(); return s.audio.dtmf == "5#" })
			if h := c.Heard(); h.Packets < 10 || h.Sources != 1 {
				t.Errorf("heard %+v", h)
			}
			c.Hangup()
			<-c.Done()
			if e := c.Ending(); e.By != ByCitizen {
				t.Error(e)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.byes != 1 {
				t.Error("byes:", s.byes)
			}
		})
	}
}

func TestFarEndHangsUp(t *testing.T) {
	s := newStation(t, nil)
	c, err := newTestPhone(t).Dial("110", s.trunk(), Dial{From: "+628120000001"})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := c.Wait(t.Context(), Answered); err != nil || state != Answered {
		t.Fatal(state, err)
	}
	s.bye()
	select {
	case <-c.Done():
	case <-time.After(2 * time.Second):
		t.Fatal("call lives on after BYE")
	}
	if e := c.Ending(); e.By != ByFarEnd {
		t.Error(e)
	}
}

func TestEarlyMediaAndCancel(t *testing.T) {
	s := newStation(t, func(s *station) { s.early, s.answer = true, -1 })
	c, err := newTestPhone(t).Dial("110", s.trunk(), Dial{From: "+628120000001"})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := c.Wait(t.Context(), EarlyMedia); err != nil || state != EarlyMedia {
		t.Fatal(state, err)
	}
	eventually(t, "the announcement is heard before the answer", func() bool { return c.ToneAt(1000) > 0.15 })
	c.Hangup()
	select {
	case <-c.Done():
	case <-time.After(4 * time.Second):
		t.Fatal("CANCEL didn't end the call")
	}
	if e := c.Ending(); e.By != ByCitizen || e.Status != 487 {
		t.Errorf("%+v", e)
	}
}

func TestHangupAtOnce(t *testing.T) {
	s := newStation(t, func(s *station) { s.answer = -1 })
	c, err := newTestPhone(t).Dial("110", s.trunk(), Dial{From: "+628120000001"})
	if err != nil {
		t.Fatal(err)
	}
	c.Hangup() // before any response
	select {
	case <-c.Done():
	case <-time.After(4 * time.Second):
		t.Fatal("the call goes on")
	}
	if e := c.Ending(); e.By != ByCitizen {
		t.Errorf("%+v", e)
	}
}

func TestRefused(t *testing.T) {
	s := newStation(t, func(s *station) { s.status = 503 })
	c, err := newTestPhone(t).Dial("110", s.trunk(), Dial{From: "+628120000001"})
	if err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	if e := c.Ending(); e.Status != 503 || e.By != ByFarEnd {
		t.Errorf("%+v", e)
	}
}

// A call with a place is too big for a datagram, so it goes by TCP by itself; who withholds the number still shows it to the trunk.
func TestPlaceAndPrivacy(t *testing.T) {
	s := newStation(t, nil)
	c, err := newTestPhone(t).Dial("110", s.trunk(), Dial{
		From: "+628120000001", Withheld: true, Place: &Place{At: office.Point{Lat: -1.2654, Lng: 116.8312}, Radius: 40},
	})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := c.Wait(t.Context(), Answered); err != nil || state != Answered {
		t.Fatal(state, err, c.Ending())
	}
	s.mu.Lock()
	req := s.invites[0]
	s.mu.Unlock()
	if req.Transport() != "TCP" {
		t.Error("went by", req.Transport())
	}
	text := req.String()
	for _, want := range []string{"-1.265400 116.831200", "Geolocation: <cid:", "Privacy: id", "P-Asserted-Identity: <sip:+628120000001@", "anonymous.invalid", "uom:EPSG::9001\">40<"} {
		if !strings.Contains(text, want) {
			t.Errorf("INVITE lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(req.From().Value(), "628120000001") {
		t.Error("From shows the number")
	}
}

func TestALaw(t *testing.T) {
	for i := range 256 {
		if got := toALaw(linear[i]); got != byte(i) {
			t.Errorf("code %#x is %d, which encodes as %#x", i, linear[i], got)
		}
	}
	for _, v := range []int16{0, 1, -1, 100, -100, 3000, -3000, 32767, -32768} {
		back := linear[toALaw(v)]
		if d := int(back) - int(v); d > 600 || d < -600 {
			t.Errorf("%d comes back as %d", v, back)
		}
	}
}
