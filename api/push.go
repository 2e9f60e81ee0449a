package api

import (
	"context"
	"net/http"
	"time"

	"github.com/siaga110/siaga/dispatch/push"
	"github.com/siaga110/siaga/incident"
)

// Push wakes phones (push.Pusher).
type Push interface {
	Key() string
	Keep(o push.Owner, s push.Subscription) error
	Drop(o push.Owner, endpoint string) error
}

// PushSubscription is where a browser wants to be woken (W3C Push API), as its toJSON gives it.
type PushSubscription struct {
	Endpoint string   `json:"endpoint" minLength:"1" maxLength:"2000"`
	Keys     PushKeys `json:"keys"`
}

// PushKeys encrypt for that browser alone (RFC 8291).
type PushKeys struct {
	P256dh string `json:"p256dh" minLength:"1" maxLength:"200"`
	Auth   string `json:"auth" minLength:"1" maxLength:"100"`
}

// PushKey is what a browser needs to be woken by this server.
type PushKey struct {
	Key string `json:"key" doc:"of the server (RFC 8292), base64url; empty: waking is not set up"`
}

// leaderWoken is how long a leader's device is woken without being opened again: they are asked at night and at home, when
// no page of theirs is open. A closed account is woken no more.
const leaderWoken = 30 * 24 * time.Hour

// PushEnd names a subscription that is over.
type PushEnd struct {
	Endpoint string `json:"endpoint" minLength:"1" maxLength:"2000"`
}

func (s *Server) pushOps() {
	own := rule{roles: patrol}
	register(s, operation(http.MethodPut, "/patrol/push", "Say where the own phone is to be woken", own),
		func(ctx context.Context, in *body[PushSubscription]) (*none, error) {
			if s.cfg.Push == nil || who(ctx).Unit == "" { // only a phone that was opened for a unit is woken
				return nil, problem(http.StatusConflict, "no_push")
			}
			b := in.Body
			return &none{}, s.cfg.Push.Keep(s.pushOwner(who(ctx)), push.Subscription{Endpoint: b.Endpoint, P256dh: b.Keys.P256dh, Auth: b.Keys.Auth})
		})
	register(s, operation(http.MethodPost, "/patrol/push/end", "Say that the own phone is to be woken no more", own),
		func(ctx context.Context, in *body[PushEnd]) (*none, error) {
			if s.cfg.Push == nil {
				return &none{}, nil
			}
			return &none{}, s.cfg.Push.Drop(s.pushOwner(who(ctx)), in.Body.Endpoint)
		})
}

// leaderPushOps let those who are asked when a step was missed be woken on devices of theirs.
func (s *Server) leaderPushOps() {
	own := rule{roles: leaders}
	register(s, operation(http.MethodGet, "/push", "The key with which a device of one's own is woken when a step was missed", own),
		func(context.Context, *struct{}) (*out[PushKey], error) {
			if s.cfg.Push == nil {
				return &out[PushKey]{}, nil
			}
			return &out[PushKey]{Body: PushKey{Key: s.cfg.Push.Key()}}, nil
		})
	register(s, operation(http.MethodPut, "/push", "Say where a device of one's own is to be woken", own),
		func(ctx context.Context, in *body[PushSubscription]) (*none, error) {
			if s.cfg.Push == nil {
				return nil, problem(http.StatusConflict, "no_push")
			}
			b := in.Body
			return &none{}, s.cfg.Push.Keep(push.Owner{Person: who(ctx).Person.ID, Until: time.Now().Add(leaderWoken)},
				push.Subscription{Endpoint: b.Endpoint, P256dh: b.Keys.P256dh, Auth: b.Keys.Auth})
		})
	register(s, operation(http.MethodPost, "/push/end", "Say that a device of one's own is to be woken no more", own),
		func(ctx context.Context, in *body[PushEnd]) (*none, error) {
			if s.cfg.Push == nil {
				return &none{}, nil
			}
			return &none{}, s.cfg.Push.Drop(push.Owner{Person: who(ctx).Person.ID}, in.Body.Endpoint)
		})
}

func (s *Server) pushOwner(c *caller) push.Owner {
	return push.Owner{Unit: incident.UnitID(c.Unit), Person: c.Person.ID, Until: c.Until}
}
