package push

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	webpush "github.com/SherClockHolmes/webpush-go"
)

// keyPair is the server's, P-256, base64url (RFC 8292).
type keyPair struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// readKeys reads the key pair, or makes it. A new pair silences all phones until they are opened again.
func readKeys(path string) (k keyPair, err error) {
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if k.Private, k.Public, err = webpush.GenerateVAPIDKeys(); err != nil {
			return k, fmt.Errorf("make push keys: %w", err)
		}
		return k, write(path, k)
	case err != nil:
		return k, fmt.Errorf("read push keys: %w", err)
	}
	err = json.Unmarshal(raw, &k)
	pub, err1 := decode(k.Public)
	priv, err2 := decode(k.Private)
	if errors.Join(err, err1, err2) != nil || len(pub) != 65 || len(priv) != 32 {
		return k, fmt.Errorf("%s holds no push keys: put the backup there, or remove it to get new ones; phones must then be opened once to be woken again", path)
	}
	return k, nil
}

func readKept(path string) ([]kept, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []kept
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

func writeKept(path string, list []kept) error { return write(path, list) }

// write replaces a file whole.
func write(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	_, err = tmp.Write(raw)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", filepath.Base(path), err), os.Remove(tmp.Name()))
	}
	return nil
}
