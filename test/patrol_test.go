package test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/dispatch/push/pushtest"
)

// patrolPhone is a unit's phone: a Chromium of its own with a small screen that is touched, at a place.
type patrolPhone struct {
	*operator
	unit dispatch.UnitCard
	pin  string
	link string
}

// unit finds a manned unit of the city that has nothing to do.
func (c *client) freeUnit() dispatch.UnitCard {
	c.t.Helper()
	var units []dispatch.UnitCard
	c.must("GET", "/units?office="+bpn, nil, &units)
	i := slices.IndexFunc(units, func(u dispatch.UnitCard) bool { return len(u.Crew) > 0 && u.Job == nil && u.Status.Free() })
	if i < 0 {
		c.t.Fatalf("none of %d units is manned and free", len(units))
	}
	return units[i]
}

// phone opens the phone of a unit, with a code that the Polres' supervisor makes.
func (h *house) phone(t testing.TB, sup *client, unit dispatch.UnitCard) *patrolPhone {
	t.Helper()
	var in api.PhoneInvite
	sup.must("POST", "/units/"+string(unit.ID)+"/phones", map[string]any{}, &in)
	p := &patrolPhone{operator: h.browses(t, "patroli", mic), unit: unit, pin: in.PIN, link: in.URL}
	p.run(
		chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(1), chromedp.EmulateMobile, chromedp.EmulateTouch),
		chromedp.ActionFunc(func(ctx context.Context) error {
			b := chromedp.FromContext(ctx).Browser
			for _, name := range []string{"geolocation", "notifications"} {
				err := browser.SetPermission(&browser.PermissionDescriptor{Name: name}, browser.PermissionSettingGranted).
					Do(cdp.WithExecutor(ctx, b))
				if err != nil {
					return err
				}
			}
			return nil
		}),
		emulation.SetGeolocationOverride().WithLatitude(-1.2760).WithLongitude(116.8400).WithAccuracy(8),
	)
	p.opens()
	return p
}

func (p *patrolPhone) opens() {
	p.t.Helper()
	p.run(chromedp.Navigate(p.link))
	p.types("pin", p.pin)
	p.taps("open")
	p.reads("menu", p.unit.Sign)
}

// touches presses a place of the page for a while, as a finger does.
func (p *patrolPhone) touches(testid string, d time.Duration) {
	p.t.Helper()
	var at struct{ X, Y, W, H float64 }
	eventually(p.t, "the finger finds "+testid, 15*time.Second, func() bool {
		p.run(chromedp.Evaluate(`(() => { const e = document.querySelector('`+id(testid)+`'); if (!e || e.disabled) return {};
			e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); const x = r.x + r.width / 2, y = r.y + r.height / 2;
			return e.contains(document.elementFromPoint(x, y)) ? {X: x, Y: y, W: r.width, H: r.height} : {}; })()`, &at))
		return at.W > 0
	})
	if at.H < 56 || at.W < 56 {
		p.t.Errorf("%s is %v×%v px: a glove misses it", testid, at.W, at.H)
	}
	point := []*input.TouchPoint{{X: at.X, Y: at.Y}}
	p.run(chromedp.ActionFunc(func(ctx context.Context) error {
		return input.DispatchTouchEvent(input.TouchStart, point).Do(ctx)
	}))
	if d > 0 {
		p.run(chromedp.Sleep(d))
	}
	p.run(chromedp.ActionFunc(func(ctx context.Context) error {
		return input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}).Do(ctx)
	}))
}

func (p *patrolPhone) taps(testid string) { p.t.Helper(); p.touches(testid, 0) }

// signal is there, or not.
func (p *patrolPhone) signal(there bool) {
	p.t.Helper()
	p.run(network.Enable(), network.OverrideNetworkState(!there, 0, -1, -1), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := network.EmulateNetworkConditionsByRule(!there, []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1}}).Do(ctx)
		return err
	}))
}

