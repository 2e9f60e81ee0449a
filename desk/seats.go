package desk

import (
	"fmt"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// seatStream is the journal's stream of an office's seats.
func seatStream(o office.ID) string { return "floor/" + string(o) }

// keep journals what a person did with a seat.
func (f *Floor) keep(e call.SeatEvent, who office.PersonID) {
	body, err := call.SeatCodec.Encode([]call.SeatEvent{e})
	if err != nil {
		f.desk.opts.Log.Error("seat event could not be encoded", "office", f.office.ID, "err", err)
		return
	}
	if who == "" {
		who = "system"
	}
	f.desk.opts.Journal.Post(seatStream(f.office.ID), journal.Record{
		ID: fmt.Sprintf("seat-%s", f.desk.opts.NewID()), Type: "seat", Version: call.Version, Time: time.Now().UTC(),
		Who: string(who), Body: body,
	})
}

// kept is a seat as the journal has it.
type kept struct {
	person  office.PersonID
	byPhone bool
	ready   bool
	reason  string
}

// foldSeat takes one record of a floor.
func (r *Recovery) foldSeat(rec journal.Record) error {
	events, _, err := call.SeatCodec.Decode(rec.Body)
	if err != nil {
		return fmt.Errorf("recover %s: %w", rec.Stream, err)
	}
	for _, e := range events {
		switch e := e.(type) {
		case call.DutyBegan:
			r.seats[e.Seat] = &kept{person: e.Person, byPhone: e.Phone, reason: "mulai_dinas"}
		case call.DutyEnded:
			delete(r.seats, e.Seat)
		case call.SeatReady:
			if s := r.seats[e.Seat]; s != nil {
				s.ready, s.reason = true, ""
			}
		case call.SeatPaused:
			if s := r.seats[e.Seat]; s != nil {
				s.ready, s.reason = false, e.Reason
			}
		}
	}
	return nil
}

// restoreMsg puts a person back at their seat, before anybody else can take it.
type restoreMsg struct {
	seat   office.SeatID
	person Person
	kept   kept
}

// restore: who was READY is READY again as soon as they can be heard.
func (f *Floor) restore(m restoreMsg, now time.Time) {
	s := f.seats[m.seat]
	if s == nil || s.person != nil {
		return
	}
	p := m.person
	*s = seat{
		id: m.seat, state: NotReady, reason: m.kept.reason, since: now, line: LineLost, lostAt: now, person: &p,
		byPhone: m.kept.byPhone, call: s.call, offer: s.offer,
	}
	if m.kept.ready {
		s.reason = "sambungan"
	}
	f.desk.sit(p.ID, s.id)
	f.show(s)
}

// isSeatStream says whether a stream is a floor's.
func isSeatStream(stream string) bool { return strings.HasPrefix(stream, "floor/") }
