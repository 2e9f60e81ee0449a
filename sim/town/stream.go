package town

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// watch is what is happening now at one office, kept up to date by the event stream of one of its people.
type watch struct {
	mu        sync.Mutex // guards all below
	seats     map[string]seatView
	calls     map[string]callView
	incidents map[string]cardView
	fresh     bool
	changed   chan struct{} // closed and renewed at each change
}

func newWatch() *watch {
	w := &watch{changed: make(chan struct{})}
	w.reset()
	return w
}

func (w *watch) reset() {
	w.seats, w.calls, w.incidents = map[string]seatView{}, map[string]callView{}, map[string]cardView{}
}

// next is closed at the next change.
func (w *watch) next() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed
}

func (w *watch) call(id string) (callView, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.calls[id]
	return c, ok
}

func (w *watch) seat(id string) (seatView, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.seats[id]
	return s, ok
}

func (w *watch) each(f func(seatView)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.seats {
		f(s)
	}
}

func (w *watch) cards() []cardView {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]cardView, 0, len(w.incidents))
	for _, c := range w.incidents {
		out = append(out, c)
	}
	return out
}

// follow reads the stream until ctx ends, coming back after each break.
func (w *watch) follow(ctx context.Context, h *house) {
	for wait := 300 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		began := time.Now()
		err := w.read(ctx, h)
		w.mu.Lock()
		w.fresh = false
		w.mu.Unlock()
		if time.Since(began) > 10*time.Second {
			wait = 300 * time.Millisecond
		}
		if !sleep(ctx, wait) {
			return
		}
		if p, ok := err.(*problem); ok && p.Status == http.StatusUnauthorized { //nolint:errorlint // read returns it bare
			_ = h.signIn(ctx) // the next round tells
		}
	}
}

func (w *watch) read(ctx context.Context, h *house) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base+"/api/v1/stream", nil)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := h.http.Do(req)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return &problem{Status: res.StatusCode, what: "GET /stream"}
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 64<<10), 8<<20)
	event, data := "", ""
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "":
			if data != "" {
				w.take(event, data)
			}
			event, data = "", ""
		case strings.HasPrefix(line, "event:"):
			event = strings.TrimSpace(line[len("event:"):])
		case strings.HasPrefix(line, "data:"):
			data += strings.TrimSpace(line[len("data:"):])
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}

func (w *watch) take(event, data string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch event {
	case "snapshot":
		var s struct {
			Items map[string]json.RawMessage `json:"items"`
		}
		if json.Unmarshal([]byte(data), &s) != nil {
			return
		}
		w.reset()
		w.fresh = true
		for k, v := range s.Items {
			w.set(k, v, false)
		}
	case "change", "short", "now":
		var c struct {
			Key   string          `json:"key"`
			Value json.RawMessage `json:"value"`
		}
		if json.Unmarshal([]byte(data), &c) != nil || !w.set(c.Key, c.Value, event == "short") {
			return
		}
	default:
		return
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// set takes one thing, or what has changed of it; it reports false for things that operators of the town don't look at.
func (w *watch) set(key string, value json.RawMessage, short bool) bool {
	kind, id, _ := strings.Cut(key, "/")
	switch kind {
	case "seat":
		return put(w.seats, id, value, short)
	case "call":
		return put(w.calls, id, value, short)
	case "incident":
		return put(w.incidents, id, value, short)
	}
	return false
}

func put[T any](m map[string]T, id string, value json.RawMessage, short bool) bool {
	if len(value) == 0 || string(value) == "null" {
		delete(m, id)
		return true
	}
	var v T
	if short { // laid over a copy of its own: others may be reading what was
		if was, err := json.Marshal(m[id]); err != nil || json.Unmarshal(was, &v) != nil {
			return false
		}
	}
	if json.Unmarshal(value, &v) != nil {
		return false
	}
	m[id] = v
	return true
}

// until waits for ok, which is asked at each change and at least once a second; it reports false when time runs out or ctx ends.
func (w *watch) until(ctx context.Context, limit time.Duration, ok func() bool) bool {
	end := time.NewTimer(limit)
	defer end.Stop()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		next := w.next()
		if ok() {
			return true
		}
		select {
		case <-next:
		case <-again.C:
		case <-end.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
