package browser

import (
	"encoding/binary"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/siaga110/siaga/phone/media"
)

// seatPage is the least page that is a seat: it offers, hears, and tells 20 times a second how loud 1000 Hz is.
const seatPage = `<!doctype html><audio id=a autoplay></audio><script>
(async () => {
  const mic = await navigator.mediaDevices.getUserMedia({audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const pc = new RTCPeerConnection();
  mic.getTracks().forEach(t => pc.addTrack(t, mic));
  pc.ontrack = e => {
    const stream = new MediaStream([e.track]);
    document.getElementById('a').srcObject = stream;
    const ctx = new AudioContext(), an = ctx.createAnalyser();
    an.fftSize = 2048; an.smoothingTimeConstant = 0;
    ctx.createMediaStreamSource(stream).connect(an);
    const bins = new Float32Array(an.frequencyBinCount), bin = Math.round(1000 * an.fftSize / ctx.sampleRate);
    setInterval(() => {
      an.getFloatFrequencyData(bins);
      fetch('/level', {method: 'POST', body: String(Math.max(bins[bin-1], bins[bin], bins[bin+1]))});
    }, 50);
  };
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') await new Promise(r => setTimeout(r, 10));
  const r = await fetch('/offer', {method: 'POST', body: pc.localDescription.sdp});
  await pc.setRemoteDescription({type: 'answer', sdp: await r.text()});
})().catch(e => fetch('/error', {method: 'POST', body: String(e)}));
</script>`

// TestChromium has the real browser for a seat: tones are measured both ways, and the time until the caller is heard
// again after a swap.
func TestChromium(t *testing.T) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here")
	}
	lines := listen(t, Config{})
	events := newTold()
	var level atomic.Int64 // tenths of dB
	level.Store(-2000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, seatPage)
	})
	mux.HandleFunc("POST /offer", func(w http.ResponseWriter, r *http.Request) {
		offer, _ := io.ReadAll(r.Body)
		_, answer, err := lines.Open("polda/1", string(offer), events.sink)
		if err != nil {
			t.Error(err)
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, answer)
	})
	mux.HandleFunc("POST /level", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if v, err := strconv.ParseFloat(string(b), 64); err == nil {
			level.Store(int64(max(v, -200) * 10))
		}
	})
	mux.HandleFunc("POST /error", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		t.Errorf("page: %s", b)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	startChromium(t, program, server.URL)

	var line *Line
	select {
	case e := <-events.c:
		up, ok := e.(Up)
		if !ok {
			t.Fatalf("%#v", e)
		}
		line = up.Line
	case <-time.After(30 * time.Second):
		t.Fatal("chromium did not come up")
	}

	heard := make(chan *rtp.Packet, 4000)
	caller := media.NewPort("caller", media.PortConfig{})
	caller.SetSend(func(p *rtp.Packet) error {
		select {
		case heard <- p.Clone():
		default:
		}
		return nil
	})
	talk := media.NewTalk(caller, media.DefaultPrompts(), media.TalkOptions{})
	defer talk.Close()
	talk.Connect(line)
	stop, done := make(chan struct{}), make(chan struct{})
	defer func() { close(stop); <-done }()
	go func() {
		defer close(done)
		audio, start := media.Tone(1000, 4*time.Second), time.Now()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Until(start.Add(time.Duration(n) * 20 * time.Millisecond))):
			}
			off := n * 160 % len(audio)
			caller.Receive(&rtp.Packet{Header: rtp.Header{
				Version: 2, PayloadType: 8, SSRC: 5, SequenceNumber: uint16(n), Timestamp: uint32(n * 160),
			}, Payload: audio[off : off+160]}, time.Now())
		}
	}()
	until := func(what string, ok func(db int64) bool) time.Duration {
		t.Helper()
		begun := time.Now()
		for !ok(level.Load() / 10) {
			if time.Since(begun) > 10*time.Second {
				t.Fatalf("%s: never; level is %d dB", what, level.Load()/10)
			}
			time.Sleep(5 * time.Millisecond)
		}
		return time.Since(begun)
	}
	loud := func(db int64) bool { return db > -45 }
	quiet := func(db int64) bool { return db < -70 }
	t.Logf("page hears the caller after %v", until("page hears the caller", loud))
	for range 2 {
		talk.Connect() // the caller waits
		until("page hears nothing", quiet)
		talk.Connect(line) // and is taken back
		if d := until("page hears the caller again", loud); d > 800*time.Millisecond {
			t.Errorf("page hears the caller %v after the take-back", d)
		} else {
			t.Logf("page hears the caller %v after the take-back (the page looks every 50 ms)", d)
		}
	}
	for len(heard) > 0 {
		<-heard
	}
	var audio []byte
	for range 50 {
		p := <-heard
		if p.PayloadType != 8 || p.Extension {
			t.Fatalf("not as trunks want it: %v", p)
		}
		audio = append(audio, p.Payload...)
	}
	if l := media.Level(audio[:4000], 700); l < 0.02 {
		t.Errorf("caller does not hear the microphone: %.4f", l)
	}
	t.Logf("%+v", line.Stats())
}

// startChromium opens the page with a microphone that hears 700 Hz. Its whole process group is ended with the test.
func startChromium(t *testing.T, program, url string) {
	t.Helper()
	dir := t.TempDir()
	wav := filepath.Join(dir, "tone.wav")
	writeTone(t, wav, 700)
	cmd := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--autoplay-policy=no-user-gesture-required",
		"--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--use-file-for-fake-audio-capture="+wav, url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = os.RemoveAll(filepath.Join(dir, "profile"))
	})
}

// writeTone makes a WAV file of 2 s, 48 kHz, mono.
func writeTone(t *testing.T, name string, freq float64) {
	t.Helper()
	const rate, n = 48000, 96000
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+2*n)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 1} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, 2*n)
	for i := range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(8000*math.Sin(2*math.Pi*freq*float64(i)/rate))))
	}
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
