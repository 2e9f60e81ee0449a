package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// Headers that every answer has. Styles may be inline: the screens' library writes its theme's variables into a style
// element, and positions what floats by style attributes. Scripts may not.
var strictHeaders = map[string]string{
	"Content-Security-Policy": strings.Join([]string{
		"default-src 'self'", "connect-src 'self' wss:", "media-src 'self' blob:", "img-src 'self' data: blob:",
		"style-src 'self' 'unsafe-inline'", "script-src 'self'", "worker-src 'self' blob:", "object-src 'none'",
		"base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
	}, "; "),
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Permissions-Policy":           "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

func (s *Server) strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for k, v := range strictHeaders {
			h.Set(k, v)
		}
		if isPhonePage(r.URL.Path) { // a crew says where it is; the console needs no place
			h.Set("Permissions-Policy", "microphone=(self), camera=(self), geolocation=(self), payment=(), usb=()")
		}
		if name, _, _ := strings.Cut(r.Host, ":"); name != "localhost" { // whose other ports are not ours to bind
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, prefix) {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// phonePage is where the patrol's phone has its page.
const phonePage = "/patroli"

func isPhonePage(p string) bool { return p == phonePage || strings.HasPrefix(p, phonePage+"/") }

// hashed matches names that the build made from their content: they never change.
var hashed = regexp.MustCompile(`^(?:patroli/)?assets/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$`)

// files serves the screens. Paths without a file belong to the screens' own router.
func (s *Server) files() {
	if s.cfg.Web == nil {
		return
	}
	s.router.Get("/*", s.file)
	s.router.Head("/*", s.file)
}

func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == phonePage { // its service worker looks after what lies below
		http.Redirect(w, r, phonePage+"/", http.StatusPermanentRedirect)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	page := "index.html"
	if isPhonePage("/" + name) {
		page = "patroli/index.html"
	}
	if name == "" || path.Ext(name) == "" || strings.HasPrefix(name, "wall/") {
		name = page
	}
	if strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || strings.HasPrefix(path.Base(name), ".") {
		http.NotFound(w, r)
		return
	}
	err := s.sendFile(w, r, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == page:
		http.Error(w, "The screens were not built into this program: make build does it.", http.StatusNotFound)
	case errors.Is(err, fs.ErrNotExist):
		http.NotFound(w, r)
	case err != nil:
		s.cfg.Log.Error("a file of the screens can't be read", "name", name, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

func (s *Server) sendFile(w http.ResponseWriter, r *http.Request, name string) error {
	raw, encoding, err := s.packed(r, name)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Add("Vary", "Accept-Encoding")
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if hashed.MatchString(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else { // ask each time, and send only what has changed
		sum := sha256.Sum256(raw)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(raw))
	return nil
}

// packed reads a file in the best form that the browser takes: it was compressed when it was built.
func (s *Server) packed(r *http.Request, name string) (raw []byte, encoding string, err error) {
	takes := r.Header.Get("Accept-Encoding")
	for _, c := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if r.Header.Get("Range") == "" && accepts(takes, c.encoding) {
			if raw, err := fs.ReadFile(s.cfg.Web, name+c.suffix); err == nil {
				return raw, c.encoding, nil
			}
		}
	}
	raw, err = fs.ReadFile(s.cfg.Web, name)
	return raw, "", err
}

// accepts reads Accept-Encoding (RFC 9110 12.5.3) as far as browsers write it.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == encoding {
			return strings.Trim(strings.ReplaceAll(q, " ", ""), "q=0.") != "" || q == ""
		}
	}
	return false
}

// contentType doesn't ask the machine's tables, which differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".woff":
		return "font/woff"
	case ".wasm":
		return "application/wasm"
	case ".wav":
		return "audio/wav"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
