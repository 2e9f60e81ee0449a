package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// beat is a Polres with a supervisor, a unit, and Yoga, who leads its crew.
type beat struct {
	*house
	sup  *client
	unit string
	yoga office.PersonID
}

func newBeat(t *testing.T) *beat {
	t.Helper()
	b := &beat{house: open(t)}
	b.sup = b.as("sup", "polres", office.Supervisor)
	b.person("yoga", "polres", office.Supervisor)
	for _, p := range b.staff.People("polres") {
		if p.User == "yoga" {
			b.yoga = p.ID
		}
	}
	b.unit = string(b.house.unit("Beruang 7", "polres"))
	b.man(b.yoga)
	return b
}

func (b *beat) man(people ...office.PersonID) {
	b.t.Helper()
	crew := []map[string]any{}
	for _, p := range people {
		crew = append(crew, map[string]any{"person": p})
	}
	b.sup.must("PUT", "/units/"+b.unit+"/crew", map[string]any{"crew": crew, "shift": "pagi", "until": time.Now().Add(8 * time.Hour)}, nil)
}

func (b *beat) invite() api.PhoneInvite {
	b.t.Helper()
	var in api.PhoneInvite
	b.sup.must("POST", "/units/"+b.unit+"/phones", map[string]any{}, &in)
	return in
}

func code(in api.PhoneInvite) string {
	u, _ := url.Parse(in.URL)
	return u.Fragment
}

// phone opens a phone.
func (b *beat) phone() *client {
	b.t.Helper()
	in := b.invite()
	c := b.nobody()
	r := c.do("POST", "/patrol/session", map[string]any{"code": code(in), "pin": in.PIN})
	if r.status != 200 {
		b.t.Fatalf("the phone doesn't open: %d %s", r.status, r.body)
	}
	var s api.PatrolSession
	r.into(&s)
	for _, k := range (&http.Response{Header: r.header}).Cookies() {
		if k.Name == "__Host-siaga" && k.Secure && k.HttpOnly && k.SameSite == http.SameSiteStrictMode {
			c.cookie = k.Value
		}
	}
	if c.csrf = s.CSRF; c.cookie == "" || s.Sign != "Beruang 7" || string(s.Unit) != b.unit || s.Person != b.yoga || s.Zone != "Asia/Makassar" {
		b.t.Fatalf("%+v", s)
	}
	return c
}

// job makes a report at the Polres and sends the unit.
func (b *beat) job(place string) string {
	b.t.Helper()
	var inc struct{ ID string }
	report := form(0, "curas", place)
	delete(report, "rev")
	report["reporterNumber"] = "081234567890"
	b.sup.must("POST", "/incidents", map[string]any{"source": "walk_in", "report": report}, &inc)
	b.sup.must("POST", "/incidents/"+inc.ID+"/assign", map[string]any{"units": []string{b.unit}}, nil)
	return inc.ID
}

