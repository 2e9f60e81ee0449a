package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// Journal takes what happened, in order (journal.Behind).
type Journal interface {
	// Post hands records over and returns at once.
	Post(stream string, recs ...journal.Record)
	// Wait returns when everything posted to the stream so far would survive a power cut, or with ctx's error.
	Wait(ctx context.Context, stream string) error
}

// Options are what a Dispatch is made of. All but Log and Link are needed.
type Options struct {
	Offices *office.Directory
	Journal Journal
	Board   *board.Board
	// Link tells a call that it has an incident (desk.Link). It must not block.
	Link  func(call string, id incident.ID)
	NewID func() string // unique, sortable by time
	// Name is what a person is called; nil: their id.
	Name func(office.PersonID) string
	// Settings are an office's, as its chief has set them last; nil: those of the office file.
	Settings func(office.ID) office.Settings
	// OnDuty is who of an office is to be asked, of this role; empty when nobody is on duty. nil: nobody ever.
	OnDuty func(office.ID, office.Role) office.PersonID
	// Notifier asks a person to see to a missed step, beside the screens. nil: screens only.
	Notifier Notifier
	// Phone calls who let their time pass. nil: nobody is ever called.
	Phone Phone
	// Contacts are who of an office is called by phone for a level, in order; person is whom the screen has asked, empty
	// when nobody was on duty. It is asked at each calling. nil: nobody.
	Contacts func(o office.ID, l incident.Level, person office.PersonID) []Contact
	// Push tells the phones of a unit's crew that there is news, also while nobody looks at them. It must not block. nil:
	// only who looks sees it.
	Push func(incident.UnitID, CrewNews)
	// Nearest is the manned office nearest to a place, of one and those below it, and how far it is by road. nil: by
	// the line through the air, whether manned or not.
	Nearest func(office.ID, office.Point) (office.ID, office.Metres)
	Log     *slog.Logger
}

// Dispatch runs all incidents of one node. An incident changes a few times a minute and nothing on the wire waits
// for it, so one lock, held for memory operations only, stands in for a goroutine per incident; one goroutine
// watches the deadlines.
type Dispatch struct {
	opts Options
	wake chan struct{}   // capacity 1: a deadline may have become earlier
	ctx  context.Context // ends when the dispatch closes
	stop context.CancelFunc
	// waits counts the goroutines that wait for the journal and the one that watches the deadlines.
	waits sync.WaitGroup

	mu       sync.Mutex // guards what follows
	live     map[incident.ID]*entry
	byCall   map[string]incident.ID
	calls    map[string]callInfo // calls that go on
	byNumber map[office.Number][]incident.ID
	byNo     map[string]incident.ID
	issued   map[string]int          // "KALTIM/2026/11/23" → last number given
	holes    map[string][]int        // numbers below it that were given and never written
	seen     map[string]map[int]bool // numbers of the journal, until Start has found the holes
	due      map[incident.ID]time.Time
	fresh    fresh // those that a duplicate may be of
	units    map[incident.UnitID]*unitEntry
	coming   map[incident.UnitID]incident.Vehicle // of an import that is being written
	tracks   map[incident.UnitID]*track
	touched  map[string]bool // streams that the present command has written to
	started  bool
	forgot   time.Time                       // what is long over was last looked through
	ringing  map[phoneKey]context.CancelFunc // callings that go on
}

type entry struct {
	state  incident.State
	lines  []Line
	seq    int
	shown  map[shelf]bool
	at     office.Point // of the place, when known
	known  bool
	number office.Number // of the reporter
	// unwritten: the report number is given but not yet in the journal. Nobody is shown a number that a crash could
	// give away a second time.
	unwritten bool
}

type callInfo struct {
	office    office.ID
	number    office.Number
	firstRing time.Time
}

