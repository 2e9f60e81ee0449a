package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// Roster is the roster of a site, in memory, folded from the journal.
type Roster struct {
	journal journal.Journal
	opts    Options

	writing sync.Mutex // held while something is decided and written; taken before mu

	mu    sync.RWMutex // guards state; held for memory operations only
	state *roster.State
}

// OpenRoster folds the journal: all people, and plans and handovers of the last month and later.
func OpenRoster(ctx context.Context, j journal.Journal, opts Options) (*Roster, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Offices == nil {
		return nil, errors.New("roster: the offices are needed")
	}
	r := &Roster{journal: j, opts: opts, state: roster.New()}
	streams := []string{roster.Stream}
	now := opts.Now().UTC()
	last := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -1, 0).Format("2006-01")
	for _, prefix := range []string{roster.StreamShifts, roster.StreamHandover} {
		all, err := j.Streams(ctx, prefix)
		if err != nil {
			return nil, fmt.Errorf("roster: list %s: %w", prefix, err)
		}
		streams = append(streams, slices.DeleteFunc(all, func(s string) bool { return s < prefix+last })...)
	}
	for _, name := range streams {
		if err := r.fold(ctx, name, r.state); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// fold reads one stream into a state. What stands before a damage holds.
func (r *Roster) fold(ctx context.Context, stream string, s *roster.State) error {
	recs, err := r.journal.Read(ctx, stream, 1)
	if damaged := (*journal.CorruptError)(nil); errors.As(err, &damaged) {
		r.opts.Log.Error("roster: a record is damaged; what follows it is not known", "stream", stream, "seq", damaged.Seq)
	} else if err != nil {
		return fmt.Errorf("roster: read %s: %w", stream, err)
	}
	for _, rec := range recs {
		if rec.Type != roster.Type {
			continue
		}
		events, unknown, err := roster.Codec.Decode(rec.Body)
		if err != nil {
			r.opts.Log.Error("roster: a record can't be read; going on", "stream", stream, "seq", rec.Seq, "err", err)
			continue
		}
		if unknown > 0 {
			r.opts.Log.Warn("roster: the journal has events of a newer Siaga", "stream", stream, "seq", rec.Seq)
		}
		for _, e := range events {
			s.Apply(e)
		}
	}
	return nil
}

// See lets f read the roster. f must not keep what it is given nor wait for anything.
func (r *Roster) See(f func(s *roster.State)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	f(r.state)
}

// Name is how people are called whom a crew names by the roster's id; empty for others.
func (r *Roster) Name(id office.PersonID) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.state.People[roster.ID(id)].Title()
}

// Do carries out what a person wants and returns when the journal has it. It ends with a *roster.Refusal or the journal's error.
func (r *Roster) Do(ctx context.Context, who roster.Who, cmd roster.Command) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	now := r.opts.Now().UTC()
	r.mu.RLock()
	events, err := r.state.Decide(cmd, who, now, r.opts.Offices)
	r.mu.RUnlock()
	if err != nil || len(events) == 0 {
		return err
	}
	recs, err := records(who.Person, now, events)
	if err != nil {
		return err
	}
	return r.append(ctx, r.streamOf(cmd, now), recs, events)
}

// streamOf is where a command is written.
func (r *Roster) streamOf(cmd roster.Command, now time.Time) string {
	switch c := cmd.(type) {
	case roster.Plan:
		return roster.StreamShifts + monthOf(c.Key.Day)
	case roster.Attend:
		return roster.StreamShifts + monthOf(c.Key.Day)
	case roster.HandOver:
		return month(roster.StreamHandover, now)
	case roster.Take:
		return month(roster.StreamHandover, r.opened(c.ID, now))
	case roster.Withdraw:
		return month(roster.StreamHandover, r.opened(c.ID, now))
	case roster.Enter, roster.Change, roster.DoMove, roster.TakeBack, roster.Leave:
	}
	return roster.Stream
}

// opened is when a handover was signed first: both signatures stand in one stream.
func (r *Roster) opened(id string, or time.Time) time.Time {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if h, ok := r.state.Handovers[id]; ok {
		return h.LeftAt
	}
	return or
}

func monthOf(d roster.Day) string {
	if len(d) < 7 {
		return "0000-00"
	}
	return string(d[:7])
}

// append writes all or nothing. A person who goes away doesn't leave it open whether it was written.
func (r *Roster) append(ctx context.Context, stream string, recs []journal.Record, events []roster.Event) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer stop()
	if _, err := r.journal.Append(ctx, stream, journal.Any, recs); err != nil {
		return fmt.Errorf("roster: write: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.state.Apply(e)
	}
	return nil
}

