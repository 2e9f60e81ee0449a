package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/siaga110/siaga/journal"
)

// manifestName is the list of a backup's files. It is written last: a backup without it is not whole.
const manifestName = "siaga-backup.json"

// manifestVersion is raised when an older Siaga could not restore what a newer one wrote.
const manifestVersion = 1

// manifest is what a backup holds.
type manifest struct {
	Version int               `json:"version"`
	Siaga   string            `json:"siaga"`
	Node    string            `json:"node"`
	At      time.Time         `json:"at"`
	Files   map[string]string `json:"files"` // path below the folder: hex SHA-256
	// Paths are those that siaga.toml names otherwise than they lie after a restore: as written there, and below the new folder.
	Paths map[string]string `json:"paths,omitempty"`
}

// ErrBackup is wrapped by every reason why a folder can't be restored.
var ErrBackup = errors.New("backup can't be restored")

// backup copies a site into a folder while it runs: the journal as it is at this moment, verified; all closed tapes;
// keys, certificates, siaga.toml and the office file. With a folder that holds an earlier backup of the same site only
// new tapes are copied. The backup is as secret as the site.
//
// copyJournal makes the journal's copy: the running process' own, since nobody else can open its keys.
func backup(ctx context.Context, out io.Writer, cfg Config, configFile, dir string, copyJournal func(context.Context, string) error) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	old, err := readManifest(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			return fmt.Errorf("backup: %s is not empty and holds no backup: name an empty folder", dir)
		}
	case err != nil:
		return err
	case old.Node != cfg.Site.Node:
		return fmt.Errorf("backup: %s holds a backup of %s, not of %s: name another folder", dir, old.Node, cfg.Site.Node)
	}
	m := manifest{Version: manifestVersion, Siaga: Version, Node: cfg.Site.Node, At: time.Now().UTC(), Files: map[string]string{}}
	fresh := filepath.Join(dir, "journal.new")
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := copyJournal(ctx, fresh); err != nil {
		return err
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, manifestName)), nil); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "journal")); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(fresh, filepath.Join(dir, "journal")); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := m.add(dir, "journal"); err != nil {
		return err
	}
	tapes, copied, err := m.copyTree(ctx, filepath.Join(cfg.Site.Data, "tapes"), dir, "tapes", old.Files)
	if err != nil {
		return err
	}
	if exists(filepath.Join(cfg.Site.Data, importsName)) {
		if _, _, err := m.copyTree(ctx, filepath.Join(cfg.Site.Data, importsName), dir, importsName, old.Files); err != nil {
			return err
		}
	}
	if _, _, err := m.copyTree(ctx, filepath.Join(cfg.Site.Data, filesName), dir, filesName, old.Files); err != nil {
		return err
	}
	files := map[string]string{
		"push.key": filepath.Join(cfg.Site.Data, "push.key"), "siaga.toml": configFile, "offices.json": cfg.Site.Offices, "ca.pem": filepath.Join(cfg.Site.Data, "ca.pem"),
		"ca.key": filepath.Join(cfg.Site.Data, "ca.key"), "links.key": filepath.Join(cfg.Site.Data, "links.key"),
		"routes.json": cfg.Site.Routes, "phones.json": filepath.Join(cfg.Site.Data, "phones.json"),
	}
	m.Paths, err = named(out, configFile, files)
	if err != nil {
		return err
	}
	for name, from := range files {
		if _, err := os.Stat(from); from == "" || err != nil {
			continue
		}
		if err := m.copyFile(from, dir, name); err != nil {
			return err
		}
	}
	if err := m.write(dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Backup of %s in %s: journal, %d tapes (%d new). Keep it as secret as the site.\n", m.Node, dir, tapes, copied)
	return err
}

// besides is the folder of a restored site for what siaga.toml names: passwords, certificates, authorities. Without them a
// trunk that wants a password, or SIP over TLS, would keep the spare from starting.
const besides = "besides"

// named adds the files that siaga.toml names to those of the backup, and tells which of its paths a restore must rewrite.
func named(out io.Writer, configFile string, files map[string]string) (map[string]string, error) {
	raw, err := os.ReadFile(configFile)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	written, err := ParseConfig(raw)
	if err != nil {
		return nil, fmt.Errorf("backup: %s was changed since Siaga started, and has a fault: %w", configFile, err)
	}
	dir := filepath.Dir(configFile)
	paths, taken := map[string]string{}, map[string]string{}
	for i, p := range written.files() {
		if *p == "" {
			continue
		}
		at := *p
		if !filepath.IsAbs(at) {
			at = filepath.Join(dir, at)
		}
		name := ""
		switch {
		case i < 3:
			name = []string{"data", "offices.json", "routes.json"}[i]
		default:
			name = filepath.Join(besides, filepath.Base(at))
			for n := 2; taken[name] != "" && taken[name] != at; n++ {
				name = filepath.Join(besides, fmt.Sprintf("%d-%s", n, filepath.Base(at)))
			}
			taken[name] = at
			if _, err := os.Stat(at); err != nil { // no reason to have no backup at all
				_, _ = fmt.Fprintf(out, "! siaga.toml names %s, which can't be read: a spare won't start without it\n", *p)
				continue
			}
			files[name] = at
		}
		if *p != name {
			paths[*p] = name
		}
	}
	return paths, nil
}

