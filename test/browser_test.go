package test

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// operator is a person at a headless Chromium whose microphone plays a tone.
type operator struct {
	t      testing.TB
	name   string
	house  *house
	ctx    context.Context
	cancel context.CancelFunc
	alloc  context.CancelFunc
	errs   *logs // what the page's console said
}

// hear measures what the page receives: window.__strength(freq) of the newest 200 ms, as amplitude.
const hear = `(() => {
  const Real = window.RTCPeerConnection;
  let an = null, ctx = null;
  class Heard extends Real {
    constructor(...a) {
      super(...a);
      this.addEventListener('track', (e) => {
        ctx = ctx || new AudioContext();
        const src = ctx.createMediaStreamSource(new MediaStream([e.track]));
        an = ctx.createAnalyser(); an.fftSize = 8192; an.smoothingTimeConstant = 0; src.connect(an);
      });
    }
  }
  window.RTCPeerConnection = Heard;
  window.__strength = (freqs) => {
    if (!an) return freqs.map(() => 0);
    const b = new Float32Array(an.fftSize); an.getFloatTimeDomainData(b);
    return freqs.map((f) => {
      const c = 2 * Math.cos(2 * Math.PI * f / ctx.sampleRate); let s1 = 0, s2 = 0;
      for (const x of b) { const s = x + c * s1 - s2; s2 = s1; s1 = s; }
      return 2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - c * s1 * s2)) / b.length;
    });
  };
})();`

// browses opens a Chromium of its own. mic is a file in test/media.
func (h *house) browses(t testing.TB, name, mic string) *operator {
	t.Helper()
	chromium := need(t, "chromium")
	wav, err := filepath.Abs(filepath.Join("media", mic))
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "siaga-browser-") //nolint:usetesting // children of a killed browser may write on for a moment
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 20 {
			if os.RemoveAll(profile) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium), chromedp.UserDataDir(profile), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1366, 768),
		chromedp.Flag("enable-unsafe-swiftshader", true), // the map draws without a graphics card
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", wav), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("lang", "id"),
	}
	actx, acancel := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(actx)
	o := &operator{t: t, name: name, house: h, ctx: ctx, cancel: cancel, alloc: acancel, errs: &logs{}}
	t.Cleanup(func() {
		if t.Failed() {
			o.picture(filepath.Join(os.TempDir(), //nolint:usetesting // the picture must outlive the test
				"siaga-"+strings.ReplaceAll(t.Name(), "/", "-")+"-"+name+".png"))
			t.Logf("%s's page said:\n%s", name, tail(o.errs.String(), 2000))
		}
		cancel()
		acancel()
	})
	if err := chromedp.Run(ctx); err != nil { // starts the browser, which lives as long as this context
		t.Fatalf("%s: start chromium: %v", name, err)
	}
	o.prepares()
	return o
}

// prepares a fresh tab: what its page says is kept, and its ear measures.
func (o *operator) prepares() {
	o.t.Helper()
	ctx := o.ctx
	chromedp.ListenTarget(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			for _, a := range ev.Args {
				_, _ = fmt.Fprintf(o.errs, "%s: %s %s\n", ev.Type, a.Value, a.Description)
			}
		case *page.EventJavascriptDialogOpening: // "leave the page?": a nervous finger says yes
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }()
		case *runtime.EventExceptionThrown:
			_, _ = fmt.Fprintf(o.errs, "exception: %s\n", ev.ExceptionDetails.Error())
		}
	})
	o.run(
		emulation.SetTimezoneOverride("Asia/Makassar"),
		chromedp.EmulateViewport(1366, 768),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(hear).Do(ctx)
			return err
		}),
	)
}

// tab is the same person in another tab, which cancel closes.
func (o *operator) tab() *operator {
	o.t.Helper()
	d := *o
	d.ctx, d.cancel = chromedp.NewContext(o.ctx)
	if err := chromedp.Run(d.ctx); err != nil {
		o.t.Fatalf("%s: open a tab: %v", o.name, err)
	}
	o.t.Cleanup(func() {
		if o.t.Failed() {
			d.picture(filepath.Join(os.TempDir(), "siaga-"+strings.ReplaceAll(o.t.Name(), "/", "-")+"-"+o.name+"-tab.png")) //nolint:usetesting // as above
		}
		d.cancel()
	})
	d.prepares()
	return &d
}

// run does things on the page, at most 20 s.
func (o *operator) run(actions ...chromedp.Action) {
	o.t.Helper()
	ctx, stop := context.WithTimeout(o.ctx, 20*time.Second)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		o.t.Fatalf("%s: %v", o.name, err)
	}
}

func (o *operator) picture(path string) {
	var png []byte
	ctx, stop := context.WithTimeout(o.ctx, 5*time.Second)
	defer stop()
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&png)); err == nil && os.WriteFile(path, png, 0o600) == nil {
		o.t.Logf("%s's screen is in %s", o.name, path)
	}
}

