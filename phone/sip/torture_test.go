package sip

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The corpus isn't ours to ship; it lies beside the project.
const corpus = "../../../shared/corpora/rfc4475"

func requireCorpus(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(corpus, "INDEX.tsv")); err != nil {
		if os.Getenv("SIAGA_CI") == "1" {
			t.Fatalf("the torture messages are missing: %v", err)
		}
		t.Skip("the torture messages of RFC 4475 aren't here")
	}
}

// What stands for "a call was begun": the desk of this test refuses each with a number of its own.
const begun = 499

// silence: nothing may come back.
const silence = 0

// torture is what we answer to each message of RFC 4475 over UDP. why tells where and why that differs from the
// "expected" of INDEX.tsv, which thinks of elements that also are proxies and registrars.
var torture = map[string]struct {
	status int
	why    string
}{
	"wsinv":      {481, "it has a To tag: inside a dialog that we don't have. Without the tag a call begins, see below"},
	"intmeth":    {501, ""},
	"esc01":      {begun, ""},
	"escnull":    {405, "REGISTER: a trunk registers nothing here"},
	"esc02":      {501, ""},
	"lwsdisp":    {200, ""},
	"longreq":    {begun, ""},
	"dblreq":     {405, "REGISTER"},
	"semiuri":    {200, ""},
	"transports": {200, ""},
	"mpart01":    {405, "MESSAGE: parsed, not allowed"},
	"unreason":   {silence, "a response to nothing"},
	"noreason":   {silence, "a response to nothing"},
	"badinv01":   {400, ""},
	"clerr":      {400, ""},
	"ncl":        {400, ""},
	"scalar02":   {400, ""},
	"scalarlg":   {silence, ""},
	"quotbal":    {400, ""},
	"ltgtruri":   {400, ""},
	"lwsruri":    {400, ""},
	"lwsstart":   {400, ""},
	"trws":       {400, ""},
	"escruri":    {400, ""},
	"baddate":    {begun, "lenient: the Date is not used"},
	"regbadct":   {400, ""},
	"badaspec":   {400, ""},
	"baddn":      {200, "lenient: the display name is only shown"},
	"badvers":    {505, ""},
	"mismatch01": {400, ""},
	"mismatch02": {400, ""},
	"bigcode":    {silence, ""},
	"badbranch":  {400, ""},
	"insuf":      {400, ""},
	"unkscm":     {416, ""},
	"novelsc":    {416, ""},
	"unksm2":     {405, "REGISTER; parsed"},
	"bext01":     {420, ""},
	"invut":      {415, ""},
	"regaut01":   {405, "REGISTER: as if no credentials were sent"},
	"multi01":    {400, ""},
	"mcl01":      {400, ""},
	"bcast":      {silence, ""},
	"zeromf":     {200, "a UAS may answer normally"},
	"cparam01":   {405, "REGISTER"},
	"cparam02":   {405, "REGISTER"},
	"regescrt":   {405, "REGISTER"},
	"sdp01":      {406, ""},
	"inv2543":    {400, "no From tag and no branch: nothing to know a repeat by, and two calls of one would be worse"},
}

func tortureHouse(t *testing.T) *house {
	return open(t, Config{}, func(e *heard) { e.Refuse(begun, "Seen") })
}

