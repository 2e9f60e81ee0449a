package node

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/browser"
	"github.com/siaga110/siaga/phone/media"
	"github.com/siaga110/siaga/phone/sip"
	"github.com/siaga110/siaga/tape"
)

// openWire opens what callers and seats reach: the last thing before the screens.
func (n *Node) openWire(context.Context) (err error) {
	addresses, err := browserAddresses(n.cfg.Browser)
	if err != nil {
		return err
	}
	n.lines, err = browser.Listen(browser.Config{
		UDP: n.cfg.Browser.UDP, TCP: n.cfg.Browser.TCP, Addresses: addresses, Log: n.log,
	})
	if err != nil {
		return fmt.Errorf("browser.udp: %w", err)
	}
	n.onClose(n.lines.Close)
	lo, hi, err := n.cfg.Media.portRange()
	if err != nil {
		return err
	}
	cfg := sip.Config{
		UDP: n.cfg.SIP.UDP, TCP: n.cfg.SIP.TCP, UnknownTrunk: n.cfg.SIP.Unknown, MaxCalls: n.cfg.SIP.MaxCalls,
		TMedia: n.cfg.SIP.TMedia, Media: sip.Media{Ports: media.PortRange{Min: lo, Max: hi}}, Prompts: media.DefaultPrompts(), Log: n.log,
	}
	if n.cfg.Media.Address != "" {
		if cfg.Media.IP, err = netip.ParseAddr(n.cfg.Media.Address); err != nil {
			return fmt.Errorf("media.address: %w", err)
		}
	}
	for _, t := range n.cfg.Trunks {
		trunk := sip.Trunk{Name: t.Name, Waiting: waitings[t.Waiting], MaxCalls: t.MaxCalls}
		for _, p := range t.Peers {
			prefix, err := parsePeer(p)
			if err != nil {
				return fmt.Errorf("trunk %s: %w", t.Name, err)
			}
			trunk.Peers = append(trunk.Peers, prefix)
		}
		if t.External != "" {
			if trunk.External, err = netip.ParseAddr(t.External); err != nil {
				return fmt.Errorf("trunk %s: %w", t.Name, err)
			}
		}
		trunk.SRTP, trunk.Trust, trunk.Hide = secrecies[t.SRTP], sip.Believing(t.Trust), t.Hide
		if t.ClientCA != "" {
			if trunk.ClientCA, err = authorities(t.ClientCA); err != nil {
				return fmt.Errorf("trunk %s: client_ca: %w", t.Name, err)
			}
		}
		if trunk.Out, err = outgoing(t); err != nil {
			return fmt.Errorf("trunk %s: %w", t.Name, err)
		}
		cfg.Trunks = append(cfg.Trunks, trunk)
	}
	if err := n.sipTLS(&cfg); err != nil {
		return err
	}
	if cfg.Phones, err = n.phones(); err != nil {
		return err
	}
	cfg.OnPhone, cfg.OnTrunk = n.desk.PhoneUp, n.trunkChanged
	cfg.Admit, cfg.Full = n.desk.Admit, n.desk.Full
	n.phone, err = sip.Listen(cfg, func(l phone.Leg) { n.desk.Incoming(l) })
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	n.onClose(func() { // who is still on the line is not hung up on: the next process takes them up again
		n.desk.Close()
		n.phone.Leave()
	})
	n.dialler.Store(n.phone)
	close(n.wired)
	n.figures.live(n)
	if live, asked := n.recovery.Done(n.person, n.phone); live > 0 {
		n.log.Warn("calls were live when the last process ended", "count", live, "asked", asked)
	}
	if n.recovery.Unknown > 0 {
		n.alarms.set("older", Alarm{
			Level: "warn",
			Text: Text{
				ID: fmt.Sprintf("Siaga ini lebih lama daripada jurnalnya: %d kejadian tidak dikenal, tetap tersimpan.", n.recovery.Unknown),
				EN: fmt.Sprintf("This Siaga is older than its journal: %d events are not known, and stay in it.", n.recovery.Unknown),
			},
			Todo: Text{ID: "Pasang versi terbaru lagi.", EN: "Install the newest version again."},
		})
	}
	n.recovery = nil
	return nil
}

// dialler calls others once the wire is open; the desk is made before it.
type dialler struct{ atomic.Pointer[sip.Exchange] }

func (d *dialler) Dial(c phone.Callee) (phone.Outside, error) {
	x := d.Load()
	if x == nil {
		return nil, sip.ErrNoWayOut
	}
	return x.Dial(c)
}

