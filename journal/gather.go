package journal

// hurry gives a stream that lingers to a worker at once.
func (b *Behind) hurry(q *queue) {
	if q.lingers {
		q.lingers = false
		b.enqueue(q)
	}
}

// gathered gives the streams that linger to the workers, all together.
func (b *Behind) gathered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx.Err() == nil {
		for _, q := range b.linger {
			b.hurry(q)
		}
	}
	b.linger = b.linger[:0]
}
