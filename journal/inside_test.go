package journal

import (
	"bytes"
	"context"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func opened(t *testing.T, dir string) *SQLite {
	t.Helper()
	s, err := Open(dir, Options{Node: "n1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func write(t *testing.T, s *SQLite, stream, body string) {
	t.Helper()
	if _, err := s.Append(t.Context(), stream, Any, []Record{{Type: "t", Body: json.RawMessage(body)}}); err != nil {
		t.Fatal(err)
	}
}

// A full disk refuses what is new and keeps what is old; when there is room again the journal goes on.
func TestFullDisk(t *testing.T) {
	s := opened(t, t.TempDir())
	write(t, s, "call/a", `"old"`)
	var pages int
	if err := s.db.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+3)); err != nil {
		t.Fatal(err)
	}
	big := `"` + strings.Repeat("x", 30000) + `"`
	var full error
	for range 10 {
		if _, full = s.Append(t.Context(), "call/a", Any, []Record{{Body: json.RawMessage(big)}}); full != nil {
			break
		}
	}
	if !errors.Is(full, ErrFull) {
		t.Fatalf("a full disk is told as %v", full)
	}
	recs, err := s.Read(t.Context(), "call/a", 1)
	if err != nil || len(recs) == 0 || string(recs[0].Body) != `"old"` {
		t.Fatalf("%d records, %v", len(recs), err)
	}
	if _, err := s.db.Exec(`PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	if seq, err := s.Append(t.Context(), "call/a", uint64(len(recs)), []Record{{Body: json.RawMessage(big)}}); err != nil || seq != uint64(len(recs))+1 {
		t.Errorf("with room again: %d, %v", seq, err)
	}
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// After an erasure no file has the key, not even wrapped.
func TestErasedKeyIsNowhere(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	write(t, s, "call/a", `{"private":"Melati"}`)
	var wrapped []byte
	if err := s.keys.db.QueryRow(`SELECT wrapped FROM keys WHERE stream = 'call/a'`).Scan(&wrapped); err != nil {
		t.Fatal(err)
	}
	has := func() (in []string) {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(filepath.Join(dir, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, wrapped) {
				in = append(in, f.Name())
			}
		}
		return in
	}
	if len(has()) == 0 {
		t.Fatal("the key is nowhere before: this test sees nothing")
	}
	if err := s.Erase(t.Context(), "call/a", "siti", "asked"); err != nil {
		t.Fatal(err)
	}
	if in := has(); len(in) > 0 {
		t.Errorf("the key is still in %v", in)
	}
}

// A process that died between the tombstone and the key, or a key file from an older backup: Open erases again.
func TestErasureIsFinishedByOpen(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	write(t, s, "call/a", `{"private":"Melati"}`)
	write(t, s, "call/a", `{"erased":true}`)
	recs, err := ready("call/a", "n1", []Record{{Type: Erased, Body: json.RawMessage(`{"why":"asked"}`)}}, s.opts.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), "call/a", Any, recs); err != nil { // the tombstone alone
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	got, err := s.Read(t.Context(), "call/a", 1)
	if err != nil || string(got[0].Body) != erased || string(got[1].Body) != erased {
		t.Errorf("%s, %v", got[0].Body, err)
	}
}

// A flipped bit in the write-ahead log makes SQLite drop all that is behind it: that must be noticed.
func TestShorterIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	for i := range 40 {
		write(t, s, "call/a", fmt.Sprint(i))
	}
	image := filepath.Join(t.TempDir(), "image")
	if err := os.CopyFS(image, os.DirFS(dir)); err != nil { // as after a SIGKILL
		t.Fatal(err)
	}
	whole := opened(t, image)
	if whole.Damage() != nil {
		t.Fatalf("a killed process: %v", whole.Damage())
	}
	image2 := filepath.Join(t.TempDir(), "image")
	if err := os.CopyFS(image2, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	wal := filepath.Join(image2, "journal.db-wal")
	b, err := os.ReadFile(wal)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)*2/3] ^= 1
	if err := os.WriteFile(wal, b, 0o600); err != nil {
		t.Fatal(err)
	}
	short := opened(t, image2)
	var named *CorruptError
	if !errors.As(short.Damage(), &named) || named.Pos == 0 || named.Pos > 40 {
		t.Fatalf("a shorter journal: %v", short.Damage())
	}
	last, _, _ := short.Last(t.Context())
	if last != 40 {
		t.Errorf("the next record would get position %d, which somebody may have seen", last+1)
	}
	seen := 0
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err = short.Follow(ctx, 1, func(Record) error { seen++; return nil })
	if !errors.As(err, &named) || int(named.Pos) != seen+1 {
		t.Errorf("a follower got %d records and then %v", seen, err)
	}
	write(t, short, "call/b", `1`)
	if last, _, _ := short.Last(t.Context()); last != 41 {
		t.Errorf("the record after has position %d", last)
	}
	if err := short.Verify(t.Context()); !errors.As(err, &named) {
		t.Errorf("verify: %v", err)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	if other, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler)}); err == nil {
		other.Close()
		t.Error("a journal was opened twice")
	}
	if err := VerifyFiles(t.Context(), dir); err != nil {
		t.Errorf("verify beside the writer: %v", err)
	}
	write(t, s, "call/a", `{"private":"x"}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "master.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "master.key") {
		t.Errorf("without the master key: %v", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	s := opened(t, dir)
	write(t, s, "call/a", `{"private":"x"}`)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", f.Name(), info.Mode())
		}
	}
}

// Whatever a body is: sealing hides its private texts, opening gives them back, and the rest stays as it was.
func TestSealAndOpen(t *testing.T) {
	key, err := newAEAD(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		secrets := 0
		var value func(depth int) string
		value = func(depth int) string {
			text, _ := json.Marshal(rapid.String().Draw(t, "text"))
			kinds := 6
			if depth > 4 {
				kinds = 3
			}
			switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
			case 0:
				return string(text)
			case 1:
				return "-1.5e3"
			case 2:
				secrets++
				return `{"private":` + string(text) + `}`
			case 3:
				return `[` + value(depth+1) + `,` + value(depth+1) + `]`
			case 4:
				return `{"private":` + value(depth+1) + `,"b" : ` + value(depth+1) + `}`
			default:
				return `{"x":` + value(depth+1) + `}`
			}
		}
		body := value(0)
		sealed := seal([]byte(body), key, "s", "id")
		if !json.Valid(sealed) || len(find(sealed, "private")) != 0 || len(find(sealed, "sealed")) != secrets {
			t.Fatalf("%s was sealed as %s", body, sealed)
		}
		back, err := unseal(sealed, key, "s", "id")
		if err != nil || string(back) != body {
			t.Fatalf("%s came back as %s, %v", body, back, err)
		}
		gone, err := unseal(sealed, nil, "s", "id")
		if err != nil || bytes.Count(gone, []byte(erased)) < secrets || len(find(gone, "sealed")) != 0 {
			t.Fatalf("%s is erased as %s, %v", body, gone, err)
		}
		if _, err := unseal(sealed, key, "s", "other"); secrets > 0 && err == nil {
			t.Fatal("a sealed text was opened in another record")
		}
	})
}

