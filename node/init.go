package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"text/template"
	"time"

	"github.com/siaga110/siaga/journal"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// VersionText is the version with the commit that it was built from, when known.
func VersionText() string {
	v := Version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 8 {
				v += " " + s.Value[:8]
			}
		}
	}
	return v
}

// newID is unique over restarts and nodes, and sorts by time: milliseconds and 80 random bits, base 32.
func newID() string { return journal.NewID(time.Now()) }

// InitOptions say what a new site is.
type InitOptions struct {
	Dir    string
	Office string // of the first administrator
	User   string
	Names  []string // for the certificate
}

// Init makes a new site in a folder: siaga.toml with comments, an example office file, the data folder with its
// keys and certificate authority, and the first administrator with a one-time password. It never overwrites.
func Init(ctx context.Context, out io.Writer, o InitOptions) error {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", o.Dir, err)
	}
	toml, offices := filepath.Join(o.Dir, "siaga.toml"), filepath.Join(o.Dir, "offices.json")
	for _, p := range []string{toml, filepath.Join(o.Dir, "data")} {
		if _, err := os.Stat(p); err == nil {
			return fmt.Errorf("%s is there already: this folder holds a site; choose another with --dir", p)
		}
	}
	if _, err := os.Stat(offices); errors.Is(err, os.ErrNotExist) {
		if err := os.WriteFile(offices, office.Kaltim(), 0o600); err != nil {
			return fmt.Errorf("write office file: %w", err)
		}
	}
	raw, err := os.ReadFile(offices)
	if err != nil {
		return fmt.Errorf("read office file: %w", err)
	}
	dir, err := office.Read(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if _, ok := dir.Get(office.ID(o.Office)); !ok {
		return fmt.Errorf("office %s is not in %s: name one of them with --office", o.Office, offices)
	}
	data := filepath.Join(o.Dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if _, err := OpenAuthority(data, time.Now()); err != nil {
		return err
	}
	password, err := firstAdministrator(ctx, data, dir, o)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := tomlTemplate.Execute(&text, o); err != nil {
		return fmt.Errorf("write siaga.toml: %w", err)
	}
	if err := os.WriteFile(toml, text.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write siaga.toml: %w", err)
	}
	_, err = fmt.Fprintf(out, `A new site is in %s:
  siaga.toml    what belongs to this machine; read its comments
  offices.json  your offices; edit it before the first start
  data/ca.pem   install this certificate on every desk, so that browsers trust the screens

First administrator: %s
One-time password:   %s
(it must be changed at the first sign-in, and is not shown again)

Next: edit siaga.toml, then  siaga doctor --config %s  and  siaga serve --config %s
`, o.Dir, o.User, password, toml, toml)
	return err
}

func firstAdministrator(ctx context.Context, data string, dir *office.Directory, o InitOptions) (string, error) {
	j, err := journal.Open(filepath.Join(data, "journal"), journal.Options{Node: "init"})
	if err != nil {
		return "", fmt.Errorf("journal: %w", err)
	}
	s, err := staff.Open(ctx, j, staff.Options{Offices: dir})
	if err != nil {
		return "", errors.Join(fmt.Errorf("accounts: %w", err), j.Close())
	}
	password, err := s.Bootstrap(ctx, o.User, office.ID(o.Office))
	s.Close()
	if err := errors.Join(err, j.Close()); err != nil {
		return "", fmt.Errorf("first administrator: %w", err)
	}
	return password, nil
}

var tomlTemplate = template.Must(template.New("siaga.toml").Funcs(template.FuncMap{
	"list": func(names []string) string {
		q := make([]string, len(names))
		for i, n := range names {
			q[i] = fmt.Sprintf("%q", n)
		}
		return strings.Join(q, ", ")
	},
}).Parse(`# Siaga: what belongs to this machine. What belongs to the police (people, times) is edited on the screens.
# Paths are counted from the folder of this file. Check it with: siaga doctor --config siaga.toml

[site]
node = "siaga-1"          # name of this machine, written into every record
data = "data"             # journal, keys, views, tapes; back it up
offices = "offices.json"  # who and where
office = "{{.Office}}"    # office that answers trunks which name none
drain = "10m"             # after a stop was asked, live calls may go on for so long

[http]
listen = ":8443"          # the screens, HTTPS only
names = [{{list .Names}}] # host names and addresses at which the desks reach this machine
# cert = "siaga.pem"      # your own certificate and key; without them the local authority (data/ca.pem) gives one
# key = "siaga.key"

[sip]
udp = "0.0.0.0:5060"
tcp = "0.0.0.0:5060"
unknown = "403"           # answer to callers that are no trunk: "403", or "silent" for none
max_calls = 500           # beyond this new calls are refused at the door; the carrier reroutes them
t_media = "20s"           # no audio from the caller for this long: ask whether the line lives

[media]
# address = "10.0.0.2"    # address of this machine towards the carrier; empty: the one that calls come in on
ports = "20000-29999"     # UDP ports for audio of the trunks; open them in the firewall

[browser]
udp = "0.0.0.0:8444"      # audio of all desks, one port
tcp = "0.0.0.0:8444"      # for networks that let no UDP through
# addresses = ["10.0.0.2"] # IP addresses of this machine, as the desks reach it; empty: all it has

# A router that knows the streets, for the time that units take. Without one it is estimated.
# [roads]
# router = "osrm"         # or "valhalla"
# url = "http://127.0.0.1:5000"

# A notice to numbers that play with 110 again and again: a supervisor presses the key, your own gateway sends the message.
# [notice]
# hook = "https://sms.example/send" # gets {"number","text","office"} as JSON
# secret_file = "/etc/siaga/notice.secret" # signs it: X-Siaga-Signature
# text = ""               # empty: Siaga's own words

# The phones of patrols. They are opened with a code that the console shows.
# [patrol]
# url = "https://siaga.polda.example" # where phones reach this machine; empty: at the address that the console uses
# push_contact = "mailto:ti@polda.example" # whom a push service may write to
# push_hosts = [".push.example"] # push services besides those of Chrome, Firefox, Edge and Safari

# A trunk for each line to a carrier. Only the peers listed here may call.
# [[trunk]]
# name = "telkom"
# peers = ["203.0.113.5/32"]
# office = "polda-kaltim"
# waiting = "prompts"     # what callers hear before an operator answers: "prompts" (early media), "ringing", or
#                         # "answer" (answered at once, for carriers that let no early media through)
# external = "198.51.100.7" # our address as the carrier sees it, behind NAT
# max_calls = 60
# fallback = "+62542421110" # where the carrier sends 110 when everything here is down; on the paper sheets
# contact = "+622150001234" # the carrier's people, day and night
`))
