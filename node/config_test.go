package node

import (
	"strings"
	"testing"
	"time"
)

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(`
[site]
node = "kaltim-1"
drain = "2m"
[sip]
udp = "10.0.0.2:5060"
[[trunk]]
name = "telkom"
peers = ["10.0.0.5", "10.1.0.0/24"]
office = "polda-kaltim"
waiting = "ringing"
`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Site.Node != "kaltim-1" || c.Site.Drain != 2*time.Minute || c.SIP.UDP != "10.0.0.2:5060" || len(c.Trunks) != 1 ||
		c.Trunks[0].Waiting != "ringing" || c.HTTP.Listen != ":8443" {
		t.Errorf("%+v", c)
	}
}

// A wrong configuration names the line and the fix.
func TestConfigErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, line, fix string }{
		"not toml":   {"[site]\nnode = kaltim\n", "line 2", "quotes"},
		"unknown":    {"[sip]\nudp = \"0.0.0.0:5060\"\nudpp = \"x\"\n", "line 3", "no setting"},
		"address":    {"[sip]\n\nudp = \"5060\"\n", "line 3", "0.0.0.0:5060"},
		"unknown403": {"[sip]\nunknown = \"drop\"\n", "line 2", "silent"},
		"ports":      {"[media]\nports = \"99\"\n", "line 2", "20000-29999"},
		"peers":      {"[[trunk]]\nname = \"a\"\npeers = [\"carrier.example\"]\n", "line 3", "no address or network"},
		"no peers":   {"[[trunk]]\nname = \"a\"\n", "trunk a", "list the carrier's addresses"},
		"fallback":   {"[[trunk]]\nname = \"a\"\npeers = [\"10.0.0.5\"]\nfallback = \"tanya Budi\"\n", "line 4", "no phone number"},
		"node name":  {"[site]\nnode = \"a b\"\n", "line 2", "short name"},
		"wrong type": {"[sip]\nmax_calls = \"many\"\n", "max_calls", "max_calls"},
		"half cert":  {"[http]\ncert = \"a.pem\"\n", "line 2", "both"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseConfig([]byte(c.text))
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range []string{c.line, c.fix} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\ndoes not say %q", err, want)
				}
			}
		})
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("[site]\nnode = \"a\"\n"))
	f.Add([]byte("[[trunk]]\npeers = [\"::/0\"]\n"))
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = ParseConfig(raw) })
}
