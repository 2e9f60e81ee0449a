package town

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Account is a login of Siaga.
type Account struct {
	Office   office.ID
	Role     office.Role
	User     string
	Password string
}

// house is Siaga's HTTP side as one person sees it: a session with its cookie and its token.
type house struct {
	base    string // "https://127.0.0.1:8443"
	http    *http.Client
	account Account
	csrf    string
	person  string // id
}

// The part of the API's shapes that simulated operators look at. They are the API's own (see api/openapi.json).
type (
	session struct {
		Person struct {
			ID string `json:"id"`
		} `json:"person"`
		CSRF string `json:"csrf"`
	}
	seatView struct {
		ID     string `json:"id"`
		Office string `json:"office"`
		State  string `json:"state"`
		Reason string `json:"reason"`
		Person *struct {
			ID string `json:"id"`
		} `json:"person"`
		Call string `json:"call"`
		Line string `json:"line"`
	}
	callView struct {
		ID       string      `json:"id"`
		Office   string      `json:"office"`
		Phase    string      `json:"phase"`
		Number   string      `json:"number"`
		Name     string      `json:"callerName"`
		Place    *pointView  `json:"place"`
		Seat     string      `json:"seat"`
		Try      int         `json:"try"`
		Sent     []office.ID `json:"sent"`
		Chip     string      `json:"chip"`
		Incident string      `json:"incident"`
		Leaving  *struct {
			Seat string `json:"seat"`
		} `json:"leaving"`
	}
	pointView struct {
		Lat float64 `json:"lat"`
		Lng float64 `json:"lng"`
	}
	cardView struct {
		ID     string `json:"id"`
		State  string `json:"state"`
		Office string `json:"office"`
		Call   string `json:"call"`
		Kind   string `json:"kind"`
		Rev    int    `json:"rev"`
	}
	reportForm struct {
		Rev            int        `json:"rev"`
		Kind           string     `json:"kind"`
		Priority       int        `json:"priority"`
		Place          string     `json:"place"`
		At             *pointView `json:"at"`
		Reporter       string     `json:"reporter"`
		ReporterNumber string     `json:"reporterNumber"`
		Protect        bool       `json:"protect"`
		Danger         *bool      `json:"danger"`
		Weapons        string     `json:"weapons"`
		Injured        string     `json:"injured"`
		SuspectPresent *bool      `json:"suspectPresent"`
		People         int        `json:"people"`
		Vehicle        string     `json:"vehicle"`
		Office         string     `json:"office"`
		Summary        string     `json:"summary"`
	}
)

// problem is a refusal of the API (RFC 9457).
type problem struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Retry  int    `json:"retryAfterS"`
	what   string
}

func (p *problem) Error() string {
	return fmt.Sprintf("%s: %d %s %s %s", p.what, p.Status, p.Code, p.Title, p.Detail)
}

// refused says whether an error is a refusal with this code.
func refused(err error, code string) bool {
	var p *problem
	return errors.As(err, &p) && p.Code == code
}

func newHouse(base string, roots *x509.CertPool, a Account) (*house, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("client of %s: %w", a.User, err)
	}
	return &house{base: strings.TrimSuffix(base, "/"), account: a, http: &http.Client{
		Jar: jar,
		// Of HTTP/1.1 only, which the WebSocket needs; a person has few connections.
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 2,
			IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: false,
		},
	}}, nil
}

func (h *house) close() { h.http.CloseIdleConnections() }

// signIn opens the session, again when it was lost.
func (h *house) signIn(ctx context.Context) error {
	for {
		var s session
		err := h.do(ctx, http.MethodPost, "/session", map[string]string{"user": h.account.User, "password": h.account.Password}, &s)
		var p *problem
		if errors.As(err, &p) && p.Status == http.StatusTooManyRequests {
			if !sleep(ctx, time.Duration(max(1, p.Retry))*time.Second) {
				return ctx.Err()
			}
			continue
		}
		if err != nil {
			return err
		}
		h.csrf, h.person = s.CSRF, s.Person.ID
		return nil
	}
}

// signOut ends the session; nobody is hurt when it fails.
func (h *house) signOut(ctx context.Context) { _ = h.do(ctx, http.MethodDelete, "/session", nil, nil) }

// do is one command or question. A command keeps its idempotency key when it is tried again after a broken connection.
func (h *house) do(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	key := rand.Text()
	for try := 0; ; try++ {
		err := h.once(ctx, method, path, key, body, out)
		var p *problem
		if err == nil || errors.As(err, &p) || try == 2 || ctx.Err() != nil || !sleep(ctx, 200*time.Millisecond) {
			return err
		}
	}
}

func (h *house) once(ctx context.Context, method, path, key string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, h.base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Origin", h.base)
	if method != http.MethodGet {
		req.Header.Set("X-Siaga-Csrf", h.csrf)
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := h.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= 300 {
		p := &problem{what: method + " " + path}
		_ = json.Unmarshal(raw, p) // what isn't a problem document has at least a status
		p.Status = res.StatusCode
		if p.Retry == 0 {
			p.Retry, _ = strconv.Atoi(res.Header.Get("Retry-After"))
		}
		return p
	}
	if out == nil || len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (h *house) post(ctx context.Context, path string, in, out any) error {
	if in == nil {
		in = struct{}{}
	}
	return h.do(ctx, http.MethodPost, path, in, out)
}
