package node

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone/sip"
)

// formats are the words of siaga.toml for how a trunk wants numbers.
var formats = map[string]sip.Format{"": sip.E164, "e164": sip.E164, "national": sip.National, "plain": sip.Plain}

// secrecies are the words of siaga.toml for what a trunk wants of SRTP.
var secrecies = map[string]sip.Secrecy{"": sip.Offered, "require": sip.Required, "never": sip.Never, "insecure": sip.Anyhow}

// sipTLS gives what SIP over TLS needs: our certificate, and whom we believe.
func (n *Node) sipTLS(cfg *sip.Config) error {
	if n.cfg.SIP.CA != "" {
		pool, err := authorities(n.cfg.SIP.CA)
		if err != nil {
			return fmt.Errorf("sip.ca: %w", err)
		}
		cfg.ClientTLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
	}
	if n.cfg.SIP.TLS == "" {
		return nil
	}
	own := n.cfg.HTTP
	if n.cfg.SIP.TLSCert != "" {
		own.Cert, own.Key = n.cfg.SIP.TLSCert, n.cfg.SIP.TLSKey
	}
	base, _, err := tlsConfig(own, n.cfg.Site.Data)
	if err != nil {
		return fmt.Errorf("sip.tls: %w", err)
	}
	cfg.TLS = n.cfg.SIP.TLS
	cfg.TLSConfig = base.Clone()
	cfg.TLSConfig.NextProtos = nil
	if cfg.ClientTLS == nil {
		cfg.ClientTLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	cfg.ClientTLS.Certificates = base.Certificates
	if get := base.GetCertificate; get != nil { // of the local authority, renewed by itself
		cfg.ClientTLS.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return get(&tls.ClientHelloInfo{})
		}
	}
	return nil
}

// authorities reads a file of certificates.
func authorities(path string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", path)
	}
	return pool, nil
}

// checkOutgoing checks what a trunk needs for calls of ours.
func (c Config) checkOutgoing(t Trunk, bad func(name, fix string, args ...any)) {
	if t.Server == "" {
		if t.Register || t.User != "" {
			bad("trunk.server", "trunk %s: name the carrier's proxy, like \"sip.carrier.example:5060\"", t.Name)
		}
		return
	}
	if _, _, err := net.SplitHostPort(t.Server); err != nil {
		bad("trunk.server", "trunk %s: %q is no address: write \"203.0.113.5:5060\"", t.Name, t.Server)
	}
	if !slices.Contains([]string{"", "udp", "tcp", "tls"}, t.Transport) {
		bad("trunk.transport", "trunk %s: %q: choose \"udp\", \"tcp\" or \"tls\"", t.Name, t.Transport)
	}
	if _, ok := formats[t.Format]; !ok {
		bad("trunk.format", "trunk %s: %q: choose \"e164\", \"national\" or \"plain\"", t.Name, t.Format)
	}
	if t.Register && t.User == "" {
		bad("trunk.user", "trunk %s: to register, give the user that the carrier gave you", t.Name)
	}
	if t.User != "" && t.PasswordFile == "" {
		bad("trunk.password_file", "trunk %s: name a file that holds the password alone", t.Name)
	}
}

// checkPhones checks the desk phones.
func (c Config) checkPhones(bad func(name, fix string, args ...any)) {
	if len(c.Phones.Desk) == 0 {
		return
	}
	if len(c.Phones.Networks) == 0 {
		bad("phones.networks", "list where the desk phones are, like [\"10.1.0.0/16\"]")
	}
	for _, n := range c.Phones.Networks {
		if _, err := parsePeer(n); err != nil {
			bad("phones.networks", "%q is no address or network", n)
		}
	}
	accounts, seats := map[string]bool{}, map[string]bool{}
	for i, p := range c.Phones.Desk {
		switch {
		case p.Account == "" || accounts[p.Account]:
			bad("phones.desk", "phone %d needs an account of its own", i+1)
		case !strings.Contains(p.Seat, "/") || seats[p.Seat]:
			bad("phones.desk", "phone %s: give it a seat of its own, like \"polresta-balikpapan/1\"", p.Account)
		case p.PasswordFile == "":
			bad("phones.desk", "phone %s: name a password_file that holds the password alone", p.Account)
		}
		accounts[p.Account], seats[p.Seat] = true, true
	}
}

// password reads a file that holds nothing but a password.
func password(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("password file: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// outgoing is a trunk's way out.
func outgoing(t Trunk) (sip.Outgoing, error) {
	pass, err := password(t.PasswordFile)
	return sip.Outgoing{
		Server: t.Server, Transport: strings.ToUpper(t.Transport), Priority: t.Priority, User: t.User, Password: pass,
		CallerID: t.CallerID, Format: formats[t.Format], Register: t.Register,
	}, err
}

// phones are the desk phones that may register.
func (n *Node) phones() (sip.Phones, error) {
	out := sip.Phones{Strong: n.cfg.Phones.Strong}
	path := filepath.Join(n.cfg.Site.Data, "phones.json")
	out.Kept, _ = os.ReadFile(path) // none yet: phones register by themselves
	out.Keep = func(raw []byte) {
		if err := os.WriteFile(path+".part", raw, 0o600); err == nil {
			err = os.Rename(path+".part", path)
			n.logErr("keep where desk phones are", err)
		}
	}
	for _, p := range n.cfg.Phones.Networks {
		prefix, err := parsePeer(p)
		if err != nil {
			return out, fmt.Errorf("phones.networks: %w", err)
		}
		out.Networks = append(out.Networks, prefix)
	}
	for _, p := range n.cfg.Phones.Desk {
		o, _, _ := strings.Cut(p.Seat, "/")
		of, ok := n.offices.Get(office.ID(o))
		if !ok || !slices.Contains(of.SeatIDs(), office.SeatID(p.Seat)) {
			return out, fmt.Errorf("phones.desk: phone %s: there is no seat %q in the office file", p.Account, p.Seat)
		}
		pass, err := password(p.PasswordFile)
		if err != nil {
			return out, fmt.Errorf("phone %s: %w", p.Account, err)
		}
		out.Accounts = append(out.Accounts, sip.Phone{Account: p.Account, Password: pass, Seat: office.SeatID(p.Seat)})
	}
	return out, nil
}
