package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/incident/roster"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	reports "github.com/siaga110/siaga/report"
	"github.com/siaga110/siaga/staff"
)

// rosterMax is the largest file of people and vehicles, in bytes: some 20,000 lines.
const rosterMax = 8 << 20

// rosterFiles takes in files of people and vehicles: report reads the rows, roster checks them, dispatch holds the vehicles, staff
// writes all of it in one append.
type rosterFiles struct {
	offices  *office.Directory
	staff    *staff.Staff
	roster   *staff.Roster
	dispatch *dispatch.Dispatch
}

// Import checks a file and, with apply and without faults, takes it in. What is wrong with the file is in the answer; the error is
// of the house.
func (f rosterFiles) Import(ctx context.Context, who roster.Who, in api.RosterFile) (roster.File, error) {
	tables, err := reports.ReadTables(in.Raw)
	if bad := (*office.TableError)(nil); errors.As(err, &bad) {
		return roster.File{Faults: []roster.Fault{{Line: bad.Line, ID: bad.ID, EN: bad.EN}}}, nil
	}
	if err != nil {
		return roster.File{}, err
	}
	sign, plate := f.dispatch.Taken()
	var file roster.File
	now := time.Now()
	f.roster.See(func(s *roster.State) {
		file = roster.Read(tables, roster.Site{
			Offices: f.offices, Who: who, Today: roster.Today(now, who.Office, f.offices), Roster: s, Update: in.Update,
			Sign: sign, Plate: plate, Account: f.account,
		})
	})
	if !in.Apply || len(file.Faults) > 0 {
		return file, nil
	}
	vehicles := make([]incident.Vehicle, len(file.Vehicles))
	for i, v := range file.Vehicles {
		vehicles[i] = v.Vehicle
	}
	units, err := f.dispatch.PrepareUnits(dispatch.Who{Person: who.Person, Office: who.Office}, vehicles, now)
	if refused := (*incident.Refusal)(nil); errors.As(err, &refused) {
		return file, fmt.Errorf("%w: %w", staff.ErrImportStale, err)
	}
	if err != nil {
		return file, err
	}
	sum := sha256.Sum256(in.Raw)
	return file, f.roster.Import(ctx, who, staff.Import{
		File: file, Name: in.Name, Hash: hex.EncodeToString(sum[:]), User: in.User, Units: units, UnitRecords: units.Records,
	})
}

func (f rosterFiles) account(user string) (office.PersonID, office.ID, bool) {
	p, ok := f.staff.ByUser(user)
	return p.ID, p.Office, ok && p.Active
}

// RosterOptions are the flags of siaga roster import.
type RosterOptions struct {
	File, Dir, Config string
	Office            string // rows without an office belong to it; empty: the site's
	Update            bool   // people who are known are changed
	DryRun            bool
}

// ImportRoster checks a file of people and vehicles and takes it in: by the running process, or by itself when none runs.
func ImportRoster(ctx context.Context, out io.Writer, o RosterOptions) error {
	cfg, err := importConfig(&ImportOptions{Dir: o.Dir, Config: o.Config})
	if err != nil {
		return err
	}
	raw, err := readAtMost(o.File, rosterMax)
	if err != nil {
		return err
	}
	if o.Office == "" {
		o.Office = cfg.Site.Office
	}
	in := api.RosterFile{Raw: raw, Name: filepath.Base(o.File), User: osUser(), Update: o.Update, Apply: !o.DryRun}
	file, err := rosterByProcess(ctx, cfg, office.ID(o.Office), in)
	if refused := (*net.OpError)(nil); errors.As(err, &refused) {
		file, err = rosterAlone(ctx, cfg, office.ID(o.Office), in)
	}
	if err != nil {
		return fmt.Errorf("%w; nothing was imported", err)
	}
	return sayRoster(out, o, file)
}

