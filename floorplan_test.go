// Package siaga holds no code, only the tests of the tree itself: who may import whom (this file) and how files
// must look (tree_test.go). Each rule says its reason when it fails, and fails when it guards nothing any more.
package siaga

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/siaga110/siaga"

// notYet names rooms of the plan that hold no Go code so far, and "room engine" where a room doesn't use its engine so
// far. What has come must be taken out of this list.
var notYet = []string{}

// room is a row of the table in docs/ARCHITECTURE.md, which is the plan: this file only reads it.
type room struct {
	name    string
	ours    []string // rooms it may import
	all     bool     // it may import every room
	engines []string // module paths of others that it may import, with all that lies below them
}

// pure is what the standard library has and a pure core may not touch.
var pure = map[string]string{
	"context":      "a pure core has nothing to wait for",
	"crypto/rand":  "a pure core makes no ids: the command carries them",
	"database/sql": "a pure core has no storage: return an event",
	"log":          "a pure core logs nothing: return an event or a typed error",
	"math/rand":    "a pure core rolls no dice: the command carries what was chosen",
	"net":          "a pure core has no wire: return an event",
	"os":           "a pure core touches no files: return an event",
	"sync":         "a pure core is used by one goroutine at a time",
}

// cores are the rooms that pure holds for. office reads files that others open for it, so it is one of them.
var cores = []string{"call", "filter", "incident", "office"}

// nowhere is what no file of ours may import, tests included.
var nowhere = map[string]string{
	"github.com/emiago/diago":          "measured and turned down: docs/DECISIONS/0002",
	"github.com/mattn/go-sqlite3":      "needs cgo: use modernc.org/sqlite",
	"github.com/pkg/errors":            "use errors, and fmt.Errorf with %w",
	"golang.org/x/exp":                 "use the standard library's slices, maps and rand",
	"github.com/golang/mock":           "write a fake that passes the conformance suite",
	"go.uber.org/mock":                 "write a fake that passes the conformance suite",
	"github.com/stretchr/testify/mock": "write a fake that passes the conformance suite",
	"github.com/onsi":                  "plain Go tests",
}

// nowhereExactly is the same for packages whose children are welcome (log/slog, math/rand/v2).
var nowhereExactly = map[string]string{
	"io/ioutil": "use io and os",
	"log":       "use log/slog",
	"math/rand": "use math/rand/v2 with a seed that the test prints, or crypto/rand",
}

// inTests may be imported by test files of every room, besides all rooms and all engines that the plan names: a test
// puts real parts together.
var inTests = []string{"pgregory.net/rapid", "go.uber.org/goleak", "github.com/chromedp", "github.com/gobwas/ws"}

// plan is the whole table.
type plan []room

// room finds the row of a folder: the longest name that is the folder or lies above it.
func (p plan) room(dir string) (room, bool) {
	var found room
	for _, r := range p {
		if (dir == r.name || strings.HasPrefix(dir, r.name+"/")) && len(r.name) > len(found.name) {
			found = r
		}
	}
	return found, found.name != ""
}

// engine says whether some room of the plan has this package, so that tests may have it too.
func (p plan) engine(pkg string) bool {
	return slices.ContainsFunc(p, func(r room) bool { return slices.ContainsFunc(r.engines, below(pkg)) })
}

// refuses gives the reason why a file may not import a package, or "" when it may.
func (p plan) refuses(file, pkg string) string {
	if why, ok := nowhereExactly[pkg]; ok {
		return why
	}
	for bad, why := range nowhere {
		if below(pkg)(bad) {
			return why
		}
	}
	dir, test := path.Dir(file), isTest(file)
	r, ok := p.room(dir)
	if !ok && !test {
		return "the folder " + dir + " is no room: docs/ARCHITECTURE.md lists them"
	}
	own, ours := strings.CutPrefix(pkg, module+"/")
	switch {
	case ours:
		target, ok := p.room(own)
		if !ok {
			return own + " is no room: docs/ARCHITECTURE.md lists them"
		}
		if test || r.all || target.name == r.name || slices.Contains(r.ours, target.name) {
			return ""
		}
		return fmt.Sprintf("the plan lets %s import %s", r.name, list(r.ours))
	case standard(pkg):
		if test || !slices.Contains(cores, r.name) {
			return ""
		}
		for bad, why := range pure {
			if below(pkg)(bad) {
				return why
			}
		}
		return ""
	default:
		if slices.ContainsFunc(r.engines, below(pkg)) {
			return ""
		}
		if test && (p.engine(pkg) || slices.ContainsFunc(inTests, below(pkg))) {
			return ""
		}
		return fmt.Sprintf("engines stay in their room: %s has %s", r.name, list(r.engines))
	}
}

