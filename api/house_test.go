package api_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/staff"
	"github.com/siaga110/siaga/tape"
	"github.com/siaga110/siaga/view"
)

// house is the real rooms behind a real HTTPS server; only the wire is small: citizens are legs without audio, and
// seats are lines without a browser.
type house struct {
	t        *testing.T
	journal  *journal.Memory
	behind   *journal.Behind
	offices  *office.Directory
	staff    *staff.Staff
	roster   *staff.Roster
	board    *board.Board
	desk     *desk.Desk
	dispatch *dispatch.Dispatch
	view     *view.View
	phone    *softphone
	api      *api.Server
	files    *tape.Files
	http     *httptest.Server
}

const password = "kuda laut biru"

var sites = []office.Office{
	{ID: "polda", Kind: office.Polda, Name: "Polda", Code: "K", Zone: "Asia/Makassar", Seats: 3},
	{ID: "polres", Kind: office.Polres, Parent: "polda", Name: "Polres", Code: "K-1", Zone: "Asia/Makassar", Seats: 2},
	{ID: "sebelah", Kind: office.Polres, Parent: "polda", Name: "Polres Sebelah", Code: "K-2", Zone: "Asia/Makassar", Seats: 2},
	{ID: "lain", Kind: office.Polda, Name: "Polda Lain", Code: "L", Zone: "Asia/Jakarta", Seats: 2},
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, journal: journal.NewMemory(), board: board.New("boot1")}
	quiet := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		quiet = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h.offices, err = office.NewDirectory(sites)
	check()
	h.behind = journal.NewBehind(h.journal, journal.BehindOptions{Log: quiet})
	h.staff, err = staff.Open(t.Context(), h.journal, staff.Options{Offices: h.offices, Log: quiet})
	check()
	h.roster, err = staff.OpenRoster(t.Context(), h.journal, staff.Options{Offices: h.offices, Log: quiet})
	check()
	newID := func() string { return journal.NewID(time.Now()) }
	h.dispatch, err = dispatch.New(dispatch.Options{Offices: h.offices, Journal: h.behind, Board: h.board, NewID: newID, Log: quiet, Name: h.staff.Name})
	check()
	h.desk, err = desk.New(desk.Options{
		Offices: h.offices, Default: "polda", Journal: h.behind, Board: h.board, Incidents: told{h.dispatch}, NewID: newID,
		AckWithin: 5 * time.Second, Log: quiet,
	})
	check()
	h.dispatch.SetLink(linking(h.desk))
	h.dispatch.Start()
	var rows atomic.Pointer[api.Server]
	h.view, err = view.Open(t.Context(), t.TempDir(), h.journal, h.offices, view.Options{
		Name: h.staff.Name, OnRows: func(tables []string, offices []office.ID) {
			if s := rows.Load(); s != nil {
				s.Rows(tables, offices)
			}
		},
	})
	check()
	h.phone = &softphone{desk: h.desk}
	h.files, err = tape.OpenFiles(t.TempDir())
	check()
	h.api, err = api.New(h.config())
	check()
	rows.Store(h.api)
	h.http = httptest.NewTLSServer(h.api.Handler())
	t.Cleanup(h.close)
	return h
}

func (h *house) config() api.Config {
	return api.Config{
		Staff: h.staff, Directory: h.offices, Board: h.board, Desk: h.desk, Dispatch: h.dispatch, View: h.view,
		Softphone: h.phone, Tapes: tapes{}, Files: h.files, Lands: groundOf(h.t, h.offices), LinkKey: []byte("0123456789abcdef"), Version: "test",
		Roster: h.roster, RosterFiles: rosterFiles{h},
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("siaga_calls_live 0\n")) }),
		Log:     slog.New(slog.DiscardHandler),
		Web: fstest.MapFS{
			"index.html":                  {Data: []byte("<!doctype html>")},
			"index.html.br":               {Data: []byte("brotli")},
			"assets/index-Bk3xY_9a.js":    {Data: []byte("let x")},
			"assets/index-Bk3xY_9a.js.gz": {Data: []byte("gzip")},
			".gitkeep":                    {},
			"patroli/index.html":          {Data: []byte("<!doctype html><title>Patroli")},
			"sounds/offer.wav":            {Data: []byte("RIFF")},
		},
	}
}

func (h *house) close() {
	h.api.Close()
	h.http.Close()
	h.desk.Close()
	h.dispatch.Close()
	if err := h.view.Close(); err != nil {
		h.t.Error(err)
	}
	h.staff.Close()
	if err := h.behind.Close(context.Background()); err != nil {
		h.t.Error(err)
	}
}

