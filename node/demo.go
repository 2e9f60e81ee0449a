package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/sim/town"
	"github.com/siaga110/siaga/staff"
)

// demoPassword is the password of every account of the demo. It exists nowhere else: serve makes no accounts.
const demoPassword = "siaga-110"

// DemoOptions are the flags of siaga demo.
type DemoOptions struct {
	JSON      bool
	Town      bool
	Operators bool
	HTTP, SIP string
	Page      string
	Dir       string
	Notices   string // URL that gets notices to pranksters; empty: none are sent
	Speed     float64
	Seed      uint64
	Units     int // of the city, for load, instead of its roster; 0: the roster
	Out       io.Writer
	Log       *slog.Logger
}

// demoAccount is a login that the demo prints.
type demoAccount struct {
	Office   office.ID   `json:"office"`
	Role     office.Role `json:"role"`
	User     string      `json:"user"`
	Password string      `json:"password"`
	name     string
	rank     string
}

// Demo runs Polda Kaltim and its ten Polres on this machine until ctx ends.
func Demo(ctx context.Context, o DemoOptions) error {
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "siaga-demo-")
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(dir)
		o.Dir = dir
	}
	if _, _, err := net.SplitHostPort(o.HTTP); err != nil {
		return fmt.Errorf("--http %q: write an address like 127.0.0.1:8443", o.HTTP)
	}
	sipAddr, err := sameFreePort(ctx, o.SIP)
	if err != nil {
		return fmt.Errorf("--sip %s: %w: another Siaga may be running; choose another port", o.SIP, err)
	}
	host, _, err := net.SplitHostPort(sipAddr)
	if err != nil {
		return fmt.Errorf("--sip: %w", err)
	}
	c := defaults()
	c.Site = Site{
		Node: "demo", Data: o.Dir, Office: "polda-kaltim", Drain: 5 * time.Second, Ack: demoAck,
	}
	c.HTTP.Listen = o.HTTP
	c.SIP.UDP, c.SIP.TCP = sipAddr, sipAddr
	c.Media = Media{Address: host, Ports: "30000-39999"}
	c.Browser = Browser{UDP: net.JoinHostPort(host, "0"), TCP: net.JoinHostPort(host, "0")}
	c.Trunks = []Trunk{{Name: "kota", Peers: []string{"127.0.0.0/8", "::1/128"}, Office: "polda-kaltim"}}
	c.Patrol.PushLoopback = true // whoever tries it may be woken on this machine too
	c.Notices = Notices{Hook: o.Notices}
	n, err := Start(ctx, c, Options{Log: o.Log, Offices: office.Kaltim()})
	if err != nil {
		return err
	}
	defer n.Close()
	people, simulated, err := demoPeople(ctx, n)
	if err != nil {
		return err
	}
	fill := demoRoster
	if o.Units > 0 {
		fill = func(ctx context.Context, n *Node) error { return demoFleet(ctx, n, o.Units) }
	}
	if err := fill(ctx, n); err != nil {
		return err
	}
	townCtx, stopTown := context.WithCancel(ctx)
	defer stopTown()
	page, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- o.runTown(townCtx, n, sipAddr, simulated, page) }()
	select {
	case p := <-page:
		if err := o.print(n, sipAddr, p, people); err != nil {
			return err
		}
	case err := <-ended:
		return fmt.Errorf("town: %w", err)
	}
	select {
	case err := <-ended: // it ends with ctx, or because something of it broke
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("town: %w", err)
		}
	case <-ctx.Done():
		stopTown()
		<-ended //nolint:errcheck // it ends because it was told to
	}
	hurry, stop := context.WithTimeout(context.Background(), c.Site.Drain)
	defer stop()
	return n.Serve(ctx, hurry)
}

// demoAck is more patient than a real site: a laptop may run the town, the house and two browsers at once.
const demoAck = 2 * time.Second

// sameFreePort resolves port 0 to one that is free for UDP and TCP alike, so that both can be told.
func sameFreePort(ctx context.Context, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("%w: write an address like 127.0.0.1:5060", err)
	}
	if port != "0" {
		if err := tryListen(ctx, "udp", addr); err != nil {
			return "", err
		}
		return addr, tryListen(ctx, "tcp", addr)
	}
	for range 50 {
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return "", err
		}
		_, port, err = net.SplitHostPort(l.Addr().String())
		if err := errors.Join(err, l.Close()); err != nil {
			return "", err
		}
		got := net.JoinHostPort(host, port)
		if tryListen(ctx, "udp", got) == nil {
			return got, nil
		}
	}
	return "", errors.New("no port is free for UDP and TCP")
}

