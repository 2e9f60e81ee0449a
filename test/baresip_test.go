package test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/siaga110/siaga/phone/media"
)

// baresip is a far end of another make (libre's SIP, SDP, RTP and SRTP), driven through its control socket.
type baresip struct {
	t    testing.TB
	name string
	dir  string
	cmd  *exec.Cmd
	log  *logs
	conn net.Conn

	mu     sync.Mutex
	events []baresipEvent
	answer string // to the last command
}

// baresipEvent is what it tells by itself.
type baresipEvent struct {
	Event bool   `json:"event"`
	Type  string `json:"type"`
	Param string `json:"param"`
	Data  string `json:"data"` // of an answer to a command
}

// baresipAt says who and where one is.
type baresipAt struct {
	name    string
	ip      string  // of its UDP signalling; TLS leaves by whatever address leads there
	port    int     // of it; 0: any
	account string  // a line of its accounts file
	tone    float64 // hums it
	config  string  // more lines
}

// pcmTone is a WAV file of a tone, 16 bits, 8 kHz.
func pcmTone(t testing.TB, freq float64) string {
	t.Helper()
	one := media.Tone(freq, time.Second)
	one = one[rate/10 : len(one)-rate/10]
	data := make([]byte, 0, 2*120*rate)
	for i := range 120 * rate {
		data = binary.LittleEndian.AppendUint16(data, uint16(media.Linear(one[i%len(one)])))
	}
	le := binary.LittleEndian
	head := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+len(data)))...)
	head = append(head, "WAVEfmt "...)
	head = le.AppendUint16(le.AppendUint16(le.AppendUint32(head, 16), 1), 1)
	head = le.AppendUint16(le.AppendUint16(le.AppendUint32(le.AppendUint32(head, rate), 2*rate), 2), 16)
	head = le.AppendUint32(append(head, "data"...), uint32(len(data)))
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%.0f.wav", freq))
	if err := os.WriteFile(path, append(head, data...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runs starts a baresip. What it hears goes into files (sndfile), what it says comes out of one (aufile).
func (at baresipAt) runs(t testing.TB) *baresip {
	t.Helper()
	bin := need(t, "baresip")
	b := &baresip{t: t, name: at.name, dir: t.TempDir(), log: &logs{}}
	if at.port == 0 {
		at.port = freePort(t)
	}
	control := net.JoinHostPort("127.0.0.1", strconv.Itoa(freeTCP(t)))
	// Modules that do nothing here (alsa, ice, presence) stay out: they look for devices and servers.
	config := fmt.Sprintf(`poll_method epoll
sip_listen %s:%d
call_local_timeout 60
call_max_calls 4
audio_source aufile,%s
audio_player aubridge,%s
audio_alert aubridge,%s-alert
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
audio_buffer 20-160
jitter_buffer_delay 2-5
net_interface %s
module_path /usr/lib/baresip/modules
module g711.so
module sndfile.so
module aufile.so
module aubridge.so
module srtp.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %s
snd_path %s
ringback_disabled yes
menu_bell no
statmode_default off
%s
`, at.ip, at.port, pcmTone(t, at.tone), at.name, at.name, at.ip, control, b.dir, at.config)
	for name, text := range map[string]string{"config": config, "accounts": at.account + "\n"} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.cmd = exec.Command(bin, "-f", b.dir)
	b.cmd.Stdout, b.cmd.Stderr = b.log, b.log
	in, err := b.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if b.conn != nil {
			_ = b.conn.Close()
		}
		_ = in.Close()
		_ = b.cmd.Process.Kill()
		_ = b.cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s\nand told %v", b.name, tail(b.log.String(), 3000), b.told())
		}
	})
	eventually(t, b.name+" takes commands", 10*time.Second, func() bool {
		b.conn, err = net.Dial("tcp", control)
		return err == nil
	})
	go b.listen()
	return b
}

// listen reads netstrings with JSON in them.
func (b *baresip) listen() {
	r := bufio.NewReader(b.conn)
	for {
		size, err := r.ReadString(':')
		n, bad := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(size), ":"))
		if err != nil || bad != nil {
			return
		}
		raw := make([]byte, n+1) // and a comma
		if _, err := io.ReadFull(r, raw); err != nil {
			return
		}
		var e baresipEvent
		if json.Unmarshal(raw[:n], &e) != nil {
			continue
		}
		b.mu.Lock()
		if e.Event {
			b.events = append(b.events, e)
		} else {
			b.answer = e.Data
		}
		b.mu.Unlock()
	}
}