// unsent waits until so many presses wait in the phone.
func (p *patrolPhone) unsent(n int) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("%d presses wait in the phone", n), 30*time.Second, func() bool {
		return p.attr("outbox", "count") == fmt.Sprint(n)
	})
}

// walkIn is a report that somebody brings to the Polres; the unit is sent to it.
func (c *client) walkIn(kind, place string, unit dispatch.UnitCard) string {
	c.t.Helper()
	var inc struct{ ID string }
	c.must("POST", "/incidents", map[string]any{"source": "walk_in", "report": map[string]any{
		"kind": kind, "priority": 2, "place": place, "at": map[string]any{"lat": -1.2765, "lng": 116.8405}, "reporter": "Andi Rahman",
		"reporterNumber": "+6281234567890", "protect": false, "weapons": "senjata tajam", "injured": "", "people": 2, "vehicle": "motor hitam",
		"office": bpn, "summary": "Dua orang naik motor hitam, satu membawa parang.",
	}}, &inc)
	c.sends(inc.ID, unit)
	return inc.ID
}

// sends a unit to an incident.
func (c *client) sends(incident string, unit dispatch.UnitCard) {
	c.t.Helper()
	c.must("POST", "/incidents/"+incident+"/assign", map[string]any{"units": []string{string(unit.ID)}}, nil)
}

func (c *client) whole(id string) (i api.Incident) {
	c.t.Helper()
	c.must("GET", "/incidents/"+id, nil, &i)
	return i
}

func (p *patrolPhone) fits(name, axe string) {
	p.t.Helper()
	var wide int
	p.run(chromedp.Evaluate(`document.scrollingElement.scrollWidth`, &wide))
	if wide > 390 {
		p.t.Errorf("%s is %d px wide", name, wide)
	}
	if t, ok := p.t.(*testing.T); ok {
		p.accessible(t, name, axe)
	}
	if dir := os.Getenv("SIAGA_SCREENSHOTS"); dir != "" {
		p.picture(filepath.Join(dir, name+".png"))
	}
}

