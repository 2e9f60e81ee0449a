package desk

import "sync"

// mailbox is an unbounded queue of control messages to one goroutine. Posting never waits: a Live never waits for
// a Floor, nor a Floor for a Live. Its length is measured (High), not limited.
type mailbox[T any] struct {
	wake chan struct{} // capacity 1: something may be there

	mu    sync.Mutex
	queue []T
	shut  bool
	high  int
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{wake: make(chan struct{}, 1)} }

// post puts m at the end. After shut it returns false and m is dropped.
func (b *mailbox[T]) post(m T) bool {
	b.mu.Lock()
	if b.shut {
		b.mu.Unlock()
		return false
	}
	b.queue = append(b.queue, m)
	b.high = max(b.high, len(b.queue))
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// take empties the mailbox, oldest first.
func (b *mailbox[T]) take() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queue
	b.queue = nil
	return q
}

// close refuses further messages and returns those that nobody took.
func (b *mailbox[T]) close() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
	q := b.queue
	b.queue = nil
	return q
}
