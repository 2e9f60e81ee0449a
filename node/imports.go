package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// importsName is the folder of imported files in the data folder. The journal says which of them hold, since when, and their
// hashes; a file that the journal doesn't name is nothing.
const importsName = "imports"

// ImportOptions are the flags of siaga area, place and map import.
type ImportOptions struct {
	File     string
	Dir      string // data folder; empty: that of the configuration
	Config   string
	Property string // areas: of the features, names the office
	From     string // areas: first day, 2006-01-02 in the site's zone; empty: at once
	DryRun   bool   // check only
}

// kindOfImport is one kind of file that a site takes.
type kindOfImport struct {
	name  string // "areas", "places", "map"
	what  string // for people: "areas"
	check func(raw []byte, d *office.Directory, o ImportOptions) (checked, error)
	max   int64 // bytes
}

// checked is a file that was found good.
type checked struct {
	keep  []byte // what is stored; nil: the file as it is
	ext   string // ".geojson"
	count int
	notes []string
	tells string // one line
}

// ImportAreas checks an area file and puts it in force from a date on.
func ImportAreas(ctx context.Context, out io.Writer, o ImportOptions) error {
	return runImport(ctx, out, o, kindOfImport{name: "areas", what: "areas", max: 64 << 20, check: checkAreas})
}

func checkAreas(raw []byte, d *office.Directory, o ImportOptions) (checked, error) {
	a, notes, err := office.ReadAreas(bytes.NewReader(raw), d, office.AreaOptions{Property: o.Property})
	if err != nil {
		return checked{}, err
	}
	return checked{
		ext: ".geojson", count: a.Len(), notes: notes, keep: withProperty(raw, o.Property),
		tells: fmt.Sprintf("%d areas of %d offices", a.Len(), len(a.Of())),
	}, nil
}

// ImportPlaces checks a gazetteer and makes it the site's; the one before is kept on the disk.
func ImportPlaces(ctx context.Context, out io.Writer, o ImportOptions) error {
	return runImport(ctx, out, o, kindOfImport{name: "places", what: "places", max: 64 << 20, check: checkPlaces})
}

func checkPlaces(raw []byte, _ *office.Directory, o ImportOptions) (checked, error) {
	places, notes, err := office.ReadPlaces(bytes.NewReader(raw))
	if err != nil {
		return checked{}, err
	}
	ext := strings.ToLower(filepath.Ext(o.File))
	if ext != ".geojson" && ext != ".json" {
		ext = ".csv"
	}
	return checked{ext: ext, count: len(places), notes: notes, tells: fmt.Sprintf("%d places", len(places))}, nil
}

// withProperty keeps with the file which property names the offices, as a foreign member of the collection (RFC 7946 6.1).
func withProperty(raw []byte, property string) []byte {
	if property == "" {
		return raw
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), &file); err != nil {
		return raw
	}
	name, err := json.Marshal(property)
	if err != nil {
		return raw
	}
	file["siagaOffice"] = name
	if kept, err := json.Marshal(file); err == nil {
		return kept
	}
	return raw
}

// runImport reads, checks, stores and journals, in this order: what fails on the way leaves the site as it was.
func runImport(ctx context.Context, out io.Writer, o ImportOptions, k kindOfImport) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	cfg, err := importConfig(&o)
	if err != nil {
		return err
	}
	offices, err := loadOffices(cfg, nil)
	if err != nil {
		return err
	}
	from, err := firstDay(o.From, cfg, offices)
	if err != nil {
		return err
	}
	raw, err := readAtMost(o.File, k.max)
	if err != nil {
		return err
	}
	good, err := k.check(raw, offices, o)
	if err != nil {
		if faults := office.Faults(nil); errors.As(err, &faults) {
			for _, f := range faults {
				say("✗ %s", f)
			}
			return fmt.Errorf("%s: %d faults; nothing was imported", o.File, len(faults))
		}
		return fmt.Errorf("%s: %w; nothing was imported", o.File, err)
	}
	for _, n := range good.notes {
		say("! %s", n)
	}
	if o.DryRun {
		say("✓ %s: %s, good. Nothing was imported (--dry-run).", o.File, good.tells)
		return nil
	}
	if good.keep == nil {
		good.keep = raw
	}
	sum := sha256.Sum256(good.keep)
	e := staff.Imported{What: k.name, Hash: hex.EncodeToString(sum[:]), From: from.UTC(), Count: good.count, User: office.Private(osUser())}
	e.File = fmt.Sprintf("%s-%s-%s%s", k.name, from.Format("2006-01-02"), e.Hash[:12], good.ext)
	path := filepath.Join(cfg.Site.Data, importsName, e.File)
	_, err = os.Stat(path)
	had := err == nil
	if err := writeSafely(path, good.keep); err != nil {
		return fmt.Errorf("store %s: %w; nothing was imported", k.what, err)
	}
	if err := noteImport(ctx, cfg, e); err != nil {
		if !had {
			err = errors.Join(err, os.Remove(path))
		}
		return fmt.Errorf("%w; nothing was imported", err)
	}
	since := "from now on"
	if from.After(time.Now()) {
		since = "from " + from.Format("2006-01-02 15:04 MST") + " on"
	}
	say("✓ %s: %s in force %s.", o.File, good.tells, since)
	return nil
}

