// Package dispatch runs incidents, whatever becomes of the call that brought them.
package dispatch
