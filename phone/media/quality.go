package media

import "time"

// quality measures what comes in as a receiver report would: loss (RFC 3550 A.3) and jitter (A.8).
type quality struct {
	known    bool
	ssrc     uint32
	high     uint16 // highest sequence number of this stream
	expected uint64 // of this stream
	came     uint64
	before   uint64 // lost in earlier streams

	ts     uint32
	at     time.Time
	jitter float64 // samples
}

// dropoutMax is RFC 3550's MAX_DROPOUT: a larger step is a restart of the stream, not loss.
const dropoutMax = 3000

func (q *quality) count(f *frame) {
	step := int16(f.seq - q.high)
	if !q.known || f.ssrc != q.ssrc || step > dropoutMax || step < -dropoutMax {
		*q = quality{
			known: true, ssrc: f.ssrc, high: f.seq, expected: 1, came: 1, before: q.lost(), ts: f.ts, at: f.at, jitter: q.jitter,
		}
		return
	}
	q.came++
	if step <= 0 {
		return // late or twice
	}
	q.high = f.seq
	q.expected += uint64(step)
	if f.event {
		return // its timestamp stands still
	}
	d := f.at.Sub(q.at).Seconds()*Rate - float64(int32(f.ts-q.ts))
	q.ts, q.at = f.ts, f.at
	if d < 0 {
		d = -d
	}
	if d < 2*Rate { // a pause of a sender that suppresses silence may come with any step
		q.jitter += (d - q.jitter) / 16
	}
}

func (q *quality) lost() uint64 {
	if q.came >= q.expected {
		return q.before
	}
	return q.before + q.expected - q.came
}

func (q *quality) jitterTime() time.Duration {
	return time.Duration(q.jitter / Rate * float64(time.Second))
}
