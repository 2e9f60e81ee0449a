package node

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// PaperOptions say which sheets are printed.
type PaperOptions struct {
	Dir    string // folder to write into
	Office string // whose sheets; empty: site.office
	From   int    // first number on a call sheet
	Sheets int    // how many call sheets
	Now    time.Time
}

// maxPaper is how many call sheets are printed at once, and the highest number that one may bear.
const maxPaper = 999

//go:embed paper.html
var paperHTML string

var paperTemplate = template.Must(template.New("paper").Parse(paperHTML))

// Paper writes kertas.html: all that an office needs to go on by phone and paper when everything is down. Numbers come
// from the office file and from what was changed on the screens.
func Paper(ctx context.Context, out io.Writer, cfg Config, o PaperOptions) error {
	if o.Office == "" {
		o.Office = cfg.Site.Office
	}
	if o.From < 1 || o.Sheets < 1 || o.From+o.Sheets-1 > maxPaper {
		return fmt.Errorf("--from %d --sheets %d: numbers on paper go from 1 to %d", o.From, o.Sheets, maxPaper)
	}
	dir, err := loadOffices(cfg, nil)
	if err != nil {
		return err
	}
	of, ok := dir.Get(office.ID(o.Office))
	if !ok {
		return fmt.Errorf("office %q is not in the office file: name one of it with --office", o.Office)
	}
	settings, note := paperSettings(ctx, cfg, dir)
	var text bytes.Buffer
	if err := paperTemplate.Execute(&text, paperOf(cfg, dir, of, settings, note, o)); err != nil {
		return fmt.Errorf("paper: %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return fmt.Errorf("paper: %w", err)
	}
	path := filepath.Join(o.Dir, "kertas.html")
	if err := os.WriteFile(path, text.Bytes(), 0o640); err != nil { //nolint:gosec // it is for the printer
		return fmt.Errorf("paper: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s: %d call sheets from %s on, the list of numbers, the phone numbers\nOpen it in a browser and print it on A4, one side, without headers and footers.\n",
		path, o.Sheets, paperNo(o.From))
	if err == nil && note != "" {
		_, err = fmt.Fprintln(out, "note: the site's settings could not be read; numbers are those of the office file")
	}
	return err
}

// paperNo is the last part of a report number that is given on paper: K-07. It can't be a number of the system's, which
// has digits alone.
func paperNo(n int) string { return fmt.Sprintf("K-%02d", n) }

type paperPhone struct{ Name, Short, Piket, Words string }

type paperTrunk struct{ Name, Contact, Fallback string }

type paperAgency struct{ Name, Number string }

type paperPage struct {
	Office            office.Office
	Printed           string
	Version, Note     string
	Next              int
	Trunks            []paperTrunk
	Sheets, NotValid  []string
	Receivers, Phones []paperPhone
	Kinds             []incident.Kind
	Agencies          []paperAgency
}

func paperOf(cfg Config, dir *office.Directory, of office.Office, settings map[office.ID]office.Settings, note string, o PaperOptions) paperPage {
	at := o.Now.In(of.Location())
	p := paperPage{
		Office: of, Printed: at.Format("02.01.2006 15.04 ") + of.ZoneName(at), Version: VersionText(), Note: note,
		Next: o.From + o.Sheets, Kinds: incident.Kinds(),
		NotValid: []string{"kosong", "iseng", "salah sambung", "informasi", "putus", "instansi lain:"},
		Agencies: []paperAgency{
			{"Darurat (kabupaten/kota)", "112"},
			{"Pemadam kebakaran", "113"},
			{"SAR (Basarnas)", "115"},
			{"Ambulans", "118, 119"},
			{"PLN", "123"},
		},
	}
	for i := range o.Sheets {
		p.Sheets = append(p.Sheets, paperNo(o.From+i))
	}
	for _, t := range cfg.Trunks {
		p.Trunks = append(p.Trunks, paperTrunk{t.Name, display(t.Contact), display(t.Fallback)})
	}
	phone := func(x office.Office) paperPhone {
		return paperPhone{x.Name, x.Short, display(settings[x.ID].Piket), strings.Join(x.Words[:min(len(x.Words), 8)], ", ")}
	}
	p.Phones = append(p.Phones, phone(of))
	if up, ok := dir.Get(of.Parent); ok {
		p.Phones = append(p.Phones, phone(up))
	}
	below := dir.Children(of.ID)
	for _, x := range below {
		p.Phones, p.Receivers = append(p.Phones, phone(x)), append(p.Receivers, phone(x))
	}
	for _, x := range dir.All() { // other Polda: a caller may be theirs
		if x.Kind == office.Polda && x.ID != of.ID && x.ID != of.Parent {
			p.Phones = append(p.Phones, phone(x))
		}
	}
	if len(below) == 0 {
		p.Receivers = []paperPhone{phone(of)}
	}
	return p
}

// display is a number as people read it; one that can't be read stays as it was written.
func display(number string) string {
	if n, ok := office.ParseNumber(number); ok {
		return n.Display()
	}
	return number
}

// paperSettings asks the running site for its offices' settings, or reads its journal. Paper is for bad days: when
// neither works, the office file's must do, and the note says so.
func paperSettings(ctx context.Context, cfg Config, dir *office.Directory) (map[office.ID]office.Settings, string) {
	list, err := askSettings(ctx, cfg)
	if err != nil {
		list, err = readSettings(ctx, cfg, dir)
	}
	if err == nil {
		return list, ""
	}
	list = map[office.ID]office.Settings{}
	for _, o := range dir.All() {
		list[o.ID] = o.Settings
	}
	return list, "Nomor diambil dari berkas kantor; periksa dengan tangan"
}

func askSettings(ctx context.Context, cfg Config) (map[office.ID]office.Settings, error) {
	c := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(cfg.Site.Data, controlName))
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://siaga/settings", nil)
	if err != nil {
		return nil, err
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	var list map[office.ID]office.Settings
	return list, json.NewDecoder(res.Body).Decode(&list)
}

func readSettings(ctx context.Context, cfg Config, dir *office.Directory) (list map[office.ID]office.Settings, err error) {
	path := filepath.Join(cfg.Site.Data, "journal")
	if _, err := os.Stat(path); err != nil {
		return nil, err // a site that never ran: opening would make an empty journal
	}
	j, err := journal.Open(path, journal.Options{Node: cfg.Site.Node})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	s, err := staff.Open(ctx, j, staff.Options{Offices: dir})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return settingsOf(s, dir), nil
}

// settingsOf are the settings of all offices as they hold now.
func settingsOf(s *staff.Staff, dir *office.Directory) map[office.ID]office.Settings {
	list := map[office.ID]office.Settings{}
	for _, o := range dir.All() {
		if set, ok := s.Settings(o.ID); ok {
			list[o.ID] = set
		}
	}
	return list
}
