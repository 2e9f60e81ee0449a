package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/siaga110/siaga/board"
)

// events writes server-sent events (HTML Living Standard 9.2).
type events struct {
	w      io.Writer
	rc     *http.ResponseController
	now    func() time.Time
	boot   string
	see    func(key string) bool // nil: everything
	packed bool                  // as gzip
	out    []byte                // what is to be written together
	waits  bool                  // something was written that isn't flushed
	until  time.Time             // what is written now must be taken by then
	err    error
}

func (e *events) begin(snap *board.Snapshot) {
	if snap == nil {
		e.ping() // so that the screen knows at once that it is heard
		return
	}
	out := Snapshot{Boot: snap.Boot, N: snap.N, ServerTime: e.now().UTC(), Items: map[string]any{}}
	for k, v := range snap.Items {
		if e.sees(k) {
			out.Items[k] = v
		}
	}
	e.send("snapshot", e.id(snap.N), out)
}

func (e *events) sees(key string) bool { return e.see == nil || e.see(key) }

func (e *events) id(n uint64) string { return e.boot + ":" + strconv.FormatUint(n, 10) }

// news writes what a screen has to be told. What a batch looks like is made for the first screen that is told of it.
func (e *events) news(n board.News) {
	if n.Snapshot != nil {
		e.begin(n.Snapshot)
		return
	}
	if b := n.Batch; b != nil {
		for _, c := range n.Mine {
			if c.Value == nil {
				e.mine(c)
			}
		}
		switch {
		case e.see != nil:
			e.text(e.batch(b))
		case e.packed:
			e.shared(b.Packed.Made(func() ([]byte, error) {
				text, err := e.batch(b)
				return squeeze(text), err
			}))
		default:
			e.shared(b.Plain.Made(func() ([]byte, error) { return e.batch(b) }))
		}
	}
	for _, c := range n.Mine {
		e.mine(c)
	}
}

func (e *events) mine(c board.Change) {
	if e.sees(c.Key) {
		e.send("now", "", Change{N: c.N, Key: c.Key, Value: c.Value})
	}
}

func (e *events) batch(b *board.Batch) ([]byte, error) {
	var text []byte
	for _, c := range b.Changes {
		if !e.sees(c.Key) {
			continue
		}
		raw, err := e.change(c, b.Whole)
		if err != nil {
			return nil, err
		}
		text = append(text, raw...)
	}
	return text, nil
}

// change is one of a batch, in short where that is enough.
func (e *events) change(c board.Change, whole bool) ([]byte, error) {
	if s, ok := c.Value.(board.Shortened); ok && !whole {
		if short := s.Short(); short != nil {
			return event("short", e.id(c.N), Change{N: c.N, Key: c.Key, Value: short})
		}
	}
	return c.Made(func(c board.Change) ([]byte, error) {
		return event("change", e.id(c.N), Change{N: c.N, Key: c.Key, Value: c.Value})
	})
}

// rows tells which lists have changed; false: none.
func (e *events) rows(tables []string) bool {
	if len(tables) > 0 {
		e.send("rows", "", Rows{Tables: tables})
	}
	return len(tables) > 0
}

func (e *events) send(name, id string, data any) { e.text(event(name, id, data)) }

// event is one as the wire has it.
func event(name, id string, data any) ([]byte, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return fmt.Appendf(nil, "event: %s\n%sdata: %s\n\n", name, id, raw), nil
}

func (e *events) ping() { e.text([]byte(": ping\n\n"), nil) }

func (e *events) text(text []byte, err error) {
	if e.packed {
		text = squeeze(text)
	}
	e.raw(text, err)
}

// raw is what goes out as it is.
func (e *events) raw(raw []byte, err error) {
	if err != nil && e.err == nil {
		e.err = err
	}
	e.out = append(e.out, raw...)
}

// shared sends what others are sent too, after what was written so far: it isn't copied.
func (e *events) shared(piece []byte, err error) {
	if e.raw(nil, err); e.err != nil || len(piece) == 0 {
		return
	}
	e.write()
	if e.err == nil {
		e.patience()
		_, e.err = e.w.Write(piece)
		e.waits = true
	}
}

// flush sends what was written.
func (e *events) flush() {
	e.write()
	if e.err == nil && e.waits {
		e.waits = false
		e.err = e.rc.Flush()
	}
}

// patience says until when what is written must be taken.
func (e *events) patience() {
	// The deadline is moved seldom: to the server that is as much work as a write. A test's recorder has none.
	if now := time.Now(); e.until.Sub(now) < writeLimit {
		e.until = now.Add(writeLimit + writeLimit/3)
		_ = e.rc.SetWriteDeadline(e.until)
	}
}

// write passes on what was gathered.
func (e *events) write() {
	if e.err != nil || len(e.out) == 0 {
		return
	}
	e.patience()
	_, e.err = e.w.Write(e.out)
	e.waits = true
	if e.out = e.out[:0]; cap(e.out) > outKept {
		e.out = nil // a snapshot's
	}
}

// outKept is how much room a stream keeps for what it writes next.
const outKept = 16 << 10
