// Package push wakes the phones of crews by web push (RFC 8030, 8291, 8292). It is a help, never the only way: a phone
// that is looked at learns of its job by itself.
package push

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"github.com/siaga110/siaga/incident"
	"github.com/siaga110/siaga/office"
)

// Subscription is where a browser wants to be woken, and with which keys it reads (RFC 8291 2).
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// Owner is whose it is, and until when.
type Owner struct {
	Unit   incident.UnitID `json:"unit"` // empty: a leader's own device
	Person office.PersonID `json:"person"`
	Until  time.Time       `json:"until"`
}

// Options of Open. Keys and Kept are needed.
type Options struct {
	Keys string // file of the server's key pair (RFC 8292), made at the first start (0600)
	Kept string // file of subscriptions (0600); it may be deleted: phones say theirs again when they are opened
	// Hosts are push services that are believed besides the known ones: "push.example.org", or ".example.org" with all
	// below it.
	Hosts []string
	// Loopback lets endpoints lie on this machine, also without TLS: for tests only.
	Loopback bool
	// Contact is whom a push service may write to, "mailto:…" or "https://…".
	Contact string
	// Alive says whether an owner's phone is still signed in; nil: until its time is over.
	Alive func(Owner) bool
	Log   *slog.Logger
}

// Known are the push services of today's browsers.
var Known = []string{
	"fcm.googleapis.com", "android.googleapis.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com",
}

const (
	queueMax   = 2000 // messages that wait; more than all phones of a Polda
	senders    = 4
	sendWithin = 10 * time.Second
	mostTries  = 3
	ownMost    = 5 // subscriptions of one person: phones that they changed
)

// EndpointError is why an address can't be woken.
type EndpointError struct{ Why string }

func (e *EndpointError) Error() string { return "push: " + e.Why }

// Pusher sends.
type Pusher struct {
	opts   Options
	keys   keyPair
	client *http.Client
	queue  chan message
	ctx    context.Context
	stop   context.CancelFunc
	work   sync.WaitGroup

	mu   sync.Mutex
	kept []kept
	sent Figures
}

type kept struct {
	Owner
	Subscription
}

// Figures count what became of messages.
type Figures struct{ Sent, Failed, Gone, Dropped int }

type message struct {
	to   kept
	body []byte
	ttl  time.Duration
	try  int
}

// Open reads the keys and the subscriptions, or makes them.
func Open(opts Options) (*Pusher, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Contact == "" {
		opts.Contact = "mailto:siaga@localhost"
	}
	keys, err := readKeys(opts.Keys)
	if err != nil {
		return nil, err
	}
	p := &Pusher{opts: opts, keys: keys, queue: make(chan message, queueMax)}
	if p.kept, err = readKept(opts.Kept); err != nil { // phones say it again
		opts.Log.Warn("where phones are to be woken can't be read; they say it again when they are opened", "err", err)
	}
	p.client = guarded(opts.Loopback)
	p.ctx, p.stop = context.WithCancel(context.Background())
	for range senders {
		p.work.Go(p.run)
	}
	return p, nil
}

// Close ends it at once: what wasn't sent is not sent.
func (p *Pusher) Close() {
	p.stop()
	p.work.Wait()
}

// Key is the server's public one, for the browser's subscribe().
func (p *Pusher) Key() string { return p.keys.Public }

