package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/sip"
)

// acceptance is what a carrier and the IT officer go through together before a trunk carries 110: each with what must
// be seen. What the machine can find out by itself stands before it.
var acceptance = []struct{ do, see string }{
	{"Telepon 110 dari HP dan dari telepon rumah", "dering di meja dalam 1 detik; nomor penelepon benar; suara dua arah dalam 1 detik setelah dijawab"},
	{"Dengarkan sebelum dijawab", "salam terdengar (waiting = \"prompts\"); bila sunyi, operator tidak meneruskan 183: pakai \"answer\""},
	{"Tutup saat berdering", "meja berhenti berdering dalam 1 detik; hasil ditinggal_dering; telepon balik tercatat"},
	{"Telepon dengan nomor disembunyikan (#31#)", "layar: nomor dengan tanda disembunyikan, atau tanpa nomor"},
	{"Tekan 5 lalu 5 saat bicara", "layar: menekan 55"},
	{"Bicara 31 menit", "tidak putus (session timer, RFC 4028)"},
	{"Matikan data/suara penelepon 30 detik", "layar: suara penelepon hilang; panggilan berakhir putus_penelepon"},
	{"Alihkan ke Polres, biarkan berdering", "kembali ke Polda setelah 4 detik, penelepon tidak mendengar apa-apa"},
	{"Telepon balik dari daftar", "HP menampilkan 110; suara dua arah; rekaman ada"},
	{"Ajak 112/118 ke panggilan", "tiga pihak saling mendengar"},
	{"Penuhi jalur: satu panggilan lebih dari max_calls", "operator mendapat 503 tanpa Retry-After dan memakai jalur lain"},
	{"Cabut kabel jalur ini satu menit", "alarm trunk di layar; panggilan masuk lewat jalur lain; alarm selesai setelah kabel kembali"},
	{"systemctl reload siaga saat bicara", "suara kembali dalam 2 detik; panggilan tidak putus"},
	{"Minta operator menyalakan nomor cadangan, lalu mematikannya", "110 dijawab di nomor cadangan; kembali ke Siaga sesudahnya"},
}

// DoctorTrunk checks one trunk, or all, as far as a machine can, and prints the rest of the acceptance to be gone through
// with the carrier.
func DoctorTrunk(ctx context.Context, out io.Writer, cfg Config, name string) error {
	r := &report{out: out}
	found := false
	for _, t := range cfg.Trunks {
		if name != "" && name != "all" && t.Name != name {
			continue
		}
		found = true
		_, _ = fmt.Fprintf(out, "\nTrunk %s\n", t.Name)
		checkOneTrunk(ctx, r, cfg, t)
	}
	if !found {
		return fmt.Errorf("there is no trunk %q in siaga.toml", name)
	}
	_, _ = fmt.Fprintf(out, "\nBersama operator (lihat pesan SIP tiap panggilan di /calls/ID/ladder atau unduh /calls/ID/pcap):\n")
	for i, a := range acceptance {
		_, _ = fmt.Fprintf(out, "  [ ] %2d. %s\n          harus: %s\n", i+1, a.do, a.see)
	}
	if r.sick {
		return ErrSick
	}
	return nil
}

func checkOneTrunk(ctx context.Context, r *report, cfg Config, t Trunk) {
	if t.External == "" && slices.ContainsFunc(t.Peers, func(p string) bool {
		prefix, err := parsePeer(p)
		return err == nil && !prefix.Addr().IsPrivate() && !prefix.Addr().IsLoopback()
	}) {
		r.warn("external", "the carrier has public addresses: if this machine is behind NAT, set external to its public address")
	}
	if t.MaxCalls == 0 {
		r.warn("max_calls", "not set: write how many calls the carrier sells you, so that one too many is rerouted and not lost")
	}
	if t.Trust == "" {
		r.ok("trust", "the carrier's P-Asserted-Identity is believed; a bare From is shown as claimed")
	}
	if t.Server == "" {
		r.warn("server", "none: calls come in, but nobody can be called back by this trunk")
		return
	}
	host, _, err := net.SplitHostPort(t.Server)
	if err != nil {
		r.bad("server", "%q is no address", t.Server)
		return
	}
	if ips, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		r.bad("server", "%s has no address: %v", host, err)
		return
	} else {
		r.ok("server", "%s is %s", t.Server, strings.Join(ips, ", "))
	}
	if t.Transport == "tls" {
		checkTrunkTLS(ctx, r, cfg, t)
	}
	way, err := outgoing(t)
	if err != nil {
		r.bad("password_file", "%v", err)
		return
	}
	way.Register = false // the running site registers; a second place would take its calls
	states := make(chan sip.TrunkState, 10)
	probe := sip.Config{
		UDP: ":0", TCP: ":0", OptionsEvery: time.Minute, Trunks: []sip.Trunk{{Name: t.Name, Out: way}},
		OnTrunk: func(s sip.TrunkState) { states <- s },
	}
	if cfg.SIP.CA != "" {
		if pool, err := authorities(cfg.SIP.CA); err == nil {
			probe.ClientTLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
		}
	}
	x, err := sip.Listen(probe, func(l phone.Leg) { l.Refuse(480, "Only Asking") })
	if err != nil {
		r.bad("ask", "%v", err)
		return
	}
	defer x.Close()
	select {
	case s := <-states:
		if s.State == sip.TrunkUp {
			r.ok("OPTIONS", "answered with %d in %v", s.Status, x.Trunks()[0].RTT.Round(time.Millisecond))
		} else {
			r.bad("OPTIONS", "no answer (status %d): is this machine's address allowed there, and the firewall open?", s.Status)
		}
	case <-time.After(6 * time.Second):
		r.bad("OPTIONS", "no answer in 6 s: is this machine's address allowed there, and the firewall open?")
	case <-ctx.Done():
	}
}

// checkTrunkTLS shakes hands as the trunk would.
func checkTrunkTLS(ctx context.Context, r *report, cfg Config, t Trunk) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.SIP.CA != "" {
		pool, err := authorities(cfg.SIP.CA)
		if err != nil {
			r.bad("sip.ca", "%v", err)
			return
		}
		c.RootCAs = pool
	}
	d := tls.Dialer{Config: c, NetDialer: &net.Dialer{Timeout: 4 * time.Second}}
	conn, err := d.DialContext(ctx, "tcp", t.Server)
	if err != nil {
		r.bad("TLS", "%v: is the carrier's authority in sip.ca, and our certificate known to them?", err)
		return
	}
	defer func() { _ = conn.Close() }()
	state := conn.(*tls.Conn).ConnectionState() //nolint:errcheck // a tls.Dialer gives nothing else
	r.ok("TLS", "%s, certificate until %s", tls.VersionName(state.Version), state.PeerCertificates[0].NotAfter.Format(time.DateOnly))
}
