package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/tape"
)

// Verify checks the journal's chains, and every tape against its own chain and against the hash that the journal
// keeps of it. It prints what it found and ends with an error when something doesn't fit.
func Verify(ctx context.Context, out io.Writer, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "journal")); err != nil {
		return fmt.Errorf("%w: name the data folder of a site with --dir", err)
	}
	j, err := journal.Open(filepath.Join(dir, "journal"), journal.Options{Node: "verify"})
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer j.Close()
	bad := 0
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	if err := j.Verify(ctx); err != nil {
		bad++
		say("✗ journal: %v", err)
	} else {
		last, _, err := j.Last(ctx)
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		say("✓ journal: %d records, every chain fits", last)
	}
	store, err := tape.OpenStore(filepath.Join(dir, "tapes"), tape.Options{Log: slog.Default()})
	if err != nil {
		return fmt.Errorf("tapes: %w", err)
	}
	defer store.Close()
	streams, err := j.Streams(ctx, "call/")
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	good := 0
	for _, s := range streams {
		recs, err := j.Read(ctx, s, 1)
		if err != nil {
			continue // named above
		}
		for _, r := range recs {
			events, _, err := call.Codec.Decode(r.Body)
			if err != nil {
				bad++
				say("✗ %s record %d: %v", s, r.Seq, err)
				continue
			}
			for _, e := range events {
				sealed, ok := e.(call.TapeSealed)
				if !ok {
					continue
				}
				if err := verifyTape(store, sealed); err != nil {
					bad++
					say("✗ tape %s: %v", sealed.Tape, err)
				} else {
					good++
				}
			}
		}
	}
	say("✓ tapes: %d fit their calls", good)
	if bad > 0 {
		return errors.New("the record is not whole: keep this folder as it is and compare it with a backup")
	}
	return nil
}

func verifyTape(store *tape.Store, sealed call.TapeSealed) error {
	if err := store.Verify(sealed.Tape); err != nil {
		return err
	}
	sum, err := store.Sum(sealed.Tape)
	if err != nil {
		return err
	}
	if got := fmt.Sprintf("%x", sum.Hash); got != sealed.Hash {
		return fmt.Errorf("its chain ends in %s, the journal says %s", got, sealed.Hash)
	}
	return nil
}
