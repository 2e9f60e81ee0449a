package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// sse is one open stream.
type sse struct {
	t    *testing.T
	r    *bufio.Reader
	body io.Closer
}

type event struct{ name, id, data string }

func (c *client) stream(last string) *sse {
	c.t.Helper()
	req := c.request("GET", "/stream", nil)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	ctx, stop := context.WithCancel(c.t.Context())
	res, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		c.t.Fatal(err)
	}
	if ct := res.Header.Get("Content-Type"); ct != "text/event-stream" {
		c.t.Fatalf("stream: %d %s", res.StatusCode, ct)
	}
	c.t.Cleanup(func() { stop(); res.Body.Close() })
	return &sse{t: c.t, r: bufio.NewReader(res.Body), body: res.Body}
}

// next reads one event; a ping is one without data.
func (s *sse) next() event {
	s.t.Helper()
	var e event
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			s.t.Fatalf("stream: %v", err)
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "":
			if value == "ping" {
				e.name = "ping"
				continue
			}
			return e
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		}
	}
}

// change reads on to the change of a key.
func (s *sse) change(key string) event {
	s.t.Helper()
	for {
		e := s.next()
		if strings.Contains(e.data, `"key":"`+key+`"`) {
			return e
		}
	}
}

func TestStream(t *testing.T) {
	h := open(t)
	sari, rina, adm := h.as("sari", "polda", office.Operator), h.as("rina", "polda", office.Operator), h.as("adm", "polda", office.Administrator)
	s := sari.stream("")
	first := s.next()
	var snap struct {
		Boot, ServerTime string
		N                uint64
		Items            map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(first.data), &snap); err != nil || first.name != "snapshot" || snap.Boot != "boot1" || snap.ServerTime == "" {
		t.Fatalf("%+v %v", first, err)
	}
	sari.must("POST", "/duty", map[string]any{"seat": "polda/1"}, nil)
	seen := s.change("seat/polda/1")
	if seen.name != "change" || !strings.HasPrefix(seen.id, "boot1:") || !strings.Contains(seen.data, "mulai_dinas") {
		t.Fatalf("%+v", seen)
	}
	s.body.Close() // the connection breaks; things go on
	rina.must("POST", "/duty", map[string]any{"seat": "polda/2"}, nil)
	s = sari.stream(seen.id)
	if e := s.next(); e.name != "ping" {
		t.Fatalf("a resumed stream begins with %+v, not with what was missed", e)
	}
	if e := s.change("seat/polda/2"); !strings.Contains(e.data, `"name":"rina"`) {
		t.Errorf("%+v", e)
	}
	for _, strange := range []string{"other:5", "boot1:99999999", "boot1", "x:y:z"} {
		if e := sari.stream(strange).next(); e.name != "snapshot" {
			t.Errorf("after %q: %+v", strange, e)
		}
	}
	rina.must("DELETE", "/duty", nil, nil)
	h.api.Rows([]string{"calls"}, []office.ID{"lain"})
	h.api.Rows([]string{"calls", "incidents"}, []office.ID{"polda"})
	for {
		e := s.next()
		if e.name == "rows" {
			if e.data != `{"tables":["calls","incidents"]}` {
				t.Errorf("%+v", e)
			}
			break
		}
	}
	// An administrator sees alarms and no calls.
	h.board.Set("polda", "alarm/disk", map[string]string{"name": "disk"})
	a := adm.stream("").next()
	if !strings.Contains(a.data, "alarm/disk") || strings.Contains(a.data, "seat/") {
		t.Errorf("%+v", a)
	}
	// A sign-out ends the stream.
	sari.must("DELETE", "/session", nil, nil)
	for {
		if _, err := s.r.ReadString('\n'); err != nil {
			break
		}
	}
}

// What concerns the own seat comes ahead of what the office is told together, which tells it again; lists that changed
// come with the next batch. All this also to a program that takes no gzip.
func TestStreamOfAFullOffice(t *testing.T) {
	for _, encoding := range []string{"gzip", "identity"} {
		t.Run(encoding, func(t *testing.T) { streamOfAFullOffice(t, encoding) })
	}
}