// TestPatrolPhone: from a citizen's call to the officer at the door, with a phone that loses its signal in the middle.
func TestPatrolPhone(t *testing.T) {
	h := open(t)
	axe, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v: npm --prefix web ci installs it", err)
	}
	sup := h.signIn(h.account(bpn, "supervisor", 0))
	unit := sup.freeUnit()
	p := h.phone(t, sup, unit)
	p.sees("no-job")
	p.fits("patroli-siap", string(axe))

	sari := h.browses(t, "sari", mic)
	sari.begins(h.account(polda, "operator", 0), polda+"/1")
	dwi := h.browses(t, "dwi", micRes)
	dwi.begins(h.account(bpn, "operator", 0), bpn+"/1")
	c := answered(t, h, sari, "+6281200000731", "60000")
	fills(sari)
	sari.presses("F4")
	sari.state("RESERVED")
	dwi.sees("answer")
	dwi.presses("F2")
	dwi.state("TALKING")
	sari.presses("F6")
	dwi.presses("F9")
	c.ends(10 * time.Second)
	reader := h.signIn(h.account(polda, "supervisor", 0))
	inc := reader.ended(c.number, 1).Incident
	dwi.dies()

	// From the key press to the phone.
	began := time.Now()
	sup.sends(inc, unit)
	eventually(t, "the phone shows its job", 10*time.Second, func() bool { return p.attr("job", "incident") == inc })
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("the phone was told after %v, 2 s are promised", d)
	} else {
		t.Logf("the phone was told %v after the press", d.Round(time.Millisecond))
	}
	p.reads("place-of-job", "Plaza Balikpapan")
	p.fits("patroli-tugas", string(axe))
	p.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	p.fits("patroli-tugas-gelap", string(axe))
	p.taps("next") // terima
	p.unsent(0)
	eventually(t, "the Polres sees that it was accepted", 5*time.Second, func() bool { return sup.whole(inc).Units[0].AckedAt != nil })

	// No signal: presses, a note and a photo wait in the phone, over a reload too.
	p.signal(false)
	left := time.Now()
	p.taps("next") // berangkat
	p.unsent(1)
	time.Sleep(1500 * time.Millisecond)
	came := time.Now()
	p.taps("next") // tiba
	p.taps("note")
	p.types("note-text", "Pelaku lari ke arah pelabuhan")
	p.taps("note-save")
	p.photographs()
	p.unsent(4)
	p.sees("offline")
	p.fits("patroli-tanpa-sinyal", string(axe))
	p.run(chromedp.Reload())
	p.signal(false)
	p.unsent(4)
	eventually(t, "the job is still there without a signal", 10*time.Second, func() bool { return p.attr("job", "incident") == inc })
	if s := p.attr("next", "step"); s != "done" {
		t.Errorf("the phone forgot what was pressed: next is %q", s)
	}
	p.taps("outbox")
	p.fits("patroli-belum-terkirim", string(axe))
	p.taps("outbox")
	if u := sup.whole(inc).Units[0]; u.DepartedAt != nil {
		t.Fatal("the signal wasn't lost")
	}
	time.Sleep(time.Second)
	p.signal(true)
	p.unsent(0)
	got := sup.whole(inc)
	u := got.Units[0]
	near := func(name string, at *time.Time, want time.Time) {
		t.Helper()
		if at == nil || at.Sub(want).Abs() > 700*time.Millisecond {
			t.Errorf("%s at %v, pressed at %v", name, at, want)
		}
	}
	near("departed", u.DepartedAt, left)
	near("arrived", u.ArrivedAt, came)
	notes := 0
	for _, l := range got.Timeline {
		if strings.Contains(l.Text, "arah pelabuhan") {
			notes++
		}
	}
	if notes != 1 || len(got.Pictures) != 1 || got.Pictures[0].Type != "image/png" || len(u.Skipped) > 0 {
		t.Errorf("%d notes, %+v pictures, skipped %v", notes, got.Pictures, u.Skipped)
	}
	eventually(t, "the Polres knows where the unit is", 10*time.Second, func() bool {
		var j dispatch.JobCard
		p.run(chromedp.Evaluate(`fetch('/api/v1/job').then((r) => r.json())`, &j, await))
		return j.Place != nil && j.Place.At.Lat == -1.276 && j.Place.Source == "page"
	})

	p.taps("call")
	p.types("call-number", "081300000001")
	p.taps("call-ask")
	eventually(t, "the operator is asked", 5*time.Second, func() bool {
		a := sup.whole(inc).Asks
		return len(a) == 1 && a[0].Number == "+6281300000001"
	})
	p.fits("patroli-telepon", string(axe))
	p.taps("next")
	p.taps("next") // selesai, sure
	p.sees("no-job")
	p.unsent(0)
	sup.must("POST", "/incidents/"+inc+"/close", map[string]any{"result": "ditangani", "done": "Pelaku diamankan"}, nil)
	got = sup.whole(inc)
	if got.State != "CLOSED" || got.Units[0].EndedAt == nil || got.Units[0].Released != "" {
		t.Errorf("%s %+v", got.State, got.Units[0])
	}

	// The phone ends with its code: another one is needed.
	sup.must("DELETE", "/units/"+string(unit.ID)+"/phones", nil, nil)
	eventually(t, "a revoked phone asks for a new code", 20*time.Second, func() bool {
		var text string
		p.run(chromedp.Evaluate(`document.body.innerText`, &text))
		return strings.Contains(text, "Pindai kode baru") || strings.Contains(text, "Belum ada kode")
	})
	p.fits("patroli-masuk", string(axe))
}

// photographs gives the page a photo, as the camera does.
func (p *patrolPhone) photographs() {
	p.t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "web", "patrol", "public", "icon-192.png"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.run(chromedp.SetUploadFiles(id("photo"), []string{path}, chromedp.ByQuery))
}

