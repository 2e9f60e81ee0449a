package node

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/smtp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gosnmp/gosnmp"
)

// Alarms says how alarms leave the building.
type Alarms struct {
	SMTP             string        `koanf:"smtp"`          // "host:port" of the mail server; empty: no mail
	SMTPSecurity     string        `koanf:"smtp_security"` // "starttls" (default), "tls", "none"
	SMTPUser         string        `koanf:"smtp_user"`
	SMTPPasswordFile string        `koanf:"smtp_password_file"`
	From             string        `koanf:"from"`
	To               []string      `koanf:"to"`
	Webhook          string        `koanf:"webhook"`             // URL that gets each alarm as JSON; empty: none
	SecretFile       string        `koanf:"webhook_secret_file"` // signs it: X-Siaga-Signature: sha256=HMAC
	SNMP             string        `koanf:"snmp"`                // "host:162" that gets traps (v2c); empty: none
	Community        string        `koanf:"snmp_community"`
	Repeat           time.Duration `koanf:"repeat"` // how often a standing alarm is told again; 1 h
}

// News is an alarm as it leaves the building.
type News struct {
	Site  string    `json:"site"`
	Alarm Alarm     `json:"alarm"`
	Over  bool      `json:"over"`
	At    time.Time `json:"at"`
}

// way is one road by which alarms leave.
type tellWay struct {
	name string
	send func(context.Context, News) error
}

// teller takes alarms out of the building: by mail, webhook and SNMP trap, each by itself, so that a dead mail server
// doesn't keep back a trap. It never holds up what raises an alarm.
type teller struct {
	log  *slog.Logger
	site string
	ways []tellWay
	box  []chan News
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// Limits of telling.
const (
	tellQueue   = 100
	tellTries   = 5
	tellTimeout = 20 * time.Second
	tellAgain   = 30 * time.Second // doubles
)

func newTeller(c Alarms, site string, log *slog.Logger) (*teller, error) {
	t := &teller{log: log, site: site}
	if c.SMTP != "" {
		pass, err := password(c.SMTPPasswordFile)
		if err != nil {
			return nil, fmt.Errorf("alarms.smtp_password_file: %w", err)
		}
		t.ways = append(t.ways, tellWay{"e-mail", func(ctx context.Context, n News) error { return mail(ctx, c, pass, n) }})
	}
	if c.Webhook != "" {
		secret, err := password(c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("alarms.webhook_secret_file: %w", err)
		}
		t.ways = append(t.ways, tellWay{"webhook", func(ctx context.Context, n News) error { return hook(ctx, c.Webhook, secret, n) }})
	}
	if c.SNMP != "" {
		t.ways = append(t.ways, tellWay{"snmp", func(ctx context.Context, n News) error { return trap(ctx, c, n) }})
	}
	ctx, stop := context.WithCancel(context.Background())
	t.stop = stop
	for _, w := range t.ways {
		ch := make(chan News, tellQueue)
		t.box = append(t.box, ch)
		t.wg.Go(func() { t.run(ctx, w, ch) })
	}
	return t, nil
}

// tell takes news; what a dead road can't carry any more is left out, with a line in the log.
func (t *teller) tell(n News) {
	n.Site, n.At = t.site, time.Now().UTC()
	for i, ch := range t.box {
		select {
		case ch <- n:
		default:
			t.log.Error("an alarm could not leave the building: too many wait", "by", t.ways[i].name, "alarm", n.Alarm.Name)
		}
	}
}

func (t *teller) run(ctx context.Context, w tellWay, ch chan News) {
	for {
		var n News
		select {
		case <-ctx.Done():
			return
		case n = <-ch:
		}
		wait := tellAgain
		for try := 1; ; try++ {
			one, cancel := context.WithTimeout(ctx, tellTimeout)
			err := w.send(one, n)
			cancel()
			if err == nil {
				break
			}
			t.log.Warn("an alarm did not leave the building", "by", w.name, "alarm", n.Alarm.Name, "try", try, "err", err)
			if try == tellTries {
				break
			}
			pause := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				pause.Stop()
				return
			case <-pause.C:
			}
			wait *= 2
		}
	}
}

func (t *teller) close() {
	t.stop()
	t.wg.Wait()
}

// words are the subject and the text of news, for people at 3 a.m.
func (n News) words() (subject, text string) {
	state, statEN := "ALARM", "ALARM"
	if n.Over {
		state, statEN = "SELESAI", "OVER"
	}
	subject = fmt.Sprintf("[Siaga %s] %s: %s", n.Site, state, n.Alarm.Text.ID)
	text = fmt.Sprintf("%s\n%s\n\nYang harus dilakukan: %s\nSejak: %s\n\n%s: %s\nWhat to do: %s\nSince: %s\n", state, n.Alarm.Text.ID,
		n.Alarm.Todo.ID, n.Alarm.Since.Local().Format("2006-01-02 15:04:05 MST"), statEN, n.Alarm.Text.EN, n.Alarm.Todo.EN,
		n.Alarm.Since.Format(time.RFC3339))
	return subject, text
}

