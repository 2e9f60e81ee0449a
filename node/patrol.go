package node

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/dispatch/push"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/staff"
)

// Patrol is how phones of patrols reach this machine, and are woken.
type Patrol struct {
	URL          string   `koanf:"url"`           // empty: at the address that the console uses
	PushHosts    []string `koanf:"push_hosts"`    // push services besides the known ones
	PushContact  string   `koanf:"push_contact"`  // "mailto:ti@polda.example"
	PushLoopback bool     `koanf:"push_loopback"` // a push service on this machine is believed: for tests only
}

func (c Patrol) check(bad func(name, fix string, args ...any)) {
	if u, err := url.Parse(c.URL); c.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "") {
		bad("patrol.url", "%q: write only https:// and a name, like \"https://siaga.polda.example\": phones give a page without TLS no place and no camera", c.URL)
	}
	for _, h := range c.PushHosts {
		if strings.ContainsAny(h, "/:*@ ") || len(strings.Trim(h, ".")) < 4 || !strings.Contains(strings.Trim(h, "."), ".") {
			bad("patrol.push_hosts", "%q is no host: write \"push.example.org\", or \".example.org\" for all below it", h)
		}
	}
	if c.PushContact != "" && !strings.HasPrefix(c.PushContact, "mailto:") && !strings.HasPrefix(c.PushContact, "https://") {
		bad("patrol.push_contact", "%q: write \"mailto:\" and an address, or a page that begins with https://", c.PushContact)
	}
}

// filesName is the folder of pictures and spoken notes.
const filesName = "files"

// openPush opens what wakes phones. Without it they are not woken, and all else goes on.
func (n *Node) openPush() (err error) {
	c := n.cfg.Patrol
	n.pusher, err = push.Open(push.Options{
		Keys: filepath.Join(n.cfg.Site.Data, "push.key"), Kept: filepath.Join(n.cfg.Site.Data, "push.json"), Hosts: c.PushHosts,
		Loopback: c.PushLoopback, Contact: c.PushContact, Alive: n.phoneAlive, Log: n.log,
	})
	if err != nil {
		return err
	}
	n.onClose(n.pusher.Close)
	return nil
}

// phoneAlive says whether somebody's phone is still signed in for the unit, or a leader still is one.
func (n *Node) phoneAlive(o push.Owner) bool {
	if o.Unit == "" {
		p, ok := n.staff.Get(o.Person)
		return ok && p.Active && (p.Role == office.Chief || p.Role == office.Supervisor)
	}
	return slices.ContainsFunc(n.staff.Phones(string(o.Unit)), func(p staff.Phone) bool {
		return p.Person == o.Person && !p.Since.IsZero()
	})
}

// Times that a push service may try to reach a phone: a job that comes later than that is known by radio.
const (
	wakeJob  = 3 * time.Minute
	wakeNews = time.Minute
)

// wake tells the phones of a crew that there is news.
func (n *Node) wake(u incident.UnitID, news dispatch.CrewNews) {
	raw, err := json.Marshal(news)
	if err != nil {
		n.logErr("wake a phone", err)
		return
	}
	ttl := wakeNews
	if news.What == "job" {
		ttl = wakeJob
	}
	n.pusher.ToUnit(u, raw, ttl)
}