// TestPatrolOutboxOverKill: the server is killed while the phone sends, again and again; each press is there once.
func TestPatrolOutboxOverKill(t *testing.T) {
	h := open(t)
	sup := h.signIn(h.account(bpn, "supervisor", 0))
	unit := sup.freeUnit()
	p := h.phone(t, sup, unit)
	inc := sup.walkIn("curas", "dpn Plaza Balikpapan", unit)
	eventually(t, "the phone shows its job", 10*time.Second, func() bool { return p.attr("job", "incident") == inc })
	p.signal(false)
	p.taps("next")
	var want []string
	for i := range 12 {
		words := fmt.Sprintf("catatan nomor %d", i)
		want = append(want, words)
		p.taps("note")
		p.types("note-text", words)
		p.taps("note-save")
	}
	p.taps("next")
	p.unsent(14)
	p.signal(true)
	for i := range 3 { // while they go out
		time.Sleep(time.Duration(60+80*i) * time.Millisecond)
		h.kill()
		h.again()
	}
	p.unsent(0)
	var said []string
	got := sup.whole(inc)
	for _, l := range got.Timeline {
		if strings.HasPrefix(l.Text, "catatan nomor") {
			said = append(said, l.Text)
		}
	}
	if !slices.Equal(said, want) {
		t.Errorf("the incident says %q", said)
	}
	if u := got.Units[0]; u.AckedAt == nil || u.DepartedAt == nil || len(u.Skipped) > 0 {
		t.Errorf("%+v", u)
	}
	if p.has("refused") {
		t.Error("something was refused")
	}
}

// TestPatrolPush: a push service of the test's own gets a message that only this phone can read, within 2 s; and what the
// real service worker makes of such a message stands on the locked screen.
func TestPatrolPush(t *testing.T) {
	h := open(t)
	service := pushtest.Serve(t)
	sup := h.signIn(h.account(bpn, "supervisor", 0))
	unit := sup.freeUnit()
	p := h.phone(t, sup, unit)
	b := service.Browser()
	var status int
	keep := func(endpoint string) int {
		p.run(chromedp.Evaluate(fmt.Sprintf(`(async () => {
			const s = await (await fetch('/api/v1/patrol/session')).json();
			const r = await fetch('/api/v1/patrol/push', {method: 'PUT', headers: {'Content-Type': 'application/json',
				'X-Siaga-Csrf': s.csrf, 'Idempotency-Key': crypto.randomUUID()},
				body: JSON.stringify({endpoint: %q, keys: {p256dh: %q, auth: %q}})});
			return r.status;
		})()`, endpoint, b.P256dh, b.Auth), &status, await))
		return status
	}
	for _, bad := range []string{"https://evil.example/x", "http://10.0.0.1/x", "https://169.254.169.254/latest/meta-data"} {
		if s := keep(bad); s != 422 {
			t.Errorf("%s: %d", bad, s)
		}
	}
	if s := keep(b.Endpoint); s != 204 {
		t.Fatalf("%d", s)
	}
	h.kill() // a restart forgets no phone
	h.again()
	began := time.Now()
	inc := sup.walkIn("curas", "dpn Plaza Balikpapan", unit)
	m := b.Next(t)
	if d := m.At.Sub(began); d > 2*time.Second {
		t.Errorf("pushed after %v", d)
	}
	var news dispatch.CrewNews
	if err := json.Unmarshal(m.Text, &news); err != nil || news.What != "job" || string(news.Incident) != inc || strings.Contains(string(m.Text), "Plaza") {
		t.Fatalf("%s %v", m.Text, err)
	}
	eventually(t, "the service worker is at work", 10*time.Second, func() bool {
		var state string
		p.run(chromedp.Evaluate(`navigator.serviceWorker.ready.then((r) => r.active?.state ?? '')`, &state, await))
		return state == "activated"
	})
	p.deliversPush(string(m.Text))
	eventually(t, "the notification is shown", 10*time.Second, func() bool {
		var titles []string
		p.run(chromedp.Evaluate(`navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((l) => l.map((n) => n.title))`, &titles, await))
		return slices.Contains(titles, "Tugas baru P2")
	})
	sup.must("POST", "/incidents/"+inc+"/release", map[string]any{"unit": unit.ID}, nil)
	if m := b.Next(t); !strings.Contains(string(m.Text), `"gone"`) {
		t.Errorf("%s", m.Text)
	}
	sup.must("DELETE", "/units/"+string(unit.ID)+"/phones", nil, nil)
	n := b.Count()
	sup.sends(inc, unit)
	time.Sleep(time.Second)
	if b.Count() != n {
		t.Error("a revoked phone is woken")
	}
}

