package node

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
)

// keptSecret reads a random key from a file, or makes it (0600): links signed with it stay good over restarts.
func keptSecret(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err == nil && len(b) == 32 {
		return b, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s holds no key of 32 bytes: remove it to get a new one; signed wallboard links then end", path)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read key: %w", err)
	}
	b = make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	return b, nil
}
