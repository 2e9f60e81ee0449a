package journal

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
)

// The file head says how far the journal was: position, hash, and a sum over both. It is written after each fsync of
// the journal but not synced itself, so it is never ahead of what was durable; after a power cut it may be behind,
// which is no harm. It is there because SQLite takes a damaged write-ahead log for one that ends there: without head a
// flipped bit in it would make the journal shorter, and nobody would know.
const headSize = 8 + 32 + 32

func (s *SQLite) writeHead(pos uint64, hash [32]byte) {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, headSize), pos)
	b = append(b, hash[:]...)
	sum := sha256.Sum256(b)
	if _, err := s.head.WriteAt(append(b, sum[:]...), 0); err != nil {
		s.opts.Log.Warn("journal: head can't be written; a shorter journal might not be noticed", "err", err)
	}
}

// readHead gives false when there is none, or when it was being written as the power went.
func (s *SQLite) readHead() (pos uint64, hash [32]byte, ok bool) {
	b := make([]byte, headSize)
	if n, _ := s.head.ReadAt(b, 0); n != headSize {
		return 0, hash, false
	}
	sum := sha256.Sum256(b[:40])
	if !bytes.Equal(sum[:], b[40:]) {
		return 0, hash, false
	}
	return binary.BigEndian.Uint64(b), [32]byte(b[8:40]), true
}

// guard finds where the journal is and whether it was further once. Positions that were given are never given again:
// the next record goes behind all that anybody may have seen.
func (s *SQLite) guard() error {
	var pos uint64
	var hash []byte
	err := s.ro.QueryRowContext(s.ctx, `SELECT pos, hash FROM records ORDER BY pos DESC LIMIT 1`).Scan(&pos, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		if !damaged(err) {
			return err
		}
		s.found(fmt.Errorf("the newest records can't be read: %w", err))
	}
	s.last = pos
	copy(s.lastHash[:], hash)

	at, headHash, ok := s.readHead()
	switch {
	case !ok:
		// The list of streams knows of positions too: it isn't asked as a rule, since all of it must be read.
		var listed sql.Null[uint64]
		if err := s.ro.QueryRowContext(s.ctx, `SELECT max(first) FROM streams`).Scan(&listed); err != nil {
			s.found(fmt.Errorf("the list of streams can't be read: %w", err))
		} else if listed.V > s.last {
			s.found(&CorruptError{Pos: s.last + 1, Why: fmt.Sprintf("the list of streams knows position %d, but the journal ends at %d", listed.V, s.last)})
			s.last = listed.V
		}
	case at > s.last:
		s.found(&CorruptError{Pos: s.last + 1, Why: fmt.Sprintf("the journal was at position %d once, and ends at %d now", at, s.last)})
		s.last, s.lastHash = at, headHash
	case at > 0:
		got, ok, err := s.At(s.ctx, at)
		if err != nil || !ok || got != headHash {
			s.found(&CorruptError{Pos: at, Why: "it isn't the record that was written there"})
		}
	}
	return nil
}
