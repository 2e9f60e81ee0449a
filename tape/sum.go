package tape

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"
)

// The file <id>.sum tells for each second of a tape's sound what its hash is, chained from second to second:
//
//	siaga-tape 1 <id> <start, RFC 3339>
//	<hex of SHA-256(hash before, sound of the first second)>
//	…
//	end <bytes of sound> <hex of the last hash> [recovered]
//
// It is only appended to. The hash before the first is SHA-256 of the first line. The last hash goes into the journal, so
// that neither file can be changed without it being seen.

// Sum binds a tape to its call.
type Sum struct {
	Hash    [32]byte // last of the chain
	Seconds float64
	Bytes   int64  // of sound
	Dropped uint64 // pieces of sound that came too late, said to be far ahead, or that a slow disk cost
}

// DamageError names the first second of a tape that isn't what was recorded.
type DamageError struct {
	ID     string
	Second int // from 0
	Why    string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("tape %s is damaged in second %d: %s", e.ID, e.Second, e.Why)
}

func firstLine(id string, start time.Time) string {
	return fmt.Sprintf("siaga-tape 1 %s %s\n", id, start.UTC().Format(time.RFC3339Nano))
}

// chain hashes sound as it comes, and gives a hash for each full second.
type chain struct {
	last  [32]byte
	now   hash.Hash
	in    int   // bytes of the second that isn't full
	bytes int64 // of all
}

func newChain(first string) *chain {
	c := &chain{last: sha256.Sum256([]byte(first))}
	c.begin()
	return c
}

func (c *chain) begin() {
	c.now = sha256.New()
	c.now.Write(c.last[:])
	c.in = 0
}

func (c *chain) end() {
	c.now.Sum(c.last[:0])
	c.begin()
}

// add takes more sound and returns the lines for the seconds that it filled.
func (c *chain) add(sound []byte) (lines []byte) {
	for len(sound) > 0 {
		n := min(len(sound), second-c.in)
		c.now.Write(sound[:n])
		c.in += n
		c.bytes += int64(n)
		sound = sound[n:]
		if c.in == second {
			c.end()
			lines = append(hex.AppendEncode(lines, c.last[:]), '\n')
		}
	}
	return lines
}

// close hashes what is left of the last second, and gives the last line.
func (c *chain) close(mark string) []byte {
	if c.in > 0 {
		c.end()
	}
	return fmt.Appendf(nil, "end %d %x%s\n", c.bytes, c.last, mark)
}

func (c *chain) sum(dropped uint64) Sum {
	return Sum{Hash: c.last, Seconds: float64(c.bytes) / second, Bytes: c.bytes, Dropped: dropped}
}

// sums is what a .sum file says.
type sums struct {
	first   string
	seconds [][32]byte
	ended   bool
	bytes   int64
	last    [32]byte
	whole   int64 // bytes of the file that are whole lines
}

// readSums reads a .sum file; what a killed process left unfinished at its end is passed over.
func readSums(path string) (sums, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return sums{}, err
	}
	var s sums
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		switch {
		case s.first == "":
			s.first = string(line)
		case bytes.HasPrefix(line, []byte("end ")):
			var last []byte
			if _, err := fmt.Sscanf(string(line), "end %d %x", &s.bytes, &last); err != nil || len(last) != 32 {
				return s, errors.New("its sums can't be read")
			}
			s.last, s.ended = [32]byte(last), true
		default:
			var h [32]byte
			if n, err := hex.Decode(h[:], bytes.TrimSpace(line[:min(len(line), 65)])); err != nil || n != 32 {
				return s, errors.New("its sums can't be read")
			}
			s.seconds = append(s.seconds, h)
		}
		s.whole += int64(len(line))
	}
	if s.first == "" {
		return s, errors.New("its sums are empty")
	}
	return s, nil
}

// check reads sound to its end and compares it with the sums, second by second. It returns the chain so far.
func (s sums) check(id string, sound io.Reader) (*chain, error) {
	c := newChain(s.first)
	r := bufio.NewReaderSize(sound, second)
	buf := make([]byte, second)
	for sec := 0; ; sec++ {
		n, err := io.ReadFull(r, buf)
		if n == second {
			c.add(buf)
			if sec < len(s.seconds) && c.last != s.seconds[sec] {
				return c, &DamageError{ID: id, Second: sec, Why: "the sound isn't what was recorded"}
			}
			if sec >= len(s.seconds) && s.ended {
				return c, &DamageError{ID: id, Second: sec, Why: "it was longer than was recorded"}
			}
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return c, err
		}
		if sec < len(s.seconds) {
			return c, &DamageError{ID: id, Second: sec, Why: "the sound ends here, but more was recorded"}
		}
		c.add(buf[:n])
		if !s.ended {
			return c, nil
		}
		end := newChain(s.first)
		*end = *c
		if c.in > 0 {
			end.end()
		}
		if end.last != s.last || end.bytes != s.bytes {
			return c, &DamageError{ID: id, Second: sec, Why: "the end of the sound isn't what was recorded"}
		}
		return c, nil
	}
}