// recordEvents is how many events a record holds: a card has some 500 bytes, the largest record 64 KiB.
const recordEvents = 50

func records(who office.PersonID, now time.Time, events []roster.Event) ([]journal.Record, error) {
	if who == "" {
		who = System
	}
	var recs []journal.Record
	for chunk := range slices.Chunk(events, recordEvents) {
		body, err := roster.Codec.Encode(chunk)
		if err != nil {
			return nil, err
		}
		recs = append(recs, journal.Record{
			ID: journal.NewID(now), Type: roster.Type, Version: roster.Version, Time: now.UTC(), Who: string(who), Body: body,
		})
	}
	return recs, nil
}

// NewRosterID tells nothing of the person, since it is in crews and plans: names are erasable, ids aren't.
func NewRosterID() roster.ID { return roster.ID("r" + strings.ToLower(rand.Text()[:12])) }

// Units is what writes the vehicles of a file together with its people (dispatch.NewUnits).
type Units interface {
	Done()
	Drop()
}

// Import is a checked file that is to be taken in.
type Import struct {
	File  roster.File
	Name  string // of the file
	Hash  string // hex SHA-256
	User  string // who typed the command on the machine; empty when it came by a screen
	Units Units
	// UnitRecords begin the vehicles.
	UnitRecords []journal.Record
}

// ErrImportStale: the roster has changed since the file was checked.
var ErrImportStale = errors.New("roster: the roster has changed since the file was checked: check it again")

// Import writes the people and vehicles of a file in one append: all of them or none. Every row is decided once more; the error
// is ErrImportStale, a *roster.Refusal, or the journal's, and then nothing was taken in.
func (r *Roster) Import(ctx context.Context, who roster.Who, in Import) (err error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	defer func() {
		switch {
		case in.Units == nil:
		case err == nil:
			in.Units.Done()
		default:
			in.Units.Drop()
		}
	}()
	if len(in.File.Faults) > 0 {
		return errors.New("roster: a file with faults isn't imported")
	}
	now := r.opts.Now().UTC()
	events := []roster.Event{roster.Imported{
		At: now, By: who.Person, User: office.Private(in.User), File: office.Private(in.Name), Hash: in.Hash,
		People: len(in.File.People), Vehicles: len(in.File.Vehicles),
	}}
	r.mu.RLock()
	rows, err := r.decideRows(who, now, in.File.People)
	r.mu.RUnlock()
	if err != nil {
		return err
	}
	events = append(events, rows...)
	recs, err := records(who.Person, now, events)
	if err != nil {
		return err
	}
	return r.append(ctx, roster.Stream, append(recs, in.UnitRecords...), events)
}

// decideRows makes the events of all rows on a copy of who serves, so that one row is held against the others too. r.mu is held.
func (r *Roster) decideRows(who roster.Who, now time.Time, rows []roster.PersonRow) ([]roster.Event, error) {
	s := r.state.Copy()
	var events []roster.Event
	do := func(cmd roster.Command) error {
		list, err := s.Decide(cmd, who, now, r.opts.Offices)
		if err != nil {
			return err
		}
		for _, e := range list {
			s.Apply(e)
		}
		events = append(events, list...)
		return nil
	}
	for _, row := range rows {
		id := row.Known
		var err error
		if id == "" {
			id = NewRosterID()
			err = do(roster.Enter{ID: id, Office: row.Office, Card: row.Card})
		} else {
			err = do(roster.Change{ID: id, Card: row.Card})
		}
		if m := row.Move; err == nil && m != nil {
			err = do(roster.DoMove{ID: id, To: m.To, On: m.On, Order: m.Order})
		}
		if refused := (*roster.Refusal)(nil); errors.As(err, &refused) {
			return nil, fmt.Errorf("%w (line %d: %w)", ErrImportStale, row.Line, err)
		}
		if err != nil {
			return nil, err
		}
	}
	return events, nil
}

// Handovers reads those of a month, "2026-11", from the journal: the memory has the last two months only.
func (r *Roster) Handovers(ctx context.Context, o office.ID, month string) ([]roster.Handover, error) {
	s := roster.New()
	if err := r.fold(ctx, roster.StreamHandover+month, s); err != nil {
		return nil, err
	}
	list := []roster.Handover{}
	for _, h := range s.Handovers {
		if h.Office == o {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b roster.Handover) int { return b.LeftAt.Compare(a.LeftAt) })
	return list, nil
}
