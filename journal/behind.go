package journal

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// BehindOptions of NewBehind. All may be left out.
type BehindOptions struct {
	// OnAlarm gets alarms, from one goroutine at a time. It may block, but then later alarms wait.
	OnAlarm func(Alarm)
	// OnConflict: another node wrote to this stream, so what was posted here isn't written. Its owner must stop.
	OnConflict func(stream string, err error)
	// Spill is a file for what the journal didn't take before Close had to end; the next NewBehind reads it. Empty:
	// such records are lost, and said to be.
	Spill    string
	Slow     time.Duration // 500 ms
	Retry    time.Duration // first pause after a failure, doubled up to RetryMax; 100 ms
	RetryMax time.Duration // 5 s
	Workers  int           // streams that are written at the same time; 64
	// Linger is how long what nobody waits for is gathered, so that one fsync serves many streams; 10 ms, and LingerMax,
	// 40 ms, while more than lingerMany streams come together so. What Save or Wait ask for doesn't linger.
	Linger, LingerMax time.Duration
	Log               *slog.Logger
}

// Behind writes records without making anybody wait: the wire must never wait for the disk. Records of a stream are
// written in the order they were posted, several together when the disk is slow; streams don't wait for each other.
// While the journal is away they stay in memory, without limit, and an alarm says so.
type Behind struct {
	j    Journal
	opts BehindOptions
	node string

	mu      sync.Mutex
	streams map[string]*queue // those with something to write
	ready   []*queue          // those that a worker may take
	linger  []*queue          // those that are gathered
	crowd   int               // how many were gathered last time
	workers int
	all     *list.List // of *item, oldest first
	pending int        // records
	places  recent     // last Seq of streams that we wrote
	slow    Alarm      // raised when Name is set
	failed  Alarm
	empty   chan struct{} // closed when nothing waits any more; nil when nobody asks
	closed  bool
	failing int // streams whose last append failed
	old     int // items of the spill file that aren't written yet
	watch   *time.Timer
	gather  *time.Timer

	news   []func() // for the teller
	bell   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup // workers and pauses
	teller sync.WaitGroup
}

// item is one Post or Save.
type item struct {
	recs  []Record
	at    time.Time
	done  chan error   // nil: nobody waits
	waits []chan error // of Wait
	entry *list.Element
	old   bool // came from the spill file
}

// queue is what waits for one stream.
type queue struct {
	stream  string
	items   []*item
	pause   time.Duration // after a failure
	lingers bool
}

// togetherMax is how many records of one stream are appended at once.
const togetherMax = 256

// NewBehind begins to write behind, first what a process before left in the spill file. A spill file that can't be read
// to its end is raised as AlarmRefused and put aside with the ending .damaged.
func NewBehind(j Journal, opts BehindOptions) *Behind {
	if opts.OnAlarm == nil {
		opts.OnAlarm = func(Alarm) {}
	}
	if opts.OnConflict == nil {
		opts.OnConflict = func(string, error) {}
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	opts.Slow = orElse(opts.Slow, 500*time.Millisecond)
	opts.Retry = orElse(opts.Retry, 100*time.Millisecond)
	opts.RetryMax = orElse(opts.RetryMax, 5*time.Second)
	opts.Linger = orElse(opts.Linger, 10*time.Millisecond)
	opts.LingerMax = orElse(opts.LingerMax, max(opts.Linger, 40*time.Millisecond))
	if opts.Workers <= 0 {
		opts.Workers = 64
	}
	b := &Behind{j: j, opts: opts, streams: map[string]*queue{}, all: list.New(), bell: make(chan struct{}, 1)}
	if n, ok := j.(interface{ Node() string }); ok {
		b.node = n.Node()
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.watch = time.AfterFunc(time.Hour, b.look)
	b.watch.Stop()
	b.gather = time.AfterFunc(time.Hour, b.gathered)
	b.gather.Stop()
	b.teller.Go(b.tellAll)
	b.unspill()
	return b
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}

// Post writes records to a stream as soon as the journal takes them, and returns at once. Records without an id get one.
func (b *Behind) Post(stream string, recs ...Record) { b.post(stream, recs, nil, false) }

// Save is Post that waits until the records would survive a power cut. When ctx ends first they are still written later.
// It ends with *BodyError, ErrConflict, ctx's error, or ErrClosed (then they are in the spill file, if there is one).
func (b *Behind) Save(ctx context.Context, stream string, recs ...Record) error {
	done := make(chan error, 1)
	b.post(stream, recs, done, false)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *Behind) post(stream string, recs []Record, done chan error, old bool) {
	recs, err := ready(stream, b.node, recs, time.Now)
	if err != nil {
		b.refuse(stream, err, done)
		return
	}
	it := &item{recs: recs, at: time.Now(), done: done, old: old}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		b.opts.Log.Error("journal: a record came after the end and is lost", "stream", stream, "records", len(recs))
		answerTo(done, ErrClosed)
		return
	}
	if len(recs) == 0 {
		answerTo(done, nil)
		return
	}
	it.entry = b.all.PushBack(it)
	b.pending += len(recs)
	if b.all.Len() == 1 {
		b.watch.Reset(b.opts.Slow)
	}
	q := b.streams[stream]
	fresh := q == nil
	if fresh {
		q = &queue{stream: stream}
		b.streams[stream] = q
	}
	q.items = append(q.items, it)
	switch {
	case fresh && done == nil:
		q.lingers = true
		if b.linger = append(b.linger, q); len(b.linger) == 1 {
			b.gather.Reset(b.lingering())
		}
	case fresh:
		b.enqueue(q)
	case done != nil:
		b.hurry(q)
	}
}

func answerTo(done chan error, err error) {
	if done != nil {
		done <- err
	}
}

// refuse ends an item that no journal will ever take.
func (b *Behind) refuse(stream string, err error, done chan error) {
	b.opts.Log.Error("journal: a record can't be written", "stream", stream, "err", err)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.alarm(Alarm{Name: AlarmRefused, Since: time.Now(), Backlog: b.pending, Err: err})
	answerTo(done, err)
}

// enqueue gives a stream to a worker. A stream is with one worker at a time, or waiting for one, or pausing.
func (b *Behind) enqueue(q *queue) {
	b.ready = append(b.ready, q)
	if b.workers < b.opts.Workers {
		b.workers++
		b.wg.Go(b.work)
	}
}

func (b *Behind) work() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.ready) > 0 && b.ctx.Err() == nil {
		q := b.ready[0]
		b.ready = b.ready[1:]
		n, recs := q.together()
		expect := Any
		if seq, ok := b.places.get(q.stream); ok {
			expect = seq
		}
		b.mu.Unlock()
		seq, err := b.append(q.stream, expect, recs)
		b.mu.Lock()
		b.after(q, n, seq, err)
	}
	b.workers--
}