// deliversPush hands a message to the page's service worker, as the browser does when its push service gives it one.
func (p *patrolPhone) deliversPush(text string) {
	p.t.Helper()
	origin := p.house.Console
	registration := make(chan string, 10)
	chromedp.ListenTarget(p.ctx, func(ev any) {
		if e, ok := ev.(*serviceworker.EventWorkerRegistrationUpdated); ok {
			for _, r := range e.Registrations {
				if u, err := url.Parse(r.ScopeURL); err == nil && strings.HasPrefix(u.Path, "/patroli") {
					select {
					case registration <- string(r.RegistrationID):
					default:
					}
				}
			}
		}
	})
	p.run(serviceworker.Enable())
	select {
	case r := <-registration:
		p.run(serviceworker.DeliverPushMessage(origin, serviceworker.RegistrationID(r), text))
	case <-time.After(10 * time.Second):
		p.t.Fatal("the page has no service worker")
	}
}

// await waits for a promise.
func await(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// TestPatrolPanic: a finger that holds for a second calls for help on the consoles of two offices, with the place; one that
// slips off doesn't. What was pressed without a signal goes out with the first one, ahead of all else.
func TestPatrolPanic(t *testing.T) {
	h := open(t)
	sup := h.signIn(h.account(bpn, "supervisor", 0))
	unit := sup.freeUnit()
	p := h.phone(t, sup, unit)
	axe, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	console := h.browses(t, "dwi", micRes)
	console.begins(h.account(bpn, "operator", 0), bpn+"/1")
	// The second console is that of another office of the Polda, in a window of its own.
	other := h.browses(t, "rini", mic)
	other.begins(h.account(polda, "operator", 0), polda+"/1")

	p.touches("panic", 400*time.Millisecond)
	time.Sleep(time.Second)
	if p.has("panic-asked") {
		t.Fatal("a short touch calls for help")
	}
	inc := sup.walkIn("curas", "dpn Plaza Balikpapan", unit)
	eventually(t, "the phone shows its job", 10*time.Second, func() bool { return p.attr("job", "incident") == inc })
	p.signal(false)
	p.taps("next")
	p.touches("panic", 1300*time.Millisecond)
	p.reads("panic-asked", "Belum terkirim")
	p.fits("patroli-bantuan", string(axe))
	p.signal(true)
	began := time.Now()
	for _, o := range []*operator{console, other} {
		o.sees("panic-" + string(unit.ID))
		o.reads("panic-"+string(unit.ID), unit.Sign)
		o.reads("panic-"+string(unit.ID), "-1.27600, 116.84000")
	}
	t.Logf("both consoles showed it %v after the signal was back", time.Since(began).Round(10*time.Millisecond))
	p.reads("panic-asked", "Terkirim")
	if dir := os.Getenv("SIAGA_SCREENSHOTS"); dir != "" {
		console.picture(filepath.Join(dir, "konsol-bantuan.png"))
	}
	console.accessible(t, "panic on the console", string(axe))
	console.presses("F10")
	p.reads("panic-asked", "sudah melihat")
	other.reads("panic-"+string(unit.ID), "ditangani")
	console.types("panic-note-"+string(unit.ID), "Bantuan tiba, petugas aman")
	console.clicks("panic-clear-" + string(unit.ID))
	p.sees("panic")
	eventually(t, "both consoles are quiet", 10*time.Second, func() bool {
		return !console.has("panic-"+string(unit.ID)) && !other.has("panic-"+string(unit.ID))
	})
	if u := sup.whole(inc).Units[0]; u.AckedAt == nil {
		t.Error("the press before it is lost")
	}
}
