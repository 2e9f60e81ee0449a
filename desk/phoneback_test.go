package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
)

// A desk phone that stayed registered over a restart is told of before anybody sits at its seat: whoever was READY there is
// READY again, or a site by phone alone would get no calls until the phone is unplugged.
func TestPhoneSeatAfterRestart(t *testing.T) {
	for name, up := range map[string]bool{"registered": true, "not registered": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := callingWorld(t, nil)
				defer w.desk.Close()
				w.desk.PhoneUp("polda/1", up)
				r := w.desk.Recover()
				body, err := call.SeatCodec.Encode([]call.SeatEvent{
					call.DutyBegan{At: time.Now(), Seat: "polda/1", Person: "pa", Phone: true}, call.SeatReady{At: time.Now(), Seat: "polda/1"},
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := r.Fold(journal.Record{Stream: seatStream("polda"), Seq: 1, Type: "seat", Body: body}); err != nil {
					t.Fatal(err)
				}
				r.Done(func(id office.PersonID) (Person, bool) { return Person{ID: id}, true }, nil)
				w.settle()
				if got := w.seat("polda/1").State; (got == Ready) != up {
					t.Errorf("the seat is %s", got)
				}
				if up {
					w.dials("+6281234567890")
					if c := w.x.last(t).callee; c.Seat != "polda/1" {
						t.Errorf("%+v is rung", c)
					}
				}
			})
		})
	}
}