func TestPhoneSignIn(t *testing.T) {
	b := newBeat(t)
	in := b.invite()
	if !strings.HasPrefix(in.URL, b.http.URL+"/patroli/#") || in.QR.Size < 21 || !strings.HasPrefix(in.QR.Path, "M0 0h7v1") || in.Person != b.yoga {
		t.Fatalf("%+v", in)
	}
	if r := b.nobody().do("POST", "/patrol/session", map[string]any{"code": code(in), "pin": "x"}); r.code() != "wrong_pin" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := b.sup.do("POST", "/patrol/session", map[string]any{"code": code(in), "pin": in.PIN}); r.code() != "console_here" {
		t.Errorf("the code opens on the console itself: %d %s", r.status, r.body)
	}
	phone := b.phone()
	if r := b.nobody().do("POST", "/patrol/session", map[string]any{"code": code(in), "pin": in.PIN}); r.code() != "bad_invite" {
		t.Errorf("an older code: %d %s", r.status, r.body)
	}
	var phones []api.UnitPhone
	b.sup.must("GET", "/units/"+b.unit+"/phones", nil, &phones)
	if len(phones) != 1 || phones[0].Since == nil || !phones[0].Aboard || phones[0].Name != "Bripka yoga" {
		t.Fatalf("%+v", phones)
	}
	// Yoga is a supervisor, and the phone isn't.
	th := things{unit: b.unit, call: "c", incident: "i", person: "p", picture: "h", member: "m", handover: "h"}
	for _, o := range operations(t) {
		if !o.open && !slices.Contains(o.roles, office.Patrol) {
			if r := phone.send(o.ask(phone, th)); r.code() != "not_allowed" {
				t.Errorf("a phone on %s %s: %d %s", o.method, o.path, r.status, r.body)
			}
		}
	}
	// Who leaves the crew has a phone that opens nothing, wherever they go next.
	other := string(b.house.unit("Beruang 8", "polres"))
	b.man()
	if r := phone.do("GET", "/job", nil); r.code() != "not_aboard" || r.status != 401 {
		t.Errorf("%d %s", r.status, r.body)
	}
	b.sup.must("PUT", "/units/"+other+"/crew", map[string]any{"crew": []any{map[string]any{"person": b.yoga}}, "shift": ""}, nil)
	if r := phone.do("GET", "/job", nil); r.code() != "not_aboard" {
		t.Errorf("the phone of one unit reads the job of another: %d %s", r.status, r.body)
	}
	if r := b.sup.do("POST", "/units/"+b.unit+"/phones", map[string]any{}); r.code() != "no_crew" {
		t.Errorf("%d %s", r.status, r.body)
	}
	b.sup.must("PUT", "/units/"+other+"/crew", map[string]any{"crew": []any{}, "shift": ""}, nil)
	b.man(b.yoga)
	phone.must("GET", "/job", nil, nil)
	b.sup.must("DELETE", "/units/"+b.unit+"/phones", nil, nil)
	if r := phone.do("GET", "/job", nil); r.code() != "no_session" {
		t.Errorf("a revoked phone: %d %s", r.status, r.body)
	}
}

