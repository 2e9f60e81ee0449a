package office

import (
	"encoding/json"
	"reflect"
	"testing"
)

type codecEvent interface{ codecEvent() }

type said struct {
	Text string         `json:"text"`
	More map[string]any `json:"more"`
}

type quiet struct{}

func (said) codecEvent()  {}
func (quiet) codecEvent() {}

// Encode writes what json.Marshal would write of the envelope, byte for byte: hashes of records are made of it.
func TestEncodeIsTheEnvelope(t *testing.T) {
	c := NewCodec[codecEvent]("test", map[string]reflect.Type{"said": reflect.TypeFor[said](), "quiet": reflect.TypeFor[quiet]()})
	for _, events := range [][]codecEvent{
		nil, {quiet{}}, {quiet{}, said{Text: "<a & b> \" \\ \u2028 \x01 é 110"}, quiet{}}, {said{More: map[string]any{"b": 1.5, "a": []any{nil, "x"}}}},
	} {
		env := envelope{Events: make([]wrapped, len(events))}
		for i, e := range events {
			data, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			env.Events[i] = wrapped{Type: c.Name(e), Data: data}
		}
		want, err := json.Marshal(env)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Encode(events)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s (%v), not %s", got, err, want)
		}
		back, unknown, err := c.Decode(got)
		if err != nil || unknown != 0 || len(back) != len(events) {
			t.Errorf("%s reads as %v %d %v", got, back, unknown, err)
		}
	}
	type stranger struct{ quiet }
	if raw, err := c.Encode([]codecEvent{quiet{}, stranger{}}); err == nil {
		t.Errorf("an event without a name became %s", raw)
	}
}
