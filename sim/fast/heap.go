package fast

import (
	"container/heap"
	"time"
)

// agenda is what is still to happen, in order of time; of one instant in the order in which it was set.
type agenda struct {
	items []item
	n     int
}

type item struct {
	at time.Time
	n  int
	do func()
}

func (a *agenda) Len() int { return len(a.items) }

func (a *agenda) Less(i, j int) bool {
	if c := a.items[i].at.Compare(a.items[j].at); c != 0 {
		return c < 0
	}
	return a.items[i].n < a.items[j].n
}

func (a *agenda) Swap(i, j int) { a.items[i], a.items[j] = a.items[j], a.items[i] }

// Push is heap's.
func (a *agenda) Push(x any) {
	if it, ok := x.(item); ok {
		a.items = append(a.items, it)
	}
}

// Pop is heap's.
func (a *agenda) Pop() any {
	last := a.items[len(a.items)-1]
	a.items[len(a.items)-1] = item{}
	a.items = a.items[:len(a.items)-1]
	return last
}

func (a *agenda) set(at time.Time, do func()) {
	a.n++
	heap.Push(a, item{at, a.n, do})
}

// first tells when the first item is due.
func (a *agenda) first() (time.Time, bool) {
	if len(a.items) == 0 {
		return time.Time{}, false
	}
	return a.items[0].at, true
}

// next takes the first item out; there must be one.
func (a *agenda) next() item {
	it, _ := heap.Pop(a).(item)
	return it
}