func TestJobByPhone(t *testing.T) {
	b := newBeat(t)
	phone := b.phone()
	id := b.job("dpn Plaza")
	var j dispatch.JobCard
	phone.must("GET", "/job", nil, &j)
	if j.Incident == nil || string(j.Incident.ID) != id || j.Status != "ASSIGNED" || !j.Incident.CanCall || j.Now.IsZero() || len(j.Crew) != 1 {
		t.Fatalf("%+v", j)
	}
	// All was pressed without a signal, and is sent later, in order; some of it twice.
	from := time.Now()
	eventually(t, "a moment passes", func() bool { return time.Since(from) > 30*time.Millisecond })
	acked, left := from.Add(10*time.Millisecond), from.Add(20*time.Millisecond)
	step := func(key, step string, at time.Time) reply {
		return phone.do("POST", "/job/step", map[string]any{"key": key, "pressedAt": at, "incident": id, "step": step})
	}
	for _, r := range []reply{step("a", "acknowledge", acked), step("a", "acknowledge", acked), step("b", "depart", left)} {
		if r.status != 200 {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	var inc api.Incident
	b.sup.must("GET", "/incidents/"+id, nil, &inc)
	u := inc.Units[0]
	if u.AckedAt == nil || !u.AckedAt.Equal(acked) || u.DepartedAt == nil || !u.DepartedAt.Equal(left) || len(u.Skipped) > 0 {
		t.Fatalf("the times of the presses are lost: %+v", u)
	}
	if r := step("c", "arrive", time.Now().Add(time.Hour)); r.code() != "bad_time" {
		t.Errorf("in the future: %d %s", r.status, r.body)
	}
	if r := step("c", "arrive", time.Now().Add(-25*time.Hour)); r.code() != "too_late" {
		t.Errorf("of yesterday: %d %s", r.status, r.body)
	}
	if r := step("d", "arrive", from.Add(-time.Hour)); r.status != 200 { // a wrong clock doesn't turn the order round
		t.Errorf("%d %s", r.status, r.body)
	}
	b.sup.must("GET", "/incidents/"+id, nil, &inc)
	if at := inc.Units[0].ArrivedAt; at == nil || at.Before(left) {
		t.Errorf("arrived before it departed: %v", at)
	}
	for range 2 {
		phone.must("POST", "/job/notes", map[string]any{"key": "n1", "pressedAt": time.Now(), "incident": id, "text": "pelaku lari ke pelabuhan"}, &j)
	}
	if len(j.Incident.Notes) != 1 || j.Incident.Notes[0].By != "Bripka yoga" {
		t.Fatalf("%+v", j.Incident.Notes)
	}
	during := time.Now()
	for range 2 {
		if r := step("e", "done", time.Now()); r.status != 200 {
			t.Fatalf("done, again since the answer was lost: %d %s", r.status, r.body)
		}
	}
	// What was written while the unit had the job still belongs to it; what comes after doesn't.
	phone.must("POST", "/job/notes", map[string]any{"key": "n2", "pressedAt": during, "incident": id, "text": "saksi: Pak Amir"}, nil)
	b.sup.must("POST", "/incidents/"+id+"/close", map[string]any{"result": "ditangani", "done": "selesai"}, nil)
	phone.must("POST", "/job/notes", map[string]any{"key": "n3", "pressedAt": during, "incident": id, "text": "ditulis sebelum tutup"}, nil)
	if r := phone.do("POST", "/job/notes", map[string]any{"key": "n4", "incident": id, "text": "sesudahnya"}); r.code() != "not_your_job" {
		t.Errorf("%d %s", r.status, r.body)
	}
	b.sup.must("GET", "/incidents/"+id, nil, &inc)
	if n := len(slices.DeleteFunc(inc.Timeline, func(l api.IncidentLine) bool { return l.What != "noted" })); n != 3 {
		t.Errorf("%d notes", n)
	}
}

func TestPicturesByPhone(t *testing.T) {
	b := newBeat(t)
	phone := b.phone()
	id := b.job("dpn Plaza")
	jpeg := append([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0}, bytes.Repeat([]byte("x"), 5000)...)
	sum := sha256.Sum256(jpeg)
	hash := hex.EncodeToString(sum[:])
	send := func(kind, claimed string, file []byte) reply {
		q := url.Values{"incident": {id}, "key": {"p1"}, "sha256": {claimed}, "caption": {"pintu belakang"}, "takenAt": {time.Now().Format(time.RFC3339Nano)}}
		req := phone.request("POST", "/job/pictures?"+q.Encode(), nil)
		req.Header.Set("Content-Type", kind)
		req.Body, req.ContentLength = nopCloser{bytes.NewReader(file)}, int64(len(file))
		return phone.send(req)
	}
	for range 2 {
		if r := send("image/jpeg", hash, jpeg); r.status != 200 {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	for name, r := range map[string]reply{
		"picture_kind":  send("text/html", hash, jpeg),
		"picture_hash":  send("image/jpeg", strings.Repeat("0", 64), jpeg),
		"picture_large": send("image/jpeg", hash, append(jpeg, make([]byte, 13<<20)...)),
	} {
		if r.code() != name {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := send("image/jpeg", hash, []byte("<script>")); r.code() != "picture_kind" {
		t.Errorf("a script as a picture: %d %s", r.status, r.body)
	}
	if r := send("audio/webm", hash, append([]byte{0x1a, 0x45, 0xdf, 0xa3}, make([]byte, 500)...)); r.code() != "picture_hash" {
		t.Errorf("a spoken note: %d %s", r.status, r.body)
	}
	var inc api.Incident
	b.sup.must("GET", "/incidents/"+id, nil, &inc)
	if len(inc.Pictures) != 1 || inc.Pictures[0].Hash != hash || inc.Pictures[0].Caption != "pintu belakang" || string(inc.Pictures[0].Unit) != b.unit {
		t.Fatalf("%+v", inc.Pictures)
	}
	r := b.sup.do("GET", "/incidents/"+id+"/pictures/"+hash, nil)
	if r.status != 200 || !bytes.Equal(r.body, jpeg) || r.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r := b.sup.do("GET", "/incidents/"+id+"/pictures/"+strings.Repeat("0", 64), nil); r.status != 404 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestPanicAndTalkByPhone(t *testing.T) {
	b := newBeat(t)
	phone := b.phone()
	id := b.job("dpn Plaza")
	for range 2 {
		phone.must("POST", "/job/panic", map[string]any{"key": "x1", "at": map[string]any{"lat": -1.26, "lng": 116.83}}, nil)
	}
	for _, o := range []office.ID{"polda", "polres", "sebelah"} {
		v, _ := b.board.Get(o, "unit/"+b.unit)
		if u, _ := v.(dispatch.UnitCard); u.Panic == nil || u.Panic.Place == nil || u.Panic.Place.Lng != 116.83 {
			t.Errorf("%s doesn't see the call for help: %+v", o, u.Panic)
		}
	}
	b.sup.must("POST", "/units/"+b.unit+"/panic/see", nil, nil)
	var j dispatch.JobCard
	phone.must("GET", "/job", nil, &j)
	if j.Panic == nil || j.Panic.Seen == "" {
		t.Errorf("the crew isn't told that it was seen: %+v", j.Panic)
	}
	b.sup.must("POST", "/units/"+b.unit+"/panic/clear", map[string]any{"text": "bantuan tiba"}, nil)
	phone.must("POST", "/job/panic", map[string]any{"key": "x1"}, &j)
	if j.Panic != nil {
		t.Error("the same press raises a second alarm")
	}
	phone.must("POST", "/job/panic", map[string]any{"key": "x2", "pressedAt": time.Now().Add(time.Hour)}, &j)
	if j.Panic == nil || time.Until(j.Panic.At) > time.Second {
		t.Error("a wrong clock keeps a call for help back")
	}
	if r := phone.do("POST", "/job/call", map[string]any{"key": "c1", "incident": id, "number": "bukan nomor"}); r.code() != "bad_number" {
		t.Errorf("%d %s", r.status, r.body)
	}
	for range 2 {
		phone.must("POST", "/job/call", map[string]any{"key": "c1", "incident": id, "number": "0813-0000-0001"}, &j)
	}
	if j.Incident.Ask == nil || j.Incident.Ask.Done != nil || j.Incident.Ask.Number != "" {
		t.Fatalf("%+v", j.Incident.Ask)
	}
	v, _ := b.board.Get("polres", "incident/"+id)
	c, _ := v.(dispatch.Card)
	if len(c.Asks) != 1 || c.Asks[0].Number != "+6281300000001" || c.Asks[0].Sign != "Beruang 7" {
		t.Fatalf("%+v", c.Asks)
	}
	b.sup.must("POST", "/incidents/"+id+"/asked-call", map[string]any{"unit": b.unit, "how": "tersambung"}, nil)
	phone.must("GET", "/job", nil, &j)
	if j.Incident.Ask == nil || j.Incident.Ask.Done == nil {
		t.Errorf("the crew isn't told: %+v", j.Incident.Ask)
	}
}

// The phone learns of its job by the stream, and of nothing else.
func TestPhoneStream(t *testing.T) {
	b := newBeat(t)
	phone := b.phone()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	req := phone.request("GET", "/stream", nil).WithContext(ctx)
	req.Header.Set("Accept-Encoding", "identity")
	res, err := phone.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		buf := make([]byte, 64<<10)
		for {
			n, err := res.Body.Read(buf)
			if n > 0 {
				lines <- string(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	first := <-lines
	if strings.Contains(first, `"unit/`) || !strings.Contains(first, `"job/`+b.unit) {
		t.Fatalf("%s", first)
	}
	began := time.Now()
	id := b.job("dpn Plaza")
	for text := range lines {
		if strings.Contains(text, "dpn Plaza") {
			t.Fatalf("words of the report in the stream of a phone: %s", text)
		}
		if strings.Contains(text, id) {
			if d := time.Since(began); d > 2*time.Second {
				t.Errorf("told after %s", d)
			}
			return
		}
	}
	t.Fatal("the phone was not told")
}

func TestPositionsOfDevices(t *testing.T) {
	b := newBeat(t)
	var d api.NewDevice
	b.sup.must("POST", "/units/"+b.unit+"/devices", map[string]any{"label": "HP Yoga"}, &d)
	if !strings.HasSuffix(d.OwnTracks, "/api/v1/positions/owntracks") || d.Token == "" {
		t.Fatalf("%+v", d)
	}
	where := func() dispatch.PositionView {
		v, _ := b.board.Get("polda", "position/"+b.unit)
		p, _ := v.(dispatch.PositionView)
		return p
	}
	now := time.Now().Truncate(time.Second)
	send := func(method, target, kind, body, token string) reply {
		req, err := http.NewRequestWithContext(t.Context(), method, b.http.URL+"/api/v1/positions/"+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		if token != "" {
			req.SetBasicAuth("beruang7", token)
		}
		return b.nobody().send(req)
	}
	unix := func(t time.Time) string { return jsonOf(t.Unix()) }
	ot := func(body string) reply { return send("POST", "owntracks", "application/json", body, d.Token) }
	// As OwnTracks for Android 2.5 sends it.
	r := ot(`{"_type":"location","BSSID":"02:00","SSID":"x","acc":12,"alt":31,"batt":73,"bs":1,"cog":271,"conn":"m","created_at":` + unix(now) + `,"lat":-1.26543,"lon":116.83122,"m":1,"t":"u","tid":"b7","topic":"owntracks/beruang7/hp","tst":` + unix(now.Add(-5*time.Second)) + `,"vac":3,"vel":36}`)
	if r.status != 200 || strings.TrimSpace(string(r.body)) != "[]" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if p := where(); p.At.Lat != -1.26543 || p.At.Lng != 116.83122 || !p.Time.Equal(now.Add(-5*time.Second)) || p.Accuracy != 12 ||
		p.Speed < 9.99 || p.Speed > 10.01 || p.Heading != 271 || p.Battery != 73 || p.Source != "owntracks" {
		t.Fatalf("%+v", p)
	}
	for body, want := range map[string]int{
		``:                                 200, // a friend was deleted
		`{"_type":"lwt","tst":1}`:          200,
		`{"_type":"location","lat":1}`:     422,
		`{"_type":"encrypted","data":"x"}`: 422,
		`{"lat":1,"lon":2,"tst":3}`:        422,
		`[1]`:                              422,
		`{"_type":"location","lat":91,"lon":2,"tst":` + unix(now) + `}`:                   409,
		`{"_type":"location","lat":1,"lon":2,"tst":` + unix(now.Add(24*time.Hour)) + `}`:  409,
		`{"_type":"location","lat":1,"lon":2,"tst":` + unix(now.Add(-13*time.Hour)) + `}`: 200, // of no use, nobody's fault
		`{"_type":"location","lat":1,"lon":2,"tst":` + strings.Repeat("9", 40<<10) + `}`:  413,
	} {
		if r := ot(body); r.status != want || want == 422 && !strings.Contains(string(r.body), `"detail"`) {
			t.Errorf("%.60s: %d %s", body, r.status, r.body)
		}
	}
	if p := where(); p.At.Lat != -1.26543 {
		t.Errorf("a bad one moved the unit: %+v", p)
	}
	if r := send("POST", "owntracks", "application/json", `{}`, "wrong"); r.status != 401 || r.code() != "unknown_device" {
		t.Errorf("%d %s", r.status, r.body)
	}
	q := func(pairs ...string) string {
		v := url.Values{"id": {d.Token}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	// As Traccar Client 8 sends it: all in the query of a POST without a body. Speed is in knots.
	r = send("POST", "osmand?"+q("timestamp", unix(now.Add(-4*time.Second)), "lat", "-1.27", "lon", "116.84", "speed", "19.4384", "bearing", "90.0", "altitude", "12.5", "accuracy", "8.0", "batt", "55.0"), "", "", "")
	if p := where(); r.status != 200 || p.At.Lat != -1.27 || p.Speed < 9.99 || p.Speed > 10.01 || p.Heading != 90 || p.Accuracy != 8 || p.Battery != 55 || p.Source != "osmand" {
		t.Fatalf("%d %s %+v", r.status, r.body, p)
	}
	// As OsmAnd sends it: a GET with milliseconds and hdop.
	r = send("GET", "osmand?"+q("timestamp", jsonOf(now.Add(-3*time.Second).UnixMilli()), "lat", "-1.28", "lon", "116.85", "hdop", "2", "altitude", "0", "speed", "0"), "", "", "")
	if p := where(); r.status != 200 || p.At.Lat != -1.28 || p.Accuracy != 10 || p.Speed != 0 || p.Heading != -1 || !p.Time.Equal(now.Add(-3*time.Second)) {
		t.Fatalf("%d %s %+v", r.status, r.body, p)
	}
	// A form, with a date.
	r = send("POST", "osmand", "application/x-www-form-urlencoded", q("timestamp", now.Add(-2*time.Second).UTC().Format("2006-01-02T15:04:05Z"), "lat", "-1.29", "lon", "116.86"), "")
	if p := where(); r.status != 200 || p.At.Lat != -1.29 || p.Speed != -1 {
		t.Fatalf("%d %s %+v", r.status, r.body, p)
	}
	// JSON, as Traccar Client 9 sends it. Speed is in m/s.
	r = send("POST", "osmand", "application/json", `{"location":{"timestamp":"`+now.Add(-time.Second).UTC().Format("2006-01-02T15:04:05.000Z")+
		`","coords":{"latitude":-1.3,"longitude":116.87,"accuracy":5,"speed":7.5,"heading":180,"altitude":3},"is_moving":true,"odometer":12,"event":"motionchange","battery":{"level":0.41,"is_charging":false},"activity":{"type":"in_vehicle"},"extras":{}},"device_id":"`+d.Token+`"}`, "")
	if p := where(); r.status != 200 || p.At.Lat != -1.3 || p.Speed != 7.5 || p.Heading != 180 || p.Battery != 41 {
		t.Fatalf("%d %s %+v", r.status, r.body, p)
	}
	for pairs, want := range map[string]int{
		"timestamp=x&lat=1&lon=2": 422, "timestamp=" + unix(now) + "&lat=x&lon=2": 422, "timestamp=" + unix(now) + "&lat=1&lon=181": 409,
		"valid=0&lat=1&lon=2": 200, "batt=5": 200, "timestamp=" + unix(now) + "&lat=NaN&lon=2": 409,
	} {
		if r := send("GET", "osmand?id="+d.Token+"&"+pairs, "", "", ""); r.status != want {
			t.Errorf("%s: %d %s", pairs, r.status, r.body)
		}
	}
	if r := send("GET", "osmand?id=nobody&lat=1&lon=2", "", "", ""); r.status != 401 {
		t.Errorf("%d %s", r.status, r.body)
	}
	b.sup.must("DELETE", "/units/"+b.unit+"/devices/"+d.ID, nil, nil)
	if r := ot(`{"_type":"location","lat":1,"lon":2,"tst":` + unix(now) + `}`); r.status != 401 {
		t.Errorf("a dropped device: %d %s", r.status, r.body)
	}
	if u, _ := b.dispatch.LastPosition(incident.UnitID(b.unit)); u.At.Lat != -1.3 {
		t.Errorf("%+v", u)
	}
}

func jsonOf(n int64) string { return strconv.FormatInt(n, 10) }
