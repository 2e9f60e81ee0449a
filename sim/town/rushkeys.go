package town

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// press sets statuses of units by key, ten a second, each of another unit.
func (x *rush) press(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		n := x.Phones + i%(len(x.units)-x.Phones)
		status := []string{"READY", "PATROL", "BUSY"}[i/(len(x.units)-x.Phones)%3]
		wg.Go(func() {
			sent := time.Now()
			err := x.people[i%len(x.people)].post(ctx, "/units/"+x.units[n]+"/status", map[string]string{"status": status, "via": "screen"}, nil)
			if err == nil {
				x.note(Sent{Key: "unit/" + x.units[n], Mark: status, At: sent})
			}
			x.fault(ctx, err)
		})
	}
}

// compare tells how long each change was on its way to each screen.
func (x *rush) compare() {
	x.mu.Lock()
	defer x.mu.Unlock()
	last := map[string]time.Time{} // a change that another overtook within a batch is rightly never told
	for _, s := range x.report.Sent {
		if s.At.After(last[s.Key]) {
			last[s.Key] = s.At
		}
	}
	for _, c := range x.screens {
		c.mu.Lock()
		seen := c.seen
		c.mu.Unlock()
		for _, s := range x.report.Sent {
			status := strings.HasPrefix(s.Key, "unit/")
			at, ok := seen[s.Key+" "+s.Mark]
			switch {
			case !ok && s.At.Equal(last[s.Key]):
				x.report.Lost++
			case !ok || at.Before(s.At): // a status that it had before
			case status:
				x.report.Status = append(x.report.Status, at.Sub(s.At))
			default:
				x.report.Position = append(x.report.Position, at.Sub(s.At))
			}
		}
	}
}

// cell is a crew's phone.
type cell struct {
	*house
	unit string
	job  chan string // incidents that it has read
}

// phones opens those of the first units, by the code and the PIN that a console shows.
func (x *rush) phones(ctx context.Context) ([]*cell, error) {
	list := make([]*cell, x.Phones)
	for i := range list {
		var invite struct {
			URL string `json:"url"`
			PIN string `json:"pin"`
		}
		if err := x.patiently(ctx, x.people[i%len(x.people)], "/units/"+x.units[i]+"/phones", struct{}{}, &invite); err != nil {
			return nil, err
		}
		_, code, _ := strings.Cut(invite.URL, "#")
		h, err := newHouse(x.API, x.Roots, Account{User: "phone of " + x.units[i]})
		if err != nil {
			return nil, err
		}
		var s struct {
			CSRF   string `json:"csrf"`
			Person string `json:"person"`
		}
		if err := x.patiently(ctx, h, "/patrol/session", map[string]string{"code": code, "pin": invite.PIN}, &s); err != nil {
			return nil, err
		}
		h.csrf, h.person = s.CSRF, s.Person
		list[i] = &cell{house: h, unit: x.units[i], job: make(chan string, 100)}
	}
	return list, nil
}

// listen waits for news of the job, as the phone's page does, and reads the job then.
func (c *cell) listen(ctx context.Context) error {
	last := ""
	return c.events(ctx, func(_ string, data []byte, _ time.Time) {
		if !bytes.Contains(data, []byte(`"job/`)) {
			return
		}
		var j struct {
			Incident *struct {
				ID string `json:"id"`
			} `json:"incident"`
		}
		if c.do(ctx, http.MethodGet, "/job", nil, &j) == nil && j.Incident != nil && j.Incident.ID != last {
			last = j.Incident.ID
			c.job <- last
		}
	})
}

// send gives the phones' units one job after the other: a dispatcher's key, the phone shows it, it is done and the next comes.
func (x *rush) send(ctx context.Context, jobs []string, phones []*cell) {
	listening, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	for _, c := range phones {
		wg.Go(func() { x.fault(listening, c.listen(listening)) })
	}
	if !sleep(ctx, time.Second) {
		return
	}
	for i := 0; ctx.Err() == nil && len(phones) > 0; i++ {
		c, job := phones[i%len(phones)], jobs[i%len(jobs)]
		if i >= len(jobs) { // each incident once
			more, err := x.open(ctx, 1, uint64(1000+i)) //nolint:gosec // i is not negative
			if err != nil {
				x.fault(ctx, err)
				return
			}
			job = more[0]
		}
		sent := time.Now()
		if err := x.people[0].post(ctx, "/incidents/"+job+"/assign", map[string]any{"units": []string{c.unit}}, nil); err != nil {
			x.fault(ctx, err)
			return
		}
		for got := ""; got != job; {
			select {
			case got = <-c.job:
			case <-time.After(10 * time.Second):
				x.fault(ctx, fmt.Errorf("the phone of %s was not told of its job in 10 s", c.unit))
				return
			case <-ctx.Done():
				return
			}
		}
		x.mu.Lock()
		x.report.Told = append(x.report.Told, time.Since(sent))
		x.mu.Unlock()
		x.fault(ctx, c.post(ctx, "/job/step", map[string]string{"incident": job, "step": "done"}, nil))
		if !sleep(ctx, 150*time.Millisecond) {
			return
		}
	}
}

// ask asks for recommendations and duplicates, with all units and many open incidents there.
func (x *rush) ask(ctx context.Context) error {
	ids, err := x.open(ctx, x.Open, 2)
	if err != nil {
		return err
	}
	for i := range x.Asks {
		for what, into := range map[string]*Times{"/recommend": &x.report.Recommend, "/same": &x.report.Duplicates} {
			began := time.Now()
			var out json.RawMessage
			err := x.people[i%len(x.people)].do(ctx, http.MethodGet, "/incidents/"+ids[i*37%len(ids)]+what, nil, &out)
			if err != nil {
				return err
			}
			*into = append(*into, time.Since(began))
			if !sleep(ctx, 30*time.Millisecond) { // what one person may ask
				return ctx.Err()
			}
		}
	}
	return nil
}

// events reads a stream of server-sent events until ctx ends.
func (h *house) events(ctx context.Context, take func(event string, data []byte, at time.Time)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base+"/api/v1/stream", nil)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := h.http.Do(req)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return &problem{Status: res.StatusCode, what: "GET /stream"}
	}
	lines := bufio.NewReaderSize(res.Body, 64<<10)
	event := ""
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("stream: %w", err)
		}
		switch {
		case bytes.HasPrefix(line, []byte("event: ")):
			event = string(bytes.TrimSpace(line[len("event: "):]))
		case bytes.HasPrefix(line, []byte("data: ")) && event != "snapshot":
			take(event, line[len("data: "):], time.Now())
		}
	}
}
