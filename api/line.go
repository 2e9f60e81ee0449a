package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// How a seat's socket is known to live: both sides send a beat each second.
const (
	beatEvery = time.Second
	beatLost  = 3 * time.Second
	beatFirst = 15 * time.Second // a page that opens its audio has other things to do: ICE and DTLS come before beats
	lineMax   = 128 << 10        // bytes of a message; SDP has some kilobytes
	usedEvery = time.Minute
)

// fromPage is what a page says on its seat's socket.
type fromPage struct {
	T     string  `json:"t"` // offer, beat, rang
	SDP   string  `json:"sdp"`
	Call  call.ID `json:"call"`
	Offer int     `json:"offer"`
}

// toPage is what a page is told.
type toPage map[string]any

// line is one seat's socket.
type line struct {
	server *Server
	who    *caller
	seat   office.SeatID
	conn   *websocket.Conn
	moved  chan struct{} // closed when a newer socket of the seat came
	in     chan fromPage
	lost   chan int // the audio line of this number can't carry audio any more
	opened int      // audio lines that this socket has had

	ring ringing
}

func (s *Server) lineOps(r chi.Router) {
	s.raw(r, http.MethodGet, "/line", "The softphone's WebSocket of the own seat", rule{roles: callTakers}, s.line)
}

// line is a seat's socket for as long as it lives: the page's SDP, beats both ways, rings, and when the microphone is on.
func (s *Server) line(w http.ResponseWriter, r *http.Request, c *caller) {
	if !s.enter() {
		write(w, problem(http.StatusServiceUnavailable, "closing"))
		return
	}
	defer s.open.Done()
	seat := s.cfg.Desk.SeatOf(c.Person.ID)
	if seat == "" {
		write(w, problem(http.StatusConflict, "no_seat"))
		return
	}
	if !sameOrigin(r) {
		write(w, problem(http.StatusForbidden, "origin"))
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow() //nolint:errcheck // it is closed already, or broken
	conn.SetReadLimit(lineMax)
	l := &line{
		server: s, who: c, seat: seat, conn: conn, moved: make(chan struct{}), in: make(chan fromPage),
		lost: make(chan int, 8), ring: ringing{seat: seat},
	}
	s.take(l)
	ctx, stop := context.WithCancel(s.ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		l.read(ctx)
	}()
	why := l.run(ctx, read)
	s.drop(l, why)
	_ = conn.Close(why.code(), why.Error()) // the page may be gone
	stop()
	<-read
}

// sameOrigin: browsers name the page that opens a socket; programs name none and have no cookies of others
// (RFC 6455 10.2).
func sameOrigin(r *http.Request) bool {
	o := r.Header.Get("Origin")
	if o == "" {
		return true
	}
	_, host, ok := strings.Cut(o, "://")
	return ok && strings.EqualFold(host, r.Host)
}

// take makes l the seat's socket; an older one is told to go.
func (s *Server) take(l *line) {
	s.seats.Lock()
	defer s.seats.Unlock()
	if old := s.lines[l.seat]; old != nil {
		close(old.moved)
	}
	s.lines[l.seat] = l
}

// drop takes the seat's socket away. If it has no newer one, nobody there hears the caller from here on.
func (s *Server) drop(l *line, why ending) {
	s.seats.Lock()
	defer s.seats.Unlock()
	if s.lines[l.seat] != l {
		return
	}
	delete(s.lines, l.seat)
	if why != endServer {
		s.cfg.Softphone.Lost(l.seat)
	}
}

// ending is why a socket was closed.
type ending string

const (
	endGone    ending = "page gone"
	endSilent  ending = "no beat"
	endMoved   ending = "moved"
	endLost    ending = "line lost"
	endDuty    ending = "no duty"
	endSession ending = "signed out"
	endServer  ending = "closing"
)

func (e ending) Error() string { return string(e) }

func (e ending) code() websocket.StatusCode {
	switch e {
	case endServer:
		return websocket.StatusGoingAway
	case endDuty, endSession:
		return websocket.StatusPolicyViolation
	case endGone, endSilent, endMoved, endLost:
	}
	return websocket.StatusNormalClosure
}

func (l *line) read(ctx context.Context) {
	for {
		kind, raw, err := l.conn.Read(ctx)
		if err != nil {
			return
		}
		var m fromPage
		if kind != websocket.MessageText || json.Unmarshal(raw, &m) != nil {
			continue // a newer page may say what we don't know
		}
		select {
		case l.in <- m:
		case <-ctx.Done():
			return
		}
	}
}

// run ends with the reason why the socket is over.
func (l *line) run(ctx context.Context, read <-chan struct{}) ending {
	watch, snap := l.server.cfg.Board.WatchSeat(l.who.Person.Office, l.seat)
	defer watch.Close()
	var items []board.Change
	for k, v := range snap.Items {
		items = append(items, board.Change{Key: k, Value: v})
	}
	if err := l.show(ctx, items); err != nil {
		return *err
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	heard := time.Now() // monotonic
	used, patience := heard, beatFirst
	for {
		var err *ending
		select {
		case m := <-l.in:
			heard = time.Now()
			if m.T == "beat" {
				patience = beatLost
			}
			err = l.hear(ctx, m)
		case <-watch.Wake():
			err = l.show(ctx, watch.News().Mine)
		case <-beat.C:
			if time.Since(heard) > patience {
				return endSilent
			}
			if time.Since(used) > usedEvery { // who is on duty uses their session
				used = time.Now()
				_, _ = l.server.cfg.Staff.Session(l.who.token) // a session that is over by age doesn't cut a talk off
			}
			err = l.say(ctx, toPage{"t": "beat", "at": l.server.cfg.Now().UTC()})
		case n := <-l.lost:
			if n == l.opened {
				_ = l.say(ctx, refusedLine("line_lost"))
				return endLost
			}
		case <-l.moved:
			_ = l.say(ctx, toPage{"t": "moved"})
			return endMoved
		case <-l.who.Done:
			return endSession
		case <-read:
			return endGone
		case <-ctx.Done():
			return endServer
		}
		if err != nil {
			return *err
		}
	}
}

func refusedLine(code string) toPage { return toPage{"t": "error", "code": code, "text": textOf(code)} }

func (l *line) hear(ctx context.Context, m fromPage) *ending {
	switch m.T {
	case "offer":
		l.opened++
		n := l.opened
		answer, err := l.server.cfg.Softphone.Open(l.seat, m.SDP, func() {
			select {
			case l.lost <- n:
			default: // eight lines of one socket are lost already: it is on its way out
			}
		})
		if err != nil {
			l.server.cfg.Log.Warn("a seat's audio line could not be opened", "seat", l.seat, "err", err)
			return l.say(ctx, refusedLine("softphone"))
		}
		if end := l.say(ctx, toPage{"t": "answer", "sdp": answer}); end != nil {
			return end
		}
		l.ring.greet = true
		return l.show(ctx, nil)
	case "rang":
		ask, stop := context.WithTimeout(ctx, beatLost)
		defer stop()
		// A refusal means that the offer is over already; the page is told by the board.
		_, err := l.server.cfg.Desk.Do(ask, l.who.desk(), desk.Rung{Call: m.Call, N: m.Offer})
		if err != nil && l.server.refusal(err) == nil && !errors.Is(err, context.Canceled) {
			l.server.cfg.Log.Warn("a ring could not be acknowledged", "seat", l.seat, "err", err)
		}
	}
	return nil
}

// show tells the page what a change of the board means for its seat.
func (l *line) show(ctx context.Context, changes []board.Change) *ending {
	for _, c := range changes {
		l.ring.fold(c)
	}
	if l.ring.left(l.who.Person.ID) {
		return ptr(endDuty)
	}
	for _, m := range l.ring.news() {
		if end := l.say(ctx, m); end != nil {
			return end
		}
	}
	return nil
}

func (l *line) say(ctx context.Context, m toPage) *ending {
	ctx, stop := context.WithTimeout(ctx, beatLost)
	defer stop()
	raw, err := json.Marshal(m)
	if err == nil {
		err = l.conn.Write(ctx, websocket.MessageText, raw)
	}
	if err != nil {
		return ptr(endGone)
	}
	return nil
}
