package desk

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/journal"
)

// An older binary meets events of a newer one: it counts them, goes on with what it knows, and leaves the journal alone.
func TestOlderBinary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.desk.Close()
		l := w.dials("+6281234567890")
		body, err := call.Codec.Encode(w.events(l.id))
		if err != nil {
			t.Fatal(err)
		}
		var env struct {
			Events []json.RawMessage `json:"events"`
		}
		if err := json.Unmarshal(body, &env); err != nil {
			t.Fatal(err)
		}
		env.Events = append(env.Events, json.RawMessage(`{"type":"teleported","data":{"to":"mars"}}`))
		newer, err := json.Marshal(env)
		if err != nil {
			t.Fatal(err)
		}
		again := newWorld(t)
		defer again.desk.Close()
		r := again.desk.Recover()
		if err := r.Fold(journal.Record{Stream: Stream(l.id), Seq: 1, Type: "call", Body: newer}); err != nil {
			t.Fatal(err)
		}
		if r.Unknown != 1 || len(r.states) != 1 {
			t.Errorf("%d unknown, %d live", r.Unknown, len(r.states))
		}
	})
}
