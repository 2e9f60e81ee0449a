package office

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Place is a name on the ground: a landmark, a street, a kilometre post.
type Place struct {
	Name  string
	Also  []string // other names that people say
	Kind  string   // "landmark", "km", "jalan", …: what the file says
	In    string   // kecamatan or town, shown beside it
	At    Point
	Error Metres // how far the point may be off; 0: not known
}

// Hit is a place that fits what was typed.
type Hit struct {
	Place
	Score float64 // 1 is a perfect fit
	Away  Metres  // from where the search began; 0 when that isn't known
	Guess bool    // between two kilometre posts: the point is computed
	// Swapped: coordinates were typed longitude first.
	Swapped bool
}

// Gazetteer finds places by what callers say. It is immutable: NewGazetteer makes it, any number of goroutines may ask it.
type Gazetteer struct {
	places []Place
	names  []named
	words  []string // sorted
	index  map[string]int32
	posts  [][]int32          // names by word
	grams  map[string][]int32 // words by three letters
	roads  []road
	byRoad *Gazetteer // names of roads with posts
}

type named struct {
	place int32
	words int
}

// road is a road with kilometre posts, in order.
type road struct {
	name  string
	posts []post
}

type post struct {
	km    float64
	place int32
}

// NewGazetteer makes the index: a few seconds and 100 MB for 100,000 names.
func NewGazetteer(places []Place) *Gazetteer {
	g := newIndex(places)
	byName := map[string]int{}
	for i, p := range places {
		km, rest, ok := kilometre(p.Name)
		if !ok || rest == "" {
			continue
		}
		key := strings.Join(wordsOf(rest), " ")
		n, had := byName[key]
		if !had {
			n = len(g.roads)
			byName[key] = n
			g.roads = append(g.roads, road{name: rest})
		}
		g.roads[n].posts = append(g.roads[n].posts, post{km, int32(i)}) //nolint:gosec // fewer than 2^31 places fit in memory
	}
	var names []Place
	for _, r := range g.roads {
		sort.SliceStable(r.posts, func(a, b int) bool { return r.posts[a].km < r.posts[b].km })
		names = append(names, Place{Name: r.name})
	}
	g.byRoad = newIndex(names)
	return g
}

// Len is how many places there are.
func (g *Gazetteer) Len() int {
	if g == nil {
		return 0
	}
	return len(g.places)
}

func newIndex(places []Place) *Gazetteer {
	g := &Gazetteer{places: places, index: map[string]int32{}, grams: map[string][]int32{}}
	found := map[string][]int32{}
	for i, p := range places {
		for _, name := range append([]string{p.Name}, p.Also...) {
			words := wordsOf(name)
			n := int32(len(g.names))                                             //nolint:gosec // as above
			g.names = append(g.names, named{place: int32(i), words: len(words)}) //nolint:gosec // as above
			for _, w := range append(words, wordsOf(p.In)...) {
				if list := found[w]; len(list) == 0 || list[len(list)-1] != n {
					found[w] = append(list, n)
				}
			}
		}
	}
	for w := range found {
		g.words = append(g.words, w)
	}
	slices.Sort(g.words)
	g.posts = make([][]int32, len(g.words))
	for i, w := range g.words {
		g.index[w], g.posts[i] = int32(i), found[w] //nolint:gosec // as above
		for _, three := range gramsOf(w) {
			g.grams[three] = append(g.grams[three], int32(i)) //nolint:gosec // as above
		}
	}
	return g
}

// Where is what is known of where a place may be.
type Where struct {
	Near  *Point // the office's house, or the caller's place: what is closer comes first
	Limit int    // 8 when zero
}

