package journal

// recent remembers a number for each of the streams that were used lately, and forgets the others: two generations, the
// older one dropped when the newer is full.
type recent struct{ young, old map[string]uint64 }

const recentMax = 8192

func (r *recent) get(stream string) (uint64, bool) {
	if n, ok := r.young[stream]; ok {
		return n, true
	}
	n, ok := r.old[stream]
	if ok {
		r.put(stream, n)
	}
	return n, ok
}

func (r *recent) put(stream string, n uint64) {
	if r.young == nil || len(r.young) >= recentMax {
		r.old, r.young = r.young, make(map[string]uint64, 64)
	}
	r.young[stream] = n
}
