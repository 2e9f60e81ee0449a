package journal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// spilled is a line of the spill file: a record that the journal had not taken when the process had to end. That some
// may have been written after all is no harm: their ids are known then.
type spilled struct {
	Stream  string          `json:"stream"`
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Version int             `json:"version"`
	Time    time.Time       `json:"time"`
	Who     string          `json:"who"`
	Epoch   uint64          `json:"epoch"`
	Body    json.RawMessage `json:"body"`
}

// sealer is an engine that can seal a line of the spill file with its master key. Without one the lines are plain, and
// only the owner of the file may read them.
type sealer interface {
	sealLine(line []byte) []byte
	unsealLine(line []byte) ([]byte, error)
}

// Close writes what waits for as long as ctx lives, then puts what is left into the spill file. Who still posts is
// logged. The error tells how many records are in the spill file, or lost.
func (b *Behind) Close(ctx context.Context) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	empty := make(chan struct{})
	if b.all.Len() == 0 {
		close(empty)
	} else {
		b.empty = empty
	}
	b.mu.Unlock()
	b.gathered()
	select {
	case <-empty:
	case <-ctx.Done():
	}
	b.mu.Lock()
	b.cancel() // under the lock: nobody gives a stream to a worker from here on
	b.mu.Unlock()
	b.wg.Wait()
	b.watch.Stop()
	b.gather.Stop()
	err := b.spill()
	b.mu.Lock()
	b.ring()
	close(b.bell)
	b.mu.Unlock()
	b.teller.Wait()
	return err
}

func (b *Behind) spill() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all.Len() == 0 {
		return nil
	}
	var file bytes.Buffer
	seal, sealed := b.j.(sealer)
	for e := b.all.Front(); e != nil; e = e.Next() {
		it := e.Value.(*item) //nolint:errcheck,forcetypeassert // all holds only items
		for _, r := range it.recs {
			line, err := json.Marshal(spilled{
				Stream: r.Stream, ID: r.ID, Type: r.Type, Version: r.Version, Time: r.Time, Who: r.Who, Epoch: r.Epoch, Body: r.Body,
			})
			if err != nil {
				return fmt.Errorf("spill: %w", err)
			}
			if sealed {
				line = seal.sealLine(line)
			}
			file.Write(line)
			file.WriteByte('\n')
		}
		answerTo(it.done, ErrClosed)
	}
	if b.opts.Spill == "" {
		return fmt.Errorf("%d records were not written and are lost", b.pending)
	}
	if err := writeSafely(b.opts.Spill, file.Bytes()); err != nil {
		return fmt.Errorf("%d records were not written and are lost: %w", b.pending, err)
	}
	return fmt.Errorf("%d records wait in %s for the next start", b.pending, b.opts.Spill)
}

// unspill posts what a process before left.
func (b *Behind) unspill() {
	if b.opts.Spill == "" {
		return
	}
	file, err := os.ReadFile(b.opts.Spill)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var recs []Record
	for line := range bytes.Lines(file) {
		var r Record
		if r, err = b.unspillLine(bytes.TrimSpace(line)); err != nil {
			break
		}
		recs = append(recs, r)
	}
	b.mu.Lock()
	b.old = len(recs)
	if err != nil {
		b.old++ // never counts down to zero: there is nothing to remove
		aside := b.opts.Spill + ".damaged"
		err = errors.Join(err, os.Rename(b.opts.Spill, aside)) // for somebody to look at
		b.opts.Log.Error("journal: the spill file is damaged; what could be read of it is written", "file", aside, "read", len(recs), "err", err)
		b.alarm(Alarm{Name: AlarmRefused, Since: time.Now(), Backlog: len(recs), Err: fmt.Errorf("spill file %s: %w", aside, err)})
	} else if len(recs) == 0 {
		b.tell(b.removeSpill)
	}
	b.mu.Unlock()
	for _, r := range recs {
		b.post(r.Stream, []Record{r}, nil, true)
	}
}

func (b *Behind) unspillLine(line []byte) (Record, error) {
	if seal, ok := b.j.(sealer); ok && !bytes.HasPrefix(line, []byte("{")) {
		var err error
		if line, err = seal.unsealLine(line); err != nil {
			return Record{}, err
		}
	}
	var l spilled
	if err := json.Unmarshal(line, &l); err != nil {
		return Record{}, err
	}
	return Record{ID: l.ID, Stream: l.Stream, Type: l.Type, Version: l.Version, Time: l.Time, Who: l.Who, Epoch: l.Epoch, Body: l.Body}, nil
}

func (b *Behind) removeSpill() {
	if err := os.Remove(b.opts.Spill); err != nil {
		b.opts.Log.Warn("journal: the spill file was written but can't be removed; it will be written again, which is no harm", "err", err)
	}
}

// What a sealed line is bound to, so that it is taken for nothing else.
var spillLine = []byte("spill")

func (s *SQLite) sealLine(line []byte) []byte {
	return base64.StdEncoding.AppendEncode(nil, s.keys.wrap(line, spillLine))
}

func (s *SQLite) unsealLine(line []byte) ([]byte, error) {
	sealed, err := base64.StdEncoding.AppendDecode(nil, line)
	if err != nil {
		return nil, err
	}
	return s.keys.unwrap(sealed, spillLine)
}
