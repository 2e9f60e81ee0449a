package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/office"
)

// WireMessage is one SIP message of a call, with secrets left out.
type WireMessage struct {
	At        time.Time `json:"at"`
	In        bool      `json:"in" doc:"came from the far end"`
	Peer      string    `json:"peer"`
	Transport string    `json:"transport"`
	Text      string    `json:"text"`
}

// Ladders are what the wire said of calls, as long as it is remembered.
type Ladders interface {
	Ladder(id call.ID) ([]WireMessage, bool)
	// Pcap is the same as a capture file.
	Pcap(id call.ID) ([]byte, bool)
}

// noLadders keeps none.
type noLadders struct{}

func (noLadders) Ladder(call.ID) ([]WireMessage, bool) { return nil, false }
func (noLadders) Pcap(call.ID) ([]byte, bool)          { return nil, false }

// wireReaders are those who look after the lines.
var wireReaders = []office.Role{office.Supervisor, office.Administrator}

func (s *Server) ladderOps(r chi.Router) {
	mine := rule{roles: wireReaders, of: callPath}
	if s.cfg.Ladders == nil {
		s.cfg.Ladders = noLadders{}
	}
	register(s, operation(http.MethodGet, "/calls/{id}/ladder", "What the wire said of a call, message by message", mine),
		func(ctx context.Context, in *idPath) (*out[[]WireMessage], error) {
			list, ok := s.cfg.Ladders.Ladder(call.ID(in.ID))
			if !ok {
				return nil, problem(http.StatusNotFound, "no_ladder")
			}
			if err := s.cfg.Staff.Read(ctx, who(ctx).Person.ID, "ladder", in.ID, "SIP"); err != nil {
				return nil, err
			}
			return &out[[]WireMessage]{list}, nil
		})
	s.raw(r, http.MethodGet, "/calls/{id}/pcap", "What the wire said of a call, as a capture file for Wireshark", mine,
		func(w http.ResponseWriter, r *http.Request, c *caller) {
			id := r.PathValue("id")
			file, ok := s.cfg.Ladders.Pcap(call.ID(id))
			if !ok {
				write(w, problem(http.StatusNotFound, "no_ladder"))
				return
			}
			if err := s.cfg.Staff.Read(r.Context(), c.Person.ID, "pcap", id, "SIP"); err != nil {
				write(w, s.problemOf(err))
				return
			}
			h := w.Header()
			h.Set("Content-Type", "application/vnd.tcpdump.pcap")
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Disposition", `attachment; filename="`+fileName(id)+`.pcap"`)
			_, _ = w.Write(file)
		})
}
