package node

import (
	"crypto/tls"
	"sync"
	"time"
)

// renewer hands out a certificate of the local authority and makes a new one before the old one ends, so that no
// console goes dark because a year has passed.
type renewer struct {
	authority *Authority
	names     []string

	mu   sync.Mutex
	cert *tls.Certificate
}

func (r *renewer) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.cert == nil || now.After(r.cert.Leaf.NotAfter.Add(-renewBefore)) {
		c, err := r.authority.Certificate(r.names, now)
		if err != nil {
			return nil, err
		}
		r.cert = &c
	}
	return r.cert, nil
}
