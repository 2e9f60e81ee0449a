package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/journal/journaltest"
)

func open(dir string) (journal.Journal, error) {
	return journal.Open(dir, journal.Options{Node: "n1", Log: slog.New(slog.DiscardHandler)})
}

func openSQLite(t *testing.T, dir string) journal.Journal {
	t.Helper()
	j, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestMain(m *testing.M) { os.Exit(journaltest.Main(m, open)) }

func TestSQLite(t *testing.T) {
	journaltest.Run(t, openSQLite)
	journaltest.RunDurable(t, journaltest.Durable{Open: openSQLite, Log: "journal.db-wal"})
}

func TestMemory(t *testing.T) {
	journaltest.Run(t, func(*testing.T, string) journal.Journal { return journal.NewMemory() })
}

// What a reader gets of a journal: each answer is the whole truth, or comes with an error.
type answers struct {
	streams []string
	byName  map[string][]string
	all     []string
}

const flipStreams = 5

func ask(ctx context.Context, j journal.Journal) (got answers, wrong []error) {
	note := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	name := func(r journal.Record) string {
		return fmt.Sprintf("%s %d %s %s %s %s %x", r.Stream, r.Seq, r.ID, r.Who, r.Time, r.Body, r.Hash)
	}
	got.byName = map[string][]string{}
	var err error
	got.streams, err = j.Streams(ctx, "")
	note(err)
	if err != nil {
		got.streams = nil
	}
	for s := range flipStreams {
		stream := fmt.Sprint("call/", s)
		recs, err := j.Read(ctx, stream, 1)
		note(err)
		if err == nil {
			for _, r := range recs {
				got.byName[stream] = append(got.byName[stream], name(r))
			}
		}
	}
	last, _, err := j.Last(ctx)
	note(err)
	enough := errors.New("enough")
	for from := uint64(1); from <= last; {
		err := j.Follow(ctx, from, func(r journal.Record) error {
			got.all = append(got.all, name(r))
			if from = r.Pos + 1; r.Pos == last {
				return enough
			}
			return nil
		})
		if errors.Is(err, enough) {
			break
		}
		note(err)
		var c *journal.CorruptError
		if !errors.As(err, &c) {
			break
		}
		from = c.Pos + 1
	}
	return got, wrong
}

// Any bit of any file: flipped, it is noticed or does no harm. Never is an answer silently other or shorter.
func TestAnyFlippedBit(t *testing.T) {
	dir := t.TempDir()
	j := openSQLite(t, dir)
	for i := range 12 {
		for s := range flipStreams {
			rec := journal.Record{Type: "t", Who: "siti", Body: fmt.Appendf(nil, `{"n":%d,"name":{"private":"Melati %d"},"long":"%0200d"}`, i, s, i)}
			if _, err := j.Append(t.Context(), fmt.Sprint("call/", s), journal.Any, []journal.Record{rec}); err != nil {
				t.Fatal(err)
			}
		}
	}
	truth, wrong := ask(t.Context(), j)
	if len(wrong) > 0 || len(truth.all) != 12*flipStreams {
		t.Fatalf("%d records, %v", len(truth.all), wrong)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	noticed, harmless := 0, 0
	for i := range 120 {
		file := "journal.db"
		if i%6 == 0 {
			file = "keys.db"
		}
		image := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.CopyFS(image, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 { // as when it was written while the power went: the other guards must do without it
			if err := os.Remove(filepath.Join(image, "head")); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(filepath.Join(image, file))
		if err != nil {
			t.Fatal(err)
		}
		at, bit := r.IntN(len(b)), r.IntN(8)
		b[at] ^= 1 << bit
		if err := os.WriteFile(filepath.Join(image, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := open(image)
		if err != nil {
			noticed++
			continue
		}
		got, wrong := ask(t.Context(), k)
		if k.(*journal.SQLite).Damage() != nil {
			wrong = append(wrong, k.(*journal.SQLite).Damage())
		}
		if fmt.Sprint(got) == fmt.Sprint(truth) {
			harmless++
		} else if noticed++; len(wrong) == 0 {
			t.Errorf("%s, byte %d, bit %d: nobody says that something is missing\n%v\n%v", file, at, bit, got, truth)
		}
		for _, name := range got.all {
			if !bytes.Contains([]byte(fmt.Sprint(truth.all)), []byte(name)) {
				t.Errorf("%s, byte %d, bit %d: a follower got what was never written: %s", file, at, bit, name)
			}
		}
		k.Close()
	}
	t.Logf("%d noticed, %d did no harm", noticed, harmless)
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	j := openSQLite(t, filepath.Join(dir, "journal")).(*journal.SQLite)
	defer j.Close()
	stop := make(chan struct{})
	done := make(chan int)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- n
				return
			default:
			}
			rec := journal.Record{Type: "t", Body: []byte(`{"private":"Melati"}`)}
			if _, err := j.Append(t.Context(), fmt.Sprint("call/", n/5), journal.Any, []journal.Record{rec}); err != nil {
				t.Error(err)
				<-stop
				done <- n
				return
			}
		}
	}()
	defer func() { close(stop); <-done }()
	time.Sleep(50 * time.Millisecond)
	before, _, _ := j.Last(t.Context())
	to := filepath.Join(dir, "backup")
	if err := j.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if err := j.Backup(t.Context(), to); err == nil {
		t.Error("a backup was written over another")
	}
	for _, name := range []string{"journal.db", "keys.db", "master.key"} {
		if info, err := os.Stat(filepath.Join(to, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	restored := openSQLite(t, to).(*journal.SQLite)
	defer restored.Close()
	last, hash, _ := restored.Last(t.Context())
	if same, ok, err := j.At(t.Context(), last); last < before || err != nil || !ok || same != hash {
		t.Errorf("the copy ends at %d, begun at %d: %v", last, before, err)
	}
	n := uint64(0)
	enough := errors.New("enough")
	err := restored.Follow(t.Context(), 1, func(r journal.Record) error {
		if string(r.Body) != `{"private":"Melati"}` {
			t.Errorf("%s reads %s", r.Stream, r.Body)
		}
		if n++; n == last {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Error(err)
	}
}
