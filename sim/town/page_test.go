package town

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func awaitPromise(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

func testTLS(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "town test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func servePage(t *testing.T, trunk Trunk) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{Phone: newTestPhone(t), Trunk: trunk, TLS: testTLS(t)}
	p.Serve(l)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return "https://" + l.Addr().String()
}

func TestPageHeaders(t *testing.T) {
	url := servePage(t, Trunk{})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/", "/page.js", "/page.css", "/texts.js", "/icon.svg"} {
		res, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 || len(body) == 0 || res.Header.Get("Content-Security-Policy") != pagePolicy {
			t.Errorf("%s: %d, %d bytes, %s", path, res.StatusCode, len(body), res.Header)
		}
	}
	res, err := client.Get(url + "/call")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode == 200 {
		t.Error("a socket without an upgrade")
	}
	req, _ := http.NewRequest(http.MethodGet, url+"/call", nil)
	for k, v := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example",
	} {
		req.Header.Set(k, v)
	}
	if res, err = client.Do(req); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Error("another site's page may call:", res.StatusCode)
	}
}

// Every text that the page uses is there in both languages.
func TestPageTexts(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	id, en, ok := strings.Cut(read("texts.js"), "\n  en: {")
	if !ok {
		t.Fatal("texts.js has no English")
	}
	en, _, _ = strings.Cut(en, "// Places")
	keys := regexp.MustCompile(`(?:^|[ {,\n])([a-zA-Z_]+): '`)
	has := func(part string) map[string]bool {
		m := map[string]bool{}
		for _, k := range keys.FindAllStringSubmatch(part, -1) {
			m[k[1]] = true
		}
		return m
	}
	a, b := has(id), has(en)
	for k := range a {
		if !b[k] {
			t.Errorf("no English for %s", k)
		}
	}
	for k := range b {
		if !a[k] {
			t.Errorf("no Indonesian for %s", k)
		}
	}
	for _, m := range regexp.MustCompile(`data-text="([a-zA-Z]+)"`).FindAllStringSubmatch(read("index.html"), -1) {
		if !a[m[1]] {
			t.Errorf("index.html uses %s, which has no text", m[1])
		}
	}
	if len(a) < 40 {
		t.Errorf("only %d texts were found: this test guards nothing", len(a))
	}
}

// A real browser calls through the page: tones are measured at both ends.
func TestPageInChromium(t *testing.T) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here")
	}
	mic, err := filepath.Abs("../../test/media/mic-1000.wav")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mic); err != nil {
		t.Skip("no microphone file: ", err)
	}
	st := newStation(t, func(s *station) { s.early, s.answer, s.tone = true, 700*time.Millisecond, 1400 })
	url := servePage(t, st.trunk())
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", mic), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("mute-audio", false), chromedp.Flag("ignore-certificate-errors", true), chromedp.WindowSize(1366, 768))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	defer cancel()
	browser, cancel := chromedp.NewContext(alloc)
	defer cancel()
	tab, cancel := context.WithTimeout(browser, 40*time.Second)
	defer cancel()
	picture := func(name string) chromedp.Action {
		return chromedp.ActionFunc(func(ctx context.Context) error {
			dir := os.Getenv("SIAGA_PICTURES") // where a person wants to look at them
			if dir == "" {
				return nil
			}
			var png []byte
			if err := chromedp.CaptureScreenshot(&png).Do(ctx); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, name), png, 0o600)
		})
	}
	sideways := func(ctx context.Context) error {
		var wide bool
		if err := chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth`, &wide).Do(ctx); err != nil {
			return err
		}
		if wide {
			t.Error("the page scrolls sideways")
		}
		return nil
	}
	var heard float64
	const listen = `(async () => {
		const ctx = new AudioContext(), an = ctx.createAnalyser()
		await ctx.resume()
		an.fftSize = 4096
		an.smoothingTimeConstant = 0
		ctx.createMediaStreamSource(document.getElementById('sound').srcObject).connect(an)
		const bins = new Float32Array(an.frequencyBinCount), at = Math.round(1400 * an.fftSize / ctx.sampleRate)
		let best = -200
		for (let i = 0; i < 40; i++) {
			await new Promise(r => setTimeout(r, 50))
			an.getFloatFrequencyData(bins)
			best = Math.max(best, bins[at - 1], bins[at], bins[at + 1])
			if (best > -35) break
		}
		return best
	})()`
	err = chromedp.Run(tab,
		chromedp.Navigate(url), chromedp.WaitVisible("#call"), chromedp.ActionFunc(sideways), picture("citizen-idle.png"),
		chromedp.SetValue("#name", "Siti"),
		chromedp.Click("#call"),
		chromedp.WaitVisible(`body[data-state=early]`), picture("citizen-waiting.png"),
		chromedp.WaitVisible(`body[data-state=answered]`),
		chromedp.Evaluate(listen, &heard, awaitPromise),
		picture("citizen-talking.png"),
	)
	if err != nil {
		t.Fatal(err)
	}
	if heard < -45 {
		t.Errorf("the browser hears 1400 Hz at %.0f dB", heard)
	}
	eventually(t, "the station hears the browser's 1000 Hz", func() bool { return st.hears(1000) > 0.02 && st.hears(400) < 0.01 })
	if err := chromedp.Run(tab, chromedp.Click(`//div[@id="keys"]/button[text()="5"]`, chromedp.BySearch)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the key arrives", func() bool { st.audio.mu.Lock(); defer st.audio.mu.Unlock(); return st.audio.dtmf == "5" })
	st.mu.Lock()
	invite := st.invites[0].String()
	st.mu.Unlock()
	for _, want := range []string{"+6281200009001", "-1.277200 116.836900", "Siti"} {
		if !strings.Contains(invite, want) {
			t.Errorf("INVITE lacks %s:\n%s", want, invite)
		}
	}
	if err := chromedp.Run(tab,
		chromedp.Click("#hangup"), chromedp.WaitVisible(`body[data-state=ended]`), picture("citizen-ended.png"),
		chromedp.EmulateViewport(390, 844), chromedp.Click("#lang"), chromedp.ActionFunc(sideways), picture("citizen-phone.png"),
	); err != nil {
		t.Fatal(err)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.byes != 1 {
		t.Error("byes:", st.byes)
	}
	t.Logf("the browser heard 1400 Hz at %.0f dB", heard)
}
