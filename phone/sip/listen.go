package sip

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// screenedUDP is the UDP socket as sipgo sees it: only what passed the screen comes out of ReadFrom.
type screenedUDP struct {
	*net.UDPConn
	screen *screen
	serves sync.Once
	up     chan struct{} // closed when sipgo reads: from then on it knows the socket, and can send by it
}

// ReadFrom reads the next datagram that is fit for sipgo.
func (c *screenedUDP) ReadFrom(p []byte) (int, net.Addr, error) {
	c.serves.Do(func() { close(c.up) })
	for {
		n, from, err := c.ReadFromUDPAddrPort(p)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return 0, nil, err
			}
			continue // speaks of one datagram, not of the socket
		}
		from = unmap(from)
		data := p[:n]
		if len(bytes.Trim(data, "\r\n\x00")) == 0 {
			continue // keep-alive (RFC 5626 4.4)
		}
		m, v := c.screen.examine(data, from.Addr(), false)
		switch {
		case v.drop:
		case v.status != 0:
			if reply, to := c.screen.answer(m, v, from); to.IsValid() {
				_, _ = c.WriteToUDPAddrPort(reply, to)
			}
		default:
			c.screen.heard(true, "UDP", from, data)
			if clean := c.screen.pass(m, data, from.Addr()); len(clean) <= len(p) {
				return copy(p, clean), net.UDPAddrFromAddrPort(from), nil
			}
		}
	}
}

// WriteTo sends a message of sipgo's, and remembers it.
func (c *screenedUDP) WriteTo(p []byte, to net.Addr) (int, error) {
	if a, ok := to.(*net.UDPAddr); ok {
		c.screen.heard(false, "UDP", unmap(a.AddrPort()), p)
	}
	return c.UDPConn.WriteTo(p, to)
}

// How long a far end may take for one message, and one of no trunk for all it has to say.
const (
	messageLimit  = 20 * time.Second
	strangerLimit = 5 * time.Second
)

// screenedListener accepts TCP connections that cut the stream into messages and screen each.
type screenedListener struct {
	net.Listener
	screen    *screen
	transport string // "TCP", "TLS"
}

// Accept waits for the next connection of a trunk, or of a stranger who shall be told 403.
func (l *screenedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil, err
			}
			// Out of file descriptors, or a connection that was gone before we took it: the next may be well.
			<-time.After(acceptPause)
			continue
		}
		from := unmap(conn.RemoteAddr().(*net.TCPAddr).AddrPort()) //nolint:errcheck // a TCP socket has no other address
		stranger := l.screen.trunkOf(from.Addr()) == nil
		if stranger && l.screen.silent {
			_ = conn.Close()
			continue
		}
		return &screenedConn{Conn: conn, screen: l.screen, transport: l.transport, from: from, stranger: stranger}, nil
	}
}

// acceptPause keeps a failing Accept from taking the whole processor.
const acceptPause = 5 * time.Millisecond

// screenedConn is a TCP connection as sipgo sees it: whole messages that passed the screen.
type screenedConn struct {
	net.Conn
	screen    *screen
	transport string // "TCP", "TLS"
	from      netip.AddrPort
	stranger  bool
	begun     time.Time // when the message in buf began
	buf       []byte
	ready     []byte
}

var errFraming = errors.New("SIP stream can't be cut into messages")

// Read hands out messages. After a fault in the framing there is no next one: it fails, and sipgo closes.
func (c *screenedConn) Read(p []byte) (int, error) {
	chunk := make([]byte, 4096)
	for len(c.ready) == 0 {
		if err := c.SetReadDeadline(c.deadline()); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(chunk)
		if err != nil {
			return 0, err
		}
		if len(c.buf) == 0 {
			c.begun = time.Now()
		}
		c.buf = append(c.buf, chunk[:n]...)
		if err := c.cut(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// Write sends what sipgo says, and remembers it.
func (c *screenedConn) Write(p []byte) (int, error) {
	if len(p) > 4 {
		c.screen.heard(false, c.transport, c.from, p)
	}
	return c.Conn.Write(p)
}

// deadline lets idle connections of trunks live: keep-alive of TCP looks after them.
func (c *screenedConn) deadline() time.Time {
	switch {
	case c.stranger:
		return time.Now().Add(strangerLimit)
	case len(c.buf) > 0:
		return c.begun.Add(messageLimit)
	}
	return time.Time{}
}

// cut takes whole messages out of buf.
func (c *screenedConn) cut() error {
	for {
		if bytes.HasPrefix(c.buf, []byte("\r\n\r\n")) {
			if _, err := c.Write([]byte("\r\n")); err != nil { // RFC 5626 4.4.1: pong
				return err
			}
			c.buf = c.buf[4:]
			continue
		}
		if len(c.buf) > 2 && c.buf[0] == '\r' && c.buf[1] == '\n' && c.buf[2] != '\r' {
			c.buf = c.buf[2:]
			continue
		}
		end := bytes.Index(c.buf, []byte("\r\n\r\n"))
		if end < 0 {
			if len(c.buf) > maxHead {
				return errFraming
			}
			return nil
		}
		head := end + 4
		size, whole := 0, true
		if m, ok := parseRaw(c.buf[:head]); ok && m.count("content-length") == 1 {
			n, err := strconv.ParseUint(m.first("content-length"), 10, 31)
			if err != nil || n > maxBody {
				whole = false
			}
			size = int(n)
		} else {
			whole = false
		}
		if whole && len(c.buf) < head+size {
			return nil
		}
		if !whole {
			size = 0
		}
		if err := c.take(c.buf[:head+size], whole); err != nil {
			return err
		}
		c.buf = c.buf[head+size:]
		c.begun = time.Now()
	}
}

// take judges one message. Without a usable Content-Length nobody knows where the next begins (RFC 4475 3.3.9).
func (c *screenedConn) take(data []byte, whole bool) error {
	m, v := c.screen.examine(data, c.from.Addr(), true)
	switch {
	case v.status != 0:
		reply, _ := c.screen.answer(m, v, c.from)
		if _, err := c.Write(reply); err != nil {
			return err
		}
	case !v.drop && whole:
		c.screen.heard(true, c.transport, c.from, data)
		c.ready = append(c.ready, c.screen.pass(m, data, c.from.Addr())...)
	}
	if !whole || c.stranger {
		return errFraming
	}
	return nil
}
