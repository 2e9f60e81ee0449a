// Package api is the door for screens and programs: HTTP operations with their OpenAPI file, the stream of what is
// happening, the softphone's socket, the screens' files, and the one place that says who may do what.
package api

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/filter"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// Desk runs calls and seats (desk.Desk).
type Desk interface {
	Do(ctx context.Context, who desk.Who, cmd desk.Command) (desk.Done, error)
	// Owed lists the callbacks of an office and those below it, in order of urgency.
	Owed(o office.ID) []desk.OwedView
	// SeatOf tells where a person sits, empty when nowhere.
	SeatOf(p office.PersonID) office.SeatID
	// Standings tells what is known of numbers: one, or all with at least some evidence.
	Standings(o office.ID, number string, least filter.Level, most int) ([]desk.StandingView, error)
	// Weights of an office's filter, and what people did with numbers in it.
	Weights(o office.ID) desk.WeightsView
	FilterActs(o office.ID) []filter.Event
	// GateFigures tells how an office's gate did between two times.
	GateFigures(o office.ID, from, to time.Time) []filter.Figures
}

// Dispatch runs incidents (dispatch.Dispatch).
type Dispatch interface {
	Do(ctx context.Context, who dispatch.Who, cmd dispatch.Command) (dispatch.Full, error)
	Get(id incident.ID) (dispatch.Full, bool)
	FromPaper(ctx context.Context, who dispatch.Who, p dispatch.Paper) (dispatch.Full, error)
	// MayRead says whether a person may read an incident that Get has, and whether they may know that there is one.
	MayRead(who dispatch.Who, id incident.ID) (read, known bool)
	// CallsOf lists the calls about an incident that Get has.
	CallsOf(id incident.ID) ([]string, bool)
	// Duplicates lists what may be the same as an incident.
	Duplicates(who dispatch.Who, id incident.ID) []dispatch.Card
	// Standing tells how a report stands.
	Standing(who dispatch.Who, no string, now time.Time) (dispatch.Standing, bool)
	// Readers are who may read a restricted incident: those named, and those with a hand in it.
	Readers(id incident.ID) (named, hands []office.PersonID)
	// WholeNo completes a report number as a caller says it.
	WholeNo(o office.ID, said string, now time.Time) string
	// Overview tells what an office and those below it have in hand.
	Overview(reader, of office.ID, now time.Time) []dispatch.OfficeNow

	DoUnit(ctx context.Context, who dispatch.Who, cmd dispatch.UnitCommand) (dispatch.UnitCard, error)
	Units(reader office.ID) []dispatch.UnitCard
	Unit(id incident.UnitID) (dispatch.UnitCard, bool)
	// OpenOf lists the incidents that an office has now, restricted ones veiled.
	OpenOf(o office.ID) []dispatch.Card
	UnitOf(p office.PersonID) incident.UnitID
	Position(f dispatch.Fix) error

	// What a crew's phone needs.
	Job(p office.PersonID) (dispatch.JobCard, error)
	StepJob(ctx context.Context, p office.PersonID, id incident.ID, step incident.StepName, press dispatch.Press, at *dispatch.Fix) (dispatch.JobCard, error)
	NoteJob(ctx context.Context, p office.PersonID, id incident.ID, text string, press dispatch.Press) (dispatch.JobCard, error)
	PictureJob(ctx context.Context, p office.PersonID, c dispatch.Picture, press dispatch.Press) (dispatch.JobCard, error)
	AskCallJob(ctx context.Context, p office.PersonID, id incident.ID, number office.Number, press dispatch.Press) (dispatch.JobCard, error)
	PanicJob(ctx context.Context, p office.PersonID, at *dispatch.PointView, press dispatch.Press) (dispatch.JobCard, error)
	ReporterJob(ctx context.Context, p office.PersonID, id incident.ID, why string) (dispatch.Reporter, error)
}

// Softphone opens the audio lines of seats. It plays the test tone to who begins duty, when the line is up.
type Softphone interface {
	// Open answers a page's SDP offer. lost is called once, when this line can't carry audio any more.
	Open(seat office.SeatID, sdp string, lost func()) (answer string, err error)
	// Lost tells that the page's socket is gone.
	Lost(seat office.SeatID)
}

// Tapes opens recordings, and the chains of hashes beside them (tape.Sum).
type Tapes interface {
	Open(id string) (io.ReadSeekCloser, error)
	Chain(id string) (io.ReadCloser, error)
}