// Escapes in the name don't get a text past the seal.
func TestSealSeesThroughEscapes(t *testing.T) {
	var key cipher.AEAD
	body := []byte("{\"a\":{\"pr\\u0069vate\":\"x\"},\"b\":{ \n\"private\"\t: \"\\\"}\" } }")
	if got := seal(body, key, "s", "id"); string(got) != `{"a":{"erased":true},"b":{"erased":true} }` {
		t.Errorf("%s", got)
	}
}

func FuzzSeal(f *testing.F) {
	for _, s := range []string{`{"private":"x"}`, `{"a":[{"private":"\"}"}]}`, `{"private":{"private":""}}`, `"{\"private\":\"x\"}"`} {
		f.Add([]byte(s))
	}
	key, err := newAEAD(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if checkBody(Record{Body: body}) != nil {
			return
		}
		sealed := seal(body, key, "s", "id")
		back, err := unseal(sealed, key, "s", "id")
		if err != nil || meaning(t, body) != meaning(t, back) {
			t.Fatalf("%q came back as %q, %v", body, back, err)
		}
	})
}

// meaning is a body without what JSON doesn't care for, and without limits of our numbers.
func meaning(t *testing.T, body []byte) string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(v)
}

func TestLatencyBuckets(t *testing.T) {
	for d := time.Duration(16); d < 100*time.Second; d += 1 + d/100 {
		if up := upper(bucket(d)); up < d || float64(up) > 1.13*float64(d) {
			t.Fatalf("%v falls in a bucket up to %v", d, up)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			s, err := Open(b.TempDir(), Options{Node: "n"})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			body := json.RawMessage(`{"events":[{"type":"answered","data":{"who":{"private":"Siti"},"at":"2026-01-01T00:00:00Z","x":"` + strings.Repeat("x", 300) + `"}}]}`)
			next := make(chan int)
			var wg sync.WaitGroup
			b.ResetTimer()
			for w := range writers {
				wg.Go(func() {
					for i := range next {
						if _, err := s.Append(context.Background(), fmt.Sprint("call/", w, "/", i/(20*writers)), Any, []Record{{Type: "call", Body: body}}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := range b.N {
				next <- i
			}
			close(next)
			wg.Wait()
			b.StopTimer()
			st := s.Stats()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(st.P99.Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(st.Appends)/float64(st.Fsyncs), "appends/fsync")
		})
	}
}
