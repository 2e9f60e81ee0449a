package node

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// Notices says how a notice reaches a number that plays with 110 again and again: a plain hook of the site's own, which
// hands the text to whoever sends messages there. Off unless a hook is named; a person presses the key each time.
type Notices struct {
	Hook       string `koanf:"hook"`        // URL that gets {"number","text","office"} as JSON; empty: none is sent
	SecretFile string `koanf:"secret_file"` // signs it: X-Siaga-Signature: sha256=HMAC
	Text       string `koanf:"text"`        // empty: noticeText
}

const noticeText = "Polri 110: nomor Anda berulang kali menelepon 110 tanpa keperluan. 110 untuk keadaan darurat. " +
	"Panggilan iseng dapat dipidana. Bila Anda butuh polisi, tetap telepon 110."

func (c Notices) check(bad func(name, fix string, args ...any)) {
	if c.Hook != "" && !strings.HasPrefix(c.Hook, "http://") && !strings.HasPrefix(c.Hook, "https://") {
		bad("notice.hook", "%q is no URL: begin it with https://", c.Hook)
	}
	if n := len([]rune(c.Text)); n > 480 {
		bad("notice.text", "%d letters: three short messages (480) at most", n)
	}
}

// notice is one text on its way.
type notice struct {
	Number string    `json:"number"`
	Text   string    `json:"text"`
	Office office.ID `json:"office"`
}

// noticer hands texts to the hook, one after the other. What the hook doesn't take after three tries is logged and left:
// a warning that comes a day late is worse than none.
type noticer struct {
	cfg    Notices
	secret string
	log    *slog.Logger
	box    chan notice
	again  time.Duration // before the second try; doubles
	stop   context.CancelFunc
	done   chan struct{}
}

const (
	noticeQueue = 100
	noticeTries = 3
	noticeAgain = 5 * time.Second
)

// newNoticer gives nil when the site sends none.
func newNoticer(c Notices, log *slog.Logger) (*noticer, error) {
	if c.Hook == "" {
		return nil, nil //nolint:nilnil // none is wanted
	}
	if c.Text == "" {
		c.Text = noticeText
	}
	secret, err := password(c.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("notice.secret_file: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	n := &noticer{cfg: c, secret: secret, log: log, box: make(chan notice, noticeQueue), again: noticeAgain, stop: stop, done: make(chan struct{})}
	go n.run(ctx)
	return n, nil
}

// close lets the one that is on its way end.
func (n *noticer) close() {
	n.stop()
	<-n.done
}

// send hands a notice over and returns at once.
func (n *noticer) send(o office.ID, number office.Number) {
	select {
	case n.box <- notice{Number: string(number), Text: n.cfg.Text, Office: o}:
	default:
		n.log.Error("a notice was not sent: too many wait for the hook", "office", o)
	}
}

func (n *noticer) run(ctx context.Context) {
	defer close(n.done)
	for {
		select {
		case <-ctx.Done():
			return
		case x := <-n.box:
			n.deliver(ctx, x)
		}
	}
}

func (n *noticer) deliver(ctx context.Context, x notice) {
	wait := n.again
	for try := 1; ; try++ {
		err := hook(ctx, n.cfg.Hook, n.secret, x)
		if err == nil {
			return
		}
		n.log.Warn("the hook for notices did not take one", "office", x.Office, "try", try, "err", err)
		if try == noticeTries {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
			wait *= 2
		}
	}
}
