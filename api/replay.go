package api

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// A person's command must happen once, however often a broken connection makes the screen send it.

const (
	keyHeader = "Idempotency-Key"
	replayFor = 10 * time.Minute
	// replayMax is how many answers are kept for a person: a report is saved some times a second while it is typed, and
	// a screen tries again within seconds.
	replayMax = 200
	// bodyWithin: the body of a command has to be here by then.
	bodyWithin = 10 * time.Second
)

// replays keeps answers by person and key.
type replays struct {
	mu     sync.Mutex
	people map[string]*keys
	swept  time.Time
}

type keys struct {
	by    map[string]*answer
	order []string // oldest first
}

// answer is what the first request with a key got.
type answer struct {
	sum  [32]byte // of what was asked
	at   time.Time
	done chan struct{} // closed when the rest is filled in
	kept bool          // false: it failed in a way that is worth a new try

	status int
	header http.Header
	body   []byte
}

func newReplays() *replays { return &replays{people: map[string]*keys{}} }

// begin finds the answer of a key, or makes room for it; first says which.
func (r *replays) begin(person, key string, sum [32]byte, now time.Time) (a *answer, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep(now)
	k := r.people[person]
	if k == nil {
		k = &keys{by: map[string]*answer{}}
		r.people[person] = k
	}
	if a := k.by[key]; a != nil && now.Sub(a.at) < replayFor {
		return a, false
	}
	for len(k.order) > 0 {
		old := k.by[k.order[0]]
		if old != nil && len(k.order) < replayMax && now.Sub(old.at) < replayFor {
			break
		}
		delete(k.by, k.order[0])
		k.order = k.order[1:]
	}
	a = &answer{sum: sum, at: now, done: make(chan struct{})}
	k.by[key] = a
	k.order = append(k.order, key)
	return a, true
}

// sweep forgets people who have sent nothing for a while. r.mu is held.
func (r *replays) sweep(now time.Time) {
	if now.Sub(r.swept) < time.Minute {
		return
	}
	r.swept = now
	for p, k := range r.people {
		newest := k.by[k.order[len(k.order)-1]]
		if newest == nil || now.Sub(newest.at) >= replayFor {
			delete(r.people, p)
		}
	}
}

// end fills an answer in and lets the others have it, or forgets it.
func (r *replays) end(person, key string, a *answer) {
	r.mu.Lock()
	if k := r.people[person]; k != nil && !a.kept && k.by[key] == a {
		delete(k.by, key)
	}
	r.mu.Unlock()
	close(a.done)
}

func needsKey(method string, r *rule) bool {
	return !r.open && !r.early && (method == http.MethodPost || method == http.MethodPut)
}

// once is the middleware that answers a repeated command with what it got the first time. It runs behind guard.
func (s *Server) once(ctx huma.Context, next func(huma.Context)) {
	rule, _ := ctx.Operation().Metadata["rule"].(*rule)
	c := who(ctx.Context())
	key := ctx.Header(keyHeader)
	_, w := humachi.Unwrap(ctx)
	switch {
	case c == nil || ctx.Method() == http.MethodGet || rule.signIn:
		next(ctx)
		return
	case key == "" && needsKey(ctx.Method(), rule):
		write(w, problem(http.StatusBadRequest, "key_needed"))
		return
	case key == "":
		next(ctx)
		return
	case len(key) > 100:
		write(w, problem(http.StatusBadRequest, "bad_input"))
		return
	}
	_ = ctx.SetReadDeadline(time.Now().Add(bodyWithin)) // what can't is a test's recorder
	raw, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), ctx.Operation().MaxBodyBytes+1))
	if err != nil {
		write(w, problem(http.StatusRequestTimeout, "slow"))
		return
	}
	_ = ctx.SetReadDeadline(time.Time{}) // else a command that waits for the journal would be cut off by it
	url := ctx.URL()
	sum := sha256.Sum256(append([]byte(ctx.Method()+" "+url.Path+"\n"), raw...))
	for person := string(c.Person.ID); ; {
		a, first := s.replays.begin(person, key, sum, s.cfg.Now())
		if first {
			s.first(ctx, next, person, key, raw, a)
			return
		}
		if a.sum != sum {
			write(w, problem(http.StatusUnprocessableEntity, "key_reused"))
			return
		}
		select {
		case <-a.done:
		case <-ctx.Context().Done():
			write(w, problem(http.StatusServiceUnavailable, "slow"))
			return
		}
		if a.kept {
			for k, v := range a.header {
				w.Header()[k] = v
			}
			w.Header().Set("Idempotent-Replay", "true")
			w.WriteHeader(a.status)
			_, _ = w.Write(a.body) // the browser went away: nothing to do
			return
		}
		// the first one failed for a reason of ours: now it is this one's turn
	}
}

func (s *Server) first(ctx huma.Context, next func(huma.Context), person, key string, raw []byte, a *answer) {
	rec := &recorder{inner: ctx, body: bytes.NewReader(raw), header: http.Header{}}
	defer func() {
		a.status, a.header, a.body = rec.status, rec.header, rec.out.Bytes()
		// What we could not do, and what was too much, may be tried again with the same key.
		a.kept = rec.status != 0 && rec.status < 500 && rec.status != http.StatusTooManyRequests
		s.replays.end(person, key, a)
	}()
	next(rec)
}

// inner is the context that a recorder passes on to.
type inner = huma.Context

// recorder is a huma.Context that keeps what is answered.
type recorder struct {
	inner
	body   io.Reader
	status int
	header http.Header
	out    bytes.Buffer
}

// SetReadDeadline does nothing: the body is here already.
func (r *recorder) SetReadDeadline(time.Time) error { return nil }

func (r *recorder) Unwrap() huma.Context  { return r.inner }
func (r *recorder) BodyReader() io.Reader { return r.body }
func (r *recorder) Status() int           { return r.status }

func (r *recorder) SetStatus(code int) {
	r.status = code
	r.inner.SetStatus(code)
}

func (r *recorder) SetHeader(name, value string) {
	r.header.Set(name, value)
	r.inner.SetHeader(name, value)
}

func (r *recorder) AppendHeader(name, value string) {
	r.header.Add(name, value)
	r.inner.AppendHeader(name, value)
}

func (r *recorder) BodyWriter() io.Writer { return io.MultiWriter(&r.out, r.inner.BodyWriter()) }
