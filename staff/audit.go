package staff

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// Read writes down that a person looked at something about people: what ("tape", "call", "search"), of which call,
// incident or person, and why they say so. It returns when the journal has it, so that nothing is shown of which
// nobody knows.
func (s *Staff) Read(ctx context.Context, who office.PersonID, what, subject, why string) error {
	now := s.opts.Now().UTC()
	rec, err := s.record(who, Read{At: now, By: who, What: what, Subject: subject, Why: office.Private(why)})
	if err != nil {
		return err
	}
	if _, err := s.journal.Append(ctx, month(streamReads, now), journal.Any, []journal.Record{rec}); err != nil {
		return fmt.Errorf("write down who reads: %w", err)
	}
	return nil
}

// NoteRead is Read that nobody waits for: for pages and searches in the flow of work.
func (s *Staff) NoteRead(who office.PersonID, what, subject, why string) {
	now := s.opts.Now().UTC()
	s.later(month(streamReads, now), who, Read{At: now, By: who, What: what, Subject: subject, Why: office.Private(why)})
}

// audit writes records behind people's backs: in order, again and again while the journal is away.
type audit struct {
	journal journal.Journal
	opts    Options
	wake    chan struct{} // capacity 1
	ctx     context.Context
	stop    context.CancelFunc
	done    chan struct{}

	mu    sync.Mutex
	queue []late
	lost  int // dropped since the last log line
}

type late struct {
	stream string
	rec    journal.Record
}

// auditMax is how many records wait at most (some 20 MB); a journal that is away for longer loses the newest reads,
// and the log says how many.
const auditMax = 50_000

func startAudit(j journal.Journal, opts Options) *audit {
	a := &audit{journal: j, opts: opts, wake: make(chan struct{}, 1), done: make(chan struct{})}
	a.ctx, a.stop = context.WithCancel(context.Background())
	go a.run()
	return a
}

func (a *audit) post(stream string, rec journal.Record) {
	a.mu.Lock()
	if len(a.queue) >= auditMax {
		a.lost++
	} else {
		a.queue = append(a.queue, late{stream, rec})
	}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *audit) run() {
	defer close(a.done)
	pause := time.NewTimer(time.Hour)
	defer pause.Stop()
	for wait := time.Duration(0); ; {
		if a.flush(a.ctx) {
			wait = 0
			select {
			case <-a.wake:
			case <-a.ctx.Done():
				return
			}
			continue
		}
		wait = min(max(2*wait, 100*time.Millisecond), 5*time.Second)
		pause.Reset(wait)
		select {
		case <-pause.C:
		case <-a.ctx.Done():
			return
		}
	}
}

// flush writes what waits, several of a stream together; false when the journal doesn't take it.
func (a *audit) flush(ctx context.Context) bool {
	for {
		a.mu.Lock()
		if a.lost > 0 {
			a.opts.Log.Error("staff: the journal was away for too long; who read what was not written", "records", a.lost)
			a.lost = 0
		}
		n := 0
		var recs []journal.Record
		for n < len(a.queue) && n < 200 && a.queue[n].stream == a.queue[0].stream {
			recs = append(recs, a.queue[n].rec)
			n++
		}
		if n == 0 {
			a.mu.Unlock()
			return true
		}
		stream := a.queue[0].stream
		a.mu.Unlock()
		if _, err := a.journal.Append(ctx, stream, journal.Any, recs); err != nil {
			if ctx.Err() == nil {
				a.opts.Log.Warn("staff: could not write; will be tried again", "stream", stream, "err", err)
			}
			return false
		}
		a.mu.Lock()
		a.queue = a.queue[n:]
		a.mu.Unlock()
	}
}

// close writes what waits, for at most 3 s.
func (a *audit) close() {
	a.stop()
	<-a.done
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
	defer stop()
	if !a.flush(ctx) {
		a.opts.Log.Error("staff: ended before everything was written")
	}
}
