package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/office"
)

// Snapshot is all that an office shows at number N.
type Snapshot struct {
	Boot       string         `json:"boot"`
	N          uint64         `json:"n"`
	ServerTime time.Time      `json:"serverTime"`
	Items      map[string]any `json:"items"`
}

// Change says that one thing is now so; a null value that it is gone.
type Change struct {
	N     uint64 `json:"n"`
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// Rows says which lists have changed.
type Rows struct {
	Tables []string `json:"tables" nullable:"false" doc:"calls, incidents"`
}

const (
	pingEvery  = 10 * time.Second
	writeLimit = 15 * time.Second // a screen that takes nothing for so long is gone
	// settleFor is how long a stream waits for what belongs to a change: a call and its seat change in one instant, by
	// two hands.
	settleFor = 8 * time.Millisecond
)

// rowsWatch is one stream's share of "these lists changed". Changes that it hasn't taken yet are merged.
type rowsWatch struct {
	office office.ID
	wake   chan struct{} // capacity 1

	mu     sync.Mutex
	tables map[string]bool
}

// Rows tells the streams of these offices which lists have changed. It returns at once.
func (s *Server) Rows(tables []string, offices []office.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.rows {
		if !slices.Contains(offices, w.office) {
			continue
		}
		w.mu.Lock()
		for _, t := range tables {
			w.tables[t] = true
		}
		w.mu.Unlock()
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *rowsWatch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for t := range w.tables {
		list = append(list, t)
	}
	slices.Sort(list)
	clear(w.tables)
	return list
}

func (s *Server) watchRows(o office.ID) *rowsWatch {
	w := &rowsWatch{office: o, wake: make(chan struct{}, 1), tables: map[string]bool{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows[w] = struct{}{}
	return w
}

func (s *Server) unwatchRows(w *rowsWatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rows, w)
}

func (s *Server) streamOps(r chi.Router) {
	s.raw(r, http.MethodGet, "/stream", "What is happening at the own office, as server-sent events", rule{roles: everybody}, s.stream)
}

// stream sends a snapshot, then each change. A slow screen holds nobody up: what it hasn't taken is merged.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, c *caller) {
	if !s.enter() {
		write(w, problem(http.StatusServiceUnavailable, "closing"))
		return
	}
	defer s.open.Done()
	boot, n := lastSeen(r.Header.Get("Last-Event-ID"))
	watch, snap := s.cfg.Board.Watch(c.Person.Office, boot, n)
	defer watch.Close()
	rows := s.watchRows(c.Person.Office)
	defer s.unwatchRows(rows)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy that buffers would hold back a ring
	e := &events{w: w, rc: http.NewResponseController(w), now: s.cfg.Now, boot: s.cfg.Board.Boot(), see: sees(c)}
	seat := func() { watch.SitAt(s.cfg.Desk.SeatOf(c.Person.ID)) } // they may sit down, or leave, while they watch
	seat()
	e.begin(snap)
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	settle := time.NewTimer(time.Hour)
	defer settle.Stop()
	settling := false
	for e.err == nil {
		select {
		case <-watch.Wake():
			if !settling {
				settling = true
				settle.Reset(settleFor)
			}
		case <-settle.C:
			settling = false
			list, again := watch.Changes()
			if again != nil {
				e.begin(again)
			}
			e.changes(list)
			seat()
		case <-rows.wake:
			e.send("rows", "", Rows{Tables: rows.take()})
		case <-ping.C:
			if !s.cfg.Staff.Lives(c.token) {
				return
			}
			e.ping()
		case <-c.Done:
			return
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// sees says which things a caller may see: an administrator keeps accounts and sees no calls.
func sees(c *caller) func(key string) bool {
	if c.Person.Role == office.Administrator {
		return func(key string) bool { return strings.HasPrefix(key, "alarm/") }
	}
	return func(string) bool { return true }
}

// lastSeen reads "boot:n".
func lastSeen(id string) (boot string, n uint64) {
	i := strings.LastIndexByte(id, ':')
	if i <= 0 {
		return "", 0
	}
	n, err := strconv.ParseUint(id[i+1:], 10, 64)
	if err != nil {
		return "", 0
	}
	return id[:i], n
}

// events writes server-sent events (HTML Living Standard 9.2).
type events struct {
	w    io.Writer
	rc   *http.ResponseController
	now  func() time.Time
	boot string
	see  func(key string) bool
	buf  []byte
	err  error
}

func (e *events) begin(snap *board.Snapshot) {
	if snap == nil {
		e.ping() // so that the screen knows at once that it is heard
		return
	}
	out := Snapshot{Boot: snap.Boot, N: snap.N, ServerTime: e.now().UTC(), Items: map[string]any{}}
	for k, v := range snap.Items {
		if e.see(k) {
			out.Items[k] = v
		}
	}
	e.send("snapshot", e.id(snap.N), out)
}

func (e *events) id(n uint64) string { return e.boot + ":" + strconv.FormatUint(n, 10) }

// changes writes them at once. What a change looks like is made for the first screen that is told of it.
func (e *events) changes(list []board.Change) {
	e.buf = e.buf[:0]
	for _, c := range list {
		if !e.see(c.Key) {
			continue
		}
		raw, err := c.Made(e.change)
		if err != nil {
			e.err = err
			return
		}
		e.buf = append(e.buf, raw...)
	}
	if len(e.buf) > 0 {
		e.write(e.buf)
		e.flush()
	}
}

func (e *events) change(c board.Change) ([]byte, error) {
	return event("change", e.id(c.N), Change{N: c.N, Key: c.Key, Value: c.Value})
}

func (e *events) send(name, id string, data any) {
	raw, err := event(name, id, data)
	if err != nil {
		e.err = err
		return
	}
	e.write(raw)
	e.flush()
}

// event is one as the wire has it.
func event(name, id string, data any) ([]byte, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return fmt.Appendf(nil, "event: %s\n%sdata: %s\n\n", name, id, raw), nil
}

func (e *events) ping() {
	e.write([]byte(": ping\n\n"))
	e.flush()
}

func (e *events) write(text []byte) {
	if e.err != nil {
		return
	}
	_ = e.rc.SetWriteDeadline(time.Now().Add(writeLimit)) // a test's recorder has none
	_, e.err = e.w.Write(text)
}

func (e *events) flush() {
	if e.err == nil {
		e.err = e.rc.Flush()
	}
}
