package sip

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Dialog is all that is to know of a call's signalling (RFC 3261 12), as plain data: a later process can go on with it.
type Dialog struct {
	Leg         string         `json:"leg"`
	Trunk       string         `json:"trunk"`
	CallID      string         `json:"call_id"`
	LocalTag    string         `json:"local_tag"`
	RemoteTag   string         `json:"remote_tag"`
	Local       string         `json:"local"`   // our address, without tag, as it stands in From of our requests
	Remote      string         `json:"remote"`  // theirs, as it stands in To
	Target      string         `json:"target"`  // where requests go: their Contact
	Routes      []string       `json:"routes"`  // route set, in the order of Route
	Contact     string         `json:"contact"` // our URI
	LocalCSeq   uint32         `json:"local_cseq"`
	CSeqBlock   uint32         `json:"cseq_block"` // numbers up to this may be in use; a later process begins after it
	RemoteCSeq  uint32         `json:"remote_cseq"`
	Transport   string         `json:"transport"` // "UDP", "TCP"
	Source      netip.AddrPort `json:"source"`    // where the INVITE came from
	SentBy      netip.AddrPort `json:"sent_by"`   // our address in Via
	SDP         localSDP       `json:"sdp"`
	Socket      netip.AddrPort `json:"socket"` // bound for RTP
	Media       netip.AddrPort `json:"media"`  // where their SDP wants RTP
	Choice      choice         `json:"choice"`
	Held        bool           `json:"held,omitempty"`
	Answered    bool           `json:"answered"`
	Expires     time.Duration  `json:"expires_ns,omitempty"` // session timer (RFC 4028), 0: none
	WeRefresh   bool           `json:"we_refresh,omitempty"`
	PeerUpdates bool           `json:"peer_updates,omitempty"` // UPDATE is in their Allow
	Crypto      *keys          `json:"crypto,omitempty"`       // of SRTP; nil for plain RTP
	Behind      bool           `json:"behind,omitempty"`       // a desk phone, perhaps behind a NAT: requests go to Source, whatever its Contact says
}

// cseqBlock is how many CSeq numbers are written down at a time.
const cseqBlock = 16

// Encode writes the dialog for the journal.
func (d *Dialog) Encode() []byte {
	b, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("encode dialog: %v", err)) // plain data always can be
	}
	return b
}

// DecodeDialog reads what Encode wrote, also by an older process.
func DecodeDialog(blob []byte) (Dialog, error) {
	var d Dialog
	if err := json.Unmarshal(blob, &d); err != nil {
		return Dialog{}, fmt.Errorf("decode dialog: %w", err)
	}
	return d, nil
}

var errNoTarget = errors.New("no usable Contact")

// newDialog makes the dialog that our answer to req begins (RFC 3261 12.1.1).
func newDialog(req *sip.Request, localTag string) (Dialog, error) {
	remoteTag, _ := req.From().Params.Get("tag") // RFC 2543 senders have none
	d := Dialog{
		CallID: req.CallID().Value(), LocalTag: localTag, RemoteTag: remoteTag,
		Local: address(req.To().DisplayName, &req.To().Address), Remote: address(req.From().DisplayName, &req.From().Address),
		RemoteCSeq: req.CSeq().SeqNo, Transport: req.Transport(),
		PeerUpdates: contains(headerList(req, "Allow"), "update"),
	}
	source, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return d, fmt.Errorf("source of request: %w", err)
	}
	d.Source = unmap(source)
	if !d.retarget(req) {
		return d, errNoTarget
	}
	for _, h := range req.GetHeaders("Record-Route") {
		d.Routes = append(d.Routes, h.Value())
	}
	return d, nil
}

// retarget takes the Contact of a request that may change it (RFC 3261 12.2).
func (d *Dialog) retarget(req *sip.Request) bool {
	c := req.Contact()
	if c == nil || c.Address.Wildcard || c.Address.Host == "" || c.Address.Scheme != "sip" && c.Address.Scheme != "sips" {
		return false
	}
	target := c.Address.Clone()
	target.Headers = nil
	d.Target = target.String()
	return true
}

func contains(list []string, want string) bool {
	for _, v := range list {
		if v == want {
			return true
		}
	}
	return false
}

