package api

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
)

// health serves what machines ask: whether we live, whether we can work, and our figures.
func (s *Server) health() {
	s.router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		s.tell(w, http.StatusOK, "ok", "")
	})
	s.router.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.Ready == nil {
			s.tell(w, http.StatusOK, "ready", "")
			return
		}
		if err := s.cfg.Ready(); err != nil {
			why := ""
			if loopback(r) { // strangers needn't know what is wrong inside
				why = err.Error()
			}
			s.tell(w, http.StatusServiceUnavailable, "not ready", why)
			return
		}
		s.tell(w, http.StatusOK, "ready", "")
	})
	if s.cfg.Metrics == nil {
		return
	}
	s.router.Get("/metrics", func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r) && !s.metricsToken(r) {
			write(w, problem(http.StatusForbidden, "metrics_not_allowed"))
			return
		}
		s.cfg.Metrics.ServeHTTP(w, r)
	})
}

func (s *Server) metricsToken(r *http.Request) bool {
	want := "Bearer " + s.cfg.MetricsToken
	return s.cfg.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(want)) == 1
}

func (s *Server) tell(w http.ResponseWriter, status int, state, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	m := map[string]string{"status": state}
	if status == http.StatusOK {
		m["version"] = s.cfg.Version
	}
	if why != "" {
		m["why"] = why
	}
	_ = json.NewEncoder(w).Encode(m) // whoever asked went away: nothing to do
}
