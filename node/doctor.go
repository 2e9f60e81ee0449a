package node

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/siaga110/siaga/office"
)

// ErrSick says that a check of the doctor failed; its lines have said what to do.
var ErrSick = errors.New("not ready for service: see the lines marked ✗")

// report prints a line for each check and remembers whether one failed.
type report struct {
	out  io.Writer
	sick bool
}

func (r *report) line(mark, what, detail string) {
	_, _ = fmt.Fprintf(r.out, "%s %-14s %s\n", mark, what, detail)
}
func (r *report) ok(what, f string, a ...any)   { r.line("✓", what, fmt.Sprintf(f, a...)) }
func (r *report) warn(what, f string, a ...any) { r.line("!", what, fmt.Sprintf(f, a...)) }
func (r *report) bad(what, f string, a ...any) {
	r.sick = true
	r.line("✗", what, fmt.Sprintf(f, a...))
}

// Doctor checks what a site needs before it serves. Each line says what to do. It ends with ErrSick when a check
// failed.
func Doctor(ctx context.Context, out io.Writer, cfg Config) error {
	r := &report{out: out}
	checkOffices(r, cfg)
	checkPorts(ctx, r, cfg)
	checkDisk(r, cfg)
	checkClock(r)
	checkCertificate(r, cfg)
	checkTrunks(ctx, r, cfg)
	if r.sick {
		return ErrSick
	}
	return nil
}

func checkOffices(r *report, cfg Config) {
	d, err := loadOffices(cfg, nil)
	if err != nil {
		r.bad("offices", "%v", err)
		return
	}
	r.ok("offices", "%d offices", len(d.All()))
	if _, ok := d.Get(office.ID(cfg.Site.Office)); !ok {
		r.bad("offices", "site.office is %q, which is not in the office file: name the office that answers", cfg.Site.Office)
	}
	for _, t := range cfg.Trunks {
		if _, ok := d.Get(office.ID(t.Office)); t.Office != "" && !ok {
			r.bad("offices", "trunk %s leads to office %q, which is not in the office file", t.Name, t.Office)
		}
	}
}

func checkPorts(ctx context.Context, r *report, cfg Config) {
	for _, p := range []struct{ name, network, addr string }{
		{"http.listen", "tcp", cfg.HTTP.Listen},
		{"sip.udp", "udp", cfg.SIP.UDP},
		{"sip.tcp", "tcp", cfg.SIP.TCP},
		{"browser.udp", "udp", cfg.Browser.UDP},
		{"browser.tcp", "tcp", cfg.Browser.TCP},
	} {
		if p.addr == "" {
			continue
		}
		if err := tryListen(ctx, p.network, p.addr); err != nil {
			r.bad("port", "%s %s: %v: stop what uses it (another Siaga?), or choose another port", p.name, p.addr, err)
			continue
		}
		r.ok("port", "%s %s/%s is free", p.name, p.addr, p.network)
	}
	lo, hi, err := cfg.Media.portRange()
	if err != nil {
		r.bad("port", "media.ports: %v", err)
		return
	}
	if n := (int(hi) - int(lo) + 1) / 2; n < cfg.SIP.MaxCalls {
		r.bad("port", "media.ports holds %d calls, sip.max_calls is %d: widen the range or lower the limit", n, cfg.SIP.MaxCalls)
	} else {
		r.ok("port", "media.ports %s has room for %d calls; open UDP %s in the firewall", cfg.Media.Ports, n, cfg.Media.Ports)
	}
}

