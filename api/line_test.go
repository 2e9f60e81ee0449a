package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// page is a console's socket.
type page struct {
	t    *testing.T
	conn *websocket.Conn
}

type said struct {
	T, SDP, Call, Kind, Why, Code string
	Offer                         int
	On                            bool
}

func (c *client) socket(origin string) (*page, *http.Response, error) {
	c.t.Helper()
	h := http.Header{"Cookie": {"__Host-siaga=" + c.cookie}}
	if origin != "" {
		h.Set("Origin", origin)
	}
	conn, res, err := websocket.Dial(c.t.Context(), "wss"+strings.TrimPrefix(c.base, "https")+"/api/v1/line",
		&websocket.DialOptions{HTTPClient: c.http, HTTPHeader: h})
	if err != nil {
		return nil, res, err
	}
	c.t.Cleanup(func() { _ = conn.CloseNow() })
	return &page{c.t, conn}, res, nil
}

func (c *client) line() *page {
	c.t.Helper()
	p, _, err := c.socket(c.base)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (p *page) say(m map[string]any) {
	p.t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.Write(p.t.Context(), websocket.MessageText, raw); err != nil {
		p.t.Fatal(err)
	}
}

// hear reads on to a message of this kind.
func (p *page) hear(kind string) said {
	p.t.Helper()
	return p.hears(kind)[kind]
}

// hears reads until there was a message of each kind, in any order, for at most 5 s; beats are answered.
func (p *page) hears(kinds ...string) map[string]said {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), 5*time.Second)
	defer stop()
	got := map[string]said{}
	for len(got) < len(kinds) {
		_, raw, err := p.conn.Read(ctx)
		if err != nil {
			p.t.Fatalf("waiting for %v, have %v: %v", kinds, got, err)
		}
		var m said
		if err := json.Unmarshal(raw, &m); err != nil {
			p.t.Fatalf("%s: %v", raw, err)
		}
		if slices.Contains(kinds, m.T) {
			got[m.T] = m
		}
		if m.T == "beat" {
			p.say(map[string]any{"t": "beat", "level": 0.1, "loss": 0, "jitterMs": 2})
		}
	}
	return got
}

// over reads to the end of the socket.
func (p *page) over() {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), 6*time.Second)
	defer stop()
	for {
		if _, _, err := p.conn.Read(ctx); err != nil {
			if ctx.Err() != nil {
				p.t.Fatal("the socket stays open")
			}
			return
		}
	}
}