var (
	demoNames = []string{"Sari", "Budi", "Rina", "Joko", "Ayu", "Dwi", "Hasan", "Lestari", "Yoga", "Fitri", "Agus", "Nur", "Bayu", "Indah"}
	demoRanks = []string{"Bripka", "Brigadir", "Aipda", "Briptu", "Aiptu"}
)

// demoPeople makes the accounts: some for whoever tries it, one for each simulated seat.
func demoPeople(ctx context.Context, n *Node) (people, simulated []demoAccount, err error) {
	for i, o := range n.offices.All() {
		code := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(o.Code, "KALTIM"), "-"))
		if code == "" {
			code = "polda"
		}
		add := func(list *[]demoAccount, role office.Role, user string, k int) {
			*list = append(*list, demoAccount{
				Office: o.ID, Role: role, User: user, Password: demoPassword,
				name: demoNames[(i*3+k)%len(demoNames)], rank: demoRanks[(i+k)%len(demoRanks)],
			})
		}
		operators := 2
		if o.Kind == office.Polda {
			operators = 3
		}
		for k := range operators {
			add(&people, office.Operator, fmt.Sprintf("%s%d", code, k+1), k)
		}
		add(&people, office.Supervisor, code+"-pengawas", 7)
		add(&people, office.Chief, code+"-kepala", 8)
		add(&people, office.Administrator, code+"-admin", 9)
		for k := range o.Seats {
			add(&simulated, office.Operator, fmt.Sprintf("sim-%s%d", code, k+1), k+3)
		}
	}
	var all []staff.NewPerson
	for _, list := range [][]demoAccount{people, simulated} {
		for _, a := range list {
			all = append(all, staff.NewPerson{User: a.User, Name: a.name, Rank: a.rank, Office: a.Office, Role: a.Role})
		}
	}
	// A kept folder has them already: they stay as they are.
	if err := n.staff.CreateAll(ctx, all, demoPassword); err != nil {
		return nil, nil, fmt.Errorf("demo accounts: %w", err)
	}
	return people, simulated, nil
}

func (o DemoOptions) print(n *Node, sipAddr, page string, people []demoAccount) error {
	if o.JSON {
		return json.NewEncoder(o.Out).Encode(map[string]any{
			"console":  n.URL(),
			"citizen":  page,
			"sip":      map[string]string{"udp": sipAddr, "tcp": sipAddr},
			"accounts": people,
		})
	}
	_, err := fmt.Fprintf(o.Out, `Siaga 110, demonstration: Polda Kaltim and its ten Polres.

  Screens            %s
  Citizen's phone    %s   (call 110 from a second tab, with your own microphone)
  SIP trunk          %s, UDP and TCP

The certificate is this demo's own (%s/ca.pem): let the browser go on.
Every password is  %s  — for instance:

`, n.URL(), page, sipAddr, o.Dir, demoPassword)
	if err != nil {
		return err
	}
	for _, a := range people {
		if a.Office == "polda-kaltim" || a.Office == "polresta-balikpapan" {
			of, _ := n.offices.Get(a.Office)
			if _, err := fmt.Fprintf(o.Out, "  %-14s %-14s %s\n", a.User, a.Role, of.Name); err != nil {
				return err
			}
		}
	}
	_, err = fmt.Fprintf(o.Out, "\nAll logins: siaga demo --json. Stop with Ctrl+C.\n")
	return err
}

func (o DemoOptions) runTown(ctx context.Context, n *Node, sipAddr string, simulated []demoAccount, page chan<- string) error {
	cert, err := n.authority.Certificate([]string{"localhost", "127.0.0.1"}, time.Now())
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(n.authority.PEM())
	accounts := make([]town.Account, 0, len(simulated))
	for _, a := range simulated {
		accounts = append(accounts, town.Account{Office: a.Office, Role: a.Role, User: a.User, Password: a.Password})
	}
	return town.Run(ctx, town.Config{
		Trunk: town.Trunk{UDP: sipAddr, TCP: sipAddr}, API: n.URL(), Roots: roots, Accounts: accounts,
		Offices: n.offices.All(), Seed: o.Seed, Speed: o.Speed, Citizens: o.Town, Operators: o.Operators,
		KeepFree: 1, KeepTaking: false, PageAddr: o.Page,
		TLS:    &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}},
		Opened: func(address string) { page <- address }, Log: o.Log,
	})
}
