package office

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Private is text about a person (a name, a number, a place, words). In JSON it is {"private":"text"}: the journal
// seals every such object with the key of its call or incident, so that destroying the key erases the text while
// the chain of hashes, which covers the sealed form, stays whole (UU PDP 27/2022). A value whose key is gone reads
// as Erased.
type Private string

// Erased is what a Private reads as after its key was destroyed.
const Erased Private = "(dihapus)"

// MarshalJSON writes {"private":"text"}; empty text is null, so that nothing is sealed for nothing.
func (p Private) MarshalJSON() ([]byte, error) {
	if p == "" {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		Private string `json:"private"`
	}{string(p)})
}

// UnmarshalJSON reads what MarshalJSON wrote, and {"erased":true}.
func (p *Private) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*p = ""
		return nil
	}
	var v struct {
		Private *string `json:"private"`
		Erased  bool    `json:"erased"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch {
	case v.Private != nil:
		*p = Private(*v.Private)
	case v.Erased:
		*p = Erased
	default:
		return errors.New(`a private text must be {"private":"…"} or {"erased":true}: was it opened with its key?`)
	}
	return nil
}
