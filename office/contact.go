package office

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Contact is somebody who is called by phone when a step of an incident was missed and nobody acted on it.
type Contact struct {
	Name   Private `json:"name"`   // with rank: "AKP Budi"
	Number Private `json:"number"` // of their own phone, E.164
}

// contactsMax is how many an office may name: more would be called when it is all over.
const contactsMax = 10

// UnmarshalJSON reads plain words, as an office file has them, and sealed ones, as the journal has.
func (c *Contact) UnmarshalJSON(b []byte) error {
	var raw struct {
		Name   json.RawMessage `json:"name"`
		Number json.RawMessage `json:"number"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	return errors.Join(plainOrSealed(raw.Name, &c.Name), plainOrSealed(raw.Number, &c.Number))
}

func plainOrSealed(raw json.RawMessage, to *Private) error {
	var plain string
	if len(raw) == 0 {
		return nil
	}
	if json.Unmarshal(raw, &plain) == nil {
		*to = Private(plain)
		return nil
	}
	return json.Unmarshal(raw, to)
}

// CheckContacts gives the list as it is kept, or says which line is wrong.
func CheckContacts(list []Contact) ([]Contact, error) {
	if len(list) > contactsMax {
		return nil, fmt.Errorf("escalation: %d people: name at most %d, those first who can act", len(list), contactsMax)
	}
	out := make([]Contact, 0, len(list))
	for i, c := range list {
		c.Name = Private(strings.TrimSpace(string(c.Name)))
		if c.Name == Erased || c.Number == Erased { // nobody can be called there any more
			continue
		}
		n, ok := ParseNumber(string(c.Number))
		switch {
		case c.Name == "" || len(c.Name) > 100:
			return nil, fmt.Errorf("escalation: line %d needs a name of at most 100 letters", i+1)
		case !ok:
			return nil, fmt.Errorf("escalation: line %d (%s): write the number of a phone, like \"+628115550110\"", i+1, c.Name)
		}
		c.Number = Private(n)
		out = append(out, c)
	}
	return out, nil
}