func sayRoster(out io.Writer, o RosterOptions, file roster.File) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	for _, n := range file.Notes {
		say("! %s", n.English())
	}
	for _, f := range file.Faults {
		say("✗ %s", f.English())
	}
	if file.Cut {
		say("✗ and more: mend these first")
	}
	if n := len(file.Faults); n > 0 {
		return fmt.Errorf("%s: %d faults; nothing was imported", o.File, n)
	}
	if o.DryRun {
		say("✓ %s: %d people, %d vehicles, good. Nothing was imported (--dry-run).", o.File, len(file.People), len(file.Vehicles))
		return nil
	}
	say("✓ %s: %d people, %d vehicles.", o.File, len(file.People), len(file.Vehicles))
	return nil
}

// rosterByProcess asks the running process; a *net.OpError says that none runs.
func rosterByProcess(ctx context.Context, cfg Config, o office.ID, in api.RosterFile) (roster.File, error) {
	q := url.Values{"office": {string(o)}, "name": {in.Name}, "user": {in.User}}
	if in.Update {
		q.Set("update", "1")
	}
	if in.Apply {
		q.Set("apply", "1")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://siaga/roster?"+q.Encode(), bytes.NewReader(in.Raw))
	if err != nil {
		return roster.File{}, err
	}
	res, err := controlClient(cfg).Do(req)
	if err != nil {
		return roster.File{}, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return roster.File{}, errors.New(strings.TrimSpace(string(text)))
	}
	var file roster.File
	return file, json.NewDecoder(res.Body).Decode(&file) //nolint:musttag // both ends are this program
}

// rosterHere answers siaga roster import.
func (n *Node) rosterHere(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, rosterMax))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o := office.ID(q.Get("office"))
	if _, ok := n.offices.Get(o); !ok {
		http.Error(w, fmt.Sprintf("there is no office %q: name one with --office", o), http.StatusConflict)
		return
	}
	file, err := n.rosterFiles().Import(r.Context(), roster.Who{Person: staff.System, Office: o}, api.RosterFile{
		Raw: raw, Name: q.Get("name"), User: q.Get("user"), Update: q.Has("update"), Apply: q.Has("apply"),
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	_ = json.NewEncoder(w).Encode(file) //nolint:musttag // as above
}

func (n *Node) rosterFiles() rosterFiles {
	return rosterFiles{offices: n.offices, staff: n.staff, roster: n.roster, dispatch: n.dispatch}
}

// rosterAlone opens the site's journal for the time of the import.
func rosterAlone(ctx context.Context, cfg Config, o office.ID, in api.RosterFile) (file roster.File, err error) {
	offices, err := loadOffices(cfg, nil)
	if err != nil {
		return file, err
	}
	if _, ok := offices.Get(o); !ok {
		return file, fmt.Errorf("there is no office %q: name one with --office", o)
	}
	j, err := journal.Open(filepath.Join(cfg.Site.Data, "journal"), journal.Options{Node: cfg.Site.Node})
	if err != nil {
		return file, fmt.Errorf("no running siaga answers, and the journal can't be opened: %w", err)
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	f := rosterFiles{offices: offices}
	if f.staff, err = staff.Open(ctx, j, staff.Options{Offices: offices}); err != nil {
		return file, err
	}
	defer f.staff.Close()
	if f.roster, err = staff.OpenRoster(ctx, j, staff.Options{Offices: offices}); err != nil {
		return file, err
	}
	f.dispatch, err = dispatch.New(dispatch.Options{Offices: offices, Journal: nothing{}, Board: board.New(newID()), NewID: newID})
	if err != nil {
		return file, err
	}
	// Never started: it only knows the units, so that call signs and plates are taken once.
	_, err = journal.Replay(ctx, j, 1, func(r journal.Record) error {
		if r.Stream == roster.Stream || strings.HasPrefix(r.Stream, "unit/") {
			return f.dispatch.Fold(r)
		}
		return nil
	}, func(*journal.CorruptError) {})
	if err != nil {
		return file, fmt.Errorf("read the units: %w", err)
	}
	return f.Import(ctx, roster.Who{Person: staff.System, Office: o}, in)
}

// nothing is the journal of a dispatch that only knows.
type nothing struct{}

func (nothing) Post(string, ...journal.Record)     {}
func (nothing) Wait(context.Context, string) error { return nil }
