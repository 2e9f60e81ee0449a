package town

import (
	"context"
	"crypto/tls"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/siaga110/siaga/office"
)

//go:embed page
var pageFiles embed.FS

// Page is the citizen's page: whoever opens it calls 110 with their own microphone, number and place. Towards the
// browser it is WebRTC, towards Siaga an ordinary phone at the trunk.
type Page struct {
	Phone *Phone
	Trunk Trunk
	TLS   *tls.Config
	Log   *slog.Logger

	server *http.Server
	wg     sync.WaitGroup
	ctx    context.Context
	stop   context.CancelFunc
	live   atomic.Int32
}

// pageCalls is how many calls the page makes at the same time.
const pageCalls = 8

// Serve serves the page on a listener until Close. It returns at once.
func (p *Page) Serve(l net.Listener) {
	if p.Log == nil {
		p.Log = slog.Default()
	}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.server = &http.Server{
		Handler: p.routes(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
	}
	conf := p.TLS.Clone()
	conf.MinVersion = max(conf.MinVersion, tls.VersionTLS12)
	conf.NextProtos = []string{"http/1.1"} // the WebSocket wants it, and three small files don't mind
	p.wg.Go(func() {
		if err := p.server.Serve(tls.NewListener(l, conf)); !errors.Is(err, http.ErrServerClosed) {
			p.Log.Error("citizen's page ended", "error", err)
		}
	})
}

// Close hangs up the page's calls and ends it.
func (p *Page) Close() error {
	p.stop()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := p.server.Shutdown(ctx)
	p.wg.Wait()
	return err
}

// The page has no other source than itself: no inline script or style, no other host.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (p *Page) routes() http.Handler {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /call", p.socket)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "microphone=(self), geolocation=(self), camera=()")
		h.Set("Strict-Transport-Security", "max-age=0") // a demonstration's certificate doesn't last
		h.Set("Cache-Control", "no-cache")
		mux.ServeHTTP(w, r)
	})
}

// pageMessage is what the page and its server tell each other.
type pageMessage struct {
	T        string `json:"t"` // page: call, key, hangup. Server: answer, state, error
	SDP      string `json:"sdp,omitempty"`
	Number   string `json:"number,omitempty"`
	Withheld bool   `json:"withheld,omitempty"`
	Name     string `json:"name,omitempty"`
	Place    *struct {
		Lat    float64 `json:"lat"`
		Lng    float64 `json:"lng"`
		Radius float64 `json:"radius"`
	} `json:"place,omitempty"`
	Key    string `json:"key,omitempty"`
	State  State  `json:"state,omitempty"`
	By     string `json:"by,omitempty"`
	Status int    `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
}

// socket is one open page. It makes one call at a time; closing the page hangs up.
func (p *Page) socket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil) // checks that Origin is this host
	if err != nil {
		return // Accept has answered
	}
	p.wg.Add(1)
	defer p.wg.Done()
	defer ws.CloseNow() //nolint:errcheck // the page is gone then, which is what is wanted
	ws.SetReadLimit(128 << 10)
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	send := func(m pageMessage) {
		raw, err := json.Marshal(m)
		if err == nil {
			err = ws.Write(ctx, websocket.MessageText, raw)
		}
		if err != nil {
			cancel()
		}
	}
	var c *pageCall
	defer func() {
		if c != nil {
			c.close()
		}
	}()
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var m pageMessage
		if json.Unmarshal(raw, &m) != nil {
			send(pageMessage{T: "error", Code: "bad_message"})
			continue
		}
		switch m.T {
		case "call":
			if c != nil {
				c.close()
				c = nil
			}
			if p.live.Load() >= pageCalls {
				send(pageMessage{T: "error", Code: "too_many"})
				continue
			}
			next, code := p.begin(ctx, m, send)
			if code != "" {
				send(pageMessage{T: "error", Code: code})
				continue
			}
			c = next
		case "key":
			if c != nil && c.call.Press(m.Key) != nil {
				send(pageMessage{T: "error", Code: "no_key"})
			}
		case "hangup":
			if c != nil {
				c.call.Hangup()
			}
		}
	}
}

// dialOf reads who calls from where; a code tells what is wrong with it.
func dialOf(m pageMessage) (Dial, string) {
	d := Dial{Name: strings.Map(printable, m.Name), Withheld: m.Withheld}
	if len(d.Name) > 60 {
		d.Name = d.Name[:60]
	}
	if strings.TrimSpace(m.Number) == "" {
		d.Nameless = true
	} else {
		n, ok := office.ParseNumber(m.Number)
		if !ok {
			return d, "bad_number"
		}
		d.From = n
	}
	if m.Place != nil {
		if m.Place.Lat < -90 || m.Place.Lat > 90 || m.Place.Lng < -180 || m.Place.Lng > 180 || m.Place.Radius < 0 || m.Place.Radius > 100_000 {
			return d, "bad_place"
		}
		d.Place = &Place{At: office.Point{Lat: m.Place.Lat, Lng: m.Place.Lng}, Radius: office.Metres(m.Place.Radius)}
	}
	return d, ""
}

func printable(r rune) rune {
	if r < ' ' || r == '"' || r == '\\' || r == 0x7F {
		return -1
	}
	return r
}
