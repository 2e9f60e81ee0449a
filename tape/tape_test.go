package tape

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newStore(t *testing.T, dir string) (*Store, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 1, 22, 0, 0, 0, time.FixedZone("WIB", 7*3600))}
	s, err := OpenStore(dir, Options{Now: c.Now, Flush: time.Hour, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

func tone(hz float64, from time.Duration, samples int) []byte {
	out := make([]byte, samples)
	for i := range out {
		t := from.Seconds() + float64(i)/rate
		out[i] = alaw(int(8000 * math.Sin(2*math.Pi*hz*t)))
	}
	return out
}

// sides reads a tape back with code of its own: what a player sees.
func sides(t *testing.T, s *Store, id string) (left, right []byte) {
	t.Helper()
	r, size, err := s.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	file, err := io.ReadAll(r)
	if err != nil || int64(len(file)) != size {
		t.Fatalf("%d bytes of %d: %v", len(file), size, err)
	}
	return split(t, file)
}

func split(t *testing.T, file []byte) (left, right []byte) {
	t.Helper()
	le := binary.LittleEndian
	if string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" || int(le.Uint32(file[4:])) > len(file)-8 {
		t.Fatalf("no WAVE file: % x", file[:12])
	}
	var data []byte
	for at := 12; at+8 <= len(file); {
		size := int(le.Uint32(file[at+4:]))
		body := file[at+8 : at+8+size]
		switch string(file[at : at+4]) {
		case "fmt ":
			if le.Uint16(body) != 6 || le.Uint16(body[2:]) != 2 || le.Uint32(body[4:]) != 8000 || le.Uint32(body[8:]) != 16000 || le.Uint16(body[12:]) != 2 || le.Uint16(body[14:]) != 8 {
				t.Fatalf("format % x", body)
			}
		case "data":
			data = body
		}
		at += 8 + size + size%2
	}
	for i := 0; i+1 < len(data); i += 2 {
		left, right = append(left, data[i]), append(right, data[i+1])
	}
	return left, right
}

// power of a frequency in A-law sound, by Goertzel; 1 for a full tone of our loudness.
func power(sound []byte, hz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hz/rate)
	var s1, s2 float64
	for _, b := range sound {
		s1, s2 = float64(linear[b])/8000+c*s1-s2, s1
	}
	n := float64(len(sound))
	return (s1*s1 + s2*s2 - c*s1*s2) / (n * n / 4)
}

// record plays a tone into each side in packets of 20 ms, in wrong order within the window.
func record(w *Writer, c *clock, seconds int) {
	const ms20 = 20 * time.Millisecond
	for i := 0; i < seconds*50; i += 2 {
		for _, k := range []int{i + 1, i} {
			at := time.Duration(k) * ms20
			w.Audio(Caller, at, tone(440, at, 160))
			w.Audio(Officer, at, tone(1000, at, 160))
		}
		c.pass(2 * ms20)
		if i%20 == 0 {
			w.flush(false)
		}
	}
}

func TestTonesComeBack(t *testing.T) {
	dir := t.TempDir()
	s, c := newStore(t, dir)
	w, err := s.Create("call-1", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	record(w, c, 5)
	sum, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if sum.Seconds != 5 || sum.Bytes != 5*second || sum.Dropped != 0 || sum.Hash == [32]byte{} {
		t.Errorf("sum %+v", sum)
	}
	left, right := sides(t, s, "call-1")
	if len(left) != 5*rate {
		t.Fatalf("%d frames", len(left))
	}
	for _, p := range []struct {
		sound  []byte
		hz     float64
		lo, hi float64
	}{{left, 440, 0.97, 1.03}, {right, 1000, 0.97, 1.03}, {left, 1000, 0, 0.001}, {right, 440, 0, 0.001}} {
		if got := power(p.sound, p.hz); got < p.lo || got > p.hi {
			t.Errorf("%g Hz has power %.4f, not %g to %g", p.hz, got, p.lo, p.hi)
		}
	}
	path := filepath.Join(dir, "2026/03/01/call-1.wav") // 22:00 WIB is 15:00 UTC
	for p, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700, strings.TrimSuffix(path, "wav") + "sum": 0o600} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
	if err := s.Verify("call-1"); err != nil {
		t.Error(err)
	}
	if got, err := s.Sum("call-1"); err != nil || got.Hash != sum.Hash || got.Bytes != sum.Bytes {
		t.Errorf("the sums say %+v, %v", got, err)
	}
	if again, err := w.Close(); err != nil || again != sum {
		t.Errorf("closed again: %+v, %v", again, err)
	}
	soxi(t, path, 5)
	if marks, err := os.ReadDir(filepath.Join(dir, "open")); err != nil || len(marks) != 0 {
		t.Errorf("%d marks are left, %v", len(marks), err)
	}
}

