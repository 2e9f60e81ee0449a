package api

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"net/http"
	"strings"
	"sync"
)

// A stream may be sent as gzip (RFC 1952), whose end never comes. Its pieces are blocks that end at a byte and refer to
// nothing before themselves (RFC 1951 3.2), so one piece can be made once and sent to hundreds of screens, in the middle
// of whatever each of them was told before.

// gzipHead begins such a stream.
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// takesGzip says whether a request may be answered so.
func takesGzip(r *http.Request) bool {
	for field := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(field), ";")
		if name == "gzip" && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// smallMax is how long a text may be that isn't worth the work.
const smallMax = 1400

var squeezers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // it fails for levels that there aren't
	return w
}}

// squeeze makes a piece of a gzip stream out of a text.
func squeeze(text []byte) []byte {
	if len(text) <= smallMax {
		return stored(text)
	}
	w := squeezers.Get().(*flate.Writer) //nolint:errcheck // nothing else is put there
	defer squeezers.Put(w)
	out := bytes.NewBuffer(make([]byte, 0, len(text)/6))
	w.Reset(out)
	_, _ = w.Write(text) // a buffer takes all
	_ = w.Flush()        // an empty stored block: the piece ends at a byte
	return out.Bytes()
}

// stored is a short text in a block that isn't compressed, and the empty one after which readers give what they have.
func stored(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	out := make([]byte, 0, len(text)+10)
	out = append(out, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(text)))  //nolint:gosec // smallMax
	out = binary.LittleEndian.AppendUint16(out, ^uint16(len(text))) //nolint:gosec // smallMax
	return append(append(out, text...), 0, 0, 0, 0xff, 0xff)
}
