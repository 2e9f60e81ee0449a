package node

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// explainTOML names the line of a text that isn't TOML.
func explainTOML(raw []byte, err error) error {
	var v map[string]any
	de := (*toml.DecodeError)(nil)
	if e := toml.Unmarshal(raw, &v); errors.As(e, &de) {
		row, col := de.Position()
		return fmt.Errorf("line %d, column %d: %s: texts stand in \"quotes\", lists in [brackets]", row, col, de.Error())
	}
	return fmt.Errorf("not TOML: %w", err)
}

var quoted = regexp.MustCompile(`'([^']*)'`)

// explainField names the line of a setting that isn't known or has a wrong type.
func explainField(raw []byte, err error) error {
	text := err.Error()
	if i := strings.Index(text, "invalid keys:"); i >= 0 {
		key := strings.TrimSpace(strings.SplitN(text[i+len("invalid keys:"):], "\n", 2)[0])
		key = strings.Trim(strings.Split(key, ",")[0], "' ")
		for n, l := range strings.Split(string(raw), "\n") {
			name, _, _ := strings.Cut(strings.TrimSpace(l), "=")
			if strings.Trim(strings.TrimSpace(name), "[]") == key {
				return fmt.Errorf("line %d: there is no setting %q: see the comments that siaga init writes", n+1, key)
			}
		}
		return fmt.Errorf("there is no setting %q: see the comments that siaga init writes", key)
	}
	name := ""
	if m := quoted.FindStringSubmatch(text); m != nil {
		name = strings.ToLower(m[1])
	}
	return located(raw, &fieldError{name: name, fix: strings.ReplaceAll(text, "\n", " ")})
}