// trunkChanged tells screens and alarms that a trunk came or went.
func (n *Node) trunkChanged(s sip.TrunkState) {
	n.log.Info("trunk", "name", s.Name, "state", s.State, "status", s.Status)
	n.alarms.trunk(s)
	for _, o := range n.offices.All() {
		if o.Kind == office.Polda || o.Kind == office.Mabes {
			n.board.Set(o.ID, "trunk/"+s.Name, s)
		}
	}
}

// person finds who sat at a seat before a restart.
func (n *Node) person(id office.PersonID) (desk.Person, bool) {
	p, ok := n.staff.Get(id)
	return desk.Person{ID: p.ID, Name: p.Name, Rank: p.Rank}, ok
}

// beside makes a talk around a seat's or a guest's line, for advice.
func (n *Node) beside(l phone.Line) phone.Aside {
	ported, ok := l.(media.Ported)
	if !ok || ported.Port() == nil {
		return nil
	}
	return media.NewTalk(ported.Port(), media.DefaultPrompts(), media.TalkOptions{Log: n.log})
}

// waitings are the words of siaga.toml for how callers wait.
var waitings = map[string]sip.Waiting{
	"": sip.EarlyMedia, "prompts": sip.EarlyMedia, "ringing": sip.Ringing, "answer": sip.Immediate,
}

// browserAddresses are those at which browsers reach us: the configured ones, the one we listen on, or all of this
// machine.
func browserAddresses(c Browser) ([]netip.Addr, error) {
	var out []netip.Addr
	for _, a := range c.Addresses {
		ip, err := netip.ParseAddr(a)
		if err != nil {
			return nil, fmt.Errorf("browser.addresses: %w", err)
		}
		out = append(out, ip)
	}
	if len(out) > 0 {
		return out, nil
	}
	host, _, err := net.SplitHostPort(c.UDP)
	if err != nil {
		return nil, fmt.Errorf("browser.udp: %w", err)
	}
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsUnspecified() {
		return []netip.Addr{ip}, nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list the addresses of this machine: %w: set browser.addresses", err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().IsGlobalUnicast() {
			out = append(out, p.Addr())
		}
	}
	if len(out) == 0 {
		out = append(out, netip.MustParseAddr("127.0.0.1"))
	}
	return out, nil
}

// recorder lets the phone write to a tape, and the desk close it. The rooms know nothing of each other's types.
type recorder struct{ w *tape.Writer }

func (r recorder) Audio(ch phone.Channel, at time.Duration, alaw []byte) {
	r.w.Audio(int(ch), at, alaw)
}

func (r recorder) Close() (hash string, seconds float64, dropped uint64, err error) {
	sum, err := r.w.Close()
	return fmt.Sprintf("%x", sum.Hash), sum.Seconds, sum.Dropped, err
}

func (n *Node) record(id string, start time.Time) (desk.Tape, error) {
	w, err := n.tapes.Create(id, start)
	if err != nil {
		return nil, err
	}
	return recorder{w}, nil
}

func (n *Node) link(c string, id incident.ID) { n.desk.Link(call.ID(c), string(id)) }

// softphone opens and loses the seats' audio lines for the api.
type softphone struct{ node *Node }

// Open answers a page's SDP offer. lost is called once when the line can't carry audio any more.
func (s softphone) Open(seat office.SeatID, offer string, lost func()) (string, error) {
	_, answer, err := s.node.lines.Open(seat, offer, func(e browser.Event) {
		switch e := e.(type) {
		case browser.Up:
			s.node.greet(seat, e.Line)
			s.node.desk.LineUp(e.Line)
		case browser.Lost:
			s.node.desk.LineLost(seat, e.Line.ID())
		case browser.Closed:
			s.node.desk.LineLost(seat, e.Line.ID())
			lost()
		}
	})
	return answer, err
}

// greet plays the test tone of mulai dinas, so that the operator knows that their headset works. Not to somebody who
// comes back into a talk.
func (n *Node) greet(seat office.SeatID, line *browser.Line) {
	o, _, _ := strings.Cut(string(seat), "/")
	if v, ok := n.board.Get(office.ID(o), "seat/"+string(seat)); ok {
		if sv, ok := v.(desk.SeatView); ok && sv.Call == "" && sv.State == desk.NotReady {
			line.PlayTone(media.TestTone())
		}
	}
}

// Lost tells that the page's socket is gone: that is noticed seconds before ICE would.
func (s softphone) Lost(seat office.SeatID) { s.node.lines.Lost(seat) }

// tapes opens recordings for the api.
type tapes struct{ store *tape.Store }

func (t tapes) Open(id string) (io.ReadSeekCloser, error) {
	r, _, err := t.store.Open(id)
	return r, err
}

func (t tapes) Chain(id string) (io.ReadCloser, error) { return t.store.Chain(id) }
