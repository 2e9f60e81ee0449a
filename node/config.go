// Package node wires the rooms of the house together: configuration, start, health, drain.
package node

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"

	"github.com/siaga110/siaga/office"
)

// Config is siaga.toml: what belongs to the machine. What belongs to the police (offices, people, times) is in the
// journal and edited on the screens.
type Config struct {
	Site    Site    `koanf:"site"`
	HTTP    HTTP    `koanf:"http"`
	SIP     SIP     `koanf:"sip"`
	Media   Media   `koanf:"media"`
	Browser Browser `koanf:"browser"`
	Trunks  []Trunk `koanf:"trunk"`
	Phones  Phones  `koanf:"phones"`
	Alarms  Alarms  `koanf:"alarms"`
	Roads   Roads   `koanf:"roads"`
	Notices Notices `koanf:"notice"`
	Patrol  Patrol  `koanf:"patrol"`
}

// Site says which node this is and where it keeps its data.
type Site struct {
	Node     string        `koanf:"node"`      // name of this machine, in every record
	Data     string        `koanf:"data"`      // folder of journal, keys, views, tapes
	Offices  string        `koanf:"offices"`   // office file, imported at the first start
	Office   string        `koanf:"office"`    // office that gets calls of trunks that name none
	Drain    time.Duration `koanf:"drain"`     // how long live calls may go on after a stop was asked
	Ack      time.Duration `koanf:"ack"`       // an offer that a screen doesn't acknowledge goes on after this
	Routes   string        `koanf:"routes"`    // file of route plans; empty: plan A, Polda first
	CallerID string        `koanf:"caller_id"` // number that is shown to those whom we call; empty: the trunk's own
	SetUps   int           `koanf:"set_ups"`   // new calls a second that are taken; 0: 200, measured on two cores
}

// Roads is a router that knows streets. Without one the time to arrive is an estimate.
type Roads struct {
	Router string `koanf:"router"` // "osrm", "valhalla"; empty: none
	URL    string `koanf:"url"`    // "http://127.0.0.1:5000"
}

// HTTP is where the screens come from.
type HTTP struct {
	Listen string   `koanf:"listen"`
	Names  []string `koanf:"names"` // host names and addresses in the certificate
	Cert   string   `koanf:"cert"`  // own certificate; empty: one by the local authority
	Key    string   `koanf:"key"`
}

// SIP is where the trunks reach us.
type SIP struct {
	UDP      string        `koanf:"udp"`
	TCP      string        `koanf:"tcp"`
	TLS      string        `koanf:"tls"` // with the certificate of [http], or the one named here
	TLSCert  string        `koanf:"tls_cert"`
	TLSKey   string        `koanf:"tls_key"`
	CA       string        `koanf:"ca"`      // authorities whose carriers' certificates are believed; empty: the system's
	Unknown  string        `koanf:"unknown"` // "403" or "silent"
	MaxCalls int           `koanf:"max_calls"`
	TMedia   time.Duration `koanf:"t_media"`
}

// Media is where audio of the trunks arrives.
type Media struct {
	Address string `koanf:"address"`
	Ports   string `koanf:"ports"` // "20000-29999"
}

// Browser is where audio of the seats arrives.
type Browser struct {
	UDP       string   `koanf:"udp"`
	TCP       string   `koanf:"tcp"`
	Addresses []string `koanf:"addresses"` // addresses at which browsers reach this machine
}

// Trunk is a line to a carrier.
type Trunk struct {
	Name     string   `koanf:"name"`
	Peers    []string `koanf:"peers"` // addresses or networks that may call
	Office   string   `koanf:"office"`
	Waiting  string   `koanf:"waiting"`  // "prompts" (183 with audio), "ringing" (180), "answer" (200 at once)
	External string   `koanf:"external"` // our address as the carrier sees it
	MaxCalls int      `koanf:"max_calls"`
	SRTP     string   `koanf:"srtp"`      // "" (taken over TLS), "require", "never", "insecure" (also without TLS)
	Trust    string   `koanf:"trust"`     // whose word on the caller's number holds: "" (the carrier's), "from", "none"
	Hide     bool     `koanf:"hide"`      // a withheld number stays withheld, even if the carrier asserts it
	ClientCA string   `koanf:"client_ca"` // over TLS the carrier must show a certificate of these; empty: none is asked for

	Server       string `koanf:"server"`        // "host:port" of the carrier's proxy, for calls of ours; empty: none
	Transport    string `koanf:"transport"`     // "udp" (default), "tcp", "tls"
	Priority     int    `koanf:"priority"`      // the lowest is tried first
	User         string `koanf:"user"`          // for digest; empty: by address only
	PasswordFile string `koanf:"password_file"` // holds the password alone
	CallerID     string `koanf:"caller_id"`     // number that those see whom we call
	Format       string `koanf:"format"`        // "e164" (default), "national", "plain"
	Register     bool   `koanf:"register"`      // keep ourselves registered there

	Fallback string `koanf:"fallback"` // where the carrier sends 110 when everything is down; printed by siaga paper
	Contact  string `koanf:"contact"`  // the carrier's people, day and night
}