// soxi asks a player that isn't ours, if there is one, what the file is.
func soxi(t *testing.T, path string, seconds float64) {
	t.Helper()
	bin, err := exec.LookPath("soxi")
	if err != nil {
		t.Log("soxi isn't installed: only our own reader looked at the file")
		return
	}
	for flag, want := range map[string]string{"-c": "2", "-r": "8000", "-e": "A-law"} {
		out, err := exec.Command(bin, flag, path).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("soxi %s says %q, not %q: %v", flag, got, want, err)
		}
	}
	out, err := exec.Command(bin, "-D", path).CombinedOutput()
	got, _ := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil || math.Abs(got-seconds) > 0.001 {
		t.Errorf("soxi says %s s, not %g: %v", out, seconds, err)
	}
}

// Every code, as another program decodes it.
func TestALawIsALaw(t *testing.T) {
	for i := range 256 {
		if got := alaw(int(linear[i])); got != byte(i) {
			t.Errorf("code %#x sounds %d, which is coded %#x", i, linear[i], got)
		}
	}
	if linear[silence] != 8 || linear[0xAA] != 32256 || linear[0x2A] != -32256 || alaw(1<<20) != 0xAA || alaw(-1<<20) != 0x2A {
		t.Error("silence or the loudest are wrong")
	}
	sox, err := exec.LookPath("sox")
	if err != nil {
		t.Skip("sox isn't installed")
	}
	codes := make([]byte, 256)
	for i := range codes {
		codes[i] = byte(i)
	}
	cmd := exec.Command(sox, "-D", "-t", "raw", "-r", "8000", "-e", "a-law", "-c", "1", "-", "-t", "raw", "-e", "signed", "-b", "16", "-")
	cmd.Stdin = strings.NewReader(string(codes))
	out, err := cmd.Output()
	if err != nil || len(out) != 512 {
		t.Fatalf("sox: %d bytes, %v", len(out), err)
	}
	for i := range codes {
		if got := int16(binary.LittleEndian.Uint16(out[2*i:])); got != linear[i] {
			t.Errorf("code %#x: sox hears %d, we %d", i, got, linear[i])
		}
	}
}

