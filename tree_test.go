package siaga

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// How long a file may be: one story each. Tests tell many small ones, and generated files are read by nobody.
const linesMax = 400

// notThere are targets of links in our pages that are still to come. One that has come must be taken out.
var notThere []string

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func TestOneStoryPerFile(t *testing.T) {
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text := read(t, file)
		if n := bytes.Count(text, []byte("\n")); n > linesMax && !generated.Match(text) {
			t.Errorf("%s has %d lines: more than %d is more than one story", file, n, linesMax)
		}
	}
}

// Each package says in one place what it is for.
func TestPackageComments(t *testing.T) {
	comments := map[string][]string{} // folder: files with a package comment
	for _, file := range goFiles(t) {
		dir := path.Dir(file)
		if _, seen := comments[dir]; !seen {
			comments[dir] = nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Error(err)
			continue
		}
		if parsed.Doc != nil {
			comments[dir] = append(comments[dir], file)
		}
	}
	for dir, files := range comments {
		switch len(files) {
		case 0:
			t.Errorf("no file in %s says what the package is for: write a package comment", dir)
		case 1:
		default:
			t.Errorf("%s has several package comments, which can't all stay true: %s", dir, list(files))
		}
	}
}

// A folder is a room with a name; these names say nothing of what is inside.
func TestFolderNames(t *testing.T) {
	banned := []string{"internal", "pkg", "util", "utils", "common", "models", "helpers", "helper", "misc", "shared", "managers", "services"}
	plan := string(read(t, "docs/ARCHITECTURE.md"))
	seen := map[string]bool{}
	for _, file := range tree(t) {
		dir := path.Dir(file)
		if dir == "." || seen[dir] {
			continue
		}
		seen[dir] = true
		for part := range strings.SplitSeq(dir, "/") {
			if slices.Contains(banned, part) {
				t.Errorf("%s: a folder called %s says nothing of what is inside: which room does it belong to?", dir, part)
			}
		}
		top, _, _ := strings.Cut(dir, "/")
		if !strings.HasPrefix(top, ".") && !strings.Contains(plan, "\n"+top+"/ ") {
			t.Errorf("%s/ has no line in the list of rooms in docs/ARCHITECTURE.md", top)
		}
	}
}

// Words that may stand in no file: addresses that a site can't reach or that belong to one machine, and work that was put off.
func TestWords(t *testing.T) {
	address := map[string]string{
		"proxy." + "golang.org":     "the house is built from what go.mod and the lock file name, wherever it is fetched from",
		"sum." + "golang.org":       "the same",
		"registry." + "npmjs":       "the same: lock files here carry no addresses",
		"deb." + "debian.org":       "the same",
		"py" + "pi.org":             "the same",
		"/wo" + "rk/":               "a path of one machine",
		"/ro" + "ot/":               "a path of one machine",
		"/ho" + "me/":               "a path of one machine",
		"-----BEGIN " + "RSA":       "a key",
		"-----BEGIN " + "EC ":       "a key",
		"-----BEGIN " + "PRIVATE":   "a key",
		"-----BEGIN " + "ENCRYPTED": "a key",
	}
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|HA` + `CK)\b`)
	for _, file := range tree(t) {
		text := read(t, file)
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 || strings.HasSuffix(file, ".alaw") {
			continue // sound and pictures
		}
		for word, why := range address {
			// tests of keys may build one; the words in this file are cut in two
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("%s has %q: %s", file, word, why)
			}
		}
		if name := path.Base(file); name == "package-lock.json" || name == "go.sum" {
			continue // hashes may spell anything
		}
		if w := later.Find(text); w != nil {
			t.Errorf("%s has %s: do it now, or open an issue", file, w)
		}
	}
}

// Scripts stop at the first fault and can be called as they are.
func TestScripts(t *testing.T) {
	found := 0
	for _, file := range tree(t) {
		text := read(t, file)
		if !strings.HasSuffix(file, ".sh") && !bytes.HasPrefix(text, []byte("#!/bin/sh")) && !bytes.HasPrefix(text, []byte("#!/usr/bin/env bash")) {
			continue
		}
		found++
		info, err := fs.Stat(os.DirFS("."), file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&0o111 == 0 {
			t.Errorf("%s isn't executable", file)
		}
		if !bytes.HasPrefix(text, []byte("#!")) {
			t.Errorf("%s doesn't say which shell it is for", file)
		}
		if !bytes.Contains(text, []byte("\nset -eu")) {
			t.Errorf("%s goes on after a fault: set -eu", file)
		}
	}
	if found == 0 {
		t.Error("there are no scripts: this test guards nothing")
	}
}

var (
	mdLink   = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	makeCall = regexp.MustCompile("`make ([a-z0-9-]+)")
	target   = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	pageName = regexp.MustCompile(`\b[A-Z]{3,}\.md\b`)
)

// What our pages point at exists: files, and targets of make.
func TestPages(t *testing.T) {
	targets := map[string]bool{}
	for _, m := range target.FindAllSubmatch(read(t, "Makefile"), -1) {
		targets[string(m[1])] = true
	}
	links := 0
	for _, file := range tree(t) {
		if !strings.HasSuffix(file, ".md") {
			continue
		}
		text := read(t, file)
		for _, m := range mdLink.FindAllSubmatch(text, -1) {
			to := string(m[1])
			if strings.Contains(to, ":") {
				continue // the world outside
			}
			links++
			to = path.Join(path.Dir(file), to)
			_, err := os.Stat(to)
			if waiting := slices.Contains(notThere, to); err == nil && waiting {
				t.Errorf("%s is there now: take it out of notThere", to)
			} else if err != nil && !waiting {
				t.Errorf("%s points at %s, which isn't there", file, to)
			}
		}
		for _, m := range makeCall.FindAllSubmatch(text, -1) {
			if !targets[string(m[1])] {
				t.Errorf("%s names make %s, which isn't a target", file, m[1])
			}
		}
	}
	if links == 0 {
		t.Error("no page has a link: this test guards nothing")
	}
}

// A comment that cites a page cites one that the reader has.
func TestCitedPages(t *testing.T) {
	files := tree(t)
	pages := map[string]bool{}
	for _, file := range files {
		pages[path.Base(file)] = true
	}
	cited := 0
	for _, file := range files {
		switch path.Ext(file) {
		case ".go", ".ts", ".tsx", ".sh", ".yml", ".toml", ".md":
		default:
			continue
		}
		for _, name := range pageName.FindAllString(string(read(t, file)), -1) {
			cited++
			if !pages[name] {
				t.Errorf("%s cites %s, which isn't in the repository", file, name)
			}
		}
	}
	if cited == 0 {
		t.Error("nobody cites a page: this test guards nothing")
	}
}

// A decision is numbered, and says what it costs and when to look again.
func TestDecisions(t *testing.T) {
	files, err := fs.Glob(os.DirFS("."), "docs/DECISIONS/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no decisions", err)
	}
	slices.Sort(files)
	for i, file := range files {
		number := path.Base(file)[:4]
		if want := []byte{'0', byte('0' + (i+1)/100), byte('0' + (i+1)/10%10), byte('0' + (i+1)%10)}; number != string(want) {
			t.Errorf("%s should be number %s", file, want)
		}
		text := read(t, file)
		for _, part := range []string{"\n## Context\n", "\n## Choice\n", "\n## What it costs\n", "\n## When to look again\n"} {
			if !bytes.Contains(text, []byte(part)) {
				t.Errorf("%s lacks its part %q", file, strings.TrimSpace(part))
			}
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
