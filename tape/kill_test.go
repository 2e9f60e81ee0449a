package tape

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain is also the process that TestKilled kills: it records a tone until then, in real time.
func TestMain(m *testing.M) {
	dir := os.Getenv("TAPE_TEST_RECORD")
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := OpenStore(dir, Options{})
	if err != nil {
		panic(err)
	}
	start := time.Now()
	var all []*Writer
	for i := range 8 {
		w, err := s.Create(fmt.Sprint("call-", i), start)
		if err != nil {
			panic(err)
		}
		all = append(all, w)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	for at := time.Duration(0); ; at += 20 * time.Millisecond {
		<-tick.C
		for _, w := range all {
			w.Audio(Caller, at, tone(440, at, 160))
			w.Audio(Officer, at, tone(1000, at, 160))
		}
		fmt.Println(int64(at + 20*time.Millisecond)) // what was given so far
	}
}

// A process that is killed loses less than a second, and leaves files that every player opens.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "TAPE_TEST_RECORD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var given int64
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscan(lines.Text(), &given); err != nil {
			t.Fatal(err)
		}
		if given > int64(2700*time.Millisecond) && cmd.ProcessState == nil {
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
	cmd.Wait() //nolint:errcheck // it was killed

	paths, err := filepath.Glob(filepath.Join(dir, "2*/*/*/*.wav"))
	if err != nil || len(paths) != 8 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths { // as they were left
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		left, _ := split(t, file)
		lost := time.Duration(given) - time.Duration(len(left))*time.Second/rate
		if lost > time.Second {
			t.Errorf("%v of %v are lost", lost, time.Duration(given))
		}
		soxi(t, path, float64(len(left))/rate)
	}
	f, err := os.OpenFile(paths[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte{1, 2, 3}); err != nil { // sound behind the header's size, and half a frame
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	s, err := OpenStore(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	live, err := s.Create("live", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Recover()
	if err != nil || len(got) != 8 {
		t.Fatalf("recovered %d tapes, %v", len(got), err)
	}
	for _, r := range got {
		if r.Err != nil || r.Sum.Seconds < 1.7 {
			t.Errorf("%+v", r)
		}
		if err := s.Verify(r.ID); err != nil {
			t.Error(err)
		}
		if sum, err := s.Sum(r.ID); err != nil || sum != r.Sum {
			t.Errorf("%+v, %v, not %+v", sum, err, r.Sum)
		}
		left, right := sides(t, s, r.ID)
		n := len(left) / rate * rate
		if a, b := power(left[:n], 440), power(right[:n], 1000); a < 0.5 || b < 0.5 { // a busy machine leaves gaps
			t.Errorf("%s: tones of power %.3f and %.3f", r.ID, a, b)
		}
	}
	if _, err := live.Close(); err != nil {
		t.Error(err)
	}
	if again, err := s.Recover(); err != nil || len(again) != 0 {
		t.Errorf("recovered again: %v, %v", again, err)
	}
}

// What a power cut may leave: sums without the sound, or a mark without a file.
func TestRecoverSaysWhatIsLost(t *testing.T) {
	dir := t.TempDir()
	s, c := newStore(t, dir)
	w, err := s.Create("a", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	record(w, c, 4)
	c.pass(time.Minute)
	w.flush(false)
	other := t.TempDir()
	if err := os.CopyFS(other, os.DirFS(dir)); err != nil { // the lock stays behind
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wav := filepath.Join(other, "2026/03/01/a.wav")
	if err := os.Truncate(wav, headerSize+2*second+101); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "open", "never"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s2, _ := newStore(t, other)
	got, err := s2.Recover()
	var damage *DamageError
	if err != nil || len(got) != 1 || got[0].ID != "a" || !errors.As(got[0].Err, &damage) || damage.Second != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if left, _ := sides(t, s2, "a"); len(left) != 2*rate+50 {
		t.Errorf("%d frames", len(left))
	}
	if err := s2.Verify("a"); !errors.As(err, &damage) || damage.Second != 2 {
		t.Errorf("verify after: %v", err)
	}
	if again, err := s2.Recover(); err != nil || len(again) != 0 {
		t.Errorf("recovered again: %v, %v", again, err)
	}
}

// A disk that stands still makes nobody wait; what it costs is counted.
func TestSlowDisk(t *testing.T) {
	s, c := newStore(t, t.TempDir())
	w, err := s.Create("a", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.disk.Lock() // as while a write hangs
	began := time.Now()
	piece := tone(440, 0, 160)
	for at := time.Duration(0); at < 40*time.Second; at += 20 * time.Millisecond {
		w.Audio(Caller, at, piece)
		c.pass(20 * time.Millisecond)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("audio waited %v", took)
	}
	w.disk.Unlock()
	sum, err := w.Close()
	if err != nil || sum.Seconds != heldMax || sum.Dropped != 500 {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := s.Verify("a"); err != nil {
		t.Error(err)
	}
}

// While a file refuses (a full disk) the sound stays in memory, and is written when there is room again.
func TestFullDisk(t *testing.T) {
	s, c := newStore(t, t.TempDir())
	w, err := s.Create("a", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	good := w.wav
	if w.wav, err = os.Open(good.Name()); err != nil { // read-only: each write fails
		t.Fatal(err)
	}
	record(w, c, 10)
	if w.failed == nil || !errors.Is(w.failed, fs.ErrPermission) && !strings.Contains(w.failed.Error(), "bad file descriptor") {
		t.Errorf("failed: %v", w.failed)
	}
	if err := w.wav.Close(); err != nil {
		t.Fatal(err)
	}
	w.wav = good
	w.flush(false)
	sum, err := w.Close()
	if err != nil || sum.Seconds != 10 || sum.Dropped != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := s.Verify("a"); err != nil {
		t.Error(err)
	}
}