// does gives it a command of its menu.
func (b *baresip) does(command, params string) {
	b.t.Helper()
	raw, err := json.Marshal(map[string]string{"command": command, "params": params, "token": "t"})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(b.conn, "%d:%s,", len(raw), raw); err != nil {
		b.t.Fatalf("%s: %s: %v", b.name, command, err)
	}
}

func (b *baresip) told() []baresipEvent {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]baresipEvent(nil), b.events...)
}

// forget lets only what comes from now on count.
func (b *baresip) forget() { b.mu.Lock(); b.events = nil; b.mu.Unlock() }

// tells waits for an event, with these words in its parameter if any are given.
func (b *baresip) tells(kind, param string) {
	b.t.Helper()
	eventually(b.t, b.name+" tells "+kind+" "+param, 10*time.Second, func() bool {
		for _, e := range b.told() {
			if e.Type == kind && strings.Contains(e.Param, param) {
				return true
			}
		}
		return false
	})
}

// count is how many events of a kind came.
func (b *baresip) count(kind string) (n int) {
	for _, e := range b.told() {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func (b *baresip) never(kind string) {
	b.t.Helper()
	for _, e := range b.told() {
		if e.Type == kind {
			b.t.Fatalf("%s tells %s: %s", b.name, kind, e.Param)
		}
	}
}

// heard are the newest samples of what it hears in the present call: sndfile writes them as they are decoded.
func (b *baresip) heard(d time.Duration) []int16 {
	files, _ := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	if len(files) == 0 {
		return nil
	}
	sort.Slice(files, func(i, j int) bool {
		a, _ := os.Stat(files[i])
		c, _ := os.Stat(files[j])
		return a != nil && c != nil && a.ModTime().Before(c.ModTime())
	})
	raw, err := os.ReadFile(files[len(files)-1])
	if err != nil || len(raw) < 44 {
		return nil
	}
	raw = raw[44:]
	n := int(d * rate / time.Second)
	if fi, err := os.Stat(files[len(files)-1]); err != nil || len(raw)/2 < n || time.Since(fi.ModTime()) > 300*time.Millisecond {
		return nil
	}
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(raw[2*(len(raw)/2-n+i):]))
	}
	return out
}

// hears waits until exactly these tones have come in; older sound than the call of hears doesn't count.
func (b *baresip) hears(want ...float64) {
	b.t.Helper()
	var said string
	from := time.Now().Add(500 * time.Millisecond) // what is measured is younger than the call of this
	for deadline := from.Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		s := b.heard(400 * time.Millisecond)
		if s == nil || time.Now().Before(from) {
			continue
		}
		var ok bool
		if ok, said = exactly(want, func(f float64) float64 { return strength(s, f) }); ok {
			b.t.Logf("%s hears %s", b.name, said)
			return
		}
	}
	b.t.Fatalf("%s should hear %v and hears %s", b.name, want, said)
}

// rxTime is the "time = 3.261 sec" of what came in, in audio_debug's answer.
var rxTime = regexp.MustCompile(`(?s)rx: .*?time = ([0-9.]+) sec`)

// receives waits until audio comes in, whatever it is. After a hold of its own baresip 1.0 writes no sndfile any more
// ("audio rx pipeline: aubridge <--- PCMA"), so its own count of decoded audio must do.
func (b *baresip) receives() {
	b.t.Helper()
	last := -1.0
	eventually(b.t, b.name+" receives audio", 10*time.Second, func() bool {
		b.mu.Lock()
		b.answer = ""
		b.mu.Unlock()
		b.does("audio_debug", "")
		time.Sleep(400 * time.Millisecond)
		b.mu.Lock()
		m := rxTime.FindStringSubmatch(b.answer)
		b.mu.Unlock()
		if m == nil {
			return false
		}
		now, _ := strconv.ParseFloat(m[1], 64)
		grows := last >= 0 && now > last+0.2
		last = now
		return grows
	})
}

// hearsNoMore waits until nothing comes in, or only silence: whom the far end holds gets no audio of it.
func (b *baresip) hearsNoMore() {
	b.t.Helper()
	eventually(b.t, b.name+" hears nothing", 10*time.Second, func() bool {
		s := b.heard(400 * time.Millisecond)
		quietNow, _ := exactly(nil, func(f float64) float64 { return strength(s, f) })
		return s == nil || quietNow
	})
}

func freeTCP(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
