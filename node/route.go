package node

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/siaga110/siaga/office"
)

// RouteQuestion is a call whose way through the route plans is asked for.
type RouteQuestion struct {
	From, Trunk, Dialled, Place string
	Plans                       string // file to try instead of the site's
	At                          time.Time
}

// TryRoute prints who would ring when, if nobody answered.
func TryRoute(w io.Writer, cfg Config, q RouteQuestion) error {
	offices, err := loadOffices(cfg, nil)
	if err != nil {
		return err
	}
	if q.Plans != "" {
		cfg.Site.Routes = q.Plans
	}
	plans, err := loadPlans(cfg, offices)
	if err != nil {
		return err
	}
	a := office.Arriving{Office: office.ID(cfg.Site.Office), Dialled: q.Dialled, At: q.At}
	for _, t := range cfg.Trunks {
		if q.Trunk == "" || q.Trunk == t.Name {
			q.Trunk, a.Trunk = t.Name, t.Name
			if t.Office != "" {
				a.Office = office.ID(t.Office)
			}
			break
		}
	}
	if q.Trunk != "" && a.Trunk == "" {
		return fmt.Errorf("--trunk: there is no trunk %q in siaga.toml", q.Trunk)
	}
	of, ok := offices.Get(a.Office)
	if !ok {
		return fmt.Errorf("trunk %s leads to office %q, which is not in the office file", a.Trunk, a.Office)
	}
	if q.From != "" {
		n, ok := office.ParseNumber(q.From)
		if !ok {
			return fmt.Errorf("--from %q: that is no phone number", q.From)
		}
		a.From = n
	}
	if q.Place != "" {
		lat, lng, _ := strings.Cut(q.Place, ",")
		y, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
		x, err2 := strconv.ParseFloat(strings.TrimSpace(lng), 64)
		if err1 != nil || err2 != nil || y < -90 || y > 90 || x < -180 || x > 180 {
			return fmt.Errorf("--place %q: write latitude,longitude, like -1.265,116.831", q.Place)
		}
		a.Place = &office.Point{Lat: y, Lng: x}
	}
	route := plans.Find(offices, a)
	level := of.Settings.TLevel
	_, _ = fmt.Fprintf(w, "Rencana rute %s, %s, jalur %s ke %s\n", route.Plan, a.At.In(of.Location()).Format("2006-01-02 15:04 ")+of.ZoneName(a.At), a.Trunk, of.Name)
	if route.Area != "" {
		area, _ := offices.Get(route.Area)
		_, _ = fmt.Fprintf(w, "Wilayah penelepon: %s\n", area.Name)
	}
	for _, o := range route.Offers(level) {
		to, _ := offices.Get(o.Office)
		how := "satu meja, yang paling lama siap; lalu meja berikutnya tiap " + of.Settings.TOffer.String()
		if o.All {
			how = "semua meja yang siap"
		}
		_, _ = fmt.Fprintf(w, "  %5s  %s: %s\n", "+"+o.After.String(), to.Name, how)
	}
	end := time.Duration(0)
	for _, l := range route.Levels {
		if l.Wait > 0 {
			end += l.Wait
		} else {
			end += level
		}
	}
	_, _ = fmt.Fprintf(w, "  %5s  telepon piket (tekan 1), lalu pesan jujur dan panggilan balik\n", "+"+end.String())
	return nil
}
