package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/dispatch"
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
	s.raw(r, http.MethodGet, "/stream", "What is happening at the own office, as server-sent events", rule{roles: anybody}, s.stream)
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
	h.Set("Vary", "Accept-Encoding")
	e := &events{
		w: w, rc: http.NewResponseController(w), now: s.cfg.Now, boot: s.cfg.Board.Boot(), see: s.sees(c), packed: takesGzip(r),
	}
	if e.packed {
		h.Set("Content-Encoding", "gzip")
		e.out = append(e.out, gzipHead...)
	}
	seat := func() { watch.SitAt(s.cfg.Desk.SeatOf(c.Person.ID)) } // they may sit down, or leave, while they watch
	seat()
	e.begin(snap)
	e.flush()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	settle, lists := newWait(), newWait()
	defer settle.Stop()
	defer lists.Stop()
	var listed time.Time // when the page was last told that lists have changed
	for e.err == nil {
		select {
		case <-watch.Wake():
			settle.begin(settleFor)
			continue
		case <-settle.C:
			settle.on = false
			news := watch.News()
			e.news(news)
			if news.Batch != nil && e.rows(rows.take()) {
				listed = time.Now()
			}
			seat()
		case <-rows.wake: // with the next batch; by itself if there is none
			pace := watch.Pace()
			lists.begin(max(settleFor, pace+pace/4-time.Since(listed)))
			continue
		case <-lists.C:
			lists.on = false
			if e.rows(rows.take()) {
				listed = time.Now()
			}
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
		e.flush()
	}
}

// wait is a timer that is begun once until it has run out.
type wait struct {
	*time.Timer
	on bool
}

func newWait() *wait { return &wait{Timer: time.NewTimer(time.Hour)} }

func (w *wait) begin(d time.Duration) {
	if !w.on {
		w.on = true
		w.Reset(d)
	}
}

// sees says which things a caller may see, nil for all: an administrator keeps accounts and sees no calls, a patrol sees
// that its own job has changed.
func (s *Server) sees(c *caller) func(key string) bool {
	switch c.Person.Role {
	case office.Administrator:
		return func(key string) bool { return strings.HasPrefix(key, "alarm/") }
	case office.Patrol:
		return func(key string) bool {
			return strings.HasPrefix(key, dispatch.JobKey("")) && key == dispatch.JobKey(s.cfg.Dispatch.UnitOf(c.Person.ID)) && s.aboard(c) == nil
		}
	case office.Operator, office.Supervisor, office.Chief:
	}
	return nil
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