// linking links an incident to its call.
func linking(d *desk.Desk) func(string, incident.ID) {
	return func(c string, id incident.ID) { d.Link(call.ID(c), string(id)) }
}

// told is what the node wires between desk and dispatch.
type told struct{ d *dispatch.Dispatch }

func (i told) CallBegan(c call.ID, o office.ID, n office.Number, at time.Time) {
	i.d.CallBegan(string(c), o, n, at)
}

func (i told) Sent(c call.ID, by call.SeatRef, to office.ID) {
	i.d.Sent(string(c), by.Person, by.Office, to)
}
func (i told) Answered(c call.ID, by call.SeatRef) { i.d.Answered(string(c), by.Person, by.Office) }
func (i told) TakenBack(c call.ID, from office.ID, chip call.Chip) {
	i.d.TakenBack(string(c), from, string(chip))
}

func (i told) Silent(c call.ID, by call.SeatRef, at string, area office.ID) {
	i.d.Silent(string(c), by.Person, at, area)
}

func (i told) Ended(c call.ID, by call.SeatRef, _ call.Outcome) {
	i.d.Ended(string(c), by.Person, dispatch.KeepHere)
}
func (i told) Words(c call.ID) (string, string)                { return i.d.Words(string(c)) }
func (told) Number(call.ID) string                             { return "" }
func (i told) About(office.Number) ([]desk.OpenIncident, bool) { return nil, false }

// softphone gives each seat a line that can always be heard.
type softphone struct {
	desk *desk.Desk

	mu   sync.Mutex
	n    int
	lost []office.SeatID
	fail func() // the newest line's
}

type seatLine struct {
	seat office.SeatID
	id   string
}

func (l seatLine) ID() string          { return l.id }
func (l seatLine) Seat() office.SeatID { return l.seat }
func (l seatLine) Alive() bool         { return true }

func (s *softphone) Open(seat office.SeatID, sdp string, lost func()) (string, error) {
	if sdp == "bad" {
		return "", fmt.Errorf("no audio")
	}
	s.mu.Lock()
	s.n++
	id := fmt.Sprint(s.n)
	s.fail = lost
	s.mu.Unlock()
	s.desk.LineUp(seatLine{seat, id})
	return "answer to " + sdp, nil
}

func (s *softphone) Lost(seat office.SeatID) {
	s.mu.Lock()
	s.lost = append(s.lost, seat)
	s.mu.Unlock()
	s.desk.LineLost(seat, "")
}

func (s *softphone) lostSeats() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lost)
}

type tapes struct{}

func (tapes) Open(id string) (io.ReadSeekCloser, error) {
	return nopCloser{bytes.NewReader([]byte("RIFF tape of " + id))}, nil
}

func (tapes) Chain(id string) (io.ReadCloser, error) {
	return nopCloser{bytes.NewReader([]byte("siaga-tape 1 " + id))}, nil
}

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

// leg is a citizen who says nothing.
type leg struct {
	party phone.Party
	mu    sync.Mutex
	sink  func(phone.Event)
	over  bool
}

func (l *leg) ID() string                    { return "leg" }
func (l *leg) Party() phone.Party            { return l.party }
func (l *leg) Talk() phone.Talk              { return silence{} }
func (l *leg) Listen(sink func(phone.Event)) { l.mu.Lock(); l.sink = sink; l.mu.Unlock() }
func (l *leg) Ring()                         {}
func (l *leg) Answer()                       {}
func (l *leg) Refuse(int, string)            { l.end(phone.ByUs) }
func (l *leg) Press(string)                  {}
func (l *leg) Hangup()                       { l.end(phone.ByUs) }

func (l *leg) end(f phone.Fault) {
	l.mu.Lock()
	was, sink := l.over, l.sink
	l.over = true
	l.mu.Unlock()
	if !was && sink != nil {
		sink(phone.Ended{Ending: phone.Ending{Fault: f}})
	}
}

type silence struct{}

func (silence) Connect(...phone.Line)  {}
func (silence) Program(phone.Program)  {}
func (silence) Say(string)             {}
func (silence) Mute(bool)              {}
func (silence) Record(phone.Recorder)  {}
func (silence) Stats() (s phone.Stats) { return s }

// dial makes a citizen call.
func (h *house) dial(number office.Number) *leg {
	l := &leg{party: phone.Party{Number: number, Trunk: "t", Dialled: "110"}}
	h.desk.Incoming(l)
	h.t.Cleanup(func() { l.end(phone.ByFarEnd) })
	return l
}

// person makes an account.
func (h *house) person(user string, o office.ID, role office.Role) {
	h.t.Helper()
	err := h.staff.CreateWithPassword(h.t.Context(), staff.NewPerson{User: user, Name: user, Rank: "Bripka", Office: o, Role: role}, password)
	if err != nil {
		h.t.Fatal(err)
	}
}