// Search finds the places that fit best. Words of direction and abbreviations ("dpn", "jl") are understood, a letter or two
// may be wrong, and the last word may be unfinished. Coordinates and plus codes in any usual form are places too.
func (g *Gazetteer) Search(q string, w Where) []Hit {
	if w.Limit <= 0 {
		w.Limit = 8
	}
	if len(q) > 400 {
		q = q[:400]
	}
	if hit, ok := g.spot(q, w); ok {
		return []Hit{hit}
	}
	if g == nil {
		return nil
	}
	var hits []Hit
	if km, rest, ok := kilometre(q); ok {
		hits = g.kilometres(km, rest, w)
	}
	for _, n := range g.find(q, w, w.Limit+len(hits)) {
		if !slices.ContainsFunc(hits, func(h Hit) bool { return h.Name == n.Name && h.At == n.At }) {
			hits = append(hits, n)
		}
	}
	return hits[:min(len(hits), w.Limit)]
}

// spot reads coordinates. A short plus code is near the town that is written after it, else near the office.
func (g *Gazetteer) spot(q string, w Where) (Hit, bool) {
	near := w.Near
	if m := plusCode.FindStringSubmatch(strings.TrimSpace(q)); m != nil && m[2] != "" && g != nil {
		if town := g.find(m[2], w, 1); len(town) > 0 {
			near = &town[0].At
		}
	}
	s, ok := ParseSpot(q, near)
	if !ok {
		return Hit{}, false
	}
	h := Hit{Place: Place{Name: formatPoint(s.At), Kind: "coordinate", At: s.At, Error: s.Error}, Score: 1, Swapped: s.Swapped}
	if w.Near != nil {
		h.Away = Between(*w.Near, s.At)
	}
	return h, true
}

func formatPoint(p Point) string {
	return strconv.FormatFloat(p.Lat, 'f', 5, 64) + ", " + strconv.FormatFloat(p.Lng, 'f', 5, 64)
}

// find scores every name that shares a word with q.
func (g *Gazetteer) find(q string, w Where, limit int) []Hit {
	words := withoutDirections(wordsOf(q))
	if len(words) == 0 || len(g.names) == 0 {
		return nil
	}
	score, best, stamp := make([]float32, len(g.names)), make([]float32, len(g.names)), make([]int32, len(g.names))
	var touched []int32
	total := 0.0
	for k, word := range words {
		weight := g.weight(word)
		total += weight
		for _, m := range g.matches(word, k == len(words)-1) {
			worth := float32(weight * m.fit)
			for _, n := range g.posts[m.word] {
				if stamp[n] == 0 {
					touched = append(touched, n)
				}
				if stamp[n] != int32(k)+1 { //nolint:gosec // words of one query
					stamp[n], best[n] = int32(k)+1, 0 //nolint:gosec // as above
				}
				if worth > best[n] { // the best fit of this word counts, once
					score[n] += worth - best[n]
					best[n] = worth
				}
			}
		}
	}
	at := map[int32]int{}
	var hits []Hit
	least := 0.5 * total
	for _, n := range touched {
		if float64(score[n]) < least {
			continue
		}
		name := g.names[n]
		h := Hit{Place: g.places[name.place], Score: float64(score[n]) / total}
		h.Score *= 0.85 + 0.15*min(1, float64(len(words))/float64(max(name.words, 1))) // fewer words left over fit better
		rank := h.Score
		if w.Near != nil {
			h.Away = Between(*w.Near, h.At)
			rank += 0.15 * math.Exp(-float64(h.Away)/15_000)
		}
		h.Score = rank
		if i, had := at[name.place]; had {
			if hits[i].Score < h.Score {
				hits[i] = h
			}
			continue
		}
		at[name.place] = len(hits)
		hits = append(hits, h)
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		if a.Score != b.Score {
			return -compare(Metres(a.Score), Metres(b.Score))
		}
		if a.Away != b.Away {
			return compare(a.Away, b.Away)
		}
		return strings.Compare(a.Name, b.Name)
	})
	for i := range hits {
		hits[i].Score = min(1, hits[i].Score)
	}
	return hits[:min(len(hits), limit)]
}

