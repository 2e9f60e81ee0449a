package api

import (
	"context"
	"net/http"

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

func (s *Server) pushOwner(c *caller) push.Owner {
	return push.Owner{Unit: incident.UnitID(c.Unit), Person: c.Person.ID, Until: c.Until}
}