// client is a person's browser, or nobody's.
type client struct {
	t      *testing.T
	base   string
	http   *http.Client
	cookie string
	csrf   string
	accept string // encoding; empty: the http client's
	keys   *atomic.Int64
}

func (h *house) nobody() *client {
	return &client{t: h.t, base: h.http.URL, keys: new(atomic.Int64), http: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}}
}

// as makes an account and signs it in.
func (h *house) as(user string, o office.ID, role office.Role) *client {
	h.t.Helper()
	h.person(user, o, role)
	return h.signIn(user)
}

func (h *house) signIn(user string) *client {
	h.t.Helper()
	c := h.nobody()
	res := c.do("POST", "/session", map[string]string{"user": user, "password": password})
	for res.code() == "too_many" { // a test that asks for everything has emptied the address's bucket
		time.Sleep(50 * time.Millisecond)
		res = c.do("POST", "/session", map[string]string{"user": user, "password": password})
	}
	if res.status != 200 {
		h.t.Fatalf("sign in as %s: %d %s", user, res.status, res.body)
	}
	for _, k := range (&http.Response{Header: res.header}).Cookies() {
		if k.Name == "__Host-siaga" && k.Secure && k.HttpOnly && k.SameSite == http.SameSiteStrictMode && k.Path == "/" {
			c.cookie = k.Value
		}
	}
	var s struct{ CSRF string }
	res.into(&s)
	c.csrf = s.CSRF
	if c.cookie == "" || c.csrf == "" {
		h.t.Fatalf("sign-in gave no session: %v %s", res.header, res.body)
	}
	return c
}

type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (r reply) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
}

// code is the problem's.
func (r reply) code() string {
	var p api.Problem
	if json.Unmarshal(r.body, &p) != nil {
		return ""
	}
	return p.Code
}

func (c *client) request(method, path string, body any) *http.Request {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/api/v1"+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.accept != "" {
		req.Header.Set("Accept-Encoding", c.accept)
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", "__Host-siaga="+c.cookie)
	}
	if method != http.MethodGet {
		req.Header.Set("X-Siaga-Csrf", c.csrf)
		req.Header.Set("Idempotency-Key", fmt.Sprintf("key-%d", c.keys.Add(1)))
	}
	return req
}

func (c *client) send(req *http.Request) reply {
	c.t.Helper()
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{t: c.t, status: res.StatusCode, header: res.Header, body: raw}
}

func (c *client) do(method, path string, body any) reply {
	c.t.Helper()
	return c.send(c.request(method, path, body))
}

// must expects success and decodes the answer.
func (c *client) must(method, path string, body, into any) {
	c.t.Helper()
	r := c.do(method, path, body)
	if r.status/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	if into != nil {
		r.into(into)
	}
}

// eventually waits for what other goroutines do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 5 s: %s", what)
}

// sit puts an operator at a seat that can be heard and is READY.
func (h *house) sit(c *client, seat office.SeatID) {
	h.t.Helper()
	c.must("POST", "/duty", map[string]any{"seat": seat}, nil)
	if _, err := h.phone.Open(seat, "v=0", func() {}); err != nil {
		h.t.Fatal(err)
	}
	eventually(h.t, "the line is up", func() bool {
		v, _ := h.board.Get(office.ID(houseOf(seat)), "seat/"+string(seat))
		s, _ := v.(desk.SeatView)
		return s.Line == desk.LineUp
	})
	c.must("POST", "/duty/ready", nil, nil)
}

func houseOf(s office.SeatID) string {
	for i, r := range s {
		if r == '/' {
			return string(s[:i])
		}
	}
	return string(s)
}

// ringing waits until a call rings at the seat, and tells its id and the offer's number.
func (h *house) ringing(seat office.SeatID) (id call.ID, n int) {
	h.t.Helper()
	eventually(h.t, "a call rings at "+string(seat), func() bool {
		w, snap := h.board.Watch(office.ID(houseOf(seat)), "", 0)
		defer w.Close()
		for _, v := range snap.Items {
			c, _ := v.(desk.CallView)
			for _, o := range c.Offers {
				if o.Seat == seat {
					id, n = c.ID, o.N
					return true
				}
			}
		}
		return false
	})
	return id, n
}

// talk lets a citizen call the operator, who answers.
func (h *house) talk(c *client, seat office.SeatID, number office.Number) call.ID {
	h.t.Helper()
	h.dial(number)
	id, n := h.ringing(seat)
	c.must("POST", "/calls/"+string(id)+"/answer", map[string]any{"offer": n}, nil)
	return id
}
