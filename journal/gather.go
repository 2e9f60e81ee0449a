package journal

import "time"

// lingerMany streams in 10 ms are hundreds of records a second: then an fsync for each few of them is most of what the
// journal costs, and those who wait for none may gather longer.
const lingerMany = 2

// lingering is how long the streams that come now are gathered; mu is held.
func (b *Behind) lingering() time.Duration {
	if b.crowd > lingerMany {
		return b.opts.LingerMax
	}
	return b.opts.Linger
}

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
	b.crowd = len(b.linger)
	b.linger = b.linger[:0]
}
