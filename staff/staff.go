// Package staff keeps the accounts of people and their sessions: who may sign in, with which role, at which office,
// and who read what. All of it is events in the journal; secrets are there only as hashes.
package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// The streams of the journal. Sessions and reads come in thousands a month, so each month has its own: a start reads
// only the sessions that can still live, and old months can be erased.
const (
	streamPeople   = "staff"
	streamSessions = "sessions/" // + "2026-11"
	streamReads    = "audit/"    // + "2026-11"
)

// How long a session lives (CALL.md knows no longer duty than 12 h).
const (
	idleMax     = 12 * time.Hour
	absoluteMax = 24 * time.Hour
	// seenEvery is how often the journal hears that a session is in use: a restart forgets at most this much of it.
	seenEvery = 30 * time.Minute
	// oneTimeMax is how long a one-time password opens an account.
	oneTimeMax = 7 * 24 * time.Hour
)

// Options of Open. All may be left out.
type Options struct {
	Offices *office.Directory // when set, people can belong to its offices only
	Now     func() time.Time  // time.Now
	Log     *slog.Logger
	// Hashers is how many passwords are hashed at the same time, so that a morning's sign-ins never take the CPU from
	// the media: half of the processors, at least one.
	Hashers int
}

// Staff is all accounts and sessions of a site, in memory, folded from the journal.
type Staff struct {
	journal journal.Journal
	opts    Options
	hashers chan struct{} // a token for each password that is being hashed
	waiting atomic.Int64  // sign-ins that want a hasher
	dummy   string        // hash that a sign-in of nobody is compared with
	audit   *audit
	tries   *tries

	writing sync.Mutex // held while an account is decided and written; taken before mu

	mu       sync.RWMutex // guards what follows; held for memory operations only
	people   map[office.PersonID]*account
	byUser   map[string]office.PersonID
	sessions map[key]*session
	settings map[office.ID]office.Settings // changed ones
	imports  []Imported
	invites  map[key]*invite
	devices  map[key]Device
}

// Open folds the journal. Close ends what it starts.
func Open(ctx context.Context, j journal.Journal, opts Options) (*Staff, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Hashers <= 0 {
		opts.Hashers = max(1, runtime.GOMAXPROCS(0)/2)
	}
	s := &Staff{
		journal: j, opts: opts, hashers: make(chan struct{}, opts.Hashers), tries: newTries(),
		people: map[office.PersonID]*account{}, byUser: map[string]office.PersonID{}, sessions: map[key]*session{},
		settings: map[office.ID]office.Settings{}, invites: map[key]*invite{}, devices: map[key]Device{},
	}
	s.dummy = hashPassword("nobody has this password")
	if err := s.fold(ctx); err != nil {
		return nil, err
	}
	s.audit = startAudit(j, opts)
	return s, nil
}

// fold reads people, the offices' settings, and the sessions of this month and the last.
func (s *Staff) fold(ctx context.Context) error {
	now := s.opts.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	streams := []string{
		streamPeople, streamImports, streamDevices, streamSessions + month.AddDate(0, -1, 0).Format("2006-01"), streamSessions + month.Format("2006-01"),
	}
	offices, err := s.journal.Streams(ctx, streamOffice)
	if err != nil {
		return fmt.Errorf("staff: list offices: %w", err)
	}
	for _, name := range append(streams, offices...) {
		recs, err := s.journal.Read(ctx, name, 1)
		if damaged := (*journal.CorruptError)(nil); errors.As(err, &damaged) {
			// What stands before the damage holds. Nobody is let in by what can't be read.
			s.opts.Log.Error("staff: a record is damaged; what follows it is not known", "stream", name, "seq", damaged.Seq)
		} else if err != nil {
			return fmt.Errorf("staff: read %s: %w", name, err)
		}
		for _, r := range recs {
			events, unknown, err := Codec.Decode(r.Body)
			if err != nil {
				s.opts.Log.Error("staff: a record can't be read; going on", "stream", name, "seq", r.Seq, "err", err)
				continue
			}
			if unknown > 0 {
				s.opts.Log.Warn("staff: the journal has events of a newer Siaga", "stream", name, "seq", r.Seq)
			}
			for _, e := range events {
				s.apply(e)
			}
		}
	}
	for k, one := range s.sessions {
		if one.over(now) {
			delete(s.sessions, k)
		}
	}
	return nil
}

// Close writes what waits and ends the writer of reads.
func (s *Staff) Close() { s.audit.close() }

// write appends events to a stream and, once they would survive a power cut, folds them. It holds s.writing.
func (s *Staff) write(ctx context.Context, stream string, who office.PersonID, events ...Event) error {
	rec, err := s.record(who, events...)
	if err != nil {
		return err
	}
	if _, err := s.journal.Append(ctx, stream, journal.Any, []journal.Record{rec}); err != nil {
		return fmt.Errorf("staff: write: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		s.apply(e)
	}
	return nil
}

func (s *Staff) record(who office.PersonID, events ...Event) (journal.Record, error) {
	body, err := Codec.Encode(events)
	if err != nil {
		return journal.Record{}, err
	}
	if who == "" {
		who = System
	}
	now := s.opts.Now()
	return journal.Record{ID: journal.NewID(now), Type: "staff", Version: Version, Time: now.UTC(), Who: string(who), Body: body}, nil
}

// System is who does what no person does.
const System office.PersonID = "system"

// month names the monthly stream of an instant.
func month(prefix string, at time.Time) string { return prefix + at.UTC().Format("2006-01") }
