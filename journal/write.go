package journal

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"time"
)

// request is one append that waits for the writer.
type request struct {
	stream string
	expect uint64
	recs   []Record
	erase  bool // destroy the stream's key when recs are written
	since  time.Time
	result answer      // what the folder decided; told when it is on the disk
	done   chan answer // takes one without blocking
}

type answer struct {
	seq uint64
	err error
}

// How much goes into one transaction.
const (
	batchRequests = 1024
	batchBytes    = 4 << 20
	// checkpointEvery is how many records make the write-ahead log worth moving into the database (about 4 MB).
	checkpointEvery = 2000
)

// Append writes all records to one stream or none: see Journal.
func (s *SQLite) Append(ctx context.Context, stream string, expect uint64, recs []Record) (uint64, error) {
	recs, err := ready(stream, s.opts.Node, recs, s.opts.Now)
	if err != nil {
		return 0, err
	}
	return s.ask(ctx, &request{stream: stream, expect: expect, recs: recs})
}

// Erase destroys the stream's key: see Journal. A stream that has no records is an error; erasing twice is none.
func (s *SQLite) Erase(ctx context.Context, stream, who, why string) error {
	body, err := json.Marshal(map[string]string{"why": why})
	if err != nil {
		return err
	}
	recs, err := ready(stream, s.opts.Node, []Record{{Type: Erased, Version: 1, Who: who, Body: body}}, s.opts.Now)
	if err != nil {
		return err
	}
	_, err = s.ask(ctx, &request{stream: stream, expect: Any, recs: recs, erase: true})
	return err
}

func (s *SQLite) ask(ctx context.Context, r *request) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	r.since, r.done = time.Now(), make(chan answer, 1)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return 0, ErrClosed
	}
	s.waiting = append(s.waiting, r)
	s.mu.Unlock()
	s.ring()
	select {
	case a := <-r.done:
		return a.seq, a.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (s *SQLite) ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// writer is the one goroutine that writes. What came in while the disk was busy goes into the next transaction together.
func (s *SQLite) writer() {
	defer close(s.checkpoint)
	since := 0
	for {
		batch, closed := s.take()
		if len(batch) == 0 {
			if closed {
				return
			}
			<-s.bell
			runtime.Gosched() // who is about to ask as well goes into the same transaction
			continue
		}
		n, err := s.fold.write(s.ctx, batch)
		if err != nil && len(batch) > 1 && !errors.Is(err, ErrFull) {
			// One stream's damage must not stop the others: each by itself.
			for _, r := range batch {
				m, err := s.fold.write(s.ctx, []*request{r})
				n += m
				s.answer(r, err)
			}
		} else {
			for _, r := range batch {
				s.answer(r, err)
			}
		}
		if since += n; since >= checkpointEvery {
			since = 0
			select {
			case s.checkpoint <- struct{}{}:
			default:
			}
		}
	}
}

func (s *SQLite) take() ([]*request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, size := 0, 0
	for n < len(s.waiting) && n < batchRequests && size < batchBytes {
		for _, r := range s.waiting[n].recs {
			size += len(r.Body)
		}
		n++
	}
	batch := s.waiting[:n:n]
	s.waiting = s.waiting[n:]
	return batch, s.closed
}

// answer ends a request: with what the folder decided, or with the error that kept it from the disk.
func (s *SQLite) answer(r *request, err error) {
	if err != nil {
		r.result = answer{err: err}
	}
	s.stats.answered(r, r.result.err)
	r.done <- r.result
}
