package journal

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// BodyError says why a record can't be written, ever: its body is too large, or not what a body must be.
type BodyError struct {
	ID  string // of the record
	Why string
}

func (e *BodyError) Error() string { return fmt.Sprintf("journal: body of record %s: %s", e.ID, e.Why) }

// erased is what a private text reads as when its key is gone.
const erased = `{"erased":true}`

// checkBody refuses what could not be read back as it was written.
func checkBody(r Record) error {
	switch {
	case len(r.Body) > BodyMax:
		return &BodyError{ID: r.ID, Why: fmt.Sprintf("%d bytes are more than %d", len(r.Body), BodyMax)}
	case !json.Valid(r.Body):
		return &BodyError{ID: r.ID, Why: "not JSON"}
	case len(find(r.Body, "sealed")) > 0:
		return &BodyError{ID: r.ID, Why: `{"sealed":"…"} is the journal's own form`}
	}
	return nil
}

// seal replaces each {"private":"text"} by {"sealed":"base64 of nonce and AES-256-GCM"}. The rest of the body stays as
// it is, byte by byte. A nil key, of an erased stream, seals for ever.
func seal(body []byte, key cipher.AEAD, stream, id string) []byte {
	return replace(body, "private", func(literal []byte) []byte {
		if key == nil {
			return []byte(erased)
		}
		nonce := make([]byte, key.NonceSize(), key.NonceSize()+len(literal)+key.Overhead())
		rand.Read(nonce)
		sealed := key.Seal(nonce, nonce, literal, additional(stream, id))
		out := append([]byte(nil), `{"sealed":"`...)
		out = base64.StdEncoding.AppendEncode(out, sealed)
		return append(out, `"}`...)
	})
}

// unseal undoes seal. A nil key gives erased texts.
func unseal(body []byte, key cipher.AEAD, stream, id string) ([]byte, error) {
	var failed error
	opened := replace(body, "sealed", func(literal []byte) []byte {
		if key == nil {
			return []byte(erased)
		}
		var sealed []byte
		if err := json.Unmarshal(literal, &sealed); err != nil {
			failed = fmt.Errorf("sealed text: %w", err)
			return nil
		}
		if len(sealed) < key.NonceSize() {
			failed = errors.New("sealed text is too short")
			return nil
		}
		n := key.NonceSize()
		text, err := key.Open(nil, sealed[:n], sealed[n:], additional(stream, id))
		if err != nil {
			failed = fmt.Errorf("sealed text: %w", err)
			return nil
		}
		return append(append([]byte(`{"private":`), text...), '}')
	})
	if failed != nil {
		return nil, failed
	}
	return opened, nil
}

// additional binds a sealed text to its record, so that it can't be moved to another.
func additional(stream, id string) []byte { return []byte(stream + "\x00" + id) }

// span is where an object of one member stands in a body.
type span struct {
	from, to int
	literal  []byte // the member's value, a JSON string with its quotes
}

func replace(body []byte, name string, with func(literal []byte) []byte) []byte {
	spans := find(body, name)
	if len(spans) == 0 {
		return body
	}
	out := make([]byte, 0, len(body)+64*len(spans))
	at := 0
	for _, s := range spans {
		out = append(out, body[at:s.from]...)
		out = append(out, with(s.literal)...)
		at = s.to
	}
	return append(out, body[at:]...)
}

// find gives the objects in valid JSON that have exactly one member, of this name, whose value is a string.
func find(body []byte, name string) []span {
	if !bytes.Contains(body, []byte(`"`+name+`"`)) && bytes.IndexByte(body, '\\') < 0 {
		return nil // nor can it be there with letters written as escapes
	}
	var found []span
	for i := 0; i < len(body); {
		switch body[i] {
		case '"':
			i = afterString(body, i)
		case '{':
			if s, ok := single(body, i, name); ok {
				found = append(found, s)
				i = s.to
				continue
			}
			i++
		default:
			i++
		}
	}
	return found
}

func single(body []byte, from int, name string) (span, bool) {
	i := afterSpace(body, from+1)
	if at(body, i) != '"' {
		return span{}, false
	}
	end := afterString(body, i)
	if !names(body[i:end], name) {
		return span{}, false
	}
	i = afterSpace(body, end)
	if at(body, i) != ':' {
		return span{}, false
	}
	i = afterSpace(body, i+1)
	if at(body, i) != '"' {
		return span{}, false
	}
	end = afterString(body, i)
	literal := body[i:end]
	i = afterSpace(body, end)
	if at(body, i) != '}' {
		return span{}, false
	}
	return span{from: from, to: i + 1, literal: literal}, true
}

// names says whether a JSON string literal spells this name, also when it does so with escapes.
func names(literal []byte, name string) bool {
	if !bytes.ContainsRune(literal, '\\') {
		return len(literal) == len(name)+2 && string(literal[1:len(literal)-1]) == name
	}
	var s string
	return json.Unmarshal(literal, &s) == nil && s == name
}

func afterString(body []byte, i int) int {
	for i++; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(body)
}

func afterSpace(body []byte, i int) int {
	for i < len(body) && (body[i] == ' ' || body[i] == '\t' || body[i] == '\n' || body[i] == '\r') {
		i++
	}
	return i
}

func at(body []byte, i int) byte {
	if i < len(body) {
		return body[i]
	}
	return 0
}