// Figures are those since the start.
func (p *Pusher) Figures() Figures {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

// Keep notes where an owner wants to be woken. It ends with *EndpointError or the disk's error.
func (p *Pusher) Keep(o Owner, s Subscription) error {
	if err := allowed(s.Endpoint, append(slices.Clone(Known), p.opts.Hosts...), p.opts.Loopback); err != nil {
		return err
	}
	point, err := decode(s.P256dh)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	auth, err2 := decode(s.Auth)
	if err != nil || err2 != nil || len(auth) != 16 {
		return &EndpointError{"the keys are not those of a browser (RFC 8291)"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = slices.DeleteFunc(p.kept, func(k kept) bool { return k.Endpoint == s.Endpoint || p.over(k.Owner) })
	own := 0
	for i, k := range slices.Backward(p.kept) {
		if k.Person == o.Person {
			if own++; own >= ownMost {
				p.kept = slices.Delete(p.kept, i, i+1)
			}
		}
	}
	p.kept = append(p.kept, kept{o, s})
	return writeKept(p.opts.Kept, p.kept)
}

// Drop forgets one of an owner's.
func (p *Pusher) Drop(o Owner, endpoint string) error {
	return p.forget(func(k kept) bool { return k.Endpoint == endpoint && k.Person == o.Person })
}

func (p *Pusher) forget(which func(kept) bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.kept)
	if p.kept = slices.DeleteFunc(p.kept, which); len(p.kept) == n {
		return nil
	}
	return writeKept(p.opts.Kept, p.kept)
}

func (p *Pusher) over(o Owner) bool {
	return !time.Now().Before(o.Until) || p.opts.Alive != nil && !p.opts.Alive(o)
}

// ToUnit wakes all phones of a unit's crew. It returns at once; ttl is how long a push service may try.
func (p *Pusher) ToUnit(u incident.UnitID, body []byte, ttl time.Duration) {
	p.to(func(k kept) bool { return k.Unit == u }, body, ttl)
}

// ToPerson wakes all devices of a person.
func (p *Pusher) ToPerson(id office.PersonID, body []byte, ttl time.Duration) {
	p.to(func(k kept) bool { return k.Person == id }, body, ttl)
}

func (p *Pusher) to(which func(kept) bool, body []byte, ttl time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.kept {
		if !which(k) {
			continue
		}
		select {
		case p.queue <- message{to: k, body: body, ttl: ttl}:
		default:
			p.sent.Dropped++
		}
	}
}

func (p *Pusher) run() {
	for {
		select {
		case m := <-p.queue:
			p.send(m)
		case <-p.ctx.Done():
			return
		}
	}
}

// send tries some times; a push service that is away for longer is no use to somebody who is needed now.
func (p *Pusher) send(m message) {
	if p.over(m.to.Owner) { // asked here, not under the lock: who is signed in is another room's business
		p.logged(p.forget(func(k kept) bool { return k.Endpoint == m.to.Endpoint }))
		return
	}
	pause := time.NewTimer(0)
	defer pause.Stop()
	<-pause.C
	for try := range mostTries {
		status, err := p.once(m)
		switch {
		case err == nil && status/100 == 2:
			p.count(func(f *Figures) { f.Sent++ })
			return
		case status == http.StatusNotFound || status == http.StatusGone: // RFC 8030 7.3: it is over
			p.count(func(f *Figures) { f.Gone++ })
			p.logged(p.forget(func(k kept) bool { return k.Endpoint == m.to.Endpoint }))
			return
		case status/100 == 4 && status != http.StatusTooManyRequests, try == mostTries-1:
			p.count(func(f *Figures) { f.Failed++ })
			p.opts.Log.Warn("a phone could not be woken", "unit", m.to.Unit, "status", status, "err", err) // the endpoint is a secret
			return
		}
		pause.Reset(time.Second << try)
		select {
		case <-pause.C:
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *Pusher) once(m message) (int, error) {
	ctx, stop := context.WithTimeout(p.ctx, sendWithin)
	defer stop()
	res, err := webpush.SendNotificationWithContext(ctx, m.body, &webpush.Subscription{
		Endpoint: m.to.Endpoint, Keys: webpush.Keys{P256dh: m.to.P256dh, Auth: m.to.Auth},
	}, &webpush.Options{
		HTTPClient: p.client, Subscriber: strings.TrimPrefix(p.opts.Contact, "mailto:"), TTL: int(m.ttl.Seconds()), Urgency: webpush.UrgencyHigh,
		RecordSize:     1024, // our messages are short: a padded 4 KB is a waste on a weak signal
		VAPIDPublicKey: p.keys.Public, VAPIDPrivateKey: p.keys.Private,
	})
	if err != nil {
		return 0, fmt.Errorf("push: %w", withoutAddress(err))
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10) // so that the connection is used again
	return res.StatusCode, nil
}

func (p *Pusher) count(f func(*Figures)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.sent)
}

func (p *Pusher) logged(err error) {
	if err != nil {
		p.opts.Log.Error("where phones are to be woken can't be written", "err", err)
	}
}

// decode takes base64url as browsers write it, with or without padding.
func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(s), "="))
}

// withoutAddress keeps the endpoint, whose path is a secret, out of logs.
func withoutAddress(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