// Phones are the desk phones of a site.
type Phones struct {
	Networks []string `koanf:"networks"` // where they may be
	Strong   bool     `koanf:"strong"`   // ask for SHA-256 first: only if all phones know it
	Desk     []Phone  `koanf:"desk"`
}

// Phone is one desk phone.
type Phone struct {
	Account      string `koanf:"account"`
	PasswordFile string `koanf:"password_file"` // holds the password alone
	Seat         string `koanf:"seat"`          // "polresta-balikpapan/1"
}

// defaults of siaga.toml.
func defaults() Config {
	return Config{
		Site:    Site{Node: "siaga-1", Data: "/var/lib/siaga", Drain: 10 * time.Minute, Ack: 700 * time.Millisecond},
		HTTP:    HTTP{Listen: ":8443"},
		SIP:     SIP{UDP: "0.0.0.0:5060", TCP: "0.0.0.0:5060", Unknown: "403", MaxCalls: 500, TMedia: 20 * time.Second},
		Media:   Media{Ports: "20000-29999"},
		Browser: Browser{UDP: "0.0.0.0:8444", TCP: "0.0.0.0:8444"},
	}
}

// LoadConfig reads siaga.toml. Each error names the line or the setting and says what to write.
func LoadConfig(path string) (Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w: make one with siaga init", err)
	}
	c, err := ParseConfig(raw)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	dir := filepath.Dir(path)
	for _, p := range c.files() {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	return c, nil
}

// files are the settings that name a file or folder. The first three are the data folder, the office file and the plans.
func (c *Config) files() []*string {
	files := []*string{
		&c.Site.Data, &c.Site.Offices, &c.Site.Routes, &c.Alarms.SMTPPasswordFile, &c.Alarms.SecretFile,
		&c.SIP.TLSCert, &c.SIP.TLSKey, &c.SIP.CA, &c.HTTP.Cert, &c.HTTP.Key,
	}
	for i := range c.Trunks {
		files = append(files, &c.Trunks[i].PasswordFile, &c.Trunks[i].ClientCA)
	}
	for i := range c.Phones.Desk {
		files = append(files, &c.Phones.Desk[i].PasswordFile)
	}
	return files
}

// ParseConfig reads the text of siaga.toml and checks every setting.
func ParseConfig(raw []byte) (Config, error) {
	k := koanf.New(".")
	if err := k.Load(rawbytes.Provider(raw), toml.Parser()); err != nil {
		return Config{}, explainTOML(raw, err)
	}
	c := defaults()
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result: &c, TagName: "koanf", ErrorUnused: true, WeaklyTypedInput: false,
		DecodeHook: mapstructure.StringToTimeDurationHookFunc(),
	}})
	if err != nil {
		return Config{}, explainField(raw, err)
	}
	if problems := c.check(); len(problems) > 0 {
		for i, p := range problems {
			problems[i] = located(raw, p)
		}
		return Config{}, errors.Join(problems...)
	}
	return c, nil
}

// fieldError is a setting that can't be so.
type fieldError struct {
	name string // "sip.udp"
	fix  string
	line int
}

func (e *fieldError) Error() string {
	if e.line > 0 {
		return fmt.Sprintf("line %d: %s: %s", e.line, e.name, e.fix)
	}
	return fmt.Sprintf("%s: %s", e.name, e.fix)
}

// located finds the line of a setting, so that the IT officer needn't search.
func located(raw []byte, err error) error {
	fe := (*fieldError)(nil)
	if !errors.As(err, &fe) {
		return err
	}
	table, key, _ := strings.Cut(fe.name, ".")
	in := false
	for i, l := range strings.Split(string(raw), "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "[") {
			in = strings.Trim(l, "[] ") == table
			continue
		}
		name, _, ok := strings.Cut(l, "=")
		if in && ok && strings.TrimSpace(name) == key {
			fe.line = i + 1
			break
		}
	}
	return fe
}

