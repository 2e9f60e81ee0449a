package sip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/phone"
	"github.com/siaga110/siaga/phone/media"
)

// Waiting is how callers of a trunk hear prompts before an operator answers.
type Waiting string

// How callers wait.
const (
	EarlyMedia Waiting = ""        // 183 with SDP, prompts before the answer (default)
	Ringing    Waiting = "ringing" // 180, the carrier makes the ringing tone
	Immediate  Waiting = "answer"  // 200 at once, for carriers that let no early media through
)

// Believing says whose word on a caller's number holds for a trunk.
type Believing string

// Whose word holds.
const (
	BelieveCarrier Believing = ""     // P-Asserted-Identity; a bare From is shown as claimed
	BelieveFrom    Believing = "from" // the carrier checks From and sends nothing else
	BelieveNobody  Believing = "none" // an open trunk: whatever it says is claimed
)

// Trunk is a carrier that may send us calls.
type Trunk struct {
	Name     string
	Peers    []netip.Prefix // source addresses of its signalling
	Waiting  Waiting
	MaxCalls int        // 0: no limit of its own
	External netip.Addr // our address as this carrier sees it; not valid: the local one
	Out      Outgoing   // how we call by it
	SRTP     Secrecy
	Trust    Believing      // whose word on the caller's number holds
	Hide     bool           // a withheld number stays withheld, even if the carrier asserts it
	ClientCA *x509.CertPool // over TLS it must show a certificate of these; nil: none is asked for
}

// externalFor is our address as somebody at to sees it by this trunk; not valid: the local one.
func (t *Trunk) externalFor(netip.Addr) netip.Addr { return t.External }

func addrPort(a netip.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(a, port) }

// Media says where audio sockets are opened.
type Media struct {
	IP    netip.Addr // not valid: the address on which the call's signalling came
	Ports media.PortRange
}

// Config is what Listen needs. Zero durations and limits mean the defaults.
type Config struct {
	UDP          string      // "host:port", port 0 allowed; empty: no UDP
	TCP          string      // the same
	TLS          string      // the same; needs TLSConfig
	TLSConfig    *tls.Config // our certificate, for those who call us
	ClientTLS    *tls.Config // for connections that we open; nil: the system's authorities, no certificate
	Trunks       []Trunk
	UnknownTrunk string // "403" (default) or "silent": what peers of no trunk get
	Media        Media
	Prompts      *media.Prompts
	Log          *slog.Logger
	MaxCalls     int           // 0: no limit
	TMedia       time.Duration // silence of RTP before the dialog is probed, default 20 s
	T1           time.Duration // RFC 3261's T1 for what we repeat ourselves, default 500 ms

	Phones       Phones                            // desk phones
	OnPhone      func(seat office.SeatID, up bool) // a seat's desk phone is registered, or no longer
	OnTrunk      func(TrunkState)                  // a trunk's state changed
	OptionsEvery time.Duration                     // default 30 s
	PingEvery    time.Duration                     // of desk phones, default 25 s
	// Admit is asked before anything is opened for a new call; nil admits all up to MaxCalls. What it refuses gets 503.
	Admit func(phone.Party) bool
	// lookup finds the addresses of a name; nil asks the system.
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Full is told of a call that was refused for a limit of ours.
	Full func(phone.Party)
}
