package sip

import "sync"

// mailbox holds what a leg has to do, in order, without end: control messages are few.
type mailbox struct {
	mu     sync.Mutex
	queue  []func()
	wake   chan struct{}
	closed bool
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post leaves work; false when nobody will do it any more.
func (b *mailbox) post(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.queue = append(b.queue, f)
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// next waits for work.
func (b *mailbox) next() func() {
	for {
		b.mu.Lock()
		if len(b.queue) > 0 {
			f := b.queue[0]
			b.queue = b.queue[1:]
			b.mu.Unlock()
			return f
		}
		b.mu.Unlock()
		<-b.wake
	}
}

// close refuses further work and gives what was left undone.
func (b *mailbox) close() []func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	left := b.queue
	b.queue = nil
	return left
}