func streamOfAFullOffice(t *testing.T, encoding string) {
	h := open(t)
	sari, rina := h.as("sari", "polda", office.Operator), h.as("rina", "polda", office.Operator)
	for range 60 {
		rina.stream("") // 0.3 s of pace
	}
	sari.must("POST", "/duty", map[string]any{"seat": "polda/1"}, nil)
	if encoding != "gzip" { // which the client asks for and reads by itself
		sari.accept = encoding
	}
	s := sari.stream("")
	if e := s.next(); e.name != "snapshot" || !strings.Contains(e.data, "mulai_dinas") {
		t.Fatalf("%+v", e)
	}
	h.api.Rows([]string{"calls"}, []office.ID{"polda"})
	for s.next().name != "rows" { // after a rest at once
	}
	h.board.Set("polda", "alarm/a", "a change alone is told at once")
	s.change("alarm/a")
	began := time.Now()
	h.board.Set("polda", "alarm/b", "the next one is not")
	sari.must("POST", "/duty/pause", map[string]any{"reason": "salat"}, nil)
	h.api.Rows([]string{"calls"}, []office.ID{"polda"})
	e := s.change("seat/polda/1")
	if d := time.Since(began); e.name != "now" || e.id != "" || !strings.Contains(e.data, "salat") || d > 250*time.Millisecond {
		t.Errorf("%v after the key: %+v", d, e)
	}
	var names []string
	for len(names) < 3 {
		e := s.next()
		names = append(names, e.name)
		if e.name == "change" && e.id == "" {
			t.Errorf("%+v", e)
		}
	}
	slices.Sort(names) // lists may have been told before, by themselves
	if got := strings.Join(names, " "); got != "change change rows" {
		t.Errorf("then came %s", got)
	}
}

// A screen that takes nothing holds nobody up, and costs no memory for what it didn't take.
func TestStalledStream(t *testing.T) {
	h := open(t)
	sari, rina := h.as("sari", "polda", office.Operator), h.as("rina", "polda", office.Operator)
	sari.stream("") // nobody reads it
	live := rina.stream("")
	live.next()
	big := strings.Repeat("x", 4<<10)
	began := time.Now()
	for i := range 20_000 { // 80 MB, far more than any buffer between us
		h.board.Set("polda", "alarm/flood", map[string]any{"i": i, "text": big})
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("the board waited %v for a screen", d)
	}
	h.board.Set("polda", "alarm/last", "seen")
	for live.change("alarm/last").name != "change" { // one that fell behind may be told ahead, too
	}
}

// Of a call that another seat has, a screen is told in short; the seat's own screen has all of it, also when it comes
// back from a break or sits down later.
func TestStreamTellsInShort(t *testing.T) {
	h := open(t)
	sari, rina := h.as("sari", "polda", office.Operator), h.as("rina", "polda", office.Operator)
	sari.must("POST", "/duty", map[string]any{"seat": "polda/1"}, nil)
	own, other := sari.stream(""), rina.stream("")
	own.next()
	other.next()
	talk := desk.CallView{
		ID: "c1", Office: "polda", Phase: call.Talking, Seat: "polda/1", Person: "p1", Number: "+628125550100",
		Offers: []desk.OfferView{}, Guests: []desk.GuestView{},
	}
	h.board.Set("polda", "call/c1", talk)
	if e := other.change("call/c1"); e.name != "short" || e.id == "" || strings.Contains(e.data, "5550100") || !strings.Contains(e.data, `"seat":"polda/1"`) {
		t.Errorf("another seat is told %+v", e)
	}
	whole := func(what string, s *sse) {
		t.Helper()
		for range 2 {
			if e := s.change("call/c1"); e.name != "short" {
				if !strings.Contains(e.data, "5550100") {
					t.Errorf("%s: %+v", what, e)
				}
				return
			}
		}
		t.Errorf("%s: only in short", what)
	}
	whole("the own seat", own)
	own.body.Close()
	talk.Digits = "5"
	h.board.Set("polda", "call/c1", talk)
	last := other.change("call/c1")
	whole("the own seat after a break", sari.stream(last.id))
	talk.Phase, talk.Seat = call.Queued, ""
	h.board.Set("polda", "call/c1", talk)
	if e := other.change("call/c1"); e.name != "change" || !strings.Contains(e.data, "5550100") {
		t.Errorf("of a call that waits another seat is told %+v", e)
	}
}
