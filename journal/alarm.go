package journal

import "time"

// Alarm tells people that the journal doesn't keep up, or that it does again.
type Alarm struct {
	Name    string    // AlarmSlow, AlarmFailed or AlarmRefused
	Since   time.Time // when the oldest record that waits was posted; for a refused one, now
	Backlog int       // records that wait
	Err     error     // why, as far as known
	Cleared bool      // it is over
}

// The names of alarms.
const (
	AlarmSlow    = "journal_slow"    // something waits longer than BehindOptions.Slow
	AlarmFailed  = "journal_failed"  // the journal refuses; it is tried again until it takes
	AlarmRefused = "journal_refused" // a record that can never be written (BodyError) was dropped: a bug of ours
)

func (b *Behind) oldest() time.Time {
	if front := b.all.Front(); front != nil {
		return front.Value.(*item).at //nolint:errcheck,forcetypeassert // all holds only items
	}
	return time.Now()
}

// look is called when the oldest item may have waited too long.
func (b *Behind) look() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all.Len() == 0 || b.slow.Name != "" || b.ctx.Err() != nil {
		return
	}
	since := b.oldest()
	if left := b.opts.Slow - time.Since(since); left > 0 {
		b.watch.Reset(left)
		return
	}
	b.slow = Alarm{Name: AlarmSlow, Since: since, Backlog: b.pending, Err: b.failed.Err}
	b.alarm(b.slow)
}

func (b *Behind) clear(a *Alarm) {
	over := *a
	over.Cleared, over.Backlog = true, b.pending
	*a = Alarm{}
	b.alarm(over)
}

func (b *Behind) alarm(a Alarm) { b.tell(func() { b.opts.OnAlarm(a) }) }

// tell has the teller do something: callbacks and files aren't touched while the lock is held.
func (b *Behind) tell(f func()) {
	b.news = append(b.news, f)
	b.ring()
}

func (b *Behind) ring() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

// tellAll runs until the bell is closed and all is told.
func (b *Behind) tellAll() {
	for range b.bell {
		for {
			b.mu.Lock()
			news := b.news
			b.news = nil
			b.mu.Unlock()
			if len(news) == 0 {
				break
			}
			for _, f := range news {
				f()
			}
		}
	}
}
