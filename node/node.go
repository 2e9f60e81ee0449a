package node

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/dispatch/push"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone/browser"
	"github.com/siaga110/siaga/phone/media"
	"github.com/siaga110/siaga/phone/sip"
	"github.com/siaga110/siaga/staff"
	"github.com/siaga110/siaga/tape"
	"github.com/siaga110/siaga/view"
)

// Version is set when a release is built.
var Version = "dev"

// Node is one running Siaga.
type Node struct {
	cfg     Config
	log     *slog.Logger
	offices *office.Directory
	board   *board.Board
	alarms  *alarms
	figures *figures

	journal   *journal.SQLite
	behind    *journal.Behind
	tapes     *tape.Store
	files     *tape.Files
	pusher    *push.Pusher
	view      *view.View
	staff     *staff.Staff
	roster    *staff.Roster
	desk      *desk.Desk
	recovery  *desk.Recovery // until the phone listens
	dialler   dialler
	wired     chan struct{} // closed once the wire is open
	started   time.Time
	ladders   ladders
	lands     *lands
	adviser   *dispatch.Adviser
	dispatch  *dispatch.Dispatch
	lines     *browser.Lines
	phone     *sip.Exchange
	api       atomic.Pointer[api.Server] // the view tells of rows before the screens are open
	authority *Authority
	tls       *tls.Config
	http      *http.Server
	listener  net.Listener
	serving   sync.WaitGroup

	closers []func() // in order of opening; closed the other way round
}

// Options change how a node starts.
type Options struct {
	Log *slog.Logger
	// Offices replaces the configured office file (the demo's).
	Offices []byte
}

// Start opens everything in the order of docs/ARCHITECTURE.md: journal, then what is folded from it, and the listeners last.
// Close it when done, also after an error of Serve.
func Start(ctx context.Context, cfg Config, opts Options) (n *Node, err error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	n = &Node{cfg: cfg, log: opts.Log}
	opened := n // n is nil where an error is returned
	defer func() {
		if err != nil {
			opened.Close()
		}
	}()
	if err = os.MkdirAll(cfg.Site.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w: make it writable for this user, or change site.data", err)
	}
	if n.offices, err = loadOffices(cfg, opts.Offices); err != nil {
		return nil, err
	}
	n.board = board.New(newID())
	n.started = time.Now()
	n.alarms = newAlarms(n.board, n.offices)
	n.figures = newFigures()
	teller, err := newTeller(cfg.Alarms, cfg.Site.Node, n.log)
	if err != nil {
		return nil, err
	}
	n.alarms.tell = teller.tell
	n.onClose(teller.close)
	n.killedBefore()
	for _, step := range []func(context.Context) error{n.openStorage, n.openPeople, n.openCalls, n.openWire, n.openScreens, n.openControl, n.openWatch} {
		if err = step(ctx); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// openWatch begins to look after the machine.
func (n *Node) openWatch(context.Context) error {
	ctx, stop := context.WithCancel(context.Background())
	n.serving.Go(func() { n.watchMachine(ctx) })
	n.serving.Go(func() { n.watchMemory(ctx) })
	n.onClose(stop)
	return nil
}

// loadOffices reads the office file. What screens have edited since (the offices' times) is in the journal and wins.
func loadOffices(cfg Config, raw []byte) (*office.Directory, error) {
	if raw == nil {
		if cfg.Site.Offices == "" {
			return nil, errors.New("site.offices: name the office file; siaga init writes an example")
		}
		var err error
		if raw, err = os.ReadFile(cfg.Site.Offices); err != nil {
			return nil, fmt.Errorf("office file: %w", err)
		}
	}
	return office.Read(bytes.NewReader(raw))
}

// loadPlans reads the route plans. Without a file plan A holds: Polda first.
func loadPlans(cfg Config, d *office.Directory) (office.Plans, error) {
	if cfg.Site.Routes == "" {
		return nil, nil
	}
	f, err := os.Open(cfg.Site.Routes)
	if err != nil {
		return nil, fmt.Errorf("site.routes: %w: write the file, or leave the setting out for plan A", err)
	}
	defer func() { _ = f.Close() }()
	plans, err := office.ReadPlans(f, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Site.Routes, err)
	}
	return plans, nil
}

func (n *Node) onClose(f func()) { n.closers = append(n.closers, f) }

func (n *Node) openStorage(context.Context) (err error) {
	dir := filepath.Join(n.cfg.Site.Data, "journal")
	if n.journal, err = journal.Open(dir, journal.Options{Node: n.cfg.Site.Node, Log: n.log}); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	n.onClose(func() { n.logErr("close journal", n.journal.Close()) })
	if err := n.journal.Damage(); err != nil {
		n.log.Error("the journal is damaged; calls come in all the same", "err", err)
		n.alarms.set("journal_open", alarmOpened(err))
	}
	n.behind = journal.NewBehind(n.journal, journal.BehindOptions{
		Spill: filepath.Join(dir, "spill.jsonl"), Log: n.log, OnAlarm: n.alarms.journal,
		OnConflict: func(stream string, err error) {
			n.log.Error("another process writes the same journal", "stream", stream, "err", err)
		},
	})
	n.onClose(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		n.logErr("write what waits for the journal", n.behind.Close(ctx))
	})
	if n.tapes, err = tape.OpenStore(filepath.Join(n.cfg.Site.Data, "tapes"), tape.Options{Log: n.log}); err != nil {
		return fmt.Errorf("tapes: %w", err)
	}
	n.onClose(func() { n.logErr("close tapes", n.tapes.Close()) })
	if n.files, err = tape.OpenFiles(filepath.Join(n.cfg.Site.Data, filesName)); err != nil {
		return fmt.Errorf("pictures: %w", err)
	}
	return n.sealRecovered()
}

