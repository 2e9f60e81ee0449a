package sip

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"github.com/siaga110/siaga/office"
)

// Phone is a desk phone that may register with us.
type Phone struct {
	Account  string
	Password string
	Seat     office.SeatID
}

// Phones are the desk phones of a site.
type Phones struct {
	Accounts []Phone
	Networks []netip.Prefix // where they may be
	Realm    string         // "siaga" when empty
	// Strong asks for SHA-256 before MD5 (RFC 8760 2.3). Old phones take the first challenge whether they understand it
	// or not, so it is for sites whose phones all know it.
	Strong bool
	// Kept is what Keep was given by an earlier process: phones that it knew are rung at once. Keep is called after each
	// change; it must not block for long.
	Kept []byte
	Keep func([]byte)
}

// phonesTrunk is the name under which the calls of desk phones are counted.
const phonesTrunk = "telepon-meja"

// Registration times (RFC 3261 10.3): short enough that a phone behind a NAT is still reached.
const (
	leastExpires  = 60
	mostExpires   = 3600
	usualExpires  = 300
	nonceLives    = 5 * time.Minute
	wrongPerMin   = 20 // wrong passwords from one address a minute; then it waits
	pingEvery     = 25 * time.Second
	pingsMissable = 2
)

// registrar knows where desk phones are.
type registrar struct {
	accounts map[string]Phone
	realm    string
	tell     func(office.SeatID, bool)
	keep     func([]byte)

	mu       sync.Mutex
	bindings map[string]*binding // by account: the newest wins
	nonces   map[string]time.Time
	wrong    map[netip.Addr]*tries

	telling sync.Mutex // news leave in order, the last one true
	told    map[office.SeatID]bool
}

type binding struct {
	phone     Phone
	contact   sip.Uri
	source    netip.AddrPort // where it really is, behind a NAT or not
	transport string
	until     time.Time
	callID    string
	cseq      uint32
	missed    int
}

type tries struct {
	n    int
	from time.Time
}

func (r *registrar) init(p Phones, tell func(office.SeatID, bool)) {
	r.accounts, r.bindings, r.nonces, r.wrong = map[string]Phone{}, map[string]*binding{}, map[string]time.Time{}, map[netip.Addr]*tries{}
	r.realm, r.tell, r.told = p.Realm, tell, map[office.SeatID]bool{}
	if r.realm == "" {
		r.realm = "siaga"
	}
	for _, a := range p.Accounts {
		r.accounts[a.Account] = a
	}
	r.keep = p.Keep
	r.restore(p.Kept)
}

// keptBinding is a binding as a later process reads it.
type keptBinding struct {
	Account   string         `json:"account"`
	Contact   string         `json:"contact"`
	Source    netip.AddrPort `json:"source"`
	Transport string         `json:"transport"`
	Until     time.Time      `json:"until"`
}

// restore takes over the bindings of an earlier process that still hold. Connections died with it, so only UDP's count.
func (r *registrar) restore(kept []byte) {
	var list []keptBinding
	if json.Unmarshal(kept, &list) != nil {
		return // none, or of another kind: phones register again
	}
	for _, k := range list {
		p, known := r.accounts[k.Account]
		var contact sip.Uri
		if !known || time.Now().After(k.Until) || k.Transport != "UDP" || sip.ParseUri(k.Contact, &contact) != nil {
			continue
		}
		r.bindings[k.Account] = &binding{phone: p, contact: contact, source: k.Source, transport: k.Transport, until: k.Until}
	}
}

// save gives the bindings to whoever keeps them. Called with telling held: the last one written is the newest.
func (r *registrar) save() {
	if r.keep == nil {
		return
	}
	r.mu.Lock()
	list := make([]keptBinding, 0, len(r.bindings))
	for account, b := range r.bindings {
		list = append(list, keptBinding{account, b.contact.String(), b.source, b.transport, b.until})
	}
	r.mu.Unlock()
	if raw, err := json.Marshal(list); err == nil {
		r.keep(raw)
	}
}

// onRegister answers a REGISTER (RFC 3261 10.3).
func (x *Exchange) onRegister(req *sip.Request, tx sip.ServerTransaction, trunk *Trunk) {
	r := &x.registrar
	switch {
	case len(r.accounts) == 0:
		reply(req, tx, 405, "Method Not Allowed", sip.NewHeader("Allow", allowLine))
		return
	case trunk.Name != phonesTrunk:
		reply(req, tx, 403, "Forbidden")
		return
	}
	if !acceptable(req, tx) {
		return
	}
	source, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return
	}
	source = unmap(source)
	account := req.To().Address.User
	if req.GetHeader("Authorization") != nil && r.tooMany(source.Addr(), time.Now()) && !r.isAt(account, source) {
		reply(req, tx, 403, "Too Many Tries") // not even a right one: or guessing would go on
		return
	}
	if ok, stale := r.authenticate(req, account, source.Addr(), time.Now()); !ok {
		c := digest.Challenge{Realm: r.realm, Nonce: r.nonce(time.Now()), Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
		asks := []sip.Header{sip.NewHeader("WWW-Authenticate", c.String())}
		if x.cfg.Phones.Strong {
			c.Algorithm = "SHA-256"
			asks = append([]sip.Header{sip.NewHeader("WWW-Authenticate", c.String())}, asks...)
		}
		reply(req, tx, 401, "Unauthorized", asks...)
		return
	}
	x.bind(req, tx, r.accounts[account], source)
}

