package api

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// Each piece can be read as soon as it has come, whatever was told before it, and a piece made once fits anywhere.
func TestPiecesOfGzip(t *testing.T) {
	in, out := io.Pipe()
	shared := strings.Repeat("event: change\ndata: {\"key\":\"call/1\",\"value\":{\"phase\":\"TALKING\"}}\n\n", 2000)
	packed := squeeze([]byte(shared))
	if len(packed) > len(shared)/20 {
		t.Errorf("%d bytes became %d", len(shared), len(packed))
	}
	r := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return string(b)
	}
	texts := []string{"", ": ping\n\n", shared, noise(smallMax), shared, noise(smallMax + 1), noise(200_000), shared, "x"}
	go func() {
		_, _ = out.Write(gzipHead)
	}()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		piece := squeeze([]byte(text))
		if text == shared {
			piece = packed
		}
		go func() { _, _ = out.Write(piece) }()
		got := make([]byte, len(text))
		if _, err := io.ReadFull(z, got); err != nil || string(got) != text {
			t.Fatalf("piece %d of %d bytes: %v", i, len(text), err)
		}
	}
	_ = out.Close()
	for header, want := range map[string]bool{"gzip, deflate, br": true, "br;q=1.0, gzip;q=0.8": true, "identity": false, "": false, "gzip; q=0": false} {
		if got := takesGzip(&http.Request{Header: http.Header{"Accept-Encoding": {header}}}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}
