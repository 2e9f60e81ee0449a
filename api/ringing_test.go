package api

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/siaga110/siaga/board"
	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/office"
)

// Whatever the board shows, and however its changes are merged: the page knows exactly the offers that ring at its
// seat, hears of each once, and its microphone is on exactly while the seat talks.
func TestRingingTellsWhatIsSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const mine, other = office.SeatID("polda/1"), office.SeatID("polda/2")
		r := ringing{seat: mine}
		calls := map[call.ID]desk.CallView{}
		page, mic := map[ring]bool{}, false
		talking := false
		n := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			for range rapid.IntRange(1, 3).Draw(t, "merged") {
				if rapid.Bool().Draw(t, "seat") {
					s := rapid.SampledFrom([]desk.SeatState{desk.Ready, desk.Ringing, desk.Talking, desk.Reserved, desk.WrapUp, desk.NotReady}).Draw(t, "state")
					talking = s == desk.Talking || s == desk.Reserved
					r.fold(board.Change{Key: "seat/polda/1", Value: desk.SeatView{ID: mine, State: s}})
					continue
				}
				id := call.ID(fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "call")))
				if rapid.IntRange(0, 4).Draw(t, "gone") == 0 {
					delete(calls, id)
					r.fold(board.Change{Key: "call/" + string(id)})
					continue
				}
				c := desk.CallView{ID: id, Phase: rapid.SampledFrom([]call.Phase{call.Queued, call.Offered, call.Talking, call.Transferring}).Draw(t, "phase")}
				for _, seat := range []office.SeatID{mine, other} {
					if rapid.Bool().Draw(t, "offered to "+string(seat)) {
						n++
						c.Offers = append(c.Offers, desk.OfferView{N: n, Seat: seat})
					}
				}
				c.Seat = rapid.SampledFrom([]office.SeatID{"", mine, other}).Draw(t, "holder")
				calls[id] = c
				r.fold(board.Change{Key: "call/" + string(id), Value: c})
			}
			for _, m := range r.news() {
				switch m["t"] {
				case "ring":
					k := ring{m["call"].(call.ID), m["offer"].(int)}
					if page[k] {
						t.Fatalf("%v was told twice", k)
					}
					page[k] = true
				case "stop":
					k := ring{m["call"].(call.ID), m["offer"].(int)}
					if !page[k] || m["why"] == "" {
						t.Fatalf("%v stops (%v), but didn't ring", k, m["why"])
					}
					delete(page, k)
				case "mic":
					if mic == m["on"].(bool) {
						t.Fatalf("the microphone is told %v twice", mic)
					}
					mic = m["on"].(bool)
				}
			}
			want := map[ring]bool{}
			for id, c := range calls {
				for _, o := range c.Offers {
					if o.Seat == mine {
						want[ring{id, o.N}] = true
					}
				}
			}
			if fmt.Sprint(want) != fmt.Sprint(page) || mic != talking {
				t.Fatalf("the page knows %v, microphone %v; so it is: %v, %v", page, mic, want, talking)
			}
		}
	})
}

// A link that we didn't sign opens nothing, whatever it says; and what a browser sends as its last event is no danger.
func FuzzLinks(f *testing.F) {
	s := &Server{cfg: Config{LinkKey: []byte("0123456789abcdef")}}
	f.Add("x.y")
	f.Add("cG9sZGF8OTk5OTk5OTk5OQ.AAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("boot:18446744073709551615")
	f.Fuzz(func(t *testing.T, text string) {
		if o, ok := s.readWall(text); ok {
			t.Fatalf("%q opens the wallboard of %s", text, o)
		}
		if boot, n := lastSeen(text); boot == "" && n != 0 {
			t.Fatalf("%q is event %d of no boot", text, n)
		}
	})
}

// Each code that rooms refuse with has its own sentences in both languages.
func TestTexts(t *testing.T) {
	for _, code := range []string{
		"taken", "stale_offer", "not_your_call", "outcome_needed", "outcome_not_possible", "call_ended", "not_now", // call
		"seat_taken", "no_seat", "line_down", "busy", "not_allowed", "bad_reason", "unknown_call", "unknown_office", // desk
		"not_yours", "closed", "result_needed", "changed", "unknown_incident", // incident, dispatch
	} {
		if _, ok := texts[code]; !ok {
			t.Errorf("%s has no sentence", code)
		}
	}
	all := maps.Clone(texts)
	maps.Copy(all, rosterTexts)
	for code, text := range all {
		if len(text.ID) < 10 || len(text.EN) < 10 || text.ID == text.EN {
			t.Errorf("%s: %+v", code, text)
		}
	}
}
