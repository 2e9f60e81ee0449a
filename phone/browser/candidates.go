package browser

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// candidates makes the host candidates of the configured addresses. We tell them ourselves rather than let the engine
// look at the machine's interfaces: those are private behind NAT, and there may be ones that are nobody's business.
// For a lite agent candidates are an announcement only; it answers whatever reaches its port.
func candidates(addrs []netip.Addr, udp net.Addr, tcp net.Listener) ([]string, error) {
	port := udp.(*net.UDPAddr).AddrPort() //nolint:errcheck // a UDP socket has no other address
	if len(addrs) == 0 {
		if port.Addr().IsUnspecified() {
			return nil, errors.New("seats' audio listens on every address: say which to tell browsers (Addresses)")
		}
		addrs = []netip.Addr{port.Addr()}
	}
	var out []string
	for i, a := range addrs {
		a = a.Unmap()
		local := uint32(65535 - i) // RFC 8445 5.1.2.1: priority = 126·2^24 + local·2^8 + (256 - component)
		out = append(out, fmt.Sprintf("a=candidate:%d 1 udp %d %s %d typ host",
			i+1, 126<<24+local<<8+255, a, port.Port()))
		if tcp != nil {
			tcpPort := tcp.Addr().(*net.TCPAddr).Port //nolint:errcheck // a TCP listener has no other address
			out = append(out, fmt.Sprintf("a=candidate:%d 1 tcp %d %s %d typ host tcptype passive",
				100+i+1, 90<<24+local<<8+255, a, tcpPort))
		}
	}
	return out, nil
}

// tell puts our candidates into the answer in place of the engine's.
func tell(sdp string, told []string) string {
	var b strings.Builder
	written := false
	for line := range strings.Lines(sdp) {
		if strings.HasPrefix(line, "a=candidate:") || strings.HasPrefix(line, "a=end-of-candidates") {
			continue
		}
		b.WriteString(line)
		if !written && strings.HasPrefix(line, "a=ice-pwd:") { // attributes of the (bundled) first media section
			written = true
			for _, c := range told {
				b.WriteString(c + "\r\n")
			}
			b.WriteString("a=end-of-candidates\r\n")
		}
	}
	return b.String()
}