func (c Config) check() []error {
	var out []error
	bad := func(name, fix string, args ...any) {
		out = append(out, &fieldError{name: name, fix: fmt.Sprintf(fix, args...)})
	}
	if c.Site.Node == "" || strings.ContainsAny(c.Site.Node, " /") {
		bad("site.node", "give this machine a short name without spaces, like \"kaltim-1\"")
	}
	if c.Site.Data == "" {
		bad("site.data", "name the folder for journal and tapes, like \"/var/lib/siaga\"")
	}
	listen := func(name, v string, needed bool) {
		if v == "" && !needed {
			return
		}
		_, port, err := net.SplitHostPort(v)
		if n, e := strconv.Atoi(port); err != nil || e != nil || n < 0 || n > 65535 {
			bad(name, "%q is no address: write \"0.0.0.0:5060\" or \":8443\"", v)
		}
	}
	listen("http.listen", c.HTTP.Listen, true)
	listen("sip.udp", c.SIP.UDP, true)
	listen("sip.tcp", c.SIP.TCP, false)
	listen("sip.tls", c.SIP.TLS, false)
	if (c.SIP.TLSCert == "") != (c.SIP.TLSKey == "") {
		bad("sip.tls_cert", "give both tls_cert and tls_key, or neither")
	}
	listen("browser.udp", c.Browser.UDP, true)
	listen("browser.tcp", c.Browser.TCP, false)
	if (c.HTTP.Cert == "") != (c.HTTP.Key == "") {
		bad("http.cert", "give both cert and key, or neither")
	}
	if c.SIP.Unknown != "403" && c.SIP.Unknown != "silent" {
		bad("sip.unknown", "%q: choose \"403\" or \"silent\"", c.SIP.Unknown)
	}
	if _, _, err := c.Media.portRange(); err != nil {
		bad("media.ports", "%v", err)
	}
	if c.Media.Address != "" {
		if _, err := netip.ParseAddr(c.Media.Address); err != nil {
			bad("media.address", "%q is no IP address of this machine", c.Media.Address)
		}
	}
	for _, a := range c.Browser.Addresses {
		if _, err := netip.ParseAddr(a); err != nil {
			bad("browser.addresses", "%q is no IP address", a)
		}
	}
	names := map[string]bool{}
	for i, t := range c.Trunks {
		if t.Name == "" || names[t.Name] {
			bad("trunk.name", "trunk %d needs a name of its own", i+1)
		}
		names[t.Name] = true
		if len(t.Peers) == 0 {
			bad("trunk.peers", "trunk %s: list the carrier's addresses, like [\"203.0.113.5/32\"]", t.Name)
		}
		for _, p := range t.Peers {
			if _, err := parsePeer(p); err != nil {
				bad("trunk.peers", "trunk %s: %q is no address or network", t.Name, p)
			}
		}
		if _, ok := waitings[t.Waiting]; !ok {
			bad("trunk.waiting", "trunk %s: %q: choose \"prompts\", \"ringing\" or \"answer\"", t.Name, t.Waiting)
		}
		if _, ok := secrecies[t.SRTP]; !ok {
			bad("trunk.srtp", "trunk %s: %q: leave it out, or choose \"require\", \"never\" or \"insecure\"", t.Name, t.SRTP)
		}
		if !slices.Contains([]string{"", "from", "none"}, t.Trust) {
			bad("trunk.trust", "trunk %s: %q: leave it out, or choose \"from\" or \"none\"", t.Name, t.Trust)
		}
		c.checkOutgoing(t, bad)
		for name, number := range map[string]string{"trunk.fallback": t.Fallback, "trunk.contact": t.Contact} {
			if _, ok := office.ParseNumber(number); number != "" && !ok {
				bad(name, "trunk %s: %q is no phone number: write one like \"+62542421110\"", t.Name, number)
			}
		}
		if t.External != "" {
			if _, err := netip.ParseAddr(t.External); err != nil {
				bad("trunk.external", "trunk %s: %q is no IP address", t.Name, t.External)
			}
		}
	}
	c.checkPhones(bad)
	c.Notices.check(bad)
	c.Patrol.check(bad)
	c.checkAlarms(bad)
	return out
}

func parsePeer(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// portRange reads "20000-29999".
func (m Media) portRange() (lo, hi uint16, err error) {
	a, b, ok := strings.Cut(m.Ports, "-")
	x, err1 := strconv.ParseUint(strings.TrimSpace(a), 10, 16)
	y, err2 := strconv.ParseUint(strings.TrimSpace(b), 10, 16)
	if !ok || err1 != nil || err2 != nil || x < 1024 || y < x+1 {
		return 0, 0, fmt.Errorf("%q is no range of ports: write \"20000-29999\"", m.Ports)
	}
	return uint16(x), uint16(y), nil
}
