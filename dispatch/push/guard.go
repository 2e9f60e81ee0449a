package push

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A phone says where it wants to be woken, and the server goes there: without a guard, anybody with a phone could let it
// knock at doors inside the police's own network (server-side request forgery). So the address must be that of a known push
// service by name, and what the name leads to must be a public address, looked at when the connection is made.

// allowed says whether an endpoint is one that may be woken; else an *EndpointError.
func allowed(endpoint string, hosts []string, loopback bool) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(endpoint) > 2000 {
		return &EndpointError{"that is no address of a push service"}
	}
	name := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(name); loopback && (err == nil && ip.IsLoopback() || name == "localhost") {
		return nil
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return &EndpointError{"a push service is reached by https at its usual port"}
	}
	if !slices.ContainsFunc(hosts, func(h string) bool {
		h = strings.ToLower(h)
		return name == h || strings.HasPrefix(h, ".") && strings.HasSuffix(name, h) && len(name) > len(h)
	}) {
		return &EndpointError{"this push service is not known here: push.hosts in siaga.toml takes it"}
	}
	return nil
}

var errInside = errors.New("the name leads to an address that is not public")

// guarded is a client that reaches public addresses only, and follows nobody elsewhere.
func guarded(loopback bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if ip := at.Addr().Unmap(); !public(ip) && !(loopback && ip.IsLoopback()) {
			return errInside
		}
		return nil
	}}
	return &http.Client{
		Timeout: sendWithin,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: senders, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: sendWithin, MaxResponseHeaderBytes: 32 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// notPublic are ranges that netip has no word for: shared by carriers (RFC 6598), documentation, benchmarks, 6to4, NAT64.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
}

func public(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() &&
		!slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(ip) })
}