func TestGapsMixAndNonsense(t *testing.T) {
	s, c := newStore(t, t.TempDir())
	w, err := s.Create("a", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	c.pass(8 * time.Second)
	ms := time.Millisecond
	w.Audio(Caller, 500*ms, tone(440, 0, 800))
	w.Audio(Caller, 7*time.Second, tone(440, 0, 800)) // a gap of 6.4 s
	w.Audio(Officer, 0, tone(300, 0, 8000))
	w.Audio(Officer, 500*ms, tone(700, 500*ms, 4000)) // at the same time: both are heard
	for _, nonsense := range []struct {
		side int
		at   time.Duration
		n    int
	}{{Caller, 18100 * ms, 160}, {Caller, math.MaxInt64, 160}, {Officer, -20 * ms, 160}, {2, 0, 160}, {-1, 0, 160}, {Caller, 0, 80001}} {
		w.Audio(nonsense.side, nonsense.at, make([]byte, nonsense.n))
	}
	w.Audio(Caller, 0, nil)
	w.flush(false)
	w.Audio(Caller, time.Second, tone(440, 0, 160)) // over 300 ms late
	loud := make([]byte, 160)
	for i := range loud {
		loud[i] = alaw(32000)
	}
	w.Audio(Officer, 7500*ms, loud)
	w.Audio(Officer, 7500*ms, loud)
	c.pass(time.Second)
	w.flush(false)
	sum, err := w.Close()
	if err != nil || sum.Dropped != 7 || sum.Seconds != 7.52 {
		t.Errorf("%+v, %v", sum, err)
	}
	left, right := sides(t, s, "a")
	for i, b := range left {
		heard := (i >= 4000 && i < 4800) || (i >= 56000 && i < 56800)
		if !heard && b != silence {
			t.Fatalf("left frame %d isn't silent", i)
		}
	}
	if p := power(left[56000:56800], 440); p < 0.97 {
		t.Errorf("behind the gap: %.3f", p)
	}
	both := right[4000:8000]
	if a, b := power(both, 300), power(both, 700); a < 0.97 || b < 0.97 {
		t.Errorf("mixed: %.3f and %.3f", a, b)
	}
	if right[60000] != alaw(40000) {
		t.Error("two loud sounds aren't clipped")
	}
	if err := s.Verify("a"); err != nil {
		t.Error(err)
	}
}

func TestVerifyNamesTheSecond(t *testing.T) {
	dir := t.TempDir()
	s, c := newStore(t, dir)
	w, err := s.Create("a", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	record(w, c, 3)
	w.Audio(Caller, 3*time.Second, tone(440, 0, 4000))
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wav, sum := filepath.Join(dir, "2026/03/01/a.wav"), filepath.Join(dir, "2026/03/01/a.sum")
	change := func(path string, at int64) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 4
		if _, err := f.WriteAt(b, at); err != nil {
			t.Fatal(err)
		}
	}
	for at, want := range map[int64]int{
		headerSize: 0, headerSize + second - 1: 0, headerSize + second: 1, headerSize + 2*second + 77: 2, headerSize + 3*second + 7999: 3,
		4: 0, 54: 0, 20: 0, // header
	} {
		change(wav, at)
		var damage *DamageError
		if err := s.Verify("a"); !errors.As(err, &damage) || damage.Second != want || damage.ID != "a" {
			t.Errorf("byte %d: %v, not second %d", at, err, want)
		}
		change(wav, at)
	}
	text, err := os.ReadFile(sum)
	if err != nil {
		t.Fatal(err)
	}
	for at := range text {
		change(sum, int64(at))
		err := s.Verify("a")
		var damage *DamageError
		if !errors.As(err, &damage) {
			t.Errorf("byte %d of the sums: %v", at, err)
		}
		change(sum, int64(at))
	}
	if err := os.Truncate(wav, headerSize+second+5); err != nil {
		t.Fatal(err)
	}
	var damage *DamageError
	if err := s.Verify("a"); !errors.As(err, &damage) || damage.Second != 1 {
		t.Errorf("cut: %v", err)
	}
}

func TestNames(t *testing.T) {
	s, c := newStore(t, t.TempDir())
	for _, id := range []string{"", "..", "../x", "a/b", ".hidden", strings.Repeat("x", 129), "a\x00b"} {
		if _, err := s.Create(id, c.Now()); err == nil {
			t.Errorf("%q became a tape", id)
		}
		if _, _, err := s.Open(id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", id, err)
		}
	}
	w, err := s.Create("a", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("a", c.Now()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("twice at once: %v", err)
	}
	if err := s.Remove("a"); err == nil {
		t.Error("a tape was removed while it was recorded")
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("a", c.Now()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("twice: %v", err)
	}
	if left, _ := sides(t, s, "a"); len(left) != 0 {
		t.Error("an empty tape has sound")
	}
	if err := s.Verify("a"); err != nil {
		t.Error(err)
	}
	if err := s.Remove("a"); err != nil {
		t.Error(err)
	}
	if err := s.Remove("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
}

// Many calls at once, flushed by the store itself, in real time.
func TestManyAtOnce(t *testing.T) {
	s, err := OpenStore(t.TempDir(), Options{Flush: 5 * time.Millisecond, Sync: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var wg sync.WaitGroup
	for i := range 20 {
		id := "call-" + strconv.Itoa(i)
		wg.Go(func() {
			w, err := s.Create(id, time.Now().Add(-10*time.Second))
			if err != nil {
				t.Error(err)
				return
			}
			var both sync.WaitGroup
			for side := range frame {
				both.Go(func() {
					for at := time.Duration(0); at < 3*time.Second; at += 20 * time.Millisecond {
						w.Audio(side, 7*time.Second+at, tone(440, at, 160))
					}
				})
			}
			both.Wait()
			sum, err := w.Close()
			if err != nil || sum.Seconds != 10 {
				t.Errorf("%s: %+v, %v", id, sum, err)
			}
			w.Audio(Caller, 0, make([]byte, 160)) // too late: passed over
			if err := s.Verify(id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.Recording(); n != 0 {
		t.Errorf("%d tapes are still being recorded", n)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Create("late", time.Now()); !errors.Is(err, ErrClosed) {
		t.Errorf("a tape after Close: %v", err)
	}
}
