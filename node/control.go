package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/siaga110/siaga/journal"
)

// controlName is the socket by which commands of this machine reach the running process. Only its own user may open it.
const controlName = "control.sock"

// openControl listens for commands of the same machine: siaga backup, siaga area import, siaga roster import, siaga paper, siaga filter
// try.
func (n *Node) openControl(ctx context.Context) error {
	path := filepath.Join(n.cfg.Site.Data, controlName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("control socket: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		n.log.Warn("no control socket: siaga backup can't reach this process", "err", err) // a path too long, a strange file system
		return nil
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /backup", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		err := backup(r.Context(), w, n.cfg, q.Get("config"), q.Get("dir"), n.journal.Backup)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
	})
	mux.HandleFunc("POST /imported", n.imported)
	mux.HandleFunc("POST /roster", n.rosterHere)
	mux.HandleFunc("POST /filter/try", n.tryHere)
	mux.HandleFunc("GET /settings", func(w http.ResponseWriter, _ *http.Request) { // siaga paper
		_ = json.NewEncoder(w).Encode(settingsOf(n.staff, n.offices))
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	n.serving.Go(func() { _ = s.Serve(l) })
	n.onClose(func() { _ = s.Close() })
	return nil
}

// Backup copies a site into a folder, by the running process if there is one.
func Backup(ctx context.Context, out io.Writer, cfg Config, configFile, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if configFile, err = filepath.Abs(configFile); err != nil {
		return err
	}
	socket, c := filepath.Join(cfg.Site.Data, controlName), controlClient(cfg)
	q := url.Values{"dir": {dir}, "config": {configFile}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://siaga/backup?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	res, err := c.Do(req)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusOK {
			text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
			return errors.New(string(text))
		}
		_, err = io.Copy(out, res.Body)
		return err
	}
	j, err := journal.Open(filepath.Join(cfg.Site.Data, "journal"), journal.Options{Node: cfg.Site.Node})
	if err != nil {
		return fmt.Errorf("backup: no running siaga answers at %s, and the journal can't be opened: %w", socket, err)
	}
	err = backup(ctx, out, cfg, configFile, dir, j.Backup)
	return errors.Join(err, j.Close())
}

// controlClient speaks to the running process of a site.
func controlClient(cfg Config) *http.Client {
	socket := filepath.Join(cfg.Site.Data, controlName)
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}}
}