func TestFloorplan(t *testing.T) {
	p := readPlan(t)
	inhabited := map[string]bool{}
	used := map[string]bool{} // "room engine"
	for _, file := range goFiles(t) {
		r, _ := p.room(path.Dir(file))
		if !isTest(file) {
			inhabited[r.name] = true
		}
		for _, pkg := range imports(t, file) {
			if why := p.refuses(file, pkg); why != "" {
				t.Errorf("%s imports %s: %s", file, pkg, why)
			}
			for _, e := range r.engines {
				if below(pkg)(e) {
					used[r.name+" "+e] = true
				}
			}
		}
	}
	for _, r := range p {
		switch waiting := slices.Contains(notYet, r.name); {
		case inhabited[r.name] && waiting:
			t.Errorf("%s has code now: take it out of notYet", r.name)
		case !inhabited[r.name] && !waiting:
			t.Errorf("%s has a row in docs/ARCHITECTURE.md and no code: the row guards nothing", r.name)
		case inhabited[r.name]:
			for _, e := range r.engines {
				switch waiting := slices.Contains(notYet, r.name+" "+e); {
				case used[r.name+" "+e] && waiting:
					t.Errorf("%s imports %s now: take it out of notYet", r.name, e)
				case !used[r.name+" "+e] && !waiting:
					t.Errorf("%s doesn't import %s: its entry in docs/ARCHITECTURE.md guards nothing", r.name, e)
				}
			}
		}
		for _, other := range r.ours {
			if !slices.ContainsFunc(p, func(o room) bool { return o.name == other }) {
				t.Errorf("%s may import %s, which is no room", r.name, other)
			}
		}
	}
	for _, entry := range notYet {
		name, engine, _ := strings.Cut(entry, " ")
		if r, ok := p.room(name); !ok || r.name != name || engine != "" && !slices.Contains(r.engines, engine) {
			t.Errorf("notYet names %s, which isn't in the plan", entry)
		}
	}
}

// Nothing may flow backwards: what api asks, what desk runs and what call decides never know who is above them.
func TestFloorplanHasNoCircle(t *testing.T) {
	p := readPlan(t)
	var walk func(name string, above []string)
	walk = func(name string, above []string) {
		if slices.Contains(above, name) {
			t.Fatalf("the plan runs in a circle: %s", strings.Join(append(above, name), " -> "))
		}
		for _, r := range p {
			if r.name == name && !r.all {
				for _, o := range r.ours {
					walk(o, append(slices.Clone(above), name))
				}
			}
		}
	}
	for _, r := range p {
		walk(r.name, nil)
	}
}

// The test must be able to fail: each of these is a mistake that it has to see.
func TestFloorplanSeesMistakes(t *testing.T) {
	p := readPlan(t)
	for _, c := range []struct {
		file, pkg string
		allowed   bool
	}{
		{"call/decide.go", module + "/office", true},
		{"call/decide.go", module + "/desk", false},
		{"call/decide.go", "os", false},
		{"call/decide.go", "net/http", false},
		{"call/decide.go", "sync/atomic", false},
		{"call/decide.go", "time", true},
		{"call/decide_test.go", "os", true},
		{"call/decide_test.go", "pgregory.net/rapid", true},
		{"call/decide.go", "pgregory.net/rapid", false},
		{"phone/sip/dialog.go", "github.com/emiago/sipgo/sip", true},
		{"phone/sip/dialog.go", module + "/phone/media", true},
		{"phone/sip/dialog.go", module + "/call", false},
		{"desk/live.go", "github.com/emiago/sipgo", false},
		{"desk/live.go", module + "/board", true},
		{"desk/live.go", module + "/dispatch", false},
		{"desk/live.go", module + "/view", false},
		{"view/calls.go", module + "/journal", true},
		{"view/calls.go", module + "/desk", false},
		{"api/calls.go", module + "/journal", false},
		{"api/calls.go", module + "/phone", false},
		{"board/board.go", module + "/call", false},
		{"sim/town/citizen.go", module + "/desk", false},
		{"node/node.go", module + "/desk", true},
		{"cmd/siaga/main.go", module + "/desk", false},
		{"journal/behind.go", "log", false},
		{"journal/behind.go", "log/slog", true},
		{"journal/behind_test.go", "math/rand", false},
		{"helpers/x.go", "strings", false},
		{"desk/live.go", module + "/helpers", false},
	} {
		if why := p.refuses(c.file, c.pkg); (why == "") != c.allowed {
			t.Errorf("%s importing %s: allowed should be %v; said %q", c.file, c.pkg, c.allowed, why)
		}
	}
	for pkg := range pure {
		if d, err := build.Default.Import(pkg, "", build.FindOnly); err != nil || !d.Goroot {
			t.Errorf("the standard library has no %s: the rule guards nothing", pkg)
		}
	}
}

