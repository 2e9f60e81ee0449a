package tape

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Marks go from tape to tape, and nothing of them stays.
func TestMarks(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenStore(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	lie := func(folder string) int {
		list, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	for _, id := range []string{"a", "b", "c"} {
		w, err := s.Create(id, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "open", id))
		if err != nil || filepath.Base(string(text)) != id || lie("idle") != 0 {
			t.Errorf("mark of %s says %q, %v; %d idle", id, text, err, lie("idle"))
		}
		other, err := OpenStore(dir, Options{}) // of another process, for what the lock is concerned
		if err != nil {
			t.Fatal(err)
		}
		if r, err := other.Recover(); err != nil || len(r) != 0 {
			t.Errorf("a tape that is being recorded was recovered: %v %v", r, err)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
		if _, err := w.Close(); err != nil {
			t.Error(err)
		}
		if lie("open") != 0 || lie("idle") != 1 {
			t.Errorf("after %s: %d open, %d idle", id, lie("open"), lie("idle"))
		}
	}
	// Somebody cleans up: the next tape has a mark all the same.
	if err := os.RemoveAll(filepath.Join(dir, "idle")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("d", time.Now()); err != nil || lie("open") != 1 {
		t.Errorf("%v, %d open", err, lie("open"))
	}
	if _, err := s.Create("d", time.Now()); err == nil {
		t.Error("a tape was begun twice")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "idle"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "idle", "7"), nil, 0o600); err != nil { // of a process that was killed
		t.Fatal(err)
	}
	if s, err = OpenStore(dir, Options{}); err != nil || lie("idle") != 0 {
		t.Errorf("%v, %d idle", err, lie("idle"))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