// New makes a Dispatch. Fold the journal with Fold, then Start.
func New(opts Options) (*Dispatch, error) {
	if opts.Offices == nil || opts.Journal == nil || opts.Board == nil || opts.NewID == nil {
		return nil, errors.New("dispatch: offices, journal, board and NewID are needed")
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Link == nil {
		opts.Link = func(string, incident.ID) {}
	}
	if opts.Name == nil {
		opts.Name = func(p office.PersonID) string { return string(p) }
	}
	if opts.Settings == nil {
		opts.Settings = func(id office.ID) office.Settings {
			o, _ := opts.Offices.Get(id)
			return o.Settings
		}
	}
	if opts.OnDuty == nil {
		opts.OnDuty = func(office.ID, office.Role) office.PersonID { return "" }
	}
	if opts.Notifier == nil {
		opts.Notifier = nobody{}
	}
	if opts.Contacts == nil {
		opts.Contacts = func(office.ID, incident.Level, office.PersonID) []Contact { return nil }
	}
	if opts.Push == nil {
		opts.Push = func(incident.UnitID, CrewNews) {}
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &Dispatch{
		opts: opts, wake: make(chan struct{}, 1), ctx: ctx, stop: stop,
		live: map[incident.ID]*entry{}, byCall: map[string]incident.ID{}, calls: map[string]callInfo{},
		byNumber: map[office.Number][]incident.ID{}, byNo: map[string]incident.ID{}, issued: map[string]int{},
		holes: map[string][]int{}, seen: map[string]map[int]bool{}, due: map[incident.ID]time.Time{},
		fresh: newFresh(), units: map[incident.UnitID]*unitEntry{}, coming: map[incident.UnitID]incident.Vehicle{}, tracks: map[incident.UnitID]*track{},
		touched: map[string]bool{}, ringing: map[phoneKey]context.CancelFunc{},
	}
	if opts.Nearest == nil {
		d.opts.Nearest = d.nearest
	}
	return d, nil
}

type nobody struct{}

func (nobody) Notify(Alert) {}

// SetPhone wires in who calls people, before Start: the desk is made after dispatch.
func (d *Dispatch) SetPhone(p Phone) { d.opts.Phone = p }

// SetLink wires the calls in after the desk was made.
func (d *Dispatch) SetLink(link func(call string, id incident.ID)) { d.opts.Link = link }

// Start shows the open incidents and the units, and watches the deadlines.
func (d *Dispatch) Start() {
	d.mu.Lock()
	d.started = true
	d.findHoles()
	d.agree(time.Now())
	for _, e := range d.live {
		d.show(e)
		d.phones(e)
	}
	for _, u := range d.units {
		d.showUnit(u)
	}
	d.mu.Unlock()
	d.waits.Go(d.run)
}

// Close ends the watch over deadlines; they are derived from the state, so the next process goes on with them.
func (d *Dispatch) Close() {
	d.mu.Lock() // no goroutine begins after this
	d.stop()
	d.mu.Unlock()
	d.waits.Wait()
}

// decide asks the core, applies, hands to the journal and shows. d.mu is held.
func (d *Dispatch) decide(e *entry, cmd incident.Command, who string) ([]incident.Event, error) {
	events, err := incident.Decide(e.state, cmd)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	body, err := incident.Codec.Encode(events)
	if err != nil {
		return nil, err
	}
	isNew := e.state.ID == ""
	d.apply(e, events)
	e.seq++
	id := e.state.ID
	d.touched[Stream(id)] = true
	d.opts.Journal.Post(Stream(id), journal.Record{
		ID: fmt.Sprintf("%s-%d-%s", id, e.seq, d.opts.NewID()), Type: "incident", Version: incident.Version,
		Time: time.Now().UTC(), Who: who, Body: body,
	})
	if isNew && e.state.Call != "" {
		d.opts.Link(e.state.Call, id)
	}
	if slices.ContainsFunc(events, func(ev incident.Event) bool { _, ok := ev.(incident.Numbered); return ok }) {
		e.unwritten = true
		if d.ctx.Err() == nil {
			d.waits.Go(func() { d.numberWritten(e, id) })
		}
	}
	d.freed(id, events)
	d.phones(e)
	d.show(e)
	d.showJobs(e)
	select {
	case d.wake <- struct{}{}:
	default:
	}
	return events, nil
}

// numberWritten shows the report number once the journal has it.
func (d *Dispatch) numberWritten(e *entry, id incident.ID) {
	if err := d.opts.Journal.Wait(d.ctx, Stream(id)); err != nil {
		return // shutting down: the next process shows what the journal has
	}
	d.written(e)
}

func (d *Dispatch) written(e *entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.unwritten {
		e.unwritten = false
		d.show(e)
	}
}

// Stream is the journal's stream of an incident.
func Stream(id incident.ID) string { return "incident/" + string(id) }