// No room reads a clock that a core could need, and none waits blindly (tests run in virtual time, the town may wait).
func TestClocks(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
	p := readPlan(t)
	for _, file := range goFiles(t) {
		if isTest(file) {
			continue
		}
		r, _ := p.room(path.Dir(file))
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); !ok || x.Name != "time" || x.Obj != nil {
				return true
			}
			switch {
			case slices.Contains(cores, r.name) && slices.Contains(clock, s.Sel.Name):
				t.Errorf("%s: time.%s: a pure core reads no clock: the command carries the time", fset.Position(s.Pos()), s.Sel.Name)
			case s.Sel.Name == "Sleep" && !strings.HasPrefix(r.name, "sim"):
				t.Errorf("%s: time.Sleep waits blindly: wait for a channel, a timer or a deadline", fset.Position(s.Pos()))
			}
			return true
		})
	}
}

// The linter's copy of the plan must know every room, so that an editor warns before this test does.
func TestLinterKnowsRooms(t *testing.T) {
	text, err := os.ReadFile(".golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readPlan(t) {
		if r.all {
			continue
		}
		rule := `files: ["${base-path}/` + r.name + `/**"`
		if !strings.Contains(string(text), rule) {
			t.Errorf(".golangci.yml has no depguard rule with %s", rule)
		}
	}
}

var planRow = regexp.MustCompile("(?m)^\\| `([a-z]+(?:/[a-z]+)?)` \\| ([^|]*) \\| ([^|]*) \\|$")

// readPlan reads the table of rooms from docs/ARCHITECTURE.md.
func readPlan(t *testing.T) plan {
	t.Helper()
	text, err := os.ReadFile("docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	var p plan
	for _, m := range planRow.FindAllStringSubmatch(string(text), -1) {
		r := room{name: m[1], all: m[2] == "all"}
		if m[2] != "all" {
			r.ours = words(m[2])
		}
		r.engines = words(m[3])
		p = append(p, r)
	}
	if len(p) < 15 {
		t.Fatalf("docs/ARCHITECTURE.md has a table of %d rooms: that is not the whole plan", len(p))
	}
	return p
}

// words are the entries of a cell: "-" is none.
func words(cell string) []string {
	var out []string
	for w := range strings.SplitSeq(cell, ",") {
		if w = strings.Trim(strings.TrimSpace(w), "`"); w != "" && w != "-" {
			out = append(out, w)
		}
	}
	return out
}

// goFiles lists our Go files by their path from the root.
func goFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, file := range tree(t) {
		if strings.HasSuffix(file, ".go") {
			out = append(out, file)
		}
	}
	return out
}

// tree lists the files of the repository, without what is built or fetched, by their path from the root.
func tree(t *testing.T) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch name {
			case ".git", ".cache", "bin", "demo-data", "web/dist":
				return fs.SkipDir
			}
			if d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if name == ".git" { // a worktree's, which is a file
			return nil
		}
		out = append(out, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return nil
	}
	var out []string
	for _, i := range parsed.Imports {
		pkg, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		out = append(out, pkg)
	}
	return out
}

// isTest: test files, the end-to-end tests, and packages that exist for tests (journaltest).
func isTest(file string) bool {
	dir := path.Dir(file)
	return strings.HasSuffix(file, "_test.go") || dir == "test" || strings.HasPrefix(dir, "test/") ||
		len(path.Base(dir)) > 4 && strings.HasSuffix(dir, "test")
}

// below asks whether pkg is a module path or lies below it.
func below(pkg string) func(module string) bool {
	return func(module string) bool { return pkg == module || strings.HasPrefix(pkg, module+"/") }
}

// standard: import paths of the standard library have no dot in their first element.
func standard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".")
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
