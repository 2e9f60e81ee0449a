package node

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// figures are the node's measurements for Prometheus.
type figures struct {
	disk, clock prometheus.Gauge
	lost        prometheus.Counter
	registry    *prometheus.Registry
	seconds     *prometheus.HistogramVec
}

func newFigures() *figures {
	f := &figures{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "siaga_seconds",
			Help: "What took how long: takeback_late, offer_acknowledged, answer_wait, caller_gap_max.",
			// Fine where the promises lie (20, 40, 150 ms), coarse where people wait.
			Buckets: []float64{.001, .002, .005, .01, .02, .04, .08, .15, .3, .7, 1, 3, 5, 10, 15, 20, 60},
		}, []string{"what"}),
	}
	f.disk = prometheus.NewGauge(prometheus.GaugeOpts{Name: "siaga_disk_used_percent", Help: "Of the data's file system."})
	f.clock = prometheus.NewGauge(prometheus.GaugeOpts{Name: "siaga_clock_stray_seconds", Help: "Steps of the wall's clock."})
	f.lost = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "siaga_conservation_errors_total", Help: "Minutes in which an office's calls did not add up.",
	})
	f.registry.MustRegister(f.disk, f.clock, f.lost)
	f.registry.MustRegister(f.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return f
}

func (f *figures) observe(what string, seconds float64) {
	f.seconds.WithLabelValues(what).Observe(seconds)
}

func (f *figures) handler() http.Handler {
	return promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{})
}

// live registers figures that are read from the rooms when somebody asks.
func (f *figures) live(n *Node) {
	gauge := func(name, help string, value func() float64) {
		f.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("siaga_calls_live", "Calls whose caller is on the line or whose outcome is missing.",
		func() float64 { return float64(n.desk.Live()) })
	gauge("siaga_trunk_legs", "Legs of trunks.", func() float64 { return float64(n.phone.Live()) })
	gauge("siaga_journal_backlog", "Records that wait to be written.", func() float64 { return float64(n.behind.Backlog()) })
	gauge("siaga_journal_append_p99_seconds", "99 of 100 appends were safe on the disk within this.",
		func() float64 { return n.journal.Stats().P99.Seconds() })
	gauge("siaga_journal_records", "Records written since the start.",
		func() float64 { return float64(n.journal.Stats().Records) })
	gauge("siaga_alarms", "Alarms that stand.", func() float64 { return float64(n.alarms.count()) })
	f.registry.MustRegister(floors{n})
}

// floors tells each office's calls by outcome and the law of conservation.
type floors struct{ node *Node }

var (
	descOutcomes = prometheus.NewDesc("siaga_calls_today", "Calls of the local day by outcome.", []string{"office", "outcome"}, nil)
	descQueue    = prometheus.NewDesc("siaga_calls_waiting", "Callers that wait for an operator.", []string{"office"}, nil)
	descSeats    = prometheus.NewDesc("siaga_seats", "Seats by what they do.", []string{"office", "state"}, nil)
	descLost     = prometheus.NewDesc("siaga_conservation_error", "Calls in minus outcomes minus live: must be 0.", []string{"office"}, nil)
)

// Describe tells the names.
func (floors) Describe(ch chan<- *prometheus.Desc) {
	ch <- descOutcomes
	ch <- descQueue
	ch <- descSeats
	ch <- descLost
}

// Collect reads the floors.
func (f floors) Collect(ch chan<- prometheus.Metric) {
	for _, v := range f.node.desk.Floors() {
		o := string(v.Office)
		for outcome, count := range v.Today.Outcomes {
			ch <- prometheus.MustNewConstMetric(descOutcomes, prometheus.GaugeValue, float64(count), o, string(outcome))
		}
		ch <- prometheus.MustNewConstMetric(descQueue, prometheus.GaugeValue, float64(v.Queue), o)
		ch <- prometheus.MustNewConstMetric(descSeats, prometheus.GaugeValue, float64(v.Ready), o, "ready")
		ch <- prometheus.MustNewConstMetric(descSeats, prometheus.GaugeValue, float64(v.Talking), o, "talking")
		c := v.Conservation
		ch <- prometheus.MustNewConstMetric(descLost, prometheus.GaugeValue, float64(c.In-c.Outcomes-c.Live), o)
	}
}