// together takes as many items from the front as go into one append.
func (q *queue) together() (items int, recs []Record) {
	for _, it := range q.items {
		if items > 0 && len(recs)+len(it.recs) > togetherMax {
			break
		}
		recs = append(recs, it.recs...)
		items++
	}
	return items, recs
}

// append writes, and asks again when the stream has moved on by our own node's doing (an erasure, an append past us).
func (b *Behind) append(stream string, expect uint64, recs []Record) (uint64, error) {
	for {
		seq, err := b.j.Append(b.ctx, stream, expect, recs)
		if !errors.Is(err, ErrConflict) || expect == Any {
			return seq, err
		}
		since, readErr := b.j.Read(b.ctx, stream, expect+1)
		if readErr != nil || len(since) == 0 {
			return seq, err
		}
		for _, r := range since {
			if r.Node != b.node {
				return seq, err
			}
		}
		expect = since[len(since)-1].Seq
	}
}

// after settles what an append came to.
func (b *Behind) after(q *queue, n int, seq uint64, err error) {
	var body *BodyError
	switch {
	case err == nil:
		b.places.put(q.stream, seq)
		b.finish(q, n, nil)
		b.better(q)
	case errors.Is(err, ErrConflict):
		b.finish(q, n, err)
		b.better(q)
		b.tell(func() { b.opts.OnConflict(q.stream, err) })
	case errors.As(err, &body):
		b.drop(q, body, err)
		b.better(q)
	case b.ctx.Err() != nil:
		return // Close takes what is left
	default:
		if q.pause == 0 {
			b.failing++
			b.opts.Log.Error("journal: write failed; it is tried until it works", "stream", q.stream, "err", err, "backlog", b.pending)
		}
		q.pause = min(max(2*q.pause, b.opts.Retry), b.opts.RetryMax)
		if b.failed.Name == "" {
			b.failed = Alarm{Name: AlarmFailed, Since: b.oldest(), Backlog: b.pending, Err: err}
			b.alarm(b.failed)
		}
		b.wg.Go(func() { b.later(q) })
		return
	}
	if len(q.items) == 0 {
		delete(b.streams, q.stream)
		return
	}
	b.ready = append(b.ready, q)
}

// better: the journal took what a stream had, or decided about it.
func (b *Behind) better(q *queue) {
	if q.pause == 0 {
		return
	}
	q.pause = 0
	if b.failing--; b.failing == 0 {
		b.clear(&b.failed)
		b.opts.Log.Info("journal: writing works again", "backlog", b.pending)
	}
}

// later gives a stream that failed to a worker again, after its pause. Close doesn't wait for the pause.
func (b *Behind) later(q *queue) {
	timer := time.NewTimer(q.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.enqueue(q)
	case <-b.ctx.Done():
	}
}

// drop takes out the item that holds a record which can never be written; the others go on.
func (b *Behind) drop(q *queue, body *BodyError, err error) {
	holds := func(it *item) bool {
		return slices.ContainsFunc(it.recs, func(r Record) bool { return r.ID == body.ID })
	}
	i := max(slices.IndexFunc(q.items, holds), 0)
	bad := q.items[i]
	q.items = slices.Insert(slices.Delete(q.items, i, i+1), 0, bad)
	b.finish(q, 1, err)
	b.alarm(Alarm{Name: AlarmRefused, Since: time.Now(), Backlog: b.pending, Err: err})
}

// finish ends the first n items of a queue.
func (b *Behind) finish(q *queue, n int, err error) {
	for _, it := range q.items[:n] {
		b.all.Remove(it.entry)
		b.pending -= len(it.recs)
		answerTo(it.done, err)
		for _, w := range it.waits {
			w <- err
		}
		if it.old {
			if b.old--; b.old == 0 {
				b.tell(b.removeSpill)
			}
		}
	}
	q.items = q.items[n:]
	if b.slow.Name != "" && (b.all.Len() == 0 || time.Since(b.oldest()) < b.opts.Slow) {
		b.clear(&b.slow)
		b.watch.Reset(b.opts.Slow)
	}
	if b.all.Len() == 0 {
		b.watch.Stop()
		if b.empty != nil {
			close(b.empty)
			b.empty = nil
		}
	}
}

// Backlog is how many records wait.
func (b *Behind) Backlog() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pending
}

// Oldest is how long the oldest record has been waiting, 0 when none does.
func (b *Behind) Oldest() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all.Len() == 0 {
		return 0
	}
	return time.Since(b.oldest())
}