// importConfig finds the site: the data folder by --dir, its configuration beside it when none is named.
func importConfig(o *ImportOptions) (Config, error) {
	if o.Config == "" {
		o.Config = "siaga.toml"
		if o.Dir != "" {
			for _, at := range []string{o.Dir, filepath.Dir(filepath.Clean(o.Dir))} {
				if p := filepath.Join(at, "siaga.toml"); exists(p) {
					o.Config = p
					break
				}
			}
		}
	}
	cfg, err := LoadConfig(o.Config)
	if err != nil {
		return cfg, fmt.Errorf("%w: name the site's siaga.toml with --config", err)
	}
	if o.Dir != "" && !exists(filepath.Join(o.Dir, "siaga.toml")) {
		cfg.Site.Data = o.Dir
	}
	if !exists(filepath.Join(cfg.Site.Data, "journal")) {
		return cfg, fmt.Errorf("%s is no data folder of a site (it has no journal): name it with --dir", cfg.Site.Data)
	}
	return cfg, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// firstDay is midnight of a day where the site is; now when none is named.
func firstDay(day string, cfg Config, d *office.Directory) (time.Time, error) {
	of, ok := d.Get(office.ID(cfg.Site.Office))
	if !ok && len(d.All()) > 0 {
		of = d.All()[0]
	}
	if day == "" {
		return time.Now().In(of.Location()), nil
	}
	t, err := time.ParseInLocation("2006-01-02", day, of.Location())
	if err != nil {
		return t, fmt.Errorf("--from %q: write a day like 2026-12-01", day)
	}
	return t, nil
}

func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%s: it has over %d MB", path, limit>>20)
	}
	return raw, nil
}

// writeSafely leaves either the whole file or none, also when the power goes.
func writeSafely(path string, raw []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".import-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone already when all went well
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func osUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// noteImport journals it: by the running process, which uses the file at once, or by itself when none runs.
func noteImport(ctx context.Context, cfg Config, e staff.Imported) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	c := controlClient(cfg)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://siaga/imported", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	res, err := c.Do(req)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusNoContent {
			text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
			return errors.New(strings.TrimSpace(string(text)))
		}
		return nil
	}
	if refused := (*net.OpError)(nil); !errors.As(err, &refused) {
		return fmt.Errorf("ask the running siaga: %w", err)
	}
	j, err := journal.Open(filepath.Join(cfg.Site.Data, "journal"), journal.Options{Node: cfg.Site.Node})
	if err != nil {
		return fmt.Errorf("no running siaga answers, and the journal can't be opened: %w", err)
	}
	s, err := staff.Open(ctx, j, staff.Options{})
	if err == nil {
		err = s.NoteImport(ctx, e)
		s.Close()
	}
	return errors.Join(err, j.Close())
}

// imported takes a file into use that the command has stored.
func (n *Node) imported(w http.ResponseWriter, r *http.Request) {
	var e staff.Imported
	if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&e); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := n.lands.try(e); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	if err := n.staff.NoteImport(r.Context(), e); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	n.lands.load()
	w.WriteHeader(http.StatusNoContent)
}
