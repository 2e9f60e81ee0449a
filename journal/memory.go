package journal

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

// Memory is a journal that ends with the process: for tests and for simulations. It seals and chains as the others do.
type Memory struct {
	mu      sync.Mutex
	node    string
	recs    []row // sealed, by position
	streams map[string][]uint64
	ids     map[string]bool // stream and id
	keys    map[string]cipher.AEAD
	grown   chan struct{}
	closed  bool
}

// NewMemory makes an empty journal in memory.
func NewMemory() *Memory {
	return &Memory{
		node: "memory", streams: map[string][]uint64{}, ids: map[string]bool{},
		keys: map[string]cipher.AEAD{}, grown: make(chan struct{}),
	}
}

// Node is the name that this engine writes into records.
func (m *Memory) Node() string { return m.node }

// Append writes all records to one stream or none: see Journal.
func (m *Memory) Append(ctx context.Context, stream string, expect uint64, recs []Record) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	recs, err := ready(stream, m.node, recs, time.Now)
	if err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, ErrClosed
	}
	var fresh []Record
	seen := map[string]bool{}
	for _, r := range recs {
		if !seen[r.ID] && !m.ids[stream+"\x00"+r.ID] {
			fresh = append(fresh, r)
		}
		seen[r.ID] = true
	}
	last := uint64(len(m.streams[stream]))
	if !fits(expect, last, len(seen)-len(fresh), len(seen)) {
		return 0, fmt.Errorf("append to %s at %d, which is at %d: %w", stream, expect, last, ErrConflict)
	}
	for _, r := range fresh {
		m.append(r)
	}
	return uint64(len(m.streams[stream])), nil
}

func (m *Memory) append(r Record) {
	places := m.streams[r.Stream]
	at := row{Record: r}
	if len(places) > 0 {
		at.prev = m.recs[places[len(places)-1]-1].Hash
	}
	if _, ok := m.keys[r.Stream]; !ok && len(find(r.Body, "private")) > 0 {
		raw := make([]byte, 32)
		rand.Read(raw)
		m.keys[r.Stream], _ = newAEAD(raw)
	}
	at.Seq, at.Pos = uint64(len(places))+1, uint64(len(m.recs))+1
	at.Body = append(json.RawMessage(nil), seal(r.Body, m.keys[r.Stream], r.Stream, r.ID)...)
	at.Hash = chained(at.prev, at.Record, at.Body)
	m.recs = append(m.recs, at)
	m.streams[r.Stream] = append(places, at.Pos)
	m.ids[r.Stream+"\x00"+r.ID] = true
	close(m.grown)
	m.grown = make(chan struct{})
}

// open gives the record at a position as it is read.
func (m *Memory) open(pos uint64) (Record, error) {
	r := m.recs[pos-1]
	body, err := unseal(r.Body, m.keys[r.Stream], r.Stream, r.ID)
	if err != nil {
		return Record{}, r.corrupt(err.Error())
	}
	r.Record.Body = append(json.RawMessage(nil), body...)
	return r.Record, nil
}

// Read gives a stream's records from Seq from on: see Journal.
func (m *Memory) Read(ctx context.Context, stream string, from uint64) ([]Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	places := m.streams[stream]
	recs := make([]Record, 0, len(places))
	for _, pos := range places[min(max(from, 1)-1, uint64(len(places))):] {
		r, err := m.open(pos)
		if err != nil {
			return recs, err
		}
		recs = append(recs, r)
	}
	return recs, nil
}

// Streams lists streams whose name starts with prefix, in order of their first record.
func (m *Memory) Streams(_ context.Context, prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for name := range m.streams {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	sort.Slice(names, func(i, j int) bool { return m.streams[names[i]][0] < m.streams[names[j]][0] })
	return names, nil
}

// Follow calls fn with each record from a position on: see Journal.
func (m *Memory) Follow(ctx context.Context, from uint64, fn func(Record) error) error {
	for from = max(from, 1); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.mu.Lock()
		if from > uint64(len(m.recs)) {
			grown, closed := m.grown, m.closed
			m.mu.Unlock()
			if closed {
				return ErrClosed
			}
			select {
			case <-grown:
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		r, err := m.open(from)
		m.mu.Unlock()
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
		from++
	}
}

// Last is the position of the newest record, and its hash.
func (m *Memory) Last(context.Context) (pos uint64, hash [32]byte, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.recs); n > 0 {
		pos, hash = m.recs[n-1].Pos, m.recs[n-1].Hash
	}
	return pos, hash, nil
}

// At gives the hash of the record at a position.
func (m *Memory) At(_ context.Context, pos uint64) (hash [32]byte, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if pos < 1 || pos > uint64(len(m.recs)) {
		return hash, false, nil
	}
	return m.recs[pos-1].Hash, true, nil
}

// Erase destroys the stream's key: see Journal.
func (m *Memory) Erase(_ context.Context, stream, who, why string) error {
	body, err := json.Marshal(map[string]string{"why": why})
	if err != nil {
		return err
	}
	recs, err := ready(stream, m.node, []Record{{Type: Erased, Version: 1, Who: who, Body: body}}, time.Now)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	if len(m.streams[stream]) == 0 {
		return fmt.Errorf("erase %s: it has no records", stream)
	}
	if key, ok := m.keys[stream]; ok && key == nil {
		return nil // was erased before
	}
	m.keys[stream] = nil
	m.append(recs[0])
	return nil
}

// Close ends Follow.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		close(m.grown)
		m.grown = make(chan struct{})
	}
	return nil
}
