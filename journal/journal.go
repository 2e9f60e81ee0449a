// Package journal keeps what happened, in order, for ever. It knows nothing of what its records mean.
package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Record is one envelope: what one command did to one stream.
type Record struct {
	ID      string          // unique; appending the same id again to the same stream is a no-op
	Stream  string          // "call/<id>", "incident/<id>", "staff", "office/<id>"
	Seq     uint64          // place in its stream, from 1; given by the journal
	Pos     uint64          // place in this node's journal, from 1; given by the journal
	Type    string          // what the body is, for example "call"
	Version int             // version of that body
	Time    time.Time       // UTC, when it was decided
	Who     string          // person or "system"
	Node    string          // which node wrote it; given by the journal
	Epoch   uint64          // ownership epoch
	Body    json.RawMessage // at most 64 KiB; objects {"private":"text"} in it are sealed with the stream's key
	Hash    [32]byte        // SHA-256 over the previous hash of the stream and this record's sealed form; given by the journal
}

// BodyMax is the largest body of a record, in bytes.
const BodyMax = 64 << 10

// ErrConflict: the stream isn't where the writer believes. Somebody else owns it.
var ErrConflict = errors.New("journal: stream has moved on")

// ErrFull: the disk has no room; what was acknowledged is safe.
var ErrFull = errors.New("journal: disk full")

// CorruptError names a record that doesn't match its hash. The rest stays readable.
type CorruptError struct {
	Stream string
	Seq    uint64
	Pos    uint64
	Why    string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal: record %d of %s (position %d) is damaged: %s", e.Seq, e.Stream, e.Pos, e.Why)
}

// Any is the expect of an append that doesn't care where the stream is.
const Any = ^uint64(0)

// Journal is what each engine does; journaltest.Run holds it to that.
type Journal interface {
	// Append writes all records to one stream or none, and returns the stream's last Seq once they would survive a
	// power cut. It ends with ErrConflict when the stream's last Seq isn't expect, ErrFull, an error naming a body
	// that is too large, or ctx's error (then it is unknown whether they were written: append them again, ids make
	// it harmless).
	Append(ctx context.Context, stream string, expect uint64, recs []Record) (uint64, error)
	// Read gives a stream's records from Seq from on (1 = all), opened. An unknown stream is empty.
	Read(ctx context.Context, stream string, from uint64) ([]Record, error)
	// Streams lists streams whose name starts with prefix, in order of their first record.
	Streams(ctx context.Context, prefix string) ([]string, error)
	// Follow calls fn with each record from position from on (1 = all), in order, once, for as long as ctx lives.
	// It ends with fn's error, ctx's error, or a *CorruptError; then following may go on from Pos+1.
	Follow(ctx context.Context, from uint64, fn func(Record) error) error
	// Last is the position of the newest record, and its hash.
	Last(ctx context.Context) (pos uint64, hash [32]byte, err error)
	// At gives the hash of the record at a position; false when there is none.
	At(ctx context.Context, pos uint64) (hash [32]byte, ok bool, err error)
	// Erase destroys the stream's key: its private texts read as erased from then on, everywhere. A tombstone record
	// with who and why is appended.
	Erase(ctx context.Context, stream, who, why string) error
	// Close waits for what is being written.
	Close() error
}