// weight is how much a word tells: rare ones tell more.
func (g *Gazetteer) weight(word string) float64 {
	n := float64(len(g.names))
	df := 0.5
	if i, ok := g.index[word]; ok {
		df = float64(len(g.posts[i]))
	}
	return 0.2 + math.Log(1+n/df)/math.Log(1+2*n)
}

type match struct {
	word int32
	fit  float64
}

// matches are the words that a typed word may mean.
func (g *Gazetteer) matches(word string, last bool) []match {
	var list []match
	if i, ok := g.index[word]; ok {
		list = append(list, match{i, 1})
	}
	if _, err := strconv.Atoi(word); err == nil {
		return list // a number is meant as it is
	}
	if last || len(word) >= 3 || len(word) == 1 {
		fit := 0.75
		if last {
			fit = 0.9
		}
		if len(word) == 1 {
			fit = 0.5 // an initial: "A. Yani"
		}
		from := sort.SearchStrings(g.words, word)
		for i := from; i < len(g.words) && i < from+300 && strings.HasPrefix(g.words[i], word); i++ {
			if g.words[i] != word {
				list = append(list, match{int32(i), fit * (0.8 + 0.2*float64(len(word))/float64(len(g.words[i])))}) //nolint:gosec // as above
			}
		}
	}
	if len(word) < 4 || len(word) > 60 {
		return list
	}
	allowed := 1
	if len(word) >= 7 {
		allowed = 2
	}
	shared := make([]uint8, len(g.words))
	three := gramsOf(word)
	need := uint8(max(1, len(three)-3*allowed)) //nolint:gosec // a query has at most 400 letters; one more or less of them shared doesn't matter
	for _, t := range three {
		for _, i := range g.grams[t] {
			shared[i]++
			other := g.words[i]
			if shared[i] != need || abs(len(other)-len(word)) > allowed || other == word {
				continue
			}
			if d := distance(word, other); d <= allowed {
				list = append(list, match{i, 0.9 - 0.15*float64(d)})
			}
		}
	}
	return list
}

func abs(n int) int { return max(n, -n) }

// kilometres finds posts of roads, or the point between two of them.
func (g *Gazetteer) kilometres(km float64, rest string, w Where) []Hit {
	var hits []Hit
	add := func(r road, fit float64) {
		i := sort.Search(len(r.posts), func(i int) bool { return r.posts[i].km >= km })
		var h Hit
		switch {
		case i < len(r.posts) && r.posts[i].km == km:
			h = Hit{Place: g.places[r.posts[i].place], Score: fit}
		case i > 0 && i < len(r.posts):
			a, b := g.places[r.posts[i-1].place], g.places[r.posts[i].place]
			t := (km - r.posts[i-1].km) / (r.posts[i].km - r.posts[i-1].km)
			h = Hit{Guess: true, Score: fit, Place: Place{
				Name: "Km " + strconv.FormatFloat(km, 'f', -1, 64) + " " + r.name, Kind: "km", In: a.In,
				At:    Point{Lat: a.At.Lat + t*(b.At.Lat-a.At.Lat), Lng: a.At.Lng + t*(b.At.Lng-a.At.Lng)},
				Error: max(a.Error, b.Error) + Between(a.At, b.At)/8,
			}}
		default:
			return
		}
		if w.Near != nil {
			h.Away = Between(*w.Near, h.At)
		}
		hits = append(hits, h)
	}
	if onlyDirections(wordsOf(rest)) {
		for _, r := range g.roads {
			add(r, 0.8)
		}
		slices.SortStableFunc(hits, func(a, b Hit) int { return compare(a.Away, b.Away) })
	} else {
		for _, found := range g.byRoad.find(rest, Where{}, 3) {
			for _, r := range g.roads {
				if r.name == found.Name {
					add(r, found.Score)
				}
			}
		}
	}
	return hits[:min(len(hits), 3)]
}
