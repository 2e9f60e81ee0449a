package office

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
)

//go:embed kaltim.json
var kaltim []byte

// Kaltim is the office file of Polda Kalimantan Timur and its ten Polres: an example to start from, and what the
// demo runs. Positions are approximate.
func Kaltim() []byte { return bytes.Clone(kaltim) }

// Read reads an office file: a JSON list of offices. Errors name the line and say what to do.
func Read(r io.Reader) (*Directory, error) {
	raw, err := io.ReadAll(io.LimitReader(r, 16<<20))
	if err != nil {
		return nil, fmt.Errorf("read office file: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var list []Office
	if err := dec.Decode(&list); err != nil {
		line := 1 + bytes.Count(raw[:min(int(dec.InputOffset()), len(raw))], []byte("\n"))
		return nil, fmt.Errorf("office file, about line %d: %w: it must be a JSON list of offices, see siaga init", line, err)
	}
	d, err := NewDirectory(list)
	if err != nil {
		return nil, fmt.Errorf("office file: %w", err)
	}
	return d, nil
}