// The socket of a seat through one call: line, ring, answer, microphone, reload in mid-talk.
func TestLine(t *testing.T) {
	h := open(t)
	sari := h.as("sari", "polda", office.Operator)
	if _, res, err := sari.socket(sari.base); err == nil || res.StatusCode != http.StatusConflict {
		t.Fatalf("without duty: %v %v", res, err)
	}
	sari.must("POST", "/duty", map[string]any{"seat": "polda/1"}, nil)
	if _, res, err := sari.socket("https://evil.example"); err == nil || res.StatusCode != http.StatusForbidden {
		t.Fatalf("from another page: %v %v", res, err)
	}
	p := sari.line()
	p.say(map[string]any{"t": "offer", "sdp": "bad"})
	if m := p.hear("error"); m.Code != "softphone" {
		t.Errorf("%+v", m)
	}
	p.say(map[string]any{"t": "offer", "sdp": "v=0"})
	if m := p.hears("answer", "tone")["answer"]; m.SDP != "answer to v=0" {
		t.Fatalf("%+v", m)
	}
	eventually(t, "ready", func() bool { return sari.do("POST", "/duty/ready", nil).status == 200 })
	citizen := h.dial("+6281234567890")
	ring := p.hear("ring")
	if ring.Kind != "queue" || ring.Offer == 0 {
		t.Fatalf("%+v", ring)
	}
	p.say(map[string]any{"t": "rang", "call": ring.Call, "offer": ring.Offer})
	sari.must("POST", "/calls/"+ring.Call+"/answer", map[string]any{"offer": ring.Offer}, nil)
	// Call and seat come to the board one after the other, in either order.
	both := p.hears("stop", "mic")
	if m := both["stop"]; m.Call != ring.Call || m.Offer != ring.Offer || m.Why != "answered" {
		t.Errorf("%+v", m)
	}
	if m := both["mic"]; !m.On {
		t.Errorf("%+v", m)
	}

	// A second tab takes the phone over; the first is told, and no line is lost by its end.
	second := sari.line()
	p.hear("moved")
	p.over()
	if n := h.phone.lostSeats(); n != 0 {
		t.Errorf("%d lines were lost by moving", n)
	}
	if m := second.hear("mic"); !m.On { // told anew, for a page that knows nothing
		t.Errorf("%+v", m)
	}
	second.say(map[string]any{"t": "offer", "sdp": "v=0"})
	second.hear("answer")

	// The browser is killed: the caller is an orphan at once; a reload has them again.
	_ = second.conn.CloseNow()
	eventually(t, "the line is lost", func() bool { return h.phone.lostSeats() == 1 })
	phase := func() call.Phase {
		v, _ := h.board.Get("polda", "call/"+ring.Call)
		c, _ := v.(desk.CallView)
		return c.Phase
	}
	eventually(t, "orphan", func() bool { return phase() == call.Orphan })
	third := sari.line()
	third.say(map[string]any{"t": "offer", "sdp": "v=0"})
	third.hear("answer")
	eventually(t, "talking again", func() bool { return phase() == call.Talking })

	// The audio line breaks though the socket lives: the page is told and begins anew.
	h.phone.mu.Lock()
	broken := h.phone.fail
	h.phone.mu.Unlock()
	broken()
	if m := third.hear("error"); m.Code != "line_lost" {
		t.Errorf("%+v", m)
	}
	third.over()

	fourth := sari.line()
	fourth.say(map[string]any{"t": "offer", "sdp": "v=0"})
	fourth.hear("answer")
	eventually(t, "talking once more", func() bool { return phase() == call.Talking })
	citizen.end(phone.ByFarEnd)
	for fourth.hear("mic").On { // until it goes off: with the caller gone, what is said is for nobody
		continue
	}
	sari.must("POST", "/calls/"+ring.Call+"/close", map[string]any{"outcome": "informasi"}, nil)
	eventually(t, "the seat is free", func() bool {
		v, _ := h.board.Get("polda", "seat/polda/1")
		s, _ := v.(desk.SeatView)
		return s.Call == ""
	})
	sari.must("DELETE", "/duty", nil, nil)
	fourth.over()
}

// Three seconds without a beat, and the seat counts as lost.
func TestLineSilent(t *testing.T) {
	t.Parallel()
	h := open(t)
	sari := h.as("sari", "polda", office.Operator)
	sari.must("POST", "/duty", map[string]any{"seat": "polda/1"}, nil)
	p := sari.line()
	p.say(map[string]any{"t": "beat"})
	began := time.Now()
	p.over()
	if d := time.Since(began); d < 3*time.Second || d > 5*time.Second || h.phone.lostSeats() != 1 {
		t.Errorf("closed after %v, %d lines lost", d, h.phone.lostSeats())
	}
}

// A seat that rings and isn't answered hears why it stopped; the Polres seat rings for a transfer.
func TestLineTransfer(t *testing.T) {
	t.Parallel()
	h := open(t)
	sari, budi := h.as("sari", "polda", office.Operator), h.as("budi", "polres", office.Operator)
	h.sit(sari, "polda/1")
	budi.must("POST", "/duty", map[string]any{"seat": "polres/1"}, nil)
	p := budi.line()
	p.say(map[string]any{"t": "offer", "sdp": "v=0"})
	p.hear("answer")
	eventually(t, "ready", func() bool { return budi.do("POST", "/duty/ready", nil).status == 200 })
	id := h.talk(sari, "polda/1", "+6281234567890")
	sari.must("POST", "/calls/"+string(id)+"/transfer", map[string]any{"office": "polres"}, nil)
	ring := p.hear("ring")
	if ring.Kind != "transfer" || ring.Call != string(id) {
		t.Fatalf("%+v", ring)
	}
	p.say(map[string]any{"t": "rang", "call": ring.Call, "offer": ring.Offer})
	sari.must("POST", "/calls/"+string(id)+"/take-back", map[string]any{"offer": 0}, nil)
	if m := p.hear("stop"); m.Call != ring.Call {
		t.Errorf("%+v", m)
	}
	// Signing out ends the socket.
	sup := h.signIn("budi")
	budi.must("DELETE", "/session", nil, nil)
	p.over()
	sup.must("GET", "/session", nil, nil)
}