// mail sends news by SMTP (RFC 5321), over TLS unless the setting says otherwise.
func mail(ctx context.Context, c Alarms, pass string, n News) (err error) {
	host, _, err := net.SplitHostPort(c.SMTP)
	if err != nil {
		return err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.SMTP)
	if err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if c.SMTPSecurity == "tls" {
		conn = tls.Client(conn, secure)
	}
	m, err := smtp.NewClient(conn, host)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer func() { _ = m.Close() }()
	if c.SMTPSecurity == "" || c.SMTPSecurity == "starttls" {
		if err := m.StartTLS(secure); err != nil {
			return err
		}
	}
	if c.SMTPUser != "" {
		if err := m.Auth(smtp.PlainAuth("", c.SMTPUser, pass, host)); err != nil {
			return err
		}
	}
	if err := m.Mail(c.From); err != nil {
		return err
	}
	for _, to := range c.To {
		if err := m.Rcpt(to); err != nil {
			return err
		}
	}
	w, err := m.Data()
	if err != nil {
		return err
	}
	subject, text := n.words()
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s",
		c.From, strings.Join(c.To, ", "), mime.QEncoding.Encode("utf-8", subject), n.At.Format(time.RFC1123Z), strings.ReplaceAll(text, "\n", "\r\n"))
	if _, err := w.Write(b.Bytes()); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return err
	}
	return m.Quit()
}

// hook posts news as JSON, signed so that the receiver knows whose it is.
// hook posts something as JSON, signed when there is a secret.
func hook(ctx context.Context, url, secret string, n any) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write(body)
		req.Header.Set("X-Siaga-Signature", "sha256="+hex.EncodeToString(h.Sum(nil)))
	}
	res, err := (&http.Client{Timeout: tellTimeout}).Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		return fmt.Errorf("the receiver says %s", res.Status)
	}
	return nil
}

// oid is Siaga's branch in docs/SIAGA-MIB.txt. The enterprise number is the documentation's (RFC 5612).
const oid = ".1.3.6.1.4.1.32473.110"

// trap sends news as an SNMPv2c trap (RFC 3416 4.2.6).
func trap(ctx context.Context, c Alarms, n News) error {
	host, port, err := net.SplitHostPort(c.SNMP)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return err
	}
	community := c.Community
	if community == "" {
		community = "public"
	}
	g := &gosnmp.GoSNMP{
		Target: host, Port: uint16(number), Community: community, Version: gosnmp.Version2c, Timeout: 3 * time.Second, Context: ctx,
		MaxOids: gosnmp.MaxOids,
	}
	if err := g.Connect(); err != nil {
		return err
	}
	defer func() { _ = g.Conn.Close() }()
	kind := oid + ".0.1"
	if n.Over {
		kind = oid + ".0.2"
	}
	octets := func(id, v string) gosnmp.SnmpPDU {
		return gosnmp.SnmpPDU{Name: oid + id, Type: gosnmp.OctetString, Value: v}
	}
	_, err = g.SendTrap(gosnmp.SnmpTrap{Variables: []gosnmp.SnmpPDU{
		{Name: ".1.3.6.1.6.3.1.1.4.1.0", Type: gosnmp.ObjectIdentifier, Value: kind},
		octets(".1.1", n.Site), octets(".1.2", n.Alarm.Name), octets(".1.3", n.Alarm.Level), octets(".1.4", n.Alarm.Text.EN),
		octets(".1.5", n.Alarm.Todo.EN),
	}})
	return err
}

// checkAlarms checks how alarms leave.
func (c Config) checkAlarms(bad func(name, fix string, args ...any)) {
	a := c.Alarms
	if a.SMTP != "" {
		if _, _, err := net.SplitHostPort(a.SMTP); err != nil {
			bad("alarms.smtp", "%q is no address: write \"mail.example:587\"", a.SMTP)
		}
		if a.From == "" || len(a.To) == 0 {
			bad("alarms.to", "say from whom and to whom mails go: from = \"siaga@…\", to = [\"…\"]")
		}
	}
	switch a.SMTPSecurity {
	case "", "starttls", "tls", "none":
	default:
		bad("alarms.smtp_security", "%q: choose \"starttls\", \"tls\" or \"none\"", a.SMTPSecurity)
	}
	if a.Webhook != "" && !strings.HasPrefix(a.Webhook, "http://") && !strings.HasPrefix(a.Webhook, "https://") {
		bad("alarms.webhook", "%q is no URL: begin it with https://", a.Webhook)
	}
	if a.SNMP != "" {
		if _, port, err := net.SplitHostPort(a.SNMP); err != nil || port == "" {
			bad("alarms.snmp", "%q is no address: write \"10.0.0.9:162\"", a.SNMP)
		}
	}
}

// TestAlarm sends one alarm and its end by every road, and says how each went.
func TestAlarm(ctx context.Context, cfg Config, say func(way string, err error)) error {
	t, err := newTeller(Alarms{}, cfg.Site.Node, slog.Default())
	if err != nil {
		return err
	}
	defer t.close()
	full, err := newTeller(cfg.Alarms, cfg.Site.Node, slog.Default())
	if err != nil {
		return err
	}
	defer full.close()
	if len(full.ways) == 0 {
		return errors.New("siaga.toml names no way out for alarms: set smtp, webhook or snmp in [alarms]")
	}
	n := News{Site: cfg.Site.Node, At: time.Now().UTC(), Alarm: Alarm{
		Name: "test", Level: "warn", Since: time.Now().UTC(),
		Text: Text{ID: "Ini alarm uji.", EN: "This is a test alarm."}, Todo: Text{ID: "Tidak ada.", EN: "Nothing."},
	}}
	var failed error
	for _, w := range full.ways {
		one, cancel := context.WithTimeout(ctx, tellTimeout)
		err := w.send(one, n)
		cancel()
		say(w.name, err)
		failed = errors.Join(failed, err)
	}
	return failed
}