func id(testid string) string { return `[data-testid="` + testid + `"]` }

// focused waits until keys go to an element.
func (o *operator) focused(testid string) {
	o.t.Helper()
	o.run(chromedp.Poll(`document.activeElement?.closest('`+id(testid)+`') !== null`, nil))
}

// sees waits until an element is on the screen.
func (o *operator) sees(testid string) {
	o.t.Helper()
	eventually(o.t, o.name+" sees "+testid, 15*time.Second, func() bool { return o.has(testid) })
}

func (o *operator) has(testid string) bool {
	var ok bool
	o.run(chromedp.Evaluate(`!!document.querySelector('`+id(testid)+`')`, &ok))
	return ok
}

// text of an element, empty when it isn't there.
func (o *operator) text(testid string) string {
	var s string
	o.run(chromedp.Evaluate(`document.querySelector('`+id(testid)+`')?.textContent ?? ''`, &s))
	return s
}

// reads waits until an element's text has part in it.
func (o *operator) reads(testid, part string) string {
	o.t.Helper()
	var got string
	eventually(o.t, fmt.Sprintf("%s reads %q in %s", o.name, part, testid), 15*time.Second, func() bool {
		got = o.text(testid)
		return strings.Contains(strings.ToLower(got), strings.ToLower(part))
	})
	return got
}

func (o *operator) clicks(testid string) {
	o.t.Helper()
	eventually(o.t, o.name+" can press "+testid, 15*time.Second, func() bool {
		var ok bool
		o.run(chromedp.Evaluate(`(() => { const e = document.querySelector('`+id(testid)+`'); return !!e && !e.disabled; })()`, &ok))
		return ok
	})
	o.run(chromedp.Click(id(testid), chromedp.ByQuery))
}

func (o *operator) types(testid, text string) {
	o.t.Helper()
	o.sees(testid)
	o.run(chromedp.Focus(id(testid), chromedp.ByQuery), chromedp.SendKeys(id(testid), text, chromedp.ByQuery))
}

// presses a key as a person does, wherever the focus is: "F2", or kb constants.
func (o *operator) presses(key string, mods ...input.Modifier) {
	o.t.Helper()
	if f, ok := map[string]string{
		"F2": kb.F2, "F3": kb.F3, "F4": kb.F4, "F6": kb.F6, "F7": kb.F7, "F8": kb.F8, "F9": kb.F9, "F10": kb.F10,
	}[key]; ok {
		key = f
	}
	o.run(chromedp.KeyEvent(key, chromedp.KeyModifiers(mods...)))
}

// home goes to the console; who is signed in already sees it at once.
func (o *operator) home() { o.t.Helper(); o.run(chromedp.Navigate(o.house.Console + "/")) }

func (o *operator) signsIn(a account) {
	o.t.Helper()
	o.home()
	o.types("signin-user", a.User)
	o.types("signin-password", a.Password)
	o.clicks("signin")
}

// attr reads a data attribute of an element.
func (o *operator) attr(testid, name string) string {
	var s string
	o.run(chromedp.Evaluate(`document.querySelector('`+id(testid)+`')?.dataset.`+name+` ?? ''`, &s))
	return s
}

// value of an input.
func (o *operator) value(testid string) string {
	var s string
	o.run(chromedp.Evaluate(`document.querySelector('`+id(testid)+`')?.value ?? ''`, &s))
	return s
}

// begins duty: signs in, takes the seat, becomes READY.
func (o *operator) begins(a account, seat string) {
	o.t.Helper()
	o.signsIn(a)
	o.clicks("seat-" + seat)
	o.clicks("start-duty")
	o.clicks("ready")
	o.state("READY")
}

// state waits until the seat's state is shown.
func (o *operator) state(want string) {
	o.t.Helper()
	eventually(o.t, o.name+" is "+want, 20*time.Second, func() bool {
		return o.attr("state", "state") == want
	})
}

// expectTones waits until the page receives exactly the wanted tones.
func (o *operator) expectTones(want ...float64) {
	o.t.Helper()
	var said string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		var got []float64
		o.run(chromedp.Evaluate(fmt.Sprintf(`window.__strength([%v,%v,%v])`, tones[0], tones[1], tones[2]), &got))
		var ok bool
		ok, said = exactly(want, func(f float64) float64 {
			for i, x := range tones {
				if x == f && i < len(got) && !math.IsNaN(got[i]) {
					return got[i]
				}
			}
			return 0
		})
		if ok {
			o.t.Logf("%s hears %s", o.name, said)
			return
		}
	}
	o.t.Fatalf("%s should hear %v and hears %s", o.name, want, said)
}

// reloads the page, as a nervous finger does.
func (o *operator) reloads() { o.run(chromedp.Reload()) }

// dies: the browser's process is killed.
func (o *operator) dies() {
	if b := chromedp.FromContext(o.ctx).Browser; b != nil && b.Process() != nil {
		_ = b.Process().Kill()
	}
	o.cancel()
}

func freePort(t testing.TB) int {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}
