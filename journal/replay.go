package journal

import (
	"context"
	"errors"
)

// Replay calls fn with each record from a position on to the newest at this moment, and returns the position after it:
// Follow goes on from there. A damaged record is told to damaged and passed over (a call that can't be read must not
// keep the others from being answered). It ends with fn's error or ctx's error.
func Replay(ctx context.Context, j Journal, from uint64, fn func(Record) error, damaged func(*CorruptError)) (uint64, error) {
	from = max(from, 1)
	last, _, err := j.Last(ctx)
	if err != nil {
		return from, err
	}
	done := errors.New("done")
	for from <= last {
		err := j.Follow(ctx, from, func(r Record) error {
			if err := fn(r); err != nil {
				return err
			}
			if from = r.Pos + 1; from > last {
				return done
			}
			return nil
		})
		var c *CorruptError
		switch {
		case errors.Is(err, done):
			return from, nil
		case errors.As(err, &c):
			damaged(c)
			from = max(from, c.Pos) + 1
		default:
			return from, err
		}
	}
	return from, nil
}