// sealRecovered closes the tapes that a killed process left open, and binds them to their calls.
func (n *Node) sealRecovered() error {
	recovered, err := n.tapes.Recover()
	if err != nil {
		return fmt.Errorf("tapes: %w", err)
	}
	for _, r := range recovered {
		n.log.Warn("a tape of a process that was killed was closed", "tape", r.ID, "seconds", r.Sum.Seconds, "err", r.Err)
		now := time.Now().UTC()
		body, err := call.Codec.Encode([]call.Event{call.TapeSealed{
			At: now, Tape: r.ID, Hash: fmt.Sprintf("%x", r.Sum.Hash), Seconds: r.Sum.Seconds, Dropped: r.Sum.Dropped,
		}})
		if err != nil {
			return err
		}
		n.behind.Post(desk.Stream(call.ID(r.ID)), journal.Record{
			ID: r.ID + "-recovered-" + newID(), Type: "call", Version: call.Version, Time: now, Who: "system", Body: body,
		})
	}
	return nil
}

// settings are an office's times as the chief has set them, or the office file's.
func (n *Node) settings(id office.ID) office.Settings {
	s, _ := n.staff.Settings(id)
	return s
}

func (n *Node) openPeople(ctx context.Context) (err error) {
	n.staff, err = staff.Open(ctx, n.journal, staff.Options{Offices: n.offices, Log: n.log})
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	n.onClose(n.staff.Close)
	if n.roster, err = staff.OpenRoster(ctx, n.journal, staff.Options{Offices: n.offices, Log: n.log}); err != nil {
		return err
	}
	return n.openLands()
}

// nameOf is what people are called: by their account, or, those of a crew without one, by the roster.
func (n *Node) nameOf(id office.PersonID) string {
	if name := n.staff.Name(id); name != "" {
		return name
	}
	return n.roster.Name(id)
}

func (n *Node) openCalls(ctx context.Context) (err error) {
	if err := n.openPush(); err != nil {
		return err
	}
	n.dispatch, err = dispatch.New(dispatch.Options{
		Offices: n.offices, Journal: n.behind, Board: n.board, NewID: newID, Log: n.log, Name: n.nameOf,
		Settings: n.settings, OnDuty: n.onDuty, Notifier: n, Contacts: n.contacts, Push: n.wake,
	})
	if err != nil {
		return err
	}
	plans, err := loadPlans(n.cfg, n.offices)
	if err != nil {
		return err
	}
	trunks := map[string]office.ID{}
	for _, t := range n.cfg.Trunks {
		if t.Office != "" {
			trunks[t.Name] = office.ID(t.Office)
		}
	}
	noticer, err := newNoticer(n.cfg.Notices, n.log)
	if err != nil {
		return err
	}
	options := desk.Options{
		Offices: n.offices, Trunks: trunks, Default: office.ID(n.cfg.Site.Office), Settings: n.settings,
		Journal: n.behind, Board: n.board, Incidents: incidents{n.dispatch}, Record: n.record, AckWithin: n.cfg.Site.Ack, Observe: n.figures.observe,
		NewID: newID, Log: n.log, Plans: plans, Dialler: &n.dialler, Beside: n.beside, CallerID: n.cfg.Site.CallerID, SetUps: n.cfg.Site.SetUps, OnLeg: n.ladders.leg,
		PromptLength: media.DefaultPrompts().Length,
	}
	if noticer != nil {
		options.Notice, options.NoticeText = noticer.send, noticer.cfg.Text
		n.onClose(noticer.close)
	}
	n.desk, err = desk.New(options)
	if err != nil {
		return err
	}
	n.onClose(n.desk.Close)
	n.dispatch.SetLink(n.link)
	n.wired = make(chan struct{})
	n.dispatch.SetPhone(asker{desk: n.desk, wired: n.wired})
	n.recovery = n.desk.Recover()
	if err := n.fold(ctx, n.recovery.Fold, n.dispatch.Fold); err != nil {
		return err
	}
	n.dispatch.Start()
	n.onClose(n.dispatch.Close)
	n.view, err = view.Open(ctx, filepath.Join(n.cfg.Site.Data, "view"), n.journal, n.offices, view.Options{
		Name: n.nameOf, OnAlarm: n.alarms.view, OnRows: n.rows,
	})
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	n.onClose(func() { n.logErr("close view", n.view.Close()) })
	return nil
}

// fold reads the whole journal once, in order, past damaged records.
func (n *Node) fold(ctx context.Context, folds ...func(journal.Record) error) error {
	_, err := journal.Replay(ctx, n.journal, 1, func(r journal.Record) error {
		for _, f := range folds {
			if err := f(r); err != nil {
				n.log.Error("a record can't be read; going on", "stream", r.Stream, "seq", r.Seq, "err", err)
			}
		}
		return nil
	}, func(e *journal.CorruptError) { n.alarms.set("journal_damaged", alarmDamaged(e)) })
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	return nil
}

func (n *Node) logErr(doing string, err error) {
	if err != nil {
		n.log.Error("could not "+doing, "err", err) //nolint:sloglint // one helper for many closers
	}
}

// Close ends everything at once, newest first. Serve drains before it.
func (n *Node) Close() {
	for i := len(n.closers) - 1; i >= 0; i-- {
		n.closers[i]()
	}
	n.closers = nil
}
