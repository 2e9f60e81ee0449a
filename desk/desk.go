package desk

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
)

// Journal takes what happened, in order, and writes behind (journal.Behind).
type Journal interface {
	Post(stream string, recs ...journal.Record)
}

// Tape is the recording of one call.
type Tape interface {
	phone.Recorder
	// Close ends the recording and tells what binds it to the call: the hex hash of its chain, its length, and how
	// many pieces a slow disk cost.
	Close() (hash string, seconds float64, dropped uint64, err error)
}

// Incidents is what the desk tells dispatch. Every method posts and returns at once.
type Incidents interface {
	// CallBegan: this call now waits at the office with this caller.
	CallBegan(c call.ID, o office.ID, number office.Number, firstRing time.Time)
	// Sent: the incident of the call goes to an office in this instant. If nothing was typed, an empty one goes.
	Sent(c call.ID, by call.SeatRef, to office.ID)
	// Answered: a seat of the office that the incident was sent to talks with the caller: that accepts it.
	Answered(c call.ID, by call.SeatRef)
	// TakenBack: the Polda has the caller again.
	TakenBack(c call.ID, from office.ID, chip call.Chip)
	// Silent: the caller can't speak (by: who heard that; empty: they pressed five twice). The call's incident is a silent
	// emergency, priority 1, in danger; at is "lat,lng" or empty, area the office that the place or number points to, or
	// empty.
	Silent(c call.ID, by call.SeatRef, at string, area office.ID)
	// Ended: the call has its outcome; by is empty when no person gave it.
	Ended(c call.ID, by call.SeatRef, outcome call.Outcome)
	// Words are the kind and the last words of a call's incident, from memory.
	Words(c call.ID) (kind, summary string)
	// Number is the report number of a call's incident, empty when it has none yet.
	Number(c call.ID) string
	// About: open incidents and danger of a number, from memory.
	About(number office.Number) ([]OpenIncident, bool)
}

// Options are what a Desk is made of. Journal, Offices, Board and Incidents are needed.
type Options struct {
	Offices *office.Directory
	Trunks  map[string]office.ID // which office (route plan A) a trunk belongs to
	Default office.ID            // for trunks that are not listed
	// Settings are an office's times as they are now; nil: those of Offices. It is asked once per call.
	Settings  func(office.ID) office.Settings
	Journal   Journal
	Board     *board.Board
	Incidents Incidents
	// Record makes the tape of a call; nil records nothing. It may be slow: it is called beside the call.
	Record func(tape string, start time.Time) (Tape, error)
	// AckWithin: an offer that the seat's screen didn't acknowledge goes to the next; 700 ms.
	AckWithin time.Duration
	// LostAfter: a READY seat whose line is gone for this long is OFF; 10 s.
	LostAfter time.Duration
	// Observe gets measurements in seconds: takeback_late, offer_acknowledged, answer_wait, caller_gap_max (the widest
	// gap between packets sent to a caller in a call). May be nil.
	Observe func(what string, seconds float64)
	// Plans are the route plans; none: plan A.
	Plans office.Plans
	// Dialler calls others; nil: this site can't.
	Dialler phone.Dialler
	// Beside makes a talk around a line, for advice that the caller doesn't hear; nil when the line has no audio of ours.
	Beside func(phone.Line) phone.Aside
	// Notice sends the site's text to a number, beside everything else; nil: this site sends none. It must not block.
	Notice     func(o office.ID, n office.Number)
	NoticeText string // what it sends: who presses the key reads it first
	// PromptLength is how long a prompt takes, zero when there is none; nil: nobody is spoken to at the end of a call.
	PromptLength func(prompt string) time.Duration
	// OnLeg tells which leg of the phone a call's other side is; may be nil.
	OnLeg func(id call.ID, leg string)
	// CallerID is the number that those see whom we call; empty: the trunk's own.
	CallerID string
	// SetUps is how many new calls a second are taken when the machine keeps up; 0: 200. See Admit.
	SetUps int
	NewID  func() string // unique, sortable by time
	Log    *slog.Logger
}

// Desk runs all calls and floors of one node.
type Desk struct {
	opts   Options
	floors map[office.ID]*Floor
	past   *past
	sieve  *sieve
	ctx    context.Context // ends when the desk closes
	stop   context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex // guards what follows; never held over a send
	lives  map[call.ID]*Live
	seats  map[office.PersonID]office.SeatID // who sits where, kept by the floors
	lines  map[office.SeatID]phone.Line
	pikets map[office.ID]call.ID           // which call has an office's plain phone
	asking map[office.Number]chan struct{} // who is called about something; closed when that is over
	door   door

	showing sync.Mutex // guards figures
	figures map[office.ID]*figures
}

