package api

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// heardFor: a player asks for a tape in many pieces; within this time they are one listening.
const heardFor = 10 * time.Minute

// heard remembers who reads what, so that each reading is written down once: a screen refreshes its lists and pages
// many times while a person looks at them.
type heard struct {
	mu    sync.Mutex
	at    map[string]time.Time
	swept time.Time
}

func newHeard() *heard { return &heard{at: map[string]time.Time{}} }

// goesOn says whether this is a further piece of a reading that was written down.
func (h *heard) goesOn(p office.PersonID, id string, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok := h.at[string(p)+" "+id]
	return ok && now.Sub(at) < heardFor
}

func (h *heard) note(p office.PersonID, id string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.swept) > time.Minute {
		h.swept = now
		for k, at := range h.at {
			if now.Sub(at) >= heardFor {
				delete(h.at, k)
			}
		}
	}
	h.at[string(p)+" "+id] = now
}

// noteRead writes down that a caller reads something, once for each reading.
func (s *Server) noteRead(c *caller, what, subject, why string) {
	now, key := s.cfg.Now(), what+" "+subject+" "+why
	if s.heard.goesOn(c.Person.ID, key, now) {
		return
	}
	s.heard.note(c.Person.ID, key, now)
	s.cfg.Staff.NoteRead(c.Person.ID, what, subject, why)
}

func (s *Server) tapeOps(r chi.Router) {
	s.raw(r, http.MethodGet, "/calls/{id}/tape", "The recording of a call; ranges are answered, each listening is written down",
		rule{roles: workers, of: callPath}, s.tape)
}

// tape plays a recording to somebody who says why. That they listen is in the journal before the first sound.
func (s *Server) tape(w http.ResponseWriter, r *http.Request, c *caller) {
	reason := strings.TrimSpace(r.URL.Query().Get("reason"))
	if utf8.RuneCountInString(reason) < 3 || len(reason) > 500 {
		write(w, problem(http.StatusUnprocessableEntity, "reason_needed"))
		return
	}
	id := r.PathValue("id")
	full, err := s.cfg.View.Call(r.Context(), c.Person.Office, call.ID(id))
	if err != nil {
		write(w, s.problemOf(err))
		return
	}
	if full.TapeID == "" {
		write(w, problem(http.StatusNotFound, "no_tape"))
		return
	}
	parts := strings.Split(full.TapeID, ",")
	part, _ := strconv.Atoi(r.URL.Query().Get("part")) // from 1; the first when left out
	part = min(max(part, 1), len(parts))
	w.Header().Set("X-Siaga-Tape-Parts", strconv.Itoa(len(parts)))
	tape, err := s.cfg.Tapes.Open(parts[part-1])
	if err != nil {
		s.cfg.Log.Error("a tape can't be opened", "call", id, "err", err)
		write(w, problem(http.StatusNotFound, "no_tape"))
		return
	}
	defer tape.Close()
	now := s.cfg.Now()
	if r.Method != http.MethodHead && (r.Header.Get("Range") == "" || !s.heard.goesOn(c.Person.ID, id, now)) {
		if err := s.cfg.Staff.Read(r.Context(), c.Person.ID, "tape", id, reason); err != nil {
			write(w, s.problemOf(err))
			return
		}
		s.heard.note(c.Person.ID, id, now)
	}
	h := w.Header()
	h.Set("Content-Type", "audio/wav")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `inline; filename="`+fileName(id)+`.wav"`)
	http.ServeContent(w, r, "", time.Time{}, tape)
}

// fileName keeps what every file system takes.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, id)
}
