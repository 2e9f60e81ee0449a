package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/call"
	"github.com/siaga110/siaga/desk"
	"github.com/siaga110/siaga/dispatch"
	"github.com/siaga110/siaga/office"
)

// WallLink is an address that shows an office's wallboard without signing in.
type WallLink struct {
	URL   string    `json:"url"`
	Until time.Time `json:"until"`
}

// wallFor is how long a link is good: a screen on a wall has nobody who signs in.
const wallFor = 180 * 24 * time.Hour

type tokenPath struct {
	Token string `path:"token" maxLength:"300"`
}

func (s *Server) wallOps() {
	register(s, operation(http.MethodGet, "/wallboard", "Figures of an office", rule{roles: workers, of: officeQuery}),
		func(ctx context.Context, in *officeIn) (*out[Wallboard], error) {
			return s.wallboard(ctx, in.or(officeOf(ctx)))
		})
	register(s, operation(http.MethodPost, "/wallboards", "Make a link to the own office's wallboard", rule{roles: leaders}),
		func(ctx context.Context, _ *none) (*out[WallLink], error) {
			until := s.cfg.Now().Add(wallFor).UTC().Truncate(time.Second)
			token := s.signWall(officeOf(ctx), until)
			s.cfg.Staff.NoteRead(who(ctx).Person.ID, "wallboard_link", string(officeOf(ctx)), "")
			return &out[WallLink]{WallLink{URL: "/wall/" + token, Until: until}}, nil
		})
	register(s, operation(http.MethodGet, "/wall/{token}", "Figures of the office that the link is for", rule{open: true}),
		func(ctx context.Context, in *tokenPath) (*out[Wallboard], error) {
			o, ok := s.readWall(in.Token)
			if !ok {
				return nil, problem(http.StatusNotFound, "link_over")
			}
			return s.wallboard(ctx, o)
		})
}

// wallboard joins the figures of now with those of the day.
func (s *Server) wallboard(ctx context.Context, id office.ID) (*out[Wallboard], error) {
	now := s.cfg.Now().UTC()
	o, ok := s.cfg.Directory.Get(id)
	if !ok {
		return nil, office.ErrUnknown
	}
	w := Wallboard{Name: o.Name, ServerTime: now, PerOffice: []OfficeFigures{}}
	if v, ok := s.cfg.Board.Get(id, "floor/"+string(id)); ok {
		w.FloorView, _ = v.(desk.FloorView)
	}
	w.Office = id
	if w.Today.Outcomes == nil {
		w.Today.Outcomes = map[call.Outcome]int{}
		w.Conservation.Balanced = w.Conservation.In == 0
	}
	day, err := s.cfg.View.Wallboard(ctx, id, id, s.cfg.View.DayOf(id, now))
	if err != nil {
		return nil, err
	}
	inHand := map[office.ID]dispatch.OfficeNow{}
	for _, n := range s.cfg.Dispatch.Overview(id, id, now) {
		inHand[n.Office] = n
	}
	for _, f := range day.PerOffice {
		of, _ := s.cfg.Directory.Get(f.Office)
		l := OfficeFigures{OfficeFigures: f, PastTarget: inHand[f.Office].PastTarget, Target: s.promise(of, now)}
		if old := inHand[f.Office].Oldest; old != nil {
			l.OldestSince = &old.FirstRing
		}
		w.PerOffice = append(w.PerOffice, l)
	}
	return &out[Wallboard]{w}, nil
}

// A link is "office|seconds of its end" with a signature.
func (s *Server) signWall(o office.ID, until time.Time) string {
	text := string(o) + "|" + strconv.FormatInt(until.Unix(), 10)
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(text)) + "." + enc.EncodeToString(s.wallMAC(text))
}

func (s *Server) wallMAC(text string) []byte {
	mac := hmac.New(sha256.New, s.cfg.LinkKey)
	mac.Write([]byte("siaga wallboard\n" + text))
	return mac.Sum(nil)[:20]
}

func (s *Server) readWall(token string) (office.ID, bool) {
	a, b, _ := strings.Cut(token, ".")
	text, err1 := base64.RawURLEncoding.DecodeString(a)
	mac, err2 := base64.RawURLEncoding.DecodeString(b)
	if err1 != nil || err2 != nil || !hmac.Equal(mac, s.wallMAC(string(text))) {
		return "", false
	}
	o, seconds, _ := strings.Cut(string(text), "|")
	until, err := strconv.ParseInt(seconds, 10, 64)
	return office.ID(o), err == nil && s.cfg.Now().Unix() < until
}
