package journal

import "context"

// Wait returns when everything that was posted to the stream so far would survive a power cut. It ends with the
// error that the last of it met, or with ctx's; then it is still tried on.
func (b *Behind) Wait(ctx context.Context, stream string) error {
	b.mu.Lock()
	q := b.streams[stream]
	if q == nil || len(q.items) == 0 {
		b.mu.Unlock()
		return nil
	}
	done := make(chan error, 1)
	last := q.items[len(q.items)-1]
	last.waits = append(last.waits, done)
	b.hurry(q)
	b.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
