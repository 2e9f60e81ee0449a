package incident

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Version is the version of the bodies that Encode writes.
const Version = 1

// kinds gives each event its name in the journal, for ever. A name is never used again for something else.
var kinds = map[string]reflect.Type{
	"typed":     reflect.TypeFor[Typed](),
	"numbered":  reflect.TypeFor[Numbered](),
	"sent":      reflect.TypeFor[WasSent](),
	"accepted":  reflect.TypeFor[WasAccepted](),
	"noted":     reflect.TypeFor[Noted](),
	"escalated": reflect.TypeFor[Escalated](),
	"dropped":   reflect.TypeFor[Dropped](),
	"closed":    reflect.TypeFor[WasClosed](),
}

var names = func() map[reflect.Type]string {
	m := make(map[reflect.Type]string, len(kinds))
	for name, t := range kinds {
		m[t] = name
	}
	return m
}()

// envelope is the body of a record: all events of one command, in order.
type envelope struct {
	Events []wrapped `json:"events"`
}

type wrapped struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Name is the event's name in the journal, for example "answered".
func Name(e Event) string { return names[reflect.TypeOf(e)] }

// Encode writes the events of one command as the body of a journal record.
func Encode(events []Event) (json.RawMessage, error) {
	env := envelope{Events: make([]wrapped, len(events))}
	for i, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", Name(e), err)
		}
		env.Events[i] = wrapped{Type: Name(e), Data: data}
	}
	return json.Marshal(env)
}

// Decode reads what Encode wrote, whenever that was. An event of a newer Siaga that is not known here is left out
// and counted in unknown: it stays in the journal for those who know it.
func Decode(body json.RawMessage) (events []Event, unknown int, err error) {
	var env envelope
	if err := json.Unmarshal(body, &env); err != nil {
		return nil, 0, fmt.Errorf("decode incident events: %w", err)
	}
	for _, w := range env.Events {
		t, ok := kinds[w.Type]
		if !ok {
			unknown++
			continue
		}
		v := reflect.New(t)
		if err := json.Unmarshal(w.Data, v.Interface()); err != nil {
			return nil, unknown, fmt.Errorf("decode incident event %s: %w", w.Type, err)
		}
		e, ok := v.Elem().Interface().(Event)
		if !ok {
			return nil, unknown, fmt.Errorf("decode incident event %s: %v is no event", w.Type, t)
		}
		events = append(events, e)
	}
	return events, unknown, nil
}
