package town

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// watch reads a stream as a screen does, and notes when each change came.
func (s *screen) watch(ctx context.Context) error {
	return s.events(ctx, func(_ string, data []byte, at time.Time) {
		var c struct {
			Key   string `json:"key"`
			Value struct {
				Status string `json:"status"`
				Time   string `json:"time"`
			} `json:"value"`
		}
		if !bytes.Contains(data, []byte(`"key":"unit/`)) && !bytes.Contains(data, []byte(`"key":"position/`)) {
			return
		}
		if json.Unmarshal(data, &c) != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		mark := c.Value.Status
		if t, err := time.Parse(time.RFC3339Nano, c.Value.Time); err == nil {
			mark = fmt.Sprint(t.Round(time.Millisecond).UnixMilli()) // trackers tell seconds with a fraction
		}
		name := c.Key + " " + mark
		if _, was := s.seen[name]; !was || c.Value.Time == "" {
			s.seen[name] = at
		}
	})
}

// move lets every unit's device tell a place each Every, as OwnTracks does, along a way of its own.
func (x *rush) move(ctx context.Context) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: x.Roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: len(x.units), MaxIdleConns: len(x.units),
	}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	defer wg.Wait()
	for i, id := range x.units {
		rnd := rand.New(rand.NewPCG(x.Seed, uint64(i))) //nolint:gosec // i is not negative
		wg.Go(func() {
			at := pointView{Lat: -1.285 + 0.1*rnd.Float64(), Lng: 116.81 + 0.13*rnd.Float64()}
			if !sleep(ctx, time.Duration(rnd.Float64()*float64(x.Every))) {
				return
			}
			for n := 0; ; n++ {
				at.Lat, at.Lng = at.Lat+0.0006*(rnd.Float64()-0.5), at.Lng+0.0006*(rnd.Float64()-0.5)
				err := x.fix(ctx, client, id, at)
				if p := (*problem)(nil); err != nil && !errors.As(err, &p) {
					err = x.fix(ctx, client, id, at) // the connection was closed while nothing was said: an app dials again
				}
				x.fault(ctx, err)
				if !sleep(ctx, x.Every) {
					return
				}
			}
		})
	}
}

func (x *rush) fix(ctx context.Context, client *http.Client, unit string, at pointView) error {
	now := time.Now().Truncate(time.Millisecond)
	body, err := json.Marshal(map[string]any{
		"_type": "location", "lat": at.Lat, "lon": at.Lng, "tst": json.Number(fmt.Sprintf("%.3f", float64(now.UnixMilli())/1000)), "acc": 8, "vel": 30,
	})
	if err != nil {
		return fmt.Errorf("a position: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.API+"/api/v1/positions/owntracks", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("a position: %w", err)
	}
	req.SetBasicAuth("unit", x.tokens[unit])
	req.Header.Set("Content-Type", "application/json")
	sent := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("a position: %w", err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
	if res.StatusCode != http.StatusOK {
		return &problem{Status: res.StatusCode, what: "a position", Detail: string(text)}
	}
	x.note(Sent{Key: "position/" + unit, Mark: fmt.Sprint(now.UnixMilli()), At: sent})
	return nil
}

func (x *rush) note(s Sent) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.report.Sent = append(x.report.Sent, s)
}
