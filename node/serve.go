package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/siaga110/siaga/api"
	"github.com/siaga110/siaga/office"
	"github.com/siaga110/siaga/web"
)

// openScreens opens HTTPS, the last listener.
func (n *Node) openScreens(ctx context.Context) (err error) {
	n.tls, n.authority, err = tlsConfig(n.cfg.HTTP, n.cfg.Site.Data)
	if err != nil {
		return err
	}
	key, err := keptSecret(filepath.Join(n.cfg.Site.Data, "links.key"))
	if err != nil {
		return err
	}
	server, err := api.New(api.Config{
		Staff: n.staff, Directory: n.offices, Board: n.board, Desk: n.desk, Dispatch: n.dispatch, View: n.view,
		Softphone: softphone{n}, Tapes: tapes{n.tapes}, Files: n.files, Push: n.pusher, PhoneURL: n.cfg.Patrol.URL, Metrics: n.figures.handler(), Ladders: ladderOf{n}, Ready: n.ready, Web: web.Files(),
		Lands: n.lands, Adviser: advisers{n}, Roster: n.roster, RosterFiles: n.rosterFiles(),
		Version: VersionText(), LinkKey: key, Now: time.Now, Log: n.log,
	})
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	n.api.Store(server)
	n.onClose(server.Close)
	var lc net.ListenConfig
	n.listener, err = lc.Listen(ctx, "tcp", n.cfg.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("http.listen: %w: stop what uses the port, or choose another", err)
	}
	n.http = &http.Server{
		Handler: server.Handler(), TLSConfig: n.tls, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
	}
	n.serving.Go(func() {
		if err := n.http.ServeTLS(n.listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("the screens' server ended", "err", err)
		}
	})
	n.onClose(func() {
		ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
		defer stop()
		if n.http.Shutdown(ctx) != nil { // streams never end by themselves
			n.logErr("close the screens' server", n.http.Close())
		}
		n.serving.Wait()
	})
	n.log.Info("siaga serves", "screens", n.URL(), "version", VersionText())
	return nil
}

// URL is where the screens are.
func (n *Node) URL() string {
	host, port, _ := net.SplitHostPort(n.listener.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "https://" + net.JoinHostPort(host, port)
}

func (n *Node) ready() error {
	if n.behind.Backlog() > 10_000 {
		return errors.New("the journal is far behind")
	}
	return nil
}

func (n *Node) rows(tables []string, offices []office.ID) {
	if s := n.api.Load(); s != nil {
		s.Rows(tables, offices)
	}
}

// Serve works until ctx ends, then drains: no new calls, live ones go on until they end, site.drain passes, or
// hurry ends.
func (n *Node) Serve(ctx, hurry context.Context) error {
	<-ctx.Done()
	n.phone.Drain()
	limit := time.NewTimer(n.cfg.Site.Drain)
	defer limit.Stop()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	if live := n.desk.Live(); live > 0 {
		n.log.Info("draining: no new calls; send the signal again to end at once", "live", live, "limit", n.cfg.Site.Drain)
	}
	for n.desk.Live() > 0 {
		select {
		case <-look.C:
		case <-limit.C:
			n.log.Warn("draining took too long; ending with live calls", "live", n.desk.Live())
			return nil
		case <-hurry.Done():
			n.log.Warn("asked to end at once", "live", n.desk.Live())
			return nil
		}
	}
	return nil
}