func address(name string, uri *sip.Uri) string {
	name = strings.Map(func(r rune) rune { // a name from elsewhere must not break out of its quotes
		if r < ' ' || r == '"' || r == '\\' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if name == "" {
		return "<" + uri.String() + ">"
	}
	return `"` + name + `" <` + uri.String() + ">"
}

// take gives the next CSeq, and says whether the dialog must be written down before it is used.
func (d *Dialog) take() (n uint32, write bool) {
	d.LocalCSeq++
	if d.LocalCSeq > d.CSeqBlock {
		d.CSeqBlock = d.LocalCSeq + cseqBlock - 1
		write = true
	}
	return d.LocalCSeq, write
}

// request builds a request of ours inside the dialog (RFC 3261 12.2.1.1). cseq is of take, or of the INVITE for its ACK.
func (d *Dialog) request(method sip.RequestMethod, cseq uint32, body []byte, extra ...sip.Header) (*sip.Request, error) {
	var target sip.Uri
	if err := sip.ParseUri(d.Target, &target); err != nil {
		return nil, fmt.Errorf("remote target: %w", err)
	}
	routes := d.Routes
	if len(routes) > 0 && !looseRouted(routes[0]) {
		var first sip.Uri
		var params sip.HeaderParams
		if _, err := sip.ParseAddressValue(routes[0], &first, &params); err != nil {
			return nil, fmt.Errorf("route set: %w", err)
		}
		routes = append(append([]string{}, routes[1:]...), "<"+d.Target+">")
		target = first
	}
	req := sip.NewRequest(method, target)
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: d.Transport,
		Host: hostOf(d.SentBy.Addr()), Port: int(d.SentBy.Port()), Params: sip.NewParams(),
	}
	via.Params.Add("branch", sip.GenerateBranch())
	via.Params.Add("rport", "")
	req.AppendHeader(via)
	for _, r := range routes {
		req.AppendHeader(sip.NewHeader("Route", r))
	}
	maxForwards, callID := sip.MaxForwardsHeader(70), sip.CallIDHeader(d.CallID)
	req.AppendHeader(&maxForwards)
	req.AppendHeader(sip.NewHeader("From", d.Local+";tag="+d.LocalTag))
	to := d.Remote
	if d.RemoteTag != "" {
		to += ";tag=" + d.RemoteTag
	}
	req.AppendHeader(sip.NewHeader("To", to))
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: cseq, MethodName: method})
	req.AppendHeader(sip.NewHeader("Contact", "<"+d.Contact+">"))
	req.AppendHeader(sip.NewHeader("User-Agent", "Siaga"))
	for _, h := range extra {
		req.AppendHeader(h)
	}
	req.SetBody(body)
	req.SetTransport(d.Transport)
	req.SetDestination(d.hop())
	if d.Transport == "UDP" && len(req.String()) > maxUDPRequest {
		via.Transport = "TCP" // RFC 3261 18.1.1
		req.SetTransport("TCP")
	}
	return req, nil
}

// maxUDPRequest is the largest request that may go over UDP when the path's MTU isn't known (RFC 3261 18.1.1).
const maxUDPRequest = 1300

func looseRouted(route string) bool {
	var uri sip.Uri
	var params sip.HeaderParams
	_, err := sip.ParseAddressValue(route, &uri, &params)
	return err == nil && uri.UriParams.Has("lr")
}

// hop is where requests go: the first route, else the target. Names aren't looked up: a carrier that has some is
// reached where its INVITE came from. So is one on TCP, whose connection we have already.
func (d *Dialog) hop() string {
	if d.Behind {
		return d.Source.String()
	}
	next := d.Target
	if len(d.Routes) > 0 {
		next = d.Routes[0]
	}
	var uri sip.Uri
	var params sip.HeaderParams
	if _, err := sip.ParseAddressValue(next, &uri, &params); err != nil {
		return d.Source.String()
	}
	ip, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
	if err != nil || d.Transport != "UDP" && ip.Unmap() == d.Source.Addr() {
		return d.Source.String()
	}
	return hostPort(ip, uri.Port)
}

// targetAddress is where the far end's Contact says it listens; "" when it says so by name.
func (d *Dialog) targetAddress() string {
	var uri sip.Uri
	if err := sip.ParseUri(d.Target, &uri); err != nil {
		return ""
	}
	ip, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
	if err != nil {
		return ""
	}
	if uri.Port == 0 && d.Transport == "TLS" {
		uri.Port = 5061 // RFC 3261 19.1.2
	}
	return hostPort(ip, uri.Port)
}

func hostPort(ip netip.Addr, port int) string {
	if port == 0 {
		port = 5060
	}
	return net.JoinHostPort(ip.Unmap().String(), strconv.Itoa(port))
}

func hostOf(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}
