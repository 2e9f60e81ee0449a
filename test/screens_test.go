package test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestScreenshots opens every state of every screen in both themes and both languages: none may scroll sideways on a
// desk of 1366×768, and axe-core finds nothing serious (WCAG 2.2 AA). With SIAGA_SCREENSHOTS it keeps the pictures; with
// SIAGA_SCENES, a regular expression, only the states that match are looked at, and their light pictures are kept too.
func TestScreenshots(t *testing.T) {
	t.Parallel() // its pages are looked at, not timed: after the tests that measure
	h := open(t)
	o := h.browses(t, "reader", mic)
	axe, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v: npm --prefix web ci installs it", err)
	}
	o.run(chromedp.Navigate(h.Console + "/states"))
	var links []string
	eventually(t, "the list of states", 10*time.Second, func() bool {
		o.run(chromedp.Evaluate(`[...document.querySelectorAll('a[href^="/states?s="]')].map((a) => a.getAttribute('href'))`, &links))
		return len(links) > 0
	})
	if len(links) < 100 {
		t.Fatalf("only %d states are listed: every screen in each of its states was asked for", len(links))
	}
	keep, scenes := os.Getenv("SIAGA_SCREENSHOTS"), os.Getenv("SIAGA_SCENES")
	only, err := regexp.Compile(scenes)
	if err != nil {
		t.Fatalf("SIAGA_SCENES: %v", err)
	}
	o.dies()
	const browsers = 2
	for half := range browsers {
		t.Run(fmt.Sprintf("browser %d", half), func(t *testing.T) {
			t.Parallel()
			o := h.browses(t, fmt.Sprintf("reader%d", half), mic)
			for i, link := range links {
				if i*browsers/len(links) == half {
					o.looksAt(t, link, string(axe), keep, only)
				}
			}
		})
	}
	t.Logf("%d states to see", len(links))
}

// looksAt opens a state, wants nothing cut off and no fault that axe finds, and keeps its picture where they are asked for.
func (o *operator) looksAt(t *testing.T, link, axe, keep string, only *regexp.Regexp) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	scene, theme, lang := q.Get("s"), q.Get("theme"), q.Get("lang")
	if !only.MatchString(scene) {
		return
	}
	name := scene + "-" + theme
	if lang != "id" {
		name += "-" + lang
	}
	o.run(chromedp.Navigate(o.house.Console + link))
	o.scene(name)
	// Both themes and both languages, but not each with each: colours don't depend on words.
	if theme == "dark" == (lang == "id") {
		o.accessible(t, name, axe)
	}
	if keep != "" && lang == "id" && (theme == "dark" || only.String() != "") {
		o.picture(filepath.Join(keep, name+".png"))
	}
}

// scene waits until a state is drawn, and looks whether it fits the desk.
func (o *operator) scene(name string) {
	o.t.Helper()
	var seen struct {
		Text, Wide int
		Missing    bool
	}
	eventually(o.t, name+" is drawn", 10*time.Second, func() bool {
		o.run(chromedp.Evaluate(`({Text: document.getElementById('root').innerText.length, Wide: document.scrollingElement.scrollWidth})`, &seen))
		return seen.Text > 0
	})
	// A map needs a moment more: it draws by a worker of its own, or says that it can't.
	o.run(chromedp.Poll(`(() => { const m = document.querySelector('.map'); return !m || m.dataset.drawn === 'true' || !!m.querySelector('[data-testid="map-broken"]'); })()`,
		nil, chromedp.WithPollingTimeout(15*time.Second)))
	if seen.Wide > 1366 {
		o.t.Errorf("%s is %d px wide: it scrolls sideways at 1366", name, seen.Wide)
	}
}

// accessible asks axe-core for serious and critical violations.
func (o *operator) accessible(t *testing.T, name, axe string) {
	t.Helper()
	var found []struct {
		ID, Impact, Help string
		Where            []string
	}
	const ask = `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})
		.then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
		.map((v) => ({ID: v.id, Impact: v.impact, Help: v.help, Where: v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160))})))`
	o.run(chromedp.Evaluate(axe+";0", nil), chromedp.Evaluate(ask, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true)
	}))
	for _, v := range found {
		t.Errorf("%s: %s (%s): %s\n  %s", name, v.ID, v.Impact, v.Help, strings.Join(v.Where, "\n  "))
	}
}

// TestStrictHeaders: what the browser is told to refuse, over the real HTTPS.
func TestStrictHeaders(t *testing.T) {
	h := open(t)
	c := h.anonymous()
	for _, path := range []string{"/", "/wall/none", "/api/v1/session"} {
		req, err := c.http.Get(h.Console + path) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		_ = req.Body.Close()
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Strict-Transport-Security": "max-age",
		} {
			if got := req.Header.Get(header); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
		if csp := req.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe-eval") ||
			strings.Contains(csp, "script-src 'unsafe-inline'") {
			t.Errorf("%s allows scripts from anywhere: %s", path, csp)
		}
	}
	a := h.account(polda, "operator", 0)
	res, err := c.http.Post(c.base+"/session", "application/json", //nolint:noctx // a test
		strings.NewReader(fmt.Sprintf(`{"user":%q,"password":%q}`, a.User, a.Password)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if len(res.Cookies()) == 0 {
		t.Fatalf("no cookie after sign-in: %s", res.Status)
	}
	for _, k := range res.Cookies() {
		if !k.Secure || !k.HttpOnly || !strings.HasPrefix(k.Name, "__Host-") {
			t.Errorf("cookie %s: Secure %v, HttpOnly %v", k.Name, k.Secure, k.HttpOnly)
		}
	}
}
