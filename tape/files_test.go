package tape

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("sebuah foto")
	sum := sha256.Sum256(text)
	for range 2 { // the same twice is kept once
		hash, n, err := f.Put(bytes.NewReader(text), 100)
		if err != nil || n != int64(len(text)) || hash != hex.EncodeToString(sum[:]) {
			t.Fatalf("%s %d %v", hash, n, err)
		}
	}
	hash := hex.EncodeToString(sum[:])
	if raw, err := f.Read(hash); err != nil || !bytes.Equal(raw, text) {
		t.Fatalf("%q %v", raw, err)
	}
	if _, _, err := f.Put(bytes.NewReader(text), 5); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	for _, name := range []string{strings.Repeat("0", 64), "../../etc/passwd", ""} {
		if _, err := f.Read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if half, _ := filepath.Glob(filepath.Join(dir, "open", "*")); len(half) != 0 {
		t.Errorf("left behind: %v", half)
	}
	if err := os.WriteFile(filepath.Join(dir, hash[:2], hash+".bin"), []byte("sebuah fotx"), 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged *DamageError
	if _, err := f.Read(hash); !errors.As(err, &damaged) {
		t.Errorf("a changed file is shown: %v", err)
	}
	// What a killed process left half written goes at the next start.
	half := filepath.Join(dir, "open", "new-1")
	if err := os.WriteFile(half, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(half, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFiles(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
