package api_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

type incidentBody struct {
	ID, No, State, Office string
	Rev                   int
	Report                struct{ Place, ReporterNumber string }
	Timeline              []struct{ Who, Name, What, Text string }
}

// One call through the door: answered, typed, transferred, taken back, closed; the report accepted and closed.
func TestOneCall(t *testing.T) {
	h := open(t)
	sari, budi := h.as("sari", "polda", office.Operator), h.as("budi", "polres", office.Operator)
	h.sit(sari, "polda/1")
	h.sit(budi, "polres/1")
	id := h.talk(sari, "polda/1", "+6281234567890")
	at := "/calls/" + string(id)
	var inc incidentBody
	sari.must("PUT", at+"/report", form(0, "curat", "dpn Plaza"), &inc)
	if inc.State != "DRAFT" || inc.Report.ReporterNumber != "+6281234567890" || inc.Rev != 1 {
		t.Fatalf("%+v", inc)
	}
	var live desk.CallView
	sari.must("POST", at+"/transfer", map[string]any{"office": "polres"}, &live)
	if live.Phase != call.Transferring || live.Target != "polres" {
		t.Fatalf("%+v", live)
	}
	_, n := h.ringing("polres/1")
	if r := sari.do("POST", at+"/answer", map[string]any{"offer": n}); r.status != http.StatusConflict || r.code() != "stale_offer" {
		t.Errorf("another seat's offer: %d %s", r.status, r.body)
	}
	sari.must("POST", at+"/take-back", map[string]any{"offer": 0}, &live)
	if live.Phase != call.Talking || live.Chip != call.ByOurSide {
		t.Fatalf("%+v", live)
	}
	r := sari.do("POST", at+"/close", map[string]any{})
	if r.status != http.StatusConflict || r.code() != "outcome_needed" || !strings.Contains(string(r.body), "Penelepon tetap tersambung") {
		t.Errorf("close without an outcome: %d %s", r.status, r.body)
	}
	sari.must("POST", at+"/close", map[string]any{"outcome": "ditutup_polda_diteruskan"}, &live)
	if live.Phase != call.Ended {
		t.Errorf("%+v", live)
	}
	budi.must("POST", "/incidents/"+inc.ID+"/accept", nil, &inc)
	if inc.State != "ACCEPTED" || !strings.HasPrefix(inc.No, "K/") {
		t.Errorf("%+v", inc)
	}
	if r := sari.do("PUT", "/incidents/"+inc.ID+"/report", form(0, "curas", "lain")); r.code() != "changed" && r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
	budi.must("POST", "/incidents/"+inc.ID+"/notes", map[string]any{"text": "di lokasi"}, &inc)
	budi.must("POST", "/incidents/"+inc.ID+"/close", map[string]any{"result": "ditangani", "done": "selesai"}, &inc)
	last := inc.Timeline[len(inc.Timeline)-1]
	if inc.State != "CLOSED" || last.Name != "Bripka budi" {
		t.Errorf("%+v", inc)
	}
	if r := budi.do("POST", "/incidents/"+inc.ID+"/notes", map[string]any{"text": ""}); r.status != 422 || r.code() != "bad_input" {
		t.Errorf("an empty note: %d %s", r.status, r.body)
	}

	h.read()
	var list struct {
		Items []struct {
			ID, Outcome, NumberText, OperatorName string
			WaitMs                                int64
		}
	}
	sari.must("GET", "/calls?number=0812&office=polda", nil, &list)
	if len(list.Items) != 1 || list.Items[0].Outcome != "ditutup_polda_diteruskan" || list.Items[0].OperatorName != "Bripka sari" {
		t.Errorf("%+v", list)
	}
	var page struct {
		Timeline []struct{ Name, What, Text string }
	}
	sari.must("GET", at, nil, &page)
	if len(page.Timeline) < 4 {
		t.Errorf("%+v", page)
	}
	var incidents struct{ Items []incidentBody }
	sari.must("GET", "/incidents?state=closed", nil, &incidents)
	if len(incidents.Items) != 1 || incidents.Items[0].ID != inc.ID {
		t.Errorf("%+v", incidents)
	}
	if r := sari.do("GET", "/calls?day=besok", nil); r.status != 422 || r.code() != "bad_query" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// read waits until the view has read the journal.
func (h *house) read() {
	h.t.Helper()
	eventually(h.t, "the journal is written", func() bool { return h.behind.Backlog() == 0 })
	pos, _, err := h.journal.Last(h.t.Context())
	if err == nil {
		err = h.view.Wait(h.t.Context(), pos)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// A command happens once, however often it is sent with the same key, also at the same time.
func TestIdempotency(t *testing.T) {
	h := open(t)
	op := h.as("sari", "polda", office.Operator)
	th := h.story(op)
	path := "/incidents/" + th.incident + "/notes"
	send := func(key, text string) reply {
		req := op.request("POST", path, map[string]any{"text": text})
		req.Header.Set("Idempotency-Key", key)
		return op.send(req)
	}
	var all sync.WaitGroup
	replies := make([]reply, 8)
	for i := range replies {
		all.Go(func() { replies[i] = send("k1", "sekali saja") })
	}
	all.Wait()
	replayed := 0
	for _, r := range replies {
		if r.status != 200 || string(r.body) != string(replies[0].body) || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("%d %s %s", r.status, r.header.Get("Content-Type"), r.body)
		}
		if r.header.Get("Idempotent-Replay") == "true" {
			replayed++
		}
	}
	if replayed != len(replies)-1 {
		t.Errorf("%d of %d were answered from memory", replayed, len(replies))
	}
	if r := send("k1", "lain"); r.status != 422 || r.code() != "key_reused" {
		t.Errorf("the same key for another note: %d %s", r.status, r.body)
	}
	send("k2", "kedua")
	var inc incidentBody
	op.must("GET", "/incidents/"+th.incident, nil, &inc)
	notes := 0
	for _, l := range inc.Timeline {
		if l.What == "noted" {
			notes++
		}
	}
	if notes != 2 {
		t.Errorf("%d notes, want 2: %+v", notes, inc.Timeline)
	}
	req := op.request("POST", path, map[string]any{"text": "x"})
	req.Header.Del("Idempotency-Key")
	if r := op.send(req); r.status != 400 || r.code() != "key_needed" {
		t.Errorf("without a key: %d %s", r.status, r.body)
	}
	// A refusal is an answer too.
	for range 2 {
		req := op.request("POST", "/calls/"+th.call+"/close", map[string]any{})
		req.Header.Set("Idempotency-Key", "k3")
		if r := op.send(req); r.code() != "outcome_needed" || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	// The same key of another person is another command.
	other := h.as("rina", "polda", office.Operator)
	req = other.request("POST", path, map[string]any{"text": "ketiga"})
	req.Header.Set("Idempotency-Key", "k1")
	if r := other.send(req); r.status != 200 || r.header.Get("Idempotent-Replay") != "" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestSessionOverHTTP(t *testing.T) {
	h := open(t)
	sari := h.as("sari", "polda", office.Operator)
	var s struct {
		Person             struct{ Name, Role string }
		Office             struct{ ID, ZoneName string }
		Offices            []struct{ ID string }
		Duty               *struct{ Seat string }
		Boot               string
		MustChangePassword bool
	}
	sari.must("POST", "/duty", map[string]any{"seat": "polda/2"}, nil)
	sari.must("GET", "/session", nil, &s)
	if s.Person.Name != "sari" || s.Office.ZoneName != "WITA" || len(s.Offices) != 3 || s.Duty == nil || s.Duty.Seat != "polda/2" || s.Boot != "boot1" {
		t.Errorf("%+v", s)
	}
	rina := h.as("rina", "polda", office.Operator)
	r := rina.do("POST", "/duty", map[string]any{"seat": "polda/2"})
	var p struct{ By *struct{ Name string } }
	r.into(&p)
	if r.status != 409 || r.code() != "seat_taken" || p.By == nil || p.By.Name != "sari" {
		t.Errorf("%d %s", r.status, r.body)
	}
	// A new process on the same journal knows the session.
	again, err := staff.Open(t.Context(), h.journal, staff.Options{Offices: h.offices})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if sess, err := again.Session(sari.cookie); err != nil || sess.CSRF != sari.csrf {
		t.Errorf("%+v %v", sess, err)
	}
	sari.must("DELETE", "/session", nil, nil)
	rina.must("POST", "/duty", map[string]any{"seat": "polda/2"}, nil) // a sign-out frees the seat
	h.sit(rina, "polda/2")
	h.talk(rina, "polda/2", "+6281234567890")
	if r := rina.do("DELETE", "/session", nil); r.status != 409 || r.code() != "busy" {
		t.Errorf("a sign-out in a call: %d %s", r.status, r.body)
	}
	if r := sari.do("GET", "/session", nil); r.status != 401 {
		t.Errorf("after sign-out: %d", r.status)
	}
	for range 5 {
		r = h.nobody().do("POST", "/session", map[string]any{"user": "sari", "password": "salah"})
	}
	if r.status != 429 || r.code() != "locked" || r.header.Get("Retry-After") != "60" {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
}

// With a one-time password nothing works but changing it.
func TestOneTimePassword(t *testing.T) {
	h := open(t)
	adm := h.as("adm", "polda", office.Administrator)
	var made struct {
		Person          struct{ ID string }
		OneTimePassword string
	}
	adm.must("POST", "/people", map[string]any{"user": "baru", "name": "Baru", "rank": "Briptu", "office": "polres", "role": "operator"}, &made)
	c := h.nobody()
	r := c.do("POST", "/session", map[string]string{"user": "baru", "password": made.OneTimePassword})
	for _, k := range (&http.Response{Header: r.header}).Cookies() {
		c.cookie = k.Value
	}
	var s struct {
		CSRF               string
		MustChangePassword bool
	}
	r.into(&s)
	c.csrf = s.CSRF
	if !s.MustChangePassword {
		t.Fatalf("%s", r.body)
	}
	if r := c.do("GET", "/kinds", nil); r.status != 403 || r.code() != "must_change_password" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := c.do("POST", "/session/password", map[string]string{"old": made.OneTimePassword, "new": "pendek"}); r.code() != "password_short" {
		t.Errorf("%d %s", r.status, r.body)
	}
	c.must("POST", "/session/password", map[string]string{"old": made.OneTimePassword, "new": "sepeda tua di pasar"}, nil)
	c.must("GET", "/kinds", nil, nil)
	if r := adm.do("POST", "/people", map[string]any{"user": "baru", "name": "Baru", "rank": "", "office": "polda", "role": "chief"}); r.code() != "user_taken" {
		t.Errorf("%d %s", r.status, r.body)
	}
	var changed struct {
		Name   string
		Active bool
	}
	c.must("POST", "/duty", map[string]any{"seat": "polres/1"}, nil)
	adm.must("PATCH", "/people/"+made.Person.ID, map[string]any{"active": false}, &changed)
	if changed.Active || changed.Name != "Baru" {
		t.Errorf("%+v", changed)
	}
	if r := c.do("GET", "/kinds", nil); r.status != 401 {
		t.Errorf("a closed account goes on: %d", r.status)
	}
	if seat := h.desk.SeatOf(office.PersonID(made.Person.ID)); seat != "" {
		t.Errorf("a closed account sits at %s", seat)
	}
	if r := adm.do("PATCH", "/people/"+made.Person.ID, map[string]any{"role": "king"}); r.status != 422 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestSettings(t *testing.T) {
	h := open(t)
	chief := h.as("kepala", "polda", office.Chief)
	var set struct{ TTransferMs, TWrapMs int64 }
	chief.must("PATCH", "/offices/polres/settings", map[string]any{"tTransferMs": 5000, "tWrapMs": 0}, &set)
	if set.TTransferMs != 5000 || set.TWrapMs != 0 {
		t.Errorf("%+v", set)
	}
	chief.must("GET", "/offices/polres/settings", nil, &set)
	if set.TTransferMs != 5000 || set.TWrapMs != 0 {
		t.Errorf("%+v", set)
	}
	for _, bad := range []int64{0, -1, 60_000, 1 << 62} {
		r := chief.do("PATCH", "/offices/polres/settings", map[string]any{"tTransferMs": bad})
		if r.status != 422 || r.code() != "setting_range" || !strings.Contains(strings.ToLower(string(r.body)), "transfer") {
			t.Errorf("%d: %d %s", bad, r.status, r.body)
		}
	}
}

// Each listening is in the journal before the first sound; ranges of one listening are one.
func TestTape(t *testing.T) {
	h := open(t)
	op, adm := h.as("sari", "polda", office.Operator), h.as("adm", "polda", office.Administrator)
	th := h.story(op)
	if r := op.do("GET", "/calls/"+th.call+"/tape?reason=keluhan", nil); r.status != 404 || r.code() != "no_tape" {
		t.Fatalf("without a tape: %d %s", r.status, r.body)
	}
	body, err := call.Codec.Encode([]call.Event{call.TapeSealed{At: time.Now(), Tape: th.call, Hash: "ab", Seconds: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.journal.Append(t.Context(), "call/"+th.call, journal.Any, []journal.Record{{Type: "call", Version: call.Version, Body: body}}); err != nil {
		t.Fatal(err)
	}
	h.read()
	req := op.request("GET", "/calls/"+th.call+"/tape?reason=keluhan+warga", nil)
	for range 3 {
		req.Header.Set("Range", "bytes=5-8")
		if r := op.send(req); r.status != 206 || string(r.body) != "tape" || r.header.Get("Content-Type") != "audio/wav" {
			t.Fatalf("%d %v %s", r.status, r.header, r.body)
		}
	}
	for path, code := range map[string]string{"/tape": "reason_needed", "/tape?reason=x": "reason_needed"} {
		if r := op.do("GET", "/calls/"+th.call+path, nil); r.code() != code {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if r := adm.do("GET", "/calls/"+th.call+"/tape?reason=keluhan", nil); r.status != 403 {
		t.Errorf("an administrator hears a tape: %d", r.status)
	}
	months, err := h.journal.Streams(t.Context(), "audit/")
	if err != nil || len(months) != 1 {
		t.Fatal(months, err)
	}
	recs, err := h.journal.Read(t.Context(), months[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	tapes := 0
	for _, r := range recs {
		events, _, err := staff.Codec.Decode(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := events[0].(staff.Read); ok && e.What == "tape" {
			tapes++
			if e.Why != "keluhan warga" || e.Subject != th.call || r.Who == "" {
				t.Errorf("%+v by %s", e, r.Who)
			}
		}
	}
	if tapes != 1 {
		t.Errorf("%d listenings are written down, want 1", tapes)
	}
}

func TestWallboard(t *testing.T) {
	h := open(t)
	sup := h.as("awas", "polda", office.Supervisor)
	op := h.as("sari", "polda", office.Operator)
	h.story(op)
	var link struct{ URL string }
	sup.must("POST", "/wallboards", nil, &link)
	type wall struct {
		Office, Name string
		Live         int
		PerOffice    []struct {
			Office string
			Open   int
		}
	}
	var r reply
	var w wall
	eventually(t, "the wall shows the call", func() bool { // figures are shown ten times a second
		r, w = h.nobody().do("GET", link.URL, nil), wall{}
		r.into(&w)
		return w.Live == 1
	})
	if r.status != 200 || w.Name != "Polda" || w.Live != 1 || len(w.PerOffice) != 3 || w.PerOffice[1].Open != 1 {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, secret := range []string{"sari", "Andi", "81234567890"} {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("the wall shows %s: %s", secret, r.body)
		}
	}
	bad := link.URL[:len(link.URL)-2] + "zz"
	for _, url := range []string{bad, "/wall/", "/wall/x.y", strings.Replace(link.URL, "/wall/", "/wall/A", 1)} {
		if r := h.nobody().do("GET", url, nil); r.status != 404 {
			t.Errorf("%s: %d %s", url, r.status, r.body)
		}
	}
}

func TestFilesAndHeaders(t *testing.T) {
	h := open(t)
	get := func(path, accept string) reply {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", h.http.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", accept)
		return h.nobody().send(req)
	}
	for _, c := range []struct{ path, accept, body, encoding, cache string }{
		{"/", "gzip, br", "brotli", "br", "no-cache"},
		{"/", "", "<!doctype html>", "", "no-cache"},
		{"/states", "br;q=0", "<!doctype html>", "", "no-cache"},
		{"/wall/abc.def", "", "<!doctype html>", "", "no-cache"},
		{"/assets/index-Bk3xY_9a.js", "gzip", "gzip", "gzip", "public, max-age=31536000, immutable"},
		{"/sounds/offer.wav", "gzip", "RIFF", "", "no-cache"},
	} {
		r := get(c.path, c.accept)
		if r.status != 200 || string(r.body) != c.body || r.header.Get("Content-Encoding") != c.encoding || r.header.Get("Cache-Control") != c.cache {
			t.Errorf("%s (%s): %d %v %s", c.path, c.accept, r.status, r.header, r.body)
		}
		for _, name := range []string{"Content-Security-Policy", "Strict-Transport-Security", "Referrer-Policy", "Permissions-Policy", "X-Content-Type-Options"} {
			if r.header.Get(name) == "" {
				t.Errorf("%s has no %s", c.path, name)
			}
		}
	}
	for _, path := range []string{"/assets/gone-12345678.js", "/index.html.br", "/.gitkeep", "/../api/server.go"} {
		if r := get(path, ""); r.status != 404 && string(r.body) != "<!doctype html>" {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "siaga_calls_live", "/api/v1/openapi.json": `"openapi": "3.1.0"`} {
		if r := get(path, ""); r.status != 200 || !strings.Contains(string(r.body), want) {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	for _, c := range []struct{ method, path, code string }{{"GET", "/nothing", "not_found"}, {"PUT", "/kinds", "method_not_allowed"}} {
		if r := h.nobody().do(c.method, c.path, nil); r.code() != c.code {
			t.Errorf("%s: %d %s", c.path, r.status, r.body)
		}
	}
}

// Bad requests get a clear answer each.
func TestBadRequests(t *testing.T) {
	h := open(t)
	op := h.as("sari", "polda", office.Operator)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no json":       {`{"seat":`, 400, "bad_input"},
		"unknown field": {`{"seat":"polda/1","x":1}`, 422, "bad_input"},
		"wrong type":    {`{"seat":1}`, 422, "bad_input"},
		"empty":         {``, 400, "bad_input"},
		"huge":          {`{"seat":"` + strings.Repeat("a", 70<<10) + `"}`, 413, "too_large"},
		"no seat":       {`{"seat":"polda/99"}`, 409, "no_seat"},
	} {
		req := op.request("POST", "/duty", nil)
		req.Body = http.NoBody
		req, err := http.NewRequestWithContext(t.Context(), "POST", req.URL.String(), strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = op.request("POST", "/duty", map[string]any{}).Header
		if r := op.send(req); r.status != c.status || r.code() != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, r.status, r.body, c.status, c.code)
		}
	}
}