// inside is the path of a file below a folder; empty when it lies elsewhere.
func inside(dir, path string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return rel
}

// rewrite makes a restored siaga.toml name its files where they are now. Comments stay as they are.
func rewrite(path string, paths map[string]string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(string(raw), "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for old, now := range paths {
			for _, quote := range []string{`"`, `'`} {
				if k := strings.Index(line, "="); k >= 0 && strings.HasPrefix(strings.TrimSpace(line[k+1:]), quote+old+quote) {
					lines[i] = line[:k+1] + strings.Replace(line[k+1:], quote+old+quote, quote+now+quote, 1)
				}
			}
		}
	}
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600)
}

// Restore brings a backup back: every file is checked first, and nothing is written into a data folder that is in use.
func Restore(ctx context.Context, out io.Writer, from, to string) error {
	m, err := readManifest(from)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s holds no %s: it is no backup, or one that was cut off", ErrBackup, from, manifestName)
	case err != nil:
		return err
	case m.Version > manifestVersion:
		return fmt.Errorf("%w: a newer Siaga (%s) made it: install that one or a newer", ErrBackup, m.Siaga)
	}
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return fmt.Errorf("%w: %s is not empty: name a new folder, so that nothing is overwritten", ErrBackup, to)
	}
	for name, want := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%w: it names a file outside itself: %q", ErrBackup, name)
		}
		got, err := hashOf(filepath.Join(from, name))
		if err != nil {
			return fmt.Errorf("%w: %s is missing: %w: take an older backup", ErrBackup, name, err)
		}
		if got != want {
			return fmt.Errorf("%w: %s was changed or is damaged: take an older backup", ErrBackup, name)
		}
	}
	part := to + ".part"
	if err := os.RemoveAll(part); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	data := filepath.Join(part, "data")
	for name := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		target := filepath.Join(data, name)
		switch name {
		case "siaga.toml", "offices.json", "routes.json":
			target = filepath.Join(part, name)
		default:
			if inside(besides, name) != "" {
				target = filepath.Join(part, name)
			}
		}
		if err := copySafely(filepath.Join(from, name), target); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	if err := rewrite(filepath.Join(part, "siaga.toml"), m.Paths); err != nil {
		return fmt.Errorf("restore siaga.toml: %w", err)
	}
	if err := journal.VerifyFiles(ctx, filepath.Join(data, "journal")); err != nil {
		return fmt.Errorf("%w: its journal isn't good: %w", ErrBackup, err)
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("restore: %w", err)
	}
	if err := os.Rename(part, to); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_, err = fmt.Fprintf(out, `Restored %s as of %s into %s (%d files, all good).
Next: look at the addresses in %s, make sure that the old machine is off, then
  siaga doctor --config %[5]s   and   siaga serve --config %[5]s
`, m.Node, m.At.Local().Format("2006-01-02 15:04 MST"), to, len(m.Files), filepath.Join(to, "siaga.toml"))
	return err
}

func readManifest(dir string) (manifest, error) {
	var m manifest
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Version == 0 || len(m.Files) == 0 {
		return m, fmt.Errorf("%w: %s is no list of a backup", ErrBackup, filepath.Join(dir, manifestName))
	}
	return m, nil
}

func (m *manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, manifestName)
	if err := os.WriteFile(path+".part", raw, 0o600); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := syncPath(path + ".part"); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return os.Rename(path+".part", path)
}

// add lists what is below dir/sub.
func (m *manifest) add(dir, sub string) error {
	return filepath.WalkDir(filepath.Join(dir, sub), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		m.Files[name], err = hashOf(path)
		return err
	})
}

// copyTree copies closed tapes; what an earlier backup has and still is the same is left as it is.
func (m *manifest) copyTree(ctx context.Context, from, dir, sub string, old map[string]string) (all, copied int, err error) {
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // a tape was closed and moved meanwhile: the next backup has it
				return nil
			}
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || d.IsDir() {
			if rel == "open" || rel == "idle" {
				return filepath.SkipDir // being recorded: the next backup has them
			}
			return err
		}
		name := filepath.Join(sub, rel)
		if strings.HasSuffix(name, ".wav") {
			all++
		}
		if want, ok := old[name]; ok {
			if got, err := hashOf(filepath.Join(dir, name)); err == nil && got == want {
				m.Files[name] = want
				return nil
			}
		}
		if strings.HasSuffix(name, ".wav") {
			copied++
		}
		return m.copyFile(path, dir, name)
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // no tape yet
	}
	return all, copied, err
}

func (m *manifest) copyFile(from, dir, name string) error {
	to := filepath.Join(dir, name)
	if err := copySafely(from, to); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	sum, err := hashOf(to)
	m.Files[name] = sum
	return err
}

func copySafely(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(to+".part", to)
}

func hashOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
