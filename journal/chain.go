package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
)

// Erased is the type of the record that Erase appends. Its body is {"why":"…"}. Who folds a stream passes over it; who
// keeps copies of private texts deletes them.
const Erased = "erased"

// chained is the hash of a record in its stream: SHA-256 over the hash before it and its sealed form. Each field goes
// in with its length, so that no two records have the same form. Pos isn't in it: it is another on each node.
func chained(prev [32]byte, r Record, sealed []byte) [32]byte {
	form := make([]byte, 0, 256+len(sealed))
	form = append(form, "siaga journal 1\n"...)
	form = append(form, prev[:]...)
	for _, text := range []string{r.Stream, r.ID, r.Type, r.Who, r.Node} {
		form = binary.AppendUvarint(form, uint64(len(text)))
		form = append(form, text...)
	}
	form = binary.AppendUvarint(form, r.Seq)
	form = binary.AppendVarint(form, int64(r.Version))
	form = binary.AppendVarint(form, r.Time.UnixNano())
	form = binary.AppendUvarint(form, r.Epoch)
	form = append(form, sealed...)
	return sha256.Sum256(form)
}

// NewID makes an id for a record: unique, and sorted by the time it was made.
func NewID(now time.Time) string {
	var b [16]byte
	rand.Read(b[:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(b[:6], ms[2:])
	return hex.EncodeToString(b[:])
}

// ready gives copies of records as an append to a stream writes them, or a *BodyError.
func ready(stream, node string, recs []Record, now func() time.Time) ([]Record, error) {
	if stream == "" {
		return nil, errors.New("journal: a record needs a stream")
	}
	out := make([]Record, len(recs))
	for i, r := range recs {
		if r.Body == nil {
			r.Body = []byte("null")
		}
		if r.Time.IsZero() {
			r.Time = now()
		}
		if r.ID == "" {
			r.ID = NewID(r.Time)
		}
		// A zone and a monotonic reading don't survive the disk: what is hashed is what is read back.
		r.Stream, r.Node, r.Time = stream, node, time.Unix(0, r.Time.UnixNano()).UTC()
		if err := checkBody(r); err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

// fits says whether an append that expects a stream at expect may go on: last is where the stream is, and repeats of
// the append's records are in it already. A repeat of all is a no-op wherever the stream is by now.
func fits(expect, last uint64, repeats, all int) bool {
	return expect == Any || repeats == all || last == expect || (repeats > 0 && last == expect+uint64(repeats))
}