// Config is what a Server is made of. Staff, Directory, Board, Desk, Dispatch, View, Softphone and Tapes are needed.
type Config struct {
	Staff     *staff.Staff
	Directory *office.Directory
	Board     *board.Board
	Desk      Desk
	Dispatch  Dispatch
	View      View
	Softphone Softphone
	Tapes     Tapes
	Files     Files   // pictures and spoken notes; nil: none are kept
	Push      Push    // nil: no phone is woken
	PhoneURL  string  // where phones reach this server; empty: where the console does
	Ladders   Ladders // nil: none is kept
	Lands     Lands   // nil: nothing is known of the ground
	Adviser   Adviser // nil: no units are recommended
	// Roster and RosterFiles are people, shifts and handovers. nil: there is no roster.
	Roster      *staff.Roster
	RosterFiles RosterFiles
	// OnSettings is told when a chief changed the times of an office. May be nil.
	OnSettings func(office.ID, office.Settings)
	Metrics    http.Handler // served to loopback, and to whoever has MetricsToken; nil: none
	// MetricsToken opens /metrics to others than loopback ("Authorization: Bearer …"); empty: nobody else.
	MetricsToken string
	Ready        func() error // why calls can't be served well now; nil: always ready
	Web          fs.FS        // the built screens; nil: none
	Version      string
	LinkKey      []byte // signs the links of wallboards, at least 16 bytes
	Now          func() time.Time
	Log          *slog.Logger
}

// Server answers HTTP. Make it with New.
type Server struct {
	cfg     Config
	router  chi.Router
	api     huma.API
	limits  *limits
	replays *replays
	heard   *heard
	origins *http.CrossOriginProtection
	ctx     context.Context // ends when the server closes: streams and sockets end then
	stop    context.CancelFunc
	open    sync.WaitGroup // streams and sockets

	mu     sync.Mutex // guards what follows
	closed bool
	rows   map[*rowsWatch]struct{}

	seats sync.Mutex // guards lines; a softphone is told of a lost seat under it, so that its next line is safe
	lines map[office.SeatID]*line
}

// New makes the server.
func New(cfg Config) (*Server, error) {
	if cfg.Staff == nil || cfg.Directory == nil || cfg.Board == nil || cfg.Desk == nil || cfg.Dispatch == nil ||
		cfg.View == nil || cfg.Softphone == nil || cfg.Tapes == nil {
		return nil, errors.New("api: staff, directory, board, desk, dispatch, view, softphone and tapes are needed")
	}
	if len(cfg.LinkKey) < 16 {
		return nil, errors.New("api: the key of wallboard links needs at least 16 bytes")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return newServer(cfg), nil
}

func newServer(cfg Config) *Server {
	speakOurProblems()
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		cfg: cfg, router: chi.NewRouter(), limits: newLimits(), replays: newReplays(), heard: newHeard(), origins: http.NewCrossOriginProtection(),
		ctx: ctx, stop: stop,
		rows: map[*rowsWatch]struct{}{}, lines: map[office.SeatID]*line{},
	}
	v1 := chi.NewRouter()
	s.api = humachi.New(v1, s.description())
	s.api.UseMiddleware(s.guard, s.once)
	s.sessionOps()
	s.peopleOps()
	s.officeOps()
	s.escalationOps()
	s.siftOps()
	s.dutyOps()
	s.callOps()
	s.guestOps()
	s.paperOps()
	s.incidentOps()
	s.dispatchOps()
	s.standingOps()
	s.restrictOps()
	s.overviewOps()
	s.fairnessOps(v1)
	s.storyOps()
	s.unitOps()
	s.rosterOps()
	s.phoneOps()
	s.patrolOps()
	s.listOps()
	s.wallOps()
	s.streamOps(v1)
	s.lineOps(v1)
	s.tapeOps(v1)
	s.ladderOps(v1)
	s.sheetOps(v1)
	s.placeOps(v1)
	s.pictureOps(v1)
	s.positionOps(v1)
	s.describe(v1)
	v1.NotFound(func(w http.ResponseWriter, _ *http.Request) { write(w, problem(http.StatusNotFound, "not_found")) })
	v1.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		write(w, problem(http.StatusMethodNotAllowed, "method_not_allowed"))
	})
	s.router.Use(s.strict, s.recovers)
	s.router.Mount(prefix, v1)
	s.health()
	s.files()
	return s
}

// prefix of all operations.
const prefix = "/api/v1"

// Handler serves everything. It wants TLS in front of it: cookies are Secure.
func (s *Server) Handler() http.Handler { return s.router }

// Close ends streams and sockets and waits for them. A seat whose socket ends so keeps its line for as long as the
// softphone gives it.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.open.Wait()
}

// enter counts a stream or socket in, or says that the server is closing.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open.Add(1)
	return true
}

// recovers turns a panic of one request into an answer and a log line. Calls know nothing of it.
func (s *Server) recovers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.cfg.Log.Error("a request failed badly", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", stack())
				write(w, problem(http.StatusInternalServerError, "internal"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
