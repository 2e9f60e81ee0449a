package node

import (
	"path/filepath"
	"strings"
	"testing"
)

// A site that can't start says why, and closes what it had opened.
func TestStartFails(t *testing.T) {
	for name, breaks := range map[string]func(*Config){
		"office file":  func(c *Config) { c.Site.Offices = filepath.Join(t.TempDir(), "none.json") },
		"password":     func(c *Config) { c.Phones.Desk = []Phone{{Account: "1", Seat: "polda-kaltim/1", PasswordFile: "none"}} },
		"http.listen":  func(c *Config) { c.HTTP.Listen = "203.0.113.1:1" },
		"data folder":  func(c *Config) { c.Site.Data = "/dev/null/data" },
		"site.routes":  func(c *Config) { c.Site.Routes = filepath.Join(t.TempDir(), "none.json") },
		"certificates": func(c *Config) { c.HTTP.Cert, c.HTTP.Key = "none", "none" },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := site(t)
			breaks(&c)
			n, err := Start(t.Context(), c, Options{})
			if err == nil || n != nil {
				t.Fatalf("it started: %v", err)
			}
			if !strings.Contains(err.Error(), ":") || strings.Contains(err.Error(), "%!") {
				t.Errorf("it doesn't say what: %v", err)
			}
		})
	}
}
