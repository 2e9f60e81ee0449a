package journaltest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/journal"
)

// Durable is an engine that keeps what it is given in the files of a folder.
type Durable struct {
	Open Opener
	// Log is the file that an append grows; what stands behind its last sync may be anything after a power cut.
	Log string
}

// RunDurable holds an engine to what must survive: closing, a kill, a power cut, a flipped bit, an erasure. The test
// binary's TestMain must be Main.
func RunDurable(t *testing.T, d Durable) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // not for secrets
	t.Run("reopen", d.reopen)
	t.Run("plain text", d.plainText)
	t.Run("damage", d.damage)
	t.Run("kill", func(t *testing.T) { d.kill(t, r) })
	t.Run("torn", func(t *testing.T) { d.torn(t, r) })
}

func (d Durable) reopen(t *testing.T) {
	dir := t.TempDir()
	var pos uint64
	for i := range 4 {
		j := d.Open(t, dir)
		stream := fmt.Sprint("call/", i)
		must(t, j, "staff", uint64(i), rec(fmt.Sprint(i), personal))
		must(t, j, stream, 0, rec("1", personal), rec("2", `{"private":"x"}`))
		must(t, j, "staff", 0, rec("0", personal)) // a repeat over a restart
		if i == 2 {
			if err := j.Erase(t.Context(), "call/0", "siti", "asked"); err != nil {
				t.Fatal(err)
			}
		}
		last, hash, err := j.Last(t.Context())
		if err != nil || last <= pos {
			t.Fatalf("position %d after %d: %v", last, pos, err)
		}
		pos = last
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		j = d.Open(t, dir)
		if again, h, err := j.Last(t.Context()); err != nil || again != last || h != hash {
			t.Fatalf("position %d, and %d when opened again: %v", last, again, err)
		}
		for n := range i + 1 {
			want := personalRead
			if n == 0 && i >= 2 {
				want = personalErased
			}
			if got := read(t, j, fmt.Sprint("call/", n), 1); len(got) < 2 || string(got[0].Body) != want {
				t.Fatalf("call/%d reads %d records, %s", n, len(got), got[0].Body)
			}
		}
		if n := len(read(t, j, "staff", 1)); n != i+1 {
			t.Fatalf("staff has %d records, not %d", n, i+1)
		}
		if n := len(took(t, j, 1)); uint64(n) != pos {
			t.Fatalf("a follower gets %d records of %d", n, pos)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// plainText: no private text stands in any file, at any time.
func (d Durable) plainText(t *testing.T) {
	dir := t.TempDir()
	j := d.Open(t, dir)
	for i := range 50 {
		must(t, j, fmt.Sprint("call/", i), 0, rec("1", `{"seen":"VISIBLE","name":{"private":"Kuswandari Melati"},"deep":[{"a":{"private":"+6281234567"}}]}`))
	}
	look := func() {
		t.Helper()
		if in := holding(t, dir, "VISIBLE"); len(in) == 0 {
			t.Error("nothing is in any file: this test sees nothing")
		}
		for _, secret := range []string{"Kuswandari", "+6281234567"} {
			if in := holding(t, dir, secret); len(in) > 0 {
				t.Errorf("%s stands in %v", secret, in)
			}
		}
	}
	look()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	look()
}

// holding lists the files that have a text in them.
func holding(t *testing.T, dir, text string) []string {
	t.Helper()
	var in []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			in = append(in, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// damage: a flipped bit is named, and all other records stay readable.
func (d Durable) damage(t *testing.T) {
	dir := t.TempDir()
	j := d.Open(t, dir)
	const streams, n = 6, 30
	for seq := range n {
		for s := range streams {
			must(t, j, fmt.Sprint("call/", s), journal.Any, rec(fmt.Sprint("id", seq), fmt.Sprintf(`"mark-%d-%d."`, s, seq+1)))
		}
	}
	before := took(t, j, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	const badSeq = 12
	for _, path := range holding(t, dir, "mark-3-12.") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[bytes.Index(b, []byte("mark-3-12."))+2] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j = d.Open(t, dir)
	defer j.Close() //nolint:errcheck // reopen looks at it
	var named *journal.CorruptError
	for s := range streams {
		stream := fmt.Sprint("call/", s)
		recs, err := j.Read(t.Context(), stream, 1)
		if s != 3 {
			if err != nil || len(recs) != n {
				t.Errorf("%s: %d records, %v", stream, len(recs), err)
			}
			continue
		}
		if !errors.As(err, &named) || named.Stream != stream || named.Seq != badSeq || len(recs) != badSeq-1 {
			t.Fatalf("%s: %d records, %v", stream, len(recs), err)
		}
		if recs, err := j.Read(t.Context(), stream, badSeq+1); err != nil || len(recs) != n-badSeq {
			t.Errorf("behind the damage: %d records, %v", len(recs), err)
		}
	}
	var got []journal.Record
	enough := errors.New("enough")
	for from := uint64(1); ; {
		err := j.Follow(t.Context(), from, func(r journal.Record) error {
			got = append(got, r)
			from = r.Pos + 1
			if r.Pos == before[len(before)-1].Pos {
				return enough
			}
			return nil
		})
		if errors.Is(err, enough) {
			break
		}
		var c *journal.CorruptError
		if !errors.As(err, &c) || c.Pos != from || c.Stream != "call/3" || c.Seq != badSeq {
			t.Fatalf("a follower at %d: %v", from, err)
		}
		from = c.Pos + 1
	}
	if len(got) != len(before)-1 {
		t.Errorf("a follower gets %d records, not %d", len(got), len(before)-1)
	}
	if v, ok := j.(interface{ Verify(context.Context) error }); ok {
		if err := v.Verify(t.Context()); !errors.As(err, &named) || named.Stream != "call/3" || named.Seq != badSeq {
			t.Errorf("verify: %v", err)
		}
	}
	must(t, j, "call/3", n, rec("after", `1`)) // a damaged past doesn't stop the present
}

const childDir = "SIAGA_JOURNALTEST_DIR"

// Main is what TestMain of a package that calls RunDurable must do (and exit with what it returns): it is also the
// process that is killed.
func Main(m *testing.M, open func(dir string) (journal.Journal, error)) int {
	dir := os.Getenv(childDir)
	if dir == "" {
		return m.Run()
	}
	j, err := open(dir)
	if err != nil {
		panic(err)
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	for s := range 8 {
		wg.Go(func() {
			for {
				// A call is a few records, then the next one comes.
				stream := fmt.Sprintf("call/%d-%s", s, journal.NewID(time.Now()))
				for range 5 {
					a, b := journal.NewID(time.Now()), journal.NewID(time.Now())
					if _, err := j.Append(context.Background(), stream, journal.Any, []journal.Record{rec(a, personal), rec(b, `1`)}); err != nil {
						panic(err)
					}
					out.Lock()
					if _, err := fmt.Fprintln(os.Stdout, stream, a, b); err != nil {
						panic(err)
					}
					out.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return 1
}

// kill: what was acknowledged before a SIGKILL is there after it.
func (d Durable) kill(t *testing.T, r *rand.Rand) {
	dir := t.TempDir()
	acknowledged := map[string][]string{}
	count := 0
	for range 4 {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		left := 20 + r.IntN(400)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			f := strings.Fields(lines.Text())
			if len(f) != 3 || len(f[2]) != 32 {
				continue // the line at which it died
			}
			acknowledged[f[0]] = append(acknowledged[f[0]], f[1], f[2])
			count += 2
			if left--; left == 0 {
				cmd.Process.Kill() //nolint:errcheck // Wait tells
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		cancel()
		j := d.Open(t, dir)
		for stream, ids := range acknowledged {
			got := read(t, j, stream, 1)
			for i, id := range ids {
				if i >= len(got) || got[i].ID != id || (i%2 == 0 && string(got[i].Body) != personalRead) {
					t.Fatalf("%s: acknowledged record %d isn't there", stream, i+1)
				}
			}
			if len(got)%2 != 0 {
				t.Fatalf("%s has half an append", stream)
			}
		}
		took(t, j, 1)
		if v, ok := j.(interface{ Verify(context.Context) error }); ok {
			if err := v.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d records were acknowledged before 4 kills", count)
}

// torn: a power cut while an append is being written leaves all that was acknowledged before, and nothing half.
func (d Durable) torn(t *testing.T, r *rand.Rand) {
	if d.Log == "" {
		t.Skip("the engine has no log")
	}
	dir, safe := t.TempDir(), filepath.Join(t.TempDir(), "safe")
	j := d.Open(t, dir)
	defer j.Close() //nolint:errcheck // reopen looks at it
	for i := range 20 {
		must(t, j, "call/a", journal.Any, rec(fmt.Sprint("safe", i), personal))
	}
	if err := os.CopyFS(safe, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		must(t, j, "call/a", journal.Any, rec(fmt.Sprint(i), personal), rec(fmt.Sprint(i, "b"), personal))
	}
	before, err := os.ReadFile(filepath.Join(safe, d.Log))
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(dir, d.Log))
	if err != nil || len(after) <= len(before) {
		t.Fatalf("the log didn't grow: %d, %d, %v", len(before), len(after), err)
	}
	for i := range 25 {
		cut := len(before) + r.IntN(len(after)-len(before)+1)
		torn := bytes.Clone(after[:cut])
		if i%2 == 1 && cut > len(before) { // the last sector is rubbish
			for k := max(len(before), cut-512); k < cut; k++ {
				torn[k] = byte(r.Uint32())
			}
		}
		image := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.CopyFS(image, os.DirFS(safe)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(image, d.Log), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		k := d.Open(t, image)
		got := read(t, k, "call/a", 1)
		if len(got) < 20 || len(got) > 30 || len(got)%2 != 0 {
			t.Errorf("cut at %d of %d: %d records", cut-len(before), len(after)-len(before), len(got))
		}
		if n := len(took(t, k, 1)); n != len(got) {
			t.Errorf("cut at %d: a follower gets %d records of %d", cut-len(before), n, len(got))
		}
		must(t, k, "call/a", uint64(len(got)), rec("on", personal))
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
