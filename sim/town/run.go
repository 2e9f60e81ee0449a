package town

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/siaga110/siaga/office"
)

// Config says which parts of the town live, and where Siaga is.
type Config struct {
	Trunk    Trunk          // where citizens call
	API      string         // base of the screens: "https://127.0.0.1:8443"
	Roots    *x509.CertPool // who vouches for API; nil: the machine's own
	Accounts []Account      // for simulated operators only
	Offices  []office.Office
	Host     string  // address of this machine from which citizens call; empty: 127.0.0.1
	Seed     uint64  // the same seed, the same citizens
	Speed    float64 // how many times more often citizens call; 0: 1
	Mix      Mix     // who calls; empty: Lively

	Citizens  bool
	Operators bool
	// KeepFree and KeepTaking are those of Operators.
	KeepFree   int
	KeepTaking bool

	PageAddr string      // of the citizen's page; empty: none
	TLS      *tls.Config // of the citizen's page; browsers give the microphone to HTTPS only
	// Opened, when not nil, is told the address of the page once it is served ("https://127.0.0.1:8110").
	Opened func(page string)

	Log *slog.Logger
}

// Run lets the town live until ctx ends; then calls are hung up, operators go home, and nil is returned. An error
// tells what couldn't begin.
func Run(ctx context.Context, c Config) error {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Speed == 0 {
		c.Speed = 1
	}
	if c.Mix.Shares == nil {
		c.Mix = Lively
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	phone, err := NewPhone(c.Host, c.Log)
	if err != nil {
		return fmt.Errorf("town: %w", err)
	}
	defer phone.Close()
	var page *Page
	if c.PageAddr != "" {
		if c.TLS == nil {
			return errors.New("town: the citizen's page needs a certificate")
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.PageAddr)
		if err != nil {
			return fmt.Errorf("town: citizen's page: %w", err)
		}
		page = &Page{Phone: phone, Trunk: c.Trunk, TLS: c.TLS, Log: c.Log}
		page.Serve(listener)
		defer page.Close()
		if c.Opened != nil {
			c.Opened("https://" + listener.Addr().String())
		}
	}
	plan, err := NewPlan(c.Mix, c.Offices, time.Now(), c.Speed, c.Seed)
	if err != nil {
		return fmt.Errorf("town: %w", err)
	}
	var wg sync.WaitGroup
	if c.Operators {
		ops := &Operators{
			API: c.API, Roots: c.Roots, Accounts: c.Accounts, Offices: c.Offices, Seed: c.Seed,
			KeepFree: c.KeepFree, KeepTaking: c.KeepTaking, Log: c.Log,
		}
		wg.Go(func() { ops.Run(ctx) })
	}
	if c.Citizens {
		town := &Town{Phone: phone, Trunk: c.Trunk, Plan: plan, Log: c.Log}
		wg.Go(func() { town.Run(ctx) })
	}
	<-ctx.Done()
	wg.Wait()
	return nil
}