func tryListen(ctx context.Context, network, addr string) error {
	var lc net.ListenConfig
	if network == "udp" {
		c, err := lc.ListenPacket(ctx, network, addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// Limits of the disk: a journal write waits for the disk, and tapes take 58 MB an hour of talk.
const (
	syncSlow  = 50 * time.Millisecond
	freeLow   = 20 << 30
	freeEmpty = 2 << 30
	syncTries = 20
)

func checkDisk(r *report, cfg Config) {
	if err := os.MkdirAll(cfg.Site.Data, 0o700); err != nil {
		r.bad("disk", "%v: make the folder writable for this user, or change site.data", err)
		return
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(cfg.Site.Data, &fs); err != nil {
		r.bad("disk", "%v", err)
		return
	}
	free := fs.Bavail * uint64(fs.Bsize)
	gib := float64(free) / (1 << 30)
	switch {
	case free < freeEmpty:
		r.bad("disk", "%.1f GiB free in %s: free space or use another disk (an hour of talk takes 58 MB)", gib, cfg.Site.Data)
	case free < freeLow:
		r.warn("disk", "%.1f GiB free in %s: enough for some weeks; plan for more", gib, cfg.Site.Data)
	default:
		r.ok("disk", "%.1f GiB free in %s", gib, cfg.Site.Data)
	}
	times, err := syncTimes(cfg.Site.Data)
	switch {
	case err != nil:
		r.bad("disk", "can't write to %s: %v", cfg.Site.Data, err)
	case times[len(times)-1] > syncSlow:
		r.warn("disk", "a safe write takes up to %v: use an SSD; calls go on, but screens say saved late", times[len(times)-1])
	default:
		r.ok("disk", "a safe write takes %v (worst of %d: %v)", times[len(times)/2], len(times), times[len(times)-1])
	}
}

// syncTimes measures writes that reach the disk, sorted.
func syncTimes(dir string) ([]time.Duration, error) {
	f, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	block := bytes.Repeat([]byte{0x55}, 4096)
	times := make([]time.Duration, 0, syncTries)
	for range syncTries {
		start := time.Now()
		if _, err := f.Write(block); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if err := f.Sync(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		times = append(times, time.Since(start).Round(10*time.Microsecond))
	}
	slices.Sort(times)
	return times, f.Close()
}

func checkClock(r *report) {
	var tx syscall.Timex
	state, err := syscall.Adjtimex(&tx)
	const timeError = 5 // TIME_ERROR of adjtimex(2): not synchronised
	switch {
	case err != nil:
		r.warn("clock", "can't ask the kernel: %v: make sure that chrony or ntpd runs", err)
	case state == timeError:
		r.warn("clock", "not synchronised: install chrony; every record carries the time")
	default:
		r.ok("clock", "synchronised, %s", time.Now().Format("2006-01-02 15:04:05 MST"))
	}
}

func checkCertificate(r *report, cfg Config) {
	if cfg.HTTP.Cert == "" {
		if _, err := os.Stat(filepath.Join(cfg.Site.Data, "ca.pem")); err != nil {
			r.bad("certificate", "no authority in %s: run siaga init, or name http.cert and http.key", cfg.Site.Data)
			return
		}
		if len(cfg.HTTP.Names) == 0 {
			r.warn("certificate", "http.names is empty: only this machine itself will trust the screens; list its names and addresses")
		}
		r.ok("certificate", "by the local authority: install %s on every desk", filepath.Join(cfg.Site.Data, "ca.pem"))
		return
	}
	pair, err := tls.LoadX509KeyPair(cfg.HTTP.Cert, cfg.HTTP.Key)
	if err != nil {
		r.bad("certificate", "%v: http.cert and http.key must be PEM files that fit together", err)
		return
	}
	left := time.Until(pair.Leaf.NotAfter)
	switch {
	case left <= 0:
		r.bad("certificate", "ended on %s: get a new one now", pair.Leaf.NotAfter.Format(time.DateOnly))
	case left < renewBefore:
		r.warn("certificate", "ends on %s: order a new one", pair.Leaf.NotAfter.Format(time.DateOnly))
	default:
		r.ok("certificate", "valid until %s for %s", pair.Leaf.NotAfter.Format(time.DateOnly), strings.Join(pair.Leaf.DNSNames, ", "))
	}
}

func checkTrunks(ctx context.Context, r *report, cfg Config) {
	if len(cfg.Trunks) == 0 {
		r.bad("trunk", "none: nobody can call; add a [[trunk]] with the carrier's addresses")
		return
	}
	for _, t := range cfg.Trunks {
		checkFallback(r, t)
		for _, p := range t.Peers {
			prefix, err := parsePeer(p)
			if err != nil || !prefix.IsSingleIP() {
				r.ok("trunk", "%s: network %s may call", t.Name, p)
				continue
			}
			if err := askOptions(ctx, prefix.Addr().String()); err != nil {
				r.warn("trunk", "%s: %s did not answer OPTIONS: %v: ask the carrier whether it should, and check the firewall", t.Name, p, err)
			} else {
				r.ok("trunk", "%s: %s answers", t.Name, p)
			}
		}
	}
}

// checkFallback: on the day when all is down nobody should have to look for a number.
func checkFallback(r *report, t Trunk) {
	if t.Fallback == "" {
		r.warn("fallback", "%s: trunk.fallback is empty: agree with the carrier where 110 goes when all is down, write it here, and print it with siaga paper", t.Name)
		return
	}
	who := "trunk.contact is empty: write down whom to phone at the carrier"
	if t.Contact != "" {
		who = "ask the carrier at " + display(t.Contact)
	}
	r.ok("fallback", "%s: 110 goes to %s when all is down; %s", t.Name, display(t.Fallback), who)
}

// askOptions sends one OPTIONS over UDP (RFC 3261 11) and waits 2 s for any answer.
func askOptions(ctx context.Context, host string) error {
	ctx, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp", net.JoinHostPort(host, "5060"))
	if err != nil {
		return err
	}
	defer c.Close()
	deadline, _ := ctx.Deadline()
	if err := c.SetDeadline(deadline); err != nil {
		return err
	}
	me := c.LocalAddr().String()
	_, err = fmt.Fprintf(c, "OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:doctor@%s>;tag=%s\r\nTo: <sip:%s>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\nContact: <sip:doctor@%s>\r\n"+
		"Accept: application/sdp\r\nContent-Length: 0\r\n\r\n", host, me, newID(), me, newID(), host, newID(), me)
	if err != nil {
		return err
	}
	buf := make([]byte, 2048)
	n, err := c.Read(buf)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(buf[:n], []byte("SIP/2.0 ")) {
		return errors.New("the answer is not SIP")
	}
	return nil
}