// bind takes, refreshes, tells or ends a binding.
func (x *Exchange) bind(req *sip.Request, tx sip.ServerTransaction, p Phone, source netip.AddrPort) {
	r := &x.registrar
	c := req.Contact()
	expires := usualExpires
	if v := strings.TrimSpace(header(req, "Expires")); v != "" {
		if n, err := strconv.Atoi(v); err == nil && n >= 0 {
			expires = n
		}
	}
	if c != nil {
		if v, ok := c.Params.Get("expires"); ok {
			if n, err := strconv.Atoi(v); err == nil && n >= 0 {
				expires = n
			}
		}
	}
	if c != nil && expires != 0 && expires < leastExpires {
		reply(req, tx, 423, "Interval Too Brief", sip.NewHeader("Min-Expires", strconv.Itoa(leastExpires)))
		return
	}
	expires = min(expires, mostExpires)
	r.mu.Lock()
	old := r.bindings[p.Account]
	switch {
	case c == nil: // only asks
	case old != nil && old.callID == req.CallID().Value() && req.CSeq().SeqNo <= old.cseq:
		r.mu.Unlock()
		reply(req, tx, 500, "CSeq Out Of Order") // RFC 3261 10.3, step 7
		return
	case c.Address.Wildcard || expires == 0 && old != nil && sameContact(c.Address, old.contact):
		delete(r.bindings, p.Account)
	case expires == 0: // an older place of the account; the newest stays
	default:
		contact := *c.Address.Clone()
		contact.Headers = nil
		r.bindings[p.Account] = &binding{
			phone: p, contact: contact, source: source, transport: req.Transport(),
			until: time.Now().Add(time.Duration(expires) * time.Second), callID: req.CallID().Value(), cseq: req.CSeq().SeqNo,
		}
	}
	now := r.bindings[p.Account]
	r.mu.Unlock()
	defer r.news(p.Seat) // the phone needn't wait for it
	var extra []sip.Header
	if now != nil {
		left := max(1, int(time.Until(now.until)/time.Second+1))
		extra = append(extra, sip.NewHeader("Contact", "<"+now.contact.String()+">;expires="+strconv.Itoa(min(left, mostExpires))))
	}
	reply(req, tx, 200, "OK", append(extra, sip.NewHeader("Date", time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")))...)
}

// news keeps where the phones are, and tells whether a seat's phone is up if that is otherwise than was told last.
func (r *registrar) news(seat office.SeatID) {
	r.telling.Lock()
	defer r.telling.Unlock()
	r.save()
	if r.tell == nil {
		return
	}
	up := false
	r.mu.Lock()
	for _, b := range r.bindings {
		up = up || b.phone.Seat == seat
	}
	r.mu.Unlock()
	if up != r.told[seat] {
		r.told[seat] = up
		r.tell(seat, up)
	}
}

func sameContact(a, b sip.Uri) bool {
	return a.User == b.User && strings.EqualFold(a.Host, b.Host) && a.Port == b.Port
}

// isAt says that an account is registered from exactly there: its own phone, which others' guesses must not silence.
func (r *registrar) isAt(account string, source netip.AddrPort) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.bindings[account]
	return b != nil && b.source == source
}

// authenticate checks the credentials of a request; stale tells that only the nonce was too old.
func (r *registrar) authenticate(req *sip.Request, account string, from netip.Addr, now time.Time) (ok, stale bool) {
	p, known := r.accounts[account]
	for _, h := range req.GetHeaders("Authorization") {
		cred, err := digest.ParseCredentials(h.Value())
		if err != nil || cred.Realm != r.realm {
			continue
		}
		if !r.fresh(cred.Nonce, now) {
			return false, true
		}
		password := p.Password
		if !known { // as long as for a known one
			password = randomHex(8)
		}
		c := digest.Challenge{Realm: r.realm, Nonce: cred.Nonce, Algorithm: cred.Algorithm}
		if cred.QOP != "" {
			c.QOP = []string{cred.QOP}
		}
		want, err := digest.Digest(&c, digest.Options{
			Method: string(req.Method), URI: cred.URI, Username: cred.Username, Password: password, Cnonce: cred.Cnonce, Count: cred.Nc,
		})
		if err == nil && known && cred.Username == account && len(password) > 0 &&
			subtle.ConstantTimeCompare([]byte(want.Response), []byte(cred.Response)) == 1 {
			return true, false
		}
		r.note(from, now)
	}
	return false, false
}

func (r *registrar) nonce(now time.Time) string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	n := hex.EncodeToString(b[:])
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.nonces) > 4096 {
		for k, at := range r.nonces {
			if now.Sub(at) > nonceLives {
				delete(r.nonces, k)
			}
		}
	}
	if len(r.nonces) > 65536 { // somebody floods us: begin anew, true phones ask again
		clear(r.nonces)
	}
	r.nonces[n] = now
	return n
}

func (r *registrar) fresh(n string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.nonces[n]
	return ok && now.Sub(at) <= nonceLives
}

// note counts a wrong password. A seat's account is never locked: that would let anybody silence it.
func (r *registrar) note(from netip.Addr, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.wrong[from]
	if t == nil || now.Sub(t.from) > time.Minute {
		if len(r.wrong) > 4096 {
			clear(r.wrong)
		}
		t = &tries{from: now}
		r.wrong[from] = t
	}
	t.n++
}

func (r *registrar) tooMany(from netip.Addr, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.wrong[from]
	return t != nil && now.Sub(t.from) <= time.Minute && t.n > wrongPerMin
}