// New starts the floors. Calls that the journal shows as live are handed over by Recover before the phone listens.
func New(opts Options) (*Desk, error) {
	if opts.Offices == nil || opts.Journal == nil || opts.Board == nil || opts.Incidents == nil || opts.NewID == nil {
		return nil, errors.New("desk: offices, journal, board, incidents and NewID are needed")
	}
	if opts.AckWithin == 0 {
		opts.AckWithin = 700 * time.Millisecond
	}
	if opts.LostAfter == 0 {
		opts.LostAfter = 10 * time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Settings == nil {
		opts.Settings = func(o office.ID) office.Settings {
			of, _ := opts.Offices.Get(o)
			return of.Settings
		}
	}
	if opts.Observe == nil {
		opts.Observe = func(string, float64) {}
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &Desk{
		opts: opts, floors: map[office.ID]*Floor{}, past: newPast(opts.Offices), ctx: ctx, stop: stop,
		lives: map[call.ID]*Live{}, seats: map[office.PersonID]office.SeatID{}, lines: map[office.SeatID]phone.Line{},
		pikets: map[office.ID]call.ID{}, asking: map[office.Number]chan struct{}{}, figures: map[office.ID]*figures{},
	}
	d.sieve = newSieve(d)
	d.door.init(opts.SetUps)
	d.wg.Add(1)
	go func() { defer d.wg.Done(); d.sieve.run(ctx) }()
	for _, o := range opts.Offices.All() {
		f := newFloor(d, o)
		d.floors[o.ID] = f
		d.wg.Add(1)
		go func() { defer d.wg.Done(); f.run(ctx) }()
	}
	return d, nil
}

// Close stops the floors and lives and waits for them. Callers who are still there keep their leg: the phone ends
// it, or a later process takes it up.
func (d *Desk) Close() {
	d.stop()
	d.wg.Wait()
}

// Live counts calls whose caller is on the line or whose outcome is missing.
func (d *Desk) Live() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.lives)
}

// Incoming starts the life of a call. It is the phone's one handler and returns at once.
func (d *Desk) Incoming(leg phone.Leg) {
	of, ok := d.officeOf(leg.Party().Trunk)
	if !ok {
		d.opts.Log.Error("trunk leads to no office; call refused", "trunk", leg.Party().Trunk)
		leg.Refuse(503, "No office")
		return
	}
	l := newLive(d, call.ID(d.opts.NewID()), leg)
	l.dial(of, d.priority(leg.Party().Number))
	d.start(l)
}

func (d *Desk) start(l *Live) {
	d.mu.Lock()
	d.lives[l.id] = l
	d.mu.Unlock()
	d.wg.Add(1)
	go func() {
		defer d.wg.Done()
		l.run(d.ctx)
		d.mu.Lock()
		delete(d.lives, l.id)
		d.mu.Unlock()
	}()
}

func (d *Desk) live(id call.ID) *Live {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lives[id]
}

// Link tells a call that it has an incident now.
func (d *Desk) Link(id call.ID, incident string) {
	if l := d.live(id); l != nil {
		l.box.post(liveMsg{cmd: call.Link{At: time.Now(), Incident: incident}})
	}
}

// LineUp: a seat can be heard. It may be a new line of a seat that was lost.
func (d *Desk) LineUp(line phone.Line) {
	d.mu.Lock()
	d.lines[line.Seat()] = line
	d.mu.Unlock()
	if f := d.floorOf(line.Seat()); f != nil {
		f.box.post(floorMsg{line: &lineMsg{seat: line.Seat(), up: true}})
	}
}

// LineLost: a seat's line or screen is gone. id names the line, so that the late end of an old line can't take
// away a new one; empty means whatever line there is.
func (d *Desk) LineLost(seat office.SeatID, id string) {
	d.mu.Lock()
	line := d.lines[seat]
	if id != "" && (line == nil || line.ID() != id) {
		d.mu.Unlock()
		return
	}
	delete(d.lines, seat)
	d.mu.Unlock()
	if f := d.floorOf(seat); f != nil {
		f.box.post(floorMsg{line: &lineMsg{seat: seat}})
	}
}

func (d *Desk) line(seat office.SeatID) phone.Line {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines[seat]
}

func (d *Desk) floorOf(seat office.SeatID) *Floor {
	o, _, _ := strings.Cut(string(seat), "/")
	return d.floors[office.ID(o)]
}

// SeatOf tells where a person sits, empty when nowhere.
func (d *Desk) SeatOf(p office.PersonID) office.SeatID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seats[p]
}

func (d *Desk) sit(p office.PersonID, seat office.SeatID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seat == "" {
		delete(d.seats, p)
		return
	}
	d.seats[p] = seat
}