func TestTortureOverUDP(t *testing.T) {
	t.Parallel()
	requireCorpus(t)
	index, err := os.ReadFile(filepath.Join(corpus, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	h := tortureHouse(t)
	calls := 0
	for i, line := range strings.Split(strings.TrimSpace(string(index)), "\n")[1:] {
		name := strings.TrimSuffix(strings.Split(line, "\t")[0], ".dat")
		want, ok := torture[name]
		if ok && want.why == "" && !agrees(strings.Split(line, "\t")[3], want.status) {
			t.Errorf("%s: %d isn't what INDEX.tsv expects (%s), and no reason is given", name, want.status, strings.Split(line, "\t")[3])
		}
		if !ok {
			t.Errorf("%s has no line in the table", name)
			continue
		}
		data, err := os.ReadFile(filepath.Join(corpus, name+".dat"))
		if err != nil {
			t.Fatal(err)
		}
		// Many share a branch; a second one from the same sent-by would be a repeat of the first.
		data = []byte(strings.ReplaceAll(string(data), "z9hG4bKkdjuw", fmt.Sprintf("z9hG4bKkdj%02d", i)))
		got := tortureAnswer(t, h, data, i)
		if got != want.status {
			t.Errorf("%s: answered %d, want %d", name, got, want.status)
		}
		if want.status == begun {
			calls++
		}
	}
	if h.calls() != calls {
		t.Errorf("%d calls began, want %d", h.calls(), calls)
	}
}

// agrees says whether an answer is one that the "expected" of INDEX.tsv names.
func agrees(expected string, status int) bool {
	switch {
	case status == silence:
		return strings.HasPrefix(expected, "discard")
	case strings.Contains(expected, strconv.Itoa(status)):
		return true
	}
	return strings.HasPrefix(expected, "accept") && (status == begun || status == 200)
}

// tortureAnswer sends a message from where its Via says that answers go to, and tells the final answer.
func tortureAnswer(t *testing.T, h *house, data []byte, i int) int {
	t.Helper()
	ip := netip.AddrFrom4([4]byte{127, 0, 75, byte(i + 1)})
	m, _ := parseRaw(data)
	port := uint16(5060)
	if vias := m.all("via"); m.request && len(vias) > 0 {
		if _, to := receivedVia(vias[0], netip.AddrPortFrom(ip, 0)); to.Port() != 0 {
			port = to.Port()
		}
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, port)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.WriteToUDPAddrPort(data, h.Addrs().UDP); err != nil {
		t.Fatal(err)
	}
	limit := 2 * time.Second
	if !m.request {
		limit = 100 * time.Millisecond
	}
	f := &far{t: t, conn: conn}
	for over := time.Now().Add(limit); time.Now().Before(over); {
		if got, ok := f.next(time.Until(over)); ok && got.status >= 200 {
			return got.status
		}
	}
	return silence
}

// The oddly folded INVITE is read as it is meant, once it isn't inside a dialog.
func TestTortureFolding(t *testing.T) {
	t.Parallel()
	requireCorpus(t)
	data, err := os.ReadFile(filepath.Join(corpus, "wsinv.dat"))
	if err != nil {
		t.Fatal(err)
	}
	outside := strings.Replace(string(data), ";   tag    = 1918181833n", "", 1)
	h := tortureHouse(t)
	if got := tortureAnswer(t, h, []byte(outside), 100); got != begun {
		t.Errorf("answered %d, want a call", got)
	}
}

// Over TCP a message whose end isn't known closes the connection (RFC 4475 3.1.2.3, 3.3.9); others get their answer.
func TestTortureOverTCP(t *testing.T) {
	t.Parallel()
	requireCorpus(t)
	h := tortureHouse(t)
	for name, closes := range map[string]bool{"ncl": true, "mcl01": true, "badvers": false, "mismatch01": false, "zeromf": false, "badbranch": false} {
		data, err := os.ReadFile(filepath.Join(corpus, name+".dat"))
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", h.Addrs().TCP.String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(data)
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		buf := make([]byte, 4096)
		n, err := conn.Read(buf)
		want := "SIP/2.0 " + strconv.Itoa(torture[name].status)
		if err != nil || !strings.HasPrefix(string(buf[:n]), want) {
			t.Errorf("%s: want %s, got %q, %v", name, want, buf[:n], err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		_, err = conn.Read(buf)
		if gone := errors.Is(err, io.EOF); gone != closes {
			t.Errorf("%s: closed %v, want %v (%v)", name, gone, closes, err)
		}
		_ = conn.Close()
	}
}
