package office

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// Codec writes the events of one command as the body of a journal record, and reads it back, whenever that is.
// E is a sealed sum type of events. Names given once are never used again for something else.
type Codec[E any] struct {
	what  string
	kinds map[string]reflect.Type
	names map[reflect.Type]string
}

// NewCodec makes the codec of one kind of stream ("call") from the names of its events.
func NewCodec[E any](what string, kinds map[string]reflect.Type) Codec[E] {
	c := Codec[E]{what: what, kinds: kinds, names: make(map[reflect.Type]string, len(kinds))}
	for name, t := range kinds {
		c.names[t] = name
	}
	return c
}

// envelope is the body of a record: all events of one command, in order.
type envelope struct {
	Events []wrapped `json:"events"`
}

type wrapped struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Name is the event's name in the journal, for example "answered".
func (c Codec[E]) Name(e E) string { return c.names[reflect.TypeOf(e)] }

// Names lists the names and types, for tests that hold every event to its golden file.
func (c Codec[E]) Names() map[string]reflect.Type { return c.kinds }

// Encode writes events in order, as json.Marshal would write the envelope: names have no letter that JSON escapes. It fails only on a type without a name.
func (c Codec[E]) Encode(events []E) (json.RawMessage, error) {
	var out bytes.Buffer // each event is encoded once: as a RawMessage it would be read through once more
	out.WriteString(`{"events":[`)
	for i, e := range events {
		name := c.Name(e)
		if name == "" {
			return nil, fmt.Errorf("encode %s event %T: it has no name in the journal", c.what, e)
		}
		data, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode %s event %s: %w", c.what, name, err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(`{"type":"` + name + `","data":`)
		out.Write(data)
		out.WriteByte('}')
	}
	out.WriteString(`]}`)
	return out.Bytes(), nil
}

// Decode reads what Encode wrote. An event of a newer Siaga that isn't known here is left out and counted in
// unknown: it stays in the journal for those who know it.
func (c Codec[E]) Decode(body json.RawMessage) (events []E, unknown int, err error) {
	var env envelope
	if err := json.Unmarshal(body, &env); err != nil {
		return nil, 0, fmt.Errorf("decode %s events: %w", c.what, err)
	}
	for _, w := range env.Events {
		t, ok := c.kinds[w.Type]
		if !ok {
			unknown++
			continue
		}
		v := reflect.New(t)
		if err := json.Unmarshal(w.Data, v.Interface()); err != nil {
			return nil, unknown, fmt.Errorf("decode %s event %s: %w", c.what, w.Type, err)
		}
		e, ok := v.Elem().Interface().(E)
		if !ok {
			return nil, unknown, fmt.Errorf("decode %s event %s: %v is no event of it", c.what, w.Type, t)
		}
		events = append(events, e)
	}
	return events, unknown, nil
}
